"""Opportunity map: each segment, region and channel beside its market, its rivals and its peers."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.market import opportunity_map
from revwork.calendar import Calendar, Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

NOW = Period("2026-Q2", date(2026, 4, 1), date(2026, 7, 1))
SAY = Reader().say
REGIONS = ("Spain", "France", "Italy", "Chile")


def place(region, market=1000.0, category="Tea"):
    return {
        **{"year_end": pd.Timestamp("2026-06-30"), "region": region, "category": category},
        **{"market_revenue": market, "market_base": market / 1.1},
        **{"our_revenue": 50.0, "our_base": 50.0, "moves": 0.0, "move": 0.0, "move_square": 0.0},
    }


PLACES = pd.DataFrame([place(region) for region in REGIONS])


def orders(region, n, channel="Web", segment="Hotels", **more):
    category, day = more.get("category", "Tea"), more.get("day", "2026-05-01")
    return [
        {"order_id": f"{region}{channel}{segment}{category}{day}{at}", "order_date": day,
         "customer_id": f"c{at % 7}", "region": region, "channel": channel, "segment": segment,
         "category": category, "net_amount": 1, "cost_amount": 0.6}
        for at in range(n)
    ]  # fmt: skip


def cells(*rows, places=PLACES, mentions=(), deals=()):
    rivals = opportunity_map.Rivals(typed("mentions", mentions), typed("opportunities", deals))
    lines = sales_lines([one for some in rows for one in some])
    return opportunity_map.cells(lines, places, rivals, NOW, Calendar())


FOUR = [orders("Spain", 100), orders("France", 100), orders("Italy", 100), orders("Chile", 40)]


def test_a_cell_lacks_what_the_median_of_its_peers_brings_of_their_markets(elsewhere):
    rows = cells(*FOUR).set_index("region")
    assert rows.headroom_revenue["Chile"] == pytest.approx(60)
    assert rows.headroom_margin["Chile"] == pytest.approx(60 * 0.4)
    assert 0 < rows.low_headroom_margin["Chile"] < 24 < rows.high_headroom_margin["Chile"]
    assert rows.headroom_revenue["Spain"] == 0
    assert list(opportunity_map.next_ones(rows.reset_index()).region) == ["Chile"]


def test_a_small_market_is_not_expected_to_bring_as_much():
    small = pd.DataFrame([place(region, 400.0 if region == "Chile" else 1000.0)
                          for region in REGIONS])  # fmt: skip
    assert cells(*FOUR, places=small).headroom_revenue.max() == pytest.approx(0)


def test_what_another_channel_sells_there_already_is_not_to_be_won():
    """Chile's hotels buy by phone what elsewhere they buy on the web."""
    rows = cells(*FOUR, orders("Chile", 60, "Phone"), *(orders(r, 1, "Phone") for r in REGIONS[:3]))
    assert rows.headroom_revenue.fillna(0).max() <= 1


def test_categories_without_a_size_everywhere_are_not_compared():
    rows = cells(*FOUR, orders("Spain", 400, category="Milk")).set_index("region")
    assert rows.headroom_revenue["Chile"] == pytest.approx(60)
    assert rows.net_revenue["Spain"] == 500


def test_cells_add_up_to_what_was_sold_and_a_credit_note_comes_off():
    back = [{**orders("Spain", 1)[0], "order_id": "back", "net_amount": -30, "cost_amount": -18}]
    rows = cells(*FOUR, back, orders(None, 7, None, None))
    assert rows.net_revenue.sum() == 340 - 30 + 7
    assert rows.orders.sum() == 347
    assert rows[rows.region.isna()].headroom_revenue.isna().all()


def test_two_regions_and_a_market_without_a_size_have_no_headroom():
    assert cells(*FOUR[:2]).headroom_revenue.isna().all()
    none = PLACES.head(0)
    rows = cells(*FOUR, places=none)
    assert rows.headroom_revenue.isna().all() and rows.market_share.isna().all()
    assert opportunity_map.next_ones(rows).empty
    assert "No cell lags" in SAY(opportunity_map.reading(rows.head(0)))


def test_growth_needs_the_year_before_and_its_first_day_counts():
    old = orders("Spain", 50, day="2025-06-30")
    assert cells(*FOUR, old).change_rate.isna().all()
    covered = cells(*FOUR, old, orders("Chile", 20, day="2024-07-01")).set_index("region")
    assert covered.change_rate["Chile"] == pytest.approx(1.0)
    assert covered.change_rate["Spain"] == pytest.approx(1.0)


def test_a_cell_without_costs_has_no_margin_and_no_worth():
    bare = [{**one, "cost_amount": None} for one in FOUR[3]]
    rows = cells(*FOUR[:3], bare).set_index("region")
    assert np.isnan(rows.margin_share["Chile"]) and np.isnan(rows.headroom_margin["Chile"])
    assert rows.headroom_revenue["Chile"] == pytest.approx(60)


def test_rivals_are_met_where_deals_name_them_and_mentions_are_theirs():
    def deal(name, competitor, outcome="lost"):
        return {"opportunity_id": name, "close_date": "2026-01-05", "outcome": outcome,
                "segment": "Hotels", "region": "Spain", "competitor": competitor}  # fmt: skip

    deals = [deal("1", "Alba"), deal("2", None), deal("3", None, "won"), deal("4", "Alba", "open")]
    mentions = [{"date": "2026-01-05", "competitor": name, "region": "Spain", "mentions": n}
                for name, n in ((None, 1), ("Alba", 3))]  # fmt: skip
    rows = cells(*FOUR, mentions=mentions, deals=deals).set_index("region")
    assert rows.rival_share["Spain"] == pytest.approx(1 / 3)
    assert rows.rival_voice_share["Spain"] == 0.75
    assert np.isnan(rows.rival_share["Chile"])
    assert len(rows) == 4  # nothing joined twice


def test_the_map_shows_what_is_known_and_says_what_is_missing():
    rows = cells(*FOUR)
    drawn = opportunity_map.drawn(rows, "headroom_margin")
    assert list(drawn.columns) == ["segment", "region", "value", "n"]
    assert set(drawn.segment) == {"Hotels, Web"}
    assert "change_rate" not in opportunity_map.shown(rows)
    assert SAY(opportunity_map.mapped(drawn)) == "Highest in Chile: Hotels, Web"
    for none in (cells(), cells([{**one, "order_date": "2020-01-01"} for one in FOUR[0]])):
        assert none.empty and opportunity_map.shown(none)
        with pytest.raises(Unanswered, match="segment, region and channel"):
            opportunity_map.drawn(none, "net_revenue")


def test_the_reading_says_what_the_best_is_worth():
    rows = opportunity_map.next_ones(cells(*FOUR))
    assert SAY(opportunity_map.reading(rows)) == "Most to win: Hotels, Chile, Web: €24 a year"
