"""Decisions on pictures over time: few, numbered, those that belong, said under the picture."""

from datetime import date

import pandas as pd
import pytest
from test_register import FINDING, action

from revwork.report import chart, marks
from revwork.report.words import read_as

START = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    monkeypatch.setenv(marks.NOTEBOOK, "09_reputation")
    read_as("en", "EUR")
    yield
    marks.set_for([])


def started(key="a1", day=START, value=-500.0, **finding):
    told = FINDING | {"impact": {**FINDING["impact"], "value": value}} | finding
    return action(key, status="started", days={"started": day}, finding=told)


def months(count=12):
    starts = pd.date_range("2025-09-01", periods=count, freq="MS").date
    return pd.DataFrame({"start": starts, "value": range(100, 100 + count)})


def drawn(unit="money"):
    return chart.line(months(), "Revenue", "By month", unit)


def test_a_picture_of_money_marks_a_decision_and_says_under_it_what_it_is():
    marks.set_for([started()])
    shown = drawn()
    assert shown.marked == "◆ 1 · 10 Mar 2026 · Settle the cause (started)."
    assert "Marked: 10 Mar 2026 Settle the cause" in shown.alt
    assert '<span class="marked">◆ 1 · 10 Mar 2026' in shown._repr_html_()


def test_without_a_decision_the_picture_is_what_it_was():
    before = drawn()
    marks.set_for([])
    assert drawn() == before and before.marked == ""


def test_what_is_proposed_or_dropped_is_not_marked():
    marks.set_for([action("a1"), action("b2", status="dropped", days={"decided": START})])
    assert drawn().marked == ""


def test_a_day_that_the_picture_does_not_show_is_not_said():
    marks.set_for([started(day=date(2024, 1, 1)), started("b2", date(2027, 1, 1))])
    assert drawn().marked == ""


def test_another_notebooks_decision_stands_on_money_and_nowhere_else():
    marks.set_for([started(notebook="03_marketing")])
    assert drawn("money").marked and not drawn("percent").marked
    marks.set_for([started()])
    assert drawn("percent").marked


def test_where_nobody_knows_the_notebook_every_decision_is_its_own(monkeypatch):
    monkeypatch.delenv(marks.NOTEBOOK)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    marks.set_for([started(notebook="03_marketing")])
    assert drawn("percent").marked


def test_five_at_most_its_own_first_then_by_money_numbered_by_day():
    others = [started(f"o{n}", date(2026, 2, n), -1000.0 * n, notebook="x") for n in range(1, 8)]
    marks.set_for([*others, started("own", date(2026, 5, 1), -1.0)])
    said = drawn().marked
    assert said.count("◆") == marks.MOST and "5 · 1 May 2026" in said
    assert "3 Feb" not in said and "4 Feb" in said


def test_a_page_of_one_region_leaves_out_what_was_done_in_another():
    marks.set_for([started()], only=["region=France"])
    assert drawn().marked == ""
    marks.set_for([started()], only=["region=Spain", "region=France", "channel=Shop"])
    assert drawn().marked


@pytest.mark.parametrize("kind", ["columns", "days", "lines"])
def test_every_picture_over_time_marks_it(kind):
    marks.set_for([started()])
    days = pd.date_range("2026-01-01", "2026-06-30")
    frames = {
        "columns": months(),
        "days": pd.DataFrame({"day": days, "net": 5.0, "low": 1.0, "high": 9.0}),
        "lines": pd.DataFrame(
            {"day": days[::30], "name": "a", "value": range(len(days[::30])), "n": 9}
        ),
    }
    shown = getattr(chart, kind)(frames[kind], "T", "S", "money")
    assert shown.marked.startswith("◆ 1 · 10 Mar 2026") and shown.marked.rstrip(".") != ""


def test_a_notebooks_own_events_stay_beside_the_decisions():
    marks.set_for([started()])
    events = pd.DataFrame({"day": [date(2026, 1, 5)], "label": ["Sale"], "kind": ["event"]})
    shown = chart.line(months(), "T", "S", "money", events)
    assert "5 Jan 2026 Sale" in shown.alt and "Sale" not in shown.marked


def test_of_small_pictures_only_that_of_its_segment_is_marked():
    marks.set_for([started(), started("b2", date(2026, 5, 1), segment={"region": "Italy"})])
    frame = pd.concat([months().assign(region=name) for name in ("France", "Spain")])
    frame = frame.assign(base=90.0)[["region", "start", "value", "base"]]
    shown = chart.multiples(frame, "T", "S", "percent")
    assert shown.marked == "◆ 1 · 10 Mar 2026 · Settle the cause (started)."
    marks.set_for([])
    assert chart.multiples(frame, "T", "S", "percent").address != shown.address
