"""Numbers of a text file that can be read as such at once, since nothing about them is in doubt."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain

import ibis.expr.datatypes as dt

from revwork.data.headers import spelling
from revwork.data.source import Source
from revwork.data.sql import Wanted

_PLAIN = {mark: re.compile(rf"[-+]?\d*(?:[{mark}]\d*)?") for mark in ",."}
_CLEAR = {mark: re.compile(rf"[-+]?\d+[{mark}](?:\d\d?|\d{{4,}})") for mark in ",."}


def plain_numbers(
    source: Source, wanted: Wanted, names: Sequence[str], head: Sequence[Sequence[str]]
) -> tuple[str, dict[str, str]]:
    """Return the decimal mark and name → type of the columns, by the file's first rows.

    Either every column of numbers is plain there and one of them shows the mark, or all is
    text. A later cell that is no plain number makes the file be read as text after all.
    """
    kinds = dict.fromkeys(names, "VARCHAR")
    if source.sql or source.preset:
        return ".", kinds
    coded = {spelling(source.columns.get(column, column)) for column in source.values}
    numbers = {
        one: wanted[spelling(one)]
        for one in names
        if spelling(one) in wanted and _is_number(wanted[spelling(one)])
    }
    cells = [
        [row[i] for row in head if i < len(row)] for i, one in enumerate(names) if one in numbers
    ]
    mark = source.decimal or _mark(chain(*cells))
    plain = mark and all(_PLAIN[mark].fullmatch(cell.strip()) for cell in chain(*cells))
    if not plain or coded & {spelling(one) for one in numbers}:
        return ".", kinds
    return mark, {**kinds, **{one: _kind(kind) for one, kind in numbers.items()}}


def _is_number(kind: dt.DataType | None) -> bool:
    return kind is not None and kind.is_numeric()


def _kind(kind: dt.DataType) -> str:
    if kind.is_floating():
        return "DOUBLE"
    return f"DECIMAL(18, {kind.scale if kind.is_decimal() else 4})"


def _mark(cells: Iterable[str]) -> str | None:
    """The decimal mark that some number shows beyond doubt, and none the other."""
    shown = {mark for cell in cells for mark in ",." if _CLEAR[mark].fullmatch(cell.strip())}
    return shown.pop() if len(shown) == 1 else None
