"""What is known and what is expected: a line that goes on as a fan of intervals."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from revwork.metrics import Unit
from revwork.report.chart.amounts import full
from revwork.report.chart.axes import ends, mark, period_axis, value_axis, within
from revwork.report.picture import Picture, finished, of
from revwork.report.theme import BASE, NOW, QUIET, SMALL, TARGET, canvas
from revwork.report.words import Title, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@of("value", "base", "target", "low", "high", "low_95", "high_95")
def fan(
    frame: pd.DataFrame,
    title: Title,
    subtitle: str,
    unit: Unit = "money",
    events: pd.DataFrame | None = None,
) -> Picture:
    """Draw a line by period that is dashed where it is expected, in bands of 80 and 95 %.

    Columns: start (date), name (optional), value, ahead (bool: expected), low, high (80 %), low_95,
    high_95, and, where they are known, base and target. Events as in `chart.line`.
    """
    shown = frame.reset_index(drop=True)
    ahead = shown.ahead.astype(bool)
    joined = ahead | ahead.shift(-1, fill_value=False)  # the way from what is known, too
    known = ~ahead
    with canvas(3.4) as (figure, axes):
        for end, alpha in (("_95", 0.11), ("", 0.2)):
            band = [shown[f"{side}{end}"].where(ahead, shown.value)[joined] for side in _SIDES]
            axes.fill_between(shown.index[joined], *band, color=NOW, alpha=alpha, lw=0)
        axes.plot(shown.index, shown.base, color=BASE, lw=1.6)
        axes.plot(shown.index, shown.target, color=TARGET, lw=1.6, ls=(0, (1, 1.5)))
        axes.plot(shown.index, shown.value.where(known), color=NOW, lw=2.4, marker="o", ms=3.5)
        axes.plot(shown.index, shown.value.where(joined), color=NOW, lw=1.8, ls=(0, (3, 1.5)))
        value_axis(axes, unit)
        if known.any() and ahead.any():
            _today(axes, int(ahead.to_numpy().argmax()) - 0.5)
        names = {"value": (words("forecast"), NOW), "base": (words("before"), QUIET)}
        ends(axes, shown, {**names, "target": (words("target"), TARGET)})
        period_axis(axes, shown)
        marked = mark(axes, events, within(shown), unit)
    return finished(figure, frame, title, subtitle, _in_words(shown, unit) + marked)


_SIDES = ("low", "high")


def _today(axes: "Axes", at: float) -> None:
    """Where what is known ends."""
    axes.axvline(at, color=QUIET, lw=0.9, ls=":", zorder=0.5)
    axes.annotate(
        words("expected from here"),
        (at, 0),
        (5, 4),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        fontsize=SMALL,
        color=QUIET,
    )


def _in_words(frame: pd.DataFrame, unit: Unit) -> str:
    last = frame.iloc[-1]
    told = {name: full(last.get(name, np.nan), unit) for name in ("value", "base", "target")}
    told |= {name: full(last[name], unit) for name in ("low", "high", "low_95", "high_95")}
    return words(
        "Line by period with what is expected, last {start:date}: {value:text}, 80 %: {low:text} "
        "to {high:text}, 95 %: {low_95:text} to {high_95:text}; before {base:text}, target "
        "{target:text}.",
        start=last.start,
        **told,
    )
