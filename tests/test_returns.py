"""Returns, on orders small enough to check by hand."""

from datetime import date

import pytest
from conftest import sales_lines, typed

from revwork.analysis.revenue import returns
from revwork.calendar import Calendar
from revwork.findings import Unanswered

JANUARY = Calendar().period("2026-01", date(2026, 3, 31))
ROWS = [
    {"order_id": "a", "net_amount": 60},
    {"order_id": "a", "net_amount": 15},
    {"order_id": "b", "net_amount": 25},
    {"order_id": "c", "net_amount": 50, "order_date": "2026-02-01"},
]


def unbooked(*orders):
    reported = typed("returns", [{"order_id": order} for order in orders])
    return returns.unbooked(sales_lines(ROWS), reported, JANUARY).iloc[0]


def test_an_order_sent_back_counts_once_with_all_its_lines():
    row = unbooked("a", "c")
    assert (row.returned_orders, row.net, row.share) == (1, 75, 0.75)


def test_an_order_unknown_to_the_company_is_worth_nothing_known():
    row = unbooked("zz")
    assert row.returned_orders == 0


def test_without_a_report_there_is_nothing_to_show():
    with pytest.raises(Unanswered, match="book them as credits"):
        unbooked()
