"""Trading days: how much of its sales each period's weekdays and public holidays carry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import ibis
import numpy as np
import pandas as pd

from revwork import metrics
from revwork.analysis.forecast import day_weights, origins
from revwork.analysis.forecast.day_weights import Kinds
from revwork.analysis.forecast.hierarchy import Hierarchy
from revwork.calendar import Calendar
from revwork.findings import Word

PLAIN = Word("As the calendar has it")
WEEKDAYS = Word("By weekday")
HOLIDAYS = Word("By weekday and public holiday")
_RECENT, _LEAST = 12, 0.2  # periods whose sales weigh series; of an average period


@dataclass(frozen=True)
class Days:
    """What every day sold, and which are public holidays.

    `sold`: as `daily`; `holidays`: region, day (also of the periods to come), name. A region
    without a row is counted by its weekdays alone.
    """

    sold: pd.DataFrame
    holidays: pd.DataFrame
    calendar: Calendar


Carried = Callable[[int], np.ndarray]  # of how many periods known: nodes × all periods, mean 1


def daily(lines: ibis.Table, as_of: date) -> pd.DataFrame:
    """Return net revenue of each day, region and channel until `as_of`.

    Columns: order_date (a date), region, channel ("" where not recorded), net_revenue.
    """
    counted = lines.filter(lines.order_date <= as_of)
    named = counted.mutate(
        region=counted.region.fill_null(""), channel=counted.channel.fill_null("")
    )
    net = metrics.net_revenue(named).cast("float64").round(4)
    keys = ["order_date", "region", "channel"]
    return named.group_by(keys).agg(net_revenue=net).order_by(keys).execute()


def ways(days: Days, wide: pd.DataFrame, of: Hierarchy, ahead: int) -> dict[Word, Carried | None]:
    """Return the ways to count days: as the calendar has them, by weekday, with public holidays.

    `wide`: as `hierarchy.history`; `ahead`: how many periods to come are counted. A week has every
    weekday once, so that only public holidays tell weeks apart.
    """
    starts = _starts(days.calendar, [*wide.index], ahead)
    groups = [(region, channel) for region, channel, _ in wide.columns]
    names = sorted(set(groups))
    kinds = _kinds(days, starts, names)
    place = np.array([names.index(one) for one in groups])
    series = wide.fillna(0.0).to_numpy().T
    found: dict[Word, Carried | None] = {PLAIN: None}
    if _long([*wide.index]):
        plain = _kinds(replace(days, holidays=days.holidays.iloc[:0]), starts, names)
        found[WEEKDAYS] = partial(_carried, plain, place, series, of)
    if kinds.off.any():
        found[HOLIDAYS] = partial(_carried, kinds, place, series, of)
    return found


def compared(known: Mapping[Word, origins.Known]) -> pd.DataFrame:
    """Return how far the forecast of the sums was off with each way to count days.

    By the mean of candidates that is quickly fitted, where candidates are compared. Columns:
    counting, smape_rate, mase_multiple, is_chosen (lowest mase_multiple; the calendar's own
    days where that is as good).
    """
    rows = [{"counting": way, **origins.of_sums(one)} for way, one in known.items()]
    found = pd.DataFrame(rows)
    return found.assign(is_chosen=found.index == found.mase_multiple.idxmin())


def chosen(tried: pd.DataFrame) -> Word:
    """Return the way that was off least."""
    return tried.counting[tried.is_chosen].iloc[0]


def holiday(days: Days, wide: pd.DataFrame) -> float | None:
    """Return what a public holiday sold beside the weekday it fell on; None where none is known."""
    names = sorted({(region, channel) for region, channel, _ in wide.columns})
    kinds = _kinds(days, _starts(days.calendar, [*wide.index], 0), names)
    return day_weights.learned(kinds).usual_holiday if kinds.off.any() else None


def _carried(
    kinds: Kinds, place: np.ndarray, series: np.ndarray, of: Hierarchy, known: int
) -> np.ndarray:
    """Nodes × periods beside the mean of those known; sums by what their series sold of late."""
    worth = day_weights.learned(kinds.until(known)).of_days(kinds)[place]
    sold = np.maximum(series[:, max(0, known - _RECENT) : known].sum(axis=1), 0.0) + 1e-6
    found = (of.sums * sold) @ worth / (of.sums @ sold)[:, None]
    return np.maximum(found / found[:, :known].mean(axis=1, keepdims=True), _LEAST)


def _kinds(days: Days, starts: Sequence[date], groups: Sequence[tuple[str, str]]) -> Kinds:
    edges = pd.DatetimeIndex(starts)
    each = pd.date_range(edges[0], edges[-1], inclusive="left")
    sold = days.sold.assign(order_date=pd.to_datetime(days.sold.order_date))
    wide = sold.pivot(index=["region", "channel"], columns="order_date", values="net_revenue")
    money = wide.reindex(index=pd.MultiIndex.from_tuples(groups), columns=each).fillna(0.0)
    free = {region: one.day for region, one in days.holidays.groupby("region")}
    off = np.array([each.isin(pd.to_datetime(free.get(region, []))) for region, _ in groups])
    period = np.searchsorted(edges, each, side="right") - 1
    kind = period * 7 + each.dayofweek.to_numpy()
    amounts = money.to_numpy()
    parts = [~off, off, amounts * ~off, amounts**2 * ~off, amounts * off]
    return Kinds(*(_summed(one, kind, len(starts) - 1) for one in parts))


def _summed(values: np.ndarray, kind: np.ndarray, periods: int) -> np.ndarray:
    rows = [np.bincount(kind, row, periods * 7) for row in values.astype(float)]
    return np.array(rows).reshape(len(values), periods, 7)


def _long(known: Sequence[date]) -> bool:
    return (known[1] - known[0]).days > 20


def _starts(calendar: Calendar, known: list[date], ahead: int) -> list[date]:
    """First days of the known periods and the coming ones, and the day after the last."""
    grain, found = "month" if _long(known) else "week", [*known]
    for _ in range(ahead + 1):
        found.append(calendar.holding(found[-1], grain).end)
    return found
