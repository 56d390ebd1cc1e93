"""Execute one notebook through papermill, and say truthfully how it ended."""

import logging
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import Any, Literal

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from revwork.findings import MissingTable, Unanswered
from revwork.report.panels import HEADLESS

Status = Literal["succeeded", "failed", "timed_out", "killed", "skipped"]
_REACHED = "revwork: the last cell was reached"
_SENTINEL = "revwork-sentinel"
_ADDED = {"injected-parameters", "papermill-error-cell-tag"}


@dataclass(frozen=True)
class Outcome:
    """How a notebook ended; `reason` is one sentence, empty where it succeeded."""

    notebook: str
    status: Status
    reason: str
    parameters: Mapping[str, Any]
    seconds: float
    executed: Path


class _Engine(NBClientEngine):
    """papermill's own engine on a kernel without TCP ports, with a limit for the whole notebook."""

    expired = False

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, limit: float, **_: Any
    ) -> None:
        """Execute the cells; the kernel, what it started and its temporary files are gone then."""
        with TemporaryDirectory(prefix="revwork-") as aside:
            kernel = AsyncKernelManager(transport="ipc", connection_file=f"{aside}/kernel.json")
            client = PapermillNotebookClient(nb_man, km=kernel, shutdown_kernel="immediate")
            watch = Timer(limit, cls._expire, [kernel])
            watch.start()
            try:
                client.execute(env={**os.environ, HEADLESS: "1", "TMPDIR": aside})
            finally:
                watch.cancel()
                _end(kernel)
                if client.km:
                    client._cleanup_kernel()

    @classmethod
    def _expire(cls, kernel: AsyncKernelManager) -> None:
        cls.expired = True
        _end(kernel)


papermill_engines.register("revwork", _Engine)


def execute(
    notebook: Path, parameters: Mapping[str, Any], executed: Path, limit: float = 1800
) -> Outcome:
    """Run `notebook` into the file `executed`; never raises for what the notebook does.

    `limit` is in seconds for the whole notebook. The executed file's papermill metadata tell the
    same status as the outcome.
    """
    started = time.perf_counter()
    _Engine.expired = False
    logging.getLogger("papermill").setLevel(logging.ERROR)  # it takes a Literal for unknown
    planned = _with_sentinel(nbformat.read(notebook, 4))
    try:
        papermill.execute_notebook(
            planned, str(executed), dict(parameters), engine_name="revwork",
            progress_bar=False, limit=limit,
        )  # fmt: skip
        error: Exception | None = None
    except Exception as caught:
        error = caught
    result = nbformat.read(executed, 4) if executed.exists() else planned
    status, reason = _ended(result, error)
    _write(_truthful(result, status, reason), executed)
    seconds = round(time.perf_counter() - started, 2)
    return Outcome(notebook.stem, status, reason, dict(parameters), seconds, executed)


def _end(kernel: AsyncKernelManager) -> None:
    """Kill what is left of the kernel and of the processes it started."""
    if kernel.provisioner and kernel.provisioner.pgid:
        with suppress(ProcessLookupError):
            os.killpg(kernel.provisioner.pgid, signal.SIGKILL)


def _with_sentinel(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell(f'print("{_REACHED}")', metadata={"tags": [_SENTINEL]})
    notebook.cells.append(cell)
    return notebook


def _ended(result: nbformat.NotebookNode, error: Exception | None) -> tuple[Status, str]:
    at = f"cell {_last_cell(result)}"
    if _Engine.expired:
        return "timed_out", f"the time limit ended it in {at}"
    if isinstance(error, PapermillExecutionError):
        return _raised(error, at)
    if error is not None and "Kernel" in type(error).__name__:
        return "killed", f"its kernel ended in {at} before the last cell ran"
    if error is not None:
        return "failed", f"{type(error).__name__}: {error}"
    if _reached_the_end(result):
        return "succeeded", ""
    return "failed", f"{at} ended the notebook before its last cell"


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
    """The last cell that began, counted from 1 as in the notebook's source."""
    own = [c for c in result.cells if not _ADDED & set(c.metadata.get("tags", []))]
    begun = (i for i, c in enumerate(own) if c.metadata.get("papermill", {}).get("start_time"))
    return max(begun, default=0) + 1


def _truthful(result: nbformat.NotebookNode, status: Status, reason: str) -> nbformat.NotebookNode:
    result.cells = [c for c in result.cells if _SENTINEL not in c.metadata.get("tags", [])]
    told = result.metadata.setdefault("papermill", {})
    told["exception"] = None if status in ("succeeded", "skipped") else True
    told["status"] = status
    told["reason"] = reason
    return result


def _write(notebook: nbformat.NotebookNode, path: Path) -> None:
    staged = path.with_suffix(".tmp")
    nbformat.write(notebook, staged)
    os.replace(staged, path)
