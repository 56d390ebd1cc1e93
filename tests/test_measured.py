"""What an action changed, on weeks typed by hand: steady, noisy, too few, apart already."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.actions import measured
from revwork.analysis.actions.measured import WEEKS, against_controls, first_told

MONDAY = date(2025, 1, 6)


def weeks(count=110, seed=1, noise=3.0, **parts):
    """Weeks of three parts at 100 with a season in common; more of them by name."""
    draws = np.random.default_rng(seed)
    season = 10 * np.sin(np.arange(count) / 52 * 2 * np.pi)
    told = {
        name: level + season + draws.normal(0, noise, count)
        for name, level in {"own": 100, "north": 100, "south": 100, "west": 100, **parts}.items()
    }
    days = pd.date_range("2024-01-01", periods=count, freq="7D", name="week")
    return pd.DataFrame(told, index=days)


def moved(frame, by, since=MONDAY):
    frame = frame.copy()
    frame.loc[frame.index >= pd.Timestamp(since), "own"] += by
    return frame


def test_what_came_since_is_found_in_money_a_year_inside_its_interval():
    found = against_controls(moved(weeks(), 20), MONDAY)
    assert (found.verdict, found.method, found.weeks) == ("measured", "control", 52)
    assert found.low < 20 * WEEKS < found.high and found.low > 0
    assert abs(found.value - 20 * WEEKS) < 2 * WEEKS


def test_nothing_is_found_where_nothing_was_changed():
    found = [against_controls(weeks(seed=seed), MONDAY) for seed in range(40)]
    told = [one for one in found if one.verdict == "measured"]
    assert len(told) >= 36
    assert sum(not one.low <= 0 <= one.high for one in told) <= 4


def test_what_befalls_all_alike_is_no_effect():
    frame = weeks()
    frame.loc[frame.index >= pd.Timestamp(MONDAY)] += 30
    found = against_controls(frame, MONDAY)
    assert found.low < 0 < found.high


def test_a_control_twice_as_large_is_scaled():
    frame = moved(weeks(), 20)
    frame[["north", "south"]] *= 2
    assert abs(against_controls(frame, MONDAY).value - 20 * WEEKS) < 2 * WEEKS


@pytest.mark.parametrize(("since", "told"), [(7, "too early"), (8, "measured")])
def test_eight_whole_weeks_since_the_start_are_enough_and_seven_are_not(since, told):
    frame = moved(weeks(53 + since), 20)
    found = against_controls(frame, MONDAY)
    assert (found.verdict, found.weeks) == (told, since)
    assert found.told_from == date(2025, 3, 2)


def test_the_week_in_which_it_began_is_on_neither_side():
    frame = moved(weeks(), 20)
    midweek = frame.copy()
    midweek.loc[pd.Timestamp(MONDAY), "own"] = 1e6
    assert against_controls(midweek, date(2025, 1, 8)).value < 40 * WEEKS


def test_it_can_be_told_after_eight_whole_weeks():
    assert first_told(MONDAY) == date(2025, 3, 2)
    assert first_told(date(2025, 1, 7)) == date(2025, 3, 9)


def test_with_too_little_before_nothing_is_told():
    frame = weeks(40)
    start = frame.index[11].date()
    assert against_controls(frame, start).verdict == "too short before"


def test_a_part_that_moved_apart_before_claims_nothing():
    frame = weeks()
    frame["own"] += np.arange(len(frame)) * 2.0
    found = against_controls(frame, MONDAY)
    assert (found.verdict, found.value) == ("apart before", None) and found.p_parallel < 0.01


def test_without_sales_before_there_is_nothing_to_scale():
    frame = weeks()
    frame["own"] = 0.0
    assert against_controls(frame, MONDAY).verdict == "no sales"


def test_what_lay_before_the_trouble_is_not_what_the_action_found():
    frame = weeks()
    broken = date(2024, 8, 5)
    inside = (frame.index >= pd.Timestamp(broken)) & (frame.index < pd.Timestamp(MONDAY))
    frame.loc[inside, "own"] -= 30
    known = against_controls(frame, MONDAY, broken)
    assert abs(known.value - 30 * WEEKS) < 4 * WEEKS
    unknown = against_controls(frame, MONDAY)
    assert unknown.verdict == "apart before" or unknown.value < known.value


def test_parts_that_move_apart_by_themselves_widen_the_interval():
    quiet = against_controls(weeks(), MONDAY)
    frame = weeks()
    for name, by in (("north", 25), ("south", -25)):
        frame.loc[frame.index >= pd.Timestamp(MONDAY), name] += by
    restless = against_controls(frame, MONDAY)
    assert restless.high - restless.low > 3 * (quiet.high - quiet.low)


def test_the_weeks_a_year_are_those_of_the_calendar():
    assert round(measured.WEEKS, 2) == 52.18
