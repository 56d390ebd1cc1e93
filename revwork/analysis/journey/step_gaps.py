"""Step gaps: who goes on from a step less often than others do, like for like."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.journey.funnel import DIMENSIONS
from revwork.analysis.journey.journey_steps import Step, required
from revwork.analysis.periods import between
from revwork.calendar import Period
from revwork.findings import Message

CHANCE = 0.01  # that any gap is told where there is none
MATTERS = 0.03  # of the share that goes on, at least
ENOUGH = 200  # visits at the step on either side
_COLUMNS = (
    *("step", "place", "dimension", "name", "step_rate", "others_rate", "gap", "low_gap"),
    *("high_gap", "variance", "reached", "p"),
)
_Z = 1.959964


def found(reached: ibis.Table, steps: Sequence[Step], year: Period) -> pd.DataFrame:
    """Return devices, regions and sources whose visits go on from a step otherwise than others'.

    Like for like: others are weighted as the segment is mixed of the other two dimensions, so that
    a region is not blamed for its phones. Told where the difference is 3 points or more and beyond
    chance (1 %) among all that are compared; of each step and dimension the surest one.

    Columns: step (the last they reach), place (1 is the first), dimension, name (null where not
    recorded), step_rate, others_rate (of others in the same mix), gap with low_ and high_gap
    (95 %), variance (of the gap), reached (visits), p (corrected). Surest first.

    Formula: step_rate = visits that took the next step ÷ visits that reached this one; Of those who
    came so far, the share that went on.
    Formula: others_rate = the same of all others, mixed of devices, regions and sources alike; What
    the segment would do if it were like the others.
    """
    way, cells = required(steps), _cells(between(reached, year, "begun"), len(required(steps)))
    rows = [
        {"step": step.name, "place": k, "dimension": name, "name": value, **one}
        for k, step in enumerate(way[:-1], 1)
        for name in DIMENSIONS
        for value, one in _of(cells, name, f"n_{k}", f"n_{k + 1}")
    ]
    table = pd.DataFrame(rows, columns=[*_COLUMNS])
    if table.empty:
        return table
    table["p"] = (table.p * len(table)).clip(upper=1.0)
    clear = table[(table.p <= CHANCE) & (table.gap.abs() >= MATTERS)]
    clear = clear.sort_values(["p", "step", "dimension", "name"])
    return clear.drop_duplicates(["step", "dimension"]).reset_index(drop=True)


def reading(rows: pd.DataFrame) -> Message:
    """Say how many segments differ, and the surest."""
    if rows.empty:
        return Message("No device, region or source goes on otherwise than the others", {})
    one = rows.iloc[0]
    return Message(
        "{name:text}: after “{step:text}” {rate:percent} go on, others {others:percent}",
        {
            **{"name": one["name"], "step": one.step},
            **{"rate": one.step_rate, "others": one.others_rate},
        },
    )


def _cells(reached: ibis.Table, depth: int) -> pd.DataFrame:
    sums = {f"n_{k}": (reached.depth >= k).cast("int64").sum() for k in range(1, depth + 1)}
    known = reached.mutate(**{name: reached[name].fill_null("") for name in DIMENSIONS})
    return known.group_by(DIMENSIONS).agg(**sums).order_by(DIMENSIONS).execute()


def _of(cells: pd.DataFrame, name: str, came: str, on: str) -> list[tuple[str | None, dict]]:
    """Each value of a dimension that has enough visits on both sides, against the others."""
    rest = [one for one in DIMENSIONS if one != name]
    both = cells.groupby(rest)[[came, on]].transform("sum")
    made = []
    for value, part in cells.groupby(name):
        others = both.loc[part.index] - part[[came, on]]
        alike = (part[came] > 0) & (others[came] > 0)
        inside, outside = part[alike], others[alike]
        if min(inside[came].sum(), outside[came].sum()) >= ENOUGH:
            made.append((value or None, _gap(inside[[came, on]], outside[[came, on]])))
    return made


def _gap(inside: pd.DataFrame, outside: pd.DataFrame) -> dict:
    from scipy.stats import norm

    n, weight = inside.iloc[:, 0].sum(), inside.iloc[:, 0] / inside.iloc[:, 0].sum()
    rate = inside.iloc[:, 1].sum() / n
    each = (outside.iloc[:, 1] + 0.5) / (outside.iloc[:, 0] + 1)  # none is surely 0 or 1
    others = float((weight * outside.iloc[:, 1] / outside.iloc[:, 0]).sum())
    spread = (weight**2 * each * (1 - each) / outside.iloc[:, 0]).sum()
    variance = float(rate * (1 - rate) / n + spread)
    gap, half = rate - others, _Z * float(np.sqrt(variance))
    p = float(2 * norm.sf(abs(gap) / np.sqrt(variance))) if variance else 1.0
    told = {"step_rate": rate, "others_rate": others, "gap": gap, "low_gap": gap - half}
    return told | {"high_gap": gap + half, "variance": variance, "reached": int(n), "p": p}
