"""Second orders: who comes again, how soon; cohorts that are too young have no share."""

from datetime import date

import pandas as pd
import pytest
from conftest import sales_lines

from revwork.analysis import sales
from revwork.analysis.journey import second_orders, waiting
from revwork.calendar import Calendar
from revwork.findings import Unanswered

AS_OF = date(2026, 6, 30)
CALENDAR = Calendar()


def firsts(*bought, as_of=AS_OF):
    rows = [
        {"order_id": f"o{n}", "customer_id": who, "order_date": day, "net_amount": 9}
        for n, (who, day) in enumerate(bought)
    ]
    return second_orders.firsts(sales.by_order(sales_lines(rows)), as_of)


def test_the_wait_ends_with_the_second_purchase_or_the_last_day(elsewhere):
    rows = firsts(
        ("a", "2026-01-01"), ("a", "2026-01-31"), ("a", "2026-03-01"), ("b", "2026-06-20")
    )
    found = rows.order_by("customer_id").execute()
    assert found.days.tolist() == [30, 10] and found.happened.tolist() == [True, False]


def test_two_orders_of_one_day_are_one_purchase():
    rows = firsts(("a", "2026-01-01"), ("a", "2026-01-01")).execute()
    assert rows.happened.tolist() == [False]


def test_a_cohort_is_asked_when_its_last_customer_has_had_the_days(elsewhere):
    bought = ("a", "2026-04-01"), ("a", "2026-05-01"), ("b", "2026-04-30"), (None, "2026-04-30")
    months = [CALENDAR.holding(date(2026, 4, 1), "month")]
    rows = second_orders.cohorts(firsts(*bought), months, date(2026, 5, 30)).set_index(
        "within_days"
    )
    assert rows.value[30] == 0.5 and rows.value[90:].isna().all() and (rows.n == 2).all()
    early = second_orders.cohorts(firsts(*bought), months, date(2026, 5, 29))
    assert early.value.isna().all()
    assert "No cohort" in second_orders.by_cohort(early).template


def test_a_month_without_a_first_order_is_left_out():
    months = CALENDAR.complete_months(AS_OF, 3)
    rows = second_orders.cohorts(firsts(("a", "2026-05-01")), months, AS_OF)
    assert {*rows.cohort} == {"2026-05"} and rows.value.max() == 0


def test_the_reading_of_cohorts_holds_the_last_ripe_one_against_the_one_before():
    bought = ("a", "2026-01-01"), ("a", "2026-01-20"), ("b", "2026-02-01")
    months = CALENDAR.complete_months(AS_OF, 6)
    rows = second_orders.cohorts(firsts(*bought), months, AS_OF)
    said = second_orders.by_cohort(rows).values
    assert said == {"cohort": "2026-02", "rate": 0, "earlier": "2026-01", "before": 1}
    one = second_orders.by_cohort(rows[rows.cohort == "2026-01"])
    assert one.values == {"cohort": "2026-01", "rate": 1}


def test_where_no_buyer_is_known_nobody_comes_again():
    with pytest.raises(Unanswered, match="customer_id"):
        firsts((None, "2026-01-01"))


def test_the_share_within_a_year_is_told_once_it_is_known():
    bought = [(f"c{n}", "2025-01-01") for n in range(60)]
    bought += [(f"c{n}", "2025-03-01") for n in range(30)]
    rows = waiting.curve(firsts(*bought))
    assert second_orders.reading(rows).values == {"quarter": 0.5, "year": 0.5}
    young = waiting.curve(firsts(*bought, as_of=date(2025, 5, 1)))
    assert pd.notna(second_orders.reading(young).values["share"])
