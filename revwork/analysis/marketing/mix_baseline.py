"""Baseline of the mix model: what would be sold without advertising, and what moves it."""

import numpy as np
import pandas as pd

KNOT = 13  # weeks between two bends of the trend
WAVES = 6
LEVEL, SEASON, CONTROL = 10.0, 0.3, 0.15  # spread of levels, of the first wave, of a control
_YEAR = 365.25 / 7


def columns(
    weeks: pd.DatetimeIndex, controls: np.ndarray, bend: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the baseline's columns and how far from 0 each coefficient is expected.

    `controls` is controls × weeks × markets. Rows are weeks, within them markets. Each market has
    its level and its trend, which moves by about `bend` a quarter; the season, six waves a year,
    is common; controls count in their standard deviations within a market.
    """
    n, markets = controls.shape[1:]
    trend = np.kron(_ramps(n), np.eye(markets))
    told = np.array([_standard(one).ravel() for one in controls]).reshape(-1, n * markets).T
    columns, spread = zip(
        (np.tile(np.eye(markets), (n, 1)), [LEVEL] * markets),
        (trend, [bend] * trend.shape[1]),
        (np.repeat(_waves(weeks), markets, axis=0), np.repeat(SEASON / _NUMBERS, 2)),
        (told, [CONTROL] * len(controls)),
        strict=True,
    )
    return np.hstack(columns), np.concatenate(spread)


_NUMBERS = np.arange(1, WAVES + 1)


def _ramps(n: int) -> np.ndarray:
    """A step of one quarter each, so that a coefficient is how far the level moves in it."""
    knots = np.arange(max(1, round((n - 1) / KNOT))) * KNOT
    ramps = np.clip((np.arange(n)[:, None] - knots) / KNOT, 0, 1)
    return ramps - ramps.mean(0)


def _waves(weeks: pd.DatetimeIndex) -> np.ndarray:
    turn = 2 * np.pi * weeks.to_julian_date().to_numpy()[:, None] / 7 / _YEAR * _NUMBERS
    return np.stack([np.sin(turn), np.cos(turn)], axis=2).reshape(len(weeks), -1)


def _standard(values: np.ndarray) -> np.ndarray:
    apart = values - values.mean(0)
    return apart / (apart.std() or 1.0)
