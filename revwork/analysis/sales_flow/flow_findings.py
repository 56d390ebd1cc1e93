"""Flow findings: where deals are stuck, who wins more or less often, what cannot be relied on."""

from datetime import date

import ibis
import pandas as pd

from revwork.analysis import worth
from revwork.analysis.segments import of_segment
from revwork.calendar import Calendar, Period
from revwork.findings import Finding, Impact, Message, segment

LEVEL = 0.95
_STUCK = (
    "Deals there now: {stuck:number}; 95 %: from {low:date} to {high:date}; it could be seen from "
    "{seen:date} on"
)
_MISSED = (
    "Deals there now: {stuck:number}; 95 %: from {low:date} to {high:date}; it could be seen from "
    "{seen:date} on. At the usual chance of {chance:percent} its {visits:number} deals would have "
    "brought {expected:tenths} wins in three months; won: {won:number}"
)
STALE = 0.25  # share of the open pipeline from which on it is told
SLIPPED = 0.25  # share of the deals due that did not close, at least (its interval's low end)


def stalled(
    found: pd.DataFrame, lines: ibis.Table, calendar: Calendar, as_of: date, currency: str
) -> list[Finding]:
    """Return a finding for each stall: since when, how slow, and what it costs a year.

    `found` is what `stalls.costs` returns. Impact: the money of the wins missing in the last three
    complete months, for a year, at the segment's contribution margin; null where not known.
    """
    findings = []
    for _, one in found.iterrows():
        money = tuple(float(one[name]) for name in ("lost", "low_lost", "high_lost"))
        part = of_segment(lines, {"segment": one.segment})
        known = not pd.isna(money[0])
        impact = worth.of_revenue(money, part, calendar, as_of, currency) if known else None
        findings.append(_stall(one, impact, calendar))
    return findings


def apart(
    rows: pd.DataFrame, lines: ibis.Table, calendar: Calendar, as_of: date, currency: str
) -> list[Finding]:
    """Return a finding for each group that wins more or less often than the rest, beyond chance.

    `rows` is what `win_rates.apart` returns. Impact: the difference in rate times the money that
    the group closes in a year, at contribution margin.
    """
    findings = []
    for one in rows.itertuples():
        gaps = (one.win_rate - one.rest_rate, one.low_gap, one.high_gap)
        money = tuple(float(gap * one.yearly_amount) for gap in gaps)
        impact = worth.of_revenue(money, lines, calendar, as_of, currency)
        findings.append(_apart(one, impact))
    return findings


