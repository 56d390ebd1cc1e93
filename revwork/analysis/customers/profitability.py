"""Profitability: what each customer leaves after discounts, returns, service and acquisition."""

import ibis
import pandas as pd

from revwork.analysis.margins import booked, order_costs
from revwork.analysis.money import converted, in_cents, product
from revwork.analysis.periods import between
from revwork.analysis.sales import by_order, first_orders
from revwork.calendar import Period
from revwork.findings import Message, Unanswered

KNOWN = 90  # days of orders before a first one makes a new customer
_SOLD = ("listed", "discount", "returned", "net", "not_costed", "gross_margin", "order_costs")
_PARTS = (*_SOLD, "ticket_cost", "acquisition_cost")


def marketing(
    expenses: ibis.Table, spend: ibis.Table, fx_rates: ibis.Table, currency: str
) -> ibis.Table:
    """Return what acquiring customers cost by day: date, amount in `currency`.

    The marketing booked in expenses; where there is none, what the media cost.
    """
    own = booked(expenses, fx_rates, currency)
    own = own.filter(own.kind == "marketing").select("date", "amount")
    if own.count().execute():
        return own
    paid = converted(spend, ["cost"], "date", fx_rates, currency)
    return paid.select("date", amount="cost")


def accounts(
    lines: ibis.Table,
    tickets: ibis.Table,
    marketing: ibis.Table,
    customers: ibis.Table,
    period: Period,
) -> pd.DataFrame:
    """Return one row per customer with sales, tickets or acquisition in the period, best first.

    Profit = gross margin − commission, payment and shipping − tickets − acquisition. Acquisition is
    the marketing of a month shared among the customers who first ordered in it. What names no
    customer is a row of its own (customer_id null), as is the marketing of a month in which nobody
    was new, or nobody could be told to be: of the first 90 days of orders. Parts add up.

    Columns: customer_id, customer_name, region, segment; orders; listed (sold, before discount),
    discount, returned, net (listed − discount − returned), not_costed (net of lines without a
    cost), gross_margin, order_costs, ticket_cost, acquisition_cost, customer_margin (before
    acquisition) and profit: money, null where no cost is known.

    Formula: customer_margin = gross margin − commission − payment fees − shipping − tickets; What a
    customer leaves, once won.
    Formula: profit = customer margin − acquisition; What a customer leaves, with the marketing of
    a month shared among those new in it.
    """
    parts = [
        _sold(between(lines, period)),
        _served(between(tickets, period, "created_on")),
        _acquired(lines, marketing, period),
    ]
    every = pd.concat([part.execute() for part in parts])
    rows = every.groupby("customer_id", dropna=False).sum(min_count=1).reset_index()
    rows.loc[rows.net.isna(), "gross_margin"] = 0.0  # neither bought nor sent back
    rows = rows.fillna(dict.fromkeys(["orders", *(p for p in _PARTS if p != "gross_margin")], 0.0))
    rows["customer_margin"] = rows.gross_margin - rows.order_costs - rows.ticket_cost
    rows["profit"] = rows.customer_margin - rows.acquisition_cost
    money = [*_PARTS, "customer_margin", "profit"]
    rows[money] = rows[money].round(6).add(0.0)
    who = customers.select("customer_id", "customer_name", "region", "segment").execute()
    rows = rows.astype({"orders": int}).merge(who, "left", "customer_id")
    shown = [*who.columns, "orders", *money]
    return rows[shown].sort_values(["profit", "customer_id"], ascending=[False, True])


def ladder(accounts: pd.DataFrame) -> pd.DataFrame:
    """Return the way from list price to what customers leave, as bars that add up to the cent.

    Columns: bar, value (money, costs negative), kind (total or change); a cost of nothing is no
    bar. Raises Unanswered where no line has a cost.
    """
    _known(accounts)
    row = accounts[[*_PARTS, "customer_margin"]].sum()
    goods = row.net - row.gross_margin - row.not_costed
    steps = {
        "net_revenue": {"discount": row.discount, "returned": row.returned},
        "gross_margin": {"not_costed": row.not_costed, "goods_cost": goods},
        "profit": {name: row[name] for name in _PARTS[6:]},
    }
    level = row.listed
    bars = [("listed", round(level, 2), "total")]
    for name, costs in steps.items():
        exact = -pd.Series(costs).astype(float)
        before, level = level, level + exact.sum()
        changes = in_cents(exact[exact.round(2) != 0], [*costs], before, level)
        bars += [(cost, value, "change") for cost, value in changes.items()]
        bars.append((name, round(level, 2), "total"))
    return pd.DataFrame(bars, columns=["bar", "value", "kind"])


