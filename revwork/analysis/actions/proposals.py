"""Proposals: what a run's findings ask to be done, beside what was decided before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from revwork.actions import DAYS, Action, Effort, Money
from revwork.analysis.folded import Topic

# Work by kind of finding: what one person changes in a week, what needs a team for a quarter;
# all else is some weeks of one.
_SMALL = {
    *("price_best", "bundle", "discount_rate", "roi", "budget_moved", "experiment", "stale_share"),
    *("searches_without_result", "customer_margin", "competitor_price", "price_index"),
    *("net_effect", "claimed_conversions", "in_stock_rate", "contribution_margin_target"),
}
_LARGE = {"seats_empty", "headroom_margin", "orders_multiple", "channel_investment", "rating_gap"}
_WEEKS: Mapping[Effort, int] = {"S": 2, "M": 6, "L": 13}
_KEPT = (
    *("notebook", "metric", "segment", "direction", "kind", "period"),
    *("claim", "next_step", "impact", "confidence"),
)
_BAD = ("weakness", "threat")


def actions(topics: Sequence[Topic], register: Sequence[Action], as_of: date) -> list[Action]:
    """Return an action for each topic of a run and those of the register, most worth first.

    A topic that the register knows by one of its findings is that action, with the finding as
    this run tells it; one that is in no run any more stays as it was. Others are proposed: effort
    by the kind of finding, due from the run's last day on, sooner where money is being lost. What
    promises nothing comes last: that a strength brings much is no gain of acting on it.
    """
    found, met = [], set()
    for topic in topics:
        ids = {row["id"] for row in topic.rows}
        known = next((one for one in register if one.ids & ids), None)
        if known is None:
            found.append(proposed(topic, as_of))
        elif known.id not in met:
            found.append(replace(known, finding=_kept(topic.lead)))
            met.add(known.id)
    found += [one for one in register if one.id not in met]
    return sorted(found, key=lambda one: (one.expected is None, -priority(one), one.id))


def proposed(topic: Topic, as_of: date) -> Action:
    """Return the action that a topic asks for."""
    lead = topic.lead
    size = effort(lead["metric"])
    return Action(
        id=lead["id"],
        status="proposed",
        department=lead["department"],
        effort=size,
        due=due(lead, size, as_of),
        finding=_kept(lead),
        also=tuple(row["id"] for row in topic.others),
        expected=expected(lead),
    )


def effort(metric: str) -> Effort:
    """Return how much work a finding of this metric asks for: S, M or L."""
    return "S" if metric in _SMALL else "L" if metric in _LARGE else "M"


def due(finding: Mapping[str, Any], size: Effort, as_of: date) -> date:
    """Return by when it should be done: twice as soon where something broke and money is lost."""
    is_urgent = finding["kind"] == "change" and finding["direction"] in _BAD
    return as_of + timedelta(weeks=_WEEKS[size] * (1 if is_urgent else 2))


def expected(finding: Mapping[str, Any]) -> Money | None:
    """Return what acting on a finding may bring a year: at most all that is lost comes back.

    None where no money is known, and for a strength: that it is there promises no more of it.
    """
    impact = finding["impact"]
    if not impact or finding["direction"] == "strength":
        return None
    value, low, high = (impact[name] for name in ("value", "low", "high"))
    if finding["direction"] in _BAD:
        value, low, high = -value, -high, -low
    return Money(value, low, high)


def priority(action: Action) -> float:
    """Return |impact| × confidence ÷ days of work: money a year for each day; 0 if not known."""
    impact = action.finding.get("impact")
    confidence = action.finding.get("confidence", 0.0)
    return abs(impact["value"]) * confidence / DAYS[action.effort] if impact else 0.0


def of_department(actions: Sequence[Action], department: str) -> list[Action]:
    """Return the actions of a department; all where none is named."""
    return [one for one in actions if department in ("", one.department)]


def _kept(finding: Mapping[str, Any]) -> dict[str, Any]:
    """What a register keeps of a finding: enough to say it in any language, and to measure."""
    kept = {name: finding[name] for name in _KEPT if name in finding}
    said = finding.get("messages", {})
    messages = {part: said[part] for part in ("claim", "next_step") if part in said}
    return kept | ({"messages": messages} if messages else {})
