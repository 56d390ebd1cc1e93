"""The published page as its readers meet it: Chromium, offline, by mouse, by keyboard, on paper."""

import re
import socket
import tempfile
from io import BytesIO
from itertools import pairwise, product
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

REPORT = "01_revenue.html"
WIDTHS = {"phone": 390, "laptop": 1100}


@pytest.fixture(scope="session")
def report(published):
    return (published / "latest").resolve() / REPORT


@pytest.fixture(scope="session")
def pages(published, report):
    """Every page that a run publishes."""
    return [published / "index.html", report.with_name("index.html"), report]


@pytest.fixture
def page(opened, report):
    return opened(report)


def seen(page, group):
    """The places of the panels of one set that can be seen."""
    return (
        page.locator(".panels")
        .nth(group)
        .locator("> .panel:visible")
        .evaluate_all("panels => panels.map(panel => panel.dataset.place)")
    )


def controls(page, group):
    """The controls of one set: selects, and groups of buttons."""
    return page.locator(".panels").nth(group).locator(".controls > *")


def options(page, group):
    """How many options each control of a set has."""
    count = "all => all.map(one => one.querySelectorAll('option, [type=radio]').length)"
    return controls(page, group).evaluate_all(count)


def choose(page, group, at, option):
    """Choose by mouse the option at that place of a control."""
    control = controls(page, group).nth(at)
    if control.locator("select").count():
        control.locator("select").select_option(index=option)
    else:
        control.locator("input").nth(option).check()


def chosen(page, group):
    """What each control of a set says is chosen, as the place of a panel."""
    index = """all => all.map(one => one.querySelector('select')?.selectedIndex
        ?? [...one.querySelectorAll('input')].findIndex(input => input.checked)).join()"""
    return controls(page, group).evaluate_all(index)


# alone


def test_a_page_asks_for_nothing_but_itself(pages, opened):
    for path in pages:
        page = opened(path)
        for picture in page.locator("img").all():
            picture.scroll_into_view_if_needed() if picture.is_visible() else None
        others = [url for url in page.asked if not url.startswith(("data:", path.as_uri()))]
        assert (others, page.wrong) == ([], [])


def test_every_picture_can_be_seen(page):
    broken = page.locator("img").evaluate_all(
        "all => Promise.all(all.map(i => i.decode().then(() => i.naturalWidth, () => 0)))"
    )
    assert len(broken) > 5 and min(broken) > 0


def test_a_page_is_small_enough_to_send(pages):
    assert max(path.stat().st_size for path in pages) <= 1_500_000


@pytest.mark.parametrize(
    "added",
    [
        "<script>window.PWN = 1</script>",
        "<img src=x onerror='window.PWN = 1'>",
        "<svg onload='window.PWN = 1'></svg>",
        "<script src='data:text/javascript,window.PWN = 1'></script>",
        "<iframe srcdoc='<script>parent.PWN = 1</script>'></iframe>",
        "<base href='https://example.org/'><link rel=stylesheet href='https://example.org/x.css'>",
        "<style>main { display: none }</style>",
    ],
)
def test_what_is_smuggled_into_a_page_does_nothing(added, pages, opened, tmp_path):
    for path in pages:
        copy = tmp_path / path.name
        copy.write_text(path.read_text().replace("<h1", f"{added}<h1", 1))
        page = opened(copy)
        page.wait_for_timeout(100)
        assert page.evaluate("window.PWN") is None
        assert page.locator("h1").is_visible()
        assert page.wrong, "the policy says what it kept out"
        assert not page.left


# selectors


def test_every_control_shows_exactly_what_is_chosen_by_mouse(page):
    groups = page.locator(".panels").count()
    assert groups > 3
    for group in range(groups):
        for choice in product(*map(range, options(page, group))):
            for at, option in enumerate(choice):
                choose(page, group, at, option)
            assert seen(page, group) == [",".join(map(str, choice))]


def test_every_set_shows_what_its_controls_say_whatever_another_one_chose(page):
    groups = range(page.locator(".panels").count())
    for group in groups:
        choose(page, group, 0, 1)
        assert [seen(page, one) for one in groups] == [[chosen(page, one)] for one in groups]


def test_some_controls_choose_together(page):
    assert 2 in [len(options(page, group)) for group in range(page.locator(".panels").count())]


def test_every_control_is_reached_and_moved_by_keyboard_alone(page):
    focused = "document.activeElement"
    whole = "[...document.querySelectorAll('.controls > *')]"
    met = set()
    for _ in range(300):
        page.keyboard.press("Tab")
        if page.evaluate(f"{focused} === document.body"):
            break
        at = page.evaluate(f"{whole}.findIndex(one => one.contains({focused}))")
        if at < 0 or at in met:
            continue
        met.add(at)
        group = page.evaluate(
            f"[...document.querySelectorAll('.panels')].indexOf({focused}.closest('.panels'))"
        )
        before = chosen(page, group)
        page.keyboard.press("ArrowDown")
        assert chosen(page, group) != before
        assert seen(page, group) == [chosen(page, group)]
    assert met == set(range(page.locator(".controls > *").count()))


def test_where_the_focus_is_can_be_seen(page):
    page.keyboard.press("Tab")
    width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert int(width.removesuffix("px")) >= 2


def test_without_scripts_every_panel_is_there(opened, report):
    page = opened(report, java_script_enabled=False)
    panels = page.locator(".panel")
    assert panels.count() > 20
    assert all(panel.is_visible() for panel in panels.all())
    assert page.locator(".panel-title").first.is_visible()
    assert page.locator(".controls").count() == 0


