"""Measures: any metric by any dimension, unknown where nothing tells it."""

from datetime import date
from math import isnan

import pytest
from conftest import sales_lines, typed

from revwork.analysis import margins
from revwork.analysis.explore import measures
from revwork.calendar import Calendar
from revwork.findings import Unanswered

MARCH = Calendar().period("2026-03", date(2026, 12, 31))
OTHERS = [Calendar().period(f"2026-0{n}", date(2026, 12, 31)) for n in (1, 2)]
ROWS = [
    {"order_id": "old", "order_date": "2026-01-01", "net_amount": 7, "customer_id": "anna"},
    {
        "order_id": "a",
        "region": "North",
        "net_amount": 100,
        "cost_amount": 60,
        "customer_id": "anna",
    },
    {"order_id": "a", "region": "North", "net_amount": 20, "customer_id": "anna"},
    {"order_id": "e", "region": "North", "net_amount": 30, "customer_id": "anna"},
    {"order_id": "b", "region": "South", "net_amount": 30, "cost_amount": 30, "customer_id": "ben"},
    {"order_id": "c", "region": None, "net_amount": 10, "cost_amount": 5, "customer_id": "ben"},
    {"order_id": "d", "region": "South", "net_amount": -10, "cost_amount": 0, "customer_id": "cy"},
]


def known(rows=ROWS):
    rows = [{"order_date": "2026-03-05", **row} for row in rows]
    return measures.named(measures.of_sales(sales_lines(rows)))


def told(metric, by=(), only=(), period=MARCH, rows=ROWS):
    found = known(rows)[metric].told(period, by, only)
    return dict(zip(found[by[0]], found.value, strict=True)) if by else found.value.iloc[0]


def test_what_is_sold_is_told_by_dimension_with_what_is_not_recorded_in_a_row_of_its_own():
    assert told("net_revenue", ["region"]) == {"North": 150, "South": 20, None: 10}
    assert told("net_revenue") == 180


def test_a_total_is_asked_for_and_not_made_of_its_parts():
    parts = told("order_value", ["region"])
    assert parts == {"North": 75, "South": 20, None: 10}
    assert told("order_value") == 45 and sum(parts.values()) / 3 == 35
    customers = told("customers", ["region"])
    assert (sum(customers.values()), told("customers")) == (3, 2)


def test_a_margin_is_of_the_sales_whose_cost_is_known():
    assert told("margin_rate", only=["region=North"]) == 0.4
    assert told("margin_rate", only=["region=South"]) == round((0 - 10) / 20, 9)


def test_a_ratio_over_nothing_is_unknown_and_a_sum_of_nothing_is_nothing():
    april = Calendar().period("2026-04", date(2026, 12, 31))
    assert isnan(told("order_value", period=april))
    assert told("net_revenue", period=april) == 0
    assert isnan(told("order_value", only=["region=West"]))


def test_a_part_that_only_sent_back_has_no_order_value():
    rows = [*ROWS[:1], ROWS[-1]]
    (value,) = told("order_value", ["region"], rows=rows).values()
    assert isnan(value)


def test_a_dimension_that_no_row_tells_is_said_to_be_none():
    for by in (["category"], ["moon"]):
        with pytest.raises(Unanswered, match="is not recorded by"):
            known()["order_value"].told(MARCH, by, [])
    with pytest.raises(Unanswered, match="is not recorded by"):
        known()["order_value"].told(MARCH, [], ["moon=full"])


def test_a_period_before_the_data_is_unknown_rather_than_nothing():
    early = Calendar().period("2025-11", date(2026, 12, 31))
    assert known()["net_revenue"].told(early, [], []).empty


def test_totals_of_several_periods_at_once_are_those_of_each_alone():
    for metric in known():
        ahead, alone = known()[metric], known()[metric]
        ahead.ahead([*OTHERS, MARCH], [])
        for period in (*OTHERS, MARCH):
            one, other = (each.told(period, [], []).value for each in (ahead, alone))
            assert one.equals(other), (metric, period.name)


def test_a_customer_is_new_with_the_first_order_that_is_known():
    rows = [{"order_date": "2026-03-05", **row} for row in ROWS]
    new = measures.of_buyers(sales_lines(rows))
    assert new.told(MARCH, [], []).value.tolist() == [1]
    assert new.told(OTHERS[0], [], []).value.tolist() == [1]


def test_the_operating_result_belongs_to_the_whole_company():
    rows = [{"order_date": "2026-03-05", **row} for row in ROWS]
    rent = [{"date": f"2026-0{n}-01", "kind": "rent", "amount": 8} for n in (1, 3)]
    expenses = margins.booked(typed("expenses", rent), typed("fx_rates"), "EUR")
    _, result = measures.of_result(sales_lines(rows), expenses)
    assert result.told(MARCH, [], []).value.tolist() == [35 - 8]
    for by, only in ((["region"], []), ([], ["region=North"])):
        with pytest.raises(Unanswered, match="is not recorded by"):
            result.told(MARCH, by, only)


def test_a_name_that_is_none_is_told_the_nearest():
    assert measures.first(["region", "channel"], "channel") == ["channel", "region"]
    with pytest.raises(Unanswered, match="order_valu is not known here; did you mean order_value"):
        measures.one(known(), "order_valu")


def test_every_metric_that_metrics_defines_can_be_explored(root):
    from revwork.report import glossary

    defined = {one.name for one in glossary.defined((root / "revwork/metrics.py").read_text())}
    expenses = margins.booked(typed("expenses"), typed("fx_rates"), "EUR")
    result = measures.of_result(sales_lines(ROWS), expenses)
    offered = {*known(), *(one.metric for one in result)}
    assert defined <= offered and all(map(glossary.definition, offered))


def test_what_it_asks_compiles_elsewhere(elsewhere):
    assert told("order_value", ["region"])["North"] == 75
