"""What is planted about people is found in three companies, and nothing where it is left out."""

from functools import cache

import pandas as pd
import pytest
from companies import AS_OF, SEEDS, built
from staff import CALENDAR, flow_of, months

from revwork.analysis.sales_flow import (
    backtest,
    posts,
    ramp,
    seats,
    service_load,
    staffing_findings,
)


def crew(seed, null=False):
    return posts.posts(flow_of(seed, null)[2])


@cache
def found(seed, null=False):
    people, tickets = crew(seed, null), built(seed, null).table("tickets")
    empty = seats.seats(people, AS_OF)
    serving = seats.serving(people, tickets)
    if not (empty.empty_seats > 0).any():
        return []
    rows = seats.losses(empty, built(seed, null).lines(), serving, (CALENDAR, AS_OF))
    rows = staffing_findings.remedies(rows, people, (1.0,), (CALENDAR, AS_OF))
    answers = service_load.first_answers(tickets, months("2024-09-01", 24))
    return staffing_findings.short(rows, answers, CALENDAR, "EUR")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_team_short_of_people_is_named_with_day_seats_and_a_loss_that_holds_the_truth(seed):
    from generator import truth

    (one,) = found(seed)
    where, since = built(seed).effect("short")
    assert one.segment == where and one.metric == "seats_empty"
    assert one.claim.values["seats"] == built(seed).planted["short"]["value"]
    assert one.claim.values["since"] == since.date()
    planted = truth.impact(built(seed).world, "short")
    assert one.impact.low < planted["value"] < one.impact.high < 0
    assert one.next_step.values["hires"] >= 2


@pytest.mark.parametrize("seed", SEEDS)
def test_where_nobody_is_missing_nothing_is_found(seed):
    assert found(seed, null=True) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ramp_of_newcomers_lies_within_its_interval(seed):
    changes, deals, people = flow_of(seed)
    told = ramp.measured(ramp.decisions(changes, deals, people))
    start, length = planted(seed)
    assert told.low_start <= start <= told.high_start
    assert told.low_months <= length <= told.high_months
    assert told.low_early < ramp.share(ramp._EARLY, start, length).mean() < told.high_early


def test_three_companies_together_leave_out_that_newcomers_win_like_anyone():
    rows = pd.concat(
        ramp.decisions(*flow_of(seed, null)) for seed in SEEDS for null in (False, True)
    )
    told = ramp.measured(rows)
    assert told.is_clear and told.low_start <= planted(SEEDS[0])[0] <= told.high_start


@pytest.mark.parametrize("seed", SEEDS)
def test_answers_slow_down_where_service_is_short_and_nowhere_else(seed):
    where, _ = built(seed).effect("short")
    people = crew(seed)
    tickets = built(seed).table("tickets")
    team = service_load.team(tickets, people)
    rows = service_load.load(tickets, built(seed).lines(), team, months("2023-09-01", 36))
    told = service_load.slowing(rows)
    missing = service_load.heads_needed(rows)
    if where["team"] == "service":
        assert told.low > 2 and missing.region.iloc[0] == where["region"]
        assert missing.to_hire.astype(bool).tolist() == [True, False, False, False]
    else:
        assert told.high < 2 and missing.to_hire.sum() == 0


def test_the_forecast_is_nearer_than_the_stage_weighted_sum_and_its_interval_mostly_holds():
    changes = flow_of(SEEDS[0], null=True)[0]
    rows = backtest.back_test(changes, CALENDAR, AS_OF, elapsed=(0, 45))
    last = backtest.score(rows).iloc[-1]
    assert last.error_rate < 0.6 * last.weighted_error_rate
    assert last.low_coverage_rate < 0.8 < last.high_coverage_rate or last.coverage_rate > 0.8


def planted(seed):
    told = {one["id"]: one["value"] for one in built(seed).parameters()}
    return told["ramp_start"], told["ramp_months"]
