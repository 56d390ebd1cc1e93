"""What is planted in the market of a company is found in three seeds; nothing where nothing is."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from companies import AS_OF, SEEDS, built
from generator import truth

from revwork.analysis import sales
from revwork.analysis.market import demand_signals, market_findings, market_size, niches
from revwork.calendar import Calendar

NOW = Calendar().period("2026-Q2", AS_OF)


@cache
def found(seed, null=False):
    """The niches of a company, and its findings of them."""
    lines = built(seed, null).lines()
    rows = niches.niches(sales.by_order(lines).cache(), Calendar(), AS_OF)
    return rows, market_findings.growing(rows, lines, Calendar(), AS_OF, "EUR")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_niche_is_found_where_it_is_and_nowhere_else(seed):
    where, _ = built(seed).effect("niche")
    (one,) = found(seed)[0].itertuples()
    assert {"segment": one.segment, "region": one.region} == where
    assert one.low_orders_multiple > 1
    assert one.orders_multiple < built(seed).planted["niche"]["value"] * 1.2


@pytest.mark.parametrize("seed", SEEDS)
def test_the_niche_is_dated_near_the_day_it_began(seed):
    (one,) = found(seed)[0].itertuples()
    since = built(seed).effect("niche")[1]
    assert abs((pd.Timestamp(one.since_date) - since).days) <= 75
    ends = (pd.Timestamp(one.low_since_date), pd.Timestamp(one.high_since_date))
    assert ends[0] <= since <= ends[1] + pd.offsets.MonthEnd(0)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_niche_brings_is_within_its_interval_and_that_is_not_too_wide(seed):
    (one,) = found(seed)[1]
    planted = truth.impact(built(seed).world, "niche")["value"]
    assert one.impact.low <= planted <= one.impact.high
    assert one.impact.high - one.impact.low <= 2 * planted
    assert one.impact.low > 0 and one.confidence >= 0.95


@pytest.mark.parametrize("seed", SEEDS)
def test_where_no_niche_is_planted_none_is_found(seed):
    assert found(seed, null=True)[0].empty and found(seed, null=True)[1] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_market_grows_as_planted_in_every_category(seed):
    """One interval of twenty may miss what is planted: one of six, and not by much."""
    made = built(seed)
    estimates = market_size.sized(made.table("market_size"), made.lines(), AS_OF)
    rows = market_size.market(market_size.years(estimates, AS_OF), ["category"])
    rows = rows.set_index("category")
    planted = {
        one["segment"]["category"]: np.expm1(one["value"])
        for one in made.parameters()
        if one["id"] == "market_growth"
    }
    low, high = rows.low_market_growth_rate, rows.high_market_growth_rate
    missed = [name for name, rate in planted.items() if not low[name] <= rate <= high[name]]
    assert len(missed) <= 1 and set(planted) == set(rows.index)
    assert max(abs(rows.market_growth_rate[n] - rate) for n, rate in planted.items()) < 0.02
    assert (rows.market_share > 0).all() and rows.our_revenue.sum() < rows.market_revenue.sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_search_interest_grows_as_the_market_does(seed):
    made = built(seed)
    rows = demand_signals.interest(made.table("demand"), NOW, "category").set_index("category")
    planted = {
        one["segment"]["category"]: np.expm1(one["value"])
        for one in made.parameters()
        if one["id"] == "market_growth"
    }
    assert max(abs(rows.current[name] - rate) for name, rate in planted.items()) < 0.035
    assert np.corrcoef(rows.current, [planted[name] for name in rows.index])[0, 1] > 0.8
