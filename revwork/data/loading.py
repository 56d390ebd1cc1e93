"""From a company's files to tables that keep their contract, or to every reason why not."""

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import ibis

from revwork.contracts import TABLES, contract
from revwork.data import cache, cross, pseudonyms, quality, reconciled
from revwork.data.parquet import schema
from revwork.data.quality import Note, note
from revwork.data.table import write
from revwork.data.wording import DataError, nearest
from revwork.findings import MissingTable

if TYPE_CHECKING:
    from revwork.data.source import Source
    from revwork.workspace import Company

_MEMORY = "REVWORK_MEMORY"  # bytes a kernel of a run may hold
_NO_ROWS = "{table:text}: no rows in {example:text}"


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
    `audience`: who may read them.
    """

    tables: Mapping[str, ibis.Table]
    as_of: date
    notes: Sequence[Note]
    inputs: Sequence[Input]
    absent: Sequence[str]
    audience: pseudonyms.Audience = "full"

    def day(self, as_of: str = "") -> date:
        """Return the day to look from: the ISO day asked for, never beyond the data."""
        try:
            return min(date.fromisoformat(as_of), self.as_of) if as_of else self.as_of
        except ValueError:
            raise DataError(f'as_of "{as_of}" is no day: write it as {self.as_of}') from None

    def until(self, as_of: str = "") -> "Tables":
        """Return the tables as they stand by the end of a day: no row of a later one.

        What a row says of later (a deal's outcome, a ticket's solution) stays in it.
        """
        last = self.day(as_of)
        days = {name: quality.observed(name) for name in self.tables}
        kept = {
            name: table.filter(table[days[name]] <= ibis.date(last)) if days[name] else table
            for name, table in self.tables.items()
        }
        return replace(self, tables=kept, as_of=last)

    def __getattr__(self, table: str) -> ibis.Table:
        """Return the table of that name."""
        if table.startswith("_") or table not in self.tables:
            asked = f"{table} was not asked for: name it in needs or enriches of company.tables"
            raise AttributeError(asked if table in TABLES else f"no table {table}")
        return self.tables[table]


def load(
    company: "Company", needs: Sequence[str], enriches: Sequence[str], today: date, audience: str
) -> Tables:
    """Return the tables that `needs` and `enriches` name, as the audience may see them.

    Raises DataError with every breach of every table, MissingTable where a needed one is missing
    or has no rows.
    """
    asked = list(dict.fromkeys([*needs, *enriches]))
    _check_names(asked)
    pseudonyms.check_audience(audience)
    _check_there(company, needs)
    connection = _connect()
    notes, broken = _opened(connection, company, asked)
    if audience == "leadership" and not broken:
        notes = pseudonyms.disguise(connection, company.folder, notes)
    tables = _there(connection, asked)
    sentences = [
        f"{table} ({company.sources[table].place}): {sentence}"
        for table, found in broken.items()
        for sentence in found
    ]
    sentences += cross.breaches(tables, company.currency)
    if sentences:
        raise DataError(
            *(pseudonyms.discreet(sentences) if audience == "leadership" else sentences)
        )
    known = _known(company, tables, notes, today)
    _check_filled(company, needs, tables.keys() - {*known.absent})
    return replace(known, audience=audience)


def load_apart(company: "Company", today: date) -> tuple[Tables, Mapping[str, Sequence[str]]]:
    """Return all that the company has, each table apart: those that can be read, and breaches.

    Breaches are by table, a sentence each; those between tables leave both readable.
    """
    connection = _connect()
    notes, broken = _opened(connection, company, list(company.sources))
    tables = _there(connection, company.sources)
    for sentence in cross.breaches(tables, company.currency):
        table, _, said = sentence.partition(": ")
        broken.setdefault(table, []).append(said if said[-1] in ".?!" else f"{said}.")
    return _known(company, tables, notes, today), broken


def answers(table: str) -> str:
    """Return what the table is good for: the sentence in its contract that says so."""
    words = " ".join((contract(table).__doc__ or "").split())
    return "It answers" + words.partition("Answers")[2]


def _opened(
    connection: ibis.BaseBackend, company: "Company", asked: Sequence[str]
) -> tuple[list[Note], dict[str, list[str]]]:
    """Make the tables in the engine; notes on them, and by table the breaches of what is not."""
    notes, broken = [], {}
    for table in asked:
        try:
            notes += _open(connection, company, table)
        except DataError as error:
            broken[table] = [*error.sentences]
    return notes, broken


def _there(connection: ibis.BaseBackend, asked: Iterable[str]) -> dict[str, ibis.Table]:
    there = set(connection.list_tables())
    return {table: connection.table(table) for table in asked if table in there}


def _known(
    company: "Company", tables: Mapping[str, ibis.Table], notes: Iterable[Note], today: date
) -> Tables:
    """The tables with what there is to know of them, seen from `today`."""
    inputs = [_input(company.sources[t], tables[t]) for t in tables if t in company.sources]
    filled = {one.table: tables[one.table] for one in inputs if one.rows}
    as_of = _as_of(filled, today)
    notes = [
        *notes,
        *cross.notes(filled, company.calendar),
        *quality.notes(filled, as_of, today),
        *(note(one.table, "no_rows", _NO_ROWS, 0, one.file) for one in inputs if not one.rows),
        *reconciled.notes(company, filled),
    ]
    absent = tuple(table for table in tables if table not in filled)
    return Tables(tables, as_of, tuple(notes), tuple(inputs), absent)


def _connect() -> ibis.BaseBackend:
    bounds = {"memory_limit": f"{allowed}B"} if (allowed := _allowed()) else {}
    connection = ibis.duckdb.connect(temp_directory=tempfile.gettempdir(), **bounds)
    connection.con.execute("SET enable_progress_bar = false; SET TimeZone = 'UTC'")
    return connection


def _allowed() -> int | None:
    """The bytes that the engine may hold: it goes beyond, so three quarters of the process's."""
    held = os.environ.get(_MEMORY)
    return int(0.75 * int(held)) if held else None


