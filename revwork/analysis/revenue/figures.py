"""Revenue: how much, compared with before and with the target, when and where."""

from datetime import timedelta

import ibis
import pandas as pd

from revwork.analysis import margins, targets
from revwork.analysis.headlines import QUOTED, Headline
from revwork.analysis.periods import covers, in_periods
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Unanswered
from revwork.metrics import Kpi

_HEADLINES = {
    "net_revenue": Headline("money", "finance"),
    "gross_margin": Headline("money", "finance"),
    "contribution_margin": Headline("money", "finance"),
    "operating_result": Headline("money", "finance"),
    "orders": Headline("count", "sales"),
    "order_value": Headline("money", "product"),
    "customers": QUOTED["customers"],
}


def headline(
    lines: ibis.Table, expenses: ibis.Table, comparison: Comparison, calendar: Calendar
) -> list[Kpi]:
    """Return the numbers a revenue report opens with, each with change and path.

    Net revenue, margins and operating result (left out where costs are not known), orders, order
    value, customers; the path is the last twelve complete months.
    """
    now = comparison.current
    months = calendar.complete_months(now.last_day, 12)
    periods = [now, comparison.base or now, *months]
    found = margins.totals(lines, expenses, periods).astype(object)
    covered = [True, *covers(lines, periods[1:])]
    covered[1] &= comparison.base is not None
    found = found.where(pd.Series(covered), None)
    return [
        Kpi(
            metric,
            found[metric][0],
            card.unit,
            card.department,
            comparison.period.name,
            comparison=_or_none(found[metric][1]),
            series=tuple(map(_or_none, found[metric][2:])),
        )
        for metric, card in _HEADLINES.items()
        if pd.notna(found[metric][0])
    ]


def evolution(
    lines: ibis.Table, aims: ibis.Table, comparison: Comparison, calendar: Calendar
) -> pd.DataFrame:
    """Return net revenue of the thirteen months up to the end of the period.

    Columns: name, start, value, base (the month a year earlier; the same days where the month is
    partial), target (of the days elapsed), partial. A month that begins more than a week before
    the first line is null; a covered one without a sale is 0.
    """
    as_of = comparison.current.last_day
    last = calendar.holding(as_of, "month")
    months = [*calendar.complete_months(last.start - timedelta(days=1), 12), last]
    compared = [calendar.compare(month, "year ago", as_of) for month in months]
    known = [c.base or c.current for c in compared]
    shown = [c.current if c.partial else c.period for c in compared]
    net = _net(lines, [*shown, *known])
    plan = targets.promised(aims)
    before = net[len(months) :].where([c.base is not None for c in compared])
    return pd.DataFrame(
        {
            "name": [month.name for month in months],
            "start": [month.start for month in months],
            "value": net[: len(months)],
            "base": before.reset_index(drop=True),
            "target": [targets.target(plan, "net_revenue", period, calendar) for period in shown],
            "partial": [c.partial for c in compared],
        }
    ).astype({"target": float})


def breakdown(
    lines: ibis.Table, aims: ibis.Table, comparison: Comparison, calendar: Calendar, by: str
) -> pd.DataFrame:
    """Return net revenue by one dimension in both periods, largest first; rows add up.

    Columns: the dimension (null: not recorded), current, base, change (money, null where the base
    period has no sale at all), change_rate (null without a base), share, contribution (to the
    total's change), target (null if none).
    """
    both = in_periods(lines, [p for p in (comparison.current, comparison.base) if p])
    grouped = both.group_by(by).agg(
        current=both.net.sum(where=both.period == 0).cast("float64"),
        base=both.net.sum(where=both.period == 1).cast("float64"),
    )
    rows = grouped.execute()
    rows["current"] = rows.current.fillna(0.0)
    change = rows.current - (rows.base.fillna(0.0) if rows.base.notna().any() else rows.base)
    whole, moved = rows.current.sum(), change.sum()
    aimed = targets.by_segment(aims, "net_revenue", comparison.current, by, calendar)
    rows = rows.assign(
        change=change,
        change_rate=change / rows.base.abs().where(rows.base.abs() > 0),
        share=rows.current / whole if whole else None,
        contribution=change / moved if round(moved, 2) else None,
        target=rows[by].map(aimed).astype(float),
    )
    return rows.sort_values(["current", by], ascending=[False, True], ignore_index=True)


def need_sales(lines: ibis.Table, period: Period) -> None:
    """Raise Unanswered where no line counts, or the period lies before the first."""
    first = lines.order_date.min().execute()
    if pd.isna(first):
        raise Unanswered("No order counts as a sale: all were cancelled before shipment.")
    if period.end <= pd.Timestamp(first).date():
        raise Unanswered(
            "{period:period} has no sales, orders begin on {first:text}: "
            "ask for a later period, such as ytd.",
            period=period.name,
            first=f"{first:%Y-%m-%d}",
        )


def _net(lines: ibis.Table, periods: list[Period]) -> pd.Series:
    """Net revenue of each period, in order; null before the lines begin."""
    sold = in_periods(lines, periods)
    rows = sold.group_by("period").agg(net=sold.net.sum().cast("float64")).execute()
    net = rows.set_index("period").net.reindex(range(len(periods))).fillna(0.0)
    return net.where(covers(lines, periods))


def _or_none(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
