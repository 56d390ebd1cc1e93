"""Margins: what is left of revenue after goods, orders, marketing and running the company."""

from collections.abc import Sequence

import ibis
import pandas as pd

from revwork.analysis.money import converted, in_cents
from revwork.analysis.periods import between, in_periods
from revwork.calendar import Period
from revwork.findings import Unanswered, Word
from revwork.metrics import (
    contribution_margin,
    customer_count,
    gross_margin,
    net_revenue,
    operating_result,
    order_count,
    order_value,
    ratio,
)

ORDER_COSTS = ("commission", "payment_cost", "shipping_cost")
NOT_ALLOCATED = Word("Not allocated")


def booked(expenses: ibis.Table, fx_rates: ibis.Table, currency: str) -> ibis.Table:
    """Return the expenses with `amount` in `currency`, at the rate of the day they are booked to.

    Columns: those of expenses, currency now the company's; an amount before the first rate is null.
    """
    return converted(expenses, ["amount"], "date", fx_rates, currency)


def totals(lines: ibis.Table, expenses: ibis.Table, periods: Sequence[Period]) -> pd.DataFrame:
    """Return one row per period, in order: revenue and every step down to the operating result.

    Columns (money): net_revenue, cost_not_known (net of lines without a cost), cost, commission,
    payment_cost, shipping_cost, gross_margin, then marketing, running, contribution_margin and
    operating_result (null where expenses do not span the period, as margins are where no cost
    is known); orders, customers, and order_value (money). A period without a sale is 0, one that
    ends before the first line is null.
    """
    sold = in_periods(lines, periods)
    rows = sold.group_by("period").agg(
        net_revenue=net_revenue(sold),
        cost_not_known=sold.net.sum(where=sold.cost.isnull()),
        gross_margin=gross_margin(sold),
        cost=sold.cost.sum(where=sold.net.notnull()),
        **{name: sold[name].sum() for name in ORDER_COSTS},
        orders=order_count(sold),
        customers=customer_count(sold),
        order_value=order_value(sold),
    )
    found = rows.execute().set_index("period").astype(float)
    found = found.reindex(range(len(periods)), fill_value=0.0)
    found = found[_begun(lines, periods)].reindex(found.index)
    found["order_value"] = found.order_value.where(found.orders > 0)
    found = found.join(_expenses(expenses, periods))
    costs = found[list(ORDER_COSTS)].sum(axis=1)
    left = contribution_margin(found.gross_margin, costs, found.marketing)
    return found.assign(
        contribution_margin=left, operating_result=operating_result(left, found.running)
    )


def ladder(lines: ibis.Table, expenses: ibis.Table, period: Period) -> pd.DataFrame:
    """Return the way from net revenue to operating result, as bars that add up to the cent.

    Columns: bar, value (money, costs negative), kind (total or change). Without expenses it ends
    before marketing. Raises Unanswered where no line has a cost.
    """
    row = totals(lines, expenses, [period]).iloc[0]
    if pd.isna(row.net_revenue):
        raise Unanswered(
            "No sale in {period:period} or before: choose a later period.",
            period=period.name,
        )
    return descent(row)


def descent(row: pd.Series) -> pd.DataFrame:
    """Return the bars of `ladder` from one row of `totals`, or one that is expected.

    Raises Unanswered where the cost of goods is null; null marketing ends it before.
    """
    if pd.isna(row.cost):
        raise Unanswered(
            "Margins need the cost of goods: map cost_amount in orders, or unit_cost in products."
        )
    goods = ["cost_not_known", "cost"]
    if pd.isna(row.marketing):
        steps = {"gross_margin": goods, "margin_after_order_costs": ORDER_COSTS}
    else:
        steps = {
            "gross_margin": goods,
            "contribution_margin": [*ORDER_COSTS, "marketing"],
            "operating_result": ["running"],
        }
    return _bars(row, steps)


