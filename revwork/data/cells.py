"""Every cell in the type its contract wants, in DuckDB, from the table `raw`.

Empty are blank cells, NULL, \\N, N/A and #N/A, and among numbers and days also NA, none and
a dash. Decimals keep as many digits as their contract, rounded half up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import ibis.expr.datatypes as dt

from revwork.contracts import contract
from revwork.data import layout
from revwork.data.quality import Note, note
from revwork.data.source import Source
from revwork.data.sql import Engine, duckdb_type, literal, name, seen
from revwork.data.sql import columns as columns_of
from revwork.data.wording import DataError

_EMPTY = ("", "null", r"\n", "n/a", "#n/a")
_EMPTY_VALUE = (*_EMPTY, "na", "none", "-", "–", "—")
_ANSWERS = (("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0"))
_FLOATS = ("DOUBLE", "FLOAT")
_EDGE = "' \t\r\n\u00a0\u202f\ufeff'"
_EDGY = r"^[\s\x{00A0}\x{202F}\x{FEFF}]|[\s\x{00A0}\x{202F}\x{FEFF}]$"


@dataclass(frozen=True)
class Column:
    """A column, the header that fills it, its type there, the one wanted, and coded values."""

    name: str
    header: str
    given: str
    wanted: dt.DataType
    allowed: Sequence[str]
    codes: Mapping[str, str]

    @property
    def is_text(self) -> bool:
        """Whether its cells are read as text, not having the kind wanted already."""
        moment = self.given == "DATE" or self.given.startswith("TIMESTAMP")
        number = self.given.startswith((*_FLOATS, "DECIMAL")) or "INT" in self.given
        fits = (
            (self.wanted.is_temporal() and moment)
            or (self.wanted.is_numeric() and number)
            or (self.wanted.is_boolean() and self.given == "BOOLEAN")
        )
        return bool(self.codes) or not fits

    @property
    def kind(self) -> str:
        """The type wanted, as DuckDB calls it."""
        return duckdb_type(self.wanted)


@dataclass(frozen=True)
class Reading:
    """SQL by column, what is wrong by column, and notes."""

    sql: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def columns(source: Source, types: Mapping[str, str], mapped: Mapping[str, str]) -> list[Column]:
    """Return the mapped columns in the contract's order, the company's own as text behind."""
    fields = contract(source.name).to_schema().columns
    found = []
    for column, header in mapped.items():
        checks = fields[column].checks if column in fields else []
        listed = [check.statistics["allowed_values"] for check in checks if check.name == "isin"]
        wanted = fields[column].dtype.type if column in fields else dt.string
        codes = source.values.get(column, {})
        found.append(Column(column, header, types[header], wanted, [*chain(*listed)], codes))
    return found


def read(engine: Engine, source: Source, found: Sequence[Column], home: tuple[str, str]) -> Reading:
    """Make the view `cells`, as given, and the view `typed`, as wanted, of the table `raw`.

    Both number the source's rows in `_row`; of several files `_file` names the row's. `home`: the
    company's time zone and currency.
    """
    file = ["_file"] if "_file" in columns_of(engine, "raw") else []
    untidy = _untidy(engine, found)
    reading = Reading(notes=list(_empty_words(engine, source.name, untidy)))
    given = ["rowid AS _row", *file, *(f"{_given(c, untidy)} AS {name(c.name)}" for c in found)]
    view = f"SELECT {', '.join(given)} FROM raw"
    if untidy:
        cells = ["_row", *file, *(f"{_cell(c, untidy)} AS {name(c.name)}" for c in found)]
        engine.execute(f"CREATE TABLE tidied AS SELECT {', '.join(cells)} FROM ({view})")
        view = "FROM tidied"
    engine.execute(f"CREATE VIEW cells AS {view}")
    time_zone, currency = home
    mark = _mark(engine, source, found, currency, reading)
    for column in found:
        sql = f"NULL::{column.kind}"
        if column.name not in reading.wrong:
            try:
                sql = _typed(engine, source, column, (mark, time_zone), reading)
            except DataError as error:
                reading.wrong[column.name] = str(error)
        reading.sql[column.name] = sql
    typed = ["_row", *file, *(f"{sql} AS {name(column)}" for column, sql in reading.sql.items())]
    engine.execute(f"CREATE VIEW typed AS SELECT {', '.join(typed)} FROM cells")
    return reading


def clear(engine: Engine) -> None:
    """Drop what reading a source left behind."""
    for view in ("typed", "cells", "written"):
        engine.execute(f"DROP VIEW IF EXISTS {view}")
    for table in ("added", "tidied", "raw"):
        engine.execute(f"DROP TABLE IF EXISTS {table}")


def _untidy(engine: Engine, found: Sequence[Column]) -> list[Column]:
    """The columns of text with cells to trim, to translate or to take for empty."""
    texts = [one for one in found if one.is_text]
    tidy = [one for one in texts if one.given == "VARCHAR" and not one.codes]
    odd = [
        f"(SELECT bool_or({_is_odd(one)}) FROM (SELECT DISTINCT {name(one.header)} AS v FROM raw))"
        for one in tidy
    ]
    flags = engine.execute(f"SELECT {', '.join(odd)}").fetchone() if odd else ()
    sound = [one for one, flag in zip(tidy, flags, strict=True) if not flag]
    return [one for one in texts if one not in sound]


def _is_odd(column: Column) -> str:
    empty = ", ".join(map(literal, _empty(column)))
    odd = f"regexp_matches(v, '{_EDGY}') OR lower(v) IN ({empty})"
    known = ", ".join(map(literal, column.allowed))
    return f"{odd} OR v NOT IN ({known})" if known else odd


def _given(column: Column, untidy: Sequence[Column]) -> str:
    """SQL of the cell in `raw`, trimmed where it is to be read as text."""
    given = name(column.header)
    if column not in untidy:
        return given
    if column.given in _FLOATS:
        whole = f"{given} = trunc({given}) AND abs({given}) < 1e15"
        given = f"CASE WHEN {whole} THEN {given}::BIGINT::VARCHAR ELSE {given}::VARCHAR END"
    text = f"{given}::VARCHAR"
    return f"CASE WHEN regexp_matches({text}, '{_EDGY}') THEN trim({text}, {_EDGE}) ELSE {text} END"


def _cell(column: Column, untidy: Sequence[Column]) -> str:
    """SQL of the cell with its codes translated, null where it is empty."""
    cell = name(column.name)
    if column not in untidy:
        return cell
    codes = {one: one for one in column.allowed}
    codes |= {theirs.strip().lower(): ours for theirs, ours in column.codes.items()}
    known = " ".join(
        f"WHEN lower(coalesce({cell}, '')) = {literal(theirs)} THEN nullif({literal(ours)}, '')"
        for theirs, ours in codes.items()
    )
    empty = ", ".join(map(literal, _empty(column)))
    return f"CASE {known} WHEN lower({cell}) IN ({empty}) THEN NULL ELSE {cell} END"


def _empty(column: Column) -> Sequence[str]:
    return _EMPTY if column.wanted.is_string() else _EMPTY_VALUE


def _empty_words(engine: Engine, table: str, found: Sequence[Column]) -> Iterator[Note]:
    """Words that were taken for empty cells without being told."""
    template = "{table:text}: {count:number} cells read as empty. Example: {example:text}"
    for header, column in ((one.header, one) for one in found if one.given == "VARCHAR"):
        empty = f"lower({name(header)}) IN ({', '.join(map(literal, _untold(column)))})"
        count, word = engine.execute(
            f"SELECT count(*), min({name(header)}) FROM raw WHERE {empty}"
        ).fetchone()
        if count:
            place = seen(engine, f"{name(header)} = {literal(word)}", "raw")
            yield note(table, "empty_words", template, count, f"{header} {word}{place}")


def _untold(column: Column) -> list[str]:
    told = {word.strip().lower() for word in column.codes}
    return [word for word in _empty(column) if word and word not in told]


def _mark(
    engine: Engine, source: Source, found: Sequence[Column], currency: str, reading: Reading
) -> str:
    """The file's decimal mark, declared or found out."""
    texts = [one.name for one in found if one.wanted.is_numeric() and one.given == "VARCHAR"]
    if not texts:
        return source.decimal or "."
    try:
        layout.gather(engine, texts)
        layout.check_signs(engine, source.name, _currencies(engine, source, currency))
        if source.decimal:
            return source.decimal
        marks = layout.marks(engine, source.name)
    except DataError as error:
        reading.wrong.update(dict.fromkeys(texts, str(error)))
        return "."
    if marks.thousands:
        template = "{table:text}: {count:number} rows read as thousands. Example: {example:text}"
        found_note = note(source.name, "thousands", template, marks.thousands, marks.example)
        reading.notes.append(found_note)
    return marks.decimal


