"""Leaks: who gives more discount since when, what it brought, and what it costs."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import breaks
from revwork.analysis.margins import contribution
from revwork.analysis.periods import between, covers, is_within
from revwork.calendar import Calendar, Period
from revwork.findings import Message

FEWEST = 60  # lines of a person, for a change to be looked for
OFTEN, OTHERS = 15, 3  # orders of an owner in both stretches, other owners, to compare
MORE = 0.02  # of the list price: a smaller rise is no finding
_Z95, _YEAR = 1.959964, 365.25
COLUMNS = [
    *["owner", "since_date", "low_since_date", "high_since_date", "before_rate", "after_rate"],
    *["discount_change", "low_discount_change", "high_discount_change", "customers"],
    *["orders_change_rate", "low_orders_change_rate", "high_orders_change_rate"],
    *["break_even_change_rate", "effect", "low", "high"],
]


def leaks(sold: ibis.Table, calendar: Calendar, as_of: date) -> pd.DataFrame:
    """Return the people who give more discount since a week, most money first.

    Weekly means of the discount a line got (`discounts` ÷ list), by owner, over lines without a
    partner; the customer to whom most discount went is left out, so that one account on terms of
    its own is not its seller's habit. A rise beyond chance among all owners and weeks
    (`breaks.of_mean`), of 2 points or more. `sold` is what `list_prices.beside_list` returns.

    The orders since are held against the median of the other owners, both over the same days a year
    before (the year before that day, once a whole one has passed): before and after, not proof.
    The money (contribution margin a year at the run rate of the last three complete months) is
    the rise times what the owner sold at list, less what came back, as if the same orders had
    come without it; its interval (95 %) takes orders as arriving at random.

    Columns: owner, since_date with low_ and high_ (95 %), before_rate, after_rate,
    discount_change with low_ and high_ (points of the list price), customers,
    orders_change_rate with low_ and high_ (null unknown), break_even_change_rate (orders more
    that would pay for it; null unknown), effect, low, high (money; null before three months are
    complete). No row where orders name no owner.
    """
    if "owner" not in sold.columns:
        return pd.DataFrame(columns=COLUMNS)
    lines = _owned(sold).cache()
    weeks = _weeks(lines, as_of)
    found = [
        one
        for owner, rows in weeks.groupby("owner", sort=True)
        if (one := _risen(owner, rows, weeks.owner.nunique()))
    ]
    told = [{**one, **_felt(lines, one, as_of), **_costs(lines, one, calendar, as_of)}
            for one in found]  # fmt: skip
    rows = pd.DataFrame(told).reindex(columns=COLUMNS)
    return rows.sort_values(["effect", "owner"], ignore_index=True)


def reading(rows: pd.DataFrame) -> Message:
    """Say who gives more discount, and since when."""
    first = rows.iloc[0]
    return Message(
        "{owner:text} gives {change:points} more discount since {since:date}",
        {"owner": first.owner, "change": first.discount_change, "since": first.since_date},
    )


def _owned(sold: ibis.Table) -> ibis.Table:
    """Lines at a price that an owner sold without a partner, and each one's discount."""
    kept = sold.filter(sold.owner.notnull() & ~sold.is_return & (sold.listed > 0))
    if "partner_id" in sold.columns:
        kept = kept.filter(kept.partner_id.isnull())
    rate = -kept.discounts.cast("float64") / kept.listed.cast("float64")
    kept = kept.mutate(rate=rate, left=contribution(kept), buyer=kept.customer_id.fill_null(""))
    largest = kept.group_by(["owner", "buyer"]).agg(off=-kept.discounts.sum())
    place = ibis.row_number().over(
        group_by="owner", order_by=[ibis.desc(largest.off), largest.buyer]
    )
    largest = largest.mutate(place=place)
    largest = largest.filter((largest.place == 0) & (largest.buyer != ""))
    largest = largest.select(seller="owner", taker="buyer")
    joined = kept.left_join(largest, [kept.owner == largest.seller, kept.buyer == largest.taker])
    return joined.mutate(apart=joined.taker.notnull()).drop("seller", "taker")


def _weeks(lines: ibis.Table, as_of: date) -> pd.DataFrame:
    """By owner and week the discounts of lines, the largest taker's left out; null-free."""
    usual = lines.filter(~lines.apart)
    usual = usual.mutate(week=usual.order_date.truncate("W"))
    rows = usual.group_by(["owner", "week"]).agg(
        count=usual.count(),
        total=usual.rate.sum(),
        squares=(usual.rate * usual.rate).sum(),
        customers=usual.buyer.nunique(),
    )
    found = rows.order_by("owner", "week").execute()
    many = found.groupby("owner")["count"].transform("sum") >= FEWEST
    return found[many].assign(week=pd.to_datetime(found.week))


