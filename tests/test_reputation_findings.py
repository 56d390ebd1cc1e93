"""Reputation findings, on risks, events and gaps typed by hand."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from test_risk_register import DAY, ONE, TURN

from revwork.analysis.reputation import reputation_findings
from revwork.calendar import Calendar
from revwork.findings import Impact
from revwork.report.words import Reader

FULL = {"low_rating_change": -1.4, "high_rating_change": -0.6, "reviews": 50}
TOPICS = pd.DataFrame({"topic": ["late"], "before_share": [0.02], "since_share": [0.3]})
TICKETS = TOPICS.assign(topic="Delivery")
RISK = replace(ONE, levels={**ONE.levels, **FULL}, topics=TOPICS, tickets=TICKETS)
COSTS = Impact(-900.0, -1200.0, -600.0, "EUR")


def said(message):
    return Reader("en", "EUR").say(message)


def turned(risk):
    (one,) = reputation_findings.turned([risk], Calendar())
    return one


def test_a_fall_is_a_threat_for_who_answers_with_what_it_costs():
    one = turned(replace(RISK, impact=COSTS))
    assert (one.direction, one.kind, one.department) == ("threat", "change", "service")
    assert one.impact is COSTS and one.confidence > 0.99 and one.period == "2025-09"
    assert said(one.claim) == "S: reviews fell from 4 to 3 stars since 1 Sep 2025"
    assert one.segment == {"region": "S"}


def test_the_evidence_says_what_is_written_and_asked_and_when_orders_turned():
    told = said(turned(RISK).evidence)
    assert "They write of late (the first: 2% of texts before, 30% since)" in told
    assert "Tickets about Delivery rose from 2% to 30%" in told
    assert (
        "in the week of 6 Oct 2025, 35 days after the first sign: −30% against the others "
        "(−40% to −20%)" in told
    )
    assert told.endswith("Before and after, not proof")


def test_orders_that_turned_before_it_could_be_seen_are_not_called_later():
    early = replace(RISK, turn=replace(TURN, since_date=DAY))
    assert "first sign" not in said(turned(early).evidence)


def test_when_the_early_warning_would_have_come_is_said():
    assert "would not have come" in said(turned(RISK).evidence)
    early = said(turned(replace(RISK, warned=date(2025, 8, 4))).evidence)
    assert "would have come on 4 Aug 2025" in early and "63 days after the first sign" in early


def test_what_is_not_known_is_said_to_be_so():
    bare = replace(RISK, topics=TOPICS[:0], tickets=TICKETS[:0], turn=None)
    told = said(turned(bare).evidence)
    assert "No topic of the texts" in told and "No topic of tickets" in told
    assert told.endswith("Orders have not turned beyond chance, or cannot be compared")
    assert turned(bare).impact is None and turned(bare).confidence == 0.999


def test_all_reviews_falling_is_a_finding_of_no_segment():
    one = turned(replace(RISK, where={}))
    assert one.segment == {} and said(one.claim).startswith("All reviews: ")


def test_no_more_risks_are_told_than_somebody_reads():
    assert len(reputation_findings.turned([RISK] * 9, Calendar())) == 5
    assert reputation_findings.turned([], Calendar()) == []


def test_for_the_better_is_a_strength():
    dates = {"since_date": DAY, "low_since_date": DAY, "high_since_date": DAY, "seen_date": DAY}
    events = pd.DataFrame(
        [{"where": {"region": None}, "worse": worse, **dates, "p": 0.001} for worse in (0, 1)]
    )
    (one,) = reputation_findings.better(events, Calendar())
    assert (one.direction, one.segment, one.confidence) == ("strength", {"region": ""}, 0.999)
    assert "not recorded: reviews are better since 1 Sep 2025" in said(one.claim)


@pytest.mark.parametrize(
    ("low", "high", "direction"), [(-0.5, -0.1, "weakness"), (0.1, 0.5, "strength")]
)
def test_a_rival_is_told_where_it_is_rated_apart_beyond_chance(low, high, direction):
    gap = {"competitor": "R", "reviews": 40, "own_rating": 3.5, "rival_rating": 3.8}
    rows = pd.DataFrame(
        [
            {**gap, "rating_gap": (low + high) / 2, "low_rating_gap": low, "high_rating_gap": high},
            {**gap, "competitor": "S", "rating_gap": 0.0, "low_rating_gap": -0.2}
            | {"high_rating_gap": 0.2},
        ]
    )
    (one,) = reputation_findings.beside(rows, "2025")
    assert (one.direction, one.segment, one.kind) == (direction, {"competitor": "R"}, "level")
    assert said(one.claim) == "R is rated 3.8, we 3.5" and one.impact is None


def test_no_rival_apart_is_no_finding():
    rows = pd.DataFrame(columns=["competitor", "rating_gap", "low_rating_gap", "high_rating_gap"])
    assert reputation_findings.beside(rows, "2025") == []
