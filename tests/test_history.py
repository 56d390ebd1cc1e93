"""What runs there are, which one is meant, how two differ: in words and as JSON."""

import json
import os

import pytest
from conftest import notebook, revwork
from filelock import FileLock
from test_index import CLAIM, OPEN, SHOW, TOML, manifest

from revwork.run import ledger, runner
from revwork.run.plan import UsageError
from revwork.run.request import Request

NONE = {"succeeded": 0, "failed": 0, "skipped": 0}


def shelve(reports, run, changes=None, **more):
    """A published run, as its files tell it."""
    folder = reports / run
    folder.mkdir(parents=True)
    told = {name: value for name, value in manifest(run, **more).items() if name != "run"}
    for name, content in {
        "manifest": told, "findings": [], "kpis": [], "changes": changes
    }.items():  # fmt: skip
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def ended(*statuses, seconds=1.5):
    one = {"reason": "", "parameters": {}, "files": {}, "seconds": seconds}
    return [{"notebook": f"{at}", "status": status, **one} for at, status in enumerate(statuses)]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The reports after three runs of a tiny company: the second with less data, the last fails."""
    folder = tmp_path_factory.mktemp("history")
    (folder / "revwork.toml").write_text(TOML)
    cells = (f"workspace = {str(folder)!r}", OPEN, SHOW, CLAIM)
    path, header = notebook(folder / "01_tiny.ipynb", *cells), "order_id,order_date,net_amount\n"
    for rows in ("a,2026-01-02,60\nb,2026-01-31,5\n", "a,2026-01-02,40\n"):
        (folder / "orders.csv").write_text(header + rows)
        runner.run(Request({"": {path: {}}}, True), folder / "reports")
    broken = notebook(folder / "02_broken.ipynb", "1 / 0")
    runner.run(Request({"": {broken: {}}}, True), folder / "reports")
    return folder / "reports"


def runs(reports):
    return [one["run"] for one in ledger.history(reports)]


# history


def test_a_run_is_told_with_how_it_ended_and_what_changed(reports):
    failed, second, first = ledger.history(reports)
    assert (second["status"], second["latest"], second["as_of"]) == (
        "succeeded",
        True,
        "2026-01-02",
    )
    assert second["changes"] == {
        "notebooks": 0, "tables": 1, "kpis": 1, "new": 1, "gone": 1, "changed": 1,
    }  # fmt: skip
    assert (first["changes"], first["latest"]) == (None, False)
    assert failed["status"] == "failed" and failed["notebooks"] == {**NONE, "failed": 1}
    assert all(one["seconds"] > 0 and one["when"].startswith("20") for one in (first, failed))


def test_every_way_not_to_succeed_is_a_failure_but_to_be_skipped(tmp_path):
    statuses = ("succeeded", "skipped", "failed", "timed_out", "killed")
    shelve(tmp_path, "20260901-060000", notebooks=ended(*statuses))
    (one,) = ledger.history(tmp_path)
    assert one["notebooks"] == {"succeeded": 1, "failed": 3, "skipped": 1}
    assert one["seconds"] == 7.5


def test_what_a_newer_manifest_says_of_time_wins_over_name_and_sum(tmp_path):
    told = {"started": "2026-09-01T04:00:00Z", "seconds": 3.25, "ended": "2026-09-01T04:00:03Z"}
    shelve(tmp_path, "20260901-060000", notebooks=ended("succeeded"), **told)
    (one,) = ledger.history(tmp_path)
    assert (one["when"], one["seconds"]) == ("2026-09-01T04:00:00Z", 3.25)
    assert revwork("history", "--out", tmp_path).returncode == 0


def test_runs_of_one_second_are_told_in_the_order_they_began(tmp_path):
    names = ["20260901-060000", *(f"20260901-060000-{n}" for n in (2, 9, 10, 11))]
    for name in names:
        shelve(tmp_path, name)
    assert runs(tmp_path) == names[::-1]


def test_what_is_unfinished_or_unreadable_is_told_as_that(tmp_path):
    (tmp_path / "20260901-060000").mkdir()
    (tmp_path / "20260901-060000/manifest.json").write_text("{half")
    for name in (".20260902-060000", ".20260903-060000"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lock").touch()
    shelve(tmp_path, "2026 final")
    (tmp_path / ".20260904-060000.txt").touch()
    with FileLock(tmp_path / ".20260903-060000/lock"):
        found = {one["run"]: one["status"] for one in ledger.history(tmp_path)}
    assert found == {
        "20260903-060000": "running",
        "20260902-060000": "unfinished",
        "20260901-060000": "unreadable",
        "2026 final": "succeeded",
    }
    assert "2026 final" in revwork("history", "--out", tmp_path).stdout


def test_the_table_has_a_line_a_run_and_json_the_same_facts(reports):
    shown = revwork("history", "--out", reports)
    assert shown.returncode == 0 and shown.stderr == ""
    _, *lines = shown.stdout.splitlines()
    assert [line.split()[0] for line in lines] == runs(reports)
    assert "succeeded · latest" in lines[1] and "tables 1, numbers 1, new 1, gone 1" in lines[1]
    assert "0/1/0" in lines[0] and "failed" in lines[0]
    assert json.loads(revwork("history", "--out", reports, "--json").stdout) == ledger.history(
        reports
    )


def test_no_reports_at_all_is_a_usage_error_not_an_empty_list(tmp_path):
    for command in (["history"], ["diff", "a", "b"], ["prune", "--keep", "1"]):
        done = revwork(*command, "--out", tmp_path / "nowhere")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("revwork: there are no reports in ")
    assert ledger.history(tmp_path) == []


# which run is meant


def test_a_run_goes_by_its_id_its_beginning_or_latest(tmp_path):
    for name in ("20260901-060000", "20260901-060000-2", "20260908-060000"):
        shelve(tmp_path, name)
    os.symlink("20260901-060000", tmp_path / "latest")
    asked = ["20260901-060000", "20260901-060000-2", "20260908", "latest"]
    found = [ledger.find(tmp_path, name).name for name in asked]
    assert found == ["20260901-060000", "20260901-060000-2", "20260908-060000", "20260901-060000"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("2026090", "2026090 begins 2 runs: 20260908-060000, 20260901-060000; which one?"),
        ("20260801-060000", "no run 20260801-060000 in .*; did you mean 2026090.-060000?"),
        ("lastest", "no run lastest in .*; did you mean latest?"),
        ("latest", "there is no latest in .*: no whole pack has succeeded yet"),
        ("", "no run  in "),
        ("../20260901-060000", "no run ../20260901-060000"),
    ],
)
def test_a_run_nobody_knows_is_a_sentence(tmp_path, name, said):
    for run in ("20260901-060000", "20260908-060000"):
        shelve(tmp_path, run)
    with pytest.raises(UsageError, match=said):
        ledger.find(tmp_path, name)


# diff


def test_two_runs_differ_by_numbers_findings_and_tables(reports):
    _, second, first = runs(reports)
    found = ledger.difference(reports / first, reports / second)
    (moved,) = found["kpis"]
    assert (moved["metric"], moved["before"], moved["after"]) == ("net_revenue", 65.0, 40.0)
    assert [len(found[kind]) for kind in ("new", "gone", "changed", "tables")] == [1, 1, 1, 1]
    assert (found["before"]["run"], found["after"]["run"]) == (first, second)
    back = ledger.difference(reports / second, reports / first)
    assert (back["kpis"][0]["before"], back["kpis"][0]["after"]) == (40.0, 65.0)


def test_a_diff_reads_as_lines_and_as_json(reports):
    _, second, first = runs(reports)
    shown = revwork("diff", first, "latest", "--out", reports)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.splitlines() == [
        f"{first} → {second}",
        "   as_of: 2026-01-31 → 2026-01-02",
        "",
        "Tables with less: 1",
        "   orders: 2 → 1 rows, to 2026-01-31 → 2026-01-02",
        "",
        "Numbers moved: 1",
        "   Net revenue: €65 → €40 (2026-01, 01_tiny)",
        "",
        "Findings new: 1",
        "   West fell (€3, 01_tiny)",
        "",
        "Findings gone: 1",
        "   South fell (€3, 01_tiny)",
        "",
        "Findings changed: 1",
        "   North fell (€65 → €40, 01_tiny)",
    ]
    told = json.loads(revwork("diff", first, second, "--out", reports, "--json").stdout)
    assert told == ledger.difference(reports / first, reports / second)


def test_a_run_does_not_differ_from_itself(reports):
    shown = revwork("diff", "latest", "latest", "--out", reports).stdout
    assert shown.endswith("No number, finding or table differs where both can be compared.\n")


def test_other_parameters_and_other_notebooks_are_told_first(tmp_path):
    old, new = ended("succeeded", "succeeded"), ended("succeeded")
    new[0]["parameters"] = {"period": "2026-Q1"}
    before = shelve(tmp_path, "1", notebooks=old)
    after = shelve(tmp_path, "2", notebooks=new, workspace="Other")
    found = ledger.difference(before, after)
    assert found["parameters"] == [{"notebook": "0", "before": {}, "after": {"period": "2026-Q1"}}]
    assert found["only"] == [["1"], []]
    shown = revwork("diff", "1", "2", "--out", tmp_path).stdout
    assert "   workspace: Acme → Other\n" in shown and "   only in 1: 1\n" in shown


def test_half_a_run_cannot_be_compared(tmp_path):
    folder = shelve(tmp_path, "20260901-060000")
    (folder / "kpis.json").unlink()
    done = revwork("diff", folder.name, folder.name, "--out", tmp_path)
    assert done.returncode == 2 and "cannot be compared" in done.stderr
