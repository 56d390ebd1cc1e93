"""Outlook path: months that are over and months ahead on one line, and the year as it adds up."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from revwork.analysis.forecast.result_outlook import Result, told
from revwork.analysis.forecast.result_paths import Seen
from revwork.analysis.periods import covers
from revwork.calendar import Period
from revwork.findings import Message

Aim = Callable[[str, Period], float | None]
_YEAR = 12


def monthly(seen: Seen, found: Result, metric: str, aim: Aim) -> pd.DataFrame:
    """Return a metric of the last twelve complete months and of all that are forecast.

    `aim` tells a metric's target for a period, or None. As `chart.fan` draws it. Columns: name,
    start, value (money), ahead (bool: expected in part or whole), low, high (80 %), low_95,
    high_95, base (the same month a year before; null where the data do not cover it), target.
    Raises Unanswered where a cost of the metric is not known.
    """
    ahead = pd.DataFrame([told(one) for one in found.by_month(metric).T])
    ahead.index = [*found.months.start]
    past = seen.calendar.complete_months(seen.as_of, _YEAR)
    whole = [*past, *seen.coming]
    rows = ahead.reindex([one.start for one in whole])
    before = [seen.calendar.year_ago(one) or one for one in whole]
    sums = _sums(seen, metric, [*past, *before])
    booked = pd.Series(sums[:_YEAR], index=rows.index[:_YEAR])
    rows["value"] = booked.reindex(rows.index).where(_is_over(rows, seen), rows.value)
    return _framed(rows, whole).assign(
        ahead=[one in seen.coming for one in whole],
        base=_until(sums[_YEAR:], before, seen.as_of),
        target=pd.Series([aim(metric, one) for one in whole], dtype=float),
    )


def to_date(seen: Seen, found: Result, metric: str, aim: Aim) -> pd.DataFrame:
    """Return the fiscal year as it adds up month by month, beside the plan and last year.

    Columns as of `monthly`, each the sum since the year began.
    """
    inside = found.months.fiscal_year.to_numpy()
    summed = found.by_month(metric)[:, inside].cumsum(axis=1)
    months = [*seen.before, *(one for one in seen.coming if one.end <= found.year.end)]
    rows = pd.DataFrame([told(one) for one in summed.T], index=[one.start for one in months])
    before = [seen.calendar.year_ago(one) or one for one in months]
    sums = _until(_sums(seen, metric, before), before, seen.as_of)
    plans = [aim(metric, Period("to date", found.year.start, one.end)) for one in months]
    return _framed(rows, months).assign(
        ahead=[one in seen.coming for one in months],
        base=np.cumsum(sums),
        target=pd.Series(plans, dtype=float),
    )


def reading(frame: pd.DataFrame) -> Message:
    """Say what the next month that is forecast whole is expected to bring, and how surely."""
    ahead = frame[frame.ahead]
    row = ahead.iloc[min(1, len(ahead) - 1)]
    told = {"month": row["name"], "value": row.value, "low": row.low, "high": row.high}
    if not abs(row.base) > 0:
        return Message("{month:period}: {value:money} (80 %: {low:money} to {high:money})", told)
    return Message(
        "{month:period}: {value:money} (80 %: {low:money} to {high:money}), {change:change} "
        "against the year before",
        told | {"change": (row.value - row.base) / abs(row.base)},
    )


def end_reading(frame: pd.DataFrame) -> Message:
    """Say where the year ends, with its interval, beside what was planned."""
    row = frame.iloc[-1]
    told = {"value": row.value, "low": row.low, "high": row.high}
    if pd.isna(row.target):
        return Message(
            "The year ends at {value:money} (80 %: {low:money} to {high:money})",
            told,
        )
    return Message(
        "The year ends at {value:money} (80 %: {low:money} to {high:money}); planned: "
        "{target:money}",
        told | {"target": row.target},
    )


def _sums(seen: Seen, metric: str, periods: list[Period]) -> np.ndarray:
    """A metric of periods that are over; null where the data do not reach back."""
    found = seen.totals(*periods)[metric]
    return found.where(pd.Series(covers(seen.lines, periods))).to_numpy(float)


def _until(sums: np.ndarray, periods: list[Period], as_of: date) -> np.ndarray:
    """Null for a period that was not over."""
    return np.where([one.last_day <= as_of for one in periods], sums, np.nan)


def _is_over(rows: pd.DataFrame, seen: Seen) -> np.ndarray:
    """Which rows have only booked money; what is still expected of late costs is not over."""
    over = np.arange(len(rows)) < _YEAR
    return over & ~((rows.high - rows.low).abs().to_numpy() > 0)


def _framed(rows: pd.DataFrame, months: list[Period]) -> pd.DataFrame:
    frame = rows.round(2).rename_axis("start").reset_index()
    return frame.assign(start=[one.start for one in months], name=[one.name for one in months])
