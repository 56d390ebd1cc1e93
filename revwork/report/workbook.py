"""The numbers behind a report as an Excel workbook: typed cells, and no text that calculates."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from babel.numbers import get_currency_precision

from revwork.report.table import format_of
from revwork.report.words import UNITS, Reader

Cell = tuple[object, str]  # a value and its number format; text has none
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_CALCULATES = ("=", "+", "-", "@", "\t", "\n")
_LONGEST = 32_767
_FORMATS = {
    "percent": "0.0%",
    "change": "+0.0%;-0.0%;0.0%",
    "points": '+0.0" pp";-0.0" pp";0.0" pp"',
    "count": "#,##0",
    "decimal": "0.00",
    "tenths": "0.0",
    "gain": "+0.0;-0.0;0.0",
    "rate": "0.000",
    "days": "#,##0.0",
    "days_more": "+#,##0.0;-#,##0.0;0.0",
    "multiple": '0.0"×"',
    "multiple_more": '+0.0"×";-0.0"×";0.0"×"',
    "number": "#,##0.00",
    "date": "yyyy-mm-dd",
}


def workbook(
    kpis: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
    shown: Sequence[Mapping[str, Any]],
    reader: Reader,
) -> bytes:
    """Return a workbook: headline numbers, findings, contents, and a sheet for each table shown.

    `shown` is what a notebook carries of its tables and pictures. Choices of one set of panels
    share a sheet where their columns are the same, each choice in a column of its own.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    names = _Names()
    say = reader.words
    _sheet(book, names.unique(say("Key figures")), *_kpis(kpis, reader))
    _sheet(book, names.unique(say("Findings")), *_findings(findings, reader))
    listing = names.unique(say("Contents"))
    tables = [(names.unique(_about(entries[0])), entries) for entries in _together(shown)]
    _sheet(book, listing, *_contents(tables, reader))
    for name, entries in tables:
        _sheet(book, name, *_rows(entries))
    packed = BytesIO()
    book.save(packed)
    return packed.getvalue()


def writable(text: str) -> str:
    """Return the text without the signs that no Office file can hold, lines ended in one way."""
    return _UNWRITABLE.sub("", re.sub("\r\n?", "\n", text))


class _Names(set):
    def unique(self, wanted: str) -> str:
        """A sheet's name: at most 31 letters, none forbidden, each once."""
        plain = " ".join(_NOT_IN_A_NAME.sub(" ", writable(wanted)).split()) or "–"
        names = (
            plain[: 31 - len(end)].rstrip() + end for end in ("", *(f" {n}" for n in range(2, 999)))
        )
        name = next(name for name in names if name.casefold() not in self)
        self.add(name.casefold())
        return name


def _kpis(kpis: Sequence[Mapping[str, Any]], reader: Reader) -> tuple[list[str], list[list[Cell]]]:
    heads = ["figure", "value", "base", "change", "target", "period", "department", "segment"]
    money = _money(reader.currency)
    rows = []
    for kpi in kpis:
        spec, step = UNITS[kpi["unit"]]
        unit = _FORMATS["count"] if spec == "number" else _FORMATS.get(spec, money)
        is_share = kpi["unit"] == "percent" and kpi["change"] is not None
        change = kpi["change"] * 100 if is_share else kpi["change"]
        rows.append(
            [
                (kpi["label"], ""),
                (kpi["value"], unit),
                (kpi["comparison"], unit),
                (change, _FORMATS[step]),
                (kpi["target"], unit),
                (reader.period(kpi["period"]), ""),
                (reader.label(kpi["department"]), ""),
                (reader.segment(kpi["segment"]), ""),
            ]
        )
    return list(map(reader.label, heads)), rows


def _findings(
    findings: Sequence[Mapping[str, Any]], reader: Reader
) -> tuple[list[str], list[list[Cell]]]:
    heads = ["finding", "impact_a_year", "low", "high", "basis", "confidence", "direction"]
    heads += ["department", "period", "segment", "metric", "evidence", "next_step"]
    rows = []
    for found in findings:
        impact = found["impact"] or {}
        money = _money(impact.get("currency", reader.currency))
        words = [reader.label(found[key]) for key in ("direction", "department")]
        where = [reader.period(found["period"]), reader.segment(found["segment"])]
        rows.append(
            [
                (found["claim"], ""),
                *((impact.get(key), money) for key in ("value", "low", "high")),
                (reader.label(impact["basis"]) if impact else None, ""),
                (found["confidence"], _FORMATS["percent"]),
                *((text, "") for text in (*words, *where, reader.label(found["metric"]))),
                (found["evidence"], ""),
                (found["next_step"], ""),
            ]
        )
    return list(map(reader.label, heads)), rows


