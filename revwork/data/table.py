"""One table: from where it lives to what its contract wants, or to every reason why not."""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
from pandera.api.ibis.container import DataFrameSchema
from pandera.errors import SchemaErrors

from revwork.contracts import contract, marked
from revwork.data import cells
from revwork.data.breaches import breach, subjects
from revwork.data.headers import mapping, spelling
from revwork.data.losses import lost
from revwork.data.parquet import schema, store, stored
from revwork.data.preset import known_headers
from revwork.data.quality import out_of_order
from revwork.data.repeats import repeated_rows
from revwork.data.reshape import reshape
from revwork.data.sources import open_raw
from revwork.data.sql import Engine, Wanted, columns, literal, name, said
from revwork.data.wording import DataError

if TYPE_CHECKING:
    from revwork.data.source import Source
    from revwork.workspace import Company

_LIMITS = {
    "greater_than": "> {}",
    "greater_than_or_equal_to": ">= {}",
    "less_than_or_equal_to": "<= {}",
    "isin": "IN {}",
}
_HELPERS = ("_row", "_file")


def write(connection: ibis.BaseBackend, company: "Company", table: str, file: Path) -> None:
    """Write the company's table to `file` as Parquet, with the notes on it.

    Raises DataError with every breach; then what is in `file` is worth nothing.
    """
    try:
        _write(connection, company, company.sources[table], file)
        return
    except duckdb.Error as error:
        words = f"cannot be read: {said(error)}"
    finally:
        cells.clear(connection.con)
    raise DataError(words)


def _write(connection: ibis.BaseBackend, company: "Company", source: "Source", file: Path) -> None:
    engine, fields = connection.con, contract(source.name).to_schema().columns
    raw = open_raw(engine, source, _wanted(source, fields))
    source, raw = reshape(engine, source, raw)
    mapped, wrong = mapping(source, raw.headers, fields)
    found = cells.columns(source, raw.types, mapped)
    repeated = repeated_rows(engine, source.name, raw, mapped)
    reading = cells.read(engine, source, found, (company.time_zone, company.currency))
    conformed = _conformed(_completed(connection, source.name), source, company)
    rows = conformed.drop(*_helpers(conformed))
    turned = [] if reading.wrong else out_of_order(engine, source.name, reading.sql)
    store(engine, rows, [*raw.notes, *repeated, *reading.notes, *turned], file)
    engine.execute(f"CREATE VIEW written AS {stored(engine, source.name, file)}")
    wrong |= reading.wrong | lost(engine, (source.name, file), found, reading)
    derived = fields.keys() - mapped if wrong else set()
    free = [theirs for ours, theirs in raw.headers.items() if ours not in mapped.values()]
    breaches = _breaches(connection, conformed, source.name, (free, derived | wrong.keys()))
    if sentences := dict.fromkeys([*wrong.values(), *breaches]):
        raise DataError(*sentences)


def _helpers(table: ibis.Table) -> list[str]:
    return [column for column in _HELPERS if column in table.columns]


def _wanted(source: "Source", fields: Mapping[str, Any]) -> Wanted:
    """The headers to look for, as they are spelled, and the type of each as far as known."""
    others = dict.fromkeys(map(spelling, [*known_headers(source.preset), *source.dimensions]))
    named = {column: source.columns.get(column, column) for column in (*fields, *source.columns)}
    types = {column: field.dtype.type for column, field in fields.items()}
    return others | {spelling(header): types.get(c) for c, header in named.items() if header}


def _completed(connection: ibis.BaseBackend, table: str) -> ibis.Table:
    """The cells with the columns that follow from them, still in the order of the source.

    Columns that look at other rows are worked out apart: a narrow table sorts in no time.
    """
    typed = connection.table("typed")
    complete = getattr(import_module(f"revwork.contracts.{table}"), "complete", None)
    completed = complete(typed) if complete else typed
    if not completed.op().find(ops.WindowFunction):
        return completed
    new = [column for column in completed.columns if column not in typed.columns]
    added = completed.select("_row", *new).order_by("_row")
    return typed.join(connection.create_table("added", added), "_row")


