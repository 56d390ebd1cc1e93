"""Weeks of a part of the business and of what is like it, typed by hand."""

from datetime import date

import pytest
from conftest import sales_lines

from revwork.analysis.actions import action_weeks

LAST = date(2026, 1, 25)  # a Sunday


def line(day, region, net, channel="Shop", cost=0):
    told = {"order_date": day, "region": region, "net_amount": net, "cost_amount": cost}
    return told | {"channel": channel, "order_id": f"{day}{region}{channel}"}


LINES = [
    line("2025-12-31", "Spain", 1),
    line("2026-01-06", "Spain", 100, cost=40),
    line("2026-01-07", "France", 50),
    line("2026-01-08", "Italy", 20, "Web"),
    line("2026-01-20", "France", 70),
    line("2026-01-25", "Spain", 30),
]


@pytest.mark.usefixtures("elsewhere")
def test_the_part_stands_first_and_beside_it_each_other_value_of_its_dimension():
    weeks = action_weeks.weekly(sales_lines(LINES), {"region": "Spain"}, "net_revenue", LAST)
    assert [*weeks] == ["own", "France", "Italy"]
    assert [day.date() for day in weeks.index] == [
        date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19)
    ]  # fmt: skip
    assert weeks.to_numpy().tolist() == [[100, 50, 20], [0, 0, 0], [30, 70, 0]]


def test_the_first_week_is_left_out_and_so_is_the_last_until_it_is_over():
    weeks = action_weeks.weekly(
        sales_lines(LINES), {"region": "Spain"}, "net_revenue", date(2026, 1, 24)
    )
    assert [day.date() for day in weeks.index] == [date(2026, 1, 5), date(2026, 1, 12)]


def test_costs_are_off_where_the_impact_was_a_margin():
    spain = {"region": "Spain"}
    for basis, own in (("contribution_margin", 60), ("gross_margin", 60), ("net_revenue", 100)):
        assert action_weeks.weekly(sales_lines(LINES), spain, basis, LAST).own.iloc[0] == own


def test_of_two_dimensions_the_region_varies_and_the_other_is_held():
    segment = {"channel": "Shop", "region": "Spain"}
    weeks = action_weeks.weekly(sales_lines(LINES), segment, "net_revenue", LAST)
    assert [*weeks] == ["own", "France"]


def test_a_dimension_that_lines_do_not_know_leaves_the_larger_part():
    lines = sales_lines(LINES)
    known = {"region": "Spain"}
    narrow = action_weeks.weekly(lines, known | {"device": "phone"}, "net_revenue", LAST)
    assert narrow.equals(action_weeks.weekly(lines, known, "net_revenue", LAST))
    assert action_weeks.varied(lines, {"device": "phone"}) is None


def test_without_a_known_dimension_all_is_its_own_and_there_is_no_control():
    weeks = action_weeks.weekly(sales_lines(LINES), {"medium": "Search"}, "net_revenue", LAST)
    assert [*weeks] == ["own"] and weeks.own.tolist() == [170, 0, 100]


def test_a_segment_that_is_not_recorded_is_its_own_part():
    lines = sales_lines([*LINES, line("2026-01-13", None, 9)])
    weeks = action_weeks.weekly(lines, {"region": ""}, "net_revenue", LAST)
    assert weeks.own.tolist() == [0, 9, 0] and "Spain" in weeks


def test_without_lines_there_are_no_weeks():
    weeks = action_weeks.weekly(sales_lines([]), {"region": "Spain"}, "net_revenue", LAST)
    assert len(weeks) == 0