def _currencies(engine: Engine, source: Source, home: str) -> list[str]:
    """What amounts may be in: the currencies that rows name, else the one declared or at home."""
    if "currency" not in columns_of(engine, "cells"):
        return [source.currency or home]
    query = "SELECT DISTINCT upper(currency) FROM cells WHERE currency IS NOT NULL ORDER BY 1"
    return [code for (code,) in engine.execute(query).fetchall()] or [source.currency or home]


def _typed(
    engine: Engine, source: Source, column: Column, how: tuple[str, str], reading: Reading
) -> str:
    mark, time_zone = how
    if column.wanted.is_boolean():
        return _yes_or_no(column)
    if column.wanted.is_numeric():
        return _number(column, mark if column.given == "VARCHAR" else ".")
    if column.wanted.is_temporal():
        return _day(engine, source, column, time_zone)
    if column.name == "currency":
        return f"upper({name(column.name)})"
    if column.name.endswith("_id") and column.given == "VARCHAR":
        return _identifier(engine, source.name, name(column.name), reading)
    return name(column.name)


def _yes_or_no(column: Column) -> str:
    if not column.is_text:
        return name(column.name)
    cell, yes, no = f"lower({name(column.name)})", *(", ".join(map(literal, w)) for w in _ANSWERS)
    return f"CASE WHEN {cell} IN ({yes}) THEN true WHEN {cell} IN ({no}) THEN false END"


