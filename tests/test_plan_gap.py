"""Gap to plan: the year beside its target, how likely it is, and the pace it takes."""

from datetime import date
from functools import partial

import numpy as np
import pytest
from conftest import typed
from outlooks import CALENDAR, months, outlook, sold, spent

from revwork.analysis import targets
from revwork.analysis.forecast import plan_gap
from revwork.calendar import Calendar
from revwork.report.words import Reader

SAY = Reader().say


def aim(amount=120, metric="net_revenue", count=12, first="2025-01-01", calendar=CALENDAR):
    rows = [
        {"month": f"{one.start}", "metric": metric, "amount": amount}
        for one in months(first, count)
    ]
    plan = targets.promised(typed("targets", rows))
    return partial(targets.target, plan, calendar=calendar)


@pytest.fixture(scope="module")
def made():
    return outlook(sold(count=21), spent(count=21), as_of="2025-09-30", spread=10.0)


def test_the_gap_is_the_outlook_less_the_target(made):
    rows = plan_gap.gaps(made[1], aim()).set_index("metric")
    assert rows.loc["net_revenue", ["so_far", "outlook", "target", "gap"]].tolist() == [
        *[900, 1200, 1440, -240]
    ]
    assert rows.reach_rate["net_revenue"] == 0.01  # never less: draws know nothing of the rare
    assert rows[["target", "gap", "reach_rate"]].loc["operating_result"].isna().all()


def test_the_chance_is_the_share_of_draws_that_reach_the_target(made):
    draws = made[1].sums("net_revenue", "fiscal_year")[1:]
    rows = plan_gap.gaps(made[1], aim(100)).set_index("metric")
    assert (
        rows.reach_rate["net_revenue"] == np.mean(draws >= 1200)
        and 0.3 < rows.reach_rate.iloc[0] < 0.7
    )


def test_a_year_without_a_target_for_each_month_has_no_gap(made):
    rows = plan_gap.gaps(made[1], aim(count=11))
    assert rows.gap.isna().all() and rows.outlook.notna().all()
    said = SAY(plan_gap.reading(rows))
    assert said == "No target is set for the whole year: nothing to measure the outlook by"


def test_the_pace_needed_is_what_is_missing_by_the_days_left(made):
    one, found = made
    rows = plan_gap.paces(plan_gap.gaps(found, aim()), found, one).set_index("metric")
    row = rows.loc["net_revenue"]
    assert row.days_left == 92 and row.needed_daily == round((1440 - 900) / 92, 2)
    assert row.expected_daily == round(300 / 92, 2) and row.recent_daily == round(300 / 92, 2)
    assert row.year_ago_daily == round(300 / 92, 2)
    assert [*rows.index] == ["net_revenue", "gross_margin"]
    said = SAY(plan_gap.pace_reading(rows.reset_index()))
    assert said.startswith("Net revenue needs €6 a day to reach the plan; €3 is expected")


def test_cards_bear_target_last_year_interval_and_the_years_name(made):
    one, found = made
    gaps = plan_gap.gaps(found, aim())
    cards = plan_gap.headline(found, gaps, plan_gap.paces(gaps, found, one), one)
    revenue, *others, pace = cards
    assert (revenue.metric, revenue.period, revenue.value) == ("outlook_net_revenue", "2025", 1200)
    assert (revenue.comparison, revenue.target, revenue.level) == (1200, 1440, 0.8)
    assert revenue.low < 1200 < revenue.high and len(revenue.series) == 12
    assert [kpi.metric for kpi in others] == [
        *["outlook_gross_margin", "outlook_contribution_margin", "outlook_operating_result"]
    ]
    assert pace.metric == "required_daily_revenue" and pace.better == "lower"


def test_without_targets_or_a_year_before_cards_leave_them_out():
    calendar = Calendar(fiscal_year_start=7)
    one, found = outlook(sold(count=21), as_of="2025-09-30", calendar=calendar)
    gaps = plan_gap.gaps(found, aim(first="2030-01-01", calendar=calendar))
    cards = plan_gap.headline(found, gaps, plan_gap.paces(gaps, found, one), one)
    assert [kpi.metric for kpi in cards] == ["outlook_net_revenue", "outlook_gross_margin"]
    assert cards[0].period == "FY2026" and cards[0].comparison == 1200 and cards[0].target is None
    assert found.as_of == date(2025, 9, 30)


def test_the_reading_names_the_metric_nearest_to_the_result(made):
    rows = plan_gap.gaps(made[1], aim(20, "operating_result"))
    said = SAY(plan_gap.reading(rows))
    assert said.startswith("Operating result is expected −€120 against plan")
