"""Which rows of a table fall in a period, and which periods a table covers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import ibis
import pandas as pd

from revwork.calendar import Comparison, Period

_GRACE = timedelta(days=7)


def between(table: ibis.Table, period: Period, day: str = "order_date") -> ibis.Table:
    """Return the rows of a period: its start included, its end not."""
    return table.filter(is_within(table[day], period))


def is_within(day: ibis.Value, period: Period | None) -> ibis.Value:
    """Return whether a day belongs to the period: its start does, its end not; None has none."""
    if period is None:
        return ibis.literal(False)
    return (day >= ibis.date(period.start)) & (day < ibis.date(period.end))


def in_periods(table: ibis.Table, periods: Sequence[Period], day: str = "order_date") -> ibis.Table:
    """Return the rows that fall in each period, with its place in the list as `period`.

    A row in two periods that overlap is there twice; a period may hold none.
    """
    spine = ibis.memtable(
        {
            "period": range(len(periods)),
            "first_day": [p.start for p in periods],
            "next_day": [p.end for p in periods],
        }
    )
    inside = [table[day] >= spine.first_day, table[day] < spine.next_day]
    return table.inner_join(spine, inside).drop("first_day", "next_day")


def covers(table: ibis.Table, periods: Sequence[Period], day: str = "order_date") -> list[bool]:
    """Return which periods begin no earlier than a week before the table's first day."""
    first = first_day(table, day)
    return [reaches(first, period) for period in periods]


def first_day(table: ibis.Table, day: str = "order_date") -> date | None:
    """Return the first day of a table; None where it has no row."""
    first = table[day].min().execute()
    return None if pd.isna(first) else pd.Timestamp(first).date()


def reaches(first: date | None, period: Period) -> bool:
    """Return whether data from that day on reach back to the period's start, but for a week."""
    return first is not None and period.start >= first - _GRACE


def comparable(comparison: Comparison, table: ibis.Table, day: str = "order_date") -> Comparison:
    """Return the comparison, without its base where the table does not reach back to its start.

    Part of a base would read as growth: nine months of data held against a year's.
    """
    base = comparison.base
    known = base is not None and covers(table, [base], day)[0]
    return comparison if known else replace(comparison, base=None)


def year_to(period: Period) -> Period:
    """Return the 365 days that end with the period's last."""
    return replace(
        period, name=f"year to {period.last_day}", start=period.end - timedelta(days=365)
    )
