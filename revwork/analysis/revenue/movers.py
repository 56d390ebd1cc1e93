"""Why did it move: the few segments whose own movement makes the change of net revenue.

Money is at the base period's exchange rates (see `constant_currency`), so a rate is never a
movement: the total's change is `change` plus `fx`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.periods import is_within
from revwork.analysis.revenue.constant_currency import MONEY, at_base_rates, exact, fx_effect, money
from revwork.analysis.sales import DIMENSIONS
from revwork.calendar import Comparison
from revwork.findings import Unanswered

Verdict = Literal["explained", "broad", "nothing stands out", "hardly moved", "new"]

_SIMPLER = 0.9  # share of a segment's surprise that one with a dimension less needs to be preferred
_SAME = 1e-9  # surprises closer than this, relatively, are equal
_HALF = 0.5
_LARGE = 0.05  # of the base: a movement too large to pass over, even if one order made it
_SUMS = ("base", "current", "square0", "square1")
_CHANCE = 4  # standard errors: thousands of segments are looked at, some are far off by chance


@dataclass(frozen=True, eq=False)
class Movement:
    """The change of net revenue between two periods, and the segments that stand out in it.

    `base` and `current` are net revenue; `change` = current − base − `fx`. `share_explained` is
    the sum of the segments' contributions: 1 if the rest stood still, above 1 if the rest moved
    the other way, negative if the segments did; None if the total hardly moved or is new.

    `verdict`: explained (they make at least half of the change); broad (most of it is spread
    evenly, the segments are exceptions to it); nothing stands out (no segments); hardly moved
    (|change| below `hardly` of the base; segments, if any, offset each other); new (no base).
    """

    segments: pd.DataFrame
    base: float
    current: float
    fx: float
    change: float
    share_explained: float | None
    verdict: Verdict


def movers(  # noqa: PLR0913
    lines: ibis.Table,
    comparison: Comparison,
    dimensions: Sequence[str] = DIMENSIONS,
    depth: int = 3,
    most: int = 6,
    *,
    hardly: float = 0.01,
    stands_out: float = 0.1,
) -> Movement:
    """Return the smallest set of segments without overlap that explains the change, found greedily.

    A segment fixes 1 to `depth` dimensions. It stands out if its own movement (its change beside
    the common rate of what is not explained yet) is at least `stands_out` of the total's change,
    and is either beyond chance, given how many orders of what size it has, or makes half of that
    change and 5 % of the base by itself. The most surprising one is taken first, of equals the
    simpler; then those without overlap are judged against the rest, until no more than
    `stands_out` of the change is left, nothing stands out or there are `most`. A total that
    changed by less than `hardly` of the base hardly moved: own movements then have to be as large.

    Columns of `segments`, largest change first: one per dimension (None where not part of the
    segment), where (dict of its dimensions to values, None for one not recorded), base, current,
    change (money), change_rate (null without a base), contribution (to the total's change; null if
    it hardly moved), surprise (0 to 1). Raises Unanswered without a sale in either period.

    Formula: contribution = change of the segment ÷ change of the total; Share of the total's change
    that a segment makes.
    """
    sums = _sums(lines, comparison, dimensions).execute()
    if sums.empty:
        raise Unanswered("Neither period has a sale: there is no change to explain.")
    sums = at_base_rates(sums)
    cells = _cells(sums, dimensions)
    total = _Total(cells.base.sum(), cells.current.sum(), hardly, stands_out)
    segments, members = _segments(cells, dimensions, depth)
    chosen = segments.loc[_choose(segments, members, cells, total, most)]
    frame = _frame(chosen, cells, total, dimensions)
    share = None if total.base <= 0 or total.hardly_moved else float(frame.contribution.sum())
    base, current, fx = exact(sums.net0), exact(sums.net1), round(fx_effect(sums), 4)
    change = round(current - base - fx, 4)
    return Movement(frame, base, current, fx, change, share, _verdict(total, share, frame))


def surprise(before: pd.Series, now: pd.Series) -> pd.Series:
    """Return the Jensen–Shannon divergence, in bits, of a share against the rest; 0 if kept.

    A share below 0 or above 1, as returns can make it, counts as 0 or 1.
    """
    before, now = before.clip(0, 1), now.clip(0, 1)
    return (_divergence(before, now) + _divergence(1 - before, 1 - now)).clip(0, 1)


@dataclass(frozen=True)
class _Total:
    """Both periods' totals, and how much counts as a movement between them."""

    base: float
    current: float
    hardly: float
    stands_out: float

    @property
    def change(self) -> float:
        return self.current - self.base

    @property
    def hardly_moved(self) -> bool:
        return abs(self.change) < self.hardly * self.base

    @property
    def least(self) -> float:
        """The smallest movement that matters, in money."""
        if self.hardly_moved:
            return self.hardly * self.base
        return self.stands_out * abs(self.change)

    def is_notable(self, movement: pd.Series, chance: pd.Series) -> pd.Series:
        """Whether a movement matters, and is more than chance makes or too large to pass over."""
        size, large = movement.abs(), max(_HALF * abs(self.change), _LARGE * self.base)
        return (size >= self.least) & ((size >= _CHANCE * chance) | (size >= large))

    def is_explained_without(self, rest: pd.DataFrame) -> bool:
        """Whether the rest's change is too small to matter."""
        left = abs(rest.current.sum() - rest.base.sum())
        return not self.hardly_moved and left <= self.least


