"""The command line, as a person or a schedule types it."""

import json
import re

import pytest
from conftest import notebook, revwork

TOML = 'company = "Acme"\ncurrency = "EUR"\n[tables.orders]\nfile = "orders.csv"\n'
ORDERS = """order_id,order_date,net_amount,region
a,2024-11-03,40,North
b,2025-11-30,60,South
c,2026-02-02,50,North
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A folder with a company that has only orders, and two notebooks of its own."""
    folder = tmp_path_factory.mktemp("here")
    (folder / "acme").mkdir()
    (folder / "acme/revwork.toml").write_text(TOML)
    (folder / "acme/orders.csv").write_text(ORDERS)
    notebook(folder / "fine.ipynb", "print(weeks)", parameters="weeks: int = 4  # how far back")
    notebook(folder / "broken.ipynb", "1 / 0")
    return folder


def manifest(reports):
    """The one run's manifest."""
    (path,) = reports.glob("2*/manifest.json")
    return json.loads(path.read_text())


# run


@pytest.fixture(scope="module")
def told(acme):
    """What the run of the README's company says of itself."""
    name = acme.stdout.splitlines()[-1].split("/")[-2]
    return json.loads((acme.folder / "reports" / name / "manifest.json").read_text())


def test_a_company_with_orders_only_gets_its_pack(acme, told):
    assert acme.returncode == 0, acme.stdout + acme.stderr
    assert told["workspace"] == "Acme"
    assert {ended["status"] for ended in told["notebooks"]} <= {"succeeded", "skipped"}


def test_where_nobody_watches_progress_is_one_line_a_notebook(acme, root):
    names = sorted(path.stem for path in (root / "notebooks").glob("[0-9]*.ipynb"))
    counted = [f"({at} of {len(names)})" for at in range(1, len(names) + 1)]
    assert [f"({line.split(' (')[1]}" for line in acme.stderr.splitlines()] == counted
    assert sorted(line.split(" (")[0] for line in acme.stderr.splitlines()) == names


def test_the_command_ends_with_how_each_notebook_ended_and_where_to_look(acme, told):
    *ends, last = acme.stdout.splitlines()
    starts = [f"{e['notebook']}: {e['status']} in " for e in told["notebooks"]]
    assert len(ends) == len(starts)
    assert all(end.startswith(start) for end, start in zip(ends, starts, strict=True))
    assert last == f"Open {acme.folder / 'reports' / told['run'] / 'index.html'}"


def test_latest_is_for_the_whole_pack_with_its_own_parameters(
    published, acme, told, here, tmp_path
):
    """The README's whole pack is of another period than the notebooks' own."""
    assert (published / "latest").is_symlink()
    assert {one["parameters"].get("period") for one in told["notebooks"]} >= {"2026-02"}
    assert not (acme.folder / "reports/latest").exists()
    part = revwork("run", "fine.ipynb", "--out", tmp_path, cwd=here)
    assert part.returncode == 0 and len(list(tmp_path.glob("2*"))) == 1
    assert not (tmp_path / "latest").is_symlink()


def test_a_failing_notebook_is_exit_1_and_the_others_are_published(here, tmp_path):
    done = revwork("run", "broken.ipynb", "fine.ipynb", "--out", tmp_path, cwd=here)
    assert done.returncode == 1 and "Traceback" not in done.stdout + done.stderr
    assert re.match(r"broken: failed in [\d.]+ s: cell 2: division by zero\n", done.stdout)
    assert [ended["status"] for ended in manifest(tmp_path)["notebooks"]] == ["failed", "succeeded"]
    assert next(tmp_path.glob("2*/fine.html")).exists()


def test_a_given_value_reaches_the_notebook_and_the_manifest(here, tmp_path):
    done = revwork("run", "fine.ipynb", "-p", "weeks=8", "--out", tmp_path, cwd=here)
    assert done.returncode == 0 and manifest(tmp_path)["notebooks"][0]["parameters"] == {"weeks": 8}
    assert '"8\\n"' in next(tmp_path.glob("2*/record/fine.ipynb")).read_text()


# what cannot be meant


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["run", "01_revenu"], "no notebook 01_revenu; there are 00_board_pack, 01_revenue"),
        (["run", "-p", "perod=2026"], "no parameter perod; there are"),
        (["run", "-p", "compare=budget"], "compare=budget: not one of year ago, previous"),
        (["run", "-p", "period"], "-p period: write it as NAME=VALUE."),
        (["run", "--workspace", "nowhere"], '"nowhere" is no workspace'),
        (["params", "02_nothing"], "no notebook 02_nothing"),
    ],
)
def test_a_usage_error_is_one_line_and_exit_2(here, arguments, words):
    done = revwork(*arguments, cwd=here)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"revwork: {words}") and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["run", "--wat"], "No such option"),
        (["rum"], "No such command"),
        (["params"], "Missing argument"),
        (["run", "--out", "acme/orders.csv"], "is a file"),
    ],
)
def test_a_command_that_is_not_there_is_exit_2_without_a_traceback(here, arguments, words):
    done = revwork(*arguments, cwd=here)
    assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr


# help


@pytest.mark.parametrize("command", [[], ["run"], ["params"], ["lab"]])
def test_every_command_explains_itself(here, command):
    done = revwork(*command, "--help", cwd=here)
    assert done.returncode == 0 and done.stderr == ""
    assert f"revwork {' '.join(command)}".strip() in done.stdout and len(done.stdout) > 200


def test_params_says_name_type_default_and_meaning(here, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    done = revwork("params", "01_revenue", cwd=here)
    assert done.returncode == 0
    for word in ("workspace", "str", "'data/sample'", "Literal['year ago', 'previous']"):
        assert word in done.stdout
    assert "folder that holds revwork.toml" in done.stdout


def test_params_of_a_notebook_of_ones_own(here):
    assert "how far back" in revwork("params", "fine.ipynb", cwd=here).stdout
