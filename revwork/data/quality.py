"""What does not add up between rows and tables: breaches that stop, notes that are printed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import ibis

from revwork.contracts import contract
from revwork.data.sql import Engine, name
from revwork.data.wording import rows
from revwork.findings import Message

LATE = 7
_PLANS = ("targets",)
_REFERENCES = (
    ("orders", "customer_id", "customers"),
    ("orders", "product_id", "products"),
    ("sessions", "order_id", "orders"),
    ("subscriptions", "customer_id", "customers"),
)
_FOREIGN = (("orders", "order_date"), ("expenses", "date"), ("subscriptions", "start_date"))
_SEGMENTS = ("region", "channel", "category", "segment")


@dataclass(frozen=True)
class Note:
    """Something readers should know about a table, whose rows were kept as they are.

    `kind`: encoding, thousands, empty_words, whole_numbers, duplicates, no_rows, orphans, future
    or late. `count` rows are concerned, `example` shows one; the message names both.
    """

    table: str
    kind: str
    message: Message
    count: int
    example: str


def note(table: str, kind: str, template: str, count: int, example: object) -> Note:
    """Return a note; its template may name table, count and example."""
    values = {"table": table, "count": count, "example": example}
    return Note(table, kind, Message(template, values), count, str(example))


def day_column(table: str) -> str | None:
    """Return the column that dates a row: the first day of the table's contract."""
    columns = contract(table).to_schema().columns
    return next((name for name, column in columns.items() if column.dtype.type.is_date()), None)


def duplicates(engine: Engine, table: str, headers: Iterable[str]) -> list[Note]:
    """Return a note on rows of the table `raw` that repeat an earlier one in every column."""
    listed = ", ".join(map(name, headers))
    count, first = engine.execute(
        "SELECT sum(times - 1)::BIGINT, min(first) FROM (SELECT count(*) AS times, "
        f"min(rowid) AS first FROM raw GROUP BY {listed} HAVING count(*) > 1)"
    ).fetchone()
    if not count:
        return []
    row = engine.execute(f"SELECT {listed} FROM raw WHERE rowid = {first}").fetchone()
    example = ", ".join(str(value) for value in row if value is not None)[:80]
    template = "{table:text}: {count:number} rows repeat another in full. Example: {example:text}"
    return [note(table, "duplicates", template, count, example)]


def breaches(tables: Mapping[str, ibis.Table], currency: str) -> Iterator[str]:
    """Return what would change totals in silence: money without a rate, totals beside parts."""
    for table, day in _FOREIGN:
        if table in tables and "fx_rates" in tables:
            yield from _unconverted(tables[table], (table, day), tables["fx_rates"], currency)
    if "targets" in tables:
        yield from _totals_beside_parts(tables["targets"])


def notes(tables: Mapping[str, ibis.Table], as_of: date, today: date) -> list[Note]:
    """Return notes on keys no other table knows, and on days that are late or not yet."""
    found = [
        _orphans(tables, table, key, other)
        for table, key, other in _REFERENCES
        if table in tables and other in tables
    ]
    for table in tables:
        day = day_column(table)
        if day and table not in _PLANS and not contract(table).to_schema().columns[day].nullable:
            found += [_future(tables[table], table, day, today)]
            found += [_late(tables[table], table, day, as_of)]
    return [one for one in found if one]


def _unconverted(
    table: ibis.Table, place: tuple[str, str], rates: ibis.Table, currency: str
) -> Iterator[str]:
    """Rows in a foreign currency before its first rate; cancelled ones are no revenue anyway."""
    label, day = place
    foreign = table.filter(table.currency != currency)
    if "status" in table.columns:
        foreign = foreign.filter(foreign.status.fill_null("open") != "cancelled")
    quoted = rates.group_by(code="currency").aggregate(since=rates.date.min())
    joined = foreign.left_join(quoted, foreign.currency == quoted.code)
    lacking = joined.filter(joined.since.isnull() | (joined[day] < joined.since))
    found = lacking.group_by("currency").aggregate(
        rows=lacking.count(), first=lacking[day].min(), since=lacking.since.min()
    )
    for row in found.order_by("currency").to_pyarrow().to_pylist():
        since = f"the first rate is of {row['since']}" if row["since"] else "there is no rate"
        many = row["rows"] > 1
        yield (
            f"{label}: {rows(row['rows'])} in {row['currency']} {'have' if many else 'has'} no "
            f"exchange rate on or before {'their' if many else 'its'} day, such as {row['first']} "
            f"({since}). Add earlier rates to fx_rates, or say what the amounts are in under "
            f'[tables.{label}]: currency = "{currency}"'
        )


def _totals_beside_parts(targets: ibis.Table) -> Iterator[str]:
    counts = {f"{segment}_filled": targets[segment].count() for segment in _SEGMENTS}
    found = targets.group_by("metric").aggregate(rows=targets.count(), **counts)
    for row in found.order_by("metric").to_pyarrow().to_pylist():
        for segment in _SEGMENTS:
            filled = row[f"{segment}_filled"]
            if 0 < filled < row["rows"]:
                yield (
                    f"targets: {row['metric']} names a {segment} in {filled:,} of "
                    f"{rows(row['rows'])}; these add up, so name a {segment} in all or in none"
                )


def _orphans(tables: Mapping[str, ibis.Table], table: str, key: str, other: str) -> Note | None:
    known = tables[table].filter(tables[table][key].notnull())
    lost = known.anti_join(tables[other], key)
    found = lost.aggregate(count=lost.count(), example=lost[key].min()).to_pyarrow().to_pylist()[0]
    template = (
        "{table:text}: {count:number} rows with {key:text} unknown to {other:text}. "
        "Example: {example:text}"
    )
    if not found["count"]:
        return None
    kept = note(table, "orphans", template, found["count"], found["example"])
    values = {**kept.message.values, "key": key, "other": other}
    return Note(table, "orphans", Message(template, values), kept.count, kept.example)


def _future(loaded: ibis.Table, table: str, day: str, today: date) -> Note | None:
    later = loaded.filter(loaded[day] > ibis.date(today))
    found = later.aggregate(count=later.count(), last=later[day].max()).to_pyarrow().to_pylist()[0]
    template = "{table:text}: {count:number} rows later than today, up to {example:date}"
    count, last = found["count"], found["last"]
    return note(table, "future", template, count, last) if count else None


def _late(loaded: ibis.Table, table: str, day: str, as_of: date) -> Note | None:
    """A table that ends a week before `as_of`, and earlier than its own usual gaps explain."""
    days = loaded.select(day=loaded[day]).filter(lambda t: t.day <= ibis.date(as_of)).distinct()
    before = days.day.lag().over(order_by=days.day)
    gaps = days.mutate(gap=days.day.delta(before, unit="day"))
    found = gaps.aggregate(last=gaps.day.max(), gap=gaps.gap.max()).to_pyarrow().to_pylist()[0]
    usual = timedelta(days=max(LATE, found["gap"] or 0))
    if found["last"] is None or as_of - found["last"] <= usual:
        return None
    template = "{table:text}: ends on {example:date}, {count:number} days before other data"
    return note(table, "late", template, (as_of - found["last"]).days, found["last"])
