"""Tables: a caption, headings people can read, numbers in the reader's language."""

from dataclasses import dataclass
from decimal import Decimal
from html import escape

import pandas as pd

from revwork.report.panels import Note
from revwork.report.words import Reader, Title, html, label, reader, text, titled

FORMATS = {
    "money": "net base current target gap amount value effect expected low high cost cogs "
    "gross_margin contribution_margin operating_result margin_after_order_costs start end "
    "expansion contraction churn reactivation new fx order_value net0 net1 price_effect "
    "volume_effect mix_effect others_net unknown_net "
    "net_revenue marketing order_costs commission payment_cost shipping_cost",
    "signed": "change",
    "change": "change_rate",
    "percent": "share top_1_share top_5_share top_10_share contribution "
    "margin_rate cumulative_share gross_churn net_churn grr nrr",
    "cents": "price0 price1",
    "decimal": "z hhi gini quick_ratio",
    "date": "day date",
}
_FORMAT_OF = {column: kind for kind, columns in FORMATS.items() for column in columns.split()}
_ENDINGS = ("change_rate", "share", "date")  # whatever stands before, a column is shown as these


@dataclass(frozen=True)
class Grid:
    """A table to look at; every cell is text, escaped here."""

    frame: pd.DataFrame
    caption: str
    reader: Reader

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col"{_side(name, self.frame)}>{escape(label(str(name)))}</th>'
            for name in self.frame
        )
        rows = "".join(self._row(row) for row in self.frame.itertuples(index=False))
        return (
            f'<div class="scroll" tabindex="0"><table><caption>{html(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def __repr__(self) -> str:
        lines = [[label(str(name)) for name in self.frame]]
        for row in self.frame.itertuples(index=False):
            cells = zip(self.frame, row, strict=True)
            lines.append([_cell(name, value, self.reader) for name, value in cells])
        return "\n".join([self.caption, *map(" · ".join, lines)])

    def _row(self, row: tuple) -> str:
        first, *rest = zip(self.frame, row, strict=True)
        cells = "".join(
            f"<td{_side(name, self.frame)}>{escape(_cell(name, value, self.reader))}</td>"
            for name, value in rest
        )
        return f'<tr><th scope="row">{escape(_cell(*first, self.reader))}</th>{cells}</tr>'


def table(frame: pd.DataFrame, caption: Title, *columns: str) -> Grid | Note:
    """Show the named columns of a frame, in that order; all of them where none is named.

    A frame without rows is its caption alone.
    """
    if frame.empty:
        return Note("Nothing to show." if callable(caption) else titled(caption, frame))
    chosen = frame[list(columns)] if columns else frame
    return Grid(chosen.reset_index(drop=True), titled(caption, frame), reader())


def _cell(name: str, value: object, reader: Reader) -> str:
    kind = _kind(name)
    if kind:
        return reader.format(value, kind)
    if isinstance(value, dict):
        return " · ".join(map(text, value.values()))
    return reader.number(value, 2) if isinstance(value, int | float | Decimal) else text(value)


def _kind(name: object) -> str | None:
    ending = next((end for end in _ENDINGS if str(name).endswith(f"_{end}")), str(name))
    return _FORMAT_OF.get(str(name)) or _FORMAT_OF.get(ending)


def _side(name: object, frame: pd.DataFrame) -> str:
    is_number = pd.api.types.is_numeric_dtype(frame[name]) or _kind(name)
    return ' class="number"' if is_number else ""
