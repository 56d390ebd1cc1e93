"""What frames a notebook's answers: who and when, the state of the data, what cannot be said."""

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from html import escape
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from revwork.findings import Finding, Impact, ranked, record
from revwork.report.panels import HEADLESS, Note, views
from revwork.report.words import Reader, html, label, read_as, reader

if TYPE_CHECKING:
    from revwork.calendar import Comparison
    from revwork.data.loading import Tables
    from revwork.workspace import Company

DATA_MIME = "application/vnd.revwork.data+json"
FINDINGS_MIME = "application/vnd.revwork.findings+json"
_NOTHING = "Nothing stands out in this period."
TEMPLATE = Path(__file__).parent / "template"


@dataclass(frozen=True)
class Masthead:
    """Company, period and comparison, and how far the data can be trusted."""

    company: "Company"
    tables: "Tables"
    comparison: "Comparison"
    reader: Reader

    def _repr_html_(self) -> str:
        style = "" if os.environ.get(HEADLESS) else _lab_style()
        return f"{style}{self._period()}{_quality(self.tables, self.reader)}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        data = {
            "workspace": self.company.name,
            "as_of": self.tables.as_of.isoformat(),
            "period": self.comparison.period.name,
            "inputs": [plain(asdict(given)) for given in self.tables.inputs],
        }
        words = f"{self.company.name}, {self.comparison.period.name}"
        return {"text/html": self._repr_html_(), "text/plain": words, DATA_MIME: data}

    def _period(self) -> str:
        compared, say = self.comparison, self.reader
        base = compared.base
        against = f"compared with {span(base, say)}" if base else "nothing to compare with"
        partial = f"so far, to {say.day(compared.current.last_day)}" if compared.partial else ""
        return (
            f'<p class="masthead"><strong>{escape(self.company.name)}</strong> · '
            f"{escape(span(compared.period, say))} {escape(partial)} · {escape(against)}</p>"
        )


def begin(company: "Company", tables: "Tables", comparison: "Comparison") -> Masthead:
    """Open the report: set language and currency, show period, freshness and data warnings."""
    read_as(company.language, company.currency)
    return Masthead(company, tables, comparison, reader())


@dataclass(frozen=True)
class Answer:
    """What a question shows, or why it cannot be answered."""

    views: tuple

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
            return Note(_NOTHING)._repr_html_()
        return f'<ol class="findings">{"".join(map(self._item, self.findings))}</ol>'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        said = [self.reader.say(finding.claim) for finding in self.findings] or [_NOTHING]
        rows = [_spoken(finding, self.reader) for finding in self.findings]
        return {"text/html": self._repr_html_(), "text/plain": "\n".join(said), FINDINGS_MIME: rows}

    def _item(self, finding: Finding) -> str:
        say = self.reader.say
        money = f'<span class="money">{escape(worth(finding.impact, self.reader))}</span>'
        return (
            f'<li class="{finding.direction}"><strong>{html(say(finding.claim))}</strong>'
            f'<span class="tag">{label(finding.direction)} · {escape(label(finding.department))}'
            f"</span>{money}<p>{html(say(finding.evidence))}</p>"
            f"<p><b>Next:</b> {escape(say(finding.next_step))}</p></li>"
        )


def findings(found: Sequence[Finding]) -> Claims:
    """Show findings ranked by |impact| × confidence."""
    return Claims(tuple(ranked(list(found))), reader())


def span(period: object, say: Reader) -> str:
    """Return a period by name and days: 2026-Q2 (1 Apr 2026 – 30 Jun 2026)."""
    days = f"{say.day(period.start)} – {say.day(period.last_day)}"
    return days if ".." in period.name else f"{period.name} ({days})"


def worth(impact: Impact | None, say: Reader) -> str:
    """Return an impact with its interval and what money it is."""
    if impact is None:
        return "impact not known"
    low, high = say.money(impact.low), say.money(impact.high)
    return (
        f"{say.money(impact.value)} a year, {label(impact.basis).lower()} (95 %: {low} to {high})"
    )


def _lab_style() -> str:
    """The page's style, held to Lab's outputs: it wins there and touches nothing else."""
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
    rows = "".join(
        f'<tr><th scope="row">{escape(given.table)}</th><td class="number">{say.number(given.rows)}'
        f"</td><td>{say.day(given.first_day)} – {say.day(given.last_day)}</td></tr>"
        for given in tables.inputs
    )
    notes = "".join(f"<li>{escape(say.say(note.message))}</li>" for note in tables.notes)
    absent = (
        f"<p>Not in this workspace: {escape(', '.join(tables.absent))}.</p>"
        if tables.absent
        else ""
    )
    return (
        f'<details class="quality"><summary>Data to {say.day(tables.as_of)} · '
        f"tables: {len(tables.inputs)} · warnings: {len(tables.notes)}</summary>"
        f"<table><caption>Tables read</caption><thead><tr><th scope='col'>Table</th>"
        f"<th scope='col' class='number'>Rows</th><th scope='col'>Days</th></tr></thead>"
        f"<tbody>{rows}</tbody></table><ul>{notes}</ul>{absent}</details>"
    )
