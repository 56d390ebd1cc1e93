"""The board pack's views: whose run it is, what is quoted, and nothing that could run in a page."""

import json
from datetime import date
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from test_board_cards import number
from test_folded import finding

from revwork.actions import Action
from revwork.analysis.board import board_cards
from revwork.analysis.folded import Topic
from revwork.findings import Message, Unanswered
from revwork.pack import LATEST, PLACE, Pack, open_run, standing
from revwork.report import board
from revwork.report.carried import HEADLESS
from revwork.report.kpi import MIME
from revwork.report.page import DATA_MIME
from revwork.report.words import read_as

ACME = SimpleNamespace(name="Acme")
RESOLVED = {"as_of": "2026-09-14", "period": "2026-Q2", "base": "2025-Q2", "partial": False}
CLAIM = "{where:text} fell since {since:date}"


@pytest.fixture(autouse=True)
def english():
    yield
    read_as("en", "EUR")


def report(name="01_revenue", title="Revenue", status="succeeded", **known):
    told = {"notebook": name, "title": title, "status": status, "reason": ""}
    return {**told, "resolved": RESOLVED if status == "succeeded" else None, **known}


def claim(**known):
    said = {"template": CLAIM, "values": {"where": "<b>North</b>", "since": "2026-03-09"}}
    told = {"claim": "<b>North</b> fell since 9 Mar 2026", "evidence": "", "next_step": ""}
    messages = {key: {"template": "", "values": {}} for key in ("evidence", "next_step")}
    row = finding("rating", {"region": "<b>North</b>"}, (-9, -12, -5), department="service")
    row["impact"] |= {"currency": "EUR", "basis": "contribution_margin"}
    return {
        **row,
        **told,
        "notebook": "01_revenue",
        "messages": {**messages, "claim": said},
        **known,
    }


def pack(folder, kpis=(), findings=(), *reports, **known):
    manifest = {
        **{"workspace": "Acme", "as_of": "2026-09-14", "language": "en", "currency": "EUR"},
        **{"confidentiality": "", "notebooks": list(reports or [report()]), **known},
    }
    files = {"kpis.json": kpis, "findings.json": findings, "manifest.json": manifest}
    for name, said in files.items():
        (folder / name).write_text(json.dumps(said))
    return Pack(folder, kpis, findings, standing(folder))


def said(view):
    return " ".join(BeautifulSoup(view._repr_html_(), "html.parser").get_text(" ").split())


def test_the_opening_says_whose_when_and_against_what(tmp_path):
    shown = board.opening(pack(tmp_path), ACME)
    assert said(shown) == "Acme · 2026-Q2 · compared with 2025-Q2 · data to 14 Sep 2026"
    data = shown._repr_mimebundle_()[DATA_MIME]
    assert (data["workspace"], data["period"], data["inputs"]) == ("Acme", "2026-Q2", [])


def test_in_lab_the_opening_brings_the_style_of_pages_and_on_a_page_none(tmp_path, monkeypatch):
    shown = board.opening(pack(tmp_path), ACME)
    monkeypatch.delenv(HEADLESS, raising=False)
    assert "<style>" in shown._repr_html_()
    monkeypatch.setenv(HEADLESS, "1")
    assert "<style>" not in shown._repr_html_()


def test_a_page_of_a_department_says_so_and_nothing_to_compare_with_too(tmp_path):
    alone = report(resolved={**RESOLVED, "base": None})
    shown = said(board.opening(pack(tmp_path, [], [], alone), ACME, department="sales"))
    assert shown.startswith("Acme · Sales · 2026-Q2 · nothing to compare with")
    days = report(resolved={**RESOLVED, "base": "2025-04-01..2025-06-14"})
    shown = said(board.opening(pack(tmp_path, [], [], days), ACME))
    assert "compared with 1 Apr 2025 – 14 Jun 2025" in shown


def test_a_report_that_failed_is_named_and_one_that_was_skipped_is_not(tmp_path):
    broke = report("02_sales_flow", None, "failed")
    left = report("09_reputation", "Reputation", "skipped")
    shown = said(board.opening(pack(tmp_path, [], [], report(), broke, left), ACME))
    assert "These reports failed" in shown and "02_sales_flow" in shown
    assert "Reputation" not in shown


@pytest.mark.parametrize(
    ("known", "asked", "why"),
    [
        ({"workspace": None}, {}, "nothing to quote"),
        ({"workspace": "Other"}, {}, "of Other, not of Acme"),
        ({}, {"as_of": "2026-06-30"}, "to 2026-09-14, not to 2026-06-30"),
    ],
)
def test_a_run_of_another_company_or_day_is_not_quoted(tmp_path, known, asked, why):
    with pytest.raises(Unanswered, match=why):
        board.opening(pack(tmp_path, **known), ACME, **asked)


