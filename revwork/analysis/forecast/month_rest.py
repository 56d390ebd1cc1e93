"""Rest of a month: what of its amount is still to come when so many of its days are gone."""

from collections.abc import Sequence
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


def shares(
    table: ibis.Table,
    amount: str,
    months: Sequence[Period],
    running: tuple[Period, date],
    day: str = "order_date",
) -> np.ndarray:
    """Return which share of their amount each of some complete months still had to come.

    `running` is the month in question and the last day counted: a month of another length is cut
    at the same share of its days. All of it where no day is gone; the share of days left, once,
    where no month had an amount. A month without one is left out.
    """
    month, as_of = running
    gone = elapsed(month, as_of)
    if gone is None:
        return np.ones(1)
    heads = [_head(one, gone.days / month.days) for one in months]
    whole, begun = (_sums(table, amount, parts, day) for parts in (months, heads))
    known = whole.abs() > 0
    left = (1 - begun[known] / whole[known]).clip(0, 1).to_numpy()
    return left if len(left) else np.array([1 - gone.days / month.days])


def _head(month: Period, share: float) -> Period:
    days = max(1, round(month.days * share))
    return Period(f"{month.name} begun", month.start, month.start + days * _DAY)


def _sums(table: ibis.Table, amount: str, periods: Sequence[Period], day: str) -> pd.Series:
    rows = in_periods(table, periods, day)
    found = rows.group_by("period").agg(amount=rows[amount].sum().cast("float64")).execute()
    sums = found.set_index("period").amount.reindex(range(len(periods)))
    return sums.fillna(0.0).round(9)
