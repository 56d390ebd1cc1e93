"""Shifted beta-geometric: how long customers with a contract stay.

Each renewal is refused with a chance that differs between customers (beta: alpha, beta), so that
those who stay long are those who stay. Source: Fader and Hardie (2007), How to Project Customer
Retention, Journal of Interactive Marketing 21(1). Check, their figures of seven years: High End
alpha .668, beta 3.806; Regular alpha .704, beta 1.182.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

_BOUNDS = (1e-3, 1e5)


class Staying(NamedTuple):
    """What was fitted: chance to refuse a renewal ~ beta(alpha, beta) among customers."""

    alpha: float
    beta: float
    log_likelihood: float = float("nan")


def fit(lives: pd.DataFrame) -> Staying:
    """Return the most likely parameters.

    Columns in: entered (renewals passed when first observed, 0 from the start), lasted (renewals
    passed; who left did so at the next one), left (true: gone; false: still there), n (customers
    alike).
    """
    from scipy.optimize import minimize

    entered, lasted, n = (lives[name].to_numpy(float) for name in ("entered", "lasted", "n"))
    left = lives["left"].to_numpy(bool)

    def loss(logs: np.ndarray) -> float:
        alpha, beta = np.exp(logs)
        gone = _log_share(alpha + 1, beta + lasted) - _log_share(alpha, beta)
        there = _log_share(alpha, beta + lasted) - _log_share(alpha, beta)
        seen = _log_share(alpha, beta + entered) - _log_share(alpha, beta)
        return -float(n @ (np.where(left, gone, there) - seen))

    limits = [tuple(np.log(_BOUNDS))] * 2
    found = [
        minimize(loss, np.log(start), method="L-BFGS-B", bounds=limits, tol=1e-12)
        for start in ((1, 3), (2, 60))
    ]
    best = min(found, key=lambda one: one.fun)
    alpha, beta = np.exp(best.x)
    return Staying(float(alpha), float(beta), float(-best.fun))


def survival(model: Staying, renewals: np.ndarray) -> np.ndarray:
    """Return the share of new customers who pass so many renewals."""
    alpha, beta, _ = model
    shares = _log_share(alpha, beta + np.asarray(renewals, float)) - _log_share(alpha, beta)
    return np.exp(shares)


def months_to_come(
    model: Staying, passed: np.ndarray, months: int, discount_rate: float
) -> np.ndarray:
    """Return how many of the next months a customer of so many renewals pays, as worth today.

    Each month is discounted by (1 + discount_rate) to the power of years to its end.
    """
    now = survival(model, passed)
    ahead = range(1, months + 1)
    return sum(
        survival(model, np.asarray(passed) + month) / now / (1 + discount_rate) ** (month / 12)
        for month in ahead
    )


def _log_share(alpha: float, beta: np.ndarray) -> np.ndarray:
    from scipy.special import betaln

    return betaln(alpha, beta)