def whale(accounts: pd.DataFrame) -> pd.DataFrame:
    """Return the whale curve: known customers by profit, the best first, and their running sum.

    Columns: customer_id, profit, share (of the profit of all), cumulative_share: above 1 where
    those who follow cost money. Raises Unanswered where they leave nothing together.
    """
    known = _known(accounts)
    total = known.profit.sum()
    if total <= 0:
        raise Unanswered("Customers together leave no profit: there is nothing to be a share of.")
    rows = known.sort_values(["profit", "customer_id"], ascending=[False, True], ignore_index=True)
    share = rows.profit / total
    return rows[["customer_id", "profit"]].assign(share=share, cumulative_share=share.cumsum())


def summary(accounts: pd.DataFrame) -> pd.DataFrame:
    """Return in one row how profit spreads over the known customers.

    Columns: customers, profit (money), paying_share (who leave money), peak_share (of the profit of
    all: what those who leave money leave), losing_count and losing_amount (who cost money),
    costly_count and costly_amount (who do so without their acquisition).
    """
    known = _known(accounts)
    total, gained = known.profit.sum(), known.profit.clip(lower=0).sum()
    return pd.DataFrame(
        {
            "customers": [len(known)],
            "profit": total,
            "paying_share": (known.profit > 0).mean(),
            "peak_share": gained / total if total > 0 else float("nan"),
            "losing_count": (known.profit < 0).sum(),
            "losing_amount": known.profit.clip(upper=0).sum(),
            "costly_count": _costs(known).sum(),
            "costly_amount": known.customer_margin[_costs(known)].sum(),
        }
    )


