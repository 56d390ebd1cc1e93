"""Conversion time: days from the first contact, or the first visit, to the order."""

from datetime import date

import ibis
import pandas as pd

from revwork.analysis.journey import waiting
from revwork.findings import Message, Unanswered


def of_contacts(touchpoints: ibis.Table, orders: ibis.Table, as_of: date) -> pd.DataFrame:
    """Return the share of journeys that have led to an order, by days since the first contact.

    `orders` is what `sales.by_order` returns. A journey without an order may still lead to one.
    Columns: those of `waiting.curve`. Raises Unanswered where no contact led to an order.
    """
    paths = touchpoints.group_by("path_id").agg(
        named=touchpoints.order_id.max(), first=touchpoints.touched_at.min()
    )
    bought = orders.select("order_id", "order_date")
    joined = paths.left_join(bought, paths.named == bought.order_id)
    if not joined.order_date.count().execute():
        raise Unanswered(
            "Time to an order needs contacts that led to one: fill order_id in touchpoints."
        )
    return waiting.curve(_waits(joined, joined["first"], as_of))


def of_visits(sessions: ibis.Table, orders: ibis.Table, as_of: date) -> pd.DataFrame:
    """Return the share of visitors who have ordered, by days since their first visit.

    A visitor is the customer whom sessions name. Columns: those of `waiting.curve`. Raises
    Unanswered where nobody is known before the visit that ends in the order.
    """
    known = sessions.filter(sessions.customer_id.notnull())
    bought = orders.select("order_id", "order_date")
    rows = known.left_join(bought, "order_id")
    people = rows.group_by("customer_id").agg(
        first=rows["date"].min(),
        order_date=rows.order_date.min(),
        visits=rows.count(),
        others=rows.order_id.isnull().cast("int64").sum(),
    )
    if not people.others.sum().execute():
        raise Unanswered(
            "Time from the first visit needs visits without an order whose visitor is known: fill "
            "customer_id in sessions."
        )
    return waiting.curve(_waits(people, people["first"], as_of))


def reading(rows: pd.DataFrame) -> Message:
    """Say what share has ordered on the first day, and by the thirtieth."""
    first, month = waiting.by_day(rows, 0), waiting.by_day(rows, 30)
    if month is None:
        return Message("{first:percent} order on the first day", {"first": first})
    return Message(
        "{first:percent} order on the first day, {month:percent} within 30 days",
        {"first": first, "month": month},
    )


def _waits(rows: ibis.Table, first: ibis.Value, as_of: date) -> ibis.Table:
    end = rows.order_date.coalesce(ibis.date(as_of))
    return rows.select(
        days=end.delta(first, unit="day").cast("int64"), happened=rows.order_date.notnull()
    )
