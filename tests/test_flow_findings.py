"""Flow findings: said where sure, in money where honest, and told once."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines

from revwork.analysis.sales_flow import flow_findings
from revwork.calendar import Calendar, Period
from revwork.report.words import Reader

SAY, LAST = Reader().say, date(2026, 6, 30)
QUARTER = Period("2026-Q2", date(2026, 4, 1), date(2026, 7, 1))
STALL = {
    **{"stage": "Proposal", "segment": "Office", "since": date(2025, 8, 11)},
    **{"low_since": date(2025, 8, 4), "high_since": date(2025, 8, 18), "p": 1e-9, "stuck": 38},
    **{"visible_on": date(2025, 9, 29), "pace_ratio": 0.08, "visits": 18, "usual_chance": 0.47},
    **{"expected": 8.4, "won": 0, "lost": -100.0, "low_lost": -150.0, "high_lost": -50.0},
}
APART = {
    **{"dimension": "owner", "name": "Ann", "won": 2, "closed": 60, "win_rate": 0.03},
    **{"rest_rate": 0.33, "low_gap": -0.4, "high_gap": -0.2, "yearly_amount": 1000.0},
    **{"p": 0.004, "period": "2026-Q2"},
}


def lines(share=0.4):
    rows = [
        {"order_id": f"o{m}", "order_date": f"2026-0{m}-10", "net_amount": 100, "quantity": 1}
        | {"customer_id": "c1", "cost_amount": None if share is None else 100 * (1 - share)}
        for m in (4, 5, 6)
    ]
    return sales_lines(rows, customers=[{"customer_id": "c1", "segment": "Office"}])


def stalled(*rows, sold=None):
    frame = pd.DataFrame([*rows], columns=[*STALL])
    return flow_findings.stalled(frame, lines() if sold is None else sold, Calendar(), LAST, "EUR")


def test_a_stall_names_segment_stage_day_and_the_margin_it_costs():
    (one,) = stalled(STALL)
    assert one.segment == {"segment": "Office", "stage": "Proposal"} and one.kind == "change"
    assert (one.impact.value, one.impact.low, one.impact.high) == pytest.approx((-40, -60, -20))
    assert "Office: deals are stuck in Proposal since 11 Aug 2025" in SAY(one.claim)
    assert "from 29 Sep 2025 on. At the usual chance of 47% its 18 deals" in SAY(one.evidence)
    assert "proves it" in SAY(one.next_step) and 0.9 < one.confidence <= 1


def test_a_stall_of_deals_without_a_segment_is_worth_what_such_customers_leave():
    rows = [{"order_date": "2026-04-10", "net_amount": 100, "cost_amount": 40}]
    (one,) = stalled(STALL | {"segment": None}, sold=sales_lines(rows))
    assert one.segment == {"segment": "", "stage": "Proposal"}
    assert one.impact.value == pytest.approx(-60)
    assert SAY(one.claim).startswith("not recorded: deals are stuck")


def test_a_stall_whose_cost_is_not_known_is_told_without_money():
    (one,) = stalled(STALL | dict.fromkeys(("lost", "low_lost", "high_lost"), np.nan))
    assert one.impact is None and one.confidence == 1
    assert SAY(one.evidence).endswith("29 Sep 2025 on")
    assert stalled() == []


def test_where_no_cost_of_goods_is_known_it_is_revenue_and_says_so():
    (one,) = stalled(STALL, sold=lines(None))
    assert one.impact.basis == "net_revenue" and one.impact.value == -100


def test_a_group_apart_is_a_weakness_or_a_strength_with_its_money():
    good = APART | {"win_rate": 0.6, "low_gap": 0.1, "high_gap": 0.4}
    rows = pd.DataFrame([APART, good])
    weak, strong = flow_findings.apart(rows, lines(), Calendar(), LAST, "EUR")
    assert (weak.direction, strong.direction) == ("weakness", "strength")
    assert weak.impact.value == pytest.approx(-0.3 * 1000 * 0.4) and weak.impact.high < 0
    assert SAY(weak.claim) == "Ann: 3% of the deals closed are won, 33% of all others"
    assert "−40 pp to −20 pp" in SAY(weak.evidence) and "p = 0.004" in SAY(weak.evidence)


def test_what_a_stall_explains_is_not_told_twice():
    rows = pd.DataFrame([APART, APART | {"dimension": "segment", "name": "Office"}])
    left = flow_findings.unexplained(rows, pd.DataFrame([STALL]))
    assert [*left.name] == ["Ann"]
    assert len(flow_findings.unexplained(rows, pd.DataFrame([STALL]).iloc[:0])) == 2


def ages(stale, total=100.0):
    rows = {"stage": "A", "deals": 4, "open_amount": total, "stale_deals": 2, "stale_amount": stale}
    return pd.DataFrame([rows])


def test_a_quarter_stale_is_a_finding_and_less_is_none():
    (one,) = flow_findings.stale(ages(25.0), QUARTER)
    assert SAY(one.claim) == "25% of the open pipeline is stale" and one.impact is None
    assert one.confidence == 1  # counted, not sampled
    assert "most in A (€25)" in SAY(one.evidence)
    assert flow_findings.stale(ages(24.9), QUARTER) == []
    assert flow_findings.stale(ages(0.0, 0.0), QUARTER) == []


def slips(share, due):
    return pd.DataFrame([{"name": "2026-Q1", "due": due, "value": share}] * 5)


def test_slipping_is_told_where_surely_a_quarter_does():
    (one,) = flow_findings.slipped(slips(0.5, 40))
    assert SAY(one.claim) == "50% of the deals due in a quarter do not close in it"
    assert "160" in SAY(one.evidence)
    assert flow_findings.slipped(slips(0.5, 2)) == []  # eight deals are not sure
    assert flow_findings.slipped(slips(0.2, 400)) == []
    assert flow_findings.slipped(slips(0.2, 400).iloc[:0]) == []
