"""What does not add up between tables: breaches that stop, notes that are printed."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import ibis

from revwork.calendar import Calendar
from revwork.contracts import contract, key, marked
from revwork.contracts.targets import OVER_MONTHS
from revwork.data.quality import Note, day_column, engine_of, note
from revwork.data.sql import Engine, literal, name
from revwork.data.wording import rows

_SEGMENTS = {
    "region": ("orders", "customers"),
    "channel": ("orders",),
    "category": ("orders", "products"),
    "segment": ("orders", "customers"),
}
_QUOTED = ("fx_rates", "competitor_prices", "prices")  # asked and offered, not paid
_BARE = r"lower(regexp_replace({}, '[\s\p{{P}}]+', '', 'g'))"


class _Reference(NamedTuple):
    """A column whose values another table should know; `known` selects these as `value`."""

    table: str
    column: str
    other: str
    known: str


class _Check(NamedTuple):
    """Rows that contradict: `rows` selects an `example` of each, from `table` and `others`."""

    table: str
    others: tuple[str, ...]
    kind: str
    said: str
    rows: str


_CHECKS = (
    _Check(
        "orders",
        ("customers",),
        "early",
        "{table:text}: {count:number} rows dated before their customer's since. "
        "Example: {example:text}",
        "SELECT customer_id AS example FROM orders JOIN customers USING (customer_id) "
        "WHERE order_date < since",
    ),
    _Check(
        "subscriptions",
        ("customers",),
        "early",
        "{table:text}: {count:number} rows dated before their customer's since. "
        "Example: {example:text}",
        "SELECT customer_id AS example FROM subscriptions JOIN customers USING (customer_id) "
        "WHERE start_date < since",
    ),
    _Check(
        "subscriptions",
        (),
        "overlap",
        "{table:text}: {count:number} rows go on after the same subscription's next one began. "
        "Example: {example:text}",
        "SELECT subscription_id AS example FROM (SELECT *, lead(start_date) OVER (PARTITION BY "
        "subscription_id ORDER BY start_date) AS next FROM subscriptions) "
        "WHERE next < end_date OR (next IS NOT NULL AND end_date IS NULL)",
    ),
    _Check(
        "opportunities",
        (),
        "undated",
        "{table:text}: {count:number} deals won or lost without close_date. "
        "Example: {example:text}",
        "SELECT opportunity_id AS example FROM opportunities "
        "WHERE outcome <> 'open' AND close_date IS NULL",
    ),
    _Check(
        "opportunities",
        ("opportunity_history",),
        "history",
        "{table:text}: {count:number} deals whose history ends in another stage or outcome. "
        "Example: {example:text}",
        "SELECT opportunity_id AS example FROM opportunities JOIN (SELECT opportunity_id, "
        "arg_max((stage, outcome), sequence) AS last FROM opportunity_history GROUP BY ALL) "
        "USING (opportunity_id) WHERE last <> (stage, outcome)",
    ),
)


def breaches(tables: Mapping[str, ibis.Table], currency: str) -> Iterator[str]:
    """Return what would change totals in silence: money without a rate, totals beside parts."""
    if "fx_rates" in tables:
        yield from _unconverted(tables, currency)
    if "targets" in tables:
        yield from _totals_beside_parts(engine_of(tables))


def notes(tables: Mapping[str, ibis.Table], calendar: Calendar) -> list[Note]:
    """Return notes on keys no other table knows, and on tables that contradict each other.

    `tables` have rows. Nothing is joined by a near miss: who reads decides what was meant.
    """
    if not tables:
        return []
    engine = engine_of(tables)
    found = [*_unknown(engine, [*_references(tables)]), *_contradictions(engine, tables)]
    return [*found, *_no_months(engine, calendar)] if "targets" in tables else found


def _references(tables: Mapping[str, ibis.Table]) -> Iterator[_Reference]:
    for table, loaded in tables.items():
        own = [c for c in loaded.columns if c not in contract(table).to_schema().columns]
        for column, other in marked(table, "refers_to", own).items():
            if other in tables:
                known = f"SELECT {key(other)} AS value FROM {other}"
                yield _Reference(table, column, other, known)
    if {"targets", "orders"} <= tables.keys():
        for segment, places in _SEGMENTS.items():
            sold = [f"SELECT {segment} AS value FROM {t}" for t in places if t in tables]
            yield _Reference("targets", segment, "orders", " UNION ".join(sold))


def _unknown(engine: Engine, references: list[_Reference]) -> Iterator[Note]:
    """Notes on values that a table should know and does not; all are counted in one query."""
    counts = " UNION ALL ".join(
        f"SELECT {number} AS number, count(*) AS lost {_lost(one)}"
        for number, one in enumerate(references)
    )
    if not counts:
        return
    for number, _ in engine.execute(f"FROM ({counts}) WHERE lost > 0 ORDER BY ALL").fetchall():
        yield from _told(engine, references[number])


def _lost(one: _Reference) -> str:
    """Rows with a value that the other table, if it says any, does not know."""
    column = f"a.{name(one.column)}"
    return (
        f"FROM {one.table} AS a ANTI JOIN ({one.known}) AS b ON {column} = b.value WHERE {column} "
        f"IS NOT NULL AND EXISTS (FROM ({one.known}) WHERE value IS NOT NULL)"
    )


def _told(engine: Engine, one: _Reference) -> Iterator[Note]:
    """Unknown values by whether one known is the same but for case, spaces and punctuation."""
    query = f"""
        WITH lost AS (SELECT {name(one.column)} AS value, count(*) AS n {_lost(one)} GROUP BY 1),
        known AS (SELECT {_BARE.format("value")} AS bare, min(value) AS near
                  FROM ({one.known}) GROUP BY 1 HAVING bare <> '')
        SELECT near IS NOT NULL AS nearly, sum(n)::BIGINT, min(value),
               arg_max((value, near), (n, value)) AS most
        FROM lost LEFT JOIN known ON {_BARE.format("value")} = bare GROUP BY 1 ORDER BY 1"""
    more = {"key": one.column, "other": one.other}
    for nearly, count, first, (most, near) in engine.execute(query).fetchall():
        if nearly:
            template = (
                "{table:text}: {count:number} rows with a near miss in {key:text}. {example:text} "
                "is unknown to {other:text}; {near:text} is known"
            )
            yield note(one.table, "near_miss", template, count, most, **more, near=near)
        else:
            template = (
                "{table:text}: {count:number} rows with {key:text} unknown to {other:text}. "
                "Example: {example:text}"
            )
            yield note(one.table, "orphans", template, count, first, **more)


def _contradictions(engine: Engine, tables: Mapping[str, ibis.Table]) -> list[Note]:
    checks = [one for one in _CHECKS if {one.table, *one.others} <= tables.keys()]
    counts = " UNION ALL ".join(
        f"SELECT {number} AS number, count(*), min(example) FROM ({one.rows})"
        for number, one in enumerate(checks)
    )
    found = engine.execute(f"{counts} ORDER BY number").fetchall() if checks else []
    return [
        note(checks[n].table, checks[n].kind, checks[n].said, count, example)
        for n, count, example in found
        if count
    ]


def _no_months(engine: Engine, calendar: Calendar) -> list[Note]:
    """Targets of days on which no month of the company's calendar begins: they count nowhere."""
    template = (
        "{table:text}: {count:number} rows count nowhere, as no month of the calendar begins on "
        "their day. Example: {example:date}"
    )
    months = engine.execute("SELECT month, count(*) FROM targets GROUP BY 1 ORDER BY 1").fetchall()
    lost = [(day, n) for day, n in months if calendar.holding(day, "month").start != day]
    count = sum(n for _, n in lost)
    return [note("targets", "no_month", template, count, lost[0][0])] if lost else []


