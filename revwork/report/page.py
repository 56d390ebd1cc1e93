"""What frames a notebook's answers: who and when, the state of the data, what cannot be said."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from html import escape
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from revwork.findings import Finding, Impact, Message, ranked, record
from revwork.report import marks
from revwork.report.carried import carrying, nothing_yet
from revwork.report.panels import HEADLESS, Note, views
from revwork.report.words import Reader, html, label, read_as, reader

if TYPE_CHECKING:
    from revwork.calendar import Comparison
    from revwork.data import quality
    from revwork.data.loading import Tables
    from revwork.workspace import Company

DATA_MIME = "application/vnd.revwork.data+json"
FINDINGS_MIME = "application/vnd.revwork.findings+json"
_NOTHING = Message("Nothing stands out in this period.", {})
TEMPLATE = Path(__file__).parent / "template"


@dataclass(frozen=True)
class Masthead:
    """Company, period and comparison, and how far the data can be trusted."""

    company: "Company"
    tables: "Tables"
    comparison: "Comparison"
    reader: Reader
    only: Sequence[str] = ()
    offered: Mapping[str, Sequence[str | None]] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        return f"{lab_style()}{self._period()}{_quality(self.tables, self.reader)}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        data = {
            "workspace": self.company.name,
            "as_of": self.tables.as_of.isoformat(),
            "period": self.comparison.period.name,
            "base": self.comparison.base.name if self.comparison.base else None,
            "partial": self.comparison.partial,
            "language": self.reader.language,
            "currency": self.reader.currency,
            "confidentiality": self.company.confidentiality,
            "inputs": [plain(asdict(given)) for given in self.tables.inputs],
        }
        plainly = f"{self.company.name}, {self.reader.period(self.comparison.period.name)}"
        return {"text/html": self._repr_html_(), "text/plain": plainly, DATA_MIME: data}

    def _period(self) -> str:
        compared, say = self.comparison, self.reader
        against = say.words("nothing to compare with")
        if compared.base:
            against = say.words("compared with {base:text}", base=span(compared.base, say))
        last = compared.current.last_day
        partial = say.words("so far, to {last:date}", last=last) if compared.partial else ""
        parts = " · ".join(one.partition("=")[2] or say.text(None) for one in self.only)
        only = " · " + say.words("only {parts:told}", parts=parts) if parts else ""
        return (
            f'<p class="masthead"><strong>{escape(self.company.name)}</strong>{escape(only)} · '
            f"{escape(span(compared.period, say))} {escape(partial)} · {escape(against)}</p>"
        )


def begin(  # noqa: PLR0913
    company: "Company",
    tables: "Tables",
    comparison: "Comparison",
    language: str = "",
    *,
    only: Sequence[str] = (),
    offered: Mapping[str, Sequence[str | None]] = MappingProxyType({}),
) -> Masthead:
    """Open the report: show period, freshness and data warnings, in `language` from here on.

    Without a language the company's own holds. `only` says which part of the business is shown,
    such as region=Spain. In Lab a bar above sets the notebook's parameters `period`, `compare`,
    `language` and `only`, among the values `offered` by dimension, and everything below follows.
    """
    from revwork.report.bar import put_above

    say = Reader(language or company.language, company.currency)
    told = {"company": company.name, "day": tables.as_of}
    source = say.words("Source: {company:text}, data to {day:date}", **told)
    nothing_yet()
    read_as(say.language, say.currency, source, _part(only), comparison.partial)
    marks.set_for(company.actions(tables.audience), only)
    masthead = Masthead(company, tables, comparison, reader(), tuple(only), offered)
    put_above(masthead)
    return masthead


@dataclass(frozen=True)
class Answer:
    """What a question shows, or why it cannot be answered."""

    views: tuple

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return carrying(self._repr_html_, repr(self))

    def _repr_html_(self) -> str:
        return "".join(view._repr_html_() for view in self.views)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.views))


def answer(draw: Callable[[], object]) -> Answer:
    """Show what `draw` returns, or one sentence where the company's data cannot answer."""
    return Answer(views(draw))


@dataclass(frozen=True)
class Claims:
    """Findings, largest money first; carries them in the output for findings.json."""

    findings: tuple[Finding, ...]
    reader: Reader

    def _repr_html_(self) -> str:
        if not self.findings:
            return Note(self.reader.say(_NOTHING))._repr_html_()
        return f'<ol class="findings">{"".join(map(self._item, self.findings))}</ol>'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        said = map(self.reader.say, [one.claim for one in self.findings] or [_NOTHING])
        rows = [_spoken(finding, self.reader) for finding in self.findings]
        return {"text/html": self._repr_html_(), "text/plain": "\n".join(said), FINDINGS_MIME: rows}

    def _item(self, finding: Finding) -> str:
        say = self.reader.say
        money = f'<span class="money">{escape(worth(finding.impact, self.reader))}</span>'
        return (
            f'<li class="{finding.direction}" id="finding-{finding.id}">'
            f"<strong>{html(say(finding.claim))}</strong>"
            f'<span class="tag">{label(finding.direction)} · {escape(label(finding.department))}'
            f"</span>{money}<p>{html(say(finding.evidence))}</p>"
            f"<p><b>{self.reader.words('Next:')}</b> {escape(say(finding.next_step))}</p></li>"
        )


