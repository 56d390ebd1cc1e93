"""Text files of rows: their delimiter, and the lines that do not fit."""

import csv
import io
import re
import tempfile
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from glob import escape
from itertools import islice
from pathlib import Path

import ibis.expr.datatypes as dt

from revwork.data.headers import asked, header_row, preamble, spelling, unique
from revwork.data.plain import plain_numbers
from revwork.data.quality import Note
from revwork.data.source import Source
from revwork.data.sql import Engine, Wanted, literal, name
from revwork.data.utf8 import PART, as_utf8, copied, opened
from revwork.data.wording import DataError, rows

_HEAD = 1 << 18
_WIDE = 9


@dataclass(frozen=True)
class _Lines:
    """Where the rows stand, how they are cut, and what each column is read as."""

    path: Path
    delimiter: str
    skip: int
    kinds: Mapping[str, str]
    whole: Sequence[str]
    decimal: str
    select: str

    @property
    def sql(self) -> str:
        """SQL of all cells; every line must have as many fields as there are columns."""
        columns = ", ".join(f"{literal(one)}: {literal(kind)}" for one, kind in self.kinds.items())
        filled = " AND ".join(f"{name(one)} IS NULL" for one in self.kinds)
        return (
            f"SELECT {self.select} FROM read_csv({literal(escape(str(self.path)))}, "
            f"auto_detect = false, header = false, skip = {self.skip}, "
            f"delim = {literal(self.delimiter)}, quote = '\"', escape = '\"', "
            f"decimal_separator = '{self.decimal}', columns = {{{columns}}}, store_rejects = true, "
            f"rejects_table = 'ragged', rejects_scan = 'ragged_scans') WHERE NOT ({filled})"
        )

    @property
    def as_text(self) -> "_Lines":
        """The same lines, every cell as text."""
        return replace(self, kinds=dict.fromkeys(self.kinds, "VARCHAR"))


def read(engine: Engine, source: Source, wanted: Wanted) -> tuple[list[str], list[Note]]:
    """Read the file into the table `raw`; return its headers and what was guessed.

    Numbers that are all plainly written are decimals already, anything else is text.
    """
    with tempfile.TemporaryDirectory(prefix="revwork-") as folder:
        copy = Path(folder) / "text.csv"
        path, notes = as_utf8(source, copy)
        count, alike = _line_ends(path)
        if not alike:  # DuckDB loses rows where some lines end in CR LF and some in LF
            path = copied(path, "utf-8", copy)
        head = _head(path)
        delimiter = source.delimiter or _delimiter(head)
        records = _records(head, delimiter)
        row = header_row(records, source, set(wanted))
        names = unique(records[row])
        mark, kinds = plain_numbers(source, wanted, names, records[row + 1 :])
        select = asked(source, names, wanted)
        whole = [one for one in names if kinds[one] != "VARCHAR" and _is_whole(one, wanted)]
        _check_ends(head, delimiter, row)
        above = _lines_above(head, delimiter, row)
        lines = _Lines(path, delimiter, above, kinds, whole, mark, select)
        _load(engine, lines)
        found = engine.execute("SELECT count(*) FROM raw").fetchone()[0] + above
        if count != found or _marks(lines) != (len(names) - 1) * found:
            types = [wanted.get(spelling(one)) for one in names]
            digits = [i for i, kind in enumerate(types) if _has_digits(kind)]
            _check_records(lines, digits, found - above)
    return records[row], [*notes, *preamble(source, records, row)]


def _is_whole(column: str, wanted: Wanted) -> bool:
    return wanted[spelling(column)].is_integer()


def _load(engine: Engine, lines: _Lines) -> None:
    bad = _rejected(engine, lines)
    if lines != lines.as_text and (bad or _are_broken(engine, lines.whole)):
        bad = _rejected(engine, lines.as_text)
    if bad:
        raise DataError(_ragged(bad, len(lines.kinds)))


def _are_broken(engine: Engine, whole: Sequence[str]) -> bool:
    broken = " OR ".join(f"{name(one)} <> trunc({name(one)})" for one in whole) or "false"
    return engine.execute(f"SELECT coalesce(bool_or({broken}), false) FROM raw").fetchone()[0]


def _has_digits(kind: dt.DataType | None) -> bool:
    return kind is not None and (kind.is_numeric() or kind.is_temporal())


def _marks(lines: _Lines) -> int:
    """How many delimiters there are; no more than rows need, where nothing is in doubt."""
    mark = lines.delimiter.encode()
    with opened(lines.path) as file:
        return sum(part.count(mark) for part in iter(lambda: file.read(PART), b""))


