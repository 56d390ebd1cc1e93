"""Seats: which teams lost people who were not replaced, and what volume went with them."""

from collections.abc import Mapping
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.periods import covers, in_periods
from revwork.analysis.sales_flow.posts import answer, there
from revwork.analysis.worth import run_rate
from revwork.calendar import Calendar, Period

WAITING = 60  # days that a seat may stay empty before it counts as not filled
EARLY = 60  # days before a leaver's last that a successor may start
REMEMBERED = 730  # days after which an empty seat is how the team is
SETTLED = 90  # days of orders before a loss is estimated
YEAR = timedelta(days=365)
_Z95 = 1.959964
_MEDIAN = np.pi / 2  # variance of a median over that of a mean


def seats(posts: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return how many people each team has in each region, and which seats stay empty.

    Who starts in the same team and region from 60 days before a leaver's last fills the seat
    (first out, first filled); one still empty after 60 days counts, for two years. `posts` is what
    `posts.posts` returns, known as of the day.

    Columns: team, region, heads, to_start (signed, not yet there), empty_seats, since (first day of
    the first that is; null without), empty_quota (a year; null unknown), fill_days (median days a
    seat was empty before it was filled).
    """
    rows = [
        {"team": team, "region": region, **_of_team(part, as_of)}
        for (team, region), part in posts.groupby(["team", "region"], dropna=False)
    ]
    names = [
        "team",
        "region",
        "heads",
        "to_start",
        "empty_seats",
        "since",
        "empty_quota",
        "fill_days",
    ]
    return pd.DataFrame(rows, columns=names)


def serving(posts: pd.DataFrame, tickets: ibis.Table) -> pd.DataFrame:
    """Return the positions of teams that serve: some of theirs have a quota, or answer tickets."""
    serves = posts.annual_quota.notna() | answer(posts, tickets)
    return posts[posts.team.isin(posts.team[serves].unique())]


def served(lines: ibis.Table, posts: pd.DataFrame, team: str) -> ibis.Table | None:
    """Return the order lines that a team serves: those its people own, without a partner's.

    All lines for a team with no quota, as service has; None where a team with a quota has no
    orders of its own: the company's orders name no owner.
    """
    if posts.annual_quota[posts.team == team].isna().all():
        return lines
    if "owner" not in lines.columns:
        return None
    own = lines.owner.notnull()
    return lines.filter(own & lines.partner_id.isnull() if "partner_id" in lines.columns else own)


def losses(
    found: pd.DataFrame, lines: ibis.Table, posts: pd.DataFrame, asked: tuple[Calendar, date]
) -> pd.DataFrame:
    """Return the teams with empty seats, as `seats` tells them, with what `loss` says they cost.

    Only teams that serve orders or tickets: `posts` are theirs. Columns: those of `seats` and the
    keys of `loss`, null where it cannot be told.
    """
    short = found[(found.empty_seats > 0) & found.team.isin(posts.team.unique())]
    told = [
        loss(sold, one.region, one.since.date(), asked) or {}
        if (sold := served(lines, posts, one.team)) is not None
        else {}
        for one in short.itertuples()
    ]
    keys = ["value", "low", "high", "basis", "change_rate", "low_change_rate", "high_change_rate"]
    return short.join(pd.DataFrame(told, index=short.index).reindex(columns=[*keys, "orders"]))


def loss(
    lines: ibis.Table, region: str | None, since: date, asked: tuple[Calendar, date]
) -> Mapping[str, float] | None:
    """Return what a region loses a year since a day, as its orders fell against other regions.

    By kind of customer: orders of the region since the day, of the last year at most, over those
    of the same days a year before (the year before that day, once a whole one has passed), against
    the median of the other regions. That change, of the contribution margin before marketing at
    the run rate of the last three complete months, is what is missing. `asked` is calendar and
    last day. The interval (95 %) takes orders as arriving at random, in the region and in each of
    the others, or the spread between these if wider. Before and after, not proof: what else befell
    the region in these days is in it.

    Keys: value, low, high (money a year, a loss negative), basis, change_rate, low_change_rate,
    high_change_rate (of what the region brings), orders. None before 90 days have passed, where
    the year before is not covered, or with fewer than two other regions.
    """
    calendar, as_of = asked
    now, past = _stretches(since, as_of)
    if now.days < SETTLED or not all(covers(lines, [past])):
        return None
    rate = run_rate(lines, calendar, as_of, {"region": region})
    moved = _moved(_orders(lines, [now, past]), region)
    if rate is None or moved.empty:
        return None
    moved["worth"] = [
        (run_rate(lines, calendar, as_of, {"region": region, "segment": one}) or (rate[0], 0.0))[1]
        for one in moved.segment
    ]
    return _missing(moved, rate[0])


def _of_team(part: pd.DataFrame, as_of: date) -> dict:
    now = pd.Timestamp(as_of)
    last_day = part.groupby("person_id").end.transform("max")
    leavers = part[(part.end == last_day) & (part.end <= now)].sort_values("end")
    starters = part[part.start == part.groupby("person_id").start.transform("min")]
    starts = starters.sort_values("start").start.tolist()
    empty, waited = [], []
    for at, end in leavers.end.items():
        taken = next((s for s in starts if s >= end - pd.Timedelta(days=EARLY)), None)
        if taken is not None:
            starts.remove(taken)
            waited.append(max((taken - end).days, 0))
        elif WAITING <= (now - end).days <= REMEMBERED:
            empty.append(at)
    return {
        "heads": int(there(part, as_of).sum()),
        "to_start": int((part.start > now).sum()),
        "empty_seats": len(empty),
        "since": part.end[empty].min(),
        "empty_quota": part.annual_quota[empty].sum(min_count=1),
        "fill_days": float(np.median(waited)) if waited else np.nan,
    }


def _stretches(since: date, as_of: date) -> tuple[Period, Period]:
    """The days since, of one year at most, and as many before to hold them against."""
    end = as_of + timedelta(days=1)
    if end - since < YEAR:
        return Period("since", since, end), Period("before", since - YEAR, end - YEAR)
    return Period("since", end - YEAR, end), Period("before", since - YEAR, since)


def _orders(lines: ibis.Table, periods: list[Period]) -> pd.DataFrame:
    """Orders by kind of customer, region and stretch; what only came back is none."""
    sold = in_periods(lines.filter(~lines.is_return), periods)
    keys = ["segment", "region", "period"]
    rows = sold.group_by(keys).agg(orders=sold.order_id.nunique()).order_by(keys).execute()
    return rows.astype({"segment": object, "region": object})


def _moved(rows: pd.DataFrame, region: str | None) -> pd.DataFrame:
    """By kind of customer, the logarithm of the region's change over the others', and its error."""
    found = []
    for segment, part in rows.groupby("segment", dropna=False):
        wide = part.assign(region=part.region.fillna("")).pivot(
            index="region", columns="period", values="orders"
        )
        wide = wide.reindex(columns=[0, 1]).dropna()
        others = wide.drop(index=region or "", errors="ignore")
        if (region or "") not in wide.index or len(others) < 2:
            continue
        grew, chance = np.log(wide[0] / wide[1]), (1 / wide).sum(axis=1)
        spread = max(chance[others.index].mean(), grew[others.index].var(ddof=1))
        own = region or ""
        found.append(
            {
                "segment": None if pd.isna(segment) else segment,
                "change": grew[own] - grew[others.index].median(),
                "variance": chance[own] + _MEDIAN / len(others) * spread,
                "orders": int(wide[0][own]),
            }
        )
    return pd.DataFrame(found)


def _missing(moved: pd.DataFrame, basis: str) -> dict:
    """What is missing a year: what there is, less what there would be without the change."""
    usual = moved.worth * np.exp(-moved.change)
    value = (moved.worth - usual).sum()
    half = _Z95 * np.sqrt((usual**2 * moved.variance).sum())
    ends = {"": value, "low_": value - half, "high_": value + half}
    found = {(name + "value" if not name else name[:-1]): end for name, end in ends.items()}
    found |= {name + "change_rate": end / usual.sum() for name, end in ends.items()}
    found = {name: round(float(end), 4) for name, end in found.items()}
    return found | {"basis": basis, "orders": int(moved.orders.sum())}
