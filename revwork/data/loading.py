"""From a company's files to tables that keep their contract, or to every reason why not."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import file_digest, sha256
from importlib import import_module
from typing import TYPE_CHECKING

import duckdb
import ibis
from pandera.errors import SchemaErrors

from revwork.contracts import TABLES, contract
from revwork.data import cells, quality
from revwork.data.headers import mapping
from revwork.data.quality import Note, note
from revwork.data.sources import open_raw
from revwork.data.wording import DataError, breach, nearest, subjects
from revwork.findings import MissingTable

if TYPE_CHECKING:
    from revwork.workspace import Company, Source

_NO_ROWS = "{table:text}: no rows in {example:text}"
_TAXED = {
    "orders": ("net_amount", "unit_price", "discount"),
    "expenses": ("amount",),
    "subscriptions": ("monthly_amount",),
}


@dataclass(frozen=True)
class Input:
    """What a table was read from; the fingerprint changes with the file or its declaration."""

    table: str
    file: str
    rows: int
    first_day: date | None
    last_day: date | None
    fingerprint: str


@dataclass(frozen=True)
class Tables:
    """The tables asked for, each an attribute: `tables.orders` is an Ibis table.

    `as_of`: the last day the orders cover, else the latest of any table, not beyond today.
    `absent`: tables that would enrich but are not there or have no rows; theirs are empty.
    """

    tables: Mapping[str, ibis.Table]
    as_of: date
    notes: Sequence[Note]
    inputs: Sequence[Input]
    absent: Sequence[str]

    def day(self, as_of: str = "") -> date:
        """Return the day to look from: the ISO day asked for, never beyond the data."""
        try:
            return min(date.fromisoformat(as_of), self.as_of) if as_of else self.as_of
        except ValueError:
            raise DataError(f'as_of "{as_of}" is no day: write it as {self.as_of}') from None

    def __getattr__(self, table: str) -> ibis.Table:
        """Return the table of that name."""
        if table.startswith("_") or table not in self.tables:
            asked = f"{table} was not asked for: name it in needs or enriches of company.tables"
            raise AttributeError(asked if table in TABLES else f"no table {table}")
        return self.tables[table]


def load(company: "Company", needs: Sequence[str], enriches: Sequence[str], today: date) -> Tables:
    """Return the tables that `needs` and `enriches` name.

    Raises DataError with every breach of every table, MissingTable where a needed one is missing
    or has no rows.
    """
    asked = list(dict.fromkeys([*needs, *enriches]))
    _check_names(asked)
    _check_there(company, needs)
    connection = _connect()
    notes, sentences = [], []
    for table in asked:
        try:
            notes += _read(connection, company, table)
        except DataError as error:
            place = f"{table} ({company.sources[table].file})"
            sentences += [f"{place}: {sentence}" for sentence in error.sentences]
    tables = {table: connection.table(table) for table in asked if table in connection.tables}
    sentences += quality.breaches(tables, company.currency)
    if sentences:
        raise DataError(*sentences)
    inputs = [_input(company.sources[t], tables[t]) for t in asked if t in company.sources]
    filled = {one.table: tables[one.table] for one in inputs if one.rows}
    _check_filled(company, needs, filled)
    as_of = _as_of(filled, today)
    notes += quality.notes(filled, as_of, today)
    notes += [note(one.table, "no_rows", _NO_ROWS, 0, one.file) for one in inputs if not one.rows]
    absent = [table for table in asked if table not in filled]
    return Tables(tables, as_of, tuple(notes), tuple(inputs), tuple(absent))


def _connect() -> ibis.BaseBackend:
    connection = ibis.duckdb.connect(temp_directory=tempfile.gettempdir())
    connection.con.execute("SET enable_progress_bar = false; SET TimeZone = 'UTC'")
    return connection


def _check_names(asked: list[str]) -> None:
    unknown = [table for table in asked if table not in TABLES]
    if unknown:
        raise DataError(*(f'"{table}" is not a table{nearest(table, TABLES)}' for table in unknown))


def _check_there(company: "Company", needs: list[str]) -> None:
    missing = [table for table in needs if table not in company.sources]
    if missing:
        raise MissingTable(
            " ".join(
                f"{company.name} has no table {table}. {_answers(table)} To add it, say under "
                f'[tables.{table}] in revwork.toml where it lives: file = "{table}.csv".'
                for table in missing
            )
        )


def _check_filled(company: "Company", needs: list[str], filled: Mapping[str, object]) -> None:
    bare = [company.sources[table] for table in needs if table not in filled]
    if bare:
        raise MissingTable(
            " ".join(
                f"{source.name} ({source.file}) has no rows. {_answers(source.name)}"
                for source in bare
            )
        )


def _answers(table: str) -> str:
    """What the table is good for: the sentence in its contract that says so."""
    words = " ".join((contract(table).__doc__ or "").split())
    return "It answers" + words.partition("Answers")[2]


def _read(connection: ibis.BaseBackend, company: "Company", table: str) -> list[Note]:
    """Make the table of that name in the engine, without rows where the company lacks it."""
    source = company.sources.get(table)
    if source is None:
        connection.create_table(table, schema=_schema(table))
        return []
    try:
        return _read_file(connection, company, source)
    except (duckdb.Error, DataError) as error:
        connection.drop_table(table, force=True)
        if isinstance(error, DataError):
            raise
        raise DataError(f"cannot be read: {str(error).splitlines()[0]}") from None
    finally:
        connection.con.execute("DROP VIEW IF EXISTS typed; DROP TABLE IF EXISTS cells")
        connection.con.execute("DROP TABLE IF EXISTS raw")


def _read_file(connection: ibis.BaseBackend, company: "Company", source: "Source") -> list[Note]:
    engine, fields = connection.con, contract(source.name).to_schema().columns
    raw = open_raw(engine, source, [*fields, *source.dimensions, *source.columns.values()])
    mapped, wrong = mapping(source, raw.headers, fields)
    found = cells.columns(source, raw.types, mapped)
    notes = [*raw.notes, *quality.duplicates(engine, source.name, raw.types)]
    reading = cells.read(engine, source, found, company.time_zone)
    connection.create_table(source.name, _conformed(connection.table("typed"), source, company))
    wrong |= reading.wrong | cells.lost(engine, source.name, found, reading)
    derived = fields.keys() - mapped if wrong else set()
    free = [theirs for ours, theirs in raw.headers.items() if ours not in mapped.values()]
    breaches = _breaches(connection.table(source.name), source.name, free, derived | wrong.keys())
    if sentences := dict.fromkeys([*wrong.values(), *breaches]):
        raise DataError(*sentences)
    engine.execute(f"ALTER TABLE {source.name} DROP COLUMN _row")
    return [*notes, *reading.notes]


def _schema(table: str) -> ibis.Schema:
    fields = contract(table).to_schema().columns
    return ibis.schema({name: field.dtype.type for name, field in fields.items()})


def _conformed(typed: ibis.Table, source: "Source", company: "Company") -> ibis.Table:
    """What a contract wants and the file lacks: completed, else null; then money made net."""
    complete = getattr(import_module(f"revwork.contracts.{source.name}"), "complete", None)
    table = _with_currency(complete(typed) if complete else typed, source, company)
    table = _without_tax(table, source)
    columns = []
    for column, field in contract(source.name).to_schema().columns.items():
        if column in table.columns:
            columns.append(table[column].cast(field.dtype.type).name(column))
        elif field.nullable:
            columns.append(ibis.null(field.dtype.type).name(column))
    own = [column for column in source.dimensions if column in table.columns]
    return table.select(*columns, *own, "_row").order_by("_row")


def _with_currency(table: ibis.Table, source: "Source", company: "Company") -> ibis.Table:
    """Rows that do not say their currency have the declared one, money at home the company's."""
    field = contract(source.name).to_schema().columns.get("currency")
    code = source.currency or (company.currency if field and field.nullable else None)
    if not field or not code:
        return table
    given = table.currency if "currency" in table.columns else ibis.null("string")
    return table.mutate(currency=given.fill_null(code))


