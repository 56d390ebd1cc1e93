"""Price waterfall: what is left of list prices, step by step, and where it leaks."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.headlines import Headline, cards
from revwork.analysis.margins import ORDER_COSTS
from revwork.analysis.money import in_cents
from revwork.analysis.periods import between, in_periods
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Message, Unanswered, Word
from revwork.metrics import Kpi

OFF = ("terms", "offers", "discounts", "returns")  # from the list to net revenue
_RATES = {  # share of list prices that goes: its part, and the step's name
    "terms_rate": ("terms", Word("Terms")),
    "offer_rate": ("offers", Word("Offers")),
    "discount_rate": ("discounts", Word("Discounts")),
    "return_rate": ("returns", Word("Returns")),
    "order_cost_rate": ("order_costs", Word("Order costs")),
}
_SHOWN = {
    "list_revenue": Headline("money", "product"),
    "discount_rate": Headline("percent", "sales", "lower"),
    "pocket_rate": Headline("percent", "product"),
    "price_leakage": Headline("money", "product", "lower"),
}


def headline(sold: ibis.Table, comparison: Comparison, calendar: Calendar) -> list[Kpi]:
    """Return what the list would have brought and what share of it stays in the pocket.

    `sold` is what `list_prices.beside_list` returns, of all days.

    Formula: list_revenue = units sold × list price of the day; Revenue as the price list has it;
    where no list price is known, the price asked.
    Formula: discount_rate = discount ÷ revenue at list; Discount as a share of list prices; offers
    are told apart.
    Formula: pocket_rate = (net revenue − order costs) ÷ revenue at list; What is left of the list
    price before the cost of goods; order costs are commission, payment fees and shipping.
    Formula: price_leakage = revenue at list − pocket revenue; What goes on the way from list to
    pocket: agreed prices, offers, discounts, returns and the costs of each order.
    """
    months = calendar.complete_months(comparison.current.last_day, 12)
    asked = [one for one in (comparison.current, comparison.base, *months) if one]
    rows = sums(in_periods(sold, asked), ["period"]).set_index("period")
    counted = rows.reindex(range(len(asked)))

    def figures(period: Period) -> dict[str, tuple[float | None, int | None]]:
        row = counted.loc[asked.index(period)]
        return {name: (row[name], None) for name in _SHOWN}

    return cards(figures, _SHOWN, comparison, calendar)


def waterfall(sold: ibis.Table, period: Period) -> pd.DataFrame:
    """Return the way from list to what is left after goods, as bars that add up to the cent.

    Columns: bar, value (money, what goes is negative), kind (total or change). Without a known
    cost it ends with the pocket. Raises Unanswered where nothing was sold.
    """
    rows = sums(between(sold, period), [])
    if rows.empty or not rows.sales[0]:
        raise Unanswered("No sale in {period:period}: choose another period.", period=period.name)
    row = rows.iloc[0]
    steps = {"net_revenue": OFF, "pocket_revenue": ["order_costs"]}
    if row.cost_lines:
        steps["margin_after_order_costs"] = ("cost_not_known", "cost")
    return _bars(row, steps)


def leakage(sold: ibis.Table, period: Period, by: str) -> pd.DataFrame:
    """Return where the list price goes, by one dimension, most money first; the parts add up.

    Columns: the dimension, list_revenue, terms_rate, offer_rate, discount_rate, return_rate,
    order_cost_rate (each a share of revenue at list, what goes is positive), pocket_rate,
    price_leakage. A rate is null where nothing was sold at a price.
    """
    rows = sums(between(sold, period), [by])
    shown = [by, "list_revenue", *_RATES, "pocket_rate", "price_leakage"]
    order = ["price_leakage", by]
    return rows.sort_values(order, ascending=[False, True], ignore_index=True)[shown]


def leaked(sold: ibis.Table, comparison: Comparison, by: str) -> pd.DataFrame:
    """Return the money that goes between list and pocket, as `chart.bars` draws it.

    Columns: the dimension, current, base (null without a comparison), target (null), change_rate.
    """
    now = leakage(sold, comparison.current, by)[[by, "price_leakage"]]
    now = now.rename(columns={"price_leakage": "current"}).assign(base=np.nan, target=np.nan)
    if comparison.base:
        base = leakage(sold, comparison.base, by)
        known = dict(zip(base[by].fillna(""), base.price_leakage, strict=True))
        now["base"] = now[by].fillna("").map(known).astype(float)
    change = (now.current - now.base) / now.base.abs().where(now.base != 0)
    return now.assign(change_rate=change)


def leaked_most(rows: pd.DataFrame) -> Message:
    """Name where most money goes between list and pocket, of what is recorded."""
    known = rows[(rows.current > 0) & rows.iloc[:, 0].notna()]
    if known.empty:
        return Message("Nothing recorded goes between list and pocket", {})
    top = known.sort_values("current", ascending=False).iloc[0]
    return Message(
        "Most goes in {name:text}: {amount:money}", {"name": top.iloc[0], "amount": top.current}
    )


def drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `leakage` as `chart.heat` draws it, the twelve that leak most.

    Columns: the dimension, step, share, list_revenue and pocket_rate.
    """
    few, keys = rows.head(12), [rows.columns[0], "list_revenue", "pocket_rate"]
    long = few.melt(id_vars=keys, value_vars=[*_RATES], var_name="step", value_name="share")
    names = {rate: name for rate, (_, name) in _RATES.items()}
    return long.assign(step=long.step.map(names))[[keys[0], "step", "share", *keys[1:]]]


