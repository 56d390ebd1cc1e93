"""Measured effect: what an action changed, against what would have been without it.

Difference in differences: the part's weeks before and since, less what its controls did in the
same time, scaled to the part's size before (Angrist & Pischke, Mostly Harmless Econometrics, 5.2).
Weeks are alike their neighbours, so errors are robust to that (Newey & West 1987). With one part
and few controls that is not enough: parts also move apart for reasons of their own. How far is
measured where nothing was done, on each control at the same time and on earlier times, and
enters the interval (Conley & Taber 2011; the spread beyond chance as DerSimonian & Laird 1986).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from revwork.analysis.actions.action_weeks import OWN

Verdict = Literal["measured", "too early", "apart before", "too short before", "no sales"]
SETTLED = 8  # weeks since the start before an effect is told
SINCE = 52  # weeks since it at most
BEFORE = 52  # weeks before it at most
FEWEST = 12  # weeks before it at least
WEEKS = 365.25 / 7
LEVEL = 0.95
_PLACEBOS = 3  # looked at where nothing was done, at least
_EVERY = 13  # weeks from one earlier time to the next
_APART = 0.01  # p of the test of parallel trends below which nothing is claimed
_LAGS = 4  # weeks that errors may be alike


@dataclass(frozen=True)
class Effect:
    """What changed since an action, in money a year with its interval (95 %).

    `verdict` says whether it can be told, `told_from` from when on it can; `p_parallel` is the p
    of the test that part and controls moved alike before; None where not known. `weeks` since.
    """

    verdict: Verdict
    method: Literal["control", "expectation"]
    weeks: int
    told_from: date | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    p_parallel: float | None = None


def against_controls(weeks: pd.DataFrame, start: date, begun: date | None = None) -> Effect:
    """Return the effect of an action by difference in differences, in money a year.

    `weeks` is what `action_weeks.weekly` returns; the week in which the action started is on
    neither side. `begun`: the day the finding says its trouble began: what lay before is not
    what the action found. Looked at are 8 to 52 weeks since the start, 12 to 52 before it.

    Formula: difference_in_differences_a_year = (mean week since − before of the part − that of its
    scaled controls) × 52.18; What an action changed, if both would have moved alike without it.
    """
    before, later = _sides(weeks, start, begun)
    told_from, since = first_told(start), later.stop - later.start
    if since < SETTLED:
        return Effect("too early", "control", max(since, 0), told_from)
    placebos = [*_placebos(weeks, before, later)]
    if before.stop - before.start < FEWEST or len(placebos) < _PLACEBOS:
        return Effect("too short before", "control", since)
    gap = _gap(weeks, OWN, before, later)
    if gap is None:
        return Effect("no sales", "control", since)
    length = before.stop - before.start
    p = _trend(gap[:length])
    if p < _APART:
        return Effect("apart before", "control", since, told_from, p_parallel=p)
    change, error = _step(gap, length)
    half = _half(error, np.array(placebos), len(gap))
    scale = weeks[OWN].to_numpy()[before].mean() * WEEKS
    ends = (round(float(one * scale), 2) for one in (change, change - half, change + half))
    return Effect("measured", "control", since, told_from, *ends, p)


def first_told(start: date) -> date:
    """Return the day after which the effect of an action started then can be told."""
    monday = start + timedelta(days=-start.weekday() % 7)
    return monday + timedelta(weeks=SETTLED, days=-1)


def _sides(weeks: pd.DataFrame, start: date, begun: date | None) -> tuple[slice, slice]:
    """The weeks before and those since; the one in which it started is in neither.

    What lay before the trouble is left out where enough is left without it.
    """
    monday = pd.Timestamp(start) - pd.Timedelta(days=start.weekday())
    at = int(weeks.index.searchsorted(monday))
    first = max(0, at - BEFORE)
    inside = int(weeks.index.searchsorted(pd.Timestamp(begun))) if begun else first
    first = inside if first < inside <= at - FEWEST else first
    after = at + (start.weekday() > 0)
    return slice(first, at), slice(after, max(after, min(len(weeks), after + SINCE)))


def _placebos(weeks: pd.DataFrame, before: slice, later: slice) -> Iterator[tuple[float, float]]:
    """Changes and their errors where nothing was done: at the same time, and at earlier ones."""
    controls = [name for name in weeks if name != OWN]
    length, since = before.stop - before.start, later.stop - later.start
    spans = [(weeks.drop(columns=OWN), before, later)] if len(controls) > 1 else []
    for end in range(before.stop - since, FEWEST, -_EVERY):
        start = slice(max(0, end - length), end)
        spans.append((weeks, start, slice(end, end + since)))
    for part, start, end in spans:
        for name in controls:
            gap = _gap(part, name, start, end)
            if gap is not None:
                yield _step(gap, start.stop - start.start)


def _gap(weeks: pd.DataFrame, name: str, before: slice, later: slice) -> np.ndarray | None:
    """A part's weeks less its scaled controls', in its mean weeks before; None without sales."""
    own = weeks[name].to_numpy()
    rest = weeks.drop(columns=name).sum(axis=1).to_numpy()
    if own[before].sum() <= 0 or rest[before].sum() <= 0:
        return None
    gap = own - own[before].sum() / rest[before].sum() * rest
    return np.concatenate([gap[before], gap[later]]) / own[before].mean()


def _step(gap: np.ndarray, before: int) -> tuple[float, float]:
    """The change from before to since, and its error."""
    fitted = _robust(gap, np.repeat([0.0, 1.0], [before, len(gap) - before]))
    return float(fitted.params[1]), float(fitted.bse[1])


def _trend(gap: np.ndarray) -> float:
    """The p that part and controls moved apart before."""
    return round(float(_robust(gap, np.arange(len(gap), dtype=float)).pvalues[1]), 9)


def _robust(values: np.ndarray, on: np.ndarray) -> object:
    """Least squares on a constant and one column, errors robust to likeness of near weeks."""
    from statsmodels.api import OLS, add_constant

    options = {"maxlags": _LAGS, "use_correction": True}
    return OLS(values, add_constant(on)).fit(cov_type="HAC", cov_kwds=options, use_t=True)


def _half(error: float, placebos: np.ndarray, n: int) -> float:
    """Half the interval: the error, and what placebos lie apart beyond their own errors."""
    from scipy.stats import t

    change, errors = placebos.T
    weight = 1 / np.maximum(errors, 1e-9) ** 2
    beyond = ((weight * change**2).sum() - len(change)) / weight.sum()
    freedom = n - 2 if beyond <= 0 else min(n - 2, len(change) - 1)
    return float(t.ppf((1 + LEVEL) / 2, freedom) * np.sqrt(error**2 + max(beyond, 0.0)))
