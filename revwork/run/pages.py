"""Publish a report: its page and files, read for secrets, and what its outputs carry."""

import logging
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import nbformat

from revwork.report.export import Unpublishable, page
from revwork.run.execute import Outcome
from revwork.run.files import hashed, write
from revwork.run.formats import Record, made, record
from revwork.run.freshness import stale
from revwork.run.publish import ended
from revwork.run.request import Job
from revwork.run.scan import hits, in_notebook, redacted, secrets_of, without
from revwork.workspace import Company

RESOLVED = ("as_of", "period", "base", "partial")
log = logging.getLogger("revwork")


def published(outcome: Outcome, job: Job) -> dict[str, Any]:
    """Write a report's files beside the others of its set; return what its run needs to know.

    `entry`: its lines in the manifest; `data`, `kpis`, `findings`: what its outputs carry;
    `sha256` of each file. One that holds a secret, reads a table that is too old, or cannot be
    published in one of the formats counts as failed, and has no page.
    """
    company = job.report.company
    secrets = secrets_of(company) if company else ()
    result = ended(job.report, outcome.status, without(outcome.reason, secrets))
    entry = result["entry"]
    entry |= {"seconds": outcome.seconds, "cells": outcome.cells}
    notebook = nbformat.read(outcome.executed, 4)
    if found := in_notebook(notebook, secrets):
        write(outcome.executed, nbformat.writes(redacted(notebook, secrets)))
        entry |= {"status": "failed", "reason": f"it would publish {found[0]}"}
    if entry["status"] != "succeeded":
        return result
    told = record(outcome.notebook, notebook)
    try:
        entry["stale"] = _age(told, company, job.told["today"])
        entry["title"] = told.reader.say(told.title)
        entry["resolved"] = {name: told.data.get(name) for name in RESOLVED}
        result["sha256"] = _write(told, notebook, job, entry, secrets)
    except Unpublishable as reason:
        return {**result, "entry": entry | {"status": "failed", "reason": str(reason)}}
    carried = {"data": dict(told.data), "kpis": [*told.kpis], "findings": [*told.findings]}
    return {**result, **carried}


def _age(told: Record, company: Company | None, today: str) -> list[dict[str, Any]]:
    """The tables that are too old; Unpublishable where the company wants no page of one."""
    inputs = told.data.get("inputs", []) if company else []
    old = stale(company, inputs, date.fromisoformat(today))
    if failing := [one.sentence for one in old if one.then == "fail"]:
        raise Unpublishable(" ".join(failing))
    return [one.row for one in old]


def _write(
    told: Record,
    notebook: nbformat.NotebookNode,
    job: Job,
    entry: dict[str, Any],
    secrets: Sequence[str],
) -> dict[str, str]:
    """Each format's file, named in the entry once it is there; none where one holds a secret."""
    place, run = job.staged / job.report.set, job.staged.name.lstrip(".")
    place.mkdir(parents=True, exist_ok=True)
    badges = [row for row in entry["stale"] if row["then"] == "badge"]
    line = told.data.get("confidentiality", "")
    html = page(notebook, f"{told.name} · run {run}", line, badges)
    for kind in job.formats:
        content = _made(kind, told, html)
        if found := hits(content, secrets):
            _withdraw(place, entry["files"])
            raise Unpublishable(f"its {kind} would publish {found[0]}")
        write(place / f"{told.name}.{kind}", content)
        entry["files"][kind] = f"{told.name}.{kind}"
    return {file: hashed(place / file) for file in entry["files"].values()}


def _withdraw(place: Path, files: dict[str, str]) -> None:
    for file in files.values():
        (place / file).unlink()
    files.clear()


def _made(kind: str, told: Record, html: str) -> str | bytes:
    try:
        return html if kind == "html" else made(kind, told, html)
    except Exception as error:
        log.exception("%s as %s", told.name, kind)
        why = str(error) if isinstance(error, Unpublishable) else repr(error)
        raise Unpublishable(f"{kind}: {why}") from error
