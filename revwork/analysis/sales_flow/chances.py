"""Chances: how likely an open deal is won within so many days, by its stage and days in it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

FEW = 10  # stays watched at an age: beyond the last with so many, ages share one rate


@dataclass(frozen=True)
class Chances:
    """How deals leave each stage by the day they have stood in it: daily rates by destination.

    `rates` is stage × destination × day; destinations are the stages, then won, then lost.
    """

    stages: tuple[str, ...]
    rates: np.ndarray

    def entering(self, horizon: int) -> np.ndarray:
        """Return the chance to be won within 0 … `horizon` days of entering a stage, by stage."""
        count = len(self.stages)
        leaving = self._leaving(np.zeros(count, int), np.arange(count), horizon + 1)
        won = np.zeros((count, horizon + 1))
        same_day = np.linalg.inv(np.eye(count) - leaving[:, :count, 0])
        signed = np.cumsum(leaving[:, count], axis=1)
        for day in range(horizon + 1):
            on = leaving[:, :count, 1 : day + 1]
            later = np.einsum("ijk,jk->i", on, won[:, :day][:, ::-1])
            won[:, day] = same_day @ (later + signed[:, day])
        return won

    def within(self, stage: np.ndarray, age: np.ndarray, horizon: int) -> np.ndarray:
        """Return the chance that open deals, so many days in a stage, are won in `horizon` days.

        `stage` is its place in `stages`; a deal that stood to the end of today can leave tomorrow.
        """
        if not horizon or not len(stage):
            return np.zeros(len(stage))
        count = len(self.stages)
        leaving = self._leaving(age + 1, stage, horizon)
        then = self.entering(horizon - 1)[:, ::-1]
        onward = np.einsum("ijk,jk->i", leaving[:, :count], then)
        return onward + leaving[:, count].sum(axis=1)

    def ever(self) -> np.ndarray:
        """Return the chance ever to be won, on entering a stage (absorbing chain)."""
        count = len(self.stages)
        most = self.rates.shape[2]
        ends = self._leaving(np.zeros(count, int), np.arange(count), 10 * most).sum(axis=2)
        total = ends.sum(axis=1, keepdims=True)
        ends = np.divide(ends, total, out=np.zeros_like(ends), where=total > 0)
        return np.linalg.pinv(np.eye(count) - ends[:, :count]) @ ends[:, count]

    def _leaving(self, age: np.ndarray, stage: np.ndarray, days: int) -> np.ndarray:
        """Chance to leave on each of the days after an age, having stood so long."""
        last = self.rates.shape[2] - 1
        at = np.minimum(age[:, None] + np.arange(days), last)
        rates = self.rates[stage[:, None], :, at].transpose(0, 2, 1)
        stays_on = np.cumprod(1 - rates.sum(axis=1), axis=1)
        before = np.concatenate([np.ones((len(age), 1)), stays_on[:, :-1]], axis=1)
        return rates * before[:, None]


def chances(seen: pd.DataFrame) -> Chances:
    """Return how deals leave their stages, from stays counted as `stays.seen` does.

    Competing risks: a stay ends in another stage, won or lost; one still running is censored on
    its last day, not dropped. Where fewer than 10 were watched so long, ages share one rate.
    """
    names = sorted(seen.stage.unique())
    most = int(seen.days.max()) + 2
    place = seen.stage.map({name: at for at, name in enumerate(names)}).to_numpy()
    targets = {**{name: at for at, name in enumerate(names)}}
    to = seen.next_stage.map(targets).to_numpy(float, na_value=np.nan)
    to = np.select(
        [seen.outcome == "won", seen.outcome == "lost"], [len(names), len(names) + 1], to
    )
    left = np.zeros((len(names), len(names) + 2, most))
    stood = np.zeros((len(names), most))
    days, count = seen.days.to_numpy(int), seen["count"].to_numpy(float)
    gone = ~np.isnan(to)
    np.add.at(left, (place[gone], to[gone].astype(int), days[gone]), count[gone])
    np.add.at(stood, (place, seen.age.to_numpy(int)), count)
    np.add.at(stood, (place, days + 1), -count)
    watched = np.cumsum(stood, axis=1)
    return Chances(tuple(names), _rates(left, watched))


def _rates(left: np.ndarray, watched: np.ndarray) -> np.ndarray:
    """Daily rates; beyond the last age with enough stays, one rate for all ages."""
    rates = np.divide(left, watched[:, None], out=np.zeros_like(left), where=watched[:, None] > 0)
    for stage, at_risk in enumerate(watched):
        tail = int((at_risk >= FEW).sum())
        under = at_risk[tail:].sum()
        ends = left[stage, :, tail:].sum(axis=1)
        rates[stage, :, tail:] = (ends / under if under else 0 * ends)[:, None]
    return rates
