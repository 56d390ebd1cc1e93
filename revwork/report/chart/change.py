"""What moved a total, step by step and driver by driver."""

from typing import TYPE_CHECKING

import pandas as pd

from revwork.metrics import Unit
from revwork.report.chart.amounts import fitting, full
from revwork.report.chart.axes import wrapped
from revwork.report.panels import Note
from revwork.report.picture import Picture, finished, of, short
from revwork.report.theme import DOWN, INK, QUIET, SMALL, UP, canvas
from revwork.report.words import Title, label, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GAP = "\u2003"
_MANY = 9


@of("value")
def waterfall(
    frame: pd.DataFrame, title: Title, subtitle: str, unit: Unit = "money"
) -> Picture | Note:
    """Draw totals and the changes between them.

    Columns: bar (key), value (of the unit), kind (total or change).
    """
    frame = frame[(frame.kind == "total") | (frame.value.abs() > 0)].reset_index(drop=True)
    total, value = frame.kind == "total", frame.value.fillna(0)
    level = value.where(~total, 0).cumsum() + value[total].iloc[0]
    top = level.where(~total, value)
    foot = (level - value).where(~total, 0)
    amount = fitting(frame.value, 90 // len(frame), unit)
    size = SMALL if len(frame) < _MANY else 8
    with canvas(3.3) as (figure, axes):
        for at, row in enumerate(frame.itertuples()):
            colour = INK if row.kind == "total" else UP if row.value >= 0 else DOWN
            axes.bar(at, top[at] - foot[at], bottom=foot[at], color=colour, width=0.64)
            axes.annotate(
                "+" * (row.kind != "total" and row.value > 0) + amount(row.value),
                (at, max(top[at], foot[at])),
                (0, 3),
                fontsize=size,
                textcoords="offset points",
                ha="center",
            )
        names = [wrapped(short(label(bar), 30)) for bar in frame.bar]
        axes.set_xticks(range(len(frame)), names, fontsize=size)
        _zoom(axes, top, foot, total)
        axes.spines["left"].set_visible(False)
        axes.set_yticks([])
    said = ", ".join(f"{label(row.bar)} {full(row.value, unit)}" for row in frame.itertuples())
    alt = words("Waterfall: {steps:told}.", steps=said)
    return finished(figure, frame, title, subtitle, alt)


def _zoom(axes: "Axes", top: pd.Series, foot: pd.Series, total: pd.Series) -> None:
    """Start above zero where the changes would be slivers; totals are then marked as cut."""
    changes = pd.concat([top[~total], foot[~total], top[total]])
    low, high = changes.min(), changes.max()
    if low > 0 and 0 < high - low < 0.35 * high:
        floor = low - (high - low) * 0.6
        axes.set_ylim(floor, high + (high - low) * 0.14)
        for at in total[total].index:
            axes.plot(
                [at - 0.36, at + 0.36], [floor + (high - floor) * 0.06] * 2, color="white", lw=4
            )
        axes.annotate(
            words("axis cut"),
            (0.42, floor),
            (0, 3),
            textcoords="offset points",
            color=QUIET,
            fontsize=SMALL,
        )
    else:
        axes.margins(y=0.14)
