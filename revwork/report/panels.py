"""A picture for every choice: precomputed where nobody is there to ask, live where a kernel is."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count, product
from json import dumps

from revwork.findings import Unanswered
from revwork.report.words import label

HEADLESS = "REVWORK_HEADLESS"
MOST = 24
_serial = count(1)


class Panels:
    """`draw(**choice)` under one selector a choice; `draw` returns a view or several.

    >>> Panels(lambda by: chart.bars(revenue.breakdown(lines, comparison, by)), by=["region"])

    A headless run draws every combination, at most 24, into static HTML that the page's script
    switches, and one where all say the same; in Lab the first is drawn and a change draws the next.
    """

    def __init__(self, draw: Callable[..., object], **choices: Sequence | Mapping) -> None:
        self.draw = draw
        self.choices = {name: _options(options) for name, options in choices.items()}
        self.name = f"panels-{next(_serial)}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        words = "; ".join(f"{label(k)}: {', '.join(v)}" for k, v in self.choices.items())
        if os.environ.get(HEADLESS):
            return {"text/html": self._static(), "text/plain": words}
        widget = self._live()
        view = widget._repr_mimebundle_()
        return {**view, "text/html": widget.children[-1].value, "text/plain": words}

    def _static(self) -> str:
        combinations = list(product(*self.choices.values()))
        if len(combinations) > MOST:
            note = Note(
                f"{len(combinations)} combinations: open the notebook to choose among them."
            )
            first = combinations[0]
            return self._panel(first, self._body(first)) + note._repr_html_()
        controls = [
            {"label": label(name), "options": list(options)}
            for name, options in self.choices.items()
        ]
        bodies = [self._body(combination) for combination in combinations]
        if len(set(bodies)) == 1:
            return bodies[0]
        panels = "".join(map(self._panel, combinations, bodies))
        return (
            f'<div class="panels" id="{self.name}" data-controls="{escape(dumps(controls))}">'
            f"{panels}</div>"
        )

    def _body(self, shown: Sequence[str]) -> str:
        named = zip(self.choices, shown, strict=True)
        choice = {name: self.choices[name][option] for name, option in named}
        return drawn(lambda: self.draw(**choice))

    def _panel(self, shown: Sequence[str], body: str) -> str:
        named = list(zip(self.choices, shown, strict=True))
        title = " · ".join(f"{label(name)}: {option}" for name, option in named)
        places = (list(self.choices[name]).index(option) for name, option in named)
        return (
            f'<section class="panel" data-place="{",".join(map(str, places))}">'
            f'<p class="panel-title">{escape(title)}</p>{body}</section>'
        )

    def _live(self) -> object:
        import ipywidgets as widgets

        pickers = {
            name: widgets.Dropdown(
                options=list(options.items()),
                description=label(name),
                style={"description_width": "initial"},
            )
            for name, options in self.choices.items()
        }
        picture = widgets.HTML()

        def redraw(_change: object = None) -> None:
            picture.value = drawn(lambda: self.draw(**{n: p.value for n, p in pickers.items()}))

        for picker in pickers.values():
            picker.observe(redraw, names="value")
        redraw()
        return widgets.VBox([widgets.HBox(list(pickers.values())), picture])


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
        return (Note(str(reason)),)
    return tuple(shown) if isinstance(shown, tuple | list) else (shown,)


def drawn(draw: Callable[[], object]) -> str:
    """Return what `draw` shows as HTML, or the sentence that says why there is no answer."""
    return "".join(view._repr_html_() for view in views(draw))


def labelled(keys: Sequence[str]) -> dict[str, str]:
    """Return keys under the names people read, as a choice of panels."""
    return {label(key): key for key in keys}


def _options(choices: Sequence[object] | Mapping[str, object]) -> Mapping[str, object]:
    """Return what a choice shows → what it means; None is everything."""
    if isinstance(choices, Mapping):
        return choices
    return {"All" if option is None else str(option): option for option in choices}
