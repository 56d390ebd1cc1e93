"""Deals: what was known of each on a day, and nothing that came later."""

from datetime import date

import pandas as pd
import pytest
from conftest import typed
from flows import LAST, deal, flow

from revwork.analysis.sales_flow import deals

PATH = (
    ("2026-01-10", "A", 100, "2026-03-31"),
    ("2026-02-01", "B", 120, "2026-04-30"),
    ("2026-04-15", "won", 150, "2026-04-15"),
)


def stood(made, day, last=LAST):
    opportunities, moves, _ = flow(*made, last=last)
    rows = deals.standing(moves, opportunities, date.fromisoformat(day)).execute()
    return rows.set_index("opportunity_id")


def test_a_deal_stands_as_its_history_left_it_on_the_edge_of_each_day(elsewhere):
    made = [deal("d", *PATH, loss_reason="Price")]
    assert stood(made, "2026-01-09").empty
    days = {"2026-01-10": ("A", 100), "2026-01-31": ("A", 100), "2026-02-01": ("B", 120)}
    for day, (stage, amount) in days.items():
        row = stood(made, day).loc["d"]
        assert (row.stage, float(row.amount), row.outcome) == (stage, amount, "open")
        assert pd.isna(row.closed_on) and pd.isna(row.loss_reason)
    end = stood(made, "2026-04-15").loc["d"]
    assert (end.outcome, float(end.amount)) == ("won", 150)
    assert end.closed_on == pd.Timestamp("2026-04-15") and pd.isna(end.loss_reason)


def test_a_past_day_reads_the_same_whatever_is_known_later():
    made = [deal("d", *PATH), deal("e", *PATH[:1]), deal("f", *PATH[:2])]
    then = stood(made, "2026-03-01", last=date(2026, 3, 1))
    pd.testing.assert_frame_equal(then, stood(made, "2026-03-01"))


def test_of_several_changes_on_a_day_the_last_in_sequence_holds():
    made = deal("d", ("2026-01-10", "A", 1), ("2026-02-01", "B", 2), ("2026-02-01", "C", 3))
    assert stood([made], "2026-02-01").stage["d"] == "C"


def test_why_a_deal_was_lost_is_known_once_it_is():
    made = [deal("d", ("2026-01-10", "A"), ("2026-02-01", "lost"), loss_reason="Price")]
    assert pd.isna(stood(made, "2026-01-31").loss_reason["d"])
    assert stood(made, "2026-02-01").loss_reason["d"] == "Price"


def test_without_a_history_a_past_day_knows_only_that_the_deal_was_there():
    row, _ = deal("d", *PATH[:1], amount=900, close_date="2026-05-05", stage="won", outcome="won")
    before, after = (stood([(row, [])], day).loc["d"] for day in ("2026-05-04", "2026-05-05"))
    assert before.outcome == "open" and before[["stage", "amount", "close_date"]].isna().all()
    assert after.outcome == "won" and float(after.amount) == 900 and not after.is_recorded


def test_an_open_deal_without_a_history_is_what_the_crm_shows_today_and_unknown_before():
    row, _ = deal("d", ("2026-01-10", "B", 70, "2026-09-01"), probability=0.4)
    today, before = stood([(row, [])], "2026-06-30"), stood([(row, [])], "2026-06-29")
    assert today.stage["d"] == "B" and today.probability["d"] == 0.4
    assert pd.isna(before.stage["d"]) and pd.isna(before.amount["d"])


def test_where_deals_closed_later_what_the_crm_shows_is_not_what_it_showed():
    now, _ = deal("d", ("2026-01-10", "B", 70, "2026-09-01"))
    later, _ = deal("e", ("2026-01-10", "A"), ("2026-08-01", "won"))
    seen = stood([(now, []), (later, [])], "2026-06-30")
    assert seen.stage.isna().all() and set(seen.outcome) == {"open"}


