"""One report from start to record, in a process of its own."""

import logging
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from revwork.run import kernel
from revwork.run.execute import execute
from revwork.run.files import as_json, write
from revwork.run.limits import Limits
from revwork.run.publish import published
from revwork.run.request import Report

log = logging.getLogger("revwork")


@dataclass(frozen=True)
class Job:
    """A report to make in the folder `staged` of a run.

    `told`: what its result says beside how it ended.
    """

    report: Report
    staged: Path
    formats: tuple[str, ...]
    limits: Limits
    environment: Mapping[str, str]
    told: Mapping[str, Any]

    @property
    def executed(self) -> Path:
        """The notebook as it was executed."""
        return self.staged / "record" / f"{self.report.name}.ipynb"

    @property
    def result(self) -> Path:
        """What the runner reads of it; there only once all else is."""
        return self.staged / "record" / f"{self.report.name}.result.json"


def work(job: Job, mouth: Connection) -> None:
    """Execute and publish a report; what no notebook is to blame for is said into `mouth`."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        job.executed.parent.mkdir(parents=True, exist_ok=True)
        with (job.staged / "record" / "run.log").open("ab", buffering=0) as heard:
            os.dup2(heard.fileno(), 1)
            os.dup2(heard.fileno(), 2)
        start = kernel.forked if kernel.CAN_FORK else kernel.cold
        report = job.report
        outcome = execute(
            report.notebook, report.parameters, job.executed, job.limits, job.environment, start
        )
        result = published(
            outcome, job.staged / report.set, job.staged.name.lstrip("."), job.formats
        )
        write(job.result, as_json({**job.told, **result}))
    except Exception as error:
        mouth.send((error.errno if isinstance(error, OSError) else None, str(error) or repr(error)))
