"""Hiring: whom, when and at which level, so that a goal holds."""

import pandas as pd
import pytest
from staff import CALENDAR, held, months, person

from revwork.analysis.sales_flow import hiring
from revwork.findings import Unanswered
from revwork.report.words import Reader


def have(*booked):
    year = months("2026-01-01", len(booked))
    told = {"month": [m.name for m in year], "start": [m.start for m in year]}
    return pd.DataFrame({**told, "capacity": [float(one) for one in booked]})


GROWTH = (0.0, 0.5, 1.0)


def test_who_a_month_needs_starts_as_early_as_growing_takes():
    plan = hiring.starts(have(*[100] * 6, *[90] * 6), 1200, 120, GROWTH)
    assert plan.hires.tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert plan.with_hires.tolist()[3:8] == [100, 100, 105, 100, 100]
    assert plan.short.sum() == 0


def test_nobody_starts_before_somebody_can_be_found():
    plan = hiring.starts(have(*[80] * 6), 1200, 120, GROWTH, lead=2)
    assert plan.hires.tolist() == [0, 0, 2, 0, 0, 0]
    assert plan.short.tolist() == [20, 20, 20, 10, 0, 0]


def test_a_gap_below_half_a_head_is_left_and_at_the_goal_nothing_is_done():
    assert hiring.starts(have(*[95.1] * 4), 1200, 120, GROWTH).hires.sum() == 0
    assert hiring.starts(have(*[94.9] * 4), 1200, 120, GROWTH).hires.sum() == 1
    assert hiring.starts(have(*[100] * 4), 1200, 120, GROWTH).short.sum() == 0


def test_a_head_that_books_nothing_is_never_hired():
    assert hiring.starts(have(0, 0), 1200, 0, GROWTH).hires.sum() == 0


LEVELS = pd.DataFrame(
    {
        "level": ["junior", "expert"],
        "people": [1, 1],
        "head_cost": [30_000.0, 50_000.0],
        "head_quota": [60_000.0, 120_000.0],
    }
)


def test_each_level_has_its_plan_and_the_cheapest_a_year_comes_first():
    rows = hiring.plans(have(*[0] * 12), 120_000, LEVELS, [1.0], lead=0)
    assert rows.level.tolist() == ["expert", "junior"] and rows.hires.tolist() == [1, 2]
    assert rows.yearly_cost.tolist() == rows.hiring_cost.tolist() == [50_000, 60_000]
    assert rows.added_amount.tolist() == [120_000, 120_000] and rows.short_amount.max() == 0
    assert rows.first_month.tolist() == ["2026-01", "2026-01"]


def test_a_lower_attainment_takes_more_people():
    rows = hiring.plans(have(*[0] * 12), 120_000, LEVELS, [0.5], lead=0)
    assert rows.set_index("level").hires.to_dict() == {"expert": 2, "junior": 4}


def test_no_hire_has_no_first_month_and_costs_nothing():
    rows = hiring.plans(have(*[20_000] * 3), 120_000, LEVELS, [1.0])
    assert rows.first_month.isna().all() and rows.hiring_cost.sum() == 0


def test_without_a_quota_by_level_the_sentence_says_what_to_add():
    with pytest.raises(Unanswered, match="add annual_quota"):
        hiring.plans(have(0), 1, LEVELS.assign(head_quota=float("nan")), [1.0])


def test_levels_have_the_median_cost_and_quota_leavers_included():
    crew = [person("a", annual_cost=10), person("b", annual_cost=30), person("c", annual_cost=90)]
    crew += [person("d", level="junior", annual_cost=5, end="2024-01-01"), person("e", level=None)]
    rows = hiring.levels(held(*crew), "sales")
    assert rows.level.tolist() == ["junior", "confirmed"] and rows.head_cost.tolist() == [5, 30]
    with pytest.raises(Unanswered, match="What a head of service costs"):
        hiring.levels(held(*crew), "service")


def test_an_empty_quota_is_carried_by_as_many_as_it_takes_the_cheapest_way_first():
    rows = hiring.options(LEVELS, 1, quota=120_000)
    assert rows.level.tolist() == ["expert", "junior"] and rows.hires.tolist() == [1, 2]
    seats = hiring.options(LEVELS, 2)
    assert seats.level.tolist() == ["junior", "expert"] and seats.hires.tolist() == [2, 2]


def test_a_hire_has_paid_back_when_what_came_reaches_what_it_cost():
    assert hiring.payback(240, 120, [1.0]) == 1
    assert hiring.payback(240, 120, [0.0, 1.0]) == 2
    assert hiring.payback(240, 120, [0.0, 0.0, 1.0]) == 4
    assert hiring.payback(100, 120, [1.0]) is None and hiring.payback(0, 120, [1.0]) is None


def test_hires_leave_too():
    assert hiring.staying([0.5, 1.0, 1.0], 0.1).tolist() == pytest.approx([0.5, 0.9, 0.81])


def test_the_months_ahead_begin_after_the_one_that_runs():
    found = hiring.ahead(months("2026-11-01")[0], CALENDAR, 3)
    assert [month.name for month in found] == ["2026-12", "2027-01", "2027-02"]


def test_the_reading_tells_what_is_missing_with_and_without_hires():
    plan = hiring.starts(have(*[80] * 6), 1200, 120, GROWTH, lead=2)
    assert Reader().say(hiring.reading(plan)).startswith("Without hires €120 are missing")
    enough = hiring.starts(have(100), 1200, 120, GROWTH)
    assert "reaches the goal" in Reader().say(hiring.reading(enough))
    assert hiring.drawn(plan).groupby("name").size().to_dict() == dict.fromkeys(
        ("Goal", "On board", "With hires"), 6
    )
