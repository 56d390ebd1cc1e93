"""The forecast on companies of three seeds, and on all weekly series of the M4 competition."""

import numpy as np
import pytest
from companies import AS_OF, SEEDS, built
from test_candidates import MONTHS, PUBLISHED_THETA, smape, weekly_m4

from revwork.analysis.forecast import candidates, outlook, series
from revwork.calendar import Calendar


@pytest.fixture(scope="module")
def forecasts():
    found = {}
    for seed in SEEDS:
        sold = series.monthly(built(seed).lines(), Calendar(), AS_OF)
        found[seed] = outlook.forecast(sold, series.coming(Calendar(), AS_OF, "month", MONTHS))
    return found


def test_intervals_of_80_percent_hold_75_to_90_percent_of_what_came(forecasts):
    for of in ("one period", "several"):
        rows = [
            found.coverage.query("nominal == 0.8 and of == @of") for found in forecasts.values()
        ]
        for is_series in (True, False):
            mine = [one[(one.level == "series") == is_series] for one in rows]
            inside, count = (
                sum(one[name].sum() for one in mine) for name in ("inside", "forecasts")
            )
            assert 0.75 <= inside / count <= 0.9


def test_what_is_chosen_for_sums_beats_last_season_again(forecasts):
    for found in forecasts.values():
        sums = found.scores[found.scores.level == "sums"].set_index("model")
        assert sums.mase_multiple[sums.is_chosen].iloc[0] < sums.mase_multiple[candidates.NAIVE]
        assert sums.smape_rate[sums.is_chosen].iloc[0] < sums.smape_rate[candidates.NAIVE]


def test_all_359_weekly_series_of_m4_are_forecast_no_worse_than_by_the_published_theta(data_set):
    pasts, came = weekly_m4(data_set("m4_weekly_hourly"), 1)
    assert len(pasts) == 359
    told = np.array([candidates.expected(["AutoTheta"], past, 13, 52)[0] for past in pasts])
    assert smape(told, came).mean() <= PUBLISHED_THETA
