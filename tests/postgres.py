"""A real PostgreSQL server for the tests, of the system's binaries, gone when they end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

PASSWORD = "s3cr3t/p@ss:w%rd+#?"


@dataclass(frozen=True)
class Server:
    """Where it listens, and the password of its user `shop`."""

    port: int
    password: str = PASSWORD

    @property
    def place(self) -> str:
        """What stands in an address behind the @."""
        return f"127.0.0.1:{self.port}/postgres"

    def execute(self, *statements: str) -> None:
        """Run statements as the owner of everything."""
        import psycopg

        address = f"postgresql://shop:{quote(self.password, safe='')}@{self.place}"
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


def binaries() -> Path | None:
    """Return the folder of initdb and pg_ctl, the newest there is."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    which = shutil.which("initdb")
    return Path(which).resolve().parent if which else None


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Start a server whose files lie in a folder below /tmp, as a user other than root."""
    place = Path(tempfile.mkdtemp(prefix="revwork-postgres-", dir="/tmp"))
    user = _user()
    if user:
        shutil.chown(place, user)
    (place / "password").write_text(PASSWORD)
    (place / "password").chmod(0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1 -c fsync=off"
    data = ["-D", place / "data"]

    def run(command: str, *arguments: object) -> None:
        line = [folder / command, *map(str, arguments)]
        subprocess.run(line, check=True, capture_output=True, user=user, cwd=place)

    try:
        run("initdb", *data, "-U", "shop", "--auth=scram-sha-256", "-E", "UTF8", "--pwfile",
            place / "password")  # fmt: skip
        run("pg_ctl", *data, "-w", "-l", place / "log", "-o", options, "start")
        yield Server(port)
    finally:
        subprocess.run([folder / "pg_ctl", *data, "-m", "immediate", "stop"], check=False,
                       capture_output=True, user=user, cwd=place)  # fmt: skip
        shutil.rmtree(place, ignore_errors=True)


def _user() -> str | None:
    """Who to run it as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    known = {one.pw_name for one in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
