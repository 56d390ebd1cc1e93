"""Posts: who held which position from when to when, and what quota that makes month by month."""

from collections.abc import Sequence
from datetime import date

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.sales_flow.ramp import MONTH
from revwork.calendar import Period

COLUMNS = ("person_id", "team", "role", "level", "region", "manager")
OPEN_END = pd.Timestamp(2200, 1, 1)


def posts(people: ibis.Table) -> pd.DataFrame:
    """Return one row per person and position, leavers and those still to start included.

    Columns: person_id, team, role, level, region, manager, start, end (first day no longer there;
    year 2200 while employed), begun (the person's first day in the company), annual_quota and
    annual_cost (null unknown).
    """
    columns = [*COLUMNS, "start_date", "end_date"]
    money = {name: people[name].cast("float64") for name in ("annual_quota", "annual_cost")}
    rows = people.select(*columns, **money).order_by(["person_id", "start_date"]).execute()
    start = pd.to_datetime(rows.pop("start_date"))
    end = pd.to_datetime(rows.pop("end_date")).fillna(OPEN_END)
    rows = rows.assign(start=start, end=end)
    return rows.assign(begun=rows.groupby("person_id").start.transform("min"))


def there(rows: pd.DataFrame, day: date) -> pd.Series:
    """Return which positions are held at the end of a day."""
    at = pd.Timestamp(day)
    return (rows.start <= at) & (rows.end > at)


def answer(rows: pd.DataFrame, tickets: ibis.Table) -> pd.Series:
    """Return which positions are of people who answer tickets."""
    agents = tickets.filter(tickets.agent.notnull()).select("agent").distinct().execute().agent
    return rows.person_id.isin(agents)


def share_of(rows: pd.DataFrame, period: Period) -> np.ndarray:
    """Return for what share of a period's days each position was held."""
    first, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    days = (rows.end.clip(upper=end) - rows.start.clip(lower=first)).dt.days.clip(lower=0)
    return days.to_numpy() / period.days


def months_since(rows: pd.DataFrame, period: Period) -> np.ndarray:
    """Return each person's months since they began, in the middle of their days in a period."""
    first = rows.start.clip(lower=pd.Timestamp(period.start))
    last = rows.end.clip(upper=pd.Timestamp(period.end))
    middle = first + (last - first) / 2
    return ((middle - rows.begun).dt.total_seconds() / 86400 / MONTH).clip(lower=0).to_numpy()


def grown(rows: pd.DataFrame, month: Period, growth: Sequence[float]) -> np.ndarray:
    """Return what `growth`, by month since they began, says of each person in a month."""
    curve = np.asarray(growth, float)
    return curve[months_since(rows, month).astype(int).clip(max=len(curve) - 1)]


def quota(rows: pd.DataFrame, months: Sequence[Period], growth: Sequence[float]) -> pd.DataFrame:
    """Return the quota due by each position over calendar months, in full and as newcomers grow.

    A month asks a twelfth of the year's, by days where the position was held, or the month asked,
    only in part. `growth` is what share of it is asked in each month since they began, from 0; the
    last holds on. Columns: quota and ramped_quota (null where no quota is known), held (months).
    """
    held = np.array([share_of(rows, month) * _part(month) for month in months])
    level = np.array([grown(rows, month, growth) for month in months])
    monthly = rows.annual_quota.to_numpy() / 12
    return pd.DataFrame(
        {
            "quota": monthly * held.sum(axis=0),
            "ramped_quota": monthly * (held * level).sum(axis=0),
            "held": held.sum(axis=0),
        },
        index=rows.index,
    )


def _part(month: Period) -> float:
    """What share of its calendar month a period is."""
    whole = pd.Timestamp(month.start).days_in_month
    return month.days / whole if month.days < whole else 1.0
