"""Ramp: how newcomers grow from their first month to what colleagues sell."""

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from revwork.findings import Message, Unanswered

MONTH = 30.4375  # days
LONGEST = 12  # months a ramp may take
LEAST = 10  # deals decided by newcomers
CLEAR = 0.95  # of a colleague's wins: below, newcomers are slower
_STARTS = np.linspace(0, 1, 26)
_MONTHS = np.linspace(1, LONGEST, 23)
_EARLY = np.arange(6) + 0.5


@dataclass(frozen=True)
class Ramp:
    """A straight way from `start` (share of a ramped colleague) in month 0 to all by `months`.

    With 95 % intervals; `deals` decided by newcomers tell it. `early` is the share over the first
    six months.
    """

    start: float
    months: float
    low_start: float = np.nan
    high_start: float = np.nan
    low_months: float = np.nan
    high_months: float = np.nan
    early: float = 1.0
    low_early: float = np.nan
    high_early: float = np.nan
    deals: int = 0

    def at(self, month: np.ndarray) -> np.ndarray:
        """Return the share of a ramped colleague's productivity so many months after starting."""
        return share(np.asarray(month, float), self.start, self.months)

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out that newcomers win like anyone from the first day."""
        return self.high_early < CLEAR


NONE = Ramp(1.0, 1.0)  # everybody productive from the first day


def share(month: np.ndarray, start: float, months: float) -> np.ndarray:
    """Return start + (1 − start) × month / months, between start and 1."""
    return np.clip(start + (1 - start) * month / months, start, 1)


def decisions(changes: ibis.Table, deals: ibis.Table, people: ibis.Table) -> pd.DataFrame:
    """Return deals decided from the stage that deals are won from, by how long their owner is in.

    Only that stage: what is lost before it tells of the deal, not of who closes. A deal of
    somebody who had left counts no longer. Columns: month (since the owner's first start), won,
    count.
    """
    order = ibis.window(group_by="opportunity_id", order_by=["changed_on", "sequence"])
    begun = changes.filter(changes.enters)
    begun = begun.mutate(from_stage=begun.stage.lag().over(order))
    over = begun.filter(begun.outcome.isin(["won", "lost"]) & begun.from_stage.notnull())
    owned = deals.select(deal="opportunity_id", owner="owner")
    over = over.inner_join(owned, over.opportunity_id == owned.deal)
    held = people.group_by("person_id").agg(
        start=people.start_date.min(), end=people.end_date.fill_null(ibis.date(9999, 12, 31)).max()
    )
    over = over.inner_join(held, over.owner == held.person_id)
    over = over.filter((over.changed_on >= over.start) & (over.changed_on < over.end))
    over = over.mutate(days=over.changed_on.delta(over.start, unit="day"))
    counted = over.group_by(["from_stage", "days", "outcome"]).agg(count=over.count())
    rows = counted.order_by(["from_stage", "days", "outcome"]).execute()
    wins = rows[rows.outcome == "won"].groupby("from_stage")["count"].sum()
    last = rows[rows.from_stage == (wins.idxmax() if len(wins) else None)]
    return pd.DataFrame(
        {"month": last.days / MONTH, "won": last.outcome == "won", "count": last["count"]}
    ).reset_index(drop=True)


def measured(rows: pd.DataFrame) -> Ramp:
    """Return the ramp that the decisions tell, with its intervals.

    A newcomer wins as often as colleagues past a year times the ramp. Every start from 0 to 1 and
    every length from 1 to 12 months is taken as equally likely beforehand and weighed by the
    likelihood of the decisions (the colleagues' win rate fitted along); the mean and the middle
    95 % of it are told. Raises Unanswered where newcomers decided fewer than 10 deals.
    """
    deals, grid, weight = _weighed(rows)
    told = {}
    for name, values in grid.items():
        told[name] = float(weight @ values)
        told["low_" + name], told["high_" + name] = _middle(values.to_numpy(), weight)
    return Ramp(**{name: round(value, 4) for name, value in told.items()}, deals=deals)


def curve(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the ramp that the decisions tell, month by month, with its 95 % interval.

    Columns: months_since_start, share_of_win_rate, low, high. Raises Unanswered as `measured`.

    Formula: share_of_win_rate = win rate of newcomers ÷ win rate of colleagues; How often somebody
    new wins, of how often colleagues do.
    """
    _, grid, weight = _weighed(rows)
    start, months = grid.start.to_numpy(), grid.months.to_numpy()
    found = []
    for month in np.linspace(0, LONGEST, 25):
        levels = share(month, start, months)
        mean, (low, high) = weight @ levels, _middle(levels, weight)
        found.append((month, mean, min(low, mean), max(high, mean)))
    columns = ["months_since_start", "share_of_win_rate", "low", "high"]
    return pd.DataFrame(found, columns=columns).round(6)


def reading(found: Ramp) -> Message:
    """Say how much of a colleague's deals somebody new wins in the first half year."""
    return Message(
        "New owners win {early:percent} as often as colleagues in their first six months, "
        "95 %: {low:percent} to {high:percent}",
        {"early": found.early, "low": found.low_early, "high": found.high_early},
    )


def _weighed(rows: pd.DataFrame) -> tuple[int, pd.DataFrame, np.ndarray]:
    """Newcomers' decisions counted, the ramps thought possible, and how likely each is."""
    young = rows[rows.month < LONGEST]
    deals = int(young["count"].sum())
    if deals < LEAST or len(young) == len(rows):
        raise Unanswered(
            "Newcomers decided {deals:number} deals in their first year: a ramp needs "
            "{least:number}, beside those of longer-serving owners. Add past deals with their "
            "owner, and start dates to people.",
            **{"deals": deals, "least": LEAST},
        )
    grid = pd.DataFrame([(s, m) for s in _STARTS for m in _MONTHS], columns=["start", "months"])
    fits = np.array([_fit(rows, one.start, one.months) for one in grid.itertuples()])
    weight = np.exp(fits - fits.max())
    early = [share(_EARLY, one.start, one.months).mean() for one in grid.itertuples()]
    return deals, grid.assign(early=early), weight / weight.sum()


def _middle(values: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of weighted values."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    ends = np.searchsorted(reached, [0.025, 0.975]).clip(max=len(values) - 1)
    return tuple(float(value) for value in values[order][ends])


def _fit(rows: pd.DataFrame, start: float, months: float) -> float:
    """Log-likelihood at the colleagues' win rate that suits it best."""
    level = share(rows.month.to_numpy(), start, months)
    won, count = rows.won.to_numpy(), rows["count"].to_numpy(float)
    rate = min(max(count[won].sum() / (count @ level), 1e-6), 0.999)
    for _ in range(8):
        chance = np.clip(rate * level, 1e-9, 1 - 1e-9)
        slope = (count * np.where(won, 1 / rate, -level / (1 - chance))).sum()
        curvature = (count * np.where(won, 1 / rate**2, (level / (1 - chance)) ** 2)).sum()
        rate = float(np.clip(rate + slope / curvature, 1e-6, 0.999))
    chance = np.clip(rate * level, 1e-9, 1 - 1e-9)
    return float((count * np.log(np.where(won, chance, 1 - chance))).sum())
