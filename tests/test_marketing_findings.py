"""Marketing findings: what is clear of chance is claimed, and nothing else."""

import pandas as pd
import pytest
from conftest import typed
from test_geo_tests import sold
from test_media import BOTH, JANUARY, paid

from revwork.analysis.marketing import marketing_findings
from revwork.analysis.marketing.roi import STRONG, UNCLEAR, WEAK
from revwork.report.words import Reader

SAY = Reader().say
MODEL = "markov", "EUR"


def row(unit="Search", cost=1000.0, roi=0.5, half=0.2, verdict=STRONG):
    margin = cost * (1 + roi)
    ends = {"low_roi": roi - half, "high_roi": roi + half, "roi": roi, "verdict": verdict}
    money = {"profit": margin - cost, "low_profit": margin - cost - half * cost}
    return {
        **{"unit": unit, "media_cost": cost, "conversions": 50.0, "customers": 5.0},
        **{"revenue": 3 * margin, "margin": margin, "roas": 3 * (1 + roi)} | ends | money,
        **{"high_profit": margin - cost + half * cost, "shrunken_roi": roi, "clear": True},
    }


def table(*rows):
    return pd.DataFrame(rows or [row()]).iloc[: len(rows)]


def media(*rows, past=None, agree=7):
    counts = pd.Series({one["unit"]: agree for one in rows}, dtype=int)
    past = sold() if past is None else past
    return marketing_findings.media(table(*rows), counts, past, JANUARY, MODEL)


def test_strong_and_weak_media_are_findings_with_a_year_s_money_and_their_model():
    strong, weak = media(row(), row("Social", roi=-0.5, verdict=WEAK))
    assert (strong.direction, weak.direction) == ("strength", "weakness")
    assert strong.impact.value == pytest.approx(500 * 365.25 / 31)
    assert strong.impact.low == pytest.approx(300 * 365.25 / 31) and weak.impact.high < 0
    assert SAY(strong.claim) == "Search brings more than it costs: +€500 in the period"
    assert "ROI by Markov chain: 50%, 95 %: 30% to 70%" in SAY(strong.evidence)
    assert "models that agree: 7 of 8" in SAY(strong.evidence)
    assert "models that agree: 1 of 8" in SAY(weak.evidence)


def test_what_is_not_clear_is_no_finding():
    assert media(row(verdict=UNCLEAR)) == [] and media() == []


def test_the_next_step_is_a_geo_test_with_its_size_or_says_that_none_would_do():
    (large,) = media(row("a", roi=9.0), past=sold(noise=0.02))
    (cut,) = media(row("a", roi=-0.5, cost=9000.0, verdict=WEAK), past=sold(noise=0.02))
    (small,) = media(row("a", cost=1.0))
    (none,) = media(row("a"), past=sold(weeks=10))
    assert "doubled in regions: 2, for weeks: 4" in SAY(large.next_step)
    assert "off in regions: 2, for weeks: " in SAY(cut.next_step)
    assert "No geo test by these regions would prove it" in SAY(small.next_step)
    assert "by chance" in SAY(none.next_step)


def test_a_campaign_speaks_only_where_it_differs_from_its_medium():
    known = [
        {"campaign_id": number, "campaign_name": f"Name {number}", "channel": "Search"}
        for number in ("1", "2")
    ]
    rows = table(row("1"), row("2", roi=-0.5, verdict=WEAK), row("Direct"))
    whole = table(row("Search"))
    (one,) = marketing_findings.campaigns(rows, whole, typed("campaigns", known), JANUARY, MODEL)
    assert SAY(one.claim) == "Name 2 does not pay, unlike its medium: −€500 in the period"
    assert one.segment == {"campaign": "2"} and one.impact.value < 0


def test_a_return_that_moved_beyond_chance_is_a_finding_with_what_it_cost():
    now, base = row(cost=2000.0, roi=-0.2), row(cost=1000.0, roi=0.5)
    (one,) = marketing_findings.moved(table(now), table(base), BOTH, MODEL)
    assert one.direction == "threat" and SAY(one.claim) == "Search: ROI went from 50% to −20%"
    assert one.impact.value == pytest.approx((-400 - 500) * 365.25 / 31)
    assert "Spend +100%, margin credited by Markov chain +6.7%" in SAY(one.evidence)
    (rise,) = marketing_findings.moved(table(base), table(now), BOTH, MODEL)
    assert rise.direction == "opportunity" and rise.id != one.id


def test_within_chance_new_or_without_a_comparison_nothing_moved():
    same = table(row(roi=0.55))
    assert marketing_findings.moved(same, table(row()), BOTH, MODEL) == []
    assert marketing_findings.moved(same, table(row("Other")), BOTH, MODEL) == []
    assert marketing_findings.moved(same, table(), BOTH, MODEL) == []


def test_money_counts_once_for_a_medium_that_stands_and_moved():
    levels = media(row(), row("Email"))
    moves = marketing_findings.moved(table(row(roi=-0.2)), table(row()), BOTH, MODEL)
    both = marketing_findings.once(levels, moves)
    assert [one.segment["medium"] for one in both] == ["Search", "Email"]
    assert marketing_findings.once(levels, []) == levels


def claims(claimed, orders=50.0):
    spend = paid(("2026-01-05", "Search", 1000, {"conversions": claimed}))
    rows = table(row()).assign(conversions=orders)
    return marketing_findings.claims(rows, spend, JANUARY, "markov")


def test_platforms_that_claim_clearly_more_than_journeys_show_are_named():
    (one,) = claims(100)
    assert SAY(one.claim) == "Platforms claim 2× the orders that journeys credit them with"
    assert claims(60) == [] and claims(None) == [] and claims(9, orders=0.0) == []
    assert marketing_findings.claims(table(), paid(), JANUARY, "markov") == []
    assert one.impact is None
