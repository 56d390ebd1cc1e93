"""Capacity: what people on board can book, by ramp, attainment and the chance to stay."""

from datetime import date

import numpy as np
import pytest
from flows import closed, deal, flow
from staff import held, months, people, person

from revwork.analysis.sales_flow import capacity
from revwork.analysis.sales_flow.ramp import NONE, Ramp
from revwork.findings import Unanswered

YEAR = months("2026-01-01", 12)
LAST = date(2026, 6, 30)


def test_the_published_check_of_ten_people():
    """7 × 150k × 85 % + 3 × 150k × 40 %, nobody leaving (definitions.md)."""
    old = [person(f"o{n}", annual_quota=150_000) for n in range(7)]
    new = [person(f"n{n}", "2026-01-01", annual_quota=150_000) for n in range(3)]
    productive = [0.40] * 12 + [0.85] * 24
    found = capacity.capacity(held(*old, *new), YEAR, productive)
    assert found.capacity.sum() == pytest.approx(1_072_500)
    assert found.quota.sum() == pytest.approx(1_500_000) and found.heads[0] == 10


def test_a_chance_to_leave_takes_its_share_month_by_month():
    found = capacity.capacity(held(person()), YEAR, [1.0], leaving=0.1)
    assert found.capacity.tolist() == pytest.approx([10_000 * 0.9**n for n in range(12)])


def test_who_has_an_end_date_is_certain_to_stay_until_then_and_to_be_gone_after():
    found = capacity.capacity(held(person(end="2026-03-01")), YEAR, [1.0], leaving=0.5)
    assert found.capacity.tolist() == pytest.approx([10_000, 10_000, *[0] * 10])


def test_who_is_signed_to_start_counts_from_the_day():
    found = capacity.capacity(held(person(start="2026-02-15")), YEAR[:4], [0.0, 1.0])
    assert found.capacity.tolist() == pytest.approx([0, 0, 0, 10_000])
    assert found.heads.tolist() == pytest.approx([0, 0.5, 1, 1])


def test_people_without_a_quota_and_nobody_at_all_book_nothing():
    assert capacity.capacity(held(person(annual_quota=None)), YEAR, [1.0]).capacity.sum() == 0
    assert capacity.capacity(held(), YEAR, [1.0]).heads.tolist() == [0] * 12


def test_a_newcomer_without_deals_waits_for_the_first_to_be_ready():
    ramp = Ramp(0.5, 2)
    found = capacity.growth(ramp, [0.0, 0.5, 1.0, 1.0])
    assert found.tolist() == pytest.approx([0, 0.875 * 0.5, 1, 1])
    assert capacity.growth(ramp, [0.0, 0.5, 1.0], handed=1).tolist() == pytest.approx(
        [0.625, 0.875, 1]
    )
    assert capacity.growth(NONE, np.ones(3)).tolist() == [1, 1, 1]


def test_leavers_are_counted_against_the_months_worked():
    crew = [person(), person("Bea", end="2026-01-01"), person("Cy", "2027-01-01")]
    (row,) = capacity.attrition(held(*crew), LAST).itertuples()
    assert row.leavers == 1 and row.head_months == pytest.approx(36 + 30, abs=0.2)
    assert row.low_leaving_rate < row.leaving_rate < row.high_leaving_rate
    assert row.yearly_rate == pytest.approx(1 - (1 - row.leaving_rate) ** 12)


def test_a_move_to_another_position_is_no_leaving_and_none_is_a_bound():
    crew = [person(end="2026-01-01"), person(start="2026-01-01", level="expert")]
    (row,) = capacity.attrition(held(*crew), LAST).itertuples()
    assert row.leavers == row.low_leaving_rate == 0 < row.high_leaving_rate


def test_the_share_signed_within_so_many_months_counts_half_a_month_on():
    quick = deal("q", ("2026-03-01", "A", 1), ("2026-03-11", "won", 1))
    slow = deal("s", ("2026-01-01", "A", 1), ("2026-05-01", "won", 1))
    found = capacity.signed_within(flow(quick, slow)[2], LAST)
    assert found[:6].tolist() == [0.5, 0.5, 0.5, 0.5, 1, 1]
    with pytest.raises(Unanswered, match="No deal was won"):
        capacity.signed_within(flow(deal("o", ("2026-03-01", "A", 1)))[2], LAST)


def test_deals_begun_before_their_newcomer_were_handed_over():
    crew = people(person(start="2026-04-01"))
    old = closed(1, 1, "2026-05-01", owner="Ann")
    own = deal("n", ("2026-04-05", "A", 1), ("2026-05-05", "won", 1), owner="Ann")
    assert capacity.handed_over(flow(*old, own)[2], crew, LAST) == pytest.approx(2 / 3)
    assert capacity.handed_over(flow()[2], crew, LAST) == 0
