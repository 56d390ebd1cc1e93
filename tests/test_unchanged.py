"""What did not change is not executed again, and what might have changed always is."""

import json
import os
import re
from datetime import date, timedelta

import pytest
from conftest import notebook

from revwork.run import runner
from revwork.run.making import Way
from revwork.run.request import Request

TOML = 'company = "Acme"\ncurrency = "EUR"\n[tables.orders]\nfile = "orders.csv"\n'
ORDERS = "order_id,order_date,net_amount\na,2026-01-02,40\nb,2026-01-31,60\n"
CELL = """
from revwork import open_company
from revwork.report import begin
company = open_company(workspace)
tables = company.tables(needs=["orders"])
begin(company, tables, company.compare("2026-01", "previous", tables.as_of))
"""
PARAMETERS = 'workspace: str = "data/sample"\nnote: str = ""'


@pytest.fixture
def acme(tmp_path):
    """A company with one table, and two notebooks that read it."""
    (tmp_path / "revwork.toml").write_text(TOML)
    (tmp_path / "orders.csv").write_text(ORDERS)
    for name in ("one", "two"):
        notebook(tmp_path / f"{name}.ipynb", CELL, parameters=PARAMETERS)
    return tmp_path


def run(folder, *names, formats=("html",), force=False, **values):
    given = {"workspace": str(folder), **values}
    plan = {folder / f"{name}.ipynb": given for name in names or ("one", "two")}
    told = []
    way = Way(told=lambda name, at, of, why: told.append((name, why)), force=force)
    done = runner.run(Request({"": plan}, True, formats), folder / "reports", way)
    assert done["status"] == "succeeded", done["notebooks"]
    return done, sorted(name for name, why in told if not why)


def test_nothing_changed_so_nothing_runs_and_the_pack_is_whole_and_new(acme):
    first, ran = run(acme)
    again, reran = run(acme)
    assert (ran, reran) == (["one", "two"], [])
    reports = acme / "reports"
    assert os.readlink(reports / "latest") == again["run"] != first["run"]
    for name in ("one.html", "kpis.json", "findings.json", "record/one.ipynb"):
        assert (reports / again["run"] / name).read_bytes() == (
            reports / first["run"] / name
        ).read_bytes()
    for entry in again["notebooks"]:
        assert (entry["unchanged_since"], entry["seconds"]) == (first["run"], 0.0)
    assert again["inputs"] == first["inputs"] and first["inputs"]


def test_it_is_unchanged_since_the_run_that_made_it_not_the_one_that_took_it_over(acme):
    first, _ = run(acme)
    run(acme)
    third, _ = run(acme)
    assert {entry["unchanged_since"] for entry in third["notebooks"]} == {first["run"]}


def test_an_old_run_can_go_without_the_pages_of_those_that_took_them_over(acme):
    import shutil

    first, _ = run(acme)
    again, _ = run(acme)
    shutil.rmtree(acme / "reports" / first["run"])
    assert "Acme" in (acme / "reports" / again["run"] / "one.html").read_text()


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "orders.csv").write_text(ORDERS + "c,2026-01-20,5\n"),
        lambda folder: (folder / "orders.csv").write_text(ORDERS.replace("40", "41")),
        lambda folder: (folder / "revwork.toml").write_text(TOML.replace("Acme", "Acne")),
        lambda folder: (folder / "actions.yaml").write_text("actions: []\n"),
    ],
    ids=["a row", "an amount", "the toml", "a decision"],
)
def test_what_a_report_reads_changed_so_it_runs(acme, change):
    run(acme)
    change(acme)
    assert run(acme)[1] == ["one", "two"]


def test_only_the_notebook_that_changed_runs(acme):
    run(acme)
    notebook(acme / "two.ipynb", CELL, "1 + 1", parameters=PARAMETERS)
    assert run(acme)[1] == ["two"]


def test_another_value_is_another_report_and_the_first_is_still_known(acme):
    run(acme)
    assert run(acme, note="b")[1] == ["one", "two"]
    assert run(acme)[1] == []


def test_a_file_touched_but_not_changed_is_unchanged(acme):
    run(acme)
    os.utime(acme / "orders.csv", (1, 1))
    assert run(acme)[1] == []


