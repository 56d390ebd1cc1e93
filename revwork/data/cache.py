"""Tables that kept their contract, as Parquet in the workspace: `.revwork/cache`.

A file is named after all that it follows from and after its own content, so that no stale,
foreign or damaged one is ever taken for it. One process builds a table, others wait for it.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

import duckdb
import ibis
from filelock import FileLock

from revwork.data.files import named
from revwork.data.parquet import notes_in, stored
from revwork.data.preset import version
from revwork.data.quality import Note
from revwork.data.sources import KINDS
from revwork.data.sql import name

if TYPE_CHECKING:
    from revwork.workspace import Company, Source

_UNUSED = 7 * 86_400
_PACKAGE = Path(__file__).parents[1]


def fingerprint(source: "Source", loaded: ibis.Table) -> str:
    """Return what changes with the source's declaration and its files, or of a server its rows."""
    if not source.is_remote:
        return _files(source)
    rows = f"SELECT count(*), sum(hash(rows)) FROM {name(loaded.get_name())} AS rows"
    found = loaded.get_backend().con.execute(rows).fetchone()
    return _hash([_files(source), *map(str, found)])


def put(
    connection: ibis.BaseBackend, company: "Company", table: str, build: Callable[[Path], None]
) -> list[Note]:
    """Make the company's table in the engine, of a Parquet file that `build` writes if need be.

    Returns the notes on it. What a server holds is read anew each time, since nothing tells
    whether it changed.
    """
    source = company.sources[table]
    folder = None if source.is_remote else _folder(company.folder)
    if not folder:
        with tempfile.TemporaryDirectory(prefix="revwork-") as scratch:
            file = Path(scratch) / "table.parquet"
            build(file)
            connection.create_table(table, stored(connection, table, file))
            return notes_in(connection.con, file)
    key = _hash([_files(source), company.currency, company.time_zone, _door(table)])
    stem = f"{table}-{key[:24]}"
    file = _found(folder, stem)
    if not file:
        with FileLock(folder / f"{table}.lock"):
            file = _found(folder, stem) or _built(folder, stem, build)
    connection.create_view(table, stored(connection, table, file))
    return notes_in(connection.con, file)


def _files(source: "Source") -> str:
    files = [] if source.is_remote else named(source, KINDS)
    contents = [_of_file(one) for path in files for one in (path, _journal(path)) if one.is_file()]
    declared = {**asdict(source), "folder": "", "preset": version(source.preset)}
    return _hash([*contents, json.dumps(declared, sort_keys=True)])


def _journal(path: Path) -> Path:
    """What SQLite and DuckDB have written beside a file but not yet into it."""
    return path.with_name(f"{path.name}-wal")


def _folder(workspace: Path) -> Path | None:
    """The folder of kept tables; none where the workspace cannot be written to."""
    folder = workspace / ".revwork" / "cache"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder.parent / ".gitignore").write_text("*\n", "utf-8")
    except OSError:
        return None
    return folder


def _found(folder: Path, stem: str) -> Path | None:
    for path in sorted(folder.glob(f"{stem}-*.parquet")):
        with suppress(OSError):
            if path.stem == f"{stem}-{_of_file(path)[:24]}":
                os.utime(path)
                return path
            path.unlink()
    return None


def _built(folder: Path, stem: str, build: Callable[[Path], None]) -> Path:
    begun = f"new-{stem.rpartition('-')[0]}-"
    for left in folder.glob(f"{begun}*"):  # by a process that was killed; this one has the lock
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=begun, dir=folder) as scratch:
        file = Path(scratch) / "table.parquet"
        build(file)
        kept = folder / f"{stem}-{_of_file(file)[:24]}.parquet"
        os.replace(file, kept)
    for other in folder.glob(f"{stem.rpartition('-')[0]}-*.parquet"):
        with suppress(OSError):
            if other.stat().st_mtime < time() - _UNUSED:
                other.unlink()
    return kept


@cache
def _door(table: str) -> str:
    """What changes with the contract of the table and with how tables are read."""
    contracts = [_PACKAGE / "contracts" / f"{one}.py" for one in ("__init__", table)]
    code = [*contracts, *sorted((_PACKAGE / "data").glob("*.py"))]
    return _hash([duckdb.__version__, *map(_of_file, code)])


def _of_file(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _hash(texts: Sequence[str]) -> str:
    return sha256("\n".join(texts).encode()).hexdigest()
