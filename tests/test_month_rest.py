"""Rest of a month: what came after the same share of the days of months before."""

from datetime import date

import pandas as pd
import pytest
from conftest import sales_lines
from outlooks import line, months

from revwork.analysis.forecast import month_rest


def rest(rows, as_of, running="2025-03-01", past=("2025-01-01", 2), worth=None):
    given = {} if worth is None else {"worth": worth}
    asked = month_rest.Running(months(running)[0], date.fromisoformat(as_of), **given)
    return month_rest.shares(sales_lines(rows), "net", months(*past), asked).tolist()


def test_a_month_had_to_come_what_it_sold_after_the_same_share_of_its_days():
    rows = [line("2025-01-01", 30), line("2025-01-31", 70), line("2025-02-14", 50)]
    rows = [{**row, "order_id": f"o{n}"} for n, row in enumerate(rows)]
    assert rest(rows, "2025-03-15") == pytest.approx([0.7, 0.0])


def test_before_the_first_day_all_is_to_come():
    assert rest([line("2025-01-05")], "2025-02-28") == [1.0]


def test_months_without_an_amount_say_nothing_and_then_days_do():
    assert rest([line("2025-01-05")], "2025-03-10") == [0.0]
    assert rest([line("2024-01-05")], "2025-03-10") == pytest.approx([21 / 31])


def test_returns_after_a_months_first_half_make_no_negative_rest():
    rows = [line("2025-01-05", 100), line("2025-01-20", -50, -30)]
    assert rest(rows, "2025-03-15", past=("2025-01-01", 1)) == [0.0]


def worth(*sundays):
    """Days of the first quarter, none of them worth anything but the Sundays that are named."""
    days = pd.date_range("2025-01-01", "2025-03-31")
    return pd.DataFrame({"day": days, "worth": days.isin(pd.to_datetime([*sundays])) * 1.0})


def test_a_month_is_cut_where_as_much_of_its_days_worth_was_over():
    rows = [line("2025-02-02", 30), line("2025-02-23", 70)]
    sundays = worth("2025-02-02", "2025-02-23", "2025-03-09", "2025-03-16")
    half = {"past": ("2025-02-01", 1), "worth": sundays}
    assert rest(rows, "2025-03-10", **half) == pytest.approx([0.7])
    assert rest(rows, "2025-03-16", **half) == pytest.approx([0.0])
    assert rest(rows, "2025-03-27", past=("2025-02-01", 1)) == pytest.approx([0.0])


def test_where_no_month_sold_anything_what_days_are_worth_says_what_is_to_come():
    sundays = worth("2025-03-09", "2025-03-16", "2025-03-23", "2025-03-30")
    assert rest([line("2024-01-05")], "2025-03-10", worth=sundays) == pytest.approx([0.75])


@pytest.mark.parametrize(
    ("as_of", "days"), [("2025-02-28", None), ("2025-03-01", 1), ("2025-03-31", 31)]
)
def test_days_gone_are_counted_with_the_last_one(as_of, days):
    found = month_rest.elapsed(months("2025-03-01")[0], date.fromisoformat(as_of))
    assert (found and found.days) == days
