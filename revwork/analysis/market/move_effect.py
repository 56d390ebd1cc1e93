"""Move effect: what happened to our orders of a category once a rival moved its prices there."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.margins import contribution
from revwork.analysis.market.price_moves import US
from revwork.analysis.periods import covers, in_periods
from revwork.calendar import Period
from revwork.findings import Message, Unanswered

SETTLED = 56  # days of orders before a move's effect is estimated
FEWEST = 2  # other categories to hold it against; products of its own sold before and since
MONTH = 28  # days of a step in the picture
_YEAR = timedelta(days=365)
_Z95 = 1.959964
_MEDIAN = np.pi / 2  # variance of a median over that of a mean
_THIN = 10  # orders of its category's growth that a kind of customer starts from
_KINDS = ["segment", "channel"]
_ENDS = ("", "low_", "high_")


def effect(lines: ibis.Table, category: str | None, since: date, last: date) -> dict | None:
    """Return how orders of a category changed after a day, against all other categories.

    Orders of its products since the day, of the last year at most, over those of the same days a
    year before, for products sold in both; divided by the median growth of the other categories,
    each weighted by the category's own mix of segments and channels, so that a kind of customer
    that grows or leaves is no effect. The interval (95 %) takes orders as arriving at random, or
    products as far apart as they are, and the median as far off as the other categories differ.
    Before and after, not proof: what else befell the category in these days is in it.

    Keys: change_rate (of orders) and margin_change_rate (each order at what a unit of its
    product leaves), low_ and high_ of both; orders, usual_orders (without the change), effect_units
    (a year, with low_ and high_; below 0 they are missing), products. None before 56 days have
    passed, where the year before is not covered, or with fewer than two products or two other
    categories.
    """
    now, past = _stretches(since, last)
    if now.days < SETTLED or not all(covers(lines, [past])):
        return None
    rows = _counts(lines, [now, past], ["product_id", "category", *_KINDS])
    own = _products(rows[_is(rows.category, category)])
    growth, chance = _others(*_kinds(rows, category, 2), (0, 1))
    if len(own) < FEWEST or len(growth) < FEWEST:
        return None
    return _told(own, own.past * np.exp(np.median(growth)), _around(growth, chance), now)


def monthly(lines: ibis.Table, category: str | None, since: date, last: date) -> pd.DataFrame:
    """Return orders of a category before and after a day against other categories', 28 days each.

    As `effect`, by 28 days, held against the year before the day: 100 is that year's level. A
    category's own season is in it.

    Columns: day (the first of 28), category, value (100 = the year before), low, high (95 %), n
    (orders). Raises Unanswered where the year before is not covered or there are no others.
    """
    past = Period("before", since - _YEAR, since)
    months = [past, *_months(since, last)]
    if not all(covers(lines, [past])):
        raise Unanswered(
            "Orders do not reach back a year before {since:date}: add earlier orders.", since=since
        )
    rows = _counts(lines, months, ["category", *_KINDS])
    own, others = _kinds(rows, category, len(months))
    told = [_month(own, others, at) for at in range(1, len(months))]
    known = pd.DataFrame([one for one in told if one], columns=["at", "value", "low", "high", "n"])
    if known.empty:
        raise Unanswered(
            "Orders of {category:text} cannot be held against two other categories: fill "
            "category in products.",
            category=category,
        )
    known = known.assign(day=[months[at].start for at in known["at"]], category=category)
    return known[["day", "category", "value", "low", "high", "n"]]


def largest(moved: pd.DataFrame) -> tuple[str | None, date]:
    """Return category and day of the largest move of a rival that `price_moves.moves` returns.

    Raises Unanswered where no rival moved.
    """
    theirs = moved[(moved.competitor != US) & moved.competitor.notna()]
    if theirs.empty:
        raise Unanswered("No rival moved its prices in a category by 5 % or more beyond chance.")
    one = theirs.loc[theirs.change_rate.abs().idxmax()]
    return None if pd.isna(one.category) else one.category, one.date


def reading(rows: pd.DataFrame) -> Message:
    """Say where orders of the category stand in the last 28 days."""
    last = rows.iloc[-1]
    return Message(
        "{category:text}: orders of the last 28 days at {value:number} of 100 ({low:number} to "
        "{high:number})",
        {"category": last.category, "value": last.value, "low": last.low, "high": last.high},
    )


def _stretches(since: date, last: date) -> tuple[Period, Period]:
    """The days since, of one year at most, and the same days a year before."""
    end = last + timedelta(days=1)
    start = max(since, end - _YEAR)
    if since >= start:
        return Period("since", start, end), Period("before", start - _YEAR, end - _YEAR)
    return Period("since", start, end), Period("before", since - _YEAR, since)


def _months(since: date, last: date) -> list[Period]:
    """Stretches of 28 days, thirteen before the day and as many after as are whole."""
    step = timedelta(days=MONTH)
    after = min(((last - since).days + 1) // MONTH, 13)
    return [Period(f"{at}", since + at * step, since + (at + 1) * step) for at in range(-13, after)]


def _counts(lines: ibis.Table, periods: list[Period], keys: list[str]) -> pd.DataFrame:
    """Orders, units and what they left, by the keys and the place of the period."""
    known = lines.filter(~lines.is_return & lines.product_id.notnull())
    sold = in_periods(known.mutate(left=contribution(known)), periods)
    rows = sold.group_by([*keys, "period"]).agg(
        orders=sold.order_id.nunique(),
        units=sold.quantity.fill_null(1).sum().cast("float64"),
        left=sold.left.coalesce(sold.net).sum().cast("float64"),
    )
    found = rows.order_by([*keys, "period"]).execute()
    return found.astype(dict.fromkeys(keys, object)).fillna(dict.fromkeys(_KINDS, ""))


def _is(values: pd.Series, category: str | None) -> pd.Series:
    return values.isna() if category is None else values == category


def _products(rows: pd.DataFrame) -> pd.DataFrame:
    """Orders of each product since and before, units of an order, and what a unit leaves."""
    wide = rows.pivot_table("orders", "product_id", "period", "sum", fill_value=0)
    wide = wide.reindex(columns=[0, 1], fill_value=0).set_axis(["now", "past"], axis=1)
    wide = wide[(wide > 0).all(axis=1)]
    sums = rows.groupby("product_id")[["units", "left", "orders"]].sum().loc[wide.index]
    return wide.assign(units=sums.units / sums.orders, left=sums.left / sums.units)


def _kinds(
    rows: pd.DataFrame, category: str | None, periods: int
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Orders by kind of customer and period: the category's, and each other one's."""
    keyed = rows.assign(
        kind=rows.groupby(_KINDS).ngroup(), place=rows.category.factorize(use_na_sentinel=False)[0]
    )
    sums = keyed.groupby(["place", "kind", "period"]).orders.sum()
    wide = np.zeros((keyed.place.max() + 1 if len(rows) else 0, keyed.kind.nunique(), periods))
    if len(sums):
        wide[tuple(sums.index.get_level_values(level) for level in range(3))] = sums
    names = keyed.drop_duplicates("place").sort_values("place").category
    inside = _is(names, category).to_numpy(bool)
    return wide[inside].sum(axis=0), list(wide[~inside])


