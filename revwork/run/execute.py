"""Execute one notebook through papermill, and say truthfully how it ended."""

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError

from revwork.findings import MissingTable, Unanswered
from revwork.report.panels import HEADLESS
from revwork.run.files import write
from revwork.run.kernel import cold, group_of
from revwork.run.limits import Limits, Watch

Status = Literal["succeeded", "failed", "timed_out", "killed", "skipped"]
Start = Callable[[Path, Mapping[str, str]], AsyncKernelManager]
_REACHED = "revwork: the last cell was reached"
_SENTINEL = "revwork-sentinel"
_ADDED = {"injected-parameters", "papermill-error-cell-tag"}
_LIMITS = Limits()


@dataclass(frozen=True)
class Outcome:
    """How a notebook ended; `reason` is one sentence, empty where it succeeded.

    `cells`: the seconds of each code cell, null where it did not run to an end.
    """

    notebook: str
    status: Status
    reason: str
    parameters: Mapping[str, Any]
    seconds: float
    executed: Path
    cells: list[float | None]


@dataclass
class _Attempt:
    """One try: with which kernel, within which limits; the limit it broke, and what it left."""

    start: Start
    limits: Limits
    environment: Mapping[str, str]
    broken: str = ""
    book: NotebookExecutionManager | None = None

    @property
    def has_begun(self) -> bool:
        """Whether a cell began, or nothing of it was the kernel's fault."""
        return not self.book or self.broken != "" or _last_cell(self.book.nb) > 0


class _Client(PapermillNotebookClient):
    """papermill's own client, which counts what the kernel says."""

    watch: Watch

    def process_message(self, message: dict, *place: Any) -> Any:
        """Take a message of the kernel."""
        content = message["content"]
        self.watch.heard(len(content.get("text", "")) + len(str(content.get("data", ""))))
        return super().process_message(message, *place)


class _Engine(NBClientEngine):
    """papermill's own engine on a kernel without TCP ports, under watch."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, attempt: _Attempt, **_: Any
    ) -> None:
        """Execute the cells; the kernel, what it started and its temporary files are gone then."""
        attempt.book = nb_man
        with TemporaryDirectory(prefix="revwork-", ignore_cleanup_errors=True) as aside:
            environment = {**attempt.environment, HEADLESS: "1", "TMPDIR": aside}
            kernel = attempt.start(Path(aside), environment)
            watch = Watch(attempt.limits, group_of(kernel))
            client = _Client(
                nb_man, km=kernel, shutdown_kernel="immediate", timeout=attempt.limits.cell
            )
            client.watch = watch
            try:
                client.execute()
            finally:
                watch.end()
                attempt.broken = watch.broken
                if client.km:
                    kernel.provisioner.process.wait()  # else it is looked for every .1 s
                    client._cleanup_kernel()


papermill_engines.register("revwork", _Engine)


def execute(  # noqa: PLR0913, PLR0917
    notebook: Path,
    parameters: Mapping[str, Any],
    executed: Path,
    limits: Limits = _LIMITS,
    environment: Mapping[str, str] = os.environ,
    start: Start = cold,
) -> Outcome:
    """Run `notebook` into the file `executed`; never raises for what the notebook does.

    The executed file's papermill metadata tell the same status as the outcome. `start` gives the
    kernel; where that does not come up, one from cold is tried, twice.
    """
    started = time.perf_counter()
    logging.getLogger("papermill").setLevel(logging.ERROR)  # it takes a Literal for unknown
    planned = _with_sentinel(nbformat.read(notebook, 4))
    for kind in (start, cold, cold):
        attempt = _Attempt(kind, limits, environment)
        error = _tried(planned, parameters, attempt)
        if error is None or attempt.has_begun:
            break
    result = attempt.book.nb if attempt.book else planned
    status, reason = _ended(result, error, attempt)
    write(executed, nbformat.writes(_truthful(result, status, reason)))
    seconds = round(time.perf_counter() - started, 2)
    return Outcome(
        notebook.stem, status, reason, dict(parameters), seconds, executed, _durations(result)
    )


def _tried(
    planned: nbformat.NotebookNode, parameters: Mapping[str, Any], attempt: _Attempt
) -> Exception | None:
    """What went wrong; the notebook is in the attempt's book, saved by nobody on the way."""
    try:
        papermill.execute_notebook(
            planned, None, dict(parameters), engine_name="revwork",
            progress_bar=False, attempt=attempt,
        )  # fmt: skip
    except Exception as error:
        return error
    return None


