"""What a metric means, as the code that computes it says: on the page, on paper, in slides."""

import re
from collections import Counter
from io import BytesIO

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from pages import begun, everything, noted, paged, shown
from pypdf import PdfReader

from revwork import metrics
from revwork.metrics import Kpi
from revwork.report import Panels, glossary, kpis, table
from revwork.report.picture import Picture
from revwork.report.words import Reader, in_english, read_as

SOURCE = '''
def order_value(lines):
    """Net revenue per order. Returns count.

    Columns: none.

    Formula: order_value = net revenue ÷
    orders
    """

def rates():
    """Return rates.

    Formula: grr, kept = 1 − lost; What is kept.
    Formula: lost = gone ÷ start; What is
    lost.
    Formula: left = start − gone;
    What stays.
    """

def silent(): pass
'''


@pytest.fixture(autouse=True)
def english():
    read_as("en", "EUR")
    yield
    read_as("en", "EUR")


# read from the code


def test_a_definition_is_a_docstrings_first_sentence_and_its_formula():
    found = {one.name: (one.meaning, one.formula) for one in glossary.defined(SOURCE)}
    assert found == {
        "order_value": ("Net revenue per order.", "net revenue ÷ orders"),
        "grr": ("What is kept.", "1 − lost"),
        "kept": ("What is kept.", "1 − lost"),
        "lost": ("What is lost.", "gone ÷ start"),
        "left": ("What stays.", "start − gone"),
    }


def test_every_shared_metric_is_defined_by_its_function():
    for name in ("net_revenue", "gross_margin", "order_value", "contribution_margin"):
        sentence = getattr(metrics, name).__doc__.partition("\n")[0]
        assert glossary.definition(name).meaning == sentence


def test_a_metric_is_defined_once():
    files = [glossary.PACKAGE / "metrics.py", *(glossary.PACKAGE / "analysis").rglob("*.py")]
    names = [one.name for path in files for one in glossary.defined(path.read_text())]
    assert len(names) == len(set(names))


def test_no_metric_has_two_formulas():
    files = [glossary.PACKAGE / "metrics.py", *(glossary.PACKAGE / "analysis").rglob("*.py")]
    defined = (one for path in files for one in glossary.defined(path.read_text()))
    told = {(in_english(one.name), one.formula) for one in defined}
    assert [name for name, n in Counter(name for name, _ in told).items() if n > 1] == []


def test_a_column_under_another_name_and_a_gap_to_target_have_the_same_definition():
    assert glossary.definition("net") == glossary.definition("net_revenue_target")
    assert glossary.definition("nothing_of_ours") is None


def test_every_headline_number_of_a_run_is_defined(published):
    page = BeautifulSoup((published / "latest/01_revenue.html").read_text(), "html.parser")
    assert [card.get_text() for card in page.select(".kpis li") if not card.find("button")] == []


def test_a_definition_is_said_in_the_readers_language():
    assert glossary.said("order_value", Reader("fr")).endswith("CA net ÷ commandes")
    assert glossary.said("umbrellas", Reader("en")) == "Umbrellas"


# on the page


@pytest.fixture
def page(tmp_path, opened):
    return opened(paged(tmp_path / "t.html", *everything("en")))


def test_a_definition_opens_by_keyboard_and_closes_by_escape(page):
    page.locator(".define").first.focus()
    assert page.locator(".definition:visible").count() == 0
    page.keyboard.press("Enter")
    said = page.locator(".definition:visible").inner_text()
    assert said.startswith("Net revenue") and "=\u00a0sales" in said
    page.keyboard.press("Escape")
    assert page.locator(".definition:visible").count() == 0


@pytest.mark.parametrize("width", [390, 1100])
def test_a_definition_opens_without_scripts_within_the_window(width, tmp_path, opened):
    path = paged(tmp_path / "t.html", *everything("en"))
    page = opened(path, java_script_enabled=False, viewport={"width": width, "height": 700})
    for button in page.locator(".define:visible").all():
        button.click()
        box = page.locator(".definition:visible").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] >= 0 and box["y"] + box["height"] <= 700
        page.keyboard.press("Escape")


