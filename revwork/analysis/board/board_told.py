"""What a pack says in sentences: what changed, the year, the market, what threatens, what waits."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from revwork.actions import Action
from revwork.analysis.folded import Topic, is_due
from revwork.findings import Message
from revwork.metrics import Kpi

Row = Mapping[str, Any]
_BAD = ("weakness", "threat")
_LEAST = 0.0005  # a change of less does not show


def changed(topics: Sequence[Topic]) -> list[Message]:
    """Return how many topics ask for a decision, the largest, and how many chance may have made."""
    found = [topic.lead for topic in topics if is_due(topic.lead)]
    if not found:
        return [Message("Nothing changed beyond chance, and no single thing stands out.", {})]
    bad = sum(row["direction"] in _BAD for row in found)
    counts = {"n": len(found), "bad": bad, "good": len(found) - bad}
    return [
        Message("One thing changed or stands out.", {})
        if len(found) == 1
        else Message(
            "{n:number} things changed or stand out; for the worse: {bad:number}, for the better: "
            "{good:number}.",
            counts,
        ),
        *_largest(found),
        *_doubtful(found),
    ]


def outlook(numbers: Sequence[Kpi]) -> list[Message]:
    """Return where the first and the last number of a forecast end against plan, how surely."""
    if not numbers:
        return [Message("This run holds no forecast, so nothing is said of the whole year.", {})]
    return [_expected(kpi) for kpi in (*numbers[:1], *numbers[1:][-1:])]


def market(kpis: Sequence[Row]) -> list[Message]:
    """Return three lines at most: the market and our share, our prices, what is said of us."""
    rows = {row["metric"]: row for row in reversed(kpis) if row["value"] is not None}
    lines = [*_share(rows), *_prices(rows), *_voice(rows)]
    return lines or [Message("This run knows nothing of the market or of rivals.", {})]


def threats(topics: Sequence[Topic]) -> list[Message]:
    """Return how many risks there are, and what the largest puts at stake."""
    if not topics:
        return [Message("No finding of this run is a threat.", {})]
    count = Message(
        "One threat." if len(topics) == 1 else "Threats: {n:number}.", {"n": len(topics)}
    )
    known = [topic.lead for topic in topics if topic.lead["impact"]]
    if not known:
        return [count, Message("What they put at stake is not known.", {})]
    most = max(known, key=lambda row: abs(row["impact"]["value"]))
    money = {"money": abs(most["impact"]["value"])}
    return [count, Message("The largest puts {money:money} a year at stake.", money)]


def due(actions: Sequence[Action], day: date) -> list[Message]:
    """Return how many actions wait for a decision, are under way, and are late on that day."""
    if not actions:
        return [Message("No finding of this run asks for a decision.", {})]
    waiting = sum(one.status == "proposed" for one in actions)
    told = {"waiting": waiting, "going": len(actions) - waiting}
    late = sum(one.is_overdue(day) for one in actions)
    return [
        Message(
            "To decide: {waiting:number}; under way: {going:number}, late: {late:number}.",
            {**told, "late": late},
        )
    ]


def _largest(found: Sequence[Row]) -> Iterator[Message]:
    """The largest loss and the largest gain, in money a year."""
    for sign, template in (
        (-1, "The largest loss: {value:money} a year with {owner:lower}."),
        (1, "The largest gain: {value:money} a year with {owner:lower}."),
    ):
        money = [row for row in found if row["impact"] and row["impact"]["value"] * sign > 0]
        if money:
            most = max(money, key=lambda row: abs(row["impact"]["value"]) * row["confidence"])
            told = {"value": abs(most["impact"]["value"]), "owner": most["department"]}
            yield Message(template, told)


def _doubtful(found: Sequence[Row]) -> Iterator[Message]:
    """How many findings have an interval that holds 0."""
    inside = [
        row for row in found if row["impact"] and row["impact"]["low"] <= 0 <= row["impact"]["high"]
    ]
    if len(inside) == 1:
        yield Message("One of them may be chance: its interval holds 0.", {})
    elif inside:
        yield Message(
            "Of them {n:number} may be chance: their intervals hold 0.", {"n": len(inside)}
        )


def _expected(kpi: Kpi) -> Message:
    told: dict[str, object] = {"metric": kpi.metric, "year": kpi.period, "value": kpi.value}
    if kpi.low is not None and kpi.high is not None:
        told |= {"low": kpi.low, "high": kpi.high}
    if kpi.target is None:
        return Message(
            "{metric:label}: {value:money} in {year:period}; there is no plan for it.", told
        )
    told |= {"plan": kpi.target, "gap": kpi.value - kpi.target}
    if "low" not in told:
        return Message(
            "{metric:label}: {value:money} in {year:period}, {gap:signed} against the plan of "
            "{plan:money}.",
            told,
        )
    if kpi.low <= kpi.target <= kpi.high:
        return Message(
            "{metric:label}: {value:money} in {year:period}; the plan of {plan:money} is within "
            "reach ({low:money} to {high:money}).",
            told,
        )
    return Message(
        "{metric:label}: {value:money} in {year:period}, {gap:signed} against the plan of "
        "{plan:money}, which lies outside the interval ({low:money} to {high:money}).",
        told,
    )


def _share(rows: Mapping[str, Row]) -> Iterator[Message]:
    size, share = rows.get("market_size"), rows.get("market_share")
    if size and share and share["change"] is not None and size["change"] is not None:
        told = {"size": size["value"], "growth": size["change"], "share": share["value"]}
        if abs(share["change"]) < _LEAST:
            yield Message(
                "Our market is worth {size:money} ({growth:change}); our share stays at "
                "{share:percent}.",
                told,
            )
        else:
            yield Message(
                "Our market is worth {size:money} ({growth:change}); our share is {share:percent} "
                "after {before:percent}.",
                {**told, "before": share["comparison"]},
            )
    elif share:
        yield Message("Our market share is {share:percent}.", {"share": share["value"]})


def _prices(rows: Mapping[str, Row]) -> Iterator[Message]:
    index, red = rows.get("price_index_by_revenue"), rows.get("red_zone")
    if index and red:
        yield Message(
            "Our prices stand at {index:tenths} of rivals' 100; {red:percent} of products are more "
            "than a tenth dearer than the cheapest rival.",
            {"index": index["value"], "red": red["value"]},
        )
    elif index:
        yield Message(
            "Our prices stand at {index:tenths} of rivals' 100.", {"index": index["value"]}
        )


def _voice(rows: Mapping[str, Row]) -> Iterator[Message]:
    rating, gap = rows.get("rating"), rows.get("rating_gap")
    if rating and gap:
        yield Message(
            "Customers rate us {rating:tenths} of 5, {gap:tenths} above rivals."
            if gap["value"] > 0
            else "Customers rate us {rating:tenths} of 5, {gap:tenths} below rivals.",
            {"rating": rating["value"], "gap": abs(gap["value"])},
        )
    elif rating:
        yield Message("Customers rate us {rating:tenths} of 5.", {"rating": rating["value"]})
