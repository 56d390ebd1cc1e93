"""One definition per metric; every domain that quotes it imports it from here.

A metric takes the sales lines of `revwork.analysis.sales` (or any table with the columns it
names) and returns an Ibis value, so it can be aggregated at any grain.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import ibis


@dataclass(frozen=True)
class Kpi:
    """A headline number beside what it was, what it should be and how it got there.

    `unit` is money, count or percent; `series` the last complete months, oldest first; unknown
    is None. The change is relative for money and counts, a difference of shares for percent.
    """

    metric: str
    value: float | None
    unit: Literal["money", "count", "percent"]
    department: str
    period: str
    comparison: float | None = None
    target: float | None = None
    series: tuple[float | None, ...] = ()
    segment: Mapping[str, str] = field(default_factory=dict)

    @property
    def change(self) -> float | None:
        """Value against comparison; None where either is missing or there is nothing to divide."""
        if self.value is None or self.comparison is None:
            return None
        if self.unit == "percent":
            return self.value - self.comparison
        return (self.value - self.comparison) / abs(self.comparison) if self.comparison else None


def ratio(part: ibis.Value, whole: ibis.Value) -> ibis.Value:
    """Return part / whole; null, never 0, where there is nothing to divide by."""
    return part.cast("float64") / whole.cast("float64").nullif(0)


def net_revenue(lines: ibis.Table) -> ibis.Value:
    """Sum of line net amounts without tax, returns and credit notes negative on their own date."""
    return lines.net.sum()


def gross_margin(lines: ibis.Table) -> ibis.Value:
    """Net revenue − cost of goods, over the lines whose cost is known; null where none is."""
    return (lines.net - lines.cost).sum()


def order_count(lines: ibis.Table) -> ibis.Value:
    """Count of orders with at least one line sold; a credit note alone is not an order."""
    return lines.order_id.nunique(where=~lines.is_return)


def customer_count(lines: ibis.Table) -> ibis.Value:
    """Count of known customers who bought; a credit note alone does not make a buyer."""
    return lines.customer_id.nunique(where=~lines.is_return)


def order_value(lines: ibis.Table) -> ibis.Value:
    """Net revenue per order."""
    return ratio(net_revenue(lines), order_count(lines))