def by_segment(lines: ibis.Table, expenses: ibis.Table, period: Period, by: str) -> pd.DataFrame:
    """Return margins by one dimension, largest contribution first.

    Columns: the dimension, net, gross_margin, margin_rate (of net with known cost), order_costs,
    marketing, contribution_margin (money). Marketing booked above this grain is a row of its own,
    so the rows add up to the company. Without expenses: margin_after_order_costs instead of
    the last two. Raises Unanswered where no line has a cost.

    Formula: margin_rate = gross margin ÷ net revenue; Gross margin as a share of the net revenue
    whose cost is known.
    """
    sold = between(lines, period)
    known = sold.net.sum(where=sold.cost.notnull())
    grouped = sold.group_by(by).agg(
        net=net_revenue(sold).cast("float64"),
        gross_margin=gross_margin(sold).cast("float64"),
        margin_rate=ratio(gross_margin(sold), known),
        order_costs=order_costs(sold).sum().cast("float64"),
    )
    rows = grouped.order_by(by).execute()
    if rows.gross_margin.isna().all():
        raise Unanswered(
            "Margins by {dimension:lower} need the cost of goods of at least one line.",
            dimension=by,
        )
    rows = _with_marketing(rows, _marketing(expenses, period, by), by)
    left = contribution_margin(rows.gross_margin.fillna(0), rows.order_costs, rows.marketing)
    rows = rows.assign(contribution_margin=left)
    if not expenses.count().execute():
        del rows["marketing"]
        rows = rows.rename(columns={"contribution_margin": "margin_after_order_costs"})
    return rows.sort_values([rows.columns[-1], by], ascending=[False, True], ignore_index=True)


def contribution(lines: ibis.Table) -> ibis.Value:
    """Return a line's contribution before marketing; null where its cost is unknown.

    Net − cost − `order_costs`: commission, payment cost and shipping cost.
    """
    return lines.net - lines.cost - order_costs(lines)


def order_costs(lines: ibis.Table) -> ibis.Value:
    """Return what a line's order costs beside the goods; an empty cost is none."""
    return sum((lines[name].fill_null(0) for name in ORDER_COSTS), ibis.literal(0))


def _begun(lines: ibis.Table, periods: Sequence[Period]) -> list[bool]:
    """Which periods end after the first line's day."""
    first = lines.order_date.min().execute()
    return [pd.notna(first) and period.end > pd.Timestamp(first).date() for period in periods]


def _expenses(expenses: ibis.Table, periods: Sequence[Period]) -> pd.DataFrame:
    """Marketing and running costs by period; null where expenses do not reach."""
    places = range(len(periods))
    if not expenses.count().execute():
        return pd.DataFrame({"marketing": None, "running": None}, index=places, dtype=float)
    booked = in_periods(expenses, periods, "date")
    is_marketing = booked.kind == "marketing"
    rows = booked.group_by("period").agg(
        marketing=booked.amount.sum(where=is_marketing),
        running=booked.amount.sum(where=~is_marketing),
    )
    found = rows.execute().set_index("period").astype(float).reindex(places).fillna(0.0)
    return found[_spanned(expenses, periods)].reindex(places)


def _spanned(expenses: ibis.Table, periods: Sequence[Period]) -> list[bool]:
    """Which periods lie between the months of the first and the last expense booked."""
    row = expenses.aggregate(first=expenses.date.min(), last=expenses.date.max()).execute()
    first, last = (pd.Timestamp(day) for day in row.iloc[0])
    begin, end = first.replace(day=1).date(), (last + pd.offsets.MonthEnd(0)).date()
    return [begin <= period.start and period.last_day <= end for period in periods]


def _bars(row: pd.Series, steps: dict[str, Sequence[str]]) -> pd.DataFrame:
    """Net revenue, each step's costs and its total, rounded once; a cost of nothing is no bar."""
    level = row.net_revenue
    bars = [("net_revenue", round(level, 2), "total")]
    for name, costs in steps.items():
        exact = -row[[*costs]].astype(float).dropna()
        before, level = level, level + exact.sum()
        changes = in_cents(exact[exact != 0], [*costs], before, level)
        bars += [(cost, value, "change") for cost, value in changes.items()]
        bars.append((name, round(level, 2), "total"))
    return pd.DataFrame(bars, columns=["bar", "value", "kind"])


def _marketing(expenses: ibis.Table, period: Period, by: str) -> pd.DataFrame:
    booked = in_periods(expenses.filter(expenses.kind == "marketing"), [period], "date")
    where = booked[by] if by in booked.columns else ibis.null("string")
    rows = booked.group_by(where.name(by)).agg(marketing=booked.amount.sum().cast("float64"))
    return rows.order_by(by).execute()


def _with_marketing(rows: pd.DataFrame, spent: pd.DataFrame, by: str) -> pd.DataFrame:
    """Marketing beside its segment; what no sale's segment claims goes to `Not allocated`."""
    known = dict(zip(spent[by], spent.marketing, strict=True))
    rows = rows.assign(marketing=[0.0 if pd.isna(s) else known.pop(s, 0.0) for s in rows[by]])
    rest = sum(known.values())
    if not round(rest, 2):
        return rows
    row = {by: NOT_ALLOCATED, "net": 0.0, "gross_margin": 0.0, "order_costs": 0.0}
    return pd.concat([rows, pd.DataFrame([row | {"marketing": rest}])], ignore_index=True)
