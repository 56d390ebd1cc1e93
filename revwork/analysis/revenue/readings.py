"""Readings: the one sentence that stands over a picture, computed from what it shows."""

from typing import TYPE_CHECKING

import pandas as pd

from revwork.findings import Message

if TYPE_CHECKING:
    from revwork.analysis.revenue.movers import Movement

_VERDICTS = {
    "explained": "Segments that stand out: {n:number}. They make {share:percent} of "
    "{change:signed}, at constant exchange rates",
    "broad": "Most of {change:signed} is spread evenly. Segments that differ: {n:number}",
    "nothing stands out": "No segment stands out: the change of {change:signed} is broad",
    "hardly moved": "It hardly moved ({change:signed}). Segments that offset: {n:number}",
    "new": "No earlier sales to compare with",
}


def evolution(months: pd.DataFrame) -> Message:
    """Say how the last complete month compares with the one a year before."""
    whole = months[~months.partial & months.value.notna()]
    if whole.empty:
        return Message("No complete month yet", {})
    last = whole.iloc[-1]
    if not (abs(last.base) > 0):
        return Message(
            "{month:period}: {net:money}, no year before to compare with",
            {"month": last["name"], "net": last.value},
        )
    change = (last.value - last.base) / abs(last.base)
    return Message(
        "{month:period}: {net:money}, {change:change} against the year before",
        {"month": last["name"], "net": last.value, "change": change},
    )


def breakdown(rows: pd.DataFrame) -> Message:
    """Name the segment whose change moved the total most."""
    if rows.change.isna().all():
        return Message("Nothing to compare with", {})
    moved = rows.loc[rows.change.abs().idxmax()]
    return Message(
        "{segment:text} moved most: {change:signed} ({rate:change})",
        {"segment": moved.iloc[0], "change": moved.change, "rate": moved.change_rate},
    )


def steps(bars: pd.DataFrame) -> Message:
    """Name the largest step of a waterfall from its first total to its last."""
    changes = bars[(bars.kind == "change") & (bars.value != 0)]
    if changes.empty:
        return Message("{first:money}, and no step from there", {"first": bars.value.iloc[0]})
    largest = changes.loc[changes.value.abs().idxmax()]
    return Message(
        "{bar:label} is the largest step ({value:signed}) between {first:money} and {last:money}",
        {
            "bar": largest.bar,
            "value": largest.value,
            "first": bars.value.iloc[0],
            "last": bars.value.iloc[-1],
        },
    )


def movement(found: "Movement") -> Message:
    """Say how much of the change the segments that stand out explain."""
    return Message(
        _VERDICTS[found.verdict],
        {"n": len(found.segments), "share": found.share_explained, "change": found.change},
    )


def drivers(tree: pd.DataFrame) -> Message:
    """Name the leaf, and its department, that moved revenue most."""
    leaf = tree.loc[tree.effect.abs().idxmax()]
    return Message(
        "{leaf:label} moved revenue most: {effect:signed} ({department:label})",
        {"leaf": leaf.leaf, "effect": leaf.effect, "department": leaf.department},
    )


def margins(rows: pd.DataFrame) -> Message:
    """Name the segment that leaves most of each unit of revenue, and the one that leaves least."""
    rated = rows.dropna(subset="margin_rate")
    if rated.empty:
        return Message("No margin rate: nothing was sold at a known cost", {})
    best, worst = (
        rated.loc[pick()] for pick in (rated.margin_rate.idxmax, rated.margin_rate.idxmin)
    )
    return Message(
        "Gross margin from {worst:percent} ({last:text}) to {best:percent} ({first:text})",
        {
            "best": best.margin_rate,
            "first": best.iloc[0],
            "worst": worst.margin_rate,
            "last": worst.iloc[0],
        },
    )


def concentration(largest: pd.DataFrame) -> Message:
    """Say how much of revenue the ranked rows shown hold together."""
    if largest.share.isna().all():
        return Message("No positive revenue to share out", {})
    return Message(
        "Shown are the {n:number} largest: {share:percent} of the revenue that names one",
        {"n": largest.share.count(), "share": largest.share.sum()},
    )


def anomalies(days: pd.DataFrame) -> Message:
    """Say how many days were out of line, and which most."""
    odd = days[~days.net.between(days.low, days.high)]
    if odd.empty:
        return Message("No day was out of line", {})
    oddest = odd.loc[odd.z.abs().idxmax()]
    return Message(
        "Days out of line: {n:number}; most of all {day:date}, {net:money} where {expected:money} "
        "was to be expected",
        {"n": len(odd), "day": oddest.day, "net": oddest.net, "expected": oddest.expected},
    )


def retention(rates: pd.DataFrame) -> Message:
    """Say what share of recurring revenue the last month kept, without and with expansion."""
    last = rates.iloc[-1]
    return Message(
        "{month:period} kept {grr:percent} of recurring revenue, {nrr:percent} with expansion",
        {"month": last.month, "grr": last.grr, "nrr": last.nrr},
    )


def recurring(movements: pd.DataFrame) -> Message:
    """Say where monthly recurring revenue stands after a year of movements."""
    first, last = movements.iloc[0], movements.iloc[-1]
    return Message(
        "Recurring revenue went from {start:money} to {end:money} a month",
        {"start": first.start, "end": last.end},
    )
