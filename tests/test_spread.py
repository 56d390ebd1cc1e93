import numpy as np
import pytest

from revwork.analysis.forecast import spread
from revwork.analysis.forecast.spread import Spread


def drawn(of, ahead, nodes=40, origins=50):
    return spread.paths(of, ahead, nodes * origins).reshape(nodes, origins, ahead)


def test_errors_that_are_noise_alone_do_not_grow_with_the_horizon():
    found = spread.fitted(drawn(Spread(0, 0, 1, 100), 6))
    deviations = np.sqrt(np.diag(spread.covariance(found, 6)))
    assert deviations[5] / deviations[0] == pytest.approx(1, abs=0.1)


def test_errors_that_drift_grow_with_the_root_of_the_horizon():
    found = spread.fitted(drawn(Spread(0, 1, 0, 100), 9))
    deviations = np.sqrt(np.diag(spread.covariance(found, 9)))
    assert deviations[8] / deviations[0] == pytest.approx(3, rel=0.2)


@pytest.mark.parametrize("of", [Spread(1, 0, 1, 100), Spread(0, 0.3, 1, 4), Spread(0, 0, 2, 10)])
def test_intervals_hold_what_they_promise_for_one_period_and_for_their_sum(of):
    found = spread.fitted(drawn(of, 6))
    new = spread.paths(of, 6, 20_000)
    for weights in (np.eye(6)[2], np.ones(6)):
        half = spread.width(found, weights)
        held = {level: (np.abs(new @ weights) <= half[level]).mean() for level in half}
        assert 0.78 <= held[0.8] <= 0.87 and 0.94 <= held[0.95] <= 0.985


def test_what_is_not_known_yet_counts_for_nothing():
    errors = drawn(Spread(0, 0, 1, 100), 3)
    longer = np.concatenate([errors, np.full((40, 50, 2), np.nan)], axis=2)
    assert spread.fitted(longer) == spread.fitted(errors)


def test_no_error_makes_no_law():
    assert spread.fitted(np.full((3, 2, 4), np.nan)) is None


def test_one_error_makes_a_law():
    found = spread.fitted(np.full((1, 1, 1), 2.0))
    assert spread.width(found, np.ones(1))[0.8] >= 2


def test_errors_of_nothing_leave_an_interval_of_next_to_nothing():
    assert spread.width(spread.fitted(np.zeros((2, 3, 4))), np.ones(4))[0.95] < 0.1


def test_paths_are_the_same_each_time_and_their_middle_is_nothing():
    first = spread.paths(Spread(1, 0.1, 1, 5), 4, 1000)
    assert (first == spread.paths(Spread(1, 0.1, 1, 5), 4, 1000)).all()
    assert first.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-12)


def test_a_scale_is_how_much_a_season_differs_from_the_one_before_growth_apart():
    grown = np.array([[10 + 5 * (n % 12) + (n // 12) * 20 for n in range(36)]], dtype=float)
    assert spread.scales(grown, 12)[0] == pytest.approx(grown.mean() * 0.01)
    assert spread.scales(np.zeros((1, 36)), 12)[0] == 0.01
    shaken = grown + np.tile([3, -3, -3, 3, 3, -3], 6) * np.repeat([1, -1, 1], 12)
    assert spread.scales(shaken, 12)[0] == pytest.approx(6)
