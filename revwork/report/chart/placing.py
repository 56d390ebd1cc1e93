"""Where names stand beside points: none on a point, on another name or over the edge."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from revwork.report.theme import INK, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TALL, _LETTER, _AWAY = 12.0, 5.9, 4.0  # points, of small type
_SIDES = (("left", 0), ("right", 0), ("center", 1), ("center", -1))
Box = tuple[float, float, float, float]
Side = tuple[str, int, float]


def names_beside(
    axes: "Axes",
    marks: np.ndarray,
    names: Sequence[str],
    order: Iterable[int],
    areas: np.ndarray,
) -> list[int]:
    """Write names beside their marks in this order, where there is room; return the named ones.

    Marks are places in the data, areas theirs in square points; the first finds room first.
    """
    axes.figure.draw_without_rendering()
    points = 72 / axes.figure.dpi
    at = axes.transData.transform(marks) * points
    inside = axes.get_window_extent().extents * points
    half = np.sqrt(areas) / 2
    taken = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(at, half, strict=True)]
    placed = []
    for n in order:
        own = taken[n]
        for side, up in _SIDES:
            box = _box(at[n], (side, up, half[n] + _AWAY), _LETTER * len(names[n]))
            if _inside(box, inside) and not any(_on(box, o) for o in taken if o is not own):
                _write(axes, names[n], marks[n], (side, up, half[n] + _AWAY))
                taken.append(box)
                placed.append(n)
                break
    return placed


def _box(at: np.ndarray, side: Side, wide: float) -> Box:
    where, up, away = side
    start = {"left": away, "right": -away - wide, "center": -wide / 2}[where]
    low = at[1] + up * (_TALL / 2 + away) - _TALL / 2
    return (at[0] + start, low, at[0] + start + wide, low + _TALL)


def _inside(box: Box, edge: Sequence[float]) -> bool:
    return (
        edge[0] <= box[0] and edge[1] <= box[1] and box[2] <= edge[2] + 4 and box[3] <= edge[3] + 4
    )


def _on(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _write(axes: "Axes", name: str, mark: np.ndarray, side: Side) -> None:
    where, up, away = side
    across = {"left": away, "right": -away, "center": 0}[where]
    axes.annotate(
        name,
        mark,
        (across, up * (_TALL / 2 + away)),
        textcoords="offset points",
        ha=where,
        va="center",
        fontsize=SMALL,
        color=INK,
    )
