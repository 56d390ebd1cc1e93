from datetime import date

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.forecast import reliability
from revwork.analysis.forecast.hierarchy import hierarchy
from revwork.analysis.forecast.origins import Past
from revwork.findings import Unanswered

KEYS = [("Spain", "Web", "Beans"), ("France", "Web", "Beans")]
OF = hierarchy(pd.MultiIndex.from_tuples(KEYS))
STARTS = [date(2023 + n // 12, n % 12 + 1, 1) for n in range(48)]


def past(origins=range(24, 48, 2), size=5.0, seed=1):
    """Forecasts of 100 a series and month; what came is off by noise."""
    random = np.random.default_rng(seed)
    came = OF.sums @ (100 + random.normal(0, size, (2, 48)))
    expected = np.broadcast_to(
        OF.sums.sum(axis=1)[:, None, None] * 100, (len(came), len(origins), 12)
    )
    errors = np.full(expected.shape, np.nan)
    for place, origin in enumerate(origins):
        actual = came[:, origin : origin + 12]
        errors[:, place, : actual.shape[1]] = actual - expected[:, place, : actual.shape[1]]
    return Past(tuple(origins), np.array(expected), errors, came, 12)


def test_intervals_of_noise_hold_what_they_promise():
    found = pd.concat(reliability.coverage(past(seed=seed), OF) for seed in range(5))
    counted = found.groupby("nominal")[["inside", "forecasts"]].sum()
    rate = counted.inside / counted.forecasts
    assert 0.76 <= rate[0.8] <= 0.9 and 0.93 <= rate[0.95] <= 1


def test_an_origin_does_not_set_its_own_intervals():
    quiet = past()
    errors = quiet.errors.copy()
    errors[:, 5] += 1000
    shocked = Past(quiet.origins, quiet.expected, errors, quiet.history, 12)
    before, after = (reliability.checked(one, OF, STARTS) for one in (quiet, shocked))
    mine = before.made_on == STARTS[quiet.origins[5]]
    assert (before[mine].high_80 == after[mine].high_80).all()
    assert (before[~mine].high_80 < after[~mine].high_80).all()
    assert not after[mine].actual.between(after[mine].low_95, after[mine].high_95).any()


def test_forecasts_of_months_to_come_are_not_checked():
    found = reliability.checked(past(), OF, STARTS)
    assert found.period_start.max() == STARTS[-1]
    assert [*found[found.made_on == STARTS[46]].ahead] == [1, 2]


def test_every_level_is_counted_for_one_period_and_for_several():
    found = reliability.coverage(past(), OF)
    assert len(found) == 5 * 2 * 2
    total = found[(found.level == "total") & (found.nominal == 0.8)].set_index("of").forecasts
    assert (
        total["one period"] == 12 * 7 + 10 + 8 + 6 + 4 + 2
        and total["several"] < total["one period"]
    )


def test_two_origins_are_too_few_to_measure_and_it_is_said():
    found = reliability.coverage(past(range(44, 48, 2)), OF)
    assert found.empty and "Too few periods" in reliability.reading(found).template
    assert reliability.checked(past(range(44, 48, 2)), OF, STARTS).empty


def test_no_error_at_all_is_said():
    one = past()
    blank = Past(one.origins, one.expected, one.errors * np.nan, one.history, 12)
    with pytest.raises(Unanswered):
        reliability.laws(blank, OF)


def test_the_reading_counts_sums_at_eighty_percent_alone():
    found = reliability.coverage(past(), OF)
    sums = found[(found.nominal == 0.8) & (found.level != "series")]
    said = reliability.reading(found).values
    assert (said["inside"], said["all"]) == (sums.inside.sum(), sums.forecasts.sum())
    assert said["share"] == pytest.approx(sums.inside.sum() / sums.forecasts.sum())
