"""Tables as Parquet files: the columns a source fills, and the notes on it; the rest is null."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import ibis

from revwork.contracts import contract
from revwork.data.quality import Note
from revwork.data.sql import Engine, columns, duckdb_type, literal, name
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


def stored(engine: Engine, table: str, file: Path) -> str:
    """Return SQL of the rows of the file with every column of the contract that may be null."""
    rows = f"SELECT * FROM read_parquet({literal(file)})"
    there = columns(engine, rows)
    fields = contract(table).to_schema().columns
    shown = [
        name(column)
        if column in there
        else f"NULL::{duckdb_type(field.dtype.type)} AS {name(column)}"
        for column, field in fields.items()
        if column in there or field.nullable
    ]
    own = [name(column) for column in there if column not in fields]
    return f"SELECT {', '.join([*shown, *own])} FROM ({rows})"


def _null(field: object) -> str:
    return f"NULL::{duckdb_type(field.dtype.type)}"


def notes_in(engine: Engine, file: Path) -> list[Note]:
    """Return the notes that were written to the file."""
    query = f"SELECT decode(value) FROM parquet_kv_metadata({literal(file)}) WHERE key = 'notes'"
    (text,) = engine.execute(query).fetchone()
    return [Note(**{**one, "message": Message(**one["message"])}) for one in json.loads(text)]
