"""Several reports at a time, each in a process forked from one that holds the libraries."""

import multiprocessing
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from revwork.run.kernel import CAN_FORK
from revwork.run.limits import sweep
from revwork.run.request import Job
from revwork.run.worker import work

_GRACE = 300  # seconds beside a notebook's own time: its pages, and a kernel that is slow to come
Said = tuple[int | None, str]


def perform(
    jobs: Iterable[Job], at_once: int, warm: Sequence[str]
) -> Iterator[tuple[Job, Said | None]]:
    """Do the jobs, so many at once: each is yielded with None when it begins, and when it ended.

    Then with what went wrong in its process: nothing where the text is empty; an error of the
    system has its number. Processes are forked from one that holds the modules `warm`. All that
    jobs began is gone when this ends, however it does.
    """
    context = multiprocessing.get_context("forkserver" if CAN_FORK else "spawn")
    if CAN_FORK:
        context.set_forkserver_preload([*warm])
    waiting, running = deque(jobs), {}
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                job = waiting.popleft()
                yield job, None
                one = _begun(job, context)
                running[one.process.sentinel] = one
            for sentinel in wait(list(running), timeout=1):
                one = running.pop(sentinel)
                sweep(one.process.pid)
                yield one.job, _heard(one)
            for one in running.values():
                if time.monotonic() > one.until:
                    sweep(one.process.pid)
    finally:
        for one in running.values():
            sweep(one.process.pid)


@dataclass(frozen=True)
class _Running:
    job: Job
    process: Any
    ear: Connection
    until: float


def _begun(job: Job, context: Any) -> _Running:
    ear, mouth = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(job, mouth))
    process.start()
    mouth.close()
    return _Running(job, process, ear, time.monotonic() + job.limits.notebook + _GRACE)


def _heard(one: _Running) -> Said:
    one.process.join()
    with one.ear:
        try:
            return one.ear.recv()
        except EOFError:
            code = one.process.exitcode
            return (None, f"its process ended with {code}" if code else "")
