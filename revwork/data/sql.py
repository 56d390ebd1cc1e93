"""What every step at the door shares: DuckDB, how it spells names and texts, what is asked for."""

from collections.abc import Mapping

import duckdb
import ibis.expr.datatypes as dt

Engine = duckdb.DuckDBPyConnection
Wanted = Mapping[str, dt.DataType | None]
HIDDEN = ("_file", "_whole")


def name(text: str) -> str:
    """Return `text` as a name."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: object) -> str:
    """Return `text` as a text."""
    return "'" + str(text).replace("'", "''") + "'"


def columns(engine: Engine, table: str) -> dict[str, str]:
    """Return name → type of the columns of a table or query."""
    described = f"SELECT column_name, column_type FROM (DESCRIBE {table})"
    return dict(engine.execute(described).fetchall())


def seen(engine: Engine, condition: str, table: str = "cells") -> str:
    """Return in brackets the file in which the condition holds first; of one file, nothing."""
    if "_file" not in columns(engine, table):
        return ""
    row = "_row" if table == "cells" else "rowid"
    query = f"SELECT arg_min(_file, {row}), count(DISTINCT _file) FROM {table} WHERE {condition}"
    file, count = engine.execute(query).fetchone()
    others = f" and {count - 1} more" if count > 1 else ""
    return f" ({file}{others})" if file else ""
