"""Responses: match, ignore or bundle, each with its volume and margin."""

from collections import namedtuple
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines

from revwork.analysis.market import responses
from revwork.calendar import Calendar
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say
LAST = date(2026, 6, 30)
FELT = namedtuple(
    "Felt", "cross_elasticity high_cross_elasticity own_elasticity high_own_elasticity"
)
SURE = FELT(2.0, 2.0, -2.0, -2.0)
NOW = responses.Today("Pots", 100.0, 100.0, 10_000.0, 4_000.0, "Lids", 0.25, 30.0)


def compared(*asked, now=NOW, felt=SURE, **more):
    return responses.compared(now, felt, *asked, **more).set_index("response")


def test_to_match_multiplies_orders_by_the_elasticity_and_takes_the_price_off_the_margin():
    row = compared(-0.1).loc["Match"]
    assert row.units == pytest.approx(100 / 0.9**2)
    assert row.margin == pytest.approx(100 / 0.9**2 * (40 - 10))
    assert row.revenue == pytest.approx(100 / 0.9**2 * 90)
    assert row.gained_margin == pytest.approx(row.margin - 4_000) and row.low_margin == row.margin


def test_to_ignore_changes_nothing_until_the_rival_moves_again():
    still = compared(-0.1).loc["Ignore"]
    assert (still.units, still.margin, still.price_change_rate) == (100, 4_000, 0)
    fell = compared(-0.1, -0.1).loc["Ignore"]
    assert fell.units == pytest.approx(81) and fell.margin == pytest.approx(3_240)


def test_a_bundle_gives_the_price_to_its_takers_and_adds_the_companion_of_the_new_ones():
    row = compared(-0.1, take_up=0.2).loc["Bundle"]
    taking, more = 0.25 + 0.75 * 0.2, 1 / 0.9**2
    assert row.units == pytest.approx(100 * (1 - taking + taking * more))
    margin = 100 * ((1 - taking) * 40 + taking * more * 30 + 0.75 * 0.2 * 30)
    assert row.margin == pytest.approx(margin) and row.companion == "Lids"


def test_at_the_break_even_take_up_the_bundle_leaves_as_much_as_to_ignore():
    steep = compared(-0.3).loc["Bundle"].break_even_share
    at = compared(-0.3, take_up=steep).loc["Bundle"]
    assert 0 < steep < 1 and at.margin == pytest.approx(4_000)
    assert np.isnan(compared(-0.3).loc["Match"].break_even_share)


def test_without_a_companion_a_bundle_is_to_ignore_and_has_no_break_even():
    alone = replace(NOW, companion=None, companion_share=0.0, companion_margin=0.0)
    row = compared(-0.1, now=alone).loc["Bundle"]
    assert row.margin == 4_000 and np.isnan(row.break_even_share)
    everyone = compared(-0.1, now=replace(NOW, companion_share=1.0)).loc["Bundle"]
    assert np.isnan(everyone.break_even_share)


def test_a_rise_is_answered_by_the_same_rule_and_nothing_followed_is_to_ignore():
    assert compared(0.1).loc["Match"].units == pytest.approx(100 / 1.1**2)
    assert compared(0.0).loc["Match"].margin == pytest.approx(4_000)


def test_the_interval_is_that_of_the_elasticities_and_the_same_at_every_run():
    unsure = FELT(2.0, 3.0, -2.0, -1.0)
    first, again = (compared(-0.1, -0.1, felt=unsure) for _ in range(2))
    assert first.equals(again)
    assert (first.low_margin < first.margin).all() and (first.margin < first.high_margin).all()
    half = (0.9**1 - 0.9**3) / 2 * 4_000
    told = first.loc["Ignore"]
    assert (told.high_margin - told.low_margin) / 2 == pytest.approx(half, rel=0.1)


