"""Tables and queries of databases: DuckDB and SQLite files, and any server that Ibis speaks to.

Only the columns asked for are fetched, in batches. No message repeats what is secret in an
address, and no exception of a driver, which may hold it, is kept.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa

from revwork.data.headers import spelling
from revwork.data.secrets import resolved, without_secrets
from revwork.data.sql import Engine, Wanted, literal, name
from revwork.data.wording import DataError, nearest

if TYPE_CHECKING:
    from pathlib import Path

    from revwork.data.source import Source

_BATCH = 50_000
_EXACT = dt.Decimal(38, 18)
_PLAIN = (dt.Integer, dt.Floating, dt.Boolean, dt.String, dt.Date, dt.Timestamp)


def read_server(engine: Engine, source: "Source", wanted: Wanted) -> list[str]:
    """Read the columns `wanted` into the table `raw`; return the headers of all there are."""
    try:
        return _fetch(engine, source, wanted)
    except DataError:
        raise
    except ImportError:
        said = 'its driver is not installed; that of PostgreSQL is: pip install "revwork[postgres]"'
    except Exception as error:  # every driver has its own
        said = without_secrets(_first_line(error), source.address)
    raise DataError(f"cannot be read: {said}")


def read_duckdb(engine: Engine, source: "Source", wanted: Wanted) -> tuple[list, list]:
    """Read a table of a DuckDB file, or a query of it, into the table `raw`."""
    engine.execute(f"ATTACH {literal(source.path)} AS attached (READ_ONLY)")
    try:
        if source.sql:
            engine.execute(f"USE attached; CREATE TABLE memory.main.raw AS {_query(source)}")
        else:
            known = engine.execute(
                "SELECT table_schema || '.' || table_name FROM information_schema.tables "
                "WHERE table_catalog = 'attached' ORDER BY 1"
            ).fetchall()
            schema, table = _chosen(source, [one for (one,) in known], "main.").split(".", 1)
            engine.execute(f"CREATE TABLE raw AS FROM attached.{name(schema)}.{name(table)}")
    finally:
        engine.execute("USE memory; DETACH attached")
    return [], []


def read_sqlite(engine: Engine, source: "Source", wanted: Wanted) -> tuple[list, list]:
    """Read a table of an SQLite file, or a query of it, into the table `raw`.

    Whole numbers, numbers and texts keep their kind where a column has only one.
    """
    try:
        with closing(sqlite3.connect(f"{source.path.as_uri()}?mode=ro", uri=True)) as file:
            relation = f"({_query(source)})" if source.sql else name(_chosen(source, _tables(file)))
            schema, cells = _sqlite_columns(file, relation)
            rows = file.execute(f"SELECT {cells} FROM {relation}")
            batches = _batches(rows.fetchmany, schema)
            _create(engine, pa.RecordBatchReader.from_batches(schema, batches))
    except sqlite3.Error as error:
        raise DataError(f"cannot be read: {error}") from None
    return [], []


def tables_of_sqlite(path: "Path") -> list[str]:
    """Return the names of the tables and views of an SQLite file."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
            return _tables(file)
    except sqlite3.Error as error:
        raise DataError(f"cannot be read: {error}") from None


def _query(source: "Source") -> str:
    return (source.sql or "").strip().rstrip(";")


def _chosen(source: "Source", known: list[str], schema: str = "") -> str:
    if not source.table and len(known) == 1:
        return known[0]
    if not source.table:
        raise DataError(f"holds {len(known)} tables{nearest('', known)}; say table = which")
    table = source.table if "." in source.table else schema + source.table
    if table not in known:
        raise DataError(f'has no table "{source.table}"{nearest(table, known)}')
    return table


def _create(engine: Engine, rows: pa.RecordBatchReader) -> None:
    engine.register("batch", rows.schema.empty_table())
    engine.execute("CREATE TABLE raw AS FROM batch")
    for batch in rows:
        engine.register("batch", pa.Table.from_batches([batch]))
        engine.execute("INSERT INTO raw FROM batch")
    engine.unregister("batch")


def _tables(file: sqlite3.Connection) -> list[str]:
    listed = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
    return [one for (one,) in file.execute(listed) if not one.startswith("sqlite_")]


def _sqlite_columns(file: sqlite3.Connection, relation: str) -> tuple[pa.Schema, str]:
    """The Arrow schema of a relation, and the SQL of its cells."""
    columns = [found[0] for found in file.execute(f"SELECT * FROM {relation} LIMIT 0").description]
    listed = ", ".join(f"group_concat(DISTINCT typeof({name(one)}))" for one in columns)
    found = file.execute(f"SELECT {listed} FROM {relation}").fetchone()
    types, cells = [], []
    for column, kinds in zip(columns, found, strict=True):
        filled = {*(kinds or "").split(",")} - {"null"}
        whole = pa.int64() if filled == {"integer"} else pa.float64()
        numbers = bool(filled) and filled <= {"integer", "real"}
        types.append((column, whole if numbers else pa.string()))
        cells.append(name(column) if numbers else _as_text(name(column)))
    return pa.schema(types), ", ".join(cells)


def _as_text(cell: str) -> str:
    """A cell among texts: 1.234 as 1.2340, which nobody takes for thousands."""
    text = f"CAST({cell} AS TEXT)"
    doubt = f"typeof({cell}) = 'real' AND {text} GLOB '*.[0-9][0-9][0-9]'"
    return f"CASE WHEN {doubt} THEN {text} || '0' ELSE {text} END"


def _batches(fetch: Callable[[int], list[tuple]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while rows := fetch(_BATCH):
        columns = [
            pa.array(cells, kind)
            for cells, kind in zip(zip(*rows, strict=True), schema.types, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _fetch(engine: Engine, source: "Source", wanted: Wanted) -> list[str]:
    connection = ibis.connect(resolved(source.address))
    try:
        table = connection.sql(_query(source)) if source.sql else _table(connection, source)
        columns = [one for one in table.columns if spelling(one) in wanted] or table.columns
        cells = [_exact(table[one]).name(one) for one in columns]
        _create(engine, table.select(*cells).to_pyarrow_batches(chunk_size=_BATCH))
        return list(table.columns)
    finally:
        connection.disconnect()


def _table(connection: ibis.BaseBackend, source: "Source") -> ibis.Table:
    if not source.table:
        raise DataError('needs to know what to read: say table = "…" or sql = "…"')
    *schema, table = source.table.split(".")
    place = {"database": tuple(schema) if len(schema) > 1 else schema[0]} if schema else {}
    known = connection.list_tables(**place)
    if table not in known:
        raise DataError(f'has no table "{source.table}"{nearest(table, known)}')
    return connection.table(table, **place)


def _exact(column: ibis.Column) -> ibis.Column:
    """The column in a kind that Arrow holds exactly: decimals with a scale, else text."""
    kind = column.type()
    if kind.is_decimal():
        fits = kind.precision and kind.scale is not None and kind.precision <= 38
        return column if fits else column.cast(_EXACT)
    return column if isinstance(kind, _PLAIN) else column.cast("string")


def _first_line(error: Exception) -> str:
    lines: Iterable[str] = (line.strip() for line in str(error).splitlines())
    return next(filter(None, lines), type(error).__name__)
