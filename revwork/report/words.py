"""How numbers, dates and sentences read in the reader's language."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from math import isfinite
from string import Formatter
from types import MappingProxyType
from typing import TYPE_CHECKING

from babel.dates import format_date
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_currency_symbol,
)
from babel.units import format_unit

from revwork.findings import Message, Word
from revwork.metrics import Unit
from revwork.report.catalogue import in_english, translated

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "–"
_MANIFOLD = 10
_TEN = 10  # days: fewer are written with a tenth
_LONGEST = 300  # letters of a name; a table of endless ones would never be printed
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
Title = str | Message | Callable[["pd.DataFrame"], Message]


@dataclass(frozen=True)
class Reader:
    """Who reads: the language of words, numbers and dates, the currency of money, the source.

    `part`: of the business, the part that all is told of, as pairs of dimension and value.
    `is_partial`: the period that is told of is not over.
    """

    language: str = "en"
    currency: str = "EUR"
    source: str = ""
    part: tuple[tuple[str, str], ...] = ()
    is_partial: bool = False

    def say(self, message: Message | str) -> str:
        """Return the message as a sentence, each value formatted as its template asks."""
        if isinstance(message, str):
            return translated(message, self.language)
        template = translated(message.template, self.language)
        if not message.values:
            return template
        return _Sentence(self).vformat(template, (), message.values)

    def words(self, template: str, **values: object) -> str:
        """Return the sentence of an English template and the values it names."""
        return self.say(Message(template, values))

    def label(self, key: str) -> str:
        """Return a column, bar or metric key as people write it: net_revenue → Net revenue."""
        return translated(in_english(key), self.language)

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

    def compact(self, value: float | None, sign: str | None = None, digits: int = 1) -> str:
        """Return money short enough for an axis: €1.2m, €30k; a number with an empty `sign`."""
        if is_unknown(value):
            return UNKNOWN
        sizes = zip((1e9, 1e6, 1e3, 0), _UNITS[self.language], strict=True)
        size, unit = next(one for one in sizes if abs(value) >= one[0])
        sign = get_currency_symbol(self.currency, locale=self.language) if sign is None else sign
        amount = self.number(abs(value) / (size or 1), digits)
        below = "−" if value < 0 and re.search("[1-9]", amount) else ""
        return below + unit.format(amount=amount, sign=sign).strip("\u00a0")

    def percent(self, value: float | None) -> str:
        """Return a share such as .1234 as 12.3 %."""
        if is_unknown(value):
            return UNKNOWN
        pattern = f"#,##0.#{_BEFORE_PERCENT[self.language]}%"
        share = round(float(value), 3) + 0.0
        return format_percent(share, pattern, locale=self.language).replace("-", "−")

    def change(self, value: float | None) -> str:
        """Return a relative change with its sign: +4.2%, −3%, ×12, or “new” without a baseline."""
        if is_unknown(value):
            return self.words("new")
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

    def days(self, value: float | None, digits: int | None = None) -> str:
        """Return 12 days, or 2.5 days: below ten a tenth is worth saying."""
        if is_unknown(value):
            return UNKNOWN
        digits = int(abs(value) < _TEN) if digits is None else digits
        rounded = Decimal(str(round(float(value), digits) + 0.0)).normalize()
        pattern = "#,##0" + ("." + "#" * digits if digits else "")
        told = format_unit(rounded, "duration-day", "long", pattern, locale=self.language)
        return told.replace("-", "−")

    def multiple(self, value: float | None, digits: int = 1) -> str:
        """Return how many times one is the other: 3.2×."""
        return UNKNOWN if is_unknown(value) else self.number(value, digits) + "×"

    def day(self, value: date | None) -> str:
        """Return a day as the language writes it."""
        return UNKNOWN if is_unknown(value) else format_date(value, "d MMM y", locale=self.language)

    def month(self, value: date) -> str:
        """Return a month short enough for an axis."""
        return format_date(value, "MMM yy", locale=self.language)

    def period(self, name: str) -> str:
        """Return the name of a period as the language writes it: 2026-Q2 → T2 2026."""
        found = _PERIOD.fullmatch(name)
        if self.language == "en" or not found:
            return name
        fiscal, year, part, number = found.groups()
        year = self.words("fiscal {year:text}", year=year) if fiscal else year
        if number and not part:
            return f"{format_date(date(2000, int(number), 1), 'MMM', self.language)} {year}"
        return f"{_PARTS.get(part, part)}{number} {year}" if number else year

    def text(self, value: object) -> str:
        """Return a name as it is; an unknown one says so, an endless one ends with an ellipsis.

        Signs that turn the direction of reading are left out: they would turn our words, too.
        """
        if isinstance(value, Message | Word):
            return self.say(value)
        if is_unknown(value):
            return self.words("not recorded")
        name = _TURNING.sub("", str(value))
        return name if len(name) <= _LONGEST else name[:_LONGEST] + "…"

    def segment(self, values: Mapping[str, object]) -> str:
        """Return a segment as one name: Germany · Marketplace."""
        return " · ".join(
            self.words("{dimension:lower} not recorded", dimension=dimension)
            if is_unknown(value)
            else self.text(value)
            for dimension, value in values.items()
        )

    def format(self, value: object, spec: str) -> str:
        """Return `value` as `spec` asks, one of the words a template may use behind the colon."""
        return SPECS[spec](self, value)


def reader() -> Reader:
    """Return whoever `read_as` named last."""
    return _current[-1]


def read_as(
    language: str,
    currency: str,
    source: str = "",
    part: Mapping[str, str] = MappingProxyType({}),
    is_partial: bool = False,
) -> None:
    """Write everything that follows for this language and currency, under pictures its source.

    `part` is the segment all of it is told of, none is the whole; `is_partial` as in Reader.
    """
    _current.append(Reader(language, currency, source, tuple(part.items()), is_partial))


def titled(title: Title, frame: "pd.DataFrame") -> str:
    """Return a title in words: as it is, or what a reading of the frame says."""
    return reader().say(title(frame) if callable(title) else title)


def words(template: str, **values: object) -> str:
    """Return the sentence of an English template, for whoever `read_as` named last."""
    return reader().words(template, **values)


def label(key: str) -> str:
    """Return a column, bar or metric key as people write it: net_revenue → Net revenue."""
    return reader().label(key)


def text(value: object) -> str:
    """Return a name as it is; an unknown one says so."""
    return reader().text(value)


def html(sentence: str) -> str:
    """Return a sentence for a page: escaped, and no sign parted from its amount."""
    return re.sub(
        r"[+−](?:\S|[\u00a0\u202f])+", r'<span class="amount">\g<0></span>', escape(sentence)
    )


def is_unknown(value: object) -> bool:
    """Return whether there is no value, or none that can be written: null, not a number, ∞."""
    if isinstance(value, float | Decimal):
        return not isfinite(value)
    return value is None or (not isinstance(value, str) and str(value) in ("NaT", "<NA>"))


SPECS: Mapping[str, object] = {
    "": Reader.text,
    "text": Reader.text,
    "told": lambda reader, value: value,  # written already, name by name
    "segment": Reader.segment,
    "period": Reader.period,
    "money": Reader.money,
    "cents": lambda reader, value: reader.money(value, cents=True),
    "signed": lambda reader, value: _plus(value) + reader.money(value),
    "percent": Reader.percent,
    "change": Reader.change,
    "points": lambda reader, value: (
        UNKNOWN if is_unknown(value) else reader.words("{n:tenths} pp", n=value * 100)
    ),
    "number": Reader.number,
    "rate": lambda reader, value: reader.number(value, 3),
    "decimal": lambda reader, value: reader.number(value, 2),
    "tenths": lambda reader, value: reader.number(value, 1),
    "gain": lambda reader, value: _gained(value, reader.number(value, 1)),
    "days": Reader.days,
    "days_more": lambda reader, value: _gained(value, reader.days(value)),
    "multiple": Reader.multiple,
    "multiple_more": lambda reader, value: _gained(value, reader.multiple(value)),
    "date": Reader.day,
    "label": Reader.label,
    "lower": lambda reader, value: _inside(reader.label(value)),
}

UNITS: Mapping[Unit, tuple[str, str]] = {  # how a value is written, and a change of it
    "money": ("money", "change"),
    "cents": ("cents", "change"),
    "count": ("number", "change"),
    "rate": ("rate", "change"),
    "percent": ("percent", "points"),
    "score": ("tenths", "gain"),
    "index": ("tenths", "gain"),
    "days": ("days", "days_more"),
    "multiple": ("multiple", "multiple_more"),
}

_UNITS = {
    "en": ("{sign}{amount}bn", "{sign}{amount}m", "{sign}{amount}k", "{sign}{amount}"),
    "es": tuple("{amount}\u00a0" + unit + "{sign}" for unit in ("mM", "M", "k", "")),
    "fr": tuple("{amount}\u00a0" + unit + "{sign}" for unit in ("Md", "M", "k", "")),
}
_BEFORE_PERCENT = {"en": "", "es": "\u00a0", "fr": "\u202f"}
_PERIOD = re.compile(r"(FY)?(\d{4})(?:-([HQPW]?)(\d\d?))?")
_PARTS = {"Q": "T", "H": "S"}

_current = [Reader()]


def _inside(label: str) -> str:
    """A label within a sentence: region, but CA net."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _plus(value: float | None) -> str:
    return "+" if not is_unknown(value) and value > 0 else ""


def _gained(value: float | None, told: str) -> str:
    """A difference with its sign, where a digit of it shows."""
    return ("+" if re.search("[1-9]", told) else "") * bool(_plus(value)) + told


class _Sentence(Formatter):
    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def format_field(self, value: object, spec: str) -> str:
        return self.reader.format(value, spec)
