"""A table for a file nobody has described: which of its columns may be which, and why.

A header speaks for a column by its spelling, by a known word for it or by likeness; values that
are not of the column's kind speak against it. What is proposed is shown, never taken for granted.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import SequenceMatcher
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import ibis

from revwork.contracts import TABLES, contract
from revwork.data import layout
from revwork.data.sql import Engine, name

if TYPE_CHECKING:
    from revwork.data.sources import Raw

_ALIKE = 0.86
_NUMBER = r"[-+(]?\W{0,3}[A-Z]{0,3}\s?\d[\d.,'\s]*\W{0,3}(\s?[A-Z]{3})?"
_LOOKED_AT = 500
_FEW = 40
_BESIDE = ("eur", "usd", "gbp", "property")
_KEYS = ("id", "code", "no", "nr", "number", "key", "ref", "reference", "codigo", "numero")


@dataclass(frozen=True)
class Match:
    """A header taken for a column: how sure (0 to 1), why, values under it and what they mean."""

    column: str
    header: str
    sure: float
    why: str
    examples: Sequence[str]
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """The table a file may be: its columns, required ones it lacks, headers left over.

    `repeats`: its key does not tell most rows apart; `named`: the file is called like the table.
    """

    table: str
    matches: Sequence[Match]
    lacks: Sequence[str]
    unused: Sequence[str]
    repeats: bool
    named: bool

    @property
    def likeness(self) -> tuple[bool, float]:
        """What proposals are compared by: nothing lacking, then how much it explains."""
        explained = sum(match.sure for match in self.matches)
        return not self.lacks, explained + 2 * self.named - len(self.lacks)


@dataclass(frozen=True)
class _Values:
    """What stands in a column, none empty and none twice, and whether it is days or numbers."""

    cells: Sequence[object]
    kind: str


@cache
def synonyms() -> Mapping[str, Sequence[str]]:
    """Return column → other words for it."""
    return {column: words for column, words in _words().items() if column != "values"}


def propose(engine: Engine, raw: "Raw", path: Path) -> Proposal | None:
    """Return the likeliest table for the table `raw`, None where none has half of what it needs."""
    cells = _cells(engine, raw)
    found = [_proposal(engine, table, raw, (cells, path)) for table in TABLES]
    needed = {table: len(_required(table)) for table in TABLES}
    usable = [
        one
        for one in found
        if len(one.matches) + one.named > 1
        and not one.repeats
        and 2 * len(one.lacks) <= needed[one.table]
    ]
    return max(usable, key=lambda one: one.likeness, default=None)


@cache
def _words() -> Mapping[str, object]:
    return tomllib.loads(Path(__file__).with_name("synonyms.toml").read_text("utf-8"))


def _cells(engine: Engine, raw: "Raw") -> dict[str, _Values]:
    """Values of each column in the first few hundred rows; of few different ones, all."""
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
        found[column] = _Values(kept, kind)
    return found


def _value(cell: object) -> object:
    plain = isinstance(cell, str | int | float | date) or cell is None
    return cell if plain else str(cell)


def _proposal(
    engine: Engine, table: str, raw: "Raw", seen: tuple[Mapping[str, _Values], Path]
) -> Proposal:
    cells, path = seen
    pairs = sorted(_pairs(table, raw, cells), key=lambda pair: -pair[1].sure)
    taken: dict[str, Match] = {}
    headers: dict[str, str] = {}
    for own, match in pairs:
        if match.column not in headers and own not in taken:
            taken[own], headers[match.column] = match, own
    key = contract(table).to_schema().unique or []
    return Proposal(
        table=table,
        matches=sorted(
            taken.values(), key=lambda match: list(raw.headers.values()).index(match.header)
        ),
        lacks=_lacks(table, headers),
        unused=[theirs for own, theirs in raw.headers.items() if own not in taken],
        repeats=bool(key)
        and set(key) <= set(headers)
        and _repeats(engine, [headers[c] for c in key]),
        named=_plain(table) in {_plain(path.stem), _plain(path.parent.name)},
    )


def _pairs(table: str, raw: "Raw", cells: Mapping[str, _Values]) -> Iterator[tuple[str, Match]]:
    schema = contract(table).to_schema()
    key = schema.unique[0] if len(schema.unique or ()) == 1 else ""
    for own, theirs in raw.headers.items():
        for column, wanted in schema.columns.items():
            sure, why = _affinity(theirs, column, table.rstrip("s"))
            if not sure and column == key and _plain(theirs) in _KEYS:
                sure, why = 0.7, "a word for the key"
            fits = _fits(wanted, cells[own])
            if column == "discount" and _are_shares(cells[own]):
                fits = None  # a rate, where the contract wants money
            if sure and fits is not None:
                examples = [str(cell)[:30] for cell in cells[own].cells[:3]]
                told = f"{why}{f', values are {fits}' if fits else ''}"
                codes = _codes(column, wanted, cells[own].cells)
                yield own, Match(column, theirs, sure, told, examples, codes)


@cache
def _affinity(header: str, column: str, row: str) -> tuple[float, str]:
    """How surely a header means a column, and why; a currency or what a row is do not count."""
    words = [column, *synonyms().get(column, ())]
    beside = (*_BESIDE, row)
    spellings = {_plain(header), "".join(w for w in _split(header) if w not in beside)} - {""}
    if _plain(column) in spellings:
        return 1, "same name"
    for place, word in enumerate(words[1:]):
        if _plain(word) in spellings:
            return 0.95 - place / 200, f"{word} is a word for it"
    known = f" {_plain(header, ' ')} "
    if part := next(
        (w for w in words if len(_split(w)) > 1 and f" {_plain(w, ' ')} " in known), ""
    ):
        return 0.8, f"it holds {part.replace('_', ' ')}"
    share, near = max((_likeness(_plain(header), word), word) for word in words)
    if share < _ALIKE:
        return 0, ""
    return share * 0.8, f"like {near.replace('_', ' ')} ({share:.0%})"


def _codes(column: str, wanted: object, cells: Sequence[object]) -> dict[str, str]:
    """What values mean that the contract does not know as they are."""
    allowed = [c.statistics["allowed_values"] for c in wanted.checks if c.name == "isin"]
    known = _words()["values"].get(column, {})
    meaning = {_plain(word): ours for ours, words in known.items() for word in (ours, *words)}
    meaning |= {_plain(ours): ours for listed in allowed for ours in listed}
    return {
        str(cell): meaning[_plain(str(cell))]
        for cell in (cells if allowed else ())
        if str(cell).strip().lower() not in allowed[0]
        and meaning.get(_plain(str(cell))) in allowed[0]
    }


def _likeness(plain: str, word: str) -> float:
    compared = SequenceMatcher(None, plain, _plain(word))
    return compared.ratio() if compared.quick_ratio() >= _ALIKE else 0


def _fits(wanted: object, values: "_Values") -> str | None:
    """What the values are, if the column wants that; None where they are something else."""
    kind = wanted.dtype.type
    allowed = [c.statistics["allowed_values"] for c in wanted.checks if c.name == "isin"]
    if not values.cells:
        return ""
    if kind.is_date() or kind.is_numeric():
        fitting = "days" if kind.is_date() else "numbers"
        return fitting if values.kind == fitting else None
    if allowed:
        return "" if len(values.cells) <= 3 * len(allowed[0]) + 5 else None
    return None if values.kind == "days" else ""


def _are_shares(values: "_Values") -> bool:
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


def _required(table: str) -> list[str]:
    fields = contract(table).to_schema().columns
    return [column for column, field in fields.items() if not field.nullable]


def _lacks(table: str, headers: Mapping[str, str]) -> list[str]:
    """Required columns that neither a header nor the contract's own completion gives."""
    fields = contract(table).to_schema().columns
    kinds = {column: fields[column].dtype.type for column in headers}
    there = ibis.table({**kinds, "_row": "int64"}, name="there")
    complete = getattr(import_module(f"revwork.contracts.{table}"), "complete", None)
    given = set((complete(there) if complete else there).columns)
    return [column for column in _required(table) if column not in given]


def _repeats(engine: Engine, key: Sequence[str]) -> bool:
    listed = ", ".join(map(name, key))
    counted = f"SELECT count(*) > 2 * count(DISTINCT ({listed})) FROM raw"
    return engine.execute(counted).fetchone()[0]


def _plain(words: str, between: str = "") -> str:
    """Words without case, accents and punctuation."""
    return between.join(_split(words))


@cache
def _split(words: str) -> list[str]:
    bare = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words)).casefold()
    return re.findall(r"[a-z0-9]+", re.sub(r"[\u0300-\u036f]", "", bare))
