"""Step breaks: since when, at which step and for whom visits stopped going on as they did."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations, product

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import breaks
from revwork.analysis.journey.funnel import DIMENSIONS
from revwork.analysis.journey.journey_steps import Step, required
from revwork.findings import Message, Unanswered, Word
from revwork.metrics import wilson

MOST = 8  # values of a dimension that are looked at: those with most visits
WEEKS = 156  # that are looked back
RECENT = 8  # weeks that have to be like those since the break, not like those before
ENOUGH = 30  # visits at the step on either side
LEVEL = 0.95
OTHERS, ALL = Word("Other visits"), Word("All visits")
MATTERS = 0.03  # of the share that goes on, at least
_COLUMNS = (
    *("step", *DIMENSIONS, "since", "low_since", "high_since", "visible_on", "step_before_rate"),
    *("step_after_rate", "before", "after", "p"),
)
_Segment = tuple[int | slice, ...]


def found(reached: ibis.Table, steps: Sequence[Step], last: date) -> pd.DataFrame:
    """Return since when visits go on from a step less or more often, where that is beyond chance.

    For every step the share that goes on is followed by complete week for three years at most: in
    all visits, each device, region and source, and each pair of them (the eight largest of each).
    The surest break is told, its visits are taken out, and the search goes on without them, so
    that no break is told twice: if it is desktops in Germany, not desktops and Germany too. A break
    holds to the end, is 3 points or more, and beyond chance (1 %) among all places, steps and
    segments together.

    Columns: step (the last they reach), device, region, source (null: any; "": not recorded),
    since (a Monday), low_since, high_since (95 %), visible_on (the Monday on which this could have
    been told), step_before_rate, step_after_rate (share that goes on), before, after (visits that
    reached the step), p (corrected). Surest first.

    Formula: step_before_rate = visits that took the next step ÷ visits that reached this one,
    before the break; Of those who came so far, the share that went on.
    Formula: step_after_rate = visits that took the next step ÷ visits that reached this one,
    since the break; Of those who came so far, the share that went on.
    """
    way, weeks = required(steps), _weekly(reached, last)
    if weeks.empty:
        return pd.DataFrame(columns=[*_COLUMNS])
    names = {name: [*weeks.groupby(name).n.sum().nlargest(MOST).index] for name in DIMENSIONS}
    cubes = _cubes(weeks, names, len(way))
    segments = _segments(names)
    series = len(segments) * (len(way) - 1)
    rows = []
    for k, step in enumerate(way[:-1]):
        for segment, one in _of_step(cubes[k + 1], cubes[k], segments, series):
            told = {"step": step.name, **_named(segment, names)}
            rows.append(told | _dated(one, weeks.week.min()))
    table = pd.DataFrame(rows, columns=[*_COLUMNS])
    return table.sort_values(["p", "step", *DIMENSIONS], ignore_index=True)


def segment(row: Mapping[str, object]) -> dict[str, str | None]:
    """Return the segment of a row of `found` as `segments.of_segment` takes it."""
    told = {name: row[name] for name in DIMENSIONS if pd.notna(row[name])}
    return {name: value or None for name, value in told.items()}


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the breaks as a table shows them, their segment in one column.

    Columns: where (all visits, where no segment is named), step, since, low_since, high_since,
    step_before_rate, step_after_rate, visits_since (that reached the step).
    """
    names = ["step", "since", "low_since", "high_since", "step_before_rate", "step_after_rate"]
    frame = rows[names].assign(visits_since=rows.after)
    frame.insert(0, "where", [segment(row) or ALL for _, row in rows.iterrows()])
    return frame


def path(
    reached: ibis.Table, steps: Sequence[Step], rows: pd.DataFrame, last: date
) -> pd.DataFrame:
    """Return the share that goes on from the surest break's step by month, there and elsewhere.

    `rows` is what `found` returns. As `chart.lines` draws it, complete months alone: start, name
    (the segment, or others), value with low and high (95 %, Wilson), n. Raises Unanswered where
    there is no break.
    """
    if rows.empty:
        raise Unanswered("At no step do visits go on less or more often than before.")
    one, way = rows.iloc[0], [step.name for step in required(steps)]
    where, k = segment(one), way.index(one.step) + 1
    inside = ibis.literal(True)
    for name, value in where.items():
        inside &= reached[name].isnull() if value is None else reached[name] == value
    came = reached.filter(reached.depth >= k)
    came = came.mutate(month=came.begun.truncate("M"), inside=inside.fill_null(False))
    counted = came.group_by(["month", "inside"]).agg(
        n=came.count(), on=(came.depth > k).cast("int64").sum()
    )
    table = counted.order_by(["inside", "month"]).execute()
    ends = pd.to_datetime(table.month) + pd.offsets.MonthEnd(0)
    table = table[ends <= pd.Timestamp(last)].reset_index(drop=True)
    told = wilson(table.on, table.n, LEVEL).set_axis(["value", "low", "high"], axis=1)
    called = ", ".join(value for value in where.values() if value)
    names = [called or ALL if one else OTHERS for one in table.inside]
    return pd.DataFrame({"start": table.month, "name": names}).join(told).assign(n=table.n)


