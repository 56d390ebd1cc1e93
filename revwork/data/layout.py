"""How a file writes numbers and days: found out from all of its values, in DuckDB.

Text is looked at in the table `cells`, trimmed, null where empty. One layout must fit every
value of a column of days, one decimal mark all numbers of a file; where two would give
different results the file is refused with the evidence, since a guess would change revenue.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from babel.numbers import list_currencies

from revwork.data.sql import Engine, literal, name, seen
from revwork.data.wording import DataError, rows

LAYOUTS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    *("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y"),
    *("%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%d.%m.%y"),
    *("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y"),
    *("%y/%m/%d", "%y-%m-%d", "%y.%m.%d"),
)

_BLANK = r"[\s\x{00A0}\x{2007}\x{2009}\x{202F}]"
_CODES = "|".join(sorted(list_currencies()))
_SIGN = rf"^(?:{_CODES}){_BLANK}|{_BLANK}(?:{_CODES})$|\p{{Sc}}"
_DOLLARS = ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP")
_GROUPED = rf"(\d)(?:{_BLANK}|['’])(\d)"
_NEGATIVE = r"^\((.+)\)$|^([^-].*)-$"
_DOUBT = r"[-+]?[1-9]\d{0,2}%s\d{3}"
_COMMA = r"[-+]?(\d*|\d{1,3}([.']\d{3})+),\d*|[-+]?\d{1,3}(\.\d{3}){2,}"
_POINT = r"[-+]?(\d*|\d{1,3}([,']\d{3})+)\.\d*([eE][-+]?\d+)?|[-+]?\d{1,3}(,\d{3}){2,}"
_NUMBER = {
    ",": r"[-+]?(\d+|\d{1,3}(\.\d{3})+|\d{1,3}('\d{3})+|)(,\d*)?",
    ".": r"[-+]?(\d+|\d{1,3}(,\d{3})+|\d{1,3}('\d{3})+|)(\.\d*)?([eE][-+]?\d+)?",
}
_MOMENT = (
    r"^(.*?),?(?:[T\s]+(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[AaPp]\.?[Mm]\.?)?)"
    r"\s*(Z|UTC|[-+]\d{2}(?::?\d{2})?)?)?$"
)
_YEARS, _DECADES = 5, 20
_MIDNIGHT = r"|0?0:00(:00([.,]0+)?)?|12:00(:00)?\s*[Aa]\.?[Mm]\.?"
_CLOCKS = "['%H:%M:%S', '%H:%M', '%I:%M:%S %p', '%I:%M %p']"


@dataclass(frozen=True)
class Marks:
    """The decimal mark of a file; how many rows hold thousands only it tells, and an example."""

    decimal: str
    thousands: int = 0
    example: str = ""


@dataclass(frozen=True)
class Days:
    """The layout of a column's days; whether clocks follow, other than midnight, with offsets."""

    layout: str
    clocks: bool
    moments: bool
    offsets: bool


def gather(engine: Engine, columns: Sequence[str]) -> None:
    """Make the table `numbers` of the columns' different cells, and how often each is there."""
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE numbers AS "
        + " UNION ALL ".join(
            f"SELECT {literal(column)} AS name, {name(column)} AS cell, count(*) AS n "
            f"FROM cells WHERE {name(column)} IS NOT NULL GROUP BY ALL"
            for column in columns
        )
    )


def check_signs(engine: Engine, table: str, currencies: Sequence[str]) -> None:
    """Raise DataError where `numbers` bear different currency signs, or another than expected."""
    sign = f"trim(regexp_extract(cell, {literal(_SIGN)}))"
    for symbol, code in (("€", "EUR"), ("£", "GBP"), ("$", "USD")):
        sign = f"replace({sign}, '{symbol}', '{code}')"
    signs = _tally(engine, sign)
    signs.pop("", None)
    if len(signs) > 1:
        raise DataError(
            "amounts bear different currency signs: "
            + ", ".join(_shown(engine, found) for found in signs.values())
            + "; export amounts without sign and the currency in a column of its own"
        )
    for sign, found in signs.items():
        meant = _DOLLARS if sign == "USD" else (sign,)
        if sign.isalpha() and not {*currencies} & {*meant}:
            raise DataError(
                f"amounts bear {sign} in {_shown(engine, found)}, and {' or '.join(currencies)} "
                f'is expected: say currency = "{sign}" under [tables.{table}], or correct the '
                "currency of the row"
            )


