"""Lever estimates: what each is told by, and a sentence where it cannot be told."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines, typed
from outlooks import line, months, spent

from revwork.analysis import sales
from revwork.analysis.forecast import lever_estimates
from revwork.calendar import Period
from revwork.findings import Unanswered

YEAR = Period("year", date(2025, 1, 1), date(2026, 1, 1))
SOLD = pd.DataFrame({"category": ["Beans", "Cups"], "net_revenue": [75, 25], "cost": [30, 10]})


def elastic(*rows):
    names = ["category", "elasticity", "low_elasticity", "high_elasticity"]
    return pd.DataFrame(rows, columns=names)


def test_a_category_without_an_elasticity_answers_as_the_others_in_the_mean():
    found = lever_estimates.price(SOLD, elastic(("Beans", -2.0, -2.98, -1.02)))
    assert found.weights == (0.75, 0.25) and found.goods == (0.75, 0.25)
    assert [one.value for one in found.elasticity] == [-2, -2]
    assert found.elasticity[0].error == pytest.approx(0.5, abs=0.001)
    with pytest.raises(Unanswered, match="No category that sells"):
        lever_estimates.price(SOLD, elastic(("Mugs", -2.0, -3.0, -1.0)))


def test_rivals_of_one_category_add_up_and_the_rest_does_not_answer():
    names = ["category", "cross_elasticity", "low_cross_elasticity", "high_cross_elasticity"]
    felt = pd.DataFrame([("Cups", 0.2, 0.1, 0.3), ("Cups", 0.3, 0.2, 0.4)], columns=names)
    found = lever_estimates.rival_price(SOLD, felt)
    assert found.weights == (0.25,) and found.elasticity[0].value == 0.5
    assert found.elasticity[0].error == pytest.approx(0.1 / 1.96 * 2**0.5, rel=0.001)
    with pytest.raises(Unanswered, match="no rival has moved"):
        lever_estimates.rival_price(SOLD, felt.assign(cross_elasticity=np.nan))


def curve(**change):
    rows = {"times": [0.0, 1.0, 2.0], "media_cost": [0, 60, 120]}
    told = {"revenue_change": [-120, 0, 60], "low": [-140, 0, 30], "high": [-100, 0, 90]}
    return pd.DataFrame({**rows, **told, **change})


def test_a_budget_is_a_share_of_the_years_revenue_and_of_its_marketing():
    booked = typed("expenses", spent("2025-01", 12, marketing=10, rent=20))
    lines = sales_lines([line("2025-05-05", 1200)])
    found = lever_estimates.budget(curve(), booked, lines, YEAR)
    assert found.share == 0.5 and [one.value for one in found.answers] == [-0.1, 0, 0.05]
    assert found.answers[2].error == pytest.approx(30 / 1.645 / 1200, rel=0.001)
    with pytest.raises(Unanswered, match="nothing was spent"):
        lever_estimates.budget(curve(media_cost=[0, 0, 0]), booked, lines, YEAR)
    with pytest.raises(Unanswered, match="nothing sold"):
        lever_estimates.budget(curve(), booked, sales_lines([line("2020-01-01")]), YEAR)


def test_people_differ_by_what_they_attained():
    one = SimpleNamespace(bookings=(0.0, 10.0), attained=(0.8, 1.0, 1.2), yearly_cost=120.0)
    found = lever_estimates.heads(one)
    assert found.spread == pytest.approx(0.2) and found.cost == 10
    with pytest.raises(Unanswered, match="three with a quota"):
        lever_estimates.heads(SimpleNamespace(bookings=(1,), attained=(1.0, 1.0), yearly_cost=1))


def test_churn_is_the_mean_share_of_recurring_revenue_lost_a_month():
    paid = {"currency": "EUR", "start_date": "2024-01-01", "monthly_amount": 50, "plan": "A"}
    rows = [
        {**paid, "subscription_id": f"s{n}", "customer_id": f"c{n}", "end_date": end}
        for n, end in enumerate(["2025-02-10", None])
    ]
    asked = months("2025-01-01", 2), "EUR"
    found = lever_estimates.churn(typed("subscriptions", rows), typed("fx_rates"), *asked)
    assert found.recurring == 50 and found.rate.value == pytest.approx(0.25)
    with pytest.raises(Unanswered):
        lever_estimates.churn(typed("subscriptions"), typed("fx_rates"), *asked)


def test_conversion_moves_the_share_of_revenue_that_visits_ended_in():
    rows = [
        line("2025-01-05", 30, order_id="a"),
        line("2025-01-06", 70, order_id="b"),
        line("2025-02-06", 100, order_id="c"),
    ]
    orders = sales.by_order(sales_lines(rows))
    visit = {"session_id": "v", "started_at": None, "date": "2025-01-05"}
    sessions = typed("sessions", [{**visit, "order_id": "a"}, {**visit, "order_id": "a"}])
    found = lever_estimates.conversion(orders, sessions, months("2025-01-01", 2))
    assert found.share.value == pytest.approx(0.15) and found.share.error > 0
    with pytest.raises(Unanswered, match="order_id in sessions"):
        lever_estimates.conversion(orders, typed("sessions"), months("2025-01-01", 2))


def test_currencies_are_the_shares_of_sales_and_costs_abroad():
    rates = [{"date": "2024-01-01", "currency": "GBP", "rate": 1.25}]
    rows = [line("2025-01-05", 80, currency="GBP", order_id="a"), line("2025-01-06", 100)]
    lines = sales_lines(rows, fx_rates=rates)
    costs = [
        {"date": "2025-01-25", "kind": "rent", "amount": 30, "currency": "GBP"},
        {"date": "2025-01-25", "kind": "people", "amount": 90},
    ]
    asked = typed("expenses", costs), months("2025-01-01", 1), "EUR"
    found = lever_estimates.currency(lines, *asked)
    assert found.share.value == pytest.approx(0.5) and found.costs == {"running": 0.25}
    with pytest.raises(Unanswered, match="All sales are in EUR"):
        lever_estimates.currency(sales_lines(rows[1:]), *asked)


def test_levers_that_cannot_be_told_say_why():
    def fails():
        raise Unanswered("No table.")

    levers, missing = lever_estimates.known({"price": lambda: "known", "churn": fails})
    assert levers == {"price": "known"} and missing["churn"].template == "No table."


def test_categories_stand_with_what_they_sold_largest_first():
    lines = sales_lines([line("2025-05-05", 10, 6), line("2025-05-06", 20, None, category="Cups")])
    found = lever_estimates.by_category(lines, YEAR)
    assert found.to_dict("list") == {
        **{"category": ["Cups", "Beans"], "net_revenue": [20, 10], "cost": [0, 6]}
    }
