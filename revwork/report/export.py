"""An executed notebook as one page: no code, no request, every selector without a kernel."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import nbformat

TEMPLATE = Path(__file__).parent / "template"
_MUTE = ("application/vnd.jupyter.widget-view+json", "image/png", "image/svg+xml")


class Unpublishable(ValueError):
    """A notebook whose page would be blank or unsafe; the message names the cell."""


def page(notebook: nbformat.NotebookNode, source: str) -> str:
    """Return the notebook as self-contained HTML under a Content-Security-Policy of hashes.

    `source` is the closing line. Raises Unpublishable where an output needs a kernel to be seen.
    """
    from nbconvert import HTMLExporter

    _refuse_live_only(notebook)
    exporter = HTMLExporter(
        template_name="template",
        extra_template_basedirs=[str(TEMPLATE.parent)],
        exclude_anchor_links=True,
    )
    resources = {**frame(title_of(notebook)), "source": source}
    html, _ = exporter.from_notebook_node(_public(notebook), resources=resources)
    return html


def frame(title: str) -> dict[str, str]:
    """Return what every page carries: title, style, script, and the policy that names both."""
    style, script = ((TEMPLATE / name).read_text() for name in ("page.css", "page.js"))
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src {_hash(style)}; script-src {_hash(script)}"
    )
    return {"title": title, "style": style, "script": script, "policy": policy}


def title_of(notebook: nbformat.NotebookNode) -> str:
    """Return the first heading of the notebook."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("# "):
            return cell.source.splitlines()[0][2:].strip()
    return "Report"


def _public(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy without code, messages, errors and widget state."""
    public = nbformat.from_dict(notebook)
    public.metadata.pop("widgets", None)
    for cell in public.cells:
        if cell.cell_type == "code":
            cell.source = ""
            cell.outputs = [o for o in cell.outputs if "text/html" in o.get("data", {})]
    return public


def _refuse_live_only(notebook: nbformat.NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" not in data and any(kind in data for kind in _MUTE):
                raise Unpublishable(
                    f"cell {number} shows a widget or bare picture that the page would lose: "
                    "draw it with revwork.report"
                )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