def _check_records(lines: _Lines, digits: Sequence[int], found: int) -> None:
    """Raise DataError where a quote takes in lines that look like rows of their own.

    Nor may a row be missing, or single lines have more fields than the others, which DuckDB lets
    pass if the last is empty, though a comma within a number may have shifted the rest.
    """
    wide, total, width = [], 0, len(lines.kinds)
    csv.field_size_limit(1 << 30)
    with opened(lines.path) as file, suppress(csv.Error):
        taken = []
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
        kept = (taken.append(line) or line for line in text)
        records = csv.reader(kept, delimiter=lines.delimiter)
        for record in records:
            if records.line_num > lines.skip and any(record):
                total += 1
                wide += [records.line_num] if len(record) > width else []
            if len(taken) > 1 and all(_is_row(line, lines, digits) for line in taken):
                raise DataError(
                    f"line {records.line_num - len(taken) + 1:,} opens a quote that takes in "
                    f"{rows(len(taken) - 1)} more: close it, or double it within the text"
                )
            taken.clear()
        if total != found:
            raise DataError(
                f"has {rows(total)}, of which {found:,} can be told apart: look for a double quote "
                "that is not closed, in its header too"
            )
    if 0 < len(wide) < total:
        raise DataError(_ragged([(line, f"Found: {width + 1}") for line in wide], width))


def _is_row(line: str, lines: _Lines, digits: Sequence[int]) -> bool:
    """Whether a line alone has a field for every column, and digits where days and numbers are."""
    line = line.strip("\r\n")
    cells = line.split(lines.delimiter)
    if len(cells) != len(lines.kinds):
        cells = next(csv.reader([line], delimiter=lines.delimiter), [])
    if len(cells) != len(lines.kinds) or not (digits or len(cells) > _WIDE):
        return False
    checked = [cells[i].strip(' "') for i in digits]
    return all(2 * sum(map(str.isdigit, cell)) >= len(cell) for cell in checked)


def _rejected(engine: Engine, lines: _Lines) -> list[tuple[int, str]]:
    """Read the lines into the table `raw` and return those that could not be, and why."""
    engine.execute("DROP TABLE IF EXISTS ragged; DROP TABLE IF EXISTS ragged_scans")
    engine.execute(f"CREATE OR REPLACE TABLE raw AS {lines.sql}")
    return engine.execute("SELECT line, error_message FROM ragged ORDER BY line").fetchall()


def _ragged(bad: list[tuple[int, str]], width: int) -> str:
    found = [(line, re.search(r"Found: (\d+)", message)) for line, message in bad]
    some = ", ".join(
        f"line {line:,} has {count[1]}" if count else f"line {line:,} has an open quote"
        for line, count in found[:5]
    )
    return (
        f"{len(bad):,} {'lines do' if len(bad) > 1 else 'line does'} not have the header's "
        f"{width} fields: {some}; a text that holds the delimiter must stand in double quotes"
    )


def _line_ends(path: Path) -> tuple[int, bool]:
    """How many lines there are, and whether all of them end alike."""
    feeds = returns = both = 0
    last = b""
    with opened(path) as file:
        while part := file.read(PART):
            feeds, returns = feeds + part.count(b"\n"), returns + part.count(b"\r")
            if returns:
                both += part.count(b"\r\n") + (last + part[:1] == b"\r\n")
            last = part[-1:]
    alike = not feeds or not returns or feeds == returns == both
    return feeds + returns - both + (last not in (b"\n", b"\r")), alike


def _lines_above(head: str, delimiter: str, row: int) -> int:
    """How many lines the record of that index ends below; a quoted text may have several."""
    records = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    deque(islice(records, row + 1), 0)
    return records.line_num


def _check_ends(head: str, delimiter: str, row: int) -> None:
    """Raise DataError where a quote in the header takes in all that follows."""
    records = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, strict=True)
    try:
        deque(islice(records, row + 1), 0)
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise DataError(
                "the header opens a quote that is not closed: look for a double quote in it"
            ) from None


def _head(path: Path) -> str:
    with opened(path) as file:
        part = file.read(_HEAD)
    whole = part if len(part) < _HEAD else part[: part.rfind(b"\n") + 1]
    return whole.decode("utf-8-sig", "replace")


def _delimiter(head: str) -> str:
    """The delimiter that cuts most records into equally many fields, more than one."""
    return max((",", ";", "\t", "|"), key=lambda delimiter: _consistency(head, delimiter))


def _consistency(head: str, delimiter: str) -> tuple[float, int]:
    widths = Counter(len(record) for record in _records(head, delimiter) if record)
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    return (count / widths.total(), width) if width > 1 else (0, 0)


def _records(head: str, delimiter: str) -> list[list[str]]:
    """The first records, as far as they can be told apart."""
    records = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    found = []
    with suppress(csv.Error):
        for record in islice(records, 200):
            found.append(record)
    return found
