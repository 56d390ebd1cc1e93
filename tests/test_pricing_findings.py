"""Pricing findings: said only of what is sure, with the money behind it."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.pricing import pricing_findings
from revwork.calendar import Calendar
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say
LAST = date(2026, 9, 14)


def leak(**more):
    row = {"owner": "Ada", "since_date": date(2025, 11, 3), "before_rate": 0.05}
    row |= {"after_rate": 0.15, "discount_change": 0.1, "customers": 9}
    row |= {"orders_change_rate": 0.0, "low_orders_change_rate": -0.2}
    row |= {"high_orders_change_rate": 0.2, "break_even_change_rate": 0.4}
    return row | {"effect": -900.0, "low": -1200.0, "high": -600.0} | more


def leaking(*rows):
    frame = pd.DataFrame(rows, columns=list(leak()))
    return pricing_findings.leaking(frame, Calendar(), "EUR")


def test_who_gives_discount_that_orders_do_not_pay_is_named_with_the_money():
    (one,) = leaking(leak())
    assert SAY(one.claim) == (
        "Ada gives 10 pp more discount since 3 Nov 2025, and orders do not pay for it"
    )
    assert "against other owners': 0% (95 %: −20% to +20%); +40% would pay" in SAY(one.evidence)
    assert (one.department, one.direction, one.kind) == ("sales", "weakness", "change")
    assert one.impact.value == -900 and one.confidence > 0.99 and one.segment == {"owner": "Ada"}


def test_where_orders_may_pay_for_it_that_is_left_open_and_where_they_do_nothing_is_said():
    (one,) = leaking(leak(high_orders_change_rate=0.5))
    assert SAY(one.claim) == "Ada gives 10 pp more discount since 3 Nov 2025"
    assert leaking(leak(low_orders_change_rate=0.41, high_orders_change_rate=0.9)) == []
    assert leaking() == []


def test_what_is_not_known_of_orders_or_money_is_not_said():
    nothing = dict.fromkeys(list(leak())[8:], np.nan)
    (one,) = leaking(leak(**nothing))
    assert one.impact is None and SAY(one.evidence) == (
        "Discount before: 5%, since: 15%; customers: 9"
    )


def gain(category="Pots", low=10.0, value=50.0, change=0.05):
    row = {"category": category, "products": 9, "dearer": 8, "cheaper": 1, "past_data": 0}
    row |= {"price_change_rate": change, "extra_margin": value, "low_extra_margin": low}
    return row | {"high_extra_margin": 90.0}


def answer(category="Pots"):
    row = {"category": category, "units_change_rate": -0.15}
    return row | {"low_units_change_rate": -0.2, "high_units_change_rate": -0.1}


def test_prices_that_surely_leave_more_are_an_opportunity_and_others_none():
    gains = pd.DataFrame([gain(), gain("Jugs", low=-1.0), gain(None)])
    answers = pd.DataFrame([answer(), answer("Jugs"), answer(None)])
    found = pricing_findings.prices(gains, answers, "2026-Q2", "EUR")
    assert [one.segment["category"] for one in found] == ["Pots", ""]
    assert SAY(found[0].claim) == (
        "Pots: prices +5% on average, within those seen, would leave more margin"
    )
    assert "units change by −15% (95 %: −20% to −10%)" in SAY(found[0].evidence)
    assert "dearer: 8, cheaper: 1" in SAY(found[0].evidence)
    assert SAY(found[1].claim).startswith("not recorded: ")


def offer(net, variance, start=date(2023, 9, 15)):
    told = {"category": "Pots", "sold_count": 30, "expected_count": 20, "expected_variance": 4.0}
    told |= {"pull_forward_count": 0, "cannibalised_count": 0, "discount_amount": 10}
    return told | {"net_effect": net, "variance": variance, "start_date": start}


@pytest.mark.parametrize(("net", "direction"), [(-3000.0, "weakness"), (3000.0, "strength")])
def test_offers_that_clearly_cost_or_earned_are_told_a_year_s_worth(net, direction):
    rows = pd.DataFrame([offer(net / 2, 10_000.0), offer(net / 2, 10_000.0)])
    (one,) = pricing_findings.offers(rows, LAST, "2026-Q2", "EUR")
    assert one.direction == direction and one.impact.value == pytest.approx(net / 3, rel=0.01)
    assert ("cost more" in SAY(one.claim)) == (net < 0)


def test_offers_of_a_few_weeks_are_no_more_a_year_than_they_were():
    rows = pd.DataFrame([offer(-3000.0, 100.0, date(2026, 8, 1))])
    (one,) = pricing_findings.offers(rows, LAST, "2026-Q2", "EUR")
    assert one.impact.value == -3000


def test_offers_that_may_have_paid_and_those_not_measured_are_no_finding():
    rows = pd.DataFrame([offer(-300.0, 90_000.0)])
    assert pricing_findings.offers(rows, LAST, "2026-Q2", "EUR") == []
    assert pricing_findings.offers(rows.assign(net_effect=np.nan), LAST, "2026-Q2", "EUR") == []


def test_a_question_without_an_answer_has_no_findings():
    def asked():
        raise Unanswered("No promotion.")

    assert pricing_findings.told(asked) == [] and pricing_findings.told(lambda: ["x"]) == ["x"]