def _open(connection: ibis.BaseBackend, company: "Company", table: str) -> list[Note]:
    """Make the table of that name in the engine, without rows where the company lacks it."""
    if table not in company.sources:
        connection.create_table(table, schema=schema(table))
        return []
    return cache.put(
        connection.con, company, table, lambda file: write(connection, company, table, file)
    )


def _check_names(asked: list[str]) -> None:
    unknown = [table for table in asked if table not in TABLES]
    if unknown:
        raise DataError(*(f'"{table}" is not a table{nearest(table, TABLES)}' for table in unknown))


def _check_there(company: "Company", needs: list[str]) -> None:
    missing = [table for table in needs if table not in company.sources]
    if missing:
        raise MissingTable(
            " ".join(
                f"{company.name} has no table {table}. {answers(table)} To add it, say under "
                f'[tables.{table}] in revwork.toml where it lives: file = "{table}.csv".'
                for table in missing
            )
        )


def _check_filled(company: "Company", needs: list[str], filled: Set[str]) -> None:
    bare = [company.sources[table] for table in needs if table not in filled]
    if bare:
        raise MissingTable(
            " ".join(
                f"{source.name} ({source.place}) has no rows. {answers(source.name)}"
                for source in bare
            )
        )


def _input(source: "Source", table: ibis.Table) -> Input:
    day = quality.day_column(source.name)
    days = {"first": table[day].min(), "last": table[day].max()} if day else {}
    found = table.aggregate(rows=table.count(), **days).to_pyarrow().to_pylist()[0]
    return Input(
        table=source.name,
        file=source.place,
        rows=found["rows"],
        first_day=found.get("first"),
        last_day=found.get("last"),
        fingerprint=cache.fingerprint(source, table),
    )


def _as_of(tables: Mapping[str, ibis.Table], today: date) -> date:
    judged = ["orders"] if "orders" in tables else list(tables)
    columns = [tables[t][day] for t in judged if (day := quality.observed(t))]
    last = [day.max(where=day <= ibis.date(today)).to_pyarrow().as_py() for day in columns]
    return max((day for day in last if day), default=today)
