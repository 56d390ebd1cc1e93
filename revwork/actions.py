"""An action: what is to be done about a finding, by whom, by when, and how far it has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from revwork.findings import Message

Status = Literal["proposed", "decided", "started", "done", "dropped"]
Effort = Literal["S", "M", "L"]
DAYS: Mapping[Effort, int] = {"S": 5, "M": 20, "L": 60}  # of work
BEGUN = ("decided", "started", "done")  # statuses with a day from which on it may be seen
EDITED = ("status", "department", "owner", "effort", "due", "title", "note", "expected")


@dataclass(frozen=True)
class Money:
    """Money a year with its interval (95 %)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Step:
    """What was expected to come in from the decision up to a day, that day not included."""

    until: date
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Change:
    """Who changed what and when: field → what it was and what it is."""

    when: datetime
    who: str
    changed: Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Action:
    """What is to be done about a finding; identity, and the finding as it was when decided.

    `also`: ids of other findings that told of the same thing. `days`: status → the day it was
    reached. `title`: other words for the finding's next step. `expected`: the effect hoped for;
    None where nothing is known of it. `path`: what the finding's segment was expected to bring in
    from the day of the decision on, had nothing been done. `history`: oldest first.
    """

    id: str
    status: Status
    department: str
    effort: Effort
    due: date | None
    finding: Mapping[str, Any]
    owner: str = ""
    title: str = ""
    note: str = ""
    also: Sequence[str] = ()
    expected: Money | None = None
    days: Mapping[Status, date] = field(default_factory=dict)
    path: Sequence[Step] = ()
    history: Sequence[Change] = ()

    @property
    def ids(self) -> set[str]:
        """Every finding that it is about."""
        return {self.id, *self.also}

    @property
    def since(self) -> date | None:
        """The day from which on it can be seen: it was started, else done, else decided."""
        known = (self.days.get(one) for one in ("started", "done", "decided"))
        return next(filter(None, known), None) if self.status in BEGUN else None

    @property
    def text(self) -> Message | str:
        """What to do, in the words of who decided, else in the finding's."""
        return self.title or said(self.finding, "next_step")

    def is_overdue(self, day: date) -> bool:
        """Whether it should have been done before that day and is not."""
        waits = self.status in ("decided", "started")
        return waits and self.due is not None and self.due < day


def said(finding: Mapping[str, Any], part: str) -> Message | str:
    """Return a finding's claim, evidence or next step as a message, else as the text it has.

    `finding` is a row of findings.json: days are ISO text in it, and become days again.
    """
    message = finding.get("messages", {}).get(part)
    return restored(message) if message else finding.get(part, "")


def restored(message: Mapping[str, Any]) -> Message:
    """Return a message as it was before JSON made its days and inner messages plain."""
    template = message["template"]
    values = {
        name: _restored(value, f"{{{name}:date}}" in template)
        for name, value in message["values"].items()
    }
    return Message(template, values)


def _restored(value: object, is_day: bool) -> object:
    if isinstance(value, str) and is_day:
        return date.fromisoformat(value)
    is_message = isinstance(value, dict) and value.keys() == {"template", "values"}
    return restored(value) if is_message else value
