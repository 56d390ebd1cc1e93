"""Text that others typed never runs: not in Lab, not on a page, on paper, on slides, in a sheet.

Every payload stands in every free text of a company whose notebooks are run for real. What runs
is heard by a sentinel in the page; escaping and the policy of the page are tested apart.
"""

import json
import re
import secrets
import shutil
import socket
import time
from datetime import timedelta
from itertools import chain
from zipfile import ZipFile

import nbformat
import openpyxl
import pandas as pd
import pytest
from conftest import notebook
from payloads import ALIVE, PAYLOADS, plain
from pptx import Presentation
from pypdf import PdfReader
from test_lab import SLOW, answers, start, stop

from revwork.contracts import contract
from revwork.run import formats, plan, runner
from revwork.run.request import Request

NAMES = [plain(text) for text in PAYLOADS]
MONTHS = pd.date_range("2024-12-01", periods=20, freq="MS")
COMPANY = plain("</title></style>" + PAYLOADS[ALIVE[0]] + PAYLOADS[ALIVE[11]] + "'\"}*{{7*7}}")
HEADER = "<img src=x onerror=window.__executed=900>"
FILE = "javascript:window.__executed=901;<img src=x onerror=window.__executed=902>&quot;#?"
SHEET = "<svg onload=__executed=903>"
AWAY = re.compile(r"^\w+:(?!//127\.0\.0\.1)(?<!file:)(?<!data:)(?<!blob:)(?<!about:)")
SENTINEL = """
window.ran = window.ran || [];
Object.defineProperty(window, "__executed", {set(number) { window.ran.push(number); }});
"""
OPEN = """
import json
import pandas as pd
from revwork import open_company
from revwork.findings import Finding, Impact, Message, Unanswered
from revwork.metrics import Kpi
from revwork.report import Panels, answer, begin, chart, findings, kpis, table
company = open_company(workspace)
names = json.loads((company.folder / "names.json").read_text())
tables = company.tables(needs=["orders"])
begin(company, tables, company.compare("2026-06", "previous", tables.as_of))
"""
KPIS = """
kpis([Kpi(n, 60.0, "money", n, n, 40.0, 50.0, (1.0, 2.0)) for n in names])
"""
TABLE = """
frame = pd.DataFrame({"product_name": names, names[0]: names, "net": range(len(names))})
table(frame, names[0])
"""
FRAME = "frame"
BARS = """
bars = frame.assign(current=frame.net + 1.0, base=1.0, target=None, change_rate=0.5)
bars = bars[["product_name", "current", "base", "target", "change_rate"]]
parts = {name: bars[at:at + 8] for at, name in zip(range(0, len(names), 8), names)}
Panels(lambda part: chart.bars(parts[part], part, part), part=list(parts))
"""
CHOICES = """
some = [Panels(lambda **one: table(frame[:1], names[0]), **{names[at]: names[at:at + 24]})
        for at in range(0, len(names), 24)]
display(*some)
"""
UNANSWERED = """
def refuse(): raise Unanswered("{it:text} " + names[0], it=" ".join(names))
answer(refuse)
"""
CLAIMS = """
def said(name): return Message("{it:text}", {"it": name})
findings([Finding("net_revenue", {"product_name": name}, "threat", "change", name, "2026-06",
                  said(name), said(name), said(name), Impact(9.0, 1.0, 17.0, "EUR"), 0.5)
          for name in names])
"""
SHOWN = (OPEN, KPIS, TABLE, FRAME, BARS, CHOICES, UNANSWERED, CLAIMS)


def rows(table, turn):
    """A row of the contract's columns for every name, and month where the table is of sales."""
    schema = contract(table).to_schema()
    each = [(at, month) for month in MONTHS for at in range(len(NAMES))]
    each = (
        each if table == "orders" else [(at, MONTHS[at % len(MONTHS)]) for at in range(len(NAMES))]
    )
    made = {}
    for place, (name, column) in enumerate(schema.columns.items()):
        allowed = [check.statistics.get("allowed_values", ()) for check in column.checks]
        allowed, kind = list(chain(*allowed)), column.dtype.type
        made[name] = [
            value(name, kind, allowed, at + (0 if name.endswith("_id") else place + turn), month)
            for at, month in each
        ]
        most = [check.statistics["max_value"] for check in column.checks if "less" in check.name]
        made[name] = [min(one, *most) if most else one for one in made[name]]
        if name == "end_date" and not column.nullable:
            made[name] = [month.date() + timedelta(27) for _, month in each]
    return pd.DataFrame(made)


