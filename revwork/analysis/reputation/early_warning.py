"""Early warning: how many critical reviews in four weeks are too many for chance, by region."""

from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd

from revwork.analysis.reputation.opinion_weeks import Weeks, by_week
from revwork.findings import Message, Unanswered

WINDOW, USUAL, LEAST = 4, 52, 60  # weeks looked at and held against; reviews that tell the usual
A_YEAR = 13  # windows of four weeks in a year


def rule(stars: pd.DataFrame, spine: Weeks) -> pd.DataFrame:
    """Return what the rule says of each region today.

    It warns where the critical reviews (1 to 3 stars) of the last 28 days are so many, of those
    written, that chance alone would do so once a year over all regions: beta-binomial, by the
    share of the 52 weeks before.

    Columns: region, reviews (28 days), critical, usual_share, warns_at (critical reviews; null
    where even all of them would not), warns. Raises Unanswered before a region has 60 reviews in
    the 52 weeks.
    """
    rows = _every(stars, spine)
    rows = rows[rows.week == spine.count - 1].drop(columns="week")
    if rows.empty:
        raise Unanswered(
            "The early warning needs {least:number} rated reviews of a region within a year.",
            least=LEAST,
        )
    return rows.reset_index(drop=True)


def alarms(stars: pd.DataFrame, spine: Weeks) -> pd.DataFrame:
    """Return every alarm that the rule would have raised, had it been asked each week.

    Weeks of alarm with less than a window between them are one. Columns: region, first_date (last
    day of the first week that warns), last_date, critical, reviews (of the first window),
    usual_share.
    """
    rows = _every(stars, spine)
    rows = rows[rows.warns].sort_values(["region", "week"])
    fresh = rows.groupby("region").week.diff().fillna(np.inf) > WINDOW
    starts = fresh.cumsum()
    first = rows.groupby(starts).first()
    found = pd.DataFrame(
        {
            "region": first.region,
            "first_date": [_last_day(week, spine) for week in first.week],
            "last_date": [_last_day(week, spine) for week in rows.groupby(starts).week.last()],
            "critical": first.critical,
            "reviews": first.reviews,
            "usual_share": first.usual_share,
        }
    )
    return found.sort_values(["first_date", "region"], ignore_index=True)


def first_after(stars: pd.DataFrame, spine: Weeks, region: str | None, day: date) -> date | None:
    """Return the first day from `day` on that an alarm of a region begins; None where none does."""
    rows = alarms(stars, spine)
    days = rows.first_date[(rows.region == region) & (rows.first_date >= day)]
    return min(days, default=None)


def reading(rows: pd.DataFrame) -> Message:
    """Say where the rule warns today, or that it warns nowhere."""
    warns = rows[rows.warns]
    if warns.empty:
        return Message("The rule warns nowhere today", {})
    first = warns.loc[(warns.critical - warns.warns_at).idxmax()]
    return Message(
        "The rule warns in {region:text}: {critical:number} of {reviews:number} reviews are "
        "critical, {limit:number} would do",
        {
            **{"region": first.region, "critical": first.critical},
            **{"reviews": first.reviews, "limit": first.warns_at},
        },
    )


def history(rows: pd.DataFrame) -> Message:
    """Say how often the rule would have warned, or that it never would have."""
    if rows.empty:
        return Message("The rule would never have warned", {})
    last = rows.iloc[-1]
    return Message(
        "Alarms since the first year: {n:number}; the last in {region:text} from {day:date}",
        {"n": len(rows), "region": last.region, "day": last.first_date},
    )


def _every(stars: pd.DataFrame, spine: Weeks) -> pd.DataFrame:
    """Per region and week from the second year on, the window, the usual, and the limit."""
    parts = [
        _of_region(part, spine).assign(region=region)
        for region, part in stars.groupby("region", sort=True)
    ]
    columns = ["region", "reviews", "critical", "usual_share", "warns_at", "warns", "week"]
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=[*columns[1:4], "week", "region"])
    limit = (
        [_limit(one.reviews, one.before, one.bad, max(len(parts), 1)) for one in rows.itertuples()]
        if len(rows)
        else []
    )
    rows = rows.assign(warns_at=pd.array(limit, "Int64"))
    warns = (rows.critical >= rows.warns_at.astype("Float64")).fillna(False).astype(bool)
    return rows.assign(warns=warns)[columns]


def _of_region(part: pd.DataFrame, spine: Weeks) -> pd.DataFrame:
    n, bad = by_week(part, ["n", "critical"], spine)
    n, bad = (np.concatenate([[0.0], one.cumsum()]) for one in (n, bad))
    ends = np.arange(WINDOW + USUAL, spine.count + 1)
    starts = ends - WINDOW
    rows = pd.DataFrame(
        {
            "week": ends - 1,
            "reviews": (n[ends] - n[starts]).astype(int),
            "critical": (bad[ends] - bad[starts]).astype(int),
            "before": n[starts] - n[starts - USUAL],
            "bad": bad[starts] - bad[starts - USUAL],
        }
    )
    rows = rows[rows.before >= LEAST]
    return rows.assign(usual_share=rows.bad / rows.before)


@cache
def _limit(n: int, before: float, bad: float, regions: int) -> int | None:
    """The least number of critical reviews that chance reaches once a year over all regions."""
    from scipy.stats import betabinom

    counts = np.arange(n + 1)
    above = betabinom.sf(counts - 1, n, bad + 0.5, before - bad + 0.5)
    few = np.flatnonzero(above <= 1 / (A_YEAR * regions))
    return int(few[0]) if len(few) else None


def _last_day(week: int, spine: Weeks) -> date:
    return spine.first_day(week + 1) - timedelta(days=1)
