"""Headlines: the numbers a page opens with, each beside its comparison and its last year."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from revwork.calendar import Calendar, Comparison, Period
from revwork.metrics import Kpi, Unit


@dataclass(frozen=True)
class Headline:
    """What a card says of a metric: its unit, who answers for it, and which way is good."""

    unit: Unit
    department: str
    better: str = "higher"


# Metrics that more than one page quotes: each has one unit and one department on all of them.
QUOTED = {
    "customers": Headline("count", "customers"),
    "new_customers": Headline("count", "marketing"),
}


def cards(
    figures: Callable[[Period], Mapping[str, tuple[float | None, int | None]]],
    shown: Mapping[str, Headline],
    comparison: Comparison,
    calendar: Calendar,
) -> list[Kpi]:
    """Return a Kpi for each metric shown that is known in the period.

    `figures` tells metric → (value, n) of one period; it is asked for the period, the comparison
    if there is one, and the last twelve complete months. A metric it leaves out is unknown.
    """
    months = calendar.complete_months(comparison.current.last_day, 12)
    now, *months = (figures(period) for period in (comparison.current, *months))
    base = figures(comparison.base) if comparison.base else {}
    return [
        Kpi(
            metric,
            value,
            card.unit,
            card.department,
            comparison.period.name,
            comparison=_value(base, metric),
            series=tuple(_value(month, metric) for month in months),
            better=card.better,
            n=now[metric][1],
        )
        for metric, card in shown.items()
        if (value := _value(now, metric)) is not None
    ]


def _value(found: Mapping[str, tuple[float | None, int | None]], metric: str) -> float | None:
    value = found.get(metric, (None, None))[0]
    return None if pd.isna(value) else float(value)
