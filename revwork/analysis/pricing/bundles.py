"""Bundles: which pairs found are worth an offer, and what they leave, where, without one."""

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.margins import contribution
from revwork.findings import Message, Unanswered, Word
from revwork.metrics import wilson

LEVEL = 0.95
SEEN = 30  # baskets with both before a pair is proposed
MOST = 3  # pairs proposed at a time
PLACE = ("segment", "channel")
KEYS = ["first", "second"]


def proposed(pairs: pd.DataFrame, promotions: ibis.Table) -> pd.DataFrame:
    """Return the pairs found that are seen often enough and that no promotion offers together.

    A promotion offers two products together where it names both. The surest first, 3 at most.
    """
    named = promotions.filter(promotions.product_id.notnull())
    named = named.select("promotion_id", "product_id").distinct().execute()
    both = named.merge(named, on="promotion_id")
    offered = {*zip(both.product_id_x, both.product_id_y, strict=True)}
    wanted = pairs[pairs.found & (pairs.both >= SEEN)]
    new = [pair not in offered for pair in zip(wanted["first"], wanted["second"], strict=True)]
    order = wanted[np.array(new, bool)].sort_values(["p", "both", *KEYS], ascending=[
        True, False, True, True
    ])  # fmt: skip
    return order.head(MOST).reset_index(drop=True)


def counted(pairs: pd.DataFrame, rows: ibis.Table) -> pd.DataFrame:
    """Return baskets and money of each pair by segment and channel.

    `rows` are the lines the pairs were found in. Columns: place (of the pair), first, second,
    segment, channel, baskets, first_count, second_count, both, costed (both, their costs known);
    over the baskets costed, null where there is none, net_first, net_second, left_first,
    left_second (contribution before marketing), square (of left_second), units_first,
    units_second. Raises Unanswered where no pair is proposed.
    """
    if pairs.empty:
        raise Unanswered(
            "No pair of products is bought together beyond chance in 30 baskets or more: there is "
            "nothing to bundle yet."
        )
    each = _each(rows)
    wanted = pairs[KEYS].set_axis(["first_id", "second_id"], axis=1).reset_index(names="place")
    sides = ibis.memtable(
        wanted.drop(columns="place"), schema={"first_id": "string", "second_id": "string"}
    )
    place = each.group_by("order_id").agg(**{name: each[name].max() for name in PLACE})
    baskets = place.group_by(list(PLACE)).agg(baskets=place.count()).execute()
    seconds = each.inner_join(sides, each.product_id == sides.second_id)
    keys = ["first_id", "second_id", *PLACE]
    counts = seconds.group_by(keys).agg(second_count=seconds.count()).execute()
    found = baskets.merge(wanted, how="cross")
    found = found.merge(counts, "left", keys).merge(_both(each, sides).execute(), "left", keys)
    numbers = ["second_count", "first_count", "both", "costed"]
    found[numbers] = found[numbers].fillna(0).astype(int)
    found = found.rename(columns={"first_id": "first", "second_id": "second"})
    return found.sort_values(["place", *PLACE], ignore_index=True).round(6)


def choices(pairs: pd.DataFrame, names: pd.Series) -> dict[str, int]:
    """Return the place of each pair by what its products are called; one place where none is."""
    called = ([names.get(one, one) for one in pairs[side]] for side in KEYS)
    told = (f"{one} + {two}" for one, two in zip(*called, strict=True))
    return {name: place for place, name in enumerate(told)} or {Word("No pair"): 0}


def attached(counts: pd.DataFrame, place: int, by: str) -> pd.DataFrame:
    """Return the share of the first product's baskets with the second, by one dimension.

    Of the pair at a place of those `proposed`. Columns: the dimension, current (the share) with low
    and high (Wilson, 95 %), base (null: nothing to compare it with), n (baskets with the first).
    """
    rows = counts[counts.place == place].groupby(by, dropna=False)[["first_count", "both"]]
    sums = rows.sum().reset_index()
    sums = sums[sums.first_count > 0].reset_index(drop=True)
    shares = wilson(sums.both, sums.first_count, LEVEL).set_axis(["current", "low", "high"], axis=1)
    return pd.concat([sums[[by]], shares], axis=1).assign(base=np.nan, n=sums.first_count)


def where(rows: pd.DataFrame) -> Message:
    """Say where most and fewest add the second product, and whether chance may have done that."""
    top, least = rows.loc[rows.current.idxmax()], rows.loc[rows.current.idxmin()]
    told = {"top": top.iloc[0], "most": top.current, "low": least.iloc[0], "least": least.current}
    if top.low <= least.high:
        return Message("No clear difference: {least:percent} to {most:percent} add it", told)
    return Message(
        "Most add it in {top:text} ({most:percent}), fewest in {low:text} ({least:percent})", told
    )


def _each(rows: ibis.Table) -> ibis.Table:
    """One row per basket and product: where, and its money."""
    known = rows.mutate(left=contribution(rows).cast("float64"))
    return known.group_by(["order_id", "product_id"]).agg(
        net=known.net.sum().cast("float64"),
        left=known.left.sum(),
        units=known.quantity.sum().cast("float64"),
        **{name: known[name].max() for name in PLACE},
    )


def _both(each: ibis.Table, sides: ibis.Table) -> ibis.Table:
    """Baskets with the first by pair and place, and what both brought where both were bought."""
    one = each.inner_join(sides, each.product_id == sides.first_id)
    other = each.view().select(
        "order_id", "product_id", net_second="net", left_second="left", units_second="units"
    )
    met = [one.order_id == other.order_id, one.second_id == other.product_id]
    joined = one.left_join(other, met, rname="{name}_second")
    known = joined.order_id_second.notnull()
    costed = joined.left.notnull() & joined.left_second.notnull()
    money = ("net", "left", "units")
    return joined.group_by(["first_id", "second_id", *PLACE]).agg(
        first_count=joined.count(),
        both=known.cast("int64").sum(),
        costed=costed.cast("int64").sum(),
        **{f"{name}_first": joined[name].sum(where=costed) for name in money},
        **{f"{name}_second": joined[f"{name}_second"].sum(where=costed) for name in money},
        square=(joined.left_second * joined.left_second).sum(where=costed),
    )
