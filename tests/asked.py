"""What the notebooks of a workspace say, by the calls in their cells: no kernel, no picture."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import nbformat

from revwork import report
from revwork.findings import Unanswered
from revwork.report import chart, findings, kpis
from revwork.report.kpi import MIME as KPIS
from revwork.report.page import FINDINGS_MIME as FINDINGS
from revwork.run import plan

SILENT = ("Panels", "answer", "table")


def asked(workspace: Path, notebooks: list[Path]) -> dict[str, list[dict]]:
    """Return the rows of kpis.json and findings.json that the notebooks would leave."""
    rows: dict[str, list[dict]] = {"kpis": [], "findings": []}
    with _without_pictures(rows) as told:
        for path in notebooks:
            told["notebook"] = path.stem
            _execute(path, str(workspace))
    return rows


def quoting() -> list[Path]:
    """The notebooks that others quote: those that read no run themselves."""
    return [path for path in plan.find([]) if not plan.reads_run(path)]


def _execute(path: Path, workspace: str) -> None:
    names: dict[str, object] = {}
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type != "code":
            continue
        try:
            exec(compile(ast.parse(cell.source), path.name, "exec"), names)
        except Unanswered:
            return  # the notebook ends there, politely
        if "parameters" in cell.metadata.get("tags", []):
            names["workspace"] = workspace


@contextmanager
def _without_pictures(rows: dict[str, list[dict]]) -> Iterator[dict[str, str]]:
    """Let views be called and draw nothing; what `kpis` and `findings` show is kept in rows."""
    told = {"notebook": ""}

    def keeping(kind, view, mime):
        def keep(shown):
            carried = view(shown)._repr_mimebundle_()[mime]
            rows[kind] += [{**row, "notebook": told["notebook"]} for row in carried]

        return keep

    def nothing(*_, **__):
        return None

    kept = {
        "kpis": keeping("kpis", kpis, KPIS),
        "findings": keeping("findings", findings, FINDINGS),
    }
    with (
        patch.multiple(report, **dict.fromkeys(SILENT, nothing), **kept),
        patch.multiple(chart, **dict.fromkeys(chart.__all__, nothing)),
    ):
        yield told
