"""The report beside its page: on paper, as slides and as a workbook."""

import json
import re
import sys
from decimal import Decimal
from io import BytesIO

import nbformat
import openpyxl
import pandas as pd
import pytest
from conftest import notebook, revwork
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation
from pptx.util import Inches
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from revwork.report import slides, table, workbook
from revwork.report.carried import MIME
from revwork.report.words import Reader
from revwork.run import formats, runner
from revwork.run.request import Request

REPORT = "01_revenue"
LINE = "Confidential – <b>board</b> only"
HOSTILE = [
    '=HYPERLINK("https://example.org","x")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "<script>alert(1)</script>",
    "{{7*7}} ${7*7} #{7*7}",
    "]]><!-- &lt;&#x41;",
    "#N/A",
    "bell\x07 and null\x00",
    "a\x0bb\x0cc",
    "\u202eright to left",
    "W" * 400,
]
TOML = f"""
company = "=Acme & Söhne"
currency = "EUR"
confidentiality = "{LINE}"
[tables.orders]
file = "orders.csv"
"""
ORDERS = "order_id,order_date,net_amount,region\na,2024-11-03,40,North\nb,2025-11-30,60,South\n"
OPEN = """
import pandas as pd
from revwork import open_company
from revwork.findings import Finding, Impact, Message
from revwork.metrics import Kpi
from revwork.report import Panels, begin, chart, findings, kpis, table
company = open_company(workspace)
tables = company.tables(needs=["orders"])
begin(company, tables, company.compare("2025-11", "year ago", tables.as_of))
"""
SHOW = """
kpis([Kpi("net_revenue", 60.0, "money", "sales", "2025-11", 40.0, 50.0, (1.0, 2.0))])
"""
TABLE = """
names = {names!r}
frame = pd.DataFrame({{"product_name": names, "net": range(len(names))}})
table(frame, names[0])
"""
BARS = """
bars = frame.assign(current=frame.net, base=1.0, target=None, change_rate=0.5)
bars = bars.drop(columns="net")
Panels(lambda which: chart.bars(bars[::which], names[-1], "Net revenue"), which=[1, 2])
"""
CLAIMS = """
def said(name): return Message("{it:text}", {"it": name})
worth = Impact(9.0, 1.0, 17.0, "EUR")
findings([Finding("net_revenue", {"product_name": name}, "threat", "change", "sales", "2025-11",
                  said(name), said(name), said(name), worth, 0.5) for name in names])
"""


@pytest.fixture(scope="session")
def latest(published):
    return (published / "latest").resolve()


@pytest.fixture(scope="session")
def findings(latest):
    every = json.loads((latest / "findings.json").read_text())
    return [one for one in every if one["notebook"] == REPORT]


@pytest.fixture(scope="session")
def headline(latest):
    every = json.loads((latest / "kpis.json").read_text())
    return {one["metric"]: one for one in every if one["notebook"] == REPORT}


@pytest.fixture(scope="session")
def paper(latest):
    return PdfReader(latest / f"{REPORT}.pdf")


@pytest.fixture(scope="session")
def deck(latest):
    return Presentation(latest / f"{REPORT}.pptx")


