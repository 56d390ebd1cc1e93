"""Sales velocity: four factors, and a change that they add up to."""

from datetime import date

import pytest
from flows import closed, deal, flow

from revwork.analysis.sales_flow import deals, velocity
from revwork.calendar import Comparison, Period
from revwork.findings import Unanswered

QUARTER = Period("2026-Q2", date(2026, 4, 1), date(2026, 7, 1))
BEFORE = Period("2026-Q1", date(2026, 1, 1), date(2026, 4, 1))
COMPARED = Comparison(QUARTER, QUARTER, BEFORE, "previous", False)
OPEN = [deal(f"open{n}", ("2026-01-01", "A", 10)) for n in range(6)]
MADE = [
    *OPEN,
    *closed(2, 2, day="2026-04-11", amount=500),
    *closed(1, 3, day="2026-02-20", amount=400),
]


def test_it_is_deals_times_value_times_rate_over_cycle(elsewhere):
    row = velocity.velocity(flow(*MADE)[2], QUARTER).iloc[0]
    assert (row.open_deals, row.won, row.mean_deal, row.win_rate) == (6, 2, 500, 0.5)
    assert row.cycle_days == 100 and row.velocity_amount == pytest.approx(6 * 500 * 0.5 / 100)


def test_a_factor_that_nothing_tells_leaves_it_unknown():
    rows = velocity.velocity(
        flow(*OPEN, *closed(0, 2, owner="Ann"), *closed(1, 0, owner="Bo"))[2], QUARTER, ["owner"]
    ).set_index("owner")
    assert (
        rows.win_rate["Ann"] == 0 and rows.loc["Ann"][["mean_deal", "velocity_amount"]].isna().all()
    )
    assert rows.velocity_amount["Bo"] == 0 and len(rows) == 3


def test_the_factors_add_up_to_the_change_to_the_cent():
    opportunities, moves, _ = flow(*MADE)
    rows = velocity.change(moves, opportunities, COMPARED).set_index("bar")
    before = velocity.velocity(
        deals.standing(moves, opportunities, BEFORE.last_day), BEFORE
    ).velocity_amount[0]
    assert rows.value["base"] == round(before, 2)
    cents = (rows.value * 100).round()
    assert cents[:-1].sum() == cents["current"]
    assert rows.value["cycle_days"] < 0 < rows.value["win_rate"]


def test_nothing_won_before_or_nothing_to_compare_with_cannot_be_split():
    opportunities, moves, _ = flow(*OPEN, *closed(2, 2))
    with pytest.raises(Unanswered, match="deals won, lost and open"):
        velocity.change(moves, opportunities, COMPARED)
    alone = Comparison(QUARTER, QUARTER, None, "previous", False)
    with pytest.raises(Unanswered, match="No period to compare"):
        velocity.change(moves, opportunities, alone)


def test_a_change_of_nothing_is_nothing():
    made = [*OPEN, *closed(1, 1, day="2026-05-01"), *closed(1, 1, day="2026-05-01", owner="x")]
    opportunities, moves, _ = flow(*made)
    same = Comparison(QUARTER, QUARTER, QUARTER, "previous", False)
    rows = velocity.change(moves, opportunities, same)
    assert (rows.value[rows.kind == "change"] == 0).all()
