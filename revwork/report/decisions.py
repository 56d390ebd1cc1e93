"""Decisions: actions as a list where nobody is there, with controls that decide where one is."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from revwork.actions import DAYS, Action, Step, said
from revwork.report.carried import HEADLESS, carry, carrying
from revwork.report.live import excuse
from revwork.report.panels import Note
from revwork.report.words import Reader, Title, html, label, reader, titled, words

if TYPE_CHECKING:
    from ipywidgets import DOMWidget

    from revwork.workspace import Company

_STATUSES = ("proposed", "decided", "started", "done", "dropped")
Expect = Callable[[Action, date], Sequence[Step]]


@dataclass(frozen=True)
class Decisions:
    """Actions under a title; in Lab each has controls, and what is chosen is written at once.

    `frame` holds the rows behind it, for workbook and slides; `day` is the one that is late from.
    """

    actions: Sequence[Action]
    frame: pd.DataFrame
    title: str
    day: date
    company: "Company"
    expect: Expect
    reader: Reader

    def _repr_html_(self) -> str:
        carry(self.frame, self.title)
        items = "".join(f"<li>{told(one, self.day, self.reader)}</li>" for one in self.actions)
        head = f'<p class="panel-title">{html(self.title)}</p>'
        return f'{head}<ol class="findings">{items}</ol>'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        bundle = carrying(self._repr_html_, repr(self))
        if os.environ.get(HEADLESS):
            return bundle
        import ipywidgets as widgets

        rows = [Row(number, one, self) for number, one in enumerate(self.actions, start=1)]
        return {**bundle, **widgets.VBox([row.box for row in rows])._repr_mimebundle_(),
                "text/html": bundle["text/html"], "text/plain": repr(self)}  # fmt: skip

    def __repr__(self) -> str:
        say = self.reader.say
        lines = (f"{say(said(one.finding, 'claim'))}: {say(one.text)}" for one in self.actions)
        return "\n".join([self.title, *lines])


class Row:
    """An action with its controls; each change is written when it is made, or why not is said."""

    def __init__(self, number: int, action: Action, decisions: Decisions) -> None:
        import ipywidgets as widgets

        self.action, self.decisions = action, decisions
        self.sign = widgets.HTML()
        departments = sorted({one.department for one in decisions.actions})
        self.controls: dict[str, DOMWidget] = {
            "status": _choice("status", _STATUSES, action.status),
            "department": _choice("department", departments, action.department),
            "effort": _choice("effort", [*DAYS], action.effort),
            "due": widgets.DatePicker(value=action.due, description=label("due")),
            "owner": widgets.Text(
                value=action.owner, description=label("owner"), continuous_update=False
            ),
        }
        for name, one in self.controls.items():
            one.observe(lambda change, name=name: self._changed(name, change["new"]), "value")
        item = f"<li>{told(action, decisions.day, decisions.reader)}</li>"
        shown = widgets.HTML(f'<ol class="findings" start="{number}">{item}</ol>')
        self.box = widgets.VBox([shown, widgets.HBox([*self.controls.values(), self.sign])])

    def _changed(self, name: str, value: object) -> None:
        """Write a change; where that cannot be, say why and show what the register has."""
        if value == getattr(self.action, name):
            return
        try:
            self.action = self.decisions.company.decide(self.action, self._meant(name, value))
            now = words("Saved: {what:text}", what=label(name))
        except Exception as error:
            now = excuse(error)
            self.controls[name].value = getattr(self.action, name)
        self.sign.value = f'<span role="status">{escape(now)}</span>'

    def _meant(self, name: str, value: Any) -> dict[str, Any]:
        """What is written with a change: a status has its day, a decision what is expected."""
        if name != "status" or value == "proposed":
            return {name: value}
        today = self.decisions.company.today
        changed = {name: value, "days": {value: today}}
        if value == "decided":
            changed["path"] = self.decisions.expect(self.action, today)
        return changed


def decisions(
    actions: Sequence[Action],
    frame: pd.DataFrame,
    title: Title,
    day: date,
    deciding: tuple["Company", Expect],
) -> Decisions | Note:
    """Show actions to decide on, seen from a day; the company's register takes the changes.

    `deciding` is the company and what tells what an action's part is expected to bring in from a
    day on: that is kept with the decision. `frame` is what `action_list.listed` returns of them.
    """
    shown = titled(title, frame)
    if not actions:
        return Note(shown)
    return Decisions(actions, frame, shown, day, *deciding, reader())


def told(action: Action, day: date, say: Reader) -> str:
    """Return an action as a page has it: the finding, whose it is, the money, what to do."""
    claim = html(say.say(said(action.finding, "claim")))
    return (
        f'<strong>{claim}</strong><span class="tag">{" · ".join(_about(action, day, say))}</span>'
        f'<span class="money">{escape(_worth(action, say))}</span>'
        f"<p><b>{escape(say.words('Next:'))}</b> {html(say.say(action.text))}</p>"
        + (f"<p>{escape(action.note)}</p>" if action.note else "")
    )


def _about(action: Action, day: date, say: Reader) -> Iterator[str]:
    """How far it is, whose, how much work, by when."""
    yield escape(say.label(action.status))
    yield escape(say.label(action.department))
    if action.owner:
        yield escape(say.text(action.owner))
    days = DAYS[action.effort]
    yield escape(say.words("effort {size:text}, {days:days}", size=action.effort, days=days))
    if action.due:
        yield escape(say.words("due on {day:date}", day=action.due))
    if action.is_overdue(day):
        yield f'<strong class="stale-tag">▲ {escape(say.words("late"))}</strong>'


def _worth(action: Action, say: Reader) -> str:
    if action.expected is None:
        return say.words("No gain is known beforehand")
    return say.words(
        "At most {value:money} a year (95 %: {low:money} to {high:money})", **vars(action.expected)
    )


def _choice(name: str, keys: Sequence[str], chosen: str) -> "DOMWidget":
    import ipywidgets as widgets

    options = [(label(key), key) for key in keys]
    return widgets.Dropdown(options=options, value=chosen, description=label(name))
