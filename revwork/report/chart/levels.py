"""Levels that do not add up, by two names: a grid of cells, and lines over time."""

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from revwork.metrics import Unit
from revwork.report.chart.amounts import bare, brief, fitting, full
from revwork.report.chart.axes import left_out, mark, named, scaled
from revwork.report.panels import Note
from revwork.report.picture import Picture, finished, of, short
from revwork.report.theme import BASE, DOWN, INK, NOW, QUIET, RULE, SMALL, TARGET, UP, canvas
from revwork.report.words import Title, reader, text, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MIDDLES = {"index": 100}
_FULL = {"index": 25}  # how far from the middle a cell has its full colour; else the farthest has
_CELLS = 12
_LETTERS = 84  # small ones, side by side above all cells
_COLOURS = (NOW, DOWN, UP, TARGET, INK, BASE)


@of("value", "n")
def grid(frame: pd.DataFrame, title: Title, subtitle: str, unit: Unit = "index") -> Picture | Note:
    """Draw a cell for each pair, its n below the value; a pair that is not known stays empty.

    An index is orange above 100 and blue below; of any other unit more is darker. For few cells
    on cases of their own, such as cohorts by month; `chart.heat` draws many.

    Columns: the first names the row, the second the column (a name, a number, or a day, shown as
    its month); value (of the unit), n (how many cases, optional). The twelve rows and columns of
    most n are drawn, in their own order.
    """
    rows, columns = (_largest(frame, place, _CELLS) for place in (0, 1))
    pairs = pd.MultiIndex.from_product([rows, columns])
    shown = frame.set_index([_keys(frame, 0), _keys(frame, 1)])[["value", "n"]].reindex(pairs)
    strength = _strength(shown.value, unit)
    letters = _LETTERS // len(columns)
    size = fitting(shown.n.dropna(), letters - 2, "count")
    with canvas(0.6 + 0.46 * len(rows)) as (figure, axes):
        for place, (value, n) in enumerate(shown.to_numpy()):
            at = divmod(place, len(columns))
            _cell(axes, at, strength.iloc[place], unit in _MIDDLES)
            if np.isfinite(value):
                _said(axes, at, bare(value, unit), size(n) if np.isfinite(n) else "")
        axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
        across = [short(named(key), letters) for key in columns]
        axes.set_xticks(range(len(columns)), across, fontsize=SMALL)
        axes.set_yticks(range(len(rows)), [short(named(key), 22) for key in rows])
        axes.xaxis.tick_top()
        axes.spines[:].set_visible(False)
        every = sum(_keys(frame, place).nunique() for place in (0, 1))
        rest = left_out(axes, every - len(rows) - len(columns))
    known = shown.value.dropna().items()
    told = (f"{named(row)} / {named(key)} {full(value, unit)}" for (row, key), value in known)
    alt = words("Grid: {cells:told}.", cells=", ".join(told))
    return finished(figure, frame, title, subtitle, alt + rest)


@of("value", "low", "high", "n")
def lines(frame: pd.DataFrame, title: Title, subtitle: str, unit: Unit = "index") -> Picture | Note:
    """Draw one line a name over time, with its interval; what was not seen is a gap.

    Columns: the first is the day a period begins, the second the name; value (of the unit), low
    and high (its interval, optional), n (how many cases, optional). The six names of most n are
    drawn; an index has a rule at 100.
    """
    names = _largest(frame, 1, len(_COLOURS))
    keyed = frame.assign(day=pd.to_datetime(frame.iloc[:, 0]), name=_keys(frame, 1))
    parts = keyed.pivot(index="day", columns="name", values=["value", "low", "high"])
    value, low, high = (parts[part][names] for part in ("value", "low", "high"))
    middle = _MIDDLES.get(unit)
    with canvas(3.3) as (figure, axes):
        if middle is not None:
            axes.axhline(middle, color=QUIET, lw=0.9)
        for name, colour in zip(names, _COLOURS, strict=False):
            axes.plot(value.index, value[name], color=colour, lw=1.9)
            axes.fill_between(value.index, low[name], high[name], color=colour, alpha=0.11, lw=0)
        axes.set_ylim(*_room(value, middle))
        scaled(axes.yaxis, unit)
        _named_ends(axes, value, unit)
        axes.xaxis.set_major_locator(_months(value.index))
        axes.xaxis.set_major_formatter(lambda at, _: reader().month(_day(at)))
        axes.spines["left"].set_visible(False)
        axes.yaxis.grid(True, color=RULE, lw=0.7)
        rest = left_out(axes, _keys(frame, 1).nunique() - len(names), 22)
        marked = mark(axes, None, lambda day: _placed(day, value.index), unit)
    last = value.ffill().iloc[-1]
    told = ", ".join(f"{named(name)} {full(at, unit)}" for name, at in last.items())
    alt = words("Lines over time; last: {lines:told}.", lines=told)
    return finished(figure, frame, title, subtitle, alt + rest + marked)


