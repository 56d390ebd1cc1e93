"""Whatever is in a file: a sentence, or exactly the rows that stand there. Never others.

Files are made of rows whose meaning is known, or are damaged and then read by an oracle that
knows nothing of revwork. REVWORK_FUZZ=5000 tries more of them, REVWORK_FUZZ_SEED others.
"""

import csv
import gzip
import io
import json
import os
import re
import sqlite3
import tempfile
import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, example, given, seed, settings
from hypothesis import strategies as st
from test_presets import HEADERS, text

import revwork
from revwork.data.loading import _connect
from revwork.data.parquet import notes_in
from revwork.data.preset import preset
from revwork.data.table import write
from revwork.data.wording import DataError

FILES = int(os.environ.get("REVWORK_FUZZ", "500"))
SEED = int(os.environ.get("REVWORK_FUZZ_SEED", "18"))
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
BLANK = " \t\r\n\u00a0\u202f\ufeff"
TECHNICAL = (
    r"Traceback|Error\b|Exception|<class|object at|0x[0-9a-f]{6}|\bNone\b|Decimal\(|/tmp/|\n"
)


def fuzzed(share):
    """That share of the files, always the same ones."""
    how = settings(
        max_examples=FILES * share // 100, database=None, deadline=None,
        suppress_health_check=SLOW, phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    return lambda test: seed(SEED)(how(test))


@pytest.fixture(scope="module")
def connection():
    connection = _connect()
    connection.con.execute("SET threads = 1")
    return connection


@pytest.fixture(scope="module")
def door(connection):
    """Read a file's bytes as a table: its rows, or None where it was refused in clear words."""

    def read(content, file, toml="", table="orders"):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            (folder / file).write_bytes(content)
            said = f'currency = "EUR"\n[tables.{table}]\nfile = "{file}"\n{toml}'
            (folder / "revwork.toml").write_text(said, "utf-8")
            try:
                write(connection, revwork.open_company(folder), table, folder / "t.parquet")
            except DataError as error:
                check_words(error)
                return None, {}
            rows = connection.con.execute(f"FROM '{folder}/t.parquet'").to_arrow_table()
            notes = notes_in(connection.con, folder / "t.parquet")
            return rows.to_pylist(), {one.kind: one.count for one in notes}

    return read


def check_words(error):
    for sentence in error.sentences:
        assert not re.search(TECHNICAL, sentence) and len(sentence) < 900, sentence
        assert sentence[-1] in ".?!"


def told(rows, columns=("order_id", "line", "order_date", "net_amount", "quantity", "region")):
    """Rows as they are compared: the columns asked for, line ends within texts alike."""
    return [tuple(_plain(row.get(column)) for column in columns) for row in rows]


def _plain(cell):
    return re.sub(r"\r\n?", "\n", cell) if isinstance(cell, str) else cell


def numbered(rows):
    seen = {}
    for row in rows:
        seen[row["order_id"]] = row["line"] = seen.get(row["order_id"], 0) + 1
    return rows


# text files: what every cell means is known, the way to write it is not

WORDS = st.sampled_from(
    ["North", "São Paulo", 'the "old" shop', "a, b; c|d\te", "two\nlines", "", "Köln", "N/A", "'x",
     "\u00a0East ", "-", "0123", "Ελλάδα", "x" * 5000, "# 1", "=1+1", "\\", "a\\"]
)  # fmt: skip
IDS = st.sampled_from(["A1", "A2", "A3", "007", "1001", "A-1,5", "Ü1", "1e5"])
DAYS = st.dates(date(2023, 1, 1), date(2026, 11, 20))
AMOUNTS = st.one_of(
    st.integers(-99, 99), st.integers(1000, 99999), st.integers(-9_999_999, 9_999_999), st.just(0)
)
LAYOUTS = [
    *("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y"),
    *("%-d/%-m/%Y", "%-m/%-d/%y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y", "%y-%m-%d", "%y/%m/%d"),
    *("%y.%m.%d", "%y%m%d", "%d%m%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%Y-%m-%d %H:%M"),
    *("%Y-%m-%dT%H:%M:%SZ", "%d/%m/%Y %I:%M %p", "%Y-%m-%d %H:%M:%S+00:00", "%G-W%V-%u"),
    *("%Y-%j", "serial"),
]
CLEAR = {"%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d %b %Y", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ"}

DIALECTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|"),
        "mark": st.sampled_from(".,"),
        "places": st.sampled_from([0, 1, 2, 2, 2, 3, 4]),
        "thousands": st.sampled_from(["", "", "", "mark", " ", "\u00a0", "\u202f", "'", "’"]),
        "minus": st.sampled_from(["-%s", "-%s", "(%s)", "%s-", "−%s", "- %s"]),
        "money": st.sampled_from(["%s", "%s", "%s", "%s €", "EUR %s", "€%s", "%s %%", "%s MIL"]),
        "layout": st.one_of(st.sampled_from(sorted(CLEAR)), st.sampled_from(LAYOUTS)),
        "encoding": st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
        "line_end": st.sampled_from(["\n", "\r\n", "\r\n", "\r", "mixed"]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        "blank": st.sampled_from(["", "", "before", "within", "cells"]),
        "columns": st.permutations(["order_id", "order_date", "net_amount", "quantity", "region"]),
        "spelled": st.sampled_from([str, str.upper, lambda one: f" {one.replace('_', ' ')} "]),
        "packed": st.sampled_from(["", "", "", "gz", "members", "zip"]),
        "last": st.booleans(),
    }
)
ROWS = st.lists(
    st.tuples(IDS, DAYS, AMOUNTS, st.one_of(st.none(), st.integers(-50, 5000)), WORDS),
    min_size=1,
    max_size=25,
)


def meant(rows, how):
    """What the rows say, whatever way they are written."""
    unit = Decimal(1).scaleb(-how["places"])
    return numbered(
        [
            {
                "order_id": order,
                "order_date": day,
                "net_amount": amount * unit,
                "quantity": quantity if quantity is None else Decimal(quantity),
                "region": region.strip(BLANK) if region not in ("", "N/A") else None,
            }
            for order, day, amount, quantity, region in rows
        ]
    )


def number(value, how, money=True):
    digits = f"{abs(value):,.{how['places'] if money else 0}f}"
    group = {"mark": "," if how["mark"] == "." else "."}.get(how["thousands"], how["thousands"])
    digits = digits.replace(",", "#").replace(".", how["mark"]).replace("#", group)
    signed = how["minus"] % digits if value < 0 else digits
    return how["money"] % signed if money else signed


def written_day(day, layout):
    if layout == "serial":
        return str((day - date(1899, 12, 30)).days)
    return (datetime.combine(day, datetime.min.time()) + timedelta(hours=13)).strftime(layout)


def text_file(rows, how):
    """The rows in the dialect: a file's name and its bytes."""
    out = io.StringIO()
    ends = {"mixed": "\n"}.get(how["line_end"], how["line_end"])
    writer = csv.writer(
        out, delimiter=how["delimiter"], quoting=how["quoting"], lineterminator=ends
    )
    lines = []
    for row, raw in zip(meant(rows, how), rows, strict=True):
        cells = {
            **{"order_id": row["order_id"], "region": raw[4]},
            "order_date": written_day(row["order_date"], how["layout"]),
            "net_amount": number(row["net_amount"], how),
            "quantity": "" if row["quantity"] is None else number(row["quantity"], how, False),
        }
        lines.append([cells[column] for column in how["columns"]])
    if how["blank"]:
        blank = [""] * 5 if how["blank"] == "cells" else []
        lines.insert(0 if how["blank"] == "before" else len(lines) // 2, blank)
    for line in [[how["spelled"](one) for one in how["columns"]], *lines]:
        writer.writerow(line)
        if how["line_end"] == "mixed" and len("".join(line)) % 2:
            out.seek(out.tell() - 1)
            out.write("\r\n")
    content = out.getvalue() if how["last"] else out.getvalue().rstrip("\r\n")
    return packed(content.encode(how["encoding"]), how["packed"])


def packed(content, how):
    if how == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("orders.csv", content)
        return "orders.zip", out.getvalue()
    if how == "members":
        half = len(content) // 2
        return "orders.csv.gz", gzip.compress(content[:half]) + gzip.compress(content[half:])
    return ("orders.csv.gz", gzip.compress(content)) if how == "gz" else ("orders.csv", content)


def is_clear(rows, how):
    """Whether nothing about the file is in doubt, so that it has to be read."""
    return (
        how["layout"] in CLEAR
        and how["places"] in (1, 2)
        and how["money"] in ("%s", "%s €", "€%s", "EUR %s")
        and (how["thousands"] != "'" or how["delimiter"] != "'")
        and how["minus"] in ("-%s", "(%s)", "−%s")
        and not (how["thousands"] == "mark" and any(row[3] is None for row in rows))
        and how["encoding"] != "utf-16-le"
        and not (how["line_end"] == "\r" and "\n" in "".join(str(row[4]) for row in rows))
    )


@fuzzed(40)
@given(rows=ROWS, how=DIALECTS)
def test_a_text_file_says_what_its_rows_mean_or_is_refused(door, rows, how):
    file, content = text_file(rows, how)
    found, _ = door(content, file)
    if found is not None:
        assert told(found) == told(meant(rows, how))
    else:
        assert not is_clear(rows, how), (content, how)


# damaged text files: an oracle reads what is left of them

CLEAN = 'order_id,order_date,net_amount,quantity,region,comment\r\n' + "".join(
    f"A{i},2026-{i % 9 + 1:02}-{i + 9},{i * 417 - 900}.{i:02},{i},{region},{comment}\r\n"
    for i, (region, comment) in enumerate(
        [("North", "fine"), ("São Paulo", '"late, but\r\nhere"'), ("", '"the ""best"""'),
         ('"East, far"', ""), ("South", '"a\r\nb, c"'), ("West", "-"), ("North", "x")], 1)
)  # fmt: skip
ODD = st.sampled_from(
    ["1.234", "1,234", "1.234,56", "1,234.56", "1 234.50", "12 34", "1'234", "1'2", "N/A", "45992",
     "31/02/2026", "02/01/26", "2026-13-01", "2026-02-30", "(5)", "5-", "-5-", "1e3", "1_000",
     "٣", "１２", "12 %", "5 MIL", "0x1F", "--5", "1.2.3", "NaN", "inf", "€ 7.50", "$ 7.50", "7k",
     "true", "=A1*2", "#DIV/0!", "2026-02-03 25:10", "2026-02-03 24:00", "2026-02-03T10:00+01:00",
     "2026-02-03 10:00 CET", "2026-2-3", "20260203", "Total", "1.", ".5", "+3", "1.23456", "-0",
     "99999999999999999999", "é", "", '"', "a\nb", "\0", "1 000 000", "$1", "1-2", "2026-02-03 x"]
)  # fmt: skip
LINES = st.sampled_from(
    ["Total,,19999.00,,,", "Total,2026-12-31,19999.00,,,", ",,19999.00,,,", "Exported by Ana,,,,,",
     "Exported by Ana", "order_id,order_date,net_amount,quantity,region,comment", "", ",,,,,",
     "A9,2026-05-05,1.00,1,North,x,y", "A9,2026-05-05,1.00,1", 'A9,2026-05-05,1.00,1,"North,x',
     'A9,2026-05-05,1.00,1,North,x"', "# comment", "\ufeffA9,2026-05-05,1.00,1,North,x",
     "A9;2026-05-05;1.00;1;North;x", "A9,2026-05-05,1.00,1,North," + "y" * 70_000, " ", "\t"]
)  # fmt: skip
DAMAGES = st.one_of(
    st.tuples(st.just("cut"), st.floats(0, 1)),
    st.tuples(st.just("lose"), st.floats(0, 1)),
    st.tuples(st.just("gain"), st.floats(0, 1), st.sampled_from('""",;\n\r\0\té5-.\u00a0\u200b')),
    st.tuples(st.just("byte"), st.floats(0, 1), st.sampled_from([0xE9, 0xFF, 0x81, 0xC3, 0x80])),
    st.tuples(st.just("line"), st.floats(0, 1), LINES),
    st.tuples(st.just("cell"), st.floats(0, 1), st.integers(0, 5), ODD),
    st.tuples(st.just("again"), st.floats(0, 1)),
    st.tuples(st.just("swap"), st.integers(0, 5), st.integers(0, 5)),
)


def damaged(content, damages):
    for kind, *how in damages:
        content = _DAMAGE[kind](content, *how)
    return content


def _at(content, where):
    return min(int(where * len(content)), max(len(content) - 1, 0))


def _line(content, where, line):
    lines = content.split(b"\r\n")
    lines.insert(1 + _at(lines[1:], where), line.encode())
    return b"\r\n".join(lines)


def _cell(content, where, column, cell):
    lines = content.split(b"\r\n")
    if len(lines) < 2:
        return content
    at = 1 + _at(lines[1:], where)
    cells = lines[at].split(b",")
    if column < len(cells):
        odd = re.search("[,\r\n]", cell)
        cells[column] = (f'"{cell}"' if odd else cell).encode()
    lines[at] = b",".join(cells)
    return b"\r\n".join(lines)


def _again(content, where):
    lines = content.split(b"\r\n")
    return _line(content, where, lines[_at(lines, where)].decode("utf-8", "replace"))


def _swap(content, one, other):
    lines = []
    for line in content.split(b"\r\n"):
        cells = line.split(b",")
        if max(one, other) < len(cells) and b'"' not in line:
            cells[one], cells[other] = cells[other], cells[one]
        lines.append(b",".join(cells))
    return b"\r\n".join(lines)


_DAMAGE = {
    "cut": lambda content, where: content[: _at(content, where)],
    "lose": lambda content, where: (
        content[: _at(content, where)] + content[_at(content, where) + 1 :]
    ),
    "gain": lambda content, where, what: (
        content[: _at(content, where)] + what.encode() + content[_at(content, where) :]
    ),
    "byte": lambda content, where, what: (
        content[: _at(content, where)] + bytes([what]) + content[_at(content, where) :]
    ),
    "line": _line,
    "cell": _cell,
    "again": _again,
    "swap": _swap,
}


def records(content):
    """The records of a text, or None where it is none that can be told: strict in everything."""
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not content[: error.start].isascii():
            return None
        try:
            decoded = content.decode("cp1252")
        except UnicodeDecodeError:
            return None
    if "\0" in decoded:
        return None
    csv.field_size_limit(1 << 24)
    head, end, below = decoded.lstrip("\r\n").partition("\n")
    try:
        rows = csv.reader(io.StringIO(below, newline=""), strict=True)
        found = [one for one in [*csv.reader([head + end]), *rows] if one]
    except csv.Error:
        return None
    while found and not any(found[0]):
        found.pop(0)
    if not found or any(len(one) != len(found[0]) for one in found):
        return None
    rows = [one for one in found[1:] if any(one)]
    return [found[0], *rows]


def understood(content):
    """The orders that stand in the text, or None: some cell or line is not beyond doubt."""
    found = records(content)
    if found is None:
        return None
    if len(found) == 1:
        return []
    header = [re.sub(r"[\s\-]+", "_", one.strip().casefold()) for one in found[0]]
    columns = ("order_id", "order_date", "net_amount", "quantity", "region")
    if any(header.count(one) > 1 for one in columns) or not {*columns[:3]} <= {*header}:
        return None
    places = {one: header.index(one) for one in columns if one in header}
    kinds = {"order_date": _day, "net_amount": _amount, "quantity": _amount}
    rows = []
    for record in found[1:]:
        row = {c: kinds.get(c, _word)(record[i].strip(BLANK)) for c, i in places.items()}
        if ... in row.values() or None in [row[column] for column in columns[:3]]:
            return None
        rows.append(row)
    return numbered(rows)


def _word(cell):
    return None if cell.lower() in ("", "null", r"\n", "n/a", "#n/a") else cell


def _amount(cell):
    if cell.lower() in ("", "null", r"\n", "n/a", "#n/a", "na", "none", "-", "–", "—"):
        return None
    bare = re.sub(r"^(-?)€ ?", r"\1", re.sub(r"^\((.+)\)$|^([^-].*)-$", r"-\1\2", cell))
    bare = re.sub(r"(?<=\d)[' ](?=\d{3}(\D|$))", "", bare, flags=re.A)
    if not re.fullmatch(r"[-+]?(\d*|\d{1,3}(,\d{3})+)(\.\d*)?([eE][-+]?\d+)?", bare, re.A):
        return ...
    try:
        value = Decimal(bare.replace(",", "")).quantize(Decimal("0.0001"), "ROUND_HALF_UP")
    except ArithmeticError:
        return ...
    return value if abs(value) < 10**14 else ...


def _day(cell):
    if cell.lower() in ("", "null", r"\n", "n/a", "#n/a", "na", "none", "-", "–", "—"):
        return None
    shape = r"(\d{4}-\d\d?-\d\d?)(?:[T ](\d\d:\d\d)([+-]\d\d:\d\d)?)?"
    if not (found := re.fullmatch(shape, cell, re.A)):
        return ...
    try:
        day = datetime.strptime(found[1], "%Y-%m-%d")
        clock = datetime.strptime(found[2] or "00:00", "%H:%M")
    except ValueError:
        return ...
    return (day + timedelta(hours=clock.hour - int((found[3] or "+00")[:3]))).date()


@fuzzed(30)
@given(damages=st.lists(DAMAGES, min_size=1, max_size=3))
@example([("cell", 0, 1, "2026-02-03 25:10")])
@example([("cell", 0.5, 2, "1_000"), ("cell", 0, 2, "12 34")])
@example([("cell", 0, 2, "5 MIL")])
@example([("cell", 0.01, 2, "$ 7.50")])
@example([("byte", 0.21810822670008317, 128)])
@example([("byte", 0.9, 0xFF)])
@example([("gain", 0.5, "\0")])
@example([("gain", 0.0, '"')])
@example([("gain", 0.0, "\n")])
@example([("gain", 0.5, "\r")])
@example([("again", 0.0)])
@example([("gain", 0.0, '"'), ("gain", 0.0, '"'), ("gain", 0.155, '"')])
def test_a_damaged_text_file_says_what_still_stands_there_or_is_refused(door, damages):
    content = damaged(CLEAN.encode(), damages)
    found, _ = door(content, "orders.csv")
    if found is not None:
        expected = understood(content)
        assert expected is not None, content
        assert told(found) == told(expected), content


@fuzzed(6)
@given(line=st.integers(1, 7), column=st.integers(0, 5), other=st.integers(1, 7), end=st.booleans())
@example(line=3, column=5, other=4, end=True)
@example(line=3, column=0, other=5, end=True)
def test_no_quote_swallows_a_row(door, line, column, other, end):
    lines = [f"A{i},2026-01-{i:02},{i}.50,{i},North,x".split(",") for i in range(8)]
    lines[0] = CLEAN.splitlines()[0].split(",")
    lines[line][column] = '"' + lines[line][column]
    lines[other][column] += '"' if end else ""
    content = "\n".join(map(",".join, lines)).encode()
    found, _ = door(content, "orders.csv")
    assert found is None or len(found) == 7


# Excel, JSON, Parquet, SQLite

PLAIN = "".join(f"B{i},2026-01-{i % 28 + 1:02},{i}.25,1,North,fine\r\n" for i in range(210))
CELLS = st.one_of(
    *(st.floats(-1e6, 1e6).map(lambda n: round(n, 2)), st.integers(-5000, 5000)),
    *(st.sampled_from([1.234, 1234, 0.1, -12.345, 1e15, 1234.5]), st.booleans()),
    *(st.none(), DAYS, st.sampled_from(["1.234", "1,234", "1.234,50", "1,234.50", "x", "12"])),
    st.sampled_from(["02/01/2026", "13/01/2026", "2026-01-05", "45992", "#DIV/0!", "#N/A", "=1+1"]),
)
TABLE = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), CELLS), max_size=4)


