"""The notebooks tell the same numbers again: under nbval, and under papermill alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from texts import CHOSEN

from revwork.pack import LATEST, PLACE
from revwork.report.kpi import MIME
from revwork.report.panels import HEADLESS

CHECKED = "nbval-check-output"
SANITIZE = Path(__file__).with_name("nbval_sanitize.cfg")
NOTEBOOKS = [path.stem for path in CHOSEN]


def executed(published, name):
    return nbformat.read(published / f"latest/record/{name}.ipynb", 4)


def numbers(notebook):
    """What the headline cells of an executed notebook carry for kpis.json."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [row for output in outputs for row in output.get("data", {}).get(MIME, [])]


def nbval(path, published):
    """Run the notebook again, on the same run where it quotes one, and compare checked cells."""
    ini = path.with_name("pytest.ini")
    ini.write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-c", ini, "-p", "no:cacheprovider", "--nbval-lax"]
    return subprocess.run(
        [*command, "--nbval-sanitize-with", SANITIZE, path],
        cwd=path.parent, env={**os.environ, HEADLESS: "1", PLACE: str(published / LATEST)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def up_to_the_numbers(notebook):
    """The notebook up to its last headline cell, and that cell: nothing after it is compared."""
    tagged = [i for i, c in enumerate(notebook.cells) if CHECKED in c.metadata.get("tags", [])]
    notebook.cells = notebook.cells[: tagged[-1] + 1]
    return notebook, notebook.cells[-1]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_headline_cell_is_one_that_nbval_checks(published, name):
    cells = executed(published, name).cells
    carry = [
        cell for cell in cells if any(MIME in o.get("data", {}) for o in cell.get("outputs", []))
    ]
    assert all(CHECKED in cell.metadata.tags for cell in carry)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_second_run_tells_the_same_numbers(published, name, tmp_path):
    path = tmp_path / f"{name}.ipynb"
    notebook, _ = up_to_the_numbers(executed(published, name))
    nbformat.write(notebook, path)
    done = nbval(path, published)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("mime", [MIME, "text/html"])
def test_another_number_would_not_pass(published, mime, tmp_path):
    notebook, cell = up_to_the_numbers(executed(published, "01_revenue"))
    data = cell.outputs[0].data
    if mime == MIME:
        data[mime][0]["value"] += 0.01
    else:
        first = next(digit for digit in data[mime] if digit.isdigit())
        data[mime] = data[mime].replace(first, str(9 - int(first)))
    path = tmp_path / "tampered.ipynb"
    nbformat.write(notebook, path)
    done = nbval(path, published)
    assert done.returncode == 1 and "1 failed" in done.stdout, done.stdout
    assert mime in done.stdout


@pytest.mark.parametrize("name", NOTEBOOKS if "REVWORK_ALL" in os.environ else NOTEBOOKS[::3])
def test_papermill_alone_runs_it_from_anywhere_and_tells_the_same_numbers(
    published, name, root, tmp_path
):
    source = root / f"notebooks/{name}.ipynb"
    bare = {key: value for key, value in os.environ.items() if key != HEADLESS}
    bare[PLACE] = str(published / LATEST)
    command = [sys.executable, "-m", "papermill", source, "out.ipynb", "--no-progress-bar"]
    done = subprocess.run(
        command, cwd=tmp_path, env=bare, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads((published / "latest/kpis.json").read_text())
    expected = [{k: v for k, v in row.items() if k != "notebook"} for row in told
                if row["notebook"] == name]  # fmt: skip
    own = numbers(nbformat.read(tmp_path / "out.ipynb", 4))
    assert own == expected
    assert {path.name for path in tmp_path.iterdir()} == {"out.ipynb"}
