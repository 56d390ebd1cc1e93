"""What is planted in the sales flow of a company is found; where nothing is, nothing is said."""

import pandas as pd
import pytest
from companies import AS_OF, SEEDS, built
from flows import company

from revwork.analysis.sales_flow import deals, stages, stalls, win_rates
from revwork.calendar import Calendar, Period

YEAR = Period("year", AS_OF.replace(year=2025), AS_OF)


def visits(seed, null=False):
    _, moves, today = company(seed, null)
    return stages.spells(moves, today)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_stall_is_found_in_its_stage_and_segment_within_two_weeks(seed):
    where, since = built(seed).effect("stall")
    (one,) = stalls.stalls(visits(seed), AS_OF).itertuples()
    assert (one.segment, one.stage) == (where["segment"], where["stage"])
    assert abs((pd.Timestamp(one.since) - since).days) <= 14
    assert one.low_since <= (since + pd.Timedelta(days=7)).date()
    assert pd.Timestamp(one.visible_on) < since + pd.Timedelta(weeks=12)


@pytest.mark.parametrize("seed", SEEDS)
def test_where_no_stall_is_planted_none_is_found(seed):
    assert stalls.stalls(visits(seed, null=True), AS_OF).empty


@pytest.mark.parametrize("seed", SEEDS)
def test_the_stall_costs_wins_and_its_interval_leaves_zero_out(seed):
    _, _, today = company(seed)
    seen = visits(seed)
    months = Calendar().complete_months(AS_OF, 3)
    found = stalls.stalls(seen, AS_OF)
    (one,) = stalls.costs(found, seen, today, months).itertuples()
    assert one.low_lost < one.lost < one.high_lost < 0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_chance_to_pass_each_stage_is_within_its_interval(seed):
    """The last stage's is planted for people past their ramp: newcomers pull it down."""
    seen = visits(seed, null=True)
    rows = stages.conversion(seen, stages.order(seen), AS_OF).set_index("stage")
    known = {
        one["segment"]["stage"]: one["value"]
        for one in built(seed).parameters()
        if one["id"] == "stage_probability"
    }
    assert [*rows.index] == [*known]
    missed = {
        stage: value
        for stage, value in known.items()
        if not rows.low_onward_rate[stage] - 0.02 <= value <= rows.high_onward_rate[stage] + 0.02
    }
    assert {*missed} <= {"Negotiation"}
    assert rows.onward_rate["Negotiation"] == pytest.approx(known["Negotiation"], abs=0.08)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_s_win_rate_cries_wolf(seed):
    told = ["segment", "region", "source", "owner", "competitor"]
    assert win_rates.apart(company(seed, null=True)[2], YEAR, told).empty
    named = win_rates.apart(company(seed)[2], YEAR, told)
    assert "owner" not in set(named.dimension)  # the one who gives discount wins no more for it


@pytest.mark.parametrize("seed", SEEDS[:1])
def test_a_past_day_is_read_from_what_was_known_by_then(seed):
    opportunities, moves, today = company(seed)
    then = deals.standing(moves, opportunities, YEAR.start).execute()
    closed = today.execute().set_index("opportunity_id").closed_on
    later = then.opportunity_id.map(closed) > pd.Timestamp(YEAR.start)
    assert later.any() and set(then.outcome[later]) == {"open"}
