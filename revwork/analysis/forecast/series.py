"""Series to forecast: net revenue of each region × channel × category, period after period."""

from datetime import date, timedelta

import ibis
import pandas as pd

from revwork import metrics
from revwork.analysis.periods import covers, in_periods
from revwork.calendar import Calendar, Grain, Period
from revwork.findings import Unanswered

PARTS = ("region", "channel", "category")
FEWEST = {"month": 13, "week": 26}  # complete periods that a forecast begins with

_SHORT = {
    "month": "A forecast by month needs {least:number} complete months: the orders cover "
    "{found:number}.",
    "week": "A forecast by week needs {least:number} complete weeks: the orders cover "
    "{found:number}.",
}


def monthly(lines: ibis.Table, calendar: Calendar, as_of: date) -> pd.DataFrame:
    """Return net revenue of every series in each complete month of the company's calendar.

    Columns: period_start (its first day, a date), region, channel, category ("" where not
    recorded), net_revenue (four digits, so that the series add up to the whole to the cent). A
    series is 0 from its first sale on where nothing was sold, also after its last; before its
    first it has no rows. A month the data begin in is left out. Raises Unanswered below 13 months.
    """
    return _sold(lines, calendar, as_of, "month")


def weekly(lines: ibis.Table, calendar: Calendar, as_of: date) -> pd.DataFrame:
    """Return net revenue of every series in each complete week, ISO or of the retail calendar.

    Columns as of `monthly`. Raises Unanswered below 26 weeks.
    """
    return _sold(lines, calendar, as_of, "week")


def coming(calendar: Calendar, as_of: date, grain: Grain, ahead: int) -> list[date]:
    """Return the first days of the next `ahead` periods, from the one not over at `as_of`."""
    day, found = as_of + timedelta(days=1), []
    while len(found) < ahead:
        period = calendar.holding(day, grain)
        found.append(period.start)
        day = period.end
    return found


def _sold(lines: ibis.Table, calendar: Calendar, as_of: date, grain: Grain) -> pd.DataFrame:
    periods = _complete(lines, calendar, as_of, grain)
    if len(periods) < FEWEST[grain]:
        raise Unanswered(_SHORT[grain], **{"least": FEWEST[grain], "found": len(periods)})
    sold = in_periods(lines, periods).mutate(**{one: lines[one].fill_null("") for one in PARTS})
    net = metrics.net_revenue(sold).cast("float64").round(4)
    sums = sold.group_by("period", *PARTS).agg(net_revenue=net).execute()
    wide = sums.pivot(index="period", columns=[*PARTS], values="net_revenue")
    wide = wide.reindex(range(len(periods)))
    filled = wide.fillna(0.0).where(wide.notna().cummax())
    long = filled.unstack().dropna().rename("net_revenue").reset_index()
    long["period_start"] = [periods[place].start for place in long.pop("period")]
    found = long.sort_values(["period_start", *PARTS], ignore_index=True)
    return found[["period_start", *PARTS, "net_revenue"]]


def _complete(lines: ibis.Table, calendar: Calendar, as_of: date, grain: Grain) -> list[Period]:
    """The periods over at `as_of`, from the first that the orders cover whole, oldest first."""
    first = lines.order_date.min().execute()
    if pd.isna(first):
        return []
    first = day = pd.Timestamp(first).date()
    found: list[Period] = []
    while (period := calendar.holding(day, grain)).last_day <= as_of:
        found.append(period)
        day = period.end
    is_week = grain == "week"
    whole = [one.start >= first for one in found[:1]] if is_week else covers(lines, found[:1])
    return found[0 if whole == [True] else 1 :]
