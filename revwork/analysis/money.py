"""Money: amounts of any table in the company's currency, and cents that add up."""

from collections.abc import Sequence
from itertools import cycle, islice

import ibis
import numpy as np
import pandas as pd

from revwork.contracts import Money


def converted(
    table: ibis.Table, amounts: Sequence[str], day: str, fx_rates: ibis.Table, currency: str
) -> ibis.Table:
    """Return rows with their amounts in `currency`, at the rate of their `day`.

    Columns: those of the table, `currency` now the company's; an amount whose currency had no
    rate by then is null. One row stays one row.
    """
    rated = with_rate(table, day, fx_rates, currency)
    at_home = {name: product(rated[name], rated.rate) for name in amounts}
    return rated.mutate(**at_home, currency=ibis.literal(currency)).drop("rate")


def with_rate(table: ibis.Table, day: str, fx_rates: ibis.Table, currency: str) -> ibis.Table:
    """Return rows with the `rate` of their `day`: 1 at home, else the last quoted, or null.

    A row without a currency is in the company's. Rates are looked up once for each currency and
    day there is: few, whatever the rows.
    """
    table = table.mutate(currency=table.currency.fill_null(currency))
    foreign = table.filter(table.currency != currency)
    asked = foreign.select(fx_currency="currency", fx_day=day).distinct()
    window = ibis.window(group_by="currency", order_by="date")
    quoted = fx_rates.select(
        quoted="currency",
        fx_rate="rate",
        holds_from="date",
        holds_until=fx_rates.date.lead().over(window),
    )
    holds = [
        asked.fx_currency == quoted.quoted,
        asked.fx_day >= quoted.holds_from,
        quoted.holds_until.isnull() | (asked.fx_day < quoted.holds_until),
    ]
    known = asked.join(quoted, holds).select("fx_currency", "fx_day", "fx_rate")
    joined = table.left_join(
        known, [table.currency == known.fx_currency, table[day] == known.fx_day]
    )
    home = ibis.literal(1).cast("decimal(18, 8)")
    rate = ibis.cases((joined.currency == currency, home), else_=joined.fx_rate)
    return joined.mutate(rate=rate).drop("fx_currency", "fx_day", "fx_rate")


def product(amount: ibis.Value, factor: ibis.Value) -> ibis.Value:
    """Return money as amount × factor, with room for the digits in between.

    Most factors are the rate at home, 1: wide decimals are slow, so only the others are multiplied.
    """
    wide = amount.cast("decimal(38, 4)") * factor.cast("decimal(38, 8)")
    return ibis.ifelse(factor == 1, amount.cast(Money), wide.round(4).cast(Money))


def in_cents(changes: pd.Series, split: list[str], base: float, current: float) -> pd.Series:
    """Return the changes to the cent, adding up to the change between the two rounded totals.

    The cents that rounding leaves over go to the bars of a split, those rounded off most first
    (largest remainder), so that a bar measured directly reads the same wherever it is printed.
    """
    assert abs(changes.sum() - (current - base)) < 0.01, "the bars do not make the change"
    cents = (changes * 100).round()
    left = round(round(current, 2) * 100) - round(round(base, 2) * 100) - int(cents.sum())
    gap = ((cents - changes * 100) * np.sign(left)).sort_values(kind="stable")
    takers = [bar for bar in gap.index if bar in split and cents[bar]] or [*gap.index]
    for bar in islice(cycle(takers), abs(left)):
        cents[bar] += np.sign(left)
    return cents / 100 + 0.0


def log_mean(a: pd.Series, b: pd.Series) -> pd.Series:
    """Return the logarithmic mean (a − b) / ln(a / b) of two positive series."""
    gap = np.log1p((a - b) / b)
    return ((a - b) / gap.where(gap != 0)).fillna(b)
