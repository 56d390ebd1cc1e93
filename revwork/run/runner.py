"""Run a plan to a published report, one notebook after the other."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from revwork.run.execute import Outcome, execute
from revwork.run.publish import discard, point_latest, publish

log = logging.getLogger("revwork")


def run(
    plan: Mapping[Path, Mapping[str, Any]],
    reports: Path,
    whole_pack: bool,
    told: Callable[[str, int, int], None] = lambda name, at, of: None,
) -> dict[str, Any]:
    """Execute every notebook of `plan` and publish the run under `reports`; return its manifest.

    `told` hears each notebook's name before it starts. `whole_pack`: all notebooks with default
    parameters, so that `latest` may move if none failed. An interrupted run leaves nothing.
    """
    reports = reports.resolve()
    reports.mkdir(parents=True, exist_ok=True)
    name = _free_name(reports)
    staged = reports / f".{name}"
    (staged / "record").mkdir(parents=True)
    handler = _to_file(staged / "record" / "run.log")
    try:
        outcomes = []
        for at, (notebook, parameters) in enumerate(plan.items()):
            told(notebook.stem, at, len(plan))
            outcomes.append(_one(notebook, parameters, staged / "record"))
        manifest = publish(name, outcomes, staged, reports)
    except BaseException:
        discard(staged)
        raise
    finally:
        log.removeHandler(handler)
        handler.close()
    if whole_pack and manifest["status"] == "succeeded":
        point_latest(reports, name)
    return manifest


def _one(notebook: Path, parameters: Mapping[str, Any], record: Path) -> Outcome:
    log.info("%s started", notebook.stem)
    outcome = execute(notebook, parameters, record / notebook.name)
    log.info(
        "%s %s in %.1f s %s", outcome.notebook, outcome.status, outcome.seconds, outcome.reason
    )
    return outcome


def _free_name(reports: Path) -> str:
    """The time of the run; a number behind it where two start in one second."""
    name = datetime.now().strftime("%Y%m%d-%H%M%S")
    taken = {path.name.strip(".") for path in reports.iterdir()}
    return next(n for n in (name, *(f"{name}-{i}" for i in range(2, 99))) if n not in taken)


def _to_file(path: Path) -> logging.Handler:
    handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    return handler
