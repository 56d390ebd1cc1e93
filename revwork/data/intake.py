"""`revwork import`: what a file is, shown with its evidence, and its section of revwork.toml."""

import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path

import duckdb

from revwork.contracts import TABLES, contract
from revwork.data.headers import spelling
from revwork.data.preset import NAMES, beside, nearest_preset, preset, recognised
from revwork.data.propose import Proposal, propose, synonyms
from revwork.data.source import FILE, Source
from revwork.data.sources import Raw, inside, open_raw
from revwork.data.sql import Wanted
from revwork.data.wording import DataError, rows
from revwork.workspace import Company


@dataclass(frozen=True)
class Entry:
    """What a table can be read from: lines to show of it, and its section of revwork.toml."""

    file: str
    table: str
    shown: Sequence[str]
    section: str

    @property
    def question(self) -> str:
        """What is to be confirmed."""
        return f"Write {self.file} as [tables.{self.table}]?"


@dataclass(frozen=True)
class Looked:
    """What files were looked at: what can be written, lines to show of all, is any left."""

    entries: Sequence[Entry]
    shown: Sequence[str]
    left: bool


@dataclass(frozen=True)
class _Guess:
    """A file taken for a table: by which name, why, how it is declared, what its values mean.

    `within`: the table or sheet of the file.
    """

    path: Path
    table: str
    title: str
    evidence: Sequence[str]
    lines: Sequence[str]
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rank: float = inf
    within: str = ""


def files(named: Iterable[Path]) -> list[Path]:
    """Return the files named and those in named folders, hidden and written ones aside.

    Raises DataError for what is not there.
    """
    found = []
    for path in named:
        if not path.exists():
            raise DataError(f"{path} is not there")
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [one for one in inside if one.is_file() and not _aside(one.relative_to(path))]
    return list(dict.fromkeys(one.resolve() for one in found))


def look_at(company: Company, paths: Sequence[Path]) -> Looked:
    """Return what the files are; those alike in one folder are one table, by a pattern."""
    guesses: list[_Guess] = []
    aside: list[str] = []
    for path, place in _places(company, paths, aside):
        try:
            guesses += _guesses(company, path, place)
        except DataError as error:
            said = " ".join(error.sentences)
            aside.append(f"{_named(company, path)}{_within(place)}: {said}")
    entries = []
    for table in dict.fromkeys(one.table for one in guesses):
        found = (one for one in guesses if one.table == table)
        first, *others = sorted(found, key=lambda one: one.rank, reverse=True)
        alike = [first, *(one for one in others if one.lines == first.lines)]
        pattern = _pattern(company, [one.path for one in alike])
        entries.append(_entry(company, alike, pattern))
        used = alike if pattern else [first]
        rest = [one for one in (first, *others) if one not in used]
        aside += [
            f"{_named(company, one.path)}{one.within}: left aside, {table} has a file"
            for one in rest
        ]
    shown = [line for one in entries for line in one.shown]
    return Looked(tuple(entries), (*shown, *aside), bool(aside))


def write(company: Company, entries: Sequence[Entry]) -> Path:
    """Append the sections to revwork.toml, all that stands there kept as it is; return its path.

    Raises DataError where the workspace would not open with them; then nothing is written.
    """
    place = company.folder / FILE
    before = place.read_text("utf-8-sig")
    after = "\n\n".join([before.rstrip("\n"), *(entry.section for entry in entries)]) + "\n"
    try:
        tomllib.loads(after)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{place} would not be read any more: {error}") from None
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=company.folder, delete=False
    ) as new:
        new.write(after)
    shutil.copymode(place, new.name)
    os.replace(new.name, place)
    return place


def _aside(path: Path) -> bool:
    hidden = any(part.startswith((".", "~")) for part in path.parts)
    about = path.stem.lower() in ("readme", "license")
    return hidden or about or path.suffix.lower() in (".toml", ".md", ".py")


def _named(company: Company, path: Path) -> str:
    """The file as revwork.toml names it: from the workspace if it lies in it."""
    inside = path.is_relative_to(company.folder)
    return (path.relative_to(company.folder) if inside else path).as_posix()


