"""The two index pages: what a run found, and which runs there are."""

from collections.abc import Sequence
from html import escape
from typing import Any

from revwork.findings import Impact
from revwork.report.export import frame
from revwork.report.page import worth
from revwork.report.words import Reader, label

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body class="revwork">
<header><nav aria-label="Library">{nav}</nav></header>
<main><h1>{title}</h1>{body}</main>
<footer>{source}</footer>
</body>
</html>
"""


def pack(manifest: dict[str, Any], findings: Sequence[dict[str, Any]]) -> str:
    """Return the page of one run: its findings ranked by money, its reports and how each ended."""
    title = f"{manifest['workspace'] or 'Revenue'} to {manifest['as_of'] or 'unknown'}"
    claims = "".join(map(_claim, findings)) or "<li>No findings in this run.</li>"
    reports = "".join(map(_report, manifest["notebooks"]))
    return _page(
        title,
        f'<h2>Findings</h2><ol class="findings">{claims}</ol>'
        '<h2>Reports</h2><table class="notebooks"><caption>How each notebook ended</caption>'
        '<thead><tr><th scope="col">Report</th><th scope="col">Status</th>'
        f'<th scope="col">Why</th></tr></thead><tbody>{reports}</tbody></table>',
        '<a href="../index.html">All runs</a>',
        f"Run {manifest['run']}",
    )


def library(manifests: Sequence[dict[str, Any]], latest: str | None) -> str:
    """Return the page of all runs, newest first; `latest` is the newest complete one, if any."""
    rows = "".join(
        f'<tr><th scope="row"><a href="{escape(m["run"])}/index.html">{escape(m["run"])}</a></th>'
        f"<td>{escape(str(m['workspace'] or ''))}</td><td>{escape(str(m['as_of'] or ''))}</td>"
        f"<td>{label(m['status'])}</td></tr>"
        for m in manifests
    )
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("Run", "Company", "Data to", "Status")
    )
    newest = '<p><a href="latest/index.html">The newest complete run</a></p>' if latest else ""
    return _page(
        "Revenue reports",
        f'{newest}<table class="notebooks"><caption>Runs, newest first</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>",
        "",
        f"{len(manifests)} runs",
    )


def _claim(finding: dict[str, Any]) -> str:
    impact = Impact(**finding["impact"]) if finding["impact"] else None
    money = worth(impact, Reader("en", impact.currency if impact else "EUR"))
    page = escape(finding["notebook"])
    return (
        f'<li class="{escape(finding["direction"])}"><strong>{escape(finding["claim"])}</strong>'
        f'<span class="money">{escape(money)}</span>'
        f'<span class="tag">{escape(label(finding["department"]))} · '
        f'<a href="{page}.html">{page}</a></span></li>'
    )


def _report(entry: dict[str, Any]) -> str:
    name = escape(entry["notebook"])
    link = f'<a href="{name}.html">{name}</a>' if entry["files"] else name
    return (
        f'<tr><th scope="row">{link}</th><td>{label(entry["status"])}</td>'
        f"<td>{escape(entry['reason'])}</td></tr>"
    )


def _page(title: str, body: str, nav: str, source: str) -> str:
    carried = {key: value for key, value in frame(title).items() if key != "script"}
    return _PAGE.format(
        **{**carried, "title": escape(title)}, body=body, nav=nav, source=escape(source)
    )
