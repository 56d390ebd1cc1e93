"""Bundle findings: what hangs on a pair a year, by hand, and what is claimed of it."""

from datetime import date

import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.pricing import bundle_findings
from revwork.calendar import Calendar
from revwork.findings import Impact, Unanswered

NAMES = pd.Series({"a": "Machine", "b": "Grinder"})
PAIRS = pd.DataFrame([{"first": "a", "second": "b", "both": 60, "by_chance": 4.2, "lift": 9.0,
                       "q": 1e-9}])  # fmt: skip
OFFER = {"first": "a", "second": "b", "attach_rate": 0.5, "other_rate": 0.1, "bundle_price": 95.0}
OFFER |= {
    "apart_price": 100.0,
    "floor_price": 70.0,
    "discount_rate": 0.05,
    "needed_attach_rate": 0.6,
}
OFFER |= {"chosen_attach_rate": 0.7, "added_margin": 50.0, "low_added_margin": -5.0}
OFFER |= {"high_added_margin": 105.0}


def offers(**more):
    return pd.DataFrame([OFFER | more])


def sold(first="2026-01-01", days=range(1, 31), cost=10):
    """From the first day on a basket with both on each of these days of March."""
    rows = [{"order_id": "0", "order_date": first, "net_amount": 1, "product_id": "c"}]
    for day in days:
        order = {"order_id": f"o{day}", "order_date": f"2026-03-{day:02}", "net_amount": 30}
        rows += [order | {"product_id": "a"}, order | {"product_id": "b", "cost_amount": cost}]
    rows.append({"order_id": "x", "order_date": "2026-03-31", "net_amount": 30, "product_id": "b"})
    return sales_lines([row | {"line": at} for at, row in enumerate(rows, 1)])


def priced(lines, given=None):
    tables = lines, typed("opportunities")
    return bundle_findings.priced(
        lambda: offers() if given is None else given(),
        *(tables, Calendar(), date(2026, 3, 31), "EUR"),
    )


def test_the_money_is_what_the_added_product_leaves_beyond_what_others_buy(elsewhere):
    impact = priced(sold()).impact[0]
    a_year = 365.25 / 90
    assert impact.value == pytest.approx(30 * 20 * (1 - 0.1 / 0.5) * a_year)
    assert impact.high - impact.value == pytest.approx(1.959964 * (30 * 20**2) ** 0.5 * a_year)
    assert impact.basis == "contribution_margin"


def test_three_months_must_be_there_and_costs_known():
    assert priced(sold(first="2026-02-01", days=range(9, 11))).impact[0] is None
    assert priced(sold(cost=None)).impact[0] is None
    assert priced(sold(days=[])).impact[0] is None


def test_without_an_offer_there_is_no_row_and_no_finding():
    def none():
        raise Unanswered("Nothing to bundle.")

    rows = priced(sold(), none)
    assert rows.empty and bundle_findings.found(rows, PAIRS, NAMES, "2026-03") == []


def test_a_finding_names_the_pair_its_price_and_what_would_prove_it():
    (one,) = bundle_findings.found(priced(sold()), PAIRS, NAMES, "2026-03")
    assert one.segment == {"product_id": "a", "added_product": "b"}
    assert (one.claim.values["first"], one.claim.values["second"]) == ("Machine", "Grinder")
    assert one.next_step.values["price"] == 95 and "test" in one.next_step.template
    assert (one.direction, one.kind, one.department) == ("opportunity", "opportunity", "product")
    assert 0.99 < one.confidence <= 1


def test_money_that_may_be_nothing_is_no_finding():
    doubt = Impact(10.0, -1.0, 21.0, "EUR")
    assert not bundle_findings.found(offers(impact=doubt), PAIRS, NAMES, "2026-03")
    (one,) = bundle_findings.found(offers(impact=None), PAIRS, NAMES, "2026-03")
    assert one.impact is None and one.confidence == 1


def test_without_room_for_a_discount_the_pair_is_shown_at_full_price():
    (one,) = bundle_findings.found(offers(impact=None, discount_rate=0.0), PAIRS, NAMES, "2026-03")
    assert "full price" in one.next_step.template
