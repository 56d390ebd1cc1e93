"""revwork collect: join the shards of a matrix."""

from pathlib import Path
from typing import Annotated

import typer

from revwork.commands.words import refuse


def collect(
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="DIR…", help="folders that shards were run into")
    ] = None,
    out: Annotated[Path, typer.Option(file_okay=False, help="where the whole is published")] = Path(
        "reports"
    ),
) -> None:
    """Join the newest shards of a matrix to one run. Exit 0 all succeeded, 1 some failed, 2 usage.

    A shard is what `revwork run --matrix FILE --shard K/N` published.
    """
    from revwork.run import sets

    try:
        manifest = sets.collect(folders or [out], out)
    except ValueError as error:
        refuse(error)
    typer.echo(f"{len(manifest['sets'])} sets: {manifest['status']}")
    typer.echo(f"Open {(out / manifest['run'] / 'index.html').resolve()}")
    raise typer.Exit(0 if manifest["status"] == "succeeded" else 1)
