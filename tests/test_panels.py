"""Panels: what is drawn for whom, which control a choice gets, what switches together."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import ipywidgets
import pandas as pd
import pytest
from browser import FLAGS, find
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

from revwork.calendar import Period
from revwork.findings import Unanswered
from revwork.report import Panels, answer, select, slider, table, tabs, toggle
from revwork.report.carried import MIME
from revwork.report.export import page
from revwork.report.live import QUIET, Later

WIDGET = "application/vnd.jupyter.widget-view+json"
LONG = [f"a name of some length {n}" for n in range(4)]
QUARTERS = ["2026-Q1", "2026-Q2", "2026-Q3"]


def cut(by, region=None):
    return table(pd.DataFrame({"n": [1]}), f"{by} in {region}")


def refuses(text):
    raise Unanswered(text)


def live(panels):
    """The widgets that Lab shows: the controls and the picture under them."""
    model = panels._repr_mimebundle_()[WIDGET]["model_id"]
    pickers, picture = ipywidgets.widgets.widget._instances[model].children
    return pickers.children, picture


def parsed(html):
    return BeautifulSoup(html, "html.parser")


@pytest.fixture
def headless(monkeypatch):
    monkeypatch.setenv("REVWORK_HEADLESS", "1")


def static(panels):
    return panels._repr_mimebundle_()["text/html"]


# for whom


def test_nobody_there_draws_every_combination(headless):
    bundle = Panels(cut, by=["a", "b"], region=[None, "x", "y"])._repr_mimebundle_()
    html = parsed(bundle["text/html"])
    assert set(bundle) == {"text/html", "text/plain", MIME}
    assert [entry["choice"]["By"] for entry in bundle[MIME]] == [*"aaabbb"]
    assert [c.get_text() for c in html.find_all("caption")] == [
        f"{by} in {region}" for by in "ab" for region in (None, "x", "y")
    ]
    places = [panel["data-place"] for panel in html.find_all(class_="panel")]
    assert places == ["0,0", "0,1", "0,2", "1,0", "1,1", "1,2"]
    controls = json.loads(html.find(class_="panels")["data-controls"])
    assert controls[1] | {"group": ""} == {
        "label": "Region",
        "kind": "tabs",
        "group": "",
        "options": ["All", "x", "y"],
    }


@pytest.mark.parametrize(("options", "drawn"), [(24, 24), (25, 1)])
def test_more_than_two_dozen_combinations_are_left_to_the_notebook(options, drawn, headless):
    html = static(Panels(cut, by=[str(n) for n in range(options)]))
    assert len(parsed(html).find_all("table")) == drawn
    assert ("25 combinations" in html) == (drawn == 1)


def test_a_kernel_shows_the_widget_and_for_others_the_first_picture_and_words():
    bundle = Panels(cut, by=["a", "b"])._repr_mimebundle_()
    assert {WIDGET, "text/html", "text/plain"} <= set(bundle)
    assert "a in None" in bundle["text/html"] and "b in None" not in bundle["text/html"]
    assert bundle["text/plain"] == "By: a, b"


def test_a_change_draws_the_next_picture():
    (by, region), picture = live(Panels(cut, by=["a", "b"], region={"All": None, "X": "x"}))
    by.label, region.label = "b", "X"
    assert "b in x" in picture.value


def test_a_choice_that_cannot_be_answered_says_so_and_leaves_the_others(monkeypatch):
    def asks(by):
        return cut(by) if by == "a" else refuses("Add sessions & visits.")

    (by,), picture = live(Panels(asks, by=["a", "b"]))
    by.value = "b"
    assert picture.value == '<p class="note">Add sessions &amp; visits.</p>'
    monkeypatch.setenv("REVWORK_HEADLESS", "1")
    html = static(Panels(asks, by=["a", "b"]))
    assert html.count("a in None") == html.count("Add sessions") == 1


def test_a_mistake_is_not_taken_for_a_missing_answer(headless):
    with pytest.raises(ZeroDivisionError):
        Panels(lambda by: 1 / 0, by=["a"])._repr_mimebundle_()
    with pytest.raises(ZeroDivisionError):
        answer(lambda: 1 / 0)


def test_a_mistake_met_in_lab_is_one_sentence_without_what_it_quotes():
    def fails(by):
        return cut(by) if by == "a" else open("/secret/password")

    (by,), picture = live(Panels(fails, by=["a", "b"]))
    by.value = "b"
    assert "could not be drawn (FileNotFoundError)" in picture.value
    assert "secret" not in picture.value and "Traceback" not in picture.value
    by.value = "a"
    assert "a in None" in picture.value


# controls


@pytest.mark.parametrize(
    ("options", "kind", "widget"),
    [
        (["a", "b"], "toggle", "ToggleButtons"),
        (["a", "b", "c", "d", "e"], "tabs", "ToggleButtons"),
        (LONG, "select", "Dropdown"),
        (["a", "b", "c", "d", "e", "f"], "select", "Dropdown"),
        ([5, 10, 20], "slider", "SelectionSlider"),
        (QUARTERS, "slider", "SelectionSlider"),
        ([Period(n, date(2026, 1, 1), date(2026, 4, 1)) for n in "abc"], "slider", None),
        (["2026-Q1", "2026-Q2", "all of them"], "tabs", "ToggleButtons"),
        (select(["a", "b"]), "select", "Dropdown"),
        (tabs([1, 2, 3]), "tabs", "ToggleButtons"),
        (toggle(["a", "b", "c"]), "toggle", "ToggleButtons"),
        (slider({"low": "x", "high": "y"}), "slider", "SelectionSlider"),
    ],
)
def test_a_choice_gets_the_control_that_suits_it(options, kind, widget, monkeypatch):
    panels = Panels(cut, by=options)
    if widget:
        (by,), _ = live(panels)
        assert type(by).__name__ == widget
    monkeypatch.setenv("REVWORK_HEADLESS", "1")
    (control,) = json.loads(parsed(static(panels)).find(class_="panels")["data-controls"])
    assert control["kind"] == kind


# together


def test_sets_of_one_group_switch_together_where_they_offer_the_same():
    first = Panels(cut, group="g", by=["a", "b"], region=[None, "x"])
    ((_, region), picture), (pickers, other) = (
        live(first),
        live(Panels(cut, group="g", by=["c", "d"], region=["x", None, "y"])),
    )
    apart, alone = live(Panels(cut, region=["x", "y"], by=["a"]))
    region.label = "x"
    assert "a in x" in picture.value and "c in x" in other.value and "a in x" in alone.value
    pickers[1].label = "y"
    assert "c in y" in other.value and "a in x" in picture.value
    pickers[1].label = "All"
    assert "c in None" in other.value and "a in None" in picture.value
    assert apart[0].label == "x"


# on the page


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A page of one set of each kind, two of them a group, in Chromium."""
    import nbformat

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REVWORK_HEADLESS", "1")
        sets = [
            Panels(cut, group="g", by=["a", "b"], region=tabs(["x", "y", "z"])),
            Panels(cut, group="g", by=select(["c", "d"]), region=["y", "z"]),
            Panels(cut, by=QUARTERS),
        ]
        outputs = [nbformat.v4.new_output("display_data", one._repr_mimebundle_()) for one in sets]
    cells = [nbformat.v4.new_markdown_cell("# Panels")]
    cells += [nbformat.v4.new_code_cell("", outputs=[one]) for one in outputs]
    path = tmp_path_factory.mktemp("panels") / "panels.html"
    path.write_text(page(nbformat.v4.new_notebook(cells=cells), "here"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        yield lambda **options: _open(browser, path, **options)
        browser.close()


def _open(browser, path, **options):
    tab = browser.new_context(**options).new_page()
    tab.goto(path.as_uri())
    return tab


def captions(tab):
    return [one.inner_text() for one in tab.locator("caption:visible").all()]


def test_the_page_switches_by_mouse_each_kind_of_control(opened):
    tab = opened()
    assert captions(tab) == ["a in x", "c in y", "2026-Q1 in None"]
    tab.get_by_role("radio", name="b", exact=True).check()
    tab.get_by_label("By").nth(0).select_option(index=1)
    tab.locator("input[type=range]").fill("2")
    assert captions(tab) == ["b in x", "d in y", "2026-Q3 in None"]
    assert tab.locator("input[type=range]").get_attribute("aria-valuetext") == "2026-Q3"


def test_the_page_switches_a_group_together(opened):
    tab = opened()
    tab.get_by_role("radio", name="z").first.check()
    assert captions(tab)[:2] == ["a in z", "c in z"]
    tab.get_by_role("radio", name="y").nth(1).check()
    assert captions(tab)[:2] == ["a in y", "c in y"]
    tab.get_by_role("radio", name="x").check()
    assert captions(tab)[:2] == ["a in x", "c in y"]


def test_the_page_switches_by_keyboard(opened):
    tab = opened()
    for _ in range(2):
        tab.keyboard.press("Tab")
    while tab.evaluate("document.activeElement.type") != "range":
        tab.keyboard.press("ArrowRight")
        tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowRight")
    assert captions(tab)[2] == "2026-Q2 in None"
    assert captions(tab)[0] != "a in x"


def test_each_group_of_controls_is_named_for_who_hears_it(opened):
    tab = opened()
    assert tab.get_by_role("group", name="Region").count() == 2
    assert tab.get_by_role("radio", name="a", exact=True).is_checked()
    assert tab.get_by_role("slider", name="By").count() == 1
    assert tab.get_by_role("combobox", name="By").count() == 1


def test_on_paper_and_without_scripts_every_panel_is_there_under_its_title(opened):
    titles = ["By: a · Region: x", "By: d · Region: z", "By: 2026-Q3"]
    for tab in (opened(java_script_enabled=False), opened()):
        tab.emulate_media(media="print")
        assert len(captions(tab)) == 6 + 4 + 3
        shown = tab.locator(".panel-title:visible").all_inner_texts()
        assert set(titles) <= set(shown)
    assert not tab.locator(".controls").first.is_visible()


# live


def aside(change):
    """Run in a thread of its own: Playwright's loop may be running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, change).result()


def test_of_many_changes_the_first_and_the_last_are_drawn():
    drawn = []

    async def change():
        asked = []

        async def work():
            drawn.append(asked[-1])

        later = Later(work)
        later.loop = asyncio.get_running_loop()
        for number in range(10):
            asked.append(number)
            later()
            await asyncio.sleep(QUIET / 10)
        await asyncio.sleep(QUIET * 2)

    aside(change())
    assert drawn == [0, 9]


def test_work_that_has_not_ended_gives_way_to_what_is_asked_next():
    shown = []

    async def change():
        asked = ["old"]

        async def work():
            drawn = asked[-1]
            await asyncio.sleep(0)
            shown.append(drawn)

        later = Later(work)
        later.loop = asyncio.get_running_loop()
        later()
        await asyncio.sleep(0)
        asked.append("new")
        later()
        await asyncio.sleep(QUIET * 2)

    aside(change())
    assert shown == ["new"]
