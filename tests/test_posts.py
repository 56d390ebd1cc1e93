"""Posts: who held what when, and the quota that makes month by month."""

from datetime import date

import numpy as np
import pytest
from staff import held, months, people, person

from revwork.analysis.sales_flow import posts

FULL = (1.0,)


def test_on_the_first_day_somebody_is_there_and_on_the_end_date_no_longer():
    rows = held(person(start="2026-02-01", end="2026-03-01"))
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)]
    assert [posts.there(rows, day)[0] for day in days] == [False, True, True, False]


def test_a_month_asks_a_twelfth_by_the_days_the_position_was_held():
    rows = held(person(start="2026-02-15"))
    due = posts.quota(rows, months("2026-01-01", 3), FULL)
    assert due.quota[0] == pytest.approx(10_000 * 0.5 + 10_000)
    assert due.held[0] == pytest.approx(1.5)


def test_a_month_asked_in_part_asks_a_part():
    (month,) = months("2026-02-01")
    part = type(month)("part", month.start, date(2026, 2, 15))
    assert posts.quota(held(person()), [part], FULL).quota[0] == pytest.approx(5_000)


def test_a_newcomer_is_asked_for_what_the_growth_of_that_month_says():
    rows = held(person(start="2026-01-01"))
    due = posts.quota(rows, months("2026-01-01", 3), (0.0, 0.5, 1.0))
    assert due.ramped_quota[0] == pytest.approx(0 + 5_000 + 10_000)
    assert due.quota[0] == pytest.approx(30_000)


def test_a_new_position_of_somebody_who_was_there_is_no_new_start():
    rows = held(person(end="2026-01-01"), person(start="2026-01-01", level="expert"))
    assert (posts.months_since(rows, months("2026-01-01")[0]) > 70).all()


def test_without_a_quota_it_is_unknown_and_not_nought():
    due = posts.quota(held(person(annual_quota=None)), months("2026-01-01"), FULL)
    assert np.isnan(due.quota[0]) and due.held[0] == 1


def test_nobody_is_no_row():
    assert posts.posts(people()).empty


def test_the_question_compiles_elsewhere(elsewhere):
    assert held(person(), person("Bea", end="2026-01-01")).person_id.tolist() == ["Ann", "Bea"]
