"""Measures: any metric, told of any period, by any dimension and of any part of the business.

A measure asks the function that defines its metric, at the grain asked for: a total is asked for
as such, and never made of its parts.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

import ibis
import numpy as np
import pandas as pd

from revwork import metrics
from revwork.analysis import margins, sales
from revwork.analysis.periods import between, covers
from revwork.analysis.segments import only
from revwork.calendar import Period
from revwork.findings import Unanswered
from revwork.metrics import Unit

COLUMNS = ["value", "weight", "low", "high"]
Tell = Callable[[ibis.Table, Period, list[str]], pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Measure:
    """A metric that can be asked for by dimension.

    `rows`: the table it counts, with the column `day`. `tell` returns of rows, a period and
    dimensions one row a part: the dimensions, value, weight (what a ratio is divided by, null
    where parts add up), low and high (its interval, null where none is known). `adds`: parts add
    up to the whole. `department` answers for it.
    """

    metric: str
    unit: Unit
    rows: ibis.Table
    day: str
    tell: Tell
    department: str = "sales"
    better: Literal["higher", "lower", "neither"] = "higher"
    adds: bool = False
    known: dict = field(default_factory=dict, repr=False)  # what was told already, by question

    def told(self, period: Period, by: Sequence[str], wanted: Sequence[str]) -> pd.DataFrame:
        """Return the measure by dimensions, of the parts wanted, such as region=Spain.

        Columns: `by` (null: not recorded), value, weight, low, high. Empty where no row counts;
        in a period that begins over a week before the first row. Raises Unanswered where a
        dimension is not recorded.
        """
        question = period.start, period.end, *by, None, *wanted
        if question not in self.known:
            self.known[question] = self._told(period, by, wanted)
        return self.known[question].copy()

    def _told(self, period: Period, by: Sequence[str], wanted: Sequence[str]) -> pd.DataFrame:
        for name in dict.fromkeys([*by, *(one.partition("=")[0] for one in wanted)]):
            self._check(name)
        if not covers(self.rows, [period], self.day)[0]:
            return pd.DataFrame(columns=[*by, *COLUMNS])
        found = self.tell(only(self.rows, wanted), period, list(by))
        missing = [name for name in COLUMNS if name not in found]
        shaped = found.assign(**dict.fromkeys(missing, np.nan))[[*by, *COLUMNS]]
        return shaped.astype(dict.fromkeys(COLUMNS, float))

    def _check(self, dimension: str) -> None:
        if dimension not in self.known:
            there = dimension in self.rows.columns
            self.known[dimension] = there and self.rows[dimension].count().execute() > 0
        if not self.known[dimension]:
            raise Unanswered(
                "{metric:label} is not recorded by {dimension:lower}: choose another dimension.",
                metric=self.metric,
                dimension=dimension,
            )


def of_sales(lines: ibis.Table) -> list[Measure]:
    """Return what the sales lines tell by themselves.

    Formula: orders_per_customer = orders ÷ customers; How often a customer bought in the period.
    Formula: revenue_per_customer = net revenue ÷ customers; What a customer brought in the period.
    """
    rows = lines.mutate(left=margins.contribution(lines))
    orders, customers = metrics.order_count, metrics.customer_count
    net, gross, left = metrics.net_revenue, metrics.gross_margin, lambda rows: rows.left.sum()
    costed = lambda rows: rows.net.sum(where=rows.cost.notnull())  # noqa: E731
    told = [
        ("net_revenue", "money", "finance", net, None),
        ("gross_margin", "money", "finance", gross, None),
        ("margin_rate", "percent", "finance", gross, costed),
        ("contribution_after_commission", "money", "finance", left, None),
        ("contribution_rate", "percent", "finance", left, costed),
        ("order_value", "money", "product", net, orders),
        ("orders", "count", "sales", orders, None),
        ("customers", "count", "customers", customers, None),
        ("orders_per_customer", "rate", "sales", orders, customers),
        ("revenue_per_customer", "money", "customers", net, customers),
    ]
    adds = ("net_revenue", "gross_margin", "contribution_after_commission")
    return [
        Measure(
            name, unit, rows, "order_date", _counted(part, whole), department, adds=name in adds
        )
        for name, unit, department, part, whole in told
    ]


def of_buyers(lines: ibis.Table) -> Measure:
    """Return how many customers placed the first order that is known of them."""
    orders = sales.by_order(lines)
    first = sales.first_orders(orders).rename(buyer="customer_id")
    new = orders.inner_join(first, orders.customer_id == first.buyer)
    new = new.filter(new.order_date == new.first_order)
    tell = _counted(lambda rows: rows.customer_id.nunique())
    return Measure("new_customers", "count", new, "order_date", tell, "marketing")


def of_result(lines: ibis.Table, expenses: ibis.Table) -> list[Measure]:
    """Return what is left after marketing, and after running the company, of all of it alone.

    `expenses` are those of `margins.booked`: they are not told apart by part of the business.
    """
    names = ["contribution_margin", "operating_result"]
    return [
        Measure(name, "money", lines.select("order_date"), "order_date", tell, "finance")
        for name in names
        for tell in [
            lambda _rows, period, _by, name=name: margins.totals(lines, expenses, [period])[
                [name]
            ].rename(columns={name: "value"})
        ]
    ]


def of_table(
    metric: str, unit: Unit, of: tuple[ibis.Table, str], tell: Tell, weight: str = "", **more: str
) -> Measure:
    """Return a measure that another analysis tells.

    `of`: the table it counts, and the column of its days. `tell(rows, period, by)` returns `by`
    and the metric under its own name, with low_ and high_ where it has an interval; `weight` names
    the column that the metric is divided by.
    """
    names = {metric: "value", f"low_{metric}": "low", f"high_{metric}": "high", weight: "weight"}
    rows, day = of

    def told(rows: ibis.Table, period: Period, by: list[str]) -> pd.DataFrame:
        return tell(rows, period, by).rename(columns=names)

    return Measure(metric, unit, rows, day, told, adds=not weight, **more)


def named(measures: Sequence[Measure]) -> dict[str, Measure]:
    """Return the measures by the name of their metric, for panels to choose among."""
    return {one.metric: one for one in measures}


def first(names: Iterable[str], chosen: str) -> list[str]:
    """Return the names to choose among, the one chosen first; Unanswered where it is none."""
    names = [*names]
    if chosen not in names:
        near = get_close_matches(chosen, names, n=1, cutoff=0)
        raise Unanswered(
            "{name:text} is not known here; did you mean {near:text}?",
            name=chosen,
            near=near[0] if near else names[0],
        )
    return [chosen, *(name for name in names if name != chosen)]


def inside(tell: Callable[[ibis.Table, Sequence[str]], pd.DataFrame], day: str) -> Tell:
    """Return what tells of rows as what tells of a period of them."""
    return lambda rows, period, by: tell(between(rows, period, day), by)


def _counted(part: Callable, whole: Callable | None = None) -> Tell:
    """A sum or count of rows, or the ratio of two of them; nothing sold is 0, its ratio unknown."""

    def tell(rows: ibis.Table, period: Period, by: list[str]) -> pd.DataFrame:
        inside = between(rows, period)
        told = {"value": part(inside).cast("float64"), "rows": inside.count()}
        if whole is not None:
            divided = whole(inside).cast("float64")
            told |= {"value": metrics.ratio(part(inside), divided), "weight": divided}
        found = inside.group_by(by).agg(**told) if by else inside.aggregate(**told)
        frame = (found.order_by(by) if by else found).execute()
        empty = 0.0 if whole is None else np.nan
        return frame.assign(value=frame.value.astype(float).where(frame.rows > 0, empty).round(9))

    return tell
