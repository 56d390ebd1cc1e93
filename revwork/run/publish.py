"""Publish a run: pages, findings, numbers and manifest, staged aside."""

import logging
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from revwork.report.chromium import on_one_sheet
from revwork.report.export import Unpublishable, page
from revwork.report.index import pack
from revwork.report.kpi import ON_CARD
from revwork.run.execute import Outcome
from revwork.run.formats import made, record
from revwork.run.shelf import as_json, write

log = logging.getLogger("revwork")
_ON_A_SHEET = 8  # findings, at most
_VERSIONS = ("revwork", "pandas", "ibis-framework", "duckdb", "papermill", "matplotlib")


def publish(
    run: str, outcomes: Sequence[Outcome], staged: Path, formats: Sequence[str] = ("html",)
) -> dict[str, Any]:
    """Write a run's pages, findings, numbers and manifest into `staged`; return the manifest.

    A notebook that cannot be published in one of the formats counts as failed. Findings and
    numbers carry the notebook they come from.
    """
    notebooks = [_published(outcome, staged, formats) for outcome in outcomes]
    told = [record(outcome.notebook, _read(outcome)) for outcome in outcomes if _ran(outcome)]
    data = [one.data for one in told if one.data]
    manifest = {
        "run": run,
        "status": "failed" if any(_failed(entry) for entry in notebooks) else "succeeded",
        "workspace": data[0]["workspace"] if data else None,
        "as_of": max((entry["as_of"] for entry in data), default=None),
        "language": data[0]["language"] if data else "en",
        "currency": data[0]["currency"] if data else "EUR",
        "confidentiality": data[0]["confidentiality"] if data else "",
        "files": {"html": "index.html"},
        "inputs": _inputs(data),
        "versions": {name: version(name) for name in _VERSIONS},
        "notebooks": notebooks,
    }
    kpis = [kpi for one in told for kpi in one.kpis]
    findings = sorted([row for one in told for row in one.findings], key=_money, reverse=True)
    if "pdf" in formats:
        manifest |= _one_sheet(manifest, findings, kpis, staged)
    write(staged / "manifest.json", as_json(manifest))
    write(staged / "findings.json", as_json(findings))
    write(staged / "kpis.json", as_json(list(map(_number, kpis))))
    write(staged / "index.html", pack(manifest, findings, kpis))
    return manifest


def discard(staged: Path) -> None:
    """Remove what an unfinished run left aside."""
    shutil.rmtree(staged, ignore_errors=True)


def _published(outcome: Outcome, staged: Path, formats: Sequence[str]) -> dict[str, Any]:
    """The notebook's entry in the manifest; its files are written where it succeeded."""
    entry = {
        "notebook": outcome.notebook,
        "status": outcome.status,
        "reason": outcome.reason,
        "parameters": dict(outcome.parameters),
        "seconds": outcome.seconds,
        "files": {},
    }
    if not _ran(outcome):
        return entry
    notebook = _read(outcome)
    told = record(outcome.notebook, notebook)
    entry["title"] = told.reader.say(told.title)
    source = f"{outcome.notebook} · run {staged.name.strip('.')}"
    try:
        html = page(notebook, source, told.data.get("confidentiality", ""))
    except Unpublishable as reason:
        return {**entry, "status": "failed", "reason": str(reason)}
    for kind in formats:
        file = f"{outcome.notebook}.{kind}"
        try:
            write(staged / file, html if kind == "html" else made(kind, told, html))
        except Exception as error:
            log.exception("%s as %s", outcome.notebook, kind)
            why = str(error) if isinstance(error, Unpublishable) else repr(error)
            return {**entry, "status": "failed", "reason": f"{kind}: {why}"}
        entry["files"][kind] = file
    return entry


def _one_sheet(
    manifest: dict[str, Any], findings: Sequence[Any], kpis: Sequence[Any], staged: Path
) -> dict[str, Any]:
    """What the manifest says after the pack is printed: the file, or that it failed."""
    try:
        short = {**manifest, "notebooks": [e for e in manifest["notebooks"] if not e["files"]]}
        paper = on_one_sheet(lambda most: pack(short, findings, kpis, most), _ON_A_SHEET)
    except Unpublishable as reason:
        log.warning("index as pdf: %s", reason)
        return {"status": "failed"}
    write(staged / "index.pdf", paper)
    return {"files": {**manifest["files"], "pdf": "index.pdf"}}


def _number(kpi: dict[str, Any]) -> dict[str, Any]:
    """A number as kpis.json holds it, without what only its card says."""
    return {name: value for name, value in kpi.items() if name not in ON_CARD}


def _ran(outcome: Outcome) -> bool:
    return outcome.status == "succeeded"


def _read(outcome: Outcome) -> nbformat.NotebookNode:
    return nbformat.read(outcome.executed, 4)


def _inputs(data: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    tables = {given["table"]: given for entry in data for given in entry["inputs"]}
    return [tables[name] for name in sorted(tables)]


def _failed(entry: dict[str, Any]) -> bool:
    return entry["status"] not in ("succeeded", "skipped")


def _money(finding: dict[str, Any]) -> float:
    value = finding["impact"] and finding["impact"]["value"]
    return -1.0 if value is None else abs(value) * finding["confidence"]
