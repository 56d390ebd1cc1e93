"""Sales lines, on orders small enough to check by hand."""

from datetime import date
from itertools import pairwise

import ibis
import pytest
from conftest import sales_lines, typed

from revwork.analysis import sales
from revwork.calendar import Period

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


def test_no_line_is_lost_or_doubled_on_the_way():
    rows = [{"net_amount": n, "customer_id": c} for n, c in ((1, "a"), (2, None), (4, "gone"))]
    lines = sales_lines(rows, customers=[{"customer_id": "a", "region": "North"}])
    assert (lines.count().execute(), lines.net.sum().execute()) == (3, 7)


@pytest.mark.parametrize("dialect", ["postgres", "databricks"])
def test_lines_compile_elsewhere(dialect):
    assert ibis.to_sql(sales_lines([{"net_amount": 1}]), dialect=dialect)


def test_a_row_keeps_its_own_region_and_borrows_its_customers_where_it_has_none():
    customers = typed("customers", [{"customer_id": "a", "region": "North", "segment": "Hotels"}])
    rows = [
        {"opportunity_id": str(n), "customer_id": c, "region": r}
        for n, (c, r) in enumerate([("a", "South"), ("a", None), ("gone", None), (None, "East")])
    ]
    found = sales.with_customer(typed("opportunities", rows), customers)
    found = found.order_by("opportunity_id").execute()
    assert [*found.region.fillna("")] == ["South", "North", "", "East"]
    assert [*found.segment.fillna("")] == ["Hotels", "Hotels", "", ""]


def test_a_table_without_region_takes_its_customers():
    customers = typed("customers", [{"customer_id": "a", "region": "North"}])
    rows = typed("subscriptions", [{"subscription_id": "s", "customer_id": "a"}])
    assert [*sales.with_customer(rows, customers).region.execute()] == ["North"]


def test_an_order_is_its_lines_with_what_came_back_under_its_number():
    rows = [
        {"order_id": "o", "order_date": "2026-01-03", "net_amount": 10, "cost_amount": 4},
        {"order_id": "o", "order_date": "2026-01-09", "net_amount": -2, "cost_amount": -1},
        {"order_id": "credit", "order_date": "2026-01-01", "net_amount": -5},
        {"order_id": "p", "order_date": "2026-01-05", "net_amount": 7, "customer_id": "c"},
    ]
    found = sales.by_order(sales_lines(rows)).order_by("order_id").execute()
    assert [*found.order_id] == ["o", "p"] and [*found.net.astype(float)] == [8, 7]
    assert float(found.contribution[0]) == 5 and found.contribution.isna()[1]
    assert [str(day)[:10] for day in found.order_date] == ["2026-01-03", "2026-01-05"]


def test_a_customers_first_order_is_their_earliest_and_the_unknown_have_none():
    rows = [
        {"order_id": n, "order_date": f"2026-01-0{n}", "net_amount": 1, "customer_id": c}
        for n, c in (("3", "a"), ("2", "a"), ("1", None))
    ]
    found = sales.first_orders(sales.by_order(sales_lines(rows))).execute()
    assert [(c, str(day)[:10]) for c, day in found.itertuples(index=False)] == [("a", "2026-01-02")]


def test_new_customers_are_counted_where_the_data_reach_and_somebody_is_named(elsewhere):
    rows = [
        {"order_id": n, "order_date": day, "net_amount": 1, "customer_id": c}
        for n, c, day in (
            ("1", "a", "2026-01-01"),
            ("2", "a", "2026-02-01"),
            ("3", "b", "2026-02-28"),
            ("4", None, "2026-03-01"),
        )
    ]
    days = [date(2025, 12, 1), *(date(2026, month, 1) for month in (1, 2, 3, 4, 5))]
    months = [Period(f"{one:%Y-%m}", one, after) for one, after in pairwise(days)]
    found = sales.new_customers(sales.by_order(sales_lines(rows)), months)
    assert found.fillna(-1).tolist() == [-1, 1, 1, -1, 0]
    assert sales.new_customers(sales.by_order(sales_lines([])), months[:1]).isna().all()
