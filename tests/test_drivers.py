"""Driver trees, on orders small enough to check by hand."""

from datetime import date
from types import SimpleNamespace

import ibis
import pytest
from conftest import sales_lines, typed
from hypothesis import given, settings
from hypothesis import strategies as st
from test_bridge import as_lines, line

from revwork.analysis.revenue.drivers import _sums, _with_sessions, buyers, visits
from revwork.calendar import Period
from revwork.findings import Unanswered

YEARS = SimpleNamespace(
    base=Period("2025", date(2025, 1, 1), date(2026, 1, 1)),
    current=Period("2026", date(2026, 1, 1), date(2027, 1, 1)),
)


def order(number, net, customer=None, **row):
    year = 2026 if number.startswith("n") else 2025
    row = {"order_id": number, "net_amount": net, "customer_id": customer} | row
    return {"order_date": f"{year}-06-15", **row}


def session(number, order_id=None, day=None):
    year = 2026 if number.startswith("n") else 2025
    return {"session_id": number, "date": day or f"{year}-06-15", "order_id": order_id}


def read(frame, column="effect"):
    return frame.set_index("leaf")[column].to_dict()


ORDERS = [
    order("b1", 100, "anna"),
    order("b2", 100, "ben"),
    order("n1", 100, "anna"),
    order("n2", 100, "anna"),
    order("n3", 100, "ben"),
    order("n4", 100, "ben"),
]
SHOP = [session(f"b{n}", f"b{n}" if n < 3 else None) for n in range(1, 5)] + [
    session(f"n{n}", f"n{n}" if n < 5 else None) for n in range(1, 9)
]


def test_when_only_frequency_moved_it_is_the_whole_change():
    frame = buyers(sales_lines(ORDERS), YEARS)
    assert read(frame)["orders_per_customer"] == 200
    assert frame.effect.sum() == 200
    assert read(frame, "base")["orders_per_customer"] == 1
    assert read(frame, "current")["orders_per_customer"] == 2


def test_three_drivers_that_doubled_share_the_change_equally():
    rows = [order("b1", 30, "anna")]
    rows += [order(f"n{n}", 60, customer) for n, customer in enumerate(["a", "a", "b", "b"])]
    effects = read(buyers(sales_lines(rows), YEARS))
    assert [
        effects[leaf] for leaf in ("customers", "orders_per_customer", "value_per_known_order")
    ] == [70] * 3


def test_sales_without_a_known_customer_and_returns_stand_beside_the_drivers():
    rows = [*ORDERS, order("n9", 40), order("b9", 15), order("n8", -30, "anna", quantity=-1)]
    frame = buyers(sales_lines(rows), YEARS)
    assert read(frame)["unknown_customers"] == 25
    assert read(frame)["returns"] == -30
    assert read(frame)["orders_per_customer"] == 200
    assert read(frame, "current")["value_per_known_order"] == 100


def test_a_credit_note_makes_neither_a_customer_nor_an_order():
    frame = buyers(sales_lines([*ORDERS, order("n8", -30, "carla")]), YEARS)
    assert read(frame, "current")["customers"] == 2


def test_an_order_of_many_lines_is_one_order():
    rows = [*ORDERS, order("n4", 50, "ben"), order("n4", 50, "ben")]
    frame = buyers(sales_lines(rows), YEARS)
    assert read(frame, "current")["orders_per_customer"] == 2
    assert read(frame, "current")["value_per_known_order"] == 125


def test_a_rate_that_moved_belongs_to_finance_not_to_the_product_team():
    rates = [
        {"date": "2025-01-01", "currency": "GBP", "rate": 1},
        {"date": "2026-01-01", "currency": "GBP", "rate": 1.2},
    ]
    rows = [row | {"currency": "GBP"} for row in ORDERS]
    frame = buyers(sales_lines(rows, fx_rates=rates), YEARS)
    assert (read(frame)["fx"], read(frame)["value_per_known_order"]) == (80, 0)
    assert read(frame, "department")["fx"] == "finance"


def test_every_leaf_has_a_team_a_parent_and_a_unit():
    for frame in (buyers(sales_lines(ORDERS), YEARS), shop(ORDERS, SHOP)):
        assert frame[["parent", "department", "unit"]].notna().all(axis=None)
        assert set(frame.unit) == {"count", "rate", "money"}


