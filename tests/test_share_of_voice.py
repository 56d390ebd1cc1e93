"""Share of voice: of the same mentions, and against the sales of the same brands."""

from datetime import date

import numpy as np
import pytest
from conftest import sales_lines, typed

from revwork.analysis.market import share_of_voice
from revwork.calendar import Calendar, Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

NOW = Period("2026-Q2", date(2026, 4, 1), date(2026, 7, 1))
SAY = Reader().say
ORDERS = [{"order_id": "a", "order_date": "2025-07-01", "net_amount": 20},
          {"order_id": "b", "order_date": "2026-06-30", "net_amount": 80}]  # fmt: skip
RIVALS = [{"competitor": "Alba", "annual_revenue": 300}, {"competitor": "Boro"}]


def said(n, competitor=None, day="2026-05-01", **more):
    return {"date": day, "competitor": competitor, "mentions": n, **more}


def voices(rows, rivals=RIVALS, orders=ORDERS):
    found = share_of_voice.voices(
        *(typed("mentions", rows), typed("competitors", rivals), sales_lines(orders)),
        *(NOW, Calendar()),
    )
    return found.set_index("competitor", drop=False)


def test_shares_add_up_and_ours_is_ours(elsewhere):
    rows = voices([said(30), said(50, "Alba"), said(20, "Boro")])
    assert rows.voice_share.to_dict() == {"Alba": 0.5, "We": 0.3, "Boro": 0.2}
    assert (rows.low_voice_share < rows.voice_share).all()


def test_excess_is_held_against_sales_of_the_same_brands_alone():
    rows = voices([said(30), said(50, "Alba"), said(20, "Boro")])
    assert rows.sales_share["We"] == pytest.approx(0.25)
    assert rows.excess["We"] == pytest.approx(30 / 80 - 0.25)
    assert np.isnan(rows.excess["Boro"])
    assert rows.excess.sum() == pytest.approx(0)


def test_without_rivals_sales_or_a_year_of_ours_there_is_no_excess():
    rows = [said(30), said(50, "Alba")]
    assert voices(rows, []).excess.isna().all()
    assert voices(rows, RIVALS, []).excess.isna().all()
    assert "annual_revenue" in SAY(share_of_voice.excess(voices(rows, [])))


def test_the_year_counts_its_first_day_and_not_the_one_before_it():
    edge = [said(1, day="2025-07-01"), said(5, day="2025-06-30"), said(1, "Alba")]
    assert voices(edge).mentions["We"] == 1


def test_the_year_before_is_compared_where_it_is_covered():
    past = [said(10, day="2024-07-01"), said(30, "Alba", day="2025-01-01")]
    assert voices([said(30), said(50, "Alba"), *past]).base_share["We"] == pytest.approx(0.25)
    young = [said(30), said(50, "Alba"), said(9, day="2025-06-01")]
    assert voices(young).base_share.isna().all()


def test_tone_is_of_its_own_mentions_and_unknown_where_nobody_judged():
    rows = voices([said(30, positive=9, negative=3), said(50, "Alba")])
    assert rows.positive_share["We"] == pytest.approx(0.3)
    assert np.isnan(rows.negative_share["Alba"])


def test_nobody_mentioned_is_empty_and_says_what_to_add():
    for rows in ([], [said(0)], [said(9, day="2020-01-01")]):
        found = voices(rows)
        assert found.empty and "excess" in found
        with pytest.raises(Unanswered, match="mentions"):
            share_of_voice.dots(found)


def test_the_readings_say_our_share_and_what_is_left_of_it():
    rows = voices([said(30), said(50, "Alba"), said(20, "Boro")]).reset_index(drop=True)
    assert SAY(share_of_voice.reading(share_of_voice.dots(rows))) == "We have 30% of all mentions"
    assert "12.5 pp" in SAY(share_of_voice.excess(rows))
    unheard = voices([said(50, "Alba")]).reset_index(drop=True)
    assert "Nobody mentions us; Alba" in SAY(share_of_voice.reading(unheard))
