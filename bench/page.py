"""How long a page of 48 panels takes from navigation to its last control, in Chromium."""

import os
import statistics
import sys
import tempfile
from pathlib import Path

import nbformat
import pandas as pd
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
os.environ["REVWORK_HEADLESS"] = "1"

from browser import FLAGS, find

from revwork.report import Panels, chart, table
from revwork.report.export import page
from revwork.report.panels import PICTURES

ELAPSED = "performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart"
READY = "document.querySelectorAll('.panels.ready select').length"


def notebook(sets: int, options: int) -> nbformat.NotebookNode:
    """Return an executed notebook of `sets` selectors, `options` charts each (else tables)."""
    frame = pd.DataFrame({"segment": list("abcdefgh"), "current": 9.0, "base": 8.0})
    frame = frame.assign(change_rate=0.125, target=float("nan"))

    def bars(option: str) -> object:
        return chart.bars(frame.assign(current=frame.current * int(option)), "Bars", option)

    def rows(option: str) -> object:
        return table(frame.assign(current=frame.current * int(option)), option)

    cells = [nbformat.v4.new_markdown_cell("# Bench")]
    for number in range(1, sets + 1):
        draw = bars if number * options <= PICTURES else rows
        bundle = Panels(draw, option=[str(i + 1) for i in range(options)])._repr_mimebundle_()
        output = nbformat.v4.new_output("display_data", data=bundle)
        cells.append(nbformat.v4.new_code_cell("", outputs=[output]))
    return nbformat.v4.new_notebook(cells=cells)


def ready_ms(path: Path, sets: int, runs: int = 5) -> list[float]:
    """Return the milliseconds from navigation until every selector stands."""
    times = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        for _ in range(runs):
            tab = browser.new_page()
            tab.goto(path.as_uri())
            tab.wait_for_function(f"{READY} === {sets}")
            times.append(tab.evaluate(ELAPSED))
            tab.close()
        browser.close()
    return times


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bench.html")
        path.write_text(page(notebook(sets=6, options=8), "bench"))
        times = ready_ms(path, sets=6)
        megabytes, median = path.stat().st_size / 1e6, statistics.median(times)
        said = f"48 panels, {megabytes:.2f} MB: ready in {median:.0f} ms"
        sys.stdout.write(f"{said} (from {min(times):.0f} to {max(times):.0f})\n")
