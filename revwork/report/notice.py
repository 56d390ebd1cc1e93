"""What people are told of a run: how it ended, why, which limits were passed, what changed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

from revwork.report.index import day, reader_of
from revwork.report.library import Changes, changed, counted, when
from revwork.report.words import UNITS, Reader

if TYPE_CHECKING:
    from revwork.run.alerts import Alert, Judged, Unjudged

_LONGEST = 500  # letters of a line
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
_CHAT = str.maketrans({"<": "‹", ">": "›", "@": "＠", "[": "(", "]": ")", "`": "’", "*": "∗"})
_SAID = {
    "above": "{metric:label} is {value:told}, above {limit:told}",
    "below": "{metric:label} is {value:told}, below {limit:told}",
    "falls": "{metric:label} fell by {share:percent}, from {beside:told} to {value:told}",
    "rises": "{metric:label} rose by {share:percent}, from {beside:told} to {value:told}",
    "short_of_target": "{metric:label} is {value:told}, and its target was {beside:told}",
    "unexpected": "{metric:label} was {value:told} in its last complete month, where {limit:told} "
    "to {high:told} was to be expected",
    "impact": "{claim:told} ({value:signed} a year)",
}


@dataclass(frozen=True)
class Notice:
    """A message: its subject, its text as a page for mail, and as lines for everything else."""

    subject: str
    html: str
    text: str


def notice(
    manifest: Mapping[str, Any], changes: Changes | None, judged: "Judged", left: int = 0
) -> Notice:
    """Return what is told of a run, in the language of its reports.

    Nothing of the company's can be more than text in it: not a tag, a line or a mention. `left`:
    the reports that are too large to be sent along.
    """
    reader = reader_of(manifest)
    sections = list(_sections(manifest, judged, reader))
    if left:
        sections.append((reader.words("Too large to be sent: {n:number}", n=left), []))
    subject = _subject(manifest, judged, reader)
    about = " · ".join(_about(manifest, reader))
    since = _since(changes, reader)
    page = "".join(_section(*one) for one in sections) + _list(since, changes, reader)
    lines = [about, *(line for head, said in sections for line in (head, *_dashed(said))), *since]
    return Notice(
        _line(subject),
        f'<!DOCTYPE html><html lang="{reader.language}"><head><meta charset="utf-8"></head><body>'
        f"<h1>{_safe(subject)}</h1><p>{_safe(about)}</p>{page}</body></html>",
        "\n".join(map(chat, lines)),
    )


def alert_lines(judged: "Judged", reader: Reader) -> Iterator[str]:
    """Return each alert as a sentence with where and when; lines of plain text."""
    return (_alert(one, reader) for one in judged.alerts)


def unjudged_lines(judged: "Judged", reader: Reader) -> Iterator[str]:
    """Return for each rule that could not be judged why; lines of plain text."""
    return (_unjudged(one, reader) for one in judged.unjudged)


def chat(text: str) -> str:
    """Return one line that no chat takes for a link, a mention, a tag or a style."""
    return _line(text).translate(_CHAT)


def _subject(manifest: Mapping[str, Any], judged: "Judged", reader: Reader) -> str:
    company = manifest["workspace"] or reader.words("Revenue")
    status = reader.label(manifest["status"])
    ended = reader.words("{company:text}: {status:text}", company=company, status=status)
    alerts = reader.words("alerts: {n:number}", n=len(judged.alerts)) if judged.alerts else ""
    return " · ".join(filter(None, [ended, alerts]))


def _about(manifest: Mapping[str, Any], reader: Reader) -> Iterator[str]:
    yield reader.words("Run {run:text}", run=manifest["run"])
    if manifest["as_of"]:
        yield f"{reader.label('data_to')} {day(manifest, reader)}"
    if manifest.get("confidentiality"):
        yield manifest["confidentiality"]


def _sections(
    manifest: Mapping[str, Any], judged: "Judged", reader: Reader
) -> Iterator[tuple[str, Sequence[str]]]:
    """Headings and their lines, as plain text."""
    ended = manifest["notebooks"]
    wrong = [one for one in ended if one["status"] not in ("succeeded", "skipped")]
    skipped = [one for one in ended if one["status"] == "skipped"]
    told = {
        reader.words("What failed"): [_ended(one, reader) for one in wrong],
        reader.words("Alerts"): [*alert_lines(judged, reader)],
        reader.words("Rules that could not be judged"): [*unjudged_lines(judged, reader)],
        reader.words("What was skipped"): [_ended(one, reader) for one in skipped],
    }
    return ((head, lines) for head, lines in told.items() if lines)


def _ended(entry: Mapping[str, Any], reader: Reader) -> str:
    name = entry.get("title") or entry["notebook"]
    return " · ".join(filter(None, [name, reader.label(entry["status"]), entry["reason"]]))


def _alert(alert: "Alert", reader: Reader) -> str:
    own = reader if alert.kind != "impact" else replace(reader, currency=alert.unit)
    shown = UNITS.get(alert.unit, ("money",))[0]

    def told(value: float | None) -> str:
        return own.format(value, shown)

    values = {
        **{"metric": alert.metric, "claim": alert.claim, "share": alert.share},
        **{"beside": told(alert.beside), "limit": told(alert.limits[0])},
        **{"high": told(alert.limits[-1]), "value": told(alert.value)},
    }
    if alert.kind == "impact":
        values["value"] = alert.value
    said = own.words(_SAID[alert.kind], **values)
    where = reader.segment(alert.segment) if alert.kind != "impact" else ""
    return " · ".join(filter(None, [alert.set, said, where, reader.period(alert.period)]))


def _unjudged(one: "Unjudged", reader: Reader) -> str:
    what = [one.set, reader.label(one.metric), reader.segment(one.segment), reader.say(one.why)]
    return " · ".join(filter(None, what))


def _since(changes: Changes | None, reader: Reader) -> list[str]:
    """What changed since the run before, in one line; nothing where there was none."""
    if changes is None:
        return []
    run = when(changes["since"], reader)
    if not (counts := counted(changes, reader)):
        return [reader.words("Nothing changed since {run:text}.", run=run)]
    return [" · ".join([reader.words("Since {run:text}", run=run), *counts])]


def _list(since: Sequence[str], changes: Changes | None, reader: Reader) -> str:
    if not changes:
        return ""
    items = "".join(changed(changes, reader))
    heads = "".join(f"<h2>{_safe(one)}</h2>" for one in since)
    return heads + (f"<ul>{items}</ul>" if items else "")


def _section(head: str, lines: Sequence[str]) -> str:
    items = "".join(f"<li>{_safe(line)}</li>" for line in lines)
    return f"<h2>{_safe(head)}</h2>" + (f"<ul>{items}</ul>" if items else "")


def _dashed(lines: Sequence[str]) -> Iterator[str]:
    return (f"– {line}" for line in lines)


def _line(text: str) -> str:
    """One line of at most 500 letters, without signs that steer what shows it."""
    bare = _CONTROL.sub(" ", text).strip()
    return bare if len(bare) <= _LONGEST else bare[:_LONGEST] + "…"


def _safe(text: str) -> str:
    return escape(_line(text))
