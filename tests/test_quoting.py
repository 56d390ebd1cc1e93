"""A notebook that quotes a run reads the one it is made in, and alone the latest."""

import json
import os

import nbformat
import pytest
from conftest import notebook, revwork

from revwork.findings import Unanswered
from revwork.pack import open_run, standing
from revwork.run import runner, unchanged
from revwork.run.making import Way
from revwork.run.request import Report, Request

TOML = 'company = "Acme"\ncurrency = "EUR"\n[tables.orders]\nfile = "orders.csv"\n'
ORDERS = "order_id,order_date,net_amount\na,2026-01-02,40\nb,2026-01-31,60\n"
SAYS = """
from revwork import open_company
from revwork.metrics import Kpi
from revwork.report import begin, kpis
company = open_company(workspace)
tables = company.tables(needs=["orders"])
begin(company, tables, company.compare("2026-01", "previous", tables.as_of))
"""
NUMBER = """
net = float(tables.orders.net_amount.sum().execute())
kpis([Kpi("net_revenue", net, "money", "sales", "2026-01")])
"""
QUOTES = """
from revwork import open_company, open_run
from revwork.report import board
company, run = open_company(workspace), open_run()
board.opening(run, company)
"""
SHOWS = 'print([row["value"] for row in run.kpis], run.is_own, department)'
OF = 'workspace: str = "data/sample"\ndepartment: str = ""'


@pytest.fixture
def acme(tmp_path):
    """A company with one table, a notebook with a number, and one that quotes it."""
    (tmp_path / "revwork.toml").write_text(TOML)
    (tmp_path / "orders.csv").write_text(ORDERS)
    notebook(tmp_path / "01_one.ipynb", SAYS, NUMBER, parameters=OF)
    notebook(tmp_path / "00_pack.ipynb", QUOTES, SHOWS, parameters=OF)
    return tmp_path


def run(folder, *names, sets=("",), whole=False):
    plans = {
        one: {folder / f"{name}.ipynb": {"workspace": str(folder), "department": one}
              for name in names}
        for one in sets
    }  # fmt: skip
    return runner.run(Request(plans, whole), folder / "reports", Way(jobs=1))


def said(folder, manifest, name="00_pack"):
    path = folder / "reports" / manifest["run"] / "record" / f"{name}.ipynb"
    outputs = [one for cell in nbformat.read(path, 4).cells for one in cell.get("outputs", [])]
    return "".join(one.get("text", "") for one in outputs).strip()


def test_in_a_run_of_both_it_quotes_that_run_and_alone_the_latest(acme):
    both = run(acme, "00_pack", "01_one", whole=True)
    assert both["status"] == "succeeded" and os.readlink(acme / "reports/latest") == both["run"]
    assert said(acme, both) == "[100.0] True"
    departments = run(acme, "00_pack", sets=("sales", "web"))
    assert [one["status"] for one in departments["notebooks"]] == ["succeeded"] * 2
    assert said(acme, departments, "web/00_pack") == "[100.0] False web"
    assert json.loads((acme / "reports" / departments["run"] / "kpis.json").read_text()) == []


def test_without_a_run_it_is_skipped_and_says_what_to_do(acme):
    done = revwork(
        "run", acme / "00_pack.ipynb", "--out", acme / "r", "--workspace", acme, cwd=acme
    )
    assert done.returncode == 0 and "run the other notebooks first" in done.stdout


def test_what_failed_is_in_what_it_quotes_and_another_ending_makes_it_anew(acme):
    notebook(acme / "02_two.ipynb", SAYS, "1 / 0", parameters=OF)
    done = run(acme, "00_pack", "01_one", "02_two")
    assert [one["status"] for one in done["notebooks"]] == ["succeeded", "succeeded", "failed"]
    folder = acme / "reports" / done["run"]
    assert [one["status"] for one in standing(folder)["reports"]] == [
        "succeeded",
        "succeeded",
        "failed",
    ]
    assert "02_two" in (folder / "00_pack.html").read_text()


def test_the_key_of_what_quotes_changes_with_how_reports_ended_and_not_with_the_time(acme):
    report = Report(acme / "00_pack.ipynb", {"workspace": str(acme)})
    entry = {"notebook": "01_one", "title": "One", "status": "succeeded", "reason": ""}
    manifest = {"workspace": "Acme", "as_of": "2026-01-31", "notebooks": [entry], "run": "a"}
    for name in ("kpis", "findings"):
        (acme / f"{name}.json").write_text("[]")

    def key(**more):
        (acme / "manifest.json").write_text(json.dumps({**manifest, **more}))
        return unchanged.key(report, acme)

    first = key()
    assert first[1] and key(run="b", seconds=3) == first
    assert key(notebooks=[{**entry, "status": "failed"}]) != first
    (acme / "manifest.json").unlink()
    assert unchanged.key(report, acme)[1] == ""


def test_for_leadership_a_run_that_shows_people_is_not_quoted(tmp_path, monkeypatch):
    found = [{"notebook": "01_one", "id": "a"}]
    report = {"notebook": "01_one", "parameters": {}}
    for name, content in {"findings": found, "kpis": []}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    monkeypatch.setenv("REVWORK_RUN", str(tmp_path))
    for given, is_shown in (({}, False), ({"audience": "leadership"}, True)):
        told = {"workspace": "Acme", "notebooks": [{**report, "parameters": given}]}
        (tmp_path / "manifest.json").write_text(json.dumps(told))
        assert open_run().findings == found
        if is_shown:
            assert open_run(audience="leadership").findings == found
        else:
            with pytest.raises(Unanswered, match="audience=leadership first"):
                open_run(audience="leadership")
