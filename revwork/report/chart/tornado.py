"""What moves a result most: each lever's effect down and up, the largest on top."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from revwork.metrics import Unit
from revwork.report.chart.amounts import fitting, full
from revwork.report.chart.axes import bare_axes
from revwork.report.picture import Picture, finished, of, short
from revwork.report.theme import DOWN, INK, QUIET, SMALL, UP, canvas
from revwork.report.words import Title, label, text, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIDES = {"up": -0.2, "down": 0.2}
_ROOM = 0.36  # of the bars, for what is written beside them


@of("up", "down", "low_up", "high_up", "low_down", "high_down")
def tornado(frame: pd.DataFrame, title: Title, subtitle: str, unit: Unit = "money") -> Picture:
    """Draw two bars a lever, moved up and down, with their intervals, in the frame's order.

    Columns: lever (key), up and down (what each does, of the unit), up_at and down_at (how far it
    is moved, in words), low_up, high_up, low_down, high_down (intervals, null allowed).
    """
    shown = frame.reset_index(drop=True)
    amount = fitting([*shown.up, *shown.down], 12, unit)
    with canvas(0.5 + 0.62 * len(shown)) as (figure, axes):
        for at, row in enumerate(shown.to_dict("records")):
            for side, beside in _SIDES.items():
                _bar(axes, at + beside, row, side)
        axes.axvline(0, color=INK, lw=1)
        axes.set_yticks(shown.index, [short(label(name), 22) for name in shown.lever])
        axes.invert_yaxis()
        bare_axes(axes)
        ends = shown[[f"{end}{side}" for side in _SIDES for end in ("", "low_", "high_")]]
        low, high = min(0, ends.min().min()), max(0, ends.max().max())
        room = _ROOM * ((high - low) or 1)
        axes.set_xlim(low - room, high + room)
        for at, row in enumerate(shown.to_dict("records")):
            for side, beside in _SIDES.items():
                _named(axes, at + beside, row, (side, amount(row[side])))
    told = "; ".join(
        f"{label(row.lever)} {text(row.down_at)} {full(row.down, unit)}, "
        f"{text(row.up_at)} {full(row.up, unit)}"
        for row in shown.itertuples()
    )
    alt = words("Levers, largest first: {levers:told}.", levers=told)
    return finished(figure, frame, title, subtitle, alt)


def _bar(axes: "Axes", at: float, row: dict, side: str) -> None:
    value = row[side]
    axes.barh(at, value, height=0.36, color=UP if value >= 0 else DOWN)
    axes.plot([row[f"low_{side}"], row[f"high_{side}"]], [at, at], color=INK, lw=1.1)


def _named(axes: "Axes", at: float, row: dict, told: tuple[str, str]) -> None:
    """How far the lever is moved, and what that does, beyond the bar and its interval."""
    side, amount = told
    value = row[side]
    if not np.isfinite(value):
        return
    ends = pd.Series([0.0, value, row[f"low_{side}"], row[f"high_{side}"]])
    right = value >= 0
    place = ends.max() if right else ends.min()
    plus = "+" if value > 0 and any(c in "123456789" for c in amount) else ""
    axes.annotate(
        f"{text(row[f'{side}_at'])} → {plus}{amount}",
        (place, at),
        (6 if right else -6, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        fontsize=SMALL,
        color=QUIET,
    )
