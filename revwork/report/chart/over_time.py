"""What happened over time: by period, by day, one thing beside another."""

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from revwork.metrics import Unit
from revwork.report import marks
from revwork.report.chart.amounts import brief, fitting, full, moved
from revwork.report.chart.axes import (
    ends,
    left_out,
    mark,
    months,
    period_axis,
    scaled,
    value_axis,
    within,
)
from revwork.report.picture import Picture, finished, of, short
from revwork.report.theme import BASE, DOWN, INK, NOW, QUIET, RULE, SMALL, TARGET, canvas
from revwork.report.words import UNKNOWN, Title, reader, text, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PANELS = 12


@of("value", "base", "target", "low", "high")
def line(
    frame: pd.DataFrame,
    title: Title,
    subtitle: str,
    unit: Unit = "money",
    events: pd.DataFrame | None = None,
) -> Picture:
    """Draw value (now), base (before) and target by period; a partial period is open and dashed.

    Columns: start (date), name (optional), value, partial (bool, optional), and, where they are
    known, base, target, low and high (an interval). Periods before the first value are not drawn.
    Events: day, label, kind (decision or any other).
    """
    frame = _known(frame)
    with canvas(3.1) as (figure, axes):
        at = range(len(frame))
        axes.fill_between(at, frame.low, frame.high, color=NOW, alpha=0.14, lw=0)
        axes.plot(at, frame.base, color=BASE, lw=1.6)
        axes.plot(at, frame.target, color=TARGET, lw=1.6, ls=(0, (1, 1.5)))
        axes.plot(at, frame.value.where(~frame.partial), color=NOW, lw=2.4, marker="o", ms=3.5)
        _open_end(axes, frame)
        value_axis(axes, unit)
        names = {"value": (words("now"), NOW), "base": (words("before"), QUIET)}
        ends(axes, frame, {**names, "target": (words("target"), TARGET)})
        period_axis(axes, frame)
        marked = mark(axes, events, within(frame), unit)
    return finished(figure, frame, title, subtitle, _line_in_words(frame, unit) + marked)


