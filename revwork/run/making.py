"""The reports of a run: which an earlier run has made already, and the others, several at once."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from revwork.pack import LATEST, PLACE
from revwork.report.marks import NOTEBOOK
from revwork.run import unchanged
from revwork.run.files import as_json, from_json, write
from revwork.run.limits import Limits
from revwork.run.plan import imports, reads_run
from revwork.run.pool import Said, perform
from revwork.run.publish import conclude, ended
from revwork.run.request import Job, Report, Request
from revwork.workspace import MEMORY, TODAY

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_QUICK, _WARM, _REHEARSED = (f"revwork.run.{name}" for name in ("quick", "warm", "rehearsed"))
_LIBRARIES = {"duckdb", "ibis", "numpy", "pandas", "scipy", "seaborn", "sklearn", "statsmodels"}
log = logging.getLogger("revwork")
Result = dict[str, Any]


def _nobody(name: str, at: int, of: int, why: str) -> None:
    pass


@dataclass(frozen=True)
class Way:
    """How a run is made: so many reports at once, all of them anew or not, and who hears of it.

    `told` hears of each report that begins or need not run: its name, the how manieth of how many
    it is, and why it need not. `waits` hears who holds the reports folder.
    """

    jobs: int = os.cpu_count() or 1
    force: bool = False
    told: Callable[[str, int, int, str], None] = _nobody
    waits: Callable[[str], None] = lambda holder: None


@dataclass(frozen=True)
class Run:
    """A run under way: its folder, what is asked, how, seen from which day, within which limits."""

    staged: Path
    request: Request
    way: Way
    today: str
    limits: Limits

    @property
    def name(self) -> str:
        """What it will be called once it is whole."""
        return self.staged.name.lstrip(".")

    def of_set(self, name: str, results: Mapping[str, Result]) -> list[Result]:
        """Return the results of a set's reports, in reading order."""
        every = (report for report in self.request.reports if report.set == name)
        return [results[report.name] for report in every if report.name in results]


def made(run: Run) -> dict[str, Result]:
    """Return what each report of the run left, by its name; those that read the others' last.

    Raises OSError where there is no room, or no right, to write what they make.
    """
    results: dict[str, Result] = {}
    first = [one for one in run.request.reports if not reads_run(one.notebook)]
    last = [one for one in run.request.reports if one not in first]
    for name, result in _each(run, first, len(results)):
        results[name] = result
    if last:
        for name in run.request.plans:
            if not run.of_set(name, results):
                continue
            conclude({"run": run.name}, run.of_set(name, results), run.staged / name)
    for name, result in _each(run, last, len(results)):
        results[name] = result
    return results


def _each(run: Run, reports: Sequence[Report], before: int) -> Iterator[tuple[str, Result]]:
    """Each report's result as it comes: what is made already, then the others, longest first."""
    at, of = before, len(run.request.reports)
    jobs = []
    for report in reports:
        job = _job(run, report)
        result = _there(run, job)
        if result:
            run.way.told(report.name, at := at + 1, of, _why(result))
            yield report.name, result
        else:
            jobs.append(job)
    named = set().union(*(imports(job.report.notebook) for job in jobs))
    ours = [_WARM] if "revwork" in named else []
    warm = [_QUICK, *ours, *sorted(_LIBRARIES & named), _REHEARSED]
    jobs.sort(key=lambda job: -unchanged.lasted(job.report, run.staged.parent))
    with closing(perform(jobs, run.way.jobs, warm)) as events:
        for job, said in events:
            if said is None:
                log.info("%s started", job.report.name)
                run.way.told(job.report.name, at := at + 1, of, "")
            else:
                result = _result(job, said)
                _log(job.report, result["entry"])
                yield job.report.name, result


def _job(run: Run, report: Report) -> Job:
    place = _quoted(run, report)
    threads = max(1, (os.cpu_count() or 1) // run.way.jobs)
    environment = {
        **os.environ,
        **dict.fromkeys(_THREADS, str(threads)),
        TODAY: run.today,
        PLACE: str(place),
        NOTEBOOK: report.notebook.stem,
        MEMORY: str(int(run.limits.memory)),
    }
    key = unchanged.key(report, place)
    told = {"key": key, "today": run.today}
    return Job(report, run.staged, run.request.formats, run.limits, environment, told)


def _quoted(run: Run, report: Report) -> Path:
    """The folder whose numbers a report may quote: of its own set, else of the latest run."""
    has_own = not all(map(reads_run, run.request.plans[report.set]))
    return run.staged / report.set if has_own else run.staged.parent / LATEST


def _there(run: Run, job: Job) -> Result | None:
    """What this run has made already, or an earlier one that would be the same."""
    if unchanged.is_made(job.result, job.told["key"]):
        return from_json(job.result)
    if run.way.force:
        return None
    key, formats = job.told["key"], run.request.formats
    found = unchanged.earlier(job.report, run.staged.parent, key, formats, run.today)
    return unchanged.taken(found, run.staged, job.report) if found else None


def _log(report: Report, entry: Mapping[str, Any]) -> None:
    why = " ".join(entry["reason"].split())
    log.info("%s %s in %.1f s %s", report.name, entry["status"], entry["seconds"], why)


def _why(result: Result) -> str:
    since = result["entry"]["unchanged_since"]
    return f"unchanged since {since}" if since else "made before this run was stopped"


def _result(job: Job, said: Said) -> Result:
    """What the job's process left, or what is to be said where it left nothing."""
    number, reason = said
    if number is not None:
        raise OSError(number, reason)
    if not reason and (found := from_json(job.result)):
        return found
    result = {**job.told, **ended(job.report, "killed", reason)}
    write(job.result, as_json(result))
    return result
