"""Which topics a board and a department read: what is due, strong, weak, at risk, and rivals'."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from revwork.analysis.folded import Topic, is_due, weight
from revwork.findings import Message, Unanswered

Row = Mapping[str, Any]
FIRST = 15  # topics that a board reads
_GOOD = ("strength", "opportunity")
_FEW = 5


def of_department(topics: Sequence[Topic], department: str) -> list[Topic]:
    """Return the topics in which a department has a finding, in their order; all without one."""
    return [
        topic
        for topic in topics
        if not department or department in {row["department"] for row in topic.rows}
    ]


def strengths(topics: Sequence[Topic]) -> list[Topic]:
    """Return what is good and can be pushed, largest money first; what has no money is left out."""
    return _largest(topics, _GOOD)


def weaknesses(topics: Sequence[Topic]) -> list[Topic]:
    """Return what is bad and can be mended, largest money first; what has no money is left out."""
    return _largest(topics, ("weakness",))


def risks(topics: Sequence[Topic]) -> list[Topic]:
    """Return what threatens, largest exposure first, then what has no money."""
    rows = [topic for topic in topics if topic.lead["direction"] == "threat"]
    return sorted(rows, key=lambda topic: -weight(topic.lead))


def market(topics: Sequence[Topic]) -> list[Topic]:
    """Return what tells of market and rivals, largest money first, then what has no money."""
    own = {"market", "reputation"}
    rows = [
        topic
        for topic in topics
        if topic.lead["department"] in own or "competitor" in topic.lead["segment"]
    ]
    return sorted(rows, key=lambda topic: -weight(topic.lead))


def due(topics: Sequence[Topic], most: int = 10) -> pd.DataFrame:
    """Return the decisions that the first topics ask for: whose each is, and what it is worth.

    Columns: decision and because (sentences as the run wrote them), department, impact_amount with
    low_impact_amount and high_impact_amount (money a year, 95 %). Raises Unanswered without one.
    """
    leads = [topic.lead for topic in topics if is_due(topic.lead) or topic.lead["impact"]][:most]
    if not leads:
        raise Unanswered("No finding of this run asks for a decision.")
    return pd.DataFrame(map(_decision, leads))


def reading(decisions: pd.DataFrame) -> Message:
    """Return how many decisions there are, and whose most of them are."""
    owner = decisions.department.map(str).mode()[0]
    count = int((decisions.department.map(str) == owner).sum())
    return Message(
        "Decisions due: {n:number}, most of them with {owner:text} ({count:number})",
        {"n": len(decisions), "owner": owner, "count": count},
    )


def _decision(row: Row) -> dict[str, object]:
    impact = row["impact"] or dict.fromkeys(("value", "low", "high"))
    return {
        "decision": row["next_step"],
        "because": row["claim"],
        "department": row["department"],
        "impact_amount": impact["value"],
        "low_impact_amount": impact["low"],
        "high_impact_amount": impact["high"],
    }


def _largest(topics: Sequence[Topic], directions: Sequence[str]) -> list[Topic]:
    rows = [one for one in topics if one.lead["direction"] in directions and one.lead["impact"]]
    return sorted(rows, key=lambda topic: -weight(topic.lead))[:_FEW]
