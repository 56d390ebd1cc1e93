"""Service load: tickets and orders per head, how answers slow down with it, and heads needed."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.periods import in_periods
from revwork.analysis.sales_flow.posts import answer, share_of
from revwork.calendar import Period
from revwork.findings import Message, Unanswered

LEAST = 12  # months of regions from which slowing is told
HALF = 0.5  # of a head: a smaller gap is none
SLOWER = 1.25  # × the usual hours: from then on answers are slower


@dataclass(frozen=True)
class Slowing:
    """How many times as long a first answer takes when tickets a head double, with its 95 % ends.

    `months` of regions tell it.
    """

    times: float
    low: float
    high: float
    months: int


def team(tickets: ibis.Table, posts: pd.DataFrame) -> pd.DataFrame:
    """Return the positions of those who answer tickets: every team with an agent among them.

    Raises Unanswered where no agent is one of the people.
    """
    teams = posts.team[answer(posts, tickets)].unique()
    if not len(teams):
        raise Unanswered(
            "Who answers tickets is not known: add agent to tickets, as people name it."
        )
    return posts[posts.team.isin(teams)]


def load(
    tickets: ibis.Table, lines: ibis.Table, posts: pd.DataFrame, months: Sequence[Period]
) -> pd.DataFrame:
    """Return tickets and orders a head by region and month, from the first that has tickets.

    `posts` are those of the `team`. Columns: region, month, tickets, orders, heads (held days ÷
    days), tickets_per_head, orders_per_head (null without a head), hours (median to the first
    answer; null unknown).

    Formula: tickets_per_head = tickets ÷ people there; How much each has to answer in a month.
    """
    asked = _asked(tickets, months)
    sold = in_periods(lines.filter(~lines.is_return), months)
    sold = sold.group_by(["region", "period"]).agg(orders=sold.order_id.nunique())
    heads = [_heads(posts, month, at) for at, month in enumerate(months)]
    keys = ["region", "period"]
    parts = [one.order_by(keys).execute().fillna({"region": ""}) for one in (asked, sold)]
    rows = pd.concat(heads).merge(parts[0], "outer", keys).merge(parts[1], "left", keys)
    rows = rows[rows.period >= parts[0].period.min()]  # what came in before is not known
    rows["month"] = [months[int(at)].start for at in rows.period]
    counts = ["tickets", "orders", "heads"]
    rows[counts] = rows[counts].fillna(0)
    there = rows.heads.where(rows.heads > 0)
    rows = rows.assign(tickets_per_head=rows.tickets / there, orders_per_head=rows.orders / there)
    rows["region"] = rows.region.replace("", None)
    names = ["region", "month", "tickets", "orders", "heads", "tickets_per_head"]
    rows = rows.sort_values(keys, ignore_index=True)
    return rows[[*names, "orders_per_head", "hours"]].round(6)


def first_answers(tickets: ibis.Table, months: Sequence[Period]) -> pd.DataFrame:
    """Return how long first answers took by region and month: region, month, hours (median)."""
    rows = _asked(tickets, months).order_by(["region", "period"]).execute()
    return rows.assign(month=[months[int(at)].start for at in rows.period])[
        ["region", "month", "hours"]
    ]


def slowing(rows: pd.DataFrame) -> Slowing:
    """Return how first answers slow down with tickets a head, month by month within each region.

    A straight line between logarithms, each region's own mean taken off; months are taken as
    independent. Raises Unanswered with fewer than 12 months of regions.
    """
    from scipy.stats import linregress, t

    known = rows[(rows.tickets_per_head > 0) & (rows.hours > 0)]
    logs = np.log(known[["tickets_per_head", "hours"]].astype(float))
    logs -= logs.groupby(known.region.fillna("")).transform("mean")
    free = len(known) - known.region.nunique(dropna=False) - 1
    if len(known) < LEAST or free < 1 or not logs.tickets_per_head.any():
        raise Unanswered(
            "How answers slow down with load needs first_response_hours in tickets over "
            "{least:number} months of regions: {known:number} are known.",
            **{"least": LEAST, "known": len(known)},
        )
    fit = linregress(logs.tickets_per_head, logs.hours)
    error = fit.stderr * np.sqrt((len(known) - 2) / free)
    half = t.ppf(0.975, free) * error
    ends = (fit.slope, fit.slope - half, fit.slope + half)
    return Slowing(*(round(float(2**one), 6) for one in ends), months=len(known))


def heads_needed(rows: pd.DataFrame, months: int = 3) -> pd.DataFrame:
    """Return by region the heads with which its last months' tickets a head would be as usual.

    Usual is the median of all months of `rows`, in the region itself: how hard its tickets are
    differs. Columns: region, tickets_a_month, heads (in the last month), tickets_per_head,
    usual_per_head, hours and usual_hours (to the first answer, median), heads_needed, to_hire (0
    where there are enough, or answers take less than 1.25 × as long as usual; half a head is
    rounded).

    Formula: heads_needed = tickets a month ÷ usual tickets a head; With how many people tickets a
    head would be as usual.
    """
    names = {"usual_per_head": ("tickets_per_head", "median"), "usual_hours": ("hours", "median")}
    usual = rows.groupby("region", dropna=False).agg(**names)
    recent = rows[rows.month.isin(sorted(rows.month.unique())[-months:])]
    found = recent.groupby("region", dropna=False).agg(
        tickets_a_month=("tickets", "mean"),
        heads=("heads", "last"),
        tickets_per_head=("tickets_per_head", "mean"),
        hours=("hours", "median"),
    )
    found = found.join(usual)
    needed = (found.tickets_a_month / found.usual_per_head).round(6)
    found["heads_needed"] = np.floor(needed + HALF)
    missing = found.heads_needed - np.floor(found.heads + HALF)
    missing = missing.where(~(found.hours < SLOWER * found.usual_hours), 0)
    found["to_hire"] = missing.clip(lower=0).fillna(0).astype(int)
    return found.reset_index().sort_values(["to_hire", "region"], ascending=[False, True])


def drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the hours to the first answer as `chart.multiples` draws them: region, start, value,
    base (the region's usual)."""
    known = rows.assign(start=rows.month, value=rows.hours)
    base = known.groupby("region", dropna=False).hours.transform("median")
    return known.assign(base=base)[["region", "start", "value", "base"]]


