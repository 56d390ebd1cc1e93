"""How answers look: every view paints once without a browser, then reacts in one."""

from revwork.report.decisions import decisions
from revwork.report.kpi import kpis
from revwork.report.page import answer, begin, findings
from revwork.report.panels import Panels, labelled, select, slider, tabs, toggle
from revwork.report.table import table

__all__ = [
    "Panels",
    "answer",
    "begin",
    "decisions",
    "findings",
    "kpis",
    "labelled",
    "select",
    "slider",
    "table",
    "tabs",
    "toggle",
]