def _without_tax(table: ibis.Table, source: "Source") -> ibis.Table:
    rate = source.tax_rate
    if not rate:
        return table
    if source.name not in _TAXED:
        raise DataError(f"has no amounts with tax, leave tax_rate = {rate!r} out")
    if rate != "tax_amount":
        present = [column for column in _TAXED[source.name] if column in table.columns]
        return table.mutate(
            **{c: (table[c].cast("float64") / (1 + rate)).round(4) for c in present}
        )
    if "tax_amount" not in table.columns or "net_amount" not in table.columns:
        raise DataError('has no column for tax_amount, though tax_rate = "tax_amount" says so')
    return table.mutate(net_amount=table.net_amount - table.tax_amount.fill_null(0))


def _breaches(
    loaded: ibis.Table, table: str, headers: list[str], spoiled: set[str]
) -> Iterator[str]:
    """Breaches of the contract but for columns `spoiled` by what is wrong already."""
    if not loaded.count().execute():
        return
    try:
        contract(table).validate(loaded, lazy=True)
    except SchemaErrors as errors:
        for error in errors.schema_errors:
            if not spoiled & subjects(error):
                yield breach(error, loaded, table, headers)


def _input(source: "Source", table: ibis.Table) -> Input:
    day = quality.day_column(source.name)
    days = {"first": table[day].min(), "last": table[day].max()} if day else {}
    found = table.aggregate(rows=table.count(), **days).to_pyarrow().to_pylist()[0]
    return Input(
        table=source.name,
        file=source.file,
        rows=found["rows"],
        first_day=found.get("first"),
        last_day=found.get("last"),
        fingerprint=_fingerprint(source),
    )


def _fingerprint(source: "Source") -> str:
    with source.path.open("rb") as file:
        content = file_digest(file, "sha256").hexdigest()
    declared = {**asdict(source), "folder": ""}
    return sha256((content + json.dumps(declared, sort_keys=True)).encode()).hexdigest()


def _as_of(tables: Mapping[str, ibis.Table], today: date) -> date:
    judged = ["orders"] if "orders" in tables else list(tables)
    columns = [tables[t][day] for t in judged if (day := quality.day_column(t))]
    last = [day.max(where=day <= ibis.date(today)).to_pyarrow().as_py() for day in columns]
    return max((day for day in last if day), default=today)