def test_a_page_defines_each_metric_once_and_only_what_it_shows(page):
    ids = page.locator(".definition").evaluate_all("all => all.map(one => one.id)")
    names = ["margin-rate", "net-revenue", "nps", "red-zone"]
    assert sorted(ids) == [f"define-{name}" for name in names]


def test_paper_ends_with_the_glossary(page):
    text = " ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf())).pages)
    flat = " ".join(text.split())
    assert re.search(r"Glossary Net revenue Sum of line.* = sales − discounts", flat)
    assert "What is" not in flat and "Save as" not in flat


def test_in_lab_the_definition_stands_beside_what_asks_for_it(monkeypatch):
    card = kpis([Kpi("net_revenue", 1.0, "money", "d", "p")])
    monkeypatch.delenv("REVWORK_HEADLESS", raising=False)
    assert 'id="define-net-revenue"' in card._repr_html_()
    monkeypatch.setenv("REVWORK_HEADLESS", "1")
    assert 'id="define-net-revenue"' not in card._repr_html_()


# how far the data can be trusted


def strip(*notes, **ends):
    html = begun("en", notes, **ends)._repr_html_()
    return BeautifulSoup(html, "html.parser").find(class_="quality")


def test_clean_data_is_said_at_one_glance():
    summary = strip(orders=pd.Timestamp(2026, 6, 30).date()).summary
    assert summary.get_text().startswith("✓ No warnings") and "rows: 3" in summary.get_text()


def test_warnings_and_differences_between_departments_are_told_apart():
    told = strip(noted("late", "three rows are late"), noted("reconciliation", "sales ≠ finance"))
    state = told.summary.find(class_="state")
    assert state.get_text() == "▲ Warnings: 1 · differences between departments: 1"
    lists = [ul.get_text() for ul in told("ul")]
    assert lists == ["three rows are late", "sales ≠ finance"]
    assert not told.has_attr("open")


def test_a_table_says_how_far_it_is_behind():
    told = strip(orders=pd.Timestamp(2026, 6, 20).date(), products=None)
    assert [row("td")[-1].get_text() for row in told.tbody("tr")] == ["10", "–"]


# at most so many pictures


def test_more_than_forty_pictures_are_left_to_the_notebook():
    begun()
    three = [Panels(lambda by: Picture(f"{by}", "s", "data:,", "a"), by=[*range(16)])] * 3
    drawn = ["".join(shown(panels).outputs[0].data["text/html"]) for panels in three]
    assert [html.count("<img ") for html in drawn] == [16, 16, 1]
    assert "16 combinations: open the notebook" in drawn[2]
    begun()
    assert shown(three[0]).outputs[0].data["text/html"].count("<img ") == 16


def test_a_picture_that_only_some_choices_have_counts_as_such():
    begun()
    some = Panels(
        lambda by: [Picture(f"{by}", "s", "data:,", "a")] * (9 if by else 0), by=[0, 1, 2, 3, 4, 5]
    )
    assert shown(some).outputs[0].data["text/html"].count("<img ") == 0


def test_a_table_counts_as_no_picture():
    begun()
    frame = pd.DataFrame({"name": ["a"]})
    many = [Panels(lambda by: table(frame, f"{by}"), by=[*range(20)]) for _ in range(3)]
    assert all(shown(panels).outputs[0].data["text/html"].count("<table") == 20 for panels in many)


def test_a_name_means_one_thing_wherever_it_is_defined():
    said = {}
    for path in sorted((glossary.PACKAGE / "analysis").rglob("*.py")):
        for one in glossary.defined(path.read_text("utf-8")):
            said.setdefault(in_english(one.name), set()).add((one.meaning, one.formula))
    assert [name for name, meanings in said.items() if len(meanings) > 1] == []
