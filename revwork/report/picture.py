"""What every picture is: an image that states its finding, and says in words what it shows."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from revwork.report import theme
from revwork.report.carried import carry, carrying
from revwork.report.panels import Note
from revwork.report.words import Title, html, reader, titled, words

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Picture:
    """An image with its finding, its measure and its words for who cannot see it.

    `marked` says under the image what its numbered marks are.
    """

    title: str
    subtitle: str
    address: str
    alt: str
    frame: pd.DataFrame | None = field(default=None, compare=False, repr=False)
    marked: str = ""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return carrying(self._repr_html_, repr(self))

    def _repr_html_(self) -> str:
        if self.frame is not None:
            shown = {"subtitle": self.subtitle, "image": self.address, "alt": self.alt}
            carry(self.frame, self.title, **shown)
        marked = f'<span class="marked">{escape(self.marked)}</span>' if self.marked else ""
        source = reader().source
        source = f'<span class="as-of">{escape(source)}</span>' if source else ""
        return (
            f'<figure><figcaption><strong class="finding-title">{html(self.title)}</strong>'
            f'<span class="quiet">{escape(self.subtitle)}</span></figcaption>'
            f'<div class="scroll" tabindex="0"><img alt="{escape(self.alt)}" src="{self.address}">'
            f"</div>{marked}{source}</figure>"
        )

    def __repr__(self) -> str:
        return f"{self.title} ({self.subtitle}). {self.alt}"


Draw = Callable[..., Picture | Note]


def of(measure: str | int, *others: str) -> Callable[[Draw], Draw]:
    """A picture of these numeric columns: a note stands for it where no measure is known.

    The measure is named or counted from 0; the other columns may be absent, and are then unknown.
    """

    def known(draw: Draw) -> Draw:
        @wraps(draw)
        def drawn(
            frame: pd.DataFrame, title: Title, subtitle: str, *given: object, **named: object
        ) -> Picture | Note:
            subtitle = reader().say(subtitle)
            name = frame.columns[measure] if isinstance(measure, int) else measure
            numbers = frame.reindex(columns=[name, *others]).astype("float64")
            numbers = numbers.replace([np.inf, -np.inf], np.nan)
            if numbers[name].isna().all():
                return Note(words("{subject:text}: nothing to show.", subject=subtitle))
            shown = draw(frame.assign(**numbers), title, subtitle, *given, **named)
            return replace(shown, frame=frame) if isinstance(shown, Picture) else shown

        return drawn

    return known


def finished(
    figure: "Figure", frame: pd.DataFrame, title: Title, subtitle: str, alt: str
) -> Picture:
    """Return what was drawn of a frame, under what the title reads in it."""
    address = theme.image(figure)
    return Picture(titled(title, frame), subtitle, address, alt, marked=str(figure.get_label()))


def short(name: str, most: int) -> str:
    """A name on one line; what cannot be printed would spoil the picture."""
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return name if len(name) <= most else name[: most - 1] + "…"