def _sums(lines: ibis.Table, comparison: Comparison, dimensions: Sequence[str]) -> ibis.Table:
    """Both periods' money, and orders' money squared, by dimensions, currency, is_return."""
    keys = [*dict.fromkeys([*dimensions, "currency", "is_return"])]
    day = lines.order_date
    both = lines.filter(is_within(day, comparison.base) | is_within(day, comparison.current))
    orders = both.group_by([*keys, "order_id"]).aggregate(**money(both, comparison))
    nets = (orders.net0.cast("float64"), orders.net1.cast("float64"))
    squares = {f"square{i}": (net * net).sum() for i, net in enumerate(nets)}
    return (
        orders.group_by(keys)
        .aggregate(**{m: orders[m].sum() for m in MONEY}, **squares)
        .cast(MONEY)
    )


def _cells(sums: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """The sums by all dimensions, at base rates, in an order no engine decides."""
    sums = sums.rename(columns={"value0": "base", "value1": "current"})
    cells = sums.groupby([*dimensions], dropna=False)[[*_SUMS]].sum().reset_index()
    return cells.sort_values([*dimensions]).reset_index(drop=True)


def _segments(
    cells: pd.DataFrame, dimensions: Sequence[str], depth: int
) -> tuple[pd.DataFrame, np.ndarray]:
    """Every segment of 1 to `depth` dimensions, and by cell the segment it is part of in each set.

    Columns: names (of dimensions), size (how many), the sums, cells (how many), cell (one).
    """
    codes = cells[[*dimensions]].apply(lambda d: pd.factorize(d, use_na_sentinel=False)[0])
    sums = {name: (name, "sum") for name in _SUMS}
    numbered = cells[[*_SUMS]].assign(cell=cells.index)
    tables, members, start = [], [], 0
    for size in range(1, min(depth, len(dimensions)) + 1):
        for names in combinations(dimensions, size):
            number = codes.groupby([*names]).ngroup() + start
            counts = {"cells": ("cell", "size"), "cell": ("cell", "first")}
            table = numbered.groupby(number).agg(**sums, **counts)
            tables.append(table.assign(names=[names] * len(table), size=size))
            members.append(number)
            start += len(table)
    return pd.concat(tables), np.column_stack(members)


def _choose(
    segments: pd.DataFrame, members: np.ndarray, cells: pd.DataFrame, total: _Total, most: int
) -> list[int]:
    """The segments that stand out, one by one, each judged against what is left."""
    free, open_, chosen = np.ones(len(cells), bool), np.ones(len(segments), bool), []
    while len(chosen) < most and total.base > 0 and not total.is_explained_without(cells[free]):
        best = _next(segments[open_], cells[free], total, bool(chosen))
        if best is None:
            break
        chosen.append(best)
        taken = (members == best).any(axis=1)
        free &= ~taken
        open_[np.unique(members[taken])] = False
    return chosen


def _next(segments: pd.DataFrame, rest: pd.DataFrame, total: _Total, has_begun: bool) -> int | None:
    """The segment to name next: one that drives the change, else one that lags behind it.

    What lags is named only where nothing drives. A rest that is itself a segment needs no other
    to stand out from.
    """
    base, current = rest.base.sum(), rest.current.sum()
    moved, (own, chance) = segments.current - segments.base, _own(segments, rest)
    differs = total.is_notable(own, chance)
    drives = differs & (moved.abs() >= total.least) & (np.sign(own) == np.sign(moved))
    alone = np.sqrt(segments.square0 + segments.square1)
    whole_rest = total.is_notable(moved, alone) & (segments.cells == len(rest))
    for candidates in (drives, whole_rest if has_begun else differs):
        if candidates.any():
            return _most_surprising(segments[candidates], base, current)
    return None


def _own(segments: pd.DataFrame, rest: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Change beside the common rate, and its standard error if orders came and went by chance."""
    sums = rest[[*_SUMS]].sum()
    whole = sums.base if sums.base > 0 else np.nan
    rate, weight = sums.current / whole, segments.base / whole
    variance = segments.square1 + rate**2 * segments.square0
    others = sums.square1 + rate**2 * sums.square0 - variance
    chance = np.sqrt((1 - weight) ** 2 * variance + weight**2 * others.clip(lower=0))
    return segments.current - rate * segments.base, chance


def _most_surprising(segments: pd.DataFrame, base: float, current: float) -> int:
    """The most surprising segment; of equals the simpler, then the one that moved more."""
    before, now = _shares(segments, base, current)
    score = surprise(before, now) * _SIMPLER ** (segments["size"] - 1)
    equals = segments[score >= score.max() * (1 - _SAME)]
    moved = (equals.current - equals.base).abs().round(2)
    keys = pd.DataFrame({"size": equals["size"], "moved": -moved})
    return keys.sort_values(["size", "moved"], kind="stable").index[0]


def _shares(segments: pd.DataFrame, base: float, current: float) -> tuple[pd.Series, pd.Series]:
    """Shares before and now; 0 of a total that is nothing."""
    before = segments.base / base if base > 0 else segments.base * 0
    now = segments.current / current if current > 0 else segments.current * 0
    return before, now


def _divergence(before: pd.Series, now: pd.Series) -> pd.Series:
    """One term of the Jensen–Shannon divergence."""
    middle = (before + now) / 2
    return sum(x * np.log2((x / middle).where(x > 0, 1)) for x in (before, now)) / 2


def _frame(
    chosen: pd.DataFrame, cells: pd.DataFrame, total: _Total, dimensions: Sequence[str]
) -> pd.DataFrame:
    """The chosen segments as readers see them, largest change first."""
    rows = zip(chosen.names, chosen.cell, strict=True)
    named = [{name: _known(cells.at[cell, name]) for name in names} for names, cell in rows]
    change = chosen.current - chosen.base
    by_dimension = {
        d: pd.Series([s.get(d) for s in named], chosen.index, object) for d in dimensions
    }
    frame = pd.DataFrame(
        by_dimension
        | {
            "where": pd.Series(named, chosen.index, object),
            "base": chosen.base,
            "current": chosen.current,
            "change": change,
            "change_rate": change / chosen.base.where(chosen.base > 0),
            "contribution": change / (np.nan if total.hardly_moved else total.change),
            "surprise": surprise(*_shares(chosen, total.base, total.current)),
        }
    )
    return frame.loc[change.abs().sort_values(ascending=False, kind="stable").index].reset_index(
        drop=True
    )


def _known(value: object) -> object:
    return None if pd.isna(value) else value


def _verdict(total: _Total, share: float | None, segments: pd.DataFrame) -> Verdict:
    if total.base <= 0:
        return "new"
    if total.hardly_moved:
        return "hardly moved"
    if segments.empty:
        return "nothing stands out"
    return "explained" if share >= _HALF else "broad"
