"""Price position map: price against ours beside the stars of reviews."""

from datetime import date

import pytest
from conftest import sales_lines, typed

from revwork.analysis.market import price_index, price_positions
from revwork.calendar import Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

NOW = Period("2026-Q2", date(2026, 4, 1), date(2026, 7, 1))
PRICES = {"Alba": 80.0, "Boro": 125.0}


def reviewed(stars, n, competitor=None):
    return [
        {"review_id": f"{competitor}{stars}{at}", "date": "2026-05-01", "rating": stars,
         "competitor": competitor}
        for at in range(n)
    ]  # fmt: skip


def positions(reviews, prices=PRICES):
    seen = [
        {"date": "2026-06-29", "competitor": name, "product_id": f"p{at}", "price": price,
         "our_price": 100}
        for name, price in prices.items() for at in range(2)
    ]  # fmt: skip
    products = [{"product_id": f"p{at}", "category": "Tea"} for at in range(2)]
    offers = price_index.offers(
        typed("competitor_prices", seen), typed("prices"), typed("products", products), "EUR"
    )
    orders = [{"order_date": "2026-05-01", "product_id": f"p{at}", "net_amount": 10}
              for at in range(2)]  # fmt: skip
    weights = price_index.sold(sales_lines(orders, products), NOW)
    rows = price_positions.positions(offers, weights, typed("reviews", reviews), NOW)
    return rows.set_index("competitor", drop=False)


ALL = [*reviewed(4, 90), *reviewed(5, 90, "Alba"), *reviewed(2, 90, "Boro")]


def test_a_rival_stands_where_it_asks_for_what_we_ask_a_hundred_for(elsewhere):
    rows = positions(ALL)
    assert rows.price_level.round(6).to_dict() == {"Alba": 80.0, "Boro": 125.0, "We": 100.0}
    assert rows["size"]["We"] == 90 and rows.products["Alba"] == 2


def test_few_reviews_are_drawn_to_the_mean_of_all_brands():
    rows = positions([*reviewed(4, 90), *reviewed(5, 1, "Alba"), *reviewed(2, 90, "Boro")])
    mean = (4 * 90 + 5 + 2 * 90) / 181
    assert rows.rating["Alba"] == pytest.approx((5 + 10 * mean) / 11)
    assert rows.rating["We"] == pytest.approx((360 + 10 * mean) / 100)


def test_a_brand_without_reviews_or_prices_is_left_out_and_without_us_there_is_no_map():
    assert list(positions([*reviewed(4, 9), *reviewed(4, 9, "Coda")]).competitor) == ["We"]
    for reviews in ([], reviewed(5, 9, "Alba"), reviewed(4, 9)):
        with pytest.raises(Unanswered, match="reviews"):
            price_positions.known(positions(reviews))


def test_old_reviews_say_nothing_of_this_year():
    old = [{**one, "date": "2025-06-30"} for one in ALL]
    assert positions(old).empty


def test_the_reading_names_who_is_better_and_cheaper():
    said = Reader().say(price_positions.reading(positions(ALL)))
    assert said == "Dearer than we are and rated lower: Boro; cheaper and rated higher: Alba"
    alone = positions([*reviewed(4, 90), *reviewed(2, 90, "Alba")])
    assert "rated lower: nobody; cheaper and rated higher: nobody" in Reader().say(
        price_positions.reading(alone)
    )
