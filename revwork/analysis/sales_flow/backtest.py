"""Back-test: what the bookings forecast would have said of past quarters, and what came."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.sales_flow import bookings, stays
from revwork.calendar import Calendar, Period
from revwork.findings import Message, Unanswered, Word
from revwork.metrics import wilson

QUARTERS = 8
ELAPSED = (0, 30, 60)  # days of the quarter over when the forecast is made
LEAST = 4  # quarters
LEVEL = 0.95  # of the interval of the measured coverage


def back_test(
    changes: ibis.Table,
    calendar: Calendar,
    as_of: date,
    quarters: int = QUARTERS,
    elapsed: Sequence[int] = ELAPSED,
) -> pd.DataFrame:
    """Return the forecasts of past quarters beside what was signed, made without looking ahead.

    Each is made from the changes recorded by its day alone: pipeline, stages and chances as they
    were. A quarter needs a year of recorded stages before it.

    Columns: quarter, start, elapsed_days, left_days, actual, expected, low, high (80 %),
    weighted_amount (signed and stage-weighted sum). Raises Unanswered where fewer than 4 quarters
    can be told.
    """
    past = _quarters(changes, calendar, as_of, quarters)
    rows = [_one(changes, quarter, days) for quarter in past for days in elapsed]
    return pd.DataFrame(rows)


def score(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how far forecast and stage-weighted sum were off, and how often the interval held.

    Columns: elapsed (days), forecasts, error_rate and weighted_error_rate (mean distance from
    what came ÷ mean of what came; null where nothing came), inside, coverage_rate, its 95 % ends
    low_coverage_rate and high_coverage_rate (Wilson). The last row is all of
    them.

    Formula: error_rate = mean |forecast − bookings| ÷ mean bookings; How far the forecast
    was off, on average over past quarters.
    Formula: weighted_error_rate = mean |stage-weighted sum − bookings| ÷ mean bookings; How far the
    usual sum of amount × stage win rate, with what is signed, was off in the same quarters.
    Formula: coverage_rate = forecasts whose interval held what came ÷ forecasts; Measured, to be
    held against 80 %.
    """
    parts = [
        *((str(days), part) for days, part in rows.groupby("elapsed_days")),
        (Word("All"), rows),
    ]
    found = pd.DataFrame([_scored(days, part) for days, part in parts])
    cover = wilson(found.inside, found.forecasts, LEVEL).add_prefix("c")
    names = {"cshare": "coverage_rate", "clow_share": "low_coverage_rate"}
    return found.join(cover.rename(columns=names | {"chigh_share": "high_coverage_rate"}))


def drawn(rows: pd.DataFrame, elapsed: int) -> pd.DataFrame:
    """Return the forecasts made so many days into each quarter, as `chart.lines` draws them.

    Columns: start (of the quarter), name (Signed in the end, Forecast, Stage-weighted sum), value,
    low and high (of the forecast).
    """
    known = rows[rows.elapsed_days == elapsed]
    parts = [
        known.assign(name=Word("Signed in the end"), value=known.actual, low=np.nan, high=np.nan),
        known.assign(name=Word("Forecast"), value=known.expected),
        known.assign(
            name=Word("Stage-weighted sum"), value=known.weighted_amount, low=np.nan, high=np.nan
        ),
    ]
    return pd.concat(parts)[["start", "name", "value", "low", "high"]]


def reading(scored: pd.DataFrame) -> Message:
    """Say how forecast and stage-weighted sum compare over all past quarters."""
    last = scored.iloc[-1]
    return Message(
        "Off by {ours:percent} on average, the stage-weighted sum by {naive:percent}; "
        "the interval held {inside:number} of {all:number} times",
        {
            **{"ours": last.error_rate, "naive": last.weighted_error_rate},
            **{"inside": last.inside, "all": last.forecasts},
        },
    )


def _quarters(changes: ibis.Table, calendar: Calendar, as_of: date, most: int) -> list[Period]:
    """The last complete quarters with a year of recorded stages before, oldest first."""
    first = changes.filter(changes.is_recorded).changed_on.min().execute()
    begins = as_of if pd.isna(first) else pd.Timestamp(first).date()
    quarter = calendar.holding(as_of + timedelta(days=1), "quarter")
    found: list[Period] = []
    while len(found) < most:
        quarter = calendar.previous(quarter)
        if quarter.start < begins + bookings.YEAR:
            break
        found.insert(0, quarter)
    if len(found) < LEAST:
        raise Unanswered(
            "Stages of deals are recorded from {first:date} on: a back-test needs a year and "
            "{least:number} quarters of opportunity_history.",
            **{"first": begins, "least": LEAST},
        )
    return found


def _one(changes: ibis.Table, quarter: Period, days: int) -> dict:
    seen_from = quarter.start + timedelta(days=days - 1)
    total = bookings.forecast(changes, quarter, seen_from).iloc[-1]
    return {
        "quarter": quarter.name,
        "start": quarter.start,
        "elapsed_days": days,
        "left_days": (quarter.last_day - seen_from).days,
        "actual": round(float(stays.signed(changes, quarter.start, quarter.last_day).sum()), 2),
        "expected": total.amount,
        **{name: total[name] for name in ("low", "high", "weighted_amount")},
    }


def _scored(days: object, part: pd.DataFrame) -> dict:
    came = part.actual.mean() or np.nan
    return {
        "elapsed": days,
        "forecasts": len(part),
        "error_rate": (part.expected - part.actual).abs().mean() / came,
        "weighted_error_rate": (part.weighted_amount - part.actual).abs().mean() / came,
        "inside": int(part.actual.between(part.low, part.high).sum()),
    }
