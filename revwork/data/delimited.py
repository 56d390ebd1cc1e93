"""Text files of rows: their encoding, their delimiter, and the lines that do not fit."""

import codecs
import csv
import gzip
import io
import re
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from itertools import islice
from pathlib import Path
from typing import IO

import duckdb

from revwork.data.headers import header_row, unique
from revwork.data.quality import Note, note
from revwork.data.sql import Engine, literal, name
from revwork.data.wording import DataError
from revwork.workspace import Source

_HEAD = 1 << 18
_PART = 1 << 22
_MAGIC = {
    b"PK\x03\x04": "an Excel workbook (.xlsx)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"PAR1": "Parquet (.parquet)",
}


def read(engine: Engine, source: Source, wanted: set[str]) -> tuple[list[str], list[Note]]:
    """Read the file into the table `raw`, all text; return its headers and what was guessed."""
    with tempfile.TemporaryDirectory(prefix="revwork-") as folder:
        copy = Path(folder) / "text.csv"
        path, notes = _as_utf8(source, copy)
        head = _head(path)
        delimiter = source.delimiter or _delimiter(head)
        records = _records(head, delimiter)
        row = header_row(records, source, wanted)
        try:
            _load(engine, path, delimiter, unique(records[row]), row + 1)
        except duckdb.InvalidInputException:  # lines that end now in CR LF, now in LF
            _load(engine, _copied(path, "utf-8", copy), delimiter, unique(records[row]), row + 1)
    return records[row], notes


def _load(engine: Engine, path: Path, delimiter: str, headers: list[str], skip: int) -> None:
    """Read the lines after `skip`; every one must have as many fields as there are headers."""
    columns = ", ".join(f"{literal(header)}: 'VARCHAR'" for header in headers)
    engine.execute("DROP TABLE IF EXISTS ragged; DROP TABLE IF EXISTS ragged_scans")
    engine.execute(
        f"CREATE TABLE raw AS FROM read_csv({literal(escape(str(path)))}, auto_detect = false, "
        f"header = false, skip = {skip}, delim = {literal(delimiter)}, quote = '\"', "
        f"escape = '\"', columns = {{{columns}}}, store_rejects = true, "
        f"rejects_table = 'ragged', rejects_scan = 'ragged_scans') "
        f"WHERE coalesce({', '.join(map(name, headers))}) IS NOT NULL"
    )
    if bad := engine.execute("SELECT line, error_message FROM ragged ORDER BY line").fetchall():
        raise DataError(_ragged(bad, len(headers)))


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
