"""The command line: revwork init, import, match, check, run, params, lab, history, diff, prune."""

import logging
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from revwork.commands import history

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__
)


@app.callback()
def revwork() -> None:
    """The revenue workbench: departmental data in, an interactive revenue report out."""


@app.command()
def run(
    notebooks: Annotated[
        list[str] | None, typer.Argument(help="01_revenue, or a path; all where none is named")
    ] = None,
    p: Annotated[
        list[str] | None, typer.Option("-p", metavar="NAME=VALUE", help="set a parameter")
    ] = None,
    workspace: Annotated[str, typer.Option(help="folder that holds revwork.toml")] = "",
    out: Annotated[Path, typer.Option(file_okay=False, help="where reports are published")] = Path(
        "reports"
    ),
    to: Annotated[
        str, typer.Option(metavar="FORMATS", help="html, pdf, pptx, xlsx; html is always there")
    ] = "html",
) -> None:
    """Execute notebooks and publish the report. Exit 0 all succeeded, 1 some failed, 2 usage."""
    from revwork.run import plan
    from revwork.run.formats import asked
    from revwork.run.runner import run as execute_all
    from revwork.workspace import open_company

    try:
        formats = asked(to)
        given = dict(_setting(text) for text in p or [])
        if workspace:
            given["workspace"] = str(open_company(workspace).folder)
        settled = plan.settle(plan.find(notebooks or []), given)
    except ValueError as error:
        _refuse(error)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _progress(len(settled)) as told:
            whole = not notebooks and not p
            manifest = execute_all(settled, out, whole, told, formats)
    except KeyboardInterrupt:
        logging.getLogger("asyncio").disabled = True  # the kernel's client would mourn its task
        typer.echo("revwork: stopped before anything was published.", err=True)
        raise
    _summary(manifest, out)
    raise typer.Exit(0 if manifest["status"] == "succeeded" else 1)


@app.command()
def params(notebook: Annotated[str, typer.Argument(help="01_revenue, or a path")]) -> None:
    """Say which parameters a notebook takes: name, type, default, meaning."""
    from rich.console import Console
    from rich.table import Table

    from revwork.run import plan

    try:
        taken = plan.parameters(plan.find([notebook])[0])
    except ValueError as error:
        _refuse(error)
    table = Table("parameter", "type", "default", "meaning")
    for parameter in taken:
        is_plain = isinstance(parameter.kind, type)
        kind = parameter.kind.__name__ if is_plain else str(parameter.kind).split(".")[-1]
        table.add_row(parameter.name, kind, repr(parameter.default), parameter.help)
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
        _refuse(error)
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
        _refuse(error)
    for line in looked.shown:
        typer.echo(line)
    asks = sys.stdin.isatty()
    wanted = [one for one in looked.entries if yes or (asks and typer.confirm(one.question))]
    if looked.entries and not yes and not asks:
        typer.echo("revwork: nothing was written: answer at a terminal, or say --yes.", err=True)
    try:
        place = intake.write(company, wanted) if wanted else None
    except ValueError as error:
        _refuse(error)
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
        _refuse(error)
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
        _refuse(error)
    reads = {notebook.stem: plan.reads(notebook) for notebook in plan.find([])}
    found = facts(company, reads, Reader(company.language, company.currency).say)
    if as_json:
        import json

        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        from revwork.report.terminal import show

        show(found)
    raise typer.Exit(0 if found["usable"] else 1)


app.command()(history.history)
app.command()(history.diff)
app.command()(history.prune)


def main() -> None:
    """Entry point of the `revwork` command."""
    app()


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"-p {text}: write it as NAME=VALUE.")
    return name, value


def _refuse(error: ValueError) -> None:
    typer.echo(f"revwork: {error}", err=True)
    raise typer.Exit(2)


def _progress(total: int):
    """Give `told(name, at, of)`: a bar on a terminal, one line an event elsewhere."""
    from contextlib import contextmanager

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    @contextmanager
    def shown():
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task("starting", total=total)

            def told(name: str, at: int, of: int) -> None:
                bar.update(task, description=name, completed=at)
                if bar.disable:
                    typer.echo(f"{name} ({at + 1} of {of})", err=True)

            yield told
            bar.update(task, description="published", completed=total)

    return shown()


def _summary(manifest: dict, out: Path) -> None:
    for entry in manifest["notebooks"]:
        why = f": {entry['reason']}" if entry["reason"] else ""
        typer.echo(f"{entry['notebook']}: {entry['status']} in {entry['seconds']} s{why}")
    typer.echo(f"Open {(out / manifest['run'] / 'index.html').resolve()}")
