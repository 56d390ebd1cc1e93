"""What does not add up within a table: notes that are printed, its rows kept as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import ibis

from revwork.contracts import contract, marked
from revwork.data.sql import Engine, literal, name
from revwork.findings import Message

LATE = 7


@dataclass(frozen=True)
class Note:
    """Something readers should know about a table, whose rows were kept as they are.

    `kind`: encoding, thousands, empty_words, whole_numbers, duplicates, no_rows, out_of_order,
    future, late or, between tables, orphans, near_miss, early, history, overlap, undated,
    no_month. `count` rows are concerned, `example` shows one; the message names both.
    """

    table: str
    kind: str
    message: Message
    count: int
    example: str


def note(table: str, kind: str, template: str, count: int, example: object, **more: object) -> Note:
    """Return a note; its template may name table, count and example, and what `more` there is."""
    values = {"table": table, "count": count, "example": example, **more}
    return Note(table, kind, Message(template, values), count, str(example))


def day_column(table: str) -> str | None:
    """Return the column that dates a row: the first day of the table's contract."""
    columns = contract(table).to_schema().columns
    return next((name for name, column in columns.items() if column.dtype.type.is_date()), None)


def out_of_order(engine: Engine, table: str, sql: Mapping[str, str]) -> list[Note]:
    """Return notes on rows of `cells` with an end before its beginning, by the clock if it is told.

    `sql`: column → what the table reads from `cells`.
    """
    template = (
        "{table:text}: {count:number} rows with {column:text} before {earlier:text}. "
        "Example: {example:text}"
    )
    found = []
    for column, earlier in marked(table, "not_before").items():
        if {column, earlier} <= sql.keys():
            pair = _finest(engine, sql[column], sql[earlier])
            count, example = engine.execute(
                "SELECT count(*), arg_min(late::VARCHAR || ', ' || early::VARCHAR, row) FROM "
                "(SELECT {} AS late, {} AS early, _row AS row FROM cells) "
                "WHERE late < early".format(*pair)
            ).fetchone()
            if count:
                more = {"column": column, "earlier": earlier}
                found.append(note(table, "out_of_order", template, count, example, **more))
    return found


def engine_of(tables: Mapping[str, ibis.Table]) -> Engine:
    """Return the engine in which the tables lie under their names."""
    return next(iter(tables.values())).get_backend().con


def observed(table: str) -> str | None:
    """Return the column that dates every row of what has happened, if there is one."""
    day = day_column(table)
    told = day and not contract(table).to_schema().columns[day].nullable
    return day if told and day not in marked(table, "scheduled") else None


def notes(tables: Mapping[str, ibis.Table], as_of: date, today: date) -> list[Note]:
    """Return notes on days that are not yet, and on tables that end before the others."""
    dated = {table: day for table in tables if (day := observed(table))}
    if not dated:
        return []
    engine = engine_of(tables)
    return [*_future(engine, dated, today), *_late(engine, dated, as_of)]


def _finest(engine: Engine, *sql: str) -> list[str]:
    """The moments behind two days where both are told with clocks; else both as they are."""
    moments = [one.removesuffix("::DATE") for one in sql]
    if any(one == moment for one, moment in zip(sql, moments, strict=True)):
        return [*sql]
    clocks = ", ".join(f"bool_or({m} <> date_trunc('day', {m}))" for m in moments)
    return moments if all(engine.execute(f"SELECT {clocks} FROM cells").fetchone()) else [*sql]


def _future(engine: Engine, dated: Mapping[str, str], today: date) -> list[Note]:
    template = "{table:text}: {count:number} rows later than today, up to {example:date}"
    counts = " UNION ALL ".join(
        f"SELECT {literal(table)}, count(*), max({day}) FROM {name(table)} "
        f"WHERE {day} > DATE '{today}'"
        for table, day in dated.items()
    )
    found = engine.execute(counts).fetchall()
    return [note(table, "future", template, count, last) for table, count, last in found if count]


def _late(engine: Engine, dated: Mapping[str, str], as_of: date) -> list[Note]:
    """Tables that end a week before `as_of`, and earlier than their own usual gaps explain."""
    template = "{table:text}: ends on {example:date}, {count:number} days before other data"
    ends = " UNION ALL ".join(
        f"SELECT {literal(table)}, max(day), coalesce(max(gap), 0) FROM "
        "(SELECT day, day - lag(day) OVER (ORDER BY day) AS gap FROM "
        f"(SELECT DISTINCT {day} AS day FROM {name(table)} WHERE {day} <= DATE '{as_of}'))"
        for table, day in dated.items()
    )
    return [
        note(table, "late", template, (as_of - last).days, last)
        for table, last, gap in engine.execute(ends).fetchall()
        if last and as_of - last > timedelta(days=max(LATE, gap))
    ]
