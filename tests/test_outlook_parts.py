"""Outlook by part: rows that add up to the company, beside their plans and last year."""

import pytest
from outlooks import CALENDAR, line, months, outlook, sold, spent

from revwork.analysis.forecast import outlook_parts
from revwork.report.words import Reader

SAY = Reader().say


def two_regions():
    other = [
        line(f"{one.start:%Y-%m}-11", 33.33, region="France", order_id=f"f{one.name}")
        for one in months("2024-01-01", 21)
    ]
    return [*sold(count=21), *other]


@pytest.fixture(scope="module")
def made():
    return outlook(two_regions(), spent(count=21), as_of="2025-09-30", value=66.67, spread=5.0)


def parts(made, dimension="region", **aims):
    one, found = made
    return outlook_parts.by(found, one.found, one.lines, (dimension, CALENDAR, aims))


def test_parts_add_up_to_the_company_to_the_cent(made):
    whole = round(made[1].sums("net_revenue", "fiscal_year")[0], 2)
    for dimension in ("region", "channel", "category"):
        assert round(parts(made, dimension).current.sum(), 2) == whole


def test_a_part_is_what_it_booked_and_what_it_is_expected_to_bring(made):
    rows = parts(made).set_index("region")
    assert rows.so_far["France"] == pytest.approx(9 * 33.33)
    assert rows.current["France"] == pytest.approx(9 * 33.33 + 3 * 66.67)
    assert rows.base["Spain"] == 1200 and (rows.low < rows.current).all()


def test_targets_stand_beside_the_parts_that_have_one(made):
    rows = parts(made, Spain=1200.0).set_index("region")
    assert rows.target["Spain"] == 1200 and rows.target.isna()["France"]
    assert rows.gap["Spain"] == pytest.approx(900 + 3 * 66.67 - 1200, abs=0.01)
    assert SAY(outlook_parts.reading(parts(made, Spain=1200.0))).startswith("Spain is furthest")
    assert SAY(outlook_parts.reading(parts(made))).startswith("France changes most")


def test_a_year_that_has_not_begun_has_only_what_is_expected():
    one, found = outlook(sold(), spent(), as_of="2025-12-31")
    rows = outlook_parts.by(found, one.found, one.lines, ("channel", CALENDAR, {}))
    assert rows.so_far.tolist() == [0] and rows.current.tolist() == [1200]
    assert rows.base.tolist() == [1200]
