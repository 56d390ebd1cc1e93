"""How numbers, dates and sentences read in the reader's language."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from math import isfinite
from string import Formatter
from typing import TYPE_CHECKING

from babel.dates import format_date
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_currency_symbol,
)

from revwork.findings import Message

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "–"
_MANIFOLD = 10
Title = str | Message | Callable[["pd.DataFrame"], Message]


@dataclass(frozen=True)
class Reader:
    """Who reads: the language of numbers and dates, and the currency of money."""

    language: str = "en"
    currency: str = "EUR"

    def say(self, message: Message | str) -> str:
        """Return the message as a sentence, each value formatted as its template asks."""
        if isinstance(message, str):
            return message
        return _Sentence(self).vformat(message.template, (), message.values)

    def money(self, value: float | None, cents: bool = False) -> str:
        """Return €1,234 or, with `cents`, €1,234.50."""
        if is_unknown(value):
            return UNKNOWN
        digits = get_currency_precision(self.currency) if cents else 0
        rounded = round(float(value), digits) + 0.0
        pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
        pattern = pattern if self.language == "en" else pattern.replace("¤", "") + "\u00a0¤"
        return format_currency(
            rounded, self.currency, pattern, locale=self.language, currency_digits=False
        ).replace("-", "−")

    def compact(self, value: float) -> str:
        """Return money short enough for an axis: €1.2m, €30k."""
        sign = get_currency_symbol(self.currency, locale=self.language)
        sizes = ((1e9, "bn"), (1e6, "m"), (1e3, "k"), (1, ""))
        size, unit = next((s for s in sizes if abs(value) >= s[0]), (1, ""))
        amount = self.number(abs(value) / size, 1) + unit
        minus = "−" if value < 0 else ""
        return minus + (f"{sign}{amount}" if self.language == "en" else f"{amount}\u00a0{sign}")

    def percent(self, value: float | None) -> str:
        """Return a share such as .1234 as 12.3 %."""
        if is_unknown(value):
            return UNKNOWN
        pattern = "#,##0.#%" if self.language == "en" else "#,##0.#\u00a0%"
        share = round(float(value), 3) + 0.0
        return format_percent(share, pattern, locale=self.language).replace("-", "−")

    def change(self, value: float | None) -> str:
        """Return a relative change with its sign: +4.2%, −3%, ×12, or “new” without a baseline."""
        if is_unknown(value):
            return "new"
        if value >= _MANIFOLD:
            return f"×{self.number(value + 1)}"
        return _plus(round(value, 3)) + self.percent(value)

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return a plain number with the language's separators."""
        if is_unknown(value):
            return UNKNOWN
        pattern = "#,##0" + ("." + "#" * digits if digits else "")
        rounded = round(float(value), digits) + 0.0
        return format_decimal(rounded, pattern, locale=self.language).replace("-", "−")

    def day(self, value: date | None) -> str:
        """Return a day as the language writes it."""
        return UNKNOWN if is_unknown(value) else format_date(value, "d MMM y", locale=self.language)

    def month(self, value: date) -> str:
        """Return a month short enough for an axis."""
        return format_date(value, "MMM yy", locale=self.language)

    def format(self, value: object, spec: str) -> str:
        """Return `value` as `spec` asks: money, cents, percent, change, points, number, date."""
        return _SPECS[spec](self, value)


def reader() -> Reader:
    """Return whoever `read_as` named last."""
    return _current[-1]


def read_as(language: str, currency: str) -> None:
    """Write everything that follows for this language and currency."""
    _current.append(Reader(language, currency))


def titled(title: Title, frame: "pd.DataFrame") -> str:
    """Return a title in words: as it is, or what a reading of the frame says."""
    return reader().say(title(frame) if callable(title) else title)


def label(key: str) -> str:
    """Return a column, bar or metric key as people write it: net_revenue → Net revenue."""
    return _LABELS.get(key) or key.replace("_", " ").capitalize()


def text(value: object) -> str:
    """Return a name as it is; an unknown one says so."""
    return "not recorded" if is_unknown(value) else str(value)


def html(sentence: str) -> str:
    """Return a sentence for a page: escaped, and no sign parted from its amount."""
    return re.sub(r"[+−]\S+", r'<span class="amount">\g<0></span>', escape(sentence))


def is_unknown(value: object) -> bool:
    """Return whether there is no value, or none that can be written: null, not a number, ∞."""
    if isinstance(value, float | Decimal):
        return not isfinite(value)
    return value is None or (not isinstance(value, str) and str(value) in ("NaT", "<NA>"))


_SPECS: Mapping[str, object] = {
    "": lambda reader, value: text(value),
    "text": lambda reader, value: text(value),
    "money": Reader.money,
    "cents": lambda reader, value: reader.money(value, cents=True),
    "signed": lambda reader, value: _plus(value) + reader.money(value),
    "percent": Reader.percent,
    "change": Reader.change,
    "points": lambda reader, value: (
        UNKNOWN if is_unknown(value) else f"{reader.number(value * 100, 1)} pp"
    ),
    "number": Reader.number,
    "rate": lambda reader, value: reader.number(value, 3),
    "decimal": lambda reader, value: reader.number(value, 2),
    "date": Reader.day,
    "label": lambda reader, value: label(value),
}

_LABELS = {
    "base": "Before",
    "change_rate": "Change %",
    "current": "Now",
    "fpa": "FP&A",
    "lmdi": "LMDI (log-mean Divisia)",
    "shapley": "Shapley",
    "fx": "Exchange rates",
    "unpriced": "Without a price",
    "joint": "Price × volume",
    "abc": "ABC",
    "price0": "Price before",
    "price1": "Price now",
    "cost": "Cost of goods",
    "margin_rate": "Margin %",
    "net": "Net revenue",
    "running": "Running costs",
    "payment_cost": "Payment fees",
    "shipping_cost": "Shipping",
    "hhi": "Herfindahl index",
    "grr": "Gross retention",
    "nrr": "Net retention",
    "z": "Robust z",
}

_current = [Reader()]


def _plus(value: float | None) -> str:
    return "+" if not is_unknown(value) and value > 0 else ""


class _Sentence(Formatter):
    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def format_field(self, value: object, spec: str) -> str:
        return self.reader.format(value, spec)
