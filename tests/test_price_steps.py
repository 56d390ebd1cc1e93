"""The price waterfall, on sales whose every step is a round number."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from conftest import sales_lines, typed
from hypothesis import given, settings
from hypothesis import strategies as st

from revwork.analysis.pricing import list_prices, price_steps
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

JANUARY = Period("2026-01", date(2026, 1, 1), date(2026, 2, 1))
YEAR_AGO = Period("2025-01", date(2025, 1, 1), date(2025, 2, 1))
HELD = Comparison(JANUARY, JANUARY, YEAR_AGO, "year ago", False)
LINE = {
    **{"product_id": "p1", "quantity": 10, "unit_price": 9, "discount": 5, "net_amount": 85},
    **{"cost_amount": 40, "commission": 5, "payment_cost": 1, "shipping_cost": 4},
    **{"order_date": "2026-01-05", "channel": "Web"},
}
BACK = {"order_id": "b", "quantity": -1, "net_amount": -9, "cost_amount": -4, "commission": None}
BACK |= {"payment_cost": None, "shipping_cost": None}
LIST = [{"product_id": "p1", "valid_from": "2024-01-01", "list_price": 10}]
SAY = Reader().say


def sold(*rows):
    lines = sales_lines([{**LINE, **row} for row in rows])
    return list_prices.beside_list(lines, typed("prices", LIST), typed("promotions"), "EUR")


def test_the_waterfall_goes_from_list_to_margin_and_adds_up(elsewhere):
    bars = price_steps.waterfall(sold({}, BACK), JANUARY)
    assert bars.set_index("bar").value.to_dict() == {
        **{"list_revenue": 100, "terms": -10, "discounts": -5, "returns": -9, "net_revenue": 76},
        **{"order_costs": -10, "pocket_revenue": 66, "cost": -36},
        "margin_after_order_costs": 30,
    }
    assert SAY(price_steps.reading(bars)) == (
        "Of list prices, 66% stays in the pocket; most goes to order costs (€10)"
    )


CENTS = st.decimals(0, 50, places=4)


@settings(max_examples=6, deadline=None)
@given(st.lists(st.tuples(CENTS, CENTS, CENTS, CENTS), min_size=1, max_size=6))
def test_bars_add_up_to_the_cent_whatever_the_amounts(amounts):
    rows = [
        {
            **{"order_id": str(at), "unit_price": price, "discount": off, "commission": fee},
            **{"net_amount": price * 10 - off, "cost_amount": cost},
        }
        for at, (price, off, fee, cost) in enumerate(amounts)
    ]
    bars = price_steps.waterfall(sold(*rows), JANUARY)
    level = None
    for one in bars.itertuples():
        value = Decimal(str(one.value))
        if one.kind == "change":
            level += value
        else:
            assert level in (None, value)
            level = value


def test_without_a_cost_it_ends_in_the_pocket_and_without_a_sale_there_is_none():
    bars = price_steps.waterfall(sold({"cost_amount": None}), JANUARY)
    assert bars.bar.iloc[-1] == "pocket_revenue"
    with pytest.raises(Unanswered, match="No sale in 2025-01"):
        price_steps.waterfall(sold({}), YEAR_AGO)


def test_the_parts_make_the_whole_and_what_is_not_recorded_keeps_a_row(elsewhere):
    rows = [{"order_id": str(at), "channel": "Web" if at % 2 else None} for at in range(5)]
    table = sold(*rows, BACK)
    parts = price_steps.leakage(table, JANUARY, "channel")
    assert parts.channel.isna().sum() == 1 and len(parts) == 2
    whole = price_steps.sums(table, []).iloc[0]
    for name in ("list_revenue", "price_leakage"):
        assert parts[name].sum() == pytest.approx(whole[name])
    assert parts.price_leakage.is_monotonic_decreasing
    web = parts[parts.channel == "Web"].iloc[0]
    rates = [web.terms_rate, web.offer_rate, web.discount_rate, web.return_rate]
    assert web.pocket_rate == pytest.approx(1 - sum(rates) - web.order_cost_rate)


def test_a_part_where_only_returns_are_has_no_rate():
    (row,) = price_steps.leakage(sold(BACK), JANUARY, "channel").itertuples()
    assert np.isnan(row.discount_rate) and np.isnan(row.pocket_rate) and row.price_leakage == 9
    assert SAY(price_steps.leaks_most(price_steps.leakage(sold(BACK), JANUARY, "channel"))) == (
        "Nothing was sold at a list price"
    )


def test_the_heat_has_a_cell_for_each_part_and_step():
    parts = price_steps.leakage(sold({}, {"order_id": "b", "channel": "Shop"}), JANUARY, "channel")
    cells = price_steps.drawn(parts)
    assert list(cells)[:3] == ["channel", "step", "share"] and len(cells) == 2 * 5
    assert SAY(price_steps.leaks_most(cells)).startswith("Least stays in Shop (75%), most in Web")


def test_cards_stand_beside_the_year_before_and_a_period_without_a_sale_is_unknown():
    table = sold({}, {"order_id": "b", "order_date": "2025-01-05", "unit_price": 10})
    cards = {one.metric: one for one in price_steps.headline(table, HELD, Calendar())}
    assert cards["list_revenue"].value == 100 and cards["list_revenue"].comparison == 100
    assert cards["discount_rate"].value == 0.05 and cards["pocket_rate"].value == 0.75
    assert cards["price_leakage"].value == 25 and cards["discount_rate"].better == "lower"
    empty = price_steps.headline(sold({"order_date": "2020-01-01"}), HELD, Calendar())
    assert empty == []


def test_what_leaks_is_held_against_the_comparison_where_there_is_one():
    table = sold({}, {"order_id": "b", "order_date": "2025-01-05", "shipping_cost": 14})
    (row,) = price_steps.leaked(table, HELD, "channel").itertuples()
    assert (row.current, row.base) == (25, 35) and row.change_rate == pytest.approx(-10 / 35)
    alone = Comparison(JANUARY, JANUARY, None, "year ago", False)
    rows = price_steps.leaked(table, alone, "channel")
    assert rows.base.isna().all() and SAY(price_steps.leaked_most(rows)) == "Most goes in Web: €25"
