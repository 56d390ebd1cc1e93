"""Erosion: which partner obtains more discount or commission than before, since when, how much."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import breaks
from revwork.analysis.channels.channel_sums import Z95
from revwork.analysis.money import product
from revwork.analysis.periods import in_periods
from revwork.calendar import Calendar, Period
from revwork.findings import Message, Unanswered

OFTEN = 26  # weeks with an order that a partner needs to be looked at
NEAR = 52  # weeks between two steps of one movement, at most
_YEAR, _WEEK, _MONDAY = 365.25, 7, 4  # 4: the first Monday, days since 1970-01-01
_FIRST = date(1970, 1, 5)
_STEPS = [
    *("partner_id", "partner", "term", "since", "low_since", "high_since", "visible_on"),
    *("before_rate", "before_error", "p"),
]
_COSTS = ["now_rate", "change", "low_change", "high_change", "others_change", "orders"]


def terms(sold: ibis.Table) -> ibis.Table:
    """Return what each line gave away, by term: `given` of `whole`, money.

    Discount is of the price before it, commission of net revenue; a line for which it is not
    recorded is not there. `sold` is what `partner_card.of_partners` returns.

    Columns: partner_id, partner, order_id, order_date, is_return, term, given, whole; fees
    (commission and payment, which fall with the price) and net.
    """
    off = product(sold.discount, sold.rate)
    fees = sold.commission.fill_null(0) + sold.payment_cost.fill_null(0)
    both = {"discount": (off, sold.net + off), "commission": (sold.commission, sold.net)}
    parts = [
        sold.select(
            *("partner_id", "partner", "order_id", "order_date", "is_return"),
            term=ibis.literal(term),
            given=given.cast("float64"),
            whole=whole.cast("float64"),
            fees=fees.cast("float64"),
            net=sold.net.cast("float64"),
        )
        for term, (given, whole) in both.items()
    ]
    rows = ibis.union(*parts)
    return rows.filter(rows.given.notnull() & (rows.whole != 0))


def weekly(given: ibis.Table) -> pd.DataFrame:
    """Return the terms of what each partner was sold by week, from `terms`; returns apart.

    Columns: partner_id, partner, term, week (Mondays since 1970), count (lines), total and squares
    (of their rates), given, whole (money).
    """
    rows = given.filter(~given.is_return & (given.whole > 0))
    rate = rows.given / rows.whole
    week = ((rows.order_date.epoch_days() - _MONDAY) / _WEEK).floor().cast("int64")
    rows = rows.mutate(rate=rate, week=week)
    grouped = rows.group_by(["partner_id", "partner", "term", "week"])
    found = grouped.agg(
        count=rows.count(),
        total=rows.rate.sum(),
        squares=(rows.rate * rows.rate).sum(),
        given=rows.given.sum(),
        whole=rows.whole.sum(),
    )
    found = found.order_by("partner_id", "term", "week").execute()
    money = ["total", "squares", "given", "whole"]
    return found.astype({"count": float}).assign(**found[money].round(6))


def steps(weeks: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the partners whose discount or commission went to another level and stayed there.

    `breaks` in the mean rate of lines by week, corrected for all partners and both terms; a slope
    shows as several in one direction: `since` is the first of those up to the last, less than a
    year apart. Columns: partner_id, partner, term, since, low_since, high_since (95 %, the first
    step's), visible_on (day from which on that step could be seen), before_rate (given ÷ whole up
    to it) and before_error (its standard error by weeks), p; the surest first.
    """
    last = (as_of - timedelta(days=6) - _FIRST).days // _WEEK
    parts = [
        (key, part[part.week <= last])
        for key, part in weeks.groupby(["partner_id", "partner", "term"], sort=True)
    ]
    looked = [(key, part) for key, part in parts if len(part) >= OFTEN]
    found = [_step(key, part, last, len(looked)) for key, part in looked]
    rows = pd.DataFrame([one for one in found if one], columns=_STEPS)
    return rows.sort_values(["p", "partner_id", "term"], ignore_index=True)


