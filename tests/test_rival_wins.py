"""Rival wins: won of what was decided where a rival was named."""

from datetime import date

import pytest
from conftest import typed

from revwork.analysis.market import rival_wins
from revwork.calendar import Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

YEAR = Period("year", date(2026, 1, 1), date(2027, 1, 1))
SAY = Reader().say


def deals(*rows):
    """Deals as (rival, outcome, how many, reason, day closed)."""
    made = []
    for competitor, outcome, count, *more in rows:
        reason, day = [*more, None, "2026-03-01"][:2] if len(more) < 2 else more
        day = day or "2026-03-01"
        for _ in range(count):
            made.append(
                {
                    **{"opportunity_id": str(len(made)), "stage": "x", "outcome": outcome},
                    **{"competitor": competitor, "loss_reason": reason},
                    **{"created_on": "2025-12-01", "close_date": day},
                }
            )
    return typed("opportunities", made)


def rates(*rows, words=("No decision",)):
    return rival_wins.rates(deals(*rows), YEAR, words)


def test_the_rate_is_won_of_decided_and_the_last_row_is_no_rival(elsewhere):
    rows = rates(("R", "won", 3), ("R", "lost", 1), (None, "won", 1), (None, "lost", 1))
    assert [*rows.competitor] == ["R", "No rival named"]
    first = rows.iloc[0]
    assert (first.won, first.lost, first.n, first.win_rate) == (3, 1, 4, 0.75)
    assert first.difference == 0.25 and first.low_difference < 0 < first.high_difference
    assert first.low_win_rate == pytest.approx(0.3006, abs=1e-4)


def test_what_nobody_won_is_apart_in_any_case_and_open_deals_do_not_count():
    rows = rates(
        *(("R", "lost", 2, "no DECISION "), ("R", "lost", 1, "Price"), ("R", "won", 1)),
        ("R", "open", 5),
    )
    assert rows.iloc[0][["won", "lost", "undecided", "n"]].tolist() == [1, 1, 2, 2]
    assert rates(("R", "lost", 2, "No decision"), words=[""]).lost[0] == 2


def test_nothing_decided_has_no_rate_rather_than_zero():
    rows = rates(("R", "lost", 2, "No decision"), ("S", "won", 1))
    assert rows.win_rate.isna().tolist() == [True, False] and rows.difference.isna().all()


def test_a_rival_alone_has_nothing_to_be_held_against():
    rows = rates(("R", "won", 1), ("R", "lost", 1))
    assert rows.win_rate[0] == 0.5 and rows.difference.isna().all()
    assert "no rival" in SAY(rival_wins.reading(rows))


def test_only_the_days_of_the_period_count_its_first_in_and_its_end_out():
    rows = rates(
        *(("R", "won", 1, None, "2026-01-01"), ("R", "won", 1, None, "2026-12-31")),
        *(("R", "won", 1, None, "2025-12-31"), ("R", "won", 1, None, "2027-01-01")),
    )
    assert rows.won.tolist() == [2]


def test_where_no_rival_is_named_the_question_cannot_be_answered():
    for rows in (rates(), rates((None, "won", 3)), rates(("R", "open", 3))):
        assert rows.empty
        with pytest.raises(Unanswered, match="map competitor"):
            rival_wins.known(rows)


def test_the_difference_has_newcombe_s_interval():
    rows = rates(("R", "won", 56), ("R", "lost", 14), ("S", "won", 48), ("S", "lost", 32))
    first = rows.iloc[0]  # Newcombe 1998, table II (a), method 10
    assert first.difference == pytest.approx(0.2)
    assert [first.low_difference, first.high_difference] == pytest.approx(
        [0.0524, 0.3339], abs=1e-4
    )


def test_the_reading_names_a_rival_beyond_chance_only():
    rows = rates(("R", "won", 5), ("R", "lost", 45), ("S", "won", 25), ("S", "lost", 25))
    assert SAY(rival_wins.reading(rival_wins.known(rows))).startswith("Against")
    assert "R we won 10% of 50 deals" in SAY(rival_wins.reading(rows))