def _risen(owner: str, rows: pd.DataFrame, owners: int) -> dict | None:
    """The week since which an owner's mean discount is higher, beyond chance."""
    rows = rows.set_index("week").drop(columns="owner")
    every = pd.date_range(rows.index.min(), rows.index.max(), freq="7D")
    rows = rows.reindex(every, fill_value=0)
    moved = breaks.of_mean(rows["count"], rows.total, rows.squares, series=owners)
    if moved is None:
        return None
    parts = rows.iloc[: moved.at].sum(), rows.iloc[moved.at :].sum()
    (before, wide), (after, wider) = (_mean(part) for part in parts)
    half = _Z95 * np.sqrt(wide + wider)
    if after - before < MORE or after - before - half <= 0:
        return None
    return {
        "owner": owner,
        "since_date": every[moved.at].date(),
        "low_since_date": every[moved.low].date(),
        "high_since_date": every[moved.high].date(),
        "before_rate": before,
        "after_rate": after,
        "discount_change": after - before,
        "low_discount_change": after - before - half,
        "high_discount_change": after - before + half,
    }


def _mean(part: pd.Series) -> tuple[float, float]:
    count = part["count"]
    mean = part.total / count
    return mean, max(part.squares / count - mean**2, 0) / max(count - 1, 1)


def _felt(lines: ibis.Table, one: dict, as_of: date) -> dict:
    """Orders since, of a year at most, over those of the same days before, against other owners."""
    now, past = _stretches(one["since_date"], as_of)
    own = lines.owner == one["owner"]
    buyers = lines.buyer.nunique(where=own & is_within(lines.order_date, now))
    told = {"customers": int(lines.aggregate(n=buyers).execute().n[0])}
    if not all(covers(lines, [past])):
        return told
    counts = lines.group_by("owner").agg(
        now=lines.order_id.nunique(where=is_within(lines.order_date, now)),
        past=lines.order_id.nunique(where=is_within(lines.order_date, past)),
    )
    rows = counts.order_by("owner").execute().set_index("owner")
    rows = rows[(rows.now >= OFTEN) & (rows.past >= OFTEN)]
    others = rows.drop(index=one["owner"], errors="ignore")
    if one["owner"] not in rows.index or len(others) < OTHERS:
        return told
    grew, chance = np.log(rows.now / rows.past), 1 / rows.now + 1 / rows.past
    moved = grew[one["owner"]] - grew[others.index].median()
    spread = max(chance[others.index].mean(), grew[others.index].var(ddof=1))
    half = _Z95 * np.sqrt(chance[one["owner"]] + np.pi / 2 / len(others) * spread)
    ends = {"": moved, "low_": moved - half, "high_": moved + half}
    return told | {f"{name}orders_change_rate": float(np.expm1(end)) for name, end in ends.items()}


def _stretches(since: date, as_of: date) -> tuple[Period, Period]:
    """The days since, of one year at most, and as many before to hold them against."""
    end, year = as_of + timedelta(days=1), timedelta(days=365)
    if end - since < year:
        return Period("since", since, end), Period("before", since - year, end - year)
    return Period("since", end - year, end), Period("before", since - year, since)


def _costs(lines: ibis.Table, one: dict, calendar: Calendar, as_of: date) -> dict:
    """What the rise takes a year, and how many more orders would pay for it."""
    months = calendar.complete_months(as_of, 3)
    if not all(covers(lines, months)):
        return {}
    stretch = Period("run rate", months[0].start, months[-1].end)
    since = Period("since", max(one["since_date"], stretch.start), stretch.end)
    own = between(lines.filter(lines.owner == one["owner"]), since)
    usual = own.filter(~own.apart)
    orders = usual.group_by("order_id").agg(
        listed=usual.listed.sum().cast("float64"),
        left=usual.left.sum().cast("float64"),
        known=usual.listed.sum(where=usual.left.notnull()).cast("float64"),
    )
    sums = orders.aggregate(
        listed=orders.listed.sum(),
        squares=(orders.listed * orders.listed).sum(),
        left=orders.left.sum(),
        known=orders.known.sum(),
    )
    row = sums.execute().iloc[0]
    if not row.listed > 0:
        return {}
    scale, rise = _YEAR / stretch.days, one["discount_change"]
    error = (one["high_discount_change"] - rise) / _Z95
    effect = -rise * row.listed
    half = _Z95 * np.sqrt(rise**2 * row.squares + (error * row.listed) ** 2)
    ends = {"effect": effect, "low": effect - half, "high": effect + half}
    told = {name: round(float(end * scale), 4) for name, end in ends.items()}
    kept = row.left / row.known if row.known > 0 else np.nan
    return told | {"break_even_change_rate": rise / kept if kept > 0 else np.nan}
