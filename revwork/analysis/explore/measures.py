"""Measures: any metric, told of any period, by any dimension and of any part of the business.

A measure asks the function that defines its metric, at the grain asked for: a total is asked for
as such, and never made of its parts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

import ibis
import numpy as np
import pandas as pd

from revwork import metrics
from revwork.analysis import margins, sales
from revwork.analysis.periods import between, first_day, in_periods, reaches
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
    at_once: "Callable[[ibis.Table, Sequence[Period]], pd.DataFrame] | None" = None
    known: dict = field(default_factory=dict, repr=False)  # what was told already, by question

    def ahead(self, periods: Sequence[Period], wanted: Sequence[str]) -> None:
        """Work out the totals of several periods at once, where the measure can."""
        self.told(periods[0], [], wanted)
        if self.at_once is None:
            return
        asked = [one for one in periods if reaches(self.known[None], one)]
        rows = self.at_once(only(self.rows, wanted), asked)
        for at, period in enumerate(asked):
            self.known[period.start, period.end, None, *wanted] = self._shaped(rows.iloc[[at]], [])

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
        if None not in self.known:
            self.known[None] = first_day(self.rows, self.day)
        if not reaches(self.known[None], period):
            return pd.DataFrame(columns=[*by, *COLUMNS])
        found = self.tell(only(self.rows, wanted), period, list(by))
        return self._shaped(found, by)

    def _shaped(self, found: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
        missing = [name for name in COLUMNS if name not in found]
        shaped = found.assign(**dict.fromkeys(missing, np.nan))[[*by, *COLUMNS]]
        return shaped.astype(dict.fromkeys(COLUMNS, float)).reset_index(drop=True)

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
    rows = lines.mutate(left=margins.contribution(lines)).cache()
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
            name,
            unit,
            rows,
            "order_date",
            _counted(part, whole),
            department,
            adds=name in adds,
            at_once=_by_period(part, whole),
        )
        for name, unit, department, part, whole in told
    ]


def of_buyers(lines: ibis.Table) -> Measure:
    """Return how many customers placed the first order that is known of them."""
    orders = sales.by_order(lines)
    first = sales.first_orders(orders).rename(buyer="customer_id")
    new = orders.inner_join(first, orders.customer_id == first.buyer)
    new = new.filter(new.order_date == new.first_order).cache()
    tell, at_once = (
        made(lambda rows: rows.customer_id.nunique()) for made in (_counted, _by_period)
    )
    return Measure("new_customers", "count", new, "order_date", tell, "marketing", at_once=at_once)


def of_result(lines: ibis.Table, expenses: ibis.Table) -> list[Measure]:
    """Return what is left after marketing, and after running the company, of all of it alone.

    `expenses` are those of `margins.booked`: they are not told apart by part of the business.
    """
    return [
        _of_company(metric, lines, lambda periods: margins.totals(lines, expenses, periods))
        for metric in ("contribution_margin", "operating_result")
    ]


def of_table(
    metric: str,
    unit: Unit,
    of: tuple[ibis.Table, str],
    tell: Callable,
    weight: str = "",
    **more: str,
) -> Measure:
    """Return a measure that another analysis tells.

    `of`: the table it counts, and the column of its days. `tell(rows, by)` returns of the rows of a
    period `by` and the metric under its own name, with low_ and high_ where it has an interval;
    `weight` names the column that the metric is divided by.
    """
    names = {metric: "value", f"low_{metric}": "low", f"high_{metric}": "high", weight: "weight"}
    rows, day = of

    def told(rows: ibis.Table, period: Period, by: list[str]) -> pd.DataFrame:
        return tell(between(rows, period, day), by).rename(columns=names)

    def at_once(rows: ibis.Table, periods: Sequence[Period]) -> pd.DataFrame:
        found = tell(in_periods(rows, periods, day), ["period"]).rename(columns=names)
        return found.set_index("period").reindex(range(len(periods)))

    return Measure(metric, unit, rows, day, told, adds=not weight, at_once=at_once, **more)


def named(measures: Sequence[Measure]) -> dict[str, Measure]:
    """Return the measures by the name of their metric, for panels to choose among."""
    return {one.metric: one for one in measures}


def one(measures: Mapping[str, Measure], metric: str) -> Measure:
    """Return the measure of that name; Unanswered, with the nearest, where there is none."""
    return measures[first(measures, metric)[0]]


def first(names: Iterable[str], chosen: str) -> list[str]:
    """Return the names to choose among, the one chosen first; Unanswered where it is none."""
    names = [*names]
    if chosen not in names:
        near = get_close_matches(chosen, names, n=1, cutoff=0)[0]
        raise Unanswered(
            "{name:text} is not known here; did you mean {near:text}?", name=chosen, near=near
        )
    return [chosen, *(name for name in names if name != chosen)]


def _of_company(metric: str, lines: ibis.Table, totals: Callable) -> Measure:
    """A measure of the whole company: `totals` tells its column, one row per period."""

    def at_once(_: ibis.Table, periods: Sequence[Period]) -> pd.DataFrame:
        return totals(periods)[[metric]].rename(columns={metric: "value"})

    def tell(rows: ibis.Table, period: Period, _: list[str]) -> pd.DataFrame:
        return at_once(rows, [period])

    days = lines.select("order_date")
    return Measure(metric, "money", days, "order_date", tell, "finance", at_once=at_once)


def _counted(part: Callable, whole: Callable | None = None) -> Tell:
    """A sum or count of rows, or the ratio of two of them, by dimension."""

    def tell(rows: ibis.Table, period: Period, by: list[str]) -> pd.DataFrame:
        inside = between(rows, period)
        found = inside.group_by(by).agg(**_sums(inside, part, whole)) if by else None
        found = found.order_by(by) if by else inside.aggregate(**_sums(inside, part, whole))
        return _known(found.execute(), whole)

    return tell


def _by_period(part: Callable, whole: Callable | None = None) -> Callable:
    """The same for the totals of several periods, in one query."""

    def tell(rows: ibis.Table, periods: Sequence[Period]) -> pd.DataFrame:
        inside = in_periods(rows, periods)
        found = inside.group_by("period").agg(**_sums(inside, part, whole)).execute()
        every = found.set_index("period").reindex(range(len(periods)))
        return _known(every.fillna({"rows": 0}), whole)

    return tell


def _sums(rows: ibis.Table, part: Callable, whole: Callable | None) -> dict[str, ibis.Value]:
    if whole is None:
        return {"value": part(rows).cast("float64"), "rows": rows.count()}
    weight = whole(rows).cast("float64")
    return {"value": metrics.ratio(part(rows), weight), "weight": weight, "rows": rows.count()}


def _known(found: pd.DataFrame, whole: Callable | None) -> pd.DataFrame:
    """Values to nine digits; where nothing was sold a sum is 0, a ratio unknown."""
    value = found.value.astype(float)
    empty = 0.0 if whole is None else np.nan
    return found.assign(value=value.where(found.rows > 0, empty).round(9))
