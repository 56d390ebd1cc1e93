"""A broken contract in words: what is wrong, in how many rows, an example, and what is allowed."""

from collections.abc import Iterable, Mapping, Sequence

import ibis
from pandera.constants import CHECK_OUTPUT_KEY
from pandera.errors import SchemaError, SchemaErrorReason

from revwork.data.wording import closest, listed, rows

_FEW = 12  # of more allowed values only the one is named that is most like what was found
_BOUNDS = {
    "greater_than": "above",
    "greater_than_or_equal_to": "at least",
    "less_than": "below",
    "less_than_or_equal_to": "at most",
}


def subjects(error: SchemaError) -> set[str]:
    """Return the columns that a pandera failure is about."""
    if error.reason_code is SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME:
        return {str(error.failure_cases)}
    if error.reason_code is SchemaErrorReason.DUPLICATES:
        return set(error.schema.unique)
    return {error.schema.name}


def breach(error: SchemaError, loaded: ibis.Table, table: str, headers: Iterable[str]) -> str:
    """Return a pandera failure as a sentence without its full stop; counts are the engine's.

    `loaded` is what was validated, numbered in `_row`, `headers` those of the file.
    """
    kind, schema = error.reason_code, error.schema
    if kind is SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME:
        column = str(error.failure_cases)
        return _missing(column, schema.columns[column].description, table, list(headers))
    if kind is SchemaErrorReason.DUPLICATES:
        return _repeated(loaded, schema.unique)
    if kind is SchemaErrorReason.SERIES_CONTAINS_NULLS:
        return _empty(loaded, schema.name, schema.description)
    if kind is SchemaErrorReason.DATAFRAME_CHECK and error.check.name == "isin":
        return _outside(loaded, schema.name, table, error.check.statistics["allowed_values"])
    if kind is SchemaErrorReason.DATAFRAME_CHECK:
        return _forbidden(error, loaded)
    return str(error)


def _missing(column: str, meaning: str, table: str, headers: list[str]) -> str:
    guess = closest(column.replace("_", " "), headers, 0.75)
    others = listed(headers) or "no other"
    advice = f'did you mean "{guess}"?' if guess else f"there is {others}."
    return (
        f"has no column for {column} ({meaning}); {advice} "
        f'Name it under [tables.{table}.columns]: {column} = "{guess or "…"}"'
    )


def _repeated(loaded: ibis.Table, keys: list[str]) -> str:
    keys = [key for key in keys if key in loaded.columns]
    twice = loaded.group_by(keys).aggregate(times=loaded.count()).filter(lambda t: t.times > 1)
    count = twice.count().execute()
    first = twice.order_by(keys).limit(1).to_pyarrow().to_pylist()[0]
    example = ", ".join(f"{key} {first[key]}" for key in keys if first[key] is not None)
    return (
        f"must not repeat {' with '.join(keys)}, but {count:,} of them occur more than once, "
        f"such as {example} in {rows(first['times'])}{_seen(_those(loaded, first, keys))}"
    )


def _empty(loaded: ibis.Table, column: str, meaning: str) -> str:
    empty = loaded.filter(loaded[column].isnull())
    found = empty.aggregate(count=empty.count(), first=empty["_row"].min()).to_pyarrow().to_pylist()
    return (
        f"{column} is empty in {found[0]['count']:,} of {rows(loaded.count().execute())}, first in "
        f"row {_place(loaded, found[0]['first'])}; every row needs it ({meaning})"
    )


def _forbidden(error: SchemaError, loaded: ibis.Table) -> str:
    column, check, passed = error.schema.name, error.check, error.check_output
    count = passed.filter(~passed[CHECK_OUTPUT_KEY]).count().execute()
    example = error.failure_cases["failure_case"].iloc[0][column]
    bound = next(iter(check.statistics.values()), "")
    allowed = f"{_BOUNDS[check.name]} {bound}" if check.name in _BOUNDS else check.error
    where = _seen(loaded.filter(loaded[column] == example))
    return f"{column} must be {allowed}, but is not in {rows(count)}, such as {example}{where}"


def _outside(loaded: ibis.Table, column: str, table: str, allowed: Sequence[str]) -> str:
    others = loaded.filter(loaded[column].notnull() & loaded[column].notin(list(allowed)))
    values = others.group_by(column).aggregate(times=others.count())
    most = values.order_by(ibis.desc("times"), column).limit(5).to_pyarrow().to_pylist()
    listed = ", ".join(f'"{value[column]}" in {rows(value["times"])}' for value in most)
    count = values.count().execute()
    has = "a value that is not known" if count == 1 else f"{count:,} values that are not known"
    first = str(most[0][column])
    guess = closest(first, allowed, 0.6) if len(allowed) > _FEW else None
    known = f'; did you mean "{guess}"?' if guess else f"; known are {', '.join(allowed)}."
    return (
        f"{column} has {has}: {listed}{_seen(others)}{known} Say under "
        f"[tables.{table}.values.{column}] what each means: "
        f'"{first}" = "{guess or "…"}"'
    )


def _those(loaded: ibis.Table, row: Mapping[str, object], keys: list[str]) -> ibis.Table:
    return loaded.filter(*(loaded[key].identical_to(row[key]) for key in keys))


def _seen(found: ibis.Table) -> str:
    """The files such rows are from, the first by name; nothing where there is but one file."""
    if "_file" not in found.columns:
        return ""
    first = found.aggregate(file=found["_file"].argmin(found["_row"]), n=found["_file"].nunique())
    file, count = first.to_pyarrow().to_pylist()[0].values()
    return f" ({file}{f' and {count - 1} more' if count > 1 else ''})"


def _place(loaded: ibis.Table, row: int) -> str:
    """Where the row stands below its header, and in which file."""
    if "_file" not in loaded.columns:
        return f"{row + 1:,} below the header"
    found = loaded.filter(loaded["_row"] == row)
    file = found["_file"].to_pyarrow()[0].as_py()
    first = loaded.filter(loaded["_file"] == file)["_row"].min().execute()
    return f"{row - first + 1:,} below the header of {file}"
