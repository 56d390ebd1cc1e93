"""The checkout that breaks is found: step, device, country, day and money; else nothing is said."""

from functools import cache

import pandas as pd
import pytest
from companies import AS_OF, SEEDS, built, truth

from revwork.analysis import sales
from revwork.analysis.journey import (
    funnel,
    journey_findings,
    journey_steps,
    step_breaks,
    visit_values,
)
from revwork.calendar import Calendar

CALENDAR = Calendar()
STEPS = ["visit", "list", "product", "cart", "checkout", "payment", "purchase"]


@cache
def walked(seed, null=False):
    """The company's way, its visits, and what broke."""
    company = built(seed, null=null)
    events, sessions = company.table("web_events").cache(), company.table("sessions").cache()
    way = journey_steps.asked(events, sessions)
    reached = funnel.reached(funnel.visits(events), way).cache()
    return way, reached, sessions, step_breaks.found(reached, way, AS_OF)


@cache
def told(seed):
    way, reached, sessions, found = walked(seed)
    orders = sales.by_order(built(seed).lines())
    priced = visit_values.priced(reached, sessions, orders).cache()
    months = CALENDAR.complete_months(AS_OF, 3)
    return journey_findings.broken(found, priced, way, months, (CALENDAR, "EUR"))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_way_is_read_from_what_buyers_took(seed):
    assert [step.name for step in walked(seed)[0]] == STEPS


@pytest.mark.parametrize("seed", SEEDS)
def test_the_break_is_told_once_with_step_device_country_and_day(seed):
    where, since = built(seed).effect("checkout")
    (row,) = (row for _, row in walked(seed)[3].iterrows())
    assert step_breaks.segment(row) | {"step": row.step} == where
    assert abs((pd.Timestamp(row.since) - since).days) <= 7
    assert pd.Timestamp(row.low_since) <= since <= pd.Timestamp(row.high_since)
    assert pd.Timestamp(row.visible_on) <= since + pd.Timedelta(weeks=10)


@pytest.mark.parametrize("seed", SEEDS)
def test_how_much_less_go_on_is_near_what_is_planted(seed):
    """The planted share of all who meant to buy is lost; the others stay as they were."""
    (row,) = (row for _, row in walked(seed)[3].iterrows())
    change = row.step_after_rate / row.step_before_rate - 1
    assert change == pytest.approx(built(seed).planted["checkout"]["value"], abs=0.1)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_money_holds_what_is_planted_and_is_no_wider_than_twice_it(seed):
    (one,) = told(seed)
    planted = truth.impact(built(seed).world, "checkout")["value"]
    assert one.direction == "weakness" and one.impact.basis == "contribution_margin"
    assert one.impact.low <= planted <= one.impact.high < 0
    assert one.impact.high - one.impact.low <= 2 * abs(planted)


@pytest.mark.parametrize("seed", SEEDS)
def test_where_no_break_is_planted_none_is_told(seed):
    assert walked(seed, null=True)[3].empty
