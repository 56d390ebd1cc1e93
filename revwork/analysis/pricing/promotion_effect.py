"""Promotions: what an offer sold more, less what it took from later weeks and other sales."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.margins import contribution
from revwork.findings import Unanswered

BEFORE, AFTER, AROUND = 28, 14, 60  # days usual on each side, of the after-effect, to look in
LEAST = 14  # usual days, to measure an offer by
MOST = 40  # offers measured: the last to end
ENOUGH = 5  # lines expected, to tell an offer's own uplift
SUMS = ("lines", "left", "known", "offered", "listed")
ROLES = ("mine", "beside", "elsewhere", "others", "others_elsewhere")
_Z95 = 1.959964


def effects(regular: ibis.Table, promotions: ibis.Table, as_of: date) -> pd.DataFrame:
    """Return what each offer brought, the last to end first, the 40 last that are over for 14 days.

    Expected is what the offered products sold in the usual days before and after (28 each side,
    without any offer in that channel, none of the 14 days after), times how all other categories
    of the channel moved. Lines sold are counted, and one is worth what it leaves on usual days:
    uplift is beyond expected; pull-forward is what is missing in the 14 days after; cannibalised
    what is missing meanwhile in other products of its categories and, of the same products, in
    other channels. `regular` is what `list_prices.at_list` returns. Intervals 95 %: lines come at
    random (Poisson).

    Columns: promotion_id, name, start_date, end_date, channel, category (one, else null),
    price_cut_rate (as it was), sold_count, expected_count, uplift_rate with low_ and high_,
    break_even_rate (null where an offered line leaves nothing), pull_forward_count and
    cannibalised_count (lines, what is missing is negative), discount_amount, net_effect with low_
    and high_ (money, contribution before marketing), variance. Null where it cannot be measured.
    Raises Unanswered where there is no promotion.

    Formula: uplift_rate = lines sold in the offer ÷ lines expected without it − 1; What an offer
    sold more than the usual days around it, as other categories moved meanwhile.
    Formula: break_even_rate = margin of a line ÷ (margin of a line − discount) − 1; How much more
    an offer must sell to earn what it would have earned without.
    Formula: net_effect = margin of the lines more − discount on the others − pull-forward −
    cannibalised; What an offer left beyond what would have been without it.
    """
    known = _offers(promotions, as_of)
    if known.empty:
        raise Unanswered(
            "No promotion is over for 14 days: map promotions with their days, products or "
            "categories, and the share taken off."
        )
    daily = _daily(regular).cache()
    counts = _counted(daily, known, as_of)
    rows = pd.DataFrame([_effect(counts, one) for one in known.to_dict("records")])
    return rows.round(6)


def rate_of(sold: object, expected: object, unsure: object) -> tuple:
    """Return uplift and half its 95 % interval (delta method)."""
    rate = sold / expected - 1
    spread = np.sqrt(sold / expected**2 + (sold / expected) ** 2 * unsure / expected**2)
    return rate, _Z95 * spread


def _offers(promotions: ibis.Table, as_of: date) -> pd.DataFrame:
    """One row per promotion that is over, with sets of what it offers."""
    rows = promotions.execute()
    days = ["start_date", "end_date"]
    rows[days] = rows[days].apply(pd.to_datetime)
    found = [_offer(name, part) for name, part in rows.groupby("promotion_id", sort=True)]
    table = pd.DataFrame(found)
    if table.empty:
        return table
    over = table[table.end_date <= pd.Timestamp(as_of) - timedelta(days=AFTER)]
    order = ["end_date", "promotion_id"]
    return over.sort_values(order, ascending=[False, True], ignore_index=True).head(MOST)


def _offer(name: str, rows: pd.DataFrame) -> dict:
    alone = {key: set(rows[key].dropna()) for key in ("product_id", "category")}
    everything = bool((rows.product_id.isna() & rows.category.isna()).any())
    return {
        "promotion_id": name,
        "name": rows["name"].iloc[0],
        "start_date": rows.start_date.min(),
        "end_date": rows.end_date.max(),
        "channel": _only(rows.channel),
        "region": _only(rows.region),
        "products": alone["product_id"],
        "categories": set(rows.category[rows.product_id.isna()].dropna()),
        "everything": everything,
    }


def _only(column: pd.Series) -> str | None:
    values = column.drop_duplicates()
    return values.iloc[0] if len(values) == 1 and pd.notna(values.iloc[0]) else None


def _daily(regular: ibis.Table) -> ibis.Table:
    """By product, channel, region and day the lines sold, what they left and what offers took."""
    rows = regular.filter(regular.product_id.notnull())
    rows = rows.mutate(left=contribution(rows))
    keys = ["product_id", "category", "channel", "region", "order_date"]
    return rows.group_by(keys).agg(
        lines=rows.count(),
        left=rows.left.sum().cast("float64"),
        known=rows.left.count(),
        offered=-rows.offers.sum().cast("float64"),
        listed=rows.listed.sum().cast("float64"),
    )


def _phases(one: dict, every: pd.DataFrame, first: int, last: int) -> dict[int, str]:
    """Day → phase of an offer: meanwhile, after, and the usual days next to it on either side."""
    start, end = one["start_date"].toordinal(), one["end_date"].toordinal()
    same = every.channel.isna() | (one["channel"] is None) | (every.channel == one["channel"])
    spans = zip(every.start_date[same], every.end_date[same], strict=True)
    busy = {day for a, b in spans for day in range(a.toordinal(), b.toordinal() + 1)}
    sides = range(start - 1, start - AROUND, -1), range(end + AFTER + 1, end + AFTER + AROUND)
    usual = [
        day
        for side in sides
        for day in [one for one in side if one not in busy and first <= one <= last][:BEFORE]
    ]
    if len(usual) < LEAST:
        return {}
    after = [day for day in range(end + 1, end + AFTER + 1) if day not in busy]
    return {
        **dict.fromkeys(range(start, end + 1), "meanwhile"),
        **dict.fromkeys(after, "after"),
        **dict.fromkeys(usual, "usual"),
    }


def _counted(daily: ibis.Table, known: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """By offer, role and phase the lines sold and what they left: pulled once for all offers."""
    first = daily.order_date.min().execute()
    start = as_of if pd.isna(first) else pd.Timestamp(first).date()
    offers = {one["promotion_id"]: one for one in known.to_dict("records")}
    days = [
        (name, date.fromordinal(day), phase)
        for name, one in offers.items()
        for day, phase in _phases(one, known, start.toordinal(), as_of.toordinal()).items()
    ]
    if not days:
        return pd.DataFrame(columns=["promotion_id", "role", "phase", *SUMS, "kind"])
    spine = ibis.memtable(pd.DataFrame(days, columns=["promotion_id", "order_date", "phase"]))
    joined = daily.inner_join(spine, "order_date")
    keys = ["promotion_id", "phase", "product_id", "category", "channel", "region"]
    sums = {name: joined[name].sum() for name in SUMS}
    rows = joined.group_by(keys).agg(**sums).order_by(keys).execute()
    parts = [_roles(part, offers[name]) for name, part in rows.groupby("promotion_id")]
    every = pd.concat(parts, ignore_index=True) if parts else rows.assign(role=None, kind=None)
    sums = {name: (name, "sum") for name in SUMS}
    kinds = {"kind": ("kind", "max"), "least_kind": ("kind", "min")}
    return (
        every.groupby(["promotion_id", "role", "phase"])
        .agg(**sums, **kinds)
        .astype(dict.fromkeys(SUMS, float))
    )


def _roles(rows: pd.DataFrame, one: dict) -> pd.DataFrame:
    """What a product and channel are to an offer: mine, beside, elsewhere, or none of them."""
    rows = rows if one["region"] is None else rows[rows.region == one["region"]]
    mine = (rows.product_id.isin(one["products"]) | rows.category.isin(one["categories"])) | one[
        "everything"
    ]
    here = (rows.channel == one["channel"]) | (one["channel"] is None)
    near = rows.category.isin(set(rows.category[mine]))
    role = np.select(
        [mine & here, near & ~mine & here, mine & ~here, ~near & here, ~near & ~here],
        ["mine", "beside", "elsewhere", "others", "others_elsewhere"],
        "none",
    )
    return rows.assign(role=role, kind=rows.category.fillna("").where(mine))


def _effect(counts: pd.DataFrame, one: dict) -> dict:
    told = {name: one[name] for name in ("promotion_id", "name", "channel")}
    told |= {name: one[name].date() for name in ("start_date", "end_date")}
    if one["promotion_id"] not in counts.index:
        return told | _unknown()
    rows = counts.loc[one["promotion_id"]]
    return told | _told({role: _of_role(rows, role) for role in ROLES})


def _of_role(rows: pd.DataFrame, role: str) -> pd.DataFrame:
    part = rows.loc[role] if role in rows.index else rows.iloc[:0].droplevel("role")
    return part.reindex(["usual", "meanwhile", "after"]).fillna(dict.fromkeys(SUMS, 0.0))


def _unknown() -> dict:
    names = (
        "price_cut_rate sold_count expected_count expected_variance uplift_rate low_uplift_rate "
        "high_uplift_rate break_even_rate pull_forward_count cannibalised_count discount_amount "
        "net_effect low_net_effect high_net_effect variance"
    )
    return {"category": None} | dict.fromkeys(names.split(), np.nan)


def _beyond(part: pd.DataFrame, control: pd.DataFrame, phase: str) -> tuple[float, float, float]:
    """Lines beyond expected in a phase, what was expected, and its variance."""
    usual, other, now = (
        part.lines["usual"], control.lines["usual"], control.lines[phase]
    )  # fmt: skip
    if min(usual, other, now) <= 0:
        return 0.0, 0.0, 0.0
    expected = usual * now / other
    variance = expected**2 * (1 / usual + 1 / other + 1 / now)
    return part.lines[phase] - expected, expected, variance


def _told(roles: dict[str, pd.DataFrame]) -> dict:
    mine, others = roles["mine"], roles["others"]
    _, expected, unsure = _beyond(mine, others, "meanwhile")
    now, usual = mine.loc["meanwhile"], mine.loc["usual"]
    if expected <= 0 or usual.known <= 0:
        return _unknown()
    each, off = usual.left / usual.known, now.offered / max(now.lines, 1)
    later, _, due_unsure = _beyond(mine, others, "after")
    beside = _beyond(roles["beside"], others, "meanwhile")
    elsewhere = _beyond(roles["elsewhere"], roles["others_elsewhere"], "meanwhile")
    taken = beside[0] + elsewhere[0]
    noise = [
        (each - off) ** 2 * now.lines + each**2 * unsure,
        each**2 * (mine.lines["after"] + due_unsure),
        each**2 * (roles["beside"].lines["meanwhile"] + beside[2]),
        each**2 * (roles["elsewhere"].lines["meanwhile"] + elsewhere[2]),
    ]
    own = now.lines * (each - off) - expected * each
    net, half = own + (later + taken) * each, _Z95 * np.sqrt(sum(noise))
    rate, wide = rate_of(now.lines, expected, unsure)
    wide = wide if expected >= ENOUGH else np.nan
    kinds = {*mine.kind.dropna(), *mine.least_kind.dropna()}
    return {
        "category": next(iter(kinds)) or None if len(kinds) == 1 else None,
        "price_cut_rate": now.offered / now.listed if now.listed > 0 else np.nan,
        "sold_count": now.lines,
        "expected_count": expected,
        "expected_variance": unsure,
        "uplift_rate": rate + 0 * wide,
        "low_uplift_rate": rate - wide,
        "high_uplift_rate": rate + wide,
        "break_even_rate": each / (each - off) - 1 if each > off else np.nan,
        "pull_forward_count": later,
        "cannibalised_count": taken,
        "discount_amount": now.offered,
        "net_effect": net,
        "low_net_effect": net - half,
        "high_net_effect": net + half,
        "variance": sum(noise),
    }
