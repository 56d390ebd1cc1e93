"""Open a source, whatever its kind, as a table of DuckDB under its own headers.

Text stays text; typed cells of Excel, Parquet, JSON and databases stay typed. Rows of text and
Excel files without any value are left out. Several files make one table, whose `_file` names
the one a row is from.
"""

import re
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
from revwork.data.source import Source
from revwork.data.sql import HIDDEN, Engine, Wanted, columns, literal, name, said, shown
from revwork.data.wording import DataError, nearest, rows


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
    try:
        for table, file in source.beside.items():
            _open(engine, _other(source, file), {})
            cells = f"COLUMNS(c -> c NOT IN {HIDDEN})"
            engine.execute(f"CREATE OR REPLACE TEMP TABLE {name(table)} AS SELECT {cells} FROM raw")
        return _queried(engine, source, _open(engine, source, wanted))
    finally:
        for table in source.beside:
            engine.execute(f"DROP TABLE IF EXISTS temp.{name(table)}")


def _other(source: Source, file: str) -> Source:
    """Another file of the same folder, written alike."""
    return replace(source, file=file, beside={}, header_row=None, sheet=None, preset=None)


def _open(engine: Engine, source: Source, wanted: Wanted) -> Raw:
    engine.execute("DROP TABLE IF EXISTS raw")
    if source.is_remote:
        headers = databases.read_server(engine, source, wanted)
        return _raw(engine, headers, [])
    with tempfile.TemporaryDirectory(prefix="revwork-") as scratch:
        found = parts(source, KINDS, Path(scratch))
        if len(found) == 1:
            return _read(engine, source, found[0], wanted)
        text = dict.fromkeys(wanted)  # how numbers are written shows over all of them
        return _together(engine, [_stored(engine, source, p, text) for p in found], wanted)


def inside(path: Path) -> list[dict[str, str]]:
    """Return how each table in a file is named: sheets of a workbook, tables of SQLite."""
    if _READERS.get(kind(path)) is databases.read_sqlite:
        return [{"table": one} for one in databases.tables_of_sqlite(path)]
    if _READERS.get(kind(path)) is not _excel:
        return [{}]
    try:
        sheets = CalamineWorkbook.from_path(str(path)).sheet_names
    except (CalamineError, OSError) as error:
        raise DataError(f"cannot be read as an Excel workbook: {error}") from None
    return [{"sheet": one} for one in sheets] if len(sheets) > 1 else [{}]


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
    raw = _raw(engine, headers or list(columns(engine, "raw")), notes)
    _check_header(engine, raw)
    return raw


def _check_header(engine: Engine, raw: Raw) -> None:
    """Raise DataError where a row is the header again, which texts alone would let pass."""
    if {*raw.types.values()} == {"VARCHAR"}:
        alike = (f"trim({name(c)}) = {literal(raw.headers[c].strip())}" for c in raw.types)
        again = f"SELECT count(*) FROM raw WHERE {' AND '.join(alike)}"
        if count := engine.execute(again).fetchone()[0]:
            raise DataError(f"repeats its header in {rows(count)}: take them out")


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
        raise DataError(f"{part.name}: cannot be read: {said(error)}") from None
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
    texts = {key for _, raw in read for key, own in _spelled(raw).items() if _is_text(raw, own)}
    parts_read = []
    for part, raw in read:
        own = _spelled(raw)
        cells = [f"{_among(raw, own.get(k), k in texts)} AS {name(first[k][0])}" for k in kept]
        whole = "_whole, " if "_whole" in columns(engine, name(part.name)) else ""
        cells.append(f"{whole}{literal(part.name)} AS _file")
        parts_read.append(f"SELECT {', '.join(cells)} FROM {name(part.name)}")
    engine.execute(f"CREATE TABLE raw AS {' UNION ALL '.join(parts_read)}")
    for part, _ in read:
        engine.execute(f"DROP TABLE {name(part.name)}")
    return _raw(
        engine, [header for header, _ in first.values()], [n for _, r in read for n in r.notes]
    )


def _is_text(raw: Raw, column: str) -> bool:
    return raw.types[column] == "VARCHAR"


def _among(raw: Raw, column: str | None, texts: bool) -> str:
    """SQL of a column, as it is or among texts of other files."""
    if column is None:
        return "NULL"
    return shown(name(column)) if texts and not _is_text(raw, column) else name(column)


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
        raise DataError(f"sql cannot be run: {said(error)}; raw has {there}") from None
    engine.execute("DROP TABLE raw; ALTER TABLE queried RENAME TO raw")
    return _raw(engine, [c for c in columns(engine, "raw") if c not in HIDDEN], raw.notes)


def _excel(engine: Engine, source: Source, wanted: Wanted) -> tuple[list[str], list[Note]]:
    sheet = _sheet(source)
    row = header_row(sheet, source, set(wanted))
    headers = [_text(cell) for cell in sheet[row]]
    below = [cells for cells in sheet[row + 1 :] if any(cell != "" for cell in cells)]
    cells = zip(*below, strict=True) if below else ([] for _ in headers)
    engine.register("sheet", pa.table([_column(one) for one in cells], names=unique(headers)))
    engine.execute("CREATE TABLE raw AS FROM sheet")
    engine.unregister("sheet")
    return headers, preamble(source, sheet, row)


def _sheet(source: Source) -> list[list[object]]:
    try:
        book = CalamineWorkbook.from_path(str(source.path))
        sheet = source.sheet or book.sheet_names[0]
        if sheet not in book.sheet_names:
            raise DataError(f'has no sheet "{sheet}"{nearest(sheet, book.sheet_names)}')
        cells = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise DataError(f"cannot be read as an Excel workbook: {error}") from None
    if not cells:
        others = [other for other in book.sheet_names if other != sheet]
        advice = f'; say sheet = "{others[0]}" or another of its sheets' if others else ""
        raise DataError(f'has nothing on its sheet "{sheet}"{advice}')
    return cells


def _column(cells: Sequence[object]) -> pa.Array:
    """Cells of one type as that type, any mixture as text."""
    kinds = {float: pa.float64(), date: pa.date32(), datetime: pa.timestamp("us")}
    kept = [None if cell == "" else cell for cell in cells]
    filled = {type(cell) for cell in kept if cell is not None}
    if len(filled) == 1 and (one := kinds.get(filled.pop())):
        return pa.array(kept, one)
    return pa.array([None if cell is None else _text(cell) for cell in kept], pa.string())


def _text(cell: object) -> str:
    """A cell among texts: 1.234 as 1.2340, which nobody takes for thousands."""
    text = str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)
    return f"{text}0" if isinstance(cell, float) and re.search(r"\.\d{3}$", text) else text


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
