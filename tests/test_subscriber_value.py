"""Subscriber value: how long they stayed, what they will pay, and whether it was foreseen."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis import purchases
from revwork.analysis.customers import plan_churn, subscriber_value
from revwork.findings import Unanswered
from revwork.report.words import Reader

LAST = date(2026, 6, 30)
NONE = pd.DataFrame(columns=["plan", "since"])


def subscriptions(*rows):
    names = ("subscription_id", "plan", "start_date", "end_date", "monthly_amount")
    some = [dict(zip(names, row, strict=True)) for row in rows]
    return typed("subscriptions", [{"customer_id": one["subscription_id"], **one} for one in some])


def lives(*rows, steps=NONE):
    spells = plan_churn.spells(subscriptions(*rows), LAST)
    found = subscriber_value.lives(spells, steps, LAST).execute()
    return found.sort_values("lasted").reset_index(drop=True)


@pytest.mark.parametrize(
    ("start", "end", "left", "lasted"),
    [
        ("2026-05-31", None, False, 1),
        ("2026-06-10", None, False, 0),
        ("2025-07-01", None, False, 12),
        ("2026-01-15", "2026-02-15", True, 0),
        ("2026-01-31", "2026-02-28", True, 0),
        ("2026-01-01", "2026-03-01", True, 1),
        ("2026-01-01", "2026-02-20", True, 1),
    ],
)
def test_months_passed_are_whole_ones_however_long_the_month(start, end, left, lasted, elsewhere):
    (one,) = lives(("s", "Home", start, end, 10)).itertuples()
    assert (one.entered, one.lasted, one.left) == (0, lasted, left)
    assert one.amount == (0 if left else 10)


def test_subscribers_alike_are_one_row():
    found = lives(*((f"s{n}", "Home", "2026-01-10", None, 10) for n in range(3)))
    assert [*found.n] == [3] and [*found.amount] == [30]


def test_a_plan_whose_pace_moved_counts_from_that_day_on():
    steps = pd.DataFrame({"plan": ["Home"], "since": [date(2026, 1, 1)]})
    rows = [
        ("before", "Home", "2025-01-01", "2025-12-01", 10),
        ("there", "Home", "2025-01-01", None, 10),
        ("late", "Home", "2026-05-01", None, 10),
        ("other", "Office", "2025-01-01", None, 10),
    ]
    found = lives(*rows, steps=steps)
    assert [*found["plan"]].count("Home") == 2
    assert {*zip(found["plan"], found.entered, strict=True)} == {
        ("Home", 12),
        ("Home", 0),
        ("Office", 0),
    }


def simulated(rate=0.05, count=400, seed=1):
    rng, rows = np.random.default_rng(seed), []
    for number in range(count):
        start = LAST - timedelta(days=int(rng.integers(1, 1200)))
        end = start + timedelta(days=round(plan_churn.MONTH * rng.geometric(rate)))
        rows.append(
            (f"s{number}", "Home", start.isoformat(), end.isoformat() if end <= LAST else None, 10)
        )
    return rows


def delivered(cost=6):
    line = {"customer_id": "s0", "net_amount": 10, "cost_amount": cost, "order_date": "2026-05-01"}
    terms = subscriptions(("s0", "Home", "2026-01-01", None, 10))
    return purchases.deliveries(sales_lines([line]), terms)


def valued(*rows, given=None, months=36, rate=0.1):
    spells = plan_churn.spells(subscriptions(*rows), LAST)
    some = subscriber_value.lives(spells, NONE, LAST)
    return subscriber_value.by_plan(
        some, delivered() if given is None else given, LAST, months, rate
    )


def test_a_constant_chance_to_leave_gives_its_months_and_their_money():
    (one,) = valued(*simulated()).itertuples()
    kept = 0.95 ** np.arange(1, 37)
    assert one.months_to_come == pytest.approx(kept.sum(), rel=0.1)
    assert one.stay_rate == pytest.approx(0.95**12, rel=0.1)
    today = (kept / 1.1 ** (np.arange(1, 37) / 12)).sum()
    assert one.customer_value == pytest.approx(one.recurring_revenue * 0.4 * today, rel=0.1)
    assert one.value_each == pytest.approx(one.customer_value / one.subscribers)


def test_money_later_is_worth_less_and_a_plan_that_costs_money_is_worth_nothing():
    rows = simulated()
    assert valued(*rows).customer_value[0] < valued(*rows, rate=0).customer_value[0]
    assert valued(*rows, given=delivered(cost=20)).customer_value[0] == 0


def test_without_a_known_cost_the_value_is_unknown_and_the_months_are_not():
    (one,) = valued(*simulated(), given=delivered(cost=None)).itertuples()
    assert pd.isna(one.customer_value) and one.months_to_come > 0


def test_nobody_there_is_no_answer():
    with pytest.raises(Unanswered, match="Nobody subscribes"):
        valued(("s", "Home", "2025-01-01", "2025-05-01", 10))
    with pytest.raises(Unanswered, match="Nobody subscribes"):
        valued()


def test_amounts_are_read_at_the_rate_of_the_last_day():
    table = typed(
        "subscriptions",
        [
            {"subscription_id": "s", "customer_id": "a", "plan": "Home", "currency": "GBP"}
            | {"start_date": "2024-01-01", "monthly_amount": 10}
        ],
    )
    rates = [{"date": date(2024, 1, 1), "currency": "GBP", "rate": 1.1}]
    rates.append({"date": date(2026, 6, 30), "currency": "GBP", "rate": 1.2})
    spells = plan_churn.spells(table, LAST)
    found = subscriber_value.in_currency(spells, typed("fx_rates", rates), "EUR", LAST).execute()
    assert float(found.monthly_amount[0]) == 12


def test_who_was_expected_to_stay_a_year_does_within_the_interval():
    table = subscriptions(*simulated(count=1800, seed=4))
    (one,) = subscriber_value.held_out(table, NONE, LAST, 12).itertuples()
    assert one.low < one.base < one.high and one.low < one.current < one.high
    assert one.current == pytest.approx(0.95**12, abs=0.1)


def test_what_is_said_names_the_largest_plan_and_both_shares():
    say = Reader().say
    assert "100% of it Home" in say(subscriber_value.reading(valued(*simulated())))
    checked = subscriber_value.held_out(subscriptions(*simulated()), NONE, LAST, 12)
    assert "of subscribers stayed" in say(subscriber_value.check_reading(checked))


def test_nobody_then_is_no_check():
    with pytest.raises(Unanswered, match="Nobody subscribed"):
        subscriber_value.held_out(
            subscriptions(("s", "Home", "2026-05-01", None, 1)), NONE, LAST, 12
        )
