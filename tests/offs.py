"""Companies by day, by hand: what each day sold, and which days were public holidays."""

from datetime import date

import numpy as np
import pandas as pd

from revwork.analysis.forecast.day_kinds import Days
from revwork.analysis.forecast.hierarchy import history
from revwork.calendar import Calendar

CALENDAR = Calendar()
WEEK = np.array([1.4, 1.2, 1.2, 1.2, 1.0, 0.6, 0.4])
EASTERS = ["2022-04-18", "2023-04-10", "2024-04-01", "2025-04-21", "2026-04-06", "2027-03-29"]


def free(region, *days, country="ES"):
    """Public holidays of a region."""
    found = pd.DataFrame({"day": [date.fromisoformat(one) for one in days] or [None]})
    return found.assign(region=region, country=country, name="")[
        ["region", "country", "day", "name"]
    ]


def easter_weeks():
    """The eight days before Easter Monday and itself: they fall into March, April, or both."""
    ends = map(pd.Timestamp, EASTERS)
    return [f"{day:%Y-%m-%d}" for end in ends for day in pd.date_range(end=end, periods=9)]


def sold(first, last, holidays, sells=0.4, region="Spain"):
    """What each day sold: a weekday's share of a growing level; on a holiday so much of it."""
    days = pd.date_range(first, last)
    level = 100 * 1.05 ** (np.arange(len(days)) / 365) * WEEK[days.dayofweek]
    level *= np.random.default_rng(1).normal(1, 0.02, len(days))
    level *= np.where(days.isin(pd.to_datetime([*holidays])), sells, 1.0)
    return pd.DataFrame(
        {"order_date": days, "region": region, "channel": "Web", "net_revenue": level.round(2)}
    )


def by_period(sold, grain="month", calendar=CALENDAR):
    """Rows of `series.monthly` or `weekly`, of one category, of all periods that are whole."""
    starts = [calendar.holding(day, grain).start for day in sold.order_date.dt.date]
    summed = sold.assign(period_start=starts, category="Beans")
    keys = ["period_start", "region", "channel", "category"]
    whole = summed.groupby(keys, as_index=False).net_revenue.sum()
    return whole[whole.period_start >= sold.order_date.min().date()].reset_index(drop=True)


def days(sold, *holidays):
    return Days(sold, pd.concat(holidays, ignore_index=True), CALENDAR)


def wide(sold, grain="month"):
    return history(by_period(sold, grain))
