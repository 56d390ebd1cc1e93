"""Trial findings: only what clearly differs is claimed."""

import pytest
from conftest import typed
from test_trials import units

from revwork.analysis.marketing import trial_findings
from revwork.report.words import Reader

SAY = Reader().say


def found(*groups):
    rows = [one for group in groups for one in group]
    return trial_findings.verdicts(typed("experiments", rows), "2026-Q2")


@pytest.mark.parametrize(
    ("won", "money", "direction", "claim"),
    [
        (160, 50, "strength", "a is better than the control in E"),
        (60, 50, "weakness", "a is worse than the control in E"),
        (160, 31, "opportunity", "a wins more orders in E, revenue is not clear"),
    ],
)
def test_a_clear_difference_is_a_finding_with_its_interval_and_no_money(
    won, money, direction, claim
):
    (one,) = found(units("control", 1000, 100, 50), units("a", 1000, won, money))
    assert (one.direction, SAY(one.claim), one.impact) == (direction, claim, None)
    assert "units: 1,000" in SAY(one.evidence) and "p below 0." in SAY(one.evidence)
    assert 0.95 < one.confidence <= 1 and SAY(one.next_step)


def test_no_difference_a_blocked_split_or_no_test_is_none():
    assert found(units("control", 1000, 100, 50), units("a", 1000, 103, 50)) == []
    assert found(units("control", 1000, 100), units("a", 1300, 300)) == []
    assert found() == []
