"""Where two departments tell the money of the same thing apart, by month, and what explains it.

Every comparison returns a `Reconciliation`. Money is in the company's
currency, at the rate of the day of each row; calendar months, those that both tables reach.
"""

from dataclasses import dataclass
from datetime import date

import ibis
import pandas as pd

from revwork.analysis.due import due_days
from revwork.analysis.money import product, with_rate
from revwork.analysis.reasons import agree, likeliest
from revwork.contracts import Money
from revwork.findings import Message, Unanswered

_NEAR = 0.25


@dataclass(frozen=True)
class Reconciliation:
    """What one department counts against another, and the likeliest reason that they differ.

    `title`: the key of a label.
    `months`: month (its first day), ours, theirs, difference = ours − theirs; money.
    """

    title: str
    months: pd.DataFrame
    reason: Message

    @property
    def agree(self) -> bool:
        """Whether the sides tell the same, to half a percent of what moves."""
        return agree(self.months)

    @property
    def total(self) -> float:
        """Difference of all months."""
        return float(self.months.difference.sum())

    @property
    def largest(self) -> tuple[date, float]:
        """The month that differs most, and by how much."""
        row = self.months.loc[self.months.difference.abs().idxmax()]
        return row.month, float(row.difference)

    @property
    def message(self) -> Message:
        """One sentence: total difference, largest month, likeliest reason."""
        month, largest = self.largest
        values = {"all_ours": float(self.months.ours.sum()), "total": self.total}
        values |= {"all_theirs": float(self.months.theirs.sum())}
        values |= {"most_in": f"{month:%Y-%m}", "largest": largest}
        return Message(
            "{title:label}: {all_ours:money} against {all_theirs:money}, {total:signed}; "
            "most in {most_in:period} ({largest:signed}); {reason:text}",
            {"title": self.title, **values, "reason": self.reason},
        )


def deals_against_orders(
    opportunities: ibis.Table, orders: ibis.Table, fx_rates: ibis.Table, currency: str
) -> Reconciliation:
    """Won deals by month of their close date against all that these customers ordered that month.

    Orders count whole, credits off, cancelled ones not. Raises Unanswered where no won deal
    has a customer, a day and an amount, or a currency has no rate.
    """
    won = opportunities.filter(
        opportunities.outcome == "won",
        opportunities.close_date.notnull(),
        opportunities.amount.notnull(),
    )
    won = _worth(won, ("close_date", "amount"), fx_rates, currency)
    won = _kept(_once(won, ("customer_id", "name", "day", "local")))
    named = won.filter(won.customer_id.notnull())
    if not named.count().execute():
        raise Unanswered("No won deal names its customer and amount: add customer_id and amount.")
    sold = _sold(orders.semi_join(named, "customer_id"), fx_rates, currency)
    ours = won.group_by("month").agg(
        **_sums(won, "ours"), named=_money(won.worth.sum(where=won.customer_id.notnull()))
    )
    matched = _around(named.select("customer_id", "month").distinct(), sold)
    sides = (ours, matched.group_by("month").agg(**_near_sums(matched)))
    names = ("won_deals_against_orders", "won_deals", "orders")
    return _reconciled(sides, _common(_span(won), _span(orders, "order_date")), names, fx_rates)


def claims_against_orders(
    spend: ibis.Table,
    touchpoints: ibis.Table,
    orders: ibis.Table,
    fx_rates: ibis.Table,
    currency: str,
) -> Reconciliation:
    """Revenue that advertising platforms claim against orders that an advertised channel touched.

    Each order counts once, however many channels touched it. Raises Unanswered without
    conversion_value, or without touchpoints that name orders.
    """
    claimed = spend.filter(spend.conversion_value.notnull())
    claimed = _worth(claimed, ("date", "conversion_value"), fx_rates, currency)
    claimed = _kept(_once(claimed, ("day", "channel", "campaign_id", "region", "local")))
    paid = touchpoints.filter(touchpoints.order_id.notnull()).semi_join(claimed, "channel")
    counted = paid.group_by("order_id").agg(channels=paid.channel.nunique())
    if not claimed.count().execute():
        raise Unanswered("Platforms claim no revenue: add conversion_value to spend.")
    if not counted.count().execute():
        raise Unanswered("Which orders advertising touched is not known: add touchpoints.")
    sold = _sold(orders.semi_join(counted, "order_id"), fx_rates, currency)
    touched = sold.join(counted, "order_id")
    theirs = touched.group_by("month").agg(
        **_sums(touched, "theirs"), overlap=_money((touched.worth * touched.channels).sum())
    )
    sides = (claimed.group_by("month").agg(**_sums(claimed, "ours")), theirs)
    names = ("revenue_claimed_by_platforms_against_orders", "claims", "orders")
    return _reconciled(sides, _common(_span(claimed), _span(orders, "order_date")), names, fx_rates)