def _number(column: Column, mark: str) -> str:
    cell, kind = name(column.name), "DECIMAL(38, 9)" if column.kind == "BIGINT" else column.kind
    read = layout.number(cell, mark, kind) if column.is_text else f"TRY_CAST({cell} AS {kind})"
    if not column.is_text and (column.given == kind or column.given.startswith("DECIMAL(18")):
        read = cell if column.kind == "BIGINT" else read
    if column.kind == "BIGINT":
        return f"CASE WHEN {read} = trunc({read}) THEN TRY_CAST({read} AS BIGINT) END"
    return f"CASE WHEN isfinite({read}) THEN {read} END" if kind == "DOUBLE" else read


def _day(engine: Engine, source: Source, column: Column, time_zone: str) -> str:
    """A day, or where the contract wants one a moment, as clocks show it in the time zone."""
    cell = name(column.name)
    if column.is_text:
        days = layout.days(engine, column.name, source.name, source.date_format)
        moment = layout.moment(cell, days, source.time_zone, time_zone)
    elif column.given == "TIMESTAMP WITH TIME ZONE":
        moment = layout.local(cell, None, time_zone)
    elif source.time_zone and _has_clocks(engine, cell):
        moment = layout.local(f"{cell}::TIMESTAMP", source.time_zone, time_zone)
    else:
        moment = cell
    return f"({moment})::{column.kind}"


def _has_clocks(engine: Engine, cell: str) -> bool:
    query = f"SELECT bool_or({cell} <> date_trunc('day', {cell})) FROM cells"
    return bool(engine.execute(query).fetchone()[0])


def _identifier(engine: Engine, table: str, cell: str, reading: Reading) -> str:
    """Identifiers without the .0 that comes from being kept as numbers on the way."""
    whole = rf"regexp_full_match({cell}, '\d+\.0+')"
    if engine.execute(f"SELECT 1 FROM cells WHERE NOT {whole} LIMIT 1").fetchone():
        return cell
    query = f"SELECT count({cell}), min({cell}) FROM cells"
    count, example = engine.execute(query).fetchone()
    if not count:
        return cell
    template = "{table:text}: {count:number} identifiers read as whole. Example: {example:text}"
    reading.notes.append(note(table, "whole_numbers", template, count, example))
    return f"split_part({cell}, '.', 1)"
