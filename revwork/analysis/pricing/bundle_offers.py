"""Bundle offers: items, price and floor for a pair, what it needs to pay and what it brings."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from revwork.analysis.pricing.bundles import KEYS, LEVEL
from revwork.calendar import Period
from revwork.findings import Message, Unanswered
from revwork.metrics import wilson

Z = 1.959964
MONTH = 365.25 / 12
_SUMS = ("net_first", "net_second", "left_first", "left_second", "square")
_UNITS = ("units_first", "units_second")


@dataclass(frozen=True)
class Terms:
    """What an offer is held to: the attach rate it should reach beyond today's, and its floor."""

    more: float = 0.10  # share of the first product's baskets that add the second, beyond today's
    floor: float = 0.25  # least contribution margin of the bundle, as a share of its price


def designed(counts: pd.DataFrame, period: Period, terms: Terms) -> pd.DataFrame:
    """Return the offer designed for each pair: items, prices, what it needs and what it brings.

    Prices are those paid for one unit of each where both were bought. The bundle takes off half
    of what its additional baskets would earn, and never goes below the floor; who buys both today
    gets the discount too. Of quantities, other products and prices nothing else changes.

    Columns: first, second; attach_rate with low_attach_rate and high_attach_rate, other_rate
    (share of the other baskets with the second, at the first's segments and channels),
    monthly_count (the first's baskets a month), apart_price, bundle_price, floor_price (money of
    one of each), discount_rate, bundle_margin_rate, chosen_attach_rate, needed_attach_rate (from
    which the bundle leaves more than today; null where none does), added_margin a month at the
    attach rate chosen with low_added_margin and high_added_margin (95 %), then net, left, spread
    (money a basket with both; left is what the second leaves, spread its standard error).

    Formula: attach_rate = baskets with both ÷ baskets with the first; Of those who buy the first
    product, who add the second.
    Formula: floor_price = cost of both ÷ (1 − margin floor); The lowest price the bundle may have.
    Formula: needed_attach_rate = margin of the second × attach rate ÷ (its margin − discount); The
    attach rate from which a bundle leaves more than today.
    Formula: added_margin = baskets a month × (attach rate chosen × (margin of the second −
    discount) − attach rate today × margin of the second); What the bundle leaves more a month.
    """
    rows = _totals(counts, period)
    if rows.left.isna().all():
        raise Unanswered(
            "What a bundle leaves needs the cost of goods: map cost_amount in orders, or unit_cost "
            "in products."
        )
    chosen = (rows.attach_rate + terms.more).clip(upper=1.0)
    room = (1 - rows.attach_rate / chosen) * rows.left / rows.net
    floor_price = rows.unit_cost / (1 - terms.floor)
    price = np.maximum(rows.apart_price * (1 - room.clip(lower=0) / 2), floor_price)
    price = np.minimum(price, rows.apart_price).round(2)
    rows = rows.assign(
        bundle_price=price,
        floor_price=floor_price.round(2),
        discount_rate=(1 - price / rows.apart_price).clip(lower=0),
        bundle_margin_rate=1 - rows.unit_cost / price,
        chosen_attach_rate=chosen,
    )
    off = rows.discount_rate * rows.net
    rows["needed_attach_rate"] = _needed(rows.attach_rate, rows.left, off)
    return rows.assign(**_extra(rows, chosen, off)).reset_index(drop=True)


def simulated(offer: pd.Series, discount: float, points: int = 41) -> pd.DataFrame:
    """Return what a pair leaves more a month over attach rates, at a discount on both.

    Columns: attach_rate (from half of today's to all), added_margin (money a month), low, high
    (95 %), mark (today, break_even, null).
    """
    off = discount * offer.net
    needed = _needed(offer.attach_rate, offer.left, off)
    marks = {offer.attach_rate: "today"}
    if pd.notna(needed) and needed <= 1 and discount > 0:
        marks[needed] = "break_even"
    rates = np.linspace(offer.attach_rate / 2, min(1.0, 2 * offer.attach_rate + 0.1), points)
    across = np.unique([*rates, *(rate for rate in marks if rate <= 1)])
    frame = pd.DataFrame({"attach_rate": across})
    money = pd.DataFrame(_extra(offer, frame.attach_rate, off))
    ends = {"low": money.low_added_margin, "high": money.high_added_margin}
    return frame.assign(added_margin=money.added_margin, **ends, mark=frame.attach_rate.map(marks))


