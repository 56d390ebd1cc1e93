"""Value findings: who costs money, who may leave, whose opinion turned, what is not sold yet."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis import periods
from revwork.analysis.customers import churn_risk, profitability, value_findings, whitespace
from revwork.calendar import Calendar
from revwork.report.words import Reader

CALENDAR, LAST = Calendar(), date(2026, 3, 31)
COMPARISON = CALENDAR.compare(CALENDAR.period("2026-Q1", LAST), "year ago", LAST)
SAY = Reader().say


def orders(customer, left, until=LAST, first=date(2025, 4, 2), **more):
    """An order of 100 a week that leaves so much."""
    weeks = range((until - first).days // 7 + 1)
    return [
        {
            **{"order_id": f"{customer}{n}", "customer_id": customer, "net_amount": 100},
            **{"cost_amount": 100 - left, "order_date": (first + timedelta(7 * n)).isoformat()},
            **more,
        }
        for n in weeks
    ]


def loss_makers(*rows, customers=()):
    sold = sales_lines([one for some in rows for one in some])
    none = typed("expenses"), typed("spend"), typed("fx_rates"), "EUR"
    accounts = profitability.accounts(
        sold,
        typed("tickets"),
        profitability.marketing(*none),
        typed("customers", customers),
        periods.year_to(COMPARISON.current),
    )
    return value_findings.loss_makers(accounts, sold, COMPARISON, CALENDAR, "EUR")


def test_a_customer_who_costs_money_is_named_with_terms_and_what_it_is_a_year(elsewhere):
    named = [{"customer_id": "x", "customer_name": "Grand Hotel"}]
    (one,) = loss_makers(
        orders("a", 40), orders("x", -20, discount=100, shipping_cost=10), customers=named
    )
    assert SAY(one.claim) == (
        "Grand Hotel (x) cost €1,560 in a year, after discounts, returns and service"
    )
    assert "50% goes in discount (all customers: 33.3%)" in SAY(one.evidence)
    assert "10% goes on commission, payment and freight (5%)" in SAY(one.evidence)
    assert one.impact.value == pytest.approx(-30 * 12 * 365.25 / 90)
    assert one.impact.low < one.impact.value < one.impact.high < 0 and one.confidence > 0.99
    assert SAY(one.next_step) == (
        "Mend the terms: it pays with a discount below 35%, all else equal"
    )


def test_where_no_discount_is_the_cause_the_next_step_says_so_and_a_nameless_one_has_its_number():
    (one,) = loss_makers(orders("a", 40), orders("x", -20))
    assert SAY(one.next_step).startswith("No discount is low enough")
    assert SAY(one.claim).startswith("x cost")


def test_a_few_euros_a_stroke_of_bad_luck_or_what_is_over_is_no_finding():
    rich = orders("a", 60)
    cents = orders("x", -0.05)
    once = [{**orders("x", -90)[0], "order_date": "2026-03-01"}]
    over = orders("x", -20, until=date(2025, 9, 30))
    for rows in (cents, once, over):
        assert loss_makers(rich, rows) == []
    assert loss_makers() == []


def test_the_loss_has_to_be_a_thousandth_of_what_all_leave():
    small = orders("x", -0.2)
    assert len(loss_makers(orders("a", 10), small)) == 1
    assert loss_makers(orders("a", 99), orders("b", 99), orders("c", 99), small) == []


def scored(*chances, **columns):
    rows = pd.DataFrame({"customer_id": [f"c{n}" for n in range(len(chances))], "chance": chances})
    base = {"year_margin": 100.0, "chance_error": 0.1, "bought_once": 0.0}
    return rows.assign(**{**base, **columns})


def keep(rows, ranks):
    given = pd.DataFrame({"customer_id": rows.customer_id, "tier": ranks, "chance": rows.chance})
    return value_findings.keep(given, rows, "2026-Q1", "EUR")


def test_good_customers_likelier_to_leave_than_not_are_a_threat_worth_what_is_at_risk():
    (one,) = keep(scored(0.5, 0.8, 0.49, 0.9, bought_once=[0, 1, 0, 0]), ["A", "A", "A", "B"])
    assert one.impact.value == -130 and one.impact.low < -130 < one.impact.high < 0
    assert "leave than to stay: 2, with €130" in SAY(one.claim)
    assert "Bought only once: 1" in SAY(one.evidence)


def test_where_nobody_is_likely_to_leave_or_no_chance_is_known_nothing_is_said():
    assert keep(scored(0.4, 0.1), ["A", "A"]) == []
    assert keep(scored(0.9), ["B"]) == [] and keep(scored(), []) == []


def moves(**columns):
    base = {"region": ["Spain", "France"], "answered": [90, 80], "current": [5.0, 30.0]}
    base |= {"base": [33.0, 28.0], "change": [-28.0, 2.0], "low_change": [-45.0, -15.0]}
    base |= {"high_change": [-11.0, 19.0], "moved": [True, False], "sure": [0.999, 0.2]}
    return pd.DataFrame({**base, **columns})


def test_a_score_that_fell_beyond_luck_is_a_weakness_without_money():
    (one,) = value_findings.opinions(moves(), "2026-Q1")
    assert SAY(one.claim) == "Spain: net promoter score 5 after 33 the year before"
    assert "−45 to −11 points" in SAY(one.evidence)
    assert (one.direction, one.impact, one.department) == ("weakness", None, "service")


def test_of_many_parts_one_has_to_be_surer_and_one_unknown_is_not_counted():
    assert value_findings.opinions(moves(sure=[0.97, 0.2]), "2026-Q1") == []
    assert len(value_findings.opinions(moves(sure=[0.97, np.nan]), "2026-Q1")) == 1
    assert value_findings.opinions(moves().head(0), "2026-Q1") == []


def test_a_score_that_rose_is_a_strength():
    (one,) = value_findings.opinions(moves(change=[28.0, 2.0]), "2026-Q1")
    assert one.direction == "strength" and SAY(one.next_step).startswith("Find out")


def baskets(year):
    day = f"{year}-05-05"
    made = [(f"c{n:02}", "Beans", 100) for n in range(40)]
    made += [(f"c{n:02}", "Mills", 60) for n in range(28)]
    return [
        {"order_id": f"{c}{k}{year}", "customer_id": c, "category": k, "net_amount": amount,
         "cost_amount": 10, "order_date": day, "segment": "Office"} for c, k, amount in made
    ]  # fmt: skip


def unsold(*rows):
    sold = sales_lines([one for some in rows for one in some])
    offers = whitespace.offers(whitespace.gaps(sold, COMPARISON.current))
    return value_findings.unsold(offers, sold, COMPARISON, CALENDAR)


def test_what_twelve_customers_never_bought_is_an_opportunity_and_says_how_the_last_offers_went():
    first = [{**baskets(2024)[0], "order_id": "o", "order_date": "2024-04-01"}]
    (one,) = unsold(first, baskets(2024), baskets(2025))
    assert one.segment == {"segment": "Office", "category": "Mills"} and one.impact is None
    assert "next best offer to 12 customers" in SAY(one.claim)
    assert "brought €0, unasked" in SAY(one.evidence) and one.confidence == 0


def test_without_two_years_or_with_few_customers_no_offer_is_a_finding():
    assert unsold(baskets(2025)) == []
    first = [{**baskets(2024)[0], "order_id": "o", "order_date": "2024-04-01"}]
    few = [[one for one in baskets(y) if one["customer_id"] < "c35"] for y in (2024, 2025)]
    assert unsold(first, *few) == []


def test_findings_keep_their_identity():
    one, other = (keep(scored(0.9, 0.8 - more), ["A", "A"])[0] for more in (0, 0.1))
    assert one.id == other.id and one.impact != other.impact
    assert churn_risk.at_risk(scored(0.9)).at_risk_amount[0] == 90
