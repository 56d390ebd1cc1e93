"""Waiting: what share has come about by so many days, when some are still waiting."""

import ibis
import numpy as np
import pandas as pd

from revwork.findings import Unanswered

_Z = 1.959964
_POINTS = 60
RISEN = 0.99  # of its last share: what comes later is not drawn
LONGEST = 730  # days a curve runs, at most
LEAST = 20  # who have waited so long, for the curve to go on


def curve(waits: ibis.Table) -> pd.DataFrame:
    """Return the share for whom it has come about by each day (Kaplan–Meier).

    `waits` has one row a case: days (waited), happened (else still waiting). Who is still waiting
    counts for the days so far, and is not taken for one to whom it will never happen. The curve
    ends where fewer than 20 have waited so long. Columns: days, share with low_ and high_share
    (95 %, log-log), waiting (who had waited so long). Raises Unanswered where it never happened.
    """
    happened = waits.happened.cast("int64")
    grouped = waits.filter(waits.days >= 0).group_by("days")
    rows = grouped.agg(n=happened.count(), events=happened.sum()).order_by("days").execute()
    if not rows.events.sum():
        raise Unanswered("It has not come about yet: there is no time to measure.")
    rows["waiting"] = rows.n[::-1].cumsum()[::-1]
    stays = (1 - rows.events / rows.waiting).cumprod()
    error = (rows.events / (rows.waiting * (rows.waiting - rows.events).clip(lower=0.5))).cumsum()
    low, high = _ends(stays, error)
    frame = pd.DataFrame({"days": rows.days.astype(float), "share": 1 - stays})
    frame = frame.assign(low_share=low, high_share=high, waiting=rows.waiting)
    shown = frame[(frame.days <= LONGEST) & (frame.waiting >= LEAST)]
    return (shown if len(shown) else frame.head(1)).round(9).reset_index(drop=True)


def by_day(rows: pd.DataFrame, day: int) -> float | None:
    """Return the share by a day; None where nobody has waited so long."""
    if rows.empty or rows.days.iloc[-1] < day:
        return None
    return float(rows.share[rows.days <= day].iloc[-1]) if rows.days.iloc[0] <= day else 0.0


def median(rows: pd.DataFrame) -> float | None:
    """Return the day by which it has come about for half; None where it has not."""
    half = rows.days[rows.share >= 0.5]
    return float(half.iloc[0]) if len(half) else None


def drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a curve up to where it hardly rises, as `chart.response` draws it.

    Columns: days, share, low, high; sixty days of it at most.
    """
    risen = int((rows.share >= RISEN * rows.share.iloc[-1]).to_numpy().argmax())
    rows = rows.head(max(risen + 1, 2))
    places = np.unique(np.linspace(0, len(rows) - 1, min(_POINTS, len(rows))).astype(int))
    frame = rows.iloc[places].reset_index(drop=True)
    return frame.rename(columns={"low_share": "low", "high_share": "high"}).drop(columns="waiting")


def _ends(stays: pd.Series, error: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Where it has come about for nobody, or for all, there is no interval to give."""
    inside = stays.where((stays > 0) & (stays < 1))
    wide = _Z * np.sqrt(error) / np.log(inside)
    low, high = 1 - inside ** np.exp(-wide), 1 - inside ** np.exp(wide)
    return np.minimum(low, high), np.maximum(low, high)