def _others(
    own: np.ndarray, others: list[np.ndarray], places: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """The growth of each other category between two periods at the own mix, in logs; its chance."""
    at, before = places
    mix = own[:, before] / max(own[:, before].sum(), 1)
    found = []
    for wide in others:
        now, past = wide[:, at].sum(), wide[:, before].sum()
        if min(now, past) > 0:
            kinds = (wide[:, at] + _THIN * now / past) / (wide[:, before] + _THIN)
            found.append(((mix * kinds).sum(), 1 / now + 1 / past))
    growth, chance = np.array(found).reshape(-1, 2).T
    return np.log(growth[growth > 0]), chance[growth > 0]


def _around(growth: np.ndarray, chance: np.ndarray) -> float:
    """Variance of their median: chance, or how far they lie apart if that is more."""
    return _MEDIAN / len(growth) * max(chance.mean(), growth.var(ddof=1))


def _told(own: pd.DataFrame, usual: pd.Series, around: float, now: Period) -> dict:
    """Orders, margin and units against what they would be, with their intervals."""
    found = {"products": len(own), "orders": int(own.now.sum())}
    found["usual_orders"] = float(usual.sum())
    for name, each in (("", 1.0 + 0 * own.left), ("margin_", own.left)):
        change = _change(own, usual, each, around)
        found |= {f"{end}{name}change_rate": change[end] for end in _ENDS}
        if not name:
            units = (own.now * own.units).sum() * 365.25 / now.days
            ends = sorted(units * (1 - 1 / (1 + change[end])) for end in ("low_", "high_"))
            found["effect_units"] = units * (1 - 1 / (1 + change[""]))
            found |= {"low_effect_units": ends[0], "high_effect_units": ends[1]}
    return {name: round(float(value), 9) for name, value in found.items()}


def _change(
    own: pd.DataFrame, usual: pd.Series, each: pd.Series, around: float
) -> dict[str, float]:
    """The change of a sum over products against the usual one; null where that is not above 0."""
    is_sum, was_sum = (own.now * each).sum(), (usual * each).sum()
    if min(is_sum, was_sum) <= 0:
        return dict.fromkeys(_ENDS, np.nan)
    chance = (own.now * each**2).sum() / is_sum**2
    chance += (usual**2 / own.past * each**2).sum() / was_sum**2
    apart = (own.now * each / is_sum - usual * each / was_sum) ** 2
    chance = max(chance, apart.sum() * len(own) / (len(own) - 1))
    level, half = np.log(is_sum / was_sum), _Z95 * np.sqrt(chance + around)
    ends = {"": level, "low_": level - half, "high_": level + half}
    return {end: float(np.expm1(value)) for end, value in ends.items()}


def _month(own: np.ndarray, others: list[np.ndarray], at: int) -> tuple | None:
    """The place of a stretch with its level, interval and orders, against the first stretch."""
    now, past = own[:, at].sum(), own[:, 0].sum()
    growth, chance = _others(own, others, (at, 0))
    if min(now, past) == 0 or len(growth) < FEWEST:
        return None
    level = np.log(now / past) - np.median(growth)
    half = _Z95 * np.sqrt(1 / now + 1 / past + _around(growth, chance))
    ends = (level, level - half, level + half)
    return at, *(round(float(100 * np.exp(end)), 6) for end in ends), int(now)
