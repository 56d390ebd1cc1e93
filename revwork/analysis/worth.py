"""Worth: what a movement amounts to in a year, with an interval, so that findings can be ranked."""

from datetime import date
from math import erf, sqrt

import ibis
import pandas as pd

from revwork.analysis.margins import contribution
from revwork.analysis.sales import in_periods
from revwork.calendar import Calendar, Period
from revwork.findings import Impact

_Z95 = 1.959964
_YEAR = 365.25


def yearly(lines: ibis.Table, calendar: Calendar, as_of: date, currency: str) -> Impact | None:
    """Return what changed in the last three complete months against a year before, for a year.

    Contribution margin before marketing of the lines given (filter them to a segment first), the
    months' change scaled by days to a year; net revenue, named so, where no line has a cost. The
    interval takes orders as arriving at random (compound Poisson: the variance of a sum is
    the sum of squares). None where the lines do not cover the year before.
    """
    months = calendar.complete_months(as_of, 3)
    before = [calendar.year_ago(month) for month in months]
    if None in before or not _covers(lines, before[0]):
        return None
    now, base = _stretch(months), _stretch(before)
    basis = "contribution_margin" if lines.cost.notnull().any().execute() else "net_revenue"
    amount = contribution(lines) if basis == "contribution_margin" else lines.net
    sums = _sums(lines.mutate(amount=amount), [now, base])
    scale = _YEAR / now.days
    value = (sums.total[0] - sums.total[1] * now.days / base.days) * scale
    half = _Z95 * sqrt(sums.square.sum()) * scale
    return Impact(value, value - half, value + half, currency, basis)


def confidence(impact: Impact | None) -> float:
    """Return how sure the impact's sign is, 0 to 1, from its interval; 0 if it is not known."""
    if impact is None or impact.high == impact.low:
        return 0.0
    z = abs(impact.value) / ((impact.high - impact.low) / (2 * _Z95))
    return round(erf(z / sqrt(2)), 3)


def _covers(lines: ibis.Table, period: Period) -> bool:
    first = lines.order_date.min().execute()
    return pd.notna(first) and pd.Timestamp(first).date() <= period.last_day


def _stretch(months: list[Period]) -> Period:
    return Period(f"{months[0].name}..{months[-1].name}", months[0].start, months[-1].end)


def _sums(lines: ibis.Table, periods: list[Period]) -> pd.DataFrame:
    """Per period the amount, and the orders' amounts squared."""
    sold = in_periods(lines, periods)
    orders = sold.group_by(["period", "order_id"]).agg(amount=sold.amount.sum().cast("float64"))
    rows = orders.group_by("period").agg(
        total=orders.amount.sum(), square=(orders.amount * orders.amount).sum()
    )
    return rows.execute().set_index("period").reindex(range(len(periods))).fillna(0.0)
