"""A known export's rows as its preset says: the table `raw` under the contract's columns.

No row goes or comes uncounted: rows left out, added or gathered are noted with an example.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from revwork.contracts import contract
from revwork.data import layout
from revwork.data.headers import spelling
from revwork.data.preset import Preset, check, preset
from revwork.data.quality import Note, note
from revwork.data.sql import Engine, literal, name
from revwork.data.wording import DataError, rows

if TYPE_CHECKING:
    from revwork.data.source import Source
    from revwork.data.sources import Raw

_NUMBER = "DECIMAL(18, 4)"
_OWN = "own: "


def reshape(engine: Engine, source: "Source", raw: "Raw") -> tuple["Source", "Raw"]:
    """Return the source and its table `raw` as the contract's columns, if it has a preset.

    What revwork.toml says of a column counts before the preset. Raises DataError: headers
    missing, numbers that are none, rows the preset refuses, personal columns asked for.
    """
    if not source.preset:
        return source, raw
    one = preset(source.preset)
    if one.table != source.name:
        why = one.instead.get(source.name, "")
        raise DataError(
            why or f"{one.title} fill the table {one.table}: name it [tables.{one.table}]"
        )
    raw = _unfolded(engine, one, raw)
    check(one, raw.headers)
    own = _own(source, one, raw.headers)
    _give(engine, source, one, (raw, own))
    notes = [*raw.notes, *_sorted_out(engine, one)]
    notes += _shaped(engine, source, one, own)
    columns = [column for column in one.columns if column not in source.columns]
    kinds = dict(engine.execute("SELECT column_name, column_type FROM (DESCRIBE raw)").fetchall())
    headers = {c: c.removeprefix(_OWN) if c in own else f"{one.name}: {c}" for c in kinds}
    return _declared(source, one, columns), replace(raw, types=kinds, headers=headers, notes=notes)


def _declared(source: "Source", one: Preset, columns: list[str]) -> "Source":
    """The source with what its preset knows already, and no column matched by chance."""
    left = dict.fromkeys(contract(source.name).to_schema().columns, "")
    codes = {c: {**one.values.get(c, {}), **source.values.get(c, {})} for c in one.values}
    return replace(
        source,
        columns={**left, **{column: column for column in columns}, **source.columns},
        values={**source.values, **codes},
        decimal=source.decimal or one.decimal,
        time_zone=source.time_zone or one.time_zone,
    )


def _unfolded(engine: Engine, one: Preset, raw: "Raw") -> "Raw":
    """Rows that stand as a list in one cell, each as a row."""
    if raw.types.get(one.unfold, "")[-2:] != "[]":
        return raw
    engine.execute(
        f"CREATE OR REPLACE TABLE raw AS SELECT unnest({name(one.unfold)}, max_depth := 2) FROM raw"
    )
    kinds = dict(engine.execute("SELECT column_name, column_type FROM (DESCRIBE raw)").fetchall())
    return replace(raw, types=kinds, headers={column: column for column in kinds})


def _own(source: "Source", one: Preset, headers: Mapping[str, str]) -> dict[str, str]:
    """Columns that revwork.toml names itself: their name from here on → their name in `raw`."""
    wanted = {spelling(header) for header in [*source.columns.values(), *source.dimensions]}
    own = {_OWN + theirs: ours for ours, theirs in headers.items() if spelling(theirs) in wanted}
    personal = {column: header for header, column in one.found(headers).items()}
    asked = [personal[ours] for ours in own.values() if personal.get(ours) in one.personal]
    if asked and not source.keep_personal:
        raise DataError(
            f"{' and '.join(asked)} tells who somebody is and is not loaded; "
            f"if you may, say keep_personal = true under [tables.{source.name}]"
        )
    return own


def _give(engine: Engine, source: "Source", one: Preset, file: tuple["Raw", dict]) -> None:
    """Make the table `given` from `raw`: the preset's headers, whatever the file calls them."""
    raw, own = file
    found, wrong = one.found(raw.headers), []
    cells = ["rowid AS _row", *(f"{name(ours)} AS {name(new)}" for new, ours in own.items())]
    mark = source.decimal or one.decimal or "."
    for header in dict.fromkeys([*one.needs, *one.knows]):
        cell = _text(one, found.get(header), raw.types)
        if header in one.numbers:
            cell = _number(found.get(header), raw.types, (cell, mark))
            wrong += _no_numbers(
                engine, source, (header, found.get(header)), (cell, one, raw.types)
            )
        elif header in one.pseudonyms and not source.keep_personal:
            cell = f"'p' || left(sha256(lower({cell})), 16)"
        cells.append(f"{cell} AS {name(header)}")
    if wrong:
        raise DataError(*wrong)
    engine.execute(f"CREATE OR REPLACE TABLE given AS SELECT {', '.join(cells)} FROM raw")


def _text(one: Preset, column: str | None, types: Mapping[str, str]) -> str:
    if column is None:
        return "NULL::VARCHAR"
    cell, kind = name(column), types[column]
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return f"to_json({cell})::VARCHAR"
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"{cell} = trunc({cell}) AND abs({cell}) < 1e15"
        cell = f"CASE WHEN {whole} THEN {cell}::BIGINT::VARCHAR ELSE {cell}::VARCHAR END"
    empty = ", ".join(map(literal, ["", "null", *one.empty]))
    trimmed = f"trim({cell}::VARCHAR, ' \t\r\n\u00a0\u202f\ufeff')"
    return f"CASE WHEN lower({trimmed}) NOT IN ({empty}) THEN {trimmed} END"