def _conformed(table: ibis.Table, source: "Source", company: "Company") -> ibis.Table:
    """What the contract wants as far as it is there, money in its currency and net."""
    table = _without_tax(_with_currency(table, source, company), source)
    columns = []
    for column, kind in schema(source.name).items():
        if column in table.columns:
            columns.append(_rounded(table[column], kind).cast(kind).name(column))
    own = [column for column in source.dimensions if column in table.columns]
    return table.select(*columns, *own, *_helpers(table))


def _rounded(column: ibis.Column, kind: dt.DataType) -> ibis.Column:
    """A wide decimal with the digits wanted, since DuckDB rounds faster than it casts, by far."""
    given = column.type()
    wide = given.is_decimal() and (given.precision or 38) > 18
    return column.round(kind.scale) if wide and kind.is_decimal() else column


def _with_currency(table: ibis.Table, source: "Source", company: "Company") -> ibis.Table:
    """Rows that do not say their currency have the declared one, money at home the company's."""
    field = contract(source.name).to_schema().columns.get("currency")
    code = source.currency or (company.currency if field and field.nullable else None)
    if not field or not code:
        return table
    given = table.currency if "currency" in table.columns else ibis.null("string")
    return table.mutate(currency=given.fill_null(code))


def _without_tax(table: ibis.Table, source: "Source") -> ibis.Table:
    rate = source.tax_rate
    if not rate:
        return table
    taxed = marked(source.name, "with_tax")
    if not taxed:
        raise DataError(f"has no amounts with tax, leave tax_rate = {rate!r} out")
    if rate != "tax_amount":
        present = [column for column in taxed if column in table.columns]
        return table.mutate(
            **{c: (table[c].cast("float64") / (1 + rate)).round(4) for c in present}
        )
    if "tax_amount" not in table.columns or "net_amount" not in table.columns:
        raise DataError('has no column for tax_amount, though tax_rate = "tax_amount" says so')
    return table.mutate(net_amount=table.net_amount - table.tax_amount.fill_null(0))


def _breaches(
    connection: ibis.BaseBackend,
    traced: ibis.Table,
    table: str,
    of_columns: tuple[Iterable[str], set[str]],
) -> Iterator[str]:
    """Breaches of the contract by what is written; `traced` tells where a row is from.

    `of_columns`: headers that fill none, and columns spoiled by what is wrong already.
    """
    headers, spoiled = of_columns
    model = copy(contract(table).to_schema())
    rows, is_unique, is_kept = _asked(connection.con, model)
    if is_unique:
        model.unique = None
    if not rows or (is_unique and is_kept):
        return
    try:
        model.validate(connection.table("written"), lazy=True)
    except SchemaErrors as errors:
        for error in errors.schema_errors:
            if not spoiled & subjects(error):
                yield breach(error, traced, table, headers)


def _asked(engine: Engine, model: DataFrameSchema) -> tuple[int, bool, bool]:
    """Rows, whether no two have the same hash of the key, and whether none breaks a limit.

    Asked at once; which row it is, pandera finds. Where a column lacks it tells of that, too.
    """
    key, there = model.unique or [], columns(engine, "written")
    hashes = f"hash({', '.join(map(name, key))})"
    keys = f"count(DISTINCT {hashes})" if there.keys() >= {*key} != set() else "count(*)"
    limits = None if model.columns.keys() - there else _limits(model)
    wrong = "count(*)" if limits is None else f"count_if({limits})"
    query = f"SELECT count(*), {keys}, {wrong} FROM written"
    rows, different, broken = engine.execute(query).fetchone()
    return rows, rows == different, not broken


def _limits(model: DataFrameSchema) -> str | None:
    """SQL that is true of a row that breaks a limit of its columns; None where SQL cannot say."""
    wrong = [f"{name(column)} IS NULL" for column, f in model.columns.items() if not f.nullable]
    for column, field in model.columns.items():
        for check in field.checks:
            if check.name not in _LIMITS:
                return None
            limit = _LIMITS[check.name].format(*map(_sql, check.statistics.values()))
            wrong.append(f"NOT {name(column)} {limit}")
    return " OR ".join(wrong) or "false"


def _sql(limit: object) -> str:
    if isinstance(limit, str | int | float):
        return literal(limit) if isinstance(limit, str) else str(limit)
    return f"({', '.join(map(literal, limit))})"