def _unconverted(tables: Mapping[str, ibis.Table], currency: str) -> Iterator[str]:
    """Rows in a foreign currency before its first rate; cancelled ones are no revenue anyway."""
    paid = [t for t in tables if t not in _QUOTED and "currency" in tables[t].columns]
    found = [(table, *row) for table in paid for row in _without_rate(tables, table, currency)]
    for table, code, count, first, since in found:
        why = f"the first rate is of {since}" if since else "there is no rate"
        many = count > 1
        yield (
            f"{table}: {rows(count)} in {code} {'have' if many else 'has'} no exchange rate on or "
            f"before {'their' if many else 'its'} day, such as {first} ({why}). Add earlier rates "
            f"to fx_rates, or say what the amounts are in under [tables.{table}]: "
            f'currency = "{currency}"'
        )


def _without_rate(tables: Mapping[str, ibis.Table], table: str, currency: str) -> list[tuple]:
    """Currency, rows, first day and first rate; what is scheduled needs any rate at all."""
    day = day_column(table)
    early = "" if day in marked(table, "scheduled") else f" OR {day} < since"
    real = "AND status IS DISTINCT FROM 'cancelled'" if "status" in tables[table].columns else ""
    query = (
        f"SELECT currency, count(*), min({day}), min(since) FROM {table} LEFT JOIN (SELECT "
        "currency AS code, min(date) AS since FROM fx_rates GROUP BY 1) ON currency = code "
        f"WHERE currency <> {literal(currency)} {real} AND (since IS NULL{early}) "
        "GROUP BY 1 ORDER BY 1"
    )
    return engine_of(tables).execute(query).fetchall()


def _totals_beside_parts(engine: Engine) -> Iterator[str]:
    filled = ", ".join(f"count({segment})" for segment in _SEGMENTS)
    query = f"SELECT metric, count(*), {filled} FROM targets GROUP BY 1 ORDER BY 1"
    for metric, total, *counts in engine.execute(query).fetchall():
        if OVER_MONTHS[metric] != "sum":
            continue
        for segment, count in zip(_SEGMENTS, counts, strict=True):
            if 0 < count < total:
                yield (
                    f"targets: {metric} names a {segment} in {count:,} of {rows(total)}; "
                    f"these add up, so name a {segment} in all or in none"
                )
