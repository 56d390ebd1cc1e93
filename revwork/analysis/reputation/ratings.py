"""Ratings: how we are rated, by part of the business and beside rivals, drawn in by what is few."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import headlines
from revwork.analysis.headlines import Headline
from revwork.analysis.periods import between, in_periods, year_to
from revwork.analysis.reputation.opinions import CRITICAL
from revwork.analysis.reputation.voice import US, spoken_of
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Message, Unanswered
from revwork.metrics import Kpi, wilson

SCALE = 1, 5
YEAR = timedelta(days=365)
_Z95 = 1.959964
_SHRUNKEN = ("shrunken_rating", "low_shrunken_rating", "high_shrunken_rating")
_SHOWN = {
    "rating": Headline("score", "reputation"),
    "reviews": Headline("count", "reputation", "neither"),
    "critical_share": Headline("percent", "reputation", "lower"),
    "rating_gap": Headline("score", "reputation"),
    "share_of_voice": Headline("percent", "reputation"),
    "against_share": Headline("percent", "reputation", "lower"),
}


def headline(
    found: ibis.Table, mentions: ibis.Table, comparison: Comparison, calendar: Calendar
) -> list[Kpi]:
    """Return a Kpi for each metric of `_SHOWN` that is known in the period.

    Formula: rating = sum of stars ÷ reviews; Mean of the stars given to us, each review alike.
    Formula: critical_share = reviews of 1 to 3 stars ÷ rated reviews; How many do not praise us.
    Formula: rating_gap = our mean rating − rivals' mean rating; Above zero we are rated better.
    Formula: share_of_voice = our mentions ÷ mentions of us and of rivals; How much of what is said
    is about us.
    Formula: against_share = mentions against us ÷ our mentions; How much of it is against us.
    """
    return headlines.cards(
        lambda period: _of(found, mentions, period), _SHOWN, comparison, calendar
    )


def shrunken(found: ibis.Table, by: Sequence[str]) -> pd.DataFrame:
    """Return the mean rating of each part, drawn towards the mean of all as it rests on few.

    Normal, by empirical Bayes: a part's mean has variance s² ÷ n around what it really is, and
    parts vary among themselves by τ² (DerSimonian–Laird); where they do not, all are the mean.

    Columns: `by`, reviews (rated), mean_rating, shrunken_rating with low_shrunken_rating and
    high_shrunken_rating (95 %), critical_share. Best first; parts without a rated review are not in
    it.

    Formula: shrunken_rating = mean rating drawn towards the mean of all, the more the fewer
    reviews; What a part is rated, were chance taken out of it.
    """
    rated = found.filter(found.rating.notnull())
    stars = rated.rating.cast("float64")
    rows = rated.group_by([*by]).agg(
        reviews=rated.count(),
        total=stars.sum(),
        squares=(stars * stars).sum(),
        critical=(rated.rating <= CRITICAL).cast("int64").sum(),
    )
    rows = rows.order_by([*by]).execute()
    rows = rows.astype(dict.fromkeys(["total", "squares", "critical"], float))
    rows["mean_rating"] = rows.total / rows.reviews
    rows = rows.assign(**_drawn_in(rows), critical_share=rows.critical / rows.reviews)
    names = ["reviews", "mean_rating", *_SHRUNKEN, "critical_share"]
    rows = rows.sort_values(["shrunken_rating", *by], ascending=[False] + [True] * len(by))
    return rows[[*by, *names]].reset_index(drop=True)


def means(found: ibis.Table, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the mean rating of each part as it is, with its interval at 95 %.

    Columns: `by`, reviews (rated), rating, low_rating, high_rating (null with fewer than two),
    critical_share with low_critical_share and high_critical_share (Wilson). In order of `by`.
    """
    rated = found.filter(found.rating.notnull())
    stars = rated.rating.cast("float64")
    sums = {
        "reviews": rated.count(),
        "rating": stars.mean(),
        "spread": stars.std(),
        "critical": (rated.rating <= CRITICAL).cast("int64").sum(),
    }
    asked = rated.group_by([*by]).agg(**sums).order_by([*by]) if by else rated.aggregate(**sums)
    rows = asked.execute()
    half = _Z95 * rows.pop("spread").astype(float) / np.sqrt(rows.reviews.astype(float))
    ends = {"low_rating": rows.rating - half, "high_rating": rows.rating + half}
    rows = rows.assign(**{name: end.clip(*SCALE) for name, end in ends.items()})
    critical = wilson(rows.pop("critical").astype(float).fillna(0.0), rows.reviews, 0.95)
    return rows.join(critical.rename(columns=lambda name: name.replace("share", "critical_share")))


