"""Planted among customers: recovered in three companies; where nothing is planted, nothing is."""

from datetime import date
from functools import cache

import numpy as np
import pytest
from companies import AS_OF, SEEDS, built
from generator import subscriptions, truth

from revwork.analysis import purchases
from revwork.analysis.customers import bg_nbd, customer_value, plan_churn, plan_findings
from revwork.calendar import Calendar

CALM = date(2025, 10, 31)  # CALM: before orders stay away in one country
SURE = 3.5  # standard errors


@cache
def daily(made):
    return plan_churn.daily(plan_churn.spells(made.table("subscriptions"), AS_OF), AS_OF)


def steps(made):
    changes = plan_churn.price_changes(made.table("subscriptions"), AS_OF)
    return plan_churn.steps(daily(made), changes)


@pytest.fixture(scope="module", params=SEEDS)
def made(request):
    return built(request.param)


def test_the_plan_whose_subscribers_leave_faster_is_found_with_its_day_and_ratio(made):
    (one,) = steps(made).itertuples()
    where, since = made.effect("churn")
    assert (one.plan, one.since) == (where["plan"], since.date())
    assert one.low_ratio < made.planted["churn"]["value"] < one.high_ratio
    assert one.price_change_rate == pytest.approx(made.world.plan.churn.rise, abs=0.005)


def test_the_money_it_costs_a_year_is_within_the_finding_s_interval(made):
    spells = plan_churn.spells(made.table("subscriptions"), AS_OF)
    delivered = purchases.deliveries(made.lines(), made.table("subscriptions")).cache()
    rates = made.table("fx_rates"), "EUR"
    (one,) = plan_findings.moved(steps(made), spells, delivered, rates, (Calendar(), AS_OF))
    worth = truth.impact(made.world, "churn")["value"]
    assert one.impact.low < worth < one.impact.high and one.confidence > 0.99
    assert one.impact.basis == "contribution_margin"


@pytest.mark.parametrize("seed", SEEDS)
def test_where_nothing_is_planted_no_plan_s_pace_moved(seed):
    assert steps(built(seed, null=True)).empty


def test_subscribers_of_each_plan_leave_as_planted_before_the_price_rose(made):
    where, since = made.effect("churn")
    every = daily(made).day.min().date()
    for one in (p for p in made.parameters() if p["id"] == "monthly_churn"):
        plan = one["segment"]["plan"]
        until = since.date() if plan == where["plan"] else AS_OF
        pace = plan_churn.pace(daily(made), every, until).set_index("plan").loc[plan]
        wide = np.sqrt(pace["left"]) / pace.months
        assert abs(pace.monthly_churn_rate - one["value"]) < SURE * wide < 0.5 * one["value"], plan


def test_orders_that_invoice_a_subscription_are_told_apart_from_those_of_choice(made):
    delivered = purchases.deliveries(made.lines(), made.table("subscriptions"))
    sent = made.world.of(subscriptions.deliveries)
    assert delivered.count().execute() == pytest.approx(len(sent), rel=0.01)


def test_households_buy_and_stop_as_planted(made):
    """Firms' deals come on top of what their rate brings, so theirs are not compared here."""
    chosen = purchases.of_choice(
        made.lines(), purchases.deliveries(made.lines(), made.table("subscriptions"))
    )
    days = purchases.worth_by_day(chosen)
    people = customer_value.histories(days, made.table("customers"), CALM)
    people = people.filter((people.segment == "Household") & people.whole)
    alike = people.group_by("purchases", "recency", "age").agg(n=people.count())
    rows = alike.order_by("purchases", "recency", "age").execute()
    found = bg_nbd.fit(rows)
    (planted,) = (
        one["value"]
        for one in made.parameters()
        if one["id"] == "bgnbd_weeks" and one["segment"]["segment"] == "Household"
    )
    model = bg_nbd.Buying(**planted)
    assert found.r / found.alpha == pytest.approx(model.r / model.alpha, rel=0.25)
    assert abs(found.a / (found.a + found.b) - model.a / (model.a + model.b)) < 0.1
    ahead = [rows.n @ bg_nbd.expected(one, rows, 52) for one in (found, model)]
    assert ahead[0] == pytest.approx(ahead[1], rel=0.15)
