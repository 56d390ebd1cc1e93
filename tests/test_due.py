"""On which days a subscription is due: the day it began on, every month it runs."""

from datetime import date

from conftest import typed

from revwork.analysis.due import due_days

FIRST, LAST = date(2026, 1, 1), date(2026, 4, 30)


def due(*runs):
    columns = ("subscription_id", "customer_id", "start_date", "end_date", "monthly_amount")
    rows = [dict(zip(columns, run, strict=True)) for run in runs]
    found = due_days(typed("subscriptions", rows), FIRST, LAST).order_by("due_on").execute()
    return [(f"{row.due_on:%m-%d}", float(row.monthly_amount)) for row in found.itertuples()]


def test_the_first_day_looked_at_is_in_and_the_day_it_ends_is_not():
    assert due(("s1", "c1", "2025-11-01", "2026-03-01", 20)) == [("01-01", 20), ("02-01", 20)]


def test_begun_on_the_31st_it_is_due_on_the_last_day_of_every_month():
    days = [day for day, _ in due(("s1", "c1", "2025-10-31", None, 20))]
    assert days == ["01-31", "02-28", "03-31", "04-30"]


def test_a_new_price_keeps_the_day_of_the_first_and_is_due_once_a_month():
    runs = ("s1", "c1", "2025-12-20", "2026-03-05", 20), ("s1", "c1", "2026-03-05", None, 25)
    assert due(*runs) == [("01-20", 20), ("02-20", 20), ("03-20", 25), ("04-20", 25)]


def test_nothing_is_due_for_nothing_or_without_rows():
    assert due(("s1", "c1", "2025-12-20", None, 0)) == []
    assert due() == []


def test_a_free_trial_before_is_not_the_day_it_is_due_nor_a_pause():
    runs = ("s1", "c1", "2026-01-01", None, 0), ("s1", "c1", "2026-01-15", None, 20)
    assert [day for day, _ in due(*runs)] == ["01-15", "02-15", "03-15", "04-15"]
    paused = ("s1", "c1", "2026-01-15", None, 20), ("s1", "c1", "2026-03-01", None, 0)
    assert [day for day, _ in due(*paused)] == ["01-15", "02-15"]
