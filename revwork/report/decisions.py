"""Decisions: proposals as a table where nobody is there, with controls that decide where one is."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

from revwork.actions import DAYS, Action, Step, said
from revwork.report.carried import HEADLESS
from revwork.report.live import excuse
from revwork.report.table import Grid
from revwork.report.words import label, reader, words

if TYPE_CHECKING:
    from ipywidgets import DOMWidget

    from revwork.workspace import Company

_STATUSES = ("proposed", "decided", "started", "done", "dropped")
Expect = Callable[[Action, date], Sequence[Step]]


@dataclass(frozen=True)
class Decisions:
    """A table of actions; in Lab each has controls, and what is chosen is written at once."""

    actions: Sequence[Action]
    shown: Grid
    company: "Company"
    expect: Expect

    def _repr_html_(self) -> str:
        return self.shown._repr_html_()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        bundle = self.shown._repr_mimebundle_()
        if os.environ.get(HEADLESS) or not self.actions:
            return bundle
        import ipywidgets as widgets

        rows = [Row(number, one, self) for number, one in enumerate(self.actions, start=1)]
        box = widgets.VBox([row.box for row in rows])
        return {**bundle, **box._repr_mimebundle_(), "text/html": self._repr_html_()}

    def __repr__(self) -> str:
        return repr(self.shown)


class Row:
    """An action with its controls; each change is written when it is made, or why not is said."""

    def __init__(self, number: int, action: Action, decisions: Decisions) -> None:
        import ipywidgets as widgets

        self.action, self.decisions = action, decisions
        departments = sorted({one.department for one in decisions.actions})
        self.sign = widgets.HTML(f'<span class="quiet">{escape(label(action.status))}</span>')
        self.controls: dict[str, DOMWidget] = {
            "status": _choice("status", _STATUSES, action.status),
            "department": _choice("department", departments, action.department),
            "effort": widgets.Dropdown(
                options=[*DAYS], value=action.effort, description=label("effort")
            ),
            "due": widgets.DatePicker(value=action.due, description=label("due_date")),
            "owner": widgets.Text(
                value=action.owner, description=label("owner"), continuous_update=False
            ),
        }
        for name, one in self.controls.items():
            one.observe(lambda change, name=name: self._changed(name, change["new"]), "value")
        told = widgets.HTML(_told(number, action))
        self.box = widgets.VBox([told, widgets.HBox([*self.controls.values(), self.sign])])

    def _changed(self, name: str, value: object) -> None:
        """Write a change; where that cannot be, say why and show what the register has."""
        if value == getattr(self.action, name):
            return
        try:
            self.action = self.decisions.company.decide(self.action, self._with_day(name, value))
            told = words("Saved: {what:text}", what=label(name))
        except Exception as error:
            told = excuse(error)
            self.controls[name].value = getattr(self.action, name)
        self.sign.value = f'<span role="status">{escape(told)}</span>'

    def _with_day(self, name: str, value: Any) -> dict[str, Any]:
        """What is written with a change: a status has its day, a decision what is expected."""
        if name != "status" or value == "proposed":
            return {name: value}
        today = self.decisions.company.today
        changed = {name: value, "days": {value: today}}
        if value == "decided":
            changed["path"] = self.decisions.expect(self.action, today)
        return changed


def decisions(
    actions: Sequence[Action], shown: Grid, company: "Company", expect: Expect
) -> Decisions | Grid:
    """Show actions to decide on: `shown` is their table, the company's register takes the changes.

    `expect` tells what an action's part is expected to bring in from a day on: it is kept with
    the decision. Without an action the table says so itself.
    """
    return Decisions(actions, shown, company, expect) if actions else shown


def _choice(name: str, keys: Sequence[str], chosen: str) -> "DOMWidget":
    import ipywidgets as widgets

    options = [(label(key), key) for key in keys]
    return widgets.Dropdown(options=options, value=chosen, description=label(name))


def _told(number: int, action: Action) -> str:
    """What to do, and why, above its controls."""
    say = reader()
    worth = ""
    if action.expected:
        told = say.words("{worth:money} a year at most", worth=action.expected.value)
        worth = f' <span class="quiet">{escape(told)}</span>'
    return (
        f"<p><strong>{number}. {escape(say.say(action.text))}</strong>{worth}<br>"
        f'<span class="quiet">{escape(say.say(said(action.finding, "claim")))}</span></p>'
    )
