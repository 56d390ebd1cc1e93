"""Which numbers a board and a department read of a run, and why one of them is not there."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from revwork.findings import Message, Word
from revwork.metrics import Kpi

Row = Mapping[str, Any]
OUTLOOK = "outlook_"  # what begins so belongs to a whole fiscal year
_FIELDS = [field.name for field in fields(Kpi)]
_BOARD = {  # in order: where each comes from, and what would give it
    "net_revenue": ("01_revenue", "Net revenue needs orders."),
    "contribution_margin": ("01_revenue", "Contribution margin needs the cost of what is sold."),
    "operating_result": ("01_revenue", "The operating result needs expenses."),
    "net_yearly_retention": ("04_customers", "Net retention needs a year of subscriptions."),
    "cac": ("03_marketing", "The cost of a new customer needs advertising spend."),
    "coverage_multiple": ("02_sales_flow", "Pipeline coverage needs open deals, and quotas."),
    "win_rate": ("02_sales_flow", "The win rate needs deals that were won or lost."),
    "nps": ("04_customers", "The net promoter score needs surveys with answers."),
    "price_index_by_revenue": (
        "08_market_competitors",
        "The price index needs rivals' prices of products that match ours.",
    ),
    "rating": ("09_reputation", "The rating needs reviews."),
}
_FINE = ("succeeded", "skipped")


def board(rows: Sequence[Row]) -> list[Kpi]:
    """Return the numbers a board reads, of the whole company, in its order; those known."""
    whole = {row["metric"]: row for row in reversed(rows) if not row["segment"] and _known(row)}
    return [_kpi(whole[name]) for name in _BOARD if name in whole]


def of_department(rows: Sequence[Row], department: str) -> list[Kpi]:
    """Return every known number that a department answers for, once, as its page has it."""
    own: dict[tuple, Row] = {}
    for row in rows:
        if row["department"] == department and _known(row) and not _is_ahead(row):
            own.setdefault((row["metric"], *sorted(row["segment"].items())), row)
    return [_kpi(row) for row in own.values()]


def ahead(rows: Sequence[Row]) -> list[Kpi]:
    """Return what a forecast expects of the whole fiscal year, beside its plan; those known."""
    return [_kpi(row) for row in rows if _is_ahead(row) and not row["segment"] and _known(row)]


def missing(rows: Sequence[Row], reports: Sequence[Row]) -> list[Message]:
    """Return for each number a board reads and does not get why: what it needs, or what failed.

    `reports` are those of `pack.standing`: notebook, title and status of each.
    """
    known = {kpi.metric for kpi in board(rows)}
    failed = {one["notebook"]: one for one in reports if one["status"] not in _FINE}
    return [
        _broke(name, failed[home]) if home in failed else Message(why, {})
        for name, (home, why) in _BOARD.items()
        if name not in known
    ]


def _broke(metric: str, report: Row) -> Message:
    called = Word(report["title"] or report["notebook"])
    return Message(
        "{metric:label} is not known: the report “{report:text}” ended as {status:lower}.",
        {"metric": metric, "report": called, "status": report["status"]},
    )


def _known(row: Row) -> bool:
    return row["value"] is not None


def _is_ahead(row: Row) -> bool:
    return row["metric"].startswith(OUTLOOK)


def _kpi(row: Row) -> Kpi:
    given = {field: row[field] for field in _FIELDS if field in row}
    return Kpi(**{**given, "series": tuple(row["series"])})
