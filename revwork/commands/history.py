"""revwork history, diff and prune: what runs there are, how two differ, which may go."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from revwork.commands import console
from revwork.commands.words import refuse

if TYPE_CHECKING:
    from rich.table import Table

    from revwork.report.words import Reader

Out = Annotated[Path, typer.Option(file_okay=False, help="where reports are published")]
AsJson = Annotated[bool, typer.Option("--json", help="the same facts as JSON")]
_REPORTS = Path("reports")
_SHORT = {"notebooks": "reports", "kpis": "numbers"}
_KINDS = {
    "notebooks": "Reports that ended otherwise",
    "tables": "Tables with less",
    "kpis": "Numbers moved",
    "new": "Findings new",
    "gone": "Findings gone",
    "changed": "Findings changed",
}


def history(out: Out = _REPORTS, as_json: AsJson = False) -> None:
    """List the runs, newest first: when, how they ended, and what changed. Exit 0, 2 usage."""
    from revwork.run import ledger

    found = ledger.history(_there(out))
    if as_json:
        _print_json(found)
    else:
        console().print(_listed(found))


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="a run, its beginning, or latest")],
    after: Annotated[str, typer.Argument(metavar="B", help="the run held against it")],
    out: Out = _REPORTS,
    as_json: AsJson = False,
) -> None:
    """Say what differs from run A to run B: numbers, findings, tables. Exit 0, 2 usage."""
    from revwork.run import ledger

    try:
        found = ledger.difference(*(ledger.find(_there(out), one) for one in (before, after)))
    except ValueError as error:
        refuse(error)
    if as_json:
        _print_json(found)
    else:
        terminal = console()
        for line in _told(found):
            terminal.print(line, markup=False, soft_wrap=True)


def prune(
    keep: Annotated[int, typer.Option(min=1, help="how many of the newest runs stay")],
    out: Out = _REPORTS,
    yes: Annotated[bool, typer.Option("--yes", help="remove them, not only say which")] = False,
) -> None:
    """Remove old runs and what is left of killed ones, but never latest. Exit 0, 2 usage."""
    from revwork.run.prune import pruned, spare

    reports = _there(out)
    going = pruned(reports, keep) if yes else spare(reports, keep)
    for folder in going:
        kind = "unfinished " if folder.name.startswith(".") else ""
        typer.echo(f"{'removed' if yes else 'would remove'} {kind}{folder.name.lstrip('.')}")
    if not going:
        typer.echo("Nothing to remove.")
    elif not yes:
        typer.echo("Nothing was removed: say --yes to remove them.")


def _there(out: Path) -> Path:
    if not out.is_dir():
        refuse(f"there are no reports in {out}: say --out, or run first.")
    return out


def _print_json(found: object) -> None:
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False))


def _listed(found: list[dict[str, Any]]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in ("run", "began", "status", "ok/failed/skipped", "seconds", "data to", "changes"):
        table.add_column(name, justify="right" if name == "seconds" else "left")
    for one in found:
        counts = "/".join(map(str, (one["notebooks"] or {}).values()))
        seconds = "" if one["seconds"] is None else f"{one['seconds']:.1f}"
        status = one["status"] + " · latest" * one["latest"]
        style = "" if one["status"] in ("succeeded", "running") else "red"
        table.add_row(
            Text(one["run"]),
            _clock(one["when"]),
            Text(status, style),
            counts,
            seconds,
            one["as_of"] or "",
            _counted(one["changes"]),
        )
    return table


def _clock(moment: str | None) -> str:
    """A moment by the clock of who looks."""
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}" if moment else ""


def _counted(changes: Mapping[str, int] | None) -> str:
    if changes is None:
        return ""
    told = [f"{_SHORT.get(kind, kind)} {n}" for kind, n in changes.items() if n]
    return ", ".join(told) or "none"


def _told(found: Mapping[str, Any]) -> Iterator[str]:
    from revwork.report.words import Reader

    reader = Reader(currency=found["after"]["currency"])
    lines = {"notebooks": _ended, "tables": _table, "kpis": _number}
    yield from _heading(found)
    for kind, title in _KINDS.items():
        if found[kind]:
            yield f"\n{title}: {len(found[kind])}"
        for row in found[kind]:
            yield f"   {lines.get(kind, _finding)(row, reader)}"
    if not any(found[kind] for kind in _KINDS):
        yield "No number, finding or table differs where both can be compared."


def _heading(found: Mapping[str, Any]) -> Iterator[str]:
    """Which runs, and what about them is another: that may explain all the rest."""
    before, after = found["before"], found["after"]
    yield f"{before['run']} → {after['run']}"
    for name in ("workspace", "as_of", "status", "currency"):
        if before[name] != after[name]:
            yield f"   {name}: {before[name]} → {after[name]}"
    for one in found["parameters"]:
        yield f"   {one['notebook']} with {one['before']} → {one['after']}"
    for run, alone in zip((before, after), found["only"], strict=True):
        if alone:
            yield f"   only in {run['run']}: {', '.join(alone)}"


def _ended(row: Mapping[str, Any], reader: "Reader") -> str:
    why = f": {row['reason']}" if row["reason"] else ""
    return f"{row['notebook']}: {row['before']} → {row['after']}{why}"


def _table(row: Mapping[str, Any], reader: "Reader") -> str:
    if row["rows"][1] is None:
        return f"{row['table']}: no longer read"
    days = (day or "unknown" for day in row["last_day"])
    return f"{row['table']}: {_path(map(reader.number, row['rows']))} rows, to {_path(days)}"


def _number(row: Mapping[str, Any], reader: "Reader") -> str:
    from revwork.report.words import UNITS

    name = " · ".join(filter(None, [reader.label(row["metric"]), reader.segment(row["segment"])]))
    spec = UNITS.get(row["unit"], ("decimal",))[0]
    values = _path(reader.format(row[when], spec) for when in ("before", "after"))
    periods = _path(reader.period(one) for one in dict.fromkeys(row["period"]) if one)
    return f"{name}: {values} ({periods}, {row['notebook']})"


def _finding(row: Mapping[str, Any], reader: "Reader") -> str:
    from dataclasses import replace

    own = replace(reader, currency=row["currency"] or reader.currency)
    worth = _path(own.money(row[when]) for when in ("before", "after") if row[when] is not None)
    return f"{row['claim']} {f'({worth}, ' if worth else '('}{row['notebook']})"


def _path(steps: Iterator[str]) -> str:
    return " → ".join(dict.fromkeys(steps))
