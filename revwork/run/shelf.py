"""The shelf of runs: put one there whole, say what changed since the one before, list them."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import time
from typing import Any

from filelock import FileLock, Timeout

from revwork.run.compare import Run, compare, previous
from revwork.run.files import as_json, from_json, settled, write
from revwork.run.staging import LOCK

_LISTED = 50  # runs the library shows in full
_LOOKED_AT = 500  # runs among which the one before is looked for
_STARTING = 60  # seconds in which a runner takes the lock of the folder it made
_NEEDED = {"workspace", "as_of", "status", "notebooks", "inputs"}
_CHANGES = {"since", "notebooks", "tables", "kpis", "new", "gone", "changed"}


def shelve(staged: Path) -> None:
    """Move the folder `.<run>` to `<run>` in one step, and list it in the library beside it.

    Its changes.json says what changed since the run before. The newest run of a whole pack that
    succeeded is `latest`. Runs that end together wait for each other.
    """
    reports, run = staged.parent, staged.name.lstrip(".")
    with FileLock(reports / ".lock"):
        write(staged / "changes.json", as_json(_changes(staged, reports)))
        settled(staged)
        os.replace(staged, reports / run)
        (reports / run / LOCK).unlink(missing_ok=True)
        tidy(reports)


def tidy(reports: Path) -> None:
    """Make `latest` and the library say what lies in the folder; whoever calls holds its lock."""
    newest = next((one["run"] for one in _manifests(reports) if _is_complete(one)), None)
    if newest:
        _point_latest(reports, newest)
    write(reports / "index.html", _library(reports))
    settled(reports, deep=False)


def read(folder: Path) -> Run | None:
    """Return what a run left in `folder`; None where a part is missing or cannot be read."""
    told = manifest(folder)
    findings, kpis = (from_json(folder / f"{name}.json") for name in ("findings", "kpis"))
    whole = told and isinstance(findings, list) and isinstance(kpis, list)
    return Run(told, findings, kpis) if whole else None


def manifest(folder: Path) -> dict[str, Any] | None:
    """Return what a run says of itself in `folder`, under the folder's name; None if it cannot."""
    found = from_json(folder / "manifest.json")
    whole = isinstance(found, dict) and found.keys() >= _NEEDED
    return {**found, "run": folder.name.removeprefix(".")} if whole else None


def is_held(staged: Path) -> bool:
    """Return whether a runner works in the folder of an unfinished run, or has just made it."""
    lock = staged / LOCK
    if not lock.exists():
        return time() - staged.stat().st_mtime < _STARTING
    try:
        with FileLock(lock, timeout=0):
            return False
    except (Timeout, PermissionError):
        return True


def changes(folder: Path) -> dict[str, Any] | None:
    """Return what changed up to the run in `folder`; None where that is unknown."""
    found = from_json(folder / "changes.json")
    return found if isinstance(found, dict) and found.keys() == _CHANGES else None


def runs(reports: Path) -> list[str]:
    """Return the names of the runs that have a page, newest first."""
    return sorted((path.parent.name for path in reports.glob("[0-9]*/index.html")), reverse=True)


def _changes(staged: Path, reports: Path) -> dict[str, Any] | None:
    after = read(staged)
    earlier = islice(_manifests(reports), _LOOKED_AT)
    found = previous(after.manifest, earlier) if after else None
    before = read(reports / found["run"]) if found else None
    return compare(before, after) if before else None


def _library(reports: Path) -> str:
    from revwork.report.library import library

    listed = list(islice(_manifests(reports), _LISTED))
    told = [changes(reports / one["run"]) for one in listed]
    last = listed[-1]["run"] if listed else ""
    older = [name for name in runs(reports) if name < last]
    latest = (reports / "latest" / "index.html").exists()
    return library(list(zip(listed, told, strict=True)), older, latest)


def _manifests(reports: Path) -> Iterator[dict[str, Any]]:
    """The manifests that can be read, newest first."""
    return filter(None, (manifest(reports / name) for name in runs(reports)))


def _is_complete(manifest: dict[str, Any]) -> bool:
    """Whether all notebooks ran with their own values, and none failed."""
    return bool(manifest.get("whole_pack")) and manifest["status"] == "succeeded"


def _point_latest(reports: Path, run: str) -> None:
    pointer = reports / ".latest"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(run, target_is_directory=True)
    os.replace(pointer, reports / "latest")
