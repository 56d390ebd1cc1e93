"""Money that moved between two media: what both brought then and bring now, on rows by hand."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from mixes import weeks_of
from test_mix_findings import spend

from revwork.analysis.marketing import shift_findings
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say
CALENDAR = Calendar()
NOW, AGO = (Period(f"{y}-Q4", date(y, 10, 1), date(y + 1, 1, 1)) for y in (2025, 2024))
SEASON = Comparison(NOW, NOW, AGO, "year ago", False)
MOVED = weeks_of(spend())  # on 24 February 2025


def returned(monkeypatch, **profits):
    """Let `roi.known` return profits by period's year: (full, starved), each ± 10."""

    def known(contacts, paid, period, unit, model):
        if period is None or f"y{period.start.year}" not in profits:
            return pd.DataFrame(columns=["unit", *shift_findings._ENDS])
        told = profits[f"y{period.start.year}"]
        rows = pd.DataFrame({"unit": ["Full", "Starved"], "profit": told, "media_cost": 100.0})
        rows["roi"] = rows.profit / 100
        return rows.assign(low_profit=rows.profit - 10, high_profit=rows.profit + 10)

    monkeypatch.setattr(shift_findings.roi, "known", known)


def found(weeks=MOVED):
    seasons = SEASON, CALENDAR
    return shift_findings.paid_for(lambda: weeks, None, None, seasons, ("markov", "EUR"))


def test_both_media_together_are_worth_what_they_bring_less_than_before(monkeypatch):
    returned(monkeypatch, y2025=(-50.0, 30.0), y2024=(10.0, 5.0))
    (one,) = found()
    assert one.segment == {"medium": "Full", "from_medium": "Starved"}
    assert (one.kind, one.direction, one.period) == ("change", "weakness", "2025-02")
    year = 365.25 / 92
    assert one.impact.value == pytest.approx(-35 * year)
    assert one.impact.high - one.impact.value == pytest.approx(20 * year)
    assert "both together leave €139 a year less than before" in SAY(one.claim)
    assert "2024-Q4 to 2025-Q4: Full 10% to −50%, Starved 5% to 30%" in SAY(one.evidence)


def test_a_move_for_the_better_is_a_strength_and_is_to_be_kept(monkeypatch):
    returned(monkeypatch, y2025=(50.0, 30.0), y2024=(10.0, 5.0))
    (one,) = found()
    assert one.direction == "strength" and one.impact.value > 0
    assert "more than before" in SAY(one.claim) and SAY(one.next_step).startswith("Keep")


def test_a_season_that_the_move_had_reached_is_no_season_before_it():
    (move,) = shift_findings.shifts(MOVED)
    before = shift_findings._before
    assert before(move, NOW, CALENDAR) == AGO
    assert before(move, CALENDAR.previous(NOW), CALENDAR).name == "2024-Q3"
    first = Period("2026-Q1", date(2026, 1, 1), date(2026, 4, 1))
    assert before(move, first, CALENDAR).name == "2024-Q1"


def test_returns_are_told_once_and_those_of_other_media_stay(monkeypatch):
    returned(monkeypatch, y2025=(-50.0, 30.0), y2024=(10.0, 5.0))
    moved = found()
    full, other = (SimpleNamespace(metric="roi", segment={"medium": m}) for m in ("Full", "Rest"))
    assert shift_findings.once([full, other], moved) == [*moved, other]


def test_without_a_season_before_the_move_nothing_is_claimed(monkeypatch):
    returned(monkeypatch, y2025=(-50.0, 30.0))
    assert found() == []


def test_without_a_move_or_without_weeks_nothing_is_claimed(monkeypatch):
    returned(monkeypatch, y2025=(-50.0, 30.0), y2024=(10.0, 5.0))
    assert found(weeks_of({"A": np.full(104, 9.0), "B": np.full(104, 8.0)})) == []

    def none():
        raise Unanswered("No weeks.")

    assert shift_findings.paid_for(none, None, None, (SEASON, CALENDAR), ("markov", "EUR")) == []
