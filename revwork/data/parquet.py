"""Tables as Parquet files: the columns a source fills, and the notes on it; the rest is null."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import ibis

from revwork.contracts import contract
from revwork.data.quality import Note
from revwork.data.sql import Engine, literal
from revwork.findings import Message


def schema(table: str) -> ibis.Schema:
    """Return the columns of a table by its contract."""
    fields = contract(table).to_schema().columns
    return ibis.schema({column: field.dtype.type for column, field in fields.items()})


def store(engine: Engine, rows: ibis.Table, notes: Sequence[Note], file: Path) -> None:
    """Write the rows and the notes on them to the file."""
    text = json.dumps([asdict(one) for one in notes], default=str)
    engine.execute(
        f"COPY ({ibis.to_sql(rows, dialect='duckdb')}) TO {literal(file)} (FORMAT parquet, "
        "COMPRESSION lz4_raw, DICTIONARY_SIZE_LIMIT 1000, "
        f"KV_METADATA {{notes: {literal(text)}}})"
    )


def stored(connection: ibis.BaseBackend, table: str, file: Path) -> ibis.Table:
    """Return the rows of the file with every column of the contract that may be null."""
    rows = connection.read_parquet(file)
    fields = contract(table).to_schema().columns
    columns = [
        rows[column] if column in rows.columns else ibis.null(kind).name(column)
        for column, kind in schema(table).items()
        if column in rows.columns or fields[column].nullable
    ]
    return rows.select(*columns, *(own for own in rows.columns if own not in fields))


def notes_in(engine: Engine, file: Path) -> list[Note]:
    """Return the notes that were written to the file."""
    query = f"SELECT decode(value) FROM parquet_kv_metadata({literal(file)}) WHERE key = 'notes'"
    (text,) = engine.execute(query).fetchone()
    return [Note(**{**one, "message": Message(**one["message"])}) for one in json.loads(text)]
