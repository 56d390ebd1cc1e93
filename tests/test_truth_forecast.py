"""The forecast on companies of three seeds, and on all weekly series of the M4 competition."""

import pandas as pd
import pytest
from companies import AS_OF, SEEDS, built
from test_candidates import MONTHS, PUBLISHED_THETA, chosen_for, weekly_m4

from revwork.analysis.forecast import candidates, day_kinds, outlook, series, trading_days
from revwork.calendar import Calendar
from revwork.data.public_holidays import in_countries, public_holidays


@pytest.fixture(scope="module")
def forecasts():
    found = {}
    for seed in SEEDS:
        lines = built(seed).lines()
        sold = series.monthly(lines, Calendar(), AS_OF)
        coming = series.coming(Calendar(), AS_OF, "month", MONTHS)
        countries = in_countries(sold.region, {})
        off = public_holidays(countries, [*sold.period_start, *coming])
        days = day_kinds.Days(day_kinds.daily(lines, AS_OF), off, Calendar())
        found[seed] = outlook.forecast(sold, coming, days)
    return found


def test_intervals_of_80_percent_hold_75_to_90_percent_of_what_came(forecasts):
    found = pd.concat(one.coverage for one in forecasts.values())
    told = found[found.nominal == 0.8]
    counted = told.groupby([told.of, told.level == "series"])[["inside", "forecasts"]].sum()
    rates = counted.inside / counted.forecasts
    assert len(rates) == 4 and rates.between(0.75, 0.9).all()


def test_what_is_chosen_for_sums_beats_last_season_again(forecasts):
    for found in forecasts.values():
        sums = found.scores[found.scores.level == "sums"].set_index("model")
        assert sums.mase_multiple[sums.is_chosen].iloc[0] < sums.mase_multiple[candidates.NAIVE]
        assert sums.smape_rate[sums.is_chosen].iloc[0] < sums.smape_rate[candidates.NAIVE]


def test_counting_weekdays_makes_the_forecasts_of_all_three_better(forecasts):
    for found in forecasts.values():
        rates = found.counting.set_index("counting").smape_rate
        assert rates[trading_days.chosen(found.counting)] < rates[trading_days.PLAIN]


def test_all_359_weekly_series_of_m4_are_forecast_no_worse_than_by_the_published_theta(data_set):
    pasts, came = weekly_m4(data_set("m4_weekly_hourly"), 1)
    assert len(pasts) == 359
    assert chosen_for(pasts, came)[1] <= PUBLISHED_THETA
