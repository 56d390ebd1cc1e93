"""Outlook findings: a plan that will hardly be met, or beaten."""

import pandas as pd

from revwork.analysis.forecast.result_outlook import Result, told
from revwork.findings import Finding, Impact, Message

SURE = 0.8  # of missing or reaching the plan; between, nothing is claimed
_NEAREST = ("contribution_margin", "gross_margin", "net_revenue")


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
