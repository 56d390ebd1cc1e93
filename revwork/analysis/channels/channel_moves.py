"""Channel moves: who bought directly and now buys elsewhere, and what that did to their spend."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.channels.channel_flows import (
    NO_ORDER,
    came_to,
    one_each,
    year_before,
)
from revwork.analysis.channels.channel_sums import Z95
from revwork.analysis.margins import contribution
from revwork.analysis.periods import between, covers, is_within
from revwork.analysis.sales import by_order
from revwork.calendar import Period
from revwork.findings import Message, Unanswered

FEW = 10  # customers who moved, and who stayed, for what a move did to their spend
_MEASURES = ("spend", "left")
_MEANS = [f"{name}_{end}" for name in _MEASURES for end in ("before", "after", "change", "square")]
_ROWS = ["from_channel", "channel", "is_direct", "customers", *_MEANS, "direct_after"]


def direct_channels(
    lines: ibis.Table, partners: ibis.Table, named: Sequence[str] = ()
) -> list[str]:
    """Return the channels that are the company's own, in order of name.

    Those named; else those on which no order names a partner or bears a commission, and that no
    partner claims. Empty where none or all would be direct.
    """
    claimed = partners.filter(partners.channel.notnull()).select("channel").distinct()
    theirs = set(claimed.execute().channel)
    has = lines.partner_id.notnull() if "partner_id" in lines.columns else ibis.literal(False)
    known = lines.mutate(is_theirs=has).filter(lines.channel.notnull())
    sold = known.group_by("channel").agg(
        commission=known.commission.sum().fill_null(0).cast("float64"), named=known.is_theirs.any()
    )
    rows = sold.order_by("channel").execute()
    paid = (rows.commission > 0) | rows.named.astype(bool) | rows.channel.isin(theirs)
    direct = rows.channel.isin(list(named)) if named else ~paid
    return rows.channel[direct].tolist() if not direct.all() else []


def moves(lines: ibis.Table, direct: Sequence[str], year: Period) -> pd.DataFrame:
    """Return where customers who bought only directly the year before place their first order now.

    One order a customer settles it, the first of the year: who orders more often is not more
    likely to be seen elsewhere. Their spend counts in every channel, both years whole, returns
    taken off; those who did not order are a row, too (channel "No order").

    Columns: from_channel (of their last order before), channel (null: not recorded), is_direct
    (null without an order), customers; means a customer: spend_before, spend_after, spend_change,
    spend_square (its square), left_ likewise (contribution after commission; null where a cost is
    missing), direct_after (spend in direct channels). Empty where no channel is known to be direct,
    the year before is not covered, or nobody bought only directly in it.
    """
    past = year_before(year)
    if not direct or not all(covers(lines, [past])):
        return pd.DataFrame(columns=_ROWS)
    rows = _grouped(lines, direct, year, past).execute()
    channel = came_to(rows.channel, rows.again)
    own = channel.isin([*direct]).astype(object).where(rows.again.notna(), None)
    found = rows[["from_channel"]].assign(channel=channel, is_direct=own, customers=rows.customers)
    costed = rows.costed.sum() == rows.customers.sum()
    for name in [*_MEANS, "direct_after"]:
        known = costed or not name.startswith("left")
        found[name] = (rows[name] / rows.customers).round(6) if known else np.nan
    return found


def by_channel(rows: pd.DataFrame, measure: str = "spend") -> pd.DataFrame:
    """Return `moves` by where they came back, as `chart.dots` and tables show it.

    Columns: channel, customers, base, current (money a customer: the year before, and since), low
    and high (95 % of the change, on the base; null for one customer and without an order),
    direct_share (of the spend since); those who did not order last. Raises Unanswered where
    there is no row, or for what is left where costs are missing.
    """
    if rows.empty:
        raise Unanswered(
            "Who moved between channels needs two years of orders that name customer and channel, "
            "and channels that are direct beside others: the parameter direct names them."
        )
    if rows[f"{measure}_after"].isna().all():
        raise Unanswered("What these customers leave needs the cost of every order they placed.")
    found = []
    for name, part in rows.groupby("channel", dropna=False):
        n, change, error = _pooled(part, measure)
        error = np.nan if name == NO_ORDER else error
        before, after, spent, direct = (
            _mean(part, one)
            for one in (f"{measure}_before", f"{measure}_after", "spend_after", "direct_after")
        )
        found.append(
            {
                "channel": None if pd.isna(name) else name,
                "customers": n,
                "base": before,
                "current": after,
                "low": before + change - Z95 * error,
                "high": before + change + Z95 * error,
                "direct_share": direct / spent if spent > 0 else None,
            }
        )
    return pd.DataFrame(found).sort_values(
        ["channel", "customers"],
        key=lambda one: one.isin([NO_ORDER]) if one.name == "channel" else -one,
        kind="stable",
        ignore_index=True,
    )


def effects(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what a move did: change of those who moved less that of those who stayed direct.

    Of customers who ordered again, those who came from the same channel beside each other: mean
    change of contribution where it is known, else of spend, less that of who stayed, times how many
    moved. The interval (95 %) is Welch's, corrected for the channels compared. Not proof: who moves
    may have changed for another reason. With fewer than ten on a side nothing is told.

    Columns: channel, customers, spend_before, spend_after (money a customer), spend_gap; value, low
    and high (money a year, of all who moved), basis.
    """
    went = rows[(rows.is_direct == False)]  # noqa: E712
    stayed = rows[rows.is_direct == True].groupby("from_channel", dropna=False)  # noqa: E712
    there = {_key(name): part for name, part in stayed}
    groups = [
        (name, part[[_key(one) in there for one in part.from_channel]])
        for name, part in went.groupby("channel", dropna=False)
    ]
    enough = [(name, part) for name, part in groups if _enough(part, there)]
    found = [_effect(name, part, there, len(enough)) for name, part in enough]
    shown = ["channel", "customers", "spend_before", "spend_after", "spend_gap"]
    return pd.DataFrame(found, columns=[*shown, "value", "low", "high", "basis"])


