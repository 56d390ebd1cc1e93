"""Kinds of days: how many weekdays and public holidays each period has, and what they sold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import ibis
import numpy as np
import pandas as pd

from revwork import metrics
from revwork.analysis.forecast.day_weights import Kinds
from revwork.calendar import Calendar

PLACE = ("region", "channel")


@dataclass(frozen=True)
class Days:
    """What every day sold, and which are public holidays.

    `sold`: as `daily`; `holidays`: region, country (a code), day (also of periods to come), name. A
    region without a day is counted by its weekdays alone.
    """

    sold: pd.DataFrame
    holidays: pd.DataFrame
    calendar: Calendar

    @property
    def working(self) -> "Days":
        """The same with public holidays as the weekdays they fall on."""
        return replace(self, holidays=self.holidays.iloc[:0])


def daily(lines: ibis.Table, as_of: date) -> pd.DataFrame:
    """Return net revenue of each day, region and channel until `as_of`.

    Columns: order_date (midnight), region, channel ("" where not recorded), net_revenue.
    """
    counted = lines.filter(lines.order_date <= as_of)
    named = counted.mutate(
        region=counted.region.fill_null(""), channel=counted.channel.fill_null("")
    )
    net = metrics.net_revenue(named).cast("float64").round(4)
    keys = ["order_date", *PLACE]
    found = named.group_by(keys).agg(net_revenue=net).order_by(keys).execute()
    return found.assign(order_date=pd.to_datetime(found.order_date))


def kinds(days: Days, starts: Sequence[date], groups: Sequence[tuple[str, str]]) -> Kinds:
    """Return the kinds of days of groups, (region, channel), in periods.

    `starts`: the periods' first days, and the day after the last. Days outside are left out.
    """
    edges = pd.DatetimeIndex(starts)
    each = pd.date_range(edges[0], edges[-1], inclusive="left")
    sold = days.sold.assign(order_date=pd.to_datetime(days.sold.order_date))
    wide = sold.pivot(index=["region", "channel"], columns="order_date", values="net_revenue")
    rows = pd.MultiIndex.from_tuples(groups)
    amounts = wide.reindex(index=rows, columns=each).fillna(0.0).to_numpy()
    off = holidays(days, each, groups)
    period = np.searchsorted(edges, each, side="right") - 1
    kind = period * 7 + each.dayofweek.to_numpy()
    parts = [~off, off, amounts * ~off, amounts**2 * ~off, amounts * off]
    return Kinds(*(_summed(one, kind, len(starts) - 1) for one in parts))


def holidays(days: Days, each: pd.DatetimeIndex, groups: Sequence[tuple[str, str]]) -> np.ndarray:
    """Return groups × days: whether a day is a public holiday in the group's region."""
    free = {name: pd.to_datetime(one.day) for name, one in days.holidays.groupby("region")}
    return np.array([each.isin(free.get(region, [])) for region, _ in groups])


def _summed(values: np.ndarray, kind: np.ndarray, periods: int) -> np.ndarray:
    rows = [np.bincount(kind, row, periods * 7) for row in values.astype(float)]
    return np.array(rows).reshape(len(values), periods, 7)
