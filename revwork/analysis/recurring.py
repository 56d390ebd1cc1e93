"""How monthly recurring revenue (MRR) grows, shrinks and leaves."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import pandas as pd
import pyarrow as pa

from revwork.analysis.money import product
from revwork.analysis.subscribed import held
from revwork.calendar import Period
from revwork.contracts import Money
from revwork.findings import Unanswered

GAINS = ("new", "expansion", "reactivation")
LOSSES = ("contraction", "churn")
FIGURES = ("start", *GAINS, *LOSSES, "fx", "end")


def movements(
    subscriptions: ibis.Table, fx_rates: ibis.Table, months: Sequence[Period], currency: str
) -> pd.DataFrame:
    """Return one row per month: how MRR came from its start to its end, in `currency`.

    MRR is what is active on the month's last day. Columns: month, last_day; start, new,
    expansion, reactivation, contraction, churn, fx, end (money; losses positive, fx signed):
    end = start + new + expansion + reactivation − contraction − churn + fx; then
    `<figure>_customers` for all but fx. Each customer makes one movement a month at most (see
    `by_customer`). `months` are complete, oldest first. Raises Unanswered without
    subscriptions or months, or where a currency has no exchange rate yet.
    """
    if not months or not subscriptions.count().execute():
        raise Unanswered(
            "No subscription is paid in a complete month: add the table subscriptions."
        )
    moved = by_customer(subscriptions, fx_rates, months, currency)
    found = moved.group_by("number").agg(**_figures(moved), without_rate=moved.without_rate.max())
    rows = found.execute().set_index("number").reindex(range(len(months)))
    _stop_without_rate(rows.pop("without_rate").dropna())
    rows = rows.astype("float64").fillna(0.0)
    customers = rows.columns.difference(FIGURES)
    names = {"month": [m.name for m in months], "last_day": [_last_day(m) for m in months]}
    return pd.concat([pd.DataFrame(names), rows.astype(dict.fromkeys(customers, "int64"))], axis=1)


def by_customer(
    subscriptions: ibis.Table, fx_rates: ibis.Table, months: Sequence[Period], currency: str
) -> ibis.Table:
    """Return one row per month and customer paying at its start or end, with the one movement.

    Columns: number (place in `months`), customer_id, start, fx, change, end (decimal, in
    `currency`: start + fx + change = end), movement: new (never paid before), reactivation
    (paid before, not at the start), expansion, contraction (of all the customer pays,
    whatever the number of subscriptions), churn (nothing left), or null; without_rate: a
    currency not quoted yet, the row's money null; was_paying, is_paying. Start is at the rate of
    the day before the month, change and end at that of its last day, fx is what the move of
    the rate did to start. A subscription has one price: a row ends where its next begins.
    """
    rows = held(subscriptions)
    first_paid = rows.group_by("customer_id").agg(first_paid=rows.start_date.min())
    both = _at_both_ends(rows, months, currency)
    paid = _converted(both, _quotes(fx_rates, months), currency).join(first_paid, "customer_id")
    paid = _known_only(paid.filter(paid.was_paying | paid.is_paying))
    return paid.select(
        "number",
        "customer_id",
        "start",
        "end",
        "was_paying",
        "is_paying",
        "without_rate",
        fx=paid.revalued - paid.start,
        change=paid.end - paid.revalued,
        movement=_movement(paid),
    )


def rates(movements: pd.DataFrame, count_reactivation: bool = False) -> pd.DataFrame:
    """Return per month what share of the starting MRR was kept.

    Columns: month, gross_churn = (churn + contraction) / start, grr = 1 − gross_churn,
    net_churn = 1 − nrr, nrr = (start + expansion − contraction − churn) / start, and
    quick_ratio = (new + expansion) / (churn + contraction); reactivation is added to
    expansion on request. Start counts at the month's closing rates (start + fx), as the movements
    do, so that exchange rates look neither like churn nor growth. Null where nothing divides.

    Formula: gross_churn = (churn + contraction) ÷ start; Recurring revenue lost in the month.
    Formula: grr = 1 − gross churn; Recurring revenue kept, without any growth.
    Formula: net_churn = 1 − net retention; Recurring revenue lost after growth of who stayed.
    Formula: nrr = (start + expansion − contraction − churn) ÷ start; Recurring revenue kept, with
    the growth of those who stayed.
    Formula: quick_ratio = (new + expansion) ÷ (churn + contraction); How many times what is gained
    makes good what is lost.
    """
    base = _nonzero(movements.start + movements.fx)
    lost = movements.churn + movements.contraction
    grown = movements.expansion + (movements.reactivation if count_reactivation else 0)
    return pd.DataFrame(
        {
            "month": movements.month,
            "gross_churn": lost / base,
            "grr": 1 - lost / base,
            "net_churn": (lost - grown) / base,
            "nrr": 1 - (lost - grown) / base,
            "quick_ratio": (movements.new + grown) / _nonzero(lost),
        }
    )


def _nonzero(base: pd.Series) -> pd.Series:
    """The base to divide by; null where it is nothing, to the cent."""
    return base.where(base.round(2) != 0)


def _last_day(month: Period) -> date:
    return month.end - timedelta(days=1)


def _before(month: Period) -> date:
    return month.start - timedelta(days=1)


def _at_both_ends(rows: ibis.Table, months: Sequence[Period], currency: str) -> ibis.Table:
    """What each customer pays at a month's start and end, per currency."""
    columns = {
        "number": range(len(months)),
        "before": [_before(month) for month in months],
        "last_day": [_last_day(month) for month in months],
    }
    month = ibis.memtable(pa.table(columns))
    ends = rows.end_date
    pairs = rows.join(
        month, [rows.start_date <= month.last_day, ends.isnull() | (ends > month.before)]
    ).mutate(currency=rows.currency.fill_null(currency))
    return pairs.group_by("number", "before", "last_day", "customer_id", "currency").agg(
        opening=_active(pairs, pairs.before), closing=_active(pairs, pairs.last_day)
    )


