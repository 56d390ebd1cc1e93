"""Expectation: what a part of the business would bring in if nothing were done, kept when decided.

The same weeks of the year before, times how the last half year compares with the one a year
earlier; without two such years the mean of the last half year. How far that errs is measured on
the part's own past, from each week on, and not assumed. A simple yardstick on purpose:
it has to be the same whenever it is looked at.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from revwork.actions import Step
from revwork.analysis.actions.action_weeks import OWN
from revwork.analysis.actions.measured import FEWEST, LEVEL, SETTLED, WEEKS, Effect

BLOCK = 4  # weeks of a step
STEPS = 13
_HALF, _YEAR = 26, 52  # weeks
_ORIGINS = 8  # past errors of a length, for its spread to be known


def path(weeks: pd.DataFrame, decided: date) -> list[Step]:
    """Return what is expected from the day of a decision on, added up by four weeks, for a year.

    `weeks` is what `action_weeks.weekly` returns; only those before the decision are looked at.
    An interval (95 %) is as wide as the errors of so many weeks were in the past; lengths that the
    past is too short for have the width of the longest that it is not. Empty where fewer than
    12 weeks, or no errors at all, are known.
    """
    monday = decided + timedelta(days=-decided.weekday() % 7)
    known = weeks[OWN][weeks.index < pd.Timestamp(decided - timedelta(days=6))].to_numpy()
    spreads = _spreads(known)
    if len(known) < FEWEST or not spreads:
        return []
    sums = _expected(known)[: STEPS * BLOCK].reshape(STEPS, BLOCK).sum(axis=1).cumsum()
    steps = []
    for n, value in enumerate(sums):
        half = spreads[min(n, len(spreads) - 1)] * abs(value)
        until = monday + timedelta(weeks=BLOCK * (n + 1))
        steps.append(
            Step(until, *(round(float(x), 2) for x in (value, value - half, value + half)))
        )
    return steps


def against_path(weeks: pd.DataFrame, steps: Sequence[Step], start: date) -> Effect:
    """Return what came in beyond a kept expectation since an action began, in money a year.

    Before and after, without a control: whatever else happened since is in it. Whole steps of four
    weeks are counted, from the first that begins once the action had.
    """
    done = _done(weeks, steps)
    if not steps:
        return Effect("too short before", "expectation", 0)
    first = next((n for n, one in enumerate(done) if _from(one) >= start), len(done))
    length = (len(done) - first) * BLOCK
    if length < SETTLED:
        return Effect("too early", "expectation", length, _told_from(steps, start))
    came = _between(weeks, _from(done[first]), done[-1].until)
    before = done[first - 1].value if first else 0.0
    hoped, half = done[-1].value - before, (done[-1].high - done[-1].low) / 2
    ends = (came - hoped, came - hoped - half, came - hoped + half)
    told = (round(one * WEEKS / length, 2) for one in ends)
    return Effect("measured", "expectation", length, _told_from(steps, start), *told)


def _told_from(steps: Sequence[Step], start: date) -> date | None:
    """The day after which enough whole steps are over; None where the path ends before."""
    enough = SETTLED // BLOCK
    later = [one.until for one in steps if _from(one) >= start]
    return later[enough - 1] - timedelta(days=1) if len(later) >= enough else None


def _expected(known: np.ndarray) -> np.ndarray:
    """The next 52 weeks: last year's times growth, else the mean of the last half year."""
    year_ago = known[-_YEAR - _HALF : -_YEAR].sum() if len(known) >= _YEAR + _HALF else 0.0
    if year_ago <= 0:
        return np.full(_YEAR, known[-_HALF:].mean())
    return known[-_YEAR:] * known[-_HALF:].sum() / year_ago


def _spreads(known: np.ndarray) -> list[float]:
    """By number of steps: half the width of the interval, as a share of what is expected."""
    from scipy.stats import t

    begin = _YEAR + _HALF if len(known) >= _YEAR + _HALF + _ORIGINS + BLOCK else FEWEST
    spreads: list[float] = []
    for length in range(BLOCK, STEPS * BLOCK + 1, BLOCK):
        errors = [_error(known, at, length) for at in range(begin, len(known) - length + 1)]
        errors = [one for one in errors if np.isfinite(one)]
        if len(errors) < _ORIGINS:
            break
        half = t.ppf((1 + LEVEL) / 2, max(3, len(errors) // BLOCK))  # near weeks err alike
        spreads.append(float(half * np.sqrt(np.mean(np.square(errors)))))
    return spreads


def _error(known: np.ndarray, at: int, length: int) -> float:
    """How far the weeks from there on were from what was expected of them, as a share."""
    hoped = _expected(known[:at])[:length].sum()
    return (known[at : at + length].sum() - hoped) / abs(hoped) if hoped else np.nan


def _from(step: Step) -> date:
    return step.until - timedelta(weeks=BLOCK)


def _done(weeks: pd.DataFrame, steps: Sequence[Step]) -> list[Step]:
    """The steps that are over by the last week known."""
    over = weeks.index.max() + pd.Timedelta(weeks=1) if len(weeks) else pd.Timestamp.min
    return [one for one in steps if pd.Timestamp(one.until) <= over]


def _between(weeks: pd.DataFrame, first: date, until: date) -> float:
    inside = (weeks.index >= pd.Timestamp(first)) & (weeks.index < pd.Timestamp(until))
    return float(weeks[OWN][inside].sum())
