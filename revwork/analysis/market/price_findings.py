"""Price findings: where we stand apart from rivals, and what their moves did to our orders."""

from datetime import date

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import worth
from revwork.analysis.market import move_costs, move_effect
from revwork.analysis.market.price_moves import US
from revwork.calendar import Calendar
from revwork.findings import Finding, Impact, Message

APART = 0.05  # a category is dear or cheap from this distance on
LEVEL = 0.95
_MEAN = "Mean of {products:number} products, 95 %: {low:change} to {high:change}"
_WEIGHTED = (
    "Mean of {products:number} products, 95 %: {low:change} to {high:change}; "
    "weighted by our revenue {weighted:change}"
)
_SEEN = "Products seen: {products:number}, 95 %: {low:change} to {high:change}. {known:text}"
_FELT = (
    "Products seen: {products:number}, 95 %: {low:change} to {high:change}. {known:text}. Our "
    "orders there since, against other categories: {felt:change} ({least:change} to {most:change})"
)


def positions(rows: pd.DataFrame, period: str) -> list[Finding]:
    """Return a finding for each category that is 5 % or more dearer or cheaper than its rivals.

    `rows` is what `index` returns by category. Its interval has to leave 100 out. What the gap
    costs or leaves on the table needs the category's elasticity: no impact here.
    """
    far = rows[(np.log(rows.unweighted_index / 100).abs() >= np.log(1 + APART))]
    clear = far[(far.unweighted_from > 100) | (far.unweighted_to < 100)]
    return [_position(row, period) for row in clear.itertuples()]


def answers(
    rows: pd.DataFrame, lines: ibis.Table, calendar: Calendar, last: date, currency: str
) -> list[Finding]:
    """Return a finding for a rival's last move each way in a category, and what it did to us.

    `rows` is what `price_moves.moves` returns. Impact: what `move_effect` says the category misses
    or gains a year.
    """
    theirs = rows[rows.competitor != US].assign(fell=lambda frame: frame.change_rate < 0)
    theirs = theirs.drop_duplicates(["competitor", "category", "fell"], keep="last")
    found = []
    for one in theirs.itertuples():
        felt = move_effect.effect(lines, _text(one.category), one.date, last)
        impact = move_costs.cost(lines, (calendar, last, currency), _text(one.category), felt)
        found.append(_finding(one, felt, impact, calendar, last))
    return found


def where(rows: pd.DataFrame) -> Message:
    """Name the category and rival against whom we are dearest, and where we are cheapest."""
    known = rows.dropna(subset="value")
    top, low = (known.loc[pick] for pick in (known.value.idxmax(), known.value.idxmin()))
    return Message(
        "Dearest in {top:text} against {first:text} ({most:number}), "
        "cheapest in {low:text} against {last:text} ({least:number})",
        {
            **{"top": top.category, "first": top.competitor, "most": top.value},
            **{"low": low.category, "last": low.competitor, "least": low.value},
        },
    )


def path(rows: pd.DataFrame) -> Message:
    """Say where the last week seen leaves us beside the rival we are dearest and cheapest to."""
    known = rows.dropna(subset="value")
    last = known[known.week == known.week.max()].sort_values(["value", "competitor"])
    first = last.iloc[0]
    if len(last) == 1:
        return Message(
            "Last week: {index:number} against {rival:text}",
            {"rival": first.competitor, "index": first.value},
        )
    top = last.iloc[-1]
    return Message(
        "Last week: {low:number} against {last:text}, {high:number} against {first:text}",
        {
            **{"low": first.value, "last": first.competitor},
            **{"high": top.value, "first": top.competitor},
        },
    )


def _position(row: tuple, period: str) -> Finding:
    dear = row.unweighted_index > 100
    return Finding(
        metric="price_index",
        segment={"category": "" if pd.isna(row.category) else row.category},
        direction="weakness" if dear else "opportunity",
        kind="level",
        department="product",
        period=period,
        claim=Message(
            "{category:text}: our prices are {gap:change} against rivals'",
            {"category": row.category, "gap": row.unweighted_index / 100 - 1},
        ),
        evidence=Message(
            _WEIGHTED if row.weighted_index > 0 else _MEAN,
            {
                "products": row.products,
                "low": row.unweighted_from / 100 - 1,
                "high": row.unweighted_to / 100 - 1,
                "weighted": row.weighted_index / 100 - 1,
            },
        ),
        next_step=Message(
            "Look at the red zone first: what sells less than before at its price"
            if dear
            else "Try a higher price where no rival is near, and watch the units",
            {},
        ),
        impact=None,
        confidence=LEVEL,
    )


def _finding(
    one: tuple, felt: dict | None, impact: Impact | None, calendar: Calendar, last: date
) -> Finding:
    fell = one.change_rate < 0
    seen = {"products": one.products, "low": one.low_change_rate, "high": one.high_change_rate}
    seen["known"] = _known(one.event)
    if felt:
        seen |= {"felt": felt["change_rate"]}
        seen |= {"least": felt["low_change_rate"], "most": felt["high_change_rate"]}
    return Finding(
        metric="competitor_price",
        segment={"competitor": one.competitor, "category": _text(one.category) or ""},
        direction="threat" if fell else "opportunity",
        kind="change",
        department="product",
        period=calendar.holding(one.date, "month").name,
        claim=Message(
            "{competitor:text} moved its prices in {category:text} by {change:change} "
            "on {since:date}",
            {
                **{"competitor": one.competitor, "category": one.category},
                **{"change": one.change_rate, "since": one.date},
            },
        ),
        evidence=Message(_FELT if felt else _SEEN, seen),
        next_step=Message(
            "Answer where customers compare, not across the range: the red zone first"
            if fell
            else "Follow where we are cheaper still, and watch the units",
            {},
        ),
        impact=impact,
        confidence=worth.confidence(impact) if impact else LEVEL,
    )


def _known(event: str | None) -> Message:
    if event:
        return Message("Known: {event:text}", {"event": event})
    return Message("No event is recorded for it", {})


def _text(value: object) -> str | None:
    return None if pd.isna(value) else str(value)