def test_a_history_that_begins_late_leaves_the_first_days_unknown():
    made = deal("d", ("2026-02-01", "B", 50), created_on="2026-01-10")
    early = stood([made], "2026-01-10").loc["d"]
    assert early.outcome == "open" and pd.isna(early.stage) and not early.is_recorded
    assert stood([made], "2026-02-01").stage["d"] == "B"


def test_a_closing_that_the_history_does_not_tell_is_on_the_close_date():
    made = deal("d", *PATH[:2], stage="lost", outcome="lost", close_date="2026-05-05")
    assert stood([made], "2026-05-04").outcome["d"] == "open"
    assert stood([made], "2026-05-05").closed_on["d"] == pd.Timestamp("2026-05-05")


def test_a_deal_closed_on_no_day_is_closed_and_has_none():
    made = deal("d", *PATH[:2], stage="won", outcome="won", close_date=None)
    assert stood([made], "2026-06-30").outcome["d"] == "won"
    assert pd.isna(stood([made], "2026-06-30").closed_on["d"])


def test_a_closing_marked_late_counts_on_its_close_date_and_one_dated_ahead_when_marked():
    late = deal("d", *PATH[:1], ("2026-04-20", "won", 1, "2026-04-15"))
    ahead = deal("e", *PATH[:1], ("2026-04-20", "won", 1, "2026-05-15"))
    days = stood([late, ahead], "2026-06-30").closed_on
    assert days["d"] == pd.Timestamp("2026-04-15") and days["e"] == pd.Timestamp("2026-04-20")


def test_a_reopened_deal_is_open_again():
    made = deal("d", ("2026-01-10", "A"), ("2026-02-01", "lost"), ("2026-03-01", "B"))
    assert stood([made], "2026-02-28").outcome["d"] == "lost"
    row = stood([made], "2026-06-30").loc["d"]
    assert row.outcome == "open" and row.stage == "B" and pd.isna(row.closed_on)


def test_a_deal_keeps_the_rate_of_the_day_it_was_created():
    rates = [
        {"currency": "GBP", "date": day, "rate": rate}
        for day, rate in (("2026-01-01", 1.2), ("2026-02-01", 2.0))
    ]
    made = [deal("d", *PATH, currency="GBP"), deal("e", ("2025-12-31", "A", 10), currency="GBP")]
    opportunities, moves, _ = flow(*made, fx_rates=rates)
    rows = moves.order_by("opportunity_id", "changed_on").execute()
    told = rows[rows.opportunity_id == "d"].amount.astype(float)
    assert [*told] == [120, 144, 180]
    assert rows[rows.opportunity_id == "e"].amount.isna().all()  # no rate by then
    assert opportunities.count().execute() == 2


def test_a_deal_is_one_row_and_all_stay_with_a_history_of_deals_unknown():
    made = [deal("d", *PATH), deal("e", *PATH[:2])]
    opportunities = typed("opportunities", [row for row, _ in made])
    stranger = {"opportunity_id": "x", "changed_on": "2026-01-01", "sequence": 1, "stage": "A"}
    history = [row for _, rows in made for row in rows] + [stranger | {"outcome": "open"}]
    moves = deals.moves(
        opportunities, typed("opportunity_history", history), typed("fx_rates"), "EUR", LAST
    )
    rows = deals.standing(moves, opportunities, LAST).execute()
    assert sorted(rows.opportunity_id) == ["d", "e"]


def test_no_deal_is_no_row():
    assert flow()[2].execute().empty


def test_dimensions_are_those_that_some_deal_tells():
    _, _, today = flow(deal("d", *PATH, owner="Ann", region="Spain"))
    assert deals.dimensions(today) == ["region", "owner"]


@pytest.mark.parametrize("table", ["opportunities", "opportunity_history"])
def test_nothing_is_asked_that_other_engines_do_not_know(table, elsewhere):
    assert typed(table).count().execute() == 0 and flow(deal("d", *PATH))[2].count().execute() == 1
