"""Churn history: what was known of each customer on days gone by, and who left after them."""

from datetime import date

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.margins import contribution
from revwork.analysis.money import product
from revwork.analysis.subscribed import held

GAP = 0.95  # of the waits between two purchases
FEWEST = 30  # waits before a group has a gap of its own
YEAR, SETTLED = 365, 60  # days that facts look back; days of orders before the first look
TODAY, HELD_OUT, LOOKS = 0.0, 1.0, (0.0, 1.0, 1.5, 2.0, 2.5, 3.0)  # gaps ago
FACTS = ("recency", "patience", "tenure", "orders", "bought_once", "net", "order_value", "lately")
FACTS = (*FACTS, "returned_share", "discount_rate", "ticket_count", "subscribed")


def days(lines: ibis.Table) -> ibis.Table:
    """Return one row per known customer and day with a sale or a credit.

    Columns: customer_id, group (the customer's segment, "" if not recorded), at (day's number),
    orders (0 on a day of credits alone), net, left (contribution before marketing), returned,
    discount, listed (sold before discount): money as floats.
    """
    known = lines.filter(lines.customer_id.notnull())
    sold, off = ~known.is_return, product(known.discount.fill_null(0), known.rate)
    daily = known.mutate(at=known.order_date.epoch_days()).group_by(["customer_id", "at"])
    found = daily.agg(
        segment=known.segment.max(),
        orders=known.order_id.nunique(where=sold),
        **{
            name: amount.fill_null(0).cast("float64")
            for name, amount in {
                "net": known.net.sum(),
                "left": contribution(known).sum(),
                "returned": -known.net.sum(where=known.is_return),
                "discount": off.sum(where=sold),
                "listed": (known.net + off).sum(where=sold),
            }.items()
        },
    )
    group = found.segment.max().over(group_by="customer_id").fill_null("")
    return found.mutate(group=group).drop("segment")


def gaps(days: ibis.Table) -> pd.DataFrame:
    """Return how long customers of each group stay away before they count as gone.

    The 95th percentile of the days between two purchases; that of all groups together for one
    with fewer than 30 of them. Columns: group, gap_days, waits; no row where fewer than 30 are
    known in all.

    Formula: gap_days = 95th percentile of days between two purchases; A customer of the group who
    stays away longer counts as gone.
    """
    bought = days.filter(days.orders > 0)
    before = bought.at.lag().over(group_by="customer_id", order_by="at")
    waits = bought.mutate(wait=bought.at - before)
    told = {"gap": waits.wait.quantile(GAP), "waits": waits.wait.count()}
    every = waits.aggregate(**told).execute().iloc[0]
    rows = waits.group_by("group").agg(**told).order_by("group").execute()
    rows = rows if every.waits >= FEWEST else rows[:0]
    gap = rows.gap.where(rows.waits >= FEWEST, every.gap).clip(lower=1).round().astype(int)
    return pd.DataFrame({"group": rows.group, "gap_days": gap, "waits": rows.waits})


