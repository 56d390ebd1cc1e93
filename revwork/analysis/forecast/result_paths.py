"""Result paths: revenue ahead with its costs, drawn so that every sum has its interval."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import margins
from revwork.analysis.forecast import cost_ahead, month_rest, running_ahead
from revwork.analysis.forecast.outlook import Forecast
from revwork.analysis.forecast.result_outlook import COSTS, LEVEL, Result
from revwork.analysis.forecast.series import PARTS
from revwork.analysis.periods import covers
from revwork.calendar import Calendar, Period
from revwork.findings import Unanswered, Word

SHARES = Word("Share of each series in the last three months")
ASSUMED = [
    *("item", "method", "revenue_share", "low_revenue_share", "high_revenue_share"),
    *("monthly_cost", "low_monthly_cost", "high_monthly_cost"),
]
_DAY, _YEAR, _SEED = timedelta(days=1), 12, 20261122


@dataclass(frozen=True)
class Seen:
    """What an outlook is made of: lines, expenses as booked, the series and their forecast."""

    lines: ibis.Table
    expenses: ibis.Table
    sold: pd.DataFrame
    found: Forecast
    calendar: Calendar
    as_of: date

    @cached_property
    def coming(self) -> list[Period]:
        """The months forecast, the running one first."""
        return [self.calendar.holding(day, "month") for day in self.found.periods]

    @cached_property
    def past(self) -> list[Period]:
        """The complete months that the series hold, oldest first."""
        days = sorted(self.sold.period_start.unique())
        return [self.calendar.holding(day, "month") for day in days]

    @property
    def year(self) -> Period:
        """The fiscal year of the day after the last one counted."""
        return self.calendar.holding(self.as_of + _DAY, "year")

    @cached_property
    def before(self) -> list[Period]:
        """The months of the year that are over."""
        months = self.calendar.split(self.year, "month")
        return [one for one in months if one.end <= self.coming[0].start]

    @property
    def gone(self) -> Period | None:
        """The days of the running month that are over."""
        return month_rest.elapsed(self.coming[0], self.as_of)

    @cached_property
    def totals(self) -> Callable[..., pd.DataFrame]:
        """`margins.totals` of some periods, asked once for the same."""
        return cache(lambda *periods: margins.totals(self.lines, self.expenses, periods))

    @property
    def counted(self) -> list[Period]:
        """What of the year is over, month by month."""
        return [*self.before, *([self.gone] if self.gone else [])]


def result(seen: Seen) -> Result:
    """Return the outlook of the running fiscal year, and of the twelve months ahead.

    A running month brings what it brought and, of its forecast, the share that such a month still
    had to come in the last twelve, when as much of its days' worth was over. Goods and orders take
    what they took of each series' revenue in the last three months, other costs go on by kind; both
    miss as they would have missed from past months on. Costs that are not known are left out, with
    the reason.
    Raises Unanswered where the forecast ends before the year does.
    """
    if seen.coming[-1].end < seen.year.end:
        raise Unanswered("The forecast ends before {year:period} does.", year=seen.year.name)
    revenue = _revenue(seen)
    ahead, known = {"net_revenue": revenue}, _booked(seen)
    assumed, lacking = [], []
    for part in (_taken, _running):
        try:
            drawn, rows = part(seen, revenue)
        except Unanswered as reason:
            lacking.append(reason.message)
        else:
            ahead |= drawn
            assumed += rows
    return Result(
        seen.year,
        seen.as_of,
        _months(seen),
        known,
        {name: _placed(values, len(known)) for name, values in ahead.items()},
        pd.DataFrame(assumed, columns=ASSUMED).round(6),
        tuple(lacking),
    )


def _revenue(seen: Seen) -> np.ndarray:
    """Net revenue still to come, as draws × months from the running one on, expected first."""
    values = seen.found.values
    total = values[values.level == "total"].value.to_numpy(float)
    drawn = np.vstack([total, seen.found.paths])
    running = month_rest.Running(seen.coming[0], seen.as_of, seen.found.worth)
    rest = month_rest.shares(seen.lines, "net", seen.past[-_YEAR:], running)
    drawn[:, 0] *= _stacked(rest, len(drawn) - 1, 0)
    return drawn


def _months(seen: Seen) -> pd.DataFrame:
    months, running = [*seen.before, *seen.coming], seen.coming[0]
    gone = seen.gone.days if seen.gone else 0
    rest = [0.0 if one.end <= running.start else 1.0 for one in months]
    rest[len(seen.before)] = 1 - gone / running.days
    whole = np.array(rest) == 1
    return pd.DataFrame(
        {
            "name": [one.name for one in months],
            "start": [one.start for one in months],
            "rest": rest,
            "fiscal_year": [one.end <= seen.year.end for one in months],
            "next_twelve_months": whole & (whole.cumsum() <= _YEAR),
        }
    )


def _booked(seen: Seen) -> pd.DataFrame:
    """What each month brought and cost so far: null where the tables do not reach back to it."""
    months = range(len(seen.before) + len(seen.coming))
    known = pd.DataFrame(0.0, index=months, columns=["net_revenue", *COSTS])
    if not seen.counted:
        return known
    sales = ["net_revenue", *cost_ahead.TAKEN]
    found = margins.totals(seen.lines, seen.expenses.limit(0), seen.counted)[sales]
    few = ["cost_not_known", *margins.ORDER_COSTS]
    found[few] = found[few].fillna(0.0).where(found.net_revenue.notna(), np.nan)
    found[~np.array(covers(seen.lines, seen.counted))] = np.nan
    table = running_ahead.by_kind(seen.expenses, seen.counted)
    found["marketing"] = table.get("marketing", pd.Series(0.0, index=table.index))
    found["running"] = table.sum(axis=1) - found.marketing
    first = seen.expenses.date.min().execute()
    reached = [pd.notna(first) and one.last_day >= _first(first) for one in seen.counted]
    found[["marketing", "running"]] = found[["marketing", "running"]].where(pd.Series(reached))
    known.loc[found.index] = found
    return known


def _taken(seen: Seen, revenue: np.ndarray) -> tuple[dict[str, np.ndarray], list[dict]]:
    """What goods and orders take of revenue ahead, and how that is assumed."""
    values = seen.found.values
    place = {day: at for at, day in enumerate(seen.found.periods)}
    ahead = values[values.level == "series"]
    ahead = ahead.assign(month=ahead.period_start.map(place))
    shares = cost_ahead.shares(cost_ahead.sold(seen.lines, seen.past, PARTS), ahead, PARTS)
    taken = revenue[:, None] * (shares.expected + _missed(shares.misses, len(revenue) - 1, 1))
    whole = revenue[:, :_YEAR].sum(1)
    rows = [
        {"item": name, "method": SHARES, **_ends(taken[:, at, :_YEAR].sum(1) / whole, "_share")}
        for at, name in enumerate(cost_ahead.TAKEN)
        if taken[:, at].any() and (whole > 0).all()
    ]
    return dict(zip(cost_ahead.TAKEN, taken.swapaxes(0, 1), strict=True)), rows


def _running(seen: Seen, revenue: np.ndarray) -> tuple[dict[str, np.ndarray], list[dict]]:
    """Marketing and the costs of running the company in months not booked yet."""
    until = running_ahead.booked_until(seen.expenses, seen.as_of)
    if until is None:
        raise Unanswered("The result ahead needs what is spent: add the table expenses.")
    first = _first(seen.expenses.date.min().execute())
    booked = [one for one in seen.past if one.start >= first and one.last_day <= until]
    late = sum(one.last_day > until for one in seen.past)
    horizon, count = late + revenue.shape[1], len(revenue) - 1
    sums = {name: np.zeros((count + 1, horizon)) for name in ("marketing", "running")}
    rows = []
    kinds = running_ahead.ahead(running_ahead.by_kind(seen.expenses, booked), horizon)
    for seed, one in enumerate(kinds, 2):
        drawn = one.expected + _missed(one.misses, count, seed)
        monthly = drawn[:, late : late + _YEAR].mean(1)
        rows.append({"item": one.kind, "method": one.method, **_ends(monthly, "_cost")})
        if until >= seen.coming[0].start:
            own = seen.expenses.filter(seen.expenses.kind == one.kind)
            running = month_rest.Running(seen.coming[0], seen.as_of)
            rest = month_rest.shares(own, "amount", booked[-_YEAR:], running, "date")
            drawn[:, late] *= _stacked(rest, count, seed)
        sums["marketing" if one.kind == "marketing" else "running"] += drawn
    return sums, rows


def _missed(misses: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Past misses drawn whole, either way; none first. Origins × … becomes draws × …."""
    drawn = np.random.default_rng(_SEED + seed)
    picked = misses[drawn.integers(len(misses), size=count)]
    signs = drawn.choice([-1.0, 1.0], size=(count, *[1] * (misses.ndim - 1)))
    return np.concatenate([np.zeros((1, *misses.shape[1:])), picked * signs])


def _stacked(rest: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The share of a month still to come: its mean, then that of a past month for each draw."""
    drawn = np.random.default_rng(_SEED + 100 + seed)
    return np.append(rest.mean(), drawn.choice(rest, size=count))


def _placed(values: np.ndarray, count: int) -> np.ndarray:
    """Months that end with the last one ahead, in place among all there are."""
    more = count - values.shape[1]
    return np.pad(values, ((0, 0), (more, 0))) if more >= 0 else values[:, -more:]


def _first(day: object) -> date:
    """The first day of a day's month."""
    return pd.Timestamp(day).date().replace(day=1)


def _ends(draws: np.ndarray, ending: str) -> dict[str, float]:
    """What is expected and its interval: a share of revenue, or a cost a month."""
    low, high = np.quantile(draws[1:], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    name = {"_share": "revenue_share", "_cost": "monthly_cost"}[ending]
    return {name: draws[0], f"low_{name}": low, f"high_{name}": high}
