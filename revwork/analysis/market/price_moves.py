"""Price moves: when prices of a category stepped up or down, what for, and who followed."""

import ibis
import numpy as np
import pandas as pd

from revwork.calendar import Period
from revwork.findings import Message, Word

MOVE = 0.05  # smaller steps are the list prices' own drift
WINDOW = 35  # days before and from a week on, wide enough for prices seen once a month
CLOSE = 14  # days on either side that tell a move's size: less drift than in the whole window
FEWEST = 3  # products that step together
SURE, LEVEL = 0.999, 0.95  # to call a step one of many weeks looked at; of the interval printed
NEAR = 14  # days between a move and an event that may explain it
FOLLOWS = 28  # days within which the next who moves the same way follows
US = Word("We")
_EXPLAINS = {False: ("price_cut", "campaign"), True: ("price_rise",)}
_SELLER = ["competitor", "category"]
_SERIES = [*_SELLER, "product_id", "currency", "region"]


def moves(offers: ibis.Table, events: ibis.Table, period: Period) -> pd.DataFrame:
    """Return the steps of the period in a rival's prices of a category, and in ours, oldest first.

    `offers` is what `price_index.offers` returns. For each week: the change of a product's mean
    price (in logarithms) from the 35 days before to the 35 days from that week, over the products
    seen that week and in both; weeks without a price stay empty. A step is called where at least
    3 products moved 5 % or more in the mean and the 99.9 % interval leaves 0 out (Student's t over
    products); of steps less than 35 days apart in one series the largest stands, so a price that
    comes and goes within five weeks is shown at less than its size.

    Columns: date (first day seen), competitor ("We" for us), category, change_rate with
    low_change_rate and high_change_rate at 95 %, products, event (the rival's own within 14 days,
    same category or none, a cut or campaign for a fall, a rise for a rise; null if none),
    event_date, followed_by (who moved the same way within 28 days, as a name, a Word or a Message).
    """
    found, known = _called(_steps(offers)), _known(events)
    told = [(*_event(one, known), _followers(one, found)) for one in found.itertuples()]
    told = pd.DataFrame(told, columns=["event", "event_date", "followed_by"], dtype=object)
    rows = found.join(told)
    inside = (rows.date >= period.start) & (rows.date < period.end)
    rows = rows.assign(competitor=rows.competitor.map(lambda name: US if name == US else name))
    return rows[inside].sort_values(["date", *_SELLER], ignore_index=True)


def reading(rows: pd.DataFrame) -> Message:
    """Name the largest move of a rival."""
    theirs = rows[rows.competitor != US]
    if theirs.empty:
        return Message("No rival moved its prices in a category by 5 % or more", {})
    one = theirs.loc[theirs.change_rate.abs().idxmax()]
    return Message(
        "{competitor:text} moved most: {change:change} in {category:text} on {since:date}",
        {
            **{"competitor": one.competitor, "category": one.category},
            **{"change": one.change_rate, "since": one.date},
        },
    )


def _steps(offers: ibis.Table) -> pd.DataFrame:
    """Per seller, category and week: products seen around it, and how far their prices moved."""
    columns = {"week": "week", "date": "date"} | {name: name for name in _SERIES[1:]}
    theirs = offers.select(**columns, competitor="competitor", price="price")
    known = offers.filter(offers.ours.notnull())
    both = theirs.union(known.select(**columns, competitor=ibis.literal(str(US)), price="ours"))
    weekly = both.group_by([*_SERIES, "week"]).agg(
        date=both.date.min(), level=both.price.cast("float64").ln().mean()
    )
    weekly = weekly.mutate(day=weekly.week.epoch_days())
    around = weekly.mutate(step=_step(weekly, WINDOW), size=_step(weekly, CLOSE))
    around = around.filter(around.step.notnull())
    around = around.mutate(size=around.size.coalesce(around.step))
    found = around.group_by([*_SELLER, "week"]).agg(
        date=around.date.min(),
        products=around.count(),
        step=around.step.mean(),
        step_error=_error(around.step),
        size=around.size.mean(),
        size_error=_error(around.size),
    )
    return found.order_by([*_SELLER, "week"]).execute()


