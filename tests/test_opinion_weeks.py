"""Weeks of opinion, counted back from a last day."""

from datetime import date

import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.reputation import opinion_weeks, opinions

LAST = date(2026, 1, 25)  # a Sunday: weeks begin on Mondays here


def reviewed(*rows):
    names = ("date", "rating", "region", "competitor")
    full = [
        {"review_id": f"r{n}", **dict(zip(names, row, strict=False))} for n, row in enumerate(rows)
    ]
    return opinions.opinions(typed("reviews", full), sales_lines([])).cache()


def test_the_last_week_is_whole_and_what_is_left_of_the_first_is_dropped(elsewhere):
    found = reviewed(("2026-01-25", 5), ("2026-01-19", 4), ("2026-01-18", 3), ("2026-01-09", 1))
    spine = opinion_weeks.weeks(found, LAST)
    assert spine.count == 2
    rows = opinion_weeks.stars(found, spine)
    assert rows.n.tolist() == [1, 2] and rows.week.tolist() == [0, 1]
    assert rows.total.tolist() == [3, 9] and rows.squares.tolist() == [9, 41]
    assert rows.critical.tolist() == [1, 0]


def test_weeks_have_their_first_day_and_hold_their_days():
    spine = opinion_weeks.Weeks(LAST, 3)
    assert [spine.first_day(week) for week in range(3)] == [
        date(2026, 1, 5),
        date(2026, 1, 12),
        date(2026, 1, 19),
    ]
    assert [spine.holding(spine.first_day(week)) for week in range(3)] == [0, 1, 2]
    assert spine.holding(LAST) == 2 and spine.holding(date(2026, 1, 4)) == -1


def test_without_a_review_of_ours_there_is_no_week():
    assert opinion_weeks.weeks(reviewed(), LAST).count == 0
    assert opinion_weeks.weeks(reviewed(("2026-01-01", 5, "N", "R")), LAST).count == 0


def test_four_years_are_looked_at_at_most():
    assert opinion_weeks.weeks(reviewed(("2015-01-01", 5)), LAST).count == 208


def test_rivals_and_reviews_without_stars_are_not_ours_to_count():
    found = reviewed(("2026-01-20", 5, "N", "R"), ("2026-01-20", None), ("2026-01-12", 4))
    assert opinion_weeks.stars(found, opinion_weeks.weeks(found, LAST)).n.tolist() == [1]


def test_a_review_of_a_later_day_is_in_no_week():
    found = reviewed(("2026-01-26", 5), ("2026-01-12", 4))
    assert opinion_weeks.stars(found, opinion_weeks.weeks(found, LAST)).n.tolist() == [1]


def test_a_part_that_is_not_recorded_stays_one():
    found = reviewed(("2026-01-20", 5, None), ("2026-01-12", 4, "N"))
    rows = opinion_weeks.stars(found, opinion_weeks.weeks(found, LAST))
    assert rows.region.tolist() == ["N", None]


@pytest.fixture
def told():
    days = pd.to_datetime(["2026-01-12", "2026-01-20", "2026-01-20", "2026-01-20"])
    frame = pd.DataFrame({"key": list("abcd"), "date": days, "kind": "review", "region": "N"})
    frame["competitor"] = [None, None, None, "R"]
    frame = frame.assign(category=None, product_id=None)
    about = pd.DataFrame({"key": ["b", "d"], "topic": "late"})
    return opinion_weeks.topics(frame, about, opinion_weeks.Weeks(LAST, 2))


def test_topics_are_counted_beside_all_reviews_with_words(told):
    every, late = told[told.topic.isna()], told[told.topic == "late"]
    assert dict(zip(every.week, every.n, strict=True)) == {0: 1, 1: 2}
    assert dict(zip(late.week, late.n, strict=True)) == {1: 1}


def test_weeks_with_nothing_are_zero(told):
    spine = opinion_weeks.Weeks(LAST, 2)
    assert opinion_weeks.by_week(told[told.topic == "late"], ["n"], spine).tolist() == [[0, 1]]
