"""Open a source, whatever its kind, as a table of DuckDB under its own headers.

Text stays text; typed cells of Excel, Parquet, JSON and databases stay typed. Rows of text and
Excel files without any value are left out. Several files make one table, whose `_file` names
the one a row is from.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from glob import escape
from pathlib import Path

import duckdb
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from revwork.data import databases, delimited, objects
from revwork.data.files import Part, kind, parts
from revwork.data.headers import asked, header_row, preamble, spelling, unique
from revwork.data.quality import Note
from revwork.data.sql import HIDDEN, Engine, Wanted, columns, literal, name
from revwork.data.wording import DataError, nearest
from revwork.workspace import Source


@dataclass(frozen=True)
class Raw:
    """A source as the table `raw`: name → type of its columns, name → header in the source.

    A header that nobody asked for may be there without its column.
    """

    types: dict[str, str]
    headers: dict[str, str]
    notes: list[Note]


def open_raw(engine: Engine, source: Source, wanted: Wanted) -> Raw:
    """Read the source into the table `raw`, in file order, with the columns `wanted` at least.

    Raises DataError: not there, not what its name says, lines that do not fit their header,
    files that do not fit each other.
    """
    engine.execute("DROP TABLE IF EXISTS raw")
    if source.is_remote:
        headers = databases.read_server(engine, source, wanted)
        return _raw(engine, headers, [])
    with tempfile.TemporaryDirectory(prefix="revwork-") as scratch:
        found = parts(source, KINDS, Path(scratch))
        if len(found) == 1:
            raw = _read(engine, source, found[0], wanted)
        else:
            text = dict.fromkeys(wanted)  # how numbers are written shows over all of them
            raw = _together(engine, [_stored(engine, source, p, text) for p in found], wanted)
    return _queried(engine, source, raw)


def _raw(engine: Engine, headers: Sequence[str], notes: list[Note]) -> Raw:
    """What the table `raw` holds; its names are the headers, made unique."""
    types = {c: t for c, t in columns(engine, "raw").items() if c not in HIDDEN}
    return Raw(types, dict(zip(unique(headers), headers, strict=True)), notes)


def _read(engine: Engine, source: Source, part: Part, wanted: Wanted) -> Raw:
    """One file as the table `raw`."""
    suffix = "." + source.address.partition("://")[0] if source.address else kind(part.path)
    if suffix == ".db":
        suffix = ".sqlite" if _begins(part.path, b"SQLite") else ".duckdb"
    if suffix not in _READERS:
        raise DataError(f"is of no kind that can be read; these are {', '.join(KINDS)}")
    alone = replace(source, file=str(part.path), address="")
    headers, notes = _READERS[suffix](engine, alone, wanted)
    return _raw(engine, headers or list(columns(engine, "raw")), notes)


def _begins(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _stored(engine: Engine, source: Source, part: Part, wanted: Wanted) -> tuple[Part, Raw]:
    """One of several files, as a table of its own name."""
    try:
        raw = _read(engine, source, part, wanted)
    except DataError as error:
        raise DataError(*(f"{part.name}: {one}" for one in error.sentences)) from None
    except duckdb.Error as error:
        raise DataError(f"{part.name}: cannot be read: {str(error).splitlines()[0]}") from None
    engine.execute(f"ALTER TABLE raw RENAME TO {name(part.name)}")
    notes = [replace(one, example=f"{one.example} ({part.name})") for one in raw.notes]
    return part, replace(raw, notes=notes)


def _together(engine: Engine, read: list[tuple[Part, Raw]], wanted: Wanted) -> Raw:
    """The files as one table `raw`, whatever the order of their columns."""
    first: dict[str, tuple[str, str]] = {}
    for part, raw in read:
        for own, header in raw.headers.items():
            first.setdefault(spelling(own), (header, part.name))
    if lacking := [text for one in read for text in _lacking(one, first, wanted)]:
        raise DataError(*lacking)
    kept = [key for key in first if any(key in _spelled(raw) for _, raw in read)]
    parts_read = []
    for part, raw in read:
        own = _spelled(raw)
        cells = [f"{name(own[k]) if k in own else 'NULL'} AS {name(first[k][0])}" for k in kept]
        whole = "_whole, " if "_whole" in columns(engine, name(part.name)) else ""
        cells.append(f"{whole}{literal(part.name)} AS _file")
        parts_read.append(f"SELECT {', '.join(cells)} FROM {name(part.name)}")
    engine.execute(f"CREATE TABLE raw AS {' UNION ALL '.join(parts_read)}")
    for part, _ in read:
        engine.execute(f"DROP TABLE {name(part.name)}")
    return _raw(
        engine, [header for header, _ in first.values()], [n for _, r in read for n in r.notes]
    )


def _spelled(raw: Raw) -> dict[str, str]:
    return {spelling(own): own for own in raw.types}


def _lacking(
    read: tuple[Part, Raw], first: dict[str, tuple[str, str]], wanted: Wanted
) -> list[str]:
    part, raw = read
    there = {spelling(own) for own in raw.headers}
    return [
        f'{part.name}: lacks the column "{header}" that {other} has'
        for key, (header, other) in first.items()
        if key in wanted and key not in there
    ]


def _queried(engine: Engine, source: Source, raw: Raw) -> Raw:
    """The rows of the source's own query of the table `raw`, in place of that."""
    if not source.sql or source.address or kind(source.path) in _DATABASES:
        return raw
    try:
        if [one.type for one in engine.extract_statements(source.sql)] != [
            duckdb.StatementType.SELECT
        ]:
            raise DataError("sql is not one query, such as SELECT * FROM raw")
        engine.execute(f"CREATE TABLE queried AS {source.sql}")
    except duckdb.Error as error:
        there = ", ".join(name(one) for one in raw.types)
        raise DataError(
            f"sql cannot be run: {str(error).splitlines()[0]}; raw has {there}"
        ) from None
    engine.execute("DROP TABLE raw; ALTER TABLE queried RENAME TO raw")
    return _raw(engine, [c for c in columns(engine, "raw") if c not in HIDDEN], raw.notes)


