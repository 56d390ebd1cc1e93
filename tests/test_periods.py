"""Which rows fall in a period, and which periods a table covers."""

from datetime import date, timedelta

from conftest import sales_lines, typed

from revwork.analysis import periods
from revwork.calendar import Comparison, Period

JUNE = Period("2026-06", date(2026, 6, 1), date(2026, 7, 1))


def on(*days):
    return sales_lines([{"order_date": day, "net_amount": 1} for day in days])


def test_a_period_holds_its_first_day_and_not_its_end():
    lines = on("2026-05-31", "2026-06-01", "2026-06-30", "2026-07-01")
    assert periods.between(lines, JUNE).count().execute() == 2


def test_any_table_has_a_day_to_go_by():
    spend = typed("spend", [{"date": "2026-06-30"}, {"date": "2026-07-01"}])
    assert periods.between(spend, JUNE, "date").count().execute() == 1
    assert periods.covers(spend, [JUNE], "date") == [False]


def test_no_period_holds_no_row():
    lines = on("2026-06-01")
    assert lines.filter(periods.is_within(lines.order_date, None)).count().execute() == 0


def test_a_row_of_two_periods_is_there_twice_with_the_place_of_each():
    both = [JUNE, Period("h1", date(2026, 1, 1), date(2026, 7, 1))]
    found = periods.in_periods(on("2026-06-01", "2026-03-01"), both).period.execute()
    assert sorted(found) == [0, 1, 1]


def test_data_that_begin_within_a_week_cover_the_period():
    for late, expected in ((0, True), (7, True), (8, False)):
        first = (JUNE.start + timedelta(days=late)).isoformat()
        assert periods.covers(on(first), [JUNE]) == [expected]
    assert periods.covers(sales_lines([]), [JUNE]) == [False]


def test_the_year_to_a_period_is_365_days_that_end_with_it():
    year = periods.year_to(JUNE)
    assert (year.end, year.days) == (JUNE.end, 365)


def test_a_base_that_the_data_cover_in_part_is_no_comparison():
    base = Period("2025", date(2025, 1, 1), date(2026, 1, 1))
    year = Comparison(JUNE, JUNE, base, "year ago", False)
    assert periods.comparable(year, on("2025-01-08")) is year
    late = periods.comparable(year, on("2025-04-01"))
    assert (late.base, late.current, late.period) == (None, JUNE, JUNE)
    assert [periods.comparable(one, on()).base for one in (year, late)] == [None, None]
    spend = typed("spend", [{"date": "2025-01-01"}])
    assert periods.comparable(year, spend, "date") is year
