"""Flow readings: one true sentence for every picture, whatever is missing."""

from datetime import date

import numpy as np
import pandas as pd

from revwork.analysis.sales_flow import flow_readings
from revwork.report.words import Reader

SAY = Reader().say


def said(reading, rows):
    return SAY(reading(pd.DataFrame(rows)))


def test_who_wins_most_and_least_is_told_with_how_many_deals():
    rows = [
        {"owner": name, "current": rate, "n": n}
        for name, rate, n in (("Ann", 0.5, 10), ("Bo", 0.25, 8), ("Cy", np.nan, 0))
    ]
    assert said(flow_readings.win_rate, rows) == "Ann wins 50% of 10 deals, Bo 25% of 8"
    assert said(flow_readings.win_rate, rows[1:]) == "Win rate, with its 95 % interval"


def test_a_month_in_which_nothing_closed_says_so():
    rows = [{"name": "2026-06", "value": 0.2}]
    assert said(flow_readings.by_month, rows) == "Win rate 20% in 2026-06"
    rows[0]["value"] = np.nan
    assert said(flow_readings.by_month, rows).startswith("Nothing was won or lost in")


def test_reasons_pipeline_and_stale_money_are_told():
    rows = [{"loss_reason": None, "share": 0.4}]
    assert said(flow_readings.reasons, rows) == "not recorded is behind 40% of the losses"
    bars = [{"bar": "start", "value": 1000}, {"bar": "end", "value": 2500}]
    assert said(flow_readings.pipeline, bars) == "Open pipeline from €1,000 to €2,500"
    rows = [{"open_amount": 100, "stale_amount": 30}, {"open_amount": 100, "stale_amount": 0}]
    assert said(flow_readings.stale, rows) == "€30 of €200 open are stale"
    rows = [{"open_amount": np.nan, "stale_amount": np.nan, "stale_deals": 2, "deals": 5}]
    assert said(flow_readings.stale, rows) == "2 of 5 open deals are stale"


def test_velocity_names_the_factor_that_moved_it_most():
    rows = [
        {"bar": bar, "value": value, "kind": kind}
        for bar, value, kind in (
            *(("base", 100, "total"), ("open_deals", 5, "change")),
            *(("cycle_days", -25, "change"), ("current", 80, "total")),
        )
    ]
    assert said(flow_readings.velocity, rows).endswith("most by cycle days (−€25)")


def test_the_weakest_step_of_the_funnel_is_named_by_the_stage_it_leaves():
    rows = [{"stage": s, "rate": r} for s, r in (("A", np.nan), ("B", 0.7), ("C", 0.4))]
    assert said(flow_readings.funnel, rows) == "Fewest deals go on from B: 40%"
    assert said(flow_readings.funnel, rows[:1]) == "No stage has a rate yet"


def test_half_of_those_that_go_on_have_by_a_day():
    rows = [{"days_in_stage": d, "onward_rate": r} for d, r in ((0, 0), (4, 0.3), (9, 0.6))]
    assert said(flow_readings.onward, rows) == "60% go on, half of these within 4 days"


def test_the_slowest_segment_is_named_or_that_none_left():
    rows = [{"segment": s, "value": v} for s, v in (("A", 5.0), ("A", 9.0), ("B", 12.0))]
    assert said(flow_readings.pace, rows) == "B takes longest now: 12 days a deal"
    rows = pd.DataFrame(rows).assign(value=np.nan)
    assert SAY(flow_readings.pace(rows)).startswith("No visit")


def test_slippage_same_day_and_coverage_are_told():
    rows = [{"name": "2026-Q2", "value": 0.48}]
    assert said(flow_readings.slipped, rows).startswith("48% of the deals due in 2026-Q2")
    rows = [{"won_amount": 50, "final_amount": 100}, {"won_amount": 70, "final_amount": None}]
    assert said(flow_readings.same_day, rows).endswith("€50 on average, 50% of what they brought")
    assert said(flow_readings.same_day, rows[1:]) == "Won so far: €70"
    rows = [{"pipeline": p, "coverage_multiple": m} for p, m in (("fresh", 1.5), ("all", 2.0))]
    assert "make up 2× what is left" in said(flow_readings.coverage, rows)
    rows = pd.DataFrame(rows).assign(coverage_multiple=np.nan)
    assert SAY(flow_readings.coverage(rows)) == "The target is reached already"


def test_what_is_stuck_and_what_stale_deals_hold_is_told():
    row = {"segment": "Office", "stage": "B", "pace_ratio": 0.1, "since": date(2025, 8, 11)}
    told = said(flow_readings.stalls, [row])
    assert told == "Office deals leave B at 10% of their former pace since 11 Aug 2025"
    rows = [{"amount": 30.0}, {"amount": 20.0}]
    assert said(flow_readings.oldest, rows).endswith("€50 together")
