"""Ramp: how newcomers grow, from the deals they decide."""

import numpy as np
import pandas as pd
import pytest
from flows import deal, flow
from staff import people, person

from revwork.analysis.sales_flow import ramp, stays
from revwork.findings import Unanswered
from revwork.report.words import Reader


def decided(month, won, lost):
    rows = [(month, True, won), (month, False, lost)]
    return pd.DataFrame(rows, columns=["month", "won", "count"])


def drawn(start, months, rate=0.6, each=200):
    """As many decisions a month as expected, by a ramp that is known."""
    parts = [decided(30.0, rate * 5000, (1 - rate) * 5000)]
    for month in np.arange(12) + 0.5:
        wins = each * rate * ramp.share(month, start, months)
        parts.append(decided(month, wins, each - wins))
    return pd.concat(parts, ignore_index=True)


def test_a_ramp_that_many_deals_tell_is_found():
    found = ramp.measured(drawn(0.4, 6))
    assert found.start == pytest.approx(0.4, abs=0.04)
    assert found.months == pytest.approx(6, abs=0.4)
    assert found.early == pytest.approx(0.7, abs=0.02) and found.is_clear
    assert found.low_months < 6 < found.high_months and found.low_start < 0.4 < found.high_start


def test_where_newcomers_win_like_anyone_no_ramp_is_clear():
    found = ramp.measured(drawn(1, 6, each=20))
    assert not found.is_clear and found.high_early > 0.95


def test_few_deals_leave_a_wide_interval():
    few, many = (ramp.measured(drawn(0.4, 6, each=n)) for n in (2, 200))
    assert few.high_early - few.low_early > 3 * (many.high_early - many.low_early)


def test_too_few_newcomers_or_nobody_to_compare_with_is_one_sentence():
    with pytest.raises(Unanswered, match="9 deals"):
        ramp.measured(pd.concat([decided(3.0, 5, 4), decided(40.0, 50, 50)]))
    with pytest.raises(Unanswered, match="needs 10"):
        ramp.measured(decided(3.0, 50, 50))


def test_all_won_and_none_won_are_told():
    assert ramp.measured(pd.concat([decided(3.0, 20, 0), decided(40.0, 50, 0)])).early > 0.8
    assert ramp.measured(pd.concat([decided(3.0, 0, 20), decided(40.0, 0, 50)])).deals == 20


def test_the_share_grows_straight_from_start_and_stops_at_one():
    assert ramp.share(np.array([0, 3, 6, 9]), 0.4, 6).tolist() == pytest.approx([0.4, 0.7, 1, 1])
    assert ramp.NONE.at(np.array([0.0, 5.0])).tolist() == [1, 1]


def test_the_curve_runs_within_its_band_up_to_one():
    found = ramp.curve(drawn(0.4, 6))
    inside = (found.low <= found.share_of_win_rate) & (found.share_of_win_rate <= found.high)
    assert inside.all() and found.share_of_win_rate.is_monotonic_increasing
    assert found.share_of_win_rate.iloc[-1] == pytest.approx(1, abs=0.01)


def closed(name, owner, day, outcome, stage="B"):
    rows = [("2026-01-01", "A", 1), ("2026-01-02", stage, 1), (day, outcome, 1)]
    return deal(name, *rows, owner=owner)


def decisions(*made, crew):
    _, moves, today = flow(*made)
    return ramp.decisions(stays.changes(moves).cache(), today, people(*crew))


def test_only_the_stage_that_deals_are_won_from_counts():
    made = [closed(str(n), "Ann", "2026-03-01", "won") for n in range(3)]
    early = deal("x", ("2026-01-01", "A", 1), ("2026-02-01", "lost", 1), owner="Ann")
    found = decisions(*made, early, crew=[person(start="2025-12-01")])
    assert found["count"].sum() == 3 and found.won.all()
    assert found.month[0] == pytest.approx(90 / 30.4375)


def test_deals_of_nobody_known_or_of_somebody_gone_do_not_count():
    made = [closed("1", "Ann", "2026-03-01", "won"), closed("2", "Who", "2026-03-01", "won")]
    assert decisions(*made, crew=[person(end="2026-02-01")]).empty
    assert decisions(*made, crew=[person(end="2026-03-02")])["count"].sum() == 1


def test_the_reading_tells_share_and_interval():
    said = Reader().say(ramp.reading(ramp.measured(drawn(0.4, 6))))
    assert said.startswith("New owners win 7") or said.startswith("New owners win 69")
