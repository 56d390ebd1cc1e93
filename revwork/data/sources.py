"""Open one file, whatever its kind, as a table of DuckDB under its own headers.

Text stays text; typed cells of Excel, Parquet and DuckDB stay typed. Rows of text and Excel
files without any value are left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from glob import escape

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from revwork.data import delimited
from revwork.data.headers import header_row, spelling, unique
from revwork.data.quality import Note
from revwork.data.sql import Engine, literal, name
from revwork.data.wording import DataError, nearest
from revwork.workspace import Source

_TEXT = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_EXCEL = (".xlsx", ".xlsm", ".xls")


@dataclass(frozen=True)
class Raw:
    """A file as the table `raw`: name → type of its columns, name → header in the file."""

    types: dict[str, str]
    headers: dict[str, str]
    notes: list[Note]


def open_raw(engine: Engine, source: Source, wanted: Iterable[str]) -> Raw:
    """Read the file into the table `raw`, in file order; `wanted` are headers to know it by.

    Raises DataError: no such file, not what its name says, lines that do not fit the header.
    """
    _there(source)
    suffixes = [suffix.lower() for suffix in source.path.suffixes] or [""]
    kind = "".join(suffixes[-2:]) if suffixes[-1] == ".gz" else suffixes[-1]
    readers = dict.fromkeys(_TEXT, delimited.read) | dict.fromkeys(_EXCEL, _excel)
    readers |= {".parquet": _parquet, ".duckdb": _database}
    if kind not in readers:
        raise DataError(f"is of no kind that can be read; these are {', '.join(readers)}")
    engine.execute("DROP TABLE IF EXISTS raw")
    headers, notes = readers[kind](engine, source, {spelling(header) for header in wanted})
    described = "SELECT column_name, column_type FROM (DESCRIBE raw)"
    headers = headers or list(dict(engine.execute(described).fetchall()))
    for header in [one for one in headers if one.lower() == "rowid"]:
        engine.execute(f'ALTER TABLE raw RENAME {name(header)} TO "row id"')
    types = dict(engine.execute(described).fetchall())
    return Raw(types, dict(zip(types, headers, strict=True)), notes)


def _there(source: Source) -> None:
    path = source.path
    if path.is_dir():
        raise DataError("is a folder; name the file in it")
    if not path.parent.is_dir():
        raise DataError("is not there, nor is its folder")
    if not path.is_file():
        beside = sorted(one.name for one in path.parent.iterdir() if one.suffix != ".toml")
        raise DataError(f"is not there{nearest(path.name, beside)}")
    if path.stat().st_size == 0:
        raise DataError("is empty: it has neither a header nor rows")


def _excel(engine: Engine, source: Source, wanted: set[str]) -> tuple[list[str], list[Note]]:
    rows = _sheet(source)
    row = header_row(rows, source, wanted)
    headers = [_text(cell) for cell in rows[row]]
    below = [cells for cells in rows[row + 1 :] if any(cell != "" for cell in cells)]
    columns = zip(*below, strict=True) if below else ([] for _ in headers)
    engine.register("sheet", pa.table([_column(cells) for cells in columns], names=unique(headers)))
    engine.execute("CREATE TABLE raw AS FROM sheet")
    engine.unregister("sheet")
    return headers, []


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
    if len(filled) == 1 and (kind := kinds.get(filled.pop())):
        return pa.array(kept, kind)
    return pa.array([None if cell is None else _text(cell) for cell in kept], pa.string())


def _text(cell: object) -> str:
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)


def _parquet(engine: Engine, source: Source, wanted: set[str]) -> tuple[list[str], list[Note]]:
    engine.execute(f"CREATE TABLE raw AS FROM read_parquet({literal(escape(str(source.path)))})")
    return [], []


def _database(engine: Engine, source: Source, wanted: set[str]) -> tuple[list[str], list[Note]]:
    engine.execute(f"ATTACH {literal(source.path)} AS attached (READ_ONLY)")
    try:
        schema, table = _relation(engine, source).split(".", 1)
        engine.execute(f"CREATE TABLE raw AS FROM attached.{name(schema)}.{name(table)}")
    finally:
        engine.execute("DETACH attached")
    return [], []


def _relation(engine: Engine, source: Source) -> str:
    found = engine.execute(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables "
        "WHERE table_catalog = 'attached' ORDER BY 1"
    ).fetchall()
    known = [table for (table,) in found]
    if not source.table and len(known) == 1:
        return known[0]
    if not source.table:
        raise DataError(f"holds {len(known)} tables{nearest('', known)}; say table = which")
    table = source.table if "." in source.table else f"main.{source.table}"
    if table not in known:
        raise DataError(f'has no table "{source.table}"{nearest(table, known)}')
    return table
