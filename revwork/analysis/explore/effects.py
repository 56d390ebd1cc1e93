"""Effects: which parts moved a metric, and of a ratio whether they did or their weight did."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from revwork.analysis.explore.cuts import Asked, parts, reading, total
from revwork.analysis.explore.measures import Measure
from revwork.findings import Message, Unanswered, Word
from revwork.metrics import Kpi

REST = Word("Counted in several parts, or in none")
TOTAL = Word("Total, worked out anew")
_SAME = 1e-9  # of the metric: less is no remainder


class Seen(NamedTuple):
    """A metric by one dimension: its total, its parts as they are drawn, and all as a table.

    `table`: the dimension, current, base, change, target, share or own_effect and mix_effect, what
    is known of them; its last row is the total, asked for as such. `adds`: the parts add up.
    """

    total: Kpi
    parts: pd.DataFrame
    table: pd.DataFrame
    title: Callable[[pd.DataFrame], Message]
    adds: bool


def seen(measure: Measure, by: str, asked: Asked) -> Seen:
    """Return a metric by one dimension, and what each part did to its change."""
    whole, rows = total(measure, asked), parts(measure, by, asked)
    table = rows[[by, "current", "base", "change", "target", "share"]]
    try:
        moved = effects(measure, by, asked)[[by, "own_effect", "mix_effect", "effect"]]
    except Unanswered:
        moved = pd.DataFrame(columns=[by, "own_effect", "mix_effect", "effect"], dtype=float)
    table = table.merge(moved, "left", by)
    if (moved[by] == REST).any():
        table = pd.concat([table, moved[moved[by] == REST]], ignore_index=True)
    if moved.own_effect.isna().all():
        table = table.drop(columns=["own_effect", "mix_effect", "effect"])
    last = {"current": whole.value, "base": whole.comparison, "target": whole.target}
    if whole.comparison is not None:
        last |= {"change": whole.value - whole.comparison}
    sums = [name for name in ("share", "own_effect", "mix_effect", "effect") if name in table]
    last |= {name: table[name].sum() for name in sums if table[name].notna().any()}
    table.loc[len(table)] = {by: TOTAL, **last}
    told = [name for name in table if name == by or table[name].notna().any()]
    return Seen(whole, rows, table[told], reading, measure.adds)


def effects(measure: Measure, by: str, asked: Asked) -> pd.DataFrame:
    """Return what each part of a dimension did to the metric's change; rows add up to it.

    What adds up moves by each part's own change. A ratio moves because a part's own ratio did
    (own_effect, at its weight now) or because its weight did (mix_effect: change of its share of
    the weight × how far it was from the total before). What is counted in several parts, such as
    a customer who bought in two channels, leaves a remainder in a row of its own.

    Columns: the dimension, base, current, own_effect, mix_effect (null for what adds up), effect;
    all in the unit of the metric, largest effect first. Raises Unanswered without a comparison, or
    where the parts of a metric cannot be weighed.

    Formula: own_effect = share of the weight now × change of the part's ratio; What a part did to
    the whole by itself.
    Formula: mix_effect = change of the part's share of the weight × (its ratio − the total's,
    before); What a part did to the whole by becoming larger or smaller.
    """
    now, before = _both(measure, by, asked)
    whole = [_total(measure, period, asked) for period in _periods(asked)]
    rows = now.merge(before, "outer", by, suffixes=("", "0"))
    rows = rows.rename(columns={"value": "current", "value0": "base"})
    is_sum = measure.adds or rows.weight.isna().all()
    rows = _sums(rows) if is_sum else _ratios(rows, whole[1])
    rest = whole[0] - whole[1] - rows.effect.sum()
    if abs(rest) > _SAME * max(map(abs, whole)):
        rows.loc[len(rows)] = {by: REST, "effect": rest}
    order = rows.effect.abs().sort_values(ascending=False, kind="stable").index
    columns = [by, "base", "current", "own_effect", "mix_effect", "effect"]
    return rows.loc[order, columns].reset_index(drop=True)


def largest(
    measure: Measure, dimensions: Sequence[str], asked: Asked, most: int = 8
) -> pd.DataFrame:
    """Return the parts that moved a metric most, over all dimensions in which it is recorded.

    Columns: where (dimension and value), base, current, own_effect, mix_effect, effect,
    contribution (to the total's change). Parts of different dimensions overlap: they do not add
    up. Raises Unanswered where no dimension is recorded, or there is nothing to compare with.
    """
    found = []
    for by in dimensions:
        try:
            rows = effects(measure, by, asked)
        except Unanswered:
            continue
        known = rows[rows[by].notna() & (rows[by] != REST)]
        found.append(known.assign(where=[{by: value} for value in known[by]]).drop(columns=by))
    if not found:
        _periods(asked)
        raise Unanswered(
            "{metric:label} is recorded by no dimension that could have moved it.",
            metric=measure.metric,
        )
    now, base = (_total(measure, period, asked) for period in _periods(asked))
    rows = pd.concat(found, ignore_index=True)
    rows["contribution"] = rows.effect / (now - base) if now != base else np.nan
    order = rows.effect.abs().sort_values(ascending=False, kind="stable").index
    columns = ["where", "base", "current", "own_effect", "mix_effect", "effect", "contribution"]
    return rows.loc[order, columns].head(most).reset_index(drop=True)


def moved(rows: pd.DataFrame) -> Message:
    """Name the part that moved a metric most, of what `effects` or `largest` returns."""
    first = rows.iloc[0]
    where = first.iloc[0] if isinstance(first.iloc[0], dict) else {rows.columns[0]: first.iloc[0]}
    if not first.effect:
        return Message("Nothing moved", {})
    if pd.notna(first.mix_effect) and abs(first.mix_effect) > abs(first.own_effect):
        return Message("{where:segment} moved it most, by its weight", {"where": where})
    return Message("{where:segment} moved it most", {"where": where})


def _periods(asked: Asked) -> list:
    if asked.comparison.base is None:
        raise Unanswered("What moved it needs an earlier period: there is nothing to compare with.")
    return [asked.comparison.current, asked.comparison.base]


def _both(measure: Measure, by: str, asked: Asked) -> list[pd.DataFrame]:
    told = [measure.told(period, [by], asked.wanted) for period in _periods(asked)]
    return [one[[by, "value", "weight"]] for one in told]


def _total(measure: Measure, period: object, asked: Asked) -> float:
    told = measure.told(period, [], asked.wanted)
    if told.empty or pd.isna(told.value.iloc[0]):
        raise Unanswered(
            "{metric:label} is not known in both periods: there is no change to explain.",
            metric=measure.metric,
        )
    return float(told.value.iloc[0])


def _sums(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.fillna({"current": 0.0, "base": 0.0})
    return rows.assign(own_effect=np.nan, mix_effect=np.nan, effect=rows.current - rows.base)


def _ratios(rows: pd.DataFrame, before: float) -> pd.DataFrame:
    """Own and mix effects; a part with no ratio in one period has that of the other in it."""
    weights = rows[["weight", "weight0"]].fillna(0.0)
    now, then = (weights[name] / weights[name].sum() for name in weights)
    filled = rows.current.fillna(rows.base), rows.base.fillna(rows.current)
    own = (now * (filled[0] - filled[1])).fillna(0.0)
    mix = ((now - then) * (filled[1] - before)).fillna(0.0)
    return rows.assign(own_effect=own, mix_effect=mix, effect=own + mix)
