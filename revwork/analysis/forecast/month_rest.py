"""Rest of a month: what of its amount is still to come when so many of its days are gone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.periods import in_periods
from revwork.calendar import Period

_DAY = timedelta(days=1)


def elapsed(month: Period, as_of: date) -> Period | None:
    """Return the days of a month that are over at the end of `as_of`; None before its first."""
    end = min(as_of + _DAY, month.end)
    return Period(f"{month.start}..{end - _DAY}", month.start, end) if end > month.start else None


@dataclass(frozen=True)
class Running:
    """The month in question, the last day counted, and what its and earlier days are worth.

    `worth`: as `trading_days.by_day`; without rows every day is worth the same.
    """

    month: Period
    as_of: date
    worth: pd.DataFrame = field(default_factory=pd.DataFrame)

    def days(self, month: Period) -> np.ndarray:
        """Return which share of a month is over with each of its days."""
        days = pd.date_range(month.start, month.end, inclusive="left")
        known = {} if self.worth.empty else dict(zip(self.worth.day, self.worth.worth, strict=True))
        over = np.cumsum([known.get(one, 0.0) for one in days])
        return over / over[-1] if over[-1] > 0 else np.arange(1, month.days + 1) / month.days


def shares(
    table: ibis.Table,
    amount: str,
    months: Sequence[Period],
    running: Running,
    day: str = "order_date",
) -> np.ndarray:
    """Return which share of their amount each of some complete months still had to come.

    Each month is cut where as much of it is over as of the running one: the same share of its
    days, counted by what they are worth. All of it where no day is gone; the share of days left,
    once, where no month had an amount. A month without one is left out.
    """
    gone = elapsed(running.month, running.as_of)
    if gone is None:
        return np.ones(1)
    over = running.days(running.month)[gone.days - 1]
    heads = [_head(one, running.days(one), over) for one in months]
    whole, begun = (_sums(table, amount, parts, day) for parts in (months, heads))
    known = whole.abs() > 0
    left = (1 - begun[known] / whole[known]).clip(0, 1).to_numpy()
    return left if len(left) else np.array([1 - over])


def _head(month: Period, days: np.ndarray, over: float) -> Period:
    """The days of a month until the one after which nearest to that share of it is over."""
    count = int(np.abs(days - over).argmin()) + 1
    return Period(f"{month.name} begun", month.start, month.start + count * _DAY)


def _sums(table: ibis.Table, amount: str, periods: Sequence[Period], day: str) -> pd.Series:
    rows = in_periods(table, periods, day)
    found = rows.group_by("period").agg(amount=rows[amount].sum().cast("float64")).execute()
    sums = found.set_index("period").amount.reindex(range(len(periods)))
    return sums.fillna(0.0).round(9)
