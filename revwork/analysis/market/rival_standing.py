"""Rival standing: where we are stronger and weaker than each rival, in one table."""

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.market.price_index import index, latest
from revwork.analysis.market.price_moves import US
from revwork.analysis.market.rival_wins import NOBODY
from revwork.analysis.periods import between
from revwork.calendar import Period
from revwork.findings import Message, Unanswered, Word

FEWEST = 30  # reviews of a brand, for a rating to be compared
NOTHING = Word("nothing beyond chance")
_Z95 = 1.959964
_MEASURES = {  # the gap that tells, and what it is called
    "price_gap": Word("price"),
    "rating_gap": Word("rating"),
    "win_gap": Word("win rate"),
    "stock_gap": Word("availability"),
    "voice_gap": Word("share of voice"),
}
_SHOWN = {
    "prices": {"weighted_index": "price_index"},
    "rated": {"rating": "rating", "our_rating": "our_rating"},
    "deals": {"win_rate": "win_rate", "n": "decided_deals"},
    "stocked": {"in_stock_rate": "in_stock_rate", "our_in_stock_rate": "our_in_stock_rate"},
    "voices": {"voice_share": "voice_share"},
}


def prices(offers: ibis.Table, weights: ibis.Table, period: Period) -> pd.DataFrame:
    """Return the price index by rival at the period's last week; empty where none was seen in it.

    Columns: those of `price_index.index` by competitor.
    """
    try:
        week = latest(offers, period)
    except Unanswered:
        week = offers.limit(0)
    return index(week, weights, ["competitor"])


def ratings(reviews: ibis.Table, period: Period) -> pd.DataFrame:
    """Return each rival's mean rating in the period beside ours, and how far we lie apart.

    Columns: competitor, rating, our_rating (stars), n (its reviews), difference (ours less theirs)
    with low_ and high_ (95 %; null below 30 reviews of either). Empty where only one brand is
    rated.
    """
    rated = between(reviews, period, "date")
    rated = rated.filter(rated.rating.notnull())
    stars = rated.rating.cast("float64")
    sums = rated.group_by("competitor").agg(
        n=rated.count(), rating=stars.mean(), spread=stars.var(how="sample")
    )
    rows = sums.order_by("competitor").execute()
    own, theirs = rows[rows.competitor.isna()], rows[rows.competitor.notna()]
    if own.empty:
        return theirs.iloc[:0].reindex(columns=_columns("rating", "our_rating", "n"))
    ours, gap = own.iloc[0], own.rating.iloc[0] - theirs.rating
    half = _Z95 * np.sqrt(ours.spread / ours.n + theirs.spread / theirs.n)
    half = half.where((theirs.n >= FEWEST) & (ours.n >= FEWEST))
    found = theirs.assign(our_rating=ours.rating, difference=gap)
    found = found.assign(low_difference=gap - half, high_difference=gap + half)
    return found[_columns("rating", "our_rating", "n")].round(9).reset_index(drop=True)


def standing(
    prices: pd.DataFrame,
    rated: pd.DataFrame,
    deals: pd.DataFrame,
    stocked: pd.DataFrame,
    voices: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row per rival: price, rating, win rate, availability, share of voice, verdict.

    By rival: what `price_index.index`, `ratings`, `rival_wins.rates`, `availability.rates` and
    `share_of_voice.voices` return. Stronger or weaker is what its interval (95 %) says beyond
    chance: cheaper, better rated, won more often than other deals, in stock more often, talked
    about more. What no table tells is null and on neither side.

    Columns: competitor, stronger and weaker (a Word or a Message: where we are), price_index,
    rating, our_rating, win_rate, decided_deals (won or lost), in_stock_rate, our_in_stock_rate,
    voice_share. Raises Unanswered where no rival is known by any of them.
    """
    given = {"prices": _with_levels(prices), "rated": rated}
    given |= {"deals": deals[deals.competitor != NOBODY], "stocked": stocked}
    given |= {"voices": _with_voices(voices)}
    rivals = sorted({str(name) for one in given.values() for name in one.competitor.dropna()})
    if not rivals:
        raise Unanswered(
            "No rival is named in prices, reviews, deals or mentions: fill competitor in one of "
            "them."
        )
    rows = pd.DataFrame({"competitor": rivals})
    for (name, columns), gap in zip(_SHOWN.items(), _MEASURES, strict=True):
        ends = {f"{end}difference": f"{end}{gap}" for end in ("", "low_", "high_")}
        frame = given[name].reindex(columns=["competitor", *columns, *ends])
        rows = rows.merge(frame.rename(columns=columns | ends), on="competitor", how="left")
    shown = [column for columns in _SHOWN.values() for column in columns.values()]
    stronger, weaker = ([_told(row, way) for row in rows.to_dict("records")] for way in (1, -1))
    return rows.assign(stronger=stronger, weaker=weaker)[
        ["competitor", "stronger", "weaker", *shown]
    ]


def reading(rows: pd.DataFrame) -> Message:
    """Name the rival against whom we are weaker in most, or say that there is none."""
    weak = rows.weaker.map(_count)
    if not weak.max():
        return Message("Against no rival are we weaker beyond chance", {})
    one = rows.loc[weak.idxmax()]
    return Message(
        "Weaker than {rival:text} in: {measures:text}",
        {"rival": one.competitor, "measures": one.weaker},
    )


def _columns(*more: str) -> list[str]:
    return ["competitor", *more, "difference", "low_difference", "high_difference"]


def _with_levels(prices: pd.DataFrame) -> pd.DataFrame:
    """The index by revenue, where it is known; ahead is cheaper."""
    by = prices.weighted_index.notna()
    level, low, high = (
        prices[f"weighted_{end}"].where(by, prices[f"unweighted_{end}"])
        for end in ("index", "from", "to")
    )
    return prices.assign(
        weighted_index=level,
        **{"difference": 100 - level, "low_difference": 100 - high, "high_difference": 100 - low},
    )


def _with_voices(voices: pd.DataFrame) -> pd.DataFrame:
    """Each rival's share of voice beside ours."""
    names = ["competitor", "voice_share", "low_voice_share", "high_voice_share"]
    rows = voices.reindex(columns=names)
    is_ours = rows.competitor.map(lambda name: name == US and isinstance(name, Word)).astype(bool)
    theirs = rows[~is_ours]
    if not is_ours.any():
        return theirs
    ours = rows[is_ours].iloc[0]
    return theirs.assign(
        difference=ours.voice_share - theirs.voice_share,
        low_difference=ours.low_voice_share - theirs.high_voice_share,
        high_difference=ours.high_voice_share - theirs.low_voice_share,
    )


def _told(row: dict, way: int) -> Word | Message:
    """The measures in which we are ahead (1) or behind (-1) beyond chance."""
    clear = [
        word
        for gap, word in _MEASURES.items()
        if (row[f"low_{gap}"] > 0 if way > 0 else row[f"high_{gap}"] < 0)
    ]
    return _listed(*clear) if clear else NOTHING


def _listed(first: Word, *others: Word) -> Word | Message:
    if not others:
        return first
    return Message("{first:text}, {others:text}", {"first": first, "others": _listed(*others)})


def _count(told: Word | Message) -> int:
    if isinstance(told, Message):
        return 1 + _count(told.values["others"])
    return int(told != NOTHING)
