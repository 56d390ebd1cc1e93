"""Publish a report: its page and files, and what its outputs carry."""

import logging
from typing import Any

import nbformat

from revwork.report.export import Unpublishable, page
from revwork.run.execute import Outcome
from revwork.run.files import hashed, write
from revwork.run.formats import Record, made, record
from revwork.run.publish import ended
from revwork.run.request import Job

log = logging.getLogger("revwork")


def published(outcome: Outcome, job: Job) -> dict[str, Any]:
    """Write a report's files beside the others of its set; return what its run needs to know.

    `entry`: its lines in the manifest; `data`, `kpis`, `findings`: what its outputs carry;
    `sha256` of each file. One that cannot be published in one of the formats counts as failed.
    """
    place, run = job.staged / job.report.set, job.staged.name.lstrip(".")
    place.mkdir(parents=True, exist_ok=True)
    result = ended(job.report, outcome.status, outcome.reason)
    entry = result["entry"]
    entry |= {"seconds": outcome.seconds, "cells": outcome.cells}
    if outcome.status != "succeeded":
        return result
    notebook = nbformat.read(outcome.executed, 4)
    told = record(outcome.notebook, notebook)
    result |= {"data": dict(told.data), "kpis": [*told.kpis], "findings": [*told.findings]}
    entry["title"] = told.reader.say(told.title)
    try:
        source = f"{told.name} · run {run}"
        html = page(notebook, source, told.data.get("confidentiality", ""))
        for kind in job.formats:
            file = f"{told.name}.{kind}"
            write(place / file, _made(kind, told, html))
            entry["files"][kind] = file
            result["sha256"][file] = hashed(place / file)
    except Unpublishable as reason:
        entry |= {"status": "failed", "reason": str(reason)}
    return result


def _made(kind: str, told: Record, html: str) -> str | bytes:
    try:
        return html if kind == "html" else made(kind, told, html)
    except Exception as error:
        log.exception("%s as %s", told.name, kind)
        why = str(error) if isinstance(error, Unpublishable) else repr(error)
        raise Unpublishable(f"{kind}: {why}") from error
