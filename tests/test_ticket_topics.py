"""Ticket topics, on tickets one can count."""

from datetime import date

import pytest
from conftest import typed

from revwork.analysis.reputation import ticket_topics

SINCE, LAST = date(2026, 1, 1), date(2026, 3, 31)


def asked(counts):
    """Tickets from (topic, region, day) → how many."""
    rows = [
        {"ticket_id": f"t{topic}{region}{day}{n}", "topic": topic, "region": region}
        | {"created_on": day, "status": "open"}
        for (topic, region, day), many in counts.items()
        for n in range(many)
    ]
    return typed("tickets", rows)


THERE = {
    ("Delivery", "N", "2025-06-01"): 10,
    ("Billing", "N", "2025-06-01"): 30,
    ("Delivery", "N", "2026-02-01"): 30,
    ("Billing", "N", "2026-02-01"): 10,
    ("Billing", "S", "2026-02-01"): 90,
}


def rose(counts, where, since=SINCE):
    return ticket_topics.rose(asked(counts), where, since, LAST)


def test_the_topic_that_rose_is_told_with_its_share_before_and_since(elsewhere):
    (one,) = rose(THERE, {"region": "N"}).itertuples()
    assert (one.topic, one.tickets) == ("Delivery", 30)
    assert (one.before_share, one.since_share) == (0.25, 0.75)


def test_a_category_is_looked_at_by_its_region():
    assert rose(THERE, {"region": "N", "category": "Beans"}).topic.tolist() == ["Delivery"]


def test_what_chance_does_is_no_rise():
    even = {**THERE, ("Delivery", "N", "2026-02-01"): 11, ("Billing", "N", "2026-02-01"): 29}
    assert rose(even, {"region": "N"}).empty


def test_the_first_and_the_last_day_count_and_a_day_beyond_does_not():
    edge = {("A", "N", "2025-06-01"): 5, ("B", "N", "2025-06-01"): 15}
    inside = {("A", "N", "2026-01-01"): 10, ("A", "N", "2026-03-31"): 10}
    beyond = {("A", "N", "2026-04-01"): 50, ("A", "N", "2024-12-31"): 50}
    (one,) = rose({**edge, **inside, **beyond}, {"region": "N"}).itertuples()
    assert (one.tickets, one.before_share) == (20, 0.25)


@pytest.mark.parametrize("counts", [{}, {(None, "N", "2026-02-01"): 9}])
def test_tickets_that_are_about_nothing_tell_nothing(counts):
    found = rose(counts, {"region": "N"})
    assert found.empty and [*found] == ["topic", "tickets", "before_share", "since_share"]
    assert rose(THERE, {"product_id": "p"}).empty
