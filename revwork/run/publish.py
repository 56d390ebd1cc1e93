"""Publish a run: its pack, findings, numbers and manifest, from what its reports left."""

import logging
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from revwork.report.chromium import on_one_sheet
from revwork.report.export import Unpublishable
from revwork.report.index import pack
from revwork.run.files import as_json, hashed, write
from revwork.run.request import Report

log = logging.getLogger("revwork")
version = cache(metadata.version)  # every set says it
Row = Mapping[str, Any]
_ON_A_SHEET = 8  # findings, at most
_VERSIONS = ("revwork", "pandas", "ibis-framework", "duckdb", "papermill", "matplotlib")


def ended(report: Report, status: str, reason: str) -> dict[str, Any]:
    """Return the result of a report that left nothing: its `entry` of the manifest, and no more."""
    entry = {
        "notebook": report.notebook.stem,
        "status": status,
        "reason": reason,
        "parameters": dict(report.parameters),
        "seconds": 0.0,
        "cells": [],
        "unchanged_since": None,
        "stale": [],
        "files": {},
    }
    return {"entry": entry, "data": {}, "kpis": [], "findings": [], "sha256": {}}


def conclude(
    run: Row, results: Sequence[Row], place: Path, formats: Sequence[str] = ("html",)
) -> dict[str, Any]:
    """Write the pack of these results, its findings, numbers and manifest into the folder `place`.

    `run`: what the manifest says of the run itself. Findings and numbers carry the notebook they
    come from.
    """
    place.mkdir(parents=True, exist_ok=True)
    entries = [result["entry"] for result in results]
    fine = [result for result in results if result["entry"]["status"] == "succeeded"]
    data = [result["data"] for result in fine if result["data"]]
    torn = _torn(data)
    manifest = {
        **run,
        "status": "failed" if torn or any(map(_failed, entries)) else "succeeded",
        "reason": f"{', '.join(torn)} changed while the run read: run it again" if torn else "",
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
    write(place / "kpis.json", as_json(kpis))
    write(place / "index.html", pack(manifest, findings, kpis))
    own = [*manifest["files"].values(), "findings.json", "kpis.json"]
    manifest["sha256"] = {file: hashed(place / file) for file in own}
    for result in results:
        files = result["entry"]["files"].values()
        manifest["sha256"] |= result["sha256"] or {file: hashed(place / file) for file in files}
    write(place / "manifest.json", as_json(manifest))
    return manifest


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


def _inputs(data: Sequence[Row]) -> list[Row]:
    tables = {given["table"]: given for entry in data for given in entry["inputs"]}
    return [tables[name] for name in sorted(tables)]


def _torn(data: Sequence[Row]) -> list[str]:
    """The tables that two reports of the run read in different states."""
    states: dict[str, set[str]] = {}
    for given in (given for one in data for given in one["inputs"]):
        states.setdefault(given["table"], set()).add(given["fingerprint"])
    return sorted(table for table, found in states.items() if len(found) > 1)


def _failed(entry: Row) -> bool:
    return entry["status"] not in ("succeeded", "skipped")


def _money(finding: Row) -> float:
    value = finding["impact"] and finding["impact"]["value"]
    return -1.0 if value is None else abs(value) * finding["confidence"]
