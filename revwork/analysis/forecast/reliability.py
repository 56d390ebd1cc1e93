"""Reliability: how often intervals held what came, each origin's set by the other origins."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from revwork.analysis.forecast import spread
from revwork.analysis.forecast.hierarchy import LEVELS, Hierarchy
from revwork.analysis.forecast.origins import GROUPS, Past
from revwork.findings import Message, Unanswered

_LEAST = 4  # origins, to hold each against the others


def laws(past: Past, of: Hierarchy) -> dict[str, spread.Spread]:
    """Return the law of errors at each level, of all that is known.

    One for all sums and one for all series; each level's is drawn half of the way to how far its
    own forecasts were off.
    """
    found = _laws(past.errors / spread.scales(past.history, past.season)[:, None, None], of)
    if not found:
        raise Unanswered("Too few periods to say how far a forecast may be off.")
    return found


def widths(by_level: dict[str, spread.Spread], of: Hierarchy, weights: np.ndarray) -> np.ndarray:
    """Return half of each interval, in scales: nodes × sums asked for × levels of confidence.

    `weights`: sums asked for × periods, 1 where the period is part of the sum.
    """
    each = {
        level: np.array([[*spread.width(law, row).values()] for row in weights])
        for level, law in by_level.items()
    }
    return np.array([each[level] for level in of.nodes.level])


def coverage(past: Past, of: Hierarchy) -> pd.DataFrame:
    """Return how often intervals held what came, by level, for one period and for sums of some.

    Each origin in turn is left out: its intervals are set by how far forecasts of the other origins
    were off, by scales known at it. Origins that follow each other share months, so this is kinder
    than a future that differs from all of the past; and forecasts of one origin are off together,
    so that their number overstates how much they tell. Columns: level (total, region, channel,
    category, series), of (one period; several: the first 2, 3, … together), nominal (0.8 or 0.95),
    forecasts, inside, coverage_rate (inside ÷ forecasts). No rows below four origins.
    """
    rows = [
        {"level": level, "of": name, "nominal": nominal, **_counted(held[mine, :, :, place])}
        for name, held in _held(past, of).items()
        for level in LEVELS
        for place, nominal in enumerate(spread.LEVELS)
        if (mine := (of.nodes.level == level).to_numpy()).any()
    ]
    found = pd.DataFrame(rows, columns=["level", "of", "nominal", "forecasts", "inside"])
    found = found[found.forecasts > 0].reset_index(drop=True)
    return found.assign(coverage_rate=found.inside / found.forecasts)


def checked(past: Past, of: Hierarchy, starts: Sequence[date]) -> pd.DataFrame:
    """Return past forecasts of the total beside what came, with the intervals they would have had.

    Columns: made_on (first day of the first period forecast), ahead (1 is that period),
    period_start, actual, value, low_80, high_80, low_95, high_95 (set by the other origins); of
    periods that are over. No rows below four origins.
    """
    rows = []
    for place in _judged(past):
        half = _half(past, of, place, np.eye(past.errors.shape[2]))[0]
        value = past.expected[0, place]
        came = value + past.errors[0, place]
        for ahead in np.flatnonzero(np.isfinite(came)):
            inner, outer = half[ahead]
            ends = (value[ahead] - inner, value[ahead] + inner)
            far = (value[ahead] - outer, value[ahead] + outer)
            start = starts[past.origins[place] + ahead]
            rows.append(
                (
                    starts[past.origins[place]],
                    ahead + 1,
                    start,
                    came[ahead],
                    value[ahead],
                    *ends,
                    *far,
                )
            )
    ends = ["low_80", "high_80", "low_95", "high_95"]
    names = ["made_on", "ahead", "period_start", "actual", "value", *ends]
    found = pd.DataFrame(rows, columns=names).round(2)
    return found.assign(**{one: found[one].clip(lower=0) for one in ends})


def reading(covered: pd.DataFrame) -> Message:
    """Say how often intervals of 80 % held what came, over all levels but the series."""
    told = covered[(covered.nominal == 0.8) & (covered.level != "series")]
    if told.empty:
        return Message("Too few periods to measure how often intervals hold what comes", {})
    inside, all_of = int(told.inside.sum()), int(told.forecasts.sum())
    return Message(
        "Intervals of 80 % held what came {inside:number} of {all:number} times ({share:percent}), "
        "each set by how far other forecasts were off",
        {"inside": inside, "all": all_of, "share": inside / all_of},
    )


def _held(past: Past, of: Hierarchy) -> dict[str, np.ndarray]:
    """Whether what came was inside: nodes × origins × periods or sums × levels; NaN unknown."""
    far = past.errors.shape[2]
    shapes = {"one period": np.eye(far), "several": np.tril(np.ones((far, far)))}
    found = {}
    for name, weights in shapes.items():
        off = past.errors if name == "one period" else past.errors.cumsum(axis=2)
        held = np.full((*off.shape, len(spread.LEVELS)), np.nan)
        for place in _judged(past):
            half, wrong = _half(past, of, place, weights), np.abs(off[:, place])
            inside = (wrong[:, :, None] <= half).astype(float)
            held[:, place] = np.where(np.isfinite(wrong)[:, :, None], inside, np.nan)
        found[name] = held[:, :, 1:] if name == "several" else held
    return found


def _judged(past: Past) -> range:
    return range(len(past.origins) if len(past.origins) >= _LEAST else 0)


def _half(past: Past, of: Hierarchy, place: int, weights: np.ndarray) -> np.ndarray:
    """Half intervals by errors of all other origins: nodes × sums × levels."""
    sizes = _sizes(past, place)
    scaled = np.delete(past.errors, place, axis=1) / sizes
    return sizes * widths(_laws(scaled, of), of, weights)


def _laws(scaled: np.ndarray, of: Hierarchy) -> dict[str, spread.Spread]:
    found = {}
    for is_sums in GROUPS.values():
        pooled = scaled[_is_of(of, is_sums)]
        if not (law := spread.fitted(pooled)):
            return {}
        usual = max(np.nanmean(pooled**2), 1e-12)
        levels = [level for level in LEVELS if (level != "series") == is_sums]
        for level in levels:
            own = np.nanmean(scaled[(of.nodes.level == level).to_numpy()] ** 2) / usual
            found[level] = law.scaled((1 + own) / 2)
    return found


def _sizes(past: Past, place: int) -> np.ndarray:
    known = past.history[:, : past.origins[place]]
    return spread.scales(known, past.season)[:, None, None]


def _is_of(of: Hierarchy, of_sums: bool) -> np.ndarray:
    return (of.nodes.level != "series").to_numpy() == of_sums


def _counted(held: np.ndarray) -> dict[str, int]:
    return {"forecasts": int(np.isfinite(held).sum()), "inside": int(np.nansum(held))}
