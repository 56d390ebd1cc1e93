"""The rows behind what a notebook shows: in its record for workbook and slides, never on a page."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal

import pandas as pd

from revwork.report.words import is_unknown, label, reader, text

HEADLESS = "REVWORK_HEADLESS"
MIME = "application/vnd.revwork.rows+json"
MOST = 10_000
_KEYS = ("bar", "leaf", "parent", "department")
_pictures: list[int] = []
_open: ContextVar[list[dict] | None] = ContextVar("open", default=None)
_choice: ContextVar[Mapping[str, str] | None] = ContextVar("choice", default=None)


def carrying(draw: Callable[[], str], words: str) -> dict:
    """Return what `draw` shows for a page and in words, with the rows behind it where headless."""
    rows: list[dict] = []
    token = _open.set(rows)
    try:
        shown = {"text/html": draw(), "text/plain": words}
    finally:
        _open.reset(token)
    if not os.environ.get(HEADLESS):
        return shown
    _pictures.append(shown["text/html"].count("<img "))
    return {**shown, MIME: rows} if rows else shown


def pictures() -> int:
    """Return how many pictures the report holds so far."""
    return sum(_pictures)


def nothing_yet() -> None:
    """Begin another report."""
    _pictures.clear()


@contextmanager
def chosen(choice: Mapping[str, str]) -> Iterator[None]:
    """What is carried inside was shown under this choice."""
    token = _choice.set(choice)
    try:
        yield
    finally:
        _choice.reset(token)


def carry(frame: pd.DataFrame, title: str, **shown: object) -> None:
    """Keep a frame, its first 10,000 rows at most, under its title for whoever collects."""
    collected = _open.get()
    if collected is None or not os.environ.get(HEADLESS):
        return
    kept = frame.head(MOST)
    entry = {"title": title, **shown, "choice": dict(_choice.get() or {})}
    entry["columns"] = [_column(str(name), kept.iloc[:, at]) for at, name in enumerate(kept)]
    entry["rows"] = [
        [_plain(name, value) for name, value in zip(kept, row, strict=True)]
        for row in kept.itertuples(index=False)
    ]
    collected.append({**entry, "left": len(frame) - len(kept), "currency": reader().currency})


def _column(name: str, values: pd.Series) -> dict:
    known = (value for value in values if not is_unknown(value))
    return {"name": name, "label": label(name), "date": isinstance(next(known, None), date)}


def _plain(name: object, value: object) -> object:
    """A cell in what JSON knows: days as ISO text, exact money as a number, unknown as null."""
    if name in _KEYS and isinstance(value, str):
        return label(value)
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, dict):
        return reader().segment(value)
    if is_unknown(value):
        return None
    if isinstance(value, date):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, Decimal):
        return float(value)
    is_whole = isinstance(value, bool | int | float) or type(value) is str
    return value if is_whole else text(value)
