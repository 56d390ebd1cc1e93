"""Visitors: the events of all visits of a person as one way, where the person is known."""

import ibis

from revwork.analysis.journey.funnel import DIMENSIONS
from revwork.findings import Message, Unanswered


def by_visitor(events: ibis.Table, sessions: ibis.Table) -> ibis.Table:
    """Return the events by visitor: unit, place, day, step, device, region, source.

    A visitor is the customer whom sessions name; a visit that names none is a visitor of its own.
    Visits of one day follow each other by their numbers. Device, region and source are those of
    the visitor's first event. Raises Unanswered where no visit names a customer.
    """
    if not sessions.customer_id.count().execute():
        raise Unanswered(
            "A funnel by visitor needs to know who came: fill customer_id in sessions."
        )
    who = sessions.filter(sessions.customer_id.notnull())
    who = who.group_by("session_id").agg(visitor=who.customer_id.max())
    who = who.rename(visit="session_id")
    rows = events.left_join(who, events.session_id == who.visit)
    own = ibis.literal("visit ") + rows.session_id
    rows = rows.mutate(unit=(ibis.literal("customer ") + rows.visitor).coalesce(own))
    order = ibis.window(group_by="unit", order_by=["date", "session_id", "position"])
    rows = rows.mutate(place=ibis.row_number().over(order) + 1)
    first = rows.filter(rows.place == 1).select(*DIMENSIONS, of="unit")
    rows = rows.drop(*DIMENSIONS)
    joined = rows.inner_join(first, rows.unit == first.of)
    return joined.select("unit", "place", "step", *DIMENSIONS, day="date")


def reading(sessions: ibis.Table) -> Message:
    """Say of how many visits the visitor is known: the others are visitors of one visit each."""
    told = sessions.aggregate(part=sessions.customer_id.notnull().cast("float64").mean())
    return Message(
        "{share:percent} of visits have a known visitor; each of the others is one of its own",
        {"share": told.execute().part[0]},
    )