@of("value", "base", "target")
def columns(
    frame: pd.DataFrame,
    title: Title,
    subtitle: str,
    unit: Unit = "money",
    events: pd.DataFrame | None = None,
) -> Picture:
    """Draw one bar a period, its comparison as a tick, its target as a diamond; partial hatched.

    Columns and events are those of `line`, without its interval.
    """
    frame = _known(frame)
    many = len(frame) > _PANELS + 1
    amount = fitting(frame.value, 84 // len(frame), unit)
    with canvas(2.9) as (figure, axes):
        for at, row in enumerate(frame.itertuples()):
            style = {"fc": "white", "ec": NOW, "hatch": "////"} if row.partial else {"fc": NOW}
            axes.bar(at, row.value, width=0.66, lw=0.8, **style)
            axes.plot([at - 0.42, at + 0.42], [row.base] * 2, color=INK, lw=1.6)
            axes.plot([at], [row.target], "D", color=TARGET, ms=5, mec="white", mew=0.8)
            if not many:
                beside = pd.Series([0, row.value, row.base, row.target]).max()
                _above(axes, at, beside, amount(row.value))
        axes.axhline(0, color=RULE, lw=1)
        value_axis(axes, unit)
        if not many:
            axes.set_yticks([])
        period_axis(axes, frame)
        marked = mark(axes, events, within(frame), unit)
    alt = words(
        "Bars by period, last {start:date}: now {value:text}, before {base:text}, "
        "target {target:text}.",
        **_last_told(frame, unit),
    )
    return finished(figure, frame, title, subtitle, alt + marked)


@of("net", "low", "high")
def days(
    frame: pd.DataFrame,
    title: Title,
    subtitle: str,
    unit: Unit = "money",
    events: pd.DataFrame | None = None,
) -> Picture:
    """Draw a daily line with the days out of line marked, the oddest of them named.

    Columns: day, net (of the unit), low and high (the band of what is usual). Events as in `line`.
    """
    from matplotlib.dates import MonthLocator, num2date

    marked = frame[(frame.net < frame.low) | (frame.net > frame.high)]
    with canvas(2.7) as (figure, axes):
        axes.plot(frame.day, frame.net, color=BASE, lw=0.9)
        axes.plot(marked.day, marked.net, "o", ms=6, mfc="none", mec=DOWN, mew=1.8)
        for day, net in _apart(marked, frame):
            axes.annotate(
                reader().day(day),
                (day, net),
                (7, 3),
                fontsize=SMALL,
                textcoords="offset points",
                color=DOWN,
            )
        value_axis(axes, unit)
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + 0.08 * (high - low))
        axes.xaxis.set_major_locator(MonthLocator(interval=1 + len(frame) // 200))
        axes.xaxis.set_major_formatter(lambda at, _: reader().month(num2date(at)))
        first, last = pd.Timestamp(frame.day.min()), pd.Timestamp(frame.day.max())
        seen = mark(axes, events, partial(_placed, first, last), unit)
    said = ", ".join(f"{reader().day(r.day)} {full(r.net, unit)}" for r in marked.itertuples())
    alt = words("Daily line; marked: {days:told}.", days=said or words("no day"))
    return finished(figure, frame, title, subtitle, alt + seen)


@of("value", "base")
def multiples(frame: pd.DataFrame, title: Title, subtitle: str, unit: Unit = "money") -> Picture:
    """Draw a small line for each segment on one scale, its comparison in grey; twelve at most.

    Columns: the first names the segment; start (date), name (optional), value, base, partial
    (bool, optional); rows of a segment in order of start, segments as the reader should meet them.
    """
    groups = [*iter(frame.groupby(frame.columns[0], sort=False, dropna=False))]
    shown = groups[:_PANELS]
    wide, decided = min(4, len(shown)), []
    tall = -(-len(shown) // wide)
    with canvas(0.25 + 1.5 * tall, nrows=tall, ncols=wide, sharey=True, squeeze=False) as (
        figure,
        grid,
    ):
        for axes, (name, rows) in zip(grid.flat, shown, strict=False):
            _small(axes, text(name), _known(rows), unit)
            decided += _marked_small(axes, text(name), _known(rows))
        for axes in list(grid.flat)[len(shown) :]:
            axes.set_axis_off()
        value_axis(grid[0, 0], unit)
        scaled(grid[0, 0].yaxis, unit, 3)
        for axes in grid.flat:
            axes.yaxis.grid(True, color=RULE, lw=0.7)
            axes.spines["left"].set_visible(False)
        rest = left_out(grid[-1, 0], len(groups) - len(shown), 24)
        figure.set_label(marks.caption(decided))
    last = (f"{text(name)} {full(_last(rows), unit)}" for name, rows in shown)
    alt = words("Small lines, last value: {lines:told}.", lines=", ".join(last))
    return finished(figure, frame, title, subtitle, alt + rest)


def _placed(first: pd.Timestamp, last: pd.Timestamp, day: pd.Timestamp) -> float | None:
    from matplotlib.dates import date2num

    return date2num(day) if first <= day <= last else None


def _known(frame: pd.DataFrame) -> pd.DataFrame:
    """From the first period with a value on; whole where nothing says partial."""
    frame = frame[frame.value.notna().to_numpy().cumsum() > 0].reset_index(drop=True)
    partial = frame.partial.astype(bool) if "partial" in frame else False
    return frame.assign(partial=partial)


def _open_end(axes: "Axes", frame: pd.DataFrame) -> None:
    """The last, partial period: open marker, dashed way to it."""
    if len(frame) and frame.partial.iloc[-1]:
        tail = frame.value.iloc[-2:]
        axes.plot(tail.index, tail, color=NOW, lw=1.6, ls="--")
        axes.plot(tail.index[-1:], tail.iloc[-1:], "o", ms=5, mfc="white", mec=NOW)


def _above(axes: "Axes", at: float, value: float, amount: str) -> None:
    axes.annotate(
        amount,
        (at, value),
        (0, 6),
        textcoords="offset points",
        ha="center",
        fontsize=SMALL,
        bbox={"fc": "white", "ec": "none", "pad": 0.5},
    )


def _small(axes: "Axes", name: str, frame: pd.DataFrame, unit: Unit) -> None:
    """One of several: its name, its last value and how that compares."""
    axes.plot(frame.index, frame.base, color=BASE, lw=1.2)
    axes.plot(frame.index, frame.value.where(~frame.partial), color=NOW, lw=1.8)
    _open_end(axes, frame)
    last = frame[frame.value.notna()].iloc[-1:]
    partial = last.partial.any()
    axes.plot(last.index, last.value, "o", ms=4, mec=NOW, mfc="white" if partial else NOW)
    axes.set_title(
        short(name, 20), loc="left", fontsize=SMALL, fontweight="bold", color=INK, pad=15
    )
    row = last.iloc[0] if len(last) else None
    said = "" if row is None else f"{brief(row.value, unit)}  {moved(row.value, row.base, unit)}"
    axes.annotate(
        said, (0, 1), (0, 4), xycoords="axes fraction", textcoords="offset points", fontsize=SMALL
    )
    named = months(frame)
    places = sorted({0, max(0, len(frame) - 1)}) if named else []
    axes.set_xticks(places, [named[at] for at in places], fontsize=SMALL)
    for tick, side in zip(axes.get_xticklabels(), ("left", "right"), strict=False):
        tick.set_horizontalalignment(side if len(places) > 1 else "center")


def _marked_small(axes: "Axes", name: str, frame: pd.DataFrame) -> list[int]:
    """Mark the decisions about this one in its small picture; return their numbers."""
    place, limits = within(frame), axes.get_xlim()
    seen = [(place(pd.Timestamp(one.day)), one.number) for one in marks.about(name)]
    for at, number in (pair for pair in seen if pair[0] is not None):
        axes.axvline(at, color=QUIET, lw=1, zorder=0.5)
        style = {"textcoords": "offset points", "va": "top", "fontsize": SMALL, "color": QUIET}
        axes.annotate(f"◆ {number}", (at, 1), (2, -2), ("data", "axes fraction"), **style)
    axes.set_xlim(limits)
    return [number for at, number in seen if at is not None]


def _last(rows: pd.DataFrame) -> float | None:
    known = rows.value.dropna()
    return known.iloc[-1] if len(known) else None


def _apart(marked: pd.DataFrame, frame: pd.DataFrame) -> list[tuple[date, float]]:
    """The days farthest out of line, as many as can be named side by side."""
    out = (marked.net - marked.high).clip(lower=0) + (marked.low - marked.net).clip(lower=0)
    width = (frame.day.iloc[-1] - frame.day.iloc[0]) / 7
    named: list[tuple[date, float]] = []
    for at in out.sort_values(ascending=False, kind="stable").index:
        day, net = marked.day[at], marked.net[at]
        if all(abs(day - other) > width for other, _ in named):
            named.append((day, net))
    return named


def _last_told(frame: pd.DataFrame, unit: Unit) -> dict[str, object]:
    """The last period's figures; an unknown one is a dash."""
    last = frame.iloc[-1]
    told = {key: full(last.get(key), unit) for key in ("value", "base", "target", "low", "high")}
    return {"start": last.start, **told}


def _line_in_words(frame: pd.DataFrame, unit: Unit) -> str:
    told = _last_told(frame, unit)
    band = {key: told.pop(key) for key in ("low", "high")}
    alt = words(
        "Line by period, last {start:date}: now {value:text}, before {base:text}, "
        "target {target:text}.",
        **told,
    )
    if UNKNOWN in band.values():
        return alt
    return f"{alt} {words('Interval: {low:text} to {high:text}.', **band)}"
