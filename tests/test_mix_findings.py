"""Findings of the mix model: money that moved where it brings less, and media that are full."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines
from mixes import mix_of, weeks_of

from revwork.analysis.marketing import mix_findings
from revwork.calendar import Calendar
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say
N = 104
NONE = pd.DataFrame({"All": [1000.0] * N})
TERMS = mix_findings.Terms(0.4, "contribution_margin", "EUR", NONE)


def split(before, after, at=60):
    return np.where(np.arange(N) < at, float(before), float(after))


def spend(starved=4.0):
    return {"Full": split(40, 80 - starved), "Rest": np.full(N, 40.0)} | {
        "Starved": split(40, starved)
    }


def moved(draws=20):
    """Full brings little more, Starved much, in every draw."""
    random = np.random.default_rng(5)
    greatest = [[60, 10, 240]] * random.uniform(0.8, 1.2, (draws, 1))
    return mix_of(spend(), greatest=greatest, half=[[5, 10, 40]] * draws)


def test_money_that_moved_is_found_with_its_day_and_its_share():
    (one,) = mix_findings.shifts(weeks_of(spend()))
    assert (one.full, one.starved) == ("Full", "Starved")
    assert one.since == date(2025, 2, 24)  # the Monday of week 60
    assert one.moved_share == pytest.approx(0.9) and one.amount == pytest.approx(36 * 52)


def test_noise_a_new_medium_and_a_cut_that_no_other_receives_are_no_move():
    random = np.random.default_rng(6)
    noise = {name: random.lognormal(0, 0.5, N) for name in "ABCD"}
    assert mix_findings.shifts(weeks_of(noise)) == []
    assert mix_findings.shifts(weeks_of({"A": np.full(N, 9.0), "B": split(0, 9)})) == []
    cut = {"Cut": split(9, 0)} | {name: np.full(N, 30.0) for name in "ABC"}
    assert mix_findings.shifts(weeks_of(cut)) == []


def test_a_move_in_the_last_weeks_is_not_settled():
    late = {"Full": split(40, 80, N - 6), "Starved": split(40, 0, N - 6)}
    assert mix_findings.shifts(weeks_of(late)) == []


def test_the_move_back_is_worth_its_gain_and_names_both_media():
    (one,) = mix_findings.shifted(moved(), TERMS, "2026-Q2")
    assert one.segment == {"medium": "Full", "from_medium": "Starved"}
    assert one.impact.low > 0 and one.impact.low < one.impact.value < one.impact.high
    assert SAY(one.claim) == (
        "Full holds 90% of what Starved had until 24 Feb 2025, and the next euro brings more in "
        "Starved"
    )
    assert "more in Starved in 100% of draws" in SAY(one.evidence)
    assert "not proof" in SAY(one.evidence) and SAY(one.next_step).startswith("A test by region")


def test_where_draws_disagree_it_is_expected_or_not_told():
    def model(wrong):
        top = [[60, 10, 240]] * (20 - wrong) + [[600, 10, 1]] * wrong
        return mix_of(spend(), greatest=top, half=[[200, 10, 40]] * 20)

    said = [SAY(one.claim) for one in mix_findings.shifted(model(2), TERMS, "x")]
    assert len(said) == 1 and "is expected to bring more" in said[0]
    assert mix_findings.shifted(model(10), TERMS, "x") == []


def test_a_full_medium_costs_more_than_it_brings_and_one_told_of_is_not_told_again():
    found = mix_findings.full(moved(), TERMS, "x", {"Full"})
    assert [one.segment["medium"] for one in found] == ["Rest"]
    assert found[0].direction == "weakness" and found[0].impact.low > 0
    assert SAY(found[0].claim).startswith("Rest is full: the next euro brings back €0.0")
    both = mix_findings.full(moved(), TERMS, "x", set())
    assert {one.segment["medium"] for one in both} == {"Full", "Rest"}
    unknown = mix_findings.Terms(1.0, "net_revenue", "EUR", NONE)
    assert mix_findings.full(moved(), unknown, "x", set()) == []


def test_all_findings_come_together_and_none_where_there_is_no_model():
    def none():
        raise Unanswered("Too few weeks.")

    found = mix_findings.found(moved, lambda: TERMS, "x")
    assert [one.metric for one in found] == ["budget_moved", "marginal_roas"]
    assert len({one.id for one in found}) == 2
    assert mix_findings.found(none, lambda: TERMS, "x") == []


def test_terms_are_the_margin_of_what_is_driven_or_revenue_where_no_cost_is_known():
    last = date(2026, 3, 31)
    row = {"order_date": "2026-02-02", "net_amount": 100}
    calendar = Calendar()
    known = mix_findings.terms(
        sales_lines([row | {"cost_amount": 60}]), NONE, calendar, last, "EUR"
    )
    assert known.margin_rate == pytest.approx(0.4) and known.basis == "contribution_margin"
    blind = mix_findings.terms(sales_lines([row]), NONE, calendar, last, "EUR")
    assert (blind.margin_rate, blind.basis) == (1.0, "net_revenue")


def test_a_geo_test_is_sized_where_regions_allow_one():
    random = np.random.default_rng(7)
    sold = pd.DataFrame(
        {name: 1000 + random.normal(0, 5, N) for name in "ABCD"},
        index=pd.date_range("2024-01-01", periods=N, freq="7D"),
    )
    terms = mix_findings.Terms(0.4, "contribution_margin", "EUR", sold)
    (one,) = mix_findings.shifted(moved(), terms, "x")
    assert "a geo test, in regions: 2, for weeks:" in SAY(one.next_step)