def test_no_known_customer_or_no_base_is_said():
    with pytest.raises(Unanswered, match="known customer"):
        buyers(sales_lines([order("b1", 10), order("n1", 10, "anna")]), YEARS)
    with pytest.raises(Unanswered, match="nothing to compare"):
        buyers(sales_lines(ORDERS), SimpleNamespace(base=None, current=YEARS.current))


def test_customers_who_got_everything_free_have_no_order_value():
    with pytest.raises(Unanswered, match="worth nothing"):
        buyers(sales_lines([order("b1", 0, "anna"), order("n1", 10, "anna")]), YEARS)


def shop(rows, sessions):
    return visits(sales_lines(rows), typed("sessions", sessions), YEARS)


def test_when_only_visits_moved_they_are_the_whole_change():
    frame = shop(ORDERS, SHOP)
    assert read(frame)["sessions"] == 200
    assert read(frame, "base")["conversion"] == read(frame, "current")["conversion"] == 0.5


def test_two_sessions_that_name_one_order_count_twice_and_its_revenue_once():
    frame = shop(ORDERS, [*SHOP, session("n9", "n1"), session("n10", "n1")])
    assert read(frame, "current")["sessions"] == 10
    assert read(frame, "current")["conversion"] == 0.4
    assert read(frame, "current")["value_per_web_order"] == 100
    assert frame.effect.sum() == 200


def test_an_order_no_session_ended_in_is_outside_the_web_shop():
    frame = shop([*ORDERS, order("n9", 70, "till")], SHOP)
    assert (read(frame)["other_orders"], read(frame)["sessions"]) == (70, 200)


def test_an_order_whose_session_began_before_midnight_is_still_the_shops():
    sessions = [row | ({"date": "2025-12-31"} if row["order_id"] == "n1" else {}) for row in SHOP]
    frame = shop(ORDERS, sessions)
    assert read(frame)["other_orders"] == 0
    assert read(frame, "base")["sessions"] == 5


def test_without_sessions_or_their_orders_the_question_is_not_answered():
    with pytest.raises(Unanswered, match="no session"):
        shop(ORDERS, [])
    with pytest.raises(Unanswered, match="no order that a session ended in"):
        shop(ORDERS, [session("b1"), session("n1", "n1")])


def test_a_cancelled_order_is_no_conversion():
    rows = [*ORDERS[:-1], order("n4", 100, "ben", status="cancelled")]
    assert read(shop(rows, SHOP), "current")["conversion"] == 3 / 8


@pytest.mark.parametrize("dialect", ["postgres", "databricks"])
def test_the_drivers_compile_elsewhere(dialect):
    inside = _with_sessions(sales_lines(ORDERS), typed("sessions", SHOP))
    assert ibis.to_sql(_sums(inside, YEARS), dialect=dialect)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(line, min_size=1, max_size=25),
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["anna", "ben", None]))),
)
def test_the_leaves_add_up_to_the_cent_whatever_was_sold(rows, buyers_of):
    anna = {"product_id": "A", "quantity": 1, "currency": "EUR", "drift": "1", "net_local": 1}
    years = [date(2025, 3, 1), date(2026, 3, 1)]
    rows = rows + [rows[0] | anna | {"order_date": day} for day in years]
    names = buyers_of[: len(rows) - 2]
    names = names + [("z", "anna")] * (len(rows) - len(names))
    lines = with_buyers(rows, names)
    nets = lines.execute()
    now = nets.order_date.astype(str).str.startswith("2026")
    totals = [round(float(sum(nets.net[side])), 2) for side in (now, ~now)]
    sessions = [session(year, name) for name in "az" for year in (f"b{name}", f"n{name}")]
    for frame in (
        buyers(lines, YEARS),
        visits(lines, typed("sessions", sessions), YEARS),
    ):
        assert round(frame.effect.sum(), 2) == round(totals[0] - totals[1], 2)


def with_buyers(rows, names):
    """Lines with an order and a customer each."""
    lines = as_lines([dict(row) for row in rows]).to_pyarrow()
    orders = [f"{name}" for name, _ in names]
    lines = lines.append_column("order_id", [orders])
    return ibis.memtable(lines.append_column("customer_id", [[customer for _, customer in names]]))
