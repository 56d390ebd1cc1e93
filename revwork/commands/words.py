"""How a command says no."""

from typing import NoReturn

import typer


def refuse(error: Exception | str, code: int = 2) -> NoReturn:
    """Say what was wrong, and end with the exit code."""
    typer.echo(f"revwork: {error}", err=True)
    raise typer.Exit(code)
