"""JSON files as rows: an object a line, a list of objects, or an object around one such list.

Numbers and yes/no keep their kind; lists and objects in a cell stay JSON, as text.
"""

from glob import escape
from pathlib import Path

from revwork.data.source import Source
from revwork.data.sql import Engine, Wanted, columns, literal, name, shown
from revwork.data.wording import DataError

_NUMBERS = {"BIGINT", "UBIGINT"}


def read(engine: Engine, source: Source, wanted: Wanted) -> tuple[list, list]:
    """Read the file into the table `raw`, a column for every key, in order of appearance."""
    path = source.path
    _check_whole(path)
    largest = max(path.stat().st_size * 20, 1 << 24)
    _replace(
        engine,
        f"FROM read_json({literal(escape(str(path)))}, maximum_depth = 1, sample_size = -1, "
        f"maximum_object_size = {min(largest, (1 << 32) - 1)})",
    )
    found = columns(engine, "raw")
    if not found or set(found.values()) != {"JSON"} or list(found) == ["json"]:
        raise DataError("holds no objects with a name for each value")
    if around := _around(engine, list(found)):
        _unfold(engine, around)
    typed = ", ".join(
        f"{_typed(engine, name(one))} AS {name(one)}" for one in columns(engine, "raw")
    )
    _replace(engine, f"SELECT {typed} FROM raw")
    return [], []


def _check_whole(path: Path) -> None:
    """Raise DataError where the end is missing, which would go unnoticed between two objects."""
    with path.open("rb") as file:
        begin = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        file.seek(max(0, path.stat().st_size - 4096))
        end = file.read().rstrip()[-1:]
    if (begin, end) not in ((b"[", b"]"), (b"{", b"}")):
        raise DataError("is not whole: JSON ends with the bracket that it begins with")


def _replace(engine: Engine, query: str) -> None:
    engine.execute(f"CREATE OR REPLACE TABLE raw AS {query}")


def _around(engine: Engine, keys: list[str]) -> str | None:
    """The key whose list of objects is the file's only one, where the file is one object."""
    if engine.execute("SELECT count(*) FROM raw").fetchone()[0] != 1:
        return None
    kinds = ", ".join(f"json_type({name(one)}, '$[0]')" for one in keys)
    found = engine.execute(f"SELECT {kinds} FROM raw").fetchone()
    lists = [one for one, kind in zip(keys, found, strict=True) if kind == "OBJECT"]
    return lists[0] if len(lists) == 1 else None


def _unfold(engine: Engine, column: str) -> None:
    _replace(engine, f"SELECT unnest(from_json({name(column)}, '[\"JSON\"]')) AS one FROM raw")
    keys = engine.execute(
        "SELECT key FROM (SELECT rowid AS r, unnest(json_keys(one)) AS key, "
        "generate_subscripts(json_keys(one), 1) AS i FROM raw) GROUP BY key ORDER BY min((r, i))"
    ).fetchall()
    cells = ", ".join(f"json_extract(one, [{_pointer(key)}])[1] AS {name(key)}" for (key,) in keys)
    _replace(engine, f"SELECT {cells} FROM raw")


def _pointer(key: str) -> str:
    return literal("/" + key.replace("~", "~0").replace("/", "~1"))


def _typed(engine: Engine, cell: str) -> str:
    """The cells of one kind as that kind, any mixture as text."""
    found = engine.execute(f"SELECT DISTINCT json_type({cell}) FROM raw").fetchall()
    kinds = {kind for (kind,) in found} - {None, "NULL"}
    text = f"({cell} ->> '$')"
    if kinds and kinds <= _NUMBERS:
        return f"{text}::HUGEINT"
    if kinds and kinds <= {*_NUMBERS, "DOUBLE"}:
        return f"{text}::DOUBLE"
    if kinds == {"BOOLEAN"}:
        return f"{text}::BOOLEAN"
    return f"CASE json_type({cell}) WHEN 'DOUBLE' THEN {shown(text)} ELSE {text} END"
