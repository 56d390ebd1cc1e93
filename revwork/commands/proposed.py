"""The actions that commands speak of: what the newest run proposes, beside the register."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from revwork.actions import Action, Step

if TYPE_CHECKING:
    from revwork.workspace import Company


def every(company: "Company", out: Path) -> list[Action]:
    """Return what the newest run proposes and what is decided, most worth first."""
    from revwork.analysis import folded
    from revwork.analysis.actions import proposals
    from revwork.findings import Unanswered
    from revwork.pack import open_run

    known = registered(company)
    try:
        pack = open_run(out)
        run = json.loads((pack.folder / "manifest.json").read_text("utf-8"))
    except Unanswered:
        return proposals.actions([], known, company.today)
    except (OSError, ValueError) as error:
        refuse(f"the run in {out / 'latest'} cannot be read: {error}", 1)
    if run["workspace"] != company.name:
        refuse(f"the run in {out} is {run['workspace']}'s, not {company.name}'s: say --out.")
    as_of = date.fromisoformat(run["as_of"]) if run["as_of"] else company.today
    return proposals.actions(folded.topics(pack.findings), known, as_of)


def registered(company: "Company") -> list[Action]:
    """Return the actions of the register; exit 1 where it cannot be read."""
    try:
        return company.actions()
    except ValueError as error:
        refuse(str(error), 1)


def company_of(workspace: str) -> "Company":
    """Return the company of a workspace; exit 2 where there is none."""
    from revwork.workspace import open_company

    try:
        return open_company(workspace)
    except ValueError as error:
        refuse(str(error))


def find(wanted: str, found: Sequence[Action]) -> Action:
    """Return the one action whose id begins so; exit 2 where there is none, or several."""
    from revwork.data.wording import nearest

    fits = [one for one in found if any(own.startswith(wanted) for own in one.ids)]
    if len(fits) == 1:
        return fits[0]
    ids = [one.id[:8] for one in found]
    why = f"{len(fits)} actions begin so" if fits else "there is none"
    refuse(f"no action {wanted}: {why}{nearest(wanted[:8], ids)}")


def path(company: "Company", action: Action, day: date) -> Sequence[Step]:
    """Return what is expected from a day on if nothing is done; say so where data do not tell."""
    from revwork.analysis import sales
    from revwork.analysis.actions.outcomes import kept_path

    names = ["products", "customers", "fx_rates"]
    try:
        tables = company.tables(needs=["orders"], enriches=names).until(day.isoformat())
    except ValueError as error:
        typer.echo(f"revwork: what is expected without it is not kept: {error}", err=True)
        return ()
    lines = sales.lines(tables.orders, *(getattr(tables, name) for name in names), company.currency)
    return kept_path(lines, action, min(day, tables.as_of))


def refuse(why: str, code: int = 2) -> NoReturn:
    """Say what was wrong, and end with the exit code."""
    typer.echo(f"revwork: {why}", err=True)
    raise typer.Exit(code)
