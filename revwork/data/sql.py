"""What every step at the door shares: DuckDB, how it spells names and texts, what is asked for."""

import re
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


def duckdb_type(wanted: dt.DataType) -> str:
    """Return a contract's type as DuckDB calls it."""
    if wanted.is_decimal():
        return f"DECIMAL({wanted.precision}, {wanted.scale})"
    kinds = {"integer": "BIGINT", "date": "DATE", "floating": "DOUBLE"}
    kinds |= {"boolean": "BOOLEAN", "timestamp": "TIMESTAMP"}
    return next((kinds[k] for k in kinds if getattr(wanted, f"is_{k}")()), "VARCHAR")


def said(error: duckdb.Error) -> str:
    """Return what DuckDB says, without the kind of its error and the folders of files."""
    words = re.sub(r"^(\w+Exception|[\w ]+ Error): ", "", str(error).splitlines()[0])
    return re.sub(r"/[^'\"]*/", "", words)


def shown(number: str) -> str:
    """Return SQL of a number as a text: 1.234 as 1.2340, which nobody takes for thousands."""
    text = f"{number}::VARCHAR"
    doubt = f"regexp_full_match({text}, '-?\\d{{1,3}}\\.\\d{{3}}')"
    return f"CASE WHEN {doubt} THEN {text} || '0' ELSE {text} END"


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
