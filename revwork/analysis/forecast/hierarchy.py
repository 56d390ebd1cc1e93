"""How series add up: the total, each dimension's values, and region × channel × category."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from revwork.analysis.forecast.series import PARTS

LEVELS = ("total", *PARTS, "series")


@dataclass(frozen=True)
class Hierarchy:
    """Which series make which sums.

    `nodes`: level (total, region, channel, category or series), region, channel, category ("" at
    a level that adds them up, as where none is recorded), the series last; `sums`: nodes × series,
    1 where the series is part of the node.
    """

    nodes: pd.DataFrame
    sums: np.ndarray


def history(sold: pd.DataFrame) -> pd.DataFrame:
    """Return series side by side: a row a period, a column (region, channel, category) a series.

    Null before a series' first sale.
    """
    wide = sold.pivot(index="period_start", columns=[*PARTS], values="net_revenue")
    return wide.sort_index().sort_index(axis=1)


def hierarchy(series: pd.MultiIndex) -> Hierarchy:
    """Return the sums that series, named by (region, channel, category), make."""
    each = series.to_frame(index=False).set_axis([*PARTS], axis=1)
    nodes, rows = [{"level": "total"}], [np.ones(len(each), dtype=bool)]
    for name in PARTS:
        for value in sorted(each[name].unique()):
            nodes.append({"level": name, name: value})
            rows.append(each[name] == value)
    nodes += each.assign(level="series").to_dict("records")
    sums = np.vstack([*rows, np.eye(len(each))]).astype(float)
    return Hierarchy(pd.DataFrame(nodes)[["level", *PARTS]].fillna(""), sums)


def reconciled(of: Hierarchy, base: np.ndarray) -> np.ndarray:
    """Return series × periods that fit the forecasts of all nodes best, none negative.

    `base`: nodes × periods, each forecast by itself, so that they do not add up. Source: minimum
    trace with structural weights (Wickramasuriya, Athanasopoulos and Hyndman 2019), non-negative by
    quadratic programming (Wickramasuriya, Turlach and Hyndman 2020).
    """
    from hierarchicalforecast.methods import MinTrace

    n = of.sums.shape[1]
    plain = MinTrace("wls_struct").fit_predict(S=of.sums, y_hat=base)["mean"][-n:]
    if plain.min() >= 0:
        return plain
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of matrices it turns into another kind
        fitted = MinTrace("wls_struct", nonnegative=True).fit_predict(S=of.sums, y_hat=base)
    return np.maximum(fitted["mean"][-n:], 0.0)
