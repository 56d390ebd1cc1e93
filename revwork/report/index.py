"""The pack: what a run found, and how each of its reports ended."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from html import escape
from typing import Any
from urllib.parse import quote

from revwork.findings import Impact
from revwork.metrics import Kpi
from revwork.report.export import confidential, frame
from revwork.report.kpi import Cards
from revwork.report.page import worth
from revwork.report.stale import TITLE, badge, badged
from revwork.report.words import Reader, html

_CARDS = 8
_PACK = "00_"  # its number puts it first
_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body class="revwork">
<header><nav aria-label="{shelf}">{nav}</nav></header>
<main><h1>{title}</h1>{body}</main>
<footer>{source}</footer>
</body>
</html>
"""


def pack(
    manifest: dict[str, Any],
    findings: Sequence[dict[str, Any]],
    kpis: Sequence[dict[str, Any]] = (),
    most: int | None = None,
) -> str:
    """Return the page of one run: headline, findings ranked by money, how each report ended.

    It is in the language of the run's reports. Of more than `most` findings it counts the rest.
    """
    reader = reader_of(manifest)
    say = reader.words
    company = manifest["workspace"] or say("Revenue")
    last = day(manifest, reader) or say("unknown")
    titles = {one["notebook"]: _title(one) for one in manifest["notebooks"]}
    claims = "".join(_claim(one, titles, reader) for one in findings[:most])
    claims = claims or f"<li>{say('No findings in this run.')}</li>"
    left = len(findings[most:]) if most is not None else 0
    more = f'<p class="note">{say("{n:number} more in the pack", n=left)}</p>' if left else ""
    opening = badge(badged(manifest["notebooks"]), reader)
    opening += _first(manifest["notebooks"], reader) + _headline(kpis, reader)
    return index_page(
        say("{company:text} to {day:text}", company=company, day=last),
        f'{opening}<h2>{say("Findings")}</h2><ol class="findings">{claims}</ol>'
        f"{more}{_reports(manifest['notebooks'], reader)}",
        f'<a href="../index.html">{say("All runs")}</a>{_links(manifest.get("files", {}))}',
        (manifest.get("confidentiality", ""), say("Run {run:text}", run=manifest["run"])),
        reader,
    )


def reader_of(manifest: Mapping[str, Any]) -> Reader:
    """Return whoever the run's reports were made for."""
    return Reader(manifest.get("language", "en"), manifest.get("currency", "EUR"))


def day(manifest: Mapping[str, Any], reader: Reader) -> str:
    """Return the last day of a run's data."""
    try:
        return reader.day(date.fromisoformat(manifest["as_of"] or ""))
    except ValueError:
        return manifest["as_of"] or ""


def address(*parts: str) -> str:
    """Return a link to a file beside the page, whatever the file is called."""
    return "/".join(quote(part, safe="") for part in parts)


def index_page(title: str, body: str, nav: str, foot: tuple[str, str], reader: Reader) -> str:
    """Return a page; `foot` says for whom it is, if the company does, and what it is."""
    confidentiality, source = foot
    framed = frame(title, confidentiality)
    carried = {key: value for key, value in framed.items() if key != "script"}
    told = {"title": escape(title), "source": escape(source), "body": body, "nav": nav}
    told["source"] = confidential(confidentiality) + told["source"]
    shelf = reader.words("Library")
    return _PAGE.format(**{**carried, **told}, shelf=shelf, language=reader.language)


def _first(ended: Sequence[dict[str, Any]], reader: Reader) -> str:
    """The way to the report that quotes all others, where there is one."""
    packs = (one for one in ended if one["notebook"].startswith(_PACK) and one["files"].get("html"))
    said = reader.words("Begin with the board pack: all of it on one page.")
    return "".join(
        f'<p class="first"><a href="{address(one["files"]["html"])}">{escape(said)}</a></p>'
        for one in packs
    )


def _headline(kpis: Sequence[dict[str, Any]], reader: Reader) -> str:
    """The company's first numbers, or those of the part that the run looked at; a card a metric."""
    known = [field.name for field in fields(Kpi)]
    whole: dict[str, dict[str, Any]] = {}
    widest = min((len(kpi["segment"]) for kpi in kpis), default=0)
    for kpi in (one for one in kpis if len(one["segment"]) == widest):
        whole.setdefault(kpi["metric"], kpi)
    first = list(whole.values())[:_CARDS]
    numbers = tuple(Kpi(**{name: kpi[name] for name in known if name in kpi}) for kpi in first)
    period = escape(reader.period(numbers[0].period)) if numbers else ""
    cards = Cards(numbers, reader)._repr_html_()
    return f'<p class="quiet">{period}</p>{cards}' if numbers else ""


def _links(files: Mapping[str, str]) -> str:
    """Links to the formats beside HTML."""
    links = (
        f' · <a href="{address(file)}">{escape(kind.upper())}</a>'
        for kind, file in files.items()
        if kind != "html"
    )
    return "".join(links)


def _claim(finding: dict[str, Any], titles: Mapping[str, str], reader: Reader) -> str:
    impact = Impact(**finding["impact"]) if finding["impact"] else None
    money = worth(impact, replace(reader, currency=impact.currency) if impact else reader)
    sure = reader.words("confidence {share:percent}", share=round(finding["confidence"], 2))
    about = (reader.label(finding["direction"]), reader.label(finding["department"]), sure)
    page = escape(titles.get(finding["notebook"], finding["notebook"]))
    place = f"{address(finding['notebook'] + '.html')}#finding-{address(finding['id'])}"
    return (
        f'<li class="{escape(finding["direction"])}"><strong>{html(finding["claim"])}</strong>'
        f'<span class="money">{escape(money)}</span>'
        f'<span class="tag">{escape(" · ".join(about))} · <a href="{place}">{page}</a></span></li>'
    )


def _reports(ended: Sequence[dict[str, Any]], reader: Reader) -> str:
    if not ended:
        return ""
    caption, heads = reader.words("How each report ended"), ("report", "status", "why")
    rows = "".join(_report(one, reader) for one in ended)
    return f"<h2>{reader.words('Reports')}</h2>{_table(caption, heads, rows, reader)}"


def _report(entry: dict[str, Any], reader: Reader) -> str:
    name = escape(_title(entry))
    link = f'<a href="{address(page)}">{name}</a>' if (page := entry["files"].get("html")) else name
    link += _links(entry["files"])
    if badged([entry]):
        link += f' <span class="stale-tag">▲ {escape(reader.words(TITLE))}</span>'
    return (
        f'<tr><th scope="row">{link}</th><td>{reader.label(entry["status"])}</td>'
        f"<td>{escape(entry['reason'])}</td></tr>"
    )


def _title(entry: Mapping[str, Any]) -> str:
    return entry.get("title") or entry["notebook"]


def _table(caption: str, heads: Sequence[str], rows: str, reader: Reader) -> str:
    head = "".join(f'<th scope="col">{reader.label(name)}</th>' for name in heads)
    return (
        f'<table class="notebooks"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )
