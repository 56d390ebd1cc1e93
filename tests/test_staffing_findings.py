"""Staffing findings: a team short of people, what it loses, and whom to hire."""

from datetime import date

import numpy as np
import pandas as pd
from staff import CALENDAR, held, person

from revwork.analysis.sales_flow import staffing_findings
from revwork.report.words import Reader

LAST = date(2026, 6, 30)
SAY = Reader().say
NO_ANSWERS = pd.DataFrame({"region": [], "month": [], "hours": []})


def short(**about):
    row = {
        **{"team": "sales", "region": "Spain", "heads": 1, "to_start": 0, "empty_seats": 2},
        **{"since": pd.Timestamp("2026-01-01"), "empty_quota": 240_000.0, "fill_days": np.nan},
        **{"value": -200_000.0, "low": -300_000.0, "high": -100_000.0},
        **{"basis": "contribution_margin", "change_rate": -0.5, "low_change_rate": -0.7},
        **{"high_change_rate": -0.3, "orders": 60},
    }
    return pd.DataFrame([row | about])


CREW = [
    person("a"),
    person("b", level="junior", annual_cost=40_000, annual_quota=60_000),
    person("s", team="service", annual_quota=None, annual_cost=30_000),
]


def remedied(crew=CREW, growth=(0.0, 1.0), **about):
    return staffing_findings.remedies(short(**about), held(*crew), growth, (CALENDAR, LAST))


def findings(answers=NO_ANSWERS, **about):
    return staffing_findings.short(remedied(**about), answers, CALENDAR, "EUR")


def test_the_cheapest_way_to_carry_the_empty_quota_is_proposed():
    (row,) = remedied().itertuples()
    assert (row.level, row.hires, row.hiring_cost) == ("confirmed", 2, 120_000)
    assert row.first_month == "2026-09" and row.payback_months == 3


def test_hires_come_the_month_after_a_seat_usually_is_filled():
    assert remedied(fill_days=20.0).first_month[0] == "2026-08"
    assert remedied(fill_days=40.0).first_month[0] == "2026-09"


def test_the_finding_names_team_region_day_seats_money_and_next_step():
    (one,) = findings()
    assert one.segment == {"team": "sales", "region": "Spain"} and one.metric == "seats_empty"
    assert SAY(one.claim) == "Spain: 2 of 3 seats empty in sales since 1 Jan 2026"
    assert (one.impact.value, one.impact.low, one.impact.high) == (-200_000, -300_000, -100_000)
    assert "−50% (−70% to −30%)" in SAY(one.evidence) and "not proof" in SAY(one.evidence)
    assert SAY(one.next_step) == (
        "Hire 2 at level confirmed for 2026-09: €120,000 a year, paid back after 3 months if what "
        "is lost returns"
    )
    assert one.department == "sales" and one.period == "2026-01" and one.confidence > 0.99


def test_a_loss_that_chance_could_make_is_not_told_in_money():
    (one,) = findings(low=-405_000.0, high=5_000.0)
    assert one.impact is None and "not clear of chance" in SAY(one.evidence)
    assert 0 < one.confidence < 0.95
    assert "paid back" not in SAY(one.next_step)


def test_a_loss_that_cannot_be_told_leaves_the_seats_a_fact():
    (one,) = findings(value=np.nan, low=np.nan, high=np.nan)
    assert one.impact is None and "seats empty" in SAY(one.claim) and one.confidence == 0


def test_service_tells_how_slow_answers_became():
    answers = pd.DataFrame(
        {
            "region": ["Spain", "Spain", "Spain", "France"],
            "month": [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 1, 1)],
            "hours": [4.0, 6.0, 40.0, 1.0],
        }
    )
    (one,) = findings(answers, team="service", empty_quota=np.nan)
    assert SAY(one.evidence).startswith("First answers take 40 hours, 5 before.")
    assert one.department == "service" and "Hire 2 at level confirmed" in SAY(one.next_step)


def test_what_does_not_pay_back_says_what_it_costs_alone():
    (one,) = findings(value=-100_000.0)
    assert SAY(one.next_step) == "Hire 2 at level confirmed for 2026-09: €120,000 a year"


def test_without_costs_it_says_what_to_add_and_without_empty_seats_nothing():
    crew = [person("a", level=None)]
    (one,) = staffing_findings.short(remedied(crew), NO_ANSWERS, CALENDAR, "EUR")
    assert "add level and annual_cost" in SAY(one.next_step)
    none = staffing_findings.remedies(short()[:0], held(*CREW), (1.0,), (CALENDAR, LAST))
    assert staffing_findings.short(none, NO_ANSWERS, CALENDAR, "EUR") == []
    assert staffing_findings.shown(none).empty


def test_a_region_that_is_not_recorded_is_told_so():
    (one,) = findings(region=None)
    assert SAY(one.claim).startswith("not recorded: 2 of 3") and one.segment["region"] == ""


def test_the_table_shows_the_loss_with_its_ends():
    row = staffing_findings.shown(remedied()).iloc[0]
    assert (row.low_lost_margin, row.lost_margin, row.high_lost_margin) == (-3e5, -2e5, -1e5)