def pictured(rows: pd.DataFrame, measure: str = "spend") -> pd.DataFrame:
    """Return the rows of `by_channel` that a picture can show: ten customers who ordered again."""
    found = by_channel(rows, measure)
    return found[(found.customers >= FEW) & ~found.channel.isin([NO_ORDER])].reset_index(drop=True)


def reading(rows: pd.DataFrame) -> Message:
    """Say how many direct customers now come first elsewhere, and what became of most of them."""
    went = rows[rows.is_direct == False]  # noqa: E712
    if went.empty:
        return Message("No direct customer of the year before placed a first order elsewhere", {})
    sizes = went.groupby("channel", dropna=False).customers.sum()
    name = _key(sizes.idxmax())
    most = went[went.channel.isnull() if name is None else went.channel == name]
    return Message(
        "Direct customers who came back elsewhere: {n:number} of {all:number}. Most through "
        "{channel:text}: each spent {before:money} before and {after:money} since, in all channels",
        {
            **{"n": went.customers.sum(), "all": rows.customers.sum(), "channel": name},
            **{"before": _mean(most, "spend_before"), "after": _mean(most, "spend_after")},
        },
    )


def _grouped(lines: ibis.Table, direct: Sequence[str], year: Period, past: Period) -> ibis.Table:
    """Customers by where they came from and came back, with sums and squares of their changes."""
    orders = by_order(lines).filter(lambda one: one.customer_id.notnull())
    then = between(orders, past)
    own = then.channel.isin([*direct]).fill_null(False)
    only = then.group_by("customer_id").agg(elsewhere=(~own).sum())
    only = only.filter(only.elsewhere == 0).select("customer_id")
    last = one_each(then, last=True).select(left_off="customer_id", from_channel="channel")
    now = one_each(between(orders, year))
    now = now.select(came="customer_id", channel="channel", again=ibis.literal(True))
    spent = _spent(lines, direct, year, past).rename(who="customer_id")
    rows = only.inner_join(last, only.customer_id == last.left_off)
    rows = rows.left_join(now, rows.customer_id == now.came)
    rows = rows.left_join(spent, rows.customer_id == spent.who)
    for name in _MEASURES:
        change = rows[f"{name}_after"] - rows[f"{name}_before"]
        rows = rows.mutate(**{f"{name}_change": change, f"{name}_square": change * change})
    told = {name: rows[name].sum() for name in [*_MEANS, "direct_after"]}
    grouped = rows.group_by(["from_channel", "channel", "again"])
    found = grouped.agg(customers=rows.count(), costed=rows.costed.sum(), **told)
    return found.order_by("from_channel", "again", ibis.desc("customers"), "channel")


