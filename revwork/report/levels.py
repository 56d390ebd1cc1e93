"""Pictures of an index around 100: a grid of cells, and lines over weeks."""

from itertools import pairwise

import numpy as np
import pandas as pd

from revwork.report.panels import Note
from revwork.report.picture import Picture, of, short
from revwork.report.theme import BASE, DOWN, INK, NOW, QUIET, RULE, TARGET, UP, canvas, image
from revwork.report.words import Title, reader, text, titled, words

MIDDLE = 100
_FULL = 25  # points from the middle at which a cell has its full colour
_LINES = (NOW, DOWN, UP, TARGET, INK, BASE)


@of("value")
def grid(frame: pd.DataFrame, title: Title, subtitle: str) -> Picture | Note:
    """Draw a cell for each pair: orange above 100, blue below, empty where nothing is known.

    Columns: the first names the row, the second the column; value (index), products (its n). The
    twelve rows and columns with most products are drawn.
    """
    rows, columns = (_largest(frame, frame.columns[place]) for place in (0, 1))
    keys = [frame.iloc[:, 0].map(text), frame.iloc[:, 1].map(text)]
    shown = frame.assign(row=keys[0], column=keys[1]).set_index(["row", "column"])
    shown = shown[["value", "products"]].reindex(pd.MultiIndex.from_product([rows, columns]))
    with canvas(0.6 + 0.46 * len(rows)) as (figure, axes):
        for place, (value, products) in enumerate(shown.to_numpy()):
            _cell(axes, divmod(place, len(columns)), value, products)
        axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
        axes.set_xticks(range(len(columns)), [short(name, 60 // len(columns)) for name in columns])
        axes.set_yticks(range(len(rows)), [short(name, 22) for name in rows])
        axes.xaxis.tick_top()
        axes.spines[:].set_visible(False)
        address = image(figure)
    known = shown.dropna().value.items()
    told = ", ".join(f"{' / '.join(where)} {reader().number(value)}" for where, value in known)
    alt = words("Grid: {cells:told}.", cells=told)
    return Picture(titled(title, frame), subtitle, address, alt)


@of("value", "least", "most")
def paths(frame: pd.DataFrame, title: Title, subtitle: str) -> Picture | Note:
    """Draw one line a name over weeks, with its interval; a week that was not seen is a gap.

    Columns: week (date), then the name, value, least and most (null allowed), products. The six
    names with most products are drawn.
    """
    names = _largest(frame, frame.columns[1], len(_LINES))
    keyed = frame.assign(name=frame.iloc[:, 1].map(text), week=pd.to_datetime(frame.week))
    table = keyed.pivot(index="week", columns="name", values=["value", "least", "most"])
    with canvas(3.3) as (figure, axes):
        axes.axhline(MIDDLE, color=QUIET, lw=0.9)
        for name, colour in zip(names, _LINES, strict=False):
            value, least, most = (table[part][name] for part in ("value", "least", "most"))
            axes.plot(table.index, value, color=colour, lw=1.9)
            axes.fill_between(table.index, least, most, color=colour, alpha=0.11, lw=0)
        axes.set_ylim(*_room(table["value"][names]))
        _named(axes, table["value"][names])
        axes.xaxis.set_major_locator(_quarters(table.index))
        axes.xaxis.set_major_formatter(lambda at, _: reader().month(_day(at)))
        axes.yaxis.set_major_formatter(lambda at, _: reader().number(at, 1))
        axes.spines["left"].set_visible(False)
        axes.yaxis.grid(True, color=RULE, lw=0.7)
        address = image(figure)
    last = table["value"][names].ffill().iloc[-1]
    told = ", ".join(f"{name} {reader().number(value)}" for name, value in last.items())
    alt = words("Lines by week; last: {lines:told}.", lines=told)
    return Picture(titled(title, frame), subtitle, address, alt)


def _largest(frame: pd.DataFrame, by: str, most: int = 12) -> list[str]:
    """Names in their own order; where they are too many, those with most products."""
    size = frame.groupby(frame[by].map(text)).products.sum()
    return sorted(size.sort_values(ascending=False, kind="stable").index[:most])


def _cell(axes: object, place: tuple[int, int], value: float, products: float) -> None:
    from matplotlib.patches import Rectangle

    row, column = place
    known = np.isfinite(value)
    strength = min(1.0, abs(value - MIDDLE) / _FULL) if known else 0.0
    colour = DOWN if known and value > MIDDLE else NOW
    corner = column - 0.48, row - 0.46
    axes.add_patch(Rectangle(corner, 0.96, 0.92, color=colour, alpha=0.06 + 0.5 * strength, lw=0))
    axes.annotate(reader().number(value), (column, row), (-4, 0), textcoords="offset points",
                  ha="right", va="center", weight="bold")  # fmt: skip
    if known:
        size = words("n {n:number}", n=products)
        axes.annotate(size, (column, row), (4, 0), textcoords="offset points",
                      va="center", color=INK, fontsize=8.5)  # fmt: skip


def _room(values: pd.DataFrame) -> tuple[float, float]:
    """The lines with some of their bands: one that is very wide must not flatten them."""
    low, high = values.min().min(), values.max().max()
    more = max(3.0, 0.35 * (high - low))
    return min(low - more, MIDDLE - 1), max(high + more, MIDDLE + 1)


def _named(axes: object, values: pd.DataFrame) -> None:
    """Each line's name and last value at its end, pushed apart where ends are close."""
    ends = values.ffill().iloc[-1].dropna().sort_values()
    low, high = axes.get_ylim()
    places = ends.to_numpy(copy=True)
    for before, after in pairwise(range(len(places))):
        places[after] = max(places[after], places[before] + (high - low) * 0.075)
    for name, at in zip(ends.index, places, strict=True):
        told = f"{short(name, 18)} {reader().number(ends[name])}"
        colour = _LINES[list(values).index(name)]
        axes.annotate(told, (values.index[-1], at), (8, 0), textcoords="offset points",
                      va="center", color=colour, weight="bold", annotation_clip=False)  # fmt: skip


def _quarters(weeks: pd.DatetimeIndex) -> object:
    from matplotlib.dates import MonthLocator

    return MonthLocator(interval=max(1, (weeks[-1] - weeks[0]).days // 180))


def _day(at: float) -> object:
    from matplotlib.dates import num2date

    return num2date(at)
