from datetime import date

import pytest
from conftest import sales_lines

from revwork.analysis.forecast import series
from revwork.calendar import Calendar
from revwork.findings import Unanswered

YEAR = [date(2025, month, 1) for month in range(1, 13)]


def sold(*rows):
    """Lines of (day, net, region, channel)."""
    names = ("order_date", "net_amount", "region", "channel")
    return sales_lines([dict(zip(names, row, strict=True)) for row in rows])


def months(region, *amounts, first=1):
    starts = [date(2025 + (first + n - 1) // 12, (first + n - 1) % 12 + 1, 5) for n in range(30)]
    return [
        (f"{day}", amount, region, "Shop")
        for day, amount in zip(starts, amounts, strict=False)
        if amount is not None
    ]


AS_OF = date(2026, 2, 10)
SPAIN = months("Spain", *range(100, 114))


def test_the_series_add_up_to_the_whole_to_the_cent():
    lines = sold(*SPAIN, *months("", 0.1, 0.2, 0.3), ("2025-03-07", -4.4444, None, None))
    found = series.monthly(lines, Calendar(), AS_OF)
    whole = lines.filter(lines.order_date < date(2026, 2, 1)).net.sum().execute()
    assert round(found.net_revenue.sum(), 2) == round(float(whole), 2)


def test_a_month_that_is_not_over_is_left_out_and_so_is_one_the_data_begin_in():
    late = sold(("2024-12-20", 5, "Spain", "Shop"), *SPAIN)
    found = series.monthly(late, Calendar(), AS_OF)
    assert (found.period_start.min(), found.period_start.max()) == (YEAR[0], date(2026, 1, 1))


def test_a_new_series_begins_with_its_first_sale_and_is_zero_where_it_then_sold_nothing():
    lines = sold(*SPAIN, *months("France", 7, None, 9, first=6))
    france = series.monthly(lines, Calendar(), AS_OF).query("region == 'France'")
    assert [*france.net_revenue] == [7, 0, 9, 0, 0, 0, 0, 0]
    assert france.period_start.iloc[0] == date(2025, 6, 1)


def test_an_ended_series_goes_on_at_zero():
    lines = sold(*SPAIN, *months("France", 7))
    france = series.monthly(lines, Calendar(), AS_OF).query("region == 'France'")
    assert len(france) == 13 and france.net_revenue.sum() == 7


def test_what_is_not_recorded_is_a_series_of_its_own():
    found = series.monthly(sold(*SPAIN, ("2025-01-02", 3, None, "Shop")), Calendar(), AS_OF)
    assert set(found.region) == {"Spain", ""} and set(found.category) == {""}


def test_weeks_are_iso_weeks_and_the_first_is_whole():
    days = [date.fromordinal(date(2025, 1, 1).toordinal() + 7 * n) for n in range(30)]
    lines = sold(*((f"{day}", 10, "Spain", "Shop") for day in days))
    found = series.weekly(lines, Calendar(), date(2025, 7, 27))
    assert found.period_start.iloc[0] == date(2025, 1, 6)  # 1 January was a Wednesday
    assert found.period_start.iloc[-1] == date(2025, 7, 21) and len(found) == 29


def test_months_of_a_retail_calendar_are_its_own():
    found = series.monthly(sold(*SPAIN), Calendar(retail="4-4-5"), AS_OF)
    assert found.period_start.iloc[1] == date(2025, 1, 27)


def test_too_short_a_past_is_said():
    with pytest.raises(Unanswered, match="needs 13 complete months: the orders cover 3"):
        series.monthly(sold(*SPAIN[:4]), Calendar(), date(2025, 4, 10))


def test_no_order_at_all_is_said():
    with pytest.raises(Unanswered):
        series.weekly(sold(), Calendar(), AS_OF)


def test_what_is_coming_begins_with_the_period_that_is_not_over():
    assert series.coming(Calendar(), date(2025, 11, 14), "month", 3) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
    ]
    assert series.coming(Calendar(), date(2025, 11, 30), "month", 1) == [date(2025, 12, 1)]
    assert series.coming(Calendar(), date(2025, 11, 16), "week", 1) == [date(2025, 11, 17)]
