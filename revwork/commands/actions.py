"""revwork actions: what is proposed, and what was decided about it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from revwork.actions import Action, Status, said
from revwork.commands import console
from revwork.commands.proposed import company_of, every, find, path, refuse, registered

if TYPE_CHECKING:
    from rich.table import Table

    from revwork.report.words import Reader
    from revwork.workspace import Company

actions = typer.Typer(help="List what is proposed and decided; decide, start, end, drop, edit it.")
Id = Annotated[str, typer.Argument(metavar="ID", help="an action's id, or its beginning")]
Workspace = Annotated[str | None, typer.Option(help="folder that holds revwork.toml")]
Out = Annotated[Path | None, typer.Option(file_okay=False, help="where reports are published")]
On = Annotated[str, typer.Option(metavar="DAY", help="the day it was, such as 2026-09-14")]
Note = Annotated[str | None, typer.Option(help="a remark to keep")]
Owner = Annotated[str | None, typer.Option(help="who answers for it, by name")]
Due = Annotated[str | None, typer.Option(metavar="DAY", help="by when it is to be done")]
_REPORTS = Path("reports")


@actions.callback(invoke_without_command=True)
def listed(  # noqa: PLR0913, PLR0917
    context: typer.Context,
    status: Annotated[str, typer.Option(help="proposed, decided, started, done or dropped")] = "",
    department: Annotated[str, typer.Option(help="only this department's")] = "",
    workspace: Workspace = ".",
    out: Out = _REPORTS,
    as_json: Annotated[bool, typer.Option("--json", help="the same facts as JSON")] = False,
) -> None:
    """List proposals and decisions, most worth first; or one of the commands. Exit 0, 1, 2 usage.

    1: the register, or the run that proposes, cannot be read.
    """
    if context.invoked_subcommand:
        return
    from revwork.contracts import DEPARTMENTS

    _known("status", status, Status.__args__)
    _known("department", department, DEPARTMENTS)
    company = company_of(workspace)
    found = [
        one
        for one in every(company, out)
        if status in ("", one.status) and department in ("", one.department)
    ]
    reader = _reader(company)
    if as_json:
        rows = [asdict(one) | {"to_do": reader.say(one.text)} for one in found]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False, default=_plain))
    elif found:
        console().print(_table(found, company, reader))
    else:
        typer.echo("No action: run the notebooks, or ask for another status or department.")


@actions.command()
def decide(  # noqa: PLR0913, PLR0917
    context: typer.Context,
    action: Id,
    on: On = "",
    due: Due = None,
    owner: Owner = None,
    note: Note = None,
    workspace: Workspace = None,
    out: Out = None,
) -> None:
    """Decide that an action is to be done, and keep what is expected without it. Exit 0, 1, 2."""
    _move(
        "decided",
        action,
        _place(context, workspace, out),
        on,
        {"due": due, "owner": owner, "note": note},
    )


@actions.command()
def start(  # noqa: PLR0913, PLR0917
    context: typer.Context,
    action: Id,
    on: On = "",
    note: Note = None,
    workspace: Workspace = None,
    out: Out = None,
) -> None:
    """Say that work on an action began. Exit 0, 1 not written, 2 usage."""
    _move("started", action, _place(context, workspace, out), on, {"note": note})


@actions.command()
def done(  # noqa: PLR0913, PLR0917
    context: typer.Context,
    action: Id,
    on: On = "",
    note: Note = None,
    workspace: Workspace = None,
    out: Out = None,
) -> None:
    """Say that an action is done. Exit 0, 1 not written, 2 usage."""
    _move("done", action, _place(context, workspace, out), on, {"note": note})


@actions.command()
def drop(  # noqa: PLR0913, PLR0917
    context: typer.Context,
    action: Id,
    on: On = "",
    note: Note = None,
    workspace: Workspace = None,
    out: Out = None,
) -> None:
    """Say that an action is not to be done. Exit 0, 1 not written, 2 usage."""
    _move("dropped", action, _place(context, workspace, out), on, {"note": note})


@actions.command("set")
def set_(  # noqa: PLR0913, PLR0917
    context: typer.Context,
    action: Id,
    department: Annotated[str | None, typer.Option(help="the department that answers")] = None,
    owner: Owner = None,
    due: Due = None,
    effort: Annotated[str | None, typer.Option(help="S, M or L")] = None,
    title: Annotated[str | None, typer.Option(help="what to do, in other words")] = None,
    note: Note = None,
    workspace: Workspace = None,
    out: Out = None,
) -> None:
    """Change who answers for an action, by when, its effort or its words. Exit 0, 1, 2 usage."""
    from revwork.actions import DAYS
    from revwork.contracts import DEPARTMENTS

    _known("department", department or "", DEPARTMENTS)
    _known("effort", effort or "", DAYS)
    given = {"department": department, "owner": owner, "due": due, "effort": effort}
    changed = _given(given | {"title": title, "note": note})
    if not changed:
        refuse("nothing to change: say --department, --owner, --due, --effort, --title or --note.")
    workspace, out = _place(context, workspace, out)
    company = company_of(workspace)
    _write(company, find(action, every(company, out)), changed)


@actions.command()
def history(
    context: typer.Context,
    action: Annotated[str, typer.Argument(metavar="[ID]", help="of this action alone")] = "",
    workspace: Workspace = None,
) -> None:
    """Say who changed what and when, newest first. Exit 0, 1 the register cannot be read, 2."""
    found = registered(company_of(_place(context, workspace, None)[0]))
    found = [find(action, found)] if action else found
    lines = [(change, one) for one in found for change in one.history]
    for change, one in sorted(lines, key=lambda pair: pair[0].when, reverse=True):
        when = f"{change.when.astimezone():%Y-%m-%d %H:%M}"
        told = ", ".join(_changed(name, *values) for name, values in change.changed.items())
        typer.echo(f"{when}  {change.who}  {one.id[:8]}  {told}")
    if not lines:
        typer.echo("Nothing was decided yet.")


def _place(context: typer.Context, workspace: str | None, out: Path | None) -> tuple[str, Path]:
    """Workspace and reports, as said behind the command or before it."""
    before = context.parent.params
    return workspace or before["workspace"], out or before["out"]


def _move(
    status: Status, action: str, where: tuple[str, Path], on: str, given: dict[str, Any]
) -> None:
    company = company_of(where[0])
    one = find(action, every(company, where[1]))
    day = _day("on", on) if on else company.today
    changed = {"status": status, "days": {status: day}, **_given(given)}
    if status == "decided" and one.status != status:
        changed["path"] = path(company, one, day)
    _write(company, one, changed)


def _write(company: "Company", action: Action, changed: dict[str, Any]) -> None:
    try:
        now = company.decide(action, changed)
    except ValueError as error:
        refuse(str(error), 1)
    due = f", due {now.due}" if now.due and now.status in ("decided", "started") else ""
    told = f"{now.id[:8]} {now.status}, {now.department}{due}"
    typer.echo(f"{told}: {_reader(company).say(now.text)}")


def _known(name: str, value: str, allowed: Sequence[str]) -> None:
    from revwork.data.wording import nearest

    if value and value not in [*allowed]:
        refuse(f"{name} {value} is none{nearest(value, allowed)}")


def _given(options: dict[str, str | None]) -> dict[str, Any]:
    """The options that were given, days as days; an empty text takes a value away."""
    told = {name: value for name, value in options.items() if value is not None}
    return told | ({"due": _day("due", told["due"])} if "due" in told else {})


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        refuse(f'--{name} "{text}" is no day: write it as 2026-09-14.')


def _reader(company: "Company") -> "Reader":
    from revwork.report.words import Reader

    return Reader(company.language, company.currency)


def _table(found: Sequence[Action], company: "Company", reader: "Reader") -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in ("id", "status", "due", "effort", "department", "expected a year", "what to do"):
        table.add_column(name, justify="right" if name == "expected a year" else "left",
                         no_wrap=name != "what to do")  # fmt: skip
    for one in found:
        is_late = one.is_overdue(company.today)
        due = f"{one.due or ''}{' overdue' * is_late}"
        worth = reader.money(one.expected.value) if one.expected else ""
        cells = (one.id[:8], one.status, Text(due, "red" if is_late else ""), one.effort)
        told = f"{reader.say(said(one.finding, 'claim'))} → {reader.say(one.text)}"
        table.add_row(*cells, one.department, worth, Text(told))
    return table


def _changed(name: str, was: object, now: object) -> str:
    return f"{name} {now}" if was in (None, "") else f"{name} {was} → {now}"


def _plain(value: object) -> str:
    """Days and moments as ISO text."""
    return value.isoformat() if isinstance(value, date) else str(value)
