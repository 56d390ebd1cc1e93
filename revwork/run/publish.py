"""Publish: a report's files and what they carry; then a run's pack, numbers and manifest."""

import logging
from collections.abc import Mapping, Sequence
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from revwork.report.chromium import on_one_sheet
from revwork.report.export import Unpublishable, page
from revwork.report.index import pack
from revwork.report.kpi import ON_CARD
from revwork.run.execute import Outcome
from revwork.run.files import as_json, write
from revwork.run.formats import Record, made, record
from revwork.run.request import Report

log = logging.getLogger("revwork")
Row = Mapping[str, Any]
_ON_A_SHEET = 8  # findings, at most
_VERSIONS = ("revwork", "pandas", "ibis-framework", "duckdb", "papermill", "matplotlib")


def published(outcome: Outcome, place: Path, run: str, formats: Sequence[str]) -> dict[str, Any]:
    """Write a report's files into the folder `place`, and return what its run needs to know.

    `entry`: its lines in the manifest; `data`, `kpis`, `findings`: what its outputs carry. One
    that cannot be published in one of the formats counts as failed.
    """
    place.mkdir(parents=True, exist_ok=True)
    entry = _entry(outcome)
    result = {"entry": entry, "data": {}, "kpis": [], "findings": []}
    if outcome.status != "succeeded":
        return result
    notebook = nbformat.read(outcome.executed, 4)
    told = record(outcome.notebook, notebook)
    result |= {"data": dict(told.data), "kpis": [*told.kpis], "findings": [*told.findings]}
    entry["title"] = told.reader.say(told.title)
    try:
        source = f"{told.name} · run {run}"
        html = page(notebook, source, told.data.get("confidentiality", ""))
        for kind in formats:
            write(place / f"{told.name}.{kind}", _made(kind, told, html))
            entry["files"][kind] = f"{told.name}.{kind}"
    except Unpublishable as reason:
        entry |= {"status": "failed", "reason": str(reason)}
    return result


def lost(report: Report, reason: str) -> dict[str, Any]:
    """Return the result of a report whose process ended before it had one."""
    outcome = Outcome(report.notebook.stem, "killed", reason, report.parameters, 0.0, Path(), [])
    return {"entry": _entry(outcome), "data": {}, "kpis": [], "findings": []}


def conclude(
    run: Row, results: Sequence[Row], place: Path, formats: Sequence[str] = ("html",)
) -> dict[str, Any]:
    """Write the pack of these results, its findings, numbers and manifest into the folder `place`.

    `run`: what the manifest says of the run itself. Findings and numbers carry the notebook they
    come from.
    """
    entries = [result["entry"] for result in results]
    fine = [result for result in results if result["entry"]["status"] == "succeeded"]
    data = [result["data"] for result in fine if result["data"]]
    manifest = {
        **run,
        "status": "failed" if any(map(_failed, entries)) else "succeeded",
        "workspace": data[0]["workspace"] if data else None,
        "as_of": max((one["as_of"] for one in data), default=None),
        "language": data[0]["language"] if data else "en",
        "currency": data[0]["currency"] if data else "EUR",
        "confidentiality": data[0]["confidentiality"] if data else "",
        "files": {"html": "index.html"},
        "inputs": _inputs(data),
        "versions": {name: version(name) for name in _VERSIONS},
        "notebooks": entries,
    }
    kpis = [kpi for result in fine for kpi in result["kpis"]]
    rows = [finding for result in fine for finding in result["findings"]]
    findings = sorted(rows, key=_money, reverse=True)
    if "pdf" in formats:
        manifest |= _one_sheet(manifest, findings, kpis, place)
    write(place / "findings.json", as_json(findings))
    write(place / "kpis.json", as_json(list(map(_number, kpis))))
    write(place / "index.html", pack(manifest, findings, kpis))
    manifest["sha256"] = {file: _hash(place / file) for file in _sent(manifest)}
    write(place / "manifest.json", as_json(manifest))
    return manifest


def _entry(outcome: Outcome) -> dict[str, Any]:
    return {
        "notebook": outcome.notebook,
        "status": outcome.status,
        "reason": outcome.reason,
        "parameters": dict(outcome.parameters),
        "seconds": outcome.seconds,
        "cells": outcome.cells,
        "unchanged_since": None,
        "files": {},
    }


def _made(kind: str, told: Record, html: str) -> str | bytes:
    try:
        return html if kind == "html" else made(kind, told, html)
    except Exception as error:
        log.exception("%s as %s", told.name, kind)
        why = str(error) if isinstance(error, Unpublishable) else repr(error)
        raise Unpublishable(f"{kind}: {why}") from error


def _one_sheet(
    manifest: dict[str, Any], findings: Sequence[Any], kpis: Sequence[Any], place: Path
) -> dict[str, Any]:
    """What the manifest says after the pack is printed: the file, or that it failed."""
    try:
        short = {**manifest, "notebooks": [e for e in manifest["notebooks"] if not e["files"]]}
        paper = on_one_sheet(lambda most: pack(short, findings, kpis, most), _ON_A_SHEET)
    except Unpublishable as reason:
        log.warning("index as pdf: %s", reason)
        return {"status": "failed"}
    write(place / "index.pdf", paper)
    return {"files": {**manifest["files"], "pdf": "index.pdf"}}


def _sent(manifest: Row) -> list[str]:
    """The files that leave the house, but for the manifest itself."""
    pages = (file for entry in manifest["notebooks"] for file in entry["files"].values())
    return [*manifest["files"].values(), "findings.json", "kpis.json", *pages]


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _number(kpi: Row) -> dict[str, Any]:
    """A number as kpis.json holds it, without what only its card says."""
    return {name: value for name, value in kpi.items() if name not in ON_CARD}


def _inputs(data: Sequence[Row]) -> list[Row]:
    tables = {given["table"]: given for entry in data for given in entry["inputs"]}
    return [tables[name] for name in sorted(tables)]


def _failed(entry: Row) -> bool:
    return entry["status"] not in ("succeeded", "skipped")


def _money(finding: Row) -> float:
    value = finding["impact"] and finding["impact"]["value"]
    return -1.0 if value is None else abs(value) * finding["confidence"]
