"""Step costs: what visits that no longer go on from a step are worth in a year."""

from collections.abc import Mapping, Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.journey import step_breaks
from revwork.analysis.journey.journey_steps import Step, required
from revwork.analysis.periods import in_periods, is_within, year_to
from revwork.analysis.segments import of_segment
from revwork.calendar import Period
from revwork.findings import Impact

_Z = 1.959964
_YEAR = 365.25
BASES = ("contribution", "net")


def of_break(
    row: Mapping[str, object],
    priced: ibis.Table,
    steps: Sequence[Step],
    months: Sequence[Period],
    currency: str,
) -> Impact | None:
    """Return what a break costs or brings a year, as contribution margin before marketing.

    `row` is one of `step_breaks.found`, `priced` what `visit_values.priced` returns. Visits of the
    segment that reached the step in the last three complete months, scaled to a year, × the change
    of the share that goes on × the share of those who then come through × what an order leaves.
    The interval (95 %) holds the chance in each of them, and in which orders are the lost ones. Net
    revenue, named so, where no cost is known; None where no visit of the segment ended in an order.
    """
    part = of_segment(priced, step_breaks.segment(row))
    k = [step.name for step in required(steps)].index(row["step"]) + 1
    year = year_to(months[-1])
    came = _came(part, k, months)
    onward = _onward(part, k, len(required(steps)), year)
    change = row["step_after_rate"] - row["step_before_rate"]
    chance = _variance(row["step_before_rate"], row["before"]) + _variance(
        row["step_after_rate"], row["after"]
    )
    return money((change, chance), came, onward, currency)


def of_gap(
    gap: tuple[float, float],
    priced: ibis.Table,
    place: int,
    depth: int,
    asked: tuple[Period, str],
) -> Impact | None:
    """Return what a difference in the share that goes on is worth a year.

    `gap` is the difference and its variance, `priced` the segment's visits, `place` the step's,
    `depth` the last step's, `asked` a year's period and the currency. As in `of_break`.
    """
    year, currency = asked
    return money(gap, _came(priced, place, [year]), _onward(priced, place, depth, year), currency)


def money(
    change: tuple[float, float], came: float, onward: Mapping[str, float], currency: str
) -> Impact | None:
    """Return the money of a change in rate (with its variance) for so many visits a year.

    `onward` tells on (visits that went on), done (of them came through), sold (orders of these),
    and for contribution and net their sum and sum of squares.
    """
    basis = next((b for b in BASES if pd.notna(onward[b])), None)
    if basis is None or not onward["sold"] > 0 or not onward["on"] > 0:
        return None
    rate, sold = onward["done"] / onward["on"], onward["done"]
    mean, square = onward[basis] / sold, onward[f"{basis}_square"] / sold
    lost = came * change[0] * rate
    value = lost * mean
    variance = (came * rate * mean) ** 2 * change[1]
    variance += (came * change[0] * mean) ** 2 * _variance(rate, onward["on"])
    variance += lost**2 * max(square - mean**2, 0.0) / sold + abs(lost) * square
    half = _Z * float(np.sqrt(variance))
    named = "contribution_margin" if basis == "contribution" else "net_revenue"
    value, low, high = (round(float(x), 2) for x in (value, value - half, value + half))
    return Impact(value, low, high, currency, named)


def _came(part: ibis.Table, place: int, months: Sequence[Period]) -> float:
    """Visits a year that reach a step, at the rate of these months."""
    rows = in_periods(part.filter(part.depth >= place), months, "begun")
    return float(rows.count().execute()) * _YEAR / sum(month.days for month in months)


def _onward(part: ibis.Table, place: int, depth: int, year: Period) -> dict[str, float]:
    """Of those who went on in a year: how many came through, and what their orders left."""
    rows = part.filter((part.depth > place) & is_within(part.begun, year))
    done = rows.depth == depth
    sums = {"on": rows.count(), "done": done.cast("int64").sum(), "sold": rows.orders.sum()}
    for basis in BASES:
        amount = rows[basis].cast("float64")
        sums[basis] = amount.sum(where=done)
        sums[f"{basis}_square"] = (amount * amount).sum(where=done)
    return rows.aggregate(**sums).execute().iloc[0].astype(float).to_dict()


def _variance(rate: float, n: float) -> float:
    return rate * (1 - rate) / n if n else 0.0