def _step(weekly: ibis.Table, days: int) -> ibis.Value:
    """How far a product's mean level moved from the days before a week to the days from it on."""
    before = ibis.range_window(preceding=(days, 1), group_by=_SERIES, order_by="day")
    after = ibis.range_window(following=(0, days - 1), group_by=_SERIES, order_by="day")
    return weekly.level.mean().over(after) - weekly.level.mean().over(before)


def _error(steps: ibis.Value) -> ibis.Value:
    """Standard error of their mean, products independent; null for one alone."""
    return steps.std(how="sample") / steps.count().sqrt()


def _called(steps: pd.DataFrame) -> pd.DataFrame:
    """The weeks that are steps: large, sure, and the largest for as long as the window is."""
    from scipy.stats import t

    free = steps.products - 1
    half = t.ppf((1 + LEVEL) / 2, free) * steps.size_error
    ends = {"change_rate": 0 * half, "low_change_rate": -half, "high_change_rate": half}
    rows = steps.assign(
        date=pd.to_datetime(steps.date).dt.date,
        **{name: np.expm1(steps["size"] + end).round(9) for name, end in ends.items()},
    )
    beyond = steps.step.abs() > t.ppf((1 + SURE) / 2, free) * steps.step_error
    sure = (steps.products >= FEWEST) & beyond
    large = rows[sure & (np.expm1(rows.step).abs() >= MOVE)]
    kept = [_apart(one) for _, one in large.groupby(_SELLER, dropna=False)]
    named = ["date", *_SELLER, *ends, "products"]
    return pd.concat([large.head(0), *kept], ignore_index=True)[named]


def _apart(series: pd.DataFrame) -> pd.DataFrame:
    """Of steps whose windows overlap, the largest; of equal ones the first."""
    kept: list[int] = []
    size = series.step.abs()
    for at in series.assign(order=-size.round(9)).sort_values(["order", "date"]).index:
        far = [abs(series.date[at] - series.date[other]).days >= WINDOW for other in kept]
        if all(far):
            kept.append(at)
    return series.loc[kept]


def _known(events: ibis.Table) -> pd.DataFrame:
    kinds = events.filter(events.kind.isin([kind for some in _EXPLAINS.values() for kind in some]))
    columns = ["date", "competitor", "category", "kind", "description", "event_id"]
    rows = kinds.select(columns).order_by("event_id").execute()
    return rows.assign(
        date=pd.to_datetime(rows.date).dt.date, description=rows.description.fillna(rows.kind)
    )


def _event(move: tuple, events: pd.DataFrame) -> tuple:
    """The event that may explain a move: a price named before a campaign, then the nearest."""
    kinds = _EXPLAINS[move.change_rate > 0]
    near = events[
        (events.competitor == move.competitor)
        & (events.category.isna() | (events.category == move.category))
        & events.kind.isin(kinds)
    ]
    away = near.date.map(lambda day: abs((day - move.date).days))
    near = near.assign(order=near.kind.map(kinds.index), away=away)
    near = near[near.away <= NEAR].sort_values(["order", "away", "event_id"])
    return (None, None) if near.empty else tuple(near[["description", "date"]].iloc[0])


def _followers(move: tuple, found: pd.DataFrame) -> str | Message:
    """Who moved the same way in the category afterwards, in the order they did."""
    same = found.category.isna() if pd.isna(move.category) else found.category == move.category
    later = found.date.map(lambda day: 0 < (day - move.date).days <= FOLLOWS)
    way = np.sign(found.change_rate) == np.sign(move.change_rate)
    next_ones = found[same & later & way & (found.competitor != move.competitor)]
    names = next_ones.sort_values(["date", "competitor"]).competitor
    return _listed(*dict.fromkeys(US if name == US else name for name in names))


def _listed(*names: str) -> str | Message:
    if not names:
        return Word("nobody")
    first, *others = names
    listed = {"first": first, "others": _listed(*others)} if others else {}
    return Message("{first:text}, {others:text}", listed) if others else first
