"""What is seen as a file: exact, openable, and harmless."""

import re
from base64 import b64decode

import pandas as pd

from revwork.report import download
from revwork.report.carried import HEADLESS
from revwork.report.cut import in_unit


def told(frame, monkeypatch, name="Net revenue, “all”"):
    monkeypatch.delenv(HEADLESS, raising=False)
    html = download(frame, name)._repr_html_()
    file, address = re.search(
        r'download="(.*?)" href="data:text/csv;charset=utf-8;base64,(.*?)"', html
    ).groups()
    return file, b64decode(address).decode("utf-8-sig")


def test_a_file_holds_exact_numbers_and_leaves_the_unknown_empty(monkeypatch):
    frame = pd.DataFrame({"region": ["Spain", None], "net_revenue": [1234.5678, None]})
    file, text = told(frame, monkeypatch)
    assert file == "net_revenue_all.csv"
    assert text == "Region,Net revenue\r\nSpain,1234.5678\r\nnot recorded,\r\n"


def test_a_name_that_a_spreadsheet_would_calculate_stays_a_name(monkeypatch):
    frame = pd.DataFrame({"where": [{"region": "=1+1"}, {"region": " @x"}], "base": [1, 2]})
    _, text = told(frame, monkeypatch)
    assert "'=1+1,1" in text and "' @x,2" in text


def test_a_page_offers_its_tables_itself(monkeypatch):
    monkeypatch.setenv(HEADLESS, "1")
    assert download(pd.DataFrame({"a": [1]}), "a")._repr_html_() == ""


def test_a_table_in_the_unit_of_a_metric_leaves_out_what_nobody_knows():
    frame = pd.DataFrame(
        {"region": ["Spain"], "current": [0.25], "change": [-0.05], "target": [None]}
    )
    grid, _ = in_unit(frame, "Win rate", "percent")
    assert "25%" in grid._repr_html_() and "−5 pp" in grid._repr_html_()
    assert "Target" not in grid._repr_html_()
