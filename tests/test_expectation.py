"""What would have come in anyway, kept when decided, on weeks typed by hand."""

from datetime import date

import numpy as np
import pandas as pd

from revwork.analysis.actions.expectation import against_path, path

DECIDED = date(2026, 1, 5)  # a Monday, the 106th week


def weeks(count=156, growth=1.0, noise=0.02, seed=1):
    draws = np.random.default_rng(seed)
    at = np.arange(count)
    season = 1 + 0.3 * np.sin(at / 52 * 2 * np.pi)
    own = 1000 * season * growth ** (at / 52) * draws.normal(1, noise, count)
    return pd.DataFrame({"own": own}, index=pd.date_range("2024-01-01", periods=count, freq="7D"))


def known(frame, day):
    return frame[frame.index < pd.Timestamp(day)]


def test_the_season_and_growth_of_the_year_before_go_on():
    frame = weeks(growth=1.2)
    steps = path(frame, DECIDED)
    assert len(steps) == 13 and steps[0].until == date(2026, 2, 2)
    came = frame.own[105:157].to_numpy()
    for n, step in enumerate(steps[:12], start=1):
        assert abs(step.value / came[: 4 * n].sum() - 1) < 0.08
        assert step.low < step.value < step.high


def test_only_what_was_known_on_the_day_is_looked_at():
    frame = weeks()
    assert path(frame, DECIDED) == path(known(frame, DECIDED), DECIDED)


def test_a_decision_within_a_week_expects_from_the_next_monday():
    (first, *_) = path(weeks(), date(2026, 1, 7))
    assert first.until == date(2026, 2, 9)


def test_a_short_past_expects_its_own_mean_and_none_expects_nothing():
    short = weeks(40, noise=0.05)
    decided = short.index[-1].date()
    assert len(path(short, decided)) == 13
    assert path(weeks(8), date(2024, 2, 26)) == []


def test_what_came_beyond_it_is_the_effect_a_year():
    frame = weeks(noise=0.01)
    steps = path(frame, DECIDED)
    frame.loc[frame.index >= pd.Timestamp(DECIDED), "own"] += 300
    found = against_path(frame, steps, DECIDED)
    assert (found.verdict, found.method, found.weeks) == ("measured", "expectation", 48)
    assert found.low < 300 * 52.18 < found.high and found.low > 0


def test_the_interval_holds_what_chance_does():
    held = 0
    for seed in range(40):
        frame = weeks(noise=0.1, seed=seed)
        found = against_path(frame, path(frame, DECIDED), DECIDED)
        held += found.low <= 0 <= found.high
    assert held >= 34


def test_before_two_whole_steps_it_is_too_early_and_says_from_when_not():
    frame = weeks()
    steps = path(frame, DECIDED)
    early = known(frame, date(2026, 2, 23))
    found = against_path(early, steps, DECIDED)
    assert (found.verdict, found.weeks, found.told_from) == ("too early", 4, date(2026, 3, 1))
    assert against_path(known(frame, date(2026, 3, 2)), steps, DECIDED).verdict == "measured"


def test_steps_before_the_start_do_not_count():
    frame = weeks(noise=0.01)
    steps = path(frame, DECIDED)
    frame.loc[frame.index >= pd.Timestamp("2026-04-27"), "own"] += 300
    late = against_path(frame, steps, date(2026, 4, 27))
    assert late.weeks == 32 and abs(late.value - 300 * 52.18) < 3000


def test_without_an_expectation_nothing_is_told():
    assert against_path(weeks(), [], DECIDED).verdict == "too short before"
