"""Journey findings: where visits break off since when, and who goes on less often than others."""

from collections.abc import Callable, Sequence

import ibis
import pandas as pd

from revwork.analysis import worth
from revwork.analysis.journey import step_breaks, step_costs
from revwork.analysis.journey.journey_steps import Step, required
from revwork.analysis.segments import of_segment
from revwork.calendar import Calendar, Period
from revwork.findings import Finding, Impact, Message, Unanswered

MOST = 4  # gaps that are told


def broken(
    rows: pd.DataFrame,
    priced: ibis.Table,
    steps: Sequence[Step],
    months: Sequence[Period],
    asked: tuple[Calendar, str],
) -> list[Finding]:
    """Return a finding for each break: at which step, for whom, since when, and what it costs.

    `rows` is what `step_breaks.found` returns, `asked` the calendar and the currency. Impact:
    `step_costs.of_break`; null where no visit of the segment names its order.
    """
    calendar, currency = asked
    found = []
    for _, row in rows.iterrows():
        impact = step_costs.of_break(row, priced, steps, months, currency) if months else None
        found.append(_break(row, impact, calendar))
    return found


def apart(
    rows: pd.DataFrame,
    priced: ibis.Table,
    steps: Sequence[Step],
    year: Period,
    currency: str,
) -> list[Finding]:
    """Return a finding for the segments whose visits go on otherwise than others', largest first.

    `rows` is what `step_gaps.found` returns. Impact: `step_costs.of_gap`; four at most.
    """
    depth, found = len(required(steps)), []
    for one in rows.itertuples():
        part = of_segment(priced, {one.dimension: one.name})
        gap = one.gap, one.variance
        impact = step_costs.of_gap(gap, part, one.place, depth, (year, currency))
        found.append(_gap(one, impact, year))
    return sorted(found, key=lambda f: -abs(f.impact.value) if f.impact else 0.0)[:MOST]


def answered(*parts: Callable[[], list[Finding]]) -> list[Finding]:
    """Return the findings of all the parts that the company's data can answer."""
    found = []
    for part in parts:
        try:
            found += part()
        except Unanswered:
            continue
    return found


def unexplained(gaps: pd.DataFrame, breaks: pd.DataFrame) -> pd.DataFrame:
    """Return the gaps that no break explains: not at a step where that segment broke."""
    told = {
        (row["step"], name, value)
        for _, row in breaks.iterrows()
        for name, value in step_breaks.segment(row).items()
    }
    keys = zip(gaps["step"], gaps["dimension"], gaps["name"], strict=True)
    return gaps[[key not in told for key in keys]].reset_index(drop=True)


def _break(row: pd.Series, impact: Impact | None, calendar: Calendar) -> Finding:
    fell = row.step_after_rate < row.step_before_rate
    where = step_breaks.segment(row)
    values = {"where": where, "step": row.step, "since": row.since}
    values |= {"after": row.step_after_rate, "before": row.step_before_rate}
    return Finding(
        metric="step_conversion",
        segment={name: value or "" for name, value in where.items()} | {"step": row.step},
        direction="weakness" if fell else "strength",
        kind="change",
        department="web",
        period=calendar.holding(row.since, "month").name,
        claim=Message(_claim(fell, bool(where)), values),
        evidence=Message(
            "Visits at this step: {n:number} since, {n_before:number} before; the break lies "
            "between {low:date} and {high:date} (95 %), and could be told on {seen:date}",
            {
                **{"n": row.after, "n_before": row.before, "seen": row.visible_on},
                **{"low": row.low_since, "high": row.high_since},
            },
        ),
        next_step=Message(
            "Go through “{step:text}” as these visitors do, and look at what was released around "
            "{since:date}; switch it back for half of them: if their share recovers and the "
            "others' does not, that proves it"
            if fell
            else "Find what was changed around {since:date}, and try it with half of the other "
            "visits: a date alone proves no cause",
            {"step": row.step, "since": row.since},
        ),
        impact=impact,
        confidence=worth.confidence(impact) if impact else round(1 - row.p, 3),
    )


def _claim(fell: bool, is_part: bool) -> str:
    if not is_part:
        return (
            "After “{step:text}” only {after:percent} of visits go on since {since:date}, "
            "{before:percent} before"
            if fell
            else "After “{step:text}” {after:percent} of visits go on since {since:date}, only "
            "{before:percent} before"
        )
    return (
        "{where:segment}: visits break off after “{step:text}” since {since:date}: {after:percent} "
        "go on, {before:percent} before"
        if fell
        else "{where:segment}: more visits go on after “{step:text}” since {since:date}: "
        "{after:percent}, {before:percent} before"
    )


def _gap(one: tuple, impact: Impact | None, year: Period) -> Finding:
    less = one.gap < 0
    name = None if pd.isna(one.name) else one.name
    return Finding(
        metric="step_rate",
        segment={one.dimension: name or "", "step": one.step},
        direction="weakness" if less else "strength",
        kind="level",
        department="web",
        period=year.name,
        claim=Message(
            "{name:text}: {rate:percent} of visits go on after “{step:text}”, {others:percent} of "
            "others",
            {
                **{"name": name, "step": one.step},
                **{"rate": one.step_rate, "others": one.others_rate},
            },
        ),
        evidence=Message(
            "Visits in a year: {n:number}, against others of the same mix of devices, regions and "
            "sources; difference, 95 %: {low:points} to {high:points}",
            {"n": one.reached, "low": one.low_gap, "high": one.high_gap},
        ),
        next_step=Message(
            "Find out what stops these visits after “{step:text}”, and test one change with half "
            "of them: a difference alone proves no cause"
            if less
            else "Look at what is better there after “{step:text}”, and test it with half of the "
            "other visits: a difference alone proves no cause",
            {"step": one.step},
        ),
        impact=impact,
        confidence=worth.confidence(impact) if impact else round(1 - one.p, 3),
    )