def subscriptions_against_invoices(
    subscriptions: ibis.Table, orders: ibis.Table, fx_rates: ibis.Table, currency: str
) -> Reconciliation:
    """What subscriptions are due, on the day of the month they began, against orders that fit.

    An order fits if the customer placed it in that month and its value is nearest to the amount
    due, and within a quarter of it; several equally near all count. Raises Unanswered where no
    subscription is due while there are orders.
    """
    days = _span(orders, "order_date")
    if days[0] is None:
        raise Unanswered("No orders to hold subscriptions against.")
    due = _worth(due_days(subscriptions, *days), ("due_on", "monthly_amount"), fx_rates, currency)
    due = _kept(_once(due, ("customer_id", "plan", "day", "local")))
    if not due.count().execute():
        raise Unanswered("No subscription runs while there are orders.")
    sold = _sold(orders.semi_join(due, "customer_id"), fx_rates, currency)
    wanted = due.select("customer_id", "month", "worth").distinct()
    fits = _invoices(_around(wanted.rename(wanted="worth"), sold))
    sides = (
        due.group_by("month").agg(**_sums(due, "ours")),
        fits.group_by("month").agg(**_near_sums(fits)),
    )
    names = ("subscriptions_against_invoices", "subscriptions", "orders")
    return _reconciled(sides, days, names, fx_rates)


def advertising_against_expenses(
    spend: ibis.Table, expenses: ibis.Table, fx_rates: ibis.Table, currency: str
) -> Reconciliation:
    """What marketing paid platforms against the marketing expenses that finance booked."""
    paid = _worth(spend, ("date", "cost"), fx_rates, currency)
    paid = _kept(_once(paid, ("day", "channel", "campaign_id", "region", "local")))
    booked = expenses.filter(expenses.kind == "marketing")
    booked = _worth(booked, ("date", "amount"), fx_rates, currency)
    booked = _kept(_once(booked, ("day", "region", "channel", "description", "local")))
    if not booked.count().execute():
        raise Unanswered("Finance booked no marketing expenses: add kind marketing to expenses.")
    sides = (
        paid.group_by("month").agg(**_sums(paid, "ours")),
        booked.group_by("month").agg(**_sums(booked, "theirs")),
    )
    names = ("advertising_paid_against_finance", "spend", "expenses")
    return _reconciled(sides, _common(_span(paid), _span(booked)), names, fx_rates)


def deals_against_finance(
    opportunities: ibis.Table, expenses: ibis.Table, fx_rates: ibis.Table, currency: str
) -> Reconciliation:
    """Won deals against what finance booked: no contract holds revenue as a ledger does."""
    raise Unanswered(
        "Won deals cannot be held against finance: expenses hold costs only. Revenue as billed "
        "belongs into orders."
    )


def _worth(
    rows: ibis.Table, place: tuple[str, str], fx_rates: ibis.Table, currency: str
) -> ibis.Table:
    """Rows with `day`, `month` (counted), `local` and `worth`: their amount in `currency`.

    `unrated` is the currency where it has no rate.
    """
    day, amount = place
    rated = with_rate(rows, day, fx_rates, currency)
    return rated.mutate(
        unrated=rated.rate.isnull().ifelse(rated.currency, None),
        day=rated[day],
        month=_month(rated[day]),
        local=rated[amount],
        worth=product(rated[amount], rated.rate),
    )


def _kept(rows: ibis.Table) -> ibis.Table:
    """The rows worked out once, all of them with a rate."""
    rows = rows.cache()
    unrated = rows.unrated.min().execute()
    if isinstance(unrated, str):
        said = "No exchange rate for {currency:text} in some months: add it to fx_rates."
        raise Unanswered(said, currency=unrated)
    return rows


def _month(day: ibis.Value) -> ibis.Value:
    return day.year().cast("int64") * 12 + day.month().cast("int64") - 1


