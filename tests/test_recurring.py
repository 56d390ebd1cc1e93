"""Recurring revenue, on subscriptions one can follow by hand."""

from datetime import date, timedelta
from itertools import pairwise

import ibis
import pandas as pd
import pytest
from conftest import typed
from hypothesis import given, settings
from hypothesis import strategies as st

from revwork.analysis import recurring
from revwork.calendar import Period
from revwork.findings import Unanswered

STARTS = [date(2026, month, 1) for month in range(1, 6)]
MONTHS = [Period(f"{start:%Y-%m}", start, end) for start, end in pairwise(STARTS)]
JANUARY, FEBRUARY = MONTHS[:2]
MOVEMENTS = ["new", "expansion", "reactivation", "contraction", "churn"]
POUND = [
    {"date": "2025-12-01", "currency": "GBP", "rate": 1.25},
    {"date": "2026-01-31", "currency": "GBP", "rate": 1.5},
]


def subscribed(*rows):
    """Subscriptions from (subscription, customer, start, end, monthly amount[, currency])."""
    columns = ["subscription_id", "customer_id", "start_date", "end_date", "monthly_amount"]
    return typed(
        "subscriptions", [dict(zip([*columns, "currency"], r, strict=False)) for r in rows]
    )


def movements(*rows, months=MONTHS[:1], fx_rates=()):
    return recurring.movements(subscribed(*rows), typed("fx_rates", fx_rates), months, "EUR")


def moved(*rows, month=JANUARY, fx_rates=()):
    """What moved in a month, without what did not."""
    row = movements(*rows, months=[month], fx_rates=fx_rates)[[*MOVEMENTS, "fx"]].iloc[0]
    return row[row != 0].to_dict()


def test_mrr_is_what_is_active_on_the_months_last_day():
    found = movements(
        ("s1", "a", "2025-06-01", None, 10),
        ("s2", "b", "2026-01-31", None, 20),
        ("s3", "c", "2025-06-01", "2026-01-31", 40),
        ("s4", "d", "2026-02-01", None, 80),
        ("s5", "e", "2025-06-01", "2026-02-01", 160),
    )
    assert (found.start[0], found.end[0]) == (10 + 40 + 160, 10 + 20 + 160)
    assert (found.new[0], found.churn[0]) == (20, 40)
    assert (found.month[0], found.last_day[0]) == ("2026-01", date(2026, 1, 31))


def test_cancelling_one_of_two_subscriptions_is_contraction():
    rows = [("s1", "a", "2025-06-01", None, 70), ("s2", "a", "2025-06-01", "2026-01-15", 30)]
    assert moved(*rows) == {"contraction": 30}


def test_cancelling_the_last_one_is_churn():
    assert moved(("s1", "a", "2025-06-01", "2026-01-15", 30)) == {"churn": 30}


def test_a_price_rise_is_expansion_and_a_cut_contraction():
    risen = [("s", "a", "2025-06-01", "2026-01-10", 10), ("s", "a", "2026-01-10", None, 12)]
    cut = [("s", "a", "2025-06-01", "2026-01-10", 10), ("s", "a", "2026-01-10", None, 7)]
    assert (moved(*risen), moved(*cut)) == ({"expansion": 2}, {"contraction": 3})


def test_a_price_row_left_open_ends_where_the_next_price_begins():
    rows = [("s", "a", "2025-06-01", None, 10), ("s", "a", "2026-01-10", None, 12)]
    assert moved(*rows) == {"expansion": 2}
    assert movements(*rows).end[0] == 12


def test_moving_to_another_plan_at_the_same_price_is_no_movement():
    rows = [("s1", "a", "2025-06-01", "2026-01-10", 10), ("s2", "a", "2026-01-10", None, 10)]
    assert moved(*rows) == {}


def test_a_customer_who_comes_back_is_reactivated_even_if_the_gap_began_before_the_first_month():
    rows = [("s1", "a", "2024-01-01", "2024-06-01", 10), ("s2", "a", "2026-01-10", None, 15)]
    assert moved(*rows) == {"reactivation": 15}


def test_a_gap_within_a_month_is_not_seen():
    rows = [("s1", "a", "2025-01-01", "2026-01-10", 10), ("s2", "a", "2026-01-20", None, 10)]
    assert moved(*rows) == {}


def test_a_subscription_that_never_met_a_months_end_makes_the_next_one_a_reactivation():
    rows = [("s1", "a", "2026-01-05", "2026-01-20", 10), ("s2", "a", "2026-02-10", None, 10)]
    assert moved(*rows, month=JANUARY) == {}
    assert moved(*rows, month=FEBRUARY) == {"reactivation": 10}


def test_a_free_customer_who_starts_to_pay_is_new():
    rows = [("s", "a", "2025-01-01", "2026-01-10", 0), ("s", "a", "2026-01-10", None, 10)]
    assert moved(*rows) == {"new": 10}


