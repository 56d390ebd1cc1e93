"""Carry-over: what is left of advertising in later weeks, and how it fills up."""

import numpy as np
import pytest

from revwork.analysis.marketing import carryover


def weeks(*spend):
    return np.array(spend, float)[:, None]


def test_half_of_a_week_lasts_into_the_next_and_a_quarter_into_the_one_after():
    spend = weeks(*[0] * 8, 8, 0, 0, 0)
    assert carryover.adstock(spend, 0.5)[8:, 0].tolist() == [4, 2, 1, 0.5]


def test_steady_spend_stays_what_it_is_and_nothing_carried_changes_nothing():
    assert np.allclose(carryover.adstock(weeks(*[3] * 20), 0.7), 3)
    spend = weeks(*range(20))
    assert np.allclose(carryover.adstock(spend, 0.0), spend)


def test_the_doubling_is_the_plain_recursion_for_any_number_of_weeks_and_markets():
    random = np.random.default_rng(1)
    spend = random.random((3, 37, 2))
    share = np.array([0.2, 0.6, 0.9])[:, None, None]
    found = carryover.adstock(spend, share)
    last = spend[:, :8].mean(1)
    for week in range(37):
        last = share[:, 0] * last + (1 - share[:, 0]) * spend[:, week]
        assert np.allclose(found[:, week], last)


def test_half_of_the_most_is_reached_at_half_and_nothing_by_nothing():
    assert carryover.saturated(np.array([0.0, 2.0, 1e9]), 2.0, 1.3) == pytest.approx([0, 0.5, 1])


def test_the_slopes_are_those_of_small_steps():
    spend = np.random.default_rng(2).random((1, 30, 2))

    def reached(carried, half, slope):
        share = 1 / (1 + np.exp(-carried))
        stock = carryover.adstock(spend, share)
        return carryover.saturated(stock, np.exp(half), np.exp(slope))

    at = np.array([-0.4, 0.3, 0.2])
    parts = [np.full((1, 1, 1), x) for x in (1 / (1 + np.exp(0.4)), np.exp(0.3), np.exp(0.2))]
    value, *slopes = carryover.with_slopes(spend, *parts)
    assert np.allclose(value, reached(*at))
    for place, slope in enumerate(slopes):
        step = np.eye(3)[place] * 1e-6
        assert np.allclose(slope, (reached(*(at + step)) - reached(*(at - step))) / 2e-6, atol=1e-6)
