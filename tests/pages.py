"""Pages made by hand: views as a run publishes them, without a run."""

import os
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from revwork.calendar import Comparison, Period
from revwork.data.loading import Input
from revwork.findings import Finding, Impact, Message
from revwork.metrics import Kpi
from revwork.report import Panels, begin, export, findings, kpis, table

NOW, BEFORE = (Period(f"{y}-Q2", date(y, 4, 1), date(y, 7, 1)) for y in (2026, 2025))


def noted(kind: str, text: str) -> SimpleNamespace:
    return SimpleNamespace(kind=kind, message=Message("{a:text}", {"a": text}))


def begun(language: str = "en", notes=(), **ends) -> object:
    """The masthead over tables that end on these days."""
    inputs = [Input(n, f"{n}.csv", 3, date(2026, 1, 1), last, "f") for n, last in ends.items()]
    tables = SimpleNamespace(
        **{"as_of": date(2026, 6, 30), "inputs": inputs, "notes": notes},
        **{"absent": ["people"], "audience": "full"},
    )
    company = SimpleNamespace(
        **{"name": "Acme", "language": "en", "currency": "EUR", "confidentiality": ""},
        actions=lambda audience: [],
    )
    compared = Comparison(NOW, NOW, BEFORE, "year ago", False)
    return begin(company, tables, compared, language)


def shown(view: object) -> nbformat.NotebookNode:
    """The cell of an executed notebook that shows a view."""
    with patch.dict(os.environ, REVWORK_HEADLESS="1"):
        made = getattr(view, "_repr_mimebundle_", dict)()
        made = made or {"text/html": view._repr_html_(), "text/plain": repr(view)}
    return new_code_cell("code()", outputs=[new_output("display_data", data=made)])


def paged(path: Path, *views: object) -> Path:
    """Publish views as a page, in the language that the first one begins with."""
    cells = [new_markdown_cell("# Tiny\n\n## Part"), *map(shown, views)]
    path.write_text(export.page(new_notebook(cells=cells), "source"))
    return path


def everything(language: str) -> list[object]:
    """One view of each kind."""
    first = begun(
        language, [noted("late", "late"), noted("reconciliation", "differs")], orders=None
    )
    rows = pd.DataFrame({"region": ["A", None], "net": [1.5, None], "margin_rate": [0.1, 0.2]})
    said = Message("{x:money}", {"x": 5.0})
    worth = Impact(9.0, 1.0, 17.0, "EUR")
    claim = Finding("net_revenue", {}, "threat", "change", "sales", NOW.name, *[said] * 3, worth, 1)
    numbers = [
        Kpi("net_revenue", 5.0, "money", "sales", NOW.name, 4.0, 6.0, (1.0, 3.0)),
        Kpi("red_zone", 0.3, "percent", "product", NOW.name, 0.2, better="lower"),
        Kpi("nps", 41.0, "score", "service", NOW.name, 44.0, n=1200),
    ]
    panels = Panels(lambda by: table(rows, f"By {by}"), by=["region", "channel", "segment"])
    return [first, kpis(numbers), panels, table(rows, "Regions"), findings([claim])]