def value(name, kind, allowed, at, month):
    if name in ("currency", "end_date"):
        return {"currency": "EUR"}.get(name)
    if allowed:
        return "completed" if "completed" in allowed else allowed[at % len(allowed)]
    if kind.is_string():
        return NAMES[at % len(NAMES)]
    if kind.is_date():
        return (month.date() + timedelta(at % 28)) if name != "month" else month.date()
    if kind.is_boolean():
        return bool(at % 2)
    growth = 1 + (month.year - 2024) * (at % 5 - 2) / 3
    size = 5_000 if at % 16 == 3 else 100
    return max(1.0, round(size * growth, 2)) if kind.is_decimal() else 1 + at % 5


def read_by_notebooks(root):
    """The tables that the notebooks of the project ask for."""
    sources = "".join(path.read_text() for path in plan.find([]))
    return [t.stem for t in sorted((root / "revwork/contracts").glob("[a-z]*.py"))
            if f'\\"{t.stem}\\"' in sources]  # fmt: skip


def planted(folder, root):
    """A company whose every free text is a payload; its tables' names are no better."""
    toml = [f"company = {json.dumps(COMPANY)}", 'currency = "EUR"']
    toml.append(f"confidentiality = {json.dumps(NAMES[0])}")
    for turn, table in enumerate(read_by_notebooks(root)):
        frame, more = rows(table, turn), []
        if table == "orders":
            frame["order_id"] += [str(at) for at in range(len(frame))]
            frame[HEADER] = frame["line"].map(lambda at: NAMES[at])
            frame["line"], file = 1, f"{FILE.replace('/', '')}.csv"
            frame = frame.rename(columns={"channel": "</script><b onclick=x>"})
            frame.to_csv(folder / file, index=False)
            more = ['dimensions = ["sales_rep"]', f"[tables.{table}.columns]"]
            more += [f"sales_rep = {json.dumps(HEADER)}", 'channel = "</script><b onclick=x>"']
        elif table == "customers":
            file, more = f"{table}.xlsx", [f"sheet = {json.dumps(SHEET)}"]
            excel(frame, folder / file)
        else:
            file = f"{table}.parquet"
            frame.to_parquet(folder / file)
        toml += [f"[tables.{table}]", f"file = {json.dumps(file)}", *more]
    (folder / "revwork.toml").write_text("\n".join(toml), "utf-8")
    (folder / "names.json").write_text(json.dumps(NAMES))


def excel(frame, path):
    book = openpyxl.Workbook()
    book.active.title = SHEET
    illegal = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE
    for row in [list(frame), *frame.itertuples(index=False)]:
        book.active.append([illegal.sub("", c)[:30_000] if isinstance(c, str) else c for c in row])
    for cell in chain(*book.active):
        cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    book.save(path)


@pytest.fixture(scope="module")
def company(tmp_path_factory, root):
    """The company's folder, with a notebook that shows every payload in every kind of view."""
    folder = tmp_path_factory.mktemp("untrusted")
    planted(folder, root)
    notebook(folder / "names.ipynb", *SHOWN, parameters=f"workspace: str = {str(folder)!r}")
    raises = f"raise ValueError({' '.join(NAMES)!r})"
    notebook(folder / f"{FILE.replace('/', '')}.ipynb", raises)
    return folder


@pytest.fixture(scope="module")
def run(company):
    """The run of all notebooks over that company, in every format."""
    own, reports = {"workspace": str(company)}, company / "reports"
    todo = dict.fromkeys(plan.find([]), own) | {path: {} for path in company.glob("*.ipynb")}
    runner.run(Request({"": {company / "names.ipynb": {}}}, True), reports)
    done = runner.run(Request({"": todo}, True, formats.FORMATS), reports)
    ended = {one["notebook"]: (one["status"], one["reason"][:300]) for one in done["notebooks"]}
    odd = [name for name, (status, _) in ended.items() if status != "succeeded"]
    assert odd == [FILE.replace("/", "")], ended
    found = json.loads((reports / done["run"] / "findings.json").read_text())
    assert {"names", "01_revenue"} <= {one["notebook"] for one in found}
    return reports / done["run"]