def typed_rows(changes):
    rows = [[f"A{i}", date(2026, i + 1, 14 + i), 10.25 * i + 1] for i in range(6)]
    for i, column, cell in changes:
        rows[i][column] = cell
    return rows


def sure(rows):
    """What rows of typed cells say, None where some cell is in doubt."""
    found = []
    for order, day, amount in rows:
        if isinstance(day, bool | int | float | str) and day != "2026-01-05":
            return None
        if order is None or day is None or amount is None or isinstance(amount, bool | date):
            return None
        if isinstance(amount, str) and (
            not re.fullmatch(r"1,234\.50|12|1,234|1\.234|45992", amount)
        ):
            return None
        money = Decimal(str(amount).replace(",", "")).quantize(Decimal("0.0001"))
        found.append({"order_date": date.fromisoformat(str(day)), "net_amount": money})
    return found


def compared(found, rows):
    expected = sure(rows)
    if found is not None:
        assert expected is not None
        columns = ("order_date", "net_amount")
        assert told(found, columns) == told(expected, columns)


@fuzzed(8)
@given(changes=TABLE)
@example(changes=[(0, 2, 1.234), (1, 2, "1.234,50")])
def test_cells_of_excel_are_what_they_show_or_refused(door, changes):
    book, rows = openpyxl.Workbook(), typed_rows(changes)
    for row in [["order_id", "order_date", "net_amount"], *rows]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    compared(door(out.getvalue(), "orders.xlsx")[0], rows)


