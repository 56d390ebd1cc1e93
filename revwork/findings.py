"""What an analysis claims, in a form that reports, board pack and action plan can read."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from json import dumps
from typing import Any, Literal

Direction = Literal["strength", "weakness", "opportunity", "threat"]


class Unanswered(ValueError):
    """A question the company's data cannot answer; the message says what is missing.

    It is a template with the values it names, as a `Message`; it reads in English elsewhere.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        self.message = Message(template, values)
        named = re.compile(r"\{(\w+):\w+\}")
        super().__init__(named.sub(lambda found: str(values.get(found[1], found[0])), template))

    def _render_traceback_(self) -> list[str]:
        """What IPython shows of it: the sentence alone."""
        return [str(self)]


class MissingTable(Unanswered):
    """A table that a notebook needs is not there or has no rows: the runner skips that notebook."""


class Word(str):
    """A word of ours among the company's own names; the report writes it in another language."""


@dataclass(frozen=True)
class Message:
    """A sentence before it has a language: an English template and the values it names.

    A value's format stands in the template, `{net:money} ({rate:change})`: money, cents, signed,
    percent, points, change, number, decimal, rate, date, period, label, lower (a label within a
    sentence), segment or text; the report writes it in the reader's language.
    """

    template: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Impact:
    """Money a year, as contribution margin, with its interval: `low` and `high` bound it at 95 %.

    At the run rate of the last three complete months, if what makes the finding does not say
    otherwise: a gap to target and a medium's return run at the rate of their own period, what
    customers may take with them is that of 365 days, what a model expects that of the year it
    looks at. `basis` says net_revenue where no cost is known.
    """

    value: float
    low: float
    high: float
    currency: str
    basis: Literal["contribution_margin", "gross_margin", "net_revenue"] = "contribution_margin"


@dataclass(frozen=True)
class Finding:
    """One claim, the money behind it, and what to do about it.

    `confidence` is 0 to 1. With money: how sure its sign is (`worth.confidence`), or surer still
    where many were looked at (1 − p, corrected). Without: how sure the claim is: 1 where the data
    hold all it counts, 1 − p or the level of the test it had to pass where they are a sample, 0
    where nothing has tested it.
    """

    metric: str
    segment: Mapping[str, str]
    direction: Direction
    kind: Literal["change", "level", "opportunity"]
    department: str
    period: str
    claim: Message
    evidence: Message
    next_step: Message
    impact: Impact | None
    confidence: float

    @property
    def id(self) -> str:
        """Hash of metric, segment and direction, so it keeps its identity from run to run."""
        return identity(self.metric, self.segment, self.direction)


def identity(metric: str, segment: Mapping[str, str], direction: str) -> str:
    """Return the id of whatever tells of that metric, segment and direction."""
    told = [metric, sorted(segment.items()), direction]
    return sha256(dumps(told).encode()).hexdigest()[:12]


def segment(**values: object) -> dict[str, str]:
    """Return a finding's segment: what is not recorded is "" in it, null in every table."""
    return {name: value if isinstance(value, str) else "" for name, value in values.items()}


def ranked(findings: list[Finding]) -> list[Finding]:
    """Return findings by |impact| × confidence, largest first; those without money last."""
    return sorted(findings, key=lambda f: (-_weight(f), f.id))


def _weight(finding: Finding) -> float:
    return abs(finding.impact.value) * finding.confidence if finding.impact else -1.0


def record(finding: Finding) -> dict[str, Any]:
    """Return the finding as findings.json holds it, sentences still without a language."""
    return {"id": finding.id, **asdict(finding)}
