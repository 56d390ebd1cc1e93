"""Orders lost: when orders turned where opinion had, and what that costs a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import breaks
from revwork.analysis.worth import run_rate
from revwork.calendar import Calendar
from revwork.findings import Impact, Message, Unanswered

BEFORE = 52  # weeks before opinion turned, for what is usual
BLOCK = 4  # weeks in a point of the picture
SETTLED = 8  # weeks of orders before a loss is told
FEW = 3  # orders a week, for a part to be compared or compared with
COMMON = 0.05  # share of the reviews that a channel has at least
_Z95 = 1.959964
_MEDIAN = np.pi / 2  # variance of a median over that of a mean
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Turn:
    """Orders of a part that took another way than those of all others since a week.

    `since_date` is that week's first day, with its 95 % interval; `change_rate` what orders are
    against what the others' change would have made them.
    """

    since_date: date
    low_since_date: date
    high_since_date: date
    change_rate: float
    low_change_rate: float
    high_change_rate: float
    orders: int


def channels(texts: ibis.Table, where: Mapping[str, str | None]) -> list[str]:
    """Return the channels through which came what is reviewed in a part; none where not known.

    Of the reviews whose order is known, those with a twentieth or more.
    """
    rows = texts.filter(texts.is_own & texts.channel.notnull())
    for name, value in where.items():
        rows = rows.filter(rows[name] == value)
    counts = rows.group_by("channel").agg(n=rows.count()).order_by("channel").execute()
    return [*counts.channel[counts.n >= COMMON * counts.n.sum()]]


def turned(lines: ibis.Table, where: Mapping[str, str], since: date, as_of: date) -> Turn | None:
    """Return when orders of a part fell against other parts, and by how much, after a day.

    Parts are the other regions (of the same category), else the other categories. Orders a week,
    from a year before the day on, over the median of the others', each beside its own usual. How
    much is of the weeks since it fell and the same a year before, so that seasons cancel; the
    interval (95 %) takes orders as arriving at random, in the part and in each of the others, or
    the spread between these if wider. Before and after, not proof: what else befell the part in
    these days is in it.

    None where nothing fell beyond chance, with fewer than two others, a year before that the
    lines do not cover, or fewer than eight weeks.
    """
    counts = _weekly(lines, where, since, as_of)
    if counts is None:
        return None
    own, others, start = counts
    usual = others / others[:, :BEFORE].mean(axis=1, keepdims=True)
    one = breaks.of_rate(own, np.median(usual, axis=0))
    if one is None or own.shape[0] - one.high < SETTLED:
        return None
    change, half = _change(own, others, one.high)
    if change + half >= 0:
        return None
    days = [start + week * _WEEK for week in (one.at, one.low, one.high)]
    rates = [float(np.expm1(x)) for x in (change, change - half, change + half)]
    return Turn(*days, *rates, orders=int(own[one.high :].sum()))


def path(lines: ibis.Table, where: Mapping[str, str], since: date, as_of: date) -> pd.DataFrame:
    """Return the part's orders by four weeks beside what the others' change would make them.

    Columns: start (first day), value, base. Raises Unanswered where the part cannot be compared.
    """
    counts = _weekly(lines, where, since, as_of)
    if counts is None:
        raise Unanswered(
            "Orders cannot be held against others here: that takes two other regions or categories "
            "and orders of a year before opinion turned."
        )
    own, others, start = counts
    usual = np.median(others / others[:, :BEFORE].mean(axis=1, keepdims=True), axis=0)
    spare = len(own) % BLOCK
    sums = [
        one[spare:].reshape(-1, BLOCK).sum(axis=1) for one in (own, usual * own[:BEFORE].mean())
    ]
    days = [start + (spare + BLOCK * at) * _WEEK for at in range(len(sums[0]))]
    return pd.DataFrame({"start": days, "value": sums[0], "base": sums[1].round(6)})


def reading(rows: pd.DataFrame) -> Message:
    """Say what the last twelve weeks brought beside what the others' change would have."""
    last = rows.tail(3)
    return Message(
        "Last 12 weeks: {orders:number} orders; as the others went it would be {usual:number}",
        {"orders": last.value.sum(), "usual": last.base.sum()},
    )


def impact(
    lines: ibis.Table,
    turn: Turn | None,
    where: Mapping[str, str],
    asked: tuple[Calendar, date, str],
) -> Impact | None:
    """Return what orders lost cost a year: contribution margin before marketing of the part.

    What it is at the run rate of the last three complete months, less what it would be without
    the change. `asked` is calendar, last day and currency; `lines` those of the channels concerned.
    None where orders did not turn, or no rate is known.
    """
    calendar, as_of, currency = asked
    rate = run_rate(lines, calendar, as_of, where) if turn else None
    if rate is None:
        return None
    basis, yearly = rate
    value, *ends = (
        round(float(yearly * change / (1 + change)), 2)
        for change in (turn.change_rate, turn.low_change_rate, turn.high_change_rate)
    )
    return Impact(value, min(ends), max(ends), currency, basis)


def through(lines: ibis.Table, names: Sequence[str]) -> ibis.Table:
    """Return the lines of these channels; all where none is named."""
    return lines.filter(lines.channel.isin([*names])) if names else lines


Counts = tuple[np.ndarray, np.ndarray, date]


def _weekly(lines: ibis.Table, where: Mapping[str, str], since: date, as_of: date) -> Counts | None:
    """Orders by week of the part, of each other, and the first day; None where they do not do."""
    by = next((name for name in ("region", "category") if name in where), None)
    weeks = ((as_of - since).days + 1) // 7 + BEFORE
    start = as_of + timedelta(days=1) - weeks * _WEEK
    first = lines.order_date.min().execute()
    if by is None or pd.isna(first) or pd.Timestamp(first).date() > start:
        return None
    sold = lines.filter(~lines.is_return & lines[by].notnull())
    for name in {*where} - {by}:
        sold = sold.filter(sold[name] == where[name])
    epoch = (start - date(1970, 1, 1)).days
    sold = sold.mutate(week=((sold.order_date.epoch_days() - epoch) / 7).floor().cast("int64"))
    sold = sold.filter((sold.week >= 0) & (sold.week < weeks))
    rows = sold.group_by([by, "week"]).agg(n=sold.order_id.nunique()).order_by([by, "week"])
    wide = rows.execute().pivot(index=by, columns="week", values="n")
    wide = wide.reindex(columns=range(weeks)).fillna(0.0)
    wide = wide[wide.loc[:, : BEFORE - 1].mean(axis=1) >= FEW]
    others = wide.drop(index=where[by], errors="ignore")
    if where[by] not in wide.index or len(others) < 2:
        return None
    return wide.loc[where[by]].to_numpy(float), others.to_numpy(float), start


def _change(own: np.ndarray, others: np.ndarray, at: int) -> tuple[float, float]:
    """Logarithm of the part's change over the others', with its half interval."""
    every = np.vstack([own, others])
    now = every[:, at:].sum(axis=1)
    base = every[:, max(at - 52, 0) : every.shape[1] - 52].sum(axis=1)
    base = np.where(base > 0, base, 0.5)
    now = np.where(now > 0, now, 0.5)
    grew, chance = np.log(now / base), 1 / now + 1 / base
    spread = max(chance[1:].mean(), grew[1:].var(ddof=1))
    variance = chance[0] + _MEDIAN / len(others) * spread
    return float(grew[0] - np.median(grew[1:])), float(_Z95 * np.sqrt(variance))
