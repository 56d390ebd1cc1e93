"""RFM: how lately, how often and for how much a customer bought, and what to call that."""

from datetime import date, timedelta
from typing import NamedTuple

import ibis
import pandas as pd

from revwork.findings import Message, Unanswered, Word

ANY, PARTS = (1, 5), 5


class Segment(NamedTuple):
    """A name for a block of cells: scores of recency, frequency and money, from and to."""

    name: str
    r: tuple[int, int]
    f: tuple[int, int]
    m: tuple[int, int]
    next_step: str


SEGMENTS = (  # every one of the 125 cells is in one
    Segment("Best customers", (4, 5), (4, 5), (4, 5), "Thank them, ask them to recommend us"),
    Segment("Faithful, small baskets", (4, 5), (4, 5), (1, 3), "Offer what goes with their order"),
    Segment("Growing", (4, 5), (2, 3), ANY, "Bring them to the next order soon"),
    Segment("New or back again", (4, 5), (1, 1), ANY, "Welcome them, propose a second order"),
    Segment("Cooling", (3, 3), (3, 5), ANY, "Ask what they need before they are gone"),
    Segment("Occasional", (3, 3), (1, 2), ANY, "Remind them at the season they bought in"),
    Segment("Good customers going", (2, 2), (3, 5), ANY, "Call the largest, write to the others"),
    Segment("Good customers lost", (1, 1), (3, 5), ANY, "One personal offer, then let go"),
    Segment("Large orders, gone", (1, 2), (1, 2), (4, 5), "Ask why there was no next order"),
    Segment("Gone", (1, 2), (1, 2), (1, 3), "Spend nothing on them"),
)


def scores(days: ibis.Table, as_of: date, window: int = 730) -> ibis.Table:
    """Return one row per customer who bought in the `window` days to `as_of`, scored 1 to 5 (best).

    `days` is what `purchases.by_day` returns. A score is the fifth of customers a value falls in:
    equal values have equal scores, the lowest of their place, so who bought once scores 1 in
    frequency however many they are. Who last bought before the window is in no fifth.
    Columns: customer_id, recency_days (since the last purchase), frequency (days with a purchase),
    net_revenue (returns taken off), r, f, m (null where the money is not known), segment (a name
    of `SEGMENTS`, null where m is).

    Formula: recency_days = last day of the data − day of the last purchase; How long ago a
    customer bought.
    Formula: frequency = days with a purchase; Orders of one day count once.
    """
    after = ibis.date(as_of - timedelta(days=window))
    rows = days.filter((days.day <= ibis.date(as_of)) & (days.day > after))
    people = rows.group_by("customer_id").agg(
        last=rows.day.max(where=rows.is_purchase),
        frequency=rows.is_purchase.cast("int64").sum(),
        net_revenue=rows.net.sum().cast("float64").round(2),
    )
    people = people.filter(people.frequency > 0)
    people = people.mutate(recency_days=ibis.date(as_of).delta(people["last"], unit="day"))
    known = people.net_revenue.notnull()
    scored = people.mutate(
        r=_fifth(-people.recency_days),
        f=_fifth(people.frequency),
        m=known.ifelse(_fifth(people.net_revenue, group_by=known), None),
    ).drop("last")
    return scored.mutate(segment=_segment(scored))


def summary(scored: ibis.Table) -> pd.DataFrame:
    """Return one row per segment in the order of `SEGMENTS`, those without customers too.

    Columns: segment, customers, share, net_revenue (of the window), revenue_share, recency_days,
    frequency (means), order_value. Parts add up to the whole; customers whose
    money is not known are a row of their own. Raises Unanswered where nobody bought.
    """
    rows = scored.group_by("segment").agg(
        customers=scored.count(),
        net_revenue=scored.net_revenue.sum().round(2),
        recency_days=scored.recency_days.mean().round(6),
        frequency=scored.frequency.mean().round(6),
        purchases=scored.frequency.sum(),
    )
    found = rows.execute()
    if found.empty:
        raise Unanswered("No order names its customer: fill customer_id in orders.")
    order = {one.name: place for place, one in enumerate(SEGMENTS)}
    missing = pd.DataFrame({"segment": [name for name in order if name not in {*found.segment}]})
    found = pd.concat([found, missing]).sort_values(
        "segment", key=lambda names: names.map(order), ignore_index=True
    )
    counted = ["customers", "net_revenue", "purchases"]
    found[counted] = found[counted].fillna(0)
    found["segment"] = found.segment.map(lambda name: Word(name) if name in order else None)
    return found.assign(
        customers=found.customers.astype(int),
        share=found.customers / found.customers.sum(),
        revenue_share=found.net_revenue / (found.net_revenue.sum() or float("nan")),
        order_value=found.net_revenue / found.purchases.where(found.purchases > 0),
    ).drop(columns="purchases")