def costs(rows: pd.DataFrame, given: ibis.Table, calendar: Calendar, as_of: date) -> pd.DataFrame:
    """Return `steps` with what they cost a year, at the run rate of the last three complete months.

    What is given now less what the rate before would have given on the same sales, returns taken
    off; more discount saves its part of commission and payment fees. The interval (95 %) takes
    orders as arriving at random and has the error of the rate before in it; that of the change of
    the rate takes orders as differing alike, whatever their size (Student, effective number).

    Columns: those of `steps`; now_rate, change with low_ and high_change (of shares), others_change
    (of the other partners over the same days; null if none), orders (of the three months), value,
    low, high (money a year, a loss negative; null without an order).
    """
    months = calendar.complete_months(as_of, 3)
    now = Period("now", months[0].start, months[-1].end)
    sums = _sums(given, [now, *(_up_to(one.since) for one in rows.itertuples())])
    found = [_cost(one, at + 1, sums, now.days) for at, one in enumerate(rows.itertuples())]
    told = pd.DataFrame(found, columns=[*_COSTS, "value", "low", "high"], index=rows.index)
    return rows.join(told.astype(float).round(6))


def by_month(given: ibis.Table, term: str, months: Sequence[Period]) -> pd.DataFrame:
    """Return a term of each partner by month, as `chart.heat` draws it: largest partners first.

    Columns: partner, start, value (given ÷ whole; null without a sale). `given` is `terms`.
    Raises Unanswered where no line records the term.
    """
    rows = given.filter((given.term == term) & ~given.is_return)
    sold = in_periods(rows, months)
    found = sold.group_by(["partner_id", "partner", "period"]).agg(
        given=sold.given.sum(), whole=sold.whole.sum()
    )
    found = found.order_by("partner_id", "period").execute()
    if found.empty:
        raise Unanswered(
            "What partners were given is not recorded: map {term:lower} and partner_id in orders.",
            term=term,
        )
    size = found.groupby("partner_id").whole.transform("sum")
    found = found.assign(size=size).sort_values(
        ["size", "partner_id", "period"], ascending=[False, True, True], ignore_index=True
    )
    start = [months[int(at)].start for at in found.period]
    value = (found.given / found.whole.where(found.whole > 0)).round(9)
    return pd.DataFrame({"partner": found.partner, "start": start, "value": value})


def reading(rows: pd.DataFrame) -> Message:
    """Name the partner whose terms moved most, since when, and what that costs."""
    if rows.empty:
        return Message("No partner's discount or commission moved beyond chance", {})
    one = rows.loc[rows.value.abs().fillna(0).idxmax()]
    return Message(
        "{partner:text}: {term:lower} {before:percent} before, {now:percent} in the last three "
        "months, since {since:date}",
        {
            **{"partner": one.partner, "term": one.term, "since": one.since},
            **{"before": one.before_rate, "now": one.now_rate},
        },
    )


def highest(rows: pd.DataFrame) -> Message:
    """Name the partner with the highest rate in the last three months shown, beside the others."""
    last = rows[rows.start >= sorted(rows.start.unique())[-3:][0]].dropna(subset="value")
    means = last.groupby("partner", sort=False).value.mean()
    if means.empty:
        return Message("No sale of a partner in the last three of these months", {})
    most, rest = means.idxmax(), means.drop(means.idxmax())
    if rest.empty:
        return Message(
            "{partner:text}: {rate:percent} in the last three months",
            {"partner": most, "rate": means[most]},
        )
    return Message(
        "Highest in the last three months: {partner:text}, {rate:percent} (median of the others "
        "{rest:percent})",
        {"partner": most, "rate": means[most], "rest": rest.median()},
    )


def _step(key: tuple, part: pd.DataFrame, last: int, looked: int) -> dict | None:
    """The first of the steps that lead in one direction to where the rate is now."""
    first = int(part.week.min())
    rows = part.set_index("week").reindex(range(first, last + 1), fill_value=0.0)
    series = rows[["count", "total", "squares"]].astype(float).to_numpy().T
    places = _breaks(series, 0, looked)
    if not places:
        return None
    edges = [0, *(one.at for one in places), series.shape[1]]
    means = [series[1, a:b].sum() / max(series[0, a:b].sum(), 1) for a, b in pairwise(edges)]
    at = len(places) - 1
    while at and _goes_on(places, means, at):
        at -= 1
    one, before = places[at], rows.iloc[edges[at] : places[at].at]
    rate = before.given.sum() / before.whole.sum()
    spread = ((before.given - rate * before.whole) ** 2).sum()
    return dict(zip(_STEPS, [
        *key, *(_monday(first + row) for row in (one.at, one.low, one.high)),
        _monday(first + one.seen + 1), rate, float(np.sqrt(spread)) / before.whole.sum(), one.p,
    ], strict=True))  # fmt: skip