def test_numbers_are_quoted_with_their_owner_and_stay_their_own_pages(tmp_path):
    shown = board.quoted(board_cards.board([number("net_revenue", 5.0)]))
    bundle = shown._repr_mimebundle_()
    assert MIME not in bundle and "Finance" in said(shown) and "€5" in bundle["text/plain"]
    assert "No number of this run belongs here." in said(board.quoted([]))


def test_a_topic_links_to_its_finding_where_the_page_lies_beside(tmp_path, monkeypatch):
    run = pack(tmp_path, [], [claim()])
    topic = Topic(claim(), (claim(id="other"),))
    monkeypatch.setenv(PLACE, str(tmp_path))
    html = board.topics([topic], run)._repr_html_()
    assert f'href="01_revenue.html#finding-{topic.lead["id"]}"' in html
    assert "<b>North" not in html and "Tells of the same: 1" in html
    monkeypatch.delenv(PLACE)
    assert "href" not in board.topics([topic], run)._repr_html_()


def test_no_topic_says_so_under_its_title(tmp_path):
    assert said(board.topics([], pack(tmp_path), "Risks")) == "Risks Nothing stands out here."
    assert board.topics([], pack(tmp_path))._repr_html_() == ""


def test_a_run_of_another_language_is_said_anew_with_its_days(tmp_path):
    run = pack(tmp_path, [], [claim()])
    board.opening(run, ACME)
    assert board.in_language(run) == [claim() | {"id": run.findings[0]["id"]}]
    board.opening(run, ACME, language="fr")
    (row,) = board.in_language(run)
    assert row["claim"] == "<b>North</b> fell since 9 mars 2026"


def test_sentences_are_one_paragraph_or_a_line_each_and_escaped():
    messages = [Message("{a:text} fell.", {"a": "<i>"}), Message("One.", {})]
    assert board.told(messages)._repr_html_() == '<p class="told">&lt;i&gt; fell. One.</p>'
    assert board.lines(messages)._repr_html_().count("<li>") == 2
    assert board.told([])._repr_html_() == ""


def test_the_year_is_a_sentence_alone_without_a_forecast_and_cards_with_one():
    messages = [Message("No forecast.", {})]
    assert "kpis" not in board.expected([], messages)._repr_html_()
    rows = [number("outlook_net_revenue", 9.0, target=8.0, low=7.0, high=11.0, level=0.8)]
    shown = board.expected(board_cards.ahead(rows), messages)._repr_html_()
    assert 'class="kpis five"' in shown and "No forecast." in shown


def test_actions_are_listed_with_what_to_do_by_when_and_whether_late():
    told = {"claim": "North fell", "next_step": "Call <them>"}
    one = Action("a", "decided", "sales", "S", date(2026, 9, 1), told)
    shown = board.actions([one], date(2026, 9, 14))
    assert "North fell Decided · Sales" in said(shown) and "due on 1 Sep 2026" in said(shown)
    assert "late" in said(shown) and "<them>" not in shown._repr_html_()
    assert board.actions([], date(2026, 9, 14))._repr_html_() == ""


# what a run left


def test_a_run_is_read_from_where_it_is_made_else_from_the_latest(tmp_path, monkeypatch):
    pack(tmp_path, [number("rating")])
    monkeypatch.setenv(PLACE, str(tmp_path))
    assert open_run().kpis[0]["metric"] == "rating" and open_run().is_own
    latest = tmp_path / "reports" / LATEST
    latest.mkdir(parents=True)
    pack(latest, [number("cac")])
    monkeypatch.setenv(PLACE, str(latest))
    assert open_run().kpis[0]["metric"] == "cac" and not open_run().is_own
    monkeypatch.delenv(PLACE)
    assert open_run(tmp_path / "reports").kpis[0]["metric"] == "cac"


def test_a_notebook_in_a_folder_of_its_own_finds_the_run_further_up(tmp_path, monkeypatch):
    latest = tmp_path / "reports" / LATEST
    latest.mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    pack(latest, [number("cac")])
    monkeypatch.delenv(PLACE, raising=False)
    monkeypatch.chdir(tmp_path / "notebooks")
    assert open_run().folder == latest


def test_without_a_run_it_says_to_run_the_others_first(tmp_path, monkeypatch):
    monkeypatch.delenv(PLACE, raising=False)
    with pytest.raises(Unanswered, match="run the other notebooks first"):
        open_run(tmp_path)
