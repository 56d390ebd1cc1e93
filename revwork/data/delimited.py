"""Text files of rows: their encoding, their delimiter, and the lines that do not fit."""

import codecs
import csv
import gzip
import io
import re
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from glob import escape
from itertools import islice
from pathlib import Path
from typing import IO

import duckdb

from revwork.data.headers import asked, header_row, preamble, spelling, unique
from revwork.data.plain import plain_numbers
from revwork.data.quality import Note, note
from revwork.data.sql import Engine, Wanted, literal, name
from revwork.data.wording import DataError
from revwork.workspace import Source

_HEAD = 1 << 18
_PART = 1 << 22
_MAGIC = {
    b"PK\x03\x04": "an Excel workbook (.xlsx)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"PAR1": "Parquet (.parquet)",
}


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
        path, notes = _as_utf8(source, copy)
        head = _head(path)
        delimiter = source.delimiter or _delimiter(head)
        records = _records(head, delimiter)
        row = header_row(records, source, set(wanted))
        names = unique(records[row])
        mark, kinds = plain_numbers(source, wanted, names, records[row + 1 :])
        select = asked(source, names, wanted)
        whole = [one for one in names if kinds[one] != "VARCHAR" and _is_whole(one, wanted)]
        lines = _Lines(path, delimiter, row + 1, kinds, whole, mark, select)
        try:
            _load(engine, lines)
        except duckdb.InvalidInputException:  # lines that end now in CR LF, now in LF
            _load(engine, replace(lines, path=_copied(path, "utf-8", copy)))
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


@contextmanager
def _bytes(path: Path) -> Iterator[IO[bytes]]:
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            yield file
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"cannot be opened: {error}") from None


def _as_utf8(source: Source, copy: Path) -> tuple[Path, list[Note]]:
    """The file itself if DuckDB can read it, else a copy in UTF-8; a note where it is a guess."""
    encoding, notes = source.encoding, []
    if not encoding:
        encoding, example = _encoding(source.path)
        if example:
            template = "{table:text}: not UTF-8, read as Windows-1252. Example: {example:text}"
            notes = [note(source.name, "encoding", template, 0, example)]
    if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii"):
        return source.path, notes
    try:
        return _copied(source.path, encoding, copy), notes
    except UnicodeError:
        advice = f'say encoding = "…" under [tables.{source.name}]'
        raise DataError(f"cannot be read in the encoding {encoding}; {advice}") from None


def _copied(path: Path, encoding: str, copy: Path) -> Path:
    """A copy in UTF-8, every line ended alike."""
    with _bytes(path) as file, copy.open("w", encoding="utf-8", newline="") as lines:
        text = io.TextIOWrapper(file, encoding=encoding)
        while part := text.read(_PART):
            lines.write(part)
    return copy


def _encoding(path: Path) -> tuple[str, str]:
    """The encoding, and where it is a guess, a word that shows it."""
    with _bytes(path) as file:
        head = file.read(4096)
        for magic, kind in _MAGIC.items():
            if head.startswith(magic):
                raise DataError(f"is {kind} by its content, not text: name it so")
        if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16", ""
        if b"\0" in head:
            return ("utf-16-be" if head[:1] == b"\0" else "utf-16-le"), ""
        return _utf8_or_windows(head, file)


def _utf8_or_windows(part: bytes, file: IO[bytes]) -> tuple[str, str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while part:
            decoder.decode(part)
            part = file.read(_PART)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        near = error.object[max(error.start - 30, 0) : error.start + 30].decode("cp1252", "replace")
        words = re.split(r"[\s;,|\"]+", near)
        return "cp1252", next(word for word in words if not word.isascii())
    return "utf-8", ""


def _head(path: Path) -> str:
    with _bytes(path) as file:
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
