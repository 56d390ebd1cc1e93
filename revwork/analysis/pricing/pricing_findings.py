"""Pricing findings: who gives discount away, which prices leave margin, what offers cost."""

from collections.abc import Callable
from datetime import date

import pandas as pd

from revwork.analysis.pricing import promotion_totals
from revwork.analysis.worth import confidence
from revwork.calendar import Calendar
from revwork.findings import Finding, Impact, Message, Unanswered

YEAR = 365.25
LEVEL = 0.95
_MORE = "{owner:text} gives {change:points} more discount since {since:date}"
_UNPAID = (
    "{owner:text} gives {change:points} more discount since {since:date}, and orders do not pay "
    "for it"
)
_GIVEN = "Discount before: {before:percent}, since: {after:percent}; customers: {customers:number}"
_FELT = (
    "Discount before: {before:percent}, since: {after:percent}; customers: {customers:number}. "
    "Orders since, against other owners': {felt:change} (95 %: {least:change} to {most:change}); "
    "{needed:change} would pay for it"
)
_ANSWER = (
    "With prices 10 % higher, units change by {units:change} (95 %: {least:change} to "
    "{most:change}); products looked at: {products:number}, dearer: {dearer:number}, cheaper: "
    "{cheaper:number}. Prices were not set at random"
)
_OFFERS = (
    "Sold {uplift:change} against usual days (95 %: {least:change} to {most:change}); discount "
    "given: {discount:money}. Before, meanwhile and after, against other categories: not proof"
)


def leaking(rows: pd.DataFrame, calendar: Calendar, currency: str) -> list[Finding]:
    """Return a finding for each owner who gives more discount that orders do not pay for.

    `rows` is what `leaks.leaks` returns; who sells so much more that it pays is left out.
    """
    paid = rows.low_orders_change_rate.astype(float) > rows.break_even_change_rate.astype(float)
    return [_leak(one, calendar, currency) for one in rows[~paid].itertuples()]


def prices(
    gains: pd.DataFrame, elasticities: pd.DataFrame, period: str, currency: str
) -> list[Finding]:
    """Return a finding for each category whose best prices would add margin beyond doubt.

    `gains` is what `best_price.by_category` returns of prices within those seen, `elasticities`
    what `elasticity.by_category` does. The impact is of last year's units.
    """
    answers = {
        None if pd.isna(one.category) else one.category: one for one in elasticities.itertuples()
    }
    sure = gains[(gains.low_extra_margin > 0) & (gains.extra_margin > 0)]
    return [
        _price(one, answers[None if pd.isna(one.category) else one.category], period, currency)
        for one in sure.itertuples()
    ]


def offers(rows: pd.DataFrame, as_of: date, period: str, currency: str) -> list[Finding]:
    """Return a finding where the offers measured together clearly earned or cost money.

    `rows` is what `promotion_effect.effects` returns. Impact: what they left, a year of the days
    from the first to the last day counted.
    """
    known = rows[rows.net_effect.notna()]
    if known.empty:
        return []
    (row,) = promotion_totals.total(known).itertuples()
    if row.low_net_effect <= 0 <= row.high_net_effect:
        return []
    days = max((as_of - known.start_date.min()).days, YEAR)
    ends = (end * YEAR / days for end in (row.net_effect, row.low_net_effect, row.high_net_effect))
    return [_offer(row, Impact(*ends, currency), period)]


def told(claims: Callable[[], list[Finding]]) -> list[Finding]:
    """Return the findings of a question; none where the data cannot answer it."""
    try:
        return claims()
    except Unanswered:
        return []


def _leak(one: tuple, calendar: Calendar, currency: str) -> Finding:
    impact = None if pd.isna(one.effect) else Impact(one.effect, one.low, one.high, currency)
    told = {"owner": one.owner, "change": one.discount_change, "since": one.since_date}
    felt = pd.notna(one.orders_change_rate) and pd.notna(one.break_even_change_rate)
    lost = felt and one.high_orders_change_rate < one.break_even_change_rate
    return Finding(
        metric="discount_rate",
        segment={"owner": one.owner},
        direction="weakness",
        kind="change",
        department="sales",
        period=calendar.holding(one.since_date, "month").name,
        claim=Message(_UNPAID if lost else _MORE, told),
        evidence=Message(_FELT if felt else _GIVEN, _seen(one, felt)),
        next_step=Message(
            "Ask what the discount was given for, and set a limit above which someone else agrees",
            {},
        ),
        impact=impact,
        confidence=confidence(impact) if impact else LEVEL,
    )


def _seen(one: tuple, felt: bool) -> dict:
    seen = {"before": one.before_rate, "after": one.after_rate, "customers": one.customers}
    if felt:
        seen |= {"felt": one.orders_change_rate, "needed": one.break_even_change_rate}
        seen |= {"least": one.low_orders_change_rate, "most": one.high_orders_change_rate}
    return seen


def _price(gain: tuple, answer: tuple, period: str, currency: str) -> Finding:
    impact = Impact(gain.extra_margin, gain.low_extra_margin, gain.high_extra_margin, currency)
    name = None if pd.isna(gain.category) else gain.category
    return Finding(
        metric="price_best",
        segment={"category": name or ""},
        direction="opportunity",
        kind="opportunity",
        department="product",
        period=period,
        claim=Message(
            "{category:text}: prices {change:change} on average, within those seen, would leave "
            "more margin",
            {"category": name, "change": gain.price_change_rate},
        ),
        evidence=Message(
            _ANSWER,
            {
                "units": answer.units_change_rate,
                "least": answer.low_units_change_rate,
                "most": answer.high_units_change_rate,
                "products": gain.products,
                "dearer": gain.dearer,
                "cheaper": gain.cheaper,
            },
        ),
        next_step=Message(
            "Move two or three products first, keep like ones as they are, and compare units after "
            "eight weeks: a category that moves at once was not seen",
            {},
        ),
        impact=impact,
        confidence=confidence(impact),
    )


def _offer(row: tuple, impact: Impact, period: str) -> Finding:
    pays = row.net_effect > 0
    return Finding(
        metric="net_effect",
        segment={},
        direction="strength" if pays else "weakness",
        kind="level",
        department="product",
        period=period,
        claim=Message(
            "Offers earned more than they cost: {net:signed} in all, offers: {offers:number}"
            if pays
            else "Offers cost more than they earned: {net:signed} in all, offers: {offers:number}",
            {"net": row.net_effect, "offers": row.offers},
        ),
        evidence=Message(
            _OFFERS,
            {
                "uplift": row.uplift_rate,
                "least": row.low_uplift_rate,
                "most": row.high_uplift_rate,
                "discount": row.discount_amount,
            },
        ),
        next_step=Message(
            "Hold the next offer back in one country, and compare"
            if pays
            else "Offer less off, or only where an offer sells beyond its break-even",
            {},
        ),
        impact=impact,
        confidence=confidence(impact),
    )