def _contents(
    tables: Sequence[tuple[str, Sequence[Mapping[str, Any]]]], reader: Reader
) -> tuple[list[str], list[list[Cell]]]:
    count = _FORMATS["count"]
    rows = [
        [
            (name, ""),
            (" · ".join(entry["choice"].values()), ""),
            (entry["title"], ""),
            (len(entry["rows"]), count),
            (entry["left"] or None, count),
        ]
        for name, entries in tables
        for entry in entries
    ]
    return list(map(reader.label, ["sheet", "choice", "title", "rows", "rows_left_out"])), rows


def _together(shown: Sequence[Mapping[str, Any]]) -> Iterable[list[Mapping[str, Any]]]:
    """Entries that share a sheet: of one cell, about one thing, with the same columns."""
    groups: dict[tuple, list[Mapping[str, Any]]] = {}
    for entry in shown:
        about = entry.get("subtitle") or (None if entry["choice"] else entry["title"])
        columns = tuple(column["name"] for column in entry["columns"])
        key = entry["cell"], about, tuple(entry["choice"]), columns
        groups.setdefault(key, []).append(entry)
    return groups.values()


def _about(entry: Mapping[str, Any]) -> str:
    """What a sheet is called: by the choice that its first column is about, if one is."""
    about, first = entry.get("subtitle") or entry["title"], entry["columns"][0]["label"]
    return f"{first} - {about}" if first in entry["choice"].values() else about


def _rows(entries: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[Cell]]]:
    heads = [*entries[0]["choice"], *(column["label"] for column in entries[0]["columns"])]
    rows = []
    for entry in entries:
        names = [column["name"] for column in entry["columns"]]
        kinds = [_kind(entry, at) for at in range(len(names))]
        choice = [(option, "") for option in entry["choice"].values()]
        for row in entry["rows"]:
            unit = dict(zip(names, row, strict=True)).get("unit")
            cells = zip(names, row, kinds, strict=True)
            rows.append([*choice, *(_typed(value, _of(name, unit, k)) for name, value, k in cells)])
    return heads, rows


def _kind(entry: Mapping[str, Any], at: int) -> str:
    """The number format of a column."""
    column = entry["columns"][at]
    asked = entry.get("formats", {}).get(column["name"]) or format_of(column["name"])
    kind = "date" if column["date"] else asked
    if kind in ("money", "signed", "cents"):
        return _money(entry["currency"])
    is_whole = all(isinstance(row[at], int | None) for row in entry["rows"])
    return _FORMATS.get(kind) or _FORMATS["count" if is_whole else "number"]


def _of(name: str, unit: object, kind: str) -> str:
    """A driver's levels are counts, rates or money, row by row."""
    levels = {"count": "count", "rate": "number"}
    return _FORMATS[levels[unit]] if unit in levels and name in ("base", "current") else kind


def _typed(value: object, kind: str) -> Cell:
    if isinstance(value, str) and kind == _FORMATS["date"]:
        moment = datetime.fromisoformat(value).replace(tzinfo=None)
        return moment, kind if moment.time() == moment.min.time() else f"{kind} hh:mm"
    return value, "" if isinstance(value, str | bool) else kind


def _money(currency: str) -> str:
    digits = get_currency_precision(currency)
    return f"#,##0{'.' * bool(digits)}{'0' * digits} [${currency}]"


def _sheet(book: Any, name: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """A sheet with a bold header that stays in sight, a filter, and columns wide enough to read."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter as letter

    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{letter(len(heads))}{len(rows) + 1}"
    for at, head in enumerate(heads):
        longest = max([len(head) + 3, *(_width(row[at]) for row in rows[:200])])
        sheet.column_dimensions[letter(at + 1)].width = min(60, longest + 2)
    top = [_cell(sheet, (head, "")) for head in heads]
    for cell in top:
        cell.font = Font(bold=True)
    sheet.append(top)
    for row in rows:
        sheet.append([_cell(sheet, cell) for cell in row])


def _cell(sheet: Any, cell: Cell) -> Any:
    """A cell of its type; text is text whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell

    value, kind = cell
    if not isinstance(value, str):
        made = WriteOnlyCell(sheet, value)
        made.number_format = kind or "General"
        return made
    plain = writable(value)[:_LONGEST]
    made = WriteOnlyCell(sheet, plain)
    made.data_type = "s"
    if plain.startswith(_CALCULATES):
        made.quotePrefix = True
    return made


def _width(cell: Cell) -> int:
    value, _ = cell
    if isinstance(value, str):
        return len(value)
    return 0 if value is None else len(f"{value:,.2f}") + 4 if isinstance(value, float) else 11