def by_segment(accounts: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return profit and its parts by segment or region of the customer, largest profit first.

    Columns: the dimension, customers (known), gross_margin, order_costs, ticket_cost,
    acquisition_cost, profit, profit_each (money). Rows add up to the whole.
    """
    _known(accounts)
    told = ["gross_margin", "order_costs", "ticket_cost", "acquisition_cost", "profit"]
    grouped = accounts.groupby(by, dropna=False)
    rows = grouped.agg(customers=("customer_id", "count"), **{name: (name, "sum") for name in told})
    each = rows.profit / rows.customers.where(rows.customers > 0)
    rows = rows.assign(profit_each=each).reset_index()
    rows[by] = rows[by].astype(object).where(rows[by].notna(), None)
    return rows.sort_values(["profit", by], ascending=[False, True], ignore_index=True)


def costly(accounts: pd.DataFrame) -> pd.DataFrame:
    """Return the customers who cost money even once won, the most costly first.

    Who only sent back in the year is not among them: what they bought is in the year before.

    Columns: customer_id, customer_name, orders, listed, discount_rate (of list price),
    returned_share (of what was paid), order_costs, ticket_cost, customer_margin (money).
    """
    known = _known(accounts)
    rows = known[_costs(known)].sort_values(["customer_margin", "customer_id"])
    paid = rows.listed - rows.discount
    rows = rows.assign(
        discount_rate=rows.discount / rows.listed.where(rows.listed > 0),
        returned_share=rows.returned / paid.where(paid > 0),
    )
    first = ["customer_id", "customer_name", "orders", "listed", "discount_rate"]
    shown = [*first, "returned_share", "order_costs", "ticket_cost", "customer_margin"]
    return rows[shown].reset_index(drop=True)


def costing(accounts: pd.DataFrame) -> Message:
    """Say how many customers cost money even once won, and how much."""
    row = summary(accounts).iloc[0]
    return Message(
        "Customers who cost money even once won: {n:number}, together {loss:money}",
        {"n": row.costly_count, "loss": -row.costly_amount},
    )


def leaving_most(rows: pd.DataFrame) -> Message:
    """Name the segment that leaves most, and what it leaves a customer."""
    top = rows.iloc[0]
    return Message(
        "{part:text} leaves most: {profit:money}, {each:money} a customer",
        {"part": top.iloc[0], "profit": top.profit, "each": top.profit_each},
    )


def curve(rows: pd.DataFrame) -> Message:
    """Say how much of the profit those who leave money leave, and how many cost money."""
    top = int(rows.cumulative_share.to_numpy().argmax())
    if top == len(rows) - 1:
        return Message("Every customer leaves a profit", {})
    return Message(
        "The best customers ({n:number}) leave {peak:percent} of the profit; the others "
        "({others:number}) take {lost:money} of it away",
        {
            **{"n": top + 1, "peak": rows.cumulative_share[top]},
            **{"others": len(rows) - top - 1, "lost": -rows.profit[top + 1 :].sum()},
        },
    )


def steps(bars: pd.DataFrame) -> Message:
    """Say what is left of each 100 of list price."""
    return Message(
        "Of {listed:money} at list price {profit:money} stay ({share:percent})",
        {
            **{"listed": bars.value.iloc[0], "profit": bars.value.iloc[-1]},
            "share": bars.value.iloc[-1] / bars.value.iloc[0] if bars.value.iloc[0] else None,
        },
    )


def _known(accounts: pd.DataFrame) -> pd.DataFrame:
    """The customers who are named and whose margin is known; Unanswered where there is none."""
    known = accounts[accounts.customer_id.notna() & accounts.profit.notna()]
    if not (known.orders > 0).any():
        raise Unanswered(
            "What a customer leaves needs orders that name customers, and the cost of goods: map "
            "cost_amount in orders, or unit_cost in products."
        )
    return known


def _costs(known: pd.DataFrame) -> pd.Series:
    """Who bought in the year and cost money; who only sent back bought before it."""
    return (known.customer_margin < 0) & (known.orders > 0)


def _sold(sold: ibis.Table) -> ibis.Table:
    """Sales of the period by customer; what has no cost has no gross margin."""
    off, kept = product(sold.discount.fill_null(0), sold.rate), ~sold.is_return
    amounts = {
        "listed": (sold.net + off).sum(where=kept).fill_null(0),
        "discount": off.sum(where=kept).fill_null(0),
        "returned": -sold.net.sum(where=~kept).fill_null(0),
        "net": sold.net.sum(),
        "not_costed": sold.net.sum(where=sold.cost.isnull()).fill_null(0),
        "gross_margin": (sold.net - sold.cost).sum(),
        "order_costs": order_costs(sold).sum(),
    }
    money = {name: amount.cast("float64") for name, amount in amounts.items()}
    orders = sold.order_id.nunique(where=kept)
    return sold.group_by("customer_id").agg(orders=orders, **money)


def _served(tickets: ibis.Table) -> ibis.Table:
    cost = tickets.cost.sum().fill_null(0).cast("float64")
    return tickets.group_by("customer_id").agg(ticket_cost=cost)


def _acquired(lines: ibis.Table, marketing: ibis.Table, period: Period) -> ibis.Table:
    """The marketing of each month by its new customers, or by none of them."""
    first = lines.order_date.min()
    paid = between(marketing, period, "date").mutate(month=lambda row: row.date.truncate("M"))
    paid = paid.group_by("month").agg(amount=paid.amount.sum().cast("float64"))
    new = first_orders(by_order(lines))
    begins = lines.aggregate(first=first)
    new = between(new, period, "first_order").cross_join(begins)
    told = new.first_order.epoch_days() >= new["first"].epoch_days() + KNOWN
    new = new.filter(told).mutate(month=new.first_order.truncate("M"))
    new = new.mutate(shared=new.count().over(group_by="month"))
    each = paid.left_join(new, "month")
    share = each.amount / each.shared.fill_null(1)
    return each.select("customer_id", acquisition_cost=share)
