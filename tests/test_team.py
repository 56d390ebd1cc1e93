"""Team: its figures asked once, and one sentence where the tables cannot tell them."""

from datetime import date

import numpy as np
import pytest
from conftest import typed
from flows import closed, flow
from staff import CALENDAR, months, people, person

from revwork.analysis.sales_flow import stays
from revwork.analysis.sales_flow.team import Team, newcomer, one_more
from revwork.calendar import Period
from revwork.findings import Unanswered

LAST = date(2026, 6, 30)
YEAR = Period("year", months("2025-07-01")[0].start, date(2026, 7, 1))


def team(*crew, made=None):
    deals = closed(12, 12, "2026-05-01", 10_000, owner="Ann") if made is None else made
    _, moves, today = flow(*deals)
    changes = stays.changes(moves).cache()
    return Team(today.cache(), changes, people(*crew), CALENDAR, LAST)


@pytest.fixture(scope="module")
def ann():
    return team(person())


def test_capacity_ahead_is_quota_times_attainment_where_nobody_is_new_or_leaves(ann):
    assert ann.attainment(YEAR).ramped_attainment_rate[0] == 1
    assert ann.leaving == 0 and len(ann.ahead) == 12 and ann.ahead.month[0] == "2026-07"
    assert ann.ahead.capacity.tolist() == pytest.approx([10_000] * 12)


def test_the_goal_is_the_better_of_two_years_unless_one_is_asked_for(ann):
    assert ann.goal() == 120_000 and ann.goal(5) == 5


def test_where_too_few_newcomers_tell_a_ramp_only_the_waiting_is_left(ann):
    assert ann.ramp.start == 1 and np.isnan(ann.ramp.low_start)
    assert ann.growth[:5].tolist() == [0, 0, 0, 0, 1]  # deals take four months


def test_a_goal_twice_as_high_takes_as_many_again(ann):
    plans = ann.plans(240_000)
    assert plans.level.tolist() == ["confirmed"] and plans.hires.tolist() == [1]
    assert ann.starts("confirmed", 240_000).hires.sum() == 1 and ann.seller() == "sales"


def test_a_year_before_without_bookings_is_no_base(ann):
    rows = ann.compared(YEAR, "owner")
    assert rows.current.tolist() == [1] and rows.base.isna().all()


def test_without_people_every_question_says_what_is_missing():
    nobody = team()
    for ask in (lambda: nobody.ahead, nobody.plans, lambda: nobody.attainment(YEAR)):
        with pytest.raises(Unanswered, match="add annual_quota to people"):
            ask()


def test_without_a_won_deal_there_is_no_attainment_and_growth_is_the_ramp():
    none = team(person(), made=closed(0, 3, "2026-05-01", owner="Ann"))
    assert none.growth.tolist() == [1.0] * 36
    with pytest.raises(Unanswered, match="No deal with an owner was won"):
        _ = none.ahead


def test_one_more_seller_books_a_quota_times_attainment_once_deals_are_signed(ann):
    one = newcomer(ann)
    assert (one.level, one.yearly_cost, one.attained) == ("confirmed", 60_000, (1.0,))
    assert one.bookings[:6] == pytest.approx((0, 0, 0, 0, 10_000, 10_000))
    with pytest.raises(Unanswered, match="quota"):
        newcomer(team(person(annual_quota=None)))


def test_the_tables_themselves_tell_the_same_of_one_more_seller(ann):
    made = closed(12, 12, "2026-05-01", 10_000, owner="Ann")
    sources = (
        typed("opportunities", [row for row, _ in made]),
        typed("opportunity_history", [row for _, rows in made for row in rows]),
        people(person()),
        typed("fx_rates"),
    )
    assert one_more(*sources, ("EUR", CALENDAR, LAST)) == newcomer(ann)
