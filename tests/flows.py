"""Deals typed by hand, and those of the sample's generator, as the sales flow reads them."""

from datetime import date
from functools import cache

from companies import AS_OF, built
from conftest import typed

from revwork.analysis.sales_flow import deals, stages

LAST = date(2026, 6, 30)


def deal(name, *changes, **about):
    """One deal: its row, and its history from (day, stage or outcome, amount, close date)."""
    rows = []
    for number, change in enumerate(changes):
        day, stage, amount, due = (*change, None, None)[:4]
        outcome = stage if stage in ("won", "lost") else "open"
        rows.append(
            {
                **{"opportunity_id": name, "changed_on": day, "sequence": number + 1},
                **{"stage": stage, "outcome": outcome, "amount": amount, "close_date": due},
            }
        )
    last = rows[-1] if rows else {"stage": "A", "outcome": "open", "changed_on": "2026-01-01"}
    shown = {key: last.get(key) for key in ("stage", "outcome", "amount", "close_date")}
    if shown["outcome"] != "open" and not shown["close_date"]:
        shown["close_date"] = last["changed_on"]
    created = rows[0]["changed_on"] if rows else "2026-01-01"
    return {"opportunity_id": name, "created_on": created, **shown, **about}, rows


def flow(*made, last=LAST, fx_rates=()):
    """Return opportunities, moves and today's deals of what `deal` makes."""
    opportunities = typed("opportunities", [row for row, _ in made])
    history = typed("opportunity_history", [row for _, rows in made for row in rows])
    moves = deals.moves(opportunities, history, typed("fx_rates", fx_rates), "EUR", last)
    return opportunities, moves, deals.standing(moves, opportunities, last)


def visits(*made, last=LAST):
    """The visits to stages of what `deal` makes."""
    _, moves, today = flow(*made, last=last)
    return stages.spells(moves, today)


def closed(won, lost, day="2026-05-01", amount=100, **about):
    """So many deals won and lost on a day."""
    told = "".join(map(str, about.values()))
    outcomes = ["won"] * won + ["lost"] * lost
    return [
        deal(
            f"{told}{outcome}{at}{day}",
            ("2026-01-01", "A", amount),
            (day, outcome, amount),
            **about,
        )
        for at, outcome in enumerate(outcomes)
    ]


@cache
def company(seed, null=False, last=AS_OF):
    """A company of the sample's generator: opportunities, moves and deals, cached."""
    made = built(seed, null)
    opportunities = made.table("opportunities")
    history, rates = made.table("opportunity_history"), made.table("fx_rates")
    moves = deals.moves(opportunities, history, rates, "EUR", last).cache()
    return opportunities, moves, deals.standing(moves, opportunities, last).cache()
