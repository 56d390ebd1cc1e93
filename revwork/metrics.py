"""One definition per metric; every domain that quotes it imports it from here.

A metric takes the sales lines of `revwork.analysis.sales` (or any table with the columns it
names) and returns an Ibis value, so it can be aggregated at any grain; the margins further down
take figures that are aggregated already. `Formula:` lines are what reports say of a metric.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import ibis

if TYPE_CHECKING:
    import pandas as pd

Unit = Literal["money", "cents", "count", "rate", "percent", "score", "index", "days", "multiple"]
RELATIVE = ("money", "cents", "count", "rate")  # a change of these is a share of what was


@dataclass(frozen=True)
class Kpi:
    """A headline number beside what it was, what it should be and how it got there.

    `unit` is any `Unit`: a percent is a share (0.12), a multiple says how many times (3.2);
    `series` the last complete months, oldest first; unknown is None. The change is relative for
    what is `RELATIVE`, a difference for the others. `better` says which way is good, `n` how many
    cases the value rests on; `low` and `high` bound an estimate at `level`, a share such as 0.8.
    """

    metric: str
    value: float | None
    unit: Unit
    department: str
    period: str
    comparison: float | None = None
    target: float | None = None
    series: tuple[float | None, ...] = ()
    segment: Mapping[str, str] = field(default_factory=dict)
    better: Literal["higher", "lower", "neither"] = "higher"
    n: int | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None

    @property
    def change(self) -> float | None:
        """Value against comparison; None where either is missing or there is nothing to divide."""
        if self.value is None or self.comparison is None:
            return None
        if self.unit not in RELATIVE:
            return self.value - self.comparison
        return (self.value - self.comparison) / abs(self.comparison) if self.comparison else None


def ratio(part: ibis.Value, whole: ibis.Value) -> ibis.Value:
    """Return part / whole; null, never 0, where there is nothing to divide by."""
    return part.cast("float64") / whole.cast("float64").nullif(0)


def net_revenue(lines: ibis.Table) -> ibis.Value:
    """Sum of line net amounts without tax, returns and credit notes negative on their own date.

    Formula: net_revenue = sales − discounts − returns and credit notes
    """
    return lines.net.sum()


def gross_margin(lines: ibis.Table) -> ibis.Value:
    """Net revenue − cost of goods, over the lines whose cost is known; unknown where none is.

    Formula: gross_margin = net revenue − cost of goods
    """
    return (lines.net - lines.cost).sum()


def order_count(lines: ibis.Table) -> ibis.Value:
    """Count of orders with at least one line sold; a credit note alone is not an order.

    Formula: orders = number of different orders
    """
    return lines.order_id.nunique(where=~lines.is_return)


def customer_count(lines: ibis.Table) -> ibis.Value:
    """Count of known customers who bought; a credit note alone does not make a buyer.

    Formula: customers = number of different customers with an order
    """
    return lines.customer_id.nunique(where=~lines.is_return)


def order_value(lines: ibis.Table) -> ibis.Value:
    """Net revenue per order.

    Formula: order_value = net revenue ÷ orders
    """
    return ratio(net_revenue(lines), order_count(lines))


def contribution_margin(
    gross: "pd.Series", order_costs: "pd.Series", marketing: "pd.Series"
) -> "pd.Series":
    """What is left of gross margin after the costs of each order and after marketing.

    Formula: contribution_margin = gross margin − commission − payment fees − shipping − marketing
    """
    return gross - order_costs - marketing


def operating_result(contribution: "pd.Series", running: "pd.Series") -> "pd.Series":
    """What is left of contribution margin after the costs of running the company.

    Formula: operating_result = contribution margin − running costs
    """
    return contribution - running


def wilson(part: "pd.Series", whole: "pd.Series", level: float) -> "pd.DataFrame":
    """Share with its interval by Wilson; null where there is nothing to be a share of.

    Columns: share, low_share, high_share.
    """
    import pandas as pd
    from statsmodels.stats.proportion import proportion_confint

    whole = whole.where(whole > 0).astype(float)
    low, high = proportion_confint(part, whole, 1 - level, "wilson")
    return pd.DataFrame({"share": part / whole, "low_share": low, "high_share": high})
