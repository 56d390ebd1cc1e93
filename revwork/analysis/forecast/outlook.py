"""Outlook: what each series is expected to bring, with intervals, and sums of coming periods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from revwork.analysis.forecast.hierarchy import hierarchy, history

QUANTILES = {"low_80": 0.1, "high_80": 0.9, "low_95": 0.025, "high_95": 0.975}
DRAWS = 2000


@dataclass(frozen=True)
class Forecast:
    """What is expected of every series and sum, the total's paths, and how the past went.

    `values`: level (total, region, channel, category or series), region, channel, category ("" at
    a level that adds them up), period_start, value, low_80, high_80, low_95, high_95. At every
    level a period's values add up to the total, to the cent; none is negative.
    `sums`: the same of the first 1, 2, … periods together: as `values`, period_start that of the
    last, and periods (how many). Ends of intervals do not add up: those of the sum are these.
    `paths`: draws × periods, what the total may be; the total's intervals are its quantiles.
    """

    values: pd.DataFrame
    sums: pd.DataFrame
    paths: np.ndarray

    @property
    def periods(self) -> list[date]:
        """First days of the coming periods."""
        return [*self.values.period_start[self.values.level == "total"]]


def forecast(sold: pd.DataFrame, coming: Sequence[date]) -> Forecast:
    """Return the forecast of `series.monthly` or `weekly` for the periods `series.coming` names."""
    wide = history(sold)
    season = 12 if (wide.index[1] - wide.index[0]).days > 20 else 52
    nodes = hierarchy(wide.columns)
    before = wide.fillna(0.0).to_numpy()
    last = before[-season:] if len(before) >= season else before
    series = np.maximum(np.resize(last, (len(coming), last.shape[1])), 0).round(2).T
    value = nodes.sums @ series
    past = nodes.sums @ before.T
    scale = np.abs(np.diff(past)).mean(axis=1) + 0.01
    shocks = np.random.default_rng(1).normal(size=(DRAWS, len(coming)))
    drawn = np.maximum(value[:, None] + scale[:, None, None] * shocks, 0)
    return Forecast(
        _framed(nodes.nodes, coming, value, drawn),
        _framed(nodes.nodes, coming, value.cumsum(-1), drawn.cumsum(-1)).assign(
            periods=np.tile(np.arange(len(coming)) + 1, len(nodes.nodes))
        ),
        drawn[0].round(2),
    )


def over(found: Forecast, periods: Sequence[date]) -> dict[str, float]:
    """Return value and interval ends of the total over some of the coming periods together."""
    place = [found.periods.index(one) for one in periods]
    total = found.values[found.values.level == "total"].value.to_numpy()[place].sum()
    drawn = found.paths[:, place].sum(axis=1)
    ends = {name: float(np.quantile(drawn, at).round(2)) for name, at in QUANTILES.items()}
    return {"value": round(float(total), 2), **ends}


def _framed(
    nodes: pd.DataFrame, coming: Sequence[date], value: np.ndarray, drawn: np.ndarray
) -> pd.DataFrame:
    each = nodes.loc[nodes.index.repeat(len(coming))].reset_index(drop=True)
    ends = {name: np.quantile(drawn, at, axis=1).ravel() for name, at in QUANTILES.items()}
    starts = [*coming] * len(nodes)
    return each.assign(period_start=starts, value=value.ravel(), **ends).round(2)
