"""Market size: how large the market is, how it grows, and what share of it is ours."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.headlines import Headline, cards
from revwork.analysis.periods import covers, in_periods
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Message, Unanswered
from revwork.metrics import Kpi

LEVEL = 0.95
FEWEST = 3  # estimates beside those of a year before, for an interval of growth
YEAR, SLACK = 365, 6  # days that the periods of a year have together, more or fewer
STALE = 550  # days after its last estimate that a market is no longer known
PLACES = ("region", "category")
_MONEY = ("market_revenue", "market_base", "our_revenue", "our_base")
_MOVES = ("moves", "move", "move_square")
_SOURCES = ("market_revenue", "our_revenue")
_SHOWN = {
    "market_size": Headline("money", "market", "neither"),
    "market_growth": Headline("percent", "market", "neither"),
    "market_share": Headline("percent", "market"),
}


def sized(market_size: ibis.Table, lines: ibis.Table, as_of: date) -> pd.DataFrame:
    """Return what all suppliers sold by period and place, beside what we sold there in those days.

    Only periods over by `as_of`, and of the length that most estimates have. A place is a region
    and category, or whichever of the two is told: of places told at several depths the deepest
    count, so that nothing is counted twice.

    Columns: period_start, period_end, region, category (null: not told apart), market_revenue,
    our_revenue (money without tax; null where the lines do not cover the period, or an amount has
    no exchange rate). Empty without estimates.
    """
    rows = market_size.filter(market_size.period_end <= ibis.date(as_of)).execute()
    rows = rows.rename(columns={"amount": "market_revenue"})
    columns = ["period_start", "period_end", *PLACES, "market_revenue"]
    rows = _of_one_length(_deepest(rows[columns].astype({"market_revenue": float})))
    spans = rows[["period_start", "period_end"]].drop_duplicates().sort_values("period_start")
    periods = [
        Period("estimate", start.date(), end.date() + timedelta(days=1))
        for start, end in spans.itertuples(index=False)
    ]
    places = [name for name in PLACES if rows[name].notna().any()]
    ours = _sold(lines, periods, places) if periods else pd.DataFrame()
    found = rows.merge(spans.assign(period=range(len(spans))), on=list(spans))
    if ours.empty:
        return found.drop(columns="period").assign(our_revenue=np.nan)
    found = found.merge(ours, "left", ["period", *places])
    covered = found.period.isin([at for at, has in enumerate(covers(lines, periods)) if has])
    found["our_revenue"] = found.our_revenue.where(found.sold.eq(True), 0.0).where(covered)
    return found.drop(columns=["period", "sold"])


def years(rows: pd.DataFrame, last: date) -> pd.DataFrame:
    """Return one row a place: the year to its last estimate by a day, and the year before.

    `rows` is what `sized` returns. A year is whole or null: a place without an estimate for each
    of its days is not summed.

    Columns: year_end (last day of the year, the same for all), region, category, market_revenue,
    market_base (the year before), our_revenue, our_base (money); moves, move and move_square
    (number and sums of the logarithm of an estimate over that of a year before). Empty where the
    last estimate is 550 days old.
    """
    known = rows[rows.period_end <= pd.Timestamp(last)]
    end = known.period_end.max()
    if known.empty or (pd.Timestamp(last) - end).days > STALE:
        return pd.DataFrame(columns=["year_end", *PLACES, *_MONEY, *_MOVES])
    middle, first = (end - pd.DateOffset(years=n) for n in (1, 2))
    now, before = (
        known[(known.period_end > after) & (known.period_end <= until)]
        for after, until in ((middle, end), (first, middle))
    )
    found = _summed(now, ["market_revenue", "our_revenue"])
    found = found.merge(_summed(before, ["market_base", "our_base"]), "left", list(PLACES))
    found = found.merge(_moves(now, before), "left", list(PLACES))
    found[[*_MOVES]] = found[[*_MOVES]].astype(float).fillna(0.0)
    return found.assign(year_end=end)[["year_end", *PLACES, *_MONEY, *_MOVES]]


def market(places: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return size, growth and our share of the market, by region, category, both or in all.

    `places` is what `years` returns. Share and growth are over the places where both sides are
    known for the whole year: the same categories, regions and days. The interval of growth takes
    the estimates as scattered around it (Student's t over places and periods; null below 3).

    Columns: `by`, market_revenue, market_growth_rate with low_market_growth_rate and
    high_market_growth_rate (95 %), our_revenue (where the market is known), our_growth_rate,
    market_share, base_share (the year before), gained (of the market, as a share), estimates.

    Formula: market_size, market_revenue = sales of all suppliers, last year estimated; How large
    the market is where it is known.
    Formula: market_growth, market_growth_rate = market of the last year ÷ the year before − 1; How
    fast all suppliers grow together.
    Formula: market_share = our net revenue ÷ sales of all suppliers, same places and days; How
    much of the market is ours.
    """
    if places.empty:
        return pd.DataFrame(columns=[*by, *_standing(places)])
    if not by:
        return pd.DataFrame([_standing(places)])
    found = [
        dict(zip(by, key, strict=True)) | _standing(part)
        for key, part in places.groupby(list(by), dropna=False)
    ]
    return pd.DataFrame(found)


