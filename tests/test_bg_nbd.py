"""BG/NBD: the published figures of CDNOW, and what must hold of any customer."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revwork.analysis.customers import bg_nbd

CDNOW = bg_nbd.Buying(0.2426, 4.4136, 0.7929, 2.4259)


def history(*rows):
    return pd.DataFrame(rows, columns=["purchases", "recency", "age"]).assign(n=1)


@pytest.fixture(scope="module")
def cdnow(data_set):
    """Purchases after the first, one a day, in weeks to 30 September 1997; customers alike once."""
    file = data_set("cdnow") / "cdnow_sample_transactions.csv"
    rows = pd.read_csv(file, parse_dates=["Date"])
    end = pd.Timestamp("1997-09-30")
    days = rows[rows.Date <= end].groupby("Id").Date.agg(["min", "max", "nunique"])
    found = pd.DataFrame(
        {
            "purchases": days["nunique"] - 1,
            "recency": (days["max"] - days["min"]).dt.days / 7,
            "age": (end - days["min"]).dt.days / 7,
        }
    )
    return found.value_counts().rename("n").reset_index()


def test_cdnow_has_the_published_parameters_and_likelihood(cdnow):
    found = bg_nbd.fit(cdnow)
    assert cdnow.n.sum() == 2357 and len(cdnow) < 1100
    assert found[:4] == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=6e-4)
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.05)


def test_grouping_customers_who_are_alike_changes_nothing(cdnow):
    each = cdnow.loc[cdnow.index.repeat(cdnow.n)].assign(n=1)
    assert bg_nbd.fit(each)[:4] == pytest.approx(bg_nbd.fit(cdnow)[:4], rel=1e-3)


def test_days_or_weeks_are_the_same_customers(cdnow):
    days = cdnow.assign(recency=cdnow.recency * 7, age=cdnow.age * 7)
    weekly, daily = bg_nbd.fit(cdnow), bg_nbd.fit(days)
    assert daily.alpha == pytest.approx(7 * weekly.alpha, rel=2e-3)
    assert (daily.r, daily.a, daily.b) == pytest.approx((weekly.r, weekly.a, weekly.b), rel=2e-3)


def test_the_published_customer_buys_so_often_in_the_next_39_weeks():
    one = history((2, 30.43, 38.86))
    assert bg_nbd.expected(CDNOW, one, 39) == pytest.approx([1.226], abs=5e-4)


def test_one_time_buyers_are_active_by_construction_and_buy_less_the_longer_ago():
    three = history((0, 0, 1), (0, 0, 20), (0, 0, 200))
    assert [*bg_nbd.alive(CDNOW, three)] == [1, 1, 1]
    assert (np.diff(bg_nbd.expected(CDNOW, three, 52)) < 0).all()


def test_who_has_not_come_back_for_longer_than_usual_is_less_likely_active():
    some = history((20, 100, 101), (20, 60, 101), (20, 20, 101))
    assert (np.diff(bg_nbd.alive(CDNOW, some)) < 0).all() and bg_nbd.alive(CDNOW, some)[2] < 0.01


def test_no_time_ahead_brings_nothing():
    assert bg_nbd.expected(CDNOW, history((3, 9, 10)), 0) == pytest.approx([0])


def test_a_chance_to_stop_of_exactly_one_to_b_is_between_its_neighbours():
    many = [
        bg_nbd.expected(CDNOW._replace(a=a), history((5, 20, 30)), 40)[0] for a in (0.9, 1, 1.1)
    ]
    assert many[0] > many[1] > many[2] and np.isfinite(many).all()


def test_a_simulated_company_is_recovered():
    rng = np.random.default_rng(4)
    rows = []
    for _ in range(3000):
        rate, leaves, age = rng.gamma(1.1) / 12, rng.beta(0.9, 2.7), rng.uniform(20, 140)
        at, times = 0.0, []
        while (at := at + rng.exponential(1 / rate)) < age:
            times.append(at)
            if rng.uniform() < leaves:
                break
        rows.append((len(times), times[-1] if times else 0.0, age))
    found = bg_nbd.fit(history(*rows))
    assert found.r / found.alpha == pytest.approx(1.1 / 12, rel=0.08)
    assert found.a / (found.a + found.b) == pytest.approx(0.25, abs=0.03)


def test_daily_buyers_of_many_years_are_finite():
    found = bg_nbd.expected(CDNOW, history((2000, 290, 290)), 156)
    assert 0.75 < found[0] / (2000 / 294 * 156) < 1


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 900),
    st.floats(0, 1),
    st.floats(0, 300),
    st.tuples(*[st.floats(0.1, 20)] * 4),
)
def test_no_one_is_less_than_gone_nor_buys_less_than_nothing(purchases, share, more, parameters):
    age = purchases / 7 + more
    one = history((purchases, (purchases > 0) * (purchases / 7 + share * more), age))
    model = bg_nbd.Buying(*parameters)
    assert 0 <= bg_nbd.alive(model, one)[0] <= 1
    assert -1e-6 <= bg_nbd.expected(model, one, 52)[0] < np.inf
