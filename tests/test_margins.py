"""Margins, on orders and expenses small enough to check by hand."""

from datetime import date
from decimal import Decimal

import pytest
from conftest import sales_lines, typed
from hypothesis import given, settings
from hypothesis import strategies as st

from revwork.analysis import margins
from revwork.calendar import Calendar
from revwork.findings import Unanswered

DECEMBER, JANUARY, FEBRUARY, MARCH = (
    Calendar().period(name, date(2026, 3, 31))
    for name in ("2025-12", "2026-01", "2026-02", "2026-03")
)
ORDER = {"net_amount": 100, "cost_amount": 60, "customer_id": "anna"}
FEES = {"commission": 5, "payment_cost": 2, "shipping_cost": 3}


def spent(kind, amount, day="2026-01-15", **row):
    return {"date": day, "kind": kind, "amount": amount, **row}


def totals(rows, expenses=(), periods=(JANUARY,)):
    return margins.totals(sales_lines(rows), typed("expenses", expenses), list(periods))


def ladder(rows, expenses=(), period=JANUARY):
    return margins.ladder(sales_lines(rows), typed("expenses", expenses), period)


def by(dimension, rows, expenses=()):
    found = margins.by_segment(sales_lines(rows), typed("expenses", expenses), JANUARY, dimension)
    return found.set_index(dimension)


def bars(frame):
    return frame.set_index("bar").value.to_dict()


def test_every_step_from_revenue_to_result():
    row = totals([ORDER | FEES], [spent("marketing", 10), spent("rent", 8)]).iloc[0]
    assert row.gross_margin == 40
    assert row.contribution_margin == 40 - 5 - 2 - 3 - 10
    assert row.operating_result == 12


def test_the_ladder_names_every_cost_and_ends_at_the_result():
    frame = ladder([ORDER | FEES], [spent("marketing", 10), spent("rent", 8)])
    assert bars(frame) == {
        "net_revenue": 100,
        "cost": -60,
        "gross_margin": 40,
        "commission": -5,
        "payment_cost": -2,
        "shipping_cost": -3,
        "marketing": -10,
        "contribution_margin": 20,
        "running": -8,
        "operating_result": 12,
    }


def test_without_expenses_the_ladder_ends_before_marketing():
    assert list(ladder([ORDER | FEES]).bar)[-1] == "margin_after_order_costs"
    assert bars(ladder([ORDER | FEES]))["margin_after_order_costs"] == 30


def test_without_expenses_contribution_and_result_are_unknown_rather_than_gross_margin():
    row = totals([ORDER | FEES]).iloc[0]
    assert row[["marketing", "running", "contribution_margin", "operating_result"]].isna().all()


def test_a_month_without_expenses_between_months_that_have_some_cost_nothing():
    booked = [spent("rent", 8, "2025-12-01"), spent("rent", 8, "2026-02-01")]
    row = totals([ORDER], booked).iloc[0]
    assert (row.marketing, row.running, row.operating_result) == (0, 0, 40)


def test_months_before_and_after_the_expenses_have_an_unknown_result():
    for day in ("2025-12-31", "2026-02-01"):
        row = totals([ORDER], [spent("rent", 8, day)]).iloc[0]
        assert row[["marketing", "running", "contribution_margin"]].isna().all()


def test_without_a_single_cost_the_ladder_says_what_to_map():
    with pytest.raises(Unanswered, match="cost_amount in orders, or unit_cost in products"):
        ladder([{"net_amount": 100}])


def test_without_a_single_cost_margins_are_null_and_revenue_is_not():
    row = totals([{"net_amount": 100}], [spent("rent", 8)]).iloc[0]
    assert row.net_revenue == 100
    assert row[["gross_margin", "contribution_margin", "operating_result"]].isna().all()


def test_revenue_of_lines_without_a_cost_is_taken_out_of_the_gross_margin_and_shown():
    frame = ladder([ORDER, {"net_amount": 50}])
    assert bars(frame) == {
        "net_revenue": 150,
        "cost_not_known": -50,
        "cost": -60,
        "gross_margin": 40,
        "margin_after_order_costs": 40,
    }


def test_a_cost_of_nothing_is_not_a_bar():
    assert list(ladder([ORDER | {"cost_amount": 0}]).kind) == ["total"] * 3


def test_a_refund_of_marketing_raises_the_contribution():
    frame = ladder([ORDER], [spent("marketing", -10)])
    assert (bars(frame)["marketing"], bars(frame)["contribution_margin"]) == (10, 50)


def test_all_expenses_but_marketing_run_the_company():
    kinds = ["people", "rent", "technology", "logistics", "administration", "other"]
    row = totals([ORDER], [spent(kind, 1) for kind in [*kinds, "marketing"]]).iloc[0]
    assert (row.running, row.marketing) == (6, 1)


