"""The notebook as an analyst meets it: JupyterLab, a kernel and Chromium."""

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from browser import FLAGS, find
from playwright.sync_api import expect, sync_playwright

SLOW = 90_000
JUPYTERS = ("JUPYTER", "IPYTHON", "REVWORK_HEADLESS")
OWN = [
    (0, "from revwork.report.panels import Note, select\nsets = []\n"
        "Panels(lambda step: sets.append(step) or Note(f'{len(sets)}: {step}'),\n"
        "       step=select(range(30)))"),
    (1, "Panels(lambda by: Note(by) if by == 'fine' else open('/secret/place'),\n"
        "       by=['fine', 'broken'])"),
    (2, "answer(lambda: Note(f'{period} {compare} {only}'))"),
]  # fmt: skip
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
    "docmanager-extension/plugin": {"autosave": False},
}


def environment(folder: Path) -> dict[str, str]:
    """Where Jupyter keeps what it keeps, so that the user's own settings do not matter."""
    for name, values in SETTINGS.items():
        path = folder / f"settings/@jupyterlab/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    kept = {name: os.environ[name] for name in os.environ if not name.startswith(JUPYTERS)}
    return kept | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }


def answers(address: str) -> bool:
    try:
        return urllib.request.urlopen(address, timeout=5).status == 200
    except OSError:
        return False


