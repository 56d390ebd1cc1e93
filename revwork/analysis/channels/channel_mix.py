"""Channel mix: how much of the change in contribution is volume, mix between channels, or terms."""

import ibis
import pandas as pd

from revwork.analysis.channels.channel_sums import both, sums
from revwork.analysis.money import in_cents
from revwork.calendar import Comparison
from revwork.findings import Message, Unanswered

COSTS = {
    "goods_and_discounts": "goods",
    "commission": "known_commission",
    "payment_cost": "known_payment_cost",
    "shipping_cost": "known_shipping_cost",
}


def steps(lines: ibis.Table, comparison: Comparison, by: str = "channel") -> pd.DataFrame:
    """Return contribution after commission from the comparison to now, as bars that add up.

    Over lines whose cost is known. Volume: the change in net revenue at the company's rate before.
    Mix: the change in each channel's share × what it left before above the company's. Then what
    each channel's own goods (prices and discounts with them), commission, payment fees and shipping
    took of its revenue, now less before, on the revenue of now; a channel that is new is held
    against the company before.

    Columns: bar, value (money, to the cent), kind (total or change). Raises Unanswered without a
    comparison, or where nothing with a known cost was sold in it.
    """
    if comparison.base is None:
        raise Unanswered(
            "No sales of {period:period} before to compare with.", period=comparison.period.name
        )
    rows = sums(lines, both(comparison), [by])
    now, base = (_parts(rows[rows.period == place], by) for place in (0, 1))
    if not (now.known.sum() > 0 and base.known.sum() > 0):
        raise Unanswered(
            "What moved the contribution needs net revenue with a known cost in both periods: map "
            "cost_amount in orders, or unit_cost in products."
        )
    return _bars(base.left.sum(), now.left.sum(), _changes(now, base))


def reading(bars: pd.DataFrame) -> Message:
    """Say what the mix between channels and their own costs did to the contribution."""
    value = bars.set_index("bar").value
    first, last = bars.value.iloc[0], bars.value.iloc[-1]
    return Message(
        "From {first:money} to {last:money}: the mix made {mix:signed}, commission "
        "{commission:signed}",
        {
            "first": first,
            "last": last,
            "mix": value.get("mix", 0.0),
            "commission": value.get("commission", 0.0),
        },
    )


def _parts(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Net revenue with a cost, what it left and each cost, by channel."""
    return rows.groupby(by, dropna=False)[["known", "left", *COSTS.values()]].sum()


def _changes(now: pd.DataFrame, base: pd.DataFrame) -> pd.Series:
    """The bars between the two totals; they add up to the change but for rounding."""
    names = now.index.union(base.index)
    now, base = (part.reindex(names, fill_value=0.0) for part in (now, base))
    size, before = now.known.sum(), base.known.sum()
    company = base.sum() / before
    rates = base.div(base.known.where(base.known != 0), axis=0).fillna(company)
    shares = now.known / size - base.known / before
    bars = {
        "volume": (size - before) * company.left,
        "mix": size * (shares * (rates.left - company.left)).sum(),
    }
    for bar, cost in COSTS.items():
        bars[bar] = -(now[cost] - now.known * rates[cost]).sum()
    found = pd.Series(bars)
    found["goods_and_discounts"] += now.left.sum() - base.left.sum() - found.sum()  # net of 0
    return found


def _bars(first: float, last: float, exact: pd.Series) -> pd.DataFrame:
    exact = exact[exact != 0]
    changes = in_cents(exact, [*exact.index], first, last)
    rows = [("contribution_before", round(first, 2), "total")]
    rows += [(bar, value, "change") for bar, value in changes.items()]
    rows.append(("contribution_after_commission", round(last, 2), "total"))
    return pd.DataFrame(rows, columns=["bar", "value", "kind"])
