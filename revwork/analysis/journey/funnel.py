"""Funnel: how far visits come on a way of ordered steps, and which part of them goes on."""

from collections.abc import Mapping, Sequence

import ibis

from revwork.analysis.journey.journey_steps import Step, required

DIMENSIONS = ("device", "region", "source")


def visits(events: ibis.Table) -> ibis.Table:
    """Return the events of web_events by visit: unit, place, day, step, device, region, source."""
    return events.select("step", *DIMENSIONS, unit="session_id", place="position", day="date")


def reached(walks: ibis.Table, steps: Sequence[Step]) -> ibis.Table:
    """Return one row per unit that took the first step, with how far it came.

    `walks` is what `visits` or `visitors.by_visitor` returns. Steps count in their order, whatever
    lies in between: each after the one before, and within its days of it where they are said. A
    unit that takes a step several times comes as far as any choice among them leads. A step that
    may be left out holds nobody up: it is taken if it comes after the required one before it.

    Columns: unit, device, region, source (at the first step), begun (its day), depth (required
    steps reached: 1 is the first), days (from the first step to the last, null where that is not
    reached), and took_<place> for each optional step, yes or no.
    """
    way, before = required(steps), _required_before(steps)
    known = _walked(_firsts(walks, steps), way, before).cache()
    if known.is_tangled.sum().execute():
        again = known.filter(known.is_tangled)
        known = known.filter(~known.is_tangled).union(_retraced(walks, again, way))
    taken = {
        f"took_{at}": ((known.depth >= k) & (known[f"last_{at}"] > known[f"place_{k}"])).fill_null(
            False
        )
        for at, k in before.items()
    }
    days = ibis.cases((known.depth == len(way), _days(known, len(way), 1)), else_=None)
    return known.select(
        "unit", *DIMENSIONS, "depth", begun="day_1", days=days.cast("int64"), **taken
    )


def _walked(firsts: ibis.Table, way: Sequence[Step], before: Mapping[int, int]) -> ibis.Table:
    """How far the first times alone lead, and whether others may lead further."""
    stops = _stops(firsts, way)
    depth = ibis.cases(*((stop, k - 1) for k, stop in stops.items()), else_=len(way))
    missed = ((stop, firsts[f"place_{k}"].notnull()) for k, stop in stops.items())
    kept = ["unit", *DIMENSIONS, "day_1", f"day_{len(way)}"]
    kept += [f"last_{at}" for at in before] + [f"place_{k}" for k in sorted({*before.values()})]
    return firsts.select(*kept, depth=depth, is_tangled=ibis.cases(*missed, else_=False))


def _firsts(walks: ibis.Table, steps: Sequence[Step]) -> ibis.Table:
    """Where each unit takes each required step first, and each optional one last."""
    way = required(steps)
    is_first = walks.step == way[0].name
    found = {name: walks[name].max(where=is_first) for name in DIMENSIONS}
    for k, step in enumerate(way, 1):
        found[f"place_{k}"] = walks.place.min(where=walks.step == step.name)
    for k in _dated(way):
        found[f"day_{k}"] = walks.day.min(where=walks.step == way[k - 1].name)
    for at in _required_before(steps):
        found[f"last_{at}"] = walks.place.max(where=walks.step == steps[at].name)
    rows = walks.group_by("unit").agg(**found)
    return rows.filter(rows.place_1.notnull())


def _stops(firsts: ibis.Table, way: Sequence[Step]) -> dict[int, ibis.Value]:
    """Place of each step but the first → whether its first time does not follow the step before."""
    stops = {}
    for k, step in enumerate(way[1:], 2):
        follows = firsts[f"place_{k}"] > firsts[f"place_{k - 1}"]
        if step.within is not None:
            follows &= _days(firsts, k, k - 1) <= step.within
        stops[k] = ~follows.fill_null(False)
    return stops


def _retraced(walks: ibis.Table, again: ibis.Table, way: Sequence[Step]) -> ibis.Table:
    """The rows of `again` with the steps reached by any of the times they were taken."""
    rows = walks.semi_join(again, "unit").select("unit", "place", "day", "step").cache()
    at = rows.filter(rows.step == way[0].name).drop("step")
    found = [at.mutate(k=1)]
    for k, step in enumerate(way[1:], 2):
        at = _onward(at, rows.filter(rows.step == step.name), step.within)
        found.append(at.mutate(k=k))
    every = ibis.union(*found)
    sums = {"depth": every.k.max().cast(again.depth.type())}
    for name in again.columns:
        kind, _, k = name.partition("_")
        if kind in ("place", "day"):
            sums[name] = every[kind].min(where=every.k == int(k))
    walked = every.group_by("unit").agg(**sums).rename(walker="unit")
    rest = again.drop(*sums)
    joined = rest.inner_join(walked, rest.unit == walked.walker)
    return joined.select(*again.columns)


def _onward(before: ibis.Table, events: ibis.Table, within: int | None) -> ibis.Table:
    """The events that come after one of those before, in time."""
    if within is None:  # the first of them is as good as any
        before = before.group_by("unit").agg(place=before.place.min(), day=before.day.min())
    before = before.rename(walker="unit", from_place="place", from_day="day")
    joined = events.inner_join(before, events.unit == before.walker)
    joined = joined.filter(joined.place > joined.from_place)
    if within is not None:
        joined = joined.filter(joined.day.delta(joined.from_day, unit="day") <= within)
    return joined.select("unit", "place", "day").distinct()


def _dated(way: Sequence[Step]) -> list[int]:
    """The steps whose day counts: the first, the last, and both sides of a window."""
    limited = {k for k, step in enumerate(way, 1) if step.within is not None}
    return sorted({1, len(way)} | limited | {k - 1 for k in limited if k > 1})


def _required_before(steps: Sequence[Step]) -> dict[int, int]:
    """Place of each optional step among the steps → how many required ones come before it."""
    return {at: len(required(steps[:at])) for at, step in enumerate(steps) if step.is_optional}


def _days(rows: ibis.Table, later: int, earlier: int) -> ibis.Value:
    return rows[f"day_{later}"].delta(rows[f"day_{earlier}"], unit="day").cast("int64")
