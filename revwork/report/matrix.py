"""The page of a run of many sets: each set's pack, and how its reports ended."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from revwork.report.index import address, day, index_page, reader_of
from revwork.report.words import Reader

Row = Mapping[str, Any]


def matrix_page(manifest: Row) -> str:
    """Return the page: a line for each set with a link to its pack, its values and its reports."""
    reader = reader_of(manifest)
    say = reader.words
    heads = "".join(f'<th scope="col">{reader.label(name)}</th>' for name in _HEADS)
    grouped = groupby(manifest["notebooks"], lambda entry: entry["set"])
    rows = "".join(_row(name, list(entries), reader) for name, entries in grouped)
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


_HEADS = ("set", "reports", "status", "why")


def _row(name: str, entries: Sequence[Row], reader: Reader) -> str:
    ended = {entry["status"] for entry in entries}
    worst = next((one for one in _WORST if one in ended), "succeeded")
    links = " · ".join(_link(entry) for entry in entries)
    why = " ".join(entry["reason"] for entry in entries if entry["reason"])
    return (
        f'<tr><th scope="row"><a href="{address(name, "index.html")}">{escape(name)}</a></th>'
        f"<td>{links}</td><td>{reader.label(worst)}</td><td>{escape(why)}</td></tr>"
    )


_WORST = ("failed", "timed_out", "killed", "skipped")


def _link(entry: Row) -> str:
    title = escape(entry.get("title") or entry["notebook"])
    page = entry["files"].get("html")
    return f'<a href="{address(*page.split("/"))}">{title}</a>' if page else title
