"""List prices beside sales, on lines whose steps one can add up by hand."""

import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.pricing import list_prices

LINE = {"product_id": "p1", "quantity": 10, "unit_price": 9, "discount": 5, "net_amount": 85}
LIST = {"product_id": "p1", "valid_from": "2025-01-01", "list_price": 10}
OFFER = {
    **{"promotion_id": "x", "start_date": "2026-01-01", "end_date": "2026-01-03"},
    "discount_rate": 0.1,
}


def beside(*rows, prices=(LIST,), promotions=(), products=(), fx_rates=()):
    lines = sales_lines([{**LINE, **row} for row in rows], products, fx_rates=fx_rates)
    tables = typed("prices", prices), typed("promotions", promotions)
    found = list_prices.beside_list(lines, *tables, "EUR")
    return found.order_by("order_id", "line").execute()


def steps(row):
    return [float(row[name]) for name in ("listed", "terms", "offers", "discounts", "net")]


def test_the_steps_from_list_to_net_add_up_line_by_line(elsewhere):
    (row,) = beside({}).to_dict("records")
    assert steps(row) == [100, -10, 0, -5, 85]


def test_what_an_offer_takes_off_is_no_discount_that_somebody_gave(elsewhere):
    (row,) = beside({"unit_price": 10, "discount": 15}, promotions=[OFFER]).to_dict("records")
    assert steps(row) == [100, 0, -10, -5, 85]


def test_an_offer_takes_no_more_than_came_off():
    (row,) = beside(
        {"unit_price": 10, "discount": 4, "net_amount": 96}, promotions=[OFFER]
    ).to_dict("records")
    assert steps(row) == [100, 0, -4, 0, 96]


@pytest.mark.parametrize(
    ("day", "rate"),
    [("2025-12-31", None), ("2026-01-01", 0.1), ("2026-01-03", 0.1), ("2026-01-04", None)],
)
def test_an_offer_holds_from_its_first_day_to_its_last(day, rate):
    (row,) = beside({"order_date": day}, promotions=[OFFER]).promotion_rate
    assert (None if pd.isna(row) else row) == rate


def test_an_offer_of_another_channel_category_or_product_is_none_and_the_deepest_holds():
    products = [{"product_id": "p1", "category": "Pots"}]
    of = {"channel": "Shop"}, {"category": "Jugs"}, {"product_id": "p2"}, {"region": "Spain"}
    missed = [{**OFFER, **one, "promotion_id": str(at)} for at, one in enumerate(of)]
    found = beside({"channel": "Web"}, promotions=missed, products=products)
    assert found.promotion_rate.isna().all() and len(found) == 1
    deep = {**OFFER, "promotion_id": "deep", "category": "Pots", "discount_rate": 0.3}
    (rate,) = beside({}, promotions=[OFFER, deep], products=products).promotion_rate
    assert rate == 0.3


def test_the_price_of_the_day_and_of_the_own_channel_and_region_comes_first():
    prices = [
        LIST,
        {**LIST, "valid_from": "2026-01-02", "list_price": 20},
        {**LIST, "channel": "Web", "list_price": 30},
        {**LIST, "region": "Spain", "list_price": 40},
        {**LIST, "region": "Spain", "channel": "Web", "list_price": 50},
    ]
    asked = [
        {},
        {"order_date": "2026-01-02"},
        {"channel": "Web"},
        {"region": "Spain"},
        {"region": "Spain", "channel": "Web"},
    ]
    rows = beside(*({"order_id": str(at), **one} for at, one in enumerate(asked)), prices=prices)
    assert [float(one) for one in rows.list_price] == [10, 20, 30, 40, 50]


def test_without_a_list_price_the_price_asked_stands_in_and_without_that_net():
    rows = beside(
        {"order_id": "a"},
        {"order_id": "b", "unit_price": None},
        {"order_id": "c", "unit_price": None, "discount": None},
        {"order_id": "d", "product_id": None},
        prices=[{**LIST, "currency": "USD"}],
    )
    assert rows.list_price.isna().all()
    assert [steps(row)[0] for row in rows.to_dict("records")] == [90, 90, 85, 90]
    assert (rows.listed + rows.terms + rows.offers + rows.discounts == rows.net).all()


def test_what_came_back_has_no_step_and_a_line_stays_a_line():
    rows = beside({"order_id": "a"}, {"order_id": "b", "quantity": -1, "net_amount": -9})
    assert len(rows) == 2 and rows.listed.isna().tolist() == [False, True]
    assert float(rows.net[1]) == -9


def test_money_is_in_the_companys_currency_at_the_rate_of_the_day():
    rates = [{"date": "2026-01-01", "currency": "GBP", "rate": 2}]
    (row,) = beside(
        {"currency": "GBP"}, prices=[{**LIST, "currency": "GBP"}], fx_rates=rates
    ).to_dict("records")
    assert steps(row) == [200, -20, 0, -10, 170]


def kept(*asked, **more):
    rows = [{**LINE, "order_id": str(at), "unit_price": one} for at, one in enumerate(asked)]
    tables = typed("prices", [LIST]), typed("promotions", more.get("promotions", ()))
    sold = list_prices.beside_list(sales_lines(rows), *tables, "EUR")
    found = list_prices.at_list(sold).order_by("order_id").execute()
    return [None if pd.isna(one) else float(one) for one in found.unit_price]


def test_a_price_agreed_apart_does_not_answer_to_the_list_and_an_offers_does():
    assert kept(10, 10.04, 7) == [10, 10.04]
    assert kept(10, 10, 9, promotions=[OFFER]) == [10, 10, 9]


def test_where_most_are_away_from_the_list_it_is_not_what_is_asked():
    assert kept(10, 7, 8) == [10, 7, 8]
    assert kept(None, 10) == [None, 10]
