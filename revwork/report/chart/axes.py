"""What the axes of the pictures share: values, periods, direct labels, events."""

from collections.abc import Callable
from datetime import date
from math import ceil
from textwrap import fill
from typing import TYPE_CHECKING

import pandas as pd

from revwork.metrics import Unit
from revwork.report import marks
from revwork.report.chart.amounts import brief
from revwork.report.picture import short
from revwork.report.theme import INK, QUIET, RULE, SMALL
from revwork.report.words import label, reader, text, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

_ROWS = 3
_LETTER = 5.9  # points, of small type


def value_axis(axes: "Axes", unit: Unit) -> None:
    """Amounts up the side on light rules; what is counted starts at zero."""
    low, high = axes.get_ylim()
    if unit in ("money", "count"):
        below = axes.dataLim.ymin < 0
        axes.set_ylim(low if below else 0, 0 if below and axes.dataLim.ymax <= 0 else high)
    scaled(axes.yaxis, unit)
    axes.yaxis.grid(True, color=RULE, lw=0.7)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def scaled(axis: "Axis", unit: Unit, most: int = 5) -> None:
    """Few round values along an axis, with as many digits as tell them apart."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(most, integer=unit == "count"))
    at = axis.get_majorticklocs()
    told = [n for n in (1, 2, 3) if len({brief(x, unit, n) for x in at}) == len(at)]
    axis.set_major_formatter(lambda x, _: brief(x, unit, (told or [3])[0]))


def bare_axes(axes: "Axes") -> None:
    """No frame where every amount is written beside its mark."""
    axes.set_xticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", colors=INK)


def ends(axes: "Axes", frame: pd.DataFrame, lines: dict[str, tuple[str, str]]) -> None:
    """Name each line at its end, pushed apart where ends are close."""
    last = {k: frame[k].dropna().iloc[-1] for k in lines if frame[k].notna().any()}
    low, high = axes.get_ylim()
    floor = low + (high - low) * 0.035
    for key, value in sorted(last.items(), key=lambda item: item[1]):
        at = max(value, floor)
        word, colour = lines[key]
        axes.annotate(
            word,
            (len(frame) - 1, at),
            (9, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            weight="bold",
            annotation_clip=False,
        )
        floor = at + (high - low) * 0.075


def months(frame: pd.DataFrame) -> list[str]:
    """Periods as people write them: months, a retail period by its number."""
    names = frame["name"] if "name" in frame else frame.start.astype(str)
    return [
        name[-3:] if name.startswith("FY") else reader().month(start)
        for name, start in zip(names, frame.start, strict=True)
    ]


def period_axis(axes: "Axes", frame: pd.DataFrame) -> None:
    """As many periods as there is room for, the last one always."""
    named = months(frame)
    letters = (max(map(len, named)) + 0.4) * len(named)
    places = range(len(frame) - 1, -1, -max(1, ceil(letters / 84)))
    axes.set_xticks(list(places), [named[at] for at in places])


def within(frame: pd.DataFrame) -> Callable[[date], float | None]:
    """Where a day stands among periods drawn at 0, 1, 2 …; nowhere outside them."""
    starts = pd.to_datetime(frame.start).reset_index(drop=True)
    months = starts.dt.year * 12 + starts.dt.month
    last = pd.DateOffset(months=int(months.diff().median()) if len(starts) > 1 else 1)
    if starts.dt.day.nunique() > 1:
        last = starts.diff().median()
    length = pd.Series([*starts[1:], starts.iloc[-1] + last]) - starts

    def place(day: date) -> float | None:
        at = starts.searchsorted(pd.Timestamp(day), side="right") - 1
        share = (pd.Timestamp(day) - starts[at]) / length[at] if at >= 0 else 1
        return at + share - 0.5 if share < 1 else None

    return place


def mark(
    axes: "Axes",
    events: pd.DataFrame | None,
    place: Callable[[pd.Timestamp], float | None],
    unit: Unit,
) -> str:
    """Mark events (day, label, kind) and the page's decisions on a time axis; return them in words.

    A decision is a full line and a diamond, any other kind a dotted line; names stand above the
    axes, in rows where they would touch, and a name without room is left to the words. The page's
    own decisions bear their number, and the figure's label says what they are.
    """
    known = [one for one in (events, marks.events(unit)) if one is not None and len(one)]
    every = pd.concat(known).assign(day=lambda t: pd.to_datetime(t.day)) if known else None
    seen = [] if every is None else every.sort_values(["day", "label"]).itertuples()
    seen = [(place(one.day), one) for one in seen]
    seen = [(at, one) for at, one in seen if at is not None]
    low, high = axes.get_xlim()
    taken = [-1.0] * _ROWS
    for at, one in seen:
        decided = one.kind == "decision"
        axes.axvline(at, color=QUIET, lw=1, ls="-" if decided else ":", zorder=0.5)
        known = getattr(one, "number", None)
        said = short(text(one.label), 40) if pd.isna(known) else f"{known:.0f}"
        name = f"{'◆' if decided else '▾'} {said}"
        start, wide = (at - low) / (high - low) * _width(axes), _LETTER * len(name)
        left = min(start - 3, max(0, _width(axes) - wide))
        row = next((n for n, end in enumerate(taken) if end < left), None)
        if row is not None:
            taken[row] = left + wide + 4
            axes.annotate(
                name,
                ((left / _width(axes)), 1),
                (0, 3 + 12 * row),
                xycoords="axes fraction",
                textcoords="offset points",
                fontsize=SMALL,
                color=QUIET,
            )
    axes.set_xlim(low, high)
    axes.figure.set_label(marks.caption([getattr(one, "number", None) for _, one in seen]))
    told = (f"{reader().day(one.day)} {text(one.label)} ({label(one.kind)})" for _, one in seen)
    return " " + words("Marked: {events:told}.", events="; ".join(told)) if seen else ""


def left_out(axes: "Axes", count: int, below: int = 6) -> str:
    """Say under a picture, and return, how many there was no room for."""
    if count <= 0:
        return ""
    said = words("{n:number} others are not shown.", n=count)
    axes.annotate(
        said,
        (0, 0),
        (0, -below),
        xycoords="axes fraction",
        textcoords="offset points",
        va="top",
        fontsize=SMALL,
        color=QUIET,
    )
    return " " + said


def wrapped(name: str, width: int = 10) -> str:
    """A name in lines of about this many letters."""
    return fill(name, width, break_long_words=False)


def named(value: object) -> str:
    """What stands at a row or column: a month for a day, else the name itself."""
    return reader().month(value) if isinstance(value, date) else text(value)


def _width(axes: "Axes") -> float:
    """About how many points the axes are wide, before the layout is settled."""
    return axes.figure.get_figwidth() * 72 * 0.86
