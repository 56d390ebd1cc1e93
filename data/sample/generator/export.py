"""Files as departments send them, the same bytes every time."""

import gzip
import os
import re
import tempfile
from collections.abc import Iterable
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

os.environ["OPENPYXL_LXML"] = "False"  # else its bytes depend on whether lxml is there

from openpyxl import Workbook

SPANISH = {"delimiter": ";", "decimal": ",", "encoding": "cp1252", "day": "%d/%m/%Y"}
FRENCH = {"delimiter": ";", "decimal": ",", "encoding": "utf-8", "day": "%d/%m/%Y"}
PLAIN = {"delimiter": ",", "decimal": ".", "encoding": "utf-8", "day": "%Y-%m-%d"}
LAYOUT = {  # headers in their order, where the source has one
    "opportunities": "Record ID,Deal Name,Pipeline,Deal Stage,Amount,Close Date,Create Date,"
    "Last Activity Date,Deal owner,Associated Company IDs (Primary),Associated Company (Primary)",
    "spend": "Day,Campaign,Campaign ID,Cost,Impr.,Clicks,Conversions",
}
DIALECT = {"customers": SPANISH, "tickets": FRENCH}
TITLES = {
    "expenses": [["Aroma & Grain, expenses"], ["without tax, in the currency of the invoice"]],
    "people": [],
}
MADE = (2026, 9, 15, 8, 0, 0)
STAMP = b"2026-09-15T08:00:00Z"


def send(table: str, parts: Iterable[pd.DataFrame], source: dict, out: Path) -> None:
    """Write a table where its source in revwork.toml says, in the words it declares."""
    path = out / source["file"]
    path.parent.mkdir(parents=True, exist_ok=True)
    sent = (_laid_out(_as_sent(part, source), LAYOUT.get(table, "")) for part in parts)
    if path.suffix == ".parquet":
        _write_parquet(next(sent), path)
    elif path.suffix == ".xlsx":
        _write_excel(next(sent), path, TITLES[table])
    else:
        _write_text(sent, path, DIALECT.get(table, PLAIN))


def send_zipped(name: str, frame: pd.DataFrame, path: Path) -> None:
    """Write one text file into a zip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, "w") as out:
        info = ZipInfo(name, MADE)
        info.compress_type = ZIP_DEFLATED
        out.writestr(info, _text(frame, PLAIN, True))


def _as_sent(frame: pd.DataFrame, source: dict) -> pd.DataFrame:
    """The frame with the department's values and headers, and what stays here left out."""
    named = source.get("columns", {})
    own = [name for name in frame if not name.startswith("_")]
    kept = frame[[*(n for n in named if n in own), *(n for n in own if n not in named)]].copy()
    for column, values in source.get("values", {}).items():
        if column in kept:
            kept[column] = kept[column].map({ours: theirs for theirs, ours in values.items()})
    return kept.rename(columns=named)


def _laid_out(frame: pd.DataFrame, layout: str) -> pd.DataFrame:
    first = layout.split(",") if layout else []
    return frame[[*first, *(header for header in frame if header not in first)]]


def _write_text(parts: Iterable[pd.DataFrame], path: Path, dialect: dict) -> None:
    with path.open("wb") as raw:
        packed = path.suffix == ".gz"
        file = gzip.GzipFile("", "wb", 6, raw, 0) if packed else raw
        for number, part in enumerate(parts):
            file.write(_text(part, dialect, number == 0))
        if packed:
            file.close()


def _text(frame: pd.DataFrame, dialect: dict, header: bool) -> bytes:
    """The frame as text; numbers without needless zeros, nothing quoted that need not be."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as engine:
        engine.execute("SET threads = 1; SET enable_progress_bar = false")
        engine.register("sent", pa.Table.from_pandas(frame, preserve_index=False))
        types = engine.execute("SELECT column_name, column_type FROM (DESCRIBE sent)").fetchall()
        columns = ", ".join(f'{_cell(name, kind, dialect)} AS "{name}"' for name, kind in types)
        place = Path(folder) / "text"
        engine.execute(
            f"COPY (SELECT {columns} FROM sent) TO '{place}' "
            f"(FORMAT csv, HEADER {header}, DELIMITER '{dialect['delimiter']}')"
        )
        text = place.read_bytes()
    return text if dialect["encoding"] == "utf-8" else text.decode().encode(dialect["encoding"])


def _cell(name: str, kind: str, dialect: dict) -> str:
    cell = f'"{name}"'
    if kind.startswith("TIMESTAMP"):
        return f"strftime({cell}, '{dialect['day']}')"
    if kind not in ("DOUBLE", "FLOAT"):
        return cell
    cell = f"round({cell}, 4)"
    whole = (
        f"CASE WHEN {cell} = trunc({cell}) THEN {cell}::BIGINT::VARCHAR ELSE {cell}::VARCHAR END"
    )
    return (
        f"CASE WHEN isnan({cell}) THEN NULL ELSE replace({whole}, '.', '{dialect['decimal']}') END"
    )


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    day = table.schema.get_field_index("date")
    table = table.set_column(day, "date", table["date"].cast(pa.date32()))
    ids = [name for name in table.column_names if name.endswith("_id")]
    few = [name for name in table.column_names if name not in ids]
    encoding = dict.fromkeys(ids, "DELTA_BYTE_ARRAY")
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=9,
        use_dictionary=few,
        column_encoding=encoding,
    )


def _write_excel(frame: pd.DataFrame, path: Path, titles: list[list[str]]) -> None:
    book = Workbook()
    book.active.title = path.stem.title()
    for row in [*titles, list(frame.columns), *frame.itertuples(index=False)]:
        book.active.append([_excel(value) for value in row])
    raw = BytesIO()
    book.save(raw)
    path.write_bytes(_undated(raw))


def _excel(value: object) -> str | float | date | None:
    if isinstance(value, pd.Timestamp):
        return value.date()
    return None if pd.isna(value) else value


def _undated(raw: BytesIO) -> bytes:
    """The same workbook without the time it was made."""
    out = BytesIO()
    with ZipFile(raw) as made, ZipFile(out, "w") as fixed:
        for name in sorted(made.namelist()):
            content = made.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:\w+ [^>]*>)[^<]*", rb"\g<1>" + STAMP, content)
            info = ZipInfo(name, MADE)
            info.compress_type = ZIP_DEFLATED
            fixed.writestr(info, content)
    return out.getvalue()
