"""Discount discipline, on orders of a hundred at list."""

from datetime import date

import pytest
from conftest import sales_lines, typed

from revwork.analysis.pricing import discounts, list_prices
from revwork.calendar import Comparison, Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

JANUARY = Period("2026-01", date(2026, 1, 1), date(2026, 2, 1))
YEAR_AGO = Period("2025-01", date(2025, 1, 1), date(2025, 2, 1))
HELD = Comparison(JANUARY, JANUARY, YEAR_AGO, "year ago", False)
SAY = Reader().say


def sold(*rows):
    """Lines from (channel, value at list, discount, day)."""
    lines = sales_lines(
        [
            {
                **{"order_id": str(at), "product_id": "p", "quantity": 1, "unit_price": value},
                **{"discount": off, "net_amount": value - off, "channel": channel},
                "order_date": (*day, "2026-01-05")[0],
            }
            for at, (channel, value, off, *day) in enumerate(rows)
        ]
    )
    return list_prices.beside_list(lines, typed("prices"), typed("promotions"), "EUR")


def test_who_gives_most_comes_first_with_its_year_before_and_an_interval(elsewhere):
    table = sold(
        ("A", 100, 20), ("A", 100, 10), ("B", 100, 5), (None, 100, 90), ("A", 100, 1, "2025-01-05")
    )
    rows = discounts.who_gives(table, HELD, "channel").set_index("channel")
    assert rows.index.tolist() == ["A", "B"]
    assert rows.current["A"] == pytest.approx(0.15) and rows.base["A"] == pytest.approx(0.01)
    assert rows.low["A"] < 0.15 < rows.high["A"] and rows.orders.tolist() == [2, 1]
    assert rows.base.isna()["B"] and rows.low["B"] == rows.high["B"] == 0.05
    assert SAY(discounts.reading(rows.reset_index())) == "A gives 15% off list prices, B 5%"


def test_nobody_gives_anything_where_nothing_is_sold_or_nobody_is_named():
    assert discounts.who_gives(sold((None, 100, 5)), HELD, "channel").empty
    assert discounts.who_gives(sold(("A", 0, 0)), HELD, "channel").empty
    (row,) = discounts.who_gives(sold(("A", 100, 0)), HELD, "channel").itertuples()
    assert row.current == 0 and SAY(discounts.reading(
        discounts.who_gives(sold(("A", 100, 0)), HELD, "channel")
    )) == "A gives 0% off list prices"  # fmt: skip


def test_bands_hold_as_many_orders_each_and_all_the_money(elsewhere):
    table = sold(*(("A", 10 * (at + 1), at) for at in range(10)))
    rows = discounts.bands(table, JANUARY)
    assert rows.orders.tolist() == [2] * 5 and rows.band.tolist() == [1, 2, 3, 4, 5]
    assert rows.list_revenue.sum() == 550 and rows.discount_amount.sum() == 45
    assert rows.to_amount[0] == 20 and rows.from_amount[4] == 90
    assert SAY(discounts.by_size(rows)) == (
        "The largest fifth of orders gets 8.9% off, the smallest 3.3%"
    )


def test_small_orders_that_get_more_are_told():
    rows = discounts.bands(sold(*(("A", 10 * (at + 1), 9) for at in range(10))), JANUARY)
    assert SAY(discounts.by_size(rows)).startswith("Discount does not buy size")


def test_four_orders_make_no_bands():
    with pytest.raises(Unanswered, match="at least five orders"):
        discounts.bands(sold(*[("A", 10, 1)] * 4), JANUARY)
