"""Outlook path: what was and what will be on one line, and the year as it adds up."""

import pytest
from outlooks import outlook, sold, spent
from test_plan_gap import aim

from revwork.analysis.forecast import outlook_path
from revwork.report.words import Reader

SAY = Reader().say


@pytest.fixture(scope="module")
def made():
    return outlook(sold(count=21), spent(count=21), as_of="2025-09-14", value=150.0, spread=9.0)


def test_twelve_months_that_are_over_and_thirteen_ahead_stand_in_a_row(made):
    rows = outlook_path.monthly(*made, "net_revenue", aim())
    assert rows.name.iloc[0] == "2024-09" and len(rows) == 25
    assert rows.ahead.tolist() == [False] * 12 + [True] * 13
    assert rows.value[:12].tolist() == [100] * 12 and rows.value[13] == pytest.approx(150)
    assert rows.base[12] == 100 and rows.base[24:].isna().all()
    assert rows.target[4:16].tolist() == [120] * 12 and rows.target.isna().sum() == 13


def test_the_running_month_is_expected_with_what_it_brought_so_far(made):
    one, found = made
    row = outlook_path.monthly(one, found, "net_revenue", aim()).iloc[12]
    assert row["name"] == "2025-09" and row.value == 100  # all sales come on the fifth


def test_the_year_adds_up_to_its_outlook(made):
    rows = outlook_path.to_date(*made, "operating_result", aim(50, "operating_result"))
    assert len(rows) == 12 and rows.value.is_monotonic_increasing
    assert rows.value.iloc[-1] == round(made[1].sums("operating_result", "fiscal_year")[0], 2)
    assert rows.target.tolist() == [50.0 * n for n in range(1, 13)]
    assert rows.base[:8].tolist() == pytest.approx([10.0 * n for n in range(1, 9)])


def test_the_readings_say_the_next_whole_month_and_the_years_end(made):
    rows = outlook_path.monthly(*made, "net_revenue", aim())
    assert SAY(outlook_path.reading(rows)).startswith("2025-10: €150 (80 %: €1")
    assert SAY(outlook_path.reading(rows)).endswith("+50% against the year before")
    year = outlook_path.to_date(*made, "net_revenue", aim())
    assert SAY(outlook_path.end_reading(year)).endswith("planned: €1,440")
    without = outlook_path.to_date(*made, "net_revenue", aim(count=2))
    assert SAY(outlook_path.end_reading(without)).startswith("The year ends at €1,350")
