"""Allocation of the media budget by the mix model: where the same money would bring most."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from revwork.analysis.marketing import mix
from revwork.analysis.marketing.mix import Mix
from revwork.analysis.marketing.mix_response import YEAR, most_seen
from revwork.findings import Message, Unanswered

FORMATS = {
    **dict.fromkeys(("least", "most", "now", "plan"), "money"),
    "change": "signed",
    "times": "multiple",
}
LEVEL = 0.95  # of what a plan gains, as every impact's
_PARTS, _KEPT = 400, 0.5


@dataclass(frozen=True)
class Plan:
    """A budget of a year by medium beside what is spent now, and what that gains.

    `rows`: medium, now, plan, change (money a year), times (plan / now), least and most (its
    bounds). `gain` are draws of contribution margin a year more than now, spend taken off.
    """

    rows: pd.DataFrame
    gain: np.ndarray

    def of(self, medium: str) -> float:
        """Return the medium's budget of a year."""
        return float(self.rows.set_index("medium")["plan"][medium])


def bounds(model: Mix, kept: float = _KEPT) -> dict[str, tuple[float, float]]:
    """Return the least and most of a year's budget by medium that the data can speak of.

    At least `kept` of what is spent now; at most what it had in its strongest 13 weeks, or half
    as much again as now: beyond what was tried no curve is known.
    """
    now = model.given.spend[:, -YEAR:].sum((1, 2))
    most = np.where(now > 0, np.maximum(most_seen(model), 1.5 * now), 0.0)
    return {
        medium: (float(kept * one), float(top))
        for medium, one, top in zip(model.given.media, now, most, strict=True)
    }


def best(
    model: Mix,
    margin_rate: float,
    limits: Mapping[str, tuple[float, float]] | None = None,
    total: float | None = None,
) -> Plan:
    """Return the budget of the highest expected contribution margin under total and bounds.

    `margin_rate` is contribution before marketing per euro of revenue; `total` a year, what is
    spent now by default. Expected is the mean over all draws. Exact to a 400th of the total by
    dynamic programming, S-shaped responses included; never below the current budget where that
    keeps the bounds and the total. Raises Unanswered where no budget keeps them all.
    """
    now = model.given.spend[:, -YEAR:].sum((1, 2))
    asked = now.sum() if total is None else total
    limits = bounds(model) | dict(limits or {})
    ends = np.array([limits[medium] for medium in model.given.media])
    if not ends[:, 0].sum() <= asked <= ends[:, 1].sum() or (ends[:, 0] > ends[:, 1]).any():
        raise Unanswered(
            "No budget of {total:money} keeps these bounds: together they ask for {least:money} "
            "to {most:money}.",
            **{"total": asked, "least": ends[:, 0].sum(), "most": ends[:, 1].sum()},
        )
    plan = _highest(model, ends, asked, now)
    if abs(asked - now.sum()) < 1 and _inside(now, ends) and not _better(model, plan, now):
        plan = now.copy()
    return _plan(model, plan, margin_rate, ends)


def moved(model: Mix, amounts: Mapping[str, float], margin_rate: float) -> Plan:
    """Return what it would gain to spend so much more or less a year on these media."""
    now = model.given.spend[:, -YEAR:].sum((1, 2))
    change = np.array([amounts.get(medium, 0.0) for medium in model.given.media])
    plan = (now + change).clip(min=0)
    return _plan(model, plan, margin_rate, np.column_stack([plan, plan]))


def drawn(plan: Plan) -> pd.DataFrame:
    """Return the plan as `chart.bars` draws it: medium, current (plan), base (now), change_rate."""
    rows = plan.rows.sort_values(["plan", "medium"], ascending=[False, True], ignore_index=True)
    rows = rows.rename(columns={"plan": "current", "now": "base"})
    change = rows.current / rows.base.where(rows.base > 0) - 1
    return rows[["medium", "current", "base"]].assign(change_rate=change, target=np.nan)


def interval(gain: np.ndarray) -> tuple[float, float, float]:
    """Return the mean of a gain's draws and its 95 % interval."""
    low, high = np.quantile(gain, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(gain.mean()), float(low), float(high)


def reading(plan: Plan) -> Message:
    """Say what the plan is expected to gain, and how surely."""
    value, low, high = interval(plan.gain)
    if not plan.rows.change.abs().max() > 0:
        return Message("No other split of the budget is expected to bring more", {})
    return Message(
        "The same budget, split otherwise: {value:money} a year more is expected "
        "(95 %: {low:money} to {high:money})"
        if abs(plan.rows.change.sum()) < 1
        else "This budget: {value:money} a year more is expected after its cost "
        "(95 %: {low:money} to {high:money})",
        {"value": value, "low": low, "high": high},
    )


def _highest(model: Mix, ends: np.ndarray, total: float, now: np.ndarray) -> np.ndarray:
    """The best split of the total into parts of a 400th above each medium's least."""
    free = total - ends[:, 0].sum()
    unit = free / _PARTS
    value, taken = np.full(_PARTS + 1, -np.inf), []
    value[0] = 0.0
    for place, (least, most) in enumerate(ends):
        steps = np.arange(min(_PARTS, int((most - least) / unit + 1e-9)) + 1 if unit > 0 else 1)
        spends = least + steps * unit
        gained = _expected(model, place, spends, now[place])
        sums = np.full((len(steps), _PARTS + 1), -np.inf)
        for at, gain in enumerate(gained):
            sums[at, at:] = value[: _PARTS + 1 - at] + gain
        taken.append(sums.argmax(0))
        value = sums.max(0)
    left, plan = int(np.flatnonzero(np.isfinite(value)).max()), ends[:, 0].copy()
    for place in reversed(range(len(ends))):
        plan[place] += taken[place][left] * unit
        left -= taken[place][left]
    return plan


def _expected(model: Mix, place: int, spends: np.ndarray, now: float) -> np.ndarray:
    """Expected revenue of a year at each spend, from 60 points of the curve in between."""
    if not now > 0:
        return np.zeros(len(spends))
    points = np.linspace(spends[0], spends[-1], min(60, len(spends)))
    mean = mix.brought(model, place, points / now, YEAR).mean(0)
    return np.interp(spends, points, mean)


def _better(model: Mix, plan: np.ndarray, now: np.ndarray) -> bool:
    return _revenue(model, plan, now).mean() > _revenue(model, now, now).mean()


def _revenue(model: Mix, plan: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Draws of a year's revenue by all media at a plan; a medium without spend now brings none."""
    return sum(
        mix.brought(model, place, np.array([plan[place] / now[place]]), YEAR)[:, 0]
        for place in range(len(now))
        if now[place] > 0
    )


def _plan(model: Mix, plan: np.ndarray, margin_rate: float, ends: np.ndarray) -> Plan:
    now = model.given.spend[:, -YEAR:].sum((1, 2))
    more = _revenue(model, plan, now) - _revenue(model, now, now)
    rows = pd.DataFrame(
        {
            "medium": model.given.media,
            "now": now.round(2),
            "plan": plan.round(2),
            "change": (plan - now).round(2),
            "times": plan / np.where(now > 0, now, np.nan),
            "least": ends[:, 0],
            "most": ends[:, 1],
        }
    )
    return Plan(rows, more * margin_rate - (plan.sum() - now.sum()))


def _inside(now: np.ndarray, ends: np.ndarray) -> bool:
    return bool(((now >= ends[:, 0]) & (now <= ends[:, 1])).all())
