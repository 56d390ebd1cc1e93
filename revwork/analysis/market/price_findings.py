"""Price findings: where we stand apart from rivals, and what their moves did to our orders."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import worth
from revwork.analysis.market.price_moves import US
from revwork.analysis.periods import covers, is_within
from revwork.calendar import Calendar, Period
from revwork.findings import Finding, Impact, Message

APART = 0.05  # a category is dear or cheap from this distance on
SETTLED = 56  # days of orders before a move's effect is estimated
OFTEN = 5  # orders of a product in both years, for a rate of change
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


def effect(lines: ibis.Table, category: str | None, since: date, last: date) -> dict | None:
    """Return how orders of a category changed after a day, against all other categories.

    Per product the logarithm of its orders since then over those of the same days a year before,
    where both are 5 or more; the mean inside less the mean outside, with a 95 % interval (Welch).
    Before and after, not proof: what else befell the category in these days is in it.

    Keys: change_rate, low_change_rate, high_change_rate, products (inside). None before 56 days
    have passed, where the year before is not covered, or with fewer than 2 products on a side.
    """
    from scipy.stats import ttest_ind

    now = Period("since", since, last + timedelta(days=1))
    year = timedelta(days=365)
    past = Period("before", now.start - year, now.end - year)
    if now.days < SETTLED or not all(covers(lines, [past])):
        return None
    moved = _orders(lines, now, past)
    inside = moved.category.isna() if category is None else moved.category == category
    if min(inside.sum(), (~inside).sum()) < 2:
        return None
    test = ttest_ind(moved.grew[inside], moved.grew[~inside], equal_var=False)
    low, high = test.confidence_interval(LEVEL)
    mean = moved.grew[inside].mean() - moved.grew[~inside].mean()
    names = {"change_rate": mean, "low_change_rate": low, "high_change_rate": high}
    return {name: float(np.expm1(x)) for name, x in names.items()} | {"products": inside.sum()}


def answers(
    rows: pd.DataFrame, lines: ibis.Table, calendar: Calendar, last: date, currency: str
) -> list[Finding]:
    """Return a finding for a rival's last move each way in a category, and what it did to us.

    `rows` is what `price_moves.moves` returns. Impact: the category's contribution margin before
    marketing, at the run rate of the last three complete months, times what `effect` says is
    missing or more.
    """
    theirs = rows[rows.competitor != US].assign(fell=lambda frame: frame.change_rate < 0)
    theirs = theirs.drop_duplicates(["competitor", "category", "fell"], keep="last")
    found = []
    for one in theirs.itertuples():
        felt = effect(lines, _text(one.category), one.date, last)
        rate = worth.run_rate(lines, calendar, last, {"category": _text(one.category)})
        impact = _missing(rate, felt, currency)
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


def _orders(lines: ibis.Table, now: Period, past: Period) -> pd.DataFrame:
    """Per product with enough orders in both stretches, the growth of their number in logs."""
    bought = lines.filter(~lines.is_return & lines.product_id.notnull())
    day = bought.order_date
    rows = bought.group_by(["product_id"]).agg(
        category=bought.category.max(),
        now=bought.order_id.nunique(where=is_within(day, now)),
        past=bought.order_id.nunique(where=is_within(day, past)),
    )
    found = rows.filter((rows.now >= OFTEN) & (rows.past >= OFTEN)).order_by("product_id").execute()
    return found.assign(grew=np.log(found.now / found.past))


def _missing(rate: tuple[str, float] | None, felt: dict | None, currency: str) -> Impact | None:
    """Money a year: what it would be without the effect, from what it is at its run rate."""
    if rate is None or felt is None:
        return None
    basis, yearly = rate
    value, *ends = (
        float(yearly * felt[name] / (1 + felt[name]))
        for name in ("change_rate", "low_change_rate", "high_change_rate")
    )
    return Impact(value, min(ends), max(ends), currency, basis)


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
