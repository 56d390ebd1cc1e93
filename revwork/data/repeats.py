"""Rows of a source that stand there more than once."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from revwork.contracts import contract
from revwork.data.quality import Note, note
from revwork.data.sql import Engine, columns, name

if TYPE_CHECKING:
    from revwork.data.sources import Raw


def repeated_rows(engine: Engine, table: str, raw: "Raw", mapped: Collection[str]) -> list[Note]:
    """Return a note on rows of the table `raw` that repeat an earlier one in every column.

    Where the source has the contract's key (all columns of it `mapped`), repeating it is a
    breach already. Columns that were not fetched leave the question open.
    """
    key = contract(table).to_schema().unique
    told_apart = "_whole" in columns(engine, "raw")
    if (key and {*key} <= {*mapped}) or not (told_apart or raw.types.keys() == raw.headers.keys()):
        return []
    listed = ", ".join(map(name, raw.types))
    alike = "SELECT _whole FROM raw GROUP BY _whole HAVING count(*) > 1"
    where, also = (f"WHERE _whole IN ({alike})", ", _whole") if told_apart else ("", "")
    count, first = engine.execute(
        "SELECT sum(times - 1)::BIGINT, min(first) FROM (SELECT count(*) AS times, min(rowid) "
        f"AS first FROM raw {where} GROUP BY {listed}{also} HAVING count(*) > 1)"
    ).fetchone()
    if not count:
        return []
    row = engine.execute(f"SELECT {listed} FROM raw WHERE rowid = {first}").fetchone()
    example = ", ".join(str(value) for value in row if value is not None)[:80]
    template = "{table:text}: {count:number} rows repeat another in full. Example: {example:text}"
    return [note(table, "duplicates", template, count, example)]
