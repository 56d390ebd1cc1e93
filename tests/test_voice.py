"""Voice, on mentions one can count."""

from datetime import date

import pytest
from conftest import typed

from revwork.analysis.reputation import voice
from revwork.calendar import Period
from revwork.findings import Unanswered

JANUARY = Period("2026-01", date(2026, 1, 1), date(2026, 2, 1))
FEBRUARY = Period("2026-02", date(2026, 2, 1), date(2026, 3, 1))


def said(*rows):
    """Mentions from (count, of them against, rival, region, day)."""
    names = ("mentions", "negative", "competitor", "region", "date")
    return typed("mentions", [dict(zip(names, row, strict=True)) for row in rows])


WEEK = "2026-01-05"


def test_share_of_voice_is_of_all_and_against_is_of_ours(elsewhere):
    rows = said((10, 3, None, "N", WEEK), (30, 30, "R", "N", WEEK))
    assert voice.spoken_of(rows) == {"share_of_voice": (0.25, 40), "against_share": (0.3, 10)}


def test_without_rivals_the_whole_is_not_known():
    assert voice.spoken_of(said((10, 0, None, "N", WEEK))) == {"against_share": (0.0, 10)}


def test_what_does_not_say_for_or_against_is_not_zero_against():
    rows = said((10, None, None, "N", WEEK), (5, 5, "R", "N", WEEK))
    assert "against_share" not in voice.spoken_of(rows)
    assert voice.spoken_of(said()) == {}


def test_the_brands_of_a_month_add_up(elsewhere):
    rows = said((1, 0, None, "N", WEEK), (3, 0, "R", "N", WEEK), (4, 0, "S", "N", "2026-02-02"))
    found = voice.monthly(rows, [JANUARY, FEBRUARY])
    assert found.groupby("start").value.sum().tolist() == [1, 1]
    assert found[found["name"] == voice.US].value.tolist() == [0.25]
    assert voice.path(found[:2]).values["own"] == 0.25
    assert "nobody" in voice.path(found).template
    with pytest.raises(Unanswered, match="add mentions"):
        voice.monthly(said(), [JANUARY])


def test_against_us_by_region_is_of_the_year_and_the_year_before(elsewhere):
    rows = said(
        *[(20, 2, None, "N", "2024-06-03"), (20, 12, None, "N", "2025-06-02")],
        *[(20, 4, None, "S", "2025-06-02"), (9, 9, "R", "S", "2025-06-02")],
    )
    found = voice.against(rows, JANUARY).set_index("region")
    assert (found.current["N"], found.base["N"]) == (0.6, 0.1)
    assert found.current["S"] == 0.2 and found.base.isna()["S"]
    assert voice.worse(found.reset_index()).values["region"] == "N"
    assert "Nowhere" in voice.worse(found.reset_index()[1:]).template


def test_nothing_known_of_mentions_against_us_says_what_to_map():
    with pytest.raises(Unanswered, match="map negative"):
        voice.against(said((10, None, None, "N", WEEK)), JANUARY)