def reading(rows: pd.DataFrame) -> Message:
    """Say which break is the surest: where, at which step, since when."""
    if rows.empty:
        return Message("At no step do visits go on less or more often than before.", {})
    one = rows.iloc[0]
    told = {"step": one.step, "since": one.since}
    told |= {"after": one.step_after_rate, "before": one.step_before_rate}
    if not segment(one):
        return Message(
            "After “{step:text}” {after:percent} go on since {since:date}, {before:percent} before",
            told,
        )
    return Message(
        "{where:segment}: after “{step:text}” {after:percent} go on since {since:date}, "
        "{before:percent} before",
        {"where": segment(one), **told},
    )


def _weekly(reached: ibis.Table, last: date) -> pd.DataFrame:
    """Visits by complete week, segment and depth."""
    since = last - timedelta(weeks=WEEKS)
    rows = reached.filter(
        (reached.begun >= ibis.date(since - timedelta(days=since.weekday())))
        & (reached.begun <= ibis.date(last - timedelta(days=(last.weekday() + 1) % 7)))
    )
    rows = rows.mutate(
        week=rows.begun.truncate("W"), **{name: rows[name].fill_null("") for name in DIMENSIONS}
    )
    keys = ["week", *DIMENSIONS, "depth"]
    table = rows.group_by(keys).agg(n=rows.count()).order_by(keys).execute()
    return table.assign(week=pd.to_datetime(table.week))


def _cubes(weeks: pd.DataFrame, names: Mapping[str, list], depth: int) -> list[np.ndarray]:
    """Per step the visits that reached it, by week and place of each dimension's value.

    What is not among the values followed stands at the end of its dimension.
    """
    places = [((weeks.week - weeks.week.min()).dt.days // 7).to_numpy()]
    for name in DIMENSIONS:
        known = {value: at for at, value in enumerate(names[name])}
        places.append(weeks[name].map(known).fillna(len(known)).astype(int).to_numpy())
    shape = places[0].max() + 1, *(len(names[name]) + 1 for name in DIMENSIONS)
    cubes = []
    for k in range(1, depth + 1):
        cube = np.zeros(shape)
        np.add.at(cube, tuple(places), np.where(weeks.depth >= k, weeks.n, 0))
        cubes.append(cube)
    return cubes


def _segments(names: Mapping[str, list]) -> list[_Segment]:
    """All visits, each value of a dimension that has several, and each pair of these."""
    every = slice(None)
    several = [at for at, name in enumerate(DIMENSIONS) if len(names[name]) > 1]
    made: list[_Segment] = []
    for dimensions in (one for size in (0, 1, 2) for one in combinations(several, size)):
        for values in product(*(range(len(names[DIMENSIONS[at]])) for at in dimensions)):
            chosen = dict(zip(dimensions, values, strict=True))
            made.append(tuple(chosen.get(at, every) for at in range(len(DIMENSIONS))))
    return made


def _of_step(
    part: np.ndarray, whole: np.ndarray, segments: Sequence[_Segment], series: int
) -> list[tuple[_Segment, dict]]:
    """The breaks of one step, surest first, each without the visits of those before it."""
    part, whole, told = part.copy(), whole.copy(), []
    while True:
        tried = [(one, _break(part, whole, one, series)) for one in segments]
        known = [(one, made) for one, made in tried if made]
        if not known:
            return told
        best = min(known, key=lambda pair: (pair[1]["p"], -abs(pair[1]["moved"])))
        told.append(best)
        for cube in (part, whole):
            cube[slice(None), *best[0]] = 0


def _break(part: np.ndarray, whole: np.ndarray, segment: _Segment, series: int) -> dict | None:
    """Where the share of a segment changes for good; None where it does not."""
    on, came = (cube[slice(None), *segment].reshape(len(cube), -1).sum(1) for cube in (part, whole))
    if came.sum() < 2 * ENOUGH:
        return None
    one = breaks.of_share(on, came, series)
    if one is None:
        return None
    before, after = came[: one.at].sum(), came[one.at :].sum()
    if min(before, after) < ENOUGH:
        return None
    rates = on[: one.at].sum() / before, on[one.at :].sum() / after
    recent = on[-RECENT:].sum() / max(came[-RECENT:].sum(), 1)
    moved = rates[1] - rates[0]
    if abs(moved) < MATTERS or abs(recent - rates[1]) > abs(recent - rates[0]):
        return None
    told = {"step_before_rate": rates[0], "step_after_rate": rates[1], "moved": moved, "p": one.p}
    return told | {"before": int(before), "after": int(after), "at": one}


def _named(segment: _Segment, names: Mapping[str, list]) -> dict[str, str | None]:
    return {
        name: None if isinstance(at, slice) else names[name][at]
        for name, at in zip(DIMENSIONS, segment, strict=True)
    }


def _dated(one: dict, first: pd.Timestamp) -> dict:
    """A break with the Mondays of its weeks."""
    at = one["at"]
    weeks = {"since": at.at, "low_since": at.low, "high_since": at.high, "visible_on": at.seen + 1}
    days = {name: (first + pd.Timedelta(weeks=int(n))).date() for name, n in weeks.items()}
    return {**one, **days}
