"""How long `import revwork` and `revwork --help` take, beside an empty interpreter, in one run."""

import statistics
import subprocess
import sys
from time import perf_counter

COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import revwork": [sys.executable, "-c", "import revwork"],
    "import typer": [sys.executable, "-c", "import typer"],
    "revwork --help": [sys.executable, "-m", "revwork", "--help"],
}


def seconds(command: list[str], runs: int = 7) -> float:
    """Return the median wall time of a command, in seconds."""
    times = []
    for _ in range(runs):
        began = perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    medians = {name: seconds(command) for name, command in COMMANDS.items()}
    empty = medians["python -c pass"]
    for name, median in medians.items():
        sys.stdout.write(f"{name:<16} {median:.3f} s  {median / empty:.1f} × empty\n")
