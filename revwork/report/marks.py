"""The decisions that a page's pictures over time mark: few, numbered, those that belong there."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from revwork.actions import BEGUN, Action
from revwork.findings import Message
from revwork.metrics import Unit
from revwork.report.words import reader

NOTEBOOK = "REVWORK_NOTEBOOK"  # the name of the notebook that is executed
MOST = 5
_LETTERS = 110
_page: list["Mark"] = []


@dataclass(frozen=True)
class Mark:
    """A decision by its number on the page; `is_own`: a finding of this notebook asked for it.

    `part`: the values of the segment that it is about.
    """

    number: int
    day: date
    text: Message | str
    status: str
    is_own: bool
    part: tuple[str, ...] = ()


def set_for(actions: Sequence[Action], only: Sequence[str] = ()) -> None:
    """Mark these actions from here on: five at most, of this page's part of the business.

    Those that a finding of this notebook asked for come first, then by the money they are about;
    where nobody can tell which notebook this is, all count as its own.
    """
    part: dict[str, list[str]] = {}
    for one in only:
        part.setdefault(one.partition("=")[0], []).append(one.partition("=")[2])
    known = [one for one in actions if one.status in BEGUN and one.since and _is_in(one, part)]
    known.sort(key=lambda one: (not _is_own(one), -_size(one), one.id))
    chosen = sorted(known[:MOST], key=lambda one: (one.since, one.id))
    _page[:] = [
        Mark(number, one.since, one.text, one.status, _is_own(one), _part(one))
        for number, one in enumerate(chosen, start=1)
    ]


def events(unit: Unit) -> pd.DataFrame:
    """Return what a picture of this unit marks, as events: day, label, kind, number.

    Money shows every decision of the page: each is about money. Anything else shows those
    that came from this notebook.
    """
    shown = [one for one in _page if one.is_own or unit in ("money", "cents")]
    rows = [(one.day, _cut(reader().say(one.text)), "decision", one.number) for one in shown]
    return pd.DataFrame(rows, columns=["day", "label", "kind", "number"])


def about(name: str) -> Sequence[Mark]:
    """Return the decisions of the page that are about a segment of that name."""
    return [one for one in _page if name in one.part]


def caption(numbers: Sequence[int]) -> str:
    """Return what the decisions of these numbers are, as a line under a picture."""
    say = reader()
    return " ".join(
        say.words(
            "◆ {n:number} · {day:date} · {text:told} ({status:lower}).",
            **{"n": one.number, "day": one.day, "status": one.status},
            text=_cut(say.say(one.text)),
        )
        for one in _page
        if one.number in numbers
    )


def _is_in(action: Action, part: Mapping[str, Sequence[str]]) -> bool:
    """Whether an action may have moved a part of the business: it says nothing against it."""
    segment = action.finding["segment"]
    return all(segment.get(name, values[0]) in values for name, values in part.items())


def _part(action: Action) -> tuple[str, ...]:
    return tuple(action.finding["segment"].values())


def _is_own(action: Action) -> bool:
    here = os.environ.get(NOTEBOOK) or Path(os.environ.get("JPY_SESSION_NAME", "")).stem
    return not here or action.finding.get("notebook") == here


def _size(action: Action) -> float:
    impact = action.finding.get("impact")
    return abs(impact["value"]) if impact else 0.0


def _cut(text: str) -> str:
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1].rstrip() + "…"
