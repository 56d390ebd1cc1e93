"""Periods, typed by hand where a calendar on the wall can confirm them."""

import ast
import sys
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revwork.calendar import MONTHS, RELATIVE, TO_DATE, Calendar, Period

AS_OF = date(2026, 9, 14)
PLAIN = Calendar()
NRF = Calendar(2, "start", "4-5-4", "sunday")
JULY = Calendar(fiscal_year_start=7)
CALENDARS = (PLAIN, JULY, NRF)
GRAINS = ("day", "week", *MONTHS)


def named(name, calendar=PLAIN, as_of=AS_OF):
    return calendar.period(name, as_of)


def days(period):
    """First and last day, as one would say them."""
    return f"{period.start} {period.last_day}"


@pytest.mark.parametrize(
    ("name", "first_and_last"),
    [
        ("2026", "2026-01-01 2026-12-31"),
        ("2026-H1", "2026-01-01 2026-06-30"),
        ("2026-H2", "2026-07-01 2026-12-31"),
        ("2026-Q3", "2026-07-01 2026-09-30"),
        ("2026-09", "2026-09-01 2026-09-30"),
        ("2024-02", "2024-02-01 2024-02-29"),
        ("2100-02", "2100-02-01 2100-02-28"),
        ("2026-12", "2026-12-01 2026-12-31"),
        ("2026-W01", "2025-12-29 2026-01-04"),
        ("2026-W37", "2026-09-07 2026-09-13"),
        ("2026-W53", "2026-12-28 2027-01-03"),
        ("2026-09-14", "2026-09-14 2026-09-14"),
        ("FY2026", "2026-01-01 2026-12-31"),
        ("FY2026-P03", "2026-03-01 2026-03-31"),
        ("2026-01-15..2026-03-31", "2026-01-15 2026-03-31"),
        ("2026-01..2026-Q2", "2026-01-01 2026-06-30"),
    ],
)
def test_a_name_means_these_days(name, first_and_last):
    assert days(named(name)) == first_and_last


def test_case_and_blanks_around_a_name_do_not_matter():
    assert named("  fy2026-q2 ") == named("FY2026-Q2")
    assert named(" Last   Quarter ") == named("last quarter")
    assert named("2026-01-15 .. 2026-03-31").name == "2026-01-15..2026-03-31"


@pytest.mark.parametrize(
    ("relative", "absolute"),
    [
        ("last month", "2026-08"),
        ("this month", "2026-09"),
        ("last quarter", "2026-Q2"),
        ("this quarter", "2026-Q3"),
        ("last half", "2026-H1"),
        ("this half", "2026-H2"),
        ("last year", "2025"),
        ("this year", "2026"),
        ("last week", "2026-W37"),
        ("this week", "2026-W38"),
        ("mtd", "2026-09-01..2026-09-14"),
        ("qtd", "2026-07-01..2026-09-14"),
        ("ytd", "2026-01-01..2026-09-14"),
    ],
)
def test_a_relative_name_bears_its_absolute_one(relative, absolute):
    assert named(relative) == named(absolute)
    assert named(relative).name == absolute


@pytest.mark.parametrize(
    ("as_of", "last", "this"),
    [
        (date(2026, 6, 29), "2026-Q1", "2026-Q2"),
        (date(2026, 6, 30), "2026-Q2", "2026-Q2"),
        (date(2026, 7, 1), "2026-Q2", "2026-Q3"),
    ],
)
def test_a_quarter_is_complete_on_its_last_day(as_of, last, this):
    assert named("last quarter", as_of=as_of).name == last
    assert named("this quarter", as_of=as_of).name == this


def test_the_last_year_is_complete_on_new_years_eve_and_the_last_week_on_sunday():
    assert named("last year", as_of=date(2026, 12, 31)).name == "2026"
    assert named("last week", as_of=date(2027, 1, 3)).name == "2026-W53"
    assert named("last week", as_of=date(2027, 1, 2)).name == "2026-W52"


