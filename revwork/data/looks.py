"""What stands in each column of a file: its different values, and of what kind they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from revwork.data import layout
from revwork.data.sql import Engine, name

if TYPE_CHECKING:
    from revwork.data.sources import Raw

_NUMBER = r"[-+(]?\W{0,3}[A-Z]{0,3}\s?\d[\d.,'\s]*\W{0,3}(\s?[A-Z]{3})?"
_LOOKED_AT = 500
_FEW = 40


@dataclass(frozen=True)
class Values:
    """What stands in a column, none empty and none twice, and whether it is days or numbers."""

    cells: Sequence[object]
    kind: str


def values_in(engine: Engine, raw: "Raw") -> dict[str, Values]:
    """Return the values of each column in the first few hundred rows; of few words, all."""
    listed = ", ".join(map(name, raw.types))
    rows = engine.execute(f"SELECT {listed} FROM raw LIMIT {_LOOKED_AT}").fetchall()
    columns = zip(*rows, strict=True) if rows else [()] * len(raw.types)
    pairs = zip(raw.types, columns, strict=True)
    found = {}
    for column, cells in pairs:
        kept = list(dict.fromkeys(cell for cell in map(_value, cells) if cell not in (None, "")))
        kind = _kind(kept)
        if kind == "words" and len(kept) < _FEW:
            distinct = f"SELECT DISTINCT {name(column)} AS it FROM raw WHERE it <> '' ORDER BY 1"
            kept = [
                _value(cell) for (cell,) in engine.execute(f"{distinct} LIMIT {_FEW}").fetchall()
            ]
        found[column] = Values(kept, kind)
    return found


def _value(cell: object) -> object:
    plain = isinstance(cell, str | int | float | date) or cell is None
    return cell if plain else str(cell)


def are_shares(values: Values) -> bool:
    """Return whether all values are numbers from 0 to 1."""
    numbers = [str(cell).replace(",", ".") for cell in values.cells]
    return values.kind == "numbers" and all(
        re.fullmatch(r"0?\.\d+|[01](\.0*)?", n) for n in numbers
    )


def _kind(cells: Sequence[object]) -> str:
    if cells and all(map(_is_day, cells)):
        return "days"
    return "numbers" if sum(map(_is_number, cells)) >= 0.9 * len(cells) else "words"


def _is_number(cell: object) -> bool:
    if isinstance(cell, str):
        return re.fullmatch(_NUMBER, cell.strip(), re.I) is not None and not _is_day(cell)
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _is_day(cell: object) -> bool:
    if not isinstance(cell, str):
        return isinstance(cell, date)
    text = re.split(r"[T ]\d{1,2}:", cell.strip())[0].rstrip(",")
    return any(_reads(text, form) for form in layout.LAYOUTS)


def _reads(text: str, form: str) -> bool:
    try:
        return 1900 <= datetime.strptime(text, form).year <= 2100
    except ValueError:
        return False
