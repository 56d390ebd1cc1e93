"""Measured effect: what an action changed, against what would have been without it.

Difference in differences: the part's weeks before and since, less what the control's weeks did in
the same time, scaled to the part's size before (Angrist & Pischke, Mostly Harmless Econometrics,
5.2). Weeks are alike their neighbours, so errors are robust to that (Newey & West 1987). Trends
that were not parallel before are no ground to stand on: then nothing is claimed.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

Verdict = Literal["measured", "too early", "apart before", "too short before", "no sales"]
SETTLED = 8  # weeks since the start before an effect is told
BEFORE = 52  # weeks before it at most
FEWEST = 12  # weeks before it at least
WEEKS = 365.25 / 7
LEVEL = 0.95
_APART = 0.05  # p of the test of parallel trends below which nothing is claimed
_LAGS = 4  # weeks that errors may be alike
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Effect:
    """What changed since an action, in money a year with its interval (95 %).

    `verdict` says whether it can be told, `told_from` from when on it can; `p_parallel` is the p
    of the test that part and control moved alike before; None where not known. `weeks` since.
    """

    verdict: Verdict
    method: Literal["control", "expectation"]
    weeks: int
    told_from: date | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    p_parallel: float | None = None


def against_control(weeks: pd.DataFrame, start: date, begun: date | None = None) -> Effect:
    """Return the effect of an action by difference in differences, in money a year.

    `weeks` is what `action_weeks.weekly` returns; the week in which the action started is on
    neither side. `begun`: the day the finding says its trouble began: what lay before is not
    what the action found. Of the weeks before 52 at most and 12 at least are looked at, since the
    start 8 at least.

    Formula: difference_in_differences_a_year = (weekly mean since − before of the part − its
    scaled control's) × 52.18; What an action changed, if both would have moved alike without it.
    """
    before, since = sides(weeks, start, begun)
    told_from = first_told(start)
    if len(since) < SETTLED:
        return Effect("too early", "control", len(since), told_from)
    if len(before) < FEWEST:
        return Effect("too short before", "control", len(since))
    if before.rest.sum() <= 0 or before.own.sum() <= 0:
        return Effect("no sales", "control", len(since))
    scale = before.own.sum() / before.rest.sum()
    both = pd.concat([before, since])
    gap = (both.own - scale * both.rest).to_numpy()
    p = _parallel(gap[: len(before)])
    if p < _APART:
        return Effect("apart before", "control", len(since), p_parallel=p)
    step = np.repeat([0.0, 1.0], [len(before), len(since)])
    fitted = _robust(gap, step)
    ends = fitted.conf_int(1 - LEVEL)[1]
    value, low, high = (round(float(one) * WEEKS, 2) for one in (fitted.params[1], *ends))
    return Effect("measured", "control", len(since), told_from, value, low, high, p)


def sides(
    weeks: pd.DataFrame, start: date, begun: date | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the whole weeks before a start, 52 at most, and those since it."""
    monday = pd.Timestamp(start) - pd.Timedelta(days=start.weekday())
    is_whole = start.weekday() == 0
    since = weeks[weeks.week >= (monday if is_whole else monday + _WEEK)]
    before = weeks[weeks.week < monday].tail(BEFORE)
    if begun is not None and begun < start:
        inside = before[before.week >= pd.Timestamp(begun)]
        before = inside if len(inside) >= FEWEST else before
    return before, since


def first_told(start: date) -> date:
    """Return the day after which the effect of an action started then can be told."""
    monday = start + timedelta(days=-start.weekday() % 7)
    return monday + SETTLED * _WEEK - timedelta(days=1)


def _parallel(gap: np.ndarray) -> float:
    """The p that the distance of part and control had a trend before."""
    return round(float(_robust(gap, np.arange(len(gap), dtype=float)).pvalues[1]), 9)


def _robust(values: np.ndarray, on: np.ndarray) -> object:
    """Least squares on a constant and one column, errors robust to likeness of near weeks."""
    from statsmodels.api import OLS, add_constant

    options = {"maxlags": _LAGS, "use_correction": True}
    return OLS(values, add_constant(on)).fit(cov_type="HAC", cov_kwds=options, use_t=True)
