"""Breaches in words: what is wrong, in how many rows, an example, and what is allowed."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import ibis
from pandera.constants import CHECK_OUTPUT_KEY
from pandera.errors import SchemaError, SchemaErrorReason

_BOUNDS = {
    "greater_than": "above",
    "greater_than_or_equal_to": "at least",
    "less_than": "below",
    "less_than_or_equal_to": "at most",
}


class DataError(ValueError):
    """Files or a revwork.toml that cannot be used as they are, one sentence a breach."""

    def __init__(self, *sentences: str):
        """Keep the sentences apart for whoever lists them; together they are the message."""
        self.sentences = tuple(one if one[-1] in ".?!" else f"{one}." for one in sentences)
        super().__init__("\n".join(self.sentences))

    def _render_traceback_(self) -> list[str]:
        return list(self.sentences)


def rows(count: int) -> str:
    """Return a count of rows in words."""
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return how to go on after an unknown `word`: the near miss, else what there is."""
    known = list(known)
    if close := _closest(word, known, 0.6):
        return f'; did you mean "{close}"?'
    return f"; there is {_listed(known)}" if known else ""


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
        return _forbidden(error)
    return str(error)


def _closest(word: str, known: Iterable[str], cutoff: float) -> str | None:
    spelled = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), spelled, n=1, cutoff=cutoff)
    return spelled[close[0]] if close else None


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f'"{word}"' for word in words[:12]) + (" …" if len(words) > 12 else "")


def _missing(column: str, meaning: str, table: str, headers: list[str]) -> str:
    guess = _closest(column.replace("_", " "), headers, 0.5)
    advice = f'did you mean "{guess}"?' if guess else f"there is {_listed(headers)}."
    return (
        f"has no column for {column} ({meaning}); {advice} "
        f'Name it under [tables.{table}.columns]: {column} = "{guess or "…"}"'
    )


def _repeated(loaded: ibis.Table, keys: list[str]) -> str:
    twice = loaded.group_by(keys).aggregate(times=loaded.count()).filter(lambda t: t.times > 1)
    count = twice.count().execute()
    first = twice.order_by(keys).limit(1).to_pyarrow().to_pylist()[0]
    example = ", ".join(f"{key} {first[key]}" for key in keys if first[key] is not None)
    return (
        f"must not repeat {' with '.join(keys)}, but {count:,} of them occur more than once, "
        f"such as {example} in {rows(first['times'])}"
    )


def _empty(loaded: ibis.Table, column: str, meaning: str) -> str:
    empty = loaded.filter(loaded[column].isnull())
    found = empty.aggregate(count=empty.count(), first=empty["_row"].min()).to_pyarrow().to_pylist()
    return (
        f"{column} is empty in {found[0]['count']:,} of {rows(loaded.count().execute())}, first in "
        f"row {found[0]['first'] + 1:,} below the header; every row needs it ({meaning})"
    )


def _forbidden(error: SchemaError) -> str:
    column, check, passed = error.schema.name, error.check, error.check_output
    count = passed.filter(~passed[CHECK_OUTPUT_KEY]).count().execute()
    example = error.failure_cases["failure_case"].iloc[0][column]
    bound = next(iter(check.statistics.values()), "")
    allowed = f"{_BOUNDS[check.name]} {bound}" if check.name in _BOUNDS else check.error
    return f"{column} must be {allowed}, but is not in {rows(count)}, such as {example}"


def _outside(loaded: ibis.Table, column: str, table: str, allowed: Sequence[str]) -> str:
    others = loaded.filter(loaded[column].notnull() & loaded[column].notin(list(allowed)))
    values = others.group_by(column).aggregate(times=others.count())
    most = values.order_by(ibis.desc("times"), column).limit(5).to_pyarrow().to_pylist()
    listed = ", ".join(f'"{value[column]}" in {rows(value["times"])}' for value in most)
    return (
        f"{column} has {values.count().execute():,} values that are not known: {listed}; known are "
        f"{', '.join(allowed)}. Say under [tables.{table}.values.{column}] what each means: "
        f'"{most[0][column]}" = "…"'
    )
