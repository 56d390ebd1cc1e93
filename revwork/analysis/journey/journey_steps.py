"""Steps: which steps a funnel has, in which order, and how long each may take."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import pandas as pd

from revwork.findings import Message, Unanswered

USUAL = 0.9  # of the visits with an order took a step: it belongs to the way there
MOST = 12  # steps of a funnel that nobody named
_LEAST = 2
_GOAL = ("purchase", "order", "thank", "bought", "compra", "pedido", "achat", "commande", "merci")
_BASKET = ("cart", "basket", "carrito", "cesta", "panier", "warenkorb", "carrello", "bag")


@dataclass(frozen=True)
class Step:
    """A step of a funnel: its name, whether it may be left out, and in how many days it follows."""

    name: str
    is_optional: bool = False
    within: int | None = None


def asked(
    events: ibis.Table,
    sessions: ibis.Table,
    names: Sequence[str] = (),
    optional: Sequence[str] = (),
    within: Sequence[str] = (),
) -> tuple[Step, ...]:
    """Return the steps named, in that order, or else those on which nearly every order came about.

    `optional` are steps among them that may be left out, `within` days from the step before, such
    as `purchase=7`. Where no step is named: those that nine in ten visits with an order took, in
    the order in which these visits took them first; without orders, visits that took the step
    whose name says so, else the one that comes last. Raises Unanswered for a step nobody took,
    fewer than two steps, or a first or last step that may be left out.
    """
    counts = _counts(events, sessions)
    names = [*dict.fromkeys(names)] or _usual(counts)
    strange = [name for name in (*names, *optional) if name not in set(counts.step)]
    if strange:
        raise Unanswered(
            "No visit took the step {step:text}: name steps as web_events do.", step=strange[0]
        )
    if len(names) < _LEAST:
        raise Unanswered("A funnel needs two steps at least: name them in steps, in their order.")
    if {names[0], names[-1]} & {*optional}:
        raise Unanswered("The first and the last step of a funnel cannot be left out.")
    return tuple(Step(name, name in optional, _days(within, name)) for name in names)


def each_within(steps: Sequence[Step], days: int) -> tuple[Step, ...]:
    """Return the steps, each to follow in so many days where nothing else is said of it."""
    first, *others = steps
    later = (Step(s.name, s.is_optional, days if s.within is None else s.within) for s in others)
    return (first, *later)


def required(steps: Sequence[Step]) -> list[Step]:
    """Return the steps that may not be left out."""
    return [step for step in steps if not step.is_optional]


def basket(steps: Sequence[Step], named: str = "") -> str:
    """Return the step that fills a basket: the one named, else the first whose name says so.

    Raises Unanswered where none of the funnel's steps is one.
    """
    names = [step.name for step in required(steps)]
    told = [name for name in names if any(word in name.lower() for word in _BASKET)]
    found = [name for name in names if name == named] if named else told
    if not found or found[0] == names[-1]:
        raise Unanswered(
            "Abandoned baskets need the step of the funnel that fills one: name it in basket."
        )
    return found[0]


def reading(steps: Sequence[Step]) -> Message:
    """Say between which steps the funnel runs."""
    return Message(
        "From {first:text} to {last:text}: {steps:number} steps",
        {"first": steps[0].name, "last": steps[-1].name, "steps": len(steps)},
    )


def _counts(events: ibis.Table, sessions: ibis.Table) -> pd.DataFrame:
    """Per step: visits that took it, those with an order among them, and when these took it."""
    taken = events.group_by(["session_id", "step"]).agg(place=events.position.min())
    ordered = sessions.filter(sessions.order_id.notnull()).select(ordered="session_id").distinct()
    rows = taken.left_join(ordered, taken.session_id == ordered.ordered)
    bought = rows.ordered.notnull()
    found = rows.group_by("step").agg(
        visits=rows.count(),
        bought=bought.cast("int64").sum(),
        place=rows.place.cast("float64").mean(),
        place_bought=rows.place.cast("float64").mean(where=bought),
    )
    counts = found.order_by("step").execute().round(9)
    if counts.empty:
        raise Unanswered("No step of a visit is recorded: add web_events, one row a step.")
    return counts if counts.bought.any() else _without_orders(taken, counts)


def _without_orders(taken: ibis.Table, counts: pd.DataFrame) -> pd.DataFrame:
    """The counts with visits that took the last step in place of those with an order."""
    named = counts[[any(word in step.lower() for word in _GOAL) for step in counts.step]]
    often = counts[counts.visits >= counts.visits.max() / 100]
    last = (often if named.empty else named).sort_values(["place", "step"])
    goal = last.step.iloc[-1]
    reached = taken.filter(taken.step == goal).select(reached="session_id")
    rows = taken.inner_join(reached, taken.session_id == reached.reached)
    found = rows.group_by("step").agg(
        bought=rows.count(), place_bought=rows.place.cast("float64").mean()
    )
    known = found.execute().round(9).set_index("step")
    return counts.assign(
        bought=counts.step.map(known.bought).fillna(0),
        place_bought=counts.step.map(known.place_bought),
    )


def _usual(counts: pd.DataFrame) -> list[str]:
    usual = counts[counts.bought >= USUAL * counts.bought.max()]
    largest = usual.sort_values(["visits", "step"], ascending=[False, True]).head(MOST)
    return [*largest.sort_values(["place_bought", "step"]).step]


def _days(within: Sequence[str], name: str) -> int | None:
    """The days said of a step; None where nothing is."""
    said = dict(one.rpartition("=")[::2] for one in within)
    days = said.get(name)
    if days is not None and not days.isdigit():
        raise Unanswered(
            "{said:text} says no days: write the step and its days, such as purchase=7.",
            said=f"{name}={days}",
        )
    return None if days is None else int(days)
