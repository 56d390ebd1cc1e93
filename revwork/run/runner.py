"""Run a plan to a published report, one notebook after the other."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from revwork.run.execute import Outcome, execute
from revwork.run.publish import discard, publish
from revwork.run.shelf import shelve

log = logging.getLogger("revwork")


def run(
    plan: Mapping[Path, Mapping[str, Any]],
    reports: Path,
    whole_pack: bool,
    told: Callable[[str, int, int], None] = lambda name, at, of: None,
    formats: Sequence[str] = ("html",),
) -> dict[str, Any]:
    """Execute every notebook of `plan` and publish the run under `reports`; return its manifest.

    `told` hears each notebook's name before it starts. `whole_pack`: all notebooks with default
    parameters, so that `latest` may move if none failed. `formats`: html, and others.
    An interrupted run leaves nothing.
    """
    reports = reports.resolve()
    reports.mkdir(parents=True, exist_ok=True)
    staged = _stage(reports)
    name = staged.name.removeprefix(".")
    handler = _to_file(staged / "record" / "run.log")
    try:
        outcomes = []
        for at, (notebook, parameters) in enumerate(plan.items()):
            told(notebook.stem, at, len(plan))
            outcomes.append(_one(notebook, parameters, staged / "record"))
        manifest = publish(name, outcomes, staged, formats)
        complete = whole_pack and manifest["status"] == "succeeded"
        shelve(staged, reports, name, complete)
    except BaseException:
        discard(staged)
        raise
    finally:
        log.removeHandler(handler)
        handler.close()
    return manifest


def _one(notebook: Path, parameters: Mapping[str, Any], record: Path) -> Outcome:
    log.info("%s started", notebook.stem)
    outcome = execute(notebook, parameters, record / notebook.name)
    why = " ".join(outcome.reason.split())
    log.info("%s %s in %.1f s %s", outcome.notebook, outcome.status, outcome.seconds, why)
    return outcome


def _stage(reports: Path) -> Path:
    """Make the folder `.<run>`: the time of the run, numbered where several start in a second."""
    time = datetime.now().strftime("%Y%m%d-%H%M%S")
    for name in (time, *(f"{time}-{number}" for number in range(2, 99))):
        staged = reports / f".{name}"
        with suppress(FileExistsError):
            staged.mkdir()
            if not (reports / name).exists():
                (staged / "record").mkdir()
                return staged
            staged.rmdir()
    raise RuntimeError(f"99 runs started at {time}")


def _to_file(path: Path) -> logging.Handler:
    handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    return handler