def test_a_paying_customer_who_moves_to_a_free_plan_has_churned():
    rows = [("s", "a", "2025-01-01", "2026-01-10", 10), ("s", "a", "2026-01-10", None, 0)]
    assert moved(*rows) == {"churn": 10}


def test_an_exchange_rate_that_moves_is_not_a_movement():
    rows = [("s", "a", "2025-06-01", None, 100, "GBP")]
    assert moved(*rows, fx_rates=POUND) == {"fx": 25}
    assert movements(*rows, fx_rates=POUND).end[0] == 150


def test_movements_count_at_the_rate_of_the_months_last_day():
    rows = [
        ("s1", "a", "2025-06-01", None, 100, "GBP"),
        ("s2", "b", "2026-01-05", None, 10, "GBP"),
        ("s3", "c", "2025-06-01", "2026-01-05", 20, "GBP"),
    ]
    assert moved(*rows, fx_rates=POUND) == {"new": 15, "churn": 30, "fx": 30}


def test_a_rate_quoted_after_the_last_day_waits_for_the_next_month():
    later = [POUND[0], {**POUND[1], "date": "2026-02-01"}]
    rows = [("s", "a", "2025-06-01", None, 100, "GBP")]
    found = movements(*rows, months=MONTHS[:2], fx_rates=later)
    assert (list(found.fx), list(found.end)) == ([0, 25], [125, 150])


def test_changing_currency_at_the_same_worth_is_no_movement():
    rows = [
        ("s1", "a", "2025-06-01", "2026-01-31", 100, "GBP"),
        ("s2", "a", "2026-01-31", None, 150, "EUR"),
    ]
    assert moved(*rows, fx_rates=POUND) == {"fx": 25}


def test_no_exchange_rates_are_needed_at_home():
    assert movements(("s", "a", "2025-06-01", None, 10, "EUR")).end[0] == 10


def test_a_currency_without_a_rate_is_unanswered_by_name():
    rows = [("s1", "a", "2025-06-01", None, 10), ("s2", "b", "2025-06-01", None, 10, "USD")]
    with pytest.raises(Unanswered, match="USD"):
        movements(*rows, fx_rates=POUND)


def test_a_customer_in_a_currency_without_a_rate_has_no_mrr_rather_than_zero():
    table = subscribed(
        ("s1", "a", "2025-06-01", None, 10), ("s2", "a", "2025-06-01", None, 10, "USD")
    )
    row = recurring.by_customer(table, typed("fx_rates"), MONTHS[:1], "EUR").execute().iloc[0]
    assert row.without_rate == "USD" and row[["start", "fx", "change", "end"]].isna().all()


def test_a_rate_is_not_needed_before_the_subscription_begins():
    quoted = [{"date": "2026-01-20", "currency": "USD", "rate": 0.9}]
    assert moved(("s", "a", "2026-01-10", None, 10, "USD"), fx_rates=quoted) == {"new": 9}


@pytest.mark.parametrize(("rows", "months"), [([], MONTHS), ([("s", "a", None, None, 1)], [])])
def test_without_subscriptions_or_months_it_is_unanswered(rows, months):
    with pytest.raises(Unanswered, match="subscriptions"):
        movements(*rows, months=months)


def test_a_month_without_any_customer_is_a_row_of_zeros():
    found = movements(("s", "a", "2026-02-10", None, 10), months=MONTHS[:2])
    assert list(found.month) == ["2026-01", "2026-02"]
    assert (list(found.start), list(found.end)) == ([0, 0], [0, 10])
    assert list(found.end_customers) == [0, 1]


def test_customers_are_counted_once_per_movement():
    row = movements(
        ("s1", "a", "2025-06-01", None, 10),
        ("s2", "a", "2026-01-02", None, 10),
        ("s3", "a", "2026-01-03", None, 10),
        ("s4", "b", "2026-01-03", None, 10),
        ("s5", "c", "2025-06-01", "2026-01-03", 10),
    ).iloc[0]
    assert (row.start_customers, row.end_customers) == (2, 2)
    assert (row.expansion_customers, row.new_customers, row.churn_customers) == (1, 1, 1)
    assert (row.expansion, row.contraction_customers, row.reactivation_customers) == (20, 0, 0)


def test_losing_ten_twice_and_gaining_ten_on_a_hundred_is_20_percent_gross_and_10_net():
    found = movements(
        ("s1", "a", "2025-06-01", None, 70),
        ("s2", "b", "2025-06-01", "2026-01-10", 10),
        ("s3", "c", "2025-06-01", "2026-01-10", 20),
        ("s3", "c", "2026-01-10", None, 10),
        ("s4", "a", "2026-01-10", None, 10),
    )
    rate = recurring.rates(found).iloc[0]
    assert (rate.gross_churn, rate.net_churn) == pytest.approx((0.2, 0.1))
    assert (rate.grr, rate.nrr, rate.quick_ratio) == pytest.approx((0.8, 0.9, 0.5))


