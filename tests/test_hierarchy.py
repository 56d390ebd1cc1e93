from datetime import date

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.forecast import hierarchy

SERIES = pd.MultiIndex.from_tuples(
    [("Spain", "Shop", "Beans"), ("Spain", "Web", ""), ("France", "Web", "Beans")]
)


def test_every_dimension_adds_up_to_the_total():
    of = hierarchy.hierarchy(SERIES)
    amounts = of.sums @ np.array([5.0, 3.0, 2.0])
    for level in hierarchy.LEVELS:
        assert amounts[of.nodes.level == level].sum() == 10


def test_what_is_not_recorded_is_a_value_of_its_dimension():
    of = hierarchy.hierarchy(SERIES)
    nodes = of.nodes[of.nodes.level == "category"]
    assert [*nodes.category] == ["", "Beans"] and {*nodes.region} == {""}


def test_one_series_is_every_sum():
    of = hierarchy.hierarchy(SERIES[:1])
    assert (of.sums == 1).all() and [*of.nodes.level] == [*hierarchy.LEVELS]


def test_a_series_is_unknown_before_its_first_sale():
    rows = [(date(2026, 1, 1), *SERIES[0], 4.0), (date(2026, 2, 1), *SERIES[1], 5.0)]
    names = ["period_start", "region", "channel", "category", "net_revenue"]
    wide = hierarchy.history(pd.DataFrame(rows, columns=names))
    assert np.isnan(wide[SERIES[1]].iloc[0]) and wide[SERIES[1]].iloc[1] == 5


def test_what_already_adds_up_is_left_alone():
    of = hierarchy.hierarchy(SERIES)
    series = np.array([[5.0, 1.0], [3.0, 1.0], [2.0, 4.0]])
    assert hierarchy.reconciled(of, of.sums @ series) == pytest.approx(series)


def test_a_total_that_expects_more_lifts_its_parts():
    of = hierarchy.hierarchy(SERIES)
    base = of.sums @ np.array([[5.0], [3.0], [2.0]])
    base[0] += 2
    found = hierarchy.reconciled(of, base)
    assert 10 < found.sum() < 12 and (found >= [[5], [3], [2]]).all()


def test_no_part_becomes_negative():
    of = hierarchy.hierarchy(SERIES)
    base = of.sums @ np.array([[5.0], [0.0], [2.0]])
    base[0] -= 6
    found = hierarchy.reconciled(of, base)
    assert found.min() >= 0 and found.sum() < 7
