"""Offer tests: revenue decides, by hand and as marketing's own reading of the same tests."""

import pandas as pd
import pytest
from conftest import typed
from scipy.stats import ttest_ind

from revwork.analysis import trials
from revwork.analysis.pricing import offer_tests
from revwork.findings import Unanswered


def units(variant, n, buyers, money, before=None):
    """Units of a variant: the first `buyers` pay `money` or a euro more, the others nothing."""
    return [
        {
            **{"experiment_id": "E", "variant": variant, "unit_id": f"{variant}{at}"},
            "converted": at < buyers,
            "revenue": None if money is None else (money + at % 2) * (at < buyers),
            "revenue_before": None if before is None else before + at % 5,
        }
        for at in range(n)
    ]


def read(*groups):
    return offer_tests.read(typed("experiments", [one for group in groups for one in group]))


def test_more_orders_with_clearly_less_revenue_are_a_loss(elsewhere):
    (row,) = read(units("control", 400, 100, 80), units("offer", 400, 160, 20)).itertuples()
    assert row.order_change == pytest.approx(0.15) and row.high < 0
    assert row.verdict == offer_tests.LOSS


def test_more_orders_with_less_revenue_not_clearly_are_no_gain():
    (row,) = read(units("control", 400, 100, 80), units("offer", 400, 160, 45)).itertuples()
    assert row.revenue_change < 0 < row.high and row.verdict == offer_tests.DEAR


def test_more_orders_with_revenue_not_clear_are_not_proven():
    (row,) = read(units("control", 400, 100, 80), units("offer", 400, 160, 55)).itertuples()
    assert row.low < 0 < row.revenue_change and row.verdict == offer_tests.OPEN


def test_more_revenue_from_fewer_orders_is_a_win():
    (row,) = read(units("control", 400, 160, 20), units("offer", 400, 120, 80)).itertuples()
    assert row.order_change < 0 and row.verdict == offer_tests.WIN


def test_alike_is_no_clear_difference():
    (row,) = read(units("control", 400, 100, 80), units("offer", 400, 101, 80)).itertuples()
    assert row.verdict == offer_tests.NOTHING


def test_revenue_is_compared_by_welch():
    control, offer = units("control", 40, 20, 30), units("offer", 50, 30, 40)
    (row,) = read(control, offer).itertuples()
    there, here = ([one["revenue"] for one in group] for group in (control, offer))
    test = ttest_ind(here, there, equal_var=False)
    assert row.p == pytest.approx(test.pvalue, abs=1e-8)
    assert (row.low, row.high) == pytest.approx(tuple(test.confidence_interval()))


def test_several_variants_share_the_doubt():
    control, offer = units("control", 400, 100, 80), units("offer", 400, 130, 80)
    one = read(control, offer).p[0]
    two = read(control, offer, units("other", 400, 100, 80)).set_index("variant").p["offer"]
    assert two == pytest.approx(2 * one)


def test_without_control_or_with_uneven_groups_nothing_is_read():
    assert read(units("offer", 40, 10, 5)).verdict.to_list() == [trials.ALONE]
    (row,) = read(units("control", 100, 10, 5), units("offer", 400, 90, 5)).itertuples()
    assert row.verdict == trials.BLOCKED and pd.isna(row.revenue_change)


def test_unknown_revenue_is_null_and_no_verdict_on_money():
    (row,) = read(units("control", 90, 10, None), units("offer", 90, 60, None)).itertuples()
    assert pd.isna(row.revenue_change) and row.verdict == offer_tests.NOTHING


def test_nobody_ordered_and_one_unit_each_are_survived():
    for n in (1, 40):
        (row,) = read(units("control", n, 0, 5), units("offer", n, 0, 5)).itertuples()
        assert row.verdict == offer_tests.NOTHING


def test_no_test_is_told_in_a_sentence():
    with pytest.raises(Unanswered, match="experiments"):
        offer_tests.read(typed("experiments"))


def test_the_line_counts_wins_losses_and_orders_alone():
    rows = read(units("control", 400, 100, 80), units("offer", 400, 160, 20))
    assert offer_tests.reading(rows).values == {"win": 0, "loss": 1, "alone": 0}