def _spent(lines: ibis.Table, direct: Sequence[str], year: Period, past: Period) -> ibis.Table:
    """What each customer spent and left in both years, returns taken off."""
    rows = lines.mutate(left=contribution(lines))
    rows = rows.filter(rows.customer_id.notnull())
    rows = rows.mutate(now=is_within(rows.order_date, year), then=is_within(rows.order_date, past))
    rows = rows.filter(rows.now | rows.then)
    own = rows.channel.isin([*direct]).fill_null(False)
    amounts = {
        "spend_before": rows.net.sum(where=rows.then),
        "spend_after": rows.net.sum(where=rows.now),
        "left_before": rows.left.sum(where=rows.then),
        "left_after": rows.left.sum(where=rows.now),
        "direct_after": rows.net.sum(where=rows.now & own),
    }
    each = {name: value.cast("float64").fill_null(0) for name, value in amounts.items()}
    unknown = (rows.left.isnull() & rows.net.notnull()).sum()
    costed = (unknown == 0).cast("int64")
    return rows.group_by("customer_id").agg(costed=costed, **each)


def _mean(rows: pd.DataFrame, name: str) -> float:
    return float((rows[name] * rows.customers).sum() / rows.customers.sum())


def _pooled(rows: pd.DataFrame, measure: str) -> tuple[int, float, float]:
    """How many, their mean change, and its standard error; null for one customer."""
    n = int(rows.customers.sum())
    mean, square = (_mean(rows, f"{measure}_{end}") for end in ("change", "square"))
    error = np.sqrt(max(square - mean**2, 0) / (n - 1)) if n > 1 else np.nan
    return n, mean, float(error)


def _key(name: object) -> object:
    return None if pd.isna(name) else name


def _enough(part: pd.DataFrame, there: dict) -> bool:
    stayed = [there[_key(name)].customers.sum() for name in part.from_channel]
    return part.customers.sum() >= FEW and min(stayed, default=0) >= FEW


def _effect(name: object, part: pd.DataFrame, there: dict, compared: int) -> dict:
    known = part.left_change.notna().all()
    n = int(part.customers.sum())
    gap, _ = _gap(part, there, "spend", compared)
    value, half = (n * one for one in _gap(part, there, "left" if known else "spend", compared))
    return {
        **{"channel": _key(name), "customers": n, "spend_gap": gap},
        **{end: _mean(part, end) for end in ("spend_before", "spend_after")},
        **{"value": value, "low": value - half, "high": value + half},
        "basis": "contribution_margin" if known else "net_revenue",
    }


def _gap(part: pd.DataFrame, there: dict, measure: str, compared: int) -> tuple[float, float]:
    """Mean change of who moved less that of who stayed where they come from; half its interval."""
    from scipy.stats import t

    n, mean, error = _pooled(part, measure)
    variances, freedoms = [error**2], [n - 1]
    for origin, moved in zip(part.from_channel, part.customers, strict=True):
        size, stayed, wide = _pooled(there[_key(origin)], measure)
        mean -= moved / n * stayed
        variances.append((moved / n * wide) ** 2)
        freedoms.append(size - 1)
    total = sum(variances)
    if not total > 0:
        return mean, 0.0
    freedom = total**2 / sum(v**2 / f for v, f in zip(variances, freedoms, strict=True))
    return mean, float(t.isf(0.025 / compared, freedom) * np.sqrt(total))
