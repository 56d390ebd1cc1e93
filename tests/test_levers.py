"""Levers: what each does to months ahead, on figures that fit a sheet of paper."""

import numpy as np
import pytest
from outlooks import outlook, sold, spent

from revwork.analysis.forecast.levers import (
    Answer,
    Budget,
    Churn,
    Conversion,
    Currency,
    Heads,
    Price,
    RivalPrice,
)

EVERY = {
    "price": Price((0.5, 0.5), (0.4, 0.6), (Answer(-2.0, 0.3), Answer(-1.0, 0.1))),
    "budget": Budget((0.0, 1.0, 2.0), (Answer(-0.3, 0.05), Answer(0, 0), Answer(0.1, 0.05)), 0.5),
    "heads": Heads((0.0, 50.0, 100.0), 0.2, 30.0),
    "churn": Churn(40.0, Answer(0.02, 0.005)),
    "conversion": Conversion(Answer(0.25, 0.02)),
    "rival_price": RivalPrice((0.5,), (0.4,), (Answer(0.4, 0.1),)),
    "currency": Currency(Answer(0.2, 0.01), {"marketing": 0.5}),
}


@pytest.fixture(scope="module")
def found():
    """A running month of which half is to come, and twelve more of 100 each."""
    rows = [{**row, "commission": 5.0} for row in sold(count=20)]
    return outlook(rows, spent(count=20), as_of="2025-09-14", spread=4.0)[1]


def moved(found, name, change, chance=0.0):
    count = len(found.ahead["net_revenue"])
    items = EVERY[name].applied(found, change, np.full(count, chance))
    return {item: values[0, 9] for item, values in {**found.ahead, **items}.items()}


@pytest.mark.parametrize("name", EVERY)
def test_no_change_is_no_difference(found, name):
    items = EVERY[name].applied(found, 0.0, np.full(len(found.ahead["net_revenue"]), 1.0))
    for item, values in items.items():
        assert values == pytest.approx(found.ahead[item])


@pytest.mark.parametrize("name", EVERY)
def test_what_is_over_does_not_move(found, name):
    items = EVERY[name].applied(found, 0.1, np.ones(len(found.ahead["net_revenue"])))
    assert all(not values[:, :8].any() for values in items.values())


def test_a_price_moves_units_and_their_goods_and_what_goes_with_the_amount(found):
    row, units = moved(found, "price", 0.1), (1.1**-2, 1.1**-1)
    assert row["net_revenue"] == pytest.approx(100 * 1.1 * (units[0] + units[1]) / 2)
    assert row["cost"] == pytest.approx(60 * (0.4 * units[0] + 0.6 * units[1]))
    assert row["commission"] == pytest.approx(5 * 1.1 * (units[0] + units[1]) / 2)
    assert row["running"] == 20


def test_a_budget_follows_the_curve_between_its_points(found):
    row = moved(found, "budget", -0.5)
    assert row["net_revenue"] == pytest.approx(85) and row["cost"] == pytest.approx(51)
    assert row["marketing"] == pytest.approx(10 * 0.75)


def test_who_starts_grows_and_who_leaves_takes_all_they_bring(found):
    hired = EVERY["heads"].applied(found, 2, np.zeros(len(found.ahead["net_revenue"])))
    more = hired["net_revenue"][0] - found.ahead["net_revenue"][0]
    assert more[8:13] == pytest.approx([0, 0, 100, 200, 200])
    assert (hired["running"][0] - found.ahead["running"][0])[8:11] == pytest.approx([0, 60, 60])
    gone = moved(found, "heads", -1)
    assert gone["net_revenue"] == pytest.approx(0) and gone["running"] == pytest.approx(-10)


def test_fewer_leavers_add_up_month_after_month(found):
    kept = EVERY["churn"].applied(found, -0.5, np.zeros(len(found.ahead["net_revenue"])))
    more = kept["net_revenue"][0] - found.ahead["net_revenue"][0]
    assert more[8] == 0 and more[9] == pytest.approx(40 * (0.99**0.5 - 0.98**0.5))
    assert (np.diff(more[9:]) > 0).all()
    assert kept["cost"][0, 12] / kept["net_revenue"][0, 12] == pytest.approx(0.6)


def test_conversion_moves_what_comes_in_visits(found):
    row = moved(found, "conversion", 0.1, chance=1.0)
    assert row["net_revenue"] == pytest.approx(102.7) and row["cost"] == pytest.approx(61.62)


def test_cheaper_rivals_take_orders_of_their_categories_alone(found):
    row, left = moved(found, "rival_price", -0.1), 0.9**0.4 - 1
    assert row["net_revenue"] == pytest.approx(100 * (1 + 0.5 * left))
    assert row["cost"] == pytest.approx(60 * (1 + 0.4 * left))


def test_currencies_move_sales_and_costs_abroad_and_goods_stay(found):
    row = moved(found, "currency", 0.1)
    assert row["net_revenue"] == pytest.approx(102) and row["cost"] == 60
    assert row["marketing"] == pytest.approx(10.5) and row["running"] == 20
