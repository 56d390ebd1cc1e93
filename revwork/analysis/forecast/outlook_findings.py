"""Outlook findings: a plan that will hardly be met, or beaten, and the lever that moves most."""

from collections.abc import Mapping

import pandas as pd

from revwork.analysis.forecast import scenarios
from revwork.analysis.forecast.levers import Lever
from revwork.analysis.forecast.result_outlook import Result, known_metrics, told
from revwork.analysis.worth import confidence
from revwork.findings import Finding, Impact, Message

SURE = 0.8  # of missing or reaching the plan; between, nothing is claimed
_NEAREST = ("contribution_margin", "gross_margin", "net_revenue")
_PULLED = {  # levers that are ours to pull, and whose they are
    "price": "product",
    "budget": "marketing",
    "heads": "sales",
    "churn": "subscriptions",
    "conversion": "web",
}


def off_plan(
    gaps: pd.DataFrame, paces: pd.DataFrame, found: Result, currency: str
) -> list[Finding]:
    """Return a finding where the year is 80 % sure to miss, or to beat, its plan.

    `gaps` and `paces` are what `plan_gap` returns; of the metrics with a target the one nearest to
    the result that has a basis as impact speaks. The impact is the gap of the fiscal year.
    """
    aimed = gaps[gaps.target.notna()].set_index("metric")
    metric = next((one for one in _NEAREST if one in aimed.index), None)
    if metric is None:
        return []
    row, ends = aimed.loc[metric], told(found.sums(metric, "fiscal_year"))
    if 1 - SURE < row.reach_rate < SURE:
        return []
    low, high = (round(ends[end] - row.target, 2) for end in ("low_95", "high_95"))
    pace = paces.set_index("metric").loc["net_revenue"]
    ahead = row.gap > 0
    return [
        Finding(
            metric=f"outlook_{metric}",
            segment={},
            direction="strength" if ahead else "threat",
            kind="level",
            department="finance",
            period=found.year.name,
            claim=Message(
                "{metric:label} of {year:period} is expected {gap:signed} against plan "
                "({rate:change}); chance to reach it: {chance:percent}",
                {
                    **{"metric": metric, "year": found.year.name, "gap": row.gap},
                    **{"rate": row.gap / abs(row.target), "chance": row.reach_rate},
                },
            ),
            evidence=_evidence(row, pace),
            next_step=Message(
                "Raise the plan of what outruns it, and keep what is not needed for next year"
                if ahead
                else "Decide which levers close the gap, or which part of the plan goes",
                {},
            ),
            impact=Impact(row.gap, low, high, currency, metric),
            confidence=round(max(row.reach_rate, 1 - row.reach_rate), 3),
        )
    ]


def largest_lever(
    found: Result, levers: Mapping[str, Lever], ranges: Mapping[str, float], currency: str
) -> list[Finding]:
    """Return the lever of ours that adds most in the twelve months ahead, if its sign is sure.

    Each is moved alone, down and up by its range. The impact is contribution margin, else what is
    known next to it; people hired cost more than it shows, so for them it is net of their cost.
    """
    over = "next_twelve_months"
    known = [name for name in known_metrics(found, over) if name in _NEAREST]
    metric, base = known[-1], found.sums(known[-1], over)
    best = None
    for lever in (one for one in _PULLED if one in levers):
        for sign in (-1, 1):
            change = sign * ranges.get(lever, scenarios.SWING)
            other = scenarios.applied(found, levers, {lever: change})
            extra = other.ahead.get("running", 0) - found.ahead.get("running", 0)
            draws = other.sums(metric, over) - base - _paid(extra, found, over)
            ends = told(draws)
            if ends["low_95"] > 0 and (best is None or ends["value"] > best[2]["value"]):
                best = lever, change, ends
    return [_lever(best, metric, found, currency)] if best else []


def _paid(extra: object, found: Result, over: str) -> object:
    """What more a scenario pays to run the company, in the months asked for."""
    return extra[:, found.months[over].to_numpy()].sum(axis=1) if hasattr(extra, "shape") else 0.0


def _lever(best: tuple, metric: str, found: Result, currency: str) -> Finding:
    lever, change, ends = best
    impact = Impact(ends["value"], ends["low_95"], ends["high_95"], currency, metric)
    at = scenarios.setting(lever, change)
    return Finding(
        metric=f"lever_{lever}",
        segment={},
        direction="opportunity",
        kind="opportunity",
        department=_PULLED[lever],
        period=found.year.name,
        claim=Message(
            "Of the levers, {lever:lower} adds most: {at:text} is worth {value:signed} in the "
            "twelve months ahead",
            {"lever": lever, "at": at, "value": ends["value"]},
        ),
        evidence=Message(
            "80 %: {low:money} to {high:money}, everything else as forecast. {source:text}",
            {
                **{"low": ends["low"], "high": ends["high"]},
                "source": scenarios.SOURCES[lever],
            },
        ),
        next_step=Message(
            "Try {lever:lower} {at:text} where it can be measured, then hold it to the forecast",
            {"lever": lever, "at": at},
        ),
        impact=impact,
        confidence=confidence(impact),
    )


def _evidence(row: pd.Series, pace: pd.Series) -> Message:
    told = {"outlook": row.outlook, "low": row.low, "high": row.high, "target": row.target}
    if pd.isna(pace.needed_daily):
        return Message(
            "{outlook:money} expected (80 %: {low:money} to {high:money}) where {target:money} was "
            "promised",
            told,
        )
    return Message(
        "{outlook:money} expected (80 %: {low:money} to {high:money}) where {target:money} was "
        "promised. Net revenue would have to be {needed:money} a day, {expected:money} is expected",
        told | {"needed": pace.needed_daily, "expected": pace.expected_daily},
    )
