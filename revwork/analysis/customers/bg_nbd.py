"""BG/NBD: how often customers without a contract buy, and when they stop.

A customer buys at a rate of their own (gamma: r, alpha) and may stop after any purchase but the
first with a chance of their own (beta: a, b). Source: Fader, Hardie and Lee (2005), "Counting
Your Customers" the Easy Way, Marketing Science 24(2).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

_BOUND = 1e6
_START = (0.7, 8.0, 0.8, 3.0)


class Buying(NamedTuple):
    """What was fitted: rate of purchase ~ gamma(r, alpha), chance to stop ~ beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")


def fit(histories: pd.DataFrame) -> Buying:
    """Return the most likely parameters.

    Columns in: purchases (after the first, one a day), recency (from the first to the last, in
    the unit of time wanted), age (from the first to the end), and n, how many customers are alike;
    of alpha the unit is that of time. Analytic gradient, so a million customers take seconds.
    """
    from scipy.optimize import minimize

    x, recency, age, n = (histories[name].to_numpy(float) for name in _HISTORY)
    rows = histories.groupby("purchases").n.sum()
    counts, weight = rows.index.to_numpy(float), rows.to_numpy(float)
    scale = max(float(np.average(age, weights=n)), 1e-9) / 40

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = _likelihood(np.exp(logs), (x, recency / scale, age / scale, n))
        same, slope_same = _same(np.exp(logs), counts, weight)
        return -(value + same), -(slope + slope_same) * np.exp(logs)

    limits = [(np.log(1e-4), np.log(_BOUND))] * 4
    best = minimize(loss, np.log(_START), jac=True, method="L-BFGS-B", bounds=limits, tol=1e-10)
    r, alpha, a, b = np.exp(best.x)
    shift = float((weight * counts).sum() * np.log(scale))
    return Buying(float(r), float(alpha * scale), float(a), float(b), float(-best.fun) - shift)


def alive(model: Buying, histories: pd.DataFrame) -> np.ndarray:
    """Return the chance that a customer still buys: 1 for every one-time buyer, by construction."""
    from scipy.special import expit

    r, alpha, a, b, _ = model
    x, recency, age = (histories[name].to_numpy(float) for name in _HISTORY[:3])
    odds = np.log(a / (b + np.maximum(x, 1) - 1))
    odds += (r + x) * (np.log(alpha + age) - np.log(alpha + recency))
    return np.where(x > 0, expit(-odds), 1.0)


def expected(model: Buying, histories: pd.DataFrame, ahead: float) -> np.ndarray:
    """Return how many purchases a customer makes in the time `ahead`, chance to be gone included.

    Check, CDNOW: E[Y(39) | 2 purchases, 30.43, 38.86] = 1.226.
    """
    x, age = histories.purchases.to_numpy(float), histories.age.to_numpy(float)
    return alive(model, histories) * while_alive(model, x, age, ahead)


def while_alive(model: Buying, x: np.ndarray, age: np.ndarray, ahead: float) -> np.ndarray:
    """Return the purchases expected in the time `ahead` of who still buys at the end of `age`.

    The published formula after Euler's transformation, which no number of purchases overflows.
    """
    from scipy.special import hyp2f1

    r, alpha, a, b, _ = model
    a = a if abs(a - 1) > 1e-6 else 1 + 1e-6  # the formula divides by a − 1
    z = ahead / (alpha + age + ahead)
    total = a + b + x - 1
    return total / (a - 1) * (1 - (1 - z) ** (a - 1) * hyp2f1(a - 1, a + b - 1 - r, total, z))


_HISTORY = ["purchases", "recency", "age", "n"]


def _same(parameters: np.ndarray, x: np.ndarray, n: np.ndarray) -> tuple[float, np.ndarray]:
    """The part of the log likelihood that depends on the number of purchases alone."""
    from scipy.special import digamma, gammaln

    r, alpha, a, b = parameters
    value = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    value += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    slope = [
        digamma(r + x) - digamma(r) + np.log(alpha),
        r / alpha + 0 * x,
        digamma(a + b) - digamma(a + b + x),
        digamma(a + b) + digamma(b + x) - digamma(b) - digamma(a + b + x),
    ]
    return float(n @ value), np.array(slope) @ n


def _likelihood(
    parameters: np.ndarray, history: tuple[np.ndarray, ...]
) -> tuple[float, np.ndarray]:
    """The other part: still there at the end, or gone after the last purchase."""
    from scipy.special import expit

    r, alpha, a, b = parameters
    x, recency, age, n = history
    before = np.maximum(x, 1) - 1
    still = np.log(alpha + age)
    last = np.log(alpha + recency)
    odds = np.log(a) - np.log(b + before) + (r + x) * (still - last)
    gone = np.where(x > 0, expit(odds), 0.0)
    value = -(r + x) * still + np.where(x > 0, np.logaddexp(0, odds), 0.0)
    slope = [
        -still + gone * (still - last),
        -(r + x) * ((1 - gone) / (alpha + age) + gone / (alpha + recency)),
        gone / a,
        -gone / (b + before),
    ]
    return float(n @ value), np.array(slope) @ n
