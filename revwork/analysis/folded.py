"""Findings that tell of one thing, folded into topics, and topics in the order of what to do.

Folding hides, so likeness alone folds nothing: a rule names the metrics and how their segments
stand to each other. What no rule names stays a topic of its own.

- A cause leads what it explains (`CAUSES`), both good or both bad; money that it is to explain has
  to be money it can be: the intervals share a value.
- A budget that moved leads the returns of the two media, and what moving it back is expected to
  gain, whatever their signs: what one medium lost the other got.
- One metric that stands, not one that changed, along one dimension (`SERIES`): steps of one
  device's way, categories of one price list. The largest leads.

Topics come in the order of decisions. What changed on a day that is named, and what names one thing
(a customer, a pair of products, a person), can be put right now, by one person: it comes first, by
|impact| × confidence of the lead. What has long stood (the return of a medium, a tier at risk, a
channel's margin) steers the budget of the year and follows, by money too; what has no money stands
last. By money alone, what everybody knows would hide what happened.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]  # of findings.json

# Cause and what it explains: where the latter has to be, as `_fits` reads it.
CAUSES: Mapping[tuple[str, str], str | tuple[str, ...]] = {
    ("orders_multiple", "net_revenue"): "a part",
    ("rating", "net_revenue"): "the same",
    ("rating", "nps"): "the same",
    ("seats_empty", "net_revenue"): ("region",),
    ("competitor_price", "net_revenue"): ("category",),
    ("competitor_price", "price_index"): ("category",),
    ("step_conversion", "step_rate"): "the whole",
}
SERIES = {"step_rate": "step", "price_best": "category"}
ONE_THING = {"customer_id", "product_id", "partner_id", "owner", "campaign", "experiment", "term"}
_BAD = ("weakness", "threat")


@dataclass(frozen=True)
class Topic:
    """One thing: the finding that names it best, and the others that tell of it, largest first."""

    lead: Row
    others: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """All of its findings, the lead first."""
        return (self.lead, *self.others)


def topics(findings: Sequence[Row]) -> list[Topic]:
    """Return the findings of a run as topics, in the order of what to do; each is in one topic."""
    rows = sorted(findings, key=_order)
    leads = {row["id"]: _lead(row, rows) for row in rows}
    told = [
        Topic(row, tuple(one for one in rows if one is not row and leads[one["id"]] is row))
        for row in rows
        if leads[row["id"]] is row
    ]
    return sorted(told, key=lambda topic: _order(topic.lead))


def weight(finding: Row) -> float:
    """Return |impact| × confidence, in money a year; 0 where no money is known."""
    return abs(finding["impact"]["value"]) * finding["confidence"] if finding["impact"] else 0.0


def is_due(finding: Row) -> bool:
    """Return whether it changed, or names one thing: then somebody can put it right now."""
    return finding["kind"] == "change" or bool(ONE_THING & finding["segment"].keys())


def _order(row: Row) -> tuple:
    return not row["impact"], not is_due(row), -weight(row), row["id"]


def _lead(row: Row, rows: Sequence[Row]) -> Row:
    """What explains it, the largest; else the largest of its series; else itself.

    What leads is explained by nothing, so nobody follows a follower.
    """
    causes = (one for one in _causes(row, rows) if not next(_causes(one, rows), None))
    if cause := next(causes, None):
        return cause
    free = (one for one in rows if _in_series(one, row) and not next(_causes(one, rows), None))
    return next(free, row)


def _causes(row: Row, rows: Sequence[Row]) -> Iterator[Row]:
    return (one for one in rows if _explains(one, row))


def _explains(cause: Row, row: Row) -> bool:
    if cause["metric"] == "budget_moved":
        return _is_of_the_move(cause, row)
    where = CAUSES.get((cause["metric"], row["metric"]))
    if where is None or (cause["direction"] in _BAD) != (row["direction"] in _BAD):
        return False
    return _fits(cause["segment"], row["segment"], where) and _may_be(
        cause["impact"], row["impact"]
    )


def _is_of_the_move(move: Row, row: Row) -> bool:
    """Whether it is the return of one of the two media, or what moving back may gain."""
    if row["metric"] == "budget_moved":
        is_back = (move["kind"], row["kind"]) == ("change", "opportunity")
        return is_back and move["segment"] == row["segment"]
    return row["metric"] == "roi" and row["segment"].get("medium") in move["segment"].values()


def _fits(cause: Row, other: Row, where: str | tuple[str, ...]) -> bool:
    """Whether the other segment is the cause's own, a part or the whole of it.

    Where dimensions are named, it has these alone, and of the cause's value.
    """
    if where == "the same":
        return cause == other
    if where == "a part":
        return cause.items() <= other.items()
    if where == "the whole":
        return other.items() <= cause.items() and "step" in other
    return {*other} == {*where} and other.items() <= cause.items()


def _may_be(cause: Row | None, other: Row | None) -> bool:
    """Whether two amounts may be the same money; what has no amount contradicts none."""
    if not cause or not other:
        return True
    return cause["low"] <= other["high"] and other["low"] <= cause["high"]


def _in_series(one: Row, other: Row) -> bool:
    """Whether two findings that stand say the same of two places along one dimension."""
    along = SERIES.get(one["metric"])
    if not along or "change" in (one["kind"], other["kind"]):
        return False
    alike = ("metric", "direction", "kind", "period")
    return all(one[name] == other[name] for name in alike) and _but(one, along) == _but(
        other, along
    )


def _but(row: Row, dimension: str) -> dict[str, str]:
    return {name: value for name, value in row["segment"].items() if name != dimension}
