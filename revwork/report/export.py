"""An executed notebook as one page: no code, no request, every selector without a kernel."""

import re
from base64 import b64encode
from collections.abc import Sequence
from copy import deepcopy
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from revwork.report.glossary import section
from revwork.report.page import DATA_MIME
from revwork.report.stale import Row, badge
from revwork.report.words import Reader

if TYPE_CHECKING:
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

TEMPLATE = Path(__file__).parent / "template"
_MUTE = ("application/vnd.jupyter.widget-view+json", "image/png", "image/svg+xml")


class Unpublishable(ValueError):
    """A notebook whose page would be blank or unsafe; the message names the cell."""


def page(
    notebook: "NotebookNode", source: str, confidentiality: str = "", stale: Sequence[Row] = ()
) -> str:
    """Return the notebook as self-contained HTML under a Content-Security-Policy of hashes.

    Its text is in the language that its reports were made in. `source` is the closing line;
    `confidentiality` stands beside it and at the foot of every sheet of paper; `stale` tables are
    told above all. Raises Unpublishable where an output needs a kernel to be seen.
    """
    _refuse_live_only(notebook)
    language = language_of(notebook)
    public = in_language(_public(notebook), language)
    resources = {
        **frame(title_of(public), confidentiality),
        "source": source,
        "confidential": confidential(confidentiality),
        "language": language,
        "say": Reader(language).say,
        "stale": badge(stale, Reader(language)),
        "glossary": section(_shown(public), Reader(language)),
    }
    html, _ = _exporter().from_notebook_node(public, resources=resources)
    return html


def frame(title: str, confidentiality: str = "") -> dict[str, str]:
    """Return what every page carries: title, style, script, and the policy that names both."""
    style, script = ((TEMPLATE / name).read_text() for name in ("page.css", "page.js"))
    style += _paper(title, confidentiality)
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src {_hash(style)}; script-src {_hash(script)}"
    )
    return {"title": title, "style": style, "script": script, "policy": policy}


def confidential(line: str) -> str:
    """Return what a page's closing line begins with: for whom it is, where the company says so."""
    return f'<strong class="confidential">{escape(line)}</strong> · ' if line else ""


def title_of(notebook: "NotebookNode") -> str:
    """Return the first heading of the notebook."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("# "):
            return cell.source.splitlines()[0][2:].strip()
    return "Report"


def language_of(notebook: "NotebookNode") -> str:
    """Return the language that the notebook's reports were made in."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    carried = [output.get("data", {}).get(DATA_MIME, {}) for output in outputs]
    return next((data["language"] for data in carried if "language" in data), "en")


def in_language(notebook: "NotebookNode", language: str) -> "NotebookNode":
    """Return the notebook with each heading and paragraph of its text in that language."""
    told = deepcopy(notebook)
    for cell in told.cells:
        if cell.cell_type == "markdown":
            cell.source = "\n\n".join(
                mark + Reader(language).say(said) for mark, said in paragraphs(cell.source)
            )
    return told


def paragraphs(source: str) -> list[tuple[str, str]]:
    """Return the paragraphs of a Markdown cell, each with the mark of a heading apart."""
    parts = re.split(r"\n{2,}", source.strip())
    return [re.fullmatch(r"(#+ |)(.*)", part, re.DOTALL).groups() for part in parts]


@cache
def _exporter() -> "HTMLExporter":
    """What compiles the template, once."""
    from nbconvert import HTMLExporter

    return HTMLExporter(
        template_name="template",
        extra_template_basedirs=[str(TEMPLATE.parent)],
        exclude_anchor_links=True,
    )


def _public(notebook: "NotebookNode") -> "NotebookNode":
    """A copy without code, messages, errors and widget state."""
    public = deepcopy(notebook)
    public.metadata.pop("widgets", None)
    for cell in public.cells:
        if cell.cell_type == "code":
            cell.source = ""
            cell.outputs = [o for o in cell.outputs if "text/html" in o.get("data", {})]
    return public


def _shown(notebook: "NotebookNode") -> str:
    """All that the notebook's outputs put on its page."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return "".join("".join(output.data["text/html"]) for output in outputs)


def _refuse_live_only(notebook: "NotebookNode") -> None:
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" not in data and any(kind in data for kind in _MUTE):
                raise Unpublishable(
                    f"cell {number} shows a widget or bare picture that the page would lose: "
                    "draw it with revwork.report"
                )


def _paper(title: str, confidentiality: str) -> str:
    """The margins of every sheet but the first's title: what it is, for whom, which of how many."""
    return (
        f"@page {{ @top-left {{ content: {_css(title)}; }} "
        f"@bottom-left {{ content: {_css(confidentiality)}; }} }}\n"
    )


def _css(text: str) -> str:
    """Any text as a string of CSS, each sign but letters and digits by its number."""
    safe = (c if c.isascii() and c.isalnum() else f"\\{ord(c):06x}" for c in " ".join(text.split()))
    return f'"{"".join(safe)}"'


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
