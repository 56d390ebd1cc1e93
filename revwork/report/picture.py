"""What every picture is: an image that states its finding, and says in words what it shows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from html import escape

import numpy as np
import pandas as pd

from revwork.report.panels import Note
from revwork.report.words import Title, html, reader


@dataclass(frozen=True)
class Picture:
    """An image with its finding, its measure and its words for who cannot see it."""

    title: str
    subtitle: str
    address: str
    alt: str

    def _repr_html_(self) -> str:
        return (
            f'<figure><figcaption><strong class="finding-title">{html(self.title)}</strong>'
            f'<span class="quiet">{escape(self.subtitle)}</span></figcaption>'
            f'<div class="scroll" tabindex="0"><img alt="{escape(self.alt)}" src="{self.address}">'
            "</div></figure>"
        )

    def __repr__(self) -> str:
        return f"{self.title} ({self.subtitle}). {self.alt}"


Draw = Callable[[pd.DataFrame, Title, str], Picture | Note]


def of(measure: str, *others: str) -> Callable[[Draw], Draw]:
    """A picture of these numeric columns: a note stands for it where no measure is known."""

    def known(draw: Draw) -> Draw:
        @wraps(draw)
        def drawn(frame: pd.DataFrame, title: Title, subtitle: str) -> Picture | Note:
            numbers = frame[[measure, *others]].astype("float64").replace([np.inf, -np.inf], np.nan)
            if numbers[measure].isna().all():
                return Note(f"{subtitle}: nothing to show.")
            return draw(frame.assign(**numbers), title, subtitle)

        return drawn

    return known


def money_that_fits(values: Iterable[float], most: int) -> Callable[[float], str]:
    """How money is written on a picture: in full, or short where that takes too many letters."""
    fits = max(len(reader().money(value)) for value in values) <= most
    return reader().money if fits else reader().compact


def short(name: str, most: int) -> str:
    """A name on one line; what cannot be printed would spoil the picture."""
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return name if len(name) <= most else name[: most - 1] + "…"
