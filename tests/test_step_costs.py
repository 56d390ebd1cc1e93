"""Step costs: visits that no longer go on × what they would have left, with its interval."""

from datetime import date

import pytest
from journeys import WAY, drawn, paid

from revwork.analysis.journey import step_breaks, step_costs
from revwork.analysis.periods import year_to
from revwork.calendar import Calendar

LAST = date(2026, 3, 1)
MONTHS = Calendar().complete_months(LAST, 3)
ONWARD = {"on": 100.0, "done": 80.0, "sold": 80.0, "contribution": 1600.0, "net": 4000.0}
ONWARD |= {"contribution_square": 32_000.0, "net_square": 200_000.0}


def test_money_is_visits_times_change_times_what_follows():
    one = step_costs.money((-0.5, 0.0001), 1000, ONWARD, "EUR")
    assert one.value == pytest.approx(-0.5 * 1000 * 0.8 * 20)
    assert one.low < one.value < one.high < 0 and one.basis == "contribution_margin"


def test_the_interval_widens_with_every_doubt():
    def wide(chance=0.0001, **other):
        one = step_costs.money((-0.5, chance), 1000, ONWARD | other, "EUR")
        return one.high - one.low

    assert wide() < wide(0.01) and wide() < wide(on=81.0, done=64.8, sold=64.8)
    assert wide() < wide(contribution_square=320_000.0)


def test_where_no_cost_is_known_it_is_net_revenue_and_says_so():
    unknown = ONWARD | {"contribution": float("nan")}
    one = step_costs.money((-0.5, 0.0), 1000, unknown, "EUR")
    assert (one.basis, one.value) == ("net_revenue", -0.5 * 1000 * 0.8 * 50)


def test_where_no_visit_names_an_order_there_is_no_money():
    assert step_costs.money((-0.5, 0.0), 1000, ONWARD | {"sold": 0.0}, "EUR") is None
    nothing = ONWARD | {"contribution": float("nan"), "net": float("nan")}
    assert step_costs.money((-0.5, 0.0), 1000, nothing, "EUR") is None


def test_a_break_costs_what_its_visits_would_have_left(elsewhere):
    rows = paid(drawn(since="2025-10-06", only=("phone", "Spain")))
    (_, one), *_ = step_breaks.found(rows, WAY, LAST).iterrows()
    impact = step_costs.of_break(one, rows, WAY, MONTHS, "EUR")
    at_step = 40 * 365.25 / 7 / 6 * 0.64  # visits a year of the part that reach the step
    assert impact.low < -at_step * 0.5 * 40 < impact.high < 0
    assert impact.value == pytest.approx(-at_step * 0.5 * 40, rel=0.35)


def test_a_break_before_any_order_has_no_price():
    rows = paid(drawn(since="2025-10-06", only=("phone", "Spain"))).mutate(orders=0.0)
    (_, one), *_ = step_breaks.found(rows, WAY, LAST).iterrows()
    assert step_costs.of_break(one, rows, WAY, MONTHS, "EUR") is None


def test_a_gap_is_priced_over_the_year_it_was_seen_in():
    rows = paid(drawn())
    one = step_costs.of_gap((-0.1, 0.0004), rows, 3, 4, (year_to(MONTHS[-1]), "EUR"))
    assert one.value == pytest.approx(-0.1 * 40 * 365.25 / 7 * 0.64 * 40, rel=0.1)
