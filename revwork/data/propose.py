"""A table for a file nobody has described: which of its columns may be which, and why.

A header speaks for a column by its spelling, by a known word for it or by likeness; values that
are not of the column's kind speak against it. What is proposed is shown, never taken for granted.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import ibis

from revwork.contracts import TABLES, contract
from revwork.data.looks import Values, are_shares, values_in
from revwork.data.sql import Engine, name

if TYPE_CHECKING:
    from revwork.data.sources import Raw

_ALIKE = 0.86
_BESIDE = ("eur", "usd", "gbp", "property")
_NAMES = ("name", "title", "text", "description")
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

    `repeats`: its key does not tell its rows apart; `named`: the file is called like the table.
    """

    table: str
    matches: Sequence[Match]
    lacks: Sequence[str]
    unused: Sequence[str]
    repeats: bool
    named: bool

    @property
    def is_likely(self) -> bool:
        """Whether enough speaks for it, and not only headers that many tables have."""
        needed = _required(self.table)
        whole = len(needed) > 2 and not self.lacks
        explains = 3 * len(self.matches) >= len(self.matches) + len(self.unused)
        enough = len(self.matches) + self.named > 1 and 2 * len(self.lacks) <= len(needed)
        return enough and not self.repeats and (self.named or whole or explains)

    @property
    def likeness(self) -> float:
        """What proposals are compared by: how much it explains, less what it lacks."""
        return sum(match.sure for match in self.matches) + 2 * self.named - 2 * len(self.lacks)


@cache
def synonyms() -> Mapping[str, Sequence[str]]:
    """Return column → other words for it."""
    return {column: words for column, words in _words().items() if column != "values"}


def propose(engine: Engine, raw: "Raw", path: Path) -> Proposal | None:
    """Return the likeliest table for the table `raw`, None where none has half of what it needs."""
    cells = values_in(engine, raw)
    found = [_proposal(engine, table, raw, (cells, path)) for table in TABLES]
    likely = [one for one in found if one.is_likely]
    return max(likely, key=lambda one: one.likeness, default=None)


@cache
def _words() -> Mapping[str, object]:
    return tomllib.loads(Path(__file__).with_name("synonyms.toml").read_text("utf-8"))


def _proposal(
    engine: Engine, table: str, raw: "Raw", seen: tuple[Mapping[str, Values], Path]
) -> Proposal:
    cells, path = seen
    named = _is_named(table, path)
    pairs = sorted(_pairs(table, raw, cells, named), key=lambda pair: -pair[1].sure)
    taken: dict[str, Match] = {}
    headers: dict[str, str] = {}
    for own, match in pairs:
        if match.column not in headers and own not in taken:
            taken[own], headers[match.column] = match, own
    for own, match in _coded(table, raw, cells):
        if match.column not in headers:
            taken[f"{own} as {match.column}"], headers[match.column] = match, own
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
        named=named,
    )


def _coded(table: str, raw: "Raw", cells: Mapping[str, Values]) -> Iterator[tuple[str, Match]]:
    """Columns that must be one of a few words, under headers whose every value means one."""
    for column in _required(table):
        wanted = contract(table).to_schema().columns[column]
        for own, theirs in raw.headers.items():
            codes = _codes(column, wanted, cells[own].cells)
            known = [
                c for check in wanted.checks for c in check.statistics.get("allowed_values", ())
            ]
            words = {str(cell) for cell in cells[own].cells if str(cell).lower() not in known}
            if known and cells[own].cells and words == codes.keys():
                examples = [str(cell)[:30] for cell in cells[own].cells[:3]]
                yield own, Match(column, theirs, 0.9, "all its values are known", examples, codes)


def _is_named(table: str, path: Path) -> bool:
    """Whether the file, or its folder, is called like the table or like what a row of it is."""
    kinds = {_singular(_plain(word)) for word in (table, *synonyms().get(_own_key(table), ()))}
    words = {_singular(word) for word in _split(path.name.partition(".")[0])}
    return bool(kinds & words) or _plain(table) == _plain(path.parent.name)


@cache
def _own_key(table: str) -> str:
    """The column that tells its rows apart, unless that is what another table is about."""
    key = (contract(table).to_schema().unique or [""])[0]
    others = {f"{_singular(other)}_id" for other in TABLES if other != table}
    return key if key.endswith("_id") and key not in others else ""


def _singular(word: str) -> str:
    return re.sub("ies$", "y", word).removesuffix("s")


def _pairs(
    table: str, raw: "Raw", cells: Mapping[str, Values], named: bool
) -> Iterator[tuple[str, Match]]:
    schema = contract(table).to_schema()
    key = _own_key(table) if named else ""
    for own, theirs in raw.headers.items():
        for column, wanted in schema.columns.items():
            sure, why = _affinity(theirs, column, table.rstrip("s"))
            if not sure and column == key and _plain(theirs) in _KEYS:
                sure, why = 0.7, "a word for the key"
            fits = _fits(wanted, cells[own])
            if column == "discount" and are_shares(cells[own]):
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


def _fits(wanted: object, values: Values) -> str | None:
    """What the values are, if the column wants that; None where they are something else."""
    kind, column = wanted.dtype.type, wanted.name
    allowed = [c.statistics["allowed_values"] for c in wanted.checks if c.name == "isin"]
    if not values.cells:
        return ""
    if kind.is_date() or kind.is_numeric():
        fitting = "days" if kind.is_date() else "numbers"
        return fitting if values.kind == fitting else None
    if allowed:
        return "" if len(values.cells) <= 3 * len(allowed[0]) + 5 else None
    if column.rpartition("_")[2] in _NAMES and values.kind == "numbers":
        return None
    return None if values.kind == "days" else ""


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
    counted = f"SELECT 9 * count(*) > 10 * count(DISTINCT ({listed})) FROM raw"
    return engine.execute(counted).fetchone()[0]


def _plain(words: str, between: str = "") -> str:
    """Words without case, accents and punctuation."""
    return between.join(_split(words))


@cache
def _split(words: str) -> list[str]:
    bare = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words)).casefold()
    return re.findall(r"[a-z0-9]+", re.sub(r"[\u0300-\u036f]", "", bare))
