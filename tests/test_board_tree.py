"""The driver tree from a run's numbers: parts make the whole, and each leaf has an owner."""

import pytest
from test_board_cards import number

from revwork.analysis.board import board_tree
from revwork.findings import Unanswered
from revwork.report import chart
from revwork.report.words import Reader


def rows(**levels):
    """Numbers by metric: before and now."""
    return [number(name, now, comparison=before) for name, (before, now) in levels.items()]


BUYERS = {
    "net_revenue": (1000.0, 1320.0),
    "customers": (50.0, 55.0),
    "orders": (100.0, 120.0),
    "order_value": (10.0, 11.0),
}
SHOP = {
    "net_revenue": (1000.0, 1320.0),
    "visits": (1000.0, 900.0),
    "site_conversion": (0.05, 0.06),
    "visit_order_value": (10.0, 12.0),
}


def test_buyers_multiply_to_net_revenue_and_their_effects_add_up_to_its_change():
    tree = board_tree.buyers(rows(**BUYERS))
    assert tree.current.prod() == pytest.approx(1320) and tree.base.prod() == pytest.approx(1000)
    assert tree.effect.sum() == pytest.approx(320)
    assert [*tree.department] == ["customers", "sales", "product"]


def test_what_no_visit_ended_in_stands_beside_the_shop():
    tree = board_tree.visits(rows(**SHOP)).set_index("leaf")
    assert tree.current["other_revenue"] == pytest.approx(1320 - 900 * 0.06 * 12)
    assert tree.effect.sum() == pytest.approx(320)
    assert tree.effect["visits"] < 0 < tree.effect["site_conversion"]
    assert [*tree.parent] == ["web_shop"] * 3 + ["net_revenue"]


def test_what_stood_still_had_no_effect():
    still = {**BUYERS, "customers": (50.0, 50.0), "orders": (100.0, 100.0)}
    tree = board_tree.buyers(rows(**{**still, "net_revenue": (1000.0, 1100.0)}))
    assert [*tree.effect] == [0, 0, 100]


def test_a_number_that_is_not_there_or_0_is_named():
    with pytest.raises(Unanswered, match="customers"):
        board_tree.buyers(rows(**{**BUYERS, "customers": (50.0, None)}))
    with pytest.raises(Unanswered, match="visits"):
        board_tree.visits(rows(**BUYERS))


def test_without_an_earlier_period_nothing_moved():
    with pytest.raises(Unanswered, match="nothing to compare"):
        board_tree.buyers(rows(**{**BUYERS, "orders": (None, 120.0)}))


def test_targets_are_those_of_the_whole_company():
    told = [number("net_revenue", target=9.0), number("visits")]
    part = number("orders", target=3.0, segment={"region": "Spain"})
    assert board_tree.targets([*told, part]) == {"net_revenue": 9.0}


def test_a_target_stands_on_its_card_and_is_told_to_who_cannot_see_it():
    tree = board_tree.buyers(rows(**BUYERS))
    bare, aimed = (
        chart.tree(tree, "Drivers", "Effect", aims)
        for aims in ({}, {"net_revenue": 1200.0, "a": 1})
    )
    assert "Targets: Net revenue: €1,200." in aimed.alt and "Targets" not in bare.alt
    assert aimed.address != bare.address


def test_the_driver_that_moved_most_is_named_with_its_owner():
    said = Reader().say(board_tree.reading(board_tree.buyers(rows(**BUYERS))))
    assert said == "Order value (Product) moved net revenue most: +€110"
