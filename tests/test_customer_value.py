"""Customer value: what the models are told, and what comes out of them."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis import purchases
from revwork.analysis.customers import bg_nbd, customer_value
from revwork.findings import Unanswered
from revwork.report.words import Reader

LAST = date(2026, 6, 30)
PEOPLE = [
    {"customer_id": "a", "segment": "Home", "since": "2026-01-01"},
    {"customer_id": "old", "segment": "Home", "since": "2019-01-01"},
]


def row(customer, day, net=10, cost=6):
    return {
        **{"order_id": f"{customer}{day}{net}", "customer_id": customer, "order_date": day},
        **{"net_amount": net, "cost_amount": cost},
    }


def histories(*rows, people=PEOPLE):
    days = purchases.worth_by_day(sales_lines(rows))
    return customer_value.histories(days, typed("customers", people), LAST)


def of(*rows):
    return histories(*rows).execute().set_index("customer_id").sort_index()


def test_a_history_counts_days_after_the_first_in_weeks(elsewhere):
    found = of(row("a", "2026-06-02"), row("a", "2026-06-16", 30), row("a", "2026-06-16", 20)).loc[
        "a"
    ]
    assert (found.purchases, found.recency, found.age) == (1, 2, 4)
    assert (found.value_days, found.mean_value) == (2, 30)
    assert found.margin_rate == pytest.approx((60 - 18) / 60)


def test_returns_lower_the_margin_and_are_no_purchase():
    found = of(row("a", "2026-06-02", 100, 50), row("a", "2026-06-09", -50, -25)).loc["a"]
    assert (found.purchases, found.mean_value, found.margin_rate) == (0, 100, 0.25)
    assert of(row("a", "2026-06-09", -50, -25)).empty


def test_without_a_cost_the_margin_is_unknown_and_a_ruinous_one_is_minus_everything():
    found = of(row("a", "2026-06-02", 10, None), row("b", "2026-06-02", 10, 99))
    assert pd.isna(found.margin_rate["a"]) and found.margin_rate["b"] == -1


def test_who_is_older_than_the_data_tells_nothing_of_how_customers_begin():
    found = of(row("old", "2026-01-01"), row("a", "2026-01-01"), row("stranger", "2026-02-01"))
    assert {**found.whole} == {"old": False, "a": True, "stranger": True}


def test_what_comes_after_the_day_is_not_known():
    assert of(row("a", "2026-06-30"), row("a", "2026-07-01")).purchases["a"] == 0


@pytest.fixture(scope="module")
def company():
    """Two kinds of customers of a simulated company, one of them buys twice as often and dear."""
    rng, rows, people = np.random.default_rng(5), [], []
    for number in range(360):
        kind = "Firm" if number % 2 else "Home"
        name, first = f"{kind}{number}", LAST - timedelta(days=int(rng.integers(100, 700)))
        people.append({"customer_id": name, "segment": kind, "since": first.isoformat()})
        rate = rng.gamma(1.5) / (60 if kind == "Firm" else 120)
        leaves, level = rng.beta(1, 4), rng.gamma(9) * (40 if kind == "Firm" else 10)
        day = first
        while day <= LAST:
            net = round(level * rng.uniform(0.7, 1.3), 2)
            rows.append(row(name, day.isoformat(), net, round(net * rng.normal(0.6, 0.05), 2)))
            if day > first and rng.uniform() < leaves:
                break
            day += timedelta(days=1 + int(rng.exponential(1 / rate)))
    people.append({"customer_id": "few", "segment": "Club", "since": "2026-01-01"})
    return histories(*rows, row("few", "2026-06-01"), people=people).cache()


@pytest.fixture(scope="module")
def models(company):
    return customer_value.models(company)


@pytest.fixture(scope="module")
def scored(company, models):
    return customer_value.scores(company, models, 36, 0.1)


def test_each_segment_has_its_model_and_a_small_one_that_of_all(models):
    kinds = models.set_index("segment")
    assert {*kinds.index} == {"Firm", "Home", "Club"} and kinds.customers["Club"] == 1
    rate = kinds.r / kinds.alpha
    assert rate["Home"] < rate["Club"] < rate["Firm"]
    assert kinds.margin_rate.to_numpy() == pytest.approx(0.4, abs=0.02)


def test_every_customer_has_one_value_and_none_is_negative(scored, company):
    assert sorted(scored.customer_id) == sorted(company.customer_id.execute())
    assert (scored.customer_value >= 0).all() and scored.alive_rate.between(0, 1).all()
    assert (scored.alive_rate[scored.purchases == 0] == 1).all()


def test_a_value_is_purchases_to_come_times_order_value_times_margin(company, models):
    found = customer_value.scores(company, models, 12, 0.0)
    product = found.expected_purchases * found.order_value * found.margin_rate
    assert found.customer_value.to_numpy() == pytest.approx(product.to_numpy())
    one = company.filter(company.customer_id == found.customer_id.iloc[0]).execute().assign(n=1)
    model = models.set_index("segment").loc[one.segment[0]]
    buying = bg_nbd.Buying(model.r, model.alpha, model.a, model.b)
    year = bg_nbd.expected(buying, one, 12 * customer_value.MONTH)
    assert found.expected_purchases.iloc[0] == pytest.approx(year[0])


def test_money_later_is_worth_less_and_more_months_bring_more(company, models, scored):
    total = scored.customer_value.sum()
    plain = customer_value.scores(company, models, 36, 0.0).customer_value.sum()
    assert total < plain < total * 1.1**3
    assert customer_value.scores(company, models, 12, 0.1).customer_value.sum() < total


def test_margins_that_differ_by_chance_alone_are_drawn_to_the_mean(scored, company):
    own = company.execute().set_index("customer_id").margin_rate
    drawn = scored.set_index("customer_id").margin_rate
    assert drawn[own.index].std() < own.std() / 2


def test_who_costs_money_is_worth_nothing_here(company, models):
    ruinous = company.mutate(margin_rate=-1.0 + 0 * company.margin_rate)
    costly = models.assign(margin_rate=-0.2)
    assert (customer_value.scores(ruinous, costly, 12, 0.1).customer_value == 0).all()


def test_a_company_without_costs_has_purchases_and_no_value(company, models):
    unknown = models.assign(margin_rate=np.nan)
    found = customer_value.scores(
        company.mutate(margin_rate=company.margin_rate.nullif(company.margin_rate)),
        unknown,
        12,
        0.1,
    )
    assert found.customer_value.isna().all() and (found.expected_purchases > 0).all()


def test_segments_and_the_ranked_customers_add_up(scored):
    parts = customer_value.by_segment(scored)
    assert parts.customer_value.sum() == pytest.approx(scored.customer_value.sum())
    assert parts.customers.sum() == len(scored)
    ranked = customer_value.ranked(scored)
    assert (
        ranked.cumulative_share.iloc[-1] == pytest.approx(1)
        and (ranked.share.diff()[1:] <= 0).all()
    )
    assert "36 of 361 customers hold" in Reader().say(customer_value.concentration(ranked))
    assert "of it Firm" in Reader().say(customer_value.reading(parts))


def test_the_basis_states_horizon_and_discount():
    said = Reader().say(customer_value.basis(36, 0.1))
    assert said == "Contribution of the next 36 months, discounted at 10% a year"


def test_too_few_repeat_customers_are_no_answer():
    with pytest.raises(Unanswered, match="50 customers who bought again"):
        customer_value.models(histories(row("a", "2026-01-01"), row("a", "2026-02-01")))
