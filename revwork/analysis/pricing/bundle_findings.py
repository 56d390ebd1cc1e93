"""Bundle findings: what hangs on a pair that nobody offers, and how to offer it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import ibis
import pandas as pd

from revwork.analysis import worth
from revwork.analysis.margins import contribution
from revwork.analysis.periods import covers
from revwork.analysis.pricing.associations import chosen
from revwork.calendar import Calendar, Period
from revwork.findings import Finding, Impact, Message, Unanswered

_BUNDLE = (
    "Offer both for {price:cents} instead of {apart:cents}, never below {floor:cents}: it pays "
    "from {needed:percent} who take both. Prove it with a test read by revenue"
)
_BESIDE = (
    "Show it beside the first at full price: a margin floor of {floor:cents} leaves no discount. "
    "Prove it with a test read by revenue"
)


def priced(
    offers: Callable[[], pd.DataFrame],
    tables: tuple[ibis.Table, ibis.Table],
    calendar: Calendar,
    as_of: date,
    currency: str,
) -> pd.DataFrame:
    """Return the offers with `impact`: what the added product leaves a year beside the first.

    `tables` are the sales lines and the opportunities. Contribution before marketing of the second
    product in baskets with the first, in the last three complete months, less the share that
    baskets without the first hold, too. It is what the pair brings today: what a bundle adds is
    the offer's added margin. Null where the lines do not cover three months, or nobody bought both
    in them. No row where there is no offer.
    """
    try:
        rows = offers()
    except Unanswered:
        return pd.DataFrame()
    months = calendar.complete_months(as_of, 3)
    if not months or not all(covers(tables[0], months)):
        return rows.assign(impact=None)
    stretch = Period("run rate", months[0].start, months[-1].end)
    sold = chosen(*tables, stretch).cache()
    return rows.assign(impact=[_hanging(one, sold, stretch, currency) for one in rows.itertuples()])


def found(rows: pd.DataFrame, pairs: pd.DataFrame, names: pd.Series, period: str) -> list[Finding]:
    """Return a finding for each offer that `priced` tells; without one whose money may be nothing.

    `pairs` are those the offers were designed for, `names` what products are called by their id.
    """
    if rows.empty:
        return []
    told = rows.merge(pairs[["first", "second", "both", "by_chance", "lift", "q"]])
    sure = [row for row in told.to_dict("records") if not row["impact"] or row["impact"].low > 0]
    return [_finding(row, names, period) for row in sure]


def _hanging(offer: tuple, sold: ibis.Table, stretch: Period, currency: str) -> Impact | None:
    sides = offer[1], offer[2]
    first = sold.filter(sold.product_id == sides[0]).select("order_id").distinct()
    added = sold.filter(sold.product_id == sides[1]).semi_join(first, "order_id").cache()
    total = contribution(added).sum().cast("float64").execute()
    beyond = 1 - offer.other_rate / offer.attach_rate if offer.other_rate > 0 else 1.0
    if pd.isna(total):
        return None
    impact = worth.gap(added, stretch, float(total) * beyond, "contribution_margin", currency)
    ends = {end: round(getattr(impact, end), 4) for end in ("value", "low", "high")}
    return replace(impact, **ends)


def _finding(row: dict, names: pd.Series, period: str) -> Finding:
    impact = row["impact"]
    first, second = (names.get(row[side], row[side]) for side in ("first", "second"))
    offer = {"price": row["bundle_price"], "apart": row["apart_price"], "floor": row["floor_price"]}
    return Finding(
        metric="bundle",
        segment={"product_id": row["first"], "added_product": row["second"]},
        direction="opportunity",
        kind="opportunity",
        department="product",
        period=period,
        claim=Message(
            "{share:percent} of those who buy {first:text} add {second:text}, and no promotion "
            "offers both",
            {"share": row["attach_rate"], "first": first, "second": second},
        ),
        evidence=Message(
            "Baskets with both: {both:number}, by chance {expected:number} (lift {lift:multiple}). "
            "The money is what the added product leaves there today; at {chosen:percent} who take "
            "both the bundle adds {extra:money} a month ({low:money} to {high:money})",
            {
                **{"both": row["both"], "expected": row["by_chance"], "lift": row["lift"]},
                **{"chosen": row["chosen_attach_rate"], "extra": row["added_margin"]},
                **{"low": row["low_added_margin"], "high": row["high_added_margin"]},
            },
        ),
        next_step=Message(
            _BUNDLE if row["discount_rate"] > 0 else _BESIDE,
            offer | {"needed": row["needed_attach_rate"]},
        ),
        impact=impact,
        confidence=worth.confidence(impact) if impact else round(1 - row["q"], 3),
    )
