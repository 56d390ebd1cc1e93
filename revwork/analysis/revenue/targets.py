"""Targets: what was promised for a period, months pro rata by day."""

from datetime import date

import ibis
import pandas as pd

from revwork.calendar import Calendar, Period


def promised(targets: ibis.Table) -> pd.DataFrame:
    """Return what each month was promised, all segments added: metric, month, amount."""
    each = targets.group_by("metric", "month")
    return each.agg(amount=targets.amount.sum().cast("float64")).execute()


def target(promised: pd.DataFrame, metric: str, period: Period, calendar: Calendar) -> float | None:
    """Return a metric's target for a period; None where a day has none."""
    return _within(promised[promised.metric == metric], period, calendar)


def by_segment(
    targets: ibis.Table, period: Period, by: str, calendar: Calendar
) -> dict[str, float]:
    """Return net revenue targets of a period by one dimension; empty where none are set by it."""
    if by not in targets.columns:
        return {}
    rows = targets.filter((targets.metric == "net_revenue") & targets[by].notnull())
    months = rows.group_by([by, "month"]).agg(amount=rows.amount.sum().cast("float64")).execute()
    found = {segment: _within(part, period, calendar) for segment, part in months.groupby(by)}
    return {segment: amount for segment, amount in found.items() if amount is not None}


def _within(months: pd.DataFrame, period: Period, calendar: Calendar) -> float | None:
    aims = {_day(month): amount for month, amount in zip(months.month, months.amount, strict=True)}
    total = 0.0
    for part in calendar.split(period, "month"):
        whole = calendar.holding(part.start, "month")
        if whole.start not in aims:
            return None
        total += aims[whole.start] * part.days / whole.days
    return round(total, 2)


def _day(value: object) -> date:
    return pd.Timestamp(value).date()
