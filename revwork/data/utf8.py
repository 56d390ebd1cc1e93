"""A text file in UTF-8, whatever encoding it came in."""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from revwork.data.quality import Note, note
from revwork.data.source import Source
from revwork.data.wording import DataError

PART = 1 << 22
_MAGIC = {
    b"PK\x03\x04": "an Excel workbook (.xlsx)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"PAR1": "Parquet (.parquet)",
}


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, compressed or not, as bytes. Raises DataError where it is neither."""
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            yield file
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"cannot be opened: {error}") from None


def as_utf8(source: Source, copy: Path) -> tuple[Path, list[Note]]:
    """Return the file itself if DuckDB can read it, else a copy in UTF-8, and a note on a guess."""
    encoding, notes = source.encoding, []
    if not encoding:
        encoding, example = _encoding(source.path)
        if example:
            template = "{table:text}: not UTF-8, read as Windows-1252. Example: {example:text}"
            notes = [note(source.name, "encoding", template, 0, example)]
    if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii"):
        return source.path, notes
    try:
        return copied(source.path, encoding, copy), notes
    except UnicodeError:
        advice = f'say encoding = "…" under [tables.{source.name}]'
        raise DataError(f"cannot be read in the encoding {encoding}; {advice}") from None


def copied(path: Path, encoding: str, copy: Path) -> Path:
    """Return a copy in UTF-8, every line ended alike."""
    with opened(path) as file, copy.open("w", encoding="utf-8", newline="") as lines:
        text = io.TextIOWrapper(file, encoding=encoding)
        while part := text.read(PART):
            lines.write(part)
    return copy


def _encoding(path: Path) -> tuple[str, str]:
    """The encoding, and where it is a guess, a word that shows it."""
    with opened(path) as file:
        head = file.read(4096)
        for magic, kind in _MAGIC.items():
            if head.startswith(magic):
                raise DataError(f"is {kind} by its content, not text: name it so")
        if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16", ""
        if 4 * head.count(0) > len(head):
            return ("utf-16-be" if head[:1] == b"\0" else "utf-16-le"), ""
        return _utf8_or_windows(head, file)


def _utf8_or_windows(part: bytes, file: IO[bytes]) -> tuple[str, str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        foreign = False
        while part:
            if b"\0" in part:
                raise DataError("holds zero bytes, so it is damaged or no text")
            foreign = not decoder.decode(part).isascii() or foreign
            part = file.read(PART)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        near = error.object[max(error.start - 30, 0) : error.start + 30].decode("cp1252", "replace")
        word = next(one for one in re.split(r"[\s;,|\"]+", near) if not one.isascii())
        if foreign or not error.object[: error.start].isascii():
            raise DataError(f'is UTF-8 but for "{word}": mend it, or say encoding = …') from None
        return "cp1252", word
    return "utf-8", ""
