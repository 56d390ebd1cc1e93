"""The notebooks tell the same numbers again: under nbval, and under papermill alone."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

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


def nbval(published, *paths):
    """Run notebooks again, on the same run where they quote one: what differs in checked cells.

    By name: a notebook that is not there was not run. All in one process: nbval is slow to start.
    """
    folder = paths[0].parent
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-c", folder / "pytest.ini"]
    command += ["-p", "no:cacheprovider", "--nbval-lax", "--nbval-sanitize-with", SANITIZE]
    done = subprocess.run(
        [*command, "--junitxml", folder / "told.xml", *paths],
        cwd=folder, env={**os.environ, HEADLESS: "1", PLACE: str(published / LATEST)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = {}
    for case in ElementTree.parse(folder / "told.xml").iter("testcase"):
        wrong = [one.get("message", "") + (one.text or "") for one in case]
        found.setdefault(Path(case.get("classname")).stem, []).extend(wrong)
    return found


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


@pytest.fixture(scope="module")
def again(published, tmp_path_factory):
    """What nbval finds in a second run of every notebook up to its numbers."""
    folder = tmp_path_factory.mktemp("again")
    for name in NOTEBOOKS:
        nbformat.write(up_to_the_numbers(executed(published, name))[0], folder / f"{name}.ipynb")
    return nbval(published, *(folder / f"{name}.ipynb" for name in NOTEBOOKS))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_second_run_tells_the_same_numbers(again, name):
    assert again[name] == []


def test_another_number_would_not_pass(published, tmp_path):
    for at, mime in enumerate((MIME, "text/html")):
        notebook, cell = up_to_the_numbers(executed(published, "01_revenue"))
        data = cell.outputs[0].data
        if mime == MIME:
            data[mime][0]["value"] += 0.01
        else:
            first = next(digit for digit in data[mime] if digit.isdigit())
            data[mime] = data[mime].replace(first, str(9 - int(first)))
        nbformat.write(notebook, tmp_path / f"tampered{at}.ipynb")
    found = nbval(published, *sorted(tmp_path.glob("*.ipynb")))
    for at, mime in enumerate((MIME, "text/html")):
        (wrong,) = found[f"tampered{at}"]
        assert mime in wrong


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