@pytest.fixture(scope="module")
def pages(run):
    return [run.parent / "index.html", *sorted(run.glob("*.html"))]


@pytest.fixture
def heard(chromium):
    """A page, and what it asks for elsewhere while nobody may answer."""
    context = chromium.new_context()
    yield (watched(context.new_page()))
    context.close()


def watched(page):
    page.asked, page.said = [], []
    page.add_init_script(SENTINEL)
    page.on("dialog", lambda dialog: (page.said.append(dialog.type), dialog.accept()))
    page.route(AWAY, lambda route: (page.asked.append(route.request.url), route.abort()))
    return page


def ran(page):
    """The payloads that ran in a page, opened a box, or asked for something."""
    boxes = [kind for kind in page.said if kind != "beforeunload"]
    return page.evaluate("window.ran") + boxes + page.asked


def without_policy(html):
    bare, found = re.subn(r"<meta [^>]*Content-Security-Policy[^>]*>", "", html)
    assert found == 1
    return bare


def touched(page):
    """Open and choose whatever can be; say what a page holds that only a payload would."""
    page.evaluate(
        """() => {
        document.querySelectorAll("details").forEach(one => one.open = true);
        document.querySelectorAll("select").forEach(one => [...one.options].forEach((_, at) => {
            one.selectedIndex = at; one.dispatchEvent(new Event("change")); }));
        document.querySelectorAll("input, button, th, [role=tab]").forEach(one => one.click());
        }"""
    )
    return page.evaluate(
        """() => [...document.querySelectorAll("*")].filter(one =>
            /^(IFRAME|OBJECT|EMBED|FORM|BASE|VIDEO|AUDIO|LINK|MATH|TEMPLATE|NOSCRIPT)$/i
                .test(one.tagName)
            || [...one.attributes].some(a => /^on/i.test(a.name) || /script:/i.test(
                ["href", "src", "action", "xlink:href"].includes(a.name) ? a.value : ""))
        ).map(one => one.outerHTML.slice(0, 200)).concat(
            document.querySelectorAll("script").length > 1 ? ["scripts"] : [],
            document.querySelectorAll("style:not([scoped])").length > 1 ? ["styles"] : [])"""
    )


# the corpus


def test_the_payloads_run_where_nothing_holds_them(heard, tmp_path):
    quiet = []
    for at in ALIVE:
        (tmp_path / "bare.html").write_text(f"<!DOCTYPE html><body>{PAYLOADS[at]}", "utf-8")
        heard.asked.clear()
        heard.goto((tmp_path / "bare.html").as_uri())
        if not ran(heard):
            heard.wait_for_timeout(150)
        loud = ran(heard)
        quiet += [] if any(at == one or f"/{at}." in str(one) for one in loud) else [PAYLOADS[at]]
    assert (quiet, len(PAYLOADS) >= 60, len(set(PAYLOADS))) == ([], True, len(PAYLOADS))


def test_every_payload_is_on_the_pages(run):
    from bs4 import BeautifulSoup

    page = BeautifulSoup((run / "names.html").read_text(), "html.parser")
    shown = {" ".join(cell.get_text().split()) for cell in page("th")}
    told = (re.sub("[\u202a-\u202e\u2066-\u2069]", "", name) for name in NAMES)
    cut = (name if len(name) <= 300 else name[:300] + "…" for name in told)
    assert {" ".join(name.split()) for name in cut} - shown == set()


# pages


def test_escaping_alone_holds(pages, heard, tmp_path):
    for path in pages:
        copy = tmp_path / "bare.html"
        copy.write_text(without_policy(path.read_text("utf-8")), "utf-8")
        heard.goto(copy.as_uri())
        assert touched(heard) == [], path.name
        heard.wait_for_timeout(100)
        assert ran(heard) == [], path.name


def test_pages_as_they_are_sent_run_and_ask_for_nothing(pages, heard):
    for path in pages:
        heard.goto(path.as_uri())
        touched(heard)
        heard.wait_for_timeout(100)
        assert ran(heard) == [], path.name