# on paper


def test_paper_shows_every_panel_and_begins_with_the_headline(page):
    titles = page.locator(".panel-title").all_text_contents()
    choose(page, 0, 0, 1)
    paper = PdfReader(BytesIO(page.pdf(format="A4", margin=dict.fromkeys(("top", "left"), "1cm"))))
    sheets = [" ".join(sheet.extract_text().split()) for sheet in paper.pages]
    assert "Revenue" in sheets[0] and "Net revenue" in sheets[0]
    text = " ".join(sheets)
    assert [title for title in titles if title not in text] == []
    assert min(map(len, sheets)) > 100, "no sheet is blank"


def test_paper_shows_every_column_of_every_table(published, opened):
    """An upright A4 sheet has 680 pixels within its margins; very wide tables lie across one."""
    for path in sorted((published / "latest").glob("*.html")):
        page = opened(path, viewport={"width": 680, "height": 960})
        page.emulate_media(media="print")
        cut = page.evaluate(
            """[...document.querySelectorAll('.scroll > table')].filter(one => {
                 const is_wide = getComputedStyle(one.parentElement).page === 'wide';
                 return one.offsetWidth > (is_wide ? 1010 : 681);
               }).map(one => one.caption.textContent)"""
        )
        assert cut == [], path.name


def test_paper_says_what_is_wrong_with_the_data(page):
    page.emulate_media(media="print")
    assert page.locator(".quality li").first.is_visible()
    assert not page.locator(".controls").first.is_visible()


# for every reader


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_nothing_runs_off_the_side(width, pages, opened):
    for path in pages:
        page = opened(path, viewport={"width": width, "height": 800})
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        for group in range(page.locator(".panels").count()):
            for option in range(options(page, group)[0]):
                choose(page, group, 0, option)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_scrolls_sideways_can_be_scrolled_by_keyboard(opened, report):
    page = opened(report, viewport={"width": 390, "height": 800})
    wide = page.locator(".scroll").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.tabIndex)"
    )
    assert wide and set(wide) == {0}


def test_a_page_can_be_read_aloud(pages):
    for path in pages:
        html = BeautifulSoup(path.read_text(), "html.parser")
        assert html.html["lang"] == "en" and html.title.get_text()
        assert len(html.find_all("h1")) == 1
        levels = [int(tag.name[1]) for tag in html.find_all(re.compile("^h[1-6]$"))]
        assert all(b <= a + 1 for a, b in pairwise(levels))
        assert {"header", "main", "footer"} <= {tag.name for tag in html.body.find_all(True)}
        ids = [tag["id"] for tag in html.find_all(id=True)]
        assert len(ids) == len(set(ids))
        assert all(img.get("alt", "").strip() for img in html.find_all("img"))
        for table in html.find_all("table"):
            assert table.caption.get_text(strip=True)
            assert all(th.get("scope") in ("col", "row") for th in table.find_all("th"))
            assert all(row.th or row.find_parent("thead") for row in table.find_all("tr"))
        drawings = html.find_all("svg")
        assert all(svg.get("aria-hidden") or svg.get("aria-label") for svg in drawings)


def test_every_control_says_what_it_chooses(page):
    for one in page.locator(".controls select, .controls input").all():
        assert one.evaluate("one => one.labels[0].textContent").strip()
    for group in page.locator(".controls fieldset").all():
        assert group.locator("legend").inner_text().strip()


def test_words_stand_out_from_their_ground(page):
    """Contrast of every text with the white it stands on: at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    faint = page.evaluate(
        """() => {
          const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => {
            v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
            return .2126 * r + .7152 * g + .0722 * b; };
          return [...document.querySelectorAll('main *, header *, footer *')]
            .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
            .filter(e => 1.05 / (light(getComputedStyle(e).color) + .05) < 4.5)
            .map(e => e.className + ': ' + e.textContent.slice(0, 40));
        }"""
    )
    assert faint == []


# nothing of the kitchen


def test_no_code_nor_trace_of_the_machine_is_on_a_page(pages, root):
    places = {str(root), str(Path.home()), tempfile.gettempdir(), "/work/", "site-packages"}
    words = {"Traceback", "def ", "import ", "lambda", "ipykernel", "papermill", "warnings.warn"}
    words |= {socket.gethostname()} if len(socket.gethostname()) > 8 else set()
    for path in pages:
        html = BeautifulSoup(path.read_text(), "html.parser")
        for code in html.find_all(["script", "style"]):
            code.decompose()
        pictures = [img.attrs.pop("src") for img in html.find_all("img")]
        assert all(source.startswith("data:image/svg+xml;base64,") for source in pictures)
        assert [word for word in places | words if word in str(html)] == []
        assert not html.find_all(["pre", "code"])


def test_links_lead_from_the_library_to_the_report_and_back(pages, page, published):
    for path in pages:
        for link in BeautifulSoup(path.read_text(), "html.parser").find_all("a"):
            assert not urlparse(link["href"]).scheme
            file, _, place = unquote(link["href"]).partition("#")
            assert (path.parent / file).is_file()
            assert not place or f'id="{place}"' in (path.parent / file).read_text()
    library, run, report = (path.as_uri() for path in pages)
    page.goto(library)
    page.locator(f'a[href="{pages[1].parent.name}/index.html"]').click()
    assert page.url == run
    page.locator(f'a[href="{pages[2].name}"]').first.click()
    assert page.url == report
    page.get_by_role("link", name="All reports of this run").click()
    assert page.url == run
    page.get_by_role("link", name="All runs").click()
    assert page.url == library