def findings(found: Sequence[Finding]) -> Claims:
    """Show findings ranked by |impact| × confidence, of the part of the business that is shown."""
    part = dict(reader().part)
    placed = [replace(one, segment=part | dict(one.segment)) for one in found]
    return Claims(tuple(ranked(placed)), reader())


def _part(only: Sequence[str]) -> dict[str, str]:
    """The segment of region=Spain, channel=Shop; of two values of one dimension, both."""
    values: dict[str, list[str]] = {}
    for name, _, value in (one.partition("=") for one in only):
        values.setdefault(name, []).append(value)
    return {name: ", ".join(several) for name, several in values.items()}


def span(period: object, say: Reader) -> str:
    """Return a period by name and days: 2026-Q2 (1 Apr 2026 – 30 Jun 2026)."""
    days = f"{say.day(period.start)} – {say.day(period.last_day)}"
    return days if ".." in period.name else f"{say.period(period.name)} ({days})"


def worth(impact: Impact | None, say: Reader) -> str:
    """Return an impact with its interval and what money it is."""
    if impact is None:
        return say.words("impact not known")
    return say.words(
        "{value:money} a year, {basis:lower} (95 %: {low:money} to {high:money})",
        **{"value": impact.value, "basis": impact.basis, "low": impact.low, "high": impact.high},
    )


def lab_style() -> str:
    """Return the page's style, held to Lab's outputs: it wins there and touches nothing else.

    Nothing where no browser is: a page has its own.
    """
    if os.environ.get(HEADLESS):
        return ""
    held = f".jp-Cell .jp-OutputArea-output {{{(TEMPLATE / 'page.css').read_text()}}}"
    return f"<style>{held.replace(':root', '&')}{(TEMPLATE / 'lab.css').read_text()}</style>"


def plain(value: object) -> object:
    """Return `value` in what JSON knows: days as ISO text, no number as null."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "item"):
        return plain(value.item())
    return None if isinstance(value, float) and not isfinite(value) else value


def _spoken(finding: Finding, say: Reader) -> dict:
    told = {name: say.say(getattr(finding, name)) for name in ("claim", "evidence", "next_step")}
    messages = {name: record(finding)[name] for name in told}
    return plain({**record(finding), **told, "messages": messages})


def _quality(tables: "Tables", say: Reader) -> str:
    """How far the data can be trusted: at one glance, then table by table, then every warning."""
    notes = [note for note in tables.notes if note.kind != "reconciliation"]
    differences = [note for note in tables.notes if note.kind == "reconciliation"]
    lacking = ", ".join(tables.absent)
    absent = say.words("Not in this workspace: {tables:text}.", tables=lacking) if lacking else ""
    summary = say.words(
        "Data to {day:date} · tables: {tables:number} · rows: {rows:number}",
        **{"day": tables.as_of, "tables": len(tables.inputs)},
        rows=sum(given.rows for given in tables.inputs),
    )
    return (
        f'<details class="quality"><summary>{_state(len(notes), len(differences), say)} '
        f"{escape(summary)}</summary>{_inputs(tables, say)}"
        f"{_notes(say.words('Warnings'), notes, say)}"
        f"{_notes(say.words('Where departments differ'), differences, say)}"
        f"<p>{escape(absent)}</p></details>"
    )


def _state(warnings: int, differences: int, say: Reader) -> str:
    if not warnings + differences:
        return f'<strong class="state">✓ {escape(say.words("No warnings"))}</strong>'
    told = {
        "Warnings: {n:number}": warnings,
        "differences between departments: {n:number}": differences,
    }
    counts = " · ".join(say.words(template, n=n) for template, n in told.items() if n)
    return f'<strong class="state warned">▲ {escape(counts)}</strong>'


def _inputs(tables: "Tables", say: Reader) -> str:
    heads = {"table": "", "rows": "number", "days": "", "days_behind": "number"}
    head = "".join(
        f'<th scope="col" class="{side}">{escape(say.label(name))}</th>'
        for name, side in heads.items()
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(given.table)}</th><td class="number">{say.number(given.rows)}'
        f"</td><td>{say.day(given.first_day)} – {say.day(given.last_day)}</td>"
        f'<td class="number">{say.number(_behind(tables.as_of, given.last_day))}</td></tr>'
        for given in tables.inputs
    )
    return (
        f'<div class="scroll" tabindex="0"><table><caption>{escape(say.words("Tables read"))}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _behind(as_of: date, last: date | None) -> int | None:
    """How many days before the last day counted a table ends."""
    return None if last is None else max(0, (as_of - last).days)


def _notes(title: str, notes: Sequence["quality.Note"], say: Reader) -> str:
    items = "".join(f"<li>{escape(say.say(note.message))}</li>" for note in notes)
    return f"<p><b>{escape(title)}</b></p><ul>{items}</ul>" if items else ""
