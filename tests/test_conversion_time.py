"""Conversion time: from the first contact or visit to the order, the undecided counted so far."""

from datetime import date

import pytest
from conftest import sales_lines, typed
from journeys import named

from revwork.analysis import sales
from revwork.analysis.journey import conversion_time
from revwork.findings import Unanswered

AS_OF = date(2026, 6, 30)


def orders(*days):
    rows = [{"order_id": f"o{n}", "order_date": day, "net_amount": 9} for n, day in enumerate(days)]
    return sales.by_order(sales_lines(rows))


def contacts(*rows):
    told = [{"position": 1, "channel": "Mail", **row} for row in rows]
    return typed("touchpoints", told)


def test_the_days_run_from_the_first_contact_to_the_order(elsewhere):
    rows = [
        {"path_id": "a", "touched_at": "2026-06-01", "order_id": "o0"},
        {"path_id": "a", "touched_at": "2026-06-04", "position": 2, "order_id": "o0"},
        {"path_id": "b", "touched_at": "2026-06-20"},
    ]
    (one,) = conversion_time.of_contacts(contacts(*rows), orders("2026-06-04"), AS_OF).itertuples()
    assert (one.days, one.share, one.waiting) == (3, 0.5, 2)


def test_contacts_that_led_to_no_order_say_what_is_missing():
    row = {"path_id": "a", "touched_at": "2026-06-01", "order_id": "cancelled"}
    for table in (contacts(), contacts(row)):
        with pytest.raises(Unanswered, match="touchpoints"):
            conversion_time.of_contacts(table, orders("2026-06-04"), AS_OF)


def test_the_days_run_from_the_first_visit_of_a_customer(elsewhere):
    rows = (
        *({"customer_id": "a", "date": "2026-06-01"},),
        *({"customer_id": "a", "date": "2026-06-11", "order_id": "o0"}, {"date": "2026-05-01"}),
    )
    (one,) = conversion_time.of_visits(named(*rows), orders("2026-06-11"), AS_OF).itertuples()
    assert (one.days, one.share) == (10, 1)


def test_where_only_buyers_are_known_the_first_visit_tells_nothing():
    rows = {"customer_id": "a", "order_id": "o0"}, {}
    with pytest.raises(Unanswered, match="customer_id"):
        conversion_time.of_visits(named(*rows), orders("2026-06-11"), AS_OF)


def test_the_reading_keeps_to_the_days_that_are_known():
    rows = [
        {"path_id": f"p{n}", "touched_at": "2026-05-01", "order_id": f"o{n}" if n < 30 else None}
        for n in range(60)
    ]
    found = conversion_time.of_contacts(contacts(*rows), orders(*["2026-05-01"] * 30), AS_OF)
    assert conversion_time.reading(found).values == {"first": 0.5, "month": 0.5}
    assert "month" not in conversion_time.reading(found.head(1)).values
