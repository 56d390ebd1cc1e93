"""Totals of offers, from rows typed by hand."""

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.pricing import promotion_totals


def offer(net, variance=100.0, category="Pots", sold=30, expected=20):
    told = {"category": category, "sold_count": sold, "expected_count": expected}
    told |= {"expected_variance": 4.0, "pull_forward_count": -1, "cannibalised_count": 0}
    return told | {"discount_amount": 10, "net_effect": net, "variance": variance}


def test_nets_add_up_and_errors_add_in_squares():
    (row,) = promotion_totals.total(pd.DataFrame([offer(5), offer(-45)])).itertuples()
    assert row.offers == 2 and row.net_effect == -40 and row.uplift_rate == 0.5
    half = 1.959964 * np.sqrt(200)
    assert (row.low_net_effect, row.high_net_effect) == pytest.approx((-40 - half, -40 + half))


def test_a_category_that_is_not_recorded_keeps_its_row_and_the_best_comes_first():
    rows = pd.DataFrame([offer(5), offer(9, category=None), offer(np.nan)])
    parts = promotion_totals.total(rows, "category")
    assert parts.net_effect.tolist() == [9, 5] and parts.category.isna().tolist() == [True, False]


def test_nothing_measured_is_an_empty_total():
    rows = pd.DataFrame([offer(np.nan)])
    assert promotion_totals.total(rows, "category").empty and promotion_totals.total(rows).empty
