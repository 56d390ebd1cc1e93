"""Deals: what happened to each, and how each stood on any day."""

from collections.abc import Sequence
from datetime import date

import ibis

from revwork.analysis.money import product, with_rate
from revwork.analysis.segments import recorded
from revwork.calendar import Period

DIMENSIONS = ("segment", "region", "source", "owner", "competitor", "loss_reason")
_KEPT = (
    *("opportunity_id", "name", "customer_id", "owner", "created_on", "source", "segment"),
    *("region", "competitor", "product_id", "partner_id"),
)
_STATE = ("stage", "outcome", "amount", "close_date", "forecast_category", "probability")
_FEW = 50  # one in so many deals without a history may be dated later than it closed
_FIRST, _LAST = 0, 2**31 - 1  # sequence of what is known from the deal itself, not its history


def moves(
    opportunities: ibis.Table,
    history: ibis.Table,
    fx_rates: ibis.Table,
    currency: str,
    as_of: date,
) -> ibis.Table:
    """Return one row per change of a deal up to a day, amounts in `currency`.

    The history's own changes; its creation, stage and amount unknown, where the history begins
    later; its closing, on its close date, where the history does not tell it; and for open deals
    on the day `as_of` what the CRM shows (unless deals are known to have closed later: then
    `as_of` is past, and what the CRM shows is not what it showed). A deal has one exchange rate,
    that of the day it was created, so that no rate looks like a change of the deal.

    Columns: opportunity_id, changed_on, sequence, stage, outcome, amount, close_date,
    forecast_category, probability, closed_on (null while open, or where no day is known),
    is_recorded (from the history).
    """
    rated = with_rate(opportunities, "created_on", fx_rates, currency)
    rates = rated.select(deal="opportunity_id", rate="rate")
    joined = history.inner_join(rates, history.opportunity_id == rates.deal)
    told = joined.mutate(amount=product(joined.amount, joined.rate)).drop("deal", "rate")
    told = told.filter(told.changed_on <= ibis.date(as_of)).mutate(
        probability=ibis.null("float64"),
        closed_on=_if_closed(told.outcome, _earlier(told.close_date, told.changed_on)),
        is_recorded=ibis.literal(True),
    )
    known = _with_history(rated, told)
    parts = [told, _created(known), _shown(known, as_of)]
    columns = ["opportunity_id", "changed_on", "sequence", *_STATE, "closed_on", "is_recorded"]
    return ibis.union(*(part.select(columns).cast({"sequence": "int64"}) for part in parts))


def standing(moves: ibis.Table, opportunities: ibis.Table, day: date) -> ibis.Table:
    """Return one row per deal created by the end of a day, as it stood then.

    `moves` is what the function of that name returns, up to that day or a later one. Columns:
    opportunity_id, name, customer_id, owner, created_on, source, segment, region, competitor,
    product_id, partner_id (these as they are today); stage, outcome, amount (company currency),
    close_date (expected, or closed), forecast_category, probability, changed_on, closed_on,
    is_recorded; loss_reason, of lost deals. What was not known then is null.
    """
    return _described(last_move(moves.filter(moves.changed_on <= ibis.date(day))), opportunities)


def standings(
    moves: ibis.Table, opportunities: ibis.Table, periods: Sequence[Period]
) -> ibis.Table:
    """Return the deals of `standing` as they stood on the last day of each period.

    Columns: those of standing; period (its place in the list), last_day, is_inside (closed in it).
    """
    spine = ibis.memtable(
        {
            "period": range(len(periods)),
            "first_day": [one.start for one in periods],
            "last_day": [one.last_day for one in periods],
        }
    )
    known = moves.inner_join(spine, moves.changed_on <= spine.last_day)
    state = _described(last_move(known, "period"), opportunities)
    inside = state.closed_on.between(state.first_day, state.last_day).fill_null(False)
    return state.mutate(is_inside=inside).drop("first_day")


