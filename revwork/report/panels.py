"""A picture for every choice: precomputed where nobody is there to ask, live where a kernel is."""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import count, product
from json import dumps
from typing import Literal

from revwork.calendar import Period
from revwork.findings import Unanswered
from revwork.report.carried import HEADLESS, carrying, chosen, pictures
from revwork.report.words import label, reader, text, words

MOST, PICTURES = 24, 40
Kind = Literal["select", "tabs", "toggle", "slider"]
_FEW, _SHORT = 5, 48  # options of tabs, and their letters together
_PERIODS = re.compile(r"(FY)?\d{4}(-\w+)?")
_serial = count(1)


@dataclass(frozen=True)
class Choice:
    """What can be chosen, by what kind of control, and how many a page holds (0: all)."""

    options: Sequence | Mapping
    kind: Kind
    page: int = 0


select, tabs, toggle, slider = (
    partial(Choice, kind=kind) for kind in ("select", "tabs", "toggle", "slider")
)


class Panels:
    """`draw(**choice)` under one control a choice; `draw` returns a view or several.

    >>> Panels(lambda by: chart.bars(figures.breakdown(lines, comparison, by)), by=["region"])

    Two options make a toggle, a few short ones tabs, ordered ones (numbers, periods) a slider,
    others a select; `by=select([...], page=6)` decides otherwise, and that a page holds the first 6
    alone. Panels of one `group` switch together where they offer the same choice under the same
    name.

    A headless run draws every combination, at most 24 and 40 pictures a report, into static HTML
    that the page's script switches, and one where all say the same; in Lab the first is drawn and
    a change draws the next.
    """

    def __init__(
        self, draw: Callable[..., object], group: str = "", **choices: Sequence | Mapping | Choice
    ) -> None:
        self.draw = draw
        self.group = group
        given = {
            k: one if isinstance(one, Choice) else Choice(one, "") for k, one in choices.items()
        }
        self.choices = {name: _options(one.options) for name, one in given.items()}
        if os.environ.get(HEADLESS):
            self.choices = {k: _first(one, given[k].page) for k, one in self.choices.items()}
        self.kinds = {name: one.kind or _kind(self.choices[name]) for name, one in given.items()}
        self.name = f"panels-{next(_serial)}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        if os.environ.get(HEADLESS):
            return carrying(self._static, repr(self))
        from revwork.report.live import Controls

        widget = Controls(self).box
        view = widget._repr_mimebundle_()
        return {**view, "text/html": widget.children[-1].value, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return "; ".join(f"{label(k)}: {', '.join(v)}" for k, v in self.choices.items())

    def _static(self) -> str:
        combinations = list(product(*self.choices.values()))
        bodies = self._bodies(combinations)
        if len(bodies) < len(combinations):
            note = Note(
                words(
                    "{n:number} combinations: open the notebook to choose among them.",
                    n=len(combinations),
                )
            )
            return self._panel(combinations[0], bodies[0]) + note._repr_html_()
        if len(set(bodies)) == 1:
            return bodies[0]
        panels = "".join(map(self._panel, combinations, bodies))
        return (
            f'<div class="panels" id="{self.name}" '
            f'data-controls="{escape(dumps(list(map(self._control, self.choices))))}">'
            f"{panels}</div>"
        )

    def _bodies(self, combinations: Sequence[Sequence[str]]) -> list[str]:
        """What every choice shows; the first alone where all are more than a page holds."""
        bodies, before = [], pictures()
        for combination in combinations:
            bodies.append(self._body(combination))
            each = "".join(bodies).count("<img ") / len(bodies)
            if len(combinations) > MOST or before + each * len(combinations) > PICTURES:
                return bodies[:1]
        return bodies

    def _control(self, name: str) -> dict:
        """What the page's script needs to know of a choice."""
        group = f"{self.group}/{name}" if self.group else ""
        options = list(self.choices[name])
        return {"label": label(name), "kind": self.kinds[name], "group": group, "options": options}

    def _body(self, shown: Sequence[str]) -> str:
        with chosen(dict(zip(map(label, self.choices), shown, strict=True))):
            return drawn(lambda: self.show(shown))

    def show(self, shown: Sequence[str]) -> object:
        """Draw the choice that bears these names, one a control."""
        named = zip(self.choices, shown, strict=True)
        return self.draw(**{name: self.choices[name][option] for name, option in named})

    def _panel(self, shown: Sequence[str], body: str) -> str:
        named = list(zip(self.choices, shown, strict=True))
        title = " · ".join(f"{label(name)}: {option}" for name, option in named)
        places = (list(self.choices[name]).index(option) for name, option in named)
        return (
            f'<section class="panel" data-place="{",".join(map(str, places))}">'
            f'<p class="panel-title">{escape(title)}</p>{body}</section>'
        )


@dataclass(frozen=True)
class Note:
    """One sentence where an answer would stand."""

    sentence: str

    def _repr_html_(self) -> str:
        return f'<p class="note">{escape(self.sentence)}</p>'

    def __repr__(self) -> str:
        return self.sentence


def views(draw: Callable[[], object]) -> tuple:
    """Return the view or views that `draw` returns, or a note why there is no answer."""
    try:
        shown = draw()
    except Unanswered as reason:
        return (Note(reader().say(reason.message)),)
    except Exception as error:
        if os.environ.get(HEADLESS):
            raise
        from revwork.report.live import excuse

        return (Note(excuse(error)),)
    return tuple(shown) if isinstance(shown, tuple | list) else (shown,)


def drawn(draw: Callable[[], object]) -> str:
    """Return what `draw` shows as HTML, or the sentence that says why there is no answer."""
    return "".join(view._repr_html_() for view in views(draw))


def labelled(keys: Iterable[str]) -> dict[str, str]:
    """Return keys under the names people read, as a choice of panels."""
    return {label(key): key for key in keys}


def _options(choices: Sequence[object] | Mapping[str, object]) -> Mapping[str, object]:
    """Return what a choice shows → what it means; None is everything."""
    options = choices if isinstance(choices, Mapping) else {one: one for one in choices}
    named: dict[str, object] = {}
    for one, meant in options.items():
        name = words("All") if one is None else text(one)
        named[f"“{name}”" if name in named else name] = meant
    return named


def _first(options: Mapping[str, object], most: int) -> Mapping[str, object]:
    return dict(list(options.items())[: most or None])


def _kind(options: Mapping[str, object]) -> Kind:
    """The control that suits the options."""
    if len(options) == 2:
        return "toggle"
    if len(options) > 2 and all(map(_is_ordered, options.values())):
        return "slider"
    few = len(options) <= _FEW and len("".join(options)) <= _SHORT
    return "tabs" if few else "select"


def _is_ordered(value: object) -> bool:
    if isinstance(value, str):
        return bool(_PERIODS.fullmatch(value))
    return isinstance(value, int | float | Period)
