"""Outlook: what each series is expected to bring, with intervals, and sums of coming periods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from revwork.analysis.forecast import origins, reliability, spread, trading_days
from revwork.analysis.forecast.hierarchy import Hierarchy, hierarchy, history
from revwork.analysis.forecast.trading_days import Days
from revwork.findings import Message

QUANTILES = {"low_80": 0.1, "high_80": 0.9, "low_95": 0.025, "high_95": 0.975}
DRAWS = 4000


@dataclass(frozen=True)
class Forecast:
    """What is expected of every series and sum, the total's paths, and how the past went.

    `values`: level (total, region, channel, category or series), region, channel, category ("" at
    a level that adds them up), period_start, value, low_80, high_80, low_95, high_95. At every
    level a period's values add up to the total, to the cent; none is negative.
    `sums`: the same of the first 1, 2, … periods together: as `values`, period_start that of the
    last, and periods (how many). Ends of intervals do not add up: those of the sum are these.
    `paths`: draws × periods, what the total may be; the total's intervals are its quantiles.
    `scores`: as `origins.scores`; `coverage`: as `reliability.coverage`; `checked`: as
    `reliability.checked`.
    """

    values: pd.DataFrame
    sums: pd.DataFrame
    paths: np.ndarray
    scores: pd.DataFrame
    coverage: pd.DataFrame
    checked: pd.DataFrame
    counting: pd.DataFrame
    worth: pd.DataFrame

    @property
    def periods(self) -> list[date]:
        """First days of the coming periods."""
        return [*self.values.period_start[self.values.level == "total"]]


def forecast(sold: pd.DataFrame, coming: Sequence[date], days: Days | None = None) -> Forecast:
    """Return the forecast of `series.monthly` or `weekly` for the periods `series.coming` names.

    How days are counted is chosen by rolling origins, then the candidates, once for all sums and
    once for all series; their forecasts are reconciled; intervals are as wide as past forecasts
    were off (`spread`). Without `days` periods are taken as they are. The same for the same sales,
    whenever it is run.
    """
    wide = history(sold)
    season = 12 if (wide.index[1] - wide.index[0]).days > 20 else 52
    of = hierarchy(wide.columns)
    known, counting, worth = _known(wide, of, season, days, len(coming))
    told = origins.told(known)
    scored = origins.scores(told, known)
    past = origins.past(told, known, scored)
    value = origins.coherent(known, origins.chosen(scored), len(coming))
    laws = reliability.laws(past, of)
    sizes = spread.scales(known.history, season)
    one, together = np.eye(len(coming)), np.tril(np.ones((len(coming), len(coming))))
    drawn = spread.paths(laws["total"], len(coming), DRAWS) * sizes[0]
    paths = np.maximum(value[0] + drawn, 0.0).round(2)
    count = np.tile(np.arange(len(coming)) + 1, len(of.nodes))
    half = [
        reliability.widths(laws, of, weights) * sizes[:, None, None] for weights in (one, together)
    ]
    return Forecast(
        _framed(of, coming, value, half[0], paths),
        _framed(of, coming, value.cumsum(-1), half[1], paths.cumsum(-1)).assign(periods=count),
        paths,
        scored,
        reliability.coverage(past, of),
        reliability.checked(past, of, [*wide.index]),
        counting,
        worth,
    )


def over(found: Forecast, periods: Sequence[date]) -> dict[str, float]:
    """Return value and interval ends of the total over some of the coming periods together."""
    place = [found.periods.index(one) for one in periods]
    total = found.values[found.values.level == "total"].value.to_numpy()[place].sum()
    ends = _quantiles(found.paths[:, place].sum(axis=1))
    return {"value": round(float(total), 2), **{name: float(end) for name, end in ends.items()}}


def of_level(found: Forecast, level: str) -> pd.DataFrame:
    """Return the rows of `values` at one level."""
    return found.values[found.values.level == level].reset_index(drop=True)


def reading(found: Forecast) -> Message:
    """Say what the total is expected to bring over all coming periods, and how sure that is."""
    return Message(
        "Periods from {first:date} on: {n:number}. {value:money} expected, between {low:money} and "
        "{high:money} with a chance of 80 %",
        {
            "first": found.periods[0],
            "n": len(found.periods),
            "value": (last := _last(found)).value,
            "low": last.low_80,
            "high": last.high_80,
        },
    )


def _known(
    wide: pd.DataFrame, of: Hierarchy, season: int, days: Days | None, ahead: int
) -> tuple[origins.Known, pd.DataFrame, pd.DataFrame]:
    """What is forecast, its days counted as did best; how each way did; what days are worth."""
    nodes = of.sums @ wide.fillna(0.0).to_numpy().T
    if days is None:
        return origins.Known(nodes, of, season), pd.DataFrame(), pd.DataFrame()
    offered = trading_days.ways(days, wide, of, max(ahead, season))
    known = {way: origins.Known(nodes, of, season, one) for way, one in offered.items()}
    tried = trading_days.compared(known)
    way = trading_days.chosen(tried)
    return known[way], tried, trading_days.by_day(days, wide, way, ahead)


def _last(found: Forecast) -> pd.Series:
    return found.sums[found.sums.level == "total"].iloc[-1]


def _framed(
    of: Hierarchy, coming: Sequence[date], value: np.ndarray, half: np.ndarray, paths: np.ndarray
) -> pd.DataFrame:
    """Nodes × periods with their ends; the total's are those of its paths."""
    each = of.nodes.loc[of.nodes.index.repeat(len(coming))].reset_index(drop=True)
    ends = {
        f"{side}_{level:.0%}".rstrip("%"): np.maximum(value + sign * half[:, :, place], 0.0)
        for place, level in enumerate(spread.LEVELS)
        for side, sign in (("low", -1), ("high", 1))
    }
    for name, end in _quantiles(paths).items():
        ends[name][0] = end
    starts = [*coming] * len(of.nodes)
    told = {name: ends[name].ravel().round(2) for name in QUANTILES}
    return each.assign(period_start=starts, value=value.ravel().round(2), **told)


def _quantiles(drawn: np.ndarray) -> dict[str, np.ndarray]:
    return {name: np.quantile(drawn, at, axis=0).round(2) for name, at in QUANTILES.items()}
