"""How segments compare: by amount, by rate, from stage to stage, few against many."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from revwork.findings import Message
from revwork.metrics import Unit
from revwork.report.chart.amounts import fitting, full, moved
from revwork.report.chart.axes import bare_axes, left_out, scaled, wrapped
from revwork.report.picture import Picture, finished, of, short
from revwork.report.theme import BASE, DOWN, INK, NOW, QUIET, RULE, SMALL, TARGET, UP, canvas
from revwork.report.words import Title, reader, text, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GAP = "\u2003"
_DOTS = 24
_BARS = 60
_NAMED = 12
_MOST_OF_IT = 0.8


@of("current", "base", "target", "change_rate")
def bars(frame: pd.DataFrame, title: Title, subtitle: str, unit: Unit = "money") -> Picture:
    """Draw one bar a segment: a tick where it was before, a diamond at its target, its change.

    Many segments become the largest twelve and the others as one bar: for what adds up only.

    Columns: the first names the segment; current, base, target (of the unit, null allowed),
    change_rate.
    """
    shown = _largest(frame).iloc[::-1].reset_index(drop=True)
    amount = fitting(shown.current, 12, unit)
    with canvas(0.5 + 0.36 * len(shown)) as (figure, axes):
        axes.barh(shown.index, shown.current, color=NOW, height=0.62)
        axes.set_yticks(shown.index, [short(text(name), 22) for name in shown.iloc[:, 0]])
        axes.plot(*_upright(shown.base, 0.42), color=INK, lw=1.6)
        axes.plot(shown.target, shown.index, "D", color=TARGET, ms=5, mec="white", mew=0.8)
        for at, row in enumerate(shown.itertuples()):
            beside = np.nanmax([0, row.current, row.base, row.target])
            _beside(axes, (beside, at), amount(row.current), reader().change(row.change_rate))
        axes.margins(x=0)
        axes.axvline(0, color=RULE, lw=1)
        bare_axes(axes)
    told = (
        f"{text(row[1])} {full(row.current, unit)} ({reader().change(row.change_rate)})"
        for row in shown[::-1].itertuples()
    )
    alt = words("Bars: {bars:told}.", bars=", ".join(told))
    return finished(figure, frame, title, subtitle, alt)


@of("current", "base", "low", "high")
def dots(frame: pd.DataFrame, title: Title, subtitle: str, unit: Unit = "percent") -> Picture:
    """Draw a dot a segment, highest first, tied to where it was before; on an axis that may be cut.

    For rates, prices and scores, which do not add up: beyond 24 segments the last are left out.

    Columns: the first names the segment; current, base, low, high (its interval), null allowed.
    """
    ranked = frame.sort_values("current", ascending=False, kind="stable", na_position="last")
    shown = ranked[:_DOTS].iloc[::-1].reset_index(drop=True)
    with canvas(0.65 + 0.27 * len(shown)) as (figure, axes):
        axes.set_yticks(shown.index, [short(text(name), 24) for name in shown.iloc[:, 0]])
        axes.tick_params(axis="y", colors=INK)
        axes.plot(*_across(shown.low, shown.high), color=NOW, lw=5, alpha=0.22)
        axes.plot(*_across(shown.base, shown.current), color=BASE, lw=1.2)
        axes.plot(shown.base, shown.index, "o", ms=5.5, mfc="white", mec=BASE, mew=1.4)
        axes.plot(shown.current, shown.index, "o", ms=7, color=NOW)
        for at, row in enumerate(shown.itertuples()):
            beside = pd.Series([row.current, row.base, row.high]).max()
            gap = moved(row.current, row.base, unit)
            if pd.notna(beside):
                _beside(axes, (beside, at), full(row.current, unit), gap)
        axes.set_ylim(-0.6, len(shown) - 0.4)
        axes.spines["left"].set_visible(False)
        scaled(axes.xaxis, unit)
        axes.xaxis.grid(True, color=RULE, lw=0.7)
        axes.set_axisbelow(True)
        rest = left_out(axes, len(frame) - len(shown), 22)
    told = (_dot_in_words(row, unit) for row in shown[::-1].itertuples())
    alt = words("Dots, highest first: {dots:told}.", dots=", ".join(told))
    return finished(figure, frame, title, subtitle, alt + rest)


@of("value", "base", "rate", "rate_base")
def funnel(frame: pd.DataFrame, title: Title, subtitle: str, unit: Unit = "count") -> Picture:
    """Draw how many reach each stage, and between two stages the share that went on.

    Columns: stage (a name), value, base (before; null allowed), rate (share of the stage
    above that came this far, null for the first), rate_base.
    """
    shown = frame.reset_index(drop=True)
    amount = fitting(shown.value, 12, unit)
    with canvas(0.3 + 0.55 * len(shown)) as (figure, axes):
        axes.barh(shown.index, shown.value, color=NOW, height=0.5)
        axes.set_yticks(shown.index, [short(text(one), 22) for one in shown.stage])
        axes.plot(*_upright(shown.base, 0.34), color=INK, lw=1.6)
        for at, row in enumerate(shown.itertuples()):
            beside = pd.Series([0, row.value, row.base]).max()
            _beside(axes, (beside, at), amount(row.value), moved(row.value, row.base, unit))
            if at:
                _went_on(axes, at - 0.5, row)
        axes.invert_yaxis()
        axes.margins(x=0)
        axes.axvline(0, color=RULE, lw=1)
        bare_axes(axes)
    told = (
        f"{text(row.stage)} {full(row.value, unit)}"
        + (f" ({full(row.rate, 'percent')})" if pd.notna(row.rate) else "")
        for row in shown.itertuples()
    )
    alt = words("Funnel, share of the stage before: {stages:told}.", stages=", ".join(told))
    return finished(figure, frame, title, subtitle, alt)


@of("cumulative_share", "share")
def pareto(frame: pd.DataFrame, title: Title, subtitle: str) -> Picture:
    """Draw how much of the whole the largest make together, and how few make 80 % of it.

    A whale curve is one: it rises above the whole where some lose money.

    Columns: the first names the part; share, cumulative_share (0–1), largest first; parts without
    a cumulative share are left out.
    """
    shown = frame[frame.cumulative_share.notna()].reset_index(drop=True)
    places = np.arange(1, len(shown) + 1)
    few = int((shown.cumulative_share >= _MOST_OF_IT).to_numpy().argmax())
    with canvas(3.1) as (figure, axes):
        axes.axhline(1, color=BASE, lw=1, ls=":")
        if len(shown) <= _BARS:
            axes.bar(places, shown.share, color=BASE, width=0.7)
        thin = np.unique(np.linspace(0, len(shown), min(len(shown) + 1, 400)).round()).astype(int)
        curve = np.append(0, shown.cumulative_share)
        axes.fill_between(thin, curve[thin], color=NOW, alpha=0.08, lw=0)
        axes.plot(thin, curve[thin], color=NOW, lw=2.2)
        axes.set_xlim(0, len(shown) + 0.5)
        axes.set_ylim(min(0, curve.min()), max(1, curve.max()) * 1.04)
        scaled(axes.yaxis, "percent")
        said = _few(axes, few + 1, shown)
        if len(shown) <= _NAMED:
            names = [wrapped(short(text(name), 20), 9) for name in shown.iloc[:, 0]]
            axes.set_xticks(places, names, fontsize=SMALL)
        else:
            scaled(axes.xaxis, "count", 8)
    first = ", ".join(
        f"{text(row[1])} {full(row.share, 'percent')}" for row in shown[:3].itertuples()
    )
    alt = words("Cumulative share of {n:number}; largest: {parts:told}.", n=len(shown), parts=first)
    return finished(figure, frame, title, subtitle, f"{alt} {said}")


def _largest(frame: pd.DataFrame, most: int = 12) -> pd.DataFrame:
    """Return the largest rows, now or before, and the others as one row, so it still adds up."""
    if len(frame) <= most + 1:
        return frame
    size = frame[["current", "base"]].abs().max(axis=1)
    shown = size.rank(method="first", ascending=False) <= most
    rest = frame[~shown].drop(columns="change_rate")
    added = rest.sum(numeric_only=True, min_count=1)
    rate = (added.current - added.base) / abs(added.base) if abs(added.base) > 0 else float("nan")
    named = Message("{n:number} others", {"n": len(rest)})
    others = {**added, frame.columns[0]: named, "change_rate": rate}
    return pd.concat([frame[shown], pd.DataFrame([others])], ignore_index=True)


def _across(starts: pd.Series, ends: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """One stroke a row from its start to its end, as one line with gaps: drawn in one go."""
    gaps = np.full(len(starts), np.nan)
    rows = np.repeat(np.arange(len(starts)), 3)
    return np.column_stack([starts, ends, gaps]).ravel(), rows


def _upright(places: pd.Series, half: float) -> tuple[np.ndarray, np.ndarray]:
    """One upright stroke a row at its place, as one line with gaps."""
    at = np.arange(len(places))
    gaps = np.full(len(places), np.nan)
    return np.repeat(places.to_numpy(), 3), np.column_stack([at - half, at + half, gaps]).ravel()


def _beside(axes: "Axes", at: tuple[float, float], amount: str, change: str) -> None:
    """An amount and its change at the end of a bar."""
    said = f"{amount}{_GAP}{change}" if change else amount
    axes.annotate(said, at, (9, 0), textcoords="offset points", va="center")


def _dot_in_words(row: tuple, unit: Unit) -> str:
    gap = moved(row.current, row.base, unit)
    return f"{text(row[1])} {full(row.current, unit)}" + (f" ({gap})" if gap else "")


def _went_on(axes: "Axes", at: float, row: tuple) -> None:
    """The share that reached this stage, and how that changed."""
    gap = row.rate - row.rate_base
    colour = UP if gap > 0 else DOWN if gap < 0 else QUIET
    said = f"↓ {full(row.rate, 'percent')}{_GAP}{moved(row.rate, row.rate_base, 'percent')}"
    axes.annotate(
        said.strip(),
        (0, at),
        (6, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
        color=colour,
    )


def _few(axes: "Axes", few: int, shown: pd.DataFrame) -> str:
    """Mark how few make most of the whole; return it in words."""
    share = shown.cumulative_share[few - 1]
    if share < _MOST_OF_IT:
        return ""
    said = words("{n:number} of {all:number}: {share:percent}", n=few, all=len(shown), share=share)
    axes.plot([few, few], [0, share], color=QUIET, lw=1, ls=":")
    axes.plot([few], [share], "o", ms=6, color=NOW, clip_on=False)
    right = few < 0.6 * len(shown)
    axes.annotate(
        said,
        (few, share),
        (9 if right else -9, -12 if right else 6),
        textcoords="offset points",
        ha="left" if right else "right",
        weight="bold",
        color=NOW,
    )
    return said + "."
