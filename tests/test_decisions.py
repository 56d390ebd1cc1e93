"""Deciding on the page: a list without a kernel, controls with one, each change written at once."""

from dataclasses import replace
from datetime import date

import pytest
from test_register import action

from revwork import register
from revwork.actions import Money, Step
from revwork.analysis.actions import action_list
from revwork.data.wording import DataError
from revwork.report import decisions
from revwork.report.decisions import Row
from revwork.report.words import read_as
from revwork.workspace import open_company

DAY = date(2026, 9, 14)
STEP = Step(date(2026, 10, 12), 10.0, 5.0, 15.0)


@pytest.fixture
def company(tmp_path, monkeypatch):
    monkeypatch.setenv("REVWORK_TODAY", "2026-09-15")
    (tmp_path / "revwork.toml").write_text('currency = "EUR"\n')
    read_as("en", "EUR")
    return open_company(tmp_path)


def shown(company, *actions):
    listed = action_list.listed(actions, DAY)
    expect = company, lambda one, day: [STEP]
    return decisions(actions, listed, action_list.title, DAY, expect)


def test_a_page_lists_what_it_is_whose_by_when_and_for_how_much(company):
    one = action(expected=Money(1000.0, 500.0, 1500.0), due=date(2026, 9, 1), status="decided")
    html = shown(company, replace(one, owner="<Ana>"))._repr_html_()
    assert "Spain: reviews fell" in html and "Settle the cause" in html
    assert "At most €1,000 a year (95 %: €500 to €1,500)" in html
    assert "due on 1 Sep 2026" in html and "▲ late" in html
    assert "&lt;Ana&gt;" in html and "<Ana>" not in html


def test_what_brings_nothing_known_says_so(company):
    assert "No gain is known beforehand" in shown(company, action())._repr_html_()


def test_without_an_action_there_is_a_sentence(company):
    assert "Nothing is proposed" in shown(company)._repr_html_()


def test_headless_there_is_no_widget(company, monkeypatch):
    monkeypatch.setenv("REVWORK_HEADLESS", "1")
    assert (
        "application/vnd.jupyter.widget-view+json"
        not in shown(company, action())._repr_mimebundle_()
    )


def test_in_lab_each_action_has_controls_beside_the_words(company, monkeypatch):
    monkeypatch.delenv("REVWORK_HEADLESS", raising=False)
    bundle = shown(company, action())._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle and "text/html" in bundle


def test_a_decision_is_written_with_its_day_and_what_is_expected_without_it(company):
    row = Row(1, action(), shown(company, action()))
    row.controls["status"].value = "decided"
    (kept,) = company.actions()
    assert (kept.status, kept.days, kept.path) == (
        "decided", {"decided": date(2026, 9, 15)}, [STEP]
    )  # fmt: skip
    assert "Saved" in row.sign.value


def test_who_and_when_are_written_and_nothing_twice(company):
    row = Row(1, action(), shown(company, action()))
    row.controls["owner"].value = "Ana"
    row.controls["due"].value = date(2026, 10, 1)
    (kept,) = company.actions()
    assert (kept.owner, kept.due, len(kept.history)) == ("Ana", date(2026, 10, 1), 2)


def test_what_another_process_wrote_meanwhile_stays(company):
    row = Row(1, action(), shown(company, action()))
    company.decide(action(), {"note": "from elsewhere"})
    row.controls["effort"].value = "L"
    (kept,) = company.actions()
    assert (kept.effort, kept.note) == ("L", "from elsewhere")


def test_where_it_cannot_be_written_the_reason_is_said_and_the_control_goes_back(company):
    row = Row(1, action(), shown(company, action()))
    (company.folder / register.FILE).write_text("actions: [")
    row.controls["status"].value = "decided"
    assert "cannot be read in line" in row.sign.value
    assert row.controls["status"].value == "proposed"
    with pytest.raises(DataError):
        company.actions()
