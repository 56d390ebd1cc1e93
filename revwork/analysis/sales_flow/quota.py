"""Quota: who reaches what they are asked for, newcomers against a quota that grows with them."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.periods import between
from revwork.analysis.sales_flow.posts import posts, quota
from revwork.calendar import Period
from revwork.findings import Message, Unanswered
from revwork.metrics import wilson

LEVEL = 0.95
FULL = (1.0,)  # everybody is asked for all of it from the first day


def attainment(
    deals: ibis.Table,
    people: ibis.Table,
    months: Sequence[Period],
    growth: Sequence[float] = FULL,
) -> pd.DataFrame:
    """Return what each owner booked in a stretch of months beside the quota of their days there.

    `deals` is what `deals.standing` returns; `growth` what share of a quota somebody can be asked
    for in each month since they began (`capacity.growth`). Bookings are the amounts of deals won.
    Columns: owner, team, region, level, manager, held (months in the job), deals, bookings (while
    there), later_bookings (won after its owner had left: the team's alone), quota, ramped_quota,
    attainment_rate, ramped_attainment_rate (null without a quota), is_ramping.
    Raises Unanswered where no quota or no owner is known.

    Formula: attainment_rate = bookings ÷ quota; What owners booked of what they were asked for.
    Formula: ramped_attainment_rate = bookings ÷ ramped quota; Attainment held against the quota a
    newcomer can be asked for, month by month since the first day.
    Formula: ramped_quota = Σ quota ÷ 12 × what a newcomer can book in that month; Longer-serving
    people have their full quota.
    """
    table = posts(people)
    if table.annual_quota.isna().all():
        raise Unanswered("No quota is known: add annual_quota to people.")
    booked = _booked(deals, people, months)
    rows = table.join(quota(table, months, growth))
    rows = rows[(rows.held > 0) & rows.annual_quota.notna()]
    one = rows.groupby("person_id")[["held", "quota", "ramped_quota"]].sum()
    found = one.join(booked, how="outer").rename_axis("owner").reset_index()
    amounts = ["deals", "bookings", "later_bookings"]
    found[amounts] = found[amounts].fillna(0)
    found = found.assign(is_ramping=found.ramped_quota < 0.999 * found.quota)
    last = table.drop_duplicates("person_id", keep="last").set_index("person_id")
    found = _rated(found.join(last[["team", "region", "level", "manager"]], on="owner"))
    return found.sort_values(["bookings", "owner"], ascending=[False, True], ignore_index=True)


def by(rows: pd.DataFrame, dimension: str) -> pd.DataFrame:
    """Return attainment by team, region, manager or level: what was booked over what was asked.

    `rows` is what `attainment` returns. Columns: the dimension, owners (with a quota), deals,
    bookings (with what was won after its owner left), quota, ramped_quota, attainment_rate,
    ramped_attainment_rate.
    """
    keys = rows[dimension].astype(object).where(rows[dimension].notna(), None)
    rows = rows.assign(bookings=rows.bookings + rows.later_bookings)
    found = rows.groupby(keys, dropna=False).agg(
        owners=("quota", "count"),
        **{name: (name, "sum") for name in ("deals", "bookings", "quota", "ramped_quota")},
    )
    return _rated(found.rename_axis(dimension).reset_index())


def compared(now: pd.DataFrame, before: pd.DataFrame | None, dimension: str) -> pd.DataFrame:
    """Return attainment against the ramped quota now and before, as `chart.dots` draws it.

    Owners who were there for half of the time or more. Columns: the dimension (owner, region,
    manager, level or team), current, base, low and high (null).
    """
    rates = [
        (rows[_there(rows)] if dimension == "owner" else by(rows, dimension))
        .set_index(dimension)
        .ramped_attainment_rate
        for rows in (now, before)
        if rows is not None
    ]
    found = pd.DataFrame({"current": rates[0], "base": rates[1] if rates[1:] else np.nan})
    found = found.reindex(rates[0].index).rename_axis(dimension).reset_index()
    return found.assign(low=np.nan, high=np.nan)


def distribution(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how attainment spreads over owners who were there for half of the time or more.

    Columns: measure, owners, median_rate, lower_quartile_rate and upper_quartile_rate (a quarter
    of owners below, above), reached (owners at 100 % or more), reached_share, low_reached_share and
    high_reached_share (95 %, Wilson).

    Formula: reached_share = owners at 100 % of quota or more ÷ owners with a quota; How many owners
    booked all they were asked for.
    """
    found, whole = [], _there(rows)
    for measure in ("attainment_rate", "ramped_attainment_rate"):
        known = rows[measure][whole].dropna().astype(float)
        ends = known.quantile([0.5, 0.25, 0.75]) if len(known) else [np.nan] * 3
        found.append([measure, len(known), *ends, int((known >= 1).sum())])
    names = [
        "measure",
        "owners",
        "median_rate",
        "lower_quartile_rate",
        "upper_quartile_rate",
        "reached",
    ]
    table = pd.DataFrame(found, columns=names)
    shares = wilson(table.reached, table.owners, LEVEL)
    return table.join(shares.rename(columns=lambda name: name.replace("share", "reached_share")))


def reading(rows: pd.DataFrame) -> Message:
    """Say what the median owner reaches and how many reach their quota."""
    one = distribution(rows).iloc[1]
    return Message(
        "The median owner reached {median:percent} of quota; {above:number} of {owners:number} "
        "reached all of it",
        {"median": one.median_rate, "above": one.reached, "owners": one.owners},
    )


def _there(rows: pd.DataFrame) -> pd.Series:
    """Who was there for half of the time or more: less tells of chance."""
    return rows.held >= rows.held.max() / 2


def _booked(deals: ibis.Table, people: ibis.Table, months: Sequence[Period]) -> pd.DataFrame:
    """Deals won, and their amounts before and after their owner left, by owner."""
    stretch = Period("asked", months[0].start, months[-1].end)
    won = between(deals.filter(deals.outcome == "won"), stretch, "closed_on")
    held = people.group_by(person="person_id").agg(
        until=people.end_date.fill_null(ibis.date(9999, 12, 31)).max()
    )
    joined = won.filter(won.owner.notnull()).left_join(held, won.owner == held.person)
    late = (joined.closed_on >= joined.until).fill_null(False)
    rows = joined.group_by("owner").agg(
        deals=joined.count(),
        bookings=joined.amount.sum(where=~late).cast("float64"),
        later_bookings=joined.amount.sum(where=late).cast("float64"),
    )
    found = rows.order_by("owner").execute().set_index("owner")
    if found.empty:
        raise Unanswered(
            "No deal with an owner was won from {first:date} to {last:date}: attainment needs "
            "owner in opportunities.",
            **{"first": stretch.start, "last": stretch.last_day},
        )
    return found


def _rated(rows: pd.DataFrame) -> pd.DataFrame:
    asked, ramped = (rows[name].where(rows[name] > 0) for name in ("quota", "ramped_quota"))
    return rows.assign(
        attainment_rate=rows.bookings / asked, ramped_attainment_rate=rows.bookings / ramped
    )
