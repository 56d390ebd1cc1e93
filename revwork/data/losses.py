"""Cells that had a value in the source and none in the table: what they are, and the way out."""

from collections.abc import Sequence
from pathlib import Path

from revwork.data.cells import Column, Reading
from revwork.data.sql import Engine, literal, name, seen
from revwork.data.wording import rows


def lost(
    engine: Engine, written: tuple[str, Path], found: Sequence[Column], reading: Reading
) -> dict[str, str]:
    """Return what is wrong by column: cells that had a value and lost it.

    `written`: the name of the table, and its file.
    """
    table, file = written
    read = [column for column in found if reading.sql[column.name] != name(column.name)]
    sound = [column for column in read if column.name not in reading.wrong]
    counts = ", ".join(f"count({name(column.name)})" for column in sound) or "count(*)"
    places = ("cells", f"read_parquet({literal(file)})")
    given, kept = (engine.execute(f"SELECT {counts} FROM {one}").fetchone() for one in places)
    pairs = zip(sound, given, kept, strict=False)
    return {
        column.name: _lost(engine, table, column, reading.sql[column.name])
        for column, before, after in pairs
        if before > after
    }


def _lost(engine: Engine, table: str, column: Column, sql: str) -> str:
    cell = name(column.name)
    whats = {"DATE": "day", "TIMESTAMP": "moment", "BIGINT": "whole number", "BOOLEAN": "yes or no"}
    kind = whats.get(column.kind, "number")
    found = engine.execute(
        "SELECT regexp_full_match(lower(cell), '[-+]?(nan|inf|infinity)') AS odd, "
        f"sum(n)::BIGINT, arg_max(cell, n, 3) FROM (SELECT {cell}::VARCHAR AS cell, "
        f"count(*) AS n FROM cells WHERE {cell} IS NOT NULL AND ({sql}) IS NULL GROUP BY 1) "
        "GROUP BY odd ORDER BY odd"
    ).fetchall()
    wrong = " and ".join(
        f"{'NaN or infinite' if odd else f'no {kind}'} in {rows(count)}, such as "
        f"{' and '.join(examples)}{seen(engine, f'{cell}::VARCHAR = {literal(examples[0])}')}"
        for odd, count, examples in found
    )
    return (
        f'{column.name} is {wrong}; correct it, or say what it means, "" being empty, under '
        f'[tables.{table}.values.{column.name}]: "{found[0][2][0]}" = ""'
    )
