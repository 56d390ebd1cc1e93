"""Demand fit: a known slope is recovered, and published choices are read as they were published."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.discrete.conditional_models import ConditionalLogit

from revwork.analysis.pricing import demand_fit


def market(slopes, weeks=120, level=40.0, seed=7):
    """Units of products whose price moves on its own, in weeks that all share."""
    luck = np.random.default_rng(seed)
    price = np.repeat(luck.normal(0, 0.1, (len(slopes), weeks // 6)), 6, axis=1)
    season = luck.normal(0, 0.4, weeks)
    size = luck.normal(0, 1, (len(slopes), 1))
    units = luck.poisson(level * np.exp(np.array(slopes)[:, None] * price + season + size))
    return units.astype(float), price, np.ones(price.shape, bool)


def none(price):
    return np.zeros((0, *price.shape))


def test_the_slope_is_found_through_seasons_and_sizes_and_its_interval_holds_it():
    units, price, on = market([-2.0] * 12)
    found = demand_fit.pooled(demand_fit.slopes(units, price, none(price), on))
    assert found.mean == pytest.approx(-2, abs=2.2 * found.error) and found.error < 0.15
    assert found.products == 12


def test_products_alike_are_shrunk_together_and_unlike_ones_stay_apart():
    alike, unlike = (
        demand_fit.pooled(demand_fit.slopes(units, price, none(price), on))
        for units, price, on in (market([-2.0] * 12), market([-1.0, -3.0] * 6, level=400))
    )
    assert np.ptp(alike.shrunk) < 0.5 and np.ptp(unlike.shrunk) > 1.5
    assert unlike.between == pytest.approx(1, abs=0.4)
    assert unlike.shrunk[::2].mean() > -1.2 and unlike.shrunk[1::2].mean() < -2.8


def test_a_product_that_never_moved_tells_nothing_and_gets_the_mean():
    units, price, on = market([-2.0] * 6)
    price[0] = 0.3
    one = demand_fit.slopes(units, price, none(price), on)
    found = demand_fit.pooled(one)
    assert np.isinf(one.variance[0]) and np.isfinite(one.variance[1:]).all()
    assert found.products == 5 and found.shrunk[0] == pytest.approx(found.mean)
    assert found.shrunk_error[0] >= found.error


def test_cells_that_were_not_seen_do_not_count():
    units, price, on = market([-2.0] * 6)
    on[:3, :60] = False
    spoiled = np.where(on, units, 10_000.0)
    kept = demand_fit.slopes(units, price, none(price), on)
    assert demand_fit.slopes(spoiled, price, none(price), on).estimate == pytest.approx(
        kept.estimate, abs=1e-6
    )


def test_a_control_that_moves_with_the_price_takes_its_own_part():
    units, price, on = market([-2.0] * 12)
    luck = np.random.default_rng(1)
    rival = price + luck.normal(0, 0.1, price.shape)
    told = luck.poisson(np.exp(np.log(units.mean()) - 2 * price + 1.5 * rival)).astype(float)
    with_it = demand_fit.pooled(demand_fit.slopes(told, price, rival[None], on))
    without = demand_fit.pooled(demand_fit.slopes(told, price, none(price), on))
    assert with_it.mean == pytest.approx(-2, abs=0.2) and without.mean > -1


def test_a_control_that_is_flat_or_told_twice_changes_nothing():
    units, price, on = market([-2.0] * 6)
    week = np.broadcast_to(np.arange(price.shape[1], dtype=float), price.shape)
    plain = demand_fit.slopes(units, price, none(price), on).estimate
    same = demand_fit.slopes(units, price, np.array([week, 0 * week]), on).estimate
    assert same == pytest.approx(plain, abs=1e-6)


def test_the_intervals_hold_the_slope_about_as_often_as_they_say():
    from scipy.stats import t

    held = 0
    for seed in range(60):
        units, price, on = market([-1.5] * 10, weeks=60, level=8, seed=seed)
        found = demand_fit.pooled(demand_fit.slopes(units, price, none(price), on))
        held += abs(found.mean + 1.5) <= t.ppf(0.975, 9) * found.error
    assert held >= 54


YOGURT = ["yoplait", "dannon", "hiland", "weight"]


def test_yogurt_reads_as_published_with_a_week_for_each_purchase(data_set):
    """Jain, Vilcassim and Chintagunta 1994, as mlogit prints it: price −36.66, feature .491.

    With an effect for each purchase the Poisson model is the conditional logit.
    """
    rows = pd.read_csv(data_set("ecdat_scanner") / "Yogurt.csv")
    units = np.array([(rows.choice == name).astype(float) for name in YOGURT])
    price = np.array([rows[f"price.{name}"] / 100 for name in YOGURT])
    feature = np.array([rows[f"feat.{name}"] for name in YOGURT], float)
    on = np.ones(units.shape, bool)
    by_price, _, _ = demand_fit._fitted(units, np.array([feature, price]), on)
    by_feature, _, _ = demand_fit._fitted(units, np.array([price, feature]), on)
    assert by_price == pytest.approx(-36.658, abs=0.005)
    assert by_feature == pytest.approx(0.4914, abs=0.0005)


def test_crackers_are_read_as_another_package_reads_them(data_set):
    rows = pd.read_csv(data_set("ecdat_scanner") / "Cracker.csv").head(800)
    brands = ["sunshine", "kleebler", "nabisco", "private"]
    units = np.array([(rows.choice == name).astype(float) for name in brands])
    parts = np.array([[rows[f"{what}.{name}"] for name in brands] for what in ("disp", "price")])
    ours, _, _ = demand_fit._fitted(units, parts.astype(float), np.ones(units.shape, bool))
    brand = np.repeat(np.eye(4)[:, 1:], len(rows), axis=0)
    x = np.column_stack([parts[0].ravel(), parts[1].ravel(), brand])
    groups = np.tile(np.arange(len(rows)), 4)
    theirs = ConditionalLogit(units.ravel(), x, groups=groups).fit(disp=False).params[1]
    assert ours == pytest.approx(theirs, abs=1e-4)


def wide(rows, by, week, value):
    return rows.pivot(index=by, columns=week, values=value).to_numpy(float)


def test_cheese_answers_its_price_by_about_two_as_published(data_set):
    """Boatwright, McCulloch and Rossi 1999: about −2; least squares by retailer: mean −2.27."""
    rows = pd.read_csv(data_set("bayesm_cheese") / "cheese.csv")
    rows = rows.assign(week=rows.groupby("RETAILER").cumcount(), price=np.log(rows.PRICE))
    units, price, display = (wide(rows, "RETAILER", "week", k) for k in ("VOLUME", "price", "DISP"))
    on = np.isfinite(units)
    parts = [np.where(on, one, 0.0) for one in (units, price, display)]
    one = demand_fit.slopes(parts[0], parts[1], parts[2][None], on)
    found = demand_fit.pooled(one)
    by_retailer = []
    for _, part in rows.groupby("RETAILER"):
        x = np.column_stack([np.ones(len(part)), part.DISP, part.price])
        by_retailer.append(np.linalg.lstsq(x, np.log(part.VOLUME), rcond=None)[0][-1])
    assert np.mean(by_retailer) == pytest.approx(-2.27, abs=0.01)
    assert np.median(by_retailer) == pytest.approx(-2.05, abs=0.01)
    assert found.products == 88 and found.error < 0.2
    assert -2.8 < found.mean < -2 and abs(np.mean(one.estimate) - np.mean(by_retailer)) < 0.3


def test_our_price_costs_units_and_a_rivals_brings_them(data_set):
    seats = pd.read_csv(data_set("islr_oj_carseats") / "Carseats.csv")
    seats["kind"] = seats.ShelveLoc + seats.Urban + seats.US
    seats["at"] = seats.groupby("kind").cumcount()
    monthly = pd.read_csv(data_set("retail_price_competitors") / "retail_price.csv")
    rivals = np.log(monthly[["comp_1", "comp_2", "comp_3"]]).mean(axis=1)
    monthly = monthly.assign(own=np.log(monthly.unit_price), theirs=rivals)
    seats = seats.assign(own=np.log(seats.Price), theirs=np.log(seats.CompPrice))
    for rows, keys, units in (
        (seats, ("kind", "at"), "Sales"),
        (monthly, ("product_id", "month_year"), "qty"),
    ):
        told = wide(rows, *keys, units)
        on = np.isfinite(told)
        own, theirs = (np.where(on, wide(rows, *keys, k), 0.0) for k in ("own", "theirs"))
        told = np.where(on, told, 0.0)
        ours = demand_fit.pooled(demand_fit.slopes(told, own, theirs[None], on))
        rival = demand_fit.pooled(demand_fit.slopes(told, theirs, own[None], on))
        assert ours.mean + 1.96 * ours.error < 0 < rival.mean