def beside(now: pd.DataFrame, before: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the shrunken ratings as `chart.dots` draws them, and where they were before.

    Both are what `shrunken` returns by one column. Columns: it, current, base, low, high.
    """
    rows = now.merge(before[[by, _SHRUNKEN[0]]].rename(columns={_SHRUNKEN[0]: "base"}), "left", by)
    names = dict(zip(_SHRUNKEN, ("current", "low", "high"), strict=True))
    return rows.rename(columns=names)[[by, "current", "base", "low", "high"]]


def yearly(found: ibis.Table, period: Period, by: str) -> pd.DataFrame:
    """Return `beside` for the 365 days to the period's end and the 365 before.

    Raises Unanswered where no review of the year has stars.
    """
    now = year_to(period)
    rows = shrunken(between(found, now, "date"), [by])
    if rows.empty:
        raise Unanswered(
            "No review of the last 365 days has stars here: map rating in reviews, or choose "
            "another part."
        )
    past = replace(now, start=now.start - YEAR, end=now.start)
    return beside(rows, shrunken(between(found, past, "date"), [by]), by)


def brands(found: ibis.Table) -> ibis.Table:
    """Return the reviews with `brand`: the rival reviewed, or ourselves."""
    return found.mutate(brand=found.competitor.fill_null(str(US)))


def monthly(found: ibis.Table, periods: Sequence[Period], by: str) -> pd.DataFrame:
    """Return the mean rating of each part by period, with interval, for `chart.lines`.

    Columns: start (day), name, value, low, high (95 %; null with fewer than two), n.
    """
    rated = in_periods(found.filter(found.rating.notnull()), periods, "date")
    keys = ["period", by]
    stars = rated.rating.cast("float64")
    rows = rated.group_by(keys).agg(n=rated.count(), value=stars.mean(), spread=stars.std())
    rows = rows.order_by(keys).execute()
    half = _Z95 * rows.spread.astype(float) / np.sqrt(rows.n)
    return pd.DataFrame(
        {
            "start": [periods[at].start for at in rows.period],
            "name": [US if one == US else one for one in rows[by]],
            "value": rows.value,
            "low": (rows.value - half).clip(*SCALE),
            "high": (rows.value + half).clip(*SCALE),
            "n": rows.n,
        }
    )


def gaps(found: ibis.Table, period: Period) -> pd.DataFrame:
    """Return how we are rated against each rival in the 365 days to the period's end.

    Columns: competitor, reviews (of the rival), own_rating, rival_rating, rating_gap,
    low_rating_gap, high_rating_gap (95 %, Welch). The one farthest above us first; empty without
    rivals, or where nobody rated us.
    """
    rows = _spread(between(found, year_to(period), "date")).set_index("brand")
    if str(US) not in rows.index:
        rows = rows.iloc[:0].reindex([str(US)])
    own, rivals = rows.loc[str(US)], rows.drop(index=str(US)).reset_index()
    gap = own["mean"] - rivals["mean"]
    half = _Z95 * np.sqrt(own.variance / own.n + rivals.variance / rivals.n)
    return pd.DataFrame(
        {
            "competitor": rivals.brand,
            "reviews": rivals.n,
            "own_rating": own["mean"],
            "rival_rating": rivals["mean"],
            "rating_gap": gap,
            "low_rating_gap": gap - half,
            "high_rating_gap": gap + half,
        }
    ).sort_values("rating_gap", ignore_index=True)


def compared(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what `gaps` returns; raises Unanswered where it is empty."""
    if rows.empty:
        raise Unanswered(
            "No rated review of us and of a rival in the last 365 days: fill competitor in reviews."
        )
    return rows


def reading(rows: pd.DataFrame) -> Message:
    """Say which part is rated worst and best beyond the other's interval, or that none is."""
    low, high = rows.loc[rows.current.idxmin()], rows.loc[rows.current.idxmax()]
    values = {"low": low.iloc[0], "worst": low.current, "high": high.iloc[0], "best": high.current}
    if low.high >= high.low:
        return Message("No part is rated apart from the others beyond chance", {})
    return Message("{low:text}: {worst:decimal}; {high:text}: {best:decimal}", values)


def against(rows: pd.DataFrame) -> Message:
    """Say how we stand beside the rival rated best against us."""
    first = rows.iloc[0]
    return Message(
        "{rival:text} is rated {theirs:decimal}, we {ours:decimal} (difference {low:decimal} to "
        "{high:decimal})",
        {
            **{"rival": first.competitor, "theirs": first.rival_rating, "ours": first.own_rating},
            **{"low": first.low_rating_gap, "high": first.high_rating_gap},
        },
    )


def path(rows: pd.DataFrame) -> Message:
    """Say who was rated best and worst in the last month seen."""
    last = rows[rows.start == rows.start.max()].sort_values(["value", "name"])
    low, high = last.iloc[0], last.iloc[-1]
    return Message(
        "Last month: {low:text} {worst:decimal}, {high:text} {best:decimal}",
        {"low": low["name"], "worst": low.value, "high": high["name"], "best": high.value},
    )


def _of(found: ibis.Table, mentions: ibis.Table, period: Period) -> Mapping[str, tuple]:
    """Metric → (value, n) of one period."""
    rows = _spread(between(found, period, "date")).set_index("brand")
    told = spoken_of(between(mentions, period, "date"))
    if str(US) not in rows.index:
        return told
    own, rivals = rows.loc[str(US)], rows.drop(index=str(US))
    theirs = (rivals["mean"] * rivals.n).sum() / rivals.n.sum() if len(rivals) else np.nan
    n = int(own.n)
    return told | {
        "rating": (own["mean"], n),
        "reviews": (float(n), n),
        "critical_share": (own.critical / own.n, n),
        "rating_gap": (own["mean"] - theirs, int(rivals.n.sum())),
    }


def _spread(found: ibis.Table) -> pd.DataFrame:
    """Rated reviews, their mean and variance by brand."""
    rated = brands(found.filter(found.rating.notnull()))
    stars = rated.rating.cast("float64")
    rows = rated.group_by("brand").agg(
        n=rated.count(),
        total=stars.sum(),
        squares=(stars * stars).sum(),
        critical=(rated.rating <= CRITICAL).cast("int64").sum(),
    )
    rows = rows.order_by("brand").execute()
    rows["mean"] = (rows.total / rows.n).astype(float)
    free = (rows.n - 1).where(rows.n > 1)
    return rows.assign(variance=(rows.squares - rows.n * rows["mean"] ** 2) / free)


def _drawn_in(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Posterior mean of each part and its bounds, within the scale."""
    n, every = rows.reviews, rows.reviews.sum()
    within = (rows.squares - rows.total**2 / n).sum() / max(every - len(rows), 1)
    mean = rows.total.sum() / max(every, 1)
    spread = (n * (rows.mean_rating - mean) ** 2).sum() - (len(rows) - 1) * within
    size = every - (n**2).sum() / max(every, 1)
    between_parts = max(spread / size, 0.0) if size > 0 else 0.0
    error = within / n
    weight = between_parts / (between_parts + error).where(between_parts + error > 0)
    weight = weight.fillna(1.0)
    value = weight * rows.mean_rating + (1 - weight) * mean
    of_mean = within / max(every, 1)
    half = _Z95 * np.sqrt(weight * error + (1 - weight) ** 2 * of_mean)
    return {
        "shrunken_rating": value.round(6),
        "low_shrunken_rating": (value - half).clip(*SCALE).round(6),
        "high_shrunken_rating": (value + half).clip(*SCALE).round(6),
    }
