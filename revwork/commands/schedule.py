"""revwork schedule: the lines that cron and systemd read, ready to be put in their place."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from revwork.commands.words import refuse

if TYPE_CHECKING:
    from revwork.workspace import Company

_CRON = "# cron: crontab -e, then these two lines; the second makes up for a time that was missed"
_SYSTEMD = "# or systemd: two files in /etc/systemd/system or ~/.config/systemd/user"
_ENABLE = "# then: systemctl enable --now revwork.timer (with --user for the second place)"


def schedule(
    context: typer.Context,
    run: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN…]", help="all that `revwork run` takes")
    ] = None,
    at: Annotated[
        str,
        typer.Option(help='by this machine\'s clock; "weekday 06:30", "monday 06:30", "1 06:30"'),
    ] = "06:00",
    env: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="secrets as NAME='value'"),
    ] = None,
    missed: Annotated[
        bool, typer.Option("--missed", help="print nothing: exit 0 if a time was missed, else 1")
    ] = False,
) -> None:
    """Print cron and systemd entries for `revwork run`; installs nothing. Exit 0, 2 usage.

    A time missed while the machine was off: cron's second line makes up for it within the hour,
    systemd by itself.
    """
    from revwork.run import timetable
    from revwork.workspace import open_company

    asked = context.parent.command.commands["run"].make_context("run", [*(run or [])])
    try:
        when = timetable.times(at)
        if missed:
            raise typer.Exit(
                0 if timetable.missed(when, asked.params["out"], datetime.now()) else 1
            )
        company = open_company(asked.params["workspace"] or "data/sample")
        program = [sys.executable, "-P", "-m", "revwork"]
        due = ["schedule", "--missed", "--at", at, "--out", str(asked.params["out"])]
        job = timetable.Job([*program, "run", *(run or [])], Path.cwd(), env and env.resolve())
        lines = timetable.cron(when, job, [*program, *due])
        units = timetable.systemd(when, job, "revwork")
    except ValueError as error:
        refuse(error)
    files = "\n".join(f"# {name}\n{text}" for name, text in units.items())
    reminder = "" if env else _reminder(company)
    typer.echo(
        "\n".join([_CRON, lines, "", _SYSTEMD, "", files, _ENABLE, *filter(None, [reminder])])
    )


def _reminder(company: "Company") -> str:
    """Name the variables that the workspace refers to: neither cron nor systemd reads a profile."""
    from revwork.data.secrets import variables

    addresses = [source.address for source in company.sources.values()] + [*company.notify.all]
    names = sorted({name for address in addresses for name in variables(address)})
    way_out = "write NAME='value' lines into a file that only you can read, and say --env FILE"
    return (
        f"# {company.name} needs {', '.join(names)} in the environment: {way_out}" if names else ""
    )
