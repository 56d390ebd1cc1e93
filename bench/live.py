"""How long a change of a control takes in JupyterLab: from its event to the new picture.

    python bench/live.py [WORKSPACE]

On the sample, else on a company of the size in question:
`python data/sample/generate.py --scale 170 --tables orders,products,customers --out DIR`.
"""

import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser import FLAGS, find
from test_lab import SLOW, run_all, serving

ROOT = Path(__file__).parents[1]
CHANGES = 40
CHANGE = """([select, at]) => new Promise(drawn => {
  const box = select.closest('.jp-OutputArea-output');
  const before = box.querySelector('img').src;
  const begun = performance.now();
  const watch = new MutationObserver(() => {
    const image = box.querySelector('img');
    if (!image || image.src === before) return;
    watch.disconnect();
    image.decode().then(() => requestAnimationFrame(() => drawn(performance.now() - begun)));
  });
  watch.observe(box, {subtree: true, childList: true, attributes: true, attributeFilter: ['src']});
  select.selectedIndex = at;
  select.dispatchEvent(new Event('change', {bubbles: true}));
})"""


def changes_ms(page: Page) -> list[float]:
    """Return the milliseconds that each of 40 choices of a segment to look into takes."""
    select = page.locator(".widget-dropdown:has(.widget-label:text-is('Within')) select")
    handle = select.element_handle()
    options = select.evaluate("one => one.options.length")
    times = []
    for number in range(CHANGES):
        times.append(page.evaluate(CHANGE, [handle, (number + 1) % options]))
        page.wait_for_timeout(400)
    return times


def notebook(folder: Path, workspace: Path) -> None:
    """Copy the revenue notebook into the folder, to be read from the workspace."""
    shutil.copytree(ROOT / "notebooks", folder)
    path = folder / "01_revenue.ipynb"
    told = json.loads(path.read_text())
    for cell in told["cells"]:
        line = 'workspace: str = "data/sample"'
        cell["source"] = [
            text.replace(line, f"workspace: str = {str(workspace)!r}") for text in cell["source"]
        ]
    path.write_text(json.dumps(told))


if __name__ == "__main__":
    workspace = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "data/sample").resolve()
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder = Path(place)
        notebook(folder / "notebooks", workspace)
        with serving(folder) as address:
            browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            run_all(page, address, SLOW * 5)
            times = changes_ms(page)
            browser.close()
    p95 = statistics.quantiles(times, n=20)[-1]
    said = f"{CHANGES} changes over {workspace.name}: p50 {statistics.median(times):.0f} ms"
    sys.stdout.write(f"{said}, p95 {p95:.0f} ms (up to {max(times):.0f})\n")