def reading(bars: pd.DataFrame) -> Message:
    """Say what is left of each 100 at list, and the largest step down."""
    value = bars.set_index("bar").value
    steps = bars[bars.kind == "change"].sort_values(["value", "bar"])
    steps = steps[~steps.bar.isin(["cost", "cost_not_known"])]
    listed = bars.value.iloc[0]
    share = value["pocket_revenue"] / listed if listed > 0 else None
    if steps.empty or steps.value.iloc[0] >= 0 or share is None:
        return Message("Of list prices, {share:percent} stays in the pocket", {"share": share})
    return Message(
        "Of list prices, {share:percent} stays in the pocket; most goes to {step:lower} "
        "({amount:money})",
        {"share": share, "step": steps.bar.iloc[0], "amount": -steps.value.iloc[0]},
    )


def leaks_most(rows: pd.DataFrame) -> Message:
    """Name the part with the least left of its list prices, among those that sell one in fifty."""
    rows = rows.drop_duplicates(rows.columns[0])
    large = rows[rows.list_revenue >= rows.list_revenue.sum() / 50]
    known = large.dropna(subset="pocket_rate").sort_values(["pocket_rate", rows.columns[0]])
    if known.empty:
        return Message("Nothing was sold at a list price", {})
    low, high = known.iloc[0], known.iloc[-1]
    return Message(
        "Least stays in {low:text} ({least:percent}), most in {high:text} ({most:percent})",
        {
            **{"low": low.iloc[0], "least": low.pocket_rate},
            **{"high": high.iloc[0], "most": high.pocket_rate},
        },
    )


def sums(sold: ibis.Table, by: Sequence[str]) -> pd.DataFrame:
    """Return revenue at list, each step down to the pocket and its share of it, by dimensions.

    Columns: `by`, list_revenue, terms, offers, discounts, returns, net_revenue, order_costs, cost,
    cost_not_known, price_leakage (money), cost_lines and sales (lines with a cost, lines), and the
    rates of `leakage`.
    """
    costs = sum((sold[name].sum().fill_null(0) for name in ORDER_COSTS), ibis.literal(0))
    money = {
        "list_revenue": sold.listed.sum(),
        **{name: sold[name].sum() for name in OFF[:-1]},
        "returns": sold.net.sum(where=sold.is_return),
        "net_revenue": sold.net.sum(),
        "order_costs": costs,
        "cost": sold.cost.sum(where=sold.net.notnull()),
        "cost_not_known": sold.net.sum(where=sold.cost.isnull()),
    }
    found = (sold.group_by(list(by)) if by else sold).aggregate(
        **{name: value.cast("float64") for name, value in money.items()},
        cost_lines=sold.cost.count(),
        sales=sold.net.count(),
    )
    rows = (found.order_by(list(by)) if by else found).execute()
    rows[[*money]] = rows[[*money]].fillna(0.0).round(4)
    pocket = rows.net_revenue - rows.order_costs
    listed = rows.list_revenue.where(rows.list_revenue > 0)
    for rate, (part, _) in _RATES.items():
        sign = 1 if part == "order_costs" else -1
        rows[rate] = (sign * rows[part] / listed).round(6) + 0.0
    leakage = (rows.list_revenue - pocket).round(4)
    return rows.assign(pocket_rate=(pocket / listed).round(6), price_leakage=leakage)


def _bars(row: pd.Series, steps: dict[str, Sequence[str]]) -> pd.DataFrame:
    """List, each step's changes and its total, rounded once; a change of nothing is no bar."""
    level = row.list_revenue
    bars = [("list_revenue", round(level, 2), "total")]
    for name, parts in steps.items():
        sign = 1 if name == "net_revenue" else -1
        exact = (sign * row[[*parts]].astype(float)).round(4)
        before, level = level, level + exact.sum()
        changes = in_cents(exact[exact != 0], [*parts], before, level)
        bars += [(part, value, "change") for part, value in changes.items()]
        bars.append((name, round(level, 2), "total"))
    return pd.DataFrame(bars, columns=["bar", "value", "kind"])
