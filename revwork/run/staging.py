"""Where a run is made: a folder beside the published ones, its runner's alone until it is whole."""

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from revwork.run.files import as_json, from_json, write
from revwork.run.request import Request

LOCK = "lock"
_REQUEST = "record/request.json"
_NAMED = "%Y%m%d-%H%M%S"
_HOLDER = ".run.json"


@contextmanager
def alone(reports: Path, waits: Callable[[str], None]) -> Iterator[None]:
    """Hold the reports folder; `waits` hears once who holds it, if another run does.

    A holder that died holds nothing.
    """
    lock = FileLock(reports / ".run.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waits(_holder(reports))
        lock.acquire()
    try:
        since = datetime.now().astimezone().isoformat(timespec="seconds")
        me = {"process": os.getpid(), "host": socket.gethostname(), "since": since}
        write(reports / _HOLDER, json.dumps(me))
        yield
    finally:
        (reports / _HOLDER).unlink(missing_ok=True)
        lock.release()


@contextmanager
def begun(reports: Path, request: Request) -> Iterator[Path]:
    """Make the folder `.<run>` of a new run: the time, numbered where several start in a second."""
    time = _next(reports)
    for name in (time, *(f"{time}-{number}" for number in range(2, 99))):
        staged = reports / f".{name}"
        with suppress(FileExistsError):
            staged.mkdir()
            if (reports / name).exists():
                staged.rmdir()
                continue
            with held(staged):
                (staged / "record").mkdir()
                now = datetime.now(UTC).isoformat()
                write(staged / _REQUEST, as_json({"started": now, **request.to_json()}))
                yield staged
            return
    raise RuntimeError(f"99 runs started at {time}")


@contextmanager
def held(staged: Path) -> Iterator[None]:
    """Hold the folder of an unfinished run; Timeout where another runner does.

    Where nothing in it is finished when its runner stops, it goes.
    """
    lock = FileLock(staged / LOCK)
    with lock.acquire(timeout=0):
        try:
            yield
        finally:
            if staged.exists() and not list(staged.glob("record/**/*.result.json")):
                shutil.rmtree(staged, ignore_errors=True)


def unfinished(reports: Path, request: Request | None = None) -> tuple[Path, Request] | None:
    """Return the newest run that nobody goes on with, and what it was asked; that one if given."""
    for staged in sorted(reports.glob(".[0-9]*"), reverse=True):
        if said := from_json(staged / _REQUEST):
            asked = Request.from_json({k: v for k, v in said.items() if k != "started"})
            with suppress(Timeout), FileLock(staged / LOCK).acquire(timeout=0):
                if request in (None, asked):
                    return staged, asked
    return None


def started(staged: Path) -> datetime:
    """Return when a run was begun."""
    return datetime.fromisoformat(from_json(staged / _REQUEST)["started"])


def _next(reports: Path) -> str:
    """The time as a run's name; where the clock was set back, a second after the newest run."""
    named = sorted(path.name.lstrip(".")[:15] for path in reports.glob("*[0-9]-[0-9]*"))
    now = datetime.now()
    for name in reversed(named):
        with suppress(ValueError):
            newest = datetime.strptime(name, _NAMED)
            now = now if newest <= now else newest + timedelta(seconds=1)
            break
    return now.strftime(_NAMED)


def _holder(reports: Path) -> str:
    said = from_json(reports / _HOLDER)
    if not isinstance(said, dict):
        return "another run"
    return "the run of process {process} on {host}, since {since}".format_map(said)
