"""How a picture writes its numbers: in full, short where room is scarce, bare in a cell."""

from collections.abc import Callable, Iterable

import pandas as pd

from revwork.metrics import RELATIVE, Unit
from revwork.report.words import UNITS, UNKNOWN, reader

_LONG = 10


def full(value: float | None, unit: Unit) -> str:
    """Return a value of this unit as a sentence would have it; unknown is a dash."""
    return reader().format(value, UNITS[unit][0])


def brief(value: float | None, unit: Unit, digits: int = 1) -> str:
    """Return a value short enough for an axis: €1.2m, 30k, 12.5%, 3.2×."""
    if unit == "percent":
        return full(value, unit)
    if unit in ("days", "multiple"):
        return getattr(reader(), unit)(value, digits)
    return reader().compact(value, None if unit in ("money", "cents") else "", digits)


def bare(value: float | None, unit: Unit) -> str:
    """Return a value without its unit, for a cell: 12k, 45 (of a hundred), 3.8."""
    if unit == "percent":
        return UNKNOWN if pd.isna(value) else reader().number(value * 100)
    return reader().compact(value, "", 1 if abs(value) < _LONG else 0)


def fitting(values: Iterable[float], most: int, unit: Unit = "money") -> Callable[[float], str]:
    """Return how to write these on a picture: shorter where one has more than `most` letters."""
    values = list(values)
    ways = [lambda x: full(x, unit), lambda x: brief(x, unit), lambda x: brief(x, unit, 0)]
    fit = (way for way in ways if max(map(len, map(way, values)), default=0) <= most)
    return next(fit, ways[-1])


def moved(value: float, base: float, unit: Unit) -> str:
    """Return a change with its sign, relative or a difference as the unit has it; else ""."""
    gap = value - base
    if unit in RELATIVE:
        gap = gap / abs(base) if base else None
    if pd.isna(gap):
        return ""
    plus = "+" if unit == "percent" and round(gap, 3) > 0 else ""
    return plus + reader().format(gap, UNITS[unit][1])
