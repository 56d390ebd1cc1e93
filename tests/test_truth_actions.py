"""What an action repaired is measured in three companies, and nothing where nothing was done."""

from datetime import date, timedelta

import ibis
import numpy as np
import pytest
from companies import AS_OF, SEEDS, built
from test_register import FINDING, action

from revwork.actions import Money
from revwork.analysis.actions import outcomes
from revwork.analysis.actions.measured import WEEKS
from revwork.analysis.margins import contribution

BROKE, MENDED = date(2025, 9, 1), date(2026, 3, 2)
CUT = 0.4  # of the orders, while it was broken
REGIONS = ("Spain", "Germany", "France", "United Kingdom")


def orders_of(lines, region):
    """The orders of a region from the day it broke to the day it was mended."""
    inside = (lines.order_date >= ibis.date(BROKE)) & (lines.order_date < ibis.date(MENDED))
    return lines.filter(inside & (lines.region == region))


def broken(made, region):
    """The company's lines without a share of the region's orders while it was broken."""
    lines = made.lines()
    numbers = orders_of(lines, region).select("order_id").distinct().order_by("order_id").execute()
    draws = np.random.default_rng(7).random(len(numbers))
    lost = [*numbers.order_id[draws < CUT]]
    return lines.filter(lines.order_id.notin(lost)), lost


def mended(region, **more):
    told = {"template": "{region:text} broke since {since:date}"}
    values = {"region": region, "since": BROKE.isoformat()}
    finding = FINDING | {
        "segment": {"region": region},
        "messages": {"claim": told | {"values": values}},
    }
    days = {"decided": MENDED - timedelta(days=20), "started": MENDED}
    return action(region, status="done", days=days, finding=finding, **more)


def effect(lines, one):
    return outcomes.effects(lines, [one], AS_OF)[0][1]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_repair_is_found_with_its_sign_and_its_money_inside_the_interval(seed):
    made = built(seed, null=True)
    found = 0
    for region in REGIONS:
        lines, lost = broken(made, region)
        sold = orders_of(made.lines(), region)
        gone = sold.filter(sold.order_id.isin(lost))
        left = float(contribution(gone).sum().execute())
        truth = left / ((MENDED - BROKE).days / 7) * WEEKS
        told = effect(lines, mended(region, expected=Money(truth, truth / 2, truth * 1.5)))
        if told.verdict == "measured":
            assert told.value > 0, region
            found += told.low <= truth <= told.high
        else:
            assert told.verdict == "apart before"
    assert found >= 3


def test_nothing_is_claimed_where_nothing_was_broken_and_nothing_mended():
    claimed = [
        not (told.low <= 0 <= told.high)
        for seed in SEEDS
        for region in REGIONS
        if (told := effect(built(seed, null=True).lines(), mended(region))).verdict == "measured"
    ]
    assert len(claimed) >= 6 and sum(claimed) <= 1


def test_without_a_control_a_quiet_year_comes_as_was_expected_of_it():
    everywhere = FINDING | {"segment": {"medium": "Search"}}
    held = []
    for day in (date(2025, 9, 1), date(2025, 12, 1), MENDED):
        one = action("all", status="started", days={"started": day}, finding=everywhere)
        for seed in SEEDS:
            told = effect(built(seed, null=True).lines(), one)
            assert (told.method, told.verdict) == ("expectation", "measured")
            held.append(told.low <= 0 <= told.high)
    assert sum(held) >= len(held) - 2
