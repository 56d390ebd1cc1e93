"""Penalised least squares of the mix model: data and beliefs, each in its standard deviations."""

from dataclasses import dataclass

import numpy as np

from revwork.analysis.marketing.carryover import with_slopes

STEPS, ENOUGH, STEEPEST = 40, 1e-2, 1e8


@dataclass(frozen=True)
class Problem:
    """What is fitted: revenue as a share of its market's mean, and what is believed beforehand.

    `y`, `noise` (its standard deviation) and `weight` (of a cell in a medium's mean effect) are
    weeks × markets, `x` is spend as media × weeks × markets (mean 1), `base` the baseline's
    columns. `centre` and `spread` are of the parameters: the baseline's; then, by medium, log of
    return on spend, logit of carried, logs of half and slope. `worth` is log of revenue ÷ spend.
    `multiplies`: advertising brings a share more of the baseline, else an amount of its own.
    """

    y: np.ndarray
    noise: np.ndarray
    weight: np.ndarray
    x: np.ndarray
    base: np.ndarray
    centre: np.ndarray
    spread: np.ndarray
    worth: np.ndarray
    multiplies: bool


def start(problem: Problem) -> np.ndarray:
    """Return parameters to begin with: half of the baseline comes by advertising."""
    at, first, n = problem.centre.copy(), problem.base.shape[1], len(problem.x)
    at[first : first + n] = np.log(0.5 / n)
    at[: problem.y.shape[1]] = 0.0
    return at


def solved(problem: Problem, at: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
    """Return the parameters of least penalised squares, these squares, and half their curvature.

    Levenberg–Marquardt from the parameters given, no step longer than 2.
    """
    gaps, slopes = _stacked(problem, at)
    loss, damp, better = gaps @ gaps, 1e-3, np.inf
    for _ in range(STEPS):
        curve = slopes.T @ slopes
        step = np.linalg.solve(curve + damp * np.diag(np.diag(curve)), -slopes.T @ gaps)
        tried = at + step.clip(-2, 2)
        there, slant = _stacked(problem, tried)
        better = loss - there @ there
        if better > 0:
            at, gaps, slopes, loss, damp = tried, there, slant, loss - better, damp / 5
        else:
            damp *= 6
        if 0 < better < ENOUGH or damp > STEEPEST:
            break
    return at, loss, slopes.T @ slopes


def fitted(problem: Problem, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return baseline, and what advertising brings of it or beside it (weeks × markets)."""
    level, media, _ = _media(problem, at)
    brought = media.sum(0)
    whole = _whole(problem, at)
    return level / whole, (level * brought if problem.multiplies else brought) / whole


def parts(problem: Problem, at: np.ndarray) -> dict[str, np.ndarray]:
    """Return by medium: greatest effect, carried, half and slope."""
    effect, *shape = _of_media(problem, at)
    reached = with_slopes(problem.x, *shape)[0]
    mean = (reached * problem.weight).sum((1, 2), keepdims=True)
    names = ("greatest", "carried", "half", "slope")
    greatest = effect / mean
    if not problem.multiplies:
        greatest = greatest / _whole(problem, at)
    return dict(zip(names, (one.ravel() for one in (greatest, *shape)), strict=True))


def _whole(problem: Problem, at: np.ndarray) -> float:
    """Baseline and mean effects together; over it, a level is the market's whole revenue."""
    return 1 + float(_of_media(problem, at)[0].sum())


def _of_media(problem: Problem, at: np.ndarray) -> tuple[np.ndarray, ...]:
    """Mean effect, carried, half and slope, media down."""
    effect, carried, half, slope = at[problem.base.shape[1] :].reshape(4, -1, 1, 1)
    return np.exp(effect), 1 / (1 + np.exp(-carried)), np.exp(half), np.exp(slope)


def _stacked(problem: Problem, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gaps to data and beliefs, and how each parameter moves them."""
    level, media, slopes = _media(problem, at)
    if problem.multiplies:
        media, slopes = media * level, slopes * level
    whole, effect = _whole(problem, at), _of_media(problem, at)[0]
    mean = (level + media.sum(0)) / whole
    by_base = problem.base * (mean if problem.multiplies else level / whole).reshape(-1, 1)
    slopes = slopes / whole
    slopes[0] -= mean * effect / whole
    by_media = slopes.reshape(-1, mean.size).T
    gaps = (mean - problem.y) / problem.noise
    rows = np.hstack([by_base, by_media]) / problem.noise.reshape(-1, 1)
    apart, told = _believed(problem, at)
    return np.concatenate([gaps.ravel(), apart]), np.vstack([rows, told])


def _believed(problem: Problem, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gaps to what is believed: of a parameter, but of return on spend for the mean effect."""
    first = problem.base.shape[1]
    effects = slice(first, first + len(problem.x))
    at, told = at.copy(), np.eye(len(at))
    effect = np.exp(at[effects])
    at[effects] += problem.worth - np.log1p(effect.sum())
    told[effects, effects] -= effect / (1 + effect.sum())
    return (at - problem.centre) / problem.spread, told / problem.spread[:, None]


def _media(problem: Problem, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Baseline, each medium's effect, and how its four parameters move that (4 × media × …)."""
    level = np.exp(problem.base @ at[: problem.base.shape[1]]).reshape(problem.y.shape)
    effect, *shape = _of_media(problem, at)
    reached, *by = with_slopes(problem.x, *shape)
    mean = (reached * problem.weight).sum((1, 2), keepdims=True)
    media = effect * reached / mean
    slopes = [
        effect * one / mean - media * (one * problem.weight).sum((1, 2), keepdims=True) / mean
        for one in by
    ]
    return level, media, np.stack([media, *slopes])
