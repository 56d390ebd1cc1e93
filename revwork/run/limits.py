"""What a notebook may take: time and memory, and no longer than the run that asked for it lives."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass as declared

from revwork.data.source import CLOSED

Positive = Annotated[float, Field(gt=0)]
_EVERY = 0.25  # seconds between two looks


@declared(frozen=True, config=CLOSED)
class Running:
    """How long a cell and a notebook may take, what a kernel may hold, how many runs are kept.

    `keep`: all of them where nothing is said. Without `memory_gb` the kernels that run together
    share three quarters of the machine's.
    """

    cell_minutes: Positive = 20
    notebook_minutes: Positive = 30
    memory_gb: Positive | None = None
    keep: Annotated[int, Field(ge=1)] | None = None


@dataclass(frozen=True)
class Limits:
    """Seconds of a cell and of a whole notebook, bytes of its kernel, letters of its output."""

    cell: float = 1200
    notebook: float = 1800
    memory: float = float("inf")
    output: int = 100_000_000


class Watch:
    """Kills the process group of a kernel that goes beyond its limits, and remembers which.

    The group goes too when the process of the run is gone: nobody would read what it makes.
    """

    def __init__(self, limits: Limits, group: int) -> None:
        self.broken: Literal["", "time", "memory", "output"] = ""
        self._said = 0
        self._limits, self._group, self._done = limits, group, Event()
        self._until = time.monotonic() + limits.notebook
        Thread(target=self._look, daemon=True).start()

    def heard(self, letters: int) -> None:
        """Take note of so much output."""
        self._said += letters

    def end(self) -> None:
        """Stop looking, and kill what is left of the group."""
        self._done.set()
        kill(self._group)

    def _look(self) -> None:
        runner = multiprocessing.parent_process()
        while not self._done.wait(_EVERY):
            if runner and not runner.is_alive():
                kill(self._group)
                os._exit(1)
            if time.monotonic() > self._until:
                self.broken = "time"
            elif self._said > self._limits.output:
                self.broken = "output"
            elif held(self._group) > self._limits.memory:
                self.broken = "memory"
            if self.broken:
                kill(self._group)
                return


def kill(group: int) -> None:
    """Kill the processes of a group, if any are left."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def sweep(session: int) -> None:
    """Kill every process of a session, in whatever group it is."""
    while left := [pid for pid, of in _sessions() if of == session and _lives(pid)]:
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def of_each(jobs: int) -> float:
    """Return the bytes that each of so many kernels may hold: a part of three quarters of all."""
    import psutil

    return 0.75 * psutil.virtual_memory().total / jobs


def held(group: int) -> int:
    """Return the bytes that the processes of a group hold for themselves."""
    import psutil

    total = 0
    for process in _family(group):
        with suppress(psutil.Error):
            memory = process.memory_info()
            total += memory.rss - getattr(memory, "shared", 0)
    return total


def _family(group: int) -> list:
    """The leader of a group with all that it started and what they started."""
    import psutil

    try:
        leader = psutil.Process(group)
        return [leader, *leader.children(recursive=True)]
    except psutil.Error:
        return []


def _lives(pid: int) -> bool:
    import psutil

    with suppress(psutil.Error):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def _sessions() -> Iterator[tuple[int, int]]:
    """Each process with its session."""
    import psutil

    for pid in psutil.pids():
        with suppress(ProcessLookupError, PermissionError):
            yield pid, os.getsid(pid)