def _active(pairs: ibis.Table, day: ibis.Value) -> ibis.Value:
    runs = (pairs.start_date <= day) & (pairs.end_date.isnull() | (pairs.end_date > day))
    return pairs.monthly_amount.sum(where=runs).fill_null(0).cast(Money)


def _quotes(fx_rates: ibis.Table, months: Sequence[Period]) -> ibis.Table:
    """The last rate of each currency on or before each day MRR is read."""
    days = sorted({_before(month) for month in months} | {_last_day(month) for month in months})
    read = ibis.memtable(pa.table({"on_day": days}))
    so_far = fx_rates.join(read, fx_rates.date <= read.on_day)
    return so_far.group_by("on_day", quoted="currency").agg(rate=so_far.rate.argmax(so_far.date))


def _converted(held: ibis.Table, quotes: ibis.Table, currency: str) -> ibis.Table:
    """Each customer's month in company currency: start, start at closing rates, end."""
    held = _with_rate(held, quotes, currency, "before")
    held = _with_rate(held, quotes, currency, "last_day")
    unknown = ((held.opening > 0) & held.rate_before.isnull()) | (
        (held.closing > 0) & held.rate_last_day.isnull()
    )
    return held.group_by("number", "before", "customer_id").agg(
        start=_worth(held.opening, held.rate_before),
        revalued=_worth(held.opening, held.rate_last_day),
        end=_worth(held.closing, held.rate_last_day),
        was_paying=held.opening.sum() > 0,
        is_paying=held.closing.sum() > 0,
        without_rate=held.currency.max(where=unknown),
    )


def _with_rate(held: ibis.Table, quotes: ibis.Table, currency: str, day: str) -> ibis.Table:
    """Rows with `rate_<day>`: 1 at home, else the last one quoted on or before that day."""
    joined = held.left_join(quotes, [held[day] == quotes.on_day, held.currency == quotes.quoted])
    home = ibis.literal(1).cast("decimal(18, 8)")
    rate = ibis.cases((joined.currency == currency, home), else_=joined.rate)
    return joined.mutate(**{f"rate_{day}": rate}).drop("on_day", "quoted", "rate")


def _worth(amount: ibis.Value, rate: ibis.Value) -> ibis.Value:
    return product(amount, rate).sum(where=amount > 0).fill_null(0)


def _known_only(paid: ibis.Table) -> ibis.Table:
    """Rows whose money is null where a currency of theirs has no rate."""
    known = paid.without_rate.isnull()
    money = ("start", "revalued", "end")
    return paid.mutate(**{name: known.ifelse(paid[name], None) for name in money})


def _movement(paid: ibis.Table) -> ibis.Value:
    change = paid.end - paid.revalued
    return ibis.cases(
        (~paid.was_paying & (paid.first_paid > paid.before), "new"),
        (~paid.was_paying, "reactivation"),
        (~paid.is_paying, "churn"),
        (change > 0, "expansion"),
        (change < 0, "contraction"),
        else_=None,
    )


def _figures(moved: ibis.Table) -> dict[str, ibis.Value]:
    """Money and customers of each figure, losses as positive money."""
    money = {name: moved[name].sum() for name in ("start", "fx", "end")}
    customers = {"start": moved.was_paying.sum(), "end": moved.is_paying.sum()}
    for name in (*GAINS, *LOSSES):
        made = moved.movement == name
        change = moved.change.sum(where=made)
        money[name] = -change if name in LOSSES else change
        customers[name] = made.sum()
    counted = {f"{name}_customers": customers[name] for name in FIGURES if name in customers}
    return {**{name: money[name] for name in FIGURES}, **counted}


def _stop_without_rate(currencies: pd.Series) -> None:
    if not currencies.empty:
        name = min(currencies)
        raise Unanswered(
            "No exchange rate for {currency:text} yet in some months: add it to fx_rates.",
            currency=name,
        )
