"""Gradual growth: the row in which a share begins to grow, not the middle of its way."""

import numpy as np
import pytest

from revwork.analysis import breaks
from revwork.analysis.market import gradual

WHOLE = np.full(36, 400)


def grown(start, end, times, base=0.1):
    """A share that grows evenly in logarithms between two rows, without chance."""
    way = np.clip((np.arange(36) + 0.5 - start) / (end - start), 0, 1)
    return np.round(WHOLE * base * times**way)


@pytest.mark.parametrize(("start", "end"), [(12, 27), (16, 30), (20, 34)])
def test_growth_over_a_year_is_dated_where_it_begins(start, end):
    found, low, high = gradual.start(grown(start, end, 3.0), WHOLE)
    assert abs(found - start) <= 1 and low <= start <= high


def test_a_step_search_names_the_middle_instead():
    part = grown(16, 31, 3.0)
    assert breaks.of_share(part, WHOLE).at >= 21
    assert gradual.start(part, WHOLE)[0] <= 17


def test_a_step_is_dated_too_and_so_is_a_fall():
    step = np.where(np.arange(36) < 20, 40, 120)
    assert gradual.start(step, WHOLE)[0] == pytest.approx(20, abs=1)
    assert gradual.start(160 - step, WHOLE)[0] == pytest.approx(20, abs=1)


def test_few_cases_leave_the_start_uncertain():
    many = gradual.start(grown(16, 31, 3.0), WHOLE)
    few = gradual.start(np.round(grown(16, 31, 3.0) / 20), WHOLE / 20)
    assert few[2] - few[1] > many[2] - many[1]
    assert few[1] <= 16 <= few[2]


@pytest.mark.parametrize("part", [np.zeros(36), WHOLE.astype(float), np.full(36, 40.0)])
def test_nothing_all_and_always_the_same_give_some_row_without_failing(part):
    found, low, high = gradual.start(part, WHOLE)
    assert 0 <= low <= found <= high <= 36


def test_rows_without_a_case_say_nothing():
    part, whole = grown(16, 31, 3.0), WHOLE.copy()
    part[5], whole[5] = 0, 0
    assert abs(gradual.start(part, whole)[0] - 16) <= 1
