"""Running costs ahead: by level or by season, whichever was less often off."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import typed
from outlooks import months, spent

from revwork.analysis.forecast import running_ahead
from revwork.findings import Unanswered


def ahead(past, horizon=12):
    return running_ahead.ahead(pd.DataFrame({"rent": past}, dtype=float), horizon)[0]


def test_a_level_that_stepped_up_is_carried_on_from_the_last_three_months():
    found = ahead([10] * 20 + [20] * 4)
    assert found.method == running_ahead.RECENT and found.expected.tolist() == [20] * 12


def test_a_season_repeats_with_the_growth_of_a_year():
    year = [10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 110]
    found = ahead(year + [2 * one for one in year] + [4 * one for one in year])
    assert found.method == running_ahead.SEASON
    assert found.expected.tolist() == [8 * one for one in year]


def test_a_level_that_only_jitters_is_the_mean_of_a_year():
    past = [*np.random.default_rng(3).normal(100, 10, 36)]
    found = ahead(past)
    assert found.method == running_ahead.YEAR
    assert found.expected.tolist() == pytest.approx([sum(past[-12:]) / 12] * 12)


def test_misses_are_what_came_less_what_was_expected_and_the_last_one_holds_on():
    found = ahead([10, 10, 10, 10, 13, 10], 3)
    assert found.misses.tolist() == [[0, 3, 0], [3, 0, 0], [-1, -1, -1]]


def test_a_young_company_has_its_level_and_five_months_are_too_few():
    assert ahead([10, 10, 10, 40, 40, 40], 2).expected.tolist() == [40, 40]
    with pytest.raises(Unanswered, match="six complete months of expenses"):
        ahead([10] * 5)


def test_every_month_and_kind_has_its_sum_and_nothing_booked_is_0():
    rows = [*spent("2025-01", 2, rent=20), {"date": "2025-02-01", "kind": "other", "amount": 5}]
    found = running_ahead.by_kind(typed("expenses", rows), months("2025-01-01", 3))
    assert found.to_dict("list") == {"other": [0, 5, 0], "rent": [20, 20, 0]}


def test_expenses_are_booked_to_the_end_of_the_last_ones_month_but_not_beyond_today():
    rows = typed("expenses", spent("2025-01", 2))
    assert running_ahead.booked_until(rows, date(2025, 3, 9)) == date(2025, 2, 28)
    assert running_ahead.booked_until(rows, date(2025, 2, 26)) == date(2025, 2, 26)
    assert running_ahead.booked_until(typed("expenses"), date(2025, 2, 26)) is None
    assert np.isfinite(ahead([10] * 24).expected).all()