def test_month_to_date_on_the_first_is_that_day():
    assert named("mtd", as_of=date(2026, 9, 1)).name == "2026-09-01"


@pytest.mark.parametrize("month", range(1, 13))
def test_a_fiscal_year_starts_in_any_month_and_is_named_by_either_end(month):
    by_start = named("FY2026", Calendar(month, "start"))
    by_end = named("FY2026", Calendar(month, "end"))
    assert by_start.start == date(2026, month, 1)
    assert by_end.start == date(2026 if month == 1 else 2025, month, 1)
    assert by_end.last_day.year == 2026
    assert (by_start.end.year, by_start.end.month) == (2027, month)


def test_a_fiscal_year_from_july_has_its_own_quarters_and_halves():
    assert days(named("FY2026", JULY)) == "2025-07-01 2026-06-30"
    assert days(named("FY2026-H1", JULY)) == "2025-07-01 2025-12-31"
    assert days(named("FY2026-Q2", JULY)) == "2025-10-01 2025-12-31"
    assert days(named("FY2026-P08", JULY)) == "2026-02-01 2026-02-28"


def test_relative_names_follow_the_fiscal_year_but_months_and_weeks_keep_their_names():
    relative = ("last quarter", "this half", "last year", "last month", "last week")
    expected = ["FY2026-Q4", "FY2027-H1", "FY2026", "2026-08", "2026-W37"]
    assert [named(name, JULY).name for name in relative] == expected
    assert named("ytd", JULY).name == "2026-07-01..2026-09-14"


def test_a_plain_quarter_is_the_calendar_quarter_in_every_calendar():
    assert named("2026-Q3") == named("2026-Q3", JULY) == named("2026-Q3", NRF)


def test_the_national_retail_federations_years():
    assert days(named("FY2023", NRF)) == "2023-01-29 2024-02-03"
    assert days(named("FY2024", NRF)) == "2024-02-04 2025-02-01"
    long = [year for year in range(2001, 2025) if named(f"FY{year}", NRF).days == 53 * 7]
    assert long == [2006, 2012, 2017, 2023]


def test_a_4_5_4_quarter_has_months_of_four_five_and_four_weeks():
    months = NRF.split(named("FY2024-Q1", NRF), "month")
    expected = ["2024-02-04 2024-03-02", "2024-03-03 2024-04-06", "2024-04-07 2024-05-04"]
    assert [days(month) for month in months] == expected
    assert [month.name for month in months] == ["FY2024-P01", "FY2024-P02", "FY2024-P03"]


