"""Gamma–Gamma: the published figures of CDNOW; few orders are drawn to the mean of all."""

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.customers import gamma_gamma

MODEL = gamma_gamma.Spending(6.25, 3.74, 15.44)
MEAN = 6.25 * 15.44 / 2.74


@pytest.fixture(scope="module")
def cdnow(data_set):
    """Mean money of a day of purchase after the first, to 30 September 1997."""
    file = data_set("cdnow") / "cdnow_sample_transactions.csv"
    rows = pd.read_csv(file, parse_dates=["Date"])
    days = rows[rows.Date <= "1997-09-30"].groupby(["Id", "Date"]).Price.sum().reset_index()
    later = days[days.Date > days.groupby("Id").Date.transform("min")]
    found = later.groupby("Id").Price.agg(purchases="size", mean_value="mean")
    return found.assign(n=1)


def test_cdnow_has_the_published_parameters(cdnow):
    found = gamma_gamma.fit(cdnow)
    assert len(cdnow) == 946
    assert found[:3] == pytest.approx((6.25, 3.74, 15.44), abs=6e-3)


def test_another_currency_changes_the_scale_alone(cdnow):
    dollars, cents = (
        gamma_gamma.fit(cdnow),
        gamma_gamma.fit(cdnow.assign(mean_value=cdnow.mean_value * 100)),
    )
    assert (cents.p, cents.q) == pytest.approx((dollars.p, dollars.q), rel=1e-3)
    assert cents.v == pytest.approx(100 * dollars.v, rel=1e-3)


def test_who_never_bought_is_worth_the_mean_and_many_orders_speak_for_themselves():
    none, few, many = gamma_gamma.expected(
        MODEL, np.array([0, 1, 500]), np.array([np.nan, 100, 100])
    )
    assert none == pytest.approx(MEAN) and none < few < many == pytest.approx(100, rel=0.01)


def test_simulated_orders_are_recovered():
    rng = np.random.default_rng(1)
    purchases = rng.integers(2, 12, 4000)
    mean = rng.gamma(4 * purchases) / (rng.gamma(5, size=4000) / 60) / purchases
    rows = pd.DataFrame({"purchases": purchases, "mean_value": mean, "n": 1})
    found = gamma_gamma.fit(rows)
    planted = gamma_gamma.Spending(4, 5, 60)
    some = np.array([0, 1, 3, 10]), np.array([0, 150, 20, 150])
    assert gamma_gamma.expected(found, *some) == pytest.approx(
        gamma_gamma.expected(planted, *some), rel=0.1
    )