def _excel(engine: Engine, source: Source, wanted: Wanted) -> tuple[list[str], list[Note]]:
    rows = _sheet(source)
    row = header_row(rows, source, set(wanted))
    headers = [_text(cell) for cell in rows[row]]
    below = [cells for cells in rows[row + 1 :] if any(cell != "" for cell in cells)]
    cells = zip(*below, strict=True) if below else ([] for _ in headers)
    engine.register("sheet", pa.table([_column(one) for one in cells], names=unique(headers)))
    engine.execute("CREATE TABLE raw AS FROM sheet")
    engine.unregister("sheet")
    return headers, preamble(source, rows, row)


def _sheet(source: Source) -> list[list[object]]:
    try:
        book = CalamineWorkbook.from_path(str(source.path))
        sheet = source.sheet or book.sheet_names[0]
        if sheet not in book.sheet_names:
            raise DataError(f'has no sheet "{sheet}"{nearest(sheet, book.sheet_names)}')
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise DataError(f"cannot be read as an Excel workbook: {error}") from None
    if not rows:
        others = [other for other in book.sheet_names if other != sheet]
        advice = f'; say sheet = "{others[0]}" or another of its sheets' if others else ""
        raise DataError(f'has nothing on its sheet "{sheet}"{advice}')
    return rows


def _column(cells: Sequence[object]) -> pa.Array:
    """Cells of one type as that type, any mixture as text."""
    kinds = {float: pa.float64(), date: pa.date32(), datetime: pa.timestamp("us")}
    kept = [None if cell == "" else cell for cell in cells]
    filled = {type(cell) for cell in kept if cell is not None}
    if len(filled) == 1 and (one := kinds.get(filled.pop())):
        return pa.array(kept, one)
    return pa.array([None if cell is None else _text(cell) for cell in kept], pa.string())


def _text(cell: object) -> str:
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)


def _parquet(engine: Engine, source: Source, wanted: Wanted) -> tuple[list[str], list[Note]]:
    file = f"read_parquet({literal(escape(str(source.path)))})"
    headers = list(columns(engine, f"SELECT * FROM {file}"))
    engine.execute(f"CREATE TABLE raw AS SELECT {asked(source, headers, wanted)} FROM {file}")
    return headers, []


_DATABASES = {
    **dict.fromkeys((".sqlite", ".sqlite3"), databases.read_sqlite),
    **dict.fromkeys((".duckdb", ".ddb"), databases.read_duckdb),
}
_READERS = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz"), delimited.read),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls"), _excel),
    ".parquet": _parquet,
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), objects.read),
    **_DATABASES,
}
KINDS = (*_READERS, ".db", ".zip")
