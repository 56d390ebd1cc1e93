"""Market findings: what is worth going for, with money where it can be told."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.market import market_findings, price_index
from revwork.calendar import Calendar, Period
from revwork.report.words import Reader

SAY, LAST = Reader().say, date(2026, 6, 30)


def niche(**more):
    row = {
        **{"segment": "Hotels", "region": "Spain", "since_date": date(2025, 2, 1)},
        **{"low_since_date": date(2024, 12, 1), "high_since_date": date(2025, 4, 1)},
        **{"before_orders": 10.0, "now_orders": 30.0, "buyers": 25},
        **{"orders_multiple": 3.0, "low_orders_multiple": 2.0, "high_orders_multiple": 4.5},
    }
    return pd.DataFrame([row | more])


LINES = [
    {"order_id": f"{month}{at}", "order_date": f"2026-{month:02}-05", "region": "Spain",
     "segment": "Hotels", "net_amount": 100, "cost_amount": 60}
    for month in (4, 5, 6) for at in range(30)
]  # fmt: skip


def headroom(margin=500.0, **more):
    return {
        **{"segment": "Office", "region": "Italy", "channel": "Web", "net_revenue": 900.0},
        **{"market_revenue": 1e6, "market_growth_rate": 0.04, "headroom_revenue": 1200.0},
        **{"headroom_margin": margin, "low_headroom_margin": 0.5 * margin},
        **{"high_headroom_margin": 1.5 * margin},
    } | more


def test_a_niche_tells_since_when_how_many_times_and_what_it_brings():
    (one,) = market_findings.growing(niche(), sales_lines(LINES), Calendar(), LAST, "EUR")
    assert SAY(one.claim) == "Hotels in Spain grows since 1 Feb 2025: 3× the orders it would have"
    assert "2× to 4.5×" in SAY(one.evidence) and "25 customers" in SAY(one.evidence)
    assert one.impact.value == pytest.approx(90 * 40 * 365.25 / 91 * 2 / 3, rel=1e-4)
    assert one.impact.low < one.impact.value < one.impact.high and one.confidence > 0.9
    assert (one.kind, one.direction, one.department) == ("change", "opportunity", "market")


def test_no_niche_is_no_finding():
    assert market_findings.growing(niche().head(0), sales_lines([]), Calendar(), LAST, "EUR") == []


def test_the_two_largest_gaps_are_told_and_a_name_not_recorded_is_empty_in_the_segment():
    rows = pd.DataFrame([headroom(), headroom(400.0, channel=None), headroom(300.0)])
    found = market_findings.open_ones(rows, "2026-Q2", "EUR")
    assert [one.impact.value for one in found] == [500.0, 400.0]
    assert found[1].segment["channel"] == ""
    assert "Office in Italy by Web brings €1,200 less" in SAY(found[0].claim)
    assert "not recorded" in SAY(found[1].claim)
    assert market_findings.open_ones(rows.head(0), "2026-Q2", "EUR") == []


def test_a_gap_whose_market_does_not_tell_its_growth_still_reads():
    rows = pd.DataFrame([headroom(market_growth_rate=np.nan)])
    assert SAY(market_findings.open_ones(rows, "2026-Q2", "EUR")[0].evidence)


def test_searches_in_vain_are_told_from_a_hundred_a_year_without_money():
    rows = pd.DataFrame({"search_term": ["chai", "moka"], "search_count": [100.0, 90.0]})
    (one,) = market_findings.unmet(rows, "2026-Q2")
    assert SAY(one.claim) == "100 searches in a year for chai found nothing"
    assert one.impact is None and "190" in SAY(one.evidence)
    assert market_findings.unmet(rows.tail(1), "2026-Q2") == []


def test_without_rivals_prices_no_category_stands_apart():
    offers = price_index.offers(
        typed("competitor_prices"), typed("prices"), typed("products"), "EUR"
    )
    now = Period("2026-Q2", date(2026, 4, 1), date(2026, 7, 1))
    weights = price_index.sold(sales_lines([]), now)
    assert market_findings.apart(offers, weights, now, "2026-Q2") == []
