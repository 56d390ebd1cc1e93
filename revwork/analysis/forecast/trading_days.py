"""Trading days: how much of its sales each period's weekdays and public holidays carry."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from revwork.analysis.forecast import day_kinds, day_weights, origins
from revwork.analysis.forecast.day_kinds import Days
from revwork.analysis.forecast.day_weights import Kinds
from revwork.analysis.forecast.hierarchy import Hierarchy
from revwork.calendar import Calendar
from revwork.findings import Message, Word

PLAIN = Word("All days alike")
WEEKDAYS = Word("By weekday")
HOLIDAYS = Word("By weekday and public holiday")
Carried = Callable[[int], np.ndarray]  # of how many periods known: nodes × all periods, mean 1
_WEEK, _ALIKE = 7, 0.001
_RECENT, _LEAST = 12, 0.2  # periods whose sales weigh series; of an average period


def ways(days: Days, wide: pd.DataFrame, of: Hierarchy, ahead: int) -> dict[Word, Carried | None]:
    """Return the ways to count days: all alike, by weekday, by public holiday too.

    `wide`: as `hierarchy.history`; `ahead`: how many periods to come are counted. A week has every
    weekday once, so that only public holidays tell weeks apart.
    """
    starts = _starts(days.calendar, [*wide.index], ahead)
    each = [*map(tuple, wide.columns.droplevel("category"))]
    groups = sorted(set(each))
    place = np.array([groups.index(one) for one in each])
    series = wide.fillna(0.0).to_numpy().T
    found: dict[Word, Carried | None] = {PLAIN: None}
    if (wide.index[1] - wide.index[0]).days > _WEEK:
        plain = day_kinds.kinds(days.working, starts, groups)
        found[WEEKDAYS] = partial(_carried, plain, place, series, of)
    kinds = day_kinds.kinds(days, starts, groups)
    if kinds.off.any():
        found[HOLIDAYS] = partial(_carried, kinds, place, series, of)
    return found


def compared(known: Mapping[Word, origins.Known]) -> pd.DataFrame:
    """Return how far the forecast of the sums was off with each way to count days.

    By the mean of candidates that is quickly fitted, where candidates are compared. Columns:
    counting, smape_rate, mase_multiple, is_chosen (lowest mase_multiple; all days alike where
    that is as good).
    """
    rows = [{"counting": way, **origins.of_sums(one)} for way, one in known.items()]
    found = pd.DataFrame(rows)
    return found.assign(is_chosen=found.index == found.mase_multiple.idxmin())


def chosen(tried: pd.DataFrame) -> Word:
    """Return the way that was off least."""
    return tried.counting[tried.is_chosen].iloc[0]


def by_day(days: Days, wide: pd.DataFrame, way: Word, ahead: int) -> pd.DataFrame:
    """Return what each day of the known periods and of those ahead is worth to the company.

    Columns: day (midnight), worth (of an average day). No rows where all days count alike.
    """
    if way == PLAIN:
        return pd.DataFrame({"day": pd.to_datetime([]), "worth": []})
    counted = days if way == HOLIDAYS else days.working
    starts, known = _starts(days.calendar, [*wide.index], ahead), len(wide)
    groups = sorted({*map(tuple, wide.columns.droplevel("category"))})
    kinds = day_kinds.kinds(counted, starts[: known + 1], groups)
    weights = day_weights.learned(kinds)
    each = pd.date_range(starts[0], starts[-1], inclusive="left")
    off = day_kinds.holidays(counted, each, groups)
    worth = weights.weekday[:, each.dayofweek] * np.where(off, weights.holiday[:, None], 1.0)
    money = np.maximum(kinds.sold[:, -_RECENT:].sum(axis=(1, 2)), 0.0) + 1e-6
    return pd.DataFrame({"day": each, "worth": np.average(worth, axis=0, weights=money).round(9)})


def reading(tried: pd.DataFrame) -> Message:
    """Say how days are counted, and what that was worth in the back-test."""
    rates = tried.set_index("counting").smape_rate
    way = chosen(tried)
    if way == PLAIN:
        return Message(
            "Counting weekdays or public holidays made no forecast better: all days count alike", {}
        )
    values = {"way": way, "share": rates[way], "plain": rates[PLAIN]}
    if rates[PLAIN] - rates[way] < _ALIKE:
        return Message(
            "Days count {way:lower}: in the back-test hardly better than all days alike, sums were "
            "off by {share:percent}",
            values,
        )
    return Message(
        "Days count {way:lower}: sums were off by {share:percent} in the back-test, where with all "
        "days alike they were off by {plain:percent}",
        values,
    )


def _carried(
    kinds: Kinds, place: np.ndarray, series: np.ndarray, of: Hierarchy, known: int
) -> np.ndarray:
    """Nodes × periods beside the mean of those known; sums by what their series sold of late."""
    worth = day_weights.learned(kinds.until(known)).of_days(kinds)[place]
    sold = np.maximum(series[:, max(0, known - _RECENT) : known].sum(axis=1), 0.0) + 1e-6
    found = (of.sums * sold) @ worth / (of.sums @ sold)[:, None]
    return np.maximum(found / found[:, :known].mean(axis=1, keepdims=True), _LEAST)


def _starts(calendar: Calendar, known: Sequence[date], ahead: int) -> list[date]:
    """First days of the known periods and those ahead, and the day after the last."""
    grain, found = "month" if (known[1] - known[0]).days > _WEEK else "week", [*known]
    for _ in range(ahead + 1):
        found.append(calendar.holding(found[-1], grain).end)
    return found
