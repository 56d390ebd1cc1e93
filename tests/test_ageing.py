"""Ageing: old against the deals won, overdue against the day, unknown where nothing tells."""

import pandas as pd
import pytest
from flows import LAST, closed, deal, flow

from revwork.analysis.sales_flow import ageing, stages

WON = [one for day in ("2026-01-11", "2026-01-21", "2026-01-31") for one in closed(1, 0, day=day)]


def waiting(*made):
    _, moves, today = flow(*made)
    return ageing.open_deals(today, stages.spells(moves, today), LAST)


def by_id(*made):
    return waiting(*made).execute().set_index("opportunity_id")


def test_old_is_beyond_what_four_of_five_deals_won_took(elsewhere):
    assert ageing.longest_cycle(flow(*WON)[2]) == pytest.approx(26)
    old = deal("old", ("2026-06-03", "A", 5, "2026-08-01"))  # 27 days before the 30th
    young = deal("young", ("2026-06-04", "A", 5, "2026-08-01"))
    rows = by_id(*WON, old, young)
    assert rows.age_days["old"] == 27 and rows.age_days["young"] == 26
    assert [*rows.is_stale[["old", "young"]]] == [True, False] and len(rows) == 2


def test_due_yesterday_is_overdue_and_due_today_is_not():
    made = [deal(day, ("2026-06-20", "A", 5, day)) for day in ("2026-06-29", "2026-06-30")]
    rows = by_id(*made, deal("never", ("2026-06-20", "A", 5)))
    assert rows.is_overdue.to_dict() == {"2026-06-29": True, "2026-06-30": False, "never": False}


def test_where_nothing_was_won_no_deal_is_old():
    rows = by_id(deal("d", ("2020-01-01", "A", 5, "2026-08-01")), *closed(0, 3))
    assert not rows.is_stale["d"] and ageing.longest_cycle(flow()[2]) is None


def test_days_in_the_stage_run_from_the_last_change_of_stage():
    moved = deal("d", ("2026-06-01", "A", 5), ("2026-06-11", "B", 5), ("2026-06-21", "B", 9))
    unknown, _ = deal("u", ("2026-06-01", "A", 5))
    rows = by_id(moved, (unknown, []))
    assert rows.stage_days["d"] == 19 and pd.isna(rows.stage_days["u"]) and len(rows) == 2


def test_parts_make_the_whole_and_amounts_not_known_are_not_stale_money():
    made = [
        deal("a", ("2026-06-01", "A", 30, "2026-06-02"), owner="Ann"),
        deal("b", ("2026-06-01", "A", 70, "2026-08-01"), owner="Ann"),
        deal("c", ("2026-06-01", "B", None, "2026-06-02")),
    ]
    rows = ageing.by(waiting(*made), "owner").set_index("owner")
    assert rows.stale_share["Ann"] == 0.3 and rows.stale_deals.sum() == 2
    nobody = rows[rows.index.isna()].iloc[0]
    assert nobody[["open_amount", "stale_amount", "stale_share"]].isna().all()
    assert [*ageing.oldest(waiting(*made)).opportunity_id] == ["a", "c"]


def test_nothing_open_is_no_row():
    assert ageing.by(waiting(*WON), "owner").empty
    assert ageing.oldest(waiting(*WON)).empty
