"""The board pack's own views: whose run it is, numbers with their owner, topics, sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from statistics import mode
from typing import TYPE_CHECKING, Any

from revwork.actions import said
from revwork.findings import Impact, Message, Unanswered
from revwork.metrics import Kpi
from revwork.report import glossary, kpi
from revwork.report.carried import nothing_yet
from revwork.report.decisions import told as decided
from revwork.report.index import address
from revwork.report.page import DATA_MIME, lab_style, worth
from revwork.report.panels import Note
from revwork.report.words import Reader, html, read_as, reader

if TYPE_CHECKING:
    from revwork.actions import Action
    from revwork.analysis.folded import Topic
    from revwork.pack import Pack
    from revwork.workspace import Company

Row = Mapping[str, Any]
_SAID = ("claim", "evidence", "next_step")
_SHOWN = ("period", "base", "partial")


@dataclass(frozen=True)
class Opening:
    """Whose numbers these are, of which period and run, and which reports are missing."""

    run: "Pack"
    company: "Company"
    reader: Reader
    department: str
    shown: Row

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        data = {
            **{name: self.run.said[name] for name in ("workspace", "as_of", "confidentiality")},
            **{name: self.shown[name] for name in _SHOWN},
            **{"language": self.reader.language, "currency": self.reader.currency, "inputs": []},
        }
        return {"text/html": self._repr_html_(), "text/plain": self._line(), DATA_MIME: data}

    def _repr_html_(self) -> str:
        notes = "".join(Note(told)._repr_html_() for told in self._broken())
        name, *rest = self._line().split(" · ")
        line = " · ".join([f"<strong>{escape(name)}</strong>", *map(escape, rest)])
        return f'{lab_style()}<p class="masthead">{line}</p>{notes}'

    def _line(self) -> str:
        say, base = self.reader, self.shown["base"]
        held = say.words("compared with {base:text}", base=_days(base, say)) if base else None
        return " · ".join(
            [
                self.company.name,
                *([say.label(self.department)] if self.department else []),
                say.period(self.shown["period"]),
                held or say.words("nothing to compare with"),
                say.words("data to {day:date}", day=date.fromisoformat(self.run.said["as_of"])),
            ]
        )

    def _broken(self) -> list[str]:
        """What is not in the pack because a report failed."""
        failed = [one for one in self.run.said["reports"] if _failed(one)]
        names = ", ".join(_titles(self.run)[one["notebook"]] for one in failed)
        if not failed:
            return []
        told = "These reports failed, and what they would say is missing here: {names:told}."
        return [self.reader.words(told, names=names)]


def opening(
    run: "Pack", company: "Company", language: str = "", as_of: str = "", department: str = ""
) -> Opening:
    """Open the pack: say whose it is, and write in `language` from here on, else in the run's.

    Raises Unanswered for a run of another company or day, or one in which no report succeeded.
    """
    about = run.said
    if not about["workspace"]:
        raise Unanswered("No report of this run succeeded: there is nothing to quote.")
    if about["workspace"] != company.name:
        raise Unanswered(
            "The run is of {other:text}, not of {own:text}: run the other notebooks first.",
            other=about["workspace"],
            own=company.name,
        )
    if as_of and as_of != about["as_of"]:
        raise Unanswered(
            "The run counts days to {there:text}, not to {asked:text}: run the other notebooks "
            "with the same as_of first.",
            there=about["as_of"],
            asked=as_of,
        )
    found = [one["resolved"] for one in about["reports"] if (one["resolved"] or {}).get("period")]
    period = mode(one["period"] for one in found)
    shown = next(one for one in found if one["period"] == period)
    say = Reader(language or about["language"], about["currency"])
    told = {"company": company.name, "day": date.fromisoformat(about["as_of"])}
    source = say.words("Source: {company:text}, data to {day:date}", **told)
    nothing_yet()
    read_as(say.language, say.currency, source, is_partial=bool(shown.get("partial")))
    shown = {name: shown.get(name) for name in _SHOWN}
    return Opening(run, company, reader(), department, shown)


def in_language(run: "Pack") -> list[Row]:
    """Return the run's findings in the reader's language, whatever language it was made in."""
    if run.said["language"] == reader().language:
        return list(run.findings)
    say = reader().say
    return [{**row, **{part: say(said(row, part)) for part in _SAID}} for row in run.findings]


@dataclass(frozen=True)
class Quoted(kpi.Cards):
    """Cards of numbers that other pages carry: each with who answers for it."""

    def _repr_html_(self) -> str:
        cards = "".join(
            kpi.card(one, self.reader, self.reader.label(one.department)) for one in self.kpis
        )
        if not cards:
            return Note(self.reader.words("No number of this run belongs here."))._repr_html_()
        shown = f'<ul class="kpis five">{cards}</ul>{paragraph(self._sentences())}'
        return glossary.beside(shown, self.reader)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        bundle = super()._repr_mimebundle_(include, exclude)
        return {name: shown for name, shown in bundle.items() if name != kpi.MIME}


def quoted(numbers: Sequence[Kpi]) -> Quoted:
    """Show numbers of other pages with their owner; they stay those pages' in kpis.json."""
    return Quoted(tuple(numbers), reader())


