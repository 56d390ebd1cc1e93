"""Allocation: the same money where it is expected to bring the most."""

from itertools import product

import numpy as np
import pytest
from mixes import mix_of

from revwork.analysis.marketing import mix_allocation
from revwork.findings import Unanswered
from revwork.report.words import Reader

FREE = {"A": (0.0, 3000.0), "B": (0.0, 3000.0), "C": (0.0, 3000.0)}


def model(draws=1, **spend):
    """Three media of 1,040 a year each; A is worth the most, C the least."""
    given = {name: np.full(104, 20.0) for name in "ABC"} | spend
    return mix_of(given, greatest=[[100, 60, 20]] * draws, half=[[20, 20, 20]] * draws)


def revenue(plan):
    return sum(
        52 * top * x / 52 / (x / 52 + 20) for top, x in zip((100, 60, 20), plan, strict=True)
    )


def test_the_plan_is_the_best_of_all_splits():
    plan = mix_allocation.best(model(), 1.0, FREE).rows["plan"].tolist()
    grid = np.linspace(0, 3000, 101)
    splits = [(a, b, 3120 - a - b) for a, b in product(grid, grid) if 0 <= 3120 - a - b <= 3000]
    assert sum(plan) == pytest.approx(3120, abs=0.1)
    assert revenue(plan) >= max(map(revenue, splits)) - 0.5
    assert max(plan) > 1.3 * min(plan)  # an equal split is not an answer


def test_what_is_gained_is_margin_and_never_below_nothing():
    plan = mix_allocation.best(model(), 0.4, FREE)
    gained = 0.4 * (revenue(plan.rows["plan"]) - revenue([1040] * 3))
    assert plan.gain.mean() == pytest.approx(gained, rel=1e-3) and gained > 0
    assert plan.of("A") == plan.rows["plan"][0] and plan.rows.change.sum() == pytest.approx(
        0, abs=0.1
    )


def test_where_the_current_split_is_best_it_stays():
    same = mix_of({name: np.full(60, 20.0) for name in "ABC"}, greatest=[[50] * 3], half=[[20] * 3])
    plan = mix_allocation.best(same, 0.4)
    assert (plan.gain >= 0).all() and plan.gain.mean() < 1
    assert plan.rows.times.to_numpy() == pytest.approx(np.ones(3), abs=0.02)


def test_each_medium_keeps_half_and_gets_no_more_than_was_tried():
    tried = np.full(104, 20.0)
    tried[:13] = 100.0
    found = mix_allocation.bounds(model(A=tried))
    assert found["A"] == pytest.approx((520, 5200)) and found["B"] == pytest.approx((520, 1560))
    rows = mix_allocation.best(model(A=tried), 0.4).rows
    assert (rows["plan"] >= rows.least - 0.01).all() and (rows["plan"] <= rows.most + 0.01).all()


def test_a_medium_without_spend_now_gets_none():
    over = np.where(np.arange(104) < 40, 20.0, 0.0)
    rows = mix_allocation.best(model(C=over), 0.4).rows.set_index("medium")
    assert rows["plan"]["C"] == 0 and np.isnan(rows.times["C"])


def test_bounds_of_ones_own_are_kept_and_those_that_cannot_be_are_said():
    rows = mix_allocation.best(model(), 0.4, {"C": (1300.0, 1400.0)}).rows.set_index("medium")
    assert 1300 <= rows["plan"]["C"] <= 1400
    with pytest.raises(Unanswered, match="No budget of 3120"):
        mix_allocation.best(model(), 0.4, {name: (0.0, 100.0) for name in "ABC"})
    with pytest.raises(Unanswered, match="No budget"):
        mix_allocation.best(model(), 0.4, total=100000.0)


def test_another_total_is_paid_for():
    plan = mix_allocation.best(model(), 0.4, FREE, total=2080.0)
    assert plan.rows["plan"].sum() == pytest.approx(2080, abs=0.1)
    lost = 0.4 * (revenue([1040] * 3) - revenue(plan.rows["plan"]))
    assert plan.gain.mean() == pytest.approx(1040 - lost, rel=1e-3)
    assert "after its cost" in Reader().say(mix_allocation.reading(plan))


def test_a_move_is_priced_as_it_is():
    moved = mix_allocation.moved(model(), {"A": 100.0, "C": -100.0}, 0.5)
    assert moved.gain[0] == pytest.approx(0.5 * (revenue([1140, 1040, 940]) - revenue([1040] * 3)))


def test_the_reading_gives_the_gain_with_its_interval_or_says_that_none_is_better():
    plan = mix_allocation.best(model(draws=2), 0.4, FREE)
    said = Reader().say(mix_allocation.reading(plan))
    assert said.startswith("The same budget, split otherwise: €") and "(95 %: €" in said
    same = mix_allocation.moved(model(), {}, 0.4)
    assert Reader().say(mix_allocation.reading(same)).startswith("No other split")
    drawn = mix_allocation.drawn(plan)
    assert drawn.current.is_monotonic_decreasing and drawn.base.tolist() == [1040] * 3
