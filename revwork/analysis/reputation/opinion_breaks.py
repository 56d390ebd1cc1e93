"""Opinion breaks: where ratings fell or a complaint rose, since when, and when it could be seen."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from revwork.analysis import breaks
from revwork.analysis.reputation.opinion_weeks import CUTS, Weeks, by_week
from revwork.findings import Message

RATED, TOLD = 60, 15  # reviews of a part, and complaints on a topic there, before it is looked at
ONE_IN_TWENTY = 0.05
RECENT = 13  # weeks that tell the trend
NEAR = 4  # weeks between two moves that are one
_Z95 = 1.959964
EVERYWHERE = Message("All reviews", {})
_COLUMNS = [
    *("where", "topic", "worse", "since_date", "low_since_date", "high_since_date", "seen_date"),
    *("before", "since", "p"),
]


def moves(stars: pd.DataFrame, told: pd.DataFrame, spine: Weeks) -> pd.DataFrame:
    """Return every part whose mean rating, or share of reviews on a topic, took another level.

    Parts: all, by region, by category, by both, and by product, of 60 reviews or more; on a topic
    15 or more. Corrected for all of them. `stars` and `told` are of `opinion_weeks`.

    Columns: where (the part), topic (null: the rating), worse, since_date (first day of the week)
    with low_since_date and high_since_date (95 %), seen_date (last day of the week that could have
    told), before, since (mean rating, or share), p. Surest first.
    """
    looked = [*_ratings(stars, spine), *_complaints(told, spine)]
    found = [
        _told(where, topic, sums, one, spine)
        for where, topic, sums in looked
        if (one := _broke(topic, sums, len(looked)))
    ]
    rows = pd.DataFrame(found, columns=_COLUMNS)
    rows["size"] = -rows["where"].map(len)
    rows = rows.sort_values(["p", "size", "since_date", "topic"], kind="stable")
    return rows.drop(columns="size").reset_index(drop=True)


def events(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what moved together as one: the surest part, and what else moved there and then.

    `rows` is what `moves` returns. Two moves the same way are one where one part holds the other,
    and their intervals lie within four weeks. Columns: where, worse, since_date, low_since_date,
    high_since_date (of the surest), seen_date (the earliest of all), topics (those that took
    another level by themselves, surest first), p.
    """
    left, found = rows, []
    names = ["where", "worse", "since_date", "low_since_date", "high_since_date", "p"]
    while len(left):
        first = left.iloc[0]
        along = np.array([_together(first, one) for _, one in left.iterrows()])
        topics = left.topic[along].dropna().drop_duplicates()
        seen = {"seen_date": left.seen_date[along].min(), "topics": [*topics]}
        found.append({**first[names], **seen})
        left = left[~along]
    return pd.DataFrame(found, columns=[*names[:-1], "seen_date", "topics", "p"])


def rose(told: pd.DataFrame, one: pd.Series, spine: Weeks) -> pd.DataFrame:
    """Return the topics criticised more often in a part since a day than before, beyond chance.

    `one` is a row of `events`, `told` what `opinion_weeks.topics` returns. Fisher's exact test of
    each topic, one in twenty over all of them (Holm). Columns: topic, texts (since), before_share,
    since_share (of the part's reviews with words). The largest rise first.
    """
    part = _part(told, one["where"])
    part = part.assign(late=part.week >= spine.holding(one.since_date))
    counts = part.assign(topic=part.topic.fillna("")).pivot_table(
        index="topic", columns="late", values="n", aggfunc="sum", fill_value=0
    )
    counts = counts.reindex(columns=[False, True], fill_value=0)
    if "" not in counts.index:
        return pd.DataFrame(columns=["topic", "texts", "before_share", "since_share"])
    whole, named = counts.loc[""], counts.drop(index="")
    named = named[beyond_chance(named.to_numpy(), whole.to_numpy())]
    rows = pd.DataFrame(
        {
            "topic": named.index,
            "texts": named[True].to_numpy(),
            "before_share": (named[False] / max(whole[False], 1)).to_numpy(),
            "since_share": (named[True] / max(whole[True], 1)).to_numpy(),
        }
    )
    order = (rows.before_share - rows.since_share).round(9)
    return rows.loc[order.sort_values(kind="stable").index].reset_index(drop=True)