def _number(column: str | None, types: Mapping[str, str], how: tuple[str, str]) -> str:
    """SQL of a number; a sign of money is none: these exports name currencies in a column."""
    if column is None:
        return f"NULL::{_NUMBER}"
    cell, mark = how
    if types[column] != "VARCHAR":
        return f"TRY_CAST({name(column)} AS {_NUMBER})"
    number = layout.number(f"rtrim({cell}, ' %')", mark, _NUMBER)
    return f"CASE WHEN NOT regexp_matches({cell}, '\\p{{Sc}}') THEN {number} END"


def _no_numbers(
    engine: Engine, source: "Source", place: tuple[str, str | None], how: tuple
) -> Iterator[str]:
    header, column = place
    cell, one, types = how
    if column is None:
        return
    text = _text(one, column, types)
    count, example = engine.execute(
        f"SELECT count(*), min({text}) FROM raw WHERE {text} IS NOT NULL AND ({cell}) IS NULL"
    ).fetchone()
    if count:
        yield (
            f"{header} is no number in {rows(count)}, such as {example}; if its decimals stand "
            f'behind a comma, say decimal = "," under [tables.{source.name}]'
        )


def _sorted_out(engine: Engine, one: Preset) -> Iterator[Note]:
    """Leave out the rows the preset leaves out; raise DataError for those it refuses."""
    for rule in one.left_out:
        count, example = _those(engine, one, rule.rows)
        if count:
            engine.execute(
                "CREATE OR REPLACE TABLE given AS SELECT * EXCLUDE _these FROM "
                f"(SELECT *, coalesce({rule.rows}, false) AS _these FROM given) WHERE NOT _these"
            )
            template = f"{{table:text}}: {{count:number}} rows left out, {rule.why}."
            yield _noted(one, "left_out", template, (count, example))
    for rule in one.refused:
        count, example = _those(engine, one, rule.rows)
        if count:
            raise DataError(f"{rows(count)}, such as {example}: {rule.why}")


def _noted(one: Preset, kind: str, template: str, found: tuple[int, str]) -> Note:
    return note(one.table, kind, f"{template} Example: {{example:text}}", *found)


def _those(engine: Engine, one: Preset, condition: str) -> tuple[int, str]:
    shown = ", ".join(f"{name(header)}::VARCHAR" for header in one.needs)
    return engine.execute(
        f"SELECT count(*), left(arg_min(concat_ws(', ', {shown}), _row), 80) "
        f"FROM (SELECT *, {condition} AS _these FROM given) WHERE _these"
    ).fetchone()


def _shaped(engine: Engine, source: "Source", one: Preset, own: dict[str, str]) -> Iterator[Note]:
    """Make `raw` of `given`: carried forward, step by step, its columns, added rows."""
    _carry(engine, one)
    for step in one.steps:
        engine.execute(f"CREATE OR REPLACE TABLE given AS {step}")
    columns = {c: sql for c, sql in one.columns.items() if c not in source.columns}
    before = engine.execute("SELECT count(*) FROM given").fetchone()[0]
    parts = [f"SELECT *, 0 AS _part FROM ({_query(columns, own, one.group)})"]
    for rule in one.also:
        count, example = _those(engine, one, rule.rows)
        replaced = {c: rule.columns.get(c, sql) for c, sql in columns.items()}
        query = f"{_query(replaced, own, ())} WHERE {rule.rows}"
        parts.append(f"SELECT *, 1 AS _part FROM ({query})")
        if count:
            template = f"{{table:text}}: {{count:number}} rows added, {rule.why}."
            yield _noted(one, "added", template, (count, example))
    engine.execute(
        f"CREATE OR REPLACE TABLE raw AS SELECT * EXCLUDE (_row, _part) "
        f"FROM ({' UNION ALL '.join(parts)}) ORDER BY _part, _row"
    )
    engine.execute("DROP TABLE given")
    after = engine.execute("SELECT count(*) FROM raw").fetchone()[0]
    if one.group and before:
        yield note(
            one.table,
            "gathered",
            "{table:text}: {count:number} rows gathered into {example:number}",
            before,
            after,
        )


def _carry(engine: Engine, one: Preset) -> None:
    if one.carry:
        filled = ", ".join(
            f"arg_min({name(c)}, _row) OVER (PARTITION BY {name(one.within)}) AS {name(c)}"
            for c in one.carry
        )
        engine.execute(f"CREATE OR REPLACE TABLE given AS SELECT * REPLACE ({filled}) FROM given")


def _query(columns: Mapping[str, str], own: Mapping[str, str], group: tuple) -> str:
    cells = [f"{sql} AS {name(column)}" for column, sql in columns.items()]
    if not group:
        cells += [*map(name, own), "_row"]
        return f"SELECT {', '.join(cells)} FROM given"
    cells += [f"arg_min({name(column)}, _row) AS {name(column)}" for column in own]
    cells += ["min(_row) AS _row"]
    return f"SELECT {', '.join(cells)} FROM given GROUP BY {', '.join(group)}"
