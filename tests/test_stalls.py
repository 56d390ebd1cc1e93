"""Stalls: found where deals stop leaving a stage, from the week they did, and nowhere else."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
import pytest

from revwork.analysis.sales_flow import stalls
from revwork.calendar import Calendar
from revwork.findings import Unanswered

LAST = date(2026, 6, 30)
FIRST = pd.Timestamp("2024-01-01")
SINCE = pd.Timestamp("2025-11-03")
CALENDAR = Calendar()


def spells(seed=1, slow=1.0, chance=0.5, every=3, segments=("Office", "Hotels")):
    """A visit every few days that lasts ten on average; since November at a part of the pace."""
    rng, rows = np.random.default_rng(seed), []
    for segment in segments:
        for at, day in enumerate(pd.date_range(FIRST, LAST, freq=f"{every}D")):
            left = day + pd.Timedelta(days=1 + int(rng.exponential(10)))
            if segment == "Office" and left > SINCE and slow < 1:
                begun = max(day, SINCE)
                left = begun + (left - begun) / slow
            goes = rng.random() < chance
            left = left.normalize() if left.date() <= LAST else None
            rows.append(
                {
                    **{"opportunity_id": f"{segment}{at}", "stage": "Proposal", "segment": segment},
                    **{"entered_on": day.date(), "left_on": left.date() if left else None},
                    "next_stage": None if left is None else "won" if goes else "lost",
                    "ended": None if left is None else "won" if goes else "lost",
                    "amount": 1000.0,
                }
            )
    frame = pd.DataFrame(rows)
    return ibis.memtable(frame, schema=ibis.schema(_TYPES))


_TYPES = {
    **{"opportunity_id": "string", "stage": "string", "segment": "string", "entered_on": "date"},
    **{"left_on": "date", "next_stage": "string", "ended": "string", "amount": "float64"},
}


def won(table):
    rows = table.filter(table.ended == "won")
    return rows.select("opportunity_id", closed_on="left_on", outcome=ibis.literal("won"))


def test_a_stall_is_found_with_its_week_and_when_it_could_be_seen(elsewhere):
    (one,) = stalls.stalls(spells(slow=0.05), LAST).itertuples()
    assert (one.stage, one.segment) == ("Proposal", "Office")
    assert abs((pd.Timestamp(one.since) - SINCE).days) <= 14
    assert one.low_since <= one.since <= one.high_since <= one.visible_on
    assert one.visible_on <= (SINCE + pd.Timedelta(weeks=14)).date()
    assert one.low_pace_ratio < one.pace_ratio < one.high_pace_ratio < 0.3
    assert one.stuck > 30 and one.p < 0.001


def test_where_nothing_changed_nothing_is_said():
    assert sum(len(stalls.stalls(spells(seed), LAST)) for seed in range(8)) == 0


def test_a_stage_that_speeds_up_or_slows_a_little_is_no_stall():
    assert stalls.stalls(spells(slow=0.8), LAST).empty
    fast = spells(slow=0.05)
    turned = fast.mutate(entered_on=fast.entered_on)
    assert stalls.stalls(turned.filter(turned.entered_on > ibis.date("2025-11-03")), LAST).empty


def test_a_stall_younger_than_four_weeks_is_not_told_yet():
    early = spells(slow=0.05)
    until = (SINCE + timedelta(days=14)).date()
    begun = early.filter(early.entered_on <= ibis.date(until))
    there = begun.mutate(
        left_on=ibis.cases((begun.left_on <= ibis.date(until), begun.left_on)),
        ended=ibis.cases((begun.left_on <= ibis.date(until), begun.ended)),
    )
    assert stalls.stalls(there, until).empty


def test_no_visits_are_no_stalls():
    nothing = spells().limit(0)
    assert stalls.stalls(nothing, LAST).empty
    with pytest.raises(Unanswered, match="No deal came to Proposal"):
        stalls.pace(nothing, LAST, "segment", "Proposal")


def test_pace_is_days_in_the_stage_for_each_that_left():
    rows = stalls.pace(spells(slow=0.05), LAST, "segment", "Proposal")
    last = rows.dropna(subset="value").groupby("segment").value.last()
    assert last["Hotels"] == pytest.approx(10, abs=5) and last["Office"] > 60


def test_what_it_costs_is_the_wins_that_usually_follow_less_those_that_came():
    table = spells(slow=0.02)
    found = stalls.stalls(table, LAST)
    months = CALENDAR.complete_months(LAST, 3)
    (one,) = stalls.costs(found, table, won(table), months).itertuples()
    assert one.visits == pytest.approx(91 / 3, abs=1)
    assert one.usual_chance == pytest.approx(0.5, abs=0.1)
    assert one.expected == pytest.approx(one.visits * one.usual_chance)
    assert one.lost == pytest.approx((one.won - one.expected) * 1000 * 365.25 / 91)
    assert one.low_lost < one.lost < one.high_lost < 0


def test_a_stall_of_deals_without_a_segment_has_its_visits_and_its_money():
    table = spells(slow=0.02)
    table = table.mutate(segment=table.segment.nullif("Office"))
    found = stalls.stalls(table, LAST)
    assert found.segment.isna().tolist() == [True]
    months = CALENDAR.complete_months(LAST, 3)
    (one,) = stalls.costs(found, table, won(table), months).itertuples()
    assert one.visits == pytest.approx(91 / 3, abs=1) and one.high_lost < 0
    path = stalls.pace(table, LAST, "segment", "Proposal")
    assert path[path.segment.isna()].value.iloc[-1] > 60


def test_where_nothing_was_ever_won_the_cost_is_not_known():
    table = spells(slow=0.02, chance=0)
    found = stalls.stalls(table, LAST)
    months = CALENDAR.complete_months(LAST, 3)
    rows = stalls.costs(found, table, won(table), months)
    assert len(rows) == 1 and rows.lost.isna().all()
    assert stalls.costs(found.iloc[:0], table, won(table), months).empty