@fuzzed(6)
@given(changes=TABLE, cut=st.sampled_from([0, 0, 0, 0, 1, 2, 30]), listed=st.booleans())
@example(changes=[(0, 2, 1.234), (1, 2, "1.234,50")], cut=0, listed=True)
def test_values_of_json_are_what_they_are_or_refused(door, changes, cut, listed):
    rows = typed_rows(changes)
    objects = [
        dict(zip(("order_id", "order_date", "net_amount"), row, strict=True)) for row in rows
    ]
    lines = [json.dumps(one, default=str) for one in objects]
    content = f"[{','.join(lines)}]" if listed else "\n".join(lines)
    found, _ = door(content[: len(content) - cut].encode(), "orders.json")
    assert cut == 0 or found is None
    plain = [[a, str(b) if isinstance(b, date) else b, c] for a, b, c in rows]
    plain = [[a, date.fromisoformat(b) if _is_iso(b) else b, c] for a, b, c in plain]
    compared(found, plain)


def _is_iso(cell):
    return isinstance(cell, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", cell)


@fuzzed(5)
@given(changes=TABLE)
@example(changes=[(0, 2, 1.234), (1, 2, "1.234,50")])
def test_values_of_sqlite_are_what_they_are_or_refused(door, changes):
    rows = [[a, str(b) if isinstance(b, date) else b, c] for a, b, c in typed_rows(changes)]
    rows = [[a, b, str(c) if isinstance(c, date) else c] for a, b, c in rows]
    rows = [[int(c) if isinstance(c, bool) else c for c in row] for row in rows]
    with tempfile.TemporaryDirectory() as place:
        with sqlite3.connect(Path(place) / "o.sqlite") as database:
            database.execute("CREATE TABLE orders (order_id, order_date, net_amount)")
            database.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
        database.close()
        content = (Path(place) / "o.sqlite").read_bytes()
    found, _ = door(content, "orders.sqlite", 'table = "orders"')
    compared(found, [[a, date.fromisoformat(b) if _is_iso(b) else b, c] for a, b, c in rows])


@fuzzed(5)
@given(
    kind=st.sampled_from([pa.float64(), pa.decimal128(20, 6), pa.string(), pa.float32()]),
    day=st.sampled_from([pa.date32(), pa.timestamp("ms"), pa.timestamp("ns", "UTC"), pa.string()]),
    damage=st.sampled_from(["", "", "cut", "byte"]),
    where=st.floats(0, 1),
)
def test_parquet_is_read_exactly_or_refused(door, kind, day, damage, where):
    days = [date(2026, 1, i + 10) for i in range(6)]
    amounts = [Decimal(i) / 4 - 1 for i in range(6)]
    table = pa.table(
        {
            "order_id": [f"A{i}" for i in range(6)],
            "order_date": pa.array(map(str, days)) if day == pa.string() else _cast(days, day),
            "net_amount": pa.array([_as(kind, one) for one in amounts], kind),
        }
    )
    out = io.BytesIO()
    pq.write_table(table, out)
    content = out.getvalue()
    if damage:
        content = damaged(content, [(damage, where, 0xFF)[: 2 if damage == "cut" else 3]])
    found, _ = door(content, "orders.parquet")
    if found is not None:
        assert [(r["order_date"], r["net_amount"]) for r in found] == [
            *zip(days, amounts, strict=True)
        ]


def _cast(days, kind):
    return pa.array(days, pa.date32()).cast(pa.timestamp("ms")).cast(kind)


def _as(kind, amount):
    if kind == pa.string():
        return str(amount)
    return float(amount) if pa.types.is_floating(kind) else amount


# known exports: no row goes or comes uncounted

DEAL = {"Close Date": "2026-03-01", "Create Date": "2026-01-15"}
EXPORTS = {
    "hubspot_deals": ("Record ID", "Amount", "amount", {"Deal Name": "x", **DEAL}),
    "stripe_payments": (
        "id", "Amount", "net_amount",
        {"Created (UTC)": "2026-03-31 10:30:00", "Amount Refunded": "0.00", "Currency": "eur",
         "Status": "Paid", "Mode": "Live", "Captured": "true"},
    ),
    "google_ads_daily": (
        "Campaign ID", "Cost", "cost",
        {"Day": "2026-03-01", "Campaign": "Brand", "Impr.": "120", "Clicks": "1"},
    ),
    "salesforce_api": (
        "Id", "Amount", "amount",
        {"Name": "x", "StageName": "Open", "CloseDate": "2026-03-01", "CreatedDate": "2026-01-15",
         "IsClosed": "false", "IsWon": "false", "IsDeleted": "false", "AccountId": "a"},
    ),
    "zendesk_tickets": (
        "Id", "Full resolution time in minutes", "resolution_hours",
        {"Created at": "2026-03-01 23:30", "Status": "Open", "Requester id": "1"},
    ),
    "trustpilot_service": (
        "Review Id", "Review Stars", "rating",
        {"Review Created (UTC)": "2026-02-28T23:30:00Z", "Review Content": "Bien, muy bien"},
    ),
    "shopify_orders": (
        "Name", "Lineitem price", "net_amount",
        {"Created at": "2026-03-01 00:30:00 +0200", "Lineitem quantity": "1", "Currency": "EUR",
         "Lineitem name": "Beans", "Financial Status": "paid", "Taxes": "0.00", "Subtotal": "1"},
    ),
}  # fmt: skip
STAGES = {"hubspot_deals": "Deal Stage"}
PRESETS = {"salesforce_api": "salesforce_opportunities"}
SHARED = {"zendesk_tickets": 60}


def export(name):
    key, amount, _, same = EXPORTS[name]
    whole = name in ("trustpilot_service", "zendesk_tickets")
    amounts = [i % 5 + 1 if whole else f"{i * 371}.{i}5" for i in range(8)]
    same = {**same, **({"Deal Stage": "Closed Won"} if name in STAGES else {})}
    rows = [{**same, key: f"{900 + i}", amount: one} for i, one in enumerate(amounts)]
    content = text(name, rows)
    return content.replace("\n", "\r\n").encode()


EXPORT_DAMAGES = st.one_of(
    st.tuples(st.sampled_from(["cut", "lose", "again"]), st.floats(0, 1)),
    st.tuples(st.just("gain"), st.floats(0, 1), st.sampled_from('"",;\n\0é')),
    st.tuples(st.just("line"), st.floats(0, 1), st.sampled_from(["", "Total", "Total: Account"])),
    st.tuples(st.just("total"), st.floats(0, 1), st.sampled_from(["Total", "Total: Account", ""])),
    st.tuples(st.just("odd"), st.floats(0, 1), ODD),
)


def _spread(name, content, damage):
    """Damages that need to know the export: a row of totals, an odd amount."""
    kind, where, cell = (*damage, "")[:3]
    header = HEADERS[name]
    if kind == "total":
        cells = [cell, *[""] * (len(header) - 1)]
        cells[header.index(EXPORTS[name][1])] = "99999.50"
        return _line(content, where, ",".join(cells))
    return _cell(content, where, header.index(EXPORTS[name][1]), cell)


@fuzzed(12)
@given(
    name=st.sampled_from(sorted(EXPORTS)),
    damages=st.lists(EXPORT_DAMAGES, min_size=1, max_size=2),
)
@example(name="google_ads_daily", damages=[("odd", 0.5, "1113.,35"), ("lose", 0.99)])
@example(name="shopify_orders", damages=[("gain", 0.0, "\n")])
@example(name="stripe_payments", damages=[("odd", 0.34, "$1")])
@example(name="shopify_orders", damages=[("gain", 0.25218394031623076, '"')])
def test_of_a_known_export_no_row_and_no_amount_is_lost_uncounted(door, name, damages):
    content = export(name)
    for one in damages:
        known = one[0] in ("total", "odd")
        content = _spread(name, content, one) if known else damaged(content, [one])
    one = preset(PRESETS.get(name, name))
    toml = f'preset = "{one.name}"\n'
    found, notes = door(content, "export.csv", toml, one.table)
    if found is None:
        return
    given = records(content)
    assert given is not None, content
    left_out, added = notes.get("left_out", 0), notes.get("added", 0)
    assert len(found) == len(given) - 1 - left_out + added, (content, notes)
    _, header, column, _ = EXPORTS[name]
    if header in given[0] and not (left_out or added):
        cells = [_amount(row[given[0].index(header)].strip(BLANK)) for row in given[1:]]
        assert ... not in cells, cells
        total = sum(row.get(column) or 0 for row in found) * SHARED.get(name, 1)
        assert round(float(total), 2) == round(float(sum(cell or 0 for cell in cells)), 2), content


def test_a_decimal_comma_that_shifts_a_line_is_refused_even_if_its_last_field_is_empty(door):
    lines = [
        "order_id,order_date,net_amount,quantity,region",
        "A1,2026-01-02,1113,35,1,",
        "A2,2026-01-02,5,1,N",
    ]
    assert door("\n".join(lines).encode(), "orders.csv")[0] is None


def test_a_header_that_stands_there_again_is_no_customer(door):
    content = b"customer_id,name\nC1,Ana\ncustomer_id,name\nC2,Luis\n"
    assert door(content, "customers.csv", "", "customers")[0] is None


def test_two_digit_years_in_front_are_not_taken_for_days_unless_the_days_tell(door):
    def days(*cells):
        lines = "".join(f"A{i},{cell},1.5\n" for i, cell in enumerate(cells))
        found, _ = door(f"order_id,order_date,net_amount\n{lines}".encode(), "orders.csv")
        return found and [row["order_date"] for row in found]

    assert days("26-01-05", "25-02-11") is None
    assert days(*(f"26-01-{day:02}" for day in (5, 30))) == [date(2026, 1, 5), date(2026, 1, 30)]
    assert days("05-01-26", "31-01-26") == [date(2026, 1, 5), date(2026, 1, 31)]


def test_a_number_of_one_file_is_not_taken_for_the_thousands_of_another(connection, tmp_path):
    for name, amount in (("1", 1.234), ("2", "1.234,50")):
        book = openpyxl.Workbook()
        for row in (["order_id", "order_date", "net_amount"], [name, date(2026, 1, 2), amount]):
            book.active.append(row)
        (tmp_path / "months").mkdir(exist_ok=True)
        book.save(tmp_path / "months" / f"{name}.xlsx")
    said = 'currency = "EUR"\n[tables.orders]\nfile = "months"\n'
    (tmp_path / "revwork.toml").write_text(said)
    with pytest.raises(DataError, match="mixes decimal marks"):
        write(connection, revwork.open_company(tmp_path), "orders", tmp_path / "t.parquet")


def test_a_header_alone_that_nobody_knows_has_no_rows(door):
    assert door(b"something\n", "orders.csv")[0] == []
