"""Cross price: how orders follow our price and a rival's, with product and week effects."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.market import cross_price, price_index
from revwork.analysis.market.price_moves import US
from revwork.calendar import Period
from revwork.report.words import Reader

MONDAY = date(2024, 1, 1)
SAY = Reader().say


def weeks(count=60, products=8, cross=2.0, own=-1.5, seed=1):
    """A panel in which the rival's prices of A fall by a fifth half way."""
    rng = np.random.default_rng(seed)
    place = np.indices((2 * products, count)).reshape(2, -1)
    inside, since = place[0] < products, place[1] >= count // 2
    fell = np.log(0.8) * (inside & since)
    ours = np.log(10) + 0.1 * rng.standard_normal(len(fell))
    season = 0.4 * np.sin(place[1] / 8) + 0.004 * place[1] * inside
    mean = np.exp(2.5 + season + cross * fell + own * (ours - np.log(10)) + 0.3 * (place[0] % 3))
    monday = [pd.Timestamp(MONDAY) + pd.Timedelta(weeks=week) for week in place[1]]
    panel = pd.DataFrame({"product_id": place[0].astype(str), "week": monday, "ours": ours})
    panel["category"] = np.where(inside, "A", None)
    panel["orders"] = rng.poisson(mean)
    days = sorted(set(monday))
    level = np.where(np.arange(count) >= count // 2, np.log(0.8), 0.0)
    levels = pd.DataFrame({"competitor": "R", "category": "A", "week": days, "level": level})
    return panel, levels


def moved(*rows):
    return pd.DataFrame(rows or [("R", "A")], columns=["competitor", "category"])


def test_both_elasticities_lie_in_their_intervals_beside_season_trend_and_product():
    panel, levels = weeks()
    (one,) = cross_price.elasticities(panel, levels, moved()).itertuples()
    assert one.low_cross_elasticity < 2 < one.high_cross_elasticity
    assert one.low_own_elasticity < -1.5 < one.high_own_elasticity
    assert one.low_cross_elasticity > 0.8 and one.products == 8 and one.weeks == 60


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    held = 0
    for seed in range(12):
        (one,) = cross_price.elasticities(*weeks(cross=0.5, seed=seed), moved()).itertuples()
        held += one.low_cross_elasticity < 0.5 < one.high_cross_elasticity
    assert held >= 10


def test_the_regression_is_the_one_with_a_dummy_for_each_product_and_week():
    import statsmodels.api as sm

    panel, levels = weeks(count=30, products=5)
    fell = panel.week.map(levels.set_index("week").level) * (panel.category == "A")
    columns = {"fell": fell, "own": panel.ours * (panel.category == "A")}
    columns |= {"other": panel.ours * panel.category.isna()}
    passed = (panel.week - panel.week.min()).dt.days / 365.25
    columns |= {"trend": passed * panel.category.isna()}
    dummies = [pd.get_dummies(panel[name], drop_first=True) for name in ("product_id", "week")]
    design = pd.concat([pd.DataFrame(columns), *dummies], axis=1).astype(float)
    design.columns = design.columns.astype(str)
    plain = sm.GLM(panel.orders, sm.add_constant(design), family=sm.families.Poisson()).fit()
    (one,) = cross_price.elasticities(panel, levels, moved()).itertuples()
    assert one.cross_elasticity == pytest.approx(plain.params["fell"], abs=1e-4)
    assert one.own_elasticity == pytest.approx(plain.params["own"], abs=1e-4)


def test_two_rivals_that_moved_are_told_apart_in_one_regression():
    panel, levels = weeks()
    late = np.where(np.arange(60) >= 45, np.log(0.9), 0.0)
    both = pd.concat([levels, levels.assign(competitor="S", level=late)])
    rows = cross_price.elasticities(panel, both, moved(("R", "A"), ("S", "A"), (US, "A")))
    assert [*rows.competitor] == ["R", "S"]
    assert rows.low_cross_elasticity[0] < 2 < rows.high_cross_elasticity[0]
    assert rows.low_cross_elasticity[1] < 0 < rows.high_cross_elasticity[1]


def test_too_few_products_or_weeks_tell_nothing_and_no_move_asks_nothing():
    few = cross_price.elasticities(*weeks(products=4), moved())
    assert few.cross_elasticity.isna().all() and few.products[0] == 4
    short = cross_price.elasticities(*weeks(count=25), moved())
    assert short.cross_elasticity.isna().all()
    assert cross_price.elasticities(*weeks(), moved()[:0]).empty
    assert cross_price.elasticities(*weeks(), moved((None, "A"))).empty
    assert "beyond chance" in SAY(cross_price.reading(few))
    assert "beyond chance" in SAY(cross_price.reading(few[:0]))


def test_a_category_not_recorded_has_an_elasticity_of_its_own():
    panel, levels = weeks()
    swapped = panel.assign(category=panel.category.map({"A": None}, na_action=None))
    swapped["category"] = swapped.category.where(panel.category == "A", "B")
    levels = levels.assign(category=None)
    (one,) = cross_price.elasticities(swapped, levels, moved(("R", None))).itertuples()
    assert one.low_cross_elasticity < 2 < one.high_cross_elasticity and pd.isna(one.category)


def test_the_reading_names_rival_drop_and_interval():
    rows = cross_price.elasticities(*weeks(), moved())
    assert SAY(cross_price.reading(rows)).startswith("A: 1 % off the prices of R takes")


def offered(*rows):
    named = ("date", "competitor", "product_id", "price", "our_price")
    prices = typed("competitor_prices", [dict(zip(named, row, strict=True)) for row in rows])
    products = typed("products", [{"product_id": "p", "category": "A"}, {"product_id": "q"}])
    return price_index.offers(prices, typed("prices"), products, "EUR")


def test_a_week_nobody_bought_in_is_no_order_and_weeks_outside_the_orders_are_left_out(elsewhere):
    mondays = [MONDAY + timedelta(weeks=week) for week in range(-1, 4)]
    rows = [(f"{day}", rival, "p", 10, 9) for day in mondays for rival in ("R", "S")]
    offers = offered(*rows, (f"{mondays[1]}", "R", "unsold", 5, 5))
    days = [mondays[1], mondays[1], mondays[3] + timedelta(days=6)]
    lines = sales_lines(
        [
            {"order_id": f"o{at // 2}", "order_date": f"{day}", "product_id": "p", "net_amount": 1}
            for at, day in enumerate([*days, days[-1]])
        ]
    )
    panel = cross_price.panel(lines, offers)
    assert [*panel.orders] == [1, 0, 1] and [*panel.product_id] == ["p"] * 3
    assert panel.ours.to_numpy() == pytest.approx(np.log(9))
    assert cross_price.panel(sales_lines([]), offers).empty


def test_a_level_is_the_mean_over_products_each_less_its_own_mean(elsewhere):
    offers = offered(
        ("2024-01-01", "R", "p", 10, 9),
        ("2024-01-08", "R", "p", 40, 9),
        ("2024-01-01", "R", "q", 5, 9),
    )
    rows = cross_price.levels(offers)
    known = rows[rows.category == "A"].level
    assert [*known] == pytest.approx([-np.log(2), np.log(2)])
    assert [*rows[rows.category.isna()].level] == [0.0]


def test_on_published_products_the_regression_is_that_of_a_dummy_each(data_set):
    import statsmodels.api as sm

    raw = pd.read_csv(data_set("retail_price_competitors") / "retail_price.csv")
    named = {"product_category_name": "category", "qty": "orders"}
    rows = raw.rename(columns=named).assign(week=pd.to_datetime(raw.month_year, dayfirst=True))
    prices = np.log(raw[["comp_1", "unit_price"]].to_numpy())
    value, error = cross_price._fitted(rows, prices)
    passed = (rows.week - rows.week.min()).dt.days / 365.25
    trends = pd.get_dummies(rows.category, drop_first=True).mul(passed, axis=0)
    dummies = [pd.get_dummies(rows[name], drop_first=True) for name in ("product_id", "week")]
    design = pd.concat([pd.DataFrame(prices), trends, *dummies], axis=1).astype(float)
    design.columns = design.columns.astype(str)
    design = sm.add_constant(design)
    groups = {"groups": rows.product_id.factorize()[0], "use_correction": False}
    plain = sm.GLM(rows.orders, design, family=sm.families.Poisson())
    plain = plain.fit(cov_type="cluster", cov_kwds=groups)
    assert value == pytest.approx(plain.params.to_numpy()[1:3], abs=1e-4)
    assert (error >= plain.bse.to_numpy()[1:3]).all()
    assert value[1] < 0 < error.min()


def test_where_no_rival_moved_nothing_is_measured():
    lines = sales_lines([{"product_id": "p", "quantity": 1, "unit_price": 5, "net_amount": 5}])
    none = [typed(n) for n in ("competitor_prices", "prices", "products", "competitor_events")]
    year = Period("year", date(2025, 1, 1), date(2026, 1, 1))
    assert cross_price.measured(lines, none, (year, "EUR")).empty
