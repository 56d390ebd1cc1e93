"""Costs ahead: shares of revenue by cut, weighed by the mix ahead, and how far they were off."""

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines
from outlooks import line, months, sold

from revwork.analysis.forecast import cost_ahead
from revwork.findings import Unanswered

BY = ("category",)


def table(rows, count=6):
    return cost_ahead.sold(sales_lines(rows), months("2025-01-01", count), BY)


def ahead(**value):
    return pd.DataFrame(
        [{"month": 0, "category": name, "value": amount} for name, amount in value.items()]
    )


def test_what_each_month_and_cut_took_is_told_with_what_has_no_cost_apart():
    rows = [
        line("2025-01-05", 100, 60, commission=5),
        line("2025-01-06", 50, None, category=None),
        line("2025-06-05", 10, 6),
    ]
    found = table(rows)
    assert found.category.tolist() == ["", "Beans", "Beans"]
    assert found.cost_not_known.tolist() == [50, 0, 0] and found.cost.tolist() == [0, 60, 6]
    assert found.commission.tolist() == [0, 5, 0] and found.net_revenue.tolist() == [50, 100, 10]


def test_without_a_cost_in_the_last_months_nothing_is_assumed():
    with pytest.raises(Unanswered, match="cost of goods"):
        table([line("2025-01-05"), line("2025-06-05", cost=None)])


def test_the_mix_ahead_weighs_the_shares_of_the_cuts():
    rows = sold("2025-01", 6) + [
        line(f"2025-0{m}-11", 100, 20, category="Cups", order_id=f"c{m}") for m in range(1, 7)
    ]
    even = cost_ahead.shares(table(rows), ahead(Beans=50, Cups=50), BY)
    tilted = cost_ahead.shares(table(rows), ahead(Beans=25, Cups=75), BY)
    at = cost_ahead.TAKEN.index("cost")
    assert even.expected[at, 0] == pytest.approx(0.4)
    assert tilted.expected[at, 0] == pytest.approx(0.3)
    assert np.abs(even.misses).max() == pytest.approx(0)


def test_a_cut_that_sold_nothing_lately_takes_the_companys_share():
    found = cost_ahead.shares(table(sold("2025-01", 6)), ahead(New=80), BY)
    assert found.expected[cost_ahead.TAKEN.index("cost"), 0] == pytest.approx(0.6)


def test_misses_are_what_came_less_what_the_three_months_before_said():
    rows = [line(f"2025-0{m}-10", 100, 60 + 10 * (m == 6), order_id=f"o{m}") for m in range(1, 7)]
    found = cost_ahead.shares(table(rows), ahead(Beans=100), BY)
    assert found.misses[:, cost_ahead.TAKEN.index("cost"), 0] == pytest.approx([0, 0, 0.1])


def test_five_months_are_too_few():
    with pytest.raises(Unanswered, match="six complete months"):
        cost_ahead.shares(table(sold("2025-01", 5), 5), ahead(Beans=100), BY)
