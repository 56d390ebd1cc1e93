"""Targets: what was promised of a metric for a period, in all and by part of the business."""

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import date

import ibis
import pandas as pd

from revwork.analysis import segments
from revwork.analysis.sales import DIMENSIONS
from revwork.calendar import Calendar, Comparison, Period
from revwork.contracts.targets import OVER_MONTHS
from revwork.metrics import Kpi

_LUMPY = ("contribution_margin", "operating_result")  # costs of a month are not booked day by day
_SUMS = [metric for metric, how in OVER_MONTHS.items() if how == "sum"]


def promised(targets: ibis.Table, only: Sequence[str] = ()) -> pd.DataFrame:
    """Return what each month was promised: metric, month, amount.

    What adds up is the sum of its segments. A rate, score or level is what was set for exactly
    the part of the business that `only` names, such as region=Spain; without one for the whole.
    """
    return _monthly(segments.only(targets, only), {one.partition("=")[0] for one in only}, [])


def target(promised: pd.DataFrame, metric: str, period: Period, calendar: Calendar) -> float | None:
    """Return a metric's target for a period; None where a day has none.

    How months make a period is the metric's own (`OVER_MONTHS`): the sum of their shares
    by day, their mean weighted by day, the last one's, or none but a month's own.
    """
    return _within(promised[promised.metric == metric], period, calendar, OVER_MONTHS.get(metric))


def by_segment(
    targets: ibis.Table, metric: str, period: Period, by: str, calendar: Calendar
) -> dict[str, float]:
    """Return a metric's targets of a period by one dimension; empty where none are set by it."""
    if by not in targets.columns:
        return {}
    values = targets.filter((targets.metric == metric) & targets[by].notnull())
    parts = _monthly(values, {by}, [by]).groupby(by)
    found = {value: target(part, metric, period, calendar) for value, part in parts}
    return {value: amount for value, amount in found.items() if amount is not None}


def beside(
    numbers: Sequence[Kpi], promised: pd.DataFrame, comparison: Comparison, calendar: Calendar
) -> list[Kpi]:
    """Return the headline numbers, each with its target of the days that count.

    `promised` is what the function of that name returns. `target_is` says what a target is that
    was not set as it stands: of the days elapsed, or a mean of months that differ. A partial
    period has none of what costs booked by the month go into.
    """
    return [_aimed(kpi, promised, comparison, calendar) for kpi in numbers]


def _monthly(rows: ibis.Table, named: Set[str], by: Sequence[str]) -> pd.DataFrame:
    """What each month was promised, of rows that tell the dimensions named and no other."""
    others = [name for name in DIMENSIONS if name in rows.columns and name not in named]
    is_whole = ibis.and_(*(rows[name].isnull() for name in others))
    rows = rows.filter(rows.metric.isin(_SUMS) | is_whole)
    each = rows.group_by(*by, "metric", "month").agg(
        amount=rows.amount.sum().cast("float64"), set=rows.count()
    )
    found = each.execute()
    is_one = found.metric.isin(_SUMS) | (found.set == 1)
    return found[is_one].drop(columns="set").reset_index(drop=True)


def _aimed(kpi: Kpi, promised: pd.DataFrame, comparison: Comparison, calendar: Calendar) -> Kpi:
    months = promised[promised.metric == kpi.metric]
    if months.empty or (comparison.partial and kpi.metric in _LUMPY):
        return kpi
    how = OVER_MONTHS[kpi.metric]
    aim = _within(months, comparison.current, calendar, how)
    if aim is None:
        return kpi
    if how == "sum":
        return replace(kpi, target=aim, target_is="to date" if comparison.partial else "")
    equal = len(set(_aims(months, comparison.current, calendar))) == 1
    return replace(kpi, target=aim, target_is="" if equal or how != "mean" else "mean")


def _within(
    months: pd.DataFrame, period: Period, calendar: Calendar, how: str | None
) -> float | None:
    amounts = _aims(months, period, calendar)
    if None in amounts or how is None:
        return None
    parts = calendar.split(period, "month")
    if how == "sum":
        wholes = [calendar.holding(part.start, "month").days for part in parts]
        shares = [part.days / days for part, days in zip(parts, wholes, strict=True)]
        return round(sum(a * share for a, share in zip(amounts, shares, strict=True)), 2)
    if how == "mean":
        weighted = (a * part.days for a, part in zip(amounts, parts, strict=True))
        return round(sum(weighted) / period.days, 9)
    return amounts[-1] if how == "last" or len(parts) == 1 else None


def _aims(months: pd.DataFrame, period: Period, calendar: Calendar) -> list[float | None]:
    """What was set for each month that a day of the period lies in, in order."""
    aims = {_day(month): amount for month, amount in zip(months.month, months.amount, strict=True)}
    parts = calendar.split(period, "month")
    return [aims.get(calendar.holding(part.start, "month").start) for part in parts]


def _day(value: object) -> date:
    return pd.Timestamp(value).date()
