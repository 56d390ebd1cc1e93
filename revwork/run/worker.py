"""One report from start to record, in a process of its own."""

import os
import signal
from multiprocessing.connection import Connection

from revwork.run.files import as_json, write
from revwork.run.request import Job


def work(job: Job, mouth: Connection) -> None:
    """Execute and publish a report; what no notebook is to blame for is said into `mouth`."""
    from revwork.run import kernel
    from revwork.run.execute import execute
    from revwork.run.pages import published

    os.setsid()
    os.environ.clear()
    os.environ.update(job.environment)  # the process it was forked from may be of an earlier run
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
        write(job.result, as_json({**job.told, **published(outcome, job)}))
    except Exception as error:
        mouth.send((error.errno if isinstance(error, OSError) else None, str(error) or repr(error)))
