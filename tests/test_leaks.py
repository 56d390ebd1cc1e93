"""Leaks: an owner who gives ten points more from a Monday on, among others who do not."""

from datetime import date, timedelta

import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.pricing import leaks, list_prices
from revwork.calendar import Calendar
from revwork.report.words import Reader

MONDAY, WEEKS, SINCE = date(2024, 7, 1), 104, 70
LAST = MONDAY + timedelta(days=7 * WEEKS - 1)
SAY = Reader().say


def sold(rise=0.1, owners=("Ada", "Bob", "Cleo", "Dan"), more=(), **every):
    """Four orders a week and owner at 4 or 6 % off; Ada gives `rise` more since week 70."""
    rows = [
        (owner, week, buyer, 0.04 + 0.02 * (buyer % 2) + rise * (owner == "Ada" and week >= SINCE))
        for owner in owners
        for week in range(WEEKS)
        for buyer in range(4)
    ]
    lines = [
        {
            **{"order_id": f"{owner}-{week}-{buyer}", "product_id": "p", "quantity": 1},
            **{"order_date": (MONDAY + timedelta(days=7 * week + buyer)).isoformat()},
            **{"unit_price": 100, "discount": 100 * off, "net_amount": 100 - 100 * off},
            **{"customer_id": f"{owner}{buyer}", "cost_amount": 60, "channel": owner},
            **every,
        }
        for owner, week, buyer, off in [*rows, *more]
    ]
    table = sales_lines(lines)
    table = table.mutate(owner=table.channel)
    return list_prices.beside_list(table, typed("prices"), typed("promotions"), "EUR").cache()


@pytest.fixture(scope="module")
def found():
    return leaks.leaks(sold(), Calendar(), LAST)


def test_who_gives_more_is_found_with_the_week_and_the_points(found):
    (one,) = found.itertuples()
    assert one.owner == "Ada" and one.since_date == MONDAY + timedelta(weeks=SINCE)
    assert one.low_since_date <= one.since_date <= one.high_since_date
    assert one.discount_change == pytest.approx(0.1, abs=0.001)
    assert one.low_discount_change < 0.1 < one.high_discount_change
    assert SAY(leaks.reading(found)) == "Ada gives 10 pp more discount since 3 Nov 2025"


def test_the_money_is_the_rise_on_what_is_sold_without_the_largest_taker(found):
    """Three customers, thirteen weeks of three months, a hundred each, for a year."""
    (one,) = found.itertuples()
    orders = 3 * 13
    assert one.effect == pytest.approx(-0.1 * 100 * orders * 365.25 / 91, rel=0.03)
    assert one.low < one.effect < one.high < 0


def test_orders_that_did_not_move_and_what_would_have_paid(found):
    (one,) = found.itertuples()
    assert one.orders_change_rate == pytest.approx(0, abs=0.01)
    assert one.low_orders_change_rate < 0 < one.high_orders_change_rate
    kept = 1 - 0.05 - 0.1 - 0.6
    assert one.break_even_change_rate == pytest.approx(0.1 / kept, rel=0.1)


def test_where_nobody_gives_more_nobody_is_named():
    assert leaks.leaks(sold(rise=0), Calendar(), LAST).empty
    assert leaks.leaks(sold(rise=-0.03), Calendar(), LAST).empty
    assert leaks.leaks(sold(rise=0.01), Calendar(), LAST).empty  # less than two points


def test_one_account_on_terms_of_its_own_is_no_habit():
    account = [("Bob", week, 9, 0.46) for week in range(SINCE, WEEKS) for _ in range(1)]
    assert leaks.leaks(sold(rise=0, more=account), Calendar(), LAST).empty


def test_without_owners_or_lines_or_with_a_partner_there_is_no_row():
    table = sold(owners=("Ada",)).drop("owner")
    assert list(leaks.leaks(table, Calendar(), LAST)) == leaks.COLUMNS
    assert leaks.leaks(sold().limit(0), Calendar(), LAST).empty
    partner = sold(owners=("Ada", "Bob"))
    assert leaks.leaks(partner.mutate(partner_id=partner.owner), Calendar(), LAST).empty


def test_with_no_other_owner_and_no_cost_orders_and_break_even_are_not_known():
    (one,) = leaks.leaks(sold(owners=("Ada",), cost_amount=None), Calendar(), LAST).itertuples()
    assert pd.isna(one.orders_change_rate) and pd.isna(one.break_even_change_rate)
    assert one.effect < 0


def test_it_compiles_for_other_engines(elsewhere):
    assert len(leaks.leaks(sold(owners=("Ada", "Bob")), Calendar(), LAST)) == 1
