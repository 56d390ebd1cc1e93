"""Availability: how often rivals can deliver what we also sell, beside how often we can."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.periods import between
from revwork.calendar import Period
from revwork.findings import Message, Unanswered

LEVEL = 0.95


def stock(
    competitor_prices: ibis.Table, products: ibis.Table, demand: ibis.Table, period: Period
) -> ibis.Table:
    """Return one row per rival's price of the period whose stock was looked at, with ours that day.

    We have it unless `demand` names a stock-out of the product on the day; unknown where it names
    none at all, ever.

    Columns: date, competitor, product_id, category, theirs, ours (whether they, we have it; ours
    null unknown).
    """
    seen = between(competitor_prices, period, "date")
    seen = seen.filter(seen.in_stock.notnull())
    out = demand.filter((demand.kind == "stock_out") & (demand.value > 0))
    is_recorded = bool(out.count().execute())
    days = out.filter(out.product_id.notnull()).select("product_id", "date").distinct()
    days = days.rename(out_id="product_id", out_on="date")
    joined = seen.left_join(days, [seen.product_id == days.out_id, seen.date == days.out_on])
    named = products.select(named_id="product_id", category="category")
    joined = joined.left_join(named, joined.product_id == named.named_id)
    has = joined.out_id.isnull() if is_recorded else ibis.null("boolean")
    return joined.select(
        "date", "competitor", "product_id", "category", theirs="in_stock", ours=has
    )


def rates(stock: ibis.Table, by: Sequence[str]) -> pd.DataFrame:
    """Return how often rivals and we had what was looked at, and how far we lie apart.

    `stock` is what the function of that name returns; `by` any of competitor, category. Over the
    same products on the same days. The interval (95 %) takes products as independent, not days: a
    product that is out stays out for days (delta method, Student's t).

    Columns: `by`, products, n (looked at), in_stock_rate (theirs), our_in_stock_rate, difference
    (ours less theirs) with low_ and high_; null where ours is not recorded. Empty where
    nobody's stock was looked at.

    Formula: in_stock_rate = times the rival had it ÷ times looked; How often the rival could
    deliver what we sell, too.
    Formula: our_in_stock_rate = times we had it ÷ times looked; How often we could deliver, over
    the same products on the same days.
    """
    theirs, ours = stock.theirs.cast("float64"), stock.ours.cast("float64")
    each = stock.group_by([*by, "product_id"]).agg(
        n=stock.count(), theirs=theirs.sum(), ours=ours.sum()
    )
    gap = each.ours - each.theirs
    rows = each.group_by(list(by)).agg(
        products=each.count(),
        looked=each.n.sum(),
        theirs=each.theirs.sum(),
        ours=each.ours.sum(),
        gap=gap.sum(),
        gap_squares=(gap * gap).sum(),
        gap_looked=(gap * each.n).sum(),
        looked_squares=(each.n * each.n).sum(),
    )
    found = rows.order_by(list(by)).execute()
    return found[list(by)].join(_shares(found))


def known(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `rates`; raises Unanswered where there are none."""
    if rows.empty:
        raise Unanswered(
            "Whether rivals could deliver is not recorded in these days: fill in_stock in "
            "competitor_prices."
        )
    return rows


def reading(rows: pd.DataFrame) -> Message:
    """Name the rival that is out of stock most often."""
    one = rows.loc[rows.in_stock_rate.idxmin()]
    values = {"rival": one.competitor, "theirs": one.in_stock_rate}
    if pd.isna(one.our_in_stock_rate):
        return Message("{rival:text} could deliver {theirs:percent} of the times looked", values)
    return Message(
        "{rival:text} could deliver {theirs:percent} of the times looked, we {ours:percent}",
        values | {"ours": one.our_in_stock_rate},
    )


def _shares(sums: pd.DataFrame) -> pd.DataFrame:
    from scipy.stats import t

    looked, products = sums.looked.astype(float), sums.products.where(sums.products > 1)
    mean = sums.gap.astype(float) / looked
    spread = sums.gap_squares - 2 * mean * sums.gap_looked + mean**2 * sums.looked_squares
    spread = spread.astype(float).clip(lower=0) * products / (products - 1)
    half = t.ppf((1 + LEVEL) / 2, products.astype(float) - 1) * np.sqrt(spread) / looked
    return (
        pd.DataFrame(
            {
                **{"products": sums.products, "n": sums.looked},
                **{"in_stock_rate": sums.theirs / looked, "our_in_stock_rate": sums.ours / looked},
                **{
                    "difference": mean,
                    "low_difference": mean - half,
                    "high_difference": mean + half,
                },
            }
        )
        .astype({"in_stock_rate": float, "our_in_stock_rate": float})
        .round(9)
    )
