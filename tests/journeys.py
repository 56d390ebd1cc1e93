"""Visits for the tests of the journey: a word of letters is a visit, a letter a step."""

import ibis
import numpy as np
import pandas as pd
from conftest import typed

from revwork.analysis.journey import funnel
from revwork.analysis.journey.journey_steps import Step

STEPS = {"v": "view", "c": "cart", "w": "wish", "p": "pay", "b": "buy"}
WAY = tuple(map(Step, ("view", "cart", "pay", "buy")))


def events(*visits):
    """Return web_events of visits: letters, or (letters, what else is known of the visit)."""
    rows = []
    for at, visit in enumerate(visits, 1):
        letters, known = visit if isinstance(visit, tuple) else (visit, {})
        days = known.pop("days", None) or [known.get("date", "2026-06-01")] * len(letters)
        for place, (letter, day) in enumerate(zip(letters, days, strict=True), 1):
            one = {"session_id": f"v{at}", "position": place, "step": STEPS[letter]}
            rows.append(one | known | {"date": day})
    return typed("web_events", rows)


def reached(*visits, way=WAY):
    return funnel.reached(funnel.visits(events(*visits)), way)


def named(*rows):
    """Return sessions v1, v2 … with what is known of them."""
    told = [{"session_id": f"v{at}", "date": "2026-06-01", **row} for at, row in enumerate(rows, 1)]
    return typed("sessions", told)


def drawn(seed=1, since=None, rate=0.3, only=(), a_week=40):
    """Return reached visits of a shop by lot; since a day fewer of some go on from pay to buy.

    `only` are device and region that this befalls; all, where it is empty.
    """
    rng, size = np.random.default_rng(seed), 60 * a_week
    day = pd.Timestamp("2025-01-06") + pd.to_timedelta(np.arange(size) * 7 // a_week, unit="D")
    device = rng.choice(["phone", "desktop"], size)
    region = rng.choice(["Spain", "France", "Italy"], size)
    goes = rng.random((size, 3)) < 0.8
    if since:
        hit = day >= pd.Timestamp(since)
        if only:
            hit = hit & (device == only[0]) & (region == only[1])
        goes[:, 2] &= ~hit | (rng.random(size) < rate / 0.8)
    depth = 1 + goes.cumprod(axis=1).sum(1)
    frame = pd.DataFrame({"unit": [f"v{n}" for n in range(size)], "device": device})
    frame = frame.assign(region=region, source=None, depth=depth, begun=day.date, days=0)
    return ibis.memtable(frame, schema=ibis.schema(_REACHED))


def paid(rows, net=100.0, contribution=40.0):
    """Return reached visits as `visit_values.priced` does: each that came through has its order."""
    done = rows.depth == 4
    return rows.mutate(
        orders=done.ifelse(1.0, 0.0),
        net=done.ifelse(net, ibis.null("float64")),
        contribution=done.ifelse(contribution, ibis.null("float64")),
    )


_REACHED = {
    **{"unit": "string", "device": "string", "region": "string", "source": "string"},
    **{"depth": "int64", "begun": "date", "days": "int64"},
}