@pytest.mark.parametrize("pattern", ["4-4-5", "4-5-4", "5-4-4"])
def test_the_53rd_week_goes_to_the_last_period(pattern):
    calendar = Calendar(2, "start", pattern, "sunday")
    months = calendar.split(named("FY2023", calendar), "month")
    expected = [int(weeks) for weeks in pattern.split("-")] * 4
    expected[-1] += 1
    assert [month.days // 7 for month in months] == expected
    quarters = calendar.split(named("FY2023", calendar), "quarter")
    assert [quarter.days // 7 for quarter in quarters] == [13, 13, 13, 14]
    assert days(named("FY2023-W53", calendar)) == "2024-01-28 2024-02-03"


def test_relative_names_in_a_retail_calendar_are_retail_periods():
    names = [named(name, NRF).name for name in ("this month", "last quarter", "last week")]
    assert names == ["FY2026-P08", "FY2026-Q2", "FY2026-W32"]
    assert named("ytd", NRF).name == "2026-02-01..2026-09-14"


def test_a_retail_year_from_january_may_begin_in_december():
    calendar = Calendar(retail="4-4-5")
    assert days(named("FY2025", calendar)) == "2024-12-30 2025-12-28"
    assert named("this year", calendar, date(2025, 12, 29)).name == "FY2026"
    assert named("this year", calendar, date(2024, 12, 30)).name == "FY2025"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("2026Q3", "2026-Q3"),
        ("2026-9", "2026-09"),
        ("2026-P03", "2026-03"),
        ("FY26-Q3", "FY2026-Q3"),
        ("lst quarter", "last quarter"),
        ("Q3 2026", "2026-01-15..2026-03-31"),
        ("", "ytd"),
        ("20260914", "2026-09"),
        ("2026-01-01..", "write it as"),
    ],
)
def test_an_unknown_name_is_answered_with_a_known_one(wrong, right):
    with pytest.raises(ValueError, match="is not a period") as error:
        named(wrong)
    assert right in str(error.value)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("2026-13", "2026-13 does not exist: the year runs from 2026-01 to 2026-12."),
        ("2026-Q0", "2026-Q0 does not exist: the year runs from 2026-Q1 to 2026-Q4."),
        ("2025-W53", "2025-W53 does not exist: the year runs from 2025-W01 to 2025-W52."),
        ("2025-02-29", "2025-02-29 is not a day of the calendar."),
        ("2026-03-31..2026-01-15", "2026-03-31..2026-01-15 ends before it begins."),
        ("FY2026-W07", "Fiscal weeks need a retail calendar: write an ISO week as 2026-W37."),
    ],
)
def test_a_name_without_days_is_refused_in_one_sentence(name, sentence):
    with pytest.raises(ValueError) as error:
        named(name)
    assert str(error.value) == sentence


@pytest.mark.parametrize("end", [date(2026, 1, 1), date(2025, 12, 31)])
def test_a_period_without_days_is_refused(end):
    with pytest.raises(ValueError, match="Easter ends before it begins"):
        Period("Easter", date(2026, 1, 1), end)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fiscal_year_start", 0),
        ("fiscal_year_start", 13),
        ("fiscal_year_start", "2"),
        ("fiscal_year_start", True),
        ("fiscal_year_named", "middle"),
        ("retail", "4-5-5"),
        ("week_start", "Monday"),
    ],
)
def test_a_wrong_calendar_is_refused_naming_field_and_value(field, value):
    with pytest.raises(ValueError, match=f"^{field} is .*, not {value!r}\\.$"):
        Calendar(**{field: value})


def test_wrong_grain_and_wrong_comparison_are_refused():
    with pytest.raises(ValueError, match="grain is one of"):
        PLAIN.split(named("2026"), "decade")
    with pytest.raises(ValueError, match="against is one of"):
        PLAIN.compare(named("2026"), "target", AS_OF)


def test_a_day_is_held_by_a_period_of_the_companys_calendar():
    held = [[calendar.holding(AS_OF, grain).name for grain in GRAINS] for calendar in CALENDARS]
    assert held == [
        ["2026-09-14", "2026-W38", "2026-09", "2026-Q3", "2026-H2", "2026"],
        ["2026-09-14", "2026-W38", "2026-09", "FY2027-Q1", "FY2027-H1", "FY2027"],
        ["2026-09-14", "FY2026-W33", "FY2026-P08", "FY2026-Q3", "FY2026-H2", "FY2026"],
    ]


def test_parts_that_a_period_cuts_short_are_named_by_their_days():
    parts = PLAIN.split(named("2026-01-15..2026-03-01"), "month")
    assert [part.name for part in parts] == ["2026-01-15..2026-01-31", "2026-02", "2026-03-01"]


def test_weeks_of_a_month_are_iso_weeks_clipped_to_it():
    expected = ["2026-08-01..2026-08-02", *(f"2026-W{n}" for n in range(32, 36)), "2026-08-31"]
    assert [part.name for part in PLAIN.split(named("2026-08"), "week")] == expected


