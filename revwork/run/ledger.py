"""The runs under a folder of reports: what each was, which one is meant, how two differ."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from revwork.run.compare import Row, Run, compare
from revwork.run.plan import UsageError, meant
from revwork.run.shelf import changes, is_held, manifest, read

LATEST = "latest"
_ENDED = {"succeeded": "succeeded", "skipped": "skipped"}  # every other status is a failure
_SHOWN = 5  # runs that a name may have begun


def history(reports: Path) -> list[dict[str, Any]]:
    """Return every run under `reports`, newest first, in what JSON knows.

    `run`, `when` it began, `status` (also running, unfinished and unreadable), `latest`: whether
    it is what latest points to, `workspace`, `notebooks`: how many succeeded, failed and were
    skipped, `seconds`, `as_of`, `changes`: how many of each kind since the run before, None where
    there was none to compare with. What is not known is None.
    """
    latest = _latest(reports)
    begun = [
        _blank(one.name[1:], "running" if is_held(one) else "unfinished")
        for one in reports.glob(".[0-9]*-*/")
    ]
    done = [_entry(reports / name) for name in _names(reports)]
    told = sorted(begun + done, key=lambda one: _order(one["run"]), reverse=True)
    return [{**one, "latest": one["run"] == latest} for one in told]


def find(reports: Path, name: str) -> Path:
    """Return the folder of the run called `name`: its id, the beginning of one, or latest.

    Raises UsageError where none or several are meant.
    """
    known = list(_names(reports))
    if name == LATEST:
        if not (found := _latest(reports)):
            raise UsageError(f"there is no latest in {reports}: no whole pack has succeeded yet.")
        return reports / found
    begun = [name] if name in known else [one for one in known if name and one.startswith(name)]
    if len(begun) == 1:
        return reports / begun[0]
    if begun:
        more = " …" if len(begun) > _SHOWN else ""
        which = ", ".join(begun[:_SHOWN])
        raise UsageError(f"{name} begins {len(begun)} runs: {which}{more}; which one?")
    raise UsageError(f"no run {name} in {reports}{meant(name, [LATEST, *known])}")


def difference(before: Path, after: Path) -> dict[str, Any]:
    """Return how two runs differ, in what JSON knows: `compare`, and what would explain it.

    `before` and `after`: run, workspace, as_of, status and currency of each. `parameters`: of
    notebooks that had others, before and after. `only`: notebooks that one alone has, of each.
    Raises UsageError where a run cannot be read.
    """
    old, new = _read(before), _read(after)
    had, has = _parameters(old), _parameters(new)
    others = [one for one in has if one in had and had[one] != has[one]]
    compared = compare(old, new)
    compared.pop("since")
    return {
        "before": _about(old.manifest),
        "after": _about(new.manifest),
        "parameters": [{"notebook": o, "before": had[o], "after": has[o]} for o in others],
        "only": [sorted(had.keys() - has.keys()), sorted(has.keys() - had.keys())],
        **compared,
    }


def _names(reports: Path) -> Iterator[str]:
    """The published runs, whatever they are called; newest first by name."""
    found = (one.parent for one in reports.glob("[!.]*/manifest.json"))
    yield from sorted((one.name for one in found if not one.is_symlink()), key=_order, reverse=True)


def _order(name: str) -> list[tuple[int, str]]:
    """Names as people order them: the tenth run of a second after its second."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _latest(reports: Path) -> str | None:
    pointer = reports / LATEST
    return Path(os.readlink(pointer)).name if pointer.is_symlink() and pointer.exists() else None


def _entry(folder: Path) -> dict[str, Any]:
    told = manifest(folder)
    if not told:
        return _blank(folder.name, "unreadable")
    ended = Counter(_ENDED.get(one["status"], "failed") for one in told["notebooks"])
    since = changes(folder)
    seconds = told.get("seconds")
    if seconds is None:
        seconds = round(sum(one.get("seconds") or 0 for one in told["notebooks"]), 2)
    return _blank(folder.name, told["status"]) | {
        "when": told.get("started") or _when(folder.name),
        "workspace": told["workspace"],
        "notebooks": {name: ended[name] for name in ("succeeded", "failed", "skipped")},
        "seconds": seconds,
        "as_of": told["as_of"],
        "changes": since
        and {kind: len(rows) for kind, rows in since.items() if isinstance(rows, list)},
    }


def _blank(run: str, status: str) -> dict[str, Any]:
    unknown = dict.fromkeys(("workspace", "notebooks", "seconds", "as_of", "changes"))
    return {"run": run, "when": _when(run), "status": status, **unknown}


def _when(run: str) -> str | None:
    """When a run began by its name, which is the clock of where it ran."""
    try:
        began = datetime.strptime(run[:15], "%Y%m%d-%H%M%S")
    except ValueError:
        return None
    return began.astimezone().isoformat(timespec="seconds")


def _read(folder: Path) -> Run:
    if not (run := read(folder)):
        raise UsageError(
            f"{folder.name} cannot be compared: its manifest.json, findings.json or kpis.json is "
            "missing or damaged."
        )
    return run


def _parameters(run: Run) -> dict[str, Row]:
    return {one["notebook"]: one["parameters"] for one in run.manifest["notebooks"]}


def _about(told: Row) -> dict[str, Any]:
    known = {name: told[name] for name in ("run", "workspace", "as_of", "status")}
    return {**known, "currency": told.get("currency", "EUR")}
