"""Alert rules of revwork.toml, and which of them a run's numbers and findings break."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from math import sqrt
from statistics import fmean, stdev
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass as declared

from revwork.data.source import CLOSED
from revwork.findings import Message

Limit = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Kind = Literal["above", "below", "falls", "rises", "short_of_target", "unexpected", "impact"]
Row = Mapping[str, Any]
_LEVEL = 0.99  # of the interval in which a month is expected
_NO_FINDING = "No finding has ever told of “{metric:text}”."
_NO_NUMBER = "No number is called “{metric:text}”."
_LEAST = 6  # earlier months, for it to be said


@declared(frozen=True, config=CLOSED)
class Rule:
    """When to tell people: limits for a number, or for the money of a finding.

    `above`, `below`: in the metric's own unit (a percent is a share). `falls`, `rises`: by that
    share of its comparison. `short_of_target`: by more than that share of the target.
    `unexpected`: its last complete month lies outside what the months before let expect
    (`expected`). `impact`: a finding of at least so much money a year, either way; of any metric
    where none is named. `segment`: of that part of the business, else of the whole; a finding
    may be of a part of that part. A rule with several limits is broken by each of them.
    """

    metric: str = ""
    segment: Mapping[str, str] = Field(default_factory=dict)
    above: Limit | None = None
    below: Limit | None = None
    falls: Positive | None = None
    rises: Positive | None = None
    short_of_target: Annotated[float, Field(ge=0, lt=1)] | None = None
    unexpected: bool = False
    impact: Positive | None = None

    def __post_init__(self) -> None:
        """Refuse a rule that nothing can break."""
        if not (self.on_a_number or self.impact):
            raise ValueError(f"has no limit: add one of {', '.join(_LIMITS)} or impact")
        if self.on_a_number and not self.metric:
            raise ValueError('metric is missing: add metric = "…"')

    @property
    def on_a_number(self) -> bool:
        """Whether it has a limit for a number, not only for findings."""
        given = (getattr(self, name) for name in _LIMITS)
        return any(limit is not None and limit is not False for limit in given)


@dataclass(frozen=True)
class Alert:
    """A limit that was passed: where, by which value, and what that was held against.

    `unit` is that of `value`; of a finding, whose `claim` it is, the currency. `limits`: the rule's
    own, or the ends of the interval that was expected. `beside`: the comparison or target, `share`
    by how much of the comparison it moved. `set`: of a matrix, in which set of values.
    """

    kind: Kind
    metric: str
    segment: Mapping[str, str]
    period: str
    notebook: str
    unit: str
    value: float
    limits: tuple[float, ...]
    beside: float | None = None
    share: float | None = None
    claim: str = ""
    set: str = ""


@dataclass(frozen=True)
class Unjudged:
    """A rule that could not be judged, and why."""

    metric: str
    segment: Mapping[str, str]
    why: Message
    set: str = ""


@dataclass(frozen=True)
class Judged:
    """What the rules say of a run."""

    alerts: Sequence[Alert] = ()
    unjudged: Sequence[Unjudged] = ()


@dataclass(frozen=True)
class Said:
    """What a run says, and what is known beside it.

    `kpis`, `findings`: rows as kpis.json and findings.json hold them. `ended`: notebook → status.
    `numbers`, `claims`: metric → the notebook of an earlier run that had a number or finding of it.
    """

    kpis: Sequence[Row]
    findings: Sequence[Row]
    ended: Mapping[str, str]
    numbers: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)


def judge(rules: Sequence[Rule], said: Said) -> Judged:
    """Return what the rules say of a run; nothing of a metric whose notebook was not asked for.

    A metric that nobody knows, a number that is null, a notebook that did not succeed: each is
    told, and raises nothing.
    """
    found: list[Alert | Unjudged] = []
    for rule in rules:
        if rule.impact is not None:
            found += _of_findings(rule, said)
        if rule.on_a_number:
            found += _of_numbers(rule, said)
    unjudged = {repr(one): one for one in found if isinstance(one, Unjudged)}
    return Judged([one for one in found if isinstance(one, Alert)], [*unjudged.values()])


def lies_elsewhere(rule: Rule, said: Said) -> bool:
    """Return whether the number of the rule is known, but of other parts than the rule asks for."""
    parts = [kpi["segment"] for kpi in said.kpis if kpi["metric"] == rule.metric]
    return rule.on_a_number and bool(parts) and rule.segment not in parts


def expected(series: Sequence[float | None]) -> tuple[float, float] | None:
    """Return the 99 % prediction interval for one more value after those of `series`.

    mean ± t(0.995; n − 1) · s · √(1 + 1/n), for n known values that vary about one level
    (Hahn & Meeker, Statistical Intervals, 1991). It knows neither trend nor season: both widen
    it. None for fewer than six known values.
    """
    from scipy.stats import t

    known = [value for value in series if value is not None]
    if len(known) < _LEAST:
        return None
    middle, n = fmean(known), len(known)
    reach = float(t.ppf((1 + _LEVEL) / 2, n - 1)) * stdev(known) * sqrt(1 + 1 / n)
    return middle - reach, middle + reach


def _of_findings(rule: Rule, said: Said) -> Iterator[Alert | Unjudged]:
    told = {one["metric"]: one["notebook"] for one in said.findings}
    for one in said.findings:
        value = (one["impact"] or {}).get("value")
        within = rule.segment.items() <= one["segment"].items()
        large = value is not None and abs(value) >= rule.impact
        if large and within and rule.metric in ("", one["metric"]):
            where = (one["metric"], one["segment"], one["period"], one["notebook"])
            currency = one["impact"]["currency"]
            yield Alert("impact", *where, currency, value, (rule.impact,), claim=one["claim"])
    if rule.metric and rule.metric not in told:
        yield from _absent(rule, said, said.claims, Message(_NO_FINDING, {"metric": rule.metric}))
    failed = [name for name, status in said.ended.items() if status not in ("succeeded", "skipped")]
    if failed and not rule.metric:
        why = Message("The findings of {names:text} are missing.", {"names": ", ".join(failed)})
        yield Unjudged("impact", rule.segment, why)


def _of_numbers(rule: Rule, said: Said) -> Iterator[Alert | Unjudged]:
    named = [kpi for kpi in said.kpis if kpi["metric"] == rule.metric]
    kpi = next((one for one in named if one["segment"] == rule.segment), None)
    if not named:
        yield from _absent(rule, said, said.numbers, Message(_NO_NUMBER, {"metric": rule.metric}))
    elif not kpi:
        yield _elsewhere(rule, named)
    elif kpi["value"] is None:
        yield _unjudged(
            kpi, Message("It is unknown in {period:period}.", {"period": kpi["period"]})
        )
    else:
        yield from _against_limits(rule, kpi)
        yield from _against_comparison(rule, kpi)
        yield from _against_target(rule, kpi)
    if kpi and rule.unexpected:
        yield from _against_months(kpi)


def _against_limits(rule: Rule, kpi: Row) -> Iterator[Alert]:
    if rule.above is not None and kpi["value"] > rule.above:
        yield _alert("above", kpi, (rule.above,))
    if rule.below is not None and kpi["value"] < rule.below:
        yield _alert("below", kpi, (rule.below,))


def _against_comparison(rule: Rule, kpi: Row) -> Iterator[Alert | Unjudged]:
    if rule.falls is None and rule.rises is None:
        return
    if not (base := kpi["comparison"]):
        yield _unjudged(kpi, Message("There is nothing to compare it with.", {}))
        return
    share = round((kpi["value"] - base) / abs(base), 9)
    if rule.falls is not None and share <= -rule.falls:
        yield _alert("falls", kpi, (rule.falls,), base, -share)
    if rule.rises is not None and share >= rule.rises:
        yield _alert("rises", kpi, (rule.rises,), base, share)


def _against_target(rule: Rule, kpi: Row) -> Iterator[Alert | Unjudged]:
    if rule.short_of_target is None:
        return
    target = kpi["target"]
    if target is None:
        yield _unjudged(kpi, Message("There is no target for it.", {}))
    elif kpi["value"] < target - rule.short_of_target * abs(target):
        yield _alert("short_of_target", kpi, (rule.short_of_target,), target)


def _against_months(kpi: Row) -> Iterator[Alert | Unjudged]:
    *before, last = kpi["series"] or [None]
    interval = expected(before)
    if last is None or interval is None:
        values = {"n": sum(value is not None for value in before), "least": _LEAST}
        template = "Months known before its last: {n:number}; at least {least:number} are needed."
        yield _unjudged(kpi, Message(template, values))
        return
    low, high = interval
    dust = 1e-9 * max(abs(low), abs(high))  # what floats leave of a month that is as all before it
    if not low - dust <= last <= high + dust:
        yield _alert("unexpected", {**kpi, "value": last}, interval)


def _elsewhere(rule: Rule, named: Sequence[Row]) -> Unjudged:
    """A number of the whole, or of other parts, where the rule asks for one part."""
    parts = [kpi["segment"] for kpi in named if kpi["segment"]]
    if parts and rule.segment:
        why = Message("It is known for {other:segment}, not for this part.", {"other": parts[0]})
    elif parts:
        why = Message("It is known for {other:segment}, not for the whole.", {"other": parts[0]})
    else:
        wanted = ", ".join(map("=".join, rule.segment.items()))
        template = "It is known for the whole alone: run a report of that part, only={part:text}."
        why = Message(template, {"part": wanted})
    return Unjudged(rule.metric, rule.segment, why)


def _absent(rule: Rule, said: Said, earlier: Mapping[str, str], unknown: str) -> Iterator[Unjudged]:
    """Why a metric is not there: its notebook did not succeed, or nobody knows its name.

    Nothing where the notebook was not asked for, or has nothing to say of it today.
    """
    metric, notebook = rule.metric, earlier.get(rule.metric)
    status = said.ended.get(notebook)
    if notebook and status in (None, "succeeded"):
        return
    if notebook:
        template = "It cannot be judged: {notebook:text}, {status:lower}."
        why = Message(template, {"notebook": notebook, "status": status})
    elif close := get_close_matches(metric, _names(said, earlier), 1):
        values = {"metric": metric, "close": close[0]}
        why = Message("Nobody knows “{metric:text}”; did you mean “{close:text}”?", values)
    elif lacking := [name for name, status in said.ended.items() if status != "succeeded"]:
        template = "It is unknown, perhaps because these did not succeed: {names:text}."
        why = Message(template, {"names": ", ".join(lacking)})
    else:
        why = unknown
    yield Unjudged(metric, rule.segment, why)


def _names(said: Said, earlier: Mapping[str, str]) -> list[str]:
    """The metrics that are known, of numbers where the rule is on one, else of findings."""
    rows = said.findings if earlier is said.claims else said.kpis
    return sorted({row["metric"] for row in rows} | earlier.keys())


def _unjudged(kpi: Row, why: Message) -> Unjudged:
    return Unjudged(kpi["metric"], kpi["segment"], why)


def _alert(kind: Kind, kpi: Row, limits: tuple[float, ...], *held: float) -> Alert:
    """An alert of a number; `held` is what it is beside, and by which share it moved."""
    where = (kpi["metric"], kpi["segment"], kpi["period"], kpi["notebook"], kpi["unit"])
    return Alert(kind, *where, kpi["value"], limits, *held)


_LIMITS = ("above", "below", "falls", "rises", "short_of_target", "unexpected")
