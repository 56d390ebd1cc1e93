"""A metric by one dimension as readers see it: its card, its picture, its table, and a file."""

from typing import TYPE_CHECKING, Protocol

from revwork.metrics import Kpi, Unit
from revwork.report.download import download
from revwork.report.kpi import kpis
from revwork.report.table import table
from revwork.report.words import UNITS, Title, reader, titled

if TYPE_CHECKING:
    import pandas as pd

_LARGE = 10_000  # of smaller money a tenth of a change is worth saying


class Seen(Protocol):
    """A metric by one dimension: its card, its parts as charts draw them, and all as a table."""

    total: Kpi
    parts: "pd.DataFrame"
    table: "pd.DataFrame"
    title: Title
    adds: bool


def cut(seen: Seen, name: str = "") -> list:
    """Return the views of a metric: what adds up as bars, the rest as dots with intervals.

    `name` is what it was saved as. All is in the unit of the metric whose card `total` is.
    """
    from revwork.report import chart

    unit, metric = seen.total.unit, reader().label(seen.total.metric)
    picture = chart.bars if seen.adds else chart.dots
    drawn = picture(seen.parts, seen.title, name or metric, unit)
    return [kpis([seen.total]), drawn, *in_unit(seen.table, name or metric, unit)]


def in_unit(rows: "pd.DataFrame", title: Title, unit: Unit) -> list:
    """Return a table of a metric's values and their changes, and where nobody serves it as a file.

    Columns: any of current, base, target (in the unit), change, effect, own_effect, mix_effect
    (differences in the unit), and others as `table` shows them.
    """
    told, moved = UNITS[unit]
    if moved == "change":  # differences, not shares of what was
        is_large = unit == "money" and rows.current.abs().max() > _LARGE
        moved = "signed" if is_large else "gain"
    kinds = dict.fromkeys(["current", "base", "target"], told)
    kinds |= dict.fromkeys(["change", "effect", "own_effect", "mix_effect"], moved)
    about = title(rows) if callable(title) else title
    rows = rows.dropna(axis="columns", how="all")
    grid = table(rows, about, **{name: kind for name, kind in kinds.items() if name in rows})
    return [grid, download(rows, titled(about, rows))]