def test_a_fiscal_year_splits_into_fiscal_quarters_and_calendar_months():
    year = named("FY2026", JULY)
    quarters = [f"FY2026-Q{n}" for n in (1, 2, 3, 4)]
    assert [part.name for part in JULY.split(year, "quarter")] == quarters
    assert [part.name for part in JULY.split(year, "month")][::11] == ["2025-07", "2026-06"]
    halves = [part.name for part in JULY.split(named("2026", JULY), "year")]
    assert halves == ["2026-01-01..2026-06-30", "2026-07-01..2026-12-31"]


@pytest.mark.parametrize(
    ("name", "before", "year_ago"),
    [
        ("2026", "2025", "2025"),
        ("2026-H1", "2025-H2", "2025-H1"),
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2024-02", "2024-01", "2023-02"),
        ("2027-W01", "2026-W53", "2026-W01"),
        ("2026-03-01", "2026-02-28", "2025-03-01"),
        ("FY2026-Q1", "FY2025-Q4", "FY2025-Q1"),
        ("FY2026-P01", "FY2025-P12", "FY2025-P01"),
        ("2026-01-11..2026-01-20", "2026-01-01..2026-01-10", "2025-01-11..2025-01-20"),
        ("2024-02-29", "2024-02-28", "2023-02-28"),
        ("2024-02-01..2024-02-29", "2024-01-03..2024-01-31", "2023-02-01..2023-02-28"),
        ("2025-02-01..2025-02-28", "2025-01-04..2025-01-31", "2024-02-01..2024-02-28"),
        ("2024-02-29..2024-03-02", "2024-02-26..2024-02-28", "2023-02-28..2023-03-02"),
    ],
)
def test_the_period_before_and_the_same_a_year_ago(name, before, year_ago):
    assert PLAIN.previous(named(name)) == named(before)
    assert PLAIN.year_ago(named(name)) == named(year_ago)


def test_week_53_has_no_counterpart_a_year_ago():
    assert PLAIN.year_ago(named("2026-W53")) is None
    assert NRF.year_ago(named("FY2023-W53", NRF)) is None
    assert NRF.year_ago(named("2024-01-28..2024-02-03", NRF)) is None
    assert PLAIN.compare(named("2026-W53"), "year ago", date(2027, 1, 3)).base is None


def test_a_retail_range_keeps_its_week_and_weekday_a_year_ago():
    first_fortnight = named("2024-02-04..2024-02-17", NRF)
    assert NRF.year_ago(first_fortnight).name == "2023-01-29..2023-02-11"
    assert NRF.year_ago(named("2024-02-05", NRF)).name == "2023-01-30"
    year_to_date = named("ytd", NRF, date(2024, 2, 3))
    assert NRF.year_ago(year_to_date).name == "2022-01-30..2023-01-28"


def test_a_period_made_by_hand_is_a_range_whatever_it_is_called():
    easter = Period("2026-Q2", date(2026, 4, 3), date(2026, 4, 7))
    assert PLAIN.previous(easter).name == "2026-03-30..2026-04-02"
    assert PLAIN.year_ago(easter).name == "2025-04-03..2025-04-06"


def test_a_partial_quarter_is_compared_with_as_many_elapsed_days():
    comparison = PLAIN.compare(named("this quarter"), "previous", AS_OF)
    assert comparison.partial and comparison.period.name == "2026-Q3"
    assert comparison.current.name == "2026-07-01..2026-09-14"
    assert comparison.base.name == "2026-04-01..2026-06-15"
    assert comparison.current.days == comparison.base.days == 76


def test_a_partial_month_longer_than_its_base_has_the_whole_base():
    comparison = PLAIN.compare(named("2026-03"), "previous", date(2026, 3, 30))
    assert comparison.current.name == "2026-03-01..2026-03-30"
    assert comparison.base == named("2026-02")


def test_complete_months_of_different_length_stand_whole_beside_whole():
    comparison = PLAIN.compare(named("2026-02"), "previous", date(2026, 2, 28))
    assert not comparison.partial
    assert (comparison.current, comparison.base) == (named("2026-02"), named("2026-01"))