def last_move(moves: ibis.Table, *within: str) -> ibis.Table:
    """Return the last change of each deal (within what is named): columns as they are."""
    late = [ibis.desc("changed_on"), ibis.desc("sequence")]
    window = ibis.window(group_by=[*within, "opportunity_id"], order_by=late)
    place = ibis.row_number().over(window)
    return moves.mutate(place=place).filter(lambda t: t.place == 0).drop("place")


def dimensions(deals: ibis.Table) -> list[str]:
    """Return the dimensions by which deals can be told apart: those that some deal tells."""
    return recorded(deals, DIMENSIONS[:-1])


def _described(state: ibis.Table, opportunities: ibis.Table) -> ibis.Table:
    """The last changes with what a deal is whatever the day; why it was lost once it is."""
    state = state.drop("sequence").rename(deal="opportunity_id")
    joined = opportunities.select(*_KEPT, reason="loss_reason").inner_join(
        state, opportunities.opportunity_id == state.deal
    )
    lost = ibis.cases((joined.outcome == "lost", joined.reason), else_=ibis.null("string"))
    return joined.mutate(loss_reason=lost).drop("deal", "reason")


def _with_history(rated: ibis.Table, told: ibis.Table) -> ibis.Table:
    """Deals with the day their history begins and the outcome it ends with, null without one."""
    begun = told.group_by("opportunity_id").agg(begins=told.changed_on.min())
    ended = last_move(told).select("opportunity_id", ends=told.outcome)
    both = begun.inner_join(ended, "opportunity_id").rename(deal="opportunity_id")
    joined = rated.left_join(both, rated.opportunity_id == both.deal).drop("deal")
    return joined.mutate(amount=product(joined.amount, joined.rate))


def _created(known: ibis.Table) -> ibis.Table:
    """Deals whose history does not begin with them: on that day nothing else is known of them."""
    late = known.filter(known.begins.isnull() | (known.begins > known.created_on))
    return late.mutate(
        changed_on=late.created_on,
        sequence=ibis.literal(_FIRST),
        stage=ibis.null("string"),
        outcome=ibis.literal("open"),
        amount=ibis.null(known.amount.type()),
        close_date=ibis.null("date"),
        forecast_category=ibis.null("string"),
        probability=ibis.null("float64"),
        closed_on=ibis.null("date"),
        is_recorded=ibis.literal(False),
    )


def _shown(known: ibis.Table, as_of: date) -> ibis.Table:
    """What the CRM shows and the history does not: closings by then, and open deals on the day."""
    day, closed = ibis.date(as_of), known.outcome != "open"
    untold = closed & ~known.ends.isin(["won", "lost"]).fill_null(False)
    is_past = _later(known, untold, as_of) > 0
    by_then = known.close_date <= day
    shown = untold & by_then if is_past else ~closed | (untold & by_then.fill_null(True))
    rows = known.filter(shown)
    return rows.mutate(
        changed_on=ibis.cases((rows.outcome == "open", day), else_=rows.close_date.coalesce(day)),
        sequence=ibis.literal(_LAST),
        closed_on=_if_closed(rows.outcome, rows.close_date),
        is_recorded=ibis.literal(False),
    )


def _later(known: ibis.Table, untold: ibis.Value, as_of: date) -> int:
    """How many deals closed later than the day; some of those without a history may be misdated."""
    late = (untold & (known.close_date > ibis.date(as_of))).fill_null(False)
    bare = untold & known.begins.isnull()
    sums = known.aggregate(late=late.sum().fill_null(0), bare=bare.sum().fill_null(0))
    late, bare = sums.execute().iloc[0]
    return int(late) if late * _FEW > bare else 0


def _earlier(one: ibis.Value, other: ibis.Value) -> ibis.Value:
    return ibis.cases((one < other, one), else_=other)


def _if_closed(outcome: ibis.Value, day: ibis.Value) -> ibis.Value:
    return ibis.cases((outcome != "open", day), else_=ibis.null("date"))
