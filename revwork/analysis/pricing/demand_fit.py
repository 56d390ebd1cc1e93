"""Demand fit: how units answer the price, each product and each week with a level of its own."""

from dataclasses import dataclass

import numpy as np

_SWEEPS, _ROUNDS, _CLOSE = 500, 50, 1e-8
_FLAT = 1e-3  # an x that moves by less does not move
_TINY = 1e-12


@dataclass(frozen=True)
class Slopes:
    """What each product's own data say of its slope: estimate and variance, a row a product.

    A product whose x never moved has an infinite variance.
    """

    estimate: np.ndarray
    variance: np.ndarray


@dataclass(frozen=True)
class Pooled:
    """The mean slope of products with its error, how far products truly differ, and each shrunk."""

    mean: float
    error: float
    products: int
    between: float
    shrunk: np.ndarray
    shrunk_error: np.ndarray


def slopes(units: np.ndarray, x: np.ndarray, controls: np.ndarray, on: np.ndarray) -> Slopes:
    """Return the slope of log expected units on x, by product, from product × week arrays.

    Poisson pseudo-likelihood with product and week effects (Santos Silva and Tenreyro 2006;
    Correia, Guimarães and Zylkin 2020): log–log, and a week without a sale counts. `controls` is
    controls × product × week; `on` says which cells are seen. A product's slope is one Newton step
    from the common one, on what its own x says beyond its share of the week; its variance is the
    category's scatter at that information.
    """
    every, mean, shared = _fitted(units, np.concatenate([controls, x[None]]), on)
    left = np.where(on, units - mean, 0.0)
    weight = np.where(on, mean, 0.0)
    price = x - np.tensordot(shared, controls, 1)
    middle = (price * weight).sum(1) / np.maximum(weight.sum(1), _TINY)
    price = np.where(on, price - middle[:, None], 0.0)
    others = 1 - weight / np.maximum(weight.sum(0), _TINY)
    know = (price**2 * weight * others).sum(1)
    scatter = ((price * left) ** 2).sum() / max(know.sum(), _TINY)
    seen = know > weight.sum(1) * _FLAT**2
    told = np.where(seen, know, 1.0)
    step = np.where(seen, (price * left).sum(1) / told, 0.0)
    variance = np.where(seen, max(scatter, _TINY) / told, np.inf)
    return Slopes(every + step, variance)


def pooled(found: Slopes) -> Pooled:
    """Return the products' mean slope and each one shrunk towards it (empirical Bayes).

    What products truly differ by is told from their scatter (DerSimonian and Laird 1986); the error
    of the mean is clustered by product, and never below what the data could tell of it.
    """
    known = np.isfinite(found.variance)
    value, noise = found.estimate[known], found.variance[known]
    count = len(value)
    between = _between(value, noise)
    weight = 1 / (noise + between)
    mean = (weight * value).sum() / weight.sum()
    spread = (weight**2 * (value - mean) ** 2).sum() * count / max(count - 1, 1)
    error = max(np.sqrt(spread), np.sqrt(weight.sum())) / weight.sum()
    own = between / (between + found.variance) if between else np.zeros(len(known))
    shrunk = mean + own * np.where(known, found.estimate - mean, 0.0)
    left = np.where(known, own * np.where(known, found.variance, 0.0), between)
    return Pooled(mean, error, count, between, shrunk, np.sqrt(left + (1 - own) ** 2 * error**2))


def _fitted(
    units: np.ndarray, columns: np.ndarray, on: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """The last column's slope, expected units, and how the column goes with the others (IRLS)."""
    columns = columns - columns.mean(axis=(1, 2), keepdims=True)
    mean = np.where(on, (units + units[on].mean()) / 2, 1.0)
    line, old = np.log(mean), np.inf
    for _ in range(_ROUNDS):
        weight = np.where(on, mean, 0.0)
        aim = np.where(on, line + (units - mean) / mean, 0.0)
        apart = _apart(np.concatenate([columns, aim[None]]), weight)
        slope, shared = _regress(apart[:-1], apart[-1], weight)
        rest = apart[-1] - np.tensordot(slope, apart[:-1], 1)
        line = np.clip(aim - rest, -30, 30)
        mean = np.where(on, np.exp(line), 1.0)
        if abs(slope[-1] - old) < _CLOSE:
            break
        old = slope[-1]
    return float(slope[-1]), mean, shared


def _regress(columns: np.ndarray, aim: np.ndarray, weight: np.ndarray) -> tuple:
    """Slopes of weighted least squares, and the last column's on the others."""
    cross = np.einsum("kpw,lpw,pw->kl", columns, columns, weight)
    kept = np.diag(cross) > 1e-9 * max(weight.sum(), _TINY)
    slope, shared = np.zeros(len(columns)), np.zeros(len(columns) - 1)
    goal = np.einsum("kpw,pw,pw->k", columns, aim, weight)
    slope[kept] = np.linalg.lstsq(cross[np.ix_(kept, kept)], goal[kept], rcond=1e-10)[0]
    others = kept[:-1].nonzero()[0]
    fit = np.linalg.lstsq(cross[np.ix_(others, others)], cross[others, -1], rcond=1e-10)[0]
    shared[others] = fit
    return slope, shared


def _apart(columns: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Columns less their weighted means of product and of week, in turn until both are gone."""
    by_product, by_week = (np.maximum(weight.sum(axis), _TINY) for axis in (1, 0))
    for _ in range(_SWEEPS):
        columns = columns - ((columns * weight).sum(2) / by_product)[:, :, None]
        week = (columns * weight).sum(1) / by_week
        columns = columns - week[:, None, :]
        if np.abs(week).max() < _CLOSE:
            break
    return columns


def _between(value: np.ndarray, noise: np.ndarray) -> float:
    weight = 1 / noise
    mean = (weight * value).sum() / weight.sum()
    more = (weight * (value - mean) ** 2).sum() - (len(value) - 1)
    return float(max(more / max(weight.sum() - (weight**2).sum() / weight.sum(), _TINY), 0.0))
