"""Back-test: past quarters as they could have been forecast then."""

from datetime import date, timedelta

import pandas as pd
import pytest
from flows import deal, flow

from revwork.analysis.sales_flow import backtest, bookings, stays
from revwork.calendar import Calendar
from revwork.findings import Unanswered
from revwork.report.words import Reader

CALENDAR, LAST = Calendar(), date(2026, 6, 30)


def steady(first=date(2024, 1, 1), count=300):
    """A deal every three days, decided after twenty, every other won."""
    made = []
    for at in range(count):
        begun = first + timedelta(days=3 * at)
        over = begun + timedelta(days=20)
        rows = [(begun.isoformat(), "A", 100)]
        if over <= LAST:
            rows.append((over.isoformat(), ("won", "lost")[at % 2], 100))
        made.append(deal(f"d{at:03}", *rows))
    return made


@pytest.fixture(scope="module")
def changes():
    return stays.changes(flow(*steady())[1]).cache()


@pytest.fixture(scope="module")
def tested(changes):
    return backtest.back_test(changes, CALENDAR, LAST, elapsed=(0, 30))


def test_only_quarters_with_a_year_of_stages_before_them_are_told(tested):
    assert tested.quarter.unique().tolist()[0] == "2025-Q1"
    assert tested.quarter.nunique() == 6 and len(tested) == 12


def test_a_quarter_s_forecast_is_the_one_that_its_own_day_gives(changes, tested):
    row = tested[(tested.quarter == "2025-Q4") & (tested.elapsed_days == 30)].iloc[0]
    quarter = CALENDAR.holding(date(2025, 12, 1), "quarter")
    then = bookings.forecast(changes, quarter, date(2025, 10, 30)).iloc[-1]
    assert (row.expected, row.low, row.high) == (then.amount, then.low, then.high)
    assert row.left_days == 62


def test_what_is_learned_later_changes_no_past_forecast(tested):
    """No look-ahead: the same quarters from a record that ends with the first of them."""
    early = [one for one in steady() if one[0]["created_on"] < "2025-02-01"]
    cut = []
    for row, rows in early:
        kept = [one for one in rows if one["changed_on"] <= "2025-01-31"]
        cut.append(({**row, **{k: kept[-1][k] for k in ("stage", "outcome", "amount")}}, kept))
    quarter = CALENDAR.holding(date(2025, 1, 1), "quarter")
    moves = flow(*cut, last=date(2025, 1, 31))[1]
    then = bookings.forecast(stays.changes(moves).cache(), quarter, date(2025, 1, 30)).iloc[-1]
    row = tested[(tested.quarter == "2025-Q1") & (tested.elapsed_days == 30)].iloc[0]
    assert then.amount == pytest.approx(row.expected)


def test_a_steady_company_is_forecast_better_than_by_the_stage_weighted_sum(tested):
    last = backtest.score(tested).iloc[-1]
    assert last.error_rate < 0.15 and last.error_rate < last.weighted_error_rate / 2


def rows(*cases):
    names = ["elapsed_days", "actual", "expected", "low", "high", "weighted_amount"]
    return pd.DataFrame(cases, columns=names)


def test_errors_are_shares_of_what_came_and_the_interval_counts_its_ends():
    told = rows((0, 100, 110, 100, 120, 50), (0, 100, 90, 80, 99, 50), (30, 0, 5, 0, 10, 5))
    found = backtest.score(told)
    assert found.elapsed.tolist() == ["0", "30", "All"] and found.inside.tolist() == [1, 1, 2]
    assert found.error_rate[0] == pytest.approx(0.1) and found.weighted_error_rate[0] == 0.5
    assert pd.isna(found.error_rate[1]) and found.coverage_rate[2] == pytest.approx(2 / 3)


def test_too_short_a_record_is_one_sentence():
    short = stays.changes(flow(*steady(date(2025, 6, 1), 60))[1]).cache()
    with pytest.raises(Unanswered, match="from 2025-06-01 on"):
        backtest.back_test(short, CALENDAR, LAST)


def test_the_picture_has_three_lines_of_one_day(tested):
    drawn = backtest.drawn(tested, 30)
    assert drawn.groupby("name").size().tolist() == [6, 6, 6]
    assert drawn[drawn.name == "Forecast"].low.notna().all()


def test_the_reading_holds_both_errors_and_the_count(tested):
    said = Reader().say(backtest.reading(backtest.score(tested)))
    assert said.startswith("Off by ") and said.endswith("of 12 times")
