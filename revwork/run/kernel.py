"""The kernel of one notebook: forked from a process that holds its libraries, or started cold."""

import ctypes
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from jupyter_core.utils import run_sync

CAN_FORK = sys.platform == "linux"
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_HIGHEST = 1 << 16  # file descriptor that could be open


class _Process:
    """A child that was forked, as jupyter_client asks of one."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid, self._code = pid, None

    def poll(self) -> int | None:
        """Return how it ended, None while it lives."""
        return self._ended(os.WNOHANG)

    def wait(self) -> int:
        """Return how it ended, once it has."""
        return self._ended(0)

    def send_signal(self, number: int) -> None:
        """Send it a signal, as long as it lives."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, how: int) -> int | None:
        if self._code is None:
            pid, status = os.waitpid(self.pid, how)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code


def cold(aside: Path, environment: Mapping[str, str]) -> AsyncKernelManager:
    """Return a kernel that is a program of its own."""
    kernel = _manager(aside)
    run_sync(kernel.start_kernel)(env=dict(environment))
    return kernel


def forked(aside: Path, environment: Mapping[str, str]) -> AsyncKernelManager:
    """Return a kernel that is a copy of this process, which must not have begun a thread."""
    kernel = _manager(aside)
    kernel.write_connection_file()
    pid = os.fork()
    if not pid:
        _become(kernel.connection_file, environment)
    kernel.provisioner = LocalProvisioner(parent=kernel)
    kernel.provisioner.process = _Process(pid)
    kernel.provisioner.pid = kernel.provisioner.pgid = pid
    return kernel


def group_of(kernel: AsyncKernelManager) -> int:
    """Return the process group of a kernel, 0 where it has none."""
    return (kernel.provisioner and kernel.provisioner.pgid) or 0


def _manager(aside: Path) -> AsyncKernelManager:
    return AsyncKernelManager(transport="ipc", connection_file=str(aside / "kernel.json"))


def _become(connection_file: str, environment: Mapping[str, str]) -> None:
    """Be a kernel until it ends: in a group of its own, heard by nobody, gone with its parent."""
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(null, standard)
    os.closerange(3, _HIGHEST)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # what the parent had found
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from ipykernel.kernelapp import IPKernelApp

    try:
        IPKernelApp.launch_instance(
            argv=[
                f"-f={connection_file}",
                "--IPKernelApp.transport=ipc",
                "--HistoryManager.enabled=False",
                "--matplotlib=inline",
            ]
        )
    finally:
        os._exit(0)
