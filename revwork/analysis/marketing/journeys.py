"""Journeys: the contacts on the way to an order, and what each journey came to."""

from datetime import date

import ibis
import pandas as pd

from revwork.analysis.periods import between
from revwork.calendar import Period
from revwork.findings import Unanswered, Word

PATIENCE = 30  # days without a contact before a journey without an order counts as lost
GROUPS = 40  # random groups of journeys, from which intervals follow
CONVERTED, LOST, OPEN = Word("Led to an order"), Word("Led to no order"), Word("Still open")
FORMATS = {  # how a table writes `summary`
    **{"journeys": "number", "contacts": "tenths", "median_days": "tenths"},
    "with_several_contacts": "percent",
}
_PRIME = 2_147_483_647


def contacts(
    touchpoints: ibis.Table, orders: ibis.Table, as_of: date, patience: int = PATIENCE
) -> ibis.Table:
    """Return one row per contact of a journey, with what the journey came to.

    `orders` is what `sales.by_order` returns: an order cancelled before shipment is none. A
    contact after the order is not on the way to it. An order that several journeys claim counts
    once, in equal parts. Without an order a journey is lost once `patience` days have passed
    since its last contact; until then it is open, and belongs to neither side.

    Columns: path_id, medium, campaign_id, next_medium and next_campaign (of the next contact),
    place (0 is first), steps (contacts of the journey), before_days (to the journey's end),
    outcome (converted, lost, open), ended (day of the order, else of the last contact),
    conversions, customers (new ones), revenue and margin (contribution before marketing) of the
    whole journey, weight, and part (a number below 40, as by chance).
    """
    ends = _ends(touchpoints, orders, as_of, patience)
    rows = touchpoints.select("path_id", "position", "channel", "campaign_id", "touched_at")
    rows = rows.join(ends, "path_id").filter(lambda t: t.touched_at <= t.ended)
    path = ibis.window(group_by="path_id")
    order = ibis.window(group_by="path_id", order_by="position")
    campaign = rows.campaign_id.coalesce(rows.channel)
    rows = rows.mutate(
        place=ibis.row_number().over(order),
        next_medium=rows.channel.lead().over(order),
        next_campaign=campaign.lead().over(order),
        steps=rows.count().over(path),
        before_days=rows.ended.delta(rows.touched_at, unit="day").cast("int64"),
    )
    return rows.rename(medium="channel").drop("position", "touched_at")


def tell_apart(contacts: ibis.Table, by: str) -> ibis.Table:
    """Return the contacts with `unit`: their medium, or their campaign where one is named.

    And with `to`, the unit of the journey's next contact: null for the last.
    """
    if by == "medium":
        return contacts.mutate(unit=contacts.medium, to=contacts.next_medium)
    named = contacts.campaign_id.coalesce(contacts.medium)
    return contacts.mutate(unit=named, to=contacts.next_campaign)


def summary(contacts: ibis.Table, period: Period) -> pd.DataFrame:
    """Return how the journeys that ended in a period came out, one row an outcome.

    Columns: outcome (converted, lost, open), journeys, share, contacts (a journey),
    median_days (from first contact to the end), with_several_contacts (share).
    Raises Unanswered where no journey ended in the period.
    """
    rows = between(contacts, period, "ended")
    first = rows.filter(rows.place == 0)
    found = first.group_by("outcome").agg(
        journeys=first.count(),
        contacts=first.steps.mean(),
        median_days=first.before_days.median(),
        with_several_contacts=(first.steps > 1).cast("float64").mean(),
    )
    known = found.order_by("outcome").execute()
    if known.empty:
        raise Unanswered(
            "No journey ended in {period:period}: add touchpoints, with order_id where they led "
            "to an order.",
            period=period.name,
        )
    called = {"converted": CONVERTED, "lost": LOST, "open": OPEN}
    known["outcome"] = known.outcome.map(called)
    known.insert(2, "share", known.journeys / known.journeys.sum())
    return known.round({"contacts": 6, "median_days": 6})


def _ends(touchpoints: ibis.Table, orders: ibis.Table, as_of: date, patience: int) -> ibis.Table:
    """One row per journey: how and when it ended, and what it brought."""
    paths = touchpoints.group_by("path_id").agg(
        named=touchpoints.order_id.max(),
        first=touchpoints.touched_at.min(),
        last=touchpoints.touched_at.max(),
    )
    joined = paths.left_join(_sold(orders), paths.named == orders.order_id)
    bought = joined.order_date.notnull() & (joined["first"] <= joined.order_date)
    joined = joined.mutate(order_id=bought.ifelse(joined.order_id, ibis.null("string")))
    number = (ibis.row_number().over(order_by="path_id") + 1) * 48_271 % _PRIME
    claims = joined.count().over(group_by="order_id")
    quiet = ibis.date(as_of).delta(joined["last"], unit="day") >= patience
    is_order = joined.order_id.notnull()
    part = 1 / claims.cast("float64")
    ended = joined.mutate(
        outcome=ibis.cases((is_order, "converted"), (quiet, "lost"), else_="open"),
        ended=is_order.ifelse(joined.order_date, joined["last"]),
        weight=is_order.ifelse(part, 1.0),
        conversions=is_order.ifelse(part, 0.0),
        customers=is_order.ifelse(part * joined.beginning, 0.0),
        revenue=is_order.ifelse(part * joined.net.cast("float64"), 0.0),
        margin=is_order.ifelse(part * joined.contribution.cast("float64"), 0.0),
        part=number * number % _PRIME % GROUPS,  # squares look random, the same everywhere
    )
    return ended.select(
        *("path_id", "outcome", "ended", "weight", "conversions", "customers", "revenue"),
        *("margin", "part"),
    )


def _sold(orders: ibis.Table) -> ibis.Table:
    """Orders with the part of a customer's beginning that each is: 1 for the only one that day."""
    known = orders.customer_id.notnull()
    first = orders.order_date.min().over(group_by="customer_id")
    that_day = orders.count().over(group_by=["customer_id", "order_date"]).cast("float64")
    is_first = known & (orders.order_date == first)
    return orders.mutate(beginning=is_first.ifelse(1 / that_day, 0.0)).select(
        "order_id", "order_date", "net", "contribution", "beginning"
    )
