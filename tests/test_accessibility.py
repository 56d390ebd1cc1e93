"""Every published page for every reader: axe-core finds nothing serious, a keyboard is enough."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from pages import everything, paged

GRAVE = ("serious", "critical")
WIDTHS = (1100, 390)


@pytest.fixture(scope="module", params=["en", "es", "fr"])
def pages(request, tmp_path_factory):
    """Pages, pack and library of a run in English and in Spanish, and a page in French."""
    if request.param == "fr":
        path = tmp_path_factory.mktemp("french") / "page.html"
        return [paged(path, *everything("fr"))]
    run = request.getfixturevalue({"en": "published", "es": "spanish"}[request.param])
    found = run / "latest" if request.param == "en" else run
    return [*sorted(found.resolve().glob("*.html")), found.resolve().parent / "index.html"]


def grave(page):
    """What axe-core finds: rule, and where. What it passes stays in the page: it is megabytes."""
    if page.evaluate("!window.axe"):
        page.evaluate(f"{AXE_SCRIPT}; null")
    found = page.evaluate(
        """axe.run({resultTypes: ["violations"]}).then(({violations}) =>
            violations.map(one => [one.impact, one.id, one.nodes[0].html.slice(0, 200)]))"""
    )
    return [(rule, where) for impact, rule, where in found if impact in GRAVE]


def test_nothing_serious_stands_in_anyones_way_on_laptop_and_phone(pages, opened):
    """Each page says its language and whose parts it has; a page is opened once for all that."""
    for path in pages:
        page = opened(path)
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert grave(page) == [], (path.name, width)
        assert page.evaluate("document.documentElement.lang") in ("en", "es", "fr")
        for mark in ("banner", "main", "contentinfo"):
            assert page.get_by_role(mark).count() == 1, (path.name, mark)
        assert page.get_by_role("heading", level=1).count() == 1
        captions = "all => all.map(one => one.caption?.textContent.trim())"
        assert all(page.locator("table").evaluate_all(captions)), path.name
        page.context.close()


def test_an_open_definition_and_a_sorted_table_are_as_good(tmp_path, opened):
    page = opened(paged(tmp_path / "t.html", *everything("en")))
    page.locator(".sort:visible").last.click()
    page.locator(".define").first.click()
    assert grave(page) == []


def test_without_scripts_nothing_serious_stands_in_anyones_way(tmp_path, opened):
    """The page's own script is kept out; the one that looks is let in."""
    path = paged(tmp_path / "t.html", *everything("en"))
    html = path.read_text()
    path.write_text(html[: html.index("<script>")] + html[html.index("</script>") + 9 :])
    page = opened(path)
    assert page.locator(".sort").count() == 0
    assert grave(page) == []


def test_axe_finds_what_is_wrong(tmp_path, opened):
    path = paged(tmp_path / "t.html", *everything("en"))
    path.write_text(path.read_text().replace("<h1", '<img src="data:,"><button></button><h1', 1))
    assert {rule for rule, _ in grave(opened(path))} >= {"button-name", "image-alt"}


def test_all_that_can_be_used_is_reached_by_tab_and_seen_to_be(tmp_path, opened):
    page = opened(paged(tmp_path / "t.html", *everything("en")))
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    wanted = page.locator("button:visible, summary, select, a:visible").count()
    met = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        focused = page.evaluate_handle("document.activeElement")
        if focused.evaluate("one => one === document.body"):
            break
        if focused.evaluate("one => one.matches('button, summary, select, a')"):
            met.add(focused.evaluate("one => [...document.querySelectorAll('*')].indexOf(one)"))
            outline = focused.evaluate("one => parseFloat(getComputedStyle(one).outlineWidth)")
            assert outline >= 2
    assert len(met) == wanted


def test_nothing_moves_for_who_wants_it_still(tmp_path, opened):
    page = opened(paged(tmp_path / "t.html", *everything("en")), reduced_motion="reduce")
    moving = page.evaluate(
        """[...document.querySelectorAll('*')].filter(one => {
             const style = getComputedStyle(one);
             return style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0;
           }).length"""
    )
    assert moving == 0
