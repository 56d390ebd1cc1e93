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
from dataclasses import asdict, replace
from functools import cache, lru_cache
from hashlib import file_digest, sha256
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
from filelock import FileLock

from revwork.data.files import named
from revwork.data.parquet import notes_in, stored
from revwork.data.preset import version
from revwork.data.quality import Note
from revwork.data.sources import KINDS
from revwork.data.sql import Engine, name
from revwork.data.wording import DataError

if TYPE_CHECKING:
    from revwork.data.source import Source
    from revwork.workspace import Company

_UNUSED = 7 * 86_400
_PACKAGE = Path(__file__).parents[1]
_OF_REPORTS = ("max_age_days", "when_stale")  # what a declaration says that changes no row


def fingerprint(source: "Source", loaded: ibis.Table) -> str:
    """Return what changes with the source's declaration and its files, or of a server its rows."""
    if not source.is_remote:
        return of_files(source)
    rows = f"SELECT count(*), sum(hash(rows)) FROM {name(loaded.get_name())} AS rows"
    found = loaded.get_backend().con.execute(rows).fetchone()
    return _hash([of_files(source), *map(str, found)])


def put(
    engine: Engine, company: "Company", table: str, build: Callable[[Path], None]
) -> list[Note]:
    """Make the company's table in the engine, of a Parquet file that `build` writes if need be.

    Returns the notes on it. What a server holds is read anew each time, since nothing tells
    whether it changed. Raises DataError where a file changes while it is read.
    """
    source = company.sources[table]
    before = _stamps(source)

    def whole(file: Path) -> None:
        build(file)
        if _stamps(source) != before:
            raise DataError("changed while it was read: try again")

    folder = None if source.is_remote else _folder(company.folder)
    if not folder:
        with tempfile.TemporaryDirectory(prefix="revwork-") as scratch:
            file = Path(scratch) / "table.parquet"
            whole(file)
            engine.execute(f"CREATE TABLE {name(table)} AS {stored(engine, table, file)}")
            return notes_in(engine, file)
    stem = f"{table}-{_key(company, table)[:24]}"
    file = _found(folder, stem)
    if not file:
        with FileLock(folder / f"{table}.lock"):
            file = _found(folder, stem) or _built(folder, stem, whole)
    engine.execute(f"CREATE VIEW {name(table)} AS {stored(engine, table, file)}")
    return notes_in(engine, file)


def recalled(
    company: "Company",
    name: str,
    tables: Sequence[str],
    work: Callable[[], Any],
    also: Sequence[str] = (),
) -> Any:
    """Return what `work` makes of the tables, in JSON's types, kept while they are the same.

    `also`: what else it follows from. Raises DataError where a table's files are not there.
    """
    is_remote = any(company.sources[table].is_remote for table in tables)
    folder = None if is_remote else _folder(company.folder)
    if not folder:
        return work()
    stem = f"{name}-{_hash([*also, *_comparing(), *(_key(company, one) for one in tables)])[:24]}"
    file = folder / f"{stem}.json"
    with suppress(OSError, ValueError):
        return json.loads(file.read_text("utf-8"))
    found = json.loads(json.dumps(work()))
    with tempfile.NamedTemporaryFile("w", suffix=".new", dir=folder, delete=False) as scratch:
        json.dump(found, scratch)
    for other in folder.glob(f"{name}-*.json"):
        with suppress(OSError):
            other.unlink()
    os.replace(scratch.name, file)
    return found


@cache
def _comparing() -> list[str]:
    """What changes with how departments are held against each other."""
    return [_of_file(one) for one in sorted((_PACKAGE / "analysis").glob("*.py"))]


def _key(company: "Company", table: str) -> str:
    """What changes with all that a kept table follows from."""
    return _hash(
        [of_files(company.sources[table]), company.currency, company.time_zone, _door(table)]
    )


def of_files(source: "Source") -> str:
    """Return what changes with the source's declaration and with its files, if it has any."""
    contents = [_unchanged(one, *_stamp(one)) for one in _paths(source)]
    declared = {**asdict(source), "folder": "", "preset": version(source.preset)}
    declared |= dict.fromkeys(_OF_REPORTS)
    return _hash([*contents, json.dumps(declared, sort_keys=True)])


def _paths(source: "Source") -> list[Path]:
    every = [source, *(replace(source, file=other) for other in source.beside.values())]
    files = [] if source.is_remote else [path for one in every for path in named(one, KINDS)]
    return [one for path in files for one in (path, _journal(path)) if one.is_file()]


def _stamps(source: "Source") -> list[tuple[int, int]]:
    return [_stamp(one) for one in _paths(source)]


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, max(found.st_mtime_ns, found.st_ctime_ns)


@lru_cache(maxsize=256)
def _unchanged(path: Path, *stamp: int) -> str:
    """The file's hash, worked out once while neither its size nor its time changes."""
    return _of_file(path)


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