def start(folder: Path, port: int, token: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    command += [f"--ServerApp.root_dir={folder / 'notebooks'}"]
    with (folder / "log").open("w") as log:
        said = {"stdout": log, "stderr": subprocess.STDOUT}
        place = {"cwd": folder, "env": environment(folder), "start_new_session": True}
        return subprocess.Popen(command, **said, **place)


def stop(server: subprocess.Popen) -> None:
    """Let it end its kernels; end it where it does not."""
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of 01 in a JupyterLab over `folder`/notebooks; gone afterwards, kernels too."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    server = start(folder, port, token)
    try:
        patience = time.monotonic() + SLOW / 1000
        while not answers(f"http://127.0.0.1:{port}/api/status?token={token}"):
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < patience, (folder / "log").read_text()
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/lab/tree/01_revenue.ipynb?token={token}"
    finally:
        stop(server)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, root):
    """Where JupyterLab keeps its log, over a copy of the notebooks."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(root / "notebooks", folder / "notebooks")
    return folder


@pytest.fixture(scope="module")
def lab(folder):
    with serving(folder) as address:
        yield address


def run_all(page, address, patience=SLOW):
    """Open the notebook and run all of it."""
    page.set_default_timeout(patience)
    page.goto(address)
    page.locator(".jp-NotebookPanel-toolbar").get_by_text("Python 3").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".jp-OutputArea-output ol.findings").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()


@pytest.fixture(scope="module")
def notebook(folder, lab):
    """The notebook in Lab after Run All, with panels that fail below the report."""
    path = folder / "notebooks/01_revenue.ipynb"
    told = json.loads(path.read_text())
    told["cells"] += [{**told["cells"][-1], "id": f"own-{n}", "source": own} for n, own in OWN]
    path.write_text(json.dumps(told))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        run_all(page, lab)
        page.set_default_timeout(20_000)
        yield page
        browser.close()


def settled(page):
    """Wait until the bar has done what it was asked for."""
    page.wait_for_timeout(300)
    expect(page.locator(".revwork-bar.busy")).to_have_count(0, timeout=20_000)


def set_bar(page, **chosen):
    for name, option in chosen.items():
        page.locator(".revwork-bar").get_by_label(name, exact=True).select_option(label=option)
    settled(page)


def test_every_cell_ran_without_an_error(notebook):
    last = notebook.locator(".jp-Cell").last.locator(".note")
    expect(last).to_have_text("last quarter year ago []")
    for kind in ("error", "stderr"):
        said = notebook.locator(f"[data-mime-type='application/vnd.jupyter.{kind}']")
        assert said.all_inner_texts() == []


def test_the_report_looks_there_as_it_does_on_its_page(notebook):
    outputs = notebook.locator(".jp-OutputArea-output")
    expect(outputs.locator("ul.kpis")).to_have_css("display", "grid")
    expect(outputs.locator("ul.kpis li").first).to_be_visible()
    for name in outputs.locator("tbody th").all():
        expect(name).to_have_css("text-align", "left")
    wide = outputs.evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth + 1)")
    assert wide == []


def test_choosing_another_cut_redraws_the_picture(notebook):
    panels = notebook.locator(".jp-OutputArea-output:has(.widget-dropdown):has(img)").first
    picture, chosen = panels.locator("img"), panels.locator("select").first
    drawn = picture.get_attribute("src")
    chosen.select_option(index=1)
    expect(picture).not_to_have_attribute("src", drawn, timeout=20_000)
    expect(picture).to_be_visible()


def test_code_is_collapsed_all_but_the_parameters(notebook):
    hidden = notebook.locator(
        ".jp-CodeCell:has(.jp-InputArea.lm-mod-hidden), .jp-CodeCell:has(.jp-InputPlaceholder)"
    )
    cells = notebook.locator(".jp-CodeCell")
    assert hidden.count() == cells.count() - 1
    assert "parameters" not in hidden.all_inner_texts()


def test_the_bar_offers_what_the_parameters_take_and_every_dimension(notebook):
    named = notebook.locator(".revwork-bar .widget-label").all_inner_texts()
    assert named[:4] == ["Period", "Compared with", "Language", "Region"]
    assert {"Channel", "Category", "Segment"} <= set(named)
    periods = notebook.locator(".revwork-bar select").first.locator("option").all_inner_texts()
    assert {"2026-Q2", "2026-08", "2025"} <= set(periods)


def test_the_bar_redraws_everything_below_filters_combined(notebook):
    cards, picture = notebook.locator("ul.kpis"), notebook.locator("figure img").first
    before, drawn = cards.inner_text(), picture.get_attribute("src")
    set_bar(notebook, Period="2026-Q1", Region="Spain", Channel="Marketplace")
    told = notebook.locator(".masthead").inner_text()
    assert "only Spain · Marketplace" in told and "2026-Q1" in told and "2025-Q1" in told
    expect(cards).not_to_have_text(before)
    expect(picture).not_to_have_attribute("src", drawn)
    said = notebook.locator(".note", has_text="2026-Q1 year ago")
    expect(said).to_have_text("2026-Q1 year ago ['region=Spain', 'channel=Marketplace']")


def test_a_cut_without_a_sale_is_one_sentence_everywhere_below_and_goes_again(notebook):
    options = notebook.locator(".revwork-bar").get_by_label("Owner").locator("option")
    set_bar(notebook, Owner=options.nth(2).inner_text())
    notes = set(notebook.locator("p.note:visible").all_inner_texts())
    assert len(notes) == 1 and notes.pop().startswith("No sale of region=Spain")
    assert notebook.locator("ul.kpis").count() == 0
    set_bar(notebook, Channel="All", Owner="All", Region="All")
    expect(notebook.locator("ul.kpis")).to_have_count(1)


def test_another_language_is_spoken_from_the_bar_to_the_last_finding(notebook):
    set_bar(notebook, Language="Français")
    expect(notebook.locator(".revwork-bar .widget-label").first).to_have_text("Période")
    expect(notebook.locator("ol.findings")).to_contain_text("À faire")
    expect(notebook.locator(".widget-label", has_text="Méthode")).to_have_count(1)
    set_bar(notebook, Langue="English")


def test_a_picture_waits_for_the_last_of_many_changes(notebook):
    panels = notebook.locator(".jp-OutputArea-output:has(.widget-label:text-is('Step'))")
    panels.locator("select").evaluate(
        """async one => { for (let at = 1; at < 30; at++) { one.selectedIndex = at;
        one.dispatchEvent(new Event('change', {bubbles: true}));
        await new Promise(next => setTimeout(next, 10)); } }"""
    )
    note = panels.locator(".note")
    expect(note).to_have_text(re.compile(r"^\d+: 29$"), timeout=20_000)
    assert int(note.inner_text().split(":")[0]) < 20
    expect(panels.locator(".busy")).to_have_count(0)


def test_a_mistake_is_a_sentence_in_place_and_a_trace_in_the_log(notebook, folder):
    panels = notebook.locator(".jp-OutputArea-output:has(button:text-is('broken'))")
    panels.get_by_text("broken", exact=True).click()
    expect(panels.locator(".note")).to_contain_text("could not be drawn (FileNotFoundError)")
    page = notebook.locator("body").inner_text()
    assert "Traceback" not in page
    assert "/secret/place" in (folder / "log").read_text()
    panels.get_by_text("fine", exact=True).click()
    expect(panels.locator(".note")).to_have_text("fine")


def test_a_choice_is_named_in_full(notebook):
    for label in notebook.locator(".widget-dropdown .widget-label").all():
        assert label.inner_text()
        assert label.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_the_report_stays_readable_in_a_dark_lab(notebook):
    notebook.get_by_role("menuitem", name="Settings", exact=True).click()
    items = notebook.locator(".lm-Menu-item")
    items.get_by_text("Theme", exact=True).hover()
    items.get_by_text("JupyterLab Dark", exact=True).click()
    expect(notebook.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    output = notebook.locator(".jp-OutputArea-output:has(.widget-dropdown):has(img)").first
    expect(output).to_have_css("background-color", "rgb(255, 255, 255)")
    for words in output.locator("strong, .widget-label").all():
        expect(words).to_have_css("color", "rgb(31, 41, 51)")
