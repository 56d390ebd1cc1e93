"""Planted among customers: found by name in three companies; where nothing is planted, nothing."""

from functools import cache

import pytest
from companies import AS_OF, SEEDS, built
from generator import truth

from revwork.analysis import periods
from revwork.analysis.customers import (
    churn_history,
    churn_risk,
    profitability,
    satisfaction,
    value_findings,
)
from revwork.calendar import Calendar

CALENDAR = Calendar()
COMPARISON = CALENDAR.compare(CALENDAR.period("2026-06..2026-08", AS_OF), "year ago", AS_OF)
YEAR = periods.year_to(COMPARISON.current)


@cache
def accounts(made):
    named = [made.table(name) for name in ("expenses", "spend", "fx_rates")]
    paid = profitability.marketing(*named, "EUR")
    tickets, customers = made.table("tickets"), made.table("customers")
    return profitability.accounts(made.lines(), tickets, paid, customers, YEAR)


@cache
def history(made):
    days = churn_history.days(made.lines()).cache()
    gaps = churn_history.gaps(days)
    told = made.table("tickets"), made.table("subscriptions")
    return churn_history.history(days, gaps, *told, AS_OF)


def loss_makers(made):
    given = accounts(made), made.lines(), COMPARISON, CALENDAR, "EUR"
    return value_findings.loss_makers(*given)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_account_that_leaves_nothing_is_named_with_what_it_costs_a_year(seed):
    made = built(seed)
    (one,) = loss_makers(made)
    assert one.segment == made.effect("costly")[0] and one.impact.high < 0
    impact = truth.impact(made.world, "costly")
    assert one.impact.low <= impact["value"] <= one.impact.high


@pytest.mark.parametrize("seed", SEEDS)
def test_no_customer_is_accused_where_none_costs_money(seed):
    made = built(seed, null=True)
    assert accounts(made).customer_margin.min() < 0
    assert loss_makers(made) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_chances_of_customers_to_leave_hold_true_a_gap_later(seed):
    held_out = churn_risk.held_out(history(built(seed)))
    found = churn_risk.quality(held_out).iloc[0]
    assert found.low_auc > 0.6 and found.brier < 0.95 * found.brier_base
    groups = churn_risk.reliability(held_out)
    assert (groups.chance - groups.share).abs().max() < 0.12
    risk = churn_risk.came_true(held_out).iloc[0]
    assert risk.low_at_risk_amount <= risk.lost_amount <= risk.high_at_risk_amount
    assert held_out[held_out.bought_once > 0].chance.min() > 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_where_parcels_come_late_the_score_falls_most_and_nowhere_else_by_more_than_luck(seed):
    where = built(seed).effect("delivery")[0]["region"]
    moved, quiet = (
        satisfaction.yearly(built(seed, null).table("surveys"), COMPARISON.current, "region")
        for null in (False, True)
    )
    assert moved.region[moved.change.idxmin()] == where and moved.change.min() < -20
    found = value_findings.opinions(moved, "2026")
    assert {one.segment["region"] for one in found} <= {where}
    assert value_findings.opinions(quiet, "2026") == []
