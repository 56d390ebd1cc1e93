"""Breaks: since when a share, a rate or a mean is another, and how sure that is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

CHANCE = 0.01  # that a break is called in any of the series looked at where none is
BEFORE, AFTER = 12, 4  # rows on either side, at least
_PROFILE = 3.68  # log-likelihood around the likeliest place: 95 %, (1 - e^-c)^2 (Siegmund 1988)
_TINY = 1e-12

Likelihood = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Break:
    """Where a series takes another level: rows counted from 0, all inside the series.

    `at` is the first row of the new level, `low` and `high` the ends of its 95 % interval, `seen`
    the row after which this test could have told, `p` the chance of such a break where none is,
    corrected for every place and series looked at.
    """

    at: int
    low: int
    high: int
    seen: int
    p: float


def of_share(part: np.ndarray, whole: np.ndarray, series: int = 1) -> Break | None:
    """Return where a share (`part` of `whole` by row, binomial) changes most; None by chance."""
    return _found(np.array([part, whole], float), _binomial, series)


def of_rate(
    events: np.ndarray, exposure: np.ndarray, series: int = 1, before: int = BEFORE
) -> Break | None:
    """Return where events by exposure (Poisson) change most; None where chance does that.

    `before` rows at least lie before it.
    """
    return _found(np.array([events, exposure], float), _poisson, series, before)


def of_mean(
    count: np.ndarray, total: np.ndarray, squares: np.ndarray, series: int = 1
) -> Break | None:
    """Return where a mean changes most (`total` and `squares` of `count` values by row, normal).

    None where chance does that, or where nothing varies.
    """
    rows = np.array([squares, total, count], float)
    square, sum_, n = rows.sum(1)
    variance = (square - sum_**2 / n) / (n - 1) if n > 1 else 0.0
    if variance <= _TINY:
        return None
    return _found(rows, lambda sums: -_around_mean(sums) / (2 * variance), series)


def _found(
    rows: np.ndarray, likelihood: Likelihood, series: int, before: int = BEFORE
) -> Break | None:
    """Two levels held against one at every place; a place's gain counts less in restless rows."""
    from scipy.stats import chi2

    size = rows.shape[1]
    places = np.arange(before, size - AFTER + 1)
    if not len(places):
        return None

    def chance(gain: float) -> float:
        return min(float(chi2.sf(2 * gain, 1)) * series * len(places), 1.0)

    gain = _gain(rows, likelihood, places)
    best = int(places[gain.argmax()])
    restless = _restless(rows, likelihood, best)
    gain = gain / restless
    if not chance(gain.max()) <= CHANCE:
        return None
    near = places[gain >= gain.max() - _PROFILE]
    ends = range(best + AFTER, size + 1)
    one = np.array([best])
    told = (
        end for end in ends if chance(_gain(rows[:, :end], likelihood, one)[0] / restless) <= CHANCE
    )
    seen = next(told, size)
    return Break(best, int(near[0]), int(near[-1]), seen - 1, chance(gain.max()))


def _gain(rows: np.ndarray, likelihood: Likelihood, places: np.ndarray) -> np.ndarray:
    sums = rows.cumsum(axis=1)
    first, whole = sums[:, places - 1], sums[:, -1:]
    return likelihood(first) + likelihood(whole - first) - likelihood(whole)


def _restless(rows: np.ndarray, likelihood: Likelihood, place: int) -> float:
    """How much more rows vary around the two levels than chance alone would let them; 1 or more."""
    within = [rows[:, :place], rows[:, place:]]
    spare = 2 * sum(float(likelihood(one).sum() - likelihood(one.sum(1))) for one in within)
    known = int((rows[-1] > 0).sum())
    return max(spare / max(known - 2, 1), 1.0)


def _binomial(sums: np.ndarray) -> np.ndarray:
    part, whole = sums
    return _each(part, whole) + _each(whole - part, whole)


def _poisson(sums: np.ndarray) -> np.ndarray:
    return _each(*sums)


def _each(count: np.ndarray, of: np.ndarray) -> np.ndarray:
    from scipy.special import xlogy

    count, of = np.maximum(count, 0), np.maximum(of, _TINY)
    return xlogy(count, np.maximum(count, _TINY) / of)


def _around_mean(sums: np.ndarray) -> np.ndarray:
    """Sum of squares around the mean."""
    squares, total, count = sums
    return squares - total**2 / np.maximum(count, _TINY)
