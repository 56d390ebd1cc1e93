"""Sales lines, on orders small enough to check by hand."""

import ibis
import pytest
from conftest import sales_lines

from revwork.analysis import sales
from revwork.calendar import Period
from revwork.findings import Unanswered

RATES = [
    {"date": "2026-01-02", "currency": "GBP", "rate": 1.25},
    {"date": "2026-01-09", "currency": "GBP", "rate": 1.5},
]


def test_a_foreign_line_is_worth_its_last_quoted_rate():
    days = ["2026-01-02", "2026-01-08", "2026-01-09", "2026-03-01"]
    rows = [{"order_date": day, "net_amount": 100, "currency": "GBP"} for day in days]
    lines = sales_lines(rows, fx_rates=RATES).order_by("line").execute()
    assert list(lines.net.astype(float)) == [125, 125, 150, 150]


def test_a_line_before_the_first_rate_is_unknown_rather_than_zero():
    lines = sales_lines(
        [{"order_date": "2026-01-01", "net_amount": 9, "currency": "GBP"}], fx_rates=RATES
    )
    assert lines.net.execute().isna().all()


def test_an_order_cancelled_before_shipment_is_no_revenue():
    rows = [{"net_amount": 10, "status": "cancelled"}, {"net_amount": 5, "status": "open"}]
    assert sales_lines([*rows, {"net_amount": 2}]).net.sum().execute() == 7


def test_a_line_keeps_its_own_category_and_borrows_the_products_where_it_has_none():
    rows = [
        {"net_amount": 1, "product_id": "p", "category": "own"},
        {"net_amount": 1, "product_id": "p"},
    ]
    lines = sales_lines(rows, products=[{"product_id": "p", "category": "catalogue"}])
    assert list(lines.order_by("line").category.execute()) == ["own", "catalogue"]


def test_cost_is_the_lines_own_else_quantity_times_unit_cost_else_unknown():
    rows = [
        {"net_amount": 1, "product_id": "p", "quantity": 2, "cost_amount": 3},
        {"net_amount": 1, "product_id": "p", "quantity": 2},
        {"net_amount": 1, "product_id": "x", "quantity": 2},
    ]
    lines = sales_lines(rows, products=[{"product_id": "p", "unit_cost": 4.5}])
    cost = lines.order_by("line").cost.execute()
    assert [float(c) for c in cost[:2]] == [3, 9] and cost.isna()[2]


def test_a_line_of_a_billion_does_not_overflow():
    row = {"net_amount": 1_500_000_000, "quantity": 1_000_000, "product_id": "p"}
    lines = sales_lines([row], products=[{"product_id": "p", "unit_cost": 900}]).execute()
    assert (float(lines.net[0]), float(lines.cost[0])) == (1.5e9, 9e8)


def test_segments_to_choose_from_are_the_largest_of_every_dimension():
    rows = [
        {"net_amount": 9, "region": "North", "channel": "Shop"},
        {"net_amount": 5, "region": "All", "channel": "North"},
        {"net_amount": 1, "region": "South", "channel": None},
    ]
    assert sales.choices(sales_lines(rows), ["region", "channel"], most=4) == {
        "All": {},
        "Shop": {"channel": "Shop"},
        "North (region)": {"region": "North"},
        "North (channel)": {"channel": "North"},
        "All (region)": {"region": "All"},
    }


def test_no_line_is_lost_or_doubled_on_the_way():
    rows = [{"net_amount": n, "customer_id": c} for n, c in ((1, "a"), (2, None), (4, "gone"))]
    lines = sales_lines(rows, customers=[{"customer_id": "a", "region": "North"}])
    assert (lines.count().execute(), lines.net.sum().execute()) == (3, 7)


def test_a_period_holds_its_first_day_and_not_its_end(root):
    days = ["2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01"]
    lines = sales_lines([{"order_date": day, "net_amount": 1} for day in days])
    january = Period("2026-01", *map(_day, ("2026-01-01", "2026-02-01")))
    assert sales.between(lines, january).count().execute() == 2


@pytest.mark.parametrize("dialect", ["postgres", "databricks"])
def test_lines_compile_elsewhere(dialect):
    assert ibis.to_sql(sales_lines([{"net_amount": 1}]), dialect=dialect)


def _day(text):
    from datetime import date

    return date.fromisoformat(text)


def test_one_dimension_alone_offers_its_segments_too():
    lines = sales_lines([{"net_amount": 1, "region": "North"}, {"net_amount": 1}])
    assert list(sales.choices(lines, ["region"], most=3)) == ["All", "North"]


PLACES = [
    {"net_amount": 9, "region": "North", "channel": "Shop"},
    {"net_amount": 5, "region": "South", "channel": "Shop"},
    {"net_amount": 1, "region": None, "channel": "Web"},
]


def test_the_segments_offered_are_those_recorded_largest_first_and_the_unknown_among_them():
    lines = sales_lines(PLACES)
    assert sales.segments(lines, ["region", "channel", "segment"]) == {
        "region": ["North", "South", None],
        "channel": ["Shop", "Web"],
    }


@pytest.mark.parametrize(
    ("wanted", "net"),
    [
        ([], 15),
        (["region=North"], 9),
        (["region=North", "region=South"], 14),
        (["region=South", "channel=Shop"], 5),
        (["region="], 1),
        (["region=North", "region="], 10),
    ],
)
def test_values_of_one_dimension_add_up_and_dimensions_narrow(wanted, net):
    assert sales.part(sales_lines(PLACES), wanted).net.sum().execute() == net


@pytest.mark.parametrize("wanted", [["region=East"], ["region=North", "channel=Web"], ["planet=X"]])
def test_a_part_without_a_sale_is_no_report_of_nothing(wanted):
    with pytest.raises(Unanswered, match=f"No sale of {wanted[0]}"):
        sales.part(sales_lines(PLACES), wanted)


def test_a_table_that_does_not_know_a_dimension_has_no_row_of_its_segments():
    lines = sales_lines(PLACES)
    assert sales.only(lines.drop("channel"), ["channel=Shop"]).count().execute() == 0
    assert sales.only(lines.drop("channel"), []).count().execute() == 3
