"""What `revwork check` found, for a terminal: a bar of rows per month, then what to know."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_BARS = " ▁▂▃▄▅▆▇█"
_WIDE = 100


def show(found: Mapping[str, Any], console: Console | None = None) -> None:
    """Print the facts of `revwork.data.check` by department, most useful first."""
    console = console or Console(highlight=False)
    console = console if console.is_terminal else Console(width=_WIDE, highlight=False)
    head = f"{found['company']}: data to {found['as_of']}, checked on {found['today']}"
    console.print(Text(head, "bold"))
    for department in found["departments"]:
        if department["tables"]:
            console.print(_tables(department))
            _print(console, _remarks(department["tables"]))
    _print(console, _closing(found))


def _print(console: Console, lines: Iterator[Text]) -> None:
    for line in lines:
        console.print(line, soft_wrap=not console.is_terminal)


def _tables(department: Mapping[str, Any]) -> Table:
    grid = Table(box=None, show_header=False, padding=(0, 1, 0, 1), title_justify="left")
    grid.title = Text(f"\n{department['department'].capitalize()}", "bold")
    for width, justify in ((20, "left"), (11, "right"), (24, "left"), (36, "left")):
        grid.add_column(width=width, justify=justify, no_wrap=True)
    for one in department["tables"]:
        broken = bool(one["breaches"])
        rows = "unusable" if one["rows"] is None else f"{one['rows']:,} rows"
        style = "red" if broken else "cyan"
        grid.add_row(one["table"], rows, _period(one), Text(bar(one["months"]), style))
    return grid


def bar(months: list[int]) -> str:
    """Return rows per month as a line of bars; a month without rows is blank."""
    most = max(months, default=0)
    steps = len(_BARS) - 1
    return "".join(_BARS[-(-rows * steps // most) if most else 0] for rows in months)


def _period(table: Mapping[str, Any]) -> str:
    if table["first_day"] is None:
        return ""
    return f"{table['first_day']} – {table['last_day']}"


def _remarks(tables: list[Mapping[str, Any]]) -> Iterator[Text]:
    for one in tables:
        place = f"{one['table']} ({one['place']})"
        yield from (Text(f"   ✗ {place}: {said}", "red") for said in one["breaches"])
        yield from (Text(f"   ! {said}", "yellow") for said in one["warnings"])


def _closing(found: Mapping[str, Any]) -> Iterator[Text]:
    if found["reconciliations"]:
        yield Text("\nBetween departments", "bold")
    for one in found["reconciliations"]:
        agrees = "unanswered" in one or one["agree"]
        yield Text(f"   {'·' if agrees else '≠'} {one['sentence']}")
    yield Text("\nNotebooks", "bold")
    for one in found["notebooks"]:
        lacks = f": lacks {', '.join(one['lacks'])}" if one["lacks"] else ""
        without = f", without {', '.join(one['without'])}" if one["without"] else ""
        yield Text(f"   {'✓' if one['ready'] else '✗'} {one['notebook']}{lacks}{without}")
    absent = [one for department in found["departments"] for one in department["absent"]]
    if absent:
        yield Text("\nOne more table would answer", "bold")
    for one in absent:
        opens = "".join(f" Opens {name}." for name in one["enables"])
        adds = "".join(f" Adds to {name}." for name in one["enriches"])
        said = one["answers"].removeprefix("It answers ")
        yield Text(f"   + {one['table']}: {said}{opens}{adds}")
