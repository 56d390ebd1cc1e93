"""What is kept in the workspace's `.revwork/cache`: tables that kept their contract, answers.

A file is named after all that it follows from and after its own content, so that no stale,
foreign or damaged one is ever taken for it. One process builds a table, others wait for it.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cache, lru_cache, partial
from hashlib import file_digest, sha256
from importlib.metadata import version as version_of
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
from revwork.data.written import read, written

if TYPE_CHECKING:
    from revwork.data.source import Source
    from revwork.workspace import Company

_UNUSED = 7 * 86_400
_PACKAGE = Path(__file__).parents[1]
_OF_REPORTS = ("max_age_days", "when_stale")  # what a declaration says that changes no row
_CALLED = (
    *("duckdb", "hierarchicalforecast", "ibis-framework", "numpy", "pandas", "scikit-learn"),
    *("scipy", "statsforecast", "statsmodels"),
)


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
    """Return what `work` makes of the company's tables, kept while their files are the same.

    `also`: what else it follows from. Raises DataError where a table's files are not there.
    """
    is_remote = any(company.sources[table].is_remote for table in tables)
    folder = None if is_remote else _folder(company.folder)
    if not folder:
        return work()
    key = [*also, *_comparing(), *(_key(company, one) for one in tables)]
    return _kept(folder, name, key, work)


def kept(workspace: Path, work: Callable[..., Any], *given: object, **named: object) -> Any:
    """Return what an analysis makes of what it is given, kept while both are the same.

    Its key is the content of all it is given (of a table its rows, in any order), the code of all
    analyses and the versions of what they call, so it holds for any notebook and parameter.
    `work` returns what `written` can write. Computed without keeping where that cannot be.
    """
    if "<" in work.__qualname__:
        raise TypeError("name an analysis: what a function of a notebook follows from is not known")
    folder = _folder(workspace)
    if not folder:
        return work(*given, **named)
    key = [work.__module__, *_working(), written([[*given], named])]
    name = f"{work.__module__.rpartition('.')[2]}.{work.__name__}"
    return _kept(folder, name, key, partial(work, *given, **named))


def _kept(folder: Path, name: str, key: Sequence[str], work: Callable[[], Any]) -> Any:
    stem = f"{name}-{_hash(key)[:24]}"
    for path in sorted(folder.glob(f"{stem}-*.json")):
        with suppress(OSError, ValueError):
            if path.stem == f"{stem}-{_of_file(path)[:24]}":
                os.utime(path)
                return read(path.read_text("utf-8"))
            path.unlink()
    text = written(work())
    found = read(text)
    with suppress(OSError):
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", suffix=".new", dir=folder, delete=False
        ) as scratch:
            scratch.write(text)
        os.replace(scratch.name, folder / f"{stem}-{_hash([text])[:24]}.json")
        _evict(folder.glob("*.json"))
        _evict(folder.glob("*.new"))
    return found


def _evict(paths: Iterable[Path]) -> None:
    """Remove what nobody has used for a week."""
    for other in paths:
        with suppress(OSError):
            if other.stat().st_mtime < time() - _UNUSED:
                other.unlink()


@cache
def _working() -> list[str]:
    """What changes with any analysis, and with what they call."""
    above = (_PACKAGE / f"{one}.py" for one in ("calendar", "findings", "metrics"))
    code = [*above, *sorted((_PACKAGE / "analysis").rglob("*.py"))]
    return [sys.version, *map(_of_file, code), *(f"{one} {version_of(one)}" for one in _CALLED)]


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
    _evict(folder.glob(f"{stem.rpartition('-')[0]}-*.parquet"))
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
