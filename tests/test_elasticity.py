"""Elasticity by category and product, of panels whose slope is known."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.pricing import elasticity
from revwork.analysis.pricing.demand_panel import Panel
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say


def panel(slope=-2.0, products=8, category="Pots", weeks=60, moves=0.1):
    luck = np.random.default_rng(products)
    price = np.repeat(luck.normal(3, moves, (products, weeks // 6)), 6, axis=1)
    units = luck.poisson(60 * np.exp(slope * (price - 3))).astype(float)
    return Panel(
        category,
        np.array([f"{category}-{at}" for at in range(products)], dtype=object),
        pd.date_range("2025-01-06", periods=weeks, freq="7D"),
        units,
        price,
        np.zeros((2, *price.shape)),
        np.ones(price.shape, bool),
        int(units.sum()),
    )


@pytest.fixture(scope="module")
def found():
    return elasticity.by_product([panel(), panel(-1.0, 9, "Jugs")])


def test_each_product_has_its_category_s_answer_within_its_interval(found):
    for name, slope in (("Pots", -2), ("Jugs", -1)):
        rows = found[found.category == name]
        assert (rows.low_elasticity <= slope).all() and (slope <= rows.high_elasticity).all()
        assert rows.own_elasticity.notna().all() and np.ptp(rows.elasticity) < 1
    assert len(found) == 17 and found.product_id.is_unique


def test_categories_come_with_what_ten_percent_dearer_does_the_keenest_first(found):
    rows = elasticity.by_category(found)
    assert rows.category.tolist() == ["Pots", "Jugs"] and rows.products.tolist() == [8, 9]
    assert np.allclose(rows.units_change_rate, 1.1**rows.elasticity - 1, atol=1e-5)
    assert (rows.low_units_change_rate < rows.units_change_rate).all()
    drawn = elasticity.drawn(rows)
    assert list(drawn)[:2] == ["category", "current"] and drawn.base.isna().all()
    assert SAY(elasticity.reading(drawn)).startswith(
        "With prices 10 % higher, units of Pots change"
    )
    assert "of Jugs" not in SAY(elasticity.reading(drawn[:1]))


def test_two_products_or_prices_that_never_moved_tell_nothing():
    for made in ([], [panel(products=2)], [panel(moves=0.0)]):
        with pytest.raises(Unanswered, match="three products of a category"):
            elasticity.by_product(made)


def test_a_category_that_is_not_recorded_stays_without_a_name(found):
    rows = elasticity.by_category(elasticity.by_product([panel(category=None)]))
    assert rows.category.isna().all() and len(rows) == 1


def test_lines_without_a_price_that_moved_tell_nothing_by_themselves():
    lines = sales_lines([{"product_id": "p", "quantity": 1, "unit_price": 5, "net_amount": 5}])
    none = [typed(name) for name in ("prices", "promotions", "competitor_prices")]
    with pytest.raises(Unanswered, match="Elasticity needs three products"):
        elasticity.measured(lines, *none, ("EUR", date(2026, 1, 31)))
