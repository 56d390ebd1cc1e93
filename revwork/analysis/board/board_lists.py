"""Which topics a board and a department read: what is strong, weak, and at risk."""

from collections.abc import Sequence

from revwork.analysis.folded import Topic, weight

FIRST = 15  # topics that a board reads
DECISIONS = 10  # that it takes in one sitting
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


def _largest(topics: Sequence[Topic], directions: Sequence[str]) -> list[Topic]:
    rows = [one for one in topics if one.lead["direction"] in directions and one.lead["impact"]]
    return sorted(rows, key=lambda topic: -weight(topic.lead))[:_FEW]
