"""The demand panel: units, prices, offers and rivals by product and week, counted by hand."""

from datetime import date, timedelta

import numpy as np
import pytest
from conftest import sales_lines, typed

from revwork.analysis.pricing import demand_panel, list_prices

MONDAY, WEEKS = date(2026, 1, 5), 6
LAST = MONDAY + timedelta(days=7 * WEEKS - 1)
PRODUCTS = [{"product_id": "p1", "category": "Pots"}, {"product_id": "p2", "category": "Pots"}]


def day(week, more=0):
    return (MONDAY + timedelta(days=7 * week + more)).isoformat()


def orders(product="p1", weeks=range(WEEKS), each=6, **more):
    return [
        {
            **{"order_id": f"{product}-{week}-{at}-{len(more)}", "product_id": product},
            **{"order_date": day(week), "quantity": 2, "unit_price": 10, "net_amount": 20},
            **more,
        }
        for week in weeks
        for at in range(each)
    ]


LISTED = [
    {"product_id": "p1", "valid_from": "2020-01-01", "list_price": 10},
    {"product_id": "p1", "valid_from": day(2, 3), "list_price": 20},
]


def panels(rows, prices=LISTED[:1], promotions=(), rivals=(), last=LAST):
    lines = sales_lines(rows, products=PRODUCTS)
    tables = typed("prices", prices), typed("promotions", promotions)
    regular = list_prices.at_list(list_prices.beside_list(lines, *tables, "EUR"))
    return demand_panel.panels(regular, *tables, typed("competitor_prices", rivals), ("EUR", last))


def moved(rows):
    """The same orders at the price of their day."""
    changed = {day(week): 20 for week in range(3, WEEKS)}
    return [{**row, "unit_price": changed.get(row["order_date"], 10)} for row in rows]


def test_units_and_list_price_stand_by_product_and_week(elsewhere):
    (one,) = panels(moved(orders()), prices=LISTED)
    assert one.category == "Pots" and one.products.tolist() == ["p1"] and one.lines == 36
    assert one.units.tolist() == [[12.0] * WEEKS] and one.on.all()
    mixed = (3 * np.log(10) + 4 * np.log(20)) / 7  # dearer from the Thursday on
    expected = [np.log(10)] * 2 + [mixed] + [np.log(20)] * 3
    assert one.price[0] == pytest.approx(expected)


def test_a_week_that_is_not_over_does_not_count():
    (one,) = panels(orders(each=10), last=LAST - timedelta(days=1))
    assert one.units.shape == (1, WEEKS - 1)


def test_a_product_counts_from_its_first_sale_to_its_last():
    (one,) = panels(orders("p2", each=6) + orders("p1", weeks=[1, 3], each=20))
    late = one.on[one.products.tolist().index("p1")]
    assert late.tolist() == [False, True, True, True, False, False]


def test_what_sells_seldom_or_only_comes_back_is_left_out():
    assert panels(orders(each=4)) == []
    assert panels([{**one, "quantity": -1} for one in orders(each=9)]) == []
    assert panels([]) == []


def test_without_a_list_the_price_asked_stands_in_and_weeks_between_keep_the_last():
    rows = orders(weeks=[0, 1], each=10, unit_price=8) + orders(weeks=[4, 5], each=10, unit_price=9)
    (one,) = panels(rows, prices=())
    assert np.exp(one.price[0]) == pytest.approx([8, 8, 8, 8, 9, 9])


def test_sales_at_a_price_agreed_apart_do_not_answer_to_the_list():
    contract = orders(each=5, unit_price=7)
    (one,) = panels(orders() + contract)
    assert one.units.tolist() == [[12.0] * WEEKS]


def test_offers_count_by_the_share_of_the_week_and_what_they_take_off():
    week = {"start_date": day(1, 5), "end_date": day(2, 2), "discount_rate": 0.2}
    offers = [
        {"promotion_id": "a", "product_id": "p1", **week},
        {"promotion_id": "b", "category": "Jugs", **week},
        {"promotion_id": "c", "product_id": "p9", **week},
        {"promotion_id": "d", "category": "Pots", **week, "discount_rate": 0.07},
    ]
    (one,) = panels(orders() + orders("p2"), promotions=offers)
    depth = one.controls[0]
    assert depth[0] == pytest.approx([0, 0.27 * 2 / 7, 0.27 * 3 / 7, 0, 0, 0])
    assert depth[1] == pytest.approx([0, 0.07 * 2 / 7, 0.07 * 3 / 7, 0, 0, 0])


def test_rivals_prices_stand_against_their_own_mean_and_the_last_seen_holds(elsewhere):
    seen = [
        {"date": day(week), "competitor": "R", "product_id": "p1", "price": price}
        for week, price in ((1, 10), (3, 20))
    ]
    out = {"date": day(5), "competitor": "R", "product_id": "p1", "price": 1, "in_stock": False}
    (one,) = panels(orders() + orders("p2"), rivals=[*seen, out])
    half = np.log(2) / 2
    assert one.controls[1][0] == pytest.approx([-half, -half, -half, half, half, half])
    assert (one.controls[1][1] == 0).all()


def test_a_category_that_is_not_recorded_is_one_of_its_own():
    lines = orders() + orders("p3", each=9)
    found = panels(lines)
    assert [one.category for one in found] == [None, "Pots"]
