"""Trial findings: what tests showed, in revenue or in orders."""

from math import ceil

import ibis
import pandas as pd

from revwork.analysis import trials
from revwork.findings import Finding, Message, Unanswered

_TOLD = {
    trials.BETTER: ("{variant:text} is better than the control in {experiment:text}", "strength"),
    trials.WORSE: ("{variant:text} is worse than the control in {experiment:text}", "weakness"),
    trials.MORE: (
        "{variant:text} wins more orders in {experiment:text}, revenue is not clear",
        "opportunity",
    ),
    trials.FEWER: (
        "{variant:text} wins fewer orders in {experiment:text}, revenue is not clear",
        "threat",
    ),
}
_STEPS = {
    trials.BETTER: "Roll it out, and keep a small control to see whether it lasts",
    trials.WORSE: "Do not roll it out",
    trials.MORE: "Run on until revenue is clear: it sees {mde:cents} a unit at least",
    trials.FEWER: "Stop it unless each order brings more: see revenue a unit",
}


def verdicts(experiments: ibis.Table, period: str) -> list[Finding]:
    """Return a finding for each variant that clearly differs, in revenue or in orders.

    With as many looks as variants are recorded (Bonferroni): of many tests one differs by chance.
    No impact: how many units a year will see the version is not in the test.
    """
    try:
        rows = trials.by_variant(experiments)
    except Unanswered:
        return []
    keys = ["experiment", "variant"]
    rate = trials.compared(rows, "rate").set_index(keys)
    money = trials.compared(rows, trials.money(rows)).set_index(keys)
    read = trials.verdicts(rows)
    found = []
    for row in read[read.verdict.isin([*_TOLD])].itertuples():
        place = row.experiment, row.variant
        if _chance(row) * len(read) < 1 - trials.LEVEL:
            found.append(_test(row, rate.loc[place], money.loc[place], period))
    return found


def _test(row: tuple, rate: pd.Series, money: pd.Series, period: str) -> Finding:
    template, direction = _TOLD[row.verdict]
    seen = {"units": row.units, "rate": rate.change, "low": rate.low_change}
    seen |= {
        "high": rate.high_change,
        "p": ceil(rate.p * 1000 + 1e-9) / 1000,
        "money": money.change,
    }
    seen |= {"least": money.low_change, "most": money.high_change}
    return Finding(
        metric="experiment",
        segment={"experiment": row.experiment, "variant": row.variant},
        direction=direction,
        kind="level",
        department="marketing",
        period=period,
        claim=Message(template, {"variant": row.variant, "experiment": row.experiment}),
        evidence=Message(
            "Orders a unit {rate:points} ({low:points} to {high:points}), p below {p:rate}; "
            "revenue a unit {money:cents} ({least:cents} to {most:cents}); units: {units:number}",
            seen,
        ),
        next_step=Message(_STEPS[row.verdict], {"mde": money.mde}),
        impact=None,
        confidence=round(1 - _chance(row), 3),
    )


def _chance(row: tuple) -> float:
    """The p of what the verdict rests on: revenue where it decides, else orders."""
    by_revenue = row.verdict in (trials.BETTER, trials.WORSE) and pd.notna(row.p_revenue)
    return float(row.p_revenue if by_revenue else row.p_rate)