def marks(engine: Engine, table: str) -> Marks:
    """Return how `numbers`, taken together, write decimals.

    Raises DataError where some values need a comma and others a point, or where only numbers
    like 1,234 are there to tell.
    """
    kind = " ".join(
        f"WHEN regexp_full_match({_bare('cell')}, {literal(shape)}) THEN '{kind}'"
        for kind, shape in (
            ("doubt,", _DOUBT % ","),
            ("doubt.", _DOUBT % r"\."),
            (",", _COMMA),
            (".", _POINT),
        )
    )
    found = _tally(engine, f"CASE {kind} END")
    comma, point, doubt = found.get(","), found.get("."), found.get("doubt,") or found.get("doubt.")
    if comma and point:
        raise DataError(
            f"mixes decimal marks: a comma in {_shown(engine, comma)}, "
            f"a point in {_shown(engine, point)}; "
            "export all numbers alike"
        )
    if doubt and not (comma or point):
        raise DataError(
            "numbers may hold thousands or decimals, no value settles it: "
            f"{_shown(engine, doubt)}. "
            f'Say decimal = "," or decimal = "." under [tables.{table}]'
        )
    return Marks("," if comma else ".", *found.get("doubt." if comma else "doubt,", ()))


def number(cell: str, mark: str, kind: str) -> str:
    """Return SQL that reads the text `cell` as `kind`, exactly; null where it is no number."""
    bare, thousands = _bare(cell), "," if mark == "." else "."
    plain = f"replace(replace(replace({bare}, '''', ''), '{thousands}', ''), ',', '.')"
    read = (
        f"CASE WHEN regexp_full_match({bare}, {literal(_NUMBER[mark])}) "
        f"THEN TRY_CAST({plain} AS {kind}) END"
    )
    written = f"replace({cell}, '_', '?')"  # DuckDB takes 1_000 for a number
    return f"coalesce(TRY_CAST({written} AS {kind}), {read})" if mark == "." else read


def days(engine: Engine, column: str, table: str, declared: str | None) -> Days:
    """Return the layout that fits every value of `column` of `cells`, else the `declared` one.

    Raises DataError where values fit different layouts or none, or where two layouts fit
    them all and give different days.
    """
    part = f"regexp_extract({name(column)}, {literal(_MOMENT)}, ['day', 'clock', 'shift'])"
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE days AS SELECT part.day AS day, sum(n)::BIGINT AS n, "
        "bool_or(part.clock <> '') AS clocks, bool_or(part.shift <> '') AS offsets, "
        f"bool_or(NOT regexp_full_match(part.clock, '{_MIDNIGHT}')) AS moments "
        f"FROM (SELECT {part} AS part, n FROM (SELECT {name(column)}, count(*) AS n "
        f"FROM cells WHERE {name(column)} IS NOT NULL GROUP BY 1)) GROUP BY 1"
    )
    layout = re.split(r"[T\s]*%[HI]", declared)[0] if declared else _layout(engine, column, table)
    flags = "SELECT bool_or(clocks), bool_or(moments), bool_or(offsets) FROM days"
    return Days(layout, *map(bool, engine.execute(flags).fetchone()))


def moment(cell: str, days: Days, theirs: str | None, ours: str) -> str:
    """Return SQL that reads the text `cell` as a moment, null where it is none.

    A moment with an offset, or of the declared time zone `theirs`, is what clocks show in the
    time zone `ours`; any other is local already. Without a clock it is midnight.
    """
    part, clock, shift = (f"regexp_extract({cell}, {literal(_MOMENT)}, {i})" for i in (1, 2, 3))
    day = _date(part if days.clocks else cell, days.layout)
    if not days.clocks:
        return day
    clock = f"regexp_replace({clock}, '[.,]\\d+', '')"
    clock = f"regexp_replace(upper({clock}), '\\s*([AP])\\.?M\\.?$', ' \\1M')"
    time = f"CASE {clock} WHEN '' THEN TIME '00:00' ELSE try_strptime({clock}, {_CLOCKS})::TIME END"
    given = f"({day} + {time})"
    if not days.offsets and not (theirs and days.moments):
        return given
    shift = f"replace({shift}, 'UTC', 'Z')"
    instant = f"TRY_CAST(strftime({given}, '%Y-%m-%d %H:%M:%S') || {shift} AS TIMESTAMPTZ)"
    naive = f"WHEN {clock} <> '' THEN {local(given, theirs, ours)}" if theirs else ""
    return f"CASE WHEN {shift} <> '' THEN {local(instant, None, ours)} {naive} ELSE {given} END"


def local(moment: str, theirs: str | None, ours: str) -> str:
    """Return SQL for a timestamp of time zone `theirs` (None: it knows) by the clocks of `ours`."""
    instant = f"{moment} AT TIME ZONE {literal(theirs)}" if theirs else moment
    return f"({instant} AT TIME ZONE {literal(ours)})"


