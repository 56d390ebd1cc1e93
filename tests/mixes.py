"""Mix models made by hand: no fit, so that what is read from them can be known."""

import numpy as np
import pandas as pd

from revwork.analysis.marketing.mix import Mix, Prior
from revwork.analysis.marketing.mix_weeks import Weeks


def weeks_of(spend: dict[str, np.ndarray], revenue: np.ndarray | None = None) -> Weeks:
    """Return weeks of one market; spend by medium, a value a week."""
    spent = np.array([*spend.values()], float)[:, :, None]
    n = spent.shape[1]
    revenue = np.full(n, 1000.0) if revenue is None else revenue
    starts = pd.date_range("2024-01-01", periods=n, freq="7D")
    none = np.empty((0, n, 1))
    return Weeks(starts, ("All",), (*spend,), (), revenue[:, None].astype(float), spent, none)


def mix_of(spend: dict[str, np.ndarray], **shape: list[list[float]]) -> Mix:
    """Return a model: greatest (money a week at most) and half (money a week), draws × media.

    Nothing is carried over, slope 1, and 500 a week come without advertising.
    """
    given = weeks_of(spend)
    greatest, half = (np.array(shape[name], float) for name in ("greatest", "half"))
    draws, n = len(greatest), len(given.weeks)
    unit = given.spend.mean((1, 2))
    priors = dict.fromkeys(given.media, Prior())
    return Mix(
        given,
        priors,
        x=given.spend / unit[:, None, None],
        unit=unit,
        greatest=greatest,
        carried=np.zeros_like(half),
        half=half / unit,
        slope=np.ones_like(half),
        base=np.full((draws, n, 1), 500.0),
        lever=np.ones((draws, n, 1)),
        multiplies=0.0,
    )
