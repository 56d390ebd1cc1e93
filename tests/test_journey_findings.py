"""Journey findings: a claim, its evidence, what would prove it, and the money."""

from datetime import date

import pytest
from journeys import WAY, drawn, paid

from revwork.analysis.journey import journey_findings, step_breaks, step_gaps
from revwork.analysis.periods import year_to
from revwork.calendar import Calendar
from revwork.findings import Unanswered
from revwork.report.words import Reader

LAST = date(2026, 3, 1)
CALENDAR = Calendar()
MONTHS = CALENDAR.complete_months(LAST, 3)
YEAR = year_to(MONTHS[-1])


@pytest.fixture(scope="module")
def broken():
    rows = paid(drawn(since="2025-10-06", only=("phone", "Spain")))
    return rows, step_breaks.found(rows, WAY, LAST)


def test_a_break_is_a_weakness_of_the_site_with_its_money(broken):
    rows, found = broken
    (one,) = journey_findings.broken(found, rows, WAY, MONTHS, (CALENDAR, "EUR"))
    assert (one.metric, one.direction, one.kind) == ("step_conversion", "weakness", "change")
    assert one.segment == {"device": "phone", "region": "Spain", "step": "pay"}
    assert one.department == "web" and one.period == "2025-10"
    assert one.impact.high < 0 and one.confidence > 0.95
    for sentence in (one.claim, one.evidence, one.next_step):
        assert "{" not in Reader().say(sentence)


def test_without_money_a_break_is_told_all_the_same(broken):
    rows, found = broken
    free = rows.mutate(orders=0.0)
    (one,) = journey_findings.broken(found, free, WAY, MONTHS, (CALENDAR, "EUR"))
    assert one.impact is None and one.confidence > 0.95
    (one,) = journey_findings.broken(found, rows, WAY, [], (CALENDAR, "EUR"))
    assert one.impact is None


def test_more_who_go_on_are_a_strength(broken):
    rows, found = broken
    swapped = found.assign(
        step_before_rate=found.step_after_rate, step_after_rate=found.step_before_rate
    )
    everywhere = swapped.assign(device=None, region=None)
    for one in (swapped, everywhere):
        (made,) = journey_findings.broken(one, rows, WAY, MONTHS, (CALENDAR, "EUR"))
        assert made.direction == "strength" and made.impact.low > 0
        assert "{" not in Reader().say(made.claim) + Reader().say(made.next_step)


def test_a_gap_that_a_break_explains_is_not_told_twice(broken):
    rows, found = broken
    gaps = step_gaps.found(rows.filter(rows.begun >= "2025-10-06"), WAY, YEAR)
    assert {("pay", "region"), ("pay", "device")} & {*zip(gaps.step, gaps.dimension, strict=True)}
    left = journey_findings.unexplained(gaps, found)
    assert not (left["name"].isin(["phone", "Spain"]) & (left.step == "pay")).any()
    assert len(journey_findings.unexplained(gaps, found.head(0))) == len(gaps)


def test_gaps_are_levels_with_their_money_and_four_at_most():
    rows = paid(drawn(since="2025-01-01", only=("phone", "Spain"), a_week=100))
    gaps = step_gaps.found(rows, WAY, YEAR)
    many = gaps.loc[gaps.index.repeat(5)].reset_index(drop=True)
    found = journey_findings.apart(many, rows, WAY, YEAR, "EUR")
    assert len(found) == journey_findings.MOST and {one.kind for one in found} == {"level"}
    assert all(one.impact.value * (1 if one.direction == "strength" else -1) > 0 for one in found)
    assert "{" not in "".join(Reader().say(one.claim) for one in found)


def test_what_cannot_be_answered_leaves_the_others():
    def nothing():
        raise Unanswered("No order.")

    assert journey_findings.answered(nothing, lambda: ["one"], nothing) == ["one"]
