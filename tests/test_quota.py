"""Quota: attainment of owners and teams, newcomers against what they can be asked for."""

import pytest
from flows import closed, deal, flow
from staff import months, people, person

from revwork.analysis.sales_flow import quota
from revwork.findings import Unanswered
from revwork.report.words import Reader

QUARTER = months("2026-04-01", 3)


def attained(made, crew, growth=(1.0,), asked=QUARTER):
    today = flow(*made)[2].cache()
    return quota.attainment(today, people(*crew), asked, growth)


def won(count, owner="Ann", day="2026-05-01", amount=10_000):
    return closed(count, 0, day, amount, owner=owner)


def test_attainment_is_bookings_over_the_quota_of_the_days_there():
    (row,) = attained(won(3), [person()]).itertuples()
    assert (row.deals, row.bookings, row.quota) == (3, 30_000, 30_000)
    assert row.attainment_rate == row.ramped_attainment_rate == 1 and not row.is_ramping


def test_deals_lost_open_or_closed_outside_the_months_do_not_count():
    made = [*closed(0, 4, "2026-05-01", 10, owner="Ann"), *won(2, day="2026-03-31", amount=7)]
    made += [*won(1), *won(1, day="2026-06-30", amount=5)]
    assert attained(made, [person()]).bookings[0] == 10_005


def test_a_newcomer_stands_against_what_can_be_asked_of_one():
    crew = [person(start="2026-04-01")]
    (row,) = attained(won(1), crew, growth=(0.0, 0.5, 0.5)).itertuples()
    assert row.is_ramping and row.ramped_quota == pytest.approx(10_000)
    assert row.attainment_rate == pytest.approx(1 / 3) and row.ramped_attainment_rate == 1


def test_who_booked_nothing_reaches_nought_and_who_has_no_quota_nothing_known():
    crew = [person(), person("Bea"), person("Cy", annual_quota=None)]
    rows = attained([*won(1), *won(1, "Cy")], crew).set_index("owner")
    assert rows.attainment_rate["Bea"] == 0 and rows.bookings["Cy"] == 10_000
    assert rows.attainment_rate.isna()["Cy"]


def test_what_is_won_after_its_owner_left_is_the_team_s_alone():
    crew = [person(end="2026-05-01"), person("Bea")]
    made = [*won(1, day="2026-04-30"), *won(2, day="2026-05-01"), *won(1, "Bea")]
    rows = attained(made, crew).set_index("owner")
    assert rows.bookings["Ann"] == 10_000 and rows.later_bookings["Ann"] == 20_000
    team = quota.by(rows.reset_index(), "team")
    assert team.bookings[0] == 40_000 and team.quota[0] == 40_000 and team.attainment_rate[0] == 1


def test_parts_add_up_to_the_whole_and_ratios_do_not():
    crew = [person(), person("Bea", region="France"), person("Cy", region=None)]
    rows = attained([*won(3), *won(1, "Bea"), *won(1, "Cy")], crew)
    by_region = quota.by(rows, "region")
    assert by_region.bookings.sum() == rows.bookings.sum() == 50_000 and len(by_region) == 3
    assert quota.by(rows, "team").attainment_rate[0] == pytest.approx(50 / 90)


def test_a_person_with_two_positions_is_one_owner():
    crew = [person(end="2026-05-01"), person(start="2026-05-01", level="expert")]
    rows = attained(won(3), crew)
    assert len(rows) == 1 and rows.quota[0] == pytest.approx(30_000)


def test_the_distribution_leaves_out_who_was_hardly_there_and_counts_exactly_100():
    crew = [person(), person("Bea"), person("Cy"), person("Dee", start="2026-06-20")]
    rows = attained([*won(3), *won(6, "Bea")], crew)
    row = quota.distribution(rows).iloc[0]
    assert (row.owners, row.reached, row.median_rate) == (3, 2, 1)
    assert row.reached_share == pytest.approx(2 / 3)
    assert "2 of 3" in Reader().say(quota.reading(rows))


def test_before_and_now_are_tied_by_name_and_a_new_owner_has_no_before():
    crew = [person(), person("Bea", start="2026-04-01")]
    now = attained([*won(3), *won(1, "Bea")], crew)
    old = deal("old", ("2025-01-01", "A", 10_000), ("2025-05-01", "won", 10_000), owner="Ann")
    before = attained([old], crew, asked=months("2025-04-01", 3))
    rows = quota.compared(now, before, "owner").set_index("owner")
    assert rows.base["Ann"] == pytest.approx(1 / 3) and rows.base.isna()["Bea"]
    assert quota.compared(now, None, "region").base.isna().all()


def test_without_a_quota_or_an_owner_the_sentence_says_what_to_add():
    with pytest.raises(Unanswered, match="add annual_quota"):
        attained(won(1), [person(annual_quota=None)])
    with pytest.raises(Unanswered, match="owner in opportunities"):
        attained(won(1, None), [person()])


def test_the_question_compiles_elsewhere(elsewhere):
    assert len(attained(won(1), [person()])) == 1