def beyond_chance(named: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return which rows of counts, before and since, are more often since than chance has it.

    Fisher's exact test against `whole`, before and since; one in twenty over all rows (Holm).
    """
    from scipy.stats import hypergeom

    before, since = whole
    p = hypergeom.sf(named[:, 1] - 1, before + since, named.sum(axis=1), since)
    order = np.argsort(p, kind="stable")
    held = p[order] * np.arange(len(p), 0, -1) <= ONE_IN_TWENTY
    found = np.zeros(len(p), bool)
    found[order[: int(held.cumprod().sum())]] = True
    return found


def levels(stars: pd.DataFrame, where: Mapping[str, str | None], since: date, spine: Weeks) -> dict:
    """Return what a part was rated before a day and since, and how that goes on.

    Keys: reviews (since), before_rating, since_rating, rating_change with low_rating_change and
    high_rating_change (95 %, Welch), trend (the fall of the last 13 weeks over that since, 0.5 to
    2; 1 where it is not known).
    """
    n, total, squares = by_week(_part(stars, where), ["n", "total", "squares"], spine)
    at = spine.holding(since)
    stretches = [slice(0, at), slice(at, None), slice(max(at, spine.count - RECENT), None)]
    sums = [[one[stretch].sum() for one in (n, total, squares)] for stretch in stretches]
    means, errors = zip(*(_mean(*one) for one in sums), strict=True)
    change, half = means[1] - means[0], _Z95 * np.hypot(errors[0], errors[1])
    trend = (means[2] - means[0]) / change if change else np.nan
    return {
        "reviews": int(sums[1][0]),
        "before_rating": means[0],
        "since_rating": means[1],
        "rating_change": change,
        "low_rating_change": change - half,
        "high_rating_change": change + half,
        "trend": float(np.clip(trend, 0.5, 2)) if np.isfinite(trend) else 1.0,
    }


def named(where: Mapping[str, str | None]) -> Message:
    """Return a part as a sentence names it."""
    return Message("{part:segment}", {"part": where}) if where else EVERYWHERE


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what `events` returns as people read it.

    Columns: where, better (whether opinion turned for the better), since_date with earliest_date
    and latest_date (95 %), seen_date, topics (those that moved by themselves, three at most).
    """
    dates = {"since_date": "since_date", "earliest_date": "low_since_date"}
    dates |= {"latest_date": "high_since_date", "seen_date": "seen_date"}
    return pd.DataFrame(
        {
            "where": [one or EVERYWHERE for one in rows["where"]],
            "better": ~rows.worse.astype(bool),
            **{name: rows[column] for name, column in dates.items()},
            "topics": ["; ".join(names[:3]) or None for names in rows.topics],
        }
    )


def reading(rows: pd.DataFrame) -> Message:
    """Say where opinion turned for the worse most surely, and when that could be seen."""
    worse = rows[rows.worse.astype(bool)]
    if worse.empty:
        return Message("Nowhere did opinion turn for the worse beyond chance", {})
    first = worse.iloc[0]
    return Message(
        "{part:text}: worse since {since:date}, to be seen by {seen:date}",
        {"part": named(first["where"]), "since": first.since_date, "seen": first.seen_date},
    )


Series = tuple[dict, str | None, np.ndarray]


def _ratings(stars: pd.DataFrame, spine: Weeks) -> Iterator[Series]:
    """Each part's count, sum and squares of stars by week."""
    for where, part in _parts(stars, RATED):
        yield where, None, by_week(part, ["n", "total", "squares"], spine)


def _complaints(told: pd.DataFrame, spine: Weeks) -> Iterator[Series]:
    """Each part's critical reviews on a topic, and all its reviews, by week."""
    whole, named = told[told.topic.isna()], told[told.topic.notna()]
    for cut in CUTS:
        wholes = dict(_cut(whole, cut))
        for topic, rows in named.groupby("topic"):
            for where, part in _cut(rows, cut):
                if part.n.sum() >= TOLD:
                    sums = (by_week(one, ["n"], spine)[0] for one in (part, wholes[where]))
                    yield dict(where), str(topic), np.array([*sums])


def _parts(rows: pd.DataFrame, least: int) -> Iterator[tuple[dict, pd.DataFrame]]:
    for cut in CUTS:
        for where, part in _cut(rows, cut):
            if part.n.sum() >= least:
                yield dict(where), part


def _cut(rows: pd.DataFrame, cut: tuple[str, ...]) -> Iterator[tuple[tuple, pd.DataFrame]]:
    """Parts by what is recorded of them, as pairs of column and value."""
    if not cut:
        yield (), rows
        return
    for values, part in rows.groupby(list(cut), sort=True):
        yield tuple(zip(cut, values, strict=True)), part


def _part(rows: pd.DataFrame, where: Mapping[str, str | None]) -> pd.DataFrame:
    for name, value in where.items():
        rows = rows[rows[name] == value]
    return rows


def _broke(topic: str | None, sums: np.ndarray, series: int) -> breaks.Break | None:
    if topic is None:
        return breaks.of_mean(*sums, series=series)
    return breaks.of_share(*sums, series=series)


def _told(
    where: dict, topic: str | None, sums: np.ndarray, one: breaks.Break, spine: Weeks
) -> dict:
    part, whole = (sums[1], sums[0]) if topic is None else sums
    before, since = (
        float(part[stretch].sum() / whole[stretch].sum())
        for stretch in (slice(0, one.at), slice(one.at, None))
    )
    dates = {"since_date": one.at, "low_since_date": one.low, "high_since_date": one.high}
    return {
        "where": where,
        "topic": topic,
        "worse": since < before if topic is None else since > before,
        **{name: spine.first_day(week) for name, week in dates.items()},
        "seen_date": spine.first_day(one.seen + 1) - timedelta(days=1),
        "before": before,
        "since": since,
        "p": one.p,
    }


def _together(first: pd.Series, one: pd.Series) -> bool:
    shared = {*first["where"]} & {*one["where"]}
    holds = all(first["where"][name] == one["where"][name] for name in shared)
    near = timedelta(weeks=NEAR)
    apart = max(first.low_since_date, one.low_since_date) - min(
        first.high_since_date, one.high_since_date
    )
    return bool(holds and first.worse == one.worse and apart <= near)


def _mean(n: float, total: float, squares: float) -> tuple[float, float]:
    """Mean of n values and its error; null where there is none."""
    if not n:
        return np.nan, np.nan
    variance = max(squares - total**2 / n, 0.0) / (n - 1) if n > 1 else np.nan
    return float(total / n), float(np.sqrt(variance / n))