def test_a_leap_year_stands_whole_beside_its_neighbours():
    comparison = PLAIN.compare(named("2024"), "year ago", AS_OF)
    assert (comparison.current.days, comparison.base.days) == (366, 365)


@pytest.mark.parametrize(
    ("name", "against", "weeks"),
    [
        ("FY2023", "year ago", 52),
        ("FY2024", "year ago", 52),
        ("FY2023-H2", "year ago", 26),
        ("FY2023-Q4", "year ago", 13),
        ("FY2023-Q4", "previous", 13),
        ("FY2024-Q1", "previous", 13),
        ("FY2023-P12", "year ago", 4),
        ("FY2024-P12", "year ago", 4),
        ("FY2023-P12", "previous", 5),
        ("FY2023-W53", "previous", 1),
        ("2023-01-29..2024-02-03", "year ago", 52),
    ],
)
def test_a_year_of_53_weeks_is_compared_week_by_week(name, against, weeks):
    comparison = NRF.compare(named(name, NRF), against, AS_OF)
    assert (comparison.current.days, comparison.base.days) == (7 * weeks, 7 * weeks)
    assert comparison.current.start == named(name, NRF).start and not comparison.partial


def test_a_53rd_week_in_progress_does_not_count_in_a_year_on_year_comparison():
    comparison = NRF.compare(named("FY2023", NRF), "year ago", date(2024, 1, 30))
    assert comparison.partial
    assert comparison.current.days == comparison.base.days == 364


def test_retail_months_of_ordinary_years_stand_whole_beside_whole():
    comparison = NRF.compare(named("FY2024-P02", NRF), "previous", AS_OF)
    assert (comparison.current.days, comparison.base.days) == (35, 28)


def test_calendar_months_of_a_retailer_stand_whole_although_one_ends_in_week_53():
    comparison = NRF.compare(named("2024-01", NRF), "previous", AS_OF)
    assert (comparison.current.name, comparison.base.name) == ("2024-01", "2023-12")


def test_a_period_is_partial_until_its_last_day():
    june = named("2026-06")
    assert PLAIN.is_partial(june, date(2026, 6, 29))
    assert not PLAIN.is_partial(june, date(2026, 6, 30))


def test_a_period_to_come_has_a_name_but_no_comparison():
    with pytest.raises(ValueError, match="2027-Q1 has not begun on 2026-11-20"):
        PLAIN.compare(named("2027-Q1"), "previous", date(2026, 11, 20))
    first_day = PLAIN.compare(named("2027-Q1"), "previous", date(2027, 1, 1))
    assert (first_day.current.name, first_day.base.name) == ("2027-01-01", "2026-10-01")


def test_complete_months_are_the_last_ones_oldest_first():
    assert _names(PLAIN.complete_months(AS_OF, 3)) == ["2026-06", "2026-07", "2026-08"]
    assert _names(PLAIN.complete_months(date(2026, 1, 31), 2)) == ["2025-12", "2026-01"]
    assert _names(JULY.complete_months(AS_OF, 1)) == ["2026-08"]
    assert _names(NRF.complete_months(date(2024, 2, 3), 2)) == ["FY2023-P11", "FY2023-P12"]
    assert PLAIN.complete_months(AS_OF, 0) == []