def cells() -> pd.DataFrame:
    """Return what each segment's name stands for: segment, r, f, m (scores), next_step."""
    return pd.DataFrame(
        {
            "segment": [Word(one.name) for one in SEGMENTS],
            **{name: [_said(getattr(one, name)) for one in SEGMENTS] for name in "rfm"},
            "next_step": [Word(one.next_step) for one in SEGMENTS],
        }
    )


def a_year_before(days: ibis.Table, as_of: date) -> ibis.Table:
    """Return `scores` as they were 365 days before `as_of`."""
    return scores(days, as_of - timedelta(days=365))


def moved(scored: ibis.Table, earlier: ibis.Table) -> pd.DataFrame:
    """Return which share of customers each segment has beside what it had: two of `scores`.

    Columns: segment, current, base (share of customers; null where nobody had bought yet), low,
    high (null).
    """
    now = summary(scored)
    if not earlier.count().execute():
        nothing = dict.fromkeys(["base", "low", "high"], float("nan"))
        return pd.DataFrame({"segment": now.segment, "current": now.share, **nothing})
    before = summary(earlier)
    columns = {"segment": now.segment, "current": now.share}
    base = now.segment.astype(str).map(before.set_index(before.segment.astype(str)).share)
    return pd.DataFrame({**columns, "base": base, "low": float("nan"), "high": float("nan")})


def grid(scored: ibis.Table) -> pd.DataFrame:
    """Return one row per recency and frequency score: value (mean money of a customer) and n."""
    rows = scored.group_by(recency_score=scored.r, frequency_score=scored.f)
    found = rows.agg(value=scored.net_revenue.mean().round(6), n=scored.count()).execute()
    return found.sort_values(["recency_score", "frequency_score"], ignore_index=True)


def reading(rows: pd.DataFrame) -> Message:
    """Name the segment that holds the most money, and how few customers that is."""
    top = rows.loc[rows.net_revenue.idxmax()]
    return Message(
        "{segment:text}: {share:percent} of customers, {money:percent} of their net revenue",
        {"segment": top.segment, "share": top.share, "money": top.revenue_share},
    )


def shift(rows: pd.DataFrame) -> Message:
    """Name the segment whose number of customers moved most; the largest with nothing before."""
    if rows.base.isna().all():
        top = rows.loc[rows.current.idxmax()]
        told = {"segment": top.segment, "now": top.current}
        return Message("{segment:text}: {now:percent} of customers", told)
    top = rows.loc[(rows.current - rows.base).abs().idxmax()]
    return Message(
        "{segment:text} moved most: {now:percent} of customers, {base:percent} a year before",
        {"segment": top.segment, "now": top.current, "base": top.base},
    )


def value(rows: pd.DataFrame) -> Message:
    """Say what a customer of the best cell brought."""
    top = rows.loc[rows.value.idxmax()]
    return Message(
        "Recency {r:number}, frequency {f:number}: {value:money} a customer",
        {"r": top.recency_score, "f": top.frequency_score, "value": top.value},
    )


def _fifth(value: ibis.Value, **among: ibis.Value) -> ibis.Value:
    """The fifth, 1 to 5, of a value among customers; equal values are in the same one."""
    below = ibis.percent_rank().over(order_by=value, **among)
    return ibis.least((below * PARTS).floor().cast("int64") + 1, PARTS)


def _segment(scored: ibis.Table) -> ibis.Value:
    cases = [
        (
            scored.r.between(*one.r) & scored.f.between(*one.f) & scored.m.between(*one.m),
            ibis.literal(one.name),
        )
        for one in SEGMENTS
    ]
    return ibis.cases(*cases, else_=None)


def _said(scores: tuple[int, int]) -> str:
    low, high = scores
    return str(low) if low == high else f"{low}–{high}"
