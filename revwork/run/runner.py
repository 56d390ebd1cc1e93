"""Run a request to a published run, or leave it where it can be taken up again."""

import logging
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from revwork.report.export import Unpublishable
from revwork.run.limits import Limits, Running, of_each
from revwork.run.making import Run, Way, made
from revwork.run.plan import folder
from revwork.run.prune import outlived, pruned
from revwork.run.publish import conclude
from revwork.run.request import Request
from revwork.run.scan import hits, secrets_of, without
from revwork.run.sets import together
from revwork.run.shelf import shelve
from revwork.run.staging import alone, begun, held, started, unfinished
from revwork.workspace import Company

log = logging.getLogger("revwork")
_WAY = Way()


def run(request: Request, reports: Path, way: Way = _WAY) -> dict[str, Any]:
    """Execute what is asked and publish it under `reports`; return the manifest.

    A run that is stopped, or for which there is no room, leaves what is finished aside for
    `resume`, and what is published as it was. Raises OSError where nothing can be written.
    """
    reports = reports.resolve()
    reports.mkdir(parents=True, exist_ok=True)
    with _turn(reports, request, way), begun(reports, request) as staged:
        return _made(staged, request, way)


def resume(reports: Path, request: Request | None = None, way: Way = _WAY) -> dict[str, Any] | None:
    """Finish the newest run that was left unfinished (the one so asked); None where none was."""
    reports = reports.resolve()
    found = unfinished(reports, request)
    if not found:
        return None
    staged, asked = found
    with _turn(reports, asked, way), held(staged):
        return _made(staged, asked, way)


def _turn(reports: Path, request: Request, way: Way):
    """One run at a time; but the shards of a matrix are made to run beside each other."""
    return nullcontext() if request.shard else alone(reports, way.waits)


def _made(staged: Path, request: Request, way: Way) -> dict[str, Any]:
    began, since = perf_counter(), started(staged)
    company = request.company
    today = since.astimezone(ZoneInfo(company.time_zone) if company else UTC).date()
    running = company.running if company else Running()
    limits = _limits(running, way.jobs)
    run = Run(staged, request, way, today.isoformat(), limits)
    with _logged(staged / "record" / "run.log"):
        results = made(run)
        about = {
            "run": run.name,
            "started": since.isoformat(timespec="seconds"),
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(perf_counter() - began, 2),
            "today": run.today,
            "whole_pack": request.whole_pack,
            "matrix": request.matrix,
            "shard": request.shard,
            "git": _revision(),
        }
        packs = {
            name: conclude(about, run.of_set(name, results), staged / name, request.formats)
            for name in request.plans
        }
        manifest = packs[""] if "" in packs else together(about, packs, staged)
        _check_open(staged, request, company)
        shelve(staged)
    if company and running.keep:
        pruned(staged.parent, running.keep, outlived)
    return manifest


def _check_open(staged: Path, request: Request, company: Company | None) -> None:
    """Unpublishable where what the run says of itself holds a secret; its log loses it."""
    secrets = secrets_of(company) if company else ()
    kept = staged / "record" / "run.log"
    said = kept.read_text("utf-8", "replace")
    if hits(said, secrets):
        kept.write_text(without(said, secrets), "utf-8")
    for name in {"", *request.plans}:
        for file in ("index.html", "manifest.json", "findings.json", "kpis.json"):
            path = staged / name / file
            if path.exists() and (found := hits(path.read_bytes(), secrets)):
                raise Unpublishable(f"{path.relative_to(staged)} would publish {found[0]}")


def _limits(running: Running, jobs: int) -> Limits:
    memory = running.memory_gb * 2**30 if running.memory_gb else of_each(jobs)
    return Limits(60 * running.cell_minutes, 60 * running.notebook_minutes, memory)


def _revision() -> str | None:
    """The revision of the notebooks, where they lie in a checkout."""
    command = ["git", "-C", str(folder()), "rev-parse", "HEAD"]
    with suppress(OSError):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout.strip() or None


@contextmanager
def _logged(path: Path) -> Iterator[None]:
    handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        handler.close()