def test_the_calendar_imports_the_standard_library_only(root):
    tree = ast.parse((root / "revwork/calendar.py").read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {
        n.name for node in ast.walk(tree) if isinstance(node, ast.Import) for n in node.names
    }
    assert {module.split(".")[0] for module in imported} <= sys.stdlib_module_names


some_day = st.dates(date(2001, 1, 1), date(2050, 12, 31))
some_calendar = st.builds(
    Calendar,
    st.integers(1, 12),
    st.sampled_from(["end", "start"]),
    st.sampled_from(["", "4-4-5", "4-5-4", "5-4-4"]),
    st.sampled_from(["monday", "sunday"]),
)
some_range = st.builds(
    lambda start, n: Period("a range", start, start + timedelta(days=n)),
    some_day,
    st.integers(1, 900),
)
some_name = st.sampled_from([*RELATIVE, *TO_DATE])
steady = settings(deadline=None, derandomize=True)


@given(some_calendar, some_range, st.sampled_from(GRAINS))
@steady
def test_parts_tile_their_period(calendar, period, grain):
    parts = calendar.split(period, grain)
    assert [part.start for part in parts] == [period.start, *(part.end for part in parts[:-1])]
    assert parts[-1].end == period.end
    assert all(calendar.period(part.name, period.start) == part for part in parts)


@given(some_calendar, some_name, some_day)
@steady
def test_an_absolute_name_gives_the_same_period_on_any_day(calendar, name, as_of):
    period = calendar.period(name, as_of)
    assert calendar.period(period.name, date(2000, 1, 1)) == period
    assert period.last_day <= as_of or name[:4] == "this"
    assert period.start <= as_of <= period.last_day or name[:4] == "last"


@given(some_calendar, some_name, some_day)
@steady
def test_a_period_follows_the_one_before_it(calendar, name, as_of):
    period = calendar.period(name, as_of)
    before = calendar.previous(period)
    assert before.end == period.start
    assert calendar.previous(before).end == before.start


@given(some_calendar, some_day, st.sampled_from(GRAINS[1:]))
@steady
def test_the_last_complete_one_ends_by_the_day_and_the_next_one_does_not(calendar, as_of, grain):
    last = calendar.period(f"last {grain}", as_of)
    after = calendar.period(f"this {grain}", last.end)
    assert last.last_day <= as_of < after.last_day
    assert calendar.previous(after) == last


@given(some_calendar, st.integers(2001, 2050))
@steady
def test_a_fiscal_year_has_twelve_whole_periods_and_begins_where_it_should(calendar, year):
    fiscal_year = calendar.period(f"FY{year}", AS_OF)
    earlier = calendar.fiscal_year_named == "end" and calendar.fiscal_year_start > 1
    day_one = date(year - earlier, calendar.fiscal_year_start, 1)
    assert abs((fiscal_year.start - day_one).days) <= (3 if calendar.retail else 0)
    periods = [calendar.period(f"FY{year}-P{n:02}", AS_OF) for n in range(1, 13)]
    assert [p.end for p in periods] == [*(p.start for p in periods[1:]), fiscal_year.end]
    if calendar.retail:
        assert fiscal_year.days in (364, 371)
        assert f"{fiscal_year.start:%A}".lower() == calendar.week_start


@given(some_calendar, some_name, some_day, st.sampled_from(["previous", "year ago"]))
@steady
def test_partial_periods_are_compared_over_equal_days(calendar, name, as_of, against):
    period = calendar.period(name, as_of)
    comparison = calendar.compare(period, against, as_of)
    assert comparison.current.start == period.start and comparison.current.end <= period.end
    assert comparison.partial == calendar.is_partial(period, as_of)
    if comparison.base and comparison.partial:
        whole = calendar.previous(period) if against == "previous" else calendar.year_ago(period)
        elapsed = (as_of - period.start).days + 1
        assert comparison.base.start == whole.start
        assert comparison.base.days == min(elapsed, whole.days)
        assert comparison.current.days == comparison.base.days or elapsed > whole.days


@given(some_calendar, some_day, st.integers(0, 15))
@steady
def test_complete_months_follow_each_other_up_to_the_day(calendar, as_of, n):
    months = calendar.complete_months(as_of, n)
    assert len(months) == n and all(month.last_day <= as_of for month in months)
    assert all(calendar.previous(b) == a for a, b in pairwise(months))
    assert not n or months[-1] == calendar.period("last month", as_of)


def _names(periods):
    return [period.name for period in periods]
