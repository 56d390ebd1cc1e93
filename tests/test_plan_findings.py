"""Plan findings: what who left would have brought at the pace before, and how it is said."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis import purchases
from revwork.analysis.customers import plan_churn, plan_findings
from revwork.calendar import Calendar
from revwork.report.words import Reader

LAST, SINCE = date(2026, 6, 30), date(2026, 1, 1)
CALENDAR, SAY = Calendar(), Reader().say
MONTHS = CALENDAR.complete_months(LAST, 3)  # April to June
STEP = {
    **{"plan": "Home", "since": SINCE, "left_before": 40, "left_since": 50},
    **{"before_rate": 0.03, "since_rate": 0.06, "ratio": 2.0, "low_ratio": 1.5, "high_ratio": 3.0},
    **{"price_change_rate": 0.1, "others_ratio": 1.0},
}


def step(**changed):
    return SimpleNamespace(**(STEP | changed))


def spells(*rows):
    names = ("subscription_id", "plan", "start_date", "end_date", "monthly_amount", "currency")
    some = [dict(zip(names, row, strict=True)) for row in rows]
    table = typed("subscriptions", [{"customer_id": "a", **one} for one in some])
    return plan_churn.spells(table, LAST)


def deliveries(cost=6):
    rows = [{"customer_id": "a", "net_amount": 10, "cost_amount": cost, "order_date": "2026-05-01"}]
    terms = {"subscription_id": "s", "customer_id": "a", "plan": "Home"}
    terms |= {"start_date": "2026-01-01", "monthly_amount": 10}
    return purchases.deliveries(sales_lines(rows), typed("subscriptions", [terms]))


ONE = ("s", "Home", "2025-06-01", "2026-03-02", 10, None)  # 60 days after the step: else 120
POUND = [{"date": date(2025, 1, 1), "currency": "GBP", "rate": 2}]


def impact(*rows, given=None, cost=6, fx=(), **changed):
    rates = typed("fx_rates", fx), "EUR"
    return plan_findings.impact(
        step(**changed),
        spells(*rows),
        given if given is not None else deliveries(cost),
        rates,
        MONTHS,
    )


def test_who_left_after_60_days_would_have_stayed_120_and_counts_in_the_months_that_count():
    found = impact(ONE)
    days = (date(2026, 5, 1) - date(2026, 4, 1)).days
    assert found.value == pytest.approx(-days * 10 / plan_churn.MONTH * 0.4 * 365 / 91)
    assert found.low < found.value < found.high and found.basis == "contribution_margin"


def test_who_left_before_the_step_or_another_plan_or_is_still_there_costs_nothing():
    rows = [
        ("a", "Home", "2025-01-01", "2025-12-31", 10, None),
        ("b", "Office", "2025-01-01", "2026-03-02", 10, None),
        ("c", "Home", "2025-01-01", None, 10, None),
    ]
    assert impact(*rows).value == 0


def test_another_currency_is_at_its_rate():
    assert impact((*ONE[:5], "GBP"), fx=POUND).value == pytest.approx(2 * impact(ONE).value)


def test_without_a_known_margin_it_is_money_as_charged_and_says_so():
    found = impact(ONE, cost=None)
    assert found.basis == "net_revenue" and found.value == pytest.approx(impact(ONE).value / 0.4)


def test_slower_is_worth_something():
    assert impact(ONE, ratio=0.5, low_ratio=0.4, high_ratio=0.6).value == 0
    late = ("s", "Home", "2025-06-01", "2026-06-10", 10, None)
    assert impact(late, ratio=0.5, low_ratio=0.4, high_ratio=0.6).value > 0


def findings(**changed):
    steps = pd.DataFrame([STEP | changed])
    rates = typed("fx_rates"), "EUR"
    return plan_findings.moved(steps, spells(ONE), deliveries(), rates, (CALENDAR, LAST))


def test_a_finding_names_the_plan_the_day_the_ratio_and_what_would_prove_it():
    (one,) = findings()
    assert one.segment == {"plan": "Home"} and one.direction == "threat"
    assert SAY(one.claim) == "Home: subscribers leave 2× as fast since 1 Jan 2026"
    said = SAY(one.evidence)
    assert "3% before, 6% since" in said and "Its price changed by +10% that day" in said
    assert "not proof" in said and "chosen at random" in said


def test_slower_is_a_strength_and_no_price_change_is_said():
    (one,) = findings(ratio=0.5, low_ratio=0.4, high_ratio=0.6, price_change_rate=None)
    assert one.direction == "strength" and "No price of the plan changed then" in SAY(one.evidence)


def test_no_step_is_no_finding():
    empty = pd.DataFrame(columns=[*STEP])
    rates = typed("fx_rates"), "EUR"
    assert plan_findings.moved(empty, spells(), deliveries(), rates, (CALENDAR, LAST)) == []
