"""The command line: data in, runs, and what became of them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from revwork.commands import history
from revwork.commands.actions import actions
from revwork.commands.collect import collect
from revwork.commands.run import run
from revwork.commands.schedule import schedule
from revwork.commands.words import refuse

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__
)


app.command(context_settings={"ignore_unknown_options": True})(schedule)


@app.callback()
def revwork() -> None:
    """The revenue workbench: departmental data in, an interactive revenue report out."""


app.command()(run)
app.command()(collect)


@app.command()
def params(notebook: Annotated[str, typer.Argument(help="01_revenue, or a path")]) -> None:
    """Say which parameters a notebook takes: name, type, default, meaning."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from revwork.run import plan

    try:
        taken = plan.parameters(plan.find([notebook])[0])
    except ValueError as error:
        refuse(error)
    table = Table("parameter", "type", "default", "meaning")
    for parameter in taken:
        told = (parameter.name, parameter.type_name, repr(parameter.default), parameter.help)
        table.add_row(*map(escape, told))
    Console().print(table)


@app.command()
def lab() -> None:
    """Open the notebooks in JupyterLab."""
    import subprocess

    from revwork.run.plan import folder

    raise typer.Exit(subprocess.call([sys.executable, "-m", "jupyterlab", str(folder())]))


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """Make a workspace: revwork.toml and a folder for each department. Exit 2 if there is one."""
    from revwork.data.start import begin

    try:
        place = begin(folder)
    except ValueError as error:
        refuse(error)
    typer.echo(f"{place} is made. Put files into its folders, then: revwork import FILE …")


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="files, or folders of them")],
    workspace: Annotated[str, typer.Option(help="folder that holds revwork.toml")] = ".",
    yes: Annotated[bool, typer.Option("--yes", help="write without asking")] = False,
) -> None:
    """Recognise exports or propose mappings, written on yes. Exit 0 all written, 1 not, 2 usage."""
    from revwork.data import intake
    from revwork.workspace import open_company

    try:
        company = open_company(workspace)
        looked = intake.look_at(company, intake.files(files))
    except ValueError as error:
        refuse(error)
    for line in looked.shown:
        typer.echo(line)
    asks = sys.stdin.isatty()
    wanted = [one for one in looked.entries if yes or (asks and typer.confirm(one.question))]
    if looked.entries and not yes and not asks:
        typer.echo("revwork: nothing was written: answer at a terminal, or say --yes.", err=True)
    try:
        place = intake.write(company, wanted) if wanted else None
    except ValueError as error:
        refuse(error)
    if place:
        typer.echo(f"Written to {place}")
    raise typer.Exit(0 if wanted and wanted == [*looked.entries] and not looked.left else 1)


@app.command()
def match(
    workspace: Annotated[str, typer.Option(help="folder that holds revwork.toml")] = ".",
) -> None:
    """Propose our product for each name in competitor_prices, to confirm by hand. Exit 0, 2 usage.

    Writes nothing: lines for revwork.toml, each behind a #.
    """
    from revwork.data import matching
    from revwork.workspace import open_company

    try:
        tables = open_company(workspace).tables(needs=["competitor_prices", "products"])
    except ValueError as error:
        refuse(error)
    for line in matching.lines(matching.proposals(tables.competitor_prices, tables.products)):
        typer.echo(line)


@app.command()
def check(
    workspace: Annotated[str, typer.Option(help="folder that holds revwork.toml")] = ".",
    as_json: Annotated[bool, typer.Option("--json", help="the same facts as JSON")] = False,
) -> None:
    """Say what of the data is usable, and what more would answer. Exit 0 usable, 1 not, 2 usage."""
    from revwork.data.check import facts
    from revwork.report.words import Reader
    from revwork.run import plan
    from revwork.workspace import open_company

    try:
        company = open_company(workspace)
    except ValueError as error:
        refuse(error)
    reads = {notebook.stem: plan.reads(notebook) for notebook in plan.find([])}
    found = facts(company, reads, Reader(company.language, company.currency).say)
    if as_json:
        import json

        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        from revwork.report.terminal import show

        show(found)
    raise typer.Exit(0 if found["usable"] else 1)


app.add_typer(actions, name="actions")
app.command()(history.history)
app.command()(history.diff)
app.command()(history.prune)


def main() -> None:
    """Entry point of the `revwork` command."""
    app()