def _with_sentinel(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell(f'print("{_REACHED}")', metadata={"tags": [_SENTINEL]})
    notebook.cells.append(cell)
    return notebook


def _ended(
    result: nbformat.NotebookNode, error: Exception | None, attempt: _Attempt
) -> tuple[Status, str]:
    at = f"cell {_last_cell(result) or 1}"
    if attempt.broken:
        return _stopped(attempt, at)
    if isinstance(error, PapermillExecutionError):
        return _raised(error, at)
    if error is not None:
        return _broken(error, attempt, at)
    if _reached_the_end(result):
        return "succeeded", ""
    return "failed", f"{at} ended the notebook before its last cell"


def _stopped(attempt: _Attempt, at: str) -> tuple[Status, str]:
    if attempt.broken == "time":
        return "timed_out", f"the time limit ended it in {at}"
    if attempt.broken == "output":
        return "killed", f"it said more than {attempt.limits.output:,} letters in {at}"
    return "killed", f"it held more than {attempt.limits.memory / 2**30:.1f} GiB in {at}"


def _broken(error: Exception, attempt: _Attempt, at: str) -> tuple[Status, str]:
    if isinstance(error, CellTimeoutError):
        return "timed_out", f"the time limit of a cell ended it in {at}"
    if not attempt.has_begun:
        return "failed", f"its kernel did not start: {error}"
    if "Kernel" in type(error).__name__:
        return "killed", f"its kernel ended in {at} before the last cell ran"
    return "failed", f"{type(error).__name__}: {error}"


def _raised(error: PapermillExecutionError, at: str) -> tuple[Status, str]:
    if error.ename in (MissingTable.__name__, Unanswered.__name__):
        return "skipped", error.evalue
    if error.ename == "SystemExit":
        return "failed", f"{at} ended the notebook with exit code {error.evalue}"
    return "failed", f"{at}: {error.evalue or error.ename}"


def _reached_the_end(result: nbformat.NotebookNode) -> bool:
    said = "".join(output.get("text", "") for output in result.cells[-1].get("outputs", []))
    ran = all(c.execution_count for c in result.cells if c.cell_type == "code" and c.source.strip())
    return ran and _REACHED in said


def _last_cell(result: nbformat.NotebookNode) -> int:
    """The last cell that began, counted from 1 as in the notebook's source; 0 where none did."""
    begun = (at for at, cell in enumerate(_own(result), start=1) if _timed(cell).get("start_time"))
    return max(begun, default=0)


def _durations(result: nbformat.NotebookNode) -> list[float | None]:
    """The seconds of each code cell of the source."""
    code = (cell for cell in _own(result) if cell.cell_type == "code")
    return [seconds and round(seconds, 3) for seconds in (_timed(c).get("duration") for c in code)]


def _own(result: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The cells of the source."""
    return [c for c in result.cells if not _ADDED & set(c.metadata.get("tags", []))]


def _timed(cell: nbformat.NotebookNode) -> Mapping[str, Any]:
    return cell.metadata.get("papermill", {})


def _truthful(result: nbformat.NotebookNode, status: Status, reason: str) -> nbformat.NotebookNode:
    result.cells = [c for c in result.cells if _SENTINEL not in c.metadata.get("tags", [])]
    told = result.metadata.setdefault("papermill", {})
    told["exception"] = None if status in ("succeeded", "skipped") else True
    told["status"] = status
    told["reason"] = reason
    return result
