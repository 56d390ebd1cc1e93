"""Day weights: what each weekday, and a public holiday, sells beside an average day."""

from dataclasses import dataclass

import numpy as np

_ROUNDS, _LEAST = 12, 1e-12


@dataclass(frozen=True)
class Kinds:
    """Days by kind, and what they sold: each is groups × periods × weekdays, Monday first.

    `days` are the ordinary ones, `off` the public holidays (how many); `sold` and `sold_off` what
    they brought (money), `squares` the sum of squares over ordinary days (money²). Periods that are
    not over have days and no sales.
    """

    days: np.ndarray
    off: np.ndarray
    sold: np.ndarray
    squares: np.ndarray
    sold_off: np.ndarray

    def until(self, known: int) -> "Kinds":
        """Return the first `known` periods alone."""
        each = (self.days, self.off, self.sold, self.squares, self.sold_off)
        return Kinds(*(one[:, :known] for one in each))


@dataclass(frozen=True)
class Weights:
    """What a day sells beside an average one.

    `weekday`: groups × weekdays, mean 1; `holiday`: by group, beside the weekday it falls on (0.4
    where it sells 60 % less); `usual_holiday`: that of the company, 1 where nothing tells.
    """

    weekday: np.ndarray
    holiday: np.ndarray
    usual_holiday: float

    def of_days(self, kinds: Kinds) -> np.ndarray:
        """Return groups × periods: how many average days the days of each period are worth."""
        worth = kinds.days + kinds.off * self.holiday[:, None, None]
        return (worth * self.weekday[:, None, :]).sum(axis=2)


def learned(seen: Kinds) -> Weights:
    """Return what days sold in the periods seen.

    Each period has a level of its own, so that growth and season are no weekday. A group is drawn
    to the company by how little its own days tell: by their noise beside how much groups differ
    beyond it; the company's public holiday likewise to an ordinary day. Source: empirical Bayes by
    moments (DerSimonian and Laird 1986).
    """
    own = _own(seen)
    told = _level(seen, own) * own[:, None, :]
    noise = _noise(seen, told)
    money = np.maximum(seen.sold.sum(axis=(1, 2)), 0.0)
    company = np.average(own, axis=0, weights=money) if money.any() else np.ones(own.shape[1])
    days, squares = (seen.days * told).sum(axis=1), (seen.days * told**2).sum(axis=1)
    weekday = _drawn(own, _error(noise[:, None] * own**2 * squares, days), company)
    weekday /= weekday.mean(axis=1, keepdims=True)
    return Weights(weekday, *_holidays(seen, weekday, noise))


def _holidays(seen: Kinds, weekday: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, float]:
    """What public holidays sold beside what the weekdays they fell on would have."""
    told = _level(seen, weekday) * weekday[:, None, :]
    ordinary = (seen.off * told).sum(axis=(1, 2))
    varied = noise * (seen.off * told**2).sum(axis=(1, 2))
    came = np.where(told > 0, seen.sold_off, 0.0).sum(axis=(1, 2))
    if not ordinary.sum() > 0:
        return np.ones(len(noise)), 1.0
    whole, error = came.sum() / ordinary.sum(), varied.sum() / ordinary.sum() ** 2
    usual = float(_drawn(np.array([whole]), np.array([error]), 1.0)[0])
    each = came / np.maximum(ordinary, _LEAST)
    return np.maximum(_drawn(each, _error(varied, ordinary), usual), 0.0), max(usual, 0.0)


def _own(seen: Kinds) -> np.ndarray:
    """Each group's weekdays by themselves: levels of periods and weights fitted in turn."""
    weekday = np.ones((len(seen.days), seen.days.shape[2]))
    for _ in range(_ROUNDS):
        usual = (seen.days * _level(seen, weekday)).sum(axis=1)
        found = seen.sold.sum(axis=1) / np.maximum(usual, _LEAST)
        found = np.maximum(found, 0.0)
        mean = found.mean(axis=1, keepdims=True)
        weekday = np.where(mean > 0, found / np.maximum(mean, _LEAST), 1.0)
    return weekday


def _level(seen: Kinds, weekday: np.ndarray) -> np.ndarray:
    """What an average day of each period sells, by its ordinary days: groups × periods × 1."""
    worth = (seen.days * weekday[:, None, :]).sum(axis=2)
    return np.maximum(seen.sold.sum(axis=2) / np.maximum(worth, _LEAST), 0.0)[:, :, None]


def _noise(seen: Kinds, told: np.ndarray) -> np.ndarray:
    """By group, the mean square by which ordinary days differ, beside that of what was expected."""
    wrong = seen.squares - 2 * told * seen.sold + seen.days * told**2
    whole = (seen.days * told**2).sum(axis=(1, 2))
    return np.maximum(wrong.sum(axis=(1, 2)), 0.0) / np.maximum(whole, _LEAST)


def _error(varied: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """The square of a standard error; without an end where nothing was sold."""
    return np.where(whole > 0, varied / np.maximum(whole, _LEAST) ** 2, np.inf)


def _drawn(own: np.ndarray, error: np.ndarray, toward: np.ndarray | float) -> np.ndarray:
    """Estimates drawn to a common one, each the more the larger its squared standard error."""
    gap, precision = own - toward, 1 / np.maximum(error, _LEAST)
    if not precision.any():
        return toward + 0 * gap
    known = np.where(precision > 0, error, 0.0)
    between = max(float(np.average(gap**2 - known, weights=precision)), 0.0)
    return toward + gap * between / np.maximum(between + error, _LEAST)
