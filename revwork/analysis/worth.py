"""Worth: what a movement amounts to in a year, with an interval, so that findings can be ranked."""

from collections.abc import Mapping
from datetime import date
from math import erf, sqrt

import ibis
import pandas as pd

from revwork.analysis.margins import contribution
from revwork.analysis.periods import between, covers, in_periods
from revwork.analysis.segments import of_segment
from revwork.calendar import Calendar, Period
from revwork.findings import Impact

_Z95 = 1.959964
_YEAR = 365.25


def yearly(
    lines: ibis.Table,
    calendar: Calendar,
    as_of: date,
    currency: str,
    segment: Mapping[str, str | None] | None = None,
) -> Impact | None:
    """Return what changed in the last three complete months against a year before, for a year.

    Contribution margin before marketing of a segment of the company's lines (of all if None), the
    months' change scaled by days to a year; net revenue, named so, where no cost is known in one
    of the two. The interval takes orders as arriving at random (compound Poisson: the variance
    of a sum is the sum of squares). None where the lines do not cover the year before: a segment
    that is new is worth all it sells, one of a new company is not known.
    """
    months = calendar.complete_months(as_of, 3)
    before = [calendar.year_ago(month) for month in months]
    if None in before or not all(covers(lines, before)):
        return None
    now, base = _stretch(months), _stretch(before)
    for basis in ("contribution_margin", "net_revenue"):
        sums = _sums(of_segment(lines, segment or {}), basis, [now, base])
        if sums.total.notna().all():
            value = sums.total[0] - sums.total[1] * now.days / base.days
            return _scaled(value, sums.square.sum(), now, basis, currency)
    return None


def a_year(amount: float, lines: ibis.Table, period: Period, basis: str, currency: str) -> Impact:
    """Return an amount of a period as money a year, with what chance may have made of it.

    The amount is one of the lines', or their distance from a target; `basis` is
    contribution_margin, gross_margin or net_revenue. Their orders in the period, taken as arriving
    at random, make the interval.
    """
    return _scaled(amount, _sums(lines, basis, [period]).square.sum(), period, basis, currency)


def gap(lines: ibis.Table, period: Period, missing: float, metric: str, currency: str) -> Impact:
    """Return what a miss of a target in a period (negative) or a lead amounts to in a year."""
    return a_year(missing, lines, period, metric, currency)


def run_rate(
    lines: ibis.Table,
    calendar: Calendar,
    as_of: date,
    segment: Mapping[str, str | None] | None = None,
) -> tuple[str, float] | None:
    """Return basis and money a year, at the run rate of the last three complete months.

    Contribution margin before marketing of a segment of the lines (of all if None); net revenue,
    named so, where no cost is known. None before three months are complete.
    """
    months = calendar.complete_months(as_of, 3)
    if not all(covers(lines, months)):
        return None
    now = _stretch(months)
    for basis in ("contribution_margin", "net_revenue"):
        total = _sums(of_segment(lines, segment or {}), basis, [now]).total[0]
        if pd.notna(total):
            return basis, float(total) * _YEAR / now.days
    return None


def of_revenue(
    revenue: tuple[float, float, float],
    lines: ibis.Table,
    calendar: Calendar,
    as_of: date,
    currency: str,
) -> Impact:
    """Return what revenue a year (value, low, high) leaves as contribution before marketing.

    At the margin of the last three complete months of the lines given; as net revenue, named so,
    where no cost is known or nothing was sold.
    """
    kept = margin_share(lines, calendar, as_of)
    if kept is None:
        return Impact(*revenue, currency, "net_revenue")
    value, *ends = (part * kept for part in revenue)
    return Impact(value, min(ends), max(ends), currency)


def margin_share(lines: ibis.Table, calendar: Calendar, as_of: date) -> float | None:
    """Return contribution before marketing as a share of net revenue, last three complete months.

    Over the lines whose cost is known; None where none is, or nothing was sold.
    """
    sold = between(lines, _stretch(calendar.complete_months(as_of, 3)))
    sold = sold.mutate(left=contribution(sold))
    sums = sold.aggregate(
        left=sold.left.sum().cast("float64"),
        net=sold.net.sum(where=sold.left.notnull()).cast("float64"),
    )
    left, net = sums.execute().iloc[0]
    return left / net if net > 0 else None


def confidence(impact: Impact | None) -> float:
    """Return how sure the impact's sign is, 0 to 1, from its interval; 0 if one is not known."""
    if impact is None or not impact.high > impact.low:
        return 0.0
    z = abs(impact.value) / ((impact.high - impact.low) / (2 * _Z95))
    return round(erf(z / sqrt(2)), 3)


def _stretch(months: list[Period]) -> Period:
    return Period(f"{months[0].name}..{months[-1].name}", months[0].start, months[-1].end)


def _scaled(value: float, square: float, period: Period, basis: str, currency: str) -> Impact:
    scale = _YEAR / period.days
    half = _Z95 * sqrt(square)
    return Impact(value * scale, (value - half) * scale, (value + half) * scale, currency, basis)


def _sums(lines: ibis.Table, basis: str, periods: list[Period]) -> pd.DataFrame:
    """Per period the amount, and the orders' amounts squared; 0 without orders, null if unknown."""
    amounts = {"gross_margin": lines.net - lines.cost, "contribution_margin": contribution(lines)}
    sold = in_periods(lines.mutate(amount=amounts.get(basis, lines.net)), periods)
    orders = sold.group_by(["period", "order_id"]).agg(amount=sold.amount.sum().cast("float64"))
    rows = orders.group_by("period").agg(
        total=orders.amount.sum(), square=(orders.amount * orders.amount).sum()
    )
    return rows.execute().set_index("period").reindex(range(len(periods)), fill_value=0.0)
