"""Gamma–Gamma: what an order of a customer is worth, when few orders tell little.

Orders of a customer vary about a mean of their own, means vary about that of all: the fewer the
orders, the nearer to all. Source: Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd


class Spending(NamedTuple):
    """What was fitted: an order ~ gamma(p, ν), ν ~ gamma(q, v) among customers; v is money."""

    p: float
    q: float
    v: float
    log_likelihood: float = float("nan")


def fit(orders: pd.DataFrame) -> Spending:
    """Return the most likely parameters.

    Columns in: purchases (one or more), mean_value (money, above 0), n (customers alike). Who
    does not buy again says nothing of how their orders vary: leave them out where others do.
    """
    from scipy.optimize import minimize

    x, mean, n = (orders[name].to_numpy(float) for name in ("purchases", "mean_value", "n"))
    unit = float(np.exp(np.average(np.log(mean), weights=n)))
    mean = mean / unit
    rows = pd.DataFrame({"x": x, "n": n, "logs": n * np.log(mean)}).groupby("x").sum()
    sums = rows.index.to_numpy(), rows.n.to_numpy(), rows.logs.to_numpy()

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = _likelihood(np.exp(logs), sums, (x * mean, np.stack([n, n * x])))
        return -value, -slope * np.exp(logs)

    limits = [(np.log(1e-3), np.log(1e4))] * 3
    best = minimize(loss, np.log([2.0, 3.0, 2.0]), jac=True, method="L-BFGS-B", bounds=limits)
    p, q, v = np.exp(best.x)
    return Spending(float(p), float(q), float(v * unit), float(-best.fun - n.sum() * np.log(unit)))


def expected(model: Spending, purchases: np.ndarray, mean_value: np.ndarray) -> np.ndarray:
    """Return the worth of a customer's next order: their own mean, drawn towards that of all.

    Without a purchase it is the mean of all. Money as in; needs q above 1, else there is no mean.
    """
    p, q, v, _ = model
    x = np.asarray(purchases, float)
    own = x * np.nan_to_num(np.asarray(mean_value, float))
    return p * (v + own) / (p * x + q - 1)


def _likelihood(
    parameters: np.ndarray, sums: tuple[np.ndarray, ...], orders: tuple[np.ndarray, ...]
) -> tuple[float, np.ndarray]:
    """Log likelihood and its slope: what depends on the number of orders alone is summed by it."""
    from scipy.special import digamma, gammaln

    p, q, v = parameters
    k, count, logs = sums
    total, weights = orders
    level, inverse = np.log(total + v), 1 / (total + v)
    (logs_n, logs_x), (inverse_n, inverse_x) = weights @ level, weights @ inverse
    same = gammaln(p * k + q) - gammaln(p * k) - gammaln(q) + q * np.log(v) + p * k * np.log(k)
    value = count @ same + (p * k - 1) @ logs - p * logs_x - q * logs_n
    both = digamma(p * k + q)
    slope = [
        count @ (k * (both - digamma(p * k) + np.log(k))) + k @ logs - logs_x,
        count @ (both - digamma(q) + np.log(v)) - logs_n,
        count.sum() * q / v - p * inverse_x - q * inverse_n,
    ]
    return float(value), np.array(slope)
