"""Capacity: what the team on board can book in the months ahead, and what hires would add."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.sales_flow.posts import grown, share_of
from revwork.analysis.sales_flow.ramp import MONTH, Ramp
from revwork.calendar import Period
from revwork.findings import Unanswered

WATCHED = 3 * 365  # days back in which leavers are counted
SLOWEST = 36  # months of productivity that are told apart


def attrition(posts: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return how often people leave, by team, over the last three years.

    A move to another position is no leaving. Columns: team, head_months, leavers, leaving_rate (a
    month), low_leaving_rate, high_leaving_rate (95 %, exact Poisson), yearly_rate.
    """
    from scipy.stats import chi2

    last = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    first = last - pd.Timedelta(days=WATCHED)
    days = (posts.end.clip(upper=last) - posts.start.clip(lower=first)).dt.days.clip(lower=0)
    final = posts.end == posts.groupby("person_id").end.transform("max")
    left = final & (posts.end >= first) & (posts.end < last)
    rows = pd.DataFrame({"team": posts.team, "head_months": days / MONTH, "leavers": left})
    found = rows.groupby("team").sum().reset_index()
    found = found[found.head_months > 0].reset_index(drop=True)
    low = chi2.ppf(0.025, 2 * found.leavers.where(found.leavers > 0)) / 2
    high = chi2.ppf(0.975, 2 * found.leavers + 2) / 2
    return found.assign(
        leaving_rate=found.leavers / found.head_months,
        low_leaving_rate=np.nan_to_num(low) / found.head_months,
        high_leaving_rate=high / found.head_months,
        yearly_rate=1 - (1 - (found.leavers / found.head_months).clip(upper=1)) ** 12,
    )


def growth(ramp: Ramp, signed: Sequence[float], handed: float = 0.0) -> np.ndarray:
    """Return the share of a ramped colleague's bookings in each month since starting, from 0.

    The ramp × the share of won deals signed so soon after they were created (`signed_within`): who
    starts without deals books none before the first could be signed. Of deals handed over, the
    share `handed`, there is no waiting.
    """
    waiting = handed + (1 - handed) * np.asarray(signed, float)
    return ramp.at(np.arange(len(waiting)) + 0.5) * waiting


def capacity(
    posts: pd.DataFrame,
    months: Sequence[Period],
    productive: Sequence[float],
    leaving: float = 0.0,
) -> pd.DataFrame:
    """Return what positions with a quota can book, month by month, if nobody else is hired.

    `productive` is the share of a quota booked in each month since they began, from 0: attainment
    × growth; the last holds on. The chance to leave, `leaving` a month, counts from the first
    month on for all with no end date; those to start count from their day.
    Columns: month (its name), start, heads (expected), quota (of these heads), capacity.

    Formula: capacity = Σ quota ÷ 12 × productivity × chance still to be there; What the people on
    board, and those signed to start, can book.
    """
    rows = posts[posts.annual_quota.notna()]
    open_ended = (rows.end > pd.Timestamp(months[-1].end)).to_numpy()
    found = []
    for ahead, month in enumerate(months):
        held = share_of(rows, month) * np.where(open_ended, (1 - leaving) ** ahead, 1)
        monthly = rows.annual_quota.to_numpy() / 12 * held
        booked = monthly * grown(rows, month, productive)
        found.append((month.name, month.start, held.sum(), monthly.sum(), booked.sum()))
    return pd.DataFrame(found, columns=["month", "start", "heads", "quota", "capacity"]).round(6)


def signed_within(deals: ibis.Table, as_of: date) -> np.ndarray:
    """Return the share of won deals signed within so many and a half months of their creation.

    Of deals won in the last two years, by month from 0. Raises Unanswered where none is.
    """
    first = as_of - timedelta(days=730)
    won = deals.filter(
        (deals.outcome == "won")
        & (deals.closed_on > ibis.date(first))
        & (deals.closed_on <= ibis.date(as_of))
    )
    days = won.mutate(days=won.closed_on.delta(won.created_on, unit="day"))
    counted = days.group_by("days").agg(count=days.count()).order_by("days").execute()
    if counted.empty:
        raise Unanswered("No deal was won in the two years to {day:date}.", day=as_of)
    most = (np.arange(SLOWEST) + 0.5) * MONTH
    within = [counted["count"][counted.days <= end].sum() for end in most]
    return np.array(within) / counted["count"].sum()


def handed_over(deals: ibis.Table, people: ibis.Table, as_of: date) -> float:
    """Return the share of newcomers' deals, closed in their first three months, begun before them.

    0 where they closed none: who starts with no deal closes none so soon.
    """
    began = people.group_by("person_id").agg(start=people.start_date.min())
    over = deals.filter((deals.outcome != "open") & (deals.closed_on <= ibis.date(as_of)))
    theirs = over.inner_join(began, over.owner == began.person_id)
    since = theirs.closed_on.delta(theirs.start, unit="day")
    theirs = theirs.filter((since >= 0) & (since < round(3 * MONTH)))
    older = (theirs.created_on < theirs.start).cast("float64").mean()
    share = theirs.aggregate(share=older).execute().share[0]
    return 0.0 if pd.isna(share) else float(share)
