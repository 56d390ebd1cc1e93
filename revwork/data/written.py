"""Values as text that holds data only: what an analysis is given and returns.

Plain values, days, exact money, arrays, frames, and what the package itself declares: dataclasses,
named tuples and words. They read back the same, and nothing in the text can be executed. A table
is written as what changes with its rows: it can be compared, not read back.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import singledispatch
from importlib import import_module
from io import BytesIO
from typing import Any

import ibis
import numpy as np
import pandas as pd

_OURS = "revwork."


def written(value: object) -> str:
    """Return a value as JSON; TypeError where it is none of the kinds known."""
    return json.dumps(_told(value))


def read(text: str) -> Any:
    """Return the value that `written` wrote; ValueError for any other text."""
    try:
        return _read(json.loads(text))
    except (AttributeError, ImportError, LookupError, EOFError, TypeError) as error:
        raise ValueError("is no value that was written here") from error


@singledispatch
def _told(value: Any) -> object:
    if type(value).__module__.startswith(_OURS):
        if is_dataclass(value):
            given = {one.name: getattr(value, one.name) for one in fields(value)}
        else:
            given = value._asdict() if isinstance(value, tuple) else {"object": str(value)}
        return {"ours": [type(value).__module__, type(value).__qualname__, _told(given)]}
    if value is None or type(value) in (str, bool, int, float):
        return value
    if type(value) is tuple:
        return {"tuple": _told([*value])}
    raise TypeError(f"{type(value).__name__} cannot be kept: plain values, arrays and frames can")


@_told.register
def _(value: list) -> object:
    return [*map(_told, value)]


@_told.register
def _(value: Mapping) -> object:
    return {"mapping": [[_told(key), _told(one)] for key, one in value.items()]}


@_told.register(date)
@_told.register(Decimal)
@_told.register(type(pd.NaT))
def _(value: Any) -> object:
    kinds = {date: "day", Decimal: "decimal"}
    return {kinds.get(type(value), "moment"): str(value)}


@_told.register(np.ndarray)
@_told.register(np.generic)
def _(value: Any) -> object:
    if value.dtype == object:
        return {"objects": _told(value.tolist())}
    found = BytesIO()
    np.save(found, value, allow_pickle=False)
    kind = "number" if isinstance(value, np.generic) else "array"
    return {kind: b64encode(found.getvalue()).decode()}


@_told.register
def _(value: pd.Index) -> object:
    if isinstance(value, pd.RangeIndex):
        return {"range": [value.start, value.stop, value.step, _told(value.name)]}
    if isinstance(value, pd.MultiIndex):
        return {"levels": _told([[*value], [*value.names]])}
    return {"index": _told([_plain(value), value.name, getattr(value, "freqstr", None)])}


@_told.register
def _(value: pd.Series) -> object:
    return {"series": _told([_plain(value), value.index, value.name])}


@_told.register
def _(value: pd.DataFrame) -> object:
    each = [_plain(value.iloc[:, place]) for place in range(value.shape[1])]
    return {"frame": _told([each, value.index, value.columns])}


@_told.register
def _(value: ibis.Table) -> object:
    query = f"SELECT count(*), sum(hash(rows)) FROM ({ibis.to_sql(value)}) AS rows"
    found = value.get_backend().con.execute(query).fetchone()
    return {"rows": [str(value.schema()), *map(str, found)]}


def _plain(column: pd.Series | pd.Index) -> np.ndarray:
    if not isinstance(column.dtype, np.dtype):
        raise TypeError(f"{column.dtype} cannot be kept: columns of numbers, days and objects can")
    return column.to_numpy()


def _read(node: Any) -> Any:
    if isinstance(node, list):
        return [*map(_read, node)]
    if not isinstance(node, dict):
        return node
    ((kind, held),) = node.items()
    return _READ[kind](_read(held))


def _frame(held: tuple) -> pd.DataFrame:
    each, index, columns = held
    parts = {place: pd.Series(one, index) for place, one in enumerate(each)}
    return pd.DataFrame(parts, index).set_axis(columns, axis=1)


def _index(held: tuple) -> pd.Index:
    values, name, often = held
    return pd.DatetimeIndex(values, often, name=name) if often else pd.Index(values, name=name)


def _objects(held: list) -> np.ndarray:
    found = np.empty(len(held), dtype=object)
    found[:] = held
    return found


def _array(held: str) -> np.ndarray:
    return np.load(BytesIO(b64decode(held)), allow_pickle=False)


def _ours(held: tuple) -> object:
    module, name, given = held
    if not module.startswith(_OURS):
        raise ValueError(f"{module} is none of ours")
    kind = getattr(import_module(module), name)
    if not (is_dataclass(kind) or issubclass(kind, str | tuple)):
        raise ValueError(f"{name} holds no data")
    return kind(**given)


_READ = {
    "tuple": tuple,
    "mapping": dict,
    "day": date.fromisoformat,
    "moment": pd.Timestamp,
    "decimal": Decimal,
    "array": _array,
    "number": lambda held: _array(held)[()],
    "objects": _objects,
    "range": lambda held: pd.RangeIndex(*held[:3], name=held[3]),
    "levels": lambda held: pd.MultiIndex.from_tuples(held[0], names=held[1]),
    "index": _index,
    "series": lambda held: pd.Series(held[0], held[1], name=held[2]),
    "frame": _frame,
    "ours": _ours,
}
