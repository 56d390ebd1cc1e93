"""Niches: segments whose orders multiply in one region, since when, and what that brings."""

from collections.abc import Sequence
from datetime import date
from math import sqrt

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import breaks, worth
from revwork.analysis.market import gradual
from revwork.analysis.periods import covers, in_periods
from revwork.analysis.segments import of_segment
from revwork.calendar import Calendar, Period
from revwork.findings import Impact, Message, Unanswered

MONTHS, FEWEST = 36, 18  # complete months looked at, and that are needed
NOW = 6  # months that tell what orders are now
MULTIPLIES = 1.75  # a niche has at least so many times the orders
SURE, LEVEL = 0.99, 0.95  # by customers: to call a niche; of the interval printed
_COLUMNS = (
    *("segment", "region", "since_date", "low_since_date", "high_since_date"),
    *("before_orders", "now_orders", "buyers"),
    *("orders_multiple", "low_orders_multiple", "high_orders_multiple"),
)


def niches(orders: ibis.Table, calendar: Calendar, as_of: date) -> pd.DataFrame:
    """Return where a segment's orders in a region multiply against that segment elsewhere.

    `orders` is what `sales.by_order` returns. Of the last 36 complete months: the region's share
    of the segment's orders is another (`breaks`, corrected for all pairs), has grown to at least
    1.75 times as many orders, and that beyond what customers who order often do by chance: its 99 %
    interval, customers taken as independent, leaves 1 out, and the 95 % interval still does
    without the customer who orders most there. Held against the segment in other regions, so
    season and what befalls the segment everywhere are not in it.

    Columns: segment, region, since_date (first day of the month in which growth begins) with
    low_since_date and high_since_date (95 %), before_orders and now_orders (a month: before that
    day, and in the last 6), buyers (in the last 6), orders_multiple (of what they would be, had
    they gone like the segment elsewhere) with low_ and high_ (95 %). The largest first. Empty
    before 18 months.

    Formula: orders_multiple = orders now ÷ orders before, over the same ratio of the segment in
    other regions; How many times the orders that there would be.
    """
    months = _months(orders, calendar, as_of)
    if len(months) < FEWEST:
        return pd.DataFrame(columns=_COLUMNS)
    counts = _counts(orders, months)
    found = [_niche(orders, cell, counts, months) for cell in counts.index if None not in cell]
    rows = pd.DataFrame([one for one in found if one], columns=_COLUMNS)
    order = ["now_orders", "segment", "region"]
    return rows.sort_values(order, ascending=[False, True, True], ignore_index=True)


def brings(
    niche: tuple, lines: ibis.Table, calendar: Calendar, as_of: date, currency: str
) -> Impact:
    """Return what a niche brings a year that would not be there, had it gone as elsewhere.

    The contribution margin before marketing of the last three complete months (net revenue where
    no cost is known), for a year, times the part of the orders that the growth has added. The
    interval holds the multiple's own and orders arriving at random.
    """
    segment = {"segment": niche.segment, "region": niche.region}
    basis, yearly = worth.run_rate(lines, calendar, as_of, segment)
    months = calendar.complete_months(as_of, 3)
    quarter = Period("quarter", months[0].start, months[-1].end)
    chance = worth.gap(of_segment(lines, segment), quarter, 0.0, basis, currency).high
    value, *ends = (
        yearly * (1 - 1 / times)
        for times in (niche.orders_multiple, niche.low_orders_multiple, niche.high_orders_multiple)
    )
    added = chance * (1 - 1 / niche.orders_multiple)
    low, high = (value + sign * sqrt((end - value) ** 2 + added**2)
                 for sign, end in zip((-1, 1), sorted(ends), strict=True))  # fmt: skip
    return Impact(round(value, 2), round(low, 2), round(high, 2), currency, basis)


def reading(rows: pd.DataFrame) -> Message:
    """Name the largest niche, or say that there is none."""
    if rows.empty:
        return Message("No segment multiplies its orders in one region beyond chance", {})
    one = rows.iloc[0]
    return Message(
        "{segment:text} in {region:text} has {times:multiple} the orders it would have",
        {"segment": one.segment, "region": one.region, "times": one.orders_multiple},
    )


def known(rows: pd.DataFrame, orders: ibis.Table) -> pd.DataFrame:
    """Return the niches; Unanswered where orders tell no segment or region to look for them."""
    told = orders.aggregate(segment=orders.segment.count(), region=orders.region.count()).execute()
    if not told.iloc[0].all():
        raise Unanswered("Niches need a segment and a region: fill them in customers or orders.")
    return rows


def _months(orders: ibis.Table, calendar: Calendar, as_of: date) -> list[Period]:
    months = calendar.complete_months(as_of, MONTHS)
    return [one for one, has in zip(months, covers(orders, months), strict=True) if has]


