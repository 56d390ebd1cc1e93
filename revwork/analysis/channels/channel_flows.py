"""Channel flows: in which channel the customers of each channel came back."""

from datetime import timedelta

import ibis
import pandas as pd

from revwork.analysis.periods import between, covers
from revwork.analysis.sales import by_order
from revwork.calendar import Period
from revwork.findings import Message, Unanswered, Word

NO_ORDER = Word("No order")
NO_YEAR = "Who moved between channels needs orders of the year before {since:date}, too."


def flows(lines: ibis.Table, year: Period) -> pd.DataFrame:
    """Return where customers of each channel came back: last order before, first order since.

    Columns: from_channel, to_channel ("No order" where none came), value (share of the customers of
    the channel they come from), n (customers). Raises Unanswered without a year before.
    """
    past = year_before(year)
    if not all(covers(lines, [past])):
        raise Unanswered(NO_YEAR, since=past.start)
    orders = by_order(lines).filter(lambda one: one.customer_id.notnull())
    last = one_each(between(orders, past), last=True).select("customer_id", from_channel="channel")
    now = one_each(between(orders, year)).select(
        came="customer_id", to_channel="channel", again=ibis.literal(True)
    )
    both = last.left_join(now, last.customer_id == now.came)
    rows = both.group_by(["from_channel", "to_channel", "again"]).agg(n=both.count())
    rows = rows.order_by("from_channel", "to_channel").execute()
    if rows.from_channel.notna().sum() == 0:
        raise Unanswered(
            "Who moved between channels needs orders that name their customer and channel."
        )
    rows["to_channel"] = came_to(rows.to_channel, rows.again)
    rows["from_channel"] = rows.from_channel.astype(object).where(rows.from_channel.notna(), None)
    whole = rows.groupby("from_channel", dropna=False).n.transform("sum")
    found = rows.assign(value=rows.n / whole)[["from_channel", "to_channel", "value", "n"]]
    return found.sort_values(
        "to_channel", key=lambda to: to.isin([NO_ORDER]), kind="stable", ignore_index=True
    )


def where_from(rows: pd.DataFrame) -> Message:
    """Say how many of those who came back ordered in another channel than before."""
    back = rows[~rows.to_channel.isin([NO_ORDER])]
    moved = back.n[back.from_channel.fillna("") != back.to_channel.fillna("")].sum()
    if not len(back):
        return Message("Nobody who ordered the year before came back", {})
    return Message(
        "{share:percent} of those who came back did so in another channel",
        {"share": moved / back.n.sum()},
    )


def year_before(year: Period) -> Period:
    """Return as many days as the year has, up to its start."""
    return Period("before", year.start - timedelta(days=year.days), year.start)


def one_each(orders: ibis.Table, last: bool = False) -> ibis.Table:
    """Return the first order of each customer, or the last."""
    order = [orders.order_date, orders.order_id]
    order = [ibis.desc(key) for key in order] if last else order
    place = ibis.row_number().over(group_by="customer_id", order_by=order)
    return orders.mutate(place=place).filter(lambda one: one.place == 0).drop("place")


def came_to(channel: pd.Series, again: pd.Series) -> pd.Series:
    """Return where they came back: a channel, null where it is not recorded, or no order at all."""
    names = channel.astype(object).where(channel.notna(), None)
    return names.where(again.notna(), NO_ORDER)