def test_the_reading_names_the_best_only_where_it_is_sure():
    rows = responses.compared(NOW, SURE, -0.3)
    assert SAY(responses.reading(rows)).startswith("Ignore leaves most: €4,000 a year, bundle")
    dots = responses.dots(rows)
    assert SAY(responses.reading(dots)) == SAY(responses.reading(rows))
    near = responses.compared(replace(NOW, companion=None, companion_share=0.0), SURE, -0.01)
    assert "about the same" in SAY(responses.reading(near))


def order(number, month, *names, margin=40):
    day = {"order_date": f"2026-{month:02}-03", "order_id": f"o{number}"}
    prices = {"Pots": 100, "Lids": 20, "Jugs": 90, "Ovens": 900}
    return [
        {**day, "product_id": name, "net_amount": prices[name], "quantity": 2}
        | {"cost_amount": prices[name] * (1 - margin / 100)}
        for name in names
    ]


def sold(*rows):
    products = [
        {"product_id": name, "category": name} for name in ("Pots", "Lids", "Jugs", "Ovens")
    ]
    return sales_lines([row for part in rows for row in part], products=products)


BASKETS = [
    *(order(at, 4 + at % 3, "Pots") for at in range(5)),
    *(order(at, 4 + at % 3, "Pots", "Lids") for at in range(5, 9)),
    order(9, 5, "Pots", "Jugs", "Ovens"),
    order(10, 5, "Jugs"),
    order(11, 1, "Pots"),
]


def today(lines, category="Pots", last=LAST):
    return responses.today(lines, category, Calendar(), last)


def test_today_is_a_year_at_the_run_rate_with_the_companion_that_leaves_most(elsewhere):
    now = today(sold(*BASKETS))
    assert now.orders == pytest.approx(10 * 365.25 / 91)
    assert now.units == pytest.approx(2 * now.orders) and now.margin == pytest.approx(
        40 * now.orders
    )
    assert (now.companion, now.companion_share, now.companion_margin) == ("Jugs", 0.1, 36)


def test_what_costs_more_than_the_category_itself_is_no_companion():
    now = today(sold(*BASKETS), "Lids")
    assert now.companion is None and now.companion_share == 0


def test_no_orders_no_costs_or_less_than_three_months_cannot_be_answered():
    lines = sold(*BASKETS)
    for asked in (
        (sold(), "Pots"),
        (lines, "None such"),
        (lines.filter(lines.order_date > date(2026, 5, 1)), "Pots"),
        (lines.mutate(cost=None).cast({"cost": "decimal(18, 4)"}), "Pots"),
    ):
        with pytest.raises(Unanswered, match="three complete months"):
            today(*asked)


def felt(*pairs, **more):
    rows = [dict(zip(("competitor", "category"), pair, strict=True)) for pair in pairs]
    return pd.DataFrame(rows, columns=["competitor", "category"]).assign(**SURE._asdict() | more)


def moved(*rows):
    return pd.DataFrame(rows, columns=["competitor", "category", "change_rate"])


def cases(felt, moved):
    return responses.cases(felt, moved, sold(*BASKETS), Calendar(), LAST)


def test_moves_that_can_be_answered_are_named_the_largest_first_the_last_of_a_rival_s():
    pairs = [("R", "Pots"), ("S", "Jugs"), ("T", "None such")]
    rows = [("R", "Pots", -0.4), ("R", "Pots", -0.1), ("S", "Jugs", 0.2), ("T", "None such", 0.9)]
    found = cases(felt(*pairs), moved(*rows))
    assert [*found] == ["S / Jugs", "R / Pots"]
    table = responses.simulated(found["R / Pots"], 0.5, 0.0, 0.2)
    assert table.price_change_rate[1] == pytest.approx(-0.05)


def test_without_a_move_or_an_elasticity_the_simulator_says_what_it_takes():
    for found in (
        cases(felt(), moved()),
        cases(felt(("R", "Pots"), cross_elasticity=np.nan), moved(("R", "Pots", -0.2))),
    ):
        ((name, case),) = found.items()
        assert name == "no move"
        with pytest.raises(Unanswered, match="a rival's move"):
            responses.simulated(case, 0.5, 0.0, 0.2)
