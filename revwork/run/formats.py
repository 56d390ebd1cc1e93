"""A notebook's report in each format that a run is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from revwork.report.carried import MIME as ROWS
from revwork.report.export import title_of
from revwork.report.kpi import MIME as KPIS
from revwork.report.page import DATA_MIME as DATA
from revwork.report.page import FINDINGS_MIME as FINDINGS
from revwork.report.words import Reader
from revwork.run.plan import UsageError, meant

if TYPE_CHECKING:
    from nbformat import NotebookNode

FORMATS = ("html", "pdf", "pptx", "xlsx")
_NEEDS = {"pptx": ("pptx", 'slides need python-pptx: pip install "revwork[slides]"')}


@dataclass(frozen=True)
class Record:
    """What an executed notebook says of itself: name, title, and what its outputs carry."""

    name: str
    title: str
    data: Mapping[str, Any]
    kpis: Sequence[Mapping[str, Any]]
    findings: Sequence[Mapping[str, Any]]
    rows: Sequence[Mapping[str, Any]]

    @property
    def reader(self) -> Reader:
        """In whose language and currency it was made."""
        return Reader(self.data.get("language", "en"), self.data.get("currency", "EUR"))


def asked(text: str) -> tuple[str, ...]:
    """Return the formats that a comma-separated list names, html always and first.

    Raises UsageError for one there is not, or whose library is not installed.
    """
    named = [name.strip().casefold() for name in text.split(",") if name.strip()]
    for name in named:
        if name not in FORMATS:
            raise UsageError(f"--to {name}: there are {', '.join(FORMATS)}{meant(name, FORMATS)}")
        library, way_out = _NEEDS.get(name, ("revwork", ""))
        if not find_spec(library):
            raise UsageError(f"--to {name}: {way_out}")
    return tuple(name for name in FORMATS if name in ("html", *named))


def record(name: str, notebook: "NotebookNode") -> Record:
    """Return what a notebook's outputs carry; each row of a table with the cell that showed it."""
    rows = [{**row, "cell": at} for at, row in _carried(notebook, ROWS)]
    data, kpis, findings = (
        [row | {"notebook": name} for _, row in _carried(notebook, mime)]
        for mime in (DATA, KPIS, FINDINGS)
    )
    return Record(name, title_of(notebook), next(iter(data), {}), kpis, findings, rows)


def made(kind: str, told: Record, html: str) -> bytes:
    """Return the report in a format other than html; `html` is its published page."""
    return {"pdf": _pdf, "pptx": _slides, "xlsx": _workbook}[kind](told, html)


def _carried(notebook: "NotebookNode", mime: str) -> list[tuple[int, dict[str, Any]]]:
    found = []
    for at, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            rows = output.get("data", {}).get(mime, [])
            found += [(at, row) for row in (rows if isinstance(rows, list) else [rows])]
    return found


def _pdf(told: Record, html: str) -> bytes:
    from revwork.report.chromium import printed

    return printed(html)


def _slides(told: Record, html: str) -> bytes:
    from revwork.report.slides import Deck, slides

    data, reader = told.data, told.reader
    title = reader.say(told.title)
    period = reader.period(data["period"]) if data else ""
    company = " · ".join(filter(None, [data.get("workspace"), period]))
    foot = " · ".join(filter(None, [data.get("confidentiality"), company, title]))
    return slides(Deck(title, company, foot), told.findings, told.rows, reader)


def _workbook(told: Record, html: str) -> bytes:
    from revwork.report.workbook import workbook

    return workbook(told.kpis, told.findings, told.rows, told.reader)
