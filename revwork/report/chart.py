"""Pictures: the title states the finding, the subtitle the measure; one function a kind."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from revwork.analysis.revenue import largest
from revwork.report.panels import Note
from revwork.report.picture import Picture, money_that_fits, of, short
from revwork.report.theme import BASE, DOWN, INK, NOW, QUIET, RULE, TARGET, UP, canvas, image
from revwork.report.words import Title, label, reader, text, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GAP = "\u2003"


@of("value", "base", "target")
def line(frame: pd.DataFrame, title: Title, subtitle: str) -> Picture:
    """Draw value (now), base (before) and target by period; a partial period is open and dashed.

    Columns: start (date), name (optional), value, base, target (money, null allowed), partial
    (bool). Periods before the first value are not drawn.
    """
    frame = frame[frame.value.notna().to_numpy().cumsum() > 0].reset_index(drop=True)
    with canvas(3.1) as (figure, axes):
        at = range(len(frame))
        axes.plot(at, frame.base, color=BASE, lw=1.6)
        axes.plot(at, frame.target, color=TARGET, lw=1.4, ls=(0, (1, 1.5)))
        whole = frame.value.where(~frame.partial)
        axes.plot(at, whole, color=NOW, lw=2.4, marker="o", ms=3.5)
        _open_end(axes, frame)
        _money_axis(axes)
        _direct_labels(
            axes,
            frame,
            {"value": ("now", NOW), "base": ("before", QUIET), "target": ("target", TARGET)},
        )
        _months(axes, frame)
        address = image(figure)
    return Picture(titled(title, frame), subtitle, address, _path_in_words(frame))


@of("current", "base", "target", "change_rate")
def bars(frame: pd.DataFrame, title: Title, subtitle: str) -> Picture:
    """Draw one bar a segment: a tick where it was before, a diamond at its target, its change.

    Many segments become the largest twelve and the others as one bar.

    Columns: the first names the segment; current, base, target (money, null allowed), change_rate.
    """
    shown = largest(frame).iloc[::-1].reset_index(drop=True)
    money = money_that_fits(shown.current, 12)
    with canvas(0.5 + 0.36 * len(shown)) as (figure, axes):
        axes.barh(shown.index, shown.current, color=NOW, height=0.62)
        axes.set_yticks(shown.index, [short(text(name), 22) for name in shown.iloc[:, 0]])
        for at, row in enumerate(shown.itertuples()):
            axes.plot([row.base] * 2, [at - 0.42, at + 0.42], color=INK, lw=1.6)
            axes.plot(
                [row.target], [at], "D", color=TARGET, ms=5, mec="white", mew=0.8, clip_on=False
            )
            beside = np.nanmax([0, row.current, row.base, row.target])
            words = f"{money(row.current)}{_GAP}{reader().change(row.change_rate)}"
            axes.annotate(words, (beside, at), (9, 0), textcoords="offset points", va="center")
        axes.margins(x=0)
        axes.axvline(0, color=RULE, lw=1)
        _bare(axes)
        address = image(figure)
    return Picture(titled(title, frame), subtitle, address, _bars_in_words(shown[::-1]))


@of("value")
def waterfall(frame: pd.DataFrame, title: Title, subtitle: str) -> Picture:
    """Draw totals and the changes between them.

    Columns: bar (key), value (money), kind (total or change).
    """
    frame = frame[(frame.kind == "total") | (frame.value.abs() > 0)].reset_index(drop=True)
    total, value = frame.kind == "total", frame.value.fillna(0)
    level = value.where(~total, 0).cumsum() + value[total].iloc[0]
    top = level.where(~total, value)
    foot = (level - value).where(~total, 0)
    money = money_that_fits(value, 90 // len(frame))
    with canvas(3.3) as (figure, axes):
        for at, row in enumerate(frame.itertuples()):
            colour = INK if row.kind == "total" else UP if row.value >= 0 else DOWN
            axes.bar(at, top[at] - foot[at], bottom=foot[at], color=colour, width=0.64)
            words = "+" * (row.kind != "total" and row.value > 0) + money(row.value)
            axes.annotate(
                words,
                (at, max(top[at], foot[at])),
                (0, 3),
                fontsize=8.5,
                textcoords="offset points",
                ha="center",
            )
        axes.set_xticks(
            range(len(frame)), [_wrapped(short(label(bar), 24)) for bar in frame.bar], fontsize=8.5
        )
        _zoom(axes, top, foot, total)
        axes.spines["left"].set_visible(False)
        axes.set_yticks([])
        address = image(figure)
    words = ", ".join(f"{label(r.bar)} {reader().money(r.value)}" for r in frame.itertuples())
    return Picture(titled(title, frame), subtitle, address, f"Waterfall: {words}.")


@of("effect", "base", "current")
def effects(frame: pd.DataFrame, title: Title, subtitle: str) -> Picture:
    """Draw what each driver did to revenue, with its level before and now and who owns it.

    Columns: leaf, department, unit (count, rate or money), base, current, effect (money).
    """
    shown = frame[frame.effect.abs() > 0].iloc[::-1].reset_index(drop=True)
    if shown.empty:
        return Note(f"{subtitle}: nothing moved.")
    names = [f"{label(row.leaf)} · {label(row.department)}" for row in shown.itertuples()]
    money = money_that_fits(pd.concat([shown.effect, shown.base, shown.current]), 12)
    colours = [UP if effect > 0 else DOWN for effect in shown.effect]
    with canvas(0.5 + 0.4 * len(shown)) as (figure, axes):
        axes.barh(shown.index, shown.effect, color=colours, height=0.6)
        axes.set_yticks(shown.index, [short(name, 36) for name in names])
        for at, row in enumerate(shown.itertuples()):
            words = f"{'+' * (row.effect > 0)}{money(row.effect)}{_GAP}{_levels(row, money)}"
            axes.annotate(
                words, (max(0, row.effect), at), (6, 0), textcoords="offset points", va="center"
            )
        axes.margins(x=0)
        axes.axvline(0, color=RULE, lw=1)
        _bare(axes)
        address = image(figure)
    said = "; ".join(
        f"{name}: {reader().money(e)}" for name, e in zip(names, shown.effect, strict=True)
    )
    return Picture(titled(title, frame), subtitle, address, f"Effects: {said}.")


@of("net", "low", "high")
def days(frame: pd.DataFrame, title: Title, subtitle: str) -> Picture:
    """Draw a daily line with the days out of line marked, the oddest of them named.

    Columns: day, net (money), low and high (the band of what is usual).
    """
    from matplotlib.dates import MonthLocator, num2date

    marked = frame[(frame.net < frame.low) | (frame.net > frame.high)]
    with canvas(2.7) as (figure, axes):
        axes.plot(frame.day, frame.net, color=BASE, lw=0.9)
        axes.plot(marked.day, marked.net, "o", ms=6, mfc="none", mec=DOWN, mew=1.8, clip_on=False)
        for day, net in _apart(marked, frame):
            axes.annotate(
                reader().day(day),
                (day, net),
                (7, 3),
                fontsize=8.5,
                textcoords="offset points",
                color=DOWN,
            )
        _money_axis(axes)
        axes.xaxis.set_major_locator(MonthLocator(interval=1 + len(frame) // 200))
        axes.xaxis.set_major_formatter(lambda at, _: reader().month(num2date(at)))
        address = image(figure)
    words = ", ".join(f"{reader().day(r.day)} {reader().money(r.net)}" for r in marked.itertuples())
    return Picture(
        titled(title, frame), subtitle, address, f"Daily line; marked: {words or 'no day'}."
    )


def _levels(row: tuple, money: Callable[[float], str]) -> str:
    if pd.isna(row.base):
        return ""
    kind = {"count": "number", "rate": "rate"}.get(row.unit)
    levels = row.base, row.current
    return " → ".join(reader().format(x, kind) if kind else money(x) for x in levels)


def _open_end(axes: "Axes", frame: pd.DataFrame) -> None:
    """The last, partial period: open marker, dashed way to it."""
    if len(frame) > 1 and frame.partial.iloc[-1]:
        tail = frame.value.iloc[-2:]
        axes.plot([len(frame) - 2, len(frame) - 1], tail, color=NOW, lw=1.6, ls="--")
        axes.plot([len(frame) - 1], tail.iloc[-1:], "o", ms=5, mfc="white", mec=NOW)


def _direct_labels(axes: "Axes", frame: pd.DataFrame, lines: dict[str, tuple[str, str]]) -> None:
    """Name each line at its end, pushed apart where ends are close."""
    ends = {k: frame[k].dropna().iloc[-1] for k in lines if frame[k].notna().any()}
    low, high = axes.get_ylim()
    floor = low
    for key, value in sorted(ends.items(), key=lambda item: item[1]):
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


def _months(axes: "Axes", frame: pd.DataFrame) -> None:
    """Months as people write them; a retail period by its number."""
    places = range(len(frame) - 1, -1, -max(1, len(frame) // 8))
    names = frame.get("name", frame.start.astype(str))
    words = [
        names[at][-3:] if names[at].startswith("FY") else reader().month(frame.start[at])
        for at in places
    ]
    axes.set_xticks(list(places), words)


def _money_axis(axes: "Axes") -> None:
    low, high = axes.get_ylim()
    axes.set_ylim(min(0, low), max(0, high))
    axes.yaxis.set_major_formatter(lambda value, _: reader().compact(value))
    axes.yaxis.grid(True, color=RULE, lw=0.7)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def _bare(axes: "Axes") -> None:
    axes.set_xticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", colors=INK)


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
        axes.annotate("axis cut", (0.42, floor), (0, 3), textcoords="offset points", color=QUIET)
    else:
        axes.margins(y=0.14)


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


def _wrapped(name: str) -> str:
    return name.replace(" ", "\n", 1)


def _path_in_words(frame: pd.DataFrame) -> str:
    last = frame.iloc[-1]
    said = f"Line by period, last {reader().day(last.start)}: now {reader().money(last.value)}"
    return f"{said}, before {reader().money(last.base)}, target {reader().money(last.target)}."


def _bars_in_words(frame: pd.DataFrame) -> str:
    said = (
        f"{text(row[1])} {reader().money(row.current)} ({reader().change(row.change_rate)})"
        for row in frame.itertuples()
    )
    return f"Bars: {', '.join(said)}."
