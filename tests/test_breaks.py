"""Breaks: the place is found and dated, chance is not called, and restless rows count less."""

import numpy as np
import pytest

from revwork.analysis import breaks

WEEKS = 100


def test_a_share_that_falls_is_found_in_its_week_with_an_interval_around_it():
    whole = np.full(WEEKS, 50)
    part = np.where(np.arange(WEEKS) < 80, 40, 20)
    found = breaks.of_share(part, whole)
    assert found.at == 80 and found.low <= 80 <= found.high
    assert 83 <= found.seen < 90 and found.p < 1e-9


def test_a_rate_that_rises_is_found_by_its_exposure_not_by_its_count():
    days = np.where(np.arange(WEEKS) < 50, 10, 100)
    assert breaks.of_rate(days * 2, days) is None
    assert breaks.of_rate(days * np.where(np.arange(WEEKS) < 70, 2, 4), days).at == 70


def test_a_mean_that_falls_is_found():
    values = np.random.default_rng(1).normal(4, 1, (WEEKS, 8)) - (np.arange(WEEKS) >= 60)[:, None]
    found = breaks.of_mean(np.full(WEEKS, 8), values.sum(1), (values**2).sum(1))
    assert abs(found.at - 60) <= 2 and found.low <= 60 <= found.high


@pytest.mark.parametrize("size", [0, 1, breaks.BEFORE + breaks.AFTER - 1])
def test_a_series_too_short_for_both_sides_has_no_break(size):
    part = np.where(np.arange(size) < breaks.BEFORE, 40, 0)
    assert breaks.of_share(part, np.full(size, 40)) is None


def test_all_none_and_nothing_seen_are_no_breaks():
    whole, none = np.full(WEEKS, 9), np.zeros(WEEKS)
    assert breaks.of_share(whole, whole) is None and breaks.of_share(none, whole) is None
    assert breaks.of_share(none, none) is None and breaks.of_rate(none, none) is None
    assert breaks.of_mean(none, none, none) is None
    assert breaks.of_mean(whole, whole * 4, whole * 16) is None


def test_rows_in_which_nothing_was_seen_change_nothing_but_the_places():
    whole = np.where(np.arange(WEEKS) % 3 == 0, 0, 60)
    part = np.where(np.arange(WEEKS) < 70, 0.8, 0.4) * whole
    assert 69 <= breaks.of_share(part, whole).at <= 70


def test_few_false_breaks_in_series_without_one_even_where_weeks_are_restless():
    draws = np.random.default_rng(18)
    called = 0
    for _ in range(300):
        chance = np.clip(draws.normal(0.5, 0.12, WEEKS), 0, 1)
        part = draws.binomial(60, chance)
        called += breaks.of_share(part, np.full(WEEKS, 60)) is not None
    assert called <= 6


def test_the_more_series_are_looked_at_the_surer_each_must_be():
    whole = np.full(WEEKS, 50)
    part = np.where(np.arange(WEEKS) < 80, 30, 25) + np.arange(WEEKS) % 5
    one, many = breaks.of_share(part, whole), breaks.of_share(part, whole, series=1000)
    assert one.p < breaks.CHANCE and (many is None or many.p >= 999 * one.p)
