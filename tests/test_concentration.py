"""Concentration, on shares that are easy to add up."""

from datetime import date

import ibis
import pytest
from conftest import sales_lines
from hypothesis import given, settings
from hypothesis import strategies as st

from revwork.analysis.revenue import concentration
from revwork.calendar import Period
from revwork.findings import Unanswered

YEAR = Period("2026", date(2026, 1, 1), date(2027, 1, 1))


def by_customer(amounts, order_date="2026-01-01"):
    rows = [
        {"customer_id": name, "net_amount": net, "order_date": order_date} for name, net in amounts
    ]
    return concentration.by_customer(sales_lines(rows), YEAR)


def classes(*amounts):
    found = by_customer([(f"c{i:02}", net) for i, net in enumerate(amounts)]).execute()
    return "".join(found.sort_values("customer_id").abc)


def test_customers_come_largest_first_with_their_share_and_what_it_adds_up_to():
    found = by_customer([("a", 30), ("b", 50), ("a", 10), ("c", 10)]).execute()
    assert list(found.customer_id) == ["b", "a", "c"]
    assert list(found.net.astype(float)) == [50, 40, 10]
    assert list(found.share) == pytest.approx([0.5, 0.4, 0.1])
    assert list(found.cumulative_share) == pytest.approx([0.5, 0.9, 1.0])
    assert list(found["rank"]) == [1, 2, 3]


def test_the_one_that_crosses_80_percent_is_still_a():
    assert classes(79, 13, 6, 2) == "AABC"


def test_the_one_after_exactly_80_percent_is_b_and_after_exactly_95_percent_is_c():
    assert classes(80, 15, 5) == "ABC"
    assert classes("0.08", "0.015", "0.005") == "ABC"


def test_one_customer_alone_is_a():
    assert classes(5) == "A"


def test_equal_customers_are_ranked_in_order_of_their_identifier():
    found = by_customer([("b", 5), ("c", 5), ("a", 5)]).execute()
    assert list(found.customer_id) == ["a", "b", "c"]
    assert list(found["rank"]) == [1, 2, 3]


def test_customers_without_positive_revenue_are_listed_but_have_no_share():
    found = by_customer([("a", 9), ("b", -4), ("c", 0), (None, 20)]).execute()
    without = found[found.customer_id != "a"]
    assert len(found) == 4
    assert without[["share", "cumulative_share", "rank", "abc"]].isna().all().all()
    assert found.share.sum() == 1


def test_the_summary_adds_up_to_the_total_with_others_and_unknown_apart():
    row = concentration.summary(by_customer([("a", 9), ("b", -4), ("c", 0), (None, 20)])).iloc[0]
    assert (row["count"], row.net) == (1, 9)
    assert (row.others, row.others_net) == (2, -4)
    assert row.unknown_net == 20


def test_the_measures_of_four_customers_by_hand():
    row = concentration.summary(by_customer([("a", 40), ("b", 30), ("c", 20), ("d", 10)])).iloc[0]
    assert row.hhi == pytest.approx(0.16 + 0.09 + 0.04 + 0.01)
    assert row.gini == pytest.approx(0.25)
    assert (row.top_1_share, row.top_5_share) == pytest.approx((0.4, 1))


def test_equal_customers_have_no_inequality():
    row = concentration.summary(by_customer([(str(i), 7) for i in range(20)])).iloc[0]
    assert (row.gini, row.hhi) == pytest.approx((0, 0.05))
    assert (row.top_1_share, row.top_5_share, row.top_10_share) == pytest.approx((0.05, 0.25, 0.5))


def test_a_customer_whose_lines_have_no_rate_is_an_other_without_amount():
    rows = [
        {"customer_id": "a", "net_amount": 5},
        {"customer_id": "b", "net_amount": 5, "currency": "GBP"},
    ]
    found = concentration.by_customer(sales_lines(rows), YEAR)
    row = concentration.summary(found).iloc[0]
    assert (row["count"], row.others, row.others_net) == (1, 1, 0)


def test_lines_outside_the_period_do_not_count():
    with pytest.raises(Unanswered, match="customer_id"):
        concentration.summary(by_customer([("a", 1)], order_date="2027-01-01"))


def test_no_sales_leave_no_rows():
    assert concentration.by_customer(sales_lines([]), YEAR).execute().empty


@pytest.mark.parametrize("amounts", [[("a", -1)], [(None, 5)]])
def test_concentration_of_nobodys_revenue_is_unanswered(amounts):
    with pytest.raises(Unanswered, match="customer_id"):
        concentration.summary(by_customer(amounts))


def test_products_carry_their_name():
    rows = [{"product_id": p, "net_amount": net} for p, net in (("p", 3), ("q", 7))]
    lines = sales_lines(rows, products=[{"product_id": "p", "product_name": "Mocha"}])
    found = concentration.by_product(lines, YEAR).execute()
    assert list(found.product_id) == ["q", "p"]
    assert found.product_name[1] == "Mocha"
    assert concentration.summary(concentration.by_product(lines, YEAR)).top_1_share[0] == 0.7


amount = st.decimals(-50, 100, places=2)
name = st.sampled_from([None, *"abcdefgh"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(name, amount), min_size=1, max_size=12))
def test_nothing_is_lost_and_measures_stay_in_their_bounds(amounts):
    try:
        row = concentration.summary(by_customer(amounts)).iloc[0]
    except Unanswered:
        return
    total = float(sum(net for _, net in amounts))
    assert row.net + row.others_net + row.unknown_net == pytest.approx(total, abs=0.005)
    assert 1 / row["count"] - 1e-9 <= row.hhi <= 1 + 1e-9
    assert -1e-9 <= row.gini < 1
    assert row.top_1_share <= row.top_5_share <= row.top_10_share <= 1 + 1e-9


@pytest.mark.parametrize("dialect", ["postgres", "databricks"])
@pytest.mark.parametrize("parts", [concentration.by_customer, concentration.by_product])
def test_concentration_compiles_elsewhere(parts, dialect):
    assert ibis.to_sql(parts(sales_lines([{"net_amount": 1}]), YEAR), dialect=dialect)
