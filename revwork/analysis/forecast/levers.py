"""Levers: what revenue and its costs ahead become when one thing is otherwise than expected.

A lever changes the months ahead of a `Result`: `applied(found, change, chance)` takes the change of
what it moves and a standard normal number a draw (0 in the first, which is what is expected), and
returns the items that differ, draws × months. No change is no difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from revwork.analysis.forecast.cost_ahead import GOODS
from revwork.analysis.forecast.result_outlook import Result
from revwork.analysis.margins import ORDER_COSTS

Ahead = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Answer:
    """What is known of how something answers, and its standard error."""

    value: float
    error: float

    def at(self, chance: np.ndarray) -> np.ndarray:
        """Return one possible value for each draw."""
        return self.value + self.error * chance


@dataclass(frozen=True)
class Price:
    """Our list prices: units answer by the own-price elasticity of their category.

    `weights` and `goods` are each category's share of net revenue and of the cost of goods.
    """

    weights: tuple[float, ...]
    goods: tuple[float, ...]
    elasticity: tuple[Answer, ...]

    def applied(self, found: Result, change: float, chance: np.ndarray) -> Ahead:
        """Return items after prices change by a share; what is bought per unit costs as before."""
        units = [(1 + change) ** one.at(chance) for one in self.elasticity]
        sold = _weighed(self.weights, units)
        earned = sold * (1 + change)
        moved = _scaled(found.ahead, earned, ("net_revenue", "commission", "payment_cost"))
        moved |= _scaled(found.ahead, sold, ("shipping_cost",))
        return moved | _scaled(found.ahead, _weighed(self.goods, units), GOODS)


@dataclass(frozen=True)
class Budget:
    """Advertising: revenue follows the response curves of all media together.

    `times` are multiples of today's spend and `answers` by what share revenue changes at each;
    `share` is what media take of marketing costs.
    """

    times: tuple[float, ...]
    answers: tuple[Answer, ...]
    share: float

    def applied(self, found: Result, change: float, chance: np.ndarray) -> Ahead:
        """Return items after the budget changes by a share, carried-over effects included."""
        value, error = (
            float(np.interp(1 + change, self.times, [getattr(one, name) for one in self.answers]))
            for name in ("value", "error")
        )
        moved = _sold(found.ahead, 1 + Answer(value, error).at(chance))
        if "marketing" in found.ahead:
            moved["marketing"] = found.ahead["marketing"] * (1 + change * self.share)
        return moved


@dataclass(frozen=True)
class Heads:
    """People who sell: what one of them books by month since starting, and what one costs.

    `bookings` is money a month by months since starting, the last holds on; `spread` how far
    people differ, as a share; `cost` is a month's.
    """

    bookings: tuple[float, ...]
    spread: float
    cost: float

    def applied(self, found: Result, change: float, chance: np.ndarray) -> Ahead:
        """Return items after people start with the next whole month, or fully grown ones leave."""
        since = _since(found)
        grown = np.array(self.bookings)[np.clip(since, 0, len(self.bookings) - 1)]
        each = np.where(since >= 0, grown if change > 0 else self.bookings[-1], 0.0)
        able = np.maximum(1 + self.spread * chance / np.sqrt(max(abs(change), 1)), 0)
        moved = _more(found.ahead, change * able[:, None] * each)
        if "running" in found.ahead:
            moved["running"] = found.ahead["running"] + change * self.cost * (since >= 0)
        return moved


@dataclass(frozen=True)
class Churn:
    """Subscribers: what they pay a month, and the share of it that leaves each month."""

    recurring: float
    rate: Answer

    def applied(self, found: Result, change: float, chance: np.ndarray) -> Ahead:
        """Return items after the monthly churn rate changes by a share, from the next month on."""
        rate = np.clip(self.rate.at(chance), 0, 1)[:, None]
        other = np.clip(rate * (1 + change), 0, 1)
        months = np.maximum(_since(found) + 0.5, 0)
        kept = (1 - other) ** months - (1 - rate) ** months
        return _more(found.ahead, self.recurring * kept)


@dataclass(frozen=True)
class Conversion:
    """Visits that buy: the share of net revenue that comes in orders a visit ended in."""

    share: Answer

    def applied(self, found: Result, change: float, chance: np.ndarray) -> Ahead:
        """Return items after conversion changes by a share, at the same value of an order."""
        return _sold(found.ahead, 1 + change * np.clip(self.share.at(chance), 0, 1))


@dataclass(frozen=True)
class RivalPrice:
    """Rivals' prices: orders of a category follow them by their cross elasticity.

    Of categories in which a rival moved; `weights` and `goods` are their shares of net revenue
    and of the cost of goods, the rest does not answer.
    """

    weights: tuple[float, ...]
    goods: tuple[float, ...]
    elasticity: tuple[Answer, ...]

    def applied(self, found: Result, change: float, chance: np.ndarray) -> Ahead:
        """Return items after rivals' prices change by a share and ours do not."""
        units = [(1 + change) ** one.at(chance) - 1 for one in self.elasticity]
        moved = _sold(found.ahead, 1 + _weighed(self.weights, units))
        return moved | _scaled(found.ahead, 1 + _weighed(self.goods, units), GOODS)


@dataclass(frozen=True)
class Currency:
    """Foreign currencies against ours: the share of sales and of costs that is in them."""

    share: Answer
    costs: Mapping[str, float]

    def applied(self, found: Result, change: float, chance: np.ndarray) -> Ahead:
        """Return items after other currencies gain so much: goods are bought in ours."""
        earned = 1 + change * np.clip(self.share.at(chance), 0, 1)
        moved = _scaled(found.ahead, earned, ("net_revenue", *ORDER_COSTS))
        for name, share in self.costs.items():
            if name in found.ahead:
                moved[name] = found.ahead[name] * (1 + change * share)
        return moved


Lever = Price | Budget | Heads | Churn | Conversion | RivalPrice | Currency


def _weighed(weights: tuple[float, ...], factors: list[np.ndarray]) -> np.ndarray:
    """A factor a draw: categories by their weights."""
    return sum(weight * one for weight, one in zip(weights, factors, strict=True))


def _scaled(ahead: Ahead, factor: np.ndarray, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The items named that are known, each draw times its factor."""
    return {name: ahead[name] * factor[:, None] for name in names if name in ahead}


def _sold(ahead: Ahead, factor: np.ndarray) -> dict[str, np.ndarray]:
    """More or less of the same: revenue with its goods and its order costs."""
    return _scaled(ahead, factor, ("net_revenue", *GOODS, *ORDER_COSTS))


def _more(ahead: Ahead, revenue: np.ndarray) -> dict[str, np.ndarray]:
    """So much more revenue, which takes goods and order costs as the rest of its month does."""
    net = ahead["net_revenue"]
    taken = np.where(net > 0, revenue / np.where(net > 0, net, 1), 0.0)
    names = [name for name in (*GOODS, *ORDER_COSTS) if name in ahead]
    return {"net_revenue": net + revenue} | {name: ahead[name] * (1 + taken) for name in names}


def _since(found: Result) -> np.ndarray:
    """Whole months since the next one begins, below 0 up to the one that is running."""
    first = int(found.months.next_twelve_months.to_numpy().argmax())
    return np.arange(len(found.months)) - first
