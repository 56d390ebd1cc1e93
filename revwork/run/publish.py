"""Publish a run: pages, findings, numbers and manifest, staged aside and moved in one step."""

import json
import os
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
from filelock import FileLock

from revwork.report.export import Unpublishable, page
from revwork.report.index import library, pack
from revwork.report.kpi import MIME as KPIS
from revwork.report.page import DATA_MIME as DATA
from revwork.report.page import FINDINGS_MIME as FINDINGS
from revwork.run.execute import Outcome

_VERSIONS = ("revwork", "pandas", "ibis-framework", "duckdb", "papermill", "matplotlib")


def publish(run: str, outcomes: Sequence[Outcome], staged: Path) -> dict[str, Any]:
    """Write a run's pages, findings, numbers and manifest into `staged`; return the manifest.

    A notebook whose page cannot be published counts as failed. Findings and numbers carry the
    notebook they come from.
    """
    notebooks = [_published(outcome, staged) for outcome in outcomes]
    carried = {mime: _carried(outcomes, mime) for mime in (DATA, FINDINGS, KPIS)}
    data = carried[DATA]
    manifest = {
        "run": run,
        "status": "failed" if any(_failed(entry) for entry in notebooks) else "succeeded",
        "workspace": data[0]["workspace"] if data else None,
        "as_of": max((entry["as_of"] for entry in data), default=None),
        "inputs": _inputs(data),
        "versions": {name: version(name) for name in _VERSIONS},
        "notebooks": notebooks,
    }
    findings = sorted(carried[FINDINGS], key=_money, reverse=True)
    _write(staged / "manifest.json", _json(manifest))
    _write(staged / "findings.json", _json(findings))
    _write(staged / "kpis.json", _json(carried[KPIS]))
    _write(staged / "index.html", pack(manifest, findings))
    return manifest


def shelve(staged: Path, reports: Path, run: str, complete: bool) -> None:
    """Move `staged` to `reports/<run>` in one step and list it in `reports/index.html`.

    A `complete` run becomes `reports/latest`. Runs that end together wait for each other.
    """
    with FileLock(reports / ".lock"):
        os.replace(staged, reports / run)
        if complete:
            _point_latest(reports, run)
        latest = (reports / "latest").resolve().name if (reports / "latest").exists() else None
        _write(reports / "index.html", library(_manifests(reports), latest))


def discard(staged: Path) -> None:
    """Remove what an unfinished run left aside."""
    shutil.rmtree(staged, ignore_errors=True)


def _point_latest(reports: Path, run: str) -> None:
    pointer = reports / ".latest"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(run, target_is_directory=True)
    os.replace(pointer, reports / "latest")


def _published(outcome: Outcome, staged: Path) -> dict[str, Any]:
    """The notebook's entry in the manifest; its page is written where it succeeded."""
    entry = {
        "notebook": outcome.notebook,
        "status": outcome.status,
        "reason": outcome.reason,
        "parameters": dict(outcome.parameters),
        "seconds": outcome.seconds,
        "files": {},
    }
    if outcome.status != "succeeded":
        return entry
    notebook = nbformat.read(outcome.executed, 4)
    try:
        html = page(notebook, source=f"{outcome.notebook} · run {staged.name.strip('.')}")
    except Unpublishable as reason:
        return {**entry, "status": "failed", "reason": str(reason)}
    _write(staged / f"{outcome.notebook}.html", html)
    return {**entry, "files": {"html": f"{outcome.notebook}.html"}}


def _carried(outcomes: Sequence[Outcome], mime: str) -> list[dict[str, Any]]:
    """What the notebooks that succeeded carry under a MIME type in their outputs."""
    rows: list[dict[str, Any]] = []
    for outcome in outcomes:
        if outcome.status == "succeeded":
            for cell in nbformat.read(outcome.executed, 4).cells:
                for output in cell.get("outputs", []):
                    found = output.get("data", {}).get(mime, [])
                    found = found if isinstance(found, list) else [found]
                    rows += [{**row, "notebook": outcome.notebook} for row in found]
    return rows


def _inputs(data: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    tables = {given["table"]: given for entry in data for given in entry["inputs"]}
    return [tables[name] for name in sorted(tables)]


def _failed(entry: dict[str, Any]) -> bool:
    return entry["status"] not in ("succeeded", "skipped")


def _money(finding: dict[str, Any]) -> float:
    value = finding["impact"] and finding["impact"]["value"]
    return -1.0 if value is None else abs(value) * finding["confidence"]


def _manifests(reports: Path) -> list[dict[str, Any]]:
    found = sorted(reports.glob("[0-9]*/manifest.json"), reverse=True)
    return [json.loads(path.read_text()) for path in found]


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)


def _write(path: Path, text: str) -> None:
    """Write whole or not at all."""
    staged = path.with_name(path.name + ".tmp")
    staged.write_text(text, encoding="utf-8")
    os.replace(staged, path)
