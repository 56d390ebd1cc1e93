"""How a picture writes its numbers: in full, short where room is scarce, bare in a cell."""

from collections.abc import Callable, Iterable
from typing import Literal

import pandas as pd

from revwork.report.words import UNKNOWN, reader

Unit = Literal["money", "cents", "count", "percent", "score", "rate"]
_SPECS = {"money": "money", "cents": "cents", "count": "number", "percent": "percent"}
_SPECS |= {"score": "tenths", "rate": "rate"}
_SIGNS = {"money": None, "cents": None, "count": "", "score": "", "rate": ""}


def full(value: float | None, unit: Unit) -> str:
    """Return a value of this unit as a sentence would have it; unknown is a dash."""
    return reader().format(value, _SPECS[unit])


def brief(value: float | None, unit: Unit, digits: int = 1) -> str:
    """Return a value short enough for an axis: €1.2m, 30k, 12.5%."""
    if unit == "percent":
        return full(value, unit)
    return reader().compact(value, _SIGNS[unit], digits)


def bare(value: float | None, unit: Unit) -> str:
    """Return a value without its unit, for a cell: 12k, 45 (of a hundred), 3.8."""
    if unit == "percent":
        return UNKNOWN if pd.isna(value) else reader().number(value * 100)
    return reader().compact(value, "", 1 if abs(value) < _LONG else 0)


def fitting(values: Iterable[float], most: int, unit: Unit = "money") -> Callable[[float], str]:
    """Return how to write these on a picture: shorter where one has more than `most` letters."""
    values = list(values)
    ways = [lambda x: full(x, unit), lambda x: brief(x, unit), lambda x: brief(x, unit, 0)]
    fit = (way for way in ways if max(map(len, map(way, values))) <= most)
    return next(fit, ways[-1])


def moved(value: float, base: float, unit: Unit) -> str:
    """Return a change with its sign: a relative one, in points for a share or score; else ""."""
    gap = value - base
    if pd.isna(gap) or (unit not in _LEVELS and not base):
        return ""
    if unit not in _LEVELS:
        return reader().change(gap / abs(base))
    plus = "+" if round(gap, 3 if unit == "percent" else 1) > 0 else ""
    return plus + reader().format(gap, "points" if unit == "percent" else "tenths")


_LEVELS = ("percent", "score")
_LONG = 10