def _counts(orders: ibis.Table, months: Sequence[Period]) -> pd.DataFrame:
    """Orders by segment and region (rows) and month (columns); what is not recorded is None."""
    rows = in_periods(orders, months)
    keys = ["segment", "region", "period"]
    found = rows.group_by(keys).agg(orders=rows.count()).order_by(keys).execute()
    found = found.astype({"segment": object, "region": object})
    wide = found.set_index(keys).orders.unstack("period", fill_value=0)
    wide.index = pd.MultiIndex.from_tuples(
        [tuple(None if pd.isna(name) else name for name in cell) for cell in wide.index],
        names=keys[:2],
    )
    return wide.reindex(columns=range(len(months)), fill_value=0)


def _niche(
    orders: ibis.Table, cell: tuple[str, str], counts: pd.DataFrame, months: list[Period]
) -> dict | None:
    """The niche of a segment and region; None where its share has not grown enough to be one."""
    part = counts.loc[[cell]].to_numpy(float)[0]
    whole = counts[[one[0] == cell[0] for one in counts.index]].to_numpy(float).sum(0)
    found = breaks.of_share(part, whole, len(counts))
    if found is None or not _grown(part, whole, found.at):
        return None
    at, low, high = gradual.start(part, whole)
    at = min(max(at, breaks.BEFORE), len(months) - NOW)
    stretches = [Period("before", months[0].start, months[at - 1].end),
                 Period("now", months[-NOW].start, months[-1].end)]  # fmt: skip
    moved = _moved(orders, cell, stretches)
    if moved is None:
        return None
    return {
        **dict(zip(("segment", "region"), cell, strict=True)),
        **{"since_date": months[at].start, "low_since_date": months[low].start},
        **{"high_since_date": months[min(high, len(months) - 1)].start},
        **{"before_orders": part[:at].mean(), "now_orders": part[-NOW:].mean()},
        **moved,
    }


def _grown(part: np.ndarray, whole: np.ndarray, at: int) -> bool:
    return part[at:].sum() * whole[:at].sum() > part[:at].sum() * whole[at:].sum()


def _moved(orders: ibis.Table, cell: tuple[str, str], stretches: list[Period]) -> dict | None:
    """How many times the orders a cell has, with its interval over customers; None if unsure."""
    inside, others, most = _customers(orders, cell, stretches)
    change, variance = _change(inside, others)
    without, variance_without = _change(inside - most, others)
    sure = change - _normal(SURE) * sqrt(variance) > 0
    stands = without - _normal(LEVEL) * sqrt(variance_without) > 0
    if not (sure and stands and change >= np.log(MULTIPLIES)):
        return None
    half = _normal(LEVEL) * sqrt(variance)
    return {
        "buyers": int(inside.buyers),
        "orders_multiple": float(np.exp(change)),
        "low_orders_multiple": float(np.exp(change - half)),
        "high_orders_multiple": float(np.exp(change + half)),
    }


def _customers(
    orders: ibis.Table, cell: tuple[str, str], stretches: list[Period]
) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Sums over customers, in the cell and elsewhere, and of the one who orders most in it.

    b and a are a customer's orders before and now; one not known is a customer for each order.
    """
    sold = in_periods(orders.filter(orders.segment == cell[0]), stretches)
    sold = sold.mutate(
        buyer=sold.customer_id.coalesce(sold.order_id),
        inside=(sold.region == cell[1]).fill_null(False),
    )
    buyer = sold.group_by(["inside", "buyer"]).agg(
        b=(sold.period == 0).cast("int64").sum(), a=(sold.period == 1).cast("int64").sum()
    )
    sums = {"a": buyer.a, "b": buyer.b, "aa": buyer.a * buyer.a, "ab": buyer.a * buyer.b}
    sums |= {"bb": buyer.b * buyer.b, "buyers": (buyer.a > 0).cast("int64")}
    found = buyer.group_by("inside").agg(**{name: one.sum() for name, one in sums.items()})
    found = found.execute().set_index("inside").astype(float)
    found = found.reindex([True, False], fill_value=0.0)
    top = buyer.filter(buyer.inside).order_by([ibis.desc("a"), ibis.desc("b"), "buyer"]).limit(1)
    a, b = top.execute()[["a", "b"]].iloc[0].astype(float)
    most = pd.Series({"a": a, "b": b, "aa": a * a, "ab": a * b, "bb": b * b, "buyers": 1.0})
    return found.loc[True], found.loc[False], most


def _change(inside: pd.Series, others: pd.Series) -> tuple[float, float]:
    """The logarithm of how orders grew inside over elsewhere, and its variance over customers.

    Where nothing was ordered on a side, half an order was.
    """
    (grew, one), (elsewhere, other) = map(_grew, (inside, others))
    return grew - elsewhere, one + other


def _grew(sums: pd.Series) -> tuple[float, float]:
    a, b = max(sums.a, 0.5), max(sums.b, 0.5)
    spread = sums.aa / a**2 - 2 * sums["ab"] / (a * b) + sums.bb / b**2
    return float(np.log(a / b)), float(max(spread, 1 / a + 1 / b if spread <= 0 else spread))


def _normal(level: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf((1 + level) / 2))