def test_force_runs_all(acme):
    run(acme)
    assert run(acme, force=True)[1] == ["one", "two"]


def test_a_format_that_was_not_made_is(acme):
    run(acme, "one")
    assert run(acme, "one", formats=("html", "xlsx"))[1] == ["one"]
    assert run(acme, "one")[1] == []


@pytest.mark.parametrize(
    "cells, parameters",
    [
        (["1"], PARAMETERS),
        ([CELL.replace("(workspace)", "('.')")], PARAMETERS),
        ([CELL], None),
    ],
    ids=["nothing", "another company", "no parameter"],
)
def test_a_notebook_that_does_not_say_what_it_reads_always_runs(acme, cells, parameters):
    if parameters is None:
        cells = [f"workspace = {str(acme)!r}", *cells]
    notebook(acme / "one.ipynb", *cells, parameters=parameters)
    given = {"workspace": str(acme)} if parameters else {}
    request = Request({"": {acme / "one.ipynb": given}}, True)
    for _ in range(2):
        done = runner.run(request, acme / "reports")
        assert done["notebooks"][0]["unchanged_since"] is None


def test_a_failure_is_never_taken_over(acme):
    notebook(acme / "one.ipynb", CELL, "1 / 0", parameters=PARAMETERS)
    request = Request({"": {acme / "one.ipynb": {"workspace": str(acme)}}}, True)
    for _ in range(2):
        (entry,) = runner.run(request, acme / "reports")["notebooks"]
        assert (entry["status"], entry["unchanged_since"]) == ("failed", None)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"key": 1}'])
def test_a_damaged_record_is_not_taken_for_a_report(acme, content):
    first, _ = run(acme, "one")
    (acme / "reports" / first["run"] / "record/one.result.json").write_text(content)
    assert run(acme, "one")[1] == ["one"]


def test_a_page_that_is_gone_is_made_again(acme):
    first, _ = run(acme, "one")
    (acme / "reports" / first["run"] / "one.html").unlink()
    assert run(acme, "one")[1] == ["one"]


def test_rows_of_the_day_itself_are_read_again_on_another_day(acme, monkeypatch):
    (acme / "orders.csv").write_text(ORDERS + f"c,{date.today()},5\n")
    run(acme, "one")
    assert run(acme, "one")[1] == []
    result = next((acme / "reports").glob("2*/record/one.result.json"))
    for path in (acme / "reports").glob("2*/record/one.result.json"):
        said = json.loads(path.read_text())
        said["today"] = str(date.today() - timedelta(days=1))
        path.unlink()
        path.write_text(json.dumps(said))
    assert result.exists() and run(acme, "one")[1] == ["one"]


def test_the_command_says_why_it_did_not_run(acme):
    from conftest import revwork

    asked = ["run", acme / "one.ipynb", "--workspace", acme, "--out", acme / "r"]
    first, second = (revwork(*asked, cwd=acme) for _ in range(2))
    name = re.search(r"r/(\d+-\d+)/index", first.stdout)[1]
    assert second.stderr == f"one (1 of 1): unchanged since {name}\n"
    assert f"one: succeeded in 0.0 s: unchanged since {name}\n" in second.stdout


def test_relative_periods_are_the_same_for_all_and_stand_in_the_manifest(acme):
    done, _ = run(acme)
    assert [entry["resolved"] for entry in done["notebooks"]] == [
        {"as_of": "2026-01-31", "period": "2026-01", "base": "2025-12", "partial": False}
    ] * 2


def test_data_that_change_while_a_run_reads_them_fail_it_and_latest_stays(acme):
    before, _ = run(acme)
    change = f"open({str(acme / 'orders.csv')!r}, 'a').write('c,2026-01-20,5\\n')"
    notebook(acme / "three.ipynb", CELL, change, parameters=PARAMETERS)
    plan = {acme / f"{name}.ipynb": {"workspace": str(acme)} for name in ("three", "one")}
    done = runner.run(Request({"": plan}, True), acme / "reports", Way(jobs=1, force=True))
    assert done["reason"] == "orders changed while the run read: run it again"
    assert done["status"] == "failed"
    assert os.readlink(acme / "reports/latest") == before["run"]
