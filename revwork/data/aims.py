"""Targets of revwork.toml: for every month, or for a period and a part of the business.

[targets]
win_rate = 0.3

[[targets.net_revenue]]
amount = 4800000
period = "2026"
region = "Spain"
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Annotated

import ibis
import pyarrow as pa
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic.dataclasses import dataclass as declared

from revwork.calendar import DAY, RELATIVE, TO_DATE, Calendar, Period
from revwork.contracts.targets import OVER_MONTHS
from revwork.data.parquet import schema
from revwork.data.source import CLOSED, FILE
from revwork.data.wording import nearest

SEGMENTS = ("region", "channel", "category", "segment")
_KEY = ("metric", "month", *SEGMENTS)
_SINCE, _YEARS = date(1990, 1, 1), 3  # what is set for good holds since then, and so far ahead
_PLACES = 4  # digits of an amount, as in the table


@declared(frozen=True, config=CLOSED)
class Aim:
    """What is promised of a metric.

    `amount`: of the whole `period`, spread by day, where months add up; without a period of each
    month. Of a rate, score or level: that of each month. `period`: months, such as 2026-Q3.
    """

    amount: Annotated[float, Field(allow_inf_nan=False)]
    period: str = ""
    region: str | None = None
    channel: str | None = None
    category: str | None = None
    segment: str | None = None


def _metric(name: str) -> str:
    if name not in OVER_MONTHS:
        raise ValueError(f"is no metric of a card{nearest(name, OVER_MONTHS)}")
    return name


def _listed(given: object) -> object:
    return given if isinstance(given, list) else [{"amount": given}]


Aims = Mapping[
    Annotated[str, AfterValidator(_metric)], Annotated[list[Aim], BeforeValidator(_listed)]
]


def objections(aims: Aims, calendar: Calendar) -> Iterator[str]:
    """Say what is wrong with the periods that targets name, and which month has two."""
    wrong = list(chain(*(_misdated(aims, calendar))))
    yield from wrong
    if not wrong:
        yield from _twice(rows(aims, calendar, date.today()), ())


def rows(aims: Aims, calendar: Calendar, today: date) -> list[dict[str, object]]:
    """Return the targets by month: metric, month, amount and the segment, as the table has them."""
    return [
        {
            "metric": metric,
            "month": month.start,
            "amount": Decimal(str(round(_part(aim, metric, month, months), _PLACES))),
            **{name: getattr(aim, name) for name in SEGMENTS},
        }
        for metric, given in aims.items()
        for aim in given
        for months in [_months(aim.period, calendar, today)]
        for month in months
    ]


def clashes(table: ibis.Table, own: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Say which months the table and revwork.toml both set, and totals that stand beside parts.

    `own` is what `rows` returns.
    """
    there = table.filter(table.metric.isin([*{row["metric"] for row in own}]))
    told = there.select(*_KEY).to_pyarrow().to_pylist()
    yield from _twice(own, told)
    for metric in sorted({row["metric"] for row in told}):
        if OVER_MONTHS[metric] != "sum":
            continue
        both = [row for row in chain(told, own) if row["metric"] == metric]
        for name in SEGMENTS:
            if len({row[name] is None for row in both}) > 1:
                yield (
                    f"targets: {metric} names a {name} in the table or under [targets] in {FILE}, "
                    "not in both; these add up, so name one in all or in none"
                )


def merged(table: ibis.Table, own: Sequence[Mapping[str, object]]) -> ibis.Table:
    """Return the table's targets and those of revwork.toml; other columns of the table are null."""
    kinds = schema("targets")
    columns = {name: [row.get(name) for row in own] for name in kinds}
    added = ibis.memtable(pa.table(columns, schema=kinds.to_pyarrow()))
    more = {name: ibis.null(kind) for name, kind in table.schema().items() if name not in kinds}
    return table.union(added.mutate(**more).select(*table.columns))


def _misdated(aims: Aims, calendar: Calendar) -> Iterator[Iterator[str]]:
    for metric, given in aims.items():
        for number, aim in enumerate(given, 1):
            yield _misread(f"{FILE}: [targets.{metric}.{number}] period", aim.period, calendar)


def _misread(where: str, name: str, calendar: Calendar) -> Iterator[str]:
    if name.lower() in (*RELATIVE, *TO_DATE):
        yield f'{where} "{name}" moves on with the day: name one that stays, such as 2026-Q3'
        return
    try:
        parts = _months(name, calendar, date.today())
    except ValueError as error:
        yield f"{where} {error}"
        return
    if any(part != calendar.holding(part.start, "month") for part in parts):
        yield f'{where} "{name}" is not made of whole months'


def _months(name: str, calendar: Calendar, today: date) -> list[Period]:
    end = today.replace(year=today.year + _YEARS, month=1, day=1)
    whole = calendar.period(name, today) if name else None
    if whole:
        return calendar.split(whole, "month")
    first, last = calendar.holding(_SINCE, "month"), calendar.holding(end, "month")
    return calendar.split(Period("always", first.start, last.end), "month")


def _part(aim: Aim, metric: str, month: Period, months: Sequence[Period]) -> float:
    if OVER_MONTHS[metric] != "sum" or not aim.period:
        return aim.amount
    return aim.amount * month.days / ((months[-1].last_day - months[0].start + DAY).days)


def _twice(
    own: Iterable[Mapping[str, object]], told: Iterable[Mapping[str, object]]
) -> Iterator[str]:
    """One sentence a metric that has two targets for a month and segment, with the first."""
    seen = {tuple(row[name] for name in _KEY): "the table" for row in told}
    said = set()
    for row in own:
        one = tuple(row[name] for name in _KEY)
        if one in seen and row["metric"] not in said:
            said.add(row["metric"])
            segment = " ".join(str(row[name]) for name in SEGMENTS if row[name])
            yield (
                f"targets: {row['metric']} {segment} of {row['month']:%Y-%m} is set twice, under "
                f"[targets] in {FILE} and in {seen[one]}: keep one".replace("  ", " ")
            )
        seen[one] = "another entry there"
