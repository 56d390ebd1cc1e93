"""Files as departments send them, the same bytes every time."""

import re
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook

SPANISH_EXCEL = {"sep": ";", "decimal": ",", "encoding": "cp1252", "date_format": "%d/%m/%Y"}
CSV_OPTIONS = {"customers": SPANISH_EXCEL}
TITLE = [["Aroma & Grain, expenses"], ["without tax, in the currency of the invoice"]]
MADE = b"2026-09-15T08:00:00Z"


def send(table: str, frame: pd.DataFrame, source: dict, out: Path) -> None:
    """Write a table where its source in revwork.toml says, in the words it declares."""
    path = out / source["file"]
    path.parent.mkdir(parents=True, exist_ok=True)
    sent = _as_sent(frame, source)
    if path.suffix == ".csv":
        _write_csv(sent, path, **CSV_OPTIONS.get(table, {}))
    else:
        {".xlsx": _write_excel, ".parquet": _write_parquet}[path.suffix](sent, path)


def _as_sent(frame: pd.DataFrame, source: dict) -> pd.DataFrame:
    """The frame with the department's values and headers, and what stays here left out."""
    kept = frame[[name for name in frame if not name.startswith("_")]].copy()
    for column, values in source.get("values", {}).items():
        kept[column] = kept[column].map({ours: theirs for theirs, ours in values.items()})
    return kept.rename(columns=source.get("columns", {}))


def _write_csv(frame: pd.DataFrame, path: Path, **options: str) -> None:
    shared = {"index": False, "lineterminator": "\n", "float_format": "%.10g"}
    frame.to_csv(path, **{**shared, "encoding": "utf-8", "date_format": "%Y-%m-%d", **options})


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    day = table.schema.get_field_index("date")
    table = table.set_column(day, "date", table["date"].cast(pa.date32()))
    pq.write_table(table, path, compression="zstd")


def _write_excel(frame: pd.DataFrame, path: Path) -> None:
    book = Workbook()
    book.active.title = "Expenses"
    for row in [*TITLE, list(frame.columns), *frame.itertuples(index=False)]:
        book.active.append([_cell(value) for value in row])
    raw = BytesIO()
    book.save(raw)
    path.write_bytes(_undated(raw))


def _cell(value: object) -> str | float | date | None:
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
                content = re.sub(rb"(<dcterms:\w+ [^>]*>)[^<]*", rb"\g<1>" + MADE, content)
            fixed.writestr(ZipInfo(name, (2026, 9, 15, 8, 0, 0)), content)
    return out.getvalue()
