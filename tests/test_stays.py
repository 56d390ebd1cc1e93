"""Stays: where each deal stood on a past day, and how long, without looking ahead."""

from datetime import date

import pandas as pd
import pytest
from flows import deal, flow

from revwork.analysis.sales_flow import stays

pytestmark = pytest.mark.usefixtures("elsewhere")


def changes(*made):
    return stays.changes(flow(*made)[1]).cache()


ONE = deal(
    "1",
    ("2026-01-01", "A", 100, "2026-03-31"),
    ("2026-01-11", "A", 150, "2026-04-30"),
    ("2026-01-21", "B", 150, "2026-04-30"),
    ("2026-02-01", "won", 140, "2026-02-01"),
)


def test_a_past_day_shows_stage_amount_and_date_as_they_were_then():
    at = stays.open_on(changes(ONE), date(2026, 1, 15)).iloc[0]
    assert (at.stage, at.amount, at.age) == ("A", 150, 14)
    assert at.close_date == pd.Timestamp("2026-04-30")


def test_on_the_day_of_a_change_the_new_state_holds_and_age_begins_at_nought():
    at = stays.open_on(changes(ONE), date(2026, 1, 21)).iloc[0]
    assert (at.stage, at.age) == ("B", 0)
    assert stays.open_on(changes(ONE), date(2026, 2, 1)).empty
    assert stays.open_on(changes(ONE), date(2025, 12, 31)).empty


def test_of_two_changes_on_a_day_the_last_holds():
    twice = deal("1", ("2026-01-01", "A", 1), ("2026-01-05", "B", 1), ("2026-01-05", "C", 1))
    assert stays.open_on(changes(twice), date(2026, 1, 5)).stage.tolist() == ["C"]


def test_a_stay_seen_from_a_day_within_it_is_censored():
    found = stays.seen(changes(ONE), date(2026, 1, 15))
    assert found[["stage", "days", "count"]].values.tolist() == [["A", 14, 1]]
    assert found.outcome.isna().all() and found.next_stage.isna().all()


def test_a_change_of_amount_alone_begins_no_stay():
    found = stays.seen(changes(ONE), date(2026, 6, 30)).sort_values("stage")
    assert found.stage.tolist() == ["A", "B"] and found.days.tolist() == [20, 11]
    assert found.outcome.tolist() == ["open", "won"] and found.next_stage.tolist()[0] == "B"


def test_a_stay_older_than_the_memory_is_watched_from_the_age_it_had_then():
    found = stays.seen(changes(ONE), date(2026, 1, 31), memory=15)
    assert found.set_index("stage").age.to_dict() == {"A": 16, "B": 0}
    assert stays.seen(changes(ONE), date(2026, 6, 30), memory=15).empty


def test_a_reopened_deal_is_open_again():
    again = deal("1", ("2026-01-01", "A", 1), ("2026-01-05", "lost", 1), ("2026-02-01", "A", 1))
    assert stays.open_on(changes(again), date(2026, 1, 20)).empty
    assert stays.open_on(changes(again), date(2026, 2, 3)).age.tolist() == [2]


def test_what_was_signed_and_begun_counts_first_and_last_day():
    two = changes(ONE, deal("2", ("2026-02-01", "A", 5)))
    assert stays.signed(two, date(2026, 2, 1), date(2026, 2, 1)).tolist() == [140]
    assert stays.signed(two, date(2026, 2, 2), date(2026, 6, 30)).empty
    assert stays.begun(two, date(2026, 2, 1), date(2026, 2, 1)).values.tolist() == [["A", 1]]


def test_the_whole_question_compiles_on_the_other_engines():
    assert len(stays.seen(stays.changes(flow(ONE)[1]), date(2026, 1, 15))) == 1


def test_without_history_a_deal_is_open_from_its_creation_to_its_close():
    bare = ({**ONE[0]}, [])
    assert stays.open_on(changes(bare), date(2026, 1, 15)).stage.tolist() == [""]
    assert stays.open_on(changes(bare), date(2026, 3, 1)).empty