def _bare(cell: str) -> str:
    """A number without blanks and currency, any minus in front, ' where a blank is inside."""
    bare = f"regexp_replace({cell}, {literal(_SIGN)}, '', 'g')"
    bare = f"regexp_replace({bare}, {literal(_GROUPED)}, '\\1''\\2', 'g')"
    bare = f"regexp_replace({bare}, {literal(_BLANK)}, '', 'g')"
    return f"regexp_replace(replace({bare}, '−', '-'), '{_NEGATIVE}', '-\\1\\2')"


def _tally(engine: Engine, kind: str) -> dict[str, tuple[int, str]]:
    found = engine.execute(
        f"SELECT {kind} AS kind, sum(n)::BIGINT, min(name || ' ' || cell) "
        "FROM numbers GROUP BY kind ORDER BY kind"
    ).fetchall()
    return {kind: (count, example) for kind, count, example in found}


def _shown(engine: Engine, found: tuple[int, str]) -> str:
    column, _, cell = found[1].partition(" ")
    place = seen(engine, f"{name(column)} = {literal(cell)}")
    return f"{rows(found[0])} such as {found[1]}{place}"


def _dated(engine: Engine, column: str, day: str) -> str:
    return day + seen(engine, f"starts_with({name(column)}, {literal(day)})")


def _date(part: str, layout: str) -> str:
    moment = f"try_strptime({part}, {literal(layout)})"
    whole = f" AND length({part}) = 8" if layout == "%Y%m%d" else ""
    return f"CASE WHEN {moment} >= DATE '1900-01-01'{whole} THEN {moment}::DATE END"


def _layout(engine: Engine, column: str, table: str) -> str:
    iso = f"day LIKE '____-__-__' AND ({_date('day', LAYOUTS[0])}) IS NOT NULL"
    if engine.execute(f"SELECT bool_and({iso}) FROM days").fetchone()[0]:
        return LAYOUTS[0]
    fits = ", ".join(f"({_date('day', layout)}) IS NOT NULL" for layout in LAYOUTS)
    found = engine.execute(
        f"SELECT [{fits}] AS fits, sum(n)::BIGINT, min(day) FROM days GROUP BY 1 ORDER BY 2 DESC, 3"
    ).fetchall()
    common = [layout for i, layout in enumerate(LAYOUTS) if all(row[0][i] for row in found)]
    if not common:
        raise DataError(_mixed(engine, column, table, found))
    likely = _likely(engine, common)
    for other in likely[1:]:
        _settled(engine, column, table, (likely[0], other))
    return likely[0]


def _likely(engine: Engine, layouts: list[str]) -> list[str]:
    """Without those that make decades of two digits where another makes a few years of them."""
    dates = [_date("day", layout) for layout in layouts]
    years = ", ".join(f"coalesce(max(year({one})) - min(year({one})), 0)" for one in dates)
    spans = engine.execute(f"SELECT {years} FROM days").fetchone()
    sure = [
        layout
        for layout, span in zip(layouts, spans, strict=True)
        if "%y" not in layout or span <= _DECADES or min(spans) > _YEARS
    ]
    return sure or layouts


def _settled(engine: Engine, column: str, table: str, layouts: tuple[str, str]) -> None:
    one, other = (_date("day", layout) for layout in layouts)
    doubt = engine.execute(
        f"SELECT day, {one}, {other} FROM days WHERE ({one}) <> ({other}) ORDER BY n DESC, 1"
    ).fetchone()
    if doubt:
        one, other = (f"{found.day} {found:%B %Y}" for found in doubt[1:])
        either = " or ".join(f'date_format = "{layout}"' for layout in layouts)
        raise DataError(
            f"{column}: {_dated(engine, column, doubt[0])} may be {one} or {other}, "
            f"no value settles it: say {either} under [tables.{table}]"
        )


def _mixed(
    engine: Engine, column: str, table: str, found: list[tuple[list[bool], int, str]]
) -> str:
    """Name the layouts that together fit most rows, the one that fits most first."""
    rest, parts = found, []
    while rest:
        fit = [sum(n for fits, n, _ in rest if fits[i]) for i in range(len(LAYOUTS))]
        best = fit.index(max(fit))
        part = [row for row in rest if row[0][best]] or rest
        how = LAYOUTS[best] if fit[best] else "no date"
        such = _dated(engine, column, part[0][2])
        parts.append(f"{rows(sum(n for _, n, _ in part))} as {how}, such as {such}")
        rest = [row for row in rest if row not in part]
    return (
        f"{column} has mixed date layouts, or none that is known: {'; '.join(parts)}. Export "
        f'them in one, or say under [tables.{table}] date_format = "…"'
    )