def _once(rows: ibis.Table, key: tuple[str, ...]) -> ibis.Table:
    """Rows with `once`: their worth, nothing where an earlier row says the same."""
    window = ibis.window(group_by=[rows[column] for column in key], order_by=rows.day)
    number = ibis.row_number().over(window)
    return rows.mutate(once=(number == 0).ifelse(rows.worth, ibis.literal(0).cast(Money)))


def _sold(orders: ibis.Table, fx_rates: ibis.Table, currency: str) -> ibis.Table:
    """One row per order and day: customer_id, month, worth, once, local; cancelled lines not."""
    lines = orders.filter(orders.status.fill_null("open") != "cancelled")
    lines = _worth(lines, ("order_date", "net_amount"), fx_rates, currency)
    lines = _once(lines, ("customer_id", "product_id", "quantity", "day", "local"))
    sums = {name: lines[name].sum() for name in ("worth", "once", "local")}
    whole = lines.group_by("order_id", "customer_id", "day", "month")
    return _kept(whole.agg(**sums, unrated=lines.unrated.min()))


def _around(wanted: ibis.Table, sold: ibis.Table) -> ibis.Table:
    """Orders of the customers wanted, that month and those beside it: `late` is −1, 0 or 1."""
    placed = sold.rename(placed="month")
    beside = [
        wanted.customer_id == placed.customer_id,
        placed.placed >= wanted.month - 1,
        placed.placed <= wanted.month + 1,
    ]
    joined = wanted.join(placed, beside)
    return joined.mutate(late=joined.placed - joined.month)


def _invoices(around: ibis.Table) -> ibis.Table:
    """The orders nearest to an amount wanted, within a quarter of it; each once a month."""
    off = (around.worth.cast("float64") / around.wanted.cast("float64") - 1).abs()
    close = around.mutate(off=off.round(2)).filter(off <= _NEAR)
    key = [close.customer_id, close.month, close.wanted, close.late]
    nearest = close.mutate(least=close.off.min().over(group_by=key))
    nearest = nearest.filter(nearest.off == nearest.least)
    return nearest.select("month", "late", "order_id", "worth", "once", "local").distinct()


def _money(value: ibis.Value) -> ibis.Value:
    return value.cast("float64")


def _sums(rows: ibis.Table, side: str) -> dict[str, ibis.Value]:
    return {
        side: _money(rows.worth.sum()),
        f"{side}_once": _money(rows.once.sum()),
        f"{side}_local": _money(rows.local.sum()),
    }


def _near_sums(rows: ibis.Table) -> dict[str, ibis.Value]:
    now = rows.late == 0
    figures = {"theirs": rows.worth, "theirs_once": rows.once, "theirs_local": rows.local}
    sums = {name: _money(value.sum(where=now)) for name, value in figures.items()}
    moved = {"later": 1, "earlier": -1}
    return sums | {n: _money(rows.worth.sum(where=rows.late == by)) for n, by in moved.items()}


def _span(rows: ibis.Table, day: str = "day") -> tuple[date | None, date | None]:
    found = rows.aggregate(first=rows[day].min(), last=rows[day].max()).to_pyarrow().to_pylist()[0]
    return found["first"], found["last"]


def _common(ours: tuple, theirs: tuple) -> tuple[date, date]:
    """The first and last day of the months in which both have rows."""
    (a, b), (c, d) = ours, theirs
    if None in (a, c) or max(a, c).replace(day=1) > min(b, d):
        raise Unanswered("The two tables have no month in common.")
    return max(a, c), min(b, d)


def _reconciled(
    sides: tuple[ibis.Table, ibis.Table],
    days: tuple[date, date],
    names: tuple[str, str, str],
    fx_rates: ibis.Table,
) -> Reconciliation:
    title, *called = names
    first, last = (day.year * 12 + day.month - 1 for day in days)
    found = [side.execute().set_index("month") for side in sides]
    wide = pd.concat(found, axis=1).reindex(range(first, last + 1)).astype("float64").fillna(0.0)
    if "later" not in wide:
        wide = wide.assign(later=wide.theirs.shift(-1), earlier=wide.theirs.shift(1)).fillna(0.0)
    wide = wide.round(2)
    starts = [date(month // 12, month % 12 + 1, 1) for month in wide.index]
    months = wide[["ours", "theirs"]].assign(difference=wide.ours - wide.theirs)
    months.insert(0, "month", starts)
    reason = likeliest(wide, days[1], dict(zip(("ours", "theirs"), called, strict=True)), fx_rates)
    return Reconciliation(title, months.reset_index(drop=True), reason)
