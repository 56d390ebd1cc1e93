"""Hiring: whom to hire, when and at which level, so that a target holds, and what it costs."""

from collections.abc import Sequence
from math import ceil

import numpy as np
import pandas as pd

from revwork.calendar import Calendar, Period
from revwork.findings import Message, Unanswered, Word

LEVELS = (Word("junior"), Word("confirmed"), Word("expert"))
GROWN = 0.95  # of a ramped colleague's bookings: from then on somebody counts in full
HALF = 0.5  # of a ramped colleague: a smaller gap is no reason to hire
LONGEST = 36  # months in which a hire should have paid back


def levels(posts: pd.DataFrame, team: str) -> pd.DataFrame:
    """Return what a head of a team costs and is asked for, by level, leavers included.

    Columns: level (junior, confirmed, expert), people, head_cost and head_quota (a year, median;
    null unknown). Raises Unanswered where no level with a cost is known.
    """
    rows = posts[(posts.team == team) & posts.annual_cost.notna() & posts.level.isin(LEVELS)]
    if rows.empty:
        raise Unanswered(
            "What a head of {team:text} costs is not known: add level and annual_cost to people.",
            team=team,
        )
    found = rows.groupby("level").agg(
        people=("person_id", "nunique"),
        head_cost=("annual_cost", "median"),
        head_quota=("annual_quota", "median"),
    )
    return found.reindex([one for one in LEVELS if one in found.index]).reset_index()


def options(levels: pd.DataFrame, seats: int, quota: float | None = None) -> pd.DataFrame:
    """Return how many of each level replace empty seats, or a quota, the cheapest way first.

    Of a team with a quota as many as carry `quota` a year (null: one a seat). Columns: those of
    `levels`, hires, hiring_cost (a year).

    Formula: hiring_cost = hires × cost of a head; What the people hired cost.
    """
    asked = np.nan if quota is None else quota
    carried = (asked / levels.head_quota.where(levels.head_quota > 0)).fillna(seats)
    hires = [max(ceil(round(one, 6)), 1) for one in carried]
    found = levels.assign(hires=hires, hiring_cost=levels.head_cost * hires)
    return found.sort_values("hiring_cost", kind="stable", ignore_index=True)


def payback(recovered: float, cost: float, growth: Sequence[float]) -> int | None:
    """Return after how many months what hires bring has paid what they cost; None beyond 36.

    `recovered` and `cost` are a year's, the first when they are ramped: it grows with `growth`, by
    month from the first; the last holds on.

    Formula: payback_months = months until what the hires brought reaches what they cost; How long
    it takes until hires have paid for themselves.
    """
    curve = np.asarray(growth, float)
    month = np.arange(LONGEST)
    brought = recovered / 12 * np.cumsum(curve[month.clip(max=len(curve) - 1)])
    paid = np.flatnonzero(brought >= cost / 12 * (month + 1))
    return int(paid[0]) + 1 if len(paid) else None


def starts(
    have: pd.DataFrame, goal: float, head: float, growth: Sequence[float], lead: int = 1
) -> pd.DataFrame:
    """Return in which months people should start so that bookings reach a goal a year.

    `have` is what `capacity.capacity` returns, `head` what a ramped hire books a year, `growth`
    the share of it by month since starting. Whoever a month needs starts as many months before as
    it takes to be grown, not before `lead` months from the first; gaps below half a head are left.

    Columns: month, start, goal, capacity (of those on board), hires (who start), with_hires, short
    (what is missing still; 0 where nothing is).

    Formula: short_amount = goal − capacity with hires, where it is not reached; What is missing
    although people were hired.
    """
    curve, monthly, asked = np.asarray(growth, float), head / 12, goal / 12
    grown = int(np.argmax(curve >= GROWN * curve.max()))
    chosen: list[int] = []
    for at, booked in enumerate(have.capacity):
        while monthly > 0 and asked - booked - len(chosen) * monthly > HALF * monthly:
            chosen.append(max(lead, at - grown))
    begun = np.array(chosen, int)
    ages = np.arange(len(have))[:, None] - begun[None, :]
    added = np.where(ages < 0, 0, curve[ages.clip(0, len(curve) - 1)]).sum(axis=1) * monthly
    total = have.capacity.to_numpy() + added
    counted = np.bincount(begun, minlength=len(have))[: len(have)]
    return pd.DataFrame(
        {
            "month": have.month,
            "start": have.start,
            "goal": asked,
            "capacity": have.capacity,
            "hires": counted,
            "with_hires": total,
            "short": np.maximum(asked - total, 0),
        }
    ).round(6)


def plans(
    have: pd.DataFrame,
    goal: float,
    levels: pd.DataFrame,
    productive: Sequence[float],
    lead: int = 1,
) -> pd.DataFrame:
    """Return what reaching a goal takes with people of one level, level by level.

    `productive` is the share of a quota booked in each month since starting. Columns: level, hires,
    first_month and last_month (names; null without hires), hiring_cost (within the months of
    `have`), yearly_cost (once all are there), added_amount (bookings within), short_amount (still
    missing within). Raises Unanswered where no level has a quota.
    """
    known = levels[levels.head_quota > 0]
    if known.empty:
        raise Unanswered("No level has a quota: add annual_quota to people.")
    full = float(np.max(productive))
    growth = np.asarray(productive, float) / (full or 1)
    rows = []
    for one in known.itertuples():
        plan = starts(have, goal, one.head_quota * full, growth, lead)
        months = (plan.hires * (len(plan) - np.arange(len(plan)))).sum()
        begun = plan.month[plan.hires > 0]
        rows.append(
            {
                "level": Word(one.level),
                "hires": int(plan.hires.sum()),
                "first_month": begun.iloc[0] if len(begun) else None,
                "last_month": begun.iloc[-1] if len(begun) else None,
                "hiring_cost": one.head_cost / 12 * months,
                "yearly_cost": one.head_cost * plan.hires.sum(),
                "added_amount": (plan.with_hires - plan.capacity).sum(),
                "short_amount": plan.short.sum(),
            }
        )
    return pd.DataFrame(rows).round(2).sort_values("yearly_cost", kind="stable", ignore_index=True)


def staying(growth: Sequence[float], leaving: float) -> np.ndarray:
    """Return what a hire is expected to bring by month, who leaves with a chance each month."""
    return np.asarray(growth, float) * (1 - leaving) ** np.arange(len(growth))


def ahead(first: Period, calendar: Calendar, months: int = 12) -> list[Period]:
    """Return so many months of the calendar, the one that follows `first` being the first."""
    found = [first]
    while len(found) <= months:
        found.append(calendar.holding(found[-1].end, "month"))
    return found[1:]


def drawn(plan: pd.DataFrame) -> pd.DataFrame:
    """Return a plan as `chart.lines` draws it: start (month), name, value."""
    named = {"goal": Word("Goal"), "capacity": Word("On board"), "with_hires": Word("With hires")}
    parts = [
        pd.DataFrame({"start": plan.start, "name": name, "value": plan[column]})
        for column, name in named.items()
    ]
    return pd.concat(parts, ignore_index=True)


def reading(plan: pd.DataFrame) -> Message:
    """Say what is missing without hires, and how much of it the plan brings."""
    gap = (plan.goal - plan.capacity).clip(lower=0).sum()
    if not gap:
        return Message("The team on board reaches the goal in every month", {})
    return Message(
        "Without hires {gap:money} are missing; with the starts below {left:money} still are, "
        "while newcomers grow",
        {"gap": gap, "left": plan.short.sum()},
    )
