"""The bar on top of a notebook in Lab: its parameters as controls, everything below follows."""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from revwork.calendar import Calendar, Period
from revwork.report.carried import HEADLESS
from revwork.report.live import Below, Later, kernel, picker, relabel
from revwork.report.words import label, text, words

if TYPE_CHECKING:
    from revwork.report.page import Masthead

LANGUAGES = {"English": "en", "Español": "es", "Français": "fr"}
_REACH = {"month": 13, "quarter": 8, "year": 3}
_open: list["Bar"] = []


def put_above(masthead: "Masthead") -> None:
    """Show the bar where a kernel is and somebody to use it; what follows redraws with it."""
    shell = None if os.environ.get(HEADLESS) else kernel()
    if shell is None:
        return
    if _open and _open[-1].below.again:
        _open[-1].adopt(masthead)
        return
    below = _open[-1].below if _open else Below(shell)
    bar = Bar(masthead, below)
    _open[:] = [bar]
    shell.display_pub.publish({**bar.box._repr_mimebundle_(), "text/html": "", "text/plain": ""})


class Bar:
    """Controls for those of the parameters `period`, `compare`, `only`, `language` there are."""

    def __init__(self, masthead: "Masthead", below: Below) -> None:
        import ipywidgets as widgets

        self.below, self.offered = below, _offered(masthead, below.names)
        self.sign = widgets.HTML()
        self.pickers = {
            key: picker("select", name, options) for key, (name, options) in self.offered.items()
        }
        self.box = widgets.HBox([*self.pickers.values(), self.sign]).add_class("revwork-bar")
        self.adopt(masthead)
        self.later = Later(below.run, self.box)
        for one in self.pickers.values():
            one.observe(self._changed, names="index")

    def adopt(self, masthead: "Masthead") -> None:
        """Say the same in the language that the masthead speaks, and show what it stands for."""
        self.offered = _offered(masthead, self.below.names)
        self.sign.value = f'<span role="status">{words("Updating…")}</span>'
        chosen = _chosen(masthead)
        for key, (name, options) in self.offered.items():
            relabel(self.pickers[key], name, options, [*options.values()].index(chosen[key]))

    def _changed(self, change: Mapping) -> None:
        if not change["owner"].settled:
            return
        meant = {k: [*self.offered[k][1].values()][one.index] for k, one in self.pickers.items()}
        only = [one for key, values in meant.items() if key.startswith("only ") for one in values]
        plain = {key: value for key, value in meant.items() if not key.startswith("only ")}
        self.below.names.update(plain | ({"only": only} if "only" in self.below.names else {}))
        self.later()


def _offered(masthead: "Masthead", names: Mapping[str, object]) -> dict:
    """Parameter → what its control is called, and its options by name."""
    chosen = _chosen(masthead)
    against = {label("year ago"): "year ago", label("previous"): "previous"}
    known = {
        "period": (label("period"), _periods(masthead)),
        "compare": (words("Compared with"), against),
        "language": (label("language"), LANGUAGES),
    }
    offered = {key: one for key, one in known.items() if key in names}
    if "only" in names:
        for dimension, values in masthead.offered.items():
            key = f"only {dimension}"
            offered[key] = (label(dimension), _values(dimension, values, chosen[key]))
    return offered


def _chosen(masthead: "Masthead") -> dict[str, object]:
    """Parameter → what the masthead stands for."""
    chosen = {
        "period": masthead.comparison.period.name,
        "compare": masthead.comparison.against,
        "language": masthead.reader.language,
    }
    only = defaultdict(list)
    for one in masthead.only:
        only[one.partition("=")[0]].append(one)
    return chosen | {f"only {name}": only.get(name, []) for name in masthead.offered}


def _values(dimension: str, values: Sequence, chosen: list[str]) -> dict[str, list[str]]:
    """All, each value, and the several that a parameter may name."""
    options = {words("All"): []}
    for value in values:
        name = text(value)
        options[f"“{name}”" if name in options else name] = [f"{dimension}={value or ''}"]
    if chosen not in options.values():
        options[", ".join(one.partition("=")[2] for one in chosen)] = chosen
    return options


def _periods(masthead: "Masthead") -> dict[str, str]:
    """The last months, quarters and years that the data reach, and the one that is shown."""
    days = [one.first_day for one in masthead.tables.inputs if one.first_day]
    latest, calendar = masthead.tables.as_of, masthead.company.calendar
    shown = masthead.comparison.period
    periods = [shown]
    for grain, most in _REACH.items():
        periods += _back(calendar, calendar.holding(latest, grain), most)
    reached = [one for one in periods if one == shown or one.end > min(days, default=one.start)]
    return {masthead.reader.period(one.name): one.name for one in reached}


def _back(calendar: Calendar, period: Period, most: int) -> list[Period]:
    periods = [period]
    while len(periods) < most:
        periods.append(calendar.previous(periods[-1]))
    return periods
