"""The library: every run, newest first, and what changed since the one before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from html import escape
from typing import Any

from revwork.report.index import address, day, index_page, reader_of
from revwork.report.words import UNITS, Reader, html

_SHOWN = 8  # of each kind of change
_COUNTS = {
    "notebooks": "reports that ended otherwise: {n:number}",
    "tables": "tables with less: {n:number}",
    "kpis": "numbers moved: {n:number}",
    "new": "findings new: {n:number}",
    "gone": "findings gone: {n:number}",
    "changed": "findings changed: {n:number}",
}
_TAGS = {"new": "New finding", "gone": "Finding gone", "changed": "Finding changed"}
Changes = Mapping[str, Any]


def library(
    runs: Sequence[tuple[Mapping[str, Any], Changes | None]],
    older: Sequence[str] = (),
    has_latest: bool = False,
) -> str:
    """Return the page of all runs, newest first, in the language of the newest.

    `runs`: the manifest of each, and what changed since the run before as
    `revwork.run.compare.compare` says it, None where nothing could be compared. `older`: names of
    runs that are only listed.
    """
    reader = reader_of(runs[0][0] if runs else {})
    say = reader.words
    rows = "".join(_run(*run, reader, at == 0) for at, run in enumerate(runs))
    newest = f'<p><a href="latest/index.html">{say("The newest complete run")}</a></p>'
    body = f'<h2>{say("Runs, newest first")}</h2><ol class="runs">{rows}</ol>' if runs else ""
    return index_page(
        say("Revenue reports"),
        (newest if has_latest else "") + body + _older(older, reader),
        "",
        ("", say("Runs: {n:number}", n=len(runs) + len(older))),
        reader,
    )


def changed(changes: Changes, reader: Reader) -> Iterator[str]:
    """Return the items of a list: of every kind of change the first few, and how many more."""
    told = {"notebooks": _notebook, "tables": _table, "kpis": _number}
    for kind in _COUNTS:
        rows = changes[kind]
        tag = f"<b>{reader.words(_TAGS[kind])}</b> " if kind in _TAGS else ""
        for row in rows[:_SHOWN]:
            yield f'<li class="{kind}">{tag}{told.get(kind, _finding)(row, reader)}</li>'
        if len(rows) > _SHOWN:
            more = reader.words("{n:number} more", n=len(rows) - _SHOWN)
            yield f'<li class="quiet">{more}</li>'


def counted(changes: Changes, reader: Reader) -> list[str]:
    """Return how much of each kind changed, in words; nothing of a kind without a change."""
    return [
        reader.words(template, n=len(changes[kind]))
        for kind, template in _COUNTS.items()
        if changes[kind]
    ]


def when(run: str, reader: Reader) -> str:
    """Return a run by its time; one that is called otherwise by its name."""
    try:
        began = datetime.strptime(run[:15], "%Y%m%d-%H%M%S")
    except ValueError:
        return run
    number = f" ({run[16:]})" if run[16:] else ""
    return f"{reader.day(began.date())}, {began:%H:%M}{number}"


def _run(manifest: Mapping[str, Any], changes: Changes | None, reader: Reader, first: bool) -> str:
    name = manifest["run"]
    last = f"{reader.label('data_to')} {day(manifest, reader)}" if manifest["as_of"] else ""
    about = [manifest["workspace"], last, reader.label(manifest["status"])]
    said = " · ".join(escape(str(one)) for one in about if one)
    own = replace(reader, currency=manifest.get("currency", reader.currency))
    changed = "" if changes is None else _changes(changes, own, first)
    return (
        f'<li class="{escape(manifest["status"])}"><p><a href="{address(name, "index.html")}">'
        f"{escape(when(name, reader))}</a> · {said}</p>{changed}</li>"
    )


def _older(names: Sequence[str], reader: Reader) -> str:
    if not names:
        return ""
    links = "".join(
        f'<li><a href="{address(name, "index.html")}">{escape(when(name, reader))}</a></li>'
        for name in names
    )
    summary = reader.words("Older runs: {n:number}", n=len(names))
    return f'<details class="older"><summary>{summary}</summary><ol>{links}</ol></details>'


def _changes(changes: Changes, reader: Reader, is_open: bool) -> str:
    since = when(changes["since"], reader)
    if not (counts := counted(changes, reader)):
        nothing = reader.words("Nothing changed since {run:text}.", run=since)
        return f'<p class="quiet">{escape(nothing)}</p>'
    summary = " · ".join([reader.words("Since {run:text}", run=since), *counts])
    lines = "".join(changed(changes, reader))
    opened = " open" if is_open else ""
    return (
        f"<details{opened}><summary>{escape(summary)}</summary>"
        f'<ul class="changes">{lines}</ul></details>'
    )


def _notebook(row: Mapping[str, Any], reader: Reader) -> str:
    ended = _path(reader.label(row["before"]), reader.label(row["after"]))
    why = f'<span class="quiet">{escape(row["reason"])}</span>'
    return f"<b>{escape(row['notebook'])}</b> {ended} {why}"


def _table(row: Mapping[str, Any], reader: Reader) -> str:
    rows, days = row["rows"], row["last_day"]
    name = f"<b>{escape(row['table'])}</b>"
    if rows[1] is None:
        return f"{name} {reader.words('no longer read')}"
    told = (
        [reader.label("rows") + " " + _path(*map(reader.number, rows))]
        if rows[0] != rows[1]
        else []
    )
    if days[0] != days[1]:
        told.append(reader.label("data_to") + " " + _path(*(_day(one, reader) for one in days)))
    return f"{name} {' · '.join(told)}"


def _number(row: Mapping[str, Any], reader: Reader) -> str:
    name = " · ".join(filter(None, [reader.label(row["metric"]), reader.segment(row["segment"])]))
    spec = UNITS[row["unit"]][0]
    values = (reader.format(row[when], spec) for when in ("before", "after"))
    old, new = row["period"]
    period = _path(reader.period(old), reader.period(new)) if old and new and old != new else ""
    return f'<b>{escape(name)}</b> {_path(*values)} <span class="quiet">{period}</span>'


def _finding(row: Mapping[str, Any], reader: Reader) -> str:
    own = replace(reader, currency=row["currency"] or reader.currency)
    money = [own.money(row[when]) for when in ("before", "after") if row[when] is not None]
    return f'{html(row["claim"])} · <span class="money">{_path(*money)}</span>'


def _path(*steps: str) -> str:
    return " → ".join(map(escape, steps))


def _day(value: str | None, reader: Reader) -> str:
    return reader.day(date.fromisoformat(value) if value else None)
