"""Purchases by customer and day, and orders that only invoice a subscription."""

import pytest
from conftest import sales_lines, typed

from revwork.analysis import purchases

ROWS = [
    {"order_id": "o1", "customer_id": "a", "net_amount": 30, "cost_amount": 20},
    {"order_id": "o2", "customer_id": "a", "net_amount": 12, "cost_amount": 7},
    {"order_id": "c1", "customer_id": "a", "net_amount": -5, "cost_amount": -3},
    {"order_id": "c2", "customer_id": "a", "net_amount": -4, "order_date": "2026-01-09"},
    {"order_id": "o3", "customer_id": None, "net_amount": 99},
]
TERMS = {"subscription_id": "s", "customer_id": "a", "plan": "Home", "start_date": "2026-01-01"}


def by_day(rows):
    return purchases.worth_by_day(sales_lines(rows)).order_by("customer_id", "day").execute()


def invoiced(rows, *terms):
    found = purchases.deliveries(sales_lines(rows), typed("subscriptions", terms))
    return found.order_by("order_id").execute()


def test_orders_of_a_day_are_one_purchase_with_what_came_back_taken_off_the_net_alone(elsewhere):
    day, returned = by_day(ROWS).itertuples()
    assert (float(day.bought), float(day.net), float(day.left)) == (42, 37, 13)
    assert returned.bought is None and float(returned.net) == -4


def test_a_day_that_only_returned_is_no_purchase_and_who_is_not_known_has_none():
    bought = purchases.purchased(purchases.by_day(sales_lines(ROWS))).execute()
    assert [*bought.customer_id] == ["a"] and len(bought) == 1
    assert by_day([]).empty


def test_an_order_of_exactly_the_monthly_amount_invoices_the_subscription(elsewhere):
    rows = [
        {"order_id": "o1", "customer_id": "a", "net_amount": 10},
        {"order_id": "o1", "customer_id": "a", "net_amount": 20},
        {"order_id": "o2", "customer_id": "a", "net_amount": 30.01},
        {"order_id": "o3", "customer_id": "b", "net_amount": 30},
    ]
    found = invoiced(rows, TERMS | {"monthly_amount": 30})
    assert [*found.order_id] == ["o1"] and [*found["plan"]] == ["Home"]
    lines = sales_lines(rows)
    left = purchases.of_choice(lines, purchases.deliveries(lines, typed("subscriptions", [])))
    assert left.count().execute() == 4


@pytest.mark.parametrize(
    ("day", "count"),
    [("2025-12-31", 0), ("2026-01-01", 1), ("2026-02-28", 1), ("2026-03-01", 0)],
)
def test_it_does_from_its_first_day_until_before_its_end(day, count):
    row = {"customer_id": "a", "net_amount": 30, "order_date": day}
    assert len(invoiced([row], TERMS | {"monthly_amount": 30, "end_date": "2026-03-01"})) == count


def test_two_subscriptions_of_one_amount_do_not_double_the_order():
    row = {"customer_id": "a", "net_amount": 30}
    two = [TERMS | {"subscription_id": name, "monthly_amount": 30} for name in "st"]
    assert len(invoiced([row], *two)) == 1


def test_another_currency_is_another_amount():
    row = {"customer_id": "a", "net_amount": 30, "currency": "GBP"}
    assert invoiced([row], TERMS | {"monthly_amount": 30, "currency": "EUR"}).empty
    assert len(invoiced([row], TERMS | {"monthly_amount": 30})) == 1


def test_a_price_that_another_took_the_place_of_invoices_nothing_more():
    row = {"customer_id": "a", "net_amount": 30, "order_date": "2026-02-01"}
    old = TERMS | {"monthly_amount": 30}
    assert invoiced([row], old, old | {"monthly_amount": 40, "start_date": "2026-02-01"}).empty
