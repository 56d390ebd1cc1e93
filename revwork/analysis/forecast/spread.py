"""Spread: how far forecasts were off, as one law for any period and any sum of periods.

Errors of the past, each divided by its node's scale, are pooled. Between horizons they move
together in three ways, whose weights are fitted to the products of errors: a level that is off for
good, a drift that grows by each period, noise of its own. The tails are Student's t, wide enough
for the shares of past errors that intervals of 80 and 95 % have to hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEVELS = (0.8, 0.95)
_FREEDOM = (3, 4, 5, 7, 10, 15, 30, 100)
_LEAST = 1e-6


@dataclass(frozen=True)
class Spread:
    """Variances of level, drift and noise in units of a node's scale², and the tails' degrees."""

    level: float
    drift: float
    noise: float
    freedom: int

    def scaled(self, times: float) -> "Spread":
        """Return the law with so many times the variance."""
        return Spread(self.level * times, self.drift * times, self.noise * times, self.freedom)


def scales(past: np.ndarray, season: int) -> np.ndarray:
    """Return how much each row varies from season to season, growth apart; at least a cent."""
    lag = season if past.shape[1] > season + 1 else 1
    steps = past[:, lag:] - past[:, :-lag]
    around = np.abs(steps - np.median(steps, axis=1, keepdims=True)).mean(axis=1)
    return np.maximum(around, np.maximum(np.abs(past).mean(axis=1) * 0.01, 0.01))


def fitted(errors: np.ndarray) -> Spread | None:
    """Return the law of errors ÷ scale, nodes × origins × horizons, NaN where not yet known.

    None where there is no error. Single periods and sums of the first ones are both to be held;
    quantiles are raised by 1 ÷ (origins + 1) of what is left to 100 %: errors made from one origin
    are off together.
    """
    known = np.isfinite(errors)
    far, origins = known.any(axis=(0, 1)).sum(), known.any(axis=(0, 2)).sum()
    if not far:
        return None
    errors, known = errors[:, :, :far], known[:, :, :far]
    flat, counts = np.where(known, errors, 0.0).reshape(-1, far), known.reshape(-1, far) * 1.0
    pairs = counts.T @ counts
    weights = _weights((flat.T @ flat) / np.maximum(pairs, 1), pairs)
    together = _covariance(weights, far)
    single = np.abs(errors / np.sqrt(np.diag(together)))[known]
    until = np.sqrt(np.diag(together.cumsum(axis=0).cumsum(axis=1)))
    summed = np.abs(errors.cumsum(axis=2) / until)[known]
    raised = [level + (1 - level) / (origins + 1) for level in LEVELS]
    held = [max(np.quantile(single, level), np.quantile(summed, level)) for level in raised]
    freedom, scale = _tails(*held)
    return Spread(*(float(one) * scale**2 for one in weights), freedom)


def width(of: Spread, weights: np.ndarray) -> dict[float, float]:
    """Return, for each level, half an interval of the weighted sum of periods, in scales."""
    from scipy.stats import t

    deviation = np.sqrt(weights @ covariance(of, len(weights)) @ weights)
    return {level: float(t.ppf((1 + level) / 2, of.freedom) * deviation) for level in LEVELS}


def covariance(of: Spread, ahead: int) -> np.ndarray:
    """Return ahead × ahead, of the law's Gaussian part, in scales²."""
    return _covariance((of.level, of.drift, of.noise), ahead)


def paths(of: Spread, ahead: int, draws: int) -> np.ndarray:
    """Return draws × ahead of what may be off, in scales; the same each time, half mirrored."""
    random = np.random.default_rng(20_260)
    normal = random.standard_normal((draws // 2, ahead))
    stretch = np.sqrt(of.freedom / random.chisquare(of.freedom, draws // 2))[:, None]
    drawn = normal @ np.linalg.cholesky(covariance(of, ahead) + _LEAST * np.eye(ahead)).T * stretch
    return np.vstack([drawn, -drawn])


def _covariance(weights: Sequence[float], ahead: int) -> np.ndarray:
    return np.tensordot(np.array(weights, dtype=float), _shapes(ahead), axes=1)


def _shapes(ahead: int) -> np.ndarray:
    step = np.arange(1, ahead + 1)
    return np.array([np.ones((ahead, ahead)), np.minimum.outer(step, step), np.eye(ahead)])


def _weights(products: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Non-negative least squares of the products of errors on the three shapes."""
    from scipy.optimize import nnls

    root = np.sqrt(pairs).ravel()
    shapes = _shapes(len(products)).reshape(3, -1).T
    found, _ = nnls(shapes * root[:, None], products.ravel() * root)
    return np.maximum(found, [0, 0, _LEAST])


def _tails(inner: float, outer: float) -> tuple[int, float]:
    """Degrees of freedom whose two quantiles stand to each other as these do, and the factor."""
    from scipy.stats import t

    ends = [[t.ppf((1 + level) / 2, one) for level in LEVELS] for one in _FREEDOM]
    inner = max(inner, _LEAST)
    nearest = min(range(len(ends)), key=lambda i: abs(ends[i][1] / ends[i][0] - outer / inner))
    return _FREEDOM[nearest], float(max(inner / ends[nearest][0], outer / ends[nearest][1]))
