"""Tables: a caption, headings people can read, numbers in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from html import escape

import pandas as pd

from revwork.findings import Message
from revwork.report import glossary
from revwork.report.carried import carry, carrying
from revwork.report.panels import Note
from revwork.report.words import (
    SPECS,
    Reader,
    Title,
    html,
    is_unknown,
    label,
    reader,
    titled,
    words,
)

FORMATS = {
    "money": "net base current target gap amount value effect expected low high cost cogs "
    "gross_margin contribution_margin operating_result margin_after_order_costs start end "
    "expansion contraction churn reactivation new fx order_value net0 net1 price_effect "
    "volume_effect mix_effect others_net unknown_net "
    "net_revenue marketing order_costs commission payment_cost shipping_cost "
    "listed profit profit_each",
    "signed": "change",
    "change": "change_rate",
    "percent": "share top_1_share top_5_share top_10_share contribution "
    "margin_rate cumulative_share gross_churn net_churn grr nrr chance skill",
    "cents": "price0 price1",
    "decimal": "z hhi gini quick_ratio auc low_auc high_auc",
    "rate": "brier brier_base",
    "number": "n",
    "date": "day date",
    "period": "month",
}
_FORMAT_OF = {column: kind for kind, columns in FORMATS.items() for column in columns.split()}
_ENDINGS = {  # the first that fits
    **{"_change_rate": "change", "_share": "percent", "_rate": "percent", "_date": "date"},
    **dict.fromkeys(("_amount", "_cost", "_revenue", "_margin"), "money"),
    **{"_days": "tenths", "_count": "number", "_multiple": "multiple", "_id": "text"},
}
_WORDY = 24  # letters from which on a cell needs room to wrap in
_WORDS = ("text", "period", "segment", "label")


@dataclass(frozen=True)
class Grid:
    """A table to look at; every cell is text, escaped here, its exact value beside it."""

    frame: pd.DataFrame
    caption: str
    reader: Reader
    formats: Mapping[str, str] = field(default_factory=dict)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return carrying(self._repr_html_, repr(self))

    def _repr_html_(self) -> str:
        carry(self.frame, self.caption, formats=dict(self.formats))
        sides = [*map(self._side, self.frame)]
        head = "".join(
            f'<th scope="col"{side}>{escape(self.reader.label(str(name)))}'
            f"{glossary.button(str(name), self.reader)}</th>"
            for name, side in zip(self.frame, sides, strict=True)
        )
        rows = "".join(self._row(row, sides) for row in self.frame.itertuples(index=False))
        shown = (
            f'<div class="scroll" tabindex="0"><table><caption>{html(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )
        return glossary.beside(shown, self.reader)

    def __repr__(self) -> str:
        lines = [[label(str(name)) for name in self.frame]]
        for row in self.frame.itertuples(index=False):
            lines.append([self._cell(*pair) for pair in zip(self.frame, row, strict=True)])
        return "\n".join([self.caption, *map(" · ".join, lines)])

    def _row(self, row: tuple, sides: Sequence[str]) -> str:
        said = map(self._said, self.frame, row)
        first, *rest = zip(sides, said, strict=True)
        cells = "".join(f"<td{side}{one}</td>" for side, one in rest)
        return f'<tr><th scope="row"{first[1]}</th>{cells}</tr>'

    def _said(self, name: object, value: object) -> str:
        return f"{_exact(value, self._kind(name))}>{escape(self._cell(name, value))}"

    def _kind(self, name: object) -> str:
        return self.formats.get(str(name)) or format_of(str(name))

    def _cell(self, name: object, value: object) -> str:
        if kind := self._kind(name):
            return self.reader.format(value, kind)
        if isinstance(value, bool):
            return self.reader.words("yes") if value else self.reader.words("no")
        if isinstance(value, dict):
            return self.reader.segment(value)
        if isinstance(value, date):
            return self.reader.day(value)
        is_number = isinstance(value, int | float | Decimal)
        return self.reader.number(value, 2) if is_number else self.reader.text(value)

    def _side(self, name: object) -> str:
        kind, column = self._kind(name), self.frame[name]
        is_plain_number = pd.api.types.is_numeric_dtype(column) and column.dtype != bool
        is_number = kind not in _WORDS if kind else is_plain_number
        if is_number:
            return ' class="number"'
        longest = max((len(self._cell(name, value)) for value in column), default=0)
        return ' class="words"' if longest > _WORDY else ""


def table(frame: pd.DataFrame, caption: Title, /, *columns: str, **formats: str) -> Grid | Note:
    """Show the named columns of a frame, in that order; all of them where none is named.

    >>> table(found, "Best rated", "product_name", "rating", "low", rating="tenths", low="tenths")

    A column is shown as `formats` says, in the words of a `Message`; else as its name or its type
    has it. A frame without rows is a sentence, the caption's own where it is a `Message`. Raises
    ValueError for a format or a column that is none.
    """
    unknown = {*columns, *formats} - {*map(str, frame)} | {*formats.values()} - {*SPECS}
    if unknown:
        raise ValueError(f"no column or format: {', '.join(sorted(unknown))}")
    if frame.empty:
        return Note(_without_rows(caption))
    chosen = frame[list(columns)] if columns else frame
    return Grid(chosen.reset_index(drop=True), titled(caption, frame), reader(), formats)


def format_of(name: str) -> str:
    """Return how a column of that name is shown wherever nothing else is said, or nothing."""
    ending = next((kind for end, kind in _ENDINGS.items() if name.endswith(end)), "")
    return _FORMAT_OF.get(name, ending)


def _without_rows(caption: Title) -> str:
    if callable(caption):
        return words("Nothing to show.")
    said = reader().say(caption)
    is_sentence = isinstance(caption, Message)
    return said if is_sentence else words("{subject:text}: nothing to show.", subject=said)


def _exact(value: object, kind: str) -> str:
    """The attribute with what sorts and is saved where a cell's text does not say it all.

    A number in full, a day as ISO text, a period by its name; unknown is empty.
    """
    if hasattr(value, "item"):
        value = value.item()
    if is_unknown(value):
        exact = ""
    elif isinstance(value, date):
        exact = value.isoformat().removesuffix("T00:00:00")
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        exact = f"{value:.15g}" if isinstance(value, float) else str(value)
    elif kind == "period":
        exact = str(value)
    else:
        return ""
    return f' data-value="{escape(exact)}"'