def test_reactivation_counts_only_on_request():
    found = movements(
        ("s1", "a", "2025-06-01", None, 90),
        ("s2", "b", "2025-06-01", "2026-01-10", 10),
        ("s3", "c", "2025-01-01", "2025-02-01", 10),
        ("s3", "c", "2026-01-10", None, 5),
    )
    without = recurring.rates(found).iloc[0]
    counted = recurring.rates(found, count_reactivation=True).iloc[0]
    assert (without.nrr, counted.nrr) == pytest.approx((0.9, 0.95))
    assert (without.quick_ratio, counted.quick_ratio) == pytest.approx((0, 0.5))
    assert without.grr == counted.grr


def test_rates_of_a_month_that_starts_from_nothing_are_null():
    rate = recurring.rates(movements(("s", "a", "2026-01-10", None, 10))).drop(columns="month")
    assert rate.isna().all().all()


def test_losing_everything_at_a_better_exchange_rate_is_not_more_than_everything():
    rate = recurring.rates(
        movements(("s", "a", "2025-06-01", "2026-01-20", 100, "GBP"), fx_rates=POUND)
    ).iloc[0]
    assert (rate.gross_churn, rate.grr) == (1, 0)


def test_a_quarter_reads_like_a_long_month():
    quarter = Period("Q1", date(2026, 1, 1), date(2026, 4, 1))
    rows = [("s1", "a", "2025-06-01", "2026-02-10", 10), ("s2", "b", "2026-03-31", None, 5)]
    assert moved(*rows, month=quarter) == {"churn": 10, "new": 5}


day = st.integers(0, 150).map(lambda n: date(2025, 12, 1) + timedelta(days=n))
history = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        day,
        st.none() | day,
        st.decimals(0, 50, places=2),
        st.sampled_from([None, "EUR", "GBP"]),
    ),
    min_size=1,
    max_size=6,
)


def expected(history, rate_on):
    """Movements worked out customer by customer, month by month, in plain Python."""

    def paid(customer, on, at):
        active = [r for r in history if r[0] == customer and r[1] <= on and (not r[2] or r[2] > on)]
        return sum(float(r[3]) * (rate_on(at) if r[4] == "GBP" else 1) for r in active)

    def paid_by(customer, on):
        days = [r[1] for r in history if r[0] == customer and r[3] and (not r[2] or r[2] > r[1])]
        return any(first <= on for first in days)

    for month in MONTHS:
        before, last = month.start - timedelta(days=1), month.end - timedelta(days=1)
        row = dict.fromkeys(MOVEMENTS, 0.0)
        for customer in "ab":
            was, now = paid(customer, before, last), paid(customer, last, last)
            if not was and now:
                row["reactivation" if paid_by(customer, before) else "new"] += now
            elif was and not now:
                row["churn"] += was
            else:
                row["expansion" if now > was else "contraction"] += abs(now - was)
        yield row


@settings(max_examples=30, deadline=None)
@given(history)
def test_every_history_balances_to_the_cent_and_agrees_with_a_plain_reading(history):
    rows = [(f"s{i}", *row) for i, row in enumerate(history)]
    quotes = [
        {"date": "2025-11-01", "currency": "GBP", "rate": 1.25},
        {"date": "2026-02-14", "currency": "GBP", "rate": 1.1},
    ]
    found = movements(*rows, months=MONTHS, fx_rates=quotes)
    gains = found.start + found.new + found.expansion + found.reactivation
    end = gains - found.contraction - found.churn + found.fx
    assert list(end.round(4)) == list(found.end.round(4))
    assert list(found.start[1:].round(4)) == list(found.end[:-1].round(4))
    assert (found[MOVEMENTS] >= 0).all().all()
    plain = pd.DataFrame(expected(history, lambda on: 1.25 if on < date(2026, 2, 14) else 1.1))
    pd.testing.assert_frame_equal(found[MOVEMENTS], plain, atol=0.005)
    left = found.start_customers + found.new_customers + found.reactivation_customers
    assert list(left - found.churn_customers) == list(found.end_customers)


def test_a_contract_of_two_million_a_month_does_not_overflow():
    assert movements(("s1", "a", "2025-06-01", None, 2_000_000)).end.iloc[-1] == 2_000_000


def test_a_customer_makes_one_movement_a_month_at_most():
    table = subscribed(
        ("s1", "a", "2025-06-01", "2026-01-10", 10),
        ("s2", "a", "2025-06-01", None, 10),
        ("s3", "a", "2026-01-10", None, 30),
    )
    found = recurring.by_customer(table, typed("fx_rates"), MONTHS, "EUR").execute()
    assert not found.duplicated(["number", "customer_id"]).any()
    assert list(found[found.movement.notna()].movement) == ["expansion"]
    assert (found.start + found.fx + found.change == found.end).all()


@pytest.mark.parametrize("dialect", ["postgres", "databricks"])
def test_movements_compile_elsewhere(dialect):
    table = subscribed(("s", "a", "2025-06-01", None, 10))
    assert ibis.to_sql(
        recurring.by_customer(table, typed("fx_rates"), MONTHS, "EUR"), dialect=dialect
    )
