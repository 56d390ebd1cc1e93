"""A whole pack, a second one in which nothing changed, and 200 sets, beside papermill alone.

    python bench/runs.py [pack] [sets]

The yardstick is one papermill run of a notebook that only imports the same libraries, in this
process, one after the other. The pack is the sample's, its models kept from a run before.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import nbformat
import papermill
import psutil

ROOT = Path(__file__).parents[1]
SETS, LOOP, RUNS = 200, 30, 3  # of papermill alone so many, and as much for the rest
LIBRARIES = (
    "import duckdb, ibis, IPython, ipywidgets, matplotlib.pyplot, pandas, pandera.ibis, "
    "scipy.stats, seaborn, sklearn.linear_model, statsmodels.api"
)
SMALL = "import pandas as pd\nprint(pd.Series(range(n)).sum())"


def write(path: Path, cell: str, parameters: str = "") -> Path:
    """Write a notebook of one cell, behind its parameters if it has any."""
    cells = [nbformat.v4.new_code_cell(cell)]
    if parameters:
        tagged = {"tags": ["parameters"]}
        cells.insert(0, nbformat.v4.new_code_cell(parameters, metadata=tagged))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    about = {"kernelspec": kernel, "language_info": {"name": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=about), path)
    return path


def alone(notebook: Path, out: Path, **values: object) -> float:
    """The seconds of one run under papermill alone, in this process."""
    began = time.perf_counter()
    papermill.execute_notebook(str(notebook), str(out), values, progress_bar=False)
    return time.perf_counter() - began


def run(folder: Path, *asked: object) -> float:
    """The seconds of `revwork run`, from the command line on."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "revwork", "run", *map(str, asked), "--out", "reports"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return time.perf_counter() - began


def pack(folder: Path) -> None:
    """Print the pack's seconds beside as many imports, and those of a pack that did not change."""
    imports = write(folder / "imports.ipynb", LIBRARIES)
    count = len(list((ROOT / "notebooks").glob("[0-9]*.ipynb")))
    alone(imports, folder / "out.ipynb")
    run(folder)  # keeps tables and models
    whole, single, again = [], [], []
    for _ in range(RUNS):
        single.append(alone(imports, folder / "out.ipynb"))
        whole.append(run(folder, "--force"))
        again.append(run(folder))
    took, one = statistics.median(whole), statistics.median(single)
    say(f"pack: {took:.1f} s of {count} notebooks; papermill importing only: {one:.2f} s each")
    say(f"  ratio {took / (count * one):.2f} (bar .8); nothing changed: {min(again):.1f} s (bar 3)")


def sets(folder: Path) -> None:
    """Print the seconds of many sets beside a loop of papermill, and the runner's memory."""
    small = write(folder / "small.ipynb", SMALL, "n: int = 1")
    values = json.dumps({"n": list(range(SETS))})
    (folder / "sets.yaml").write_text(values)
    begun, held = time.perf_counter(), []
    command = [sys.executable, "-m", "revwork", "run", small, "--matrix", folder / "sets.yaml"]
    process = subprocess.Popen([*command, "--out", folder / "reports"], stderr=subprocess.DEVNULL)
    while process.poll() is None:
        with suppress(psutil.Error):
            held.append(psutil.Process(process.pid).memory_info().rss / 2**20)
        time.sleep(0.5)
    ours = time.perf_counter() - begun
    begun = time.perf_counter()
    for n in range(LOOP):
        alone(small, folder / "out.ipynb", n=n)
    theirs = (time.perf_counter() - begun) * SETS / LOOP
    say(f"{SETS} sets: {ours:.1f} s, a papermill loop {theirs:.1f} s: {theirs / ours:.1f}× (bar 3)")
    quarter = len(held) // 4
    say(f"  runner: {max(held[quarter : 2 * quarter]):.0f} MB in the second quarter, ")
    say(f"  {max(held[3 * quarter :]):.0f} MB in the last")


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for work in (pack, sets):
            if not sys.argv[1:] or work.__name__ in sys.argv:
                work(Path(scratch))