def waits(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return the gaps to read: segment (null: not recorded), gap_days, waits."""
    segment = gaps.group.astype(object).where(gaps.group != "", None)
    return pd.DataFrame({"segment": segment, "gap_days": gaps.gap_days, "waits": gaps.waits})


def history(
    days: ibis.Table, gaps: pd.DataFrame, tickets: ibis.Table, subscriptions: ibis.Table, last: date
) -> pd.DataFrame:
    """Return one row per customer not yet gone and look: its facts then, and what came after.

    A look is that many of the group's gaps before the last day; nothing later is in its facts.
    Left: paying for a contract on the day of the look, for none a gap later; else no purchase
    within the gap.

    Columns: customer_id, group, look, recency and patience (days since the last purchase, as a
    share of the gap and of the customer's own mean wait), tenure (days since the first), orders,
    bought_once, net and order_value (money, of the last 365 days), lately (share of orders in the
    last half gap), returned_share, discount_rate, ticket_count, subscribed, year_margin
    (contribution of the last 365 days), churned (0 or 1; null at look 0, which nobody knows).
    """
    kept = ["customer_id", "group", "look", *FACTS, "year_margin", "churned"]
    if gaps.empty:
        return pd.DataFrame(columns=kept)
    rows = _shaped(_facts(days, _spine(days, gaps, last)))
    looks = ibis.memtable(rows[["customer_id", "look", "day", "until"]])
    for told in (_tickets(tickets, looks), _contracts(subscriptions, looks)):
        rows = rows.merge(told, "left", ["customer_id", "look"])
    counted = ["ticket_count", "subscribed", "subscribed_after"]
    rows = rows.fillna(dict.fromkeys(counted, 0.0))
    gone = np.where(rows.subscribed > 0, rows.subscribed_after == 0, rows.bought_after == 0)
    rows["churned"] = pd.Series(gone, rows.index, float).where(rows.look > TODAY)
    return rows[kept].sort_values(["look", "customer_id"], ignore_index=True)


def _spine(days: ibis.Table, gaps: pd.DataFrame, last: date) -> ibis.Table:
    """Per group and look its day, and the last day of the gap after it."""
    first = days.at.min().execute()
    end = (last - date(1970, 1, 1)).days
    rows = gaps[["group", "gap_days"]].merge(pd.DataFrame({"look": LOOKS}), "cross")
    rows["day"] = end - (rows.look * rows.gap_days).round().astype(int)
    rows["until"] = rows.day + rows.gap_days
    return ibis.memtable(rows[rows.day - SETTLED >= first])


def _facts(days: ibis.Table, spine: ibis.Table) -> pd.DataFrame:
    every = days.join(spine, "group").filter(lambda row: row["at"] <= row.until)
    bought, seen = every.orders > 0, every["at"] <= every.day
    fresh, late = every["at"] > every.day - YEAR, every["at"] > every.day - every.gap_days / 2
    sums = {
        "net": every.net.sum(where=seen & fresh),
        "year_margin": every.left.sum(where=seen & fresh),
        "returned": every.returned.sum(where=seen & fresh),
        "discount": every.discount.sum(where=seen & fresh),
        "listed": every.listed.sum(where=seen & fresh),
        "orders": every.orders.sum(where=seen),
        "orders_fresh": every.orders.sum(where=seen & fresh),
        "orders_late": every.orders.sum(where=seen & late),
        "bought_after": every.orders.sum(where=~seen),
    }
    found = every.group_by(["customer_id", "group", "look", "day", "until", "gap_days"]).agg(
        first_day=every["at"].min(where=bought & seen),
        last_day=every["at"].max(where=bought & seen),
        times=bought.cast("int64").sum(where=seen),
        **{name: value.fill_null(0).cast("float64").round(4) for name, value in sums.items()},
    )
    near = found.filter(found.day - found.last_day <= found.gap_days)
    return near.order_by(["look", "customer_id"]).execute()


def _shaped(rows: pd.DataFrame) -> pd.DataFrame:
    """The facts as shares and waits; one purchase alone has the gap for its wait."""
    away, tenure = rows.day - rows.last_day, rows.day - rows.first_day
    wait = ((rows.last_day - rows.first_day) / (rows.times - 1).where(rows.times > 1)).clip(lower=1)
    return rows.assign(
        recency=away / rows.gap_days,
        patience=away / wait.fillna(rows.gap_days),
        tenure=tenure,
        bought_once=(rows.times == 1).astype(float),
        order_value=(rows.net / rows.orders_fresh.where(rows.orders_fresh > 0)).fillna(0.0),
        lately=rows.orders_late / rows.orders,
        returned_share=(rows.returned / rows.listed.where(rows.listed > 0)).fillna(0.0).clip(0, 1),
        discount_rate=(rows.discount / rows.listed.where(rows.listed > 0)).fillna(0.0).clip(0, 1),
    )


def _tickets(tickets: ibis.Table, looks: ibis.Table) -> pd.DataFrame:
    """Tickets in the year before a look."""
    asked = tickets.select("customer_id", at=tickets.created_on.epoch_days())
    every = looks.inner_join(asked, "customer_id")
    every = every.filter((every["at"] <= every.day) & (every["at"] > every.day - YEAR))
    return every.group_by(["customer_id", "look"]).agg(ticket_count=every.count()).execute()


def _contracts(subscriptions: ibis.Table, looks: ibis.Table) -> pd.DataFrame:
    """Whether a contract was paid on the day of a look, and whether one is a gap later."""
    paid = held(subscriptions)
    terms = paid.select(
        "customer_id", begins=paid.start_date.epoch_days(), ends=paid.end_date.epoch_days()
    )
    every = looks.inner_join(terms, "customer_id")

    def runs(day: ibis.Value) -> ibis.Value:
        on = (every.begins <= day) & (every.ends.isnull() | (every.ends > day))
        return on.cast("int64").max()

    found = every.group_by(["customer_id", "look"]).agg(
        subscribed=runs(every.day), subscribed_after=runs(every.until)
    )
    return found.execute()
