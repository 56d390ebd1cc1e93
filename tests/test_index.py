"""The pack and the library: what a run found, which runs there are, and what changed between."""

import json
import re
import shutil

import pytest
from bs4 import BeautifulSoup
from conftest import notebook

from revwork.report import index
from revwork.report.library import library
from revwork.run import runner, shelf
from revwork.run.request import Request

ENDED = {"status": "succeeded", "reason": "", "parameters": {}, "seconds": 1.0}
CHANGES = dict.fromkeys(("notebooks", "tables", "kpis", "new", "gone", "changed"), ())
OPEN = """
from revwork import open_company
from revwork.findings import Finding, Impact, Message
from revwork.metrics import Kpi
from revwork.report import begin, findings, kpis
company = open_company(workspace)
tables = company.tables(needs=["orders"])
begin(company, tables, company.compare("2026-01", "previous", tables.as_of))
"""
SHOW = """
net = float(tables.orders.net_amount.sum().execute())
kpis([Kpi("net_revenue", net, "money", "sales", "2026-01", 40.0, 50.0, (1.0, 2.0))])
"""
CLAIM = """
def found(region, worth):
    said = Message("{where:text} fell", {"where": region})
    return Finding("net_revenue", {"region": region}, "threat", "change", "sales", "2026-01",
                   said, said, said, Impact(worth, 0.0, 9.0, "EUR"), 0.8)
findings([found("North", net), found("South" if net > 50 else "West", 3.0)])
"""
TOML = 'company = "Acme"\ncurrency = "EUR"\n[tables.orders]\nfile = "orders.csv"\n'


def manifest(run="20260901-060000", **more):
    entry = {"notebook": "01_revenue", "files": {"html": "01_revenue.html"}, **ENDED}
    told = {"run": run, "workspace": "Acme", "as_of": "2026-08-31", "status": "succeeded"}
    return {**told, "language": "en", "currency": "EUR", "notebooks": [entry], "inputs": [], **more}


def finding(**more):
    told = {"id": "abc", "notebook": "01_revenue", "department": "sales", "direction": "threat"}
    impact = {"value": -9e5, "low": -1e6, "high": -8e5, "currency": "EUR", "basis": "net_revenue"}
    return {**told, "claim": "North fell", "impact": impact, "confidence": 0.8, **more}


def soup(html):
    return BeautifulSoup(html, "html.parser")


def text(html):
    return " ".join(soup(html).get_text(" ").split())


@pytest.fixture(scope="module")
def shelved(tmp_path_factory):
    """The reports folder after two runs of a company whose orders shrank in between."""
    folder = tmp_path_factory.mktemp("shelved")
    (folder / "revwork.toml").write_text(TOML)
    path = notebook(folder / "01_tiny.ipynb", f"workspace = {str(folder)!r}", OPEN, SHOW, CLAIM)
    header, runs = "order_id,order_date,net_amount\n", []
    for rows in ("a,2026-01-02,60\nb,2026-01-31,5\n", "a,2026-01-02,40\n"):
        (folder / "orders.csv").write_text(header + rows)
        runs.append(runner.run(Request({"": {path: {}}}, True), folder / "reports")["run"])
    return folder / "reports", runs


# the pack


def test_a_finding_says_direction_department_confidence_and_leads_to_its_place():
    page = soup(index.pack(manifest(), [finding()]))
    item = page.select_one(".findings li")
    assert "Threat · Sales · confidence 80% · 01_revenue" in item.get_text()
    assert item.a["href"] == "01_revenue.html#finding-abc"
    assert "−€900,000" in item.get_text()


def test_the_pack_opens_with_the_first_numbers_also_where_a_later_page_quotes_one():
    def kpi(metric, value, notebook):
        shown = {"unit": "money", "department": "finance", "period": "2026-06", "series": []}
        return {"metric": metric, "value": value, "segment": {}, "notebook": notebook, **shown}

    others = [kpi(f"m{at}", at, "05") for at in range(9)]
    told = index.pack(
        manifest(), [], [kpi("net_revenue", 7, "01"), *others, kpi("net_revenue", 7, "06")]
    )
    labels = [one.get_text() for one in soup(told).select(".kpi-label")]
    assert labels[0].startswith("Net revenue") and len(labels) == len(set(labels)) == 8


def test_the_pack_of_a_part_opens_with_the_numbers_of_that_part():
    shown = {"unit": "money", "department": "finance", "period": "2026-06", "series": []}
    spain, beans = {"region": "Spain"}, {"region": "Spain", "category": "Beans"}
    rows = [
        {"metric": metric, "value": 7, "segment": segment, "notebook": "01", **shown}
        for metric, segment in [("order_value", beans), ("net_revenue", spain)]
    ]
    (card,) = soup(index.pack(manifest(), [], rows)).select(".kpis li")
    assert "Net revenue" in card.get_text() and "Spain" in card.get_text()


def test_the_place_a_finding_leads_to_is_on_the_page(shelved):
    reports, runs = shelved
    page = soup((reports / runs[-1] / "index.html").read_text())
    links = [link["href"].split("#") for link in page.select(".findings a")]
    assert len(links) == 2
    for file, anchor in links:
        assert soup((reports / runs[-1] / file).read_text()).find(id=anchor)


def test_a_report_goes_by_its_title(shelved):
    reports, runs = shelved
    page = soup((reports / runs[-1] / "index.html").read_text())
    assert page.select_one(".notebooks a[href='01_tiny.html']").string == "Tiny"


def test_a_file_whose_name_looks_like_an_address_stays_a_file():
    name = "javascript:alert(1)//?a=1#b.html"
    entry = {"notebook": "x", "files": {"html": name}, **ENDED}
    page = soup(index.pack(manifest(notebooks=[entry]), []))
    assert page.find("a", string="x")["href"] == (
        "javascript%3Aalert%281%29%2F%2F%3Fa%3D1%23b.html"
    )