@pytest.fixture(scope="session")
def book(latest):
    return openpyxl.load_workbook(latest / f"{REPORT}.xlsx")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """The run of a company whose every name is an attack, in every format."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "revwork.toml").write_text(TOML, "utf-8")
    (folder / "orders.csv").write_text(ORDERS)
    cells = [OPEN, SHOW, TABLE.format(names=HOSTILE), BARS, CLAIMS]
    path = notebook(folder / "names.ipynb", f"workspace = {str(folder)!r}", *cells)
    done = runner.run(Request({"": {path: {}}}, True, formats.FORMATS), folder / "reports")
    assert done["status"] == "succeeded", done
    return folder / "reports" / done["run"]


def words(deck):
    """Every text of a deck, slide by slide."""
    return [[s.text_frame.text for s in page.shapes if s.has_text_frame] for page in deck.slides]


def column(sheet, head):
    """The cells under a heading."""
    heads = [cell.value for cell in sheet[1]]
    return [row[heads.index(head)] for row in sheet.iter_rows(min_row=2)]


def survives(text):
    """What is left of a text in an Office file."""
    return " ".join(workbook.writable(text).split())


# asked for


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        ("html", ("html",)),
        ("", ("html",)),
        ("xlsx", ("html", "xlsx")),
        (" PPTX , pdf,pdf", ("html", "pdf", "pptx")),
    ],
)
def test_html_is_always_made_and_each_other_format_once(asked, made):
    assert formats.asked(asked) == made


def test_a_mistyped_format_is_refused_before_anything_runs(tmp_path):
    done = revwork("run", "--to", "html,xslx", "--out", "reports", cwd=tmp_path)
    assert done.returncode == 2 and "did you mean xlsx?" in done.stderr
    assert not (tmp_path / "reports").exists()


def test_slides_without_their_library_say_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pptx", None)
    with pytest.raises(formats.UsageError, match=re.escape('pip install "revwork[slides]"')):
        formats.asked("html,pptx")


def test_without_a_browser_the_page_is_there_and_the_notebook_counts_as_failed(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("REVWORK_CHROMIUM", "/nowhere/chromium")
    path = notebook(tmp_path / "fine.ipynb", "1")
    done = runner.run(Request({"": {path: {}}}, True, ("html", "pdf")), tmp_path / "reports")
    (ended,) = done["notebooks"]
    assert (done["status"], ended["status"]) == ("failed", "failed")
    assert ended["reason"] == "pdf: /nowhere/chromium does not start: No such file or directory"
    assert ended["files"] == {"html": "fine.html"}
    sent = {path.name for path in (tmp_path / "reports" / done["run"]).iterdir()}
    assert sent - {"record"} == {
        *("fine.html", "index.html", "manifest.json", "findings.json", "kpis.json", "changes.json")
    }


def test_the_pack_links_every_format(latest):
    index = (latest / "index.html").read_text()
    for kind in formats.FORMATS:
        assert f'href="{REPORT}.{kind}"' in index
    assert 'href="index.pdf"' in index


# on the record, not on the page


def test_rows_are_carried_by_the_record_alone(latest):
    record = nbformat.read(latest / f"record/{REPORT}.ipynb", 4)
    carried = [o for c in record.cells for o in c.get("outputs", []) if MIME in o.get("data", {})]
    assert len(carried) > 5
    assert "vnd.revwork" not in (latest / f"{REPORT}.html").read_text()


def test_the_line_of_confidentiality_is_on_the_page_and_the_pack(hostile):
    for name in ("names.html", "index.html"):
        html = (hostile / name).read_text()
        assert "Confidential – &lt;b&gt;board&lt;/b&gt; only</strong>" in html


# on paper


def test_paper_has_its_pages_counted_and_none_blank(paper):
    sheets = [" ".join(page.extract_text().split()) for page in paper.pages]
    assert 8 < len(sheets) < 60
    for number, sheet in enumerate(sheets, start=1):
        assert f"{number} / {len(sheets)}" in sheet
        assert len(sheet) > 150
    assert "Revenue" in sheets[0] and "Net revenue" in sheets[0]
    assert all("Revenue" in sheet.split("moved")[0] for sheet in sheets[1:])


def test_paper_can_be_searched_and_leads_nowhere(paper, findings):
    text = " ".join(" ".join(page.extract_text().split()) for page in paper.pages)
    for finding in findings:
        assert " ".join(finding["claim"].split()) in text
    assert not any(page.get("/Annots") for page in paper.pages)
    assert paper.metadata.title == "Revenue"


def test_the_pack_is_one_sheet_with_headline_and_findings(latest, findings, headline):
    (sheet,) = PdfReader(latest / "index.pdf").pages
    text = " ".join(sheet.extract_text().split())
    assert findings[0]["claim"] in text
    assert f"€{headline['net_revenue']['value']:,.0f}" in text


def test_every_sheet_says_for_whom_it_is(hostile):
    for name in ("names.pdf", "index.pdf"):
        sheets = PdfReader(hostile / name).pages
        assert all(LINE in sheet.extract_text() for sheet in sheets)


def test_a_long_word_shrinks_no_sheet_and_no_number_is_cut(hostile):
    text = " ".join(sheet.extract_text() for sheet in PdfReader(hostile / "names.pdf").pages)
    assert all(f"{number}. " in text for number in range(1, len(HOSTILE) + 1))
    assert len(re.sub(r"[^W]", "", text)) >= 4 * 400


def test_more_findings_than_a_sheet_holds_are_counted_on_it(hostile):
    (sheet,) = PdfReader(hostile / "index.pdf").pages
    more = re.search(r"(\d+) more in the pack", sheet.extract_text())[1]
    assert int(more) >= len(HOSTILE) - 8


# slides


def test_there_is_a_title_slide_and_one_a_finding(deck, findings):
    assert len(deck.slides) == len(findings) + 1
    titles = [page.shapes.title.text_frame.text for page in deck.slides]
    assert titles == ["Revenue", *(finding["claim"] for finding in findings)]
    assert "Aroma & Grain" in " ".join(words(deck)[0])


def test_a_slide_says_evidence_impact_and_next_step_as_text(deck, findings):
    for said, finding in zip(words(deck)[1:], findings, strict=True):
        assert finding["evidence"] in said and finding["next_step"] in said
        low, high = (f"{abs(finding['impact'][end]):,.0f}" for end in ("low", "high"))
        assert any(low in text and high in text for text in said)


def test_a_slide_has_a_sharp_picture_with_words_for_who_cannot_see_it(deck):
    for page in list(deck.slides)[1:]:
        (picture,) = [shape for shape in page.shapes if shape.shape_type == 13]
        assert picture.image.size[0] > 1000
        assert picture._element.nvPicPr.cNvPr.get("descr").endswith(".")
        wide, high = picture.image.size
        assert picture.width / picture.height == pytest.approx(wide / high, rel=0.01)


def test_a_segments_slide_shows_that_segment(deck, findings):
    for page, finding in zip(list(deck.slides)[1:], findings, strict=True):
        (picture,) = [shape for shape in page.shapes if shape.shape_type == 13]
        alt = picture._element.nvPicPr.cNvPr.get("descr")
        values = finding["segment"].values()
        assert not values or any(value in alt for value in values)


def test_the_notes_define_the_metric(deck, findings):
    for page, finding in zip(list(deck.slides)[1:], findings, strict=True):
        notes = page.notes_slide.notes_text_frame.text
        assert finding["evidence"] in notes
        if finding["metric"] == "net_revenue":
            assert "returns and credit notes negative on their own date" in notes


@pytest.mark.parametrize("which", ["deck", "hostile"])
def test_no_text_leaves_its_box_nor_a_box_its_slide(which, request):
    found = request.getfixturevalue(which)
    made = found if which == "deck" else Presentation(found / "names.pptx")
    for page in made.slides:
        for shape in page.shapes:
            assert min(shape.left, shape.top) >= 0
            assert shape.left + shape.width <= made.slide_width
            assert shape.top + shape.height <= made.slide_height
            if shape.has_text_frame:
                (run,) = shape.text_frame.paragraphs[0].runs
                across = shape.width / run.font.size
                needed = slides.lines(run.text, across) * run.font.size * 1.2
                assert needed <= shape.height and run.font.size.pt >= 9


def test_boxes_of_a_slide_do_not_cover_each_other(deck):
    for page in deck.slides:
        boxes = [(s.left, s.top, s.left + s.width, s.top + s.height) for s in page.shapes]
        for at, (left, top, right, bottom) in enumerate(boxes):
            for x, y, across, down in boxes[at + 1 :]:
                apart = right <= x or across <= left or bottom <= y or down <= top
                assert apart or Inches(0.02) > min(bottom - y, down - top)


@settings(deadline=None)
@given(st.text(), st.sampled_from([(1.0, 0.3), (4.6, 1.2), (12.1, 1.1)]))
def test_any_text_fits_or_is_cut_with_an_ellipsis(text, box):
    said, size = slides.fitted(text, *box, (28, 18, 10))
    plain = survives(text)
    assert said == plain or (said.endswith("…") and plain.startswith(said[:-1]))
    assert slides.lines(said, box[0] * 72 / size) * size * 1.2 <= box[1] * 72


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200))
def test_what_is_writable_can_be_read_back(text):
    packed = workbook.workbook([], [], [shown([[text]])], Reader())
    read = openpyxl.load_workbook(BytesIO(packed)).worksheets[3]["A2"].value
    assert (read or "") == workbook.writable(text)


def test_hostile_names_are_plain_text_on_slides(hostile):
    deck = Presentation(hostile / "names.pptx")
    titles = sorted(page.shapes.title.text_frame.text for page in list(deck.slides)[1:])
    expected = sorted(survives(name.replace("\u202e", "")) for name in HOSTILE)
    for title, name in zip(titles, expected, strict=True):
        assert title == name or (title.endswith("…") and name.startswith(title[:-1]))
    assert not any(rel.is_external for page in deck.slides for rel in page.part.rels.values())


# the workbook


def shown(rows, *columns, **more):
    """What a notebook carries of a table, with one column `name` where none is said."""
    heads = [{"name": name, "label": name, "date": False} for name in columns or ["name"]]
    entry = {"title": "T", "choice": {}, "columns": heads, "rows": rows, "left": 0}
    return {**entry, "currency": "EUR", "cell": 1, **more}


def test_the_workbook_begins_with_figures_findings_and_contents(book, findings, headline):
    assert book.sheetnames[:3] == ["Key figures", "Findings", "Contents"]
    figures = book["Key figures"]
    assert [cell.value for cell in column(figures, "Value")] == [
        pytest.approx(one["value"]) for one in headline.values()
    ]
    assert [cell.value for cell in column(book["Findings"], "Finding")] == [
        finding["claim"] for finding in findings
    ]
    listed = dict.fromkeys(cell.value for cell in column(book["Contents"], "Sheet"))
    assert list(listed) == book.sheetnames[3:]


def test_every_sheet_has_a_frozen_header_a_filter_and_columns_to_read(book):
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(cell.font.bold and cell.value for cell in sheet[1])
        widths = [sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]]
        assert min(widths) > 5 and max(widths) <= 60


def test_the_rows_behind_a_picture_add_up_to_the_headline_to_the_cent(book, headline):
    for dimension in ("Region", "Channel", "Category", "Segment"):
        sheet = book[f"{dimension} - Net revenue, change"]
        total = sum(cell.value for cell in column(sheet, "Now"))
        assert round(total, 2) == round(headline["net_revenue"]["value"], 2)
        before = sum(cell.value for cell in column(sheet, "Before"))
        assert round(before, 2) == round(headline["net_revenue"]["comparison"], 2)


def test_cells_are_money_shares_counts_and_days_not_text(book):
    sheet = book["Region - Net revenue, change"]
    money, share = column(sheet, "Now")[0], column(sheet, "Change %")[0]
    assert (type(money.value), money.number_format) == (float, "#,##0.00 [$EUR]")
    assert (type(share.value), share.number_format) == (float, "+0.0%;-0.0%;0.0%")
    day = column(book["Net revenue by day"], "Day")[0]
    assert day.is_date and day.number_format == "yyyy-mm-dd"
    orders = next(row for row in book["Key figures"] if row[0].value == "Orders")[1]
    assert orders.value == int(orders.value) and orders.number_format == "#,##0"


def test_choices_of_one_set_of_panels_share_a_sheet(book):
    sheet = next(sheet for sheet in book if sheet["A1"].value == "Method")
    methods = [cell.value for cell in column(sheet, "Method")]
    assert len(set(methods)) == 4 and methods == sorted(methods, key=methods.index)


def test_hostile_names_are_strings_to_every_reader(hostile):
    path = hostile / "names.xlsx"
    expected = [workbook.writable(name) for name in HOSTILE]
    book = openpyxl.load_workbook(path)
    sheet = book[book.sheetnames[3]]
    cells = column(sheet, "Product name")
    assert [cell.value for cell in cells] == expected
    for page in book:
        for cell in (cell for row in page for cell in row if isinstance(cell.value, str)):
            assert cell.data_type == "s"
            assert cell.quotePrefix or not cell.value.startswith(("=", "+", "-", "@", "\t", "\n"))
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(3).to_python()
    assert [row[0] for row in rows[1:]] == expected
    assert len(rows[1:]) == len(HOSTILE)


def test_a_cut_table_says_how_many_rows_are_left_out():
    packed = workbook.workbook([], [], [shown([["a"]], left=7)], Reader())
    contents = openpyxl.load_workbook(BytesIO(packed))["Contents"]
    assert [cell.value for cell in contents[2]] == ["T", None, "T", 1, 7]


def test_sheet_names_are_short_unique_and_allowed():
    titles = ["a/b:c*d?e[f]\\g", "'quoted'", "x" * 40, "X" * 40, "", "History\x00"]
    entries = [shown([["a"]], title=title, cell=at) for at, title in enumerate(titles)]
    names = openpyxl.load_workbook(BytesIO(workbook.workbook([], [], entries, Reader()))).sheetnames
    assert len({name.casefold() for name in names}) == len(names) == 3 + len(titles)
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\']", name) for name in names)


def test_a_drivers_levels_are_counts_or_money_row_by_row():
    rows = [["customers", "count", 12.0, 5.0], ["value", "money", 12.0, 5.0]]
    entry = shown(rows, "leaf", "unit", "current", "effect")
    sheet = openpyxl.load_workbook(
        BytesIO(workbook.workbook([], [], [entry], Reader()))
    ).worksheets[3]
    assert [cell.number_format for cell in column(sheet, "current")] == [
        "#,##0",
        "#,##0.00 [$EUR]",
    ]


def test_rows_are_carried_where_nobody_is_there_and_cut_at_ten_thousand(monkeypatch):
    view = table(pd.DataFrame({"name": range(10_001), "paid": Decimal("1.10")}), "Long")
    assert MIME not in view._repr_mimebundle_()
    monkeypatch.setenv("REVWORK_HEADLESS", "1")
    (entry,) = view._repr_mimebundle_()[MIME]
    assert (len(entry["rows"]), entry["left"]) == (10_000, 1)
    assert entry["rows"][-1] == [9999, 1.1]