def test_a_period_holds_its_first_and_last_day_and_not_the_next():
    days = ["2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01"]
    rows = [ORDER | {"order_date": day} for day in days]
    row = totals(rows, [spent("rent", 1, day) for day in days]).iloc[0]
    assert (row.net_revenue, row.running) == (200, 2)


def test_periods_come_back_in_the_order_asked_and_may_overlap():
    rows = [ORDER, ORDER | {"order_date": "2026-02-01", "net_amount": 7}]
    assert list(totals(rows, periods=[FEBRUARY, JANUARY, FEBRUARY]).net_revenue) == [7, 100, 7]


def test_a_covered_month_without_a_sale_earned_nothing_and_still_cost():
    found = totals(
        [ORDER, ORDER | {"order_date": "2026-03-01"}], [spent("rent", 8, "2026-02-01")], [FEBRUARY]
    ).iloc[0]
    assert (found.net_revenue, found.orders, found.operating_result) == (0, 0, -8)
    assert found.isna().order_value


def test_a_month_before_the_first_line_is_null_whatever_it_cost():
    found = totals([ORDER], [spent("rent", 8, "2025-12-01")], [DECEMBER]).iloc[0]
    assert found.drop(["marketing", "running"]).isna().all()


def test_before_the_first_line_there_is_no_ladder_and_costs_are_not_blamed():
    with pytest.raises(Unanswered, match="No sale in 2025-12 or before"):
        ladder([ORDER], period=DECEMBER)


def test_a_company_without_lines_has_no_totals():
    assert totals([], periods=[JANUARY, FEBRUARY]).net_revenue.isna().all()
    with pytest.raises(Unanswered):
        ladder([])


def test_a_credit_note_alone_is_no_order_no_buyer_and_has_no_order_value():
    row = totals([{"net_amount": -30, "cost_amount": -18, "customer_id": "anna"}]).iloc[0]
    assert (row.net_revenue, row.gross_margin, row.orders, row.customers) == (-30, -12, 0, 0)
    assert row.isna().order_value


def test_an_order_of_two_lines_is_one_order_of_one_customer():
    row = totals([ORDER, ORDER, ORDER | {"order_id": "o2"}]).iloc[0]
    assert (row.orders, row.customers, row.order_value) == (2, 1, 150)


def test_order_value_counts_returns_in_revenue_but_not_as_orders():
    back = {"order_id": "c1", "net_amount": -40, "customer_id": "anna"}
    assert totals([ORDER, back]).order_value[0] == 60


def test_an_unknown_customer_is_an_order_and_no_buyer():
    row = totals([{"net_amount": 10}]).iloc[0]
    assert (row.orders, row.customers) == (1, 0)


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(
            *[st.decimals(-999, 999, places=4)] * 2,
            st.none() | st.decimals(0, 99, places=4),
            st.sampled_from(["North", "South", None]),
        ),
        min_size=1,
        max_size=6,
    ),
    st.decimals(-99, 99, places=4),
)
def test_bars_and_segments_add_up_to_the_cent(rows, marketing):
    keys = ("net_amount", "cost_amount", "commission", "region")
    orders = [dict(zip(keys, row, strict=True)) for row in rows]
    expenses = [spent("marketing", marketing, region="North"), spent("rent", Decimal("1.005"))]
    frame = ladder(orders, expenses)
    level = frame.value[0]
    for row in frame.itertuples():
        level = round(level + row.value, 2) if row.kind == "change" else level
        assert row.kind == "change" or level == row.value
    whole = totals(orders, expenses).iloc[0]
    parts = by("region", orders, expenses)
    assert parts.net.sum() == pytest.approx(whole.net_revenue, abs=0.005)
    assert parts.contribution_margin.sum() == pytest.approx(whole.contribution_margin, abs=0.005)
    assert bars(frame)["operating_result"] == pytest.approx(whole.operating_result, abs=0.005001)


SALES = [
    ORDER | FEES | {"region": "North", "channel": "Shop"},
    {"order_id": "o2", "net_amount": 80, "cost_amount": 40, "region": "South"},
    {"order_id": "o3", "net_amount": 10, "cost_amount": 9},
]


def test_marketing_stands_beside_its_segment_and_the_rest_in_a_row_of_its_own():
    expenses = [spent("marketing", 10, region="North"), spent("marketing", 4)]
    found = by("region", SALES, expenses)
    assert list(found.index) == ["South", "North", None, "Not allocated"]
    assert list(found.marketing) == [0, 10, 0, 4]
    assert list(found.contribution_margin) == [40, 20, 1, -4]
    whole = totals(SALES, expenses).iloc[0]
    assert found.contribution_margin.sum() == whole.contribution_margin
    assert (found.net.sum(), found.gross_margin.sum()) == (190, whole.gross_margin)