def test_the_policy_alone_holds(run, heard, tmp_path):
    for page in ("index.html", "names.html"):
        html = (run / page).read_text("utf-8")
        before, main, rest = html.partition("<main>")
        short = before + main + "<h1>Short</h1>" + rest[rest.index("</main>") :]
        for at in ALIVE:
            copy = tmp_path / f"{at}.html"
            copy.write_text(short.replace("<h1>", PAYLOADS[at] + "<h1>", 1), "utf-8")
            heard.goto(copy.as_uri())
            assert ran(heard) == [], PAYLOADS[at]
            copy.unlink()


def test_links_lead_to_files_of_the_run(pages, heard):
    for path in pages:
        heard.goto(path.as_uri())
        places = heard.evaluate("[...document.links].map(one => one.href)")
        assert all(place.startswith(path.parents[0].as_uri()[:20]) for place in places)


# files


def test_paper_holds_neither_scripts_nor_actions_nor_addresses(run):
    papers = list(run.glob("*.pdf"))
    assert len(papers) > 2
    for path in papers:
        names = names_in(PdfReader(path).trailer, set())
        bad = {"/JavaScript", "/JS", "/OpenAction", "/AA", "/URI", "/Launch", "/EmbeddedFile"}
        assert names & (bad | {"/SubmitForm", "/GoToR", "/RichMedia", "/XFA"}) == set()


def names_in(one, seen):
    """Every key, and every name that is a value, of an object of a PDF and of what it leads to."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

    found, todo = set(), [one]
    while todo:
        one = todo.pop()
        if isinstance(one, IndirectObject):
            if one.idnum in seen:
                continue
            seen.add(one.idnum)
            one = one.get_object()
        if isinstance(one, DictionaryObject):
            found |= set(one)
            todo += [dict.__getitem__(one, key) for key in one]
        elif isinstance(one, ArrayObject):
            todo += list.__iter__(one)
        elif isinstance(one, NameObject):
            found.add(str(one))
    return found


def test_slides_link_to_nothing_and_run_nothing(run):
    decks = list(run.glob("*.pptx"))
    assert len(decks) > 1
    for path in decks:
        deck = Presentation(path)
        assert not any(r.is_external for page in deck.slides for r in page.part.rels.values())
        packed = ZipFile(path)
        told = b"".join(packed.read(name) for name in packed.namelist() if name.endswith(".xml"))
        assert b"hlinkClick" not in told and b"macro" not in told.lower().replace(b'macro=""', b"")
        assert not [name for name in packed.namelist() if "vba" in name or "embed" in name]


def test_a_workbook_holds_no_formula_no_link_and_no_connection(run):
    books = list(run.glob("*.xlsx"))
    assert len(books) > 1
    for path in books:
        packed = ZipFile(path)
        parts = [name for name in packed.namelist() if re.search("extern|conn|vba|macro", name)]
        assert parts == []
        for name in packed.namelist():
            said = packed.read(name)
            assert b"<f>" not in said and b"<hyperlink" not in said and b"ddeLink" not in said
        for sheet in openpyxl.load_workbook(path):
            assert "f" not in {cell.data_type for row in sheet for cell in row}


# Lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory, company, chromium):
    """A page at a JupyterLab over notebooks that read the company."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    shutil.copy(company / "names.ipynb", folder / "notebooks")
    for path in plan.find([]):
        book = nbformat.read(path, 4)
        cell = next(c for c in book.cells if "parameters" in c.metadata.get("tags", []))
        cell.source += f"\nworkspace = {str(company)!r}"
        nbformat.write(book, folder / "notebooks" / path.name)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    home = f"http://127.0.0.1:{port}/"
    server = start(folder, port, token)
    try:
        while not answers(f"{home}api/status?token={token}"):
            assert server.poll() is None, (folder / "log").read_text()
            time.sleep(0.2)
        page = watched(chromium.new_page(viewport={"width": 1400, "height": 1000}))
        page.set_default_timeout(SLOW)
        page.goto(f"{home}lab?token={token}")
        yield page, home
        page.context.close()
    finally:
        stop(server)


@pytest.mark.parametrize("name", ["names", "01_revenue"])
def test_nothing_runs_in_lab(name, lab):
    page, home = lab
    page.goto(f"{home}lab/workspaces/{name}/tree/{name}.ipynb")
    page.locator(".jp-NotebookPanel-toolbar").get_by_text("Python 3").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".jp-OutputArea-output ol.findings").last.wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for select in page.locator(".jp-OutputArea-output select").all()[:6]:
        select.select_option(index=1)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.wait_for_timeout(300)
    assert ran(page) == []