def simulation(offer: pd.Series, discount: float) -> Message:
    """Say from which attach rate a discount on the pair leaves more than today."""
    needed = _needed(offer.attach_rate, offer.left, discount * offer.net)
    said = {"discount": discount, "needed": needed, "today": offer.attach_rate}
    if pd.isna(needed) or needed > 1:
        return Message(
            "At {discount:percent} off the discount takes more than the added product leaves, "
            "whatever the attach rate",
            said,
        )
    if discount == 0:
        return Message(
            "At full price every basket above the {today:percent} of today is a gain", said
        )
    return Message(
        "At {discount:percent} off the bundle pays from an attach rate of {needed:percent} "
        "(today {today:percent})",
        said,
    )


def reading(rows: pd.DataFrame, names: pd.Series) -> Message:
    """Name the first offer, its price and what it leaves more a month."""
    top = rows.iloc[0]
    first, second = (names.get(top[side], top[side]) for side in KEYS)
    return Message(
        "{first:text} with {second:text} for {price:cents} instead of {apart:cents}: "
        "{extra:money} more a month if {chosen:percent} take both",
        {
            **{"first": first, "second": second, "price": top.bundle_price},
            **{
                "apart": top.apart_price,
                "extra": top.added_margin,
                "chosen": top.chosen_attach_rate,
            },
        },
    )


def shown(rows: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Return the offers by product name: prices, the attach rate each needs, and what it adds."""
    named = rows.assign(
        first_product=rows["first"].map(names), second_product=rows["second"].map(names)
    )
    prices = ["apart_price", "bundle_price", "floor_price"]
    added = ["added_margin", "low_added_margin", "high_added_margin"]
    sides = ["first_product", "second_product"]
    return named[[*sides, "attach_rate", *prices, "needed_attach_rate", *added]]


def _totals(counts: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Each pair over all places: rates, baskets a month, prices and money a basket."""
    others = (counts.baskets - counts.first_count).astype(float)
    share = (counts.second_count - counts.both) / others.where(others > 0)
    rows = counts.assign(unasked=share * counts.first_count).groupby(["place", *KEYS])
    sums = rows[["first_count", "both", "costed", "unasked"]].sum()
    sums = sums.join(rows[[*_SUMS, *_UNITS]].sum(min_count=1)).reset_index()
    ends = wilson(sums.both, sums.first_count, LEVEL)
    n = sums.costed.astype(float).where(sums.costed > 0)
    left = sums.left_second / n
    price, cost = 0.0, 0.0
    for side in ("first", "second"):
        units = sums[f"units_{side}"].where(sums[f"units_{side}"] > 0, n)
        price = price + sums[f"net_{side}"] / units
        cost = cost + (sums[f"net_{side}"] - sums[f"left_{side}"]) / units
    return pd.DataFrame(
        {
            **{side: sums[side] for side in KEYS},
            "attach_rate": ends.share,
            "low_attach_rate": ends.low_share,
            "high_attach_rate": ends.high_share,
            "other_rate": sums.unasked / sums.first_count,
            "first_count": sums.first_count,
            "monthly_count": sums.first_count / period.days * MONTH,
            "apart_price": price.round(2),
            "unit_cost": cost,
            "net": (sums.net_first + sums.net_second) / n,
            "left": left,
            "spread": np.sqrt(((sums.square - n * left**2) / (n - 1)).clip(lower=0) / n),
        }
    )


def _needed(rate: pd.Series, left: pd.Series, off: pd.Series) -> pd.Series:
    """The attach rate at which the additional margin pays the discount; null where none does."""
    kept = np.where(left - off > 0, left - off, np.nan)
    return rate * left / kept


def _extra(rows: pd.DataFrame, chosen: pd.Series, off: pd.Series) -> dict[str, pd.Series]:
    """What a bundle leaves more a month, by the delta method: baskets, attach rate and margin."""
    rate, left, month = rows.attach_rate, rows.left, rows.monthly_count
    each = chosen * (left - off) - rate * left
    variance = month**2 * (
        (chosen - rate) ** 2 * rows.spread**2
        + (left**2 * rate * (1 - rate) + each**2) / rows.first_count
    )
    half = Z * np.sqrt(variance)
    names = ("added_margin", "low_added_margin", "high_added_margin")
    return dict(zip(names, (month * each, month * each - half, month * each + half), strict=True))
