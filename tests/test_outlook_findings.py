"""Outlook findings: a plan that is sure to be missed or beaten."""

import pytest
from outlooks import outlook, sold, spent
from test_plan_gap import aim

from revwork.analysis.forecast import outlook_findings, plan_gap
from revwork.report.words import Reader

SAY = Reader().say


@pytest.fixture(scope="module")
def made():
    return outlook(sold(count=21), spent(count=21), as_of="2025-09-30", spread=4.0)


def off_plan(made, *target):
    one, found = made
    gaps = plan_gap.gaps(found, aim(*target))
    return outlook_findings.off_plan(gaps, plan_gap.paces(gaps, found, one), found, "EUR")


def test_a_plan_that_will_be_missed_is_a_threat_of_the_gap(made):
    (one,) = off_plan(made, 120)
    assert (one.metric, one.direction, one.confidence) == ("outlook_net_revenue", "threat", 0.99)
    assert one.impact.value == -240 and one.impact.low < -240 < one.impact.high < 0
    assert (one.impact.basis, one.period) == ("net_revenue", "2025")
    assert SAY(one.claim).startswith("Net revenue of 2025 is expected −€240 against plan (−16.7%)")
    assert "would have to be €6 a day, €3 is expected" in SAY(one.evidence)


def test_a_plan_that_will_be_beaten_is_a_strength(made):
    (one,) = off_plan(made, 20, "contribution_margin")
    assert one.direction == "strength" and one.impact.basis == "contribution_margin"
    assert one.impact.value == pytest.approx(12 * 30 - 240)
    assert "a day" not in SAY(one.evidence)


def test_a_plan_that_may_go_either_way_is_no_finding(made):
    assert off_plan(made, 100) == [] and off_plan(made, 100, "net_revenue", 11) == []