def known(places: pd.DataFrame) -> pd.DataFrame:
    """Return the places with a size; Unanswered where no market of the last year is known."""
    if places.empty or places.market_revenue.isna().all():
        raise Unanswered(
            "How large the market is needs market_size: what all suppliers sold, by quarter or "
            "year, region and category, for a whole year."
        )
    return places


def headline(rows: pd.DataFrame, comparison: Comparison, calendar: Calendar) -> list[Kpi]:
    """Return market size, its growth and our share, of the last year estimated by each period."""
    told = cache(lambda last: _figures(rows, last))
    ends = rows.period_end.drop_duplicates().dt.date

    def figures(period: Period) -> dict[str, tuple]:
        last = ends[ends <= period.last_day].max()
        known = pd.notna(last) and (period.last_day - last).days <= STALE
        return told(last) if known else {}

    return cards(figures, _SHOWN, comparison, calendar)


def fastest(rows: pd.DataFrame) -> Message:
    """Name the market that grows fastest and slowest; `rows` is what `dots` returns."""
    told = rows.dropna(subset=["base"])
    if told.empty:
        raise Unanswered("How fast the market grows needs market_size for two years.")
    most, least = (told.loc[at] for at in (told.base.idxmax(), told.base.idxmin()))
    return Message(
        "{first:text} grows most ({most:change} a year), {last:text} least ({least:change})",
        {
            **{"first": most.iloc[0], "most": most.base},
            **{"last": least.iloc[0], "least": least.base},
        },
    )


