"""Revenue findings: what moved, what is off target and what revenue depends on, in money."""

from collections.abc import Sequence

import ibis
import pandas as pd

from revwork.analysis import worth
from revwork.analysis.revenue.movers import Movement
from revwork.calendar import Calendar, Comparison
from revwork.findings import Finding, Impact, Message, segment
from revwork.metrics import Kpi

DEPENDENT = 0.10
ON_TARGET = 0.02
_OWNER = {"channel": "sales", "category": "product", "segment": "marketing"}  # of a dimension
_NEAREST = ("contribution_margin", "gross_margin", "net_revenue")


def moved(
    movement: Movement, lines: ibis.Table, comparison: Comparison, calendar: Calendar, currency: str
) -> list[Finding]:
    """Return one finding per segment that stands out in the change of net revenue."""
    as_of = comparison.current.last_day
    return [
        _mover(row, comparison, worth.yearly(lines, calendar, as_of, currency, row["where"]))
        for _, row in movement.segments.iterrows()
    ]


def off_target(
    kpis: Sequence[Kpi], lines: ibis.Table, comparison: Comparison, currency: str
) -> list[Finding]:
    """Return a finding where margin, else revenue, misses or beats its target by over 2 %.

    `kpis` is what `figures.headline` returns; of the numbers with a target the one nearest to the
    result speaks, since the others say the same.
    """
    aimed = {kpi.metric: kpi for kpi in kpis if kpi.target}
    kpi = next((aimed[metric] for metric in _NEAREST if metric in aimed), None)
    missing = kpi.value - kpi.target if kpi else 0
    if kpi is None or abs(missing / kpi.target) <= ON_TARGET:
        return []
    impact = worth.gap(lines, comparison.current, missing, kpi.metric, currency)
    return [_against_target(kpi, impact)]


def depends(customers: ibis.Table, period: str) -> list[Finding]:
    """Return a finding where one customer makes a tenth of revenue or more.

    `customers` is what `concentration.by_customer` returns.
    """
    top = customers.filter(customers.rank == 1).execute()
    return [
        Finding(
            metric="customer_concentration",
            segment=segment(customer_id=row.customer_id),
            direction="threat",
            kind="level",
            department="sales",
            period=period,
            claim=Message(
                "{customer:text} alone makes {share:percent} of net revenue",
                {"customer": row.customer_id, "share": row.share},
            ),
            evidence=Message(
                "{net:money} in the period, the largest of all customers", {"net": float(row.net)}
            ),
            next_step=Message(
                "Agree a contract beyond this year, and win a second such account", {}
            ),
            impact=None,
            confidence=1.0,
        )
        for row in top.itertuples()
        if row.share >= DEPENDENT
    ]


def _mover(row: pd.Series, comparison: Comparison, impact: Impact | None) -> Finding:
    grew = row.change > 0
    next_step = (
        "Find out what made {segment:segment} grow and whether it can be had elsewhere"
        if grew
        else "Compare price, stock, rivals and service in {segment:segment} before and after"
    )
    name = dict(row["where"])
    return Finding(
        metric="net_revenue",
        segment=segment(**row["where"]),
        direction="strength" if grew else "weakness",
        kind="change",
        department=next((_OWNER[d] for d in row["where"] if d in _OWNER), "sales"),
        period=comparison.period.name,
        claim=Message(
            "{segment:segment}: net revenue {change:signed} ({rate:change}) against {base:period}",
            {
                "segment": name,
                "change": row.change,
                "rate": row.change_rate,
                "base": comparison.base.name,
            },
        ),
        evidence=Message(
            "{current:money} after {base:money}, at constant exchange rates",
            {"current": row.current, "base": row.base},
        ),
        next_step=Message(next_step, {"segment": name}),
        impact=impact,
        confidence=worth.confidence(impact),
    )


def _against_target(kpi: Kpi, impact: Impact) -> Finding:
    ahead = kpi.value > kpi.target
    return Finding(
        metric=f"{kpi.metric}_target",
        segment=kpi.segment,
        direction="strength" if ahead else "weakness",
        kind="level",
        department=kpi.department,
        period=kpi.period,
        claim=Message(
            "{metric:label} is {gap:signed} against target ({rate:change})",
            {
                "metric": kpi.metric,
                "gap": kpi.value - kpi.target,
                "rate": (kpi.value - kpi.target) / abs(kpi.target),
            },
        ),
        evidence=Message(
            "{value:money} where {target:money} was promised",
            {"value": kpi.value, "target": kpi.target},
        ),
        next_step=Message(
            "Raise the target of what outruns it"
            if ahead
            else "Close the gap where it is largest, or say which target goes",
            {},
        ),
        impact=impact,
        confidence=worth.confidence(impact),
    )
