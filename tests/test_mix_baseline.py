"""Baseline of the mix model: levels, trend, season and controls as columns."""

import numpy as np
import pandas as pd

from revwork.analysis.marketing import mix_baseline

WEEKS = pd.date_range("2024-01-01", periods=53, freq="7D")


def made(controls=0, markets=2):
    rows = np.arange(controls * 53 * markets, dtype=float).reshape(controls, 53, markets)
    return mix_baseline.columns(WEEKS, rows, 0.1)


def test_each_market_has_its_level_and_trend_and_all_share_one_season():
    columns, spread = made()
    assert columns.shape == (106, 2 + 2 * 4 + 12) and len(spread) == 22
    level, season = columns[:, :2], columns[:, 10:]
    assert (level.sum(1) == 1).all() and (level.sum(0) == 53).all()
    assert (season[::2] == season[1::2]).all()


def test_the_trend_is_believed_to_bend_as_asked_and_later_waves_to_be_smaller():
    _, spread = made()
    assert (spread[2:10] == 0.1).all() and spread[10] > spread[-1]


def test_a_trend_is_a_step_of_one_quarter_about_its_mean():
    trend = made()[0][::2, 2]
    assert np.isclose(trend[13] - trend[0], 1) and np.isclose(trend[52], trend[13])
    assert abs(trend.mean()) < 1e-12


def test_a_control_counts_in_its_standard_deviations_and_one_that_never_moves_not_at_all():
    told = made(controls=1)[0][:, -1].reshape(53, 2)
    assert np.allclose(told.mean(0), 0) and np.isclose(told.std(), 1)
    flat = mix_baseline.columns(WEEKS, np.ones((1, 53, 2)), 0.1)[0][:, -1]
    assert (flat == 0).all()


def test_short_series_have_one_bend():
    columns, _ = mix_baseline.columns(WEEKS[:5], np.empty((0, 5, 1)), 0.1)
    assert columns.shape == (5, 1 + 1 + 12)
