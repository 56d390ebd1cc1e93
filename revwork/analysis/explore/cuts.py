"""Cuts: a metric by one dimension beside its comparison and target, with the total asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

import ibis
import pandas as pd

from revwork.analysis import targets
from revwork.analysis.explore.measures import Measure
from revwork.analysis.sales import DIMENSIONS
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Message, Unanswered
from revwork.metrics import Kpi


@dataclass(frozen=True, eq=False)
class Asked:
    """What every cut of a page has in common: its period, part of the business and targets.

    `wanted`: parts such as region=Spain. `aims`: the targets table.
    """

    comparison: Comparison
    calendar: Calendar
    wanted: Sequence[str]
    aims: ibis.Table

    @cached_property
    def promised(self) -> pd.DataFrame:
        """What each month was promised of the part."""
        return targets.promised(self.aims, self.wanted)

    @cached_property
    def aimed(self) -> set[tuple[str, str]]:
        """Metric and dimension of the targets that name a part."""
        sums = {name: self.aims[name].count() for name in DIMENSIONS}
        rows = self.aims.group_by("metric").agg(**sums).execute().set_index("metric")
        return {(metric, name) for metric, row in rows.iterrows() for name in sums if row[name]}

    def within(self, segment: Mapping[str, str | None]) -> "Asked":
        """Return the same of a segment inside the parts wanted."""
        others = [one for one in self.wanted if one.partition("=")[0] not in segment]
        inside = [f"{name}={value or ''}" for name, value in segment.items()]
        return replace(self, wanted=[*others, *inside])

    def at(self, comparison: Comparison, wanted: Sequence[str]) -> "Asked":
        """Return the same of another period and part."""
        return replace(self, comparison=comparison, wanted=[*wanted])


def total(measure: Measure, asked: Asked) -> Kpi:
    """Return the metric of the whole part asked for, beside its comparison and target.

    Raises Unanswered where it is not known.
    """
    now = asked.comparison.current
    value = _one(measure, now, asked)
    if value is None:
        raise Unanswered(
            "{metric:label} is not known in {period:period}: no row of it counts.",
            metric=measure.metric,
            period=now.name,
        )
    base = asked.comparison.base
    card = Kpi(
        measure.metric,
        value,
        measure.unit,
        measure.department,
        asked.comparison.period.name,
        comparison=_one(measure, base, asked) if base else None,
        better=measure.better,
    )
    return targets.beside([card], asked.promised, asked.comparison, asked.calendar)[0]


def parts(measure: Measure, by: str, asked: Asked) -> pd.DataFrame:
    """Return the metric by one dimension, largest first, as `chart.bars` and `dots` draw it.

    Columns: the dimension (null: not recorded), current, base (null without a comparison, 0 where
    what adds up had nothing), target, change (in the unit), change_rate, low, high, and share (of
    the total; null for what does not add up). Of what does not add up, parts without a value now
    are left out. Raises Unanswered without any.
    """
    now, base = asked.comparison.current, asked.comparison.base
    rows = measure.told(now, [by], asked.wanted).rename(columns={"value": "current"})
    before = measure.told(base, [by], asked.wanted) if base else rows.iloc[:0].assign(value=None)
    before = before.rename(columns={"value": "base"})[[by, "base"]]
    rows = rows.merge(before, "outer" if measure.adds else "left", by)
    rows = rows.astype({"current": float, "base": float})
    if measure.adds:
        rows = rows.fillna({"current": 0.0} | ({"base": 0.0} if len(before) else {}))
    rows = rows[rows.current.notna()]
    if rows.empty:
        raise Unanswered(
            "{metric:label} is not known in {period:period}: no row of it counts.",
            metric=measure.metric,
            period=now.name,
        )
    aimed = {}
    if not asked.wanted and (measure.metric, by) in asked.aimed:
        aimed = targets.by_segment(asked.aims, measure.metric, now, by, asked.calendar)
    whole = rows.current.sum()
    change = rows.current - rows.base
    rows = rows.assign(
        target=rows[by].map(aimed).astype(float),
        change=change,
        change_rate=change / rows.base.abs().where(rows.base != 0),
        share=rows.current / whole if measure.adds and whole else float("nan"),
    )
    columns = [by, "current", "base", "target", "change", "change_rate", "low", "high", "share"]
    rows = rows.sort_values(["current", by], ascending=[False, True], ignore_index=True)
    return rows[columns]


def path(measure: Measure, asked: Asked) -> pd.DataFrame:
    """Return the metric of the last twelve complete months and the one begun, for `chart.line`.

    Columns: name, start, value, base (a year before, like for like), target, low, high, partial.
    """
    as_of, calendar = asked.comparison.current.last_day, asked.calendar
    months = calendar.complete_months(as_of, 12)
    begun = calendar.holding(as_of + timedelta(days=1), "month")
    if begun.start <= as_of:
        months.append(begun)
    compared = [calendar.compare(month, "year ago", as_of) for month in months]
    every = [one for both in compared for one in (both.current, both.base) if one]
    measure.ahead([*months, *every], asked.wanted)
    rows = []
    for month, one in zip(months, compared, strict=True):
        now = one.current if one.partial else month
        told = measure.told(now, [], asked.wanted)
        rows.append(
            {
                "name": month.name,
                "start": month.start,
                "value": told.value.iloc[0] if len(told) else None,
                "low": told.low.iloc[0] if len(told) else None,
                "high": told.high.iloc[0] if len(told) else None,
                "base": _one(measure, one.base, asked) if one.base else None,
                "target": targets.target(asked.promised, measure.metric, now, calendar),
                "partial": one.partial,
            }
        )
    return pd.DataFrame(rows).astype(
        dict.fromkeys(["value", "low", "high", "base", "target"], float)
    )


def summary(measures: Sequence[Measure], asked: Asked) -> list[Kpi]:
    """Return every measure that is known, as cards."""
    cards = []
    for measure in measures:
        try:
            cards.append(total(measure, asked))
        except Unanswered:
            continue
    return cards


def reading(rows: pd.DataFrame) -> Message:
    """Name the part where a metric is highest, and the one where it is lowest."""
    known = rows[rows.iloc[:, 0].notna()]
    if len(known) < 2:
        return Message("One part alone is recorded", {})
    top, last = known.iloc[0], known.iloc[-1]
    names = {"top": top.iloc[0], "last": last.iloc[0]}
    if pd.isna(top.share):
        return Message("Highest in {top:text}, lowest in {last:text}", names)
    return Message(
        "{top:text} makes most: {share:percent}; {last:text} least",
        {**names, "share": top.share},
    )


def heard(rows: pd.DataFrame) -> Message:
    """Name the months in which what `path` returns was highest and lowest, of those complete."""
    known = rows[rows.value.notna() & ~rows.partial.astype(bool)]
    if known.value.nunique() < 2:
        return Message("No month stands out", {})
    top, last = (known["name"][at] for at in (known.value.idxmax(), known.value.idxmin()))
    names = {"top": top, "last": last}
    return Message("Highest in {top:period}, lowest in {last:period}", names)


def _one(measure: Measure, period: Period, asked: Asked) -> float | None:
    told = measure.told(period, [], asked.wanted)
    value = told.value.iloc[0] if len(told) else None
    return None if pd.isna(value) else float(value)
