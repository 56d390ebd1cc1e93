"""Orders lost, on two years of orders that thin out in one country."""

from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from conftest import sales_lines, typed

from revwork.analysis.reputation import opinions, orders_lost
from revwork.calendar import Calendar
from revwork.findings import Unanswered

LAST = date(2026, 6, 28)
SINCE = date(2025, 12, 1)  # opinion turned
LOST = date(2026, 1, 26)  # orders did
SOUTH = {"region": "S"}


@cache
def lines(kept=0.5, cost=6, regions="SNEW", others=1.0, seed=0):
    """About three orders a day and country at 10; so many of S remain from a day on."""
    draw, rows = np.random.default_rng(seed), []
    for region in regions:
        for back in range(760):
            day = LAST - timedelta(days=back)
            share = 1.0 if day < LOST else kept if region == "S" else others
            rows += [(region, day)] * draw.binomial(6, 0.5 * share)
    return sales_lines(
        [
            {"order_id": f"o{n}", "order_date": day, "region": region, "net_amount": 10}
            | {"channel": "Shop", "cost_amount": cost, "category": "Beans"}
            for n, (region, day) in enumerate(rows)
        ]
    ).cache()


@pytest.fixture(scope="module")
def turn():
    return orders_lost.turned(lines(), SOUTH, SINCE, LAST)


def test_when_orders_turned_is_found_with_its_interval(turn, elsewhere):
    assert orders_lost.turned(lines(), SOUTH, SINCE, LAST) == turn
    assert abs((turn.since_date - LOST).days) <= 7
    assert turn.low_since_date <= LOST <= turn.high_since_date + timedelta(days=6)


def test_how_many_are_lost_is_within_its_interval(turn):
    assert turn.low_change_rate < -0.5 < turn.high_change_rate < 0
    assert turn.change_rate == pytest.approx(-0.5, abs=0.1) and turn.orders > 100


def test_what_befalls_all_countries_alike_is_no_loss():
    assert orders_lost.turned(lines(others=0.5), SOUTH, SINCE, LAST) is None


def test_nothing_lost_is_nothing_found():
    for seed in range(4):
        assert orders_lost.turned(lines(kept=1.0, seed=seed), SOUTH, SINCE, LAST) is None


def test_more_orders_than_the_others_are_no_loss():
    assert orders_lost.turned(lines(kept=1.0, others=0.6), SOUTH, SINCE, LAST) is None


def test_with_fewer_than_two_others_there_is_no_comparison():
    assert orders_lost.turned(lines(regions="SN"), SOUTH, SINCE, LAST) is None
    with pytest.raises(Unanswered, match="two other regions"):
        orders_lost.path(lines(regions="SN"), SOUTH, SINCE, LAST)


@pytest.mark.parametrize("where", [{}, {"product_id": "p"}, {"region": "X"}])
def test_a_part_that_nothing_stands_beside_has_no_turn(where):
    assert orders_lost.turned(lines(), where, SINCE, LAST) is None


def test_without_a_year_before_there_is_no_turn():
    assert orders_lost.turned(lines(), SOUTH, date(2024, 9, 1), LAST) is None
    assert orders_lost.turned(sales_lines([]), SOUTH, SINCE, LAST) is None


def test_the_picture_holds_orders_beside_what_the_others_would_make_them():
    rows = orders_lost.path(lines(), SOUTH, SINCE, LAST)
    assert rows.start.iloc[-1] == LAST + timedelta(days=1) - timedelta(weeks=4)
    assert rows.value.iloc[0] == pytest.approx(rows.base.iloc[0], rel=0.25)
    assert rows.value.iloc[-1] < 0.75 * rows.base.iloc[-1]
    assert orders_lost.reading(rows).values["orders"] == rows.value.iloc[-3:].sum()


def test_what_it_costs_is_the_margin_of_the_orders_that_are_missing(turn):
    asked = Calendar(), LAST, "EUR"
    impact = orders_lost.impact(lines(), turn, SOUTH, asked)
    usual = 3 * 4 * 365
    assert impact.low < -usual / 2 < impact.high < 0
    assert (impact.basis, impact.currency) == ("contribution_margin", "EUR")
    assert orders_lost.impact(lines(cost=None), turn, SOUTH, asked).basis == "net_revenue"


def test_orders_that_did_not_turn_have_no_price():
    assert orders_lost.impact(lines(), None, SOUTH, (Calendar(), LAST, "EUR")) is None


def test_channels_are_those_of_the_orders_reviewed_there(elsewhere):
    reviews = [
        {"review_id": f"r{n}", "date": "2026-01-05", "order_id": order, "region": region}
        for n, (order, region) in enumerate([("o1", "S"), ("o2", "N"), (None, "S")])
    ]
    orders = [
        {"order_id": "o1", "net_amount": 1, "channel": "Shop"},
        {"order_id": "o2", "net_amount": 1, "channel": "Sales"},
    ]
    found = opinions.opinions(typed("reviews", reviews), sales_lines(orders)).cache()
    assert orders_lost.channels(found, SOUTH) == ["Shop"]
    assert orders_lost.channels(found, {}) == ["Sales", "Shop"]
    assert orders_lost.channels(found, {"region": "X"}) == []


def test_where_no_channel_is_known_all_orders_count():
    every = lines().count().execute()
    assert orders_lost.through(lines(), []).count().execute() == every
    assert orders_lost.through(lines(), ["Shop"]).count().execute() == every
    assert orders_lost.through(lines(), ["Sales"]).count().execute() == 0
