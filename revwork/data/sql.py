"""What every step at the door shares: DuckDB, and how it spells names and texts."""

import duckdb

Engine = duckdb.DuckDBPyConnection


def name(text: str) -> str:
    """Return `text` as a name."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: object) -> str:
    """Return `text` as a text."""
    return "'" + str(text).replace("'", "''") + "'"
