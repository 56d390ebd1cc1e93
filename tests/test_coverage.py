"""Coverage: what is open against what is left, and past quarters on the same day."""

from datetime import date

import pandas as pd
import pytest
from conftest import typed
from flows import LAST, closed, deal, flow

from revwork.analysis.sales_flow import ageing, coverage, stages
from revwork.calendar import Calendar, Period
from revwork.findings import Unanswered

QUARTER = Period("2026-Q3", date(2026, 7, 1), date(2026, 10, 1))
CHANCES = pd.DataFrame({"stage": ["A"], "win_chance": [0.25]})
MADE = [
    deal("fresh", ("2026-06-20", "A", 400, "2026-08-01")),
    deal("overdue", ("2026-06-01", "A", 100, "2026-06-15")),
    deal("beyond", ("2026-06-20", "A", 900, "2026-10-01")),
    deal("unknown", ("2026-06-20", "Z", 60, "2026-09-30")),
]


def cover(*made, won=0.0, aim=1000.0):
    _, moves, today = flow(*made)
    waiting = ageing.open_deals(today, stages.spells(moves, today), LAST)
    return coverage.coverage(waiting, CHANCES, won, aim, QUARTER).set_index("pipeline")


def test_open_deals_due_by_the_end_are_held_against_what_is_left(elsewhere):
    rows = cover(*MADE, won=440.0)
    assert rows.deals.to_dict() == {"fresh": 2, "stale": 1, "all": 3}
    assert rows.open_amount.to_dict() == {"fresh": 460, "stale": 100, "all": 560}
    assert rows.coverage_multiple["all"] == 1 and rows.weighted_amount["all"] == 125


def test_a_target_that_is_reached_leaves_nothing_to_cover_and_none_is_said():
    assert cover(*MADE, won=1000.0).coverage_multiple.isna().all()
    with pytest.raises(Unanswered, match="add annual_quota"):
        cover(*MADE, aim=None)


def test_the_card_is_of_all_deals_due_and_there_is_none_without_a_target():
    found = cover(*MADE, won=440.0).reset_index()
    (card,) = coverage.headline(lambda: found, QUARTER)
    assert (card.metric, card.value, card.n) == ("coverage_multiple", 1, 3)
    assert card.period == "2026-Q3" and card.comparison is None
    assert coverage.headline(lambda: cover(*MADE, aim=None), QUARTER) == []
    reached = cover(*MADE, won=1000.0).reset_index()
    assert coverage.headline(lambda: reached, QUARTER)[0].value is None


def test_nothing_open_covers_nothing():
    assert [*cover().coverage_multiple] == [0, 0, 0]


def test_the_quota_of_a_period_is_by_the_days_somebody_is_there():
    year = Period("2026", date(2026, 1, 1), date(2027, 1, 1))
    rows = [
        {"person_id": "Ann", "team": "sales", "annual_quota": 365.25},
        {"person_id": "Bo", "team": "sales", "annual_quota": 365.25, "end_date": "2026-01-11"},
        {"person_id": "Cy", "team": "sales", "annual_quota": 365.25, "start_date": "2026-12-31"},
        {"person_id": "Di", "team": "service", "annual_quota": 1e6},
    ]
    people = typed("people", [{"start_date": "2020-01-01", **row} for row in rows])
    today = flow(deal("d", ("2026-01-01", "A"), owner="Ann"))[2]
    assert coverage.promised(people, today, year) == pytest.approx(365 + 10 + 1)
    assert coverage.promised(typed("people"), today, year) is None


def test_past_quarters_are_seen_with_as_many_days_remaining():
    made = [
        *closed(1, 0, day="2026-04-20", amount=10),
        *closed(2, 0, day="2026-05-20", amount=10),
        *closed(3, 0, day="2026-06-29", amount=10),
        deal("open", ("2026-05-01", "A", 70, "2026-06-30"), ("2026-06-30", "A", 70, "2026-08-01")),
    ]
    opportunities, moves, _ = flow(*made, last=date(2026, 8, 20))
    rows = coverage.same_day(moves, opportunities, Calendar(), date(2026, 8, 20), 2)
    assert [*rows.quarter] == ["2026-Q2", "2026-Q3"]
    first = rows.iloc[0]
    assert first.seen_on == date(2026, 5, 20)
    assert (first.won_amount, first.open_amount, first.final_amount) == (30, 70, 60)
    assert first.done_share == 0.5 and pd.isna(rows.final_amount[1]) and rows.won_amount[1] == 0


def test_no_deal_has_no_quarters():
    opportunities, moves, _ = flow()
    with pytest.raises(Unanswered, match="No deal is known"):
        coverage.same_day(moves, opportunities, Calendar(), LAST)


def test_categories_stand_alone_and_with_all_that_are_surer():
    about = {"created_on": "2026-06-01", "close_date": "2026-08-01", "stage": "A"}
    made = [
        ({"opportunity_id": name, "outcome": "open", "amount": amount, **about}, [])
        for name, amount in (("commit", 50), ("best_case", 30), ("pipeline", 20), ("omitted", 9))
    ]
    for row, _ in made:
        row["forecast_category"] = row["opportunity_id"]
    made += [(row | {"forecast_category": "closed"}, rows) for row, rows in closed(1, 1)]
    quarter = Period("2026-Q2..Q3", date(2026, 4, 1), date(2026, 10, 1))
    rows = coverage.ladder(flow(*made)[2], quarter).set_index("category")
    assert rows.amount.to_dict() == {
        **{"closed": 100, "commit": 50, "most_likely": 0, "best_case": 30, "pipeline": 20}
    }
    assert [*rows.cumulative_amount] == [100, 150, 150, 180, 200]
    with pytest.raises(Unanswered, match="How sure owners are"):
        coverage.ladder(flow(*closed(1, 1))[2], quarter)


def test_what_open_deals_bring_is_unknown_where_none_has_an_amount():
    made = [deal("open", ("2026-05-01", "A", None, "2026-08-01")), *closed(1, 0, day="2026-05-20")]
    opportunities, moves, _ = flow(*made, last=date(2026, 8, 20))
    rows = coverage.same_day(moves, opportunities, Calendar(), date(2026, 8, 20), 1)
    assert rows.open_amount.isna().all()
