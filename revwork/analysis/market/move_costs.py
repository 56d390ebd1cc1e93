"""Move costs: what each move of a rival took from us or brought, in units and margin a year."""

from datetime import date

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import worth
from revwork.analysis.market.move_effect import effect
from revwork.analysis.market.price_moves import US
from revwork.analysis.segments import of_segment
from revwork.calendar import Calendar, Period
from revwork.findings import Impact, Message

_ENDS = ("", "low_", "high_")
_EFFECTS = ("orders_change_rate", "effect_units", "effect_margin")


def costs(
    moved: pd.DataFrame, lines: ibis.Table, asked: tuple[Calendar, date, str]
) -> pd.DataFrame:
    """Return what each move of a rival did to our orders, units and margin of the category.

    `moved` is what `price_moves.moves` returns; `asked` is calendar, last day and currency. Two
    moves in one category are each held against the days since: their effects overlap.

    Columns: competitor, category, date, change_rate (of the rival's prices), orders and
    usual_orders (since the move, and without it), orders_change_rate, effect_units and
    effect_margin (a year, below 0 is missing), each with low_ and high_; null where not known.
    """
    theirs = moved[(moved.competitor != US) & moved.competitor.notna()]
    found = []
    for one in theirs.itertuples():
        category = None if pd.isna(one.category) else one.category
        felt = effect(lines, category, one.date, asked[1])
        impact = cost(lines, asked, category, felt)
        told = {f"{end}orders_change_rate": (felt or {}).get(f"{end}change_rate") for end in _ENDS}
        if impact:
            told |= {"effect_margin": impact.value, "low_effect_margin": impact.low}
            told["high_effect_margin"] = impact.high
        found.append((felt or {}) | told)
    names = [f"{end}{name}" for name in _EFFECTS for end in _ENDS]
    rows = theirs[["competitor", "category", "date", "change_rate"]].reset_index(drop=True)
    return rows.join(pd.DataFrame(found, columns=["orders", "usual_orders", *names]))


def most_costly(rows: pd.DataFrame) -> Message:
    """Name the move that cost most margin; `rows` is what `costs` returns."""
    known = rows.dropna(subset="effect_margin")
    if known.empty:
        return Message("What rivals' moves did to us is not known yet", {})
    one = known.loc[known.effect_margin.idxmin()]
    return Message(
        "{rival:text} in {category:text}: {units:number} units and {margin:money} a year "
        "({low:money} to {high:money})",
        {
            **{"rival": one.competitor, "category": one.category, "units": one.effect_units},
            **{"margin": one.effect_margin, "low": one.low_effect_margin},
            "high": one.high_effect_margin,
        },
    )


def cost(
    lines: ibis.Table,
    asked: tuple[Calendar, date, str],
    category: str | None,
    felt: dict | None,
) -> Impact | None:
    """Return what a category misses or gains a year by what `effect` found.

    Contribution margin before marketing at the run rate of the last three complete months, less
    what it would be without the change. `asked` is calendar, last day and currency. The interval
    joins that of the effect and that of the run rate, orders arriving at random.
    """
    calendar, last, currency = asked
    segment = {"category": category}
    rate = worth.run_rate(lines, calendar, last, segment)
    if rate is None or felt is None or np.isnan(felt["margin_change_rate"]):
        return None
    basis, yearly = rate
    change = 1 + felt["margin_change_rate"]
    spread = np.log(1 + felt["high_margin_change_rate"]) - np.log(change)
    months = calendar.complete_months(last, 3)
    run = Period("run rate", months[0].start, months[-1].end)
    chance = worth.gap(of_segment(lines, segment), run, 0.0, basis, currency).high
    value = yearly * (1 - 1 / change)
    share = abs(1 - 1 / change)
    half = np.sqrt((yearly / change * spread) ** 2 + (share**2 + share) * chance**2)
    return Impact(
        *(round(float(end), 2) for end in (value, value - half, value + half)), currency, basis
    )