def _places(
    company: Company, paths: Iterable[Path], aside: list[str]
) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Each file with each table in it; what cannot be opened is told in `aside`."""
    for path in paths:
        try:
            yield from ((path, place) for place in inside(path))
        except DataError as error:
            aside.append(f"{_named(company, path)}: {' '.join(error.sentences)}")


def _within(place: Mapping[str, str]) -> str:
    return "".join(f", {kind} {name}" for kind, name in place.items())


def _every_header() -> Wanted:
    columns = [column for table in TABLES for column in contract(table).to_schema().columns]
    words = [word for column in synonyms().values() for word in column]
    known = [header for name in NAMES for header in preset(name).headers]
    return dict.fromkeys(map(spelling, [*columns, *words, *known]))


def _unknown(raw: Raw) -> str:
    listed = ", ".join(list(raw.headers.values())[:8])
    near = nearest_preset(raw.headers.values())
    if not near:
        return f"is like no table that is known; its header is {listed}"
    lacks = ", ".join(f'"{header}"' for header in near[1])
    return f"is no export that is known; nearest are {near[0].title}, which also have {lacks}"


def _guesses(company: Company, path: Path, place: Mapping[str, str]) -> list[_Guess]:
    """What the file, or the table in it, is: a known export, or a proposal with its evidence."""
    if there := [one for one in company.sources.values() if _is_at(one, path, place)]:
        raise DataError(f"is [tables.{there[0].name}] already")
    engine, file = duckdb.connect(), _named(company, path)
    source = Source(name=TABLES[0], folder=company.folder, file=file, preset=NAMES[0], **place)
    try:
        raw = open_raw(engine, source, _every_header())
    except duckdb.Error as error:
        raise DataError(f"cannot be read: {str(error).splitlines()[0]}") from None
    said = [f"{kind} = {_text(name)}" for kind, name in place.items()]
    if known := recognised(raw.headers.values()):
        further = [one for one in beside(known) if one.table not in company.sources]
        found = [
            _Guess(path, one.table, one.title, (), [*said, f'preset = "{one.name}"'])
            for one in (known, *further)
        ]
    elif one := propose(engine, raw, Path(path.parent, *place.values() or [path.name])):
        found = [_proposed(path, one, raw, said)]
    else:
        raise DataError(_unknown(raw))
    _check_free(company, found[0])
    return [replace(one, within=_within(place)) for one in found]


def _is_at(source: Source, path: Path, place: Mapping[str, str]) -> bool:
    within = all(getattr(source, kind) in (name, None) for kind, name in place.items())
    return source.path.resolve() == path and within


def _check_free(company: Company, guess: _Guess) -> None:
    if guess.table in company.sources:
        raise DataError(
            f"{guess.title} for {guess.table}, but {FILE} has [tables.{guess.table}] already, "
            f"from {company.sources[guess.table].place}; take that section out first"
        )


def _proposed(path: Path, one: Proposal, raw: Raw, said: Sequence[str]) -> _Guess:
    above = next((note.count for note in raw.notes if note.kind == "preamble"), 0)
    lines = [*said, *([f"header_row = {above + 1}"] if above else [])]
    unlike = [match for match in one.matches if spelling(match.header) != match.column]
    if unlike:
        lines.append(f"[tables.{one.table}.columns]")
        lines += [f"{match.column} = {_text(match.header)}" for match in unlike]
    codes = {match.column: match.codes for match in one.matches if match.codes}
    title = "a mapping is proposed"
    return _Guess(path, one.table, title, _evidence(one), lines, codes, one.likeness)


def _evidence(one: Proposal) -> list[str]:
    width = max(len(match.header) for match in one.matches)
    found = [
        f"  {match.header:<{width}} → {match.column}: {match.why}; {', '.join(match.examples)}"
        for match in one.matches
    ]
    found += [
        f"  {theirs} in {match.header} → {ours}: a word for it"
        for match in one.matches
        for theirs, ours in match.codes.items()
    ]
    fields = contract(one.table).to_schema().columns
    found += [f"  lacks {column}: {fields[column].description}" for column in one.lacks]
    return [*found, f"  not used: {', '.join(one.unused)}"] if one.unused else found


def _pattern(company: Company, paths: Sequence[Path]) -> str:
    """The pattern of several files, if it fits these and no others."""
    folder, suffix = paths[0].parent, "".join(paths[0].suffixes)
    fits = {one for one in folder.glob(f"*{suffix}") if not one.name.startswith((".", "~"))}
    return _named(company, folder / f"*{suffix}") if len(paths) > 1 and fits == {*paths} else ""


def _entry(company: Company, guesses: Sequence[_Guess], pattern: str) -> Entry:
    first = guesses[0]
    file, table = pattern or _named(company, first.path), first.table
    lines = [f"[tables.{table}]", f"file = {_text(file)}", *first.lines]
    codes: dict[str, dict[str, str]] = {}
    for one in guesses if pattern else guesses[:1]:
        for column, meant in one.codes.items():
            codes[column] = codes.get(column, {}) | dict(meant)
    for column, meant in codes.items():
        lines.append(f"[tables.{table}.values.{column}]")
        lines += [f"{_text(theirs)} = {_text(ours)}" for theirs, ours in meant.items()]
    section = "\n".join(lines)
    tried = f"  {_tried(company, table, section)}"
    said = f"{file}{first.within} → {table}: {first.title}"
    return Entry(file, table, [said, *first.evidence, tried], section)


def _tried(company: Company, table: str, section: str) -> str:
    """How the file loads as the section says."""
    spec = tomllib.loads(section)["tables"][table]
    source = Source(**spec, name=table, folder=company.folder)
    try:
        tables = replace(company, sources={table: source}).tables(enriches=[table])
    except DataError as error:
        first, *others = error.sentences
        first = first.removeprefix(f"{table} ({source.file}): ")
        return f"does not load yet: {first}" + (f" And {len(others)} more." if others else "")
    read = tables.inputs[0]
    if not read.rows:
        whys = [rule.why for rule in preset(source.preset).left_out] if source.preset else []
        aside = f" other than {' and '.join(whys)}, which are left out" if whys else ""
        return f"loads, but has no rows{aside}"
    days = f" from {read.first_day} to {read.last_day}" if read.first_day else ""
    return f"loads: {rows(read.rows)}{days}"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
