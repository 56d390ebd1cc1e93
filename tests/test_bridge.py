"""The price–volume–mix bridge, against published figures and the traps of real orders."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from conftest import sales_lines
from hypothesis import given, settings
from hypothesis import strategies as st

from revwork.analysis.revenue.bridge import _sums, bridge, by_product
from revwork.calendar import Period
from revwork.findings import Unanswered

BASE = Period("2025", date(2025, 1, 1), date(2026, 1, 1))
CURRENT = Period("2026", date(2026, 1, 1), date(2027, 1, 1))
YEARS = SimpleNamespace(base=BASE, current=CURRENT)
METHODS = ["fpa", "textbook", "lmdi", "shapley"]


def sold(year, product, price, quantity, **row):
    row = {"net_amount": price * (quantity or 0)} | row
    return {"order_date": f"{year}-06-15", "product_id": product, "quantity": quantity, **row}


THREE = [
    *(sold(2025, *row) for row in (("A", 10, 1000), ("B", 15, 800), ("C", 20, 500))),
    *(sold(2026, *row) for row in (("A", 11, 1000), ("B", 15, 700), ("C", 23, 800))),
]
SWAPPED = [
    *(sold(2025, *row) for row in (("A", 10, 1000), ("B", 15, 800), ("D", 8, 100))),
    *(sold(2026, *row) for row in (("A", 11, 1000), ("B", 15, 700), ("N", 30, 200))),
]


def bars(rows, method="fpa", **tables):
    """The changes that are not zero, by bar."""
    frame = bridge(sales_lines(rows, **tables), YEARS, method)
    changes = frame[(frame.kind == "change") & (frame.value != 0)]
    return dict(zip(changes.bar, changes.value, strict=True))


def assert_adds_up(frame):
    cents = (frame.set_index("bar").value * 100).round().astype(int)
    assert cents["base"] + cents.drop(["base", "current"]).sum() == cents["current"]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("textbook", {"price": 2500, "volume": 4500, "joint": 900}),
        ("fpa", {"price": 3400, "volume": 2782.61, "mix": 1717.39}),
        ("lmdi", {"price": 2925.33, "activity": 2960.14, "structure": 2014.53}),
        ("shapley", {"price": 2950, "quantity": 4950}),
    ],
)
def test_three_products_give_the_published_figures(method, expected):
    assert bars(THREE, method) == expected


def test_new_and_dropped_products_are_bars_of_their_own():
    expected = {"price": 1000, "volume": -1222.22, "mix": -277.78}
    assert bars(SWAPPED) == expected | {"new_products": 6000, "discontinued_products": -800}


def test_the_bars_run_from_the_base_to_the_current_total():
    frame = bridge(sales_lines(THREE), YEARS)
    beside = ["new_products", "discontinued_products", "returns", "fx", "unpriced"]
    assert list(frame.bar) == ["base", "price", "volume", "mix", *beside, "current"]
    assert list(frame.value.iloc[[0, -1]]) == [32000, 39900]
    assert list(frame.kind) == ["total", *["change"] * 8, "total"]


@pytest.mark.parametrize("method", METHODS)
def test_litres_and_pieces_are_never_added(method):
    units = [{"product_id": "A", "unit": "litre"}, {"product_id": "B", "unit": "piece"}]
    apart = [
        bars([row for row in THREE if row["product_id"] == product], method) for product in "AB"
    ]
    rows = [row for row in THREE if row["product_id"] in "AB"]
    both = bars(rows, method, products=units)
    added = pd.DataFrame(apart).sum().round(2)
    assert both == {bar: value for bar, value in added.items() if value}


def test_what_came_back_is_its_own_bar_and_leaves_prices_alone():
    back = [sold(2025, "A", 10, -1), sold(2026, "A", 11, -30)]
    assert bars([*THREE, *back]) == bars(THREE) | {"returns": -320}


def test_a_rate_that_moved_is_neither_price_nor_volume():
    rates = [
        {"date": "2025-01-01", "currency": "GBP", "rate": 1.5},
        {"date": "2025-12-01", "currency": "GBP", "rate": 1.25},
        {"date": "2026-01-01", "currency": "GBP", "rate": 1},
    ]
    pounds = {"currency": "GBP"}
    rows = [
        sold(2025, "A", 10, 10, **pounds),
        sold(2025, "B", 10, 10, **pounds) | {"order_date": "2025-12-15"},
        sold(2026, "A", 10, 10, **pounds),
        sold(2026, "B", 10, 20, **pounds),
    ]
    assert bars(rows, fx_rates=rates) == {"volume": 137.5, "fx": -112.5}


def test_the_rate_of_what_came_back_is_fx_too():
    rates = [
        {"date": "2025-01-01", "currency": "GBP", "rate": 1.5},
        {"date": "2026-01-01", "currency": "GBP", "rate": 1},
    ]
    pounds = {"currency": "GBP"}
    rows = [sold(year, "A", 10, n, **pounds) for year in (2025, 2026) for n in (10, -2)]
    assert bars(rows, fx_rates=rates) == {"fx": -40}


def test_a_currency_not_sold_in_before_has_no_fx_effect():
    rates = [{"date": "2025-01-01", "currency": "GBP", "rate": 1.5}]
    rows = [sold(2025, "A", 10, 10), sold(2026, "A", 10, 10, currency="GBP")]
    assert bars(rows, fx_rates=rates) == {"price": 50}


@pytest.mark.parametrize("quantity", [None, 0])
def test_a_line_without_a_quantity_has_no_price(quantity):
    fee = sold(2026, "A", 0, 0, net_amount=70) | {"quantity": quantity}
    assert bars([*THREE, fee]) == bars(THREE) | {"unpriced": 70}


def test_a_line_without_a_product_has_no_price():
    assert bars([*THREE, sold(2025, None, 5, 2)]) == bars(THREE) | {"unpriced": -10}


def test_a_product_whose_earlier_quantity_is_unknown_is_not_new():
    rows = [*THREE, sold(2025, "X", 0, None, net_amount=5), sold(2026, "X", 9, 1)]
    assert bars(rows) == bars(THREE) | {"unpriced": 4}


def test_a_product_given_away_before_has_no_logarithm_but_a_price_effect():
    rows = [*THREE, sold(2025, "X", 0, 100), sold(2026, "X", 2, 100)]
    assert bars(rows, "lmdi")["unpriced"] == 200
    assert "unpriced" not in bars(rows, "fpa")


@pytest.mark.parametrize("method", METHODS)
def test_a_price_below_zero_breaks_nothing(method):
    rows = sales_lines([*THREE, sold(2025, "X", 4, 10), sold(2026, "X", 3, 10)])
    negative = (rows.product_id == "X") & (rows.order_date.year() == 2025)
    frame = bridge(rows.mutate(net=negative.ifelse(-rows.net, rows.net)), YEARS, method)
    assert frame.value.notna().all()
    assert_adds_up(frame)


def test_a_sale_at_an_unknown_rate_is_in_no_bar():
    rows = [*THREE, sold(2026, "A", 11, 5, currency="USD")]
    assert bars(rows) == bars(THREE)


def test_nothing_sold_before_is_nothing_to_compare_with():
    for comparison in (YEARS, SimpleNamespace(base=None, current=CURRENT)):
        with pytest.raises(Unanswered, match="nothing to compare with"):
            bridge(sales_lines(THREE[3:]), comparison)


def test_nothing_sold_now_means_that_everything_was_discontinued():
    assert bars(THREE[:3]) == {"discontinued_products": -32000}


def test_an_unknown_method_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="fpa, textbook, lmdi, shapley"):
        bridge(sales_lines(THREE), YEARS, "pvm")


def test_the_first_and_the_last_day_of_a_period_count_and_the_next_does_not():
    days = ["2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01"]
    rows = [sold(2025, "A", 1, 10**i) | {"order_date": day} for i, day in enumerate(days)]
    assert list(bridge(sales_lines(rows), YEARS).value.iloc[[0, -1]]) == [110, 11000]


def test_each_product_shows_what_it_did_to_price_and_volume():
    frame = by_product(
        sales_lines(SWAPPED, products=[{"product_id": "A", "product_name": "Arabica"}]), YEARS
    ).set_index("product_id")
    assert list(frame.index) == ["A", "B", "D", "N"]
    assert list(frame.status) == ["continuing", "continuing", "discontinued", "new"]
    assert frame.product_name["A"] == "Arabica"
    assert frame.loc["A", ["price0", "price1", "price_effect"]].tolist() == [10, 11, 1000]
    assert frame.loc["N"].isna()[["price0", "price_effect", "mix_effect"]].all()


def test_the_products_effects_add_up_to_the_bars():
    frame = by_product(sales_lines(SWAPPED), YEARS)
    assert round(frame.price_effect.sum(), 2) == bars(SWAPPED)["price"]
    assert round(frame.volume_effect.sum(), 2) == bars(SWAPPED)["volume"]
    assert round(frame.mix_effect.sum(), 2) == bars(SWAPPED)["mix"]
    assert round(frame.change.sum(), 2) == 4700


def test_what_a_method_does_not_split_reads_the_same_under_every_method():
    rows = [*THREE, sold(2026, "N", 1.0049, 1), sold(2025, "D", 1.0049, 1)]
    rows += [sold(2026, "A", 1.0049, -1), sold(2026, None, 1.0049, 1)]
    beside = {"new_products": 1, "discontinued_products": -1, "returns": -1, "unpriced": 1}
    for method in METHODS:
        assert beside.items() <= bars(rows, method).items()


def test_half_a_cent_is_rounded_one_way_in_every_bar():
    assert_adds_up(
        bridge(sales_lines([sold(2025, "A", 0.03, 1), sold(2026, "B", 0.085, 1)]), YEARS)
    )


@pytest.mark.parametrize("dialect", ["postgres", "databricks"])
def test_the_bridge_compiles_elsewhere(dialect):
    assert ibis.to_sql(_sums(sales_lines(THREE), YEARS), dialect=dialect)


RATES = {"EUR": "1", "GBP": "1.17283", "JPY": "0.00611"}
line = st.fixed_dictionaries(
    {
        "order_date": st.sampled_from([date(2025, 3, 1), date(2025, 9, 1), date(2026, 3, 1)]),
        "product_id": st.sampled_from(["A", "B", "C", "D", None]),
        "unit": st.sampled_from(["piece", "kg"]),
        "quantity": st.none() | st.integers(-3, 40).map(Decimal),
        "net_local": st.integers(0, 10**7).map(lambda n: Decimal(n) / 10000),
        "currency": st.sampled_from(list(RATES)),
        "drift": st.sampled_from(["1", "1.0307", "0.871"]),
    }
)


def as_lines(rows):
    """Sales lines as the engine would hold them, without the joins that make them."""
    for row in rows:
        rate = Decimal(RATES[row["currency"]]) * Decimal(row.pop("drift"))
        row["rate"] = rate if row["currency"] != "EUR" else Decimal(1)
        row["is_return"] = bool(row["quantity"] is not None and row["quantity"] < 0)
        row["net_local"] *= -1 if row["is_return"] else 1
        row["net"] = (row["net_local"] * row["rate"]).quantize(Decimal("0.0001"))
        row["product_name"] = row["product_id"]
    money = dict.fromkeys(["quantity", "net_local", "net"], "decimal(18, 4)")
    words = dict.fromkeys(["product_id", "product_name", "unit", "currency"], "string")
    schema = ibis.schema({"order_date": "date", **words, **money, "is_return": "boolean"})
    columns = {name: [row[name] for row in rows] for name in schema}
    return ibis.memtable(pa.table(columns, schema=schema.to_pyarrow()))


@settings(max_examples=25, deadline=None)
@given(st.lists(line, min_size=1, max_size=25), st.sampled_from(METHODS))
def test_the_bars_add_up_to_the_cent_whatever_was_sold(rows, method):
    rows.append(rows[0] | {"order_date": date(2025, 3, 1)})
    lines = as_lines([dict(row) for row in rows])
    frame = bridge(lines, YEARS, method)
    assert_adds_up(frame)
    nets = lines.execute()
    now = [d.year == 2026 for d in pd.to_datetime(nets.order_date)]
    assert frame.value.iloc[-1] == round(float(sum(nets.net[now])), 2)
