"""Market findings: niches that grow, where more can be won, what is looked for in vain."""

from datetime import date

import ibis
import pandas as pd

from revwork.analysis import worth
from revwork.analysis.market import niches, price_findings, price_index
from revwork.calendar import Calendar, Period
from revwork.findings import Finding, Impact, Message, Unanswered

LEVEL = 0.95
OPEN, TERMS = 2, 1  # findings of headroom and of searches at most
OFTEN = 100  # searches a year without a result that are worth a finding


def growing(
    rows: pd.DataFrame, lines: ibis.Table, calendar: Calendar, as_of: date, currency: str
) -> list[Finding]:
    """Return a finding for each niche that `niches.niches` found, with what it brings a year."""
    return [
        _niche(one, niches.brings(one, lines, calendar, as_of, currency), calendar)
        for one in rows.itertuples()
    ]


def open_ones(rows: pd.DataFrame, period: str, currency: str) -> list[Finding]:
    """Return a finding for the two cells with most headroom; `rows` is `next_ones` of the map."""
    return [_headroom(one, period, currency) for one in rows.head(OPEN).itertuples()]


def unmet(rows: pd.DataFrame, period: str) -> list[Finding]:
    """Return a finding for what is looked for most without a result, from 100 searches a year.

    `rows` is what `demand_signals.unmet` returns. What it would sell no table tells: no money.
    """
    often = rows[rows.search_count >= OFTEN].head(TERMS)
    return [_unmet(one, period, rows) for one in often.itertuples()]


def apart(offers: ibis.Table, weights: ibis.Table, now: Period, period: str) -> list[Finding]:
    """Return what `price_findings.positions` says of the last week; none without prices."""
    try:
        rows = price_index.index(price_index.latest(offers, now), weights, ["category"])
    except Unanswered:
        return []
    return price_findings.positions(rows, period)


def _niche(one: tuple, impact: Impact, calendar: Calendar) -> Finding:
    return Finding(
        metric="orders_multiple",
        segment={"segment": one.segment, "region": one.region},
        direction="opportunity",
        kind="change",
        department="market",
        period=calendar.holding(one.since_date, "month").name,
        claim=Message(
            "{segment:text} in {region:text} grows since {since:date}: {times:multiple} the orders "
            "it would have",
            {
                **{"segment": one.segment, "region": one.region},
                **{"since": one.since_date, "times": one.orders_multiple},
            },
        ),
        evidence=Message(
            "Orders a month: {before:tenths} before, {now:tenths} now, from {buyers:number} "
            "customers. Against the segment elsewhere, 95 %: {low:multiple} to {high:multiple}. "
            "Begun between {first:date} and {last:date}",
            {
                **{"before": one.before_orders, "now": one.now_orders, "buyers": one.buyers},
                **{"low": one.low_orders_multiple, "high": one.high_orders_multiple},
                **{"first": one.low_since_date, "last": one.high_since_date},
            },
        ),
        next_step=Message(
            "Ask these customers what brought them, give the segment an owner there, and try the "
            "same in one country more, another held back",
            {},
        ),
        impact=impact,
        confidence=worth.confidence(impact),
    )


def _headroom(one: tuple, period: str, currency: str) -> Finding:
    ends = one.headroom_margin, one.low_headroom_margin, one.high_headroom_margin
    impact = Impact(*(round(end, 2) for end in ends), currency)
    return Finding(
        metric="headroom_margin",
        segment={
            name: "" if pd.isna(value) else value
            for name, value in (
                ("segment", one.segment),
                ("region", one.region),
                ("channel", one.channel),
            )
        },
        direction="opportunity",
        kind="opportunity",
        department="market",
        period=period,
        claim=Message(
            "{segment:text} in {region:text} by {channel:text} brings {gap:money} less than its "
            "market would bring elsewhere",
            {
                **{"segment": one.segment, "region": one.region, "channel": one.channel},
                "gap": one.headroom_revenue,
            },
        ),
        evidence=Message(
            "Net revenue in 365 days: {net:money}. Market of the region: {market:money}, "
            "{growth:change} in a year. Compared with the median of the other countries",
            {
                **{"net": one.net_revenue, "market": one.market_revenue},
                "growth": one.market_growth_rate,
            },
        ),
        next_step=Message(
            "A comparison of countries, not proof: run one campaign there before moving budget",
            {},
        ),
        impact=impact,
        confidence=worth.confidence(impact),
    )


def _unmet(one: tuple, period: str, rows: pd.DataFrame) -> Finding:
    return Finding(
        metric="searches_without_result",
        segment={"term": one.search_term},
        direction="opportunity",
        kind="level",
        department="market",
        period=period,
        claim=Message(
            "{count:number} searches in a year for {term:text} found nothing",
            {"count": one.search_count, "term": one.search_term},
        ),
        evidence=Message(
            "Searches without a result in all: {every:number}, terms: {terms:number}",
            {"every": rows.search_count.sum(), "terms": len(rows)},
        ),
        next_step=Message(
            "Offer it, or lead the search to what comes next to it, and count who buys", {}
        ),
        impact=None,
        confidence=LEVEL,
    )
