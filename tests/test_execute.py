"""However a notebook ends, its status says so, and nothing of its kernel is left."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from conftest import notebook

from revwork.report.panels import HEADLESS
from revwork.run.execute import execute
from revwork.run.limits import Limits

EXITS = "import os, sys, signal, time, subprocess\n"
CHILD = EXITS + "print(os.getpgid(0), subprocess.Popen(['sleep', '600']).pid, flush=True)"


@pytest.fixture
def ended(tmp_path):
    """Execute these cells behind a title, and return the outcome and the notebook on disk."""

    def run(*cells, parameters=None, given=(), limit=120):
        source = notebook(tmp_path / "tiny.ipynb", *cells, parameters=parameters)
        outcome = execute(source, dict(given), tmp_path / "executed.ipynb", Limits(notebook=limit))
        return outcome, nbformat.read(outcome.executed, 4)

    return run


def said(executed):
    outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]
    return "".join(output.get("text", "") for output in outputs)


def ran(executed):
    """The sources of the code cells that ran to their end or to their error."""
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    return [cell.source for cell in code if cell.execution_count]


def living(group):
    """The processes of a group but for those that are dead and not yet collected."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of_group = place.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(of_group) == group and state != "Z":
            found.append(place.parent.name)
    return found


def appears(path, process):
    """Wait until a file has content, as long as the process lives."""
    while not (path.exists() and path.read_text()):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    return path.read_text()


# status


def test_a_notebook_whose_every_cell_ran_succeeded(ended):
    outcome, executed = ended("x = 1", "print(x + 1)")
    assert (outcome.status, outcome.reason, outcome.notebook) == ("succeeded", "", "tiny")
    assert said(executed) == "2\n" and ran(executed) == ["x = 1", "print(x + 1)"]


def test_an_error_names_the_cell_of_the_source_and_ends_the_notebook_there(ended):
    outcome, executed = ended("x = 1", "1 / 0", "x = 2", parameters="a: int = 1", given={"a": 2})
    assert (outcome.status, outcome.reason) == ("failed", "cell 4: division by zero")
    assert ran(executed) == ["a: int = 1", "# Parameters\na = 2\n", "x = 1", "1 / 0"]


@pytest.mark.parametrize(
    "leaves, status, reason",
    [
        ("sys.exit(0)", "failed", "cell 3 ended the notebook before its last cell"),
        ("sys.exit(3)", "failed", "cell 3 ended the notebook with exit code 3"),
        ("os._exit(0)", "killed", "its kernel ended in cell 3 before the last cell ran"),
        (
            "os.kill(os.getpid(), signal.SIGKILL)",
            "killed",
            "its kernel ended in cell 3 before the last cell ran",
        ),
        ("raise KeyboardInterrupt", "failed", "cell 3: KeyboardInterrupt"),
        ("input('name?')", "failed", "cell 3: raw_input was called"),
        ("x = ", "failed", "cell 3: invalid syntax"),
    ],
)
def test_a_notebook_that_stops_before_its_last_cell_did_not_succeed(ended, leaves, status, reason):
    outcome, executed = ended("x = 1", f"{EXITS}{leaves}", "x = 2")
    assert outcome.status == status and outcome.reason.startswith(reason)
    assert "x = 2" not in ran(executed)


def test_a_kernel_that_dies_in_the_last_cell_did_not_succeed(ended):
    outcome, _ = ended("x = 1", f"{EXITS}os._exit(0)")
    assert outcome.status == "killed"


def test_the_time_limit_is_for_the_whole_notebook(ended):
    outcome, executed = ended("import time; time.sleep(2)", "while True: pass", "x = 2", limit=8)
    assert outcome.status == "timed_out"
    assert outcome.reason == "the time limit ended it in cell 3"
    assert "x = 2" not in ran(executed)


def test_the_limit_of_one_notebook_does_not_end_the_next(ended):
    assert ended("while True: pass", limit=3)[0].status == "timed_out"
    assert ended("1")[0].status == "succeeded"


def test_a_missing_table_skips_the_notebook_with_the_doors_sentence(ended, tmp_path):
    (tmp_path / "revwork.toml").write_text('company = "Acme"\ncurrency = "EUR"')
    load = f"open_company({str(tmp_path)!r}).tables(needs=['orders'])"
    outcome, executed = ended("from revwork import open_company", load, "x = 2")
    assert outcome.status == "skipped" and "x = 2" not in ran(executed)
    assert outcome.reason.startswith("Acme has no table orders. It answers what was sold")


def test_a_question_the_data_cannot_answer_ends_its_notebook_politely(ended):
    raised = "from revwork.findings import Unanswered\nraise Unanswered('No cost is known.')"
    outcome, _ = ended(raised)
    assert (outcome.status, outcome.reason) == ("skipped", "No cost is known.")


