"""Outlook by part: where the fiscal year ends by region, channel or category, beside its plan."""

from collections.abc import Mapping

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.forecast.outlook import Forecast
from revwork.analysis.forecast.result_outlook import Result
from revwork.analysis.money import in_cents
from revwork.analysis.periods import covers, is_within
from revwork.calendar import Calendar, Period
from revwork.findings import Message


def by(
    found: Result,
    forecast: Forecast,
    lines: ibis.Table,
    asked: tuple[str, Calendar, Mapping[str, float]],
) -> pd.DataFrame:
    """Return the year's net revenue by one dimension, booked and expected; rows add up.

    `asked` is the dimension (region, channel or category), the calendar and targets of the year
    by its values. Columns: the dimension (null: not recorded), so_far, current (the outlook), low,
    high (80 %), base (last fiscal year; null where the data do not cover it), change_rate, target
    (money, null if none), gap. Largest first.
    """
    dimension, calendar, aims = asked
    ahead = _ahead(forecast, dimension, found)
    year, last = found.year, calendar.previous(found.year)
    is_begun = year.start < found.left.start
    gone = Period("so far", year.start, found.left.start) if is_begun else None
    booked = _net(lines, dimension, gone)
    before = _net(lines, dimension, last) if covers(lines, [last])[0] else None
    rows = ahead.join(booked.rename("so_far"), how="outer").fillna(0.0)
    exact = rows.so_far + rows.value
    whole = float(found.sums("net_revenue", "fiscal_year")[0])
    rows["current"] = in_cents(exact, [*exact.index], 0.0, whole)
    rows["base"] = np.nan if before is None else before.reindex(rows.index).fillna(0.0)
    rows = rows.assign(
        low=(rows.current - rows.below).round(2),
        high=(rows.current + rows.above).round(2),
        change_rate=(rows.current - rows.base) / rows.base.where(rows.base > 0),
        target=rows.index.map(aims).astype(float),
    )
    rows["gap"] = (rows.current - rows.target).round(2)
    rows = rows.rename_axis(dimension).reset_index()
    rows[dimension] = rows[dimension].where(rows[dimension] != "", None)
    columns = ["so_far", "current", "low", "high", "base", "change_rate", "target", "gap"]
    ordered = rows.sort_values(["current", dimension], ascending=[False, True], ignore_index=True)
    return ordered[[dimension, *columns]]


def reading(rows: pd.DataFrame) -> Message:
    """Name the part with the largest gap to its plan; without plans the one that changes most."""
    name = rows.columns[0]
    if rows.gap.notna().any():
        row = rows.loc[rows.gap.abs().idxmax()]
        return Message(
            "{part:text} is furthest from its plan: {gap:signed} of {target:money}",
            {"part": row[name], "gap": row.gap, "target": row.target},
        )
    if rows.change_rate.notna().any():
        row = rows.loc[rows.change_rate.abs().idxmax()]
        return Message(
            "{part:text} changes most against last year: {rate:change}",
            {"part": row[name], "rate": row.change_rate},
        )
    return Message("Nothing to compare with", {})


def _ahead(forecast: Forecast, dimension: str, found: Result) -> pd.DataFrame:
    """What the rest of the year brings by part, and how far below and above it may be."""
    months = found.months[found.months.fiscal_year & (found.months.rest > 0)]
    rows = forecast.values[forecast.values.level == dimension]
    parts = rows[rows.period_start.isin([*months.start])]
    expected = found.ahead["net_revenue"][0, months.index]
    total = forecast.values[forecast.values.level == "total"]
    total = total.set_index("period_start").value.loc[[*months.start]]
    share = expected / total.where(total != 0, np.nan).to_numpy()
    left = parts.period_start.map(dict(zip(months.start, np.nan_to_num(share), strict=True)))
    values = (parts.value * left).groupby(parts[dimension]).sum()
    sums = forecast.sums[forecast.sums.level == dimension]
    sums = sums[sums.periods == len(months)].set_index(dimension)
    below, above = sums.value - sums.low_80, sums.high_80 - sums.value
    return pd.DataFrame({"value": values, "below": below, "above": above})


def _net(lines: ibis.Table, dimension: str, period: Period | None) -> pd.Series:
    """Net revenue by part, "" where not recorded; nothing of no period."""
    rows = lines.filter(is_within(lines.order_date, period))
    key = rows[dimension].fill_null("").name("part")
    sums = rows.group_by(key).agg(net=rows.net.sum().cast("float64")).execute()
    return sums.set_index("part").net.astype(float).round(9)
