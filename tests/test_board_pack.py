"""The board pack itself, on runs made by hand: of little, of failures, of one department."""

from pathlib import Path
from typing import get_args

import pytest
from bs4 import BeautifulSoup
from test_board import claim, pack, report
from test_board_cards import number
from test_executed import run as executed
from texts import ROOT, SAMPLE

from revwork.contracts import DEPARTMENTS
from revwork.pack import PLACE
from revwork.report import export
from revwork.report.panels import HEADLESS
from revwork.report.words import read_as
from revwork.run import plan

NOTEBOOK = ROOT / "notebooks" / "00_board_pack.ipynb"
COMPANY = "Aroma & Grain"
ORDERS = [
    number("net_revenue", 1320.0, comparison=1000.0, target=1200.0),
    number("orders", 120.0, "sales", unit="count", comparison=100.0),
    number("order_value", 11.0, "product", comparison=10.0),
    number("customers", 55.0, "customers", unit="count", comparison=50.0),
]


@pytest.fixture
def page(tmp_path, monkeypatch):
    """The page of a run by its numbers, findings and reports."""

    def made(kpis, findings=(), reports=(), **parameters):
        pack(tmp_path, kpis, [*findings], *(reports or [report()]), workspace=COMPANY)
        monkeypatch.setenv(PLACE, str(tmp_path))
        monkeypatch.setenv(HEADLESS, "1")
        done, _ = executed(Path(NOTEBOOK), workspace=str(SAMPLE), **parameters)
        html = export.page(done, NOTEBOOK.stem)
        return " ".join(BeautifulSoup(html, "html.parser").main.get_text(" ").split())

    yield made
    read_as("en", "EUR")


def test_orders_alone_give_a_pack_that_says_what_more_would_tell(page):
    text = page(ORDERS)
    assert "€1,320" in text and "110% of target €1,200" in text
    assert "Contribution margin needs the cost of what is sold." in text
    assert "The rating needs reviews." in text and "This run holds no forecast" in text
    assert "This run knows nothing of the market" in text
    assert "Nothing changed beyond chance" in text
    assert "No finding of this run asks for a decision." in text


def test_a_tree_that_cannot_be_drawn_says_so_and_the_other_is_there(page):
    text = page(ORDERS)
    assert "This tree of drivers needs Visits" in text
    assert "Order value (Product) moved net revenue most: +€110" in text


def test_a_run_in_which_a_report_failed_says_what_is_missing_for_it(page):
    broke = report("09_reputation", "Reputation", "timed_out")
    text = page(ORDERS, [claim()], [report(), broke])
    assert "These reports failed" in text and "Reputation" in text
    assert "Rating is not known: the report “Reputation” ended as timed out." in text
    assert "One thing changed or stands out." in text


def test_a_department_reads_its_own_numbers_and_topics_and_the_common_tree(page):
    text = page(ORDERS, [claim()], department="sales")
    assert text.count("Aroma & Grain · Sales") == 1 and "Orders" in text and "€1,320 →" not in text
    assert "fell since 9 Mar 2026" not in text and "needs reviews" not in text
    assert "moved net revenue most" in text
    assert "fell since 9 Mar 2026" in page(ORDERS, [claim()], department="service")


def test_a_pack_in_another_language_says_findings_in_it(page):
    text = page(ORDERS, [claim()], language="es")
    assert "Informe del comité" in text and "9 mar 2026" in text and "1.320" in text


def test_the_departments_are_those_that_contracts_know():
    (kind,) = (one.kind for one in plan.parameters(NOTEBOOK) if one.name == "department")
    assert get_args(kind) == ("", *DEPARTMENTS)