def expected(numbers: Sequence[Kpi], messages: Sequence[Message]) -> "Beside | Told":
    """Show what a forecast expects, in sentences and as cards where there are numbers."""
    return below(told(messages), quoted(numbers)) if numbers else told(messages)


@dataclass(frozen=True)
class Topics:
    """Topics as a list: claim, money, whose it is, and the findings that tell of the same."""

    topics: Sequence["Topic"]
    run: "Pack"
    reader: Reader
    title: str = ""

    def _repr_html_(self) -> str:
        head = f"<h3>{escape(self.reader.say(self.title))}</h3>" if self.title else ""
        if not self.topics:
            return head and head + Note(self.reader.words("Nothing stands out here."))._repr_html_()
        items = "".join(map(self._item, self.topics))
        return f'{head}<ol class="findings topics">{items}</ol>'

    def __repr__(self) -> str:
        return "\n".join(topic.lead["claim"] for topic in self.topics)

    def _item(self, topic: "Topic") -> str:
        lead, say = topic.lead, self.reader
        about = (say.label(lead["direction"]), say.label(lead["department"]))
        same = "".join(f"<li>{self._claim(row)}</li>" for row in topic.others)
        if same:
            count = say.words("Tells of the same: {n:number}", n=len(topic.others))
            same = f"<details><summary>{escape(count)}</summary><ul>{same}</ul></details>"
        return (
            f'<li class="{escape(lead["direction"])}">{self._claim(lead)}'
            f'<span class="tag">{escape(" · ".join(about))} · {self._page(lead)}</span>{same}</li>'
        )

    def _claim(self, row: Row) -> str:
        money = worth(Impact(**row["impact"]) if row["impact"] else None, self.reader)
        return f'<strong>{html(row["claim"])}</strong><span class="money">{escape(money)}</span>'

    def _page(self, row: Row) -> str:
        """The page of a finding, as a link where it lies beside this one."""
        name = escape(_titles(self.run).get(row["notebook"], row["notebook"]))
        if not self.run.is_own:
            return name
        place = f"{address(row['notebook'] + '.html')}#finding-{address(row['id'])}"
        return f'<a href="{place}">{name}</a>'


def topics(found: Sequence["Topic"], run: "Pack", title: str = "") -> Topics:
    """Show topics in their order, under a title of their own where one is given."""
    return Topics(found, run, reader(), title)


@dataclass(frozen=True)
class Actions:
    """Actions as a list: the finding, whose it is and by when, the money, what to do."""

    actions: Sequence["Action"]
    day: date
    reader: Reader

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{decided(one, self.day, self.reader)}</li>" for one in self.actions)
        return f'<ol class="findings topics">{items}</ol>' if items else ""

    def __repr__(self) -> str:
        return "\n".join(self.reader.say(one.text) for one in self.actions)


def actions(found: Sequence["Action"], day: date) -> Actions:
    """Show actions in their order; late is what should have been done before that day."""
    return Actions(found, day, reader())


@dataclass(frozen=True)
class Beside:
    """Views side by side where there is room, below each other where there is not."""

    views: tuple
    way: str = "beside"

    def _repr_html_(self) -> str:
        parts = "".join(f"<section>{view._repr_html_()}</section>" for view in self.views)
        return f'<div class="{self.way}">{parts}</div>'

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.views))


def beside(*views: object) -> Beside:
    """Show views side by side."""
    return Beside(views)


def below(*views: object) -> Beside:
    """Show views below each other."""
    return Beside(views, "below")


@dataclass(frozen=True)
class Told:
    """Computed sentences: one paragraph, or a line each."""

    sentences: tuple[str, ...]
    by_line: bool = False

    def _repr_html_(self) -> str:
        if self.by_line:
            items = "".join(f"<li>{html(one)}</li>" for one in self.sentences)
            return f'<ul class="told">{items}</ul>'
        return paragraph(self.sentences)

    def __repr__(self) -> str:
        return "\n".join(self.sentences)


def told(messages: Sequence[Message]) -> Told:
    """Show sentences as one paragraph."""
    return Told(tuple(map(reader().say, messages)))


def lines(messages: Sequence[Message]) -> Told:
    """Show sentences, a line each."""
    return Told(tuple(map(reader().say, messages)), by_line=True)


def paragraph(sentences: Sequence[str]) -> str:
    """Return sentences as a paragraph, nothing for none."""
    return f'<p class="told">{html(" ".join(sentences))}</p>' if sentences else ""


def _days(period: str, say: Reader) -> str:
    """A period by its name; one that is a stretch of days by the first and the last."""
    ends = [say.day(date.fromisoformat(day)) for day in period.split("..") if ".." in period]
    return " – ".join(ends) or say.period(period)


def _titles(run: "Pack") -> dict[str, str]:
    """Notebook → what its report is called; a run in English is read in every language."""
    say = reader().say
    return {one["notebook"]: say(one["title"] or one["notebook"]) for one in run.said["reports"]}


def _failed(report: Row) -> bool:
    return report["status"] not in ("succeeded", "skipped")
