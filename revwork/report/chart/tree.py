"""A total as the tree of what makes it."""

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from revwork.report.chart.amounts import fitting, full
from revwork.report.panels import Note
from revwork.report.picture import Picture, finished, of, short
from revwork.report.theme import BASE, DOWN, INK, QUIET, RULE, SMALL, TARGET, UP, WASH, canvas
from revwork.report.words import Title, label, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NONE: Mapping[str, float] = MappingProxyType({})
_WIDE = 0.87  # of a level's width: a card, and the way to the next level
_COLUMNS = ["parent", "department", "unit", "base", "current", "effect"]


@of("effect", "base", "current")
def tree(
    frame: pd.DataFrame, title: Title, subtitle: str, targets: Mapping[str, float] = _NONE
) -> Picture | Note:
    """Draw a total as the tree of its drivers: each one's level, what it did, and who owns it.

    `targets`: what a driver or parent is to be, where that is known, by its name.

    Columns: leaf, parent, department, unit (any), base, current (null:
    it has no level), effect (money, adds up). Children in money alone add up, others multiply;
    a parent has no row, and one that adds up is the root.
    """
    moved = frame[frame.effect.abs() > 0]
    if moved.empty:
        return Note(words("{subject:text}: nothing moved.", subject=subtitle))
    nodes = _placed(_grown(frame))
    tall, most = nodes["at"].max() + 1, nodes.effect.abs().max()
    with canvas(0.74 * tall) as (figure, axes):
        axes.set(xlim=(-0.01, nodes.depth.max() + _WIDE + 0.01), ylim=(tall - 0.5, -0.5))
        for name, node in nodes.iterrows():
            _ways(axes, node, nodes[nodes.parent == name])
            _card(axes, name, node, float(node.effect / most), targets.get(name))
        axes.set(xticks=[], yticks=[])
        axes.set_axis_off()
    aims = _aims(nodes, targets)
    return finished(figure, frame, title, subtitle, f"{_in_words(moved)} {aims}".strip())


def _grown(frame: pd.DataFrame) -> pd.DataFrame:
    """The drivers that stand or moved, and above them their parents up to the root."""
    parents = {name: rows for name, rows in frame.groupby("parent", sort=False)}
    sums = [name for name, rows in parents.items() if (rows.unit == "money").all()]
    root = (sums or [*parents])[0]
    above = [_parent(name, rows, root) for name, rows in parents.items() if name != root]
    stand = frame[frame[["base", "current", "effect"]].abs().max(axis=1) > 0]
    below = pd.concat([pd.DataFrame(above), stand])
    top = _parent(root, below[below.parent == root], None)
    return pd.concat([pd.DataFrame([top]), below]).set_index("leaf")[[*_COLUMNS, "sign"]]


def _parent(name: str, rows: pd.DataFrame, root: str | None) -> dict[str, object]:
    """A parent's level, of the sum or product of its children if each has one, and its effect."""
    adds = (rows.unit == "money").all()
    levels = rows[["base", "current"]]
    base, current = levels.sum(skipna=False) if adds else levels.prod(skipna=False)
    told = {"leaf": name, "parent": root, "department": "", "unit": "money"}
    effect = rows.effect.sum()
    return {
        **told,
        "base": base,
        "current": current,
        "effect": effect,
        "sign": "+" if adds else "×",
    }


def _placed(nodes: pd.DataFrame) -> pd.DataFrame:
    """Every leaf on a line of its own, every parent amid its children."""
    at: dict[str, float] = {}
    depth: dict[str, int] = {}

    def place(name: str, level: int) -> float:
        children = nodes.index[nodes.parent == name]
        below = [place(child, level + 1) for child in children]
        lines = sum(1 for one in at if not (nodes.parent == one).any())
        at[name] = (below[0] + below[-1]) / 2 if below else float(lines)
        depth[name] = level
        return at[name]

    place(nodes.index[0], 0)
    return nodes.assign(at=pd.Series(at), depth=pd.Series(depth))


def _ways(axes: "Axes", node: pd.Series, children: pd.DataFrame) -> None:
    """Lines to the children, and between them what joins them: × or +."""
    if children.empty:
        return
    start, turn, end = (node.depth + part for part in (_WIDE, (1 + _WIDE) / 2, 1))
    axes.plot([start, turn], [node["at"]] * 2, color=BASE, lw=1)
    axes.plot([turn] * 2, [children["at"].min(), children["at"].max()], color=BASE, lw=1)
    for at in children["at"]:
        axes.plot([turn, end], [at] * 2, color=BASE, lw=1)
    for one, other in pairwise(children["at"]):
        box = {"fc": "white", "ec": "none", "boxstyle": "circle,pad=0.1"}
        axes.text(turn, (one + other) / 2, node.sign, ha="center", va="center", bbox=box)


def _card(axes: "Axes", name: str, node: pd.Series, share: float, target: float | None) -> None:
    """A driver's name, target, level before and now, effect, owner; under them the effect's bar."""
    left, at = node.depth, node["at"]
    colour = UP if share > 0 else DOWN if share < 0 else QUIET
    _box(axes, (left, at - 0.42, _WIDE, 0.84), WASH, RULE)
    _box(axes, (left, at + 0.35, _WIDE * abs(share), 0.07), colour, "none")
    effect = "+" * (share > 0) + fitting([node.effect], 11)(node.effect)
    style = {"fontsize": SMALL, "va": "center"}
    called = short(label(name), 26 if target is None else 18)
    axes.text(left + 0.03, at - 0.26, called, weight="bold", color=INK, **style)
    if target is not None:
        aim = words("Target {target:text}", target=fitting([target], 8, node.unit)(target))
        right = {"ha": "right", "color": TARGET, **style}
        axes.text(left + _WIDE - 0.03, at - 0.26, aim, **right)
    axes.text(left + 0.03, at - 0.02, _levels(node), color=QUIET, **style)
    axes.text(left + 0.03, at + 0.22, effect, weight="bold", color=colour, **style)
    owner = short(label(node.department), 14) if node.department else ""
    axes.text(left + _WIDE - 0.03, at + 0.22, owner, ha="right", color=QUIET, **style)


def _box(axes: "Axes", place: tuple[float, ...], inside: str, edge: str) -> None:
    from matplotlib.patches import Rectangle

    left, low, wide, high = place
    axes.add_patch(Rectangle((left, low), wide, high, fc=inside, ec=edge, lw=0.8))


def _owned(frame: pd.DataFrame) -> list[str]:
    """Drivers with the department that answers for them: Customers · Marketing."""
    return [f"{label(row.leaf)} · {label(row.department)}" for row in frame.itertuples()]


def _levels(row: tuple) -> str:
    """A driver's level before and now, short where it is long; none for what has no level."""
    if pd.isna(row.base):
        return ""
    written = fitting((row.base, row.current), 12, row.unit)
    return f"{written(row.base)} → {written(row.current)}"


def _aims(nodes: pd.DataFrame, targets: Mapping[str, float]) -> str:
    """Which targets there are, for who cannot see them."""
    known = [name for name in nodes.index if name in targets]
    said = (f"{label(name)}: {full(targets[name], nodes.unit[name])}" for name in known)
    return words("Targets: {targets:told}.", targets="; ".join(said)) if known else ""


def _in_words(frame: pd.DataFrame) -> str:
    """What every driver that moved did, for who cannot see it."""
    said = zip(_owned(frame), frame.effect, strict=True)
    return words(
        "Effects: {effects:told}.",
        effects="; ".join(f"{name}: {full(effect, 'money')}" for name, effect in said),
    )