def _goes_on(places: list, means: list[float], at: int) -> bool:
    """Whether the step before leads the same way, less than a year earlier."""
    same = (means[at + 1] - means[at]) * (means[at] - means[at - 1]) > 0
    return same and places[at].at - places[at - 1].at < NEAR


def _breaks(series: np.ndarray, first: int, looked: int) -> list[breaks.Break]:
    """Every break, by halving: the surest, then those before and after it."""
    one = breaks.of_mean(*series, series=looked)
    if one is None:
        return []
    here = breaks.Break(*(first + row for row in (one.at, one.low, one.high, one.seen)), one.p)
    earlier = _breaks(series[:, : one.at], first, looked)
    return [*earlier, here, *_breaks(series[:, one.at :], first + one.at, looked)]


def _monday(week: int) -> date:
    return _FIRST + timedelta(days=_WEEK * week)


def _up_to(since: date) -> Period:
    """A year up to a day: what the others' terms were before."""
    return Period("before", since - timedelta(days=365), since)


def _sums(given: ibis.Table, periods: list[Period]) -> pd.DataFrame:
    """By partner, term and period: sums and squares over orders."""
    inside = in_periods(given, periods)
    keys = ["partner_id", "term", "period"]
    amounts = {name: inside[name].sum() for name in ("given", "whole", "fees", "net")}
    orders = inside.group_by([*keys, "order_id"]).agg(**amounts)
    kept = orders.whole > 0
    rate = orders.given / orders.whole.nullif(0)
    squares = {
        "sold": kept.sum(),
        "rates": rate.sum(where=kept),
        "rate_square": (rate * rate).sum(where=kept),
        "given_square": (orders.given * orders.given).sum(),
        "whole_square": (orders.whole * orders.whole).sum(),
        "cross": (orders.given * orders.whole).sum(),
    }
    told = {name: orders[name].sum() for name in amounts}
    return orders.group_by(keys).agg(orders=orders.count(), **told, **squares).execute()


def _cost(one: tuple, place: int, sums: pd.DataFrame, days: int) -> dict:
    term = sums[sums.term == one.term]
    now = term[(term.period == 0) & (term.partner_id == one.partner_id)]
    found = {"others_change": _others(term[term.partner_id != one.partner_id], place)}
    if now.empty or not now.whole.iloc[0] > 0:
        return found | {"orders": 0}
    row, before = now.iloc[0], one.before_rate
    rate, more = row.given / row.whole, row.given - before * row.whole
    saved = row.fees / row.net if one.term == "discount" and row.net > 0 else 0.0
    money = -(1 - saved) * _YEAR / days
    half = Z95 * np.hypot(_spread(row, before), one.before_error * row.whole)
    wide = np.hypot(_error(row), Z95 * one.before_error)
    found |= {"now_rate": rate, "change": rate - before, "orders": row.orders}
    found |= {"low_change": rate - before - wide, "high_change": rate - before + wide}
    ends = sorted((money * (more - half), money * (more + half)))
    return found | {"value": money * more, "low": ends[0], "high": ends[1]}


def _error(row: pd.Series) -> float:
    """Half the interval of the rate now: orders differ by as much, few large ones tell less."""
    from scipy.stats import t

    orders = max(row.whole**2 / row.whole_square, 2.0)
    variance = (row.rate_square - row.rates**2 / row.sold) / max(row.sold - 1, 1)
    return float(t.isf(0.025, orders - 1) * np.sqrt(max(variance, 0.0) / orders))


def _spread(row: pd.Series, rate: float) -> float:
    """Root of the sum over orders of what was given apart from a rate, squared."""
    square = row.given_square - 2 * rate * row.cross + rate**2 * row.whole_square
    return float(np.sqrt(max(square, 0.0)))


def _others(term: pd.DataFrame, place: int) -> float:
    """How the other partners' rate changed from the year before the step to now."""
    now, then = (term[term.period == at][["given", "whole"]].sum() for at in (0, place))
    return (
        now.given / now.whole - then.given / then.whole
        if min(now.whole, then.whole) > 0
        else np.nan
    )
