"""Tables as readers use them: sorted and saved in the page, without a server or even a script."""

import csv
import io
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from pages import begun, paged

from revwork.findings import Message
from revwork.metrics import Kpi
from revwork.report import kpis, table
from revwork.report.table import format_of
from revwork.report.words import read_as

HOSTILE = ["=1+1", "+1", "-1+1", "@SUM(1)", "\t=1", " =1", '=HYPERLINK("x";"y")', "＝1+1"]


@pytest.fixture(autouse=True)
def english():
    read_as("en", "EUR")
    yield
    read_as("en", "EUR")


def products(**columns):
    rows = {
        "product_name": ["Beans", "Filters", "Öl", None],
        "net": [1234.567, -5.0, 12000.25, None],
        "margin_rate": [0.1234, None, 0.5, 0.09],
        "launch_date": [date(2026, 3, 1), date(2025, 12, 24), None, date(2026, 1, 2)],
    }
    return pd.DataFrame({**rows, **columns})


def cells(view):
    """The text of every cell, row by row."""
    rows = BeautifulSoup(view._repr_html_(), "html.parser").tbody("tr")
    return [[cell.get_text() for cell in row(["th", "td"])] for row in rows]


def column(page, number):
    return page.locator(f".scroll tbody tr > :nth-child({number})").all_inner_texts()


# how cells are written


def test_a_column_is_written_as_the_call_says():
    frame = pd.DataFrame({"name": ["a"], "low": [3.14], "rating": [4.0]})
    assert cells(table(frame, "c", low="tenths", rating="percent")) == [["a", "3.1", "400%"]]
    assert cells(table(frame, "c", "low", low="decimal")) == [["3.14"]]


def test_a_format_or_column_that_is_none_is_refused_by_name():
    with pytest.raises(ValueError, match="no column or format: colour, tenth"):
        table(products(), "c", "colour", net="tenth")


@pytest.mark.parametrize(
    ("column", "value", "written"),
    [
        ("new_customer_share", 0.25, "25%"),
        ("price_change_rate", 0.25, "+25%"),
        ("win_rate", 0.25, "25%"),
        ("budget_amount", 1234.5, "€1,234"),
        ("campaign_cost", 1234.5, "€1,234"),
        ("matched_revenue", 1234.5, "€1,234"),
        ("product_margin", 1234.5, "€1,234"),
        ("stage_days", 12.34, "12.3"),
        ("visit_count", 1234.0, "1,234"),
        ("payback_multiple", 3.24, "3.2×"),
        ("launch_date", date(2026, 3, 1), "1 Mar 2026"),
        ("seen", date(2026, 3, 1), "1 Mar 2026"),
        ("seen", pd.Timestamp(2026, 3, 1), "1 Mar 2026"),
        ("campaign_id", 20260301, "20260301"),
        ("rating", 4.256, "4.26"),
        ("rank", 1234, "1,234"),
        ("is_new", True, "yes"),
        ("is_new", False, "no"),
        ("weight", Decimal("1.50"), "1.5"),
        ("net", Decimal("1.50"), "€2"),
        ("rating", None, "–"),
    ],
)
def test_a_column_says_by_name_and_type_how_it_is_written(column, value, written):
    frame = pd.DataFrame({"name": ["a", "b"], column: pd.Series([value, value], dtype=object)})
    shown = frame if value is not None else frame.astype({column: float})
    assert cells(table(shown, "c"))[0][1] == written


def test_numbers_stand_to_the_right_and_words_to_the_left():
    frame = pd.DataFrame({"name": ["a"], "visits": [1], "deal_id": [1], "is_new": [True]})
    heads = BeautifulSoup(table(frame, "c")._repr_html_(), "html.parser")("th", scope="col")
    assert [head.get("class") for head in heads] == [None, ["number"], None, None]


def test_endings_added_later_changed_no_column_but_one_that_had_no_format():
    shown = "change_rate margin_rate order_costs payment_cost shipping_cost gross_margin"
    told = ["change", "percent", "money", "money", "money", "money"]
    assert [format_of(name) for name in shown.split()] == told
    assert format_of("matched_revenue") == "money"  # was a bare number
    assert {format_of(name) for name in ("rate", "products", "pairs", "z_score")} == {""}


# sorted


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_numbers_sort_as_numbers_in_every_language_and_unknown_comes_last(
    language, tmp_path, opened
):
    begun(language)
    page = opened(paged(tmp_path / "t.html", begun(language), table(products(), "Products")))
    names = ["Öl", "Beans", "Filters"]
    sort = page.locator(".scroll:not(.quality *) th[scope=col] .sort")
    for order in (names, names[::-1]):
        sort.nth(1).click()
        shown = page.locator(".scroll:not(.quality *) tbody th").all_inner_texts()
        assert shown[:3] == order and len(shown) == 4
    assert page.wrong == []


def test_days_and_names_sort_as_such(tmp_path, opened):
    page = opened(paged(tmp_path / "t.html", table(products(), "Products")))
    heads = page.locator("th[scope=col]")
    heads.nth(3).locator(".sort").click()
    assert column(page, 1) == ["Beans", "not recorded", "Filters", "Öl"]
    heads.nth(0).locator(".sort").click()
    assert column(page, 1) == ["Beans", "Filters", "Öl", "not recorded"]
    states = heads.evaluate_all("all => all.map(one => one.ariaSort)")
    assert states == ["ascending", None, None, None]