def _keys(frame: pd.DataFrame, place: int) -> pd.Series:
    """What a column names; what is not recorded is a name, too."""
    return frame.iloc[:, place].map(lambda key: text(key) if pd.isna(key) else key)


def _largest(frame: pd.DataFrame, place: int, most: int) -> list[object]:
    """Names in their own order; where they are too many, those of most n."""
    size = frame.n.groupby(_keys(frame, place), sort=False).sum()
    kept = size.sort_values(ascending=False, kind="stable").index[:most]
    return sorted(kept, key=lambda key: (isinstance(key, str), key))


def _strength(values: pd.Series, unit: Unit) -> pd.Series:
    """How full the colour of each is, −1 to 1: about a middle both ways, else from the least."""
    middle = _MIDDLES.get(unit, values.min())
    far = _FULL.get(unit) or (values - middle).abs().max() or 1
    return ((values - middle) / far).clip(-1, 1)


def _cell(axes: "Axes", place: tuple[int, int], strength: float, around: bool) -> None:
    from matplotlib.patches import Rectangle

    row, column = place
    colour = DOWN if strength > 0 and around else NOW
    alpha = 0.06 + 0.5 * abs(np.nan_to_num(strength))
    corner = column - 0.48, row - 0.46
    axes.add_patch(Rectangle(corner, 0.96, 0.92, color=colour, alpha=alpha, lw=0))


def _said(axes: "Axes", place: tuple[int, int], value: str, size: str) -> None:
    """The value in a cell and, below it, on how many cases it rests."""
    row, column = place
    style = {"ha": "center", "va": "center_baseline", "in_layout": False}
    axes.text(column, row - 0.17 * bool(size), value, weight="bold", color=INK, **style)
    if size:
        told = words("n {n:text}", n=size)
        axes.text(column, row + 0.22, told, color=INK, fontsize=SMALL, **style)


def _room(values: pd.DataFrame, middle: float | None) -> tuple[float, float]:
    """The lines with some of their bands: one that is very wide must not flatten them."""
    low, high = values.min().min(), values.max().max()
    if middle is None:
        more = 0.35 * (high - low) or abs(high) or 1
        return low - more, high + more
    more = max(3.0, 0.35 * (high - low))
    return min(low - more, middle - 1), max(high + more, middle + 1)


def _named_ends(axes: "Axes", values: pd.DataFrame, unit: Unit) -> None:
    """Each line's name and last value at its end, pushed apart where ends are close."""
    ends = values.ffill().iloc[-1].dropna().sort_values()
    low, high = axes.get_ylim()
    places = ends.to_numpy(copy=True)
    for before, after in pairwise(range(len(places))):
        places[after] = max(places[after], places[before] + (high - low) * 0.075)
    for name, at in zip(ends.index, places, strict=True):
        told = f"{short(named(name), 18)} {brief(ends[name], unit)}"
        colour = _COLOURS[list(values).index(name)]
        axes.annotate(told, (values.index[-1], at), (8, 0), textcoords="offset points",
                      va="center", color=colour, weight="bold", annotation_clip=False)  # fmt: skip


def _months(days: pd.DatetimeIndex) -> object:
    from matplotlib.dates import MonthLocator

    return MonthLocator(interval=max(1, (days[-1] - days[0]).days // 180))


def _placed(day: pd.Timestamp, days: pd.DatetimeIndex) -> float | None:
    from matplotlib.dates import date2num

    return date2num(day) if days[0] <= day <= days[-1] else None


def _day(at: float) -> date:
    from matplotlib.dates import num2date

    return num2date(at)
