"""What a run leaves behind: the truth about every notebook, and nothing half-done."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from html import unescape
from typing import Any, Literal

import pytest
from conftest import notebook
from pydantic import BaseModel, ConfigDict, TypeAdapter

from revwork.metrics import Unit
from revwork.run import runner
from revwork.run.request import Request

ACME = """
company = "<script>alert(1)</script>"
currency = "EUR"
[tables.orders]
file = "orders.csv"
"""
OPEN = """
from revwork import open_company
from revwork.report import begin
company = open_company(workspace)
tables = company.tables(needs=["orders"])
begin(company, tables, company.compare("2026-01", "previous", tables.as_of))
"""
CLAIM = """
from revwork.findings import Finding, Impact, Message
from revwork.report import findings
said = Message("{where:text} fell", {"where": "<img src=x onerror=alert(1)>"})
worth = Impact(value, low=-9.0, high=9.0, currency="EUR")
findings([Finding("net", {"region": "<b>North</b>"}, "threat", "change", "sales", "2026-01",
                  said, said, said, worth, 0.5)])
"""


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class Input(Strict):
    table: str
    file: str
    fingerprint: str
    rows: int


class Ended(Strict):
    notebook: str
    status: Literal["succeeded", "failed", "timed_out", "killed", "skipped"]
    reason: str
    parameters: dict[str, Any]
    seconds: float
    files: dict[str, str]


class Manifest(Strict):
    run: str
    status: Literal["succeeded", "failed"]
    workspace: str
    as_of: str
    inputs: list[Input]
    versions: dict[str, str]
    notebooks: list[Ended]


class Worth(Strict):
    value: float
    low: float
    high: float
    currency: str


class Claim(Strict):
    id: str
    notebook: str
    department: str
    kind: Literal["change", "level", "opportunity"]
    direction: Literal["strength", "weakness", "opportunity", "threat"]
    claim: str
    period: str
    segment: dict[str, str | None]
    metric: str
    impact: Worth | None
    confidence: float
    evidence: str
    next_step: str


class Number(Strict):
    metric: str
    label: str
    value: float | None
    unit: Unit
    comparison: float | None
    change: float | None
    target: float | None
    period: str
    segment: dict[str, str]
    department: str
    series: list[float | None]
    notebook: str
    low: float | None = None
    high: float | None = None
    level: float | None = None
    better: Literal["lower", "neither"] = "lower"
    n: int | None = None
    target_is: Literal["to date", "mean"] | None = None


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """The folder of a notebook that succeeds, one that fails and one without its table."""
    folder = tmp_path_factory.mktemp("shelf")
    notebook(folder / "fine.ipynb", "1")
    notebook(folder / "broken.ipynb", "raise ValueError('<script>alert(2)</script>')")
    notebook(folder / "lacking.ipynb", f"workspace = {str(folder)!r}", OPEN)
    (folder / "revwork.toml").write_text('company = "Bare"\ncurrency = "EUR"')
    return folder


def run(shelf, reports, *names, whole_pack=True):
    plan = {shelf / f"{name}.ipynb": {} for name in names}
    return runner.run(Request({"": plan}, whole_pack), reports)


def read(path):
    """JSON as every reader takes it: without NaN and Infinity."""
    return json.loads(path.read_text(), parse_constant=pytest.fail)


def inside(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


# the surface others build on


def test_a_run_leaves_the_pages_the_numbers_and_a_private_record(published):
    assert {path.name for path in published.glob("[!.]*")} - {"index.html", "latest"} == {
        (published / "latest").resolve().name
    }
    pages = {f"{path.stem}.html" for path in (published / "latest/record").glob("*.ipynb")}
    record = {f"record/{path.name}" for path in (published / "latest/record").iterdir()}
    assert "01_revenue.html" in pages and "record/run.log" in record
    others = {page.replace("html", kind) for page in pages for kind in ("pdf", "pptx", "xlsx")}
    numbers = {"index.html", "index.pdf", "manifest.json", "findings.json", "kpis.json"}
    numbers.add("changes.json")
    assert inside(published / "latest") == pages | others | record | numbers


def test_the_manifest_says_what_was_read_what_ran_and_how_it_ended(published):
    manifest = TypeAdapter(Manifest).validate_python(read(published / "latest/manifest.json"))
    assert manifest.run == (published / "latest").resolve().name
    assert (manifest.status, manifest.workspace) == ("succeeded", "Aroma & Grain")
    assert "orders" in {given.table for given in manifest.inputs}
    assert "revwork" in manifest.versions
    for ended in manifest.notebooks:
        assert list(ended.files) == ["html", "pdf", "pptx", "xlsx"]
        assert all((published / "latest" / file).exists() for file in ended.files.values())


def test_findings_are_whole_and_ranked_by_money(published):
    found = read(published / "latest/findings.json")
    claims = TypeAdapter(list[Claim]).validate_python(found)
    weights = [abs(c.impact.value) * c.confidence if c.impact else -1 for c in claims]
    assert claims and weights == sorted(weights, reverse=True)
    assert len({claim.id for claim in claims}) == len(claims)


def test_numbers_are_whole(published):
    numbers = TypeAdapter(list[Number]).validate_python(read(published / "latest/kpis.json"))
    assert {"net_revenue", "orders"} <= {number.metric for number in numbers}


def test_a_pages_links_lead_to_files_that_are_sent_with_it(published):
    for page in [published / "index.html", *(published / "latest").glob("*.html")]:
        for target in re.findall(r'href="([^"#]+)', page.read_text()):
            assert (page.parent / target).exists() and "record" not in target


def test_the_log_has_one_line_an_event(shelf, tmp_path):
    notebook(tmp_path / "wordy.ipynb", "raise ValueError('one\\ntwo')")
    plan = {tmp_path / "wordy.ipynb": {}, shelf / "fine.ipynb": {}}
    runner.run(Request({"": plan}, True), tmp_path / "reports")
    log = next((tmp_path / "reports").glob("2*/record/run.log")).read_text()
    said = [line.split(" ", 2)[2].split(" in ")[0].strip() for line in log.splitlines()]
    assert sorted(said) == ["fine started", "fine succeeded", "wordy failed", "wordy started"]


# latest


def test_latest_is_the_newest_full_pack_that_succeeded_or_lacked_a_table(shelf, tmp_path):
    done = run(shelf, tmp_path, "fine", "lacking")
    assert done["status"] == "succeeded"
    assert os.readlink(tmp_path / "latest") == done["run"]
    again = run(shelf, tmp_path, "fine")
    assert os.readlink(tmp_path / "latest") == again["run"] != done["run"]


def test_latest_stays_where_it_is_after_a_failure_or_part_of_the_pack(shelf, tmp_path):
    first = run(shelf, tmp_path, "fine")
    failed = run(shelf, tmp_path, "fine", "broken")
    run(shelf, tmp_path, "fine", whole_pack=False)
    assert failed["status"] == "failed"
    assert os.readlink(tmp_path / "latest") == first["run"]


def test_the_library_lists_runs_newest_first_and_links_latest_once_there_is_one(shelf, tmp_path):
    runs = [run(shelf, tmp_path, "broken")["run"]]
    assert "latest" not in (tmp_path / "index.html").read_text()
    runs += [run(shelf, tmp_path, "fine")["run"]]
    library = (tmp_path / "index.html").read_text()
    assert 'href="latest/index.html"' in library
    assert re.findall(r'href="(2[^/]+)/index.html"', library) == runs[::-1]


# a notebook that did not succeed


def test_a_failed_notebook_has_a_reason_and_no_page(shelf, tmp_path):
    done = run(shelf, tmp_path, "fine", "broken")
    assert [(e["notebook"], e["status"], e["files"]) for e in done["notebooks"]] == [
        ("fine", "succeeded", {"html": "fine.html"}),
        ("broken", "failed", {}),
    ]
    assert not (tmp_path / done["run"] / "broken.html").exists()
    index = (tmp_path / done["run"] / "index.html").read_text()
    assert "cell 2: <script>alert(2)</script>" in unescape(index) and "<script>" not in index
    assert "broken.html" not in index


def test_a_traceback_stays_in_the_record(shelf, tmp_path):
    done = run(shelf, tmp_path, "broken")
    folder = tmp_path / done["run"]
    sent = [folder / name for name in inside(folder) if not name.startswith("record/")]
    assert "Traceback" in (folder / "record/broken.ipynb").read_text()
    for path in sent:
        assert "Traceback" not in path.read_text() and "\x1b" not in path.read_text()


def test_a_skipped_notebook_says_which_table_it_lacks(shelf, tmp_path):
    done = run(shelf, tmp_path, "lacking")
    index = unescape((tmp_path / done["run"] / "index.html").read_text())
    assert done["notebooks"][0]["status"] == "skipped" and done["status"] == "succeeded"
    assert "Skipped" in index and "Bare has no table orders." in index


def test_only_notebooks_that_succeeded_contribute_findings(tmp_path):
    claim = notebook(tmp_path / "claim.ipynb", "value = 1.0", CLAIM)
    late = notebook(tmp_path / "late.ipynb", "value = 1.0", CLAIM, "1 / 0")
    done = runner.run(Request({"": {claim: {}, late: {}}}, True), tmp_path / "reports")
    found = read(tmp_path / "reports" / done["run"] / "findings.json")
    assert [finding["notebook"] for finding in found] == ["claim"]


def test_a_widget_that_would_be_blank_fails_its_notebook(tmp_path):
    path = notebook(tmp_path / "blank.ipynb", "import ipywidgets; ipywidgets.IntSlider()")
    done = runner.run(Request({"": {path: {}}}, True), tmp_path / "reports")
    (ended,) = done["notebooks"]
    assert ended["status"] == done["status"] == "failed"
    assert ended["reason"].startswith("cell 2 shows a widget or bare picture")
    assert not list((tmp_path / "reports").glob("2*/blank.html"))


def test_money_that_is_not_a_number_is_unknown_and_ranks_last(tmp_path):
    unknown = notebook(tmp_path / "unknown.ipynb", "value = float('nan')", CLAIM)
    known = notebook(tmp_path / "known.ipynb", "value = -1.0", CLAIM)
    done = runner.run(Request({"": {unknown: {}, known: {}}}, True), tmp_path / "reports")
    found = read(tmp_path / "reports" / done["run"] / "findings.json")
    assert [finding["impact"]["value"] for finding in found] == [-1.0, None]


# hostile text


def test_names_and_sentences_cannot_carry_markup_into_a_page(tmp_path):
    (tmp_path / "revwork.toml").write_text(ACME)
    (tmp_path / "orders.csv").write_text("order_id,order_date,net_amount\na,2026-01-02,1\n")
    cells = (f"workspace = {str(tmp_path)!r}", OPEN, "value = 1.0", CLAIM)
    path = notebook(tmp_path / "hostile.ipynb", *cells)
    done = runner.run(Request({"": {path: {}}}, True), tmp_path / "reports")
    assert done["status"] == "succeeded" and done["workspace"] == "<script>alert(1)</script>"
    pages = [tmp_path / "reports/index.html", *(tmp_path / "reports" / done["run"]).glob("*.html")]
    assert len(pages) == 3
    for page in pages:
        html = page.read_text()
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert" not in html and "<img src=x" not in html and "<b>North" not in html


# several runs, and half a run


def test_runs_of_one_second_have_names_of_their_own(shelf, tmp_path):
    names = [run(shelf, tmp_path)["run"] for _ in range(4)]
    assert len(set(names)) == 4
    assert {path.parent.name for path in tmp_path.glob("2*/manifest.json")} == set(names)


def test_two_runs_at_once_do_not_disturb_each_other(shelf, tmp_path):
    command = [sys.executable, "-m", "revwork", "run", shelf / "fine.ipynb", "--out", tmp_path]
    both = [subprocess.Popen(command, stdout=-1, stderr=-1, cwd=shelf) for _ in range(2)]
    ended = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], ended
    names = {path.parent.name for path in tmp_path.glob("2*/manifest.json")}
    library = (tmp_path / "index.html").read_text()
    assert len(names) == 2 and all(name in library for name in names)
    assert {path.name for path in shelf.glob("*")} == {
        "fine.ipynb", "broken.ipynb", "lacking.ipynb", "revwork.toml",
    }  # fmt: skip


def test_a_run_stopped_while_it_publishes_leaves_the_reports_as_they_were(shelf, tmp_path):
    reports = tmp_path / "reports"
    run(shelf, reports, "fine")
    before = {name: (reports / name).read_bytes() for name in inside(reports)}
    wide = notebook(tmp_path / "wide.ipynb", *["1"] * 20)
    long = json.loads(wide.read_text())
    long["cells"] += [{"cell_type": "markdown", "metadata": {}, "source": "*text*\n" * 40_000}] * 3
    wide.write_text(json.dumps(long))
    command = [sys.executable, "-m", "revwork", "run", wide, "--out", reports]
    process = subprocess.Popen(command, stdout=-1, stderr=-1, text=True, start_new_session=True)
    while not any("succeeded" in log.read_text() for log in reports.glob(".2*/record/run.log")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, complaint = process.communicate()
    assert process.returncode == 130 and "Traceback" not in complaint
    after = {name: (reports / name).read_bytes() for name in inside(reports) if name[:2] != ".2"}
    assert {name: after[name] for name in before} == before
    assert after.keys() <= {*before, ".run.json"}