def dots(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what `market` returns by one dimension as dots: our growth, tied to the market's.

    Columns: the dimension, current (ours), base (the market's), low and high (null).
    """
    names = {"our_growth_rate": "current", "market_growth_rate": "base"}
    found = rows[[rows.columns[0], *names]].rename(columns=names)
    return found.assign(low=np.nan, high=np.nan)


def _deepest(rows: pd.DataFrame) -> pd.DataFrame:
    """The estimates that tell most: region and category, else category, else region, else all."""
    region, category = rows.region.notna(), rows.category.notna()
    for told in (region & category, category & ~region, region & ~category):
        if told.any():
            return rows[told]
    return rows


def _of_one_length(rows: pd.DataFrame) -> pd.DataFrame:
    """The estimates of the most frequent length in months, the shorter of two."""
    rows = rows.assign(
        period_start=pd.to_datetime(rows.period_start), period_end=pd.to_datetime(rows.period_end)
    )
    months = ((rows.period_end - rows.period_start).dt.days / 30.4).round()
    return rows[months.isin(months.mode()[:1])]


def _sold(lines: ibis.Table, periods: list[Period], places: list[str]) -> pd.DataFrame:
    """Our revenue by period and place; null where an amount has no exchange rate."""
    rows = in_periods(lines, periods)
    unrated = rows.net.isnull() & rows.net_local.notnull()
    found = rows.group_by(["period", *places]).agg(
        our_revenue=rows.net.sum().cast("float64"),
        unknown=unrated.cast("int64").sum(),
    )
    found = found.order_by(["period", *places]).execute().astype(dict.fromkeys(places, object))
    found["our_revenue"] = found.our_revenue.where(found.unknown == 0).round(4)
    return found.drop(columns="unknown").assign(sold=True)


def _summed(part: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """A year's market and our revenue in it by place; null where not every day is told."""
    days = (part.period_end - part.period_start).dt.days + 1
    each = part.assign(days=days, unknown=part.our_revenue.isna())
    found = each.groupby(list(PLACES), dropna=False, as_index=False).agg(
        **{name: (source, "sum") for name, source in zip(names, _SOURCES, strict=True)},
        days=("days", "sum"),
        unknown=("unknown", "sum"),
    )
    whole = (found.days - YEAR).abs() <= SLACK
    found[names[0]] = found[names[0]].where(whole)
    found[names[1]] = found[names[1]].where(whole & (found.unknown == 0))
    return found[[*PLACES, *names]].astype(dict.fromkeys(PLACES, object))


def _moves(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """How the estimates of a place moved from a year before, in logarithms: number and sums."""
    keys = [*PLACES, "month"]
    sides = [one.assign(month=_month(one) + shift) for one, shift in ((now, 0), (before, 12))]
    both = sides[0].merge(sides[1], "inner", keys, suffixes=("", "_before"))
    both = both[(both.market_revenue > 0) & (both.market_revenue_before > 0)]
    move = np.log(both.market_revenue / both.market_revenue_before)
    moved = both[[*PLACES]].assign(moves=1.0, move=move, move_square=move**2)
    found = moved.groupby(list(PLACES), dropna=False, as_index=False).sum()
    return found.astype(dict.fromkeys(PLACES, object))


def _month(rows: pd.DataFrame) -> pd.Series:
    """The month of the middle of a period, counted through the years."""
    middle = rows.period_start + (rows.period_end - rows.period_start) / 2
    return middle.dt.year * 12 + middle.dt.month


def _standing(places: pd.DataFrame) -> dict:
    """The figures of one market from its places, each over those where both sides are known."""
    from scipy.stats import t

    now, base = _both(places, "market_revenue", "market_base")
    grew = now / base - 1 if base > 0 else np.nan
    n, move, square = (float(places[name].sum()) for name in _MOVES)
    spread = max(square - move**2 / n, 0.0) / (n - 1) if n >= FEWEST else np.nan
    half = t.ppf((1 + LEVEL) / 2, max(n - 1, 1)) * np.sqrt(spread / max(n, 1))
    ours, whole = _both(places, "our_revenue", "market_revenue")
    past, past_whole = _both(places, "our_base", "market_base")
    sold, sold_before = _both(places, "our_revenue", "our_base")
    share, before = _ratio(ours, whole), _ratio(past, past_whole)
    return {
        "market_revenue": places.market_revenue.sum(min_count=1),
        "market_growth_rate": grew,
        "low_market_growth_rate": (1 + grew) * np.exp(-half) - 1,
        "high_market_growth_rate": (1 + grew) * np.exp(half) - 1,
        "our_revenue": places.our_revenue.sum(min_count=1),
        "our_growth_rate": _ratio(sold, sold_before) - 1,
        "market_share": share,
        "base_share": before,
        "gained": share - before,
        "estimates": int(n),
    }


def _both(places: pd.DataFrame, one: str, other: str) -> tuple[float, float]:
    told = places[[one, other]].astype(float).dropna()
    return float(told[one].sum()), float(told[other].sum())


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


def _figures(rows: pd.DataFrame, last: date) -> dict[str, tuple]:
    found = _standing(years(rows, last))
    names = {"market_size": "market_revenue", "market_growth": "market_growth_rate"}
    names |= {"market_share": "market_share"}
    n = int(found["estimates"]) or None
    told = {metric: found[name] for metric, name in names.items()}
    return {
        metric: (None if pd.isna(value) else round(float(value), 7), n)
        for metric, value in told.items()
    }