@pytest.mark.parametrize(("language", "said"), [("es", "confianza 80\u00a0%"), ("fr", "confiance")])
def test_the_pack_and_the_library_speak_the_readers_language(language, said):
    spoken = manifest(language=language)
    assert said in index.pack(spoken, [finding()])
    assert soup(library([(spoken, None)])).html["lang"] == language


# the library


def test_the_library_says_what_changed_since_the_run_before(shelved):
    reports, (first, _) = shelved
    newest, oldest = soup((reports / "index.html").read_text()).select(".runs > li")
    told = [" ".join(line.get_text(" ").split()) for line in newest.select(".changes li")]
    assert told == [
        "orders Rows 2 → 1 · Data to 31 Jan 2026 → 2 Jan 2026",
        "Net revenue €65 → €40",
        "New finding West fell · €3",
        "Finding gone South fell · €3",
        "Finding changed North fell · €65 → €40",
    ]
    assert newest.details.has_attr("open") and not oldest.details
    assert "numbers moved: 1 · findings new: 1 · findings gone: 1" in newest.summary.get_text()
    assert json.loads((reports / first / "changes.json").read_text()) is None


def test_a_run_without_change_says_so(shelved, tmp_path):
    reports = tmp_path / "reports"
    shutil.copytree(shelved[0], reports, symlinks=True)
    path = shelved[0].parent / "01_tiny.ipynb"
    runner.run(Request({"": {path: {}}}, True), reports)
    newest = soup((reports / "index.html").read_text()).select_one(".runs > li")
    assert "Nothing changed since" in newest.get_text() and not newest.details


def test_a_report_that_fails_is_told_and_its_recovery_too(tmp_path):
    reports = tmp_path / "reports"
    for cell in ("1", "1 / 0", "1"):
        runner.run(Request({"": {notebook(tmp_path / "a.ipynb", cell): {}}}, True), reports)
    last, before, _ = soup((reports / "index.html").read_text()).select(".runs > li")
    assert "a Failed → Succeeded" in " ".join(last.get_text(" ").split())
    assert "a Succeeded → Failed cell 2: division by zero" in " ".join(before.get_text(" ").split())


def test_each_kind_of_change_shows_its_first_few_and_counts_the_rest():
    told = {"id": "a", "claim": "North fell", "before": None, "after": 1.0, "currency": None}
    changes = {**CHANGES, "since": "20260801-060000", "new": [told] * 30}
    page = soup(library([(manifest(), changes)]))
    assert len(page.select(".changes .new")) == 8 and "22 more" in page.get_text()


def test_hundreds_of_runs_are_one_small_page_whose_older_half_is_not_read(shelved, tmp_path):
    reports, runs = shelved
    for at in range(400):
        folder = tmp_path / f"2025{1 + at // 28:02}{1 + at % 28:02}-060000"
        folder.mkdir()
        (folder / "index.html").touch()
        (folder / "manifest.json").write_text("{half" if at < 300 else json.dumps(manifest()))
    shutil.copytree(reports / runs[0], tmp_path / runs[0])
    page = shelf._library(tmp_path)
    assert len(page) < 100_000
    assert len(soup(page).select(".runs > li")) == 50
    assert len(soup(page).select(".older li")) == 351
    names = re.findall(r'href="(2[^/]+)/index.html"', page)
    assert names == sorted(names, reverse=True) and names[0] == runs[0]


HALF = {
    "nothing in it": {},
    "no manifest": {"index.html": "x"},
    "half a manifest": {"index.html": "x", "manifest.json": '{"run": '},
    "another's manifest": {"index.html": "x", "manifest.json": "[1]"},
    "no page": {"manifest.json": json.dumps(manifest())},
    "only its manifest": {"index.html": "x", "manifest.json": json.dumps(manifest())},
    "changes of another version": {
        "index.html": "x",
        "manifest.json": json.dumps(manifest()),
        "changes.json": '{"since": 1}',
    },
    "binary": {"index.html": "x", "manifest.json": "\x00\udcff"},
}


def test_what_is_left_of_a_run_does_not_break_the_library(tmp_path):
    reports = tmp_path / "reports"
    for at, files in enumerate(HALF.values()):
        folder = reports / f"2099010{at}-000000"
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content.encode(errors="surrogateescape"))
    (reports / "latest").symlink_to("20250101-000000")
    done = runner.run(Request({"": {notebook(tmp_path / "a.ipynb", "1"): {}}}, False), reports)[
        "run"
    ]
    page = soup((reports / "index.html").read_text())
    listed = [link["href"].split("/")[0] for link in page.select(".runs > li > p > a")]
    assert listed == [done, "20990106-000000", "20990105-000000"]
    assert "latest" not in str(page)


def test_an_empty_library_is_a_page():
    assert "Runs: 0" in text(library([]))


def test_a_run_of_another_name_is_listed_by_it():
    assert "2026 final <b>" in text(library([(manifest("2026 final <b>"), None)]))


def test_the_pack_leads_to_the_report_that_quotes_all_others_first():
    first = {"notebook": "00_board_pack", "files": {"html": "00_board_pack.html"}, **ENDED}
    told = manifest()
    told["notebooks"].insert(0, first)
    link = soup(index.pack(told, []))("a", href="00_board_pack.html")[0]
    assert "Begin with the board pack" in link.get_text()
    assert not soup(index.pack(manifest(), []))(class_="first")
    told["notebooks"][0] = {**first, "status": "failed", "files": {}}
    assert not soup(index.pack(told, []))(class_="first")
