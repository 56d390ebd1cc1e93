"""How one thing goes with another: in a grid, as points, as a response."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from revwork.metrics import Unit
from revwork.report.chart.amounts import bare, brief, full
from revwork.report.chart.axes import left_out, named, scaled, value_axis
from revwork.report.chart.placing import names_beside
from revwork.report.panels import Note
from revwork.report.picture import Picture, finished, of, short
from revwork.report.theme import (
    AROUND,
    CATEGORIES,
    INK,
    NOW,
    QUIET,
    RISING,
    RULE,
    SMALL,
    canvas,
)  # fmt: skip
from revwork.report.words import Title, label, text, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROWS, _COLUMNS = 24, 60
_MARKERS = "os^"
_REST = {"c": CATEGORIES[-1], "marker": "D"}
_DENSE = 400
_NAMED = 16
_LETTER, _WIDE = 5.4, 400  # points: of small type, and of a grid beside its names
_MIDDLE_LIGHT = 0.3
_INSIDE = {"ha": "center", "va": "center_baseline", "in_layout": False}


@of(2)
def heat(
    frame: pd.DataFrame,
    title: Title,
    subtitle: str,
    unit: Unit = "money",
    middle: float | None = None,
) -> Picture:
    """Draw a value for each row and column as a grid, with its number where that fits.

    Columns: the first names the row, the second the column (a name or a day, shown as its month),
    the third is the value; a pair without a row stays empty, one without a value is a dash. Values
    about a `middle` (0, or 100 of an index) have two colours; beyond 24 rows the last are left out.
    """
    grid, there = _grid(frame)
    shown = grid.iloc[:_ROWS, :_COLUMNS]
    middle = 0.0 if middle is None and grid.min().min() < 0 else middle
    with canvas(0.75 + 0.25 * len(shown)) as (figure, axes):
        painted = axes.imshow(shown, aspect="auto", interpolation="none", **_colours(shown, middle))
        _grid_names(axes, shown)
        _cells(axes, shown, there.loc[shown.index, shown.columns], unit)
        bar = figure.colorbar(painted, ax=axes, pad=0.01, fraction=0.03, aspect=30)
        bar.outline.set_visible(False)
        scaled(bar.ax.yaxis, unit, 4)
        bar.ax.tick_params(labelsize=SMALL)
        rest = left_out(axes, len(grid) - len(shown))
    return finished(figure, frame, title, subtitle, _heat_in_words(shown, unit) + rest)


@of(2)
def scatter(
    frame: pd.DataFrame,
    title: Title,
    subtitle: str,
    across: Unit = "money",
    up: Unit = "money",
) -> Picture | Note:
    """Draw points, those that stand out by their names.

    Columns: the first names the point, the second is across, the third up (both named on their
    axes); size (optional, area), group (optional: three of them, the others in grey). A point
    without one of both is left out.
    """
    name, x, y = frame.columns[:3]
    shown = frame.astype({x: "float64"})
    shown = shown[np.isfinite(shown[[x, y]]).all(axis=1)].reset_index(drop=True)
    if shown.empty:
        return Note(words("{subject:text}: nothing to show.", subject=subtitle))
    marks, size = shown[[x, y]].to_numpy(), _sizes(shown)
    with canvas(3.9) as (figure, axes):
        _points(axes, marks, size, shown.get("group"))
        axes.set(xlabel=label(str(x)), ylabel=label(str(y)))
        axes.margins(0.09)
        for axis, unit in ((axes.xaxis, across), (axes.yaxis, up)):
            scaled(axis, unit)
            axis.grid(True, color=RULE, lw=0.7)
        axes.set_axisbelow(True)
        said = [short(text(one), 22) for one in shown[name]]
        seen = names_beside(axes, marks, said, _standing_out(marks, size), size)
    told = (
        f"{text(shown[name][at])} {full(marks[at, 0], across)}, {full(marks[at, 1], up)}"
        for at in seen
    )
    axis = {"x": label(str(x)), "y": label(str(y))}
    alt = words(
        "{n:number} points, {x:text} and {y:text}; named: {points:told}.",
        **{"n": len(shown), **axis, "points": "; ".join(told)},
    )
    return finished(figure, frame, title, subtitle, alt)


@of(1, "low", "high")
def response(
    frame: pd.DataFrame,
    title: Title,
    subtitle: str,
    across: Unit = "money",
    up: Unit = "money",
) -> Picture:
    """Draw a fitted curve with its interval and the points on it that matter.

    Columns: the first is across, the second up (both named on their axes), low, high, and mark
    (optional: the key of what stands there, such as now or optimum).
    """
    x, y = frame.columns[:2]
    shown = frame.astype({x: "float64"}).sort_values(x, kind="stable")
    marked = shown[shown["mark"].notna()] if "mark" in shown else shown[:0]
    with canvas(3.3) as (figure, axes):
        axes.fill_between(shown[x], shown.low, shown.high, color=NOW, alpha=0.14, lw=0)
        axes.plot(shown[x], shown[y], color=NOW, lw=2.4)
        value_axis(axes, up)
        axes.set(xlabel=label(str(x)), ylabel=label(str(y)))
        scaled(axes.xaxis, across)
        low, high = axes.get_xlim()
        for at, row in enumerate(marked.itertuples(index=False)):
            axes.vlines(row[0], axes.get_ylim()[0], row[1], color=QUIET, lw=1, ls=":")
            axes.plot([row[0]], [row[1]], "oD^s"[at % 4], ms=7, color=NOW, mec="white", mew=1.2)
            right = row[0] < low + 0.7 * (high - low)
            axes.annotate(
                f"{label(row.mark)}: {brief(row[0], across)} → {brief(row[1], up)}",
                (row[0], row[1]),
                (8 if right else -8, -13 if right else 9),
                textcoords="offset points",
                ha="left" if right else "right",
                weight="bold",
            )
    told = "; ".join(
        f"{label(row.mark)} {full(row[0], across)} → {full(row[1], up)}"
        for row in marked.itertuples(index=False)
    )
    edges = {"low": full(shown[x].iloc[0], across), "high": full(shown[x].iloc[-1], across)}
    alt = words(
        "Curve of {y:text} over {x:text}, {low:text} to {high:text}; marked: {points:told}.",
        **{"y": label(str(y)), "x": label(str(x)), **edges, "points": told or words("nothing")},
    )
    return finished(figure, frame, title, subtitle, alt)


def _grid(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Values by row and column, as they come (days and numbers in order), and which pairs exist."""
    rows, across = (
        frame[name].map(lambda key: text(key) if pd.isna(key) else key)
        for name in frame.columns[:2]
    )
    values = pd.Series(frame.iloc[:, 2].to_numpy(), pd.MultiIndex.from_arrays([rows, across]))
    columns = list(across.unique())
    columns = columns if isinstance(columns[0], str) else sorted(columns)
    order = {"index": rows.unique(), "columns": columns}
    there = (values.fillna(0) + 1).abs().ge(0)
    return values.unstack().reindex(**order), there.unstack(fill_value=False).reindex(**order)


