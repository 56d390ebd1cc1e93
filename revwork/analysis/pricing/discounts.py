"""Discount discipline: who gives how much, and whether large orders get more than small ones."""

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.periods import between, in_periods
from revwork.calendar import Comparison, Period
from revwork.findings import Message, Unanswered
from revwork.metrics import ratio

BANDS = 5
_Z95 = 1.959964


def who_gives(sold: ibis.Table, comparison: Comparison, by: str) -> pd.DataFrame:
    """Return the discount given by one dimension, as a share of revenue at list, most first.

    Only sales that somebody made (an owner is named) where `by` is owner. The interval (95 %)
    takes orders as they came (a ratio of two sums, delta method).

    Columns: the dimension, current, base, low, high (shares), list_revenue, discount_amount,
    orders; base null without a comparison or sales there.
    """
    asked = [one for one in (comparison.current, comparison.base) if one]
    rows = in_periods(sold.filter(~sold.is_return & sold[by].notnull()), asked)
    orders = rows.group_by(["period", by, "order_id"]).agg(
        listed=rows.listed.sum().cast("float64"), off=-rows.discounts.sum().cast("float64")
    )
    found = orders.group_by(["period", by]).agg(
        orders=orders.count(),
        **{name: orders[name].sum() for name in ("listed", "off")},
        **{
            f"{a}_{b}": (orders[a] * orders[b]).sum()
            for a, b in (("off", "off"), ("listed", "off"), ("listed", "listed"))
        },
    )
    known = found.filter(found.listed > 0).order_by("period", by).execute()
    rate = known.off / known.listed
    spread = known.off_off - 2 * rate * known.listed_off + rate**2 * known.listed_listed
    half = _Z95 * np.sqrt(spread.clip(lower=0)) / known.listed
    known = known.assign(current=rate, low=rate - half, high=rate + half)
    now = known[known.period == 0].drop(columns="period")
    base = known[known.period == 1].set_index(by).current
    now = now.assign(base=now[by].map(base).astype(float))
    now = now.rename(columns={"listed": "list_revenue", "off": "discount_amount"})
    now = now.sort_values(["current", by], ascending=[False, True], ignore_index=True)
    kept = ["current", "base", "low", "high", "list_revenue", "discount_amount", "orders"]
    return now[[by, *kept]].round(6)


def bands(sold: ibis.Table, period: Period) -> pd.DataFrame:
    """Return the discount by size of the order at list prices, in five bands of as many orders.

    Orders that nobody negotiated (no discount apart from offers) count too.

    Columns: band (1 is the smallest orders), from_amount, to_amount, orders, list_revenue,
    discount_rate, discount_amount, widest_rate (the largest discount of an order). Raises
    Unanswered with fewer than five orders at a price.
    """
    rows = between(sold, period)
    rows = rows.filter(~rows.is_return)
    orders = rows.group_by("order_id").agg(
        listed=rows.listed.sum().cast("float64"), off=-rows.discounts.sum().cast("float64")
    )
    orders = orders.filter(orders.listed > 0)
    place = ibis.ntile(BANDS).over(order_by=[orders.listed, orders.order_id])
    orders = orders.mutate(band=place.cast("int64") + 1, rate=orders.off / orders.listed)
    found = orders.group_by("band").agg(
        from_amount=orders.listed.min(),
        to_amount=orders.listed.max(),
        orders=orders.count(),
        list_revenue=orders.listed.sum(),
        discount_rate=ratio(orders.off.sum(), orders.listed.sum()),
        discount_amount=orders.off.sum(),
        widest_rate=orders.rate.max(),
    )
    told = found.order_by("band").execute().round(6)
    if len(told) < BANDS:
        raise Unanswered("Discount by size of order needs at least five orders in the period.")
    return told


def reading(rows: pd.DataFrame) -> Message:
    """Name who gives most and least discount."""
    top, low = rows.iloc[0], rows.iloc[-1]
    if len(rows) == 1:
        return Message(
            "{top:text} gives {most:percent} off list prices",
            {"top": top.iloc[0], "most": top.current},
        )
    return Message(
        "{top:text} gives {most:percent} off list prices, {low:text} {least:percent}",
        {
            **{"top": top.iloc[0], "most": top.current},
            **{"low": low.iloc[0], "least": low.current},
        },
    )


def by_size(rows: pd.DataFrame) -> Message:
    """Say whether large orders get more discount than small ones."""
    small, large = rows.discount_rate.iloc[0], rows.discount_rate.iloc[-1]
    values = {"small": small, "large": large}
    if large > small:
        return Message(
            "The largest fifth of orders gets {large:percent} off, the smallest {small:percent}",
            values,
        )
    return Message(
        "Discount does not buy size: the largest fifth of orders gets {large:percent} off, "
        "the smallest {small:percent}",
        values,
    )
