"""revwork run: execute notebooks and publish what they say."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import cpu_count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from revwork.commands.words import refuse

if TYPE_CHECKING:
    from revwork.run.request import Request

Told = Callable[[str, int, int, str], None]


def run(  # noqa: PLR0913, PLR0917
    notebooks: Annotated[
        list[str] | None, typer.Argument(help="01_revenue, or a path; all where none is named")
    ] = None,
    p: Annotated[
        list[str] | None, typer.Option("-p", metavar="NAME=VALUE", help="set a parameter")
    ] = None,
    params: Annotated[
        Path | None, typer.Option(help="values of parameters, as YAML or TOML; -p goes before")
    ] = None,
    matrix: Annotated[
        Path | None, typer.Option(help="many sets of values, as YAML or TOML: a pack of each")
    ] = None,
    shard: Annotated[
        str, typer.Option(metavar="K/N", help="only the K-th of N parts of the matrix")
    ] = "",
    workspace: Annotated[str, typer.Option(help="folder that holds revwork.toml")] = "",
    out: Annotated[Path, typer.Option(file_okay=False, help="where reports are published")] = Path(
        "reports"
    ),
    jobs: Annotated[int, typer.Option(min=1, help="reports at once")] = cpu_count() or 1,
    to: Annotated[
        str, typer.Option(metavar="FORMATS", help="html, pdf, pptx, xlsx; html is always there")
    ] = "html",
    resume: Annotated[
        bool, typer.Option("--resume", help="finish the run that was stopped, if one was")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="execute what did not change, too")
    ] = False,
) -> None:
    """Execute notebooks and publish the report. Exit 0 all succeeded, 1 some failed, 2 usage."""
    try:
        request = _request(notebooks or [], _given(p or [], params, workspace), matrix, shard, to)
    except ValueError as error:
        refuse(error)
    asks = notebooks or p or params or matrix or workspace or to != "html"
    wanted = (request if asks else None) if resume else False
    manifest = _executed(request, out, wanted, jobs, force)
    _summary(manifest, out)
    _tell(request, out / manifest["run"])
    raise typer.Exit(0 if manifest["status"] == "succeeded" else 1)


def _executed(
    request: "Request", out: Path, wanted: "Request | bool | None", jobs: int, force: bool
) -> dict[str, Any]:
    """The manifest of the run; `wanted`: False to begin one, else the stopped one, None for any."""
    from revwork.report.export import Unpublishable
    from revwork.run import runner
    from revwork.run.making import Way

    for stop in (signal.SIGINT, signal.SIGTERM):  # a shell has a job in the background ignore one
        signal.signal(stop, signal.default_int_handler)
    try:
        with _progress() as told:
            way = Way(jobs, force, told, _wait)
            left = None if wanted is False else runner.resume(out, wanted, way)
            return left or runner.run(request, out, way)
    except KeyboardInterrupt:
        typer.echo(f"revwork: stopped before anything was published.{_rest(out)}", err=True)
        raise
    except (Unpublishable, OSError) as error:
        _tell(request, out / "unpublished")
        why = getattr(error, "strerror", None) or error
        refuse(f"{why}: nothing was published.{_rest(out)}", 1)


def _request(
    notebooks: list[str], given: dict[str, Any], matrix: Path | None, shard: str, to: str
) -> "Request":
    from revwork.run import plan, sets
    from revwork.run.formats import asked
    from revwork.run.request import Request

    formats, found = asked(to), plan.find(notebooks)
    whole = not notebooks and not given.keys() - {"workspace"}
    if not matrix:
        if shard:
            raise plan.UsageError(f"--shard {shard} is a part of a matrix: name its --matrix FILE.")
        return Request({"": plan.settle(found, given)}, whole, formats)
    every = sets.sets(matrix)
    plans = {name: plan.settle(found, {**given, **values}) for name, values in every.items()}
    chosen = sets.shard([*plans], shard) if shard else [*plans]
    told = sets.fingerprint(every)
    return Request({name: plans[name] for name in chosen}, False, formats, told, shard)


def _given(settings: list[str], params: Path | None, workspace: str) -> dict[str, Any]:
    """The values by name; the command line's own before the file's."""
    from revwork.run.sets import settings as of_file
    from revwork.workspace import open_company

    given = {**(of_file(params) if params else {}), **dict(map(setting, settings))}
    return {**given, "workspace": str(open_company(workspace).folder)} if workspace else given


def setting(text: str) -> tuple[str, str]:
    """Return NAME=VALUE apart; ValueError where it is not written so."""
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"-p {text}: write it as NAME=VALUE.")
    return name, value


@contextmanager
def _progress() -> Iterator[Told]:
    """Give `told`: a bar on a terminal, one line an event elsewhere."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("starting", total=None)

        def told(name: str, at: int, of: int, why: str) -> None:
            bar.update(task, description=name, completed=at - 1, total=of)
            if bar.disable:
                typer.echo(f"{name} ({at} of {of}){': ' + why if why else ''}", err=True)

        yield told


def _wait(holder: str) -> None:
    typer.echo(f"revwork: waiting for {holder}.", err=True)


def _rest(out: Path) -> str:
    """What can be done with what a stopped run has finished."""
    from revwork.run.staging import unfinished

    return " What is finished is kept: revwork run --resume." if unfinished(out) else ""


def _tell(request: "Request", folder: Path) -> None:
    """Tell whoever wants to hear of it; say who could not be told, and what the rules found."""
    from revwork.report.notice import alert_lines, unjudged_lines
    from revwork.report.words import Reader
    from revwork.run import notify

    if company := request.company:
        lines = [*map(str, notify.tell(company, folder))]
        found, reader = notify.judged(company, folder), Reader("en", company.currency)
        lines += [*alert_lines(found, reader), *unjudged_lines(found, reader)]
        for line in lines:
            typer.echo(line)


def _summary(manifest: dict, out: Path) -> None:
    for entry in manifest["notebooks"]:
        since = entry["unchanged_since"]
        why = entry["reason"] or (f"unchanged since {since}" if since else "")
        name = "/".join(filter(None, [entry.get("set"), entry["notebook"]]))
        took = f"{entry['status']} in {entry['seconds']} s"
        typer.echo(f"{name}: {took}{': ' + why if why else ''}")
        for row in entry["stale"]:
            typer.echo(f"{name}: {row['sentence']}")
    if manifest.get("reason"):
        typer.echo(f"revwork: {manifest['reason']}.")
    typer.echo(f"Open {(out / manifest['run'] / 'index.html').resolve()}")