@pytest.mark.parametrize(
    "cell, status",
    [
        ("1", "succeeded"),
        ("1 / 0", "failed"),
        ("import os; os._exit(1)", "killed"),
        ("from revwork.findings import MissingTable; raise MissingTable('none')", "skipped"),
    ],
)
def test_the_executed_notebook_tells_the_same_end_as_the_outcome(ended, cell, status):
    outcome, executed = ended(cell, "2")
    told = executed.metadata.papermill
    assert (told.status, told.reason) == (status, outcome.reason) == (outcome.status, told.reason)
    assert bool(told.exception) is (status not in ("succeeded", "skipped"))
    assert "revwork" not in said(executed), "the runner's own last cell is taken away"


# outputs


def test_a_huge_output_is_kept_whole(ended):
    outcome, executed = ended("print('x' * 10_000_000)", "for i in range(20_000): print(i)")
    assert outcome.status == "succeeded" and len(said(executed)) == 10_000_001 + 108_890


def test_an_output_with_nan_leaves_a_notebook_that_every_reader_can_open(ended):
    show = "from IPython.display import display\nnan = float('nan')\n"
    outcome, _ = ended(show + "display({'application/json': {'a': nan}}, raw=True)\nprint(nan)")
    assert outcome.status == "succeeded"
    json.loads(outcome.executed.read_text(), parse_constant=pytest.fail)


# parameters and surroundings


def test_given_values_are_injected_by_papermill_below_the_defaults(ended):
    text = "007 \"quoted\" 'twice' \\n {x} é\n<b>"
    outcome, executed = ended("print([name])", parameters='name: str = ""', given={"name": text})
    tags = [cell.metadata.get("tags") for cell in executed.cells[1:3]]
    assert tags == [["parameters"], ["injected-parameters"]]
    assert said(executed) == f"{[text]}\n" and outcome.parameters == {"name": text}


def test_with_defaults_the_notebook_runs_as_it_is(ended, tmp_path):
    _, executed = ended("print(name)", parameters='name: str = "default"')
    source = nbformat.read(tmp_path / "tiny.ipynb", 4)
    assert said(executed) == "default\n"
    assert [cell.source for cell in executed.cells] == [cell.source for cell in source.cells]


def test_the_source_stays_as_it_was(ended, tmp_path):
    ended("print(1)")
    before = (tmp_path / "tiny.ipynb").read_bytes()
    execute(tmp_path / "tiny.ipynb", {}, tmp_path / "again.ipynb")
    assert (tmp_path / "tiny.ipynb").read_bytes() == before


def test_a_kernel_is_told_that_nobody_watches(ended):
    _, executed = ended(f"import os; print(os.environ['{HEADLESS}'])")
    assert said(executed) == "1\n" and HEADLESS not in os.environ


def test_a_run_leaves_only_its_executed_notebook(ended, tmp_path, monkeypatch, capfd):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    ended("1")
    assert {path.name for path in tmp_path.rglob("*")} == {"here", "tiny.ipynb", "executed.ipynb"}
    assert capfd.readouterr() == ("", "")


# processes


@pytest.mark.parametrize("end", ["1", "os._exit(1)"])
def test_the_temporary_files_of_a_notebook_go_with_it(ended, end):
    _, executed = ended(f"{EXITS}import tempfile; print(tempfile.mkdtemp(), flush=True)", end)
    place = Path(said(executed).strip())
    assert place.is_absolute() and not place.parent.exists()


@pytest.mark.parametrize("end", ["1", "1 / 0", "os._exit(1)", "os.kill(os.getpid(), 9)"])
def test_what_a_cell_started_does_not_outlive_the_notebook(ended, end):
    _, executed = ended(CHILD, end)
    group, child = map(int, said(executed).split())
    assert child != group and living(group) == []


def test_what_a_cell_started_does_not_outlive_the_time_limit(ended):
    outcome, executed = ended(CHILD, "while True: pass", limit=8)
    assert outcome.status == "timed_out" and living(int(said(executed).split()[0])) == []


@pytest.mark.parametrize(
    "sent, busy", [(signal.SIGINT, "while True: pass"), (signal.SIGTERM, "time.sleep(600)")]
)
def test_an_interrupted_run_leaves_no_kernel_and_no_trace_among_the_reports(tmp_path, sent, busy):
    mark = tmp_path / "group"
    tell = f"{CHILD}\nopen({str(mark)!r}, 'w').write(str(os.getpgid(0)))"
    slow = notebook(tmp_path / "slow.ipynb", tell, busy)
    command = [sys.executable, "-m", "revwork", "run", slow, "--out", tmp_path / "reports"]
    process = subprocess.Popen(command, stdout=-1, stderr=-1, text=True, start_new_session=True)
    group = int(appears(mark, process))
    process.send_signal(sent)
    out, complaint = process.communicate()
    assert process.returncode == 130
    assert (out, complaint.splitlines()) == (
        "",
        ["slow (1 of 1)", "revwork: stopped before anything was published."],
    )
    assert living(group) == []
    assert [path.name for path in (tmp_path / "reports").iterdir()] == [".run.lock"]
