"""Running costs ahead: each kind of expense by level or season, whichever was less often off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.periods import in_periods
from revwork.calendar import Period
from revwork.findings import Unanswered, Word

LEAST = 6  # months of expenses
_YEAR, _RECENT, _JUDGED = 12, 3, 6
RECENT = Word("Mean of the last three months")
YEAR = Word("Mean of the last twelve months")
SEASON = Word("Same month a year ago, with the growth since")


@dataclass(frozen=True)
class Kind:
    """One kind of expense: how it is carried on, what is expected, and how that was ever off.

    `expected` is by month ahead (money), `misses` origins × months (money): what came less what
    was expected.
    """

    kind: str
    method: Word
    expected: np.ndarray
    misses: np.ndarray


def booked_until(expenses: ibis.Table, as_of: date) -> date | None:
    """Return the last day whose expenses count as booked: the end of the last one's month.

    Not later than `as_of`; None without an expense. As in `margins.totals`.
    """
    last = expenses.date.max().execute()
    if pd.isna(last):
        return None
    return min(as_of, (pd.Timestamp(last) + pd.offsets.MonthEnd(0)).date())


def by_kind(expenses: ibis.Table, periods: Sequence[Period]) -> pd.DataFrame:
    """Return what was booked in each period: a row a period, a column a kind, 0 where nothing."""
    rows = in_periods(expenses, periods, "date")
    found = rows.group_by("period", "kind").agg(amount=rows.amount.sum().cast("float64"))
    wide = found.execute().pivot(index="period", columns="kind", values="amount")
    return wide.reindex(range(len(periods))).fillna(0.0).sort_index(axis=1).round(9)


def ahead(booked: pd.DataFrame, horizon: int) -> list[Kind]:
    """Return each kind's months ahead, by the way that was least off over past half years.

    `booked` is what `by_kind` returns of complete months, oldest first. Three ways compete: the
    mean of three months, of twelve, and the same month a year before with the growth since; of
    fewer than 18 months only the first. Raises Unanswered with less than six months.
    """
    if len(booked) < LEAST:
        raise Unanswered("The result ahead needs six complete months of expenses.")
    return [_kind(str(name), booked[name].to_numpy(), horizon) for name in booked]


def _kind(name: str, past: np.ndarray, horizon: int) -> Kind:
    enough = len(past) >= _YEAR + _JUDGED
    ways = {RECENT: _recent} | ({YEAR: _mean, SEASON: _season} if enough else {})
    first = _YEAR if enough else _RECENT
    misses = {way: _missed(past, one, first, horizon) for way, one in ways.items()}
    best = min(misses, key=lambda way: _off(misses[way]))
    return Kind(name, best, ways[best](past, horizon).round(9), misses[best].round(9))


def _recent(past: np.ndarray, horizon: int) -> np.ndarray:
    return np.full(horizon, past[-_RECENT:].mean())


def _mean(past: np.ndarray, horizon: int) -> np.ndarray:
    return np.full(horizon, past[-_YEAR:].mean())


def _season(past: np.ndarray, horizon: int) -> np.ndarray:
    last, before = past[-_YEAR:], past[-2 * _YEAR : -_YEAR]
    grown = last.sum() / before.sum() if len(before) == _YEAR and before.sum() > 0 else 1.0
    place = np.arange(horizon)
    return last[place % _YEAR] * grown ** (1 + place // _YEAR)


def _missed(past: np.ndarray, way: object, first: int, horizon: int) -> np.ndarray:
    """By origin and month ahead what came less what the way expected; the last one holds on."""
    found = []
    for origin in range(first, len(past)):
        came = past[origin : origin + horizon]
        off = came - way(past[:origin], horizon)[: len(came)]
        found.append(np.pad(off, (0, horizon - len(off)), "edge"))
    return np.array(found)


def _off(misses: np.ndarray) -> float:
    """How far sums of half a year were off, in the mean."""
    return float(np.abs(misses[:, :_JUDGED].sum(1)).mean())
