"""Gradual growth: in which row a share began to grow to another level, and how sure that is."""

import numpy as np

EARLIEST, LATEST = 3, 3  # rows before growth can begin, and that must be left when it does
_PROFILE = 1.92  # log-likelihood around the likeliest start: 95 %
_STEPS = 12
_TINY = 1e-9


def start(part: np.ndarray, whole: np.ndarray) -> tuple[int, int, int]:
    """Return the row from which a share grows, and the ends of its 95 % interval.

    `part` of `whole` by row (binomial). The share is level, changes evenly in log-odds from one
    row to a later one, and is level again; of all such pairs the likeliest. For a change that
    `breaks` has found: a step search names the middle of a gradual one, months after its start.
    """
    pairs, gain = _fitted(np.asarray(part, float), np.asarray(whole, float))
    near = pairs[gain >= gain.max() - _PROFILE, 0]
    return int(pairs[gain.argmax(), 0]), int(near.min()), int(near.max())


def _fitted(part: np.ndarray, whole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every start and end, and the log-likelihood of the share that changes between them.

    Newton's steps for all pairs at once; restless rows count less.
    """
    size = len(part)
    first, end = np.triu_indices(size + 1, 1)
    inside = (first >= EARLIEST) & (first <= size - LATEST)
    pairs = np.column_stack([first[inside], end[inside]])
    grown = np.clip((np.arange(size) + 0.5 - pairs[:, :1]) / (pairs[:, 1:] - pairs[:, :1]), 0, 1)
    odds = np.log((part.sum() + 0.5) / (whole.sum() - part.sum() + 0.5))
    level, change = np.full(len(pairs), odds), np.zeros(len(pairs))
    for _ in range(_STEPS):
        step = _newton(part, whole, grown, level[:, None] + change[:, None] * grown)
        level, change = level + step[0], change + step[1]
    logit = level[:, None] + change[:, None] * grown
    gain = (part * logit - whole * np.logaddexp(0, logit)).sum(1)
    return pairs, gain / _restless(part, whole, logit[gain.argmax()])


def _newton(
    part: np.ndarray, whole: np.ndarray, grown: np.ndarray, logit: np.ndarray
) -> np.ndarray:
    share = 1 / (1 + np.exp(-logit))
    left, weight = part - whole * share, whole * share * (1 - share)
    a, b, c = weight.sum(1), (weight * grown).sum(1), (weight * grown**2).sum(1)
    g, h = left.sum(1), (left * grown).sum(1)
    return np.clip(np.array([c * g - b * h, a * h - b * g]) / (a * c - b * b + _TINY), -2, 2)


def _restless(part: np.ndarray, whole: np.ndarray, logit: np.ndarray) -> float:
    """How much more rows vary around the fit than chance alone would let them; 1 or more."""
    share = 1 / (1 + np.exp(-logit))
    spread = (part - whole * share) ** 2 / np.maximum(whole * share * (1 - share), _TINY)
    return max(float(spread.sum()) / max(len(part) - 4, 1), 1.0)
