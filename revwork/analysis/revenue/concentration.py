"""How much revenue hangs on how few: customers or products by size, and measures of it."""

import ibis
import pandas as pd

from revwork import metrics
from revwork.analysis.periods import between
from revwork.calendar import Period
from revwork.findings import Unanswered


def by_customer(lines: ibis.Table, period: Period) -> ibis.Table:
    """Return one row per customer with net revenue, share and class, largest first.

    Columns: customer_id (null: lines without customer), net (decimal), and, over customers
    with positive revenue (else null), rank, share, cumulative_share (0–1), abc: A while the
    larger ones hold less than 80 % (the one that crosses it is still A), B to 95 %, then C.

    Formula: abc = A to 80%, B to 95%, C to 100% of revenue; Class by size, largest first.
    """
    sold = between(lines, period)
    return _ranked(sold.group_by("customer_id").agg(net=metrics.net_revenue(sold)))


def by_product(lines: ibis.Table, period: Period) -> ibis.Table:
    """Return one row per product with net revenue, share and class, largest first.

    Columns: product_id (null: lines without product), product_name, and those of `by_customer`.
    """
    sold = between(lines, period)
    net = metrics.net_revenue(sold)
    return _ranked(sold.group_by("product_id").agg(product_name=sold.product_name.max(), net=net))


def summary(parts: ibis.Table) -> pd.DataFrame:
    """Return in one row how concentrated `by_customer` or `by_product` is.

    count and net: parts with positive revenue; others and others_net: known parts without;
    unknown_net: lines that name none; the three nets add up to the total. Of the first alone:
    hhi (Σ share², 1/count to 1), top_1_share, top_5_share, top_10_share, gini (0 equal, near
    1 all in one hand). Raises Unanswered where no known part has positive revenue.

    Formula: hhi = sum of squared shares; How concentrated revenue is: 1 is all in one hand.
    Formula: gini = 1 − twice the area under the curve of cumulative shares; How unequal the shares
    are: 0 is all equal, near 1 all in one hand.
    """
    identifier = parts[parts.columns[0]]
    counted, unknown = parts.rank.notnull(), identifier.isnull()
    row = parts.aggregate(
        count=parts.rank.count(),
        net=_money(parts.net, counted),
        others=(~counted & ~unknown).sum(),
        others_net=_money(parts.net, ~counted & ~unknown),
        unknown_net=_money(parts.net, unknown),
        hhi=(parts.share * parts.share).sum(),
        **{f"top_{n}_share": parts.share.sum(where=parts.rank <= n) for n in (1, 5, 10)},
        rank_by_share=(parts.rank * parts.share).sum(),
    ).execute()
    if not row["count"].item():
        raise Unanswered(
            "No positive revenue with a {column:text}: add it to orders.",
            column=identifier.get_name(),
        )
    row["gini"] = (row["count"] + 1 - 2 * row.pop("rank_by_share")) / row["count"]
    return row


def _ranked(parts: ibis.Table) -> ibis.Table:
    """Parts with their place among those with positive revenue; ties in order of identifier."""
    identifier = parts.columns[0]
    parts = parts.mutate(counted=(parts[identifier].notnull() & (parts.net > 0)).fill_null(False))
    largest_first = [ibis.desc("net"), ibis.asc(identifier)]
    so_far = ibis.cumulative_window(group_by="counted", order_by=largest_first)
    placed = parts.mutate(
        place=ibis.row_number().over(group_by="counted", order_by=largest_first) + 1,
        held=parts.net.sum().over(so_far),
        total=parts.net.sum().over(group_by="counted"),
    )
    larger_ones = metrics.ratio(placed.held - placed.net, placed.total).round(12)
    return placed.select(
        *parts.drop("counted").columns,
        share=_if_counted(placed, metrics.ratio(placed.net, placed.total)),
        cumulative_share=_if_counted(placed, metrics.ratio(placed.held, placed.total)),
        rank=_if_counted(placed, placed.place),
        abc=_if_counted(
            placed, ibis.cases((larger_ones < 0.8, "A"), (larger_ones < 0.95, "B"), else_="C")
        ),
    ).order_by(ibis.asc("rank", nulls_first=False), ibis.desc("net"), ibis.asc(identifier))


def _if_counted(placed: ibis.Table, value: ibis.Value) -> ibis.Value:
    return placed.counted.ifelse(value, None)


def _money(net: ibis.Column, where: ibis.Value) -> ibis.Value:
    return net.sum(where=where).fill_null(0).cast("float64")
