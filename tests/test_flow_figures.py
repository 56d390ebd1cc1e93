"""Figures of the sales flow: cards, months and parts of deals typed by hand."""

from datetime import date

import numpy as np
import pandas as pd
from flows import closed, deal, flow

from revwork.analysis.sales_flow import flow_figures, stages
from revwork.calendar import Calendar, Comparison, Period

CALENDAR = Calendar()
QUARTER = Period("2026-Q2", date(2026, 4, 1), date(2026, 7, 1))
BEFORE = Period("2026-Q1", date(2026, 1, 1), date(2026, 4, 1))
COMPARED = Comparison(QUARTER, QUARTER, BEFORE, "previous", False)
ALONE = Comparison(QUARTER, QUARTER, None, "previous", False)
MADE = [
    *closed(1, 3, day="2026-05-01", amount=200, owner="Ann"),
    *closed(1, 0, day="2026-02-01", owner="Bo"),
    deal("open", ("2026-06-01", "A", 300, "2026-06-20"), owner="Ann"),
]


def cards(*made, comparison=COMPARED):
    opportunities, moves, _ = flow(*made)
    found = flow_figures.headline(moves, opportunities, comparison, CALENDAR)
    return {one.metric: one for one in found}


def test_each_card_stands_beside_its_comparison(elsewhere):
    found = cards(*MADE)
    assert found["won_amount"].value == 200 and found["won_amount"].comparison == 100
    assert found["win_rate"].value == 0.25 and found["win_rate"].n == 4
    assert found["win_rate"].comparison == 1
    assert found["open_pipeline"].value == 300 and found["stale_share"].value == 1
    assert found["open_pipeline"].comparison == 800  # what closed in May was open in March


def test_without_deals_there_are_no_cards_and_without_a_closing_no_rate():
    assert cards() == {}
    found = cards(deal("o", ("2026-06-01", "A", 5)))
    assert {*found} == {"won_amount", "deals_won", "open_pipeline", "stale_share"}
    assert "open_pipeline" not in cards(deal("o", ("2026-06-01", "A")))  # no amount is known


def test_a_month_without_a_closing_has_no_win_rate_rather_than_zero():
    rows = flow_figures.months(flow(*MADE)[2], COMPARED, CALENDAR).set_index("name")
    assert rows.value["2026-05"] == 0.25 and np.isnan(rows.value["2026-06"])
    assert rows.base.isna().all() and len(rows) == 12


def test_money_won_by_a_dimension_is_all_that_was_won():
    rows = flow_figures.won_by(flow(*MADE)[2], COMPARED, "owner").set_index("owner")
    assert rows.current.to_dict() == {"Ann": 200, "Bo": 0}
    assert rows.base.to_dict() == {"Ann": 0, "Bo": 100}
    assert np.isnan(rows.change_rate["Ann"]) and rows.change_rate["Bo"] == -1
    alone = flow_figures.won_by(flow(*MADE)[2], ALONE, "owner").set_index("owner")
    assert alone.current.to_dict() == {"Ann": 200} and alone.base.isna().all()


def test_the_funnel_gives_each_stage_the_share_that_came_on_from_above():
    made = [deal("d", ("2026-01-01", "A"), ("2026-01-05", "B")), deal("e", ("2026-01-01", "A"))]
    _, moves, today = flow(*made)
    visits = stages.spells(moves, today)
    way = stages.order(visits)
    found = stages.conversion(visits, way, date(2026, 6, 30))
    rows = flow_figures.funnel(found, None, way)
    assert [*rows.value] == [2, 1] and pd.isna(rows.rate[0]) and rows.rate[1] == 0.5
    assert rows.base.isna().all()
    assert [*flow_figures.funnel(found, found.iloc[:1], way).base.fillna(-1)] == [2, -1]
