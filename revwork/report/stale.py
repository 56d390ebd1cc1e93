"""What a page says of tables whose data are older than the company allows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from revwork.findings import Message
from revwork.report.words import Reader

TITLE = "Data out of date"
Row = Mapping[str, Any]


def told(row: Row) -> Message:
    """Return the sentence on a table as a manifest holds it: table, last_day, age, allowed."""
    last = row["last_day"] and date.fromisoformat(row["last_day"])
    values = {"table": row["table"], "day": last, "age": row["age"], "allowed": row["allowed"]}
    if last is None:
        return Message(
            "{table:text} has no day that tells how old it is (allowed: {allowed:days}).", values
        )
    if row["age"] is None:
        return Message(
            "{table:text} runs to {day:date}, which is still to come: that does not tell how old "
            "it is (allowed: {allowed:days}).",
            values,
        )
    return Message(
        "{table:text} ends on {day:date}, {age:days} ago (allowed: {allowed:days}).", values
    )


def badge(rows: Sequence[Row], reader: Reader) -> str:
    """Return a note for the head of a page, a sentence a table; nothing where there is none."""
    if not rows:
        return ""
    items = "".join(f"<li>{escape(reader.say(told(row)))}</li>" for row in rows)
    title = escape(reader.words(TITLE))
    return f'<div class="stale" role="note"><strong>▲ {title}</strong><ul>{items}</ul></div>'


def badged(entries: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return the stale tables that are to be seen on a pack, each once, of its notebooks."""
    rows = [row for entry in entries for row in entry.get("stale", []) if row["then"] == "badge"]
    return list({row["table"]: row for row in rows}.values())
