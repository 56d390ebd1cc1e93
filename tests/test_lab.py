"""The notebook as an analyst meets it: JupyterLab, a kernel and Chromium."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

SLOW = 90_000
OWN = ("JUPYTER", "IPYTHON", "REVWORK_HEADLESS")
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
    kept = {name: os.environ[name] for name in os.environ if not name.startswith(OWN)}
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


@pytest.fixture(scope="module")
def lab(tmp_path_factory, root):
    """The address of a JupyterLab over a copy of the notebooks; gone afterwards, kernels too."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(root / "notebooks", folder / "notebooks")
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
def notebook(lab, chromium):
    """The notebook in Lab after Run All."""
    page = chromium.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(SLOW)
    page.goto(lab)
    page.locator(".jp-NotebookPanel-toolbar").get_by_text("Python 3").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".jp-OutputArea-output ol.findings").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    yield page
    page.close()


def test_every_cell_ran_without_an_error(notebook):
    cells = notebook.locator(".jp-CodeCell .jp-InputPrompt")
    numbers = [text.strip("[]: ") for text in cells.all_inner_texts()]
    assert numbers == [str(n + 1) for n in range(len(numbers))]
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
    panels = notebook.locator(".jp-OutputArea-output:has(.widget-dropdown)").first
    picture, chosen = panels.locator("img"), panels.locator("select").first
    drawn = picture.get_attribute("src")
    chosen.select_option(index=1)
    expect(picture).not_to_have_attribute("src", drawn, timeout=SLOW)
    expect(picture).to_be_visible()


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
    output = notebook.locator(".jp-OutputArea-output:has(.widget-dropdown)").first
    expect(output).to_have_css("background-color", "rgb(255, 255, 255)")
    for words in output.locator("strong, .widget-label").all():
        expect(words).to_have_css("color", "rgb(31, 41, 51)")
