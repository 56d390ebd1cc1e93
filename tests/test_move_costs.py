"""Move costs: what a rival's move took a year, in orders, units and margin."""

import pandas as pd
import pytest
from conftest import sales_lines
from test_move_effect import HALVED, LAST, SAY, SINCE, effect, sold

from revwork.analysis.market import move_costs
from revwork.analysis.market.price_moves import US
from revwork.calendar import Calendar


def cost(lines, felt, category="Pots"):
    return move_costs.cost(lines, (Calendar(), LAST, "EUR"), category, felt)


def test_a_category_that_leaves_nothing_has_an_effect_on_orders_but_no_cost():
    lines = sold(HALVED, margin=-5)
    felt = effect(lines)
    assert felt["change_rate"] < -0.4 and pd.isna(felt["margin_change_rate"])
    assert cost(lines, felt) is None and cost(lines, None) is None


def test_the_cost_is_the_margin_that_is_missing_at_the_run_rate():
    lines = sold(HALVED)
    impact = cost(lines, effect(lines))
    assert impact.value == pytest.approx(-69 * 40 * 365.25 / 91, rel=0.06)
    assert impact.low < impact.value < impact.high < 0 and impact.basis == "contribution_margin"


def test_without_costs_the_cost_is_net_revenue_and_says_so():
    lines = sold(HALVED).mutate(cost=None)
    impact = cost(lines.cast({"cost": "decimal(18, 4)"}), effect(sold(HALVED)))
    assert impact.basis == "net_revenue" and impact.value < -20_000


def moves(*rows):
    named = ["competitor", "category", "date", "change_rate"]
    return pd.DataFrame(rows, columns=named).astype({"category": object})


def test_each_move_of_a_rival_has_its_cost_in_orders_units_and_margin():
    lines = sold(HALVED)
    moved = moves(("R", "Pots", SINCE, -0.2), (US, "Pots", SINCE, 0.1), ("S", None, SINCE, -0.1))
    rows = move_costs.costs(moved, lines, (Calendar(), LAST, "EUR"))
    assert [*rows.competitor] == ["R", "S"] and rows.effect_margin.isna().tolist() == [False, True]
    first, felt = rows.iloc[0], effect(lines)
    assert first.orders_change_rate == felt["change_rate"] and first.orders == felt["orders"]
    assert first.effect_margin == cost(lines, felt).value and first.change_rate == -0.2
    assert first.low_effect_units < first.effect_units < first.high_effect_units < 0
    said = SAY(move_costs.most_costly(rows))
    assert said.startswith("R in Pots: −5") and "a year (−€" in said


def test_where_no_move_can_be_judged_the_reading_says_so():
    rows = move_costs.costs(moves(), sales_lines([]), (Calendar(), LAST, "EUR"))
    assert rows.empty and "not known yet" in SAY(move_costs.most_costly(rows))
    (one,) = move_costs.costs(
        moves(("R", "Pots", SINCE, -0.2)), sales_lines([]), (Calendar(), LAST, "EUR")
    ).itertuples()
    assert pd.isna(one.effect_units) and pd.isna(one.orders)
