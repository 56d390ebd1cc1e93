"""Periods."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Period:
    """A half-open stretch of days."""

    name: str
    start: date
    end: date
