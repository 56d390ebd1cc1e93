"""Which of the tables a notebook read are older than the company's revwork.toml allows."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from revwork.report.stale import told
from revwork.report.words import Reader

if TYPE_CHECKING:
    from revwork.workspace import Company

_ZONES = timedelta(days=1)  # a row may be of a day that has not begun in the company's time zone


@dataclass(frozen=True)
class Stale:
    """A table beyond its `allowed` days, or of which nobody can tell: its age is then unknown.

    `then`: whether the notebook fails, is published with a warning, or with a badge on its page.
    """

    table: str
    last_day: date | None
    age: int | None
    allowed: int
    then: Literal["fail", "warn", "badge"]

    @property
    def sentence(self) -> str:
        """What is wrong, for a terminal and the manifest."""
        return Reader().say(told(self._plain))

    @property
    def row(self) -> dict[str, Any]:
        """The same as a manifest holds it, and as `revwork.report.stale` takes it."""
        return {**self._plain, "sentence": self.sentence}

    @property
    def _plain(self) -> dict[str, Any]:
        return {**asdict(self), "last_day": self.last_day and self.last_day.isoformat()}


def stale(company: "Company", inputs: Iterable[Mapping[str, Any]], today: date) -> list[Stale]:
    """Return the tables of `inputs`, as a manifest holds them, that are too old on the day `today`.

    A table is judged where its section of revwork.toml says max_age_days; exactly that many days
    old is fresh. Without a last day, or with one still to come, its age is unknown, not good.
    """
    read = [(company.sources[one["table"]], one["last_day"]) for one in inputs]
    judged = [(source, _day(last)) for source, last in read if source.max_age_days is not None]
    ages = [(source, last, _age(last, today)) for source, last in judged]
    return [
        Stale(source.name, last, age, source.max_age_days, source.when_stale)
        for source, last, age in ages
        if age is None or age > source.max_age_days
    ]


def _day(last: str | date | None) -> date | None:
    return date.fromisoformat(last) if isinstance(last, str) else last


def _age(last: date | None, today: date) -> int | None:
    if last is None or last > today + _ZONES:
        return None
    return (today - last).days
