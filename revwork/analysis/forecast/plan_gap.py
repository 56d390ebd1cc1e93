"""Gap to plan: where the year will end, how likely the plan is, and the pace it would take."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from revwork.analysis.forecast.result_outlook import LEVEL, Result, known_metrics, told
from revwork.analysis.forecast.result_paths import Seen
from revwork.analysis.periods import covers
from revwork.calendar import Period
from revwork.findings import Message
from revwork.metrics import Kpi

FORMATS = {  # how a table writes what `paces` tells
    **dict.fromkeys(("needed_daily", "expected_daily", "recent_daily", "year_ago_daily"), "money"),
    **{"needed_monthly": "money", "days_left": "number"},
}
Aim = Callable[[str, Period], float | None]
_RECENT = 3  # complete months
_DAILY = ("net_revenue", "gross_margin")  # what comes day by day


def gaps(found: Result, aim: Aim) -> pd.DataFrame:
    """Return the year's outlook beside the plan, for each metric that is known.

    `aim` tells a metric's target for a period, or None. Columns: metric, so_far, outlook, low,
    high (80 %), target, gap (outlook less target; money), reach_rate (draws that reach the
    target); the last three null without a target for the whole year.

    Formula: reach_rate = draws that reach the target ÷ draws; How likely the plan is, as the
    forecast sees it.
    """
    rows = []
    for metric in known_metrics(found):
        draws, target = found.sums(metric, "fiscal_year"), aim(metric, found.year)
        ends = told(draws)
        row = {"metric": metric, "so_far": round(found.so_far(metric, "fiscal_year"), 2)}
        row |= {"outlook": ends["value"], "low": ends["low"], "high": ends["high"]}
        row["target"] = np.nan if target is None else target
        row["gap"] = round(row["outlook"] - row["target"], 2)
        rows.append(row | {"reach_rate": np.nan if target is None else chance(draws, target)})
    columns = ["metric", "so_far", "outlook", "low", "high", "target", "gap", "reach_rate"]
    return pd.DataFrame(rows, columns=columns)


def chance(draws: np.ndarray, target: float) -> float:
    """Return how likely draws (the first is the outlook) reach a target, between 1 and 99 %.

    Draws are held against the past at 80 and 95 %; of what is rarer than 1 in 100 nobody knows.
    """
    return float(np.clip((draws[1:] >= target).mean(), 0.01, 0.99))


def paces(gaps: pd.DataFrame, found: Result, seen: Seen) -> pd.DataFrame:
    """Return what each day left would have to bring, beside what days bring and brought.

    `gaps` is what `gaps` returns. Columns: metric, days_left, needed_daily (to reach the target;
    null without one), expected_daily (of the outlook), recent_daily (last three complete months),
    year_ago_daily (the same days a year before; null where the tables do not reach back), and
    needed_monthly (money). Of net revenue and gross margin only: other costs are booked on few
    days of a month.

    Formula: needed_daily = (target − so far) ÷ days left; The pace that reaches the plan.
    """
    left = found.left
    recent = seen.calendar.complete_months(found.as_of, _RECENT)
    whole = Period("recent", recent[0].start, recent[-1].end)
    before = seen.calendar.year_ago(left)
    periods = [whole, before or whole]
    past = seen.totals(*periods)
    known = np.array(covers(seen.lines, periods)) & [True, before is not None]
    past = past.where(pd.Series(known))
    rows = []
    for row in gaps[gaps.metric.isin(_DAILY)].itertuples():
        each = {"metric": row.metric, "days_left": left.days}
        each["needed_daily"] = (row.target - row.so_far) / left.days
        each["expected_daily"] = (row.outlook - row.so_far) / left.days
        each["recent_daily"] = past[row.metric][0] / whole.days
        each["year_ago_daily"] = past[row.metric][1] / periods[1].days
        each["needed_monthly"] = each["needed_daily"] * 365.25 / 12
        rows.append(each)
    return pd.DataFrame(rows).round(2)


def headline(
    found: Result,
    gaps: pd.DataFrame,
    paces: pd.DataFrame,
    seen: Seen,
) -> list[Kpi]:
    """Return the year's outlook as cards: target, last fiscal year, 80 % interval, last months.

    Then what each day left would have to bring for the net revenue planned. The period is the
    fiscal year's name; the comparison is left out where the data do not cover that year.

    Formula: outlook_net_revenue = net revenue booked + forecast of the rest of the fiscal year; Of
    a running month, what it brought and what is still to come.
    Formula: outlook_gross_margin = gross margin booked + that of the rest of the fiscal year;
    Goods of what is forecast take the share of the last three months.
    Formula: outlook_contribution_margin = contribution margin booked + that of the rest of the
    fiscal year; Order costs take the share of the last three months, marketing goes on as it was.
    Formula: outlook_operating_result = operating result booked + that of the rest of the fiscal
    year; Running costs go on by kind.
    Formula: required_daily_revenue = (target − net revenue so far) ÷ days of the fiscal year left;
    Beside what the same days brought a year before.
    """
    calendar = seen.calendar
    periods = [calendar.previous(found.year), *calendar.complete_months(found.as_of, 12)]
    past = seen.totals(*periods)
    past = past.where(pd.Series(covers(seen.lines, periods)))
    cards = [
        Kpi(
            f"outlook_{row.metric}",
            row.outlook,
            "money",
            "finance",
            found.year.name,
            comparison=_or_none(past[row.metric][0]),
            target=_or_none(row.target),
            series=tuple(map(_or_none, past[row.metric][1:])),
            **{"low": row.low, "high": row.high, "level": LEVEL},
        )
        for row in gaps.itertuples()
    ]
    pace = paces[(paces.metric == "net_revenue") & paces.needed_daily.notna()]
    return cards + [
        Kpi(
            "required_daily_revenue",
            row.needed_daily,
            "money",
            "sales",
            found.year.name,
            comparison=_or_none(row.year_ago_daily),
            better="lower",
        )
        for row in pace.itertuples()
    ]


def reading(gaps: pd.DataFrame) -> Message:
    """Say how far the outlook is from plan, by the metric nearest to the result with a target."""
    aimed = gaps[gaps.target.notna()]
    if aimed.empty:
        return Message("No target is set for the whole year: nothing to measure the outlook by", {})
    row = aimed.iloc[-1]
    return Message(
        "{metric:label} is expected {gap:signed} against plan; the plan is reached with a chance "
        "of {chance:percent}",
        {"metric": row.metric, "gap": row.gap, "chance": row.reach_rate},
    )


def pace_reading(rows: pd.DataFrame) -> Message:
    """Say what a day must bring for net revenue to reach its target, and what days bring."""
    row = rows.iloc[0]
    if pd.isna(row.needed_daily):
        return Message(
            "{metric:label}: {expected:money} a day is expected, {recent:money} were made lately",
            {"metric": row.metric, "expected": row.expected_daily, "recent": row.recent_daily},
        )
    return Message(
        "{metric:label} needs {needed:money} a day to reach the plan; {expected:money} is "
        "expected, {recent:money} were made lately",
        {
            **{"metric": row.metric, "needed": row.needed_daily},
            **{"expected": row.expected_daily, "recent": row.recent_daily},
        },
    )


def _or_none(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
