"""The page of a run of many sets: each set's pack, and how its reports ended."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from revwork.report.index import address, day, index_page, reader_of
from revwork.report.words import Reader

Row = Mapping[str, Any]
_HEADS = ("set", "reports", "status", "why")


def matrix_page(manifest: Row) -> str:
    """Return the page: a line for each set with its pack, its reports, how it ended and why."""
    reader = reader_of(manifest)
    say = reader.words
    heads = "".join(f'<th scope="col">{reader.label(name)}</th>' for name in _HEADS)
    made: dict[str, list[Row]] = {}
    for entry in manifest["notebooks"]:
        made.setdefault(entry["set"], []).append(entry)
    rows = "".join(_row(one, made.get(one["set"], []), reader) for one in manifest["sets"])
    company = manifest["workspace"] or say("Revenue")
    last = day(manifest, reader) or say("unknown")
    return index_page(
        say("{company:text} to {day:text}", company=company, day=last),
        f'<table class="notebooks"><caption>{say("Reports by set of values")}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>",
        f'<a href="../index.html">{say("All runs")}</a>',
        (manifest.get("confidentiality") or "", say("Run {run:text}", run=manifest["run"])),
        reader,
    )


def _row(one: Row, entries: Sequence[Row], reader: Reader) -> str:
    name, status = one["set"], reader.label(one["status"])
    links = " · ".join(_link(entry) for entry in entries)
    why = " ".join(filter(None, [one["reason"], *(entry["reason"] for entry in entries)]))
    return (
        f'<tr><th scope="row"><a href="{address(name, "index.html")}">{escape(name)}</a></th>'
        f"<td>{links}</td><td>{status}</td><td>{escape(why)}</td></tr>"
    )


def _link(entry: Row) -> str:
    title = escape(entry.get("title") or entry["notebook"])
    page = entry["files"].get("html")
    return f'<a href="{address(*page.split("/"))}">{title}</a>' if page else title
