"""Reputation findings: where opinion turned and what that costs, and who is rated better."""

from collections.abc import Sequence

import pandas as pd

from revwork.analysis import worth
from revwork.analysis.reputation.opinion_breaks import named
from revwork.analysis.reputation.risk_register import Risk
from revwork.calendar import Calendar
from revwork.findings import Finding, Message

LEVEL, MOST = 0.95, 5
_FELL = (
    "Change {low:decimal} to {high:decimal} stars (95 %), reviews since: {n:number}. It began "
    "between {first:date} and {last:date}, and could be seen by {seen:date}. {warned:text}. "
    "{words:text}. {asked:text}. {orders:text}"
)


def turned(risks: Sequence[Risk], calendar: Calendar) -> list[Finding]:
    """Return a finding for each risk, what orders lost cost a year as its impact.

    Confidence is that of the impact, else of the change in what is said.
    """
    return [_of_risk(one, calendar) for one in risks[:MOST]]


def better(events: pd.DataFrame, calendar: Calendar) -> list[Finding]:
    """Return a finding for each part where opinion turned for the better; worth is not known."""
    rows = events[~events.worse.astype(bool)].head(2)
    return [
        Finding(
            metric="rating",
            segment=_segment(one["where"]),
            direction="strength",
            kind="change",
            department="reputation",
            period=calendar.holding(one.since_date, "month").name,
            claim=Message(
                "{part:text}: reviews are better since {since:date}",
                {"part": named(one["where"]), "since": one.since_date},
            ),
            evidence=Message(
                "It began between {low:date} and {high:date}",
                {"low": one.low_since_date, "high": one.high_since_date},
            ),
            next_step=Message("Find out what was changed there, and do it elsewhere", {}),
            impact=None,
            confidence=_sure(one.p),
        )
        for _, one in rows.iterrows()
    ]


def beside(gaps: pd.DataFrame, period: str) -> list[Finding]:
    """Return a finding for the rival rated most above us and the one most below, beyond chance."""
    above, below = gaps[gaps.high_rating_gap < 0], gaps[gaps.low_rating_gap > 0]
    picked = [*above.head(1).itertuples(), *below.tail(1).itertuples()]
    return [_gap(one, period) for one in picked]


def _of_risk(one: Risk, calendar: Calendar) -> Finding:
    return Finding(
        metric="rating",
        segment=_segment(one.where),
        direction="threat",
        kind="change",
        department=one.owner,
        period=calendar.holding(one.since, "month").name,
        claim=Message(
            "{part:text}: reviews fell from {before:decimal} to {now:decimal} stars since "
            "{since:date}",
            {
                **{"part": named(one.where), "since": one.since},
                **{"before": one.levels["before_rating"], "now": one.levels["since_rating"]},
            },
        ),
        evidence=Message(
            _FELL,
            {
                "low": one.levels["low_rating_change"],
                "high": one.levels["high_rating_change"],
                "n": one.levels["reviews"],
                **{"first": one.low, "last": one.high, "seen": one.seen},
                **{"warned": _warned(one), "words": _words(one)},
                **{"asked": _asked(one), "orders": _orders(one)},
            },
        ),
        next_step=Message(
            "Settle the cause with those who complained; if ratings recover and orders do not, the "
            "cause is another",
            {},
        ),
        impact=one.impact,
        confidence=worth.confidence(one.impact) if one.impact else _sure(one.p),
    )


def _warned(one: Risk) -> Message:
    if one.warned is None:
        return Message("The early warning would not have come", {})
    return Message("The early warning would have come on {day:date}", {"day": one.warned})


def _words(one: Risk) -> Message:
    if one.topics.empty:
        return Message("No topic of the texts rose beyond chance", {})
    first = one.topics.iloc[0]
    return Message(
        "They write of {topics:text} (the first: {before:percent} of texts before, {since:percent} "
        "since)",
        {
            "topics": "; ".join(one.topics.topic[:3]),
            **{"before": first.before_share, "since": first.since_share},
        },
    )


def _asked(one: Risk) -> Message:
    if one.tickets.empty:
        return Message("No topic of tickets rose with it beyond chance", {})
    first = one.tickets.iloc[0]
    return Message(
        "Tickets about {topic:text} rose from {before:percent} to {since:percent}",
        {"topic": first.topic, "before": first.before_share, "since": first.since_share},
    )


def _orders(one: Risk) -> Message:
    if one.turn is None:
        return Message("Orders have not turned beyond chance, or cannot be compared", {})
    turn = one.turn
    values = {
        **{"day": turn.since_date, "change": turn.change_rate},
        **{"low": turn.low_change_rate, "high": turn.high_change_rate},
    }
    lead = (turn.since_date - one.visible).days
    if lead > 0:
        return Message(
            "Orders turned in the week of {day:date}, {lead:days} after the first sign: "
            "{change:change} against the others ({low:change} to {high:change}). Before and after, "
            "not proof",
            {**values, "lead": lead},
        )
    return Message(
        "Orders turned in the week of {day:date}: {change:change} against the others "
        "({low:change} to {high:change}). Before and after, not proof",
        values,
    )


def _gap(one: tuple, period: str) -> Finding:
    behind = one.rating_gap < 0
    return Finding(
        metric="rating_gap",
        segment={"competitor": one.competitor},
        direction="weakness" if behind else "strength",
        kind="level",
        department="reputation",
        period=period,
        claim=Message(
            "{rival:text} is rated {theirs:decimal}, we {ours:decimal}",
            {"rival": one.competitor, "theirs": one.rival_rating, "ours": one.own_rating},
        ),
        evidence=Message(
            "Difference over 365 days {low:decimal} to {high:decimal} stars (95 %), reviews of the "
            "rival: {n:number}",
            {"low": one.low_rating_gap, "high": one.high_rating_gap, "n": one.reviews},
        ),
        next_step=Message(
            "Look at the topics in which its share of criticism is lower"
            if behind
            else "Say so where customers compare",
            {},
        ),
        impact=None,
        confidence=LEVEL,
    )


def _segment(where: dict) -> dict:
    return {name: value or "" for name, value in where.items()}


def _sure(p: float) -> float:
    return round(1 - min(p, 1.0), 3)
