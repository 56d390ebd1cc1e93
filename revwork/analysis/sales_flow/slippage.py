"""Slippage: deals that did not close when they were said to, and what becomes of them."""

from contextlib import suppress
from datetime import date

import ibis
import pandas as pd

from revwork.analysis.periods import is_within
from revwork.analysis.sales_flow.deals import last_move
from revwork.calendar import Calendar, Period
from revwork.findings import Unanswered
from revwork.metrics import wilson

_BECAME = ["won", "lost", "slipped"]


def expected(moves: ibis.Table, period: Period) -> pd.DataFrame:
    """Return what became, by the period's end, of what its first day expected it to close.

    Of the deals open before the first day with a close date in the period. Columns: became (won,
    lost, or open: slipped past the end, or overdue), deals, amount (money, as it stood before the
    first day), share (of deals), amount_share. Raises Unanswered where none was expected.

    Formula: slipped_share = deals still open at the end ÷ deals due when the period began; How much
    of what was to close in the period did not close at all.
    """
    before = last_move(moves.filter(moves.changed_on < ibis.date(period.start)))
    due = before.filter((before.outcome == "open") & is_within(before.close_date, period))
    after = last_move(moves.filter(moves.changed_on < ibis.date(period.end)))
    then = due.select("opportunity_id", amount=due.amount.cast("float64"))
    now = after.select(deal="opportunity_id", became=after.outcome)
    both = then.inner_join(now, then.opportunity_id == now.deal)
    rows = both.group_by("became").agg(deals=both.count(), amount=both.amount.sum())
    found = rows.execute().set_index("became").reindex(["won", "lost", "open"])
    found = found.fillna({"deals": 0, "amount": 0.0}).reset_index()
    if not found.deals.sum():
        raise Unanswered(
            "No deal was expected to close in {period:period} when it began: its close dates are "
            "not known from opportunity_history.",
            period=period.name,
        )
    total = found.amount.sum()
    found = found.assign(
        deals=found.deals.astype(int),
        share=found.deals / found.deals.sum(),
        amount_share=found.amount / total if total else None,
    )
    return found.replace({"became": {"open": "slipped"}})


def by_quarter(moves: ibis.Table, calendar: Calendar, day: date, quarters: int = 8) -> pd.DataFrame:
    """Return what became of the deals due in each of the last complete quarters, oldest first.

    Columns: name (of the quarter), start, due (deals expected to close in it when it began),
    won_share, lost_share, value (share that slipped past its end) with low and high (Wilson,
    95 %). Quarters in which nothing was due are left out.
    """
    last, rows = calendar.period("last quarter", day), []
    for one in _back(calendar, last, quarters):
        with suppress(Unanswered):
            found = expected(moves, one).set_index("became").deals
            rows.append({"name": one.name, "start": one.start, **found})
    table = pd.DataFrame(rows, columns=["name", "start", *_BECAME])
    due = table[_BECAME].sum(axis=1)
    shares = wilson(table.slipped, due, 0.95)
    shares.columns = ["value", "low", "high"]
    table = table.assign(due=due, won_share=table.won / due, lost_share=table.lost / due)
    return table[["name", "start", "due", "won_share", "lost_share"]].join(shares)


def known(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what `by_quarter` does; raises Unanswered where nothing was ever due."""
    if rows.empty:
        raise Unanswered(
            "Which deals were due is not known: add opportunity_history with close_date, one row "
            "per change of a deal."
        )
    return rows


def pushes(moves: ibis.Table, deals: ibis.Table, period: Period, by: str) -> pd.DataFrame:
    """Return how often close dates of open deals were moved later in the period, most days first.

    Columns: the dimension, pushed_deals, pushes, mean_push_days, pushed_amount (money, of the
    deals pushed, as they stand). Raises Unanswered where no close date moved.
    """
    moved = _pushes(moves).filter(lambda t: is_within(t.changed_on, period))
    counts = moved.group_by("opportunity_id").agg(times=moved.count(), later=moved.later.sum())
    joined = counts.rename(deal="opportunity_id").inner_join(
        deals, ibis._.deal == deals.opportunity_id
    )
    rows = joined.group_by(by).agg(
        pushed_deals=joined.count(),
        pushes=joined.times.sum(),
        mean_push_days=joined.later.sum().cast("float64") / joined.times.sum().cast("float64"),
        pushed_amount=joined.amount.sum().cast("float64"),
    )
    found = rows.order_by(ibis.desc("pushed_amount"), by).execute()
    if found.empty:
        raise Unanswered(
            "No close date was moved later in {period:period}, or opportunity_history does not "
            "tell it.",
            period=period.name,
        )
    return found


def _back(calendar: Calendar, last: Period, count: int) -> list[Period]:
    """So many periods up to the last, oldest first."""
    found = [last]
    while len(found) < count:
        found.insert(0, calendar.previous(found[0]))
    return found


def _pushes(moves: ibis.Table) -> ibis.Table:
    """Changes of an open deal that set a later close date, with `later`, how many days."""
    window = ibis.window(group_by="opportunity_id", order_by=["changed_on", "sequence"])
    told = moves.mutate(was=moves.close_date.lag().over(window))
    later = told.mutate(later=told.close_date.delta(told.was, unit="day"))
    return later.filter((later.outcome == "open") & (later.later > 0))
