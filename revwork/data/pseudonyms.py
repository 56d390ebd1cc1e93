"""Tables for readers who may not know whom they are about: pseudonyms in place of people.

A pseudonym is a hash of the name and of a secret of the workspace: the same name has the same
one in every table and run, so that tables join as before, and who has a list of names cannot
find out which is which. Comments, in which anybody may be named, are left out.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Literal, get_args

import ibis
from filelock import FileLock

from revwork.contracts import TABLES, contract, marked
from revwork.data.quality import Note
from revwork.data.sql import Engine, literal, name
from revwork.data.wording import DataError, nearest
from revwork.findings import Message

Audience = Literal["full", "leadership"]
_DIGITS = 10
_CODES = "@|^p[0-9a-f]{16}$"


def check_audience(audience: str) -> None:
    """Raise DataError for an audience nobody knows, rather than show it everything."""
    if audience not in get_args(Audience):
        raise DataError(f'"{audience}" is not an audience{nearest(audience, get_args(Audience))}')


def disguise(connection: ibis.BaseBackend, workspace: Path, notes: Sequence[Note]) -> list[Note]:
    """Put pseudonyms into the tables of the engine, and return the notes on them without examples.

    Identifiers are codes and stay, except those that are e-mail addresses or made of one.
    An example in a note on how a source was read may be anybody's row.
    """
    salt = secret(workspace)
    for table in {*TABLES} & {*connection.list_tables()}:
        _disguise(connection, table, salt)
    return [_discreet(one) for one in notes]


def discreet(breaches: Sequence[str]) -> list[str]:
    """Return which tables cannot be used, without the rows and values that sentences show."""
    tables = dict.fromkeys(one.partition(": ")[0] for one in breaches)
    return [f"{table}: cannot be used; revwork check says why" for table in tables]


def hidden(segment: Mapping[str, str], workspace: Path) -> dict[str, str]:
    """Return a segment as `disguise` would show it: a pseudonym for every name of a person."""
    nouns = marked("orders", "personal", [*segment])
    salt = secret(workspace)
    return {
        column: _pseudonym(value, nouns.get(column, "Person"), salt)
        if value and (column in nouns or re.search(_CODES, value))
        else value
        for column, value in segment.items()
    }


def secret(workspace: Path) -> str:
    """Return the workspace's secret, kept in `.revwork/salt`; else one of this process."""
    file = workspace / ".revwork" / "salt"
    try:
        return _kept(file) or _made(file)
    except OSError:
        return _of_process()


def _disguise(connection: ibis.BaseBackend, table: str, salt: str) -> None:
    engine = connection.con
    shown = _shown(engine, table, connection.table(table).columns, salt)
    if not shown:
        return
    known = name(f"{table} in full")
    engine.execute(f"ALTER {_kind(engine, table)} {name(table)} RENAME TO {known}")
    cells = ", ".join(f"{sql} AS {name(column)}" for column, sql in shown.items())
    engine.execute(f"CREATE VIEW {name(table)} AS SELECT * REPLACE ({cells}) FROM {known}")


def _discreet(one: Note) -> Note:
    values = one.message.values
    hidden = {"example": "…"} if isinstance(values["example"], str) else {}
    return replace(one, message=Message(one.message.template, {**values, **hidden}), example="…")


def _shown(engine: Engine, table: str, columns: Sequence[str], salt: str) -> dict[str, str]:
    """Column → SQL of what is shown in its place."""
    own = [column for column in columns if column not in contract(table).to_schema().columns]
    people = marked(table, "personal", own)
    shown = {column: _named(column, noun, salt) for column, noun in people.items()}
    shown |= {column: "NULL::VARCHAR" for column in marked(table, "comment", own)}
    codes = {
        column: f"regexp_matches({name(column)}, '{_CODES}')"
        for column in columns
        if column not in shown and (column.endswith("_id") or column in own)
    }
    asked = ", ".join(f"bool_or({code})" for code in codes.values()) or "bool_or(false)"
    flags = engine.execute(f"SELECT {asked} FROM {name(table)}").fetchone()
    for (column, code), names_people in zip(codes.items(), flags, strict=False):
        if names_people:
            hidden = _named(column, "Person", salt)
            shown[column] = f"CASE WHEN {code} THEN {hidden} ELSE {name(column)} END"
    return shown


def _pseudonym(name: str, noun: object, salt: str) -> str:
    return f"{noun} {sha256((salt + name).encode()).hexdigest()[:_DIGITS].upper()}"


def _named(column: str, noun: object, salt: str) -> str:
    digits = f"upper(left(sha256({literal(salt)} || {name(column)}), {_DIGITS}))"
    return f"{literal(f'{noun} ')} || {digits}"


def _kind(engine: Engine, table: str) -> str:
    query = f"SELECT count(*) FROM duckdb_views() WHERE view_name = {literal(table)}"
    return "VIEW" if engine.execute(query).fetchone()[0] else "TABLE"


def _kept(file: Path) -> str:
    return file.read_text("utf-8") if file.is_file() else ""


def _made(file: Path) -> str:
    file.parent.mkdir(mode=0o700, exist_ok=True)
    (file.parent / ".gitignore").write_text("*\n", "utf-8")
    with FileLock(file.with_suffix(".lock")):
        if not (salt := _kept(file)):
            salt, new = token_hex(32), file.with_suffix(".new")
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as text:
                text.write(salt)
            os.replace(new, file)
    return salt


@cache
def _of_process() -> str:
    return token_hex(32)