def test_equal_rows_keep_their_order(tmp_path, opened):
    frame = pd.DataFrame({"name": [*"cab"], "net": [1.0, 1.0, 1.0]})
    page = opened(paged(tmp_path / "t.html", table(frame, "c")))
    for _ in range(2):
        page.locator(".sort").nth(1).click()
        assert column(page, 1) == [*"cab"]


def test_a_heading_sorts_by_keyboard_alone(tmp_path, opened):
    page = opened(paged(tmp_path / "t.html", table(products(), "Products", "product_name", "net")))
    page.locator(".scroll").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert column(page, 1)[0] == "Öl"
    page.keyboard.press("Space")
    assert column(page, 1)[0] == "Filters"


def test_without_scripts_a_table_stands_as_it_was_given(tmp_path, opened):
    path = paged(tmp_path / "t.html", table(products(), "Products"))
    page = opened(path, java_script_enabled=False)
    assert column(page, 1) == ["Beans", "Filters", "Öl", "not recorded"]
    assert page.locator(".sort, .save").count() == 0


# saved


def saved(page):
    """The file that the page's one table is saved as: its name, its bytes."""
    with page.expect_download() as download:
        page.locator(".save").last.click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_a_table_is_saved_in_full_precision_without_a_server(tmp_path, opened):
    page = opened(paged(tmp_path / "t.html", table(products(), "Net: A/B «c»")))
    page.locator(".sort").nth(1).click()
    name, content = saved(page)
    assert name == "Net A B c.csv" and content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text.startswith('"Product name","Net revenue","Margin %","Launch date"\r\n')
    assert list(csv.reader(io.StringIO(text)))[1:] == [
        ["Öl", "12000.25", "0.5", ""],
        ["Beans", "1234.567", "0.1234", "2026-03-01"],
        ["Filters", "-5", "", "2025-12-24"],
        ["", "", "0.09", "2026-01-02"],
    ]
    assert (page.left, page.wrong) == ([], [])


def test_a_spreadsheet_of_the_readers_country_reads_the_file(tmp_path, opened):
    path = paged(tmp_path / "t.html", begun("fr"), table(products(), "Produits"))
    _, content = saved(opened(path))
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert list(rows)[1] == ["Beans", "1234,567", "0,1234", "2026-03-01"]


def test_no_text_calculates_in_a_spreadsheet(tmp_path, opened):
    frame = pd.DataFrame({"name": HOSTILE, "net": [-1.0] * len(HOSTILE)})
    _, content = saved(opened(paged(tmp_path / "t.html", table(frame, "=caption"))))
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]
    assert [text for text, _ in rows] == [f"'{text}" for text in HOSTILE]
    assert {number for _, number in rows} == {"-1"}


# headline numbers


def card(*arguments, **more):
    shown = kpis([Kpi("figure", *arguments, **more)])._repr_html_()
    return BeautifulSoup(shown, "html.parser").li


def test_a_rise_of_what_should_be_low_is_not_shown_as_good():
    zone = card(0.3, "percent", "product", "2026-Q2", 0.2, better="lower")
    change = zone.find(class_="kpi-change")
    assert "worse" in change["class"] and "▲ 10 pp" in change.get_text()
    assert "Lower is better" in zone.get_text()
    assert (
        "better"
        in card(2.0, "count", "d", "p", 3.0, better="lower").find(class_="kpi-change")["class"]
    )


def test_an_estimate_says_its_interval_and_a_measured_number_has_none():
    sure, told = {"low": 4.0, "high": 6.0, "level": 0.8}, "application/vnd.revwork.kpis+json"
    assert "80%: €4 to €6" in card(5.0, "money", "d", "p", **sure).get_text()
    (row,) = kpis([Kpi("m", 5.0, "money", "d", "p", **sure)])._repr_mimebundle_()[told]
    (plain,) = kpis([Kpi("m", 5.0, "money", "d", "p")])._repr_mimebundle_()[told]
    assert {name: row[name] for name in sure} == sure
    assert not sure.keys() & plain.keys()


def test_a_score_and_an_index_are_plain_numbers_that_change_by_steps():
    score = card(41.04, "score", "service", "2026-Q2", 44.0, 50.0, n=1234)
    assert score.find(class_="kpi-value").get_text() == "41"
    assert "▼ −3 from 44" in score.get_text() and "Target 50" in score.get_text()
    assert "n = 1,234" in score.get_text()
    assert "▲ +1.3 from 98.2" in card(99.5, "index", "d", "p", 98.2).get_text()


def test_a_number_carries_which_way_is_good_and_its_cases_where_there_is_something_to_say():
    told = "application/vnd.revwork.kpis+json"
    cost_kpi = Kpi("m", 1.0, "score", "d", "p", better="lower", n=9)
    (cost,) = kpis([cost_kpi])._repr_mimebundle_()[told]
    (usual,) = kpis([Kpi("m", 1.0, "score", "d", "p")])._repr_mimebundle_()[told]
    assert (cost["better"], cost["n"]) == ("lower", 9)
    assert cost.keys() - usual.keys() == {"better", "n"}


def test_a_table_without_rows_says_so_under_its_title():
    none = pd.DataFrame({"net": []})
    assert repr(table(none, "Best offers")) == "Best offers: nothing to show."
    assert repr(table(none, Message("No offer is open", {}))) == "No offer is open"
