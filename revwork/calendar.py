"""Periods by name, in the company's own calendar, and what each is compared with.

Named by its start, FY2026 begins on day 1 of month `fiscal_year_start` in 2026; named by its end,
in 2025 unless that month is January. A retail year begins on the `week_start` weekday nearest
to that day and has 52 or 53 weeks, 13 to a quarter; the 53rd goes to the last period.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache
from itertools import accumulate
from typing import Literal, NamedTuple, get_args

Grain = Literal["day", "week", "month", "quarter", "half", "year"]
Against = Literal["previous", "year ago"]
Day = PeriodName = str  # a notebook's parameters: an ISO day or nothing; a name of a period

DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
LETTERS = {None: "year", "H": "half", "Q": "quarter", "P": "month", "": "month", "W": "week"}
PARTS = {"year": "", "half": "-H{}", "quarter": "-Q{}", "month": "-P{:02}", "week": "-W{:02}"}
TO_DATE = {"mtd": "month", "qtd": "quarter", "ytd": "year"}
RELATIVE = [f"{which} {grain}" for which in ("last", "this") for grain in ("week", *MONTHS)]
FORMS = (
    "2026, 2026-H1, 2026-Q3, 2026-09, 2026-W37, 2026-09-14, FY2026, FY2026-H1, FY2026-Q2, "
    "FY2026-P03, FY2026-W07, 2026-01-15..2026-03-31, last quarter, this month, mtd, qtd or ytd"
)


@dataclass(frozen=True)
class Period:
    """A named, half-open stretch of at least one day: `start` belongs to it, `end` does not."""

    name: str
    start: date
    end: date

    def __post_init__(self) -> None:
        """Refuse a period without days."""
        if self.end <= self.start:
            raise ValueError(f"{self.name} ends before it begins.")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """The last day that belongs to it."""
        return self.end - DAY


@dataclass(frozen=True)
class Comparison:
    """A period as named, its days that count, and the like-for-like days it is held against.

    `base` is None where there is nothing to compare with (shown as "new"); `partial`: not over.
    """

    period: Period
    current: Period
    base: Period | None
    against: Against
    partial: bool


@dataclass(frozen=True)
class Calendar:
    """When the company's fiscal year starts, how it is named and how it is cut.

    Weeks are ISO weeks, except in a retail calendar. ValueError for a value that is not allowed.
    """

    fiscal_year_start: int = 1
    fiscal_year_named: Literal["end", "start"] = "end"
    retail: Literal["", "4-4-5", "4-5-4", "5-4-4"] = ""
    week_start: Literal["monday", "sunday"] = "monday"

    def __post_init__(self) -> None:
        """Refuse values that make no calendar."""
        month = self.fiscal_year_start
        if type(month) is not int or not 1 <= month <= 12:
            raise ValueError(f"fiscal_year_start is a month from 1 to 12, not {month!r}.")
        for field in ("fiscal_year_named", "retail", "week_start"):
            _check(field, getattr(self, field), Calendar.__annotations__[field])

    def period(self, name: str, as_of: date) -> Period:
        """Return the period of that name, relative names seen from `as_of`, its last day included.

        `2026-Q3` is always the calendar quarter; `last quarter` is the company's last one complete
        at `as_of`, and bears its absolute name. ValueError for a name of no known form.
        """
        text = " ".join(name.split())
        found = self._relative(text.lower(), as_of) or self._absolute(text.upper())
        if found is None:
            raise ValueError(f'"{name}" is not a period: {_advice(text, as_of.year)}')
        return found

    def holding(self, day: date, grain: Grain) -> Period:
        """Return the period that holds the day, fiscal or retail where the company is."""
        _check("grain", grain, Grain)
        if grain == "day":
            return _range(day, day + DAY)
        fiscal = bool(self.retail) or (self.fiscal_year_start > 1 and MONTHS.get(grain, 1) > 1)
        return self._in_year(day, fiscal, grain)

    def split(self, period: Period, grain: Grain) -> list[Period]:
        """Return the period's parts in the company's calendar, with neither gap nor overlap.

        A part that the period cuts short is named by its days.
        """
        parts, start = [], period.start
        while start < period.end:
            whole = self.holding(start, grain)
            inside = whole.start == start and whole.end <= period.end
            parts.append(whole if inside else _range(start, min(whole.end, period.end)))
            start = whole.end
        return parts

    def previous(self, period: Period) -> Period:
        """Return the period of the same kind before it; before a range, as many days."""
        if place := self._place(period):
            return self._in_year(period.start - DAY, place.fiscal, place.grain)
        return _range(period.start - period.days * DAY, period.start)

    def year_ago(self, period: Period) -> Period | None:
        """Return the period of the same name one year earlier, None for a week 53.

        A range keeps its first and last date, 29 February becoming the 28th, so it may be a day
        longer or shorter; in a retail calendar it keeps week and weekday, and one that ends
        in week 53 ends with week 52.
        """
        if place := self._place(period):
            before = place._replace(year=place.year - 1)
            return self._part(before) if before.number < len(self._edges(before)) else None
        if self._in_week_53(period.start):
            return None
        return _range(self._year_before(period.start), self._year_before(period.last_day) + DAY)

    def compare(self, period: Period, against: Against, as_of: date) -> Comparison:
        """Return the period beside the previous one or the one a year ago, like for like.

        Partial at `as_of`: both have the same number of elapsed days, or the base is whole where
        it has fewer. Where one ends with the 53rd week of a retail year, both have the same
        number of weeks. Others stand whole beside whole. ValueError if it has not begun.
        """
        _check("against", against, Against)
        if as_of < period.start:
            raise ValueError(f"{period.name} has not begun on {as_of}.")
        current = _first(period, (as_of - period.start).days + 1)
        base = self.previous(period) if against == "previous" else self.year_ago(period)
        if base is not None:
            current, base = self._like_for_like(period, current, base)
        return Comparison(period, current, base, against, self.is_partial(period, as_of))

    def is_partial(self, period: Period, as_of: date) -> bool:
        """Whether the period is not over at the end of the day `as_of`."""
        return as_of < period.last_day

    def complete_months(self, as_of: date, n: int) -> list[Period]:
        """Return the last `n` months (retail periods) complete at `as_of`, oldest first."""
        months = [self.holding(as_of + DAY, "month")]
        for _ in range(n):
            months.insert(0, self.previous(months[0]))
        return months[:-1]

    def _relative(self, text: str, as_of: date) -> Period | None:
        if text in TO_DATE:
            return _range(self.holding(as_of, TO_DATE[text]).start, as_of + DAY)
        which, grain = text.split() if text in RELATIVE else ("", "")
        if which == "last":
            return self.previous(self.holding(as_of + DAY, grain))
        return self.holding(as_of, grain) if which else None

    def _absolute(self, text: str) -> Period | None:
        if ".." in text:
            first, last = (self._absolute(side.strip()) for side in text.split("..", 1))
            return _range(first.start, last.end) if first and last else None
        if re.fullmatch(r"[12]\d{3}-\d\d-\d\d", text, re.ASCII):
            return _day(text)
        return self._part(place) if (place := _read(text)) else None

    def _in_year(self, day: date, fiscal: bool, grain: Grain) -> Period:
        years = (_Place(fiscal, day.year + shift, grain) for shift in (1, 0, -1))
        year = next(year for year in years if self._edges(year)[0] <= day)
        return self._part(year._replace(number=bisect_right(self._edges(year), day)))

    def _place(self, period: Period) -> "_Place | None":
        """Where in its year the period stands; None for a day, a range or one made by hand."""
        place = _read(period.name)
        return place if place and self._part(place) == period else None

    def _part(self, place: "_Place") -> Period:
        edges, number = self._edges(place), place.number
        if not 0 < number < len(edges):
            first, last = place._replace(number=1), place._replace(number=len(edges) - 1)
            raise ValueError(f"{place} does not exist: the year runs from {first} to {last}.")
        return Period(str(place), edges[number - 1], edges[number])

    @cache  # noqa: B019 (there are few calendars, and each is asked for the same few years)
    def _edges(self, place: "_Place") -> list[date]:
        """The days on which the parts of the year begin, and the day after its end."""
        first, end = self._year_start(place), self._year_start(place._replace(year=place.year + 1))
        weeks = [first + n * DAY for n in range(0, (end - first).days + 1, 7)]
        if place.grain == "week":
            return weeks
        if place.fiscal and self.retail:
            lengths = [int(n) for n in self.retail.split("-")] * 4
            months = [weeks[n] for n in accumulate(lengths[:-1], initial=0)] + [end]
        else:
            numbers = range(first.month - 1, first.month + 12)
            months = [date(first.year + n // 12, n % 12 + 1, 1) for n in numbers]
        return months[:: MONTHS[place.grain]]

    def _year_start(self, place: "_Place") -> date:
        fiscal, year, grain, _ = place
        if not fiscal:
            return date.fromisocalendar(year, 1, 1) if grain == "week" else date(year, 1, 1)
        if grain == "week" and not self.retail:
            raise ValueError("Fiscal weeks need a retail calendar: write an ISO week as 2026-W37.")
        early = self.fiscal_year_named == "end" and self.fiscal_year_start > 1
        first = date(year - early, self.fiscal_year_start, 1)
        nearest = ((0 if self.week_start == "monday" else 6) - first.weekday() + 3) % 7 - 3
        return first + nearest * DAY if self.retail else first

    def _year_before(self, day: date) -> date:
        if self.retail:
            before = self.previous(self.holding(day, "year"))
            return min(day - before.days * DAY, before.last_day)
        is_leap_day = (day.month, day.day) == (2, 29)
        return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)

    def _in_week_53(self, day: date) -> bool:
        return bool(self.retail) and self.holding(day, "week").name.endswith("W53")

    def _like_for_like(self, period: Period, current: Period, base: Period) -> tuple:
        common, place = min(current.days, base.days), self._place(period)
        by_week = place is None or place.fiscal
        if by_week and any(self._in_week_53(p.last_day) for p in (period, base)):
            return _first(current, common), _first(base, common)
        return current, base if current == period else _first(base, common)


class _Place(NamedTuple):
    """Part `number` of a calendar or fiscal year that is cut by `grain`."""

    fiscal: bool
    year: int
    grain: Grain
    number: int = 1

    def __str__(self) -> str:
        part = PARTS[self.grain].format(self.number)
        return f"FY{self.year}{part}" if self.fiscal else f"{self.year}{part.replace('P', '')}"


def _read(name: str) -> _Place | None:
    """Read a year or a part of one, if the name is exactly what that part is called."""
    match = re.fullmatch(r"(FY)?([12]\d{3})(?:-([HQPW]?)(\d\d?))?", name, re.ASCII)
    if not match:
        return None
    fiscal, year, letter, number = match.groups()
    place = _Place(bool(fiscal), int(year), LETTERS[letter], int(number or 1))
    return place if str(place) == name else None


def _day(text: str) -> Period:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is not a day of the calendar.") from None
    return _range(day, day + DAY)


def _range(start: date, end: date) -> Period:
    last = end - DAY
    return Period(f"{start}" if start == last else f"{start}..{last}", start, end)


def _first(period: Period, days: int) -> Period:
    return period if days >= period.days else _range(period.start, period.start + days * DAY)


def _advice(text: str, year: int) -> str:
    year = int(found[0]) if (found := re.findall(r"[12]\d{3}", text)) else year
    parts = [(grain, n + 1) for grain, months in MONTHS.items() for n in range(12 // months)]
    names = [str(_Place(fiscal, year, *part)) for fiscal in (False, True) for part in parts]
    known = {name.lower(): name for name in (*RELATIVE, *TO_DATE, *names)}
    close = get_close_matches(text.lower(), known, n=1, cutoff=0.75)
    return f"did you mean {known[close[0]]}?" if close else f"write it as {FORMS}."


def _check(field: str, value: object, allowed: object) -> None:
    if value not in (choices := get_args(allowed)):
        listed = ", ".join(f'"{choice}"' for choice in choices)
        raise ValueError(f"{field} is one of {listed}, not {value!r}.")