def test_marketing_for_all_regions_is_not_that_of_sales_without_a_region():
    found = by("region", SALES, [spent("marketing", 4)])
    assert found.marketing.to_dict() == {"North": 0, "South": 0, None: 0, "Not allocated": 4}


def test_marketing_of_a_segment_that_sold_nothing_is_not_lost():
    found = by("region", SALES, [spent("marketing", 4, region="West")])
    assert found.marketing["Not allocated"] == 4


def test_marketing_is_not_allocated_by_a_dimension_that_expenses_do_not_have():
    found = by("category", SALES, [spent("marketing", 4, region="North")])
    assert found.marketing["Not allocated"] == 4


def test_without_expenses_segments_end_before_marketing_too():
    rows = by("region", [ORDER | FEES | {"region": "North"}])
    assert rows.margin_after_order_costs["North"] == 30
    assert not {"marketing", "contribution_margin"} & set(rows.columns)


def test_no_row_is_added_where_all_marketing_has_its_segment():
    found = by("region", SALES, [spent("marketing", 4, region="North"), spent("rent", 9)])
    assert "Not allocated" not in found.index


def test_other_periods_and_running_costs_stay_out_of_segments():
    late = [spent("marketing", 4, "2026-02-01"), spent("rent", 9)]
    assert by("region", SALES, late).marketing.sum() == 0


def test_a_margin_rate_leaves_revenue_without_a_cost_out_and_is_null_where_nothing_is_known():
    rows = [ORDER, {"net_amount": 900}, {"net_amount": 5, "region": "South"}]
    found = by("region", [row | {"region": row.get("region", "North")} for row in rows])
    assert found.margin_rate["North"] == 0.4
    assert found.loc["South"][["gross_margin", "margin_rate"]].isna().all()


def test_a_segment_whose_sales_and_returns_cancel_has_no_margin_rate():
    rows = [ORDER, {"order_id": "c1", "net_amount": -100, "cost_amount": 0}]
    assert by("region", rows).margin_rate.isna().all()


def test_equal_segments_stand_in_order_of_name():
    rows = [ORDER | {"region": name} for name in ("West", "East")]
    assert list(by("region", rows).index) == ["East", "West"]


@pytest.mark.parametrize("rows", [[], [{"net_amount": 5}]])
def test_margins_by_segment_need_a_cost(rows):
    with pytest.raises(Unanswered, match="Margins by region need the cost of goods"):
        by("region", rows)


def test_a_lines_contribution_is_null_without_its_cost_and_an_empty_fee_is_none():
    lines = sales_lines([ORDER | {"commission": 5}, {"net_amount": 50}])
    found = lines.mutate(left=margins.contribution(lines)).order_by("line").left.execute()
    assert float(found[0]) == 35 and found.isna()[1]


def test_a_foreign_expense_is_worth_the_last_rate_of_its_day():
    days = ["2026-01-04", "2026-01-05", "2026-01-11", "2026-01-12"]
    rows = [spent("rent", 100, day, currency="GBP", region="North") for day in days]
    rates = [("2026-01-05", 1.25), ("2026-01-12", 1.5)]
    fx = [{"date": day, "currency": "GBP", "rate": rate} for day, rate in rates]
    booked = margins.booked(typed("expenses", rows), typed("fx_rates", fx), "EUR")
    found = booked.order_by("date").execute()
    assert found.amount.isna()[0]
    assert list(found.amount[1:].astype(float)) == [125, 125, 150]
    assert set(found.currency) == {"EUR"}
    assert booked.schema() == typed("expenses").schema()


def test_an_expense_at_home_stays_as_it_is_with_or_without_rates():
    rows = [spent("rent", 100), spent("rent", 7, currency="EUR")]
    found = margins.booked(typed("expenses", rows), typed("fx_rates"), "EUR").execute()
    assert sorted(found.amount.astype(float)) == [7, 100]


def test_booked_expenses_of_nobody_are_none():
    assert margins.booked(typed("expenses"), typed("fx_rates"), "EUR").count().execute() == 0


def test_what_margins_ask_compiles_elsewhere(elsewhere):
    lines = sales_lines([ORDER])
    expenses = margins.booked(typed("expenses", [spent("marketing", 5)]), typed("fx_rates"), "EUR")
    assert len(margins.ladder(lines, expenses, JANUARY)) == 6
    assert len(margins.by_segment(lines, expenses, JANUARY, "region")) == 2