def unexplained(rows: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `win_rates.apart` that no stall explains: not those stalled segments."""
    explained = (rows.dimension == "segment") & rows.name.isin(found.segment)
    return rows[~explained].reset_index(drop=True)


def stale(rows: pd.DataFrame, period: Period) -> list[Finding]:
    """Return a finding where a quarter or more of the open pipeline is stale.

    `rows` is what `ageing.by` returns, of whatever dimension. No impact: what is stale is counted
    in the pipeline, and not worth what it says.
    """
    total, old = rows.open_amount.sum(), rows.stale_amount.sum()
    if not total or old / total < STALE:
        return []
    worst = rows.loc[rows.stale_amount.idxmax()]
    evidence = {"deals": rows.stale_deals.sum(), "all": rows.deals.sum(), "amount": old}
    evidence |= {"where": worst.iloc[0], "most": worst.stale_amount}
    return [
        Finding(
            metric="stale_share",
            segment={},
            direction="weakness",
            kind="level",
            department="sales",
            period=period.name,
            claim=Message(
                "{share:percent} of the open pipeline is stale",
                {"share": old / total},
            ),
            evidence=Message(
                "Stale deals: {deals:number} of {all:number}, {amount:money}; most in {where:text} "
                "({most:money})",
                evidence,
            ),
            next_step=Message(
                "Close, or date anew with the customer, each stale deal before the next forecast",
                {},
            ),
            impact=None,
            confidence=1.0,
        )
    ]


def slipped(rows: pd.DataFrame) -> list[Finding]:
    """Return a finding where surely a quarter of the deals due did not close, last four quarters.

    `rows` is what `slippage.by_quarter` returns.
    """
    from statsmodels.stats.proportion import proportion_confint

    if rows.empty:
        return []
    last = rows.tail(4)
    due = int(last.due.sum())
    count = round(float((last.value * last.due).sum()))
    low, high = proportion_confint(count, due, 1 - LEVEL, "wilson")
    if low < SLIPPED:
        return []
    return [
        Finding(
            metric="slipped_share",
            segment={},
            direction="weakness",
            kind="level",
            department="sales",
            period=last.name.iloc[-1],
            claim=Message(
                "{share:percent} of the deals due in a quarter do not close in it",
                {"share": count / due},
            ),
            evidence=Message(
                "Deals due since {first:period}: {due:number}, 95 %: {low:percent} to "
                "{high:percent}",
                {"first": last.name.iloc[0], "due": due, "low": low, "high": high},
            ),
            next_step=Message(
                "Ask for the customer's own date of decision, and forecast from stages until close "
                "dates hold",
                {},
            ),
            impact=None,
            confidence=LEVEL,
        )
    ]


def _stall(one: pd.Series, impact: Impact | None, calendar: Calendar) -> Finding:
    told, evidence = _STUCK, {"stuck": one.stuck, "ratio": one.pace_ratio, "since": one.since}
    evidence |= {"low": one.low_since, "high": one.high_since, "seen": one.visible_on}
    if impact:
        told = _MISSED
        evidence |= {"chance": one.usual_chance, "visits": one.visits}
        evidence |= {"expected": one.expected, "won": one.won}
    return Finding(
        metric="stage_pace",
        segment=segment(segment=one.segment, stage=one.stage),
        direction="weakness",
        kind="change",
        department="sales",
        period=calendar.holding(one.since, "month").name,
        claim=Message(
            "{segment:text}: deals are stuck in {stage:text} since {since:date}, leaving it at "
            "{ratio:percent} of the former pace",
            {"segment": one.segment, "stage": one.stage, **evidence},
        ),
        evidence=Message(told, evidence),
        next_step=Message(
            "Ask the owners of the {stuck:number} deals what {stage:text} waits for, and what "
            "changed around {since:date}; cure one cause for half of them first: if their pace "
            "comes back and the others' does not, that proves it",
            {"stuck": one.stuck, "stage": one.stage, "since": one.since},
        ),
        impact=impact,
        confidence=round(1 - one.p, 3) if impact is None else worth.confidence(impact),
    )


def _apart(one: tuple, impact: Impact) -> Finding:
    better = one.win_rate > one.rest_rate
    return Finding(
        metric="win_rate",
        segment=segment(**{one.dimension: one.name}),
        direction="strength" if better else "weakness",
        kind="level",
        department="sales",
        period=one.period,
        claim=Message(
            "{name:text}: {rate:percent} of the deals closed are won, {rest:percent} of all others",
            {"name": one.name, "rate": one.win_rate, "rest": one.rest_rate},
        ),
        evidence=Message(
            "Deals closed in a year: {closed:number}, won: {won:number}; difference, 95 %: "
            "{low:points} to {high:points}, corrected for all groups compared: p = {p:rate}",
            {
                **{"closed": one.closed, "won": one.won, "p": one.p},
                **{"low": one.low_gap, "high": one.high_gap},
            },
        ),
        next_step=Message(
            "Learn what is done otherwise here, and try it with deals drawn by lot elsewhere: a "
            "difference alone proves no cause"
            if better
            else "Look at what these deals have in common before calling it a cause: kind of "
            "customer, size, rival, how long the owner has been here",
            {},
        ),
        impact=impact,
        confidence=round(1 - one.p, 3),
    )