def _colours(grid: pd.DataFrame, middle: float | None) -> dict[str, object]:
    """Light to dark; about a middle two colours, equally far on both sides."""
    from matplotlib.colors import LinearSegmentedColormap

    ends = AROUND if middle is not None else RISING
    painted = LinearSegmentedColormap.from_list("house", ends)
    low, high = grid.min().min(), grid.max().max()
    if middle is not None:
        far = max(high - middle, middle - low) or 1
        low, high = middle - far, middle + far
    return {"cmap": painted, "vmin": low, "vmax": high if high > low else low + 1}


def _grid_names(axes: "Axes", grid: pd.DataFrame) -> None:
    """Rows and columns by name, white rules between them; columns as many as there is room for."""
    across = [short(named(one), 12) for one in grid.columns]
    every = -(-len(across) * (max(map(len, across)) + 1) // 76)
    places = range(0, len(across), every)
    axes.xaxis.tick_top()
    axes.set_xticks(list(places), [across[at] for at in places], fontsize=SMALL)
    names = [short(named(one), 24) for one in grid.index]
    axes.set_yticks(range(len(names)), names, fontsize=SMALL, color=INK)
    between = {"color": "white", "lw": 1.2 if len(across) <= _ROWS else 0.4}
    axes.vlines(np.arange(-0.5, len(across)), -0.5, len(names) - 0.5, **between)
    axes.hlines(np.arange(-0.5, len(names)), -0.5, len(across) - 0.5, **between)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _cells(axes: "Axes", grid: pd.DataFrame, there: pd.DataFrame, unit: Unit) -> None:
    """The number in each cell, if all of them fit; a dash where a value is unknown."""
    painted = axes.images[0]
    written = grid.map(lambda value: bare(value, unit)).where(there, "")
    if written.map(len).max().max() * _LETTER > _WIDE / grid.shape[1]:
        return
    for down, row in enumerate(written.to_numpy()):
        for across, said in enumerate(row):
            value = grid.iat[down, across]
            dark = pd.notna(value) and _dark(painted.cmap(painted.norm(value)))
            colour = "white" if dark else INK
            axes.text(across, down, said, size=SMALL, color=colour, **_INSIDE)


def _dark(colour: tuple[float, ...]) -> bool:
    """Whether white reads better on it than ink."""
    red, green, blue, _ = (part**2.2 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < _MIDDLE_LIGHT


def _heat_in_words(grid: pd.DataFrame, unit: Unit) -> str:
    """The size of the grid and where it is highest and lowest."""
    flat = grid.stack().dropna()
    told = {
        end: f"{named(at[0])} · {named(at[1])} {full(flat[at], unit)}"
        for end, at in (("high", flat.idxmax()), ("low", flat.idxmin()))
    }
    return words(
        "Heat map, {rows:number} × {columns:number}; highest {high:text}, lowest {low:text}.",
        **{"rows": grid.shape[0], "columns": grid.shape[1], **told},
    )


def _sizes(shown: pd.DataFrame) -> np.ndarray:
    """Areas of points, in square points; a point of no known size is small."""
    if "size" not in shown:
        return np.full(len(shown), 34.0 if len(shown) <= _DENSE else 9.0)
    size = shown["size"].astype("float64").clip(lower=0).fillna(0).to_numpy()
    return 14 + 320 * size / (size.max() or 1)


def _points(axes: "Axes", marks: np.ndarray, size: np.ndarray, group: pd.Series | None) -> None:
    """Points by group: each with a colour and a mark of its own; many become one image."""
    names = pd.Series("", range(len(marks))) if group is None else group.map(text)
    kept = list(names.value_counts(sort=True).index)
    kept = [name for name in names.unique() if name in kept[: len(CATEGORIES) - 1]]
    groups = names.where(names.isin(kept), None)
    for at, name in enumerate([*kept, None]):
        own = groups.isna().to_numpy() if name is None else (groups == name).to_numpy()
        if own.any():
            style = {"c": CATEGORIES[at], "marker": _MARKERS[at]} if name is not None else _REST
            said = words("others") if name is None else short(name, 22)
            dense = len(marks) > _DENSE
            style |= {"lw": 0, "alpha": 0.5} if dense else {"lw": 0.5, "alpha": 0.75, "ec": "white"}
            axes.scatter(*marks[own].T, s=size[own], label=said, rasterized=dense, **style)
    if group is not None:
        named = axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncols=4, frameon=False, fontsize=SMALL,
            borderpad=0.2, handletextpad=0.2,
        )  # fmt: skip
        for handle in named.legend_handles:
            handle.set_sizes([40])


def _standing_out(marks: np.ndarray, size: np.ndarray) -> list[int]:
    """The points worth a name: those large or far out; all of a few."""
    spread = np.where(np.ptp(marks, axis=0) > 0, np.ptp(marks, axis=0), 1)
    far = np.abs((marks - np.median(marks, axis=0)) / spread).sum(axis=1)
    order = np.argsort(-(far + size / size.max()).round(9), kind="stable")
    return [int(at) for at in order[:_NAMED]]
