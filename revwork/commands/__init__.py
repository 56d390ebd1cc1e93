"""The commands of the command line, those of one thing in a module."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_WIDE = 180


def console() -> "Console":
    """Return a terminal as wide as it is; elsewhere one wide enough that no line is cut."""
    from rich.console import Console

    here = Console(highlight=False)
    return here if here.is_terminal else Console(width=_WIDE, highlight=False)
