"""What became of money that moved from one medium to another: both returns, then and now."""

from collections.abc import Callable, Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import worth
from revwork.analysis.marketing import attribution, roi
from revwork.analysis.marketing.mix_findings import Shift, shifts
from revwork.analysis.marketing.mix_weeks import Weeks
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Finding, Impact, Message, Unanswered

_YEAR = 365.25
_BACK = 2  # years, at most, to a season that the move had not reached
_ENDS = ("media_cost", "profit", "low_profit", "high_profit", "roi")


def paid_for(
    weeks: Callable[[], Weeks],
    contacts: ibis.Table,
    paid: ibis.Table,
    seasons: tuple[Comparison, Calendar],
    options: tuple[str, str],
) -> list[Finding]:
    """Return a finding for each move of money between two media: what both bring since.

    `seasons`: the comparison, whose period is held against the same season of the last year that
    ended before the move, and the calendar; `options`: the model of attribution and the currency.
    No finding where spend or journeys do not reach back so far, or a medium has no return in one.
    Impact: margin credited less spend, of both media together, more or less than then, a year.
    Correlation: what else changed since is in it.
    """
    try:
        moves = shifts(weeks())
    except Unanswered:
        return []
    comparison, calendar = seasons
    found = []
    for one in moves:
        then = _before(one, comparison.current, calendar)
        now, base = (
            _two(roi.known(contacts, paid, period, "medium", options[0]), one)
            for period in (comparison.current, then)
        )
        if now is not None and base is not None:
            found.append(_finding(one, now, base, (comparison, then), options))
    return found


def once(found: Sequence[Finding], moved: Sequence[Finding]) -> list[Finding]:
    """Return the moves, and what was found but for returns that they tell: money counts once."""
    told = {medium for one in moved for medium in one.segment.values()}
    rest = (one for one in found if one.metric != "roi" or one.segment.get("medium") not in told)
    return [*moved, *rest]


def _before(one: Shift, period: Period, calendar: Calendar) -> Period | None:
    """The same season of the last year that ended before the move."""
    for _ in range(_BACK):
        period = calendar.year_ago(period) if period else None
        if period and period.end <= one.since:
            return period
    return None


def _two(rows: pd.DataFrame, one: Shift) -> pd.DataFrame | None:
    """Both media's cost and returns, the one that took the money first; None without one."""
    if not {one.full, one.starved} <= {*rows.unit}:
        return None
    both = rows.set_index("unit").loc[[one.full, one.starved], [*_ENDS]].astype(float)
    return None if both.isna().any(axis=None) else both


def _finding(
    one: Shift,
    now: pd.DataFrame,
    base: pd.DataFrame,
    periods: tuple[Comparison, Period],
    options: tuple[str, str],
) -> Finding:
    comparison, then = periods
    impact = _worth(now, base, (comparison.current, then), options[1])
    lost = impact.value < 0
    named = {"full": one.full, "starved": one.starved}
    return Finding(
        metric="budget_moved",
        segment={"medium": one.full, "from_medium": one.starved},
        direction="weakness" if lost else "strength",
        kind="change",
        department="marketing",
        period=f"{one.since:%Y-%m}",
        claim=Message(
            "{full:text} holds {share:percent} of what {starved:text} had until {since:date}; "
            "both together leave {money:money} a year less than before"
            if lost
            else "{full:text} holds {share:percent} of what {starved:text} had until "
            "{since:date}; both together leave {money:money} a year more than before",
            {**named, "share": one.moved_share, "since": one.since, "money": abs(impact.value)},
        ),
        evidence=Message(
            "ROI by {model:text}, {then:period} to {period:period}: {full:text} "
            "{full_then:percent} to {full_now:percent}, {starved:text} {starved_then:percent} to "
            "{starved_now:percent}; money moved: {amount:money} a year. Correlation, not proof: "
            "what else changed since is in it",
            {
                **named,
                **{"model": attribution.CALLED[options[0]], "amount": one.amount},
                **{"then": then.name, "period": comparison.period.name},
                **{"full_then": base.roi[one.full], "full_now": now.roi[one.full]},
                **{"starved_then": base.roi[one.starved], "starved_now": now.roi[one.starved]},
            },
        ),
        next_step=Message(
            "Move it back step by step, beginning with a half, and watch what both bring"
            if lost
            else "Keep it there, and test whether more of it pays",
            named,
        ),
        impact=impact,
        confidence=worth.confidence(impact),
    )


def _worth(
    now: pd.DataFrame, base: pd.DataFrame, periods: tuple[Period, Period], currency: str
) -> Impact:
    """Profit of both media a year, now less then; the four intervals are independent."""
    years = [_YEAR / period.days for period in periods]
    value = now.profit.sum() * years[0] - base.profit.sum() * years[1]
    half = [
        (rows.high_profit - rows.low_profit) / 2 * year
        for rows, year in zip((now, base), years, strict=True)
    ]
    wide = float(np.sqrt((np.concatenate(half) ** 2).sum()))
    return Impact(float(value), float(value - wide), float(value + wide), currency)