def reading(found: pd.DataFrame) -> Message:
    """Say which region lacks most people to answer, or that none does."""
    top = found.iloc[0]
    if not top.to_hire:
        return Message("No region has both more tickets a head than usual and slower answers", {})
    return Message(
        "{region:text}: {tickets:number} tickets a head and month, usually {usual:number}; "
        "people missing: {hires:number}",
        {
            **{"region": top.region, "hires": top.to_hire},
            **{"tickets": top.tickets_per_head, "usual": top.usual_per_head},
        },
    )


def slowed(found: Slowing) -> Message:
    """Say how answers slow down with load, if they clearly do."""
    if found.low <= 1:
        return Message("Answers take no clearly longer in months with more tickets a head", {})
    return Message(
        "When tickets a head double, a first answer takes {times:multiple} as long "
        "(95 %: {low:multiple} to {high:multiple})",
        {"times": found.times, "low": found.low, "high": found.high},
    )


def _asked(tickets: ibis.Table, months: Sequence[Period]) -> ibis.Table:
    rows = in_periods(tickets, months, "created_on")
    return rows.group_by(["region", "period"]).agg(
        tickets=rows.count(), hours=rows.first_response_hours.median()
    )


def _heads(posts: pd.DataFrame, month: Period, at: int) -> pd.DataFrame:
    held = posts.assign(heads=share_of(posts, month), region=posts.region.fillna(""))
    return held.groupby("region").heads.sum().reset_index().assign(period=at)
