"""Channel findings: claims that their intervals bear, in money a year, and no others."""

from datetime import date

import numpy as np
import pandas as pd
from test_investment import USUAL, orders, places

from revwork.analysis.channels import channel_findings, partner_card
from revwork.report.words import Reader

SAY = Reader().say
ERODED = {
    **{"partner_id": "P9", "partner": "Süd", "term": "discount", "since": date(2025, 4, 14)},
    **{"low_since": date(2025, 3, 31), "high_since": date(2025, 6, 16)},
    **{"visible_on": date(2025, 6, 23), "before_rate": 0.07, "before_error": 0.003, "p": 0.001},
    **{"now_rate": 0.26, "change": 0.19, "low_change": 0.17, "high_change": 0.21},
    **{"others_change": -0.004, "orders": 20.0, "value": -14_000.0, "low": -22_000.0},
    "high": -6_000.0,
}
CARD = pd.DataFrame({"partner_id": ["P9"], "change_rate": [-0.19]})


def eroded(card=CARD, **more):
    return channel_findings.eroded(pd.DataFrame([ERODED | more]), card, "EUR")


def test_terms_that_eroded_are_told_with_since_when_and_what_they_cost():
    (one,) = eroded()
    assert SAY(one.claim) == "Süd: discount has risen from 7% to 26% since 14 Apr 2025"
    assert "all other partners −0.4 pp" in SAY(one.evidence)
    assert SAY(one.next_step).startswith("Renegotiate back to 7%: net revenue of the year changed")
    assert (one.impact.value, one.impact.low, one.impact.high) == (-14_000, -22_000, -6_000)
    assert (one.segment, one.period, one.kind) == ({"partner_id": "P9"}, "2025-04", "change")
    assert one.confidence > 0.99


def test_the_advice_depends_on_whether_sales_followed():
    (grew,) = eroded(card=CARD.assign(change_rate=0.4))
    assert "tie what is above 7% to volume" in SAY(grew.next_step)
    (unknown,) = eroded(card=CARD.iloc[:0])
    assert SAY(unknown.next_step).startswith("Renegotiate back to 7%; begin with")


def test_one_partner_alone_has_no_others_to_stand_beside():
    (one,) = eroded(others_change=np.nan)
    assert "other partners" not in SAY(one.evidence)


def test_terms_that_fell_or_cost_within_chance_are_no_finding():
    assert eroded(value=5_000.0, low=1_000.0, high=9_000.0, low_change=-0.2) == []
    assert eroded(high=400.0) == [] and eroded(value=np.nan, low=np.nan, high=np.nan) == []


def test_discount_and_commission_of_one_partner_are_two_findings():
    ids = {one.id for one in [*eroded(), *eroded(term="commission")]}
    assert len(ids) == 2


def test_a_channel_far_behind_is_told_with_what_a_point_is_worth():
    rows = places(*USUAL, orders("A", 2026, 100, 40))
    (one,) = channel_findings.behind(rows, "2026-Q2", "EUR")
    assert SAY(one.claim) == (
        "B leaves 45% of net revenue after commission, the other channels 60%"
    )
    assert one.impact.low < one.impact.value < one.impact.high < 0
    assert "Commission there is 5% of net revenue, elsewhere 0%" in SAY(one.evidence)
    assert "each point less is worth €100 a year" in SAY(one.next_step)
    assert (one.department, one.segment) == ("partners", {"channel": "B"})


def test_four_points_apart_or_a_channel_without_a_name_is_no_finding():
    assert channel_findings.behind(places(*USUAL, orders("A", 2026, 100, 51)), "p", "EUR") == []
    rows = places(*USUAL, orders("A", 2026, 100, 40))
    assert channel_findings.behind(rows.assign(channel=None), "p", "EUR") == []
    assert channel_findings.behind(rows.assign(yearly_revenue=np.nan), "p", "EUR") == []


def test_a_channel_that_leaves_more_and_grows_is_an_opportunity_and_no_proof():
    rows = places(*USUAL, orders("A", 2026, 300, 50))
    (one,) = channel_findings.ahead(rows, "2026-Q2", "EUR")
    assert one.impact.value == 2 * 10_000 * 0.5 and one.impact.low > 0
    assert "does not prove" in SAY(one.next_step) and one.kind == "opportunity"
    assert channel_findings.ahead(places(*USUAL, orders("A", 2026, 100, 50)), "p", "EUR") == []


def moved(value):
    return pd.DataFrame(
        [
            {
                **{"channel": "Market", "customers": 40, "spend_before": 100.0},
                **{"spend_after": 180.0, "spend_gap": 60.0, "value": value, "low": value - 9},
                **{"high": value + 9, "basis": "contribution_margin"},
            }
        ]
    )


def test_a_move_that_grows_the_customer_is_an_opportunity_and_one_that_does_not_a_weakness():
    (gain,) = channel_findings.switched(moved(900.0), "2026-Q2", "EUR")
    (loss,) = channel_findings.switched(moved(-900.0), "2026-Q2", "EUR")
    assert (gain.direction, loss.direction) == ("opportunity", "weakness")
    assert "bring more" in SAY(gain.claim) and "bring less" in SAY(loss.claim)
    assert "each spent €100 the year before and €180 since" in SAY(gain.evidence)
    assert channel_findings.switched(moved(5.0), "2026-Q2", "EUR") == []


def depends(share, company):
    return pd.DataFrame(
        [["net_revenue", 3, company, "Norte", share, share**2, 1 / share**2]],
        columns=partner_card._DEPENDS,
    )


def test_a_fifth_of_the_company_on_one_partner_is_a_threat():
    (one,) = channel_findings.leaning(depends(0.5, 0.4), "2026-Q2")
    assert SAY(one.claim) == "20% of net revenue hangs on one partner, Norte"
    assert one.impact is None
    assert channel_findings.leaning(depends(0.5, 0.39), "2026-Q2") == []
    assert channel_findings.leaning(depends(0.5, np.nan), "2026-Q2") == []
    assert channel_findings.leaning(depends(0.5, 1).iloc[:0], "2026-Q2") == []
