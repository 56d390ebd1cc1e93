"""Partner card: what each partner brings and leaves, its tier and trend, and how much depends."""

from dataclasses import replace
from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.channels.channel_scores import scores
from revwork.analysis.channels.channel_sums import Z95, sure
from revwork.analysis.periods import between, comparable, year_to
from revwork.calendar import Comparison
from revwork.findings import Message, Unanswered, Word

NO_PARTNER = (
    "No order names a partner: map partner_id in orders, or say in partners which channel is whose."
)
GROWS, SHRINKS = Word("Growing"), Word("Shrinking")
STEADY, NEW = Word("Unclear"), Word("New partner")
_DEPENDS = [
    *("of", "partners", "company_share", "largest", "largest_share", "hhi", "effective_partners")
]
_CARD = [
    *("partner", "tier", "region", "net_revenue", "share", "change_rate", "low_change_rate"),
    *("high_change_rate", "trend", "contribution_after_commission", "contribution_rate"),
    *("base_contribution_rate", "discount_rate", "base_discount_rate", "commission_rate"),
    *("agreed_rate", "returned_share", "new_customer_share", "orders", "partner_id"),
]


def of_partners(lines: ibis.Table, partners: ibis.Table) -> ibis.Table:
    """Return the lines that a partner brought, with `partner`, its name (else its identifier).

    The partner that the order names (`partner_id`); else the only one that claims its channel.
    Columns: those of the lines, partner_id, partner, tier. One row stays one row; none
    where no line has a partner.
    """
    claims = partners.filter(partners.channel.notnull())
    claims = claims.group_by("channel").agg(sole=claims.partner_id.max(), claimed=claims.count())
    claims = claims.filter(claims.claimed == 1).select(claims_channel="channel", sole="sole")
    rows = lines.left_join(claims, lines.channel == claims.claims_channel)
    named = rows.partner_id if "partner_id" in lines.columns else ibis.null("string")
    rows = rows.mutate(partner_id=named.cast("string").coalesce(rows.sole))
    rows = rows.filter(rows.partner_id.notnull()).drop("sole", "claims_channel")
    known = partners.select(key="partner_id", known_name="partner_name", known_tier="tier")
    rows = rows.left_join(known, rows.partner_id == known.key)
    return rows.mutate(
        partner=rows.known_name.coalesce(rows.partner_id), tier=rows.known_tier
    ).drop("key", "known_name", "known_tier")


def two_years(lines: ibis.Table, comparison: Comparison) -> Comparison:
    """Return the 365 days to the period's end beside the 365 before, where the lines reach back."""
    now = year_to(comparison.current)
    past = replace(now, name="before", start=now.start - timedelta(days=now.days), end=now.start)
    return comparable(Comparison(now, now, past, "previous", False), lines)


def card(sold: ibis.Table, partners: ibis.Table, year: Comparison) -> pd.DataFrame:
    """Return one row per partner of `of_partners` in the year, largest net revenue first.

    Columns: partner, tier, region (where its contract is); net_revenue (money), share (of all
    partners'), change_rate with low_ and high_change_rate, trend (words: grows or shrinks where the
    interval of the change, corrected for all partners, leaves 0 out);
    contribution_after_commission, contribution_rate, base_contribution_rate, discount_rate,
    base_discount_rate, commission_rate (paid), agreed_rate, returned_share, new_customer_share,
    orders, partner_id. Empty where no order names a partner.

    Formula: agreed_rate = commission agreed ÷ revenue; The commission of the partner's contract.
    """
    rows = scores(sold, year, "partner_id")
    known = partners.select(
        "partner_id", "partner_name", "tier", "region", agreed_rate="commission_rate"
    ).execute()
    rows = rows.astype({"partner_id": object}).merge(
        known.astype({"partner_id": object}), "left", "partner_id"
    )
    for name in ("partner_name", "tier", "region"):
        rows[name] = rows[name].astype(object).where(rows[name].notna(), None)
    rows["partner"] = rows.partner_name.where(rows.partner_name.notna(), rows.partner_id)
    wider = sure(len(rows)) / Z95
    rows["trend"] = [_trend(one, wider) for one in rows.itertuples()]
    return rows[_CARD]


def by_tier(sold: ibis.Table, year: Comparison) -> pd.DataFrame:
    """Return `scores` of the year by tier; Unanswered where no order names a partner."""
    rows = scores(sold, year, "tier")
    if rows.empty:
        raise Unanswered(NO_PARTNER)
    return rows


def dependence(rows: pd.DataFrame, lines: ibis.Table, year: Comparison) -> pd.DataFrame:
    """Return how much depends on few partners, of net revenue and of what it leaves.

    `rows` is what `card` returns, `lines` are the company's. Columns: of (net revenue, or
    contribution; the latter where it is known), partners (who left something), company_share
    (partners' of the company's, of net revenue), largest (its name), largest_share, hhi,
    effective_partners (1 ÷ hhi). Empty where no partner sold anything.

    Formula: effective_partners = 1 ÷ Herfindahl index; As many partners of equal size would be as
    concentrated.
    """
    found, net = [], between(lines, year.current).net.sum().cast("float64").execute()
    company = 0.0 if pd.isna(net) else net
    for measure in ("net_revenue", "contribution_after_commission"):
        amounts = rows[measure].where(rows[measure] > 0).dropna()
        if amounts.empty:
            continue
        parts = amounts / amounts.sum()
        hhi = float((parts**2).sum())
        told = measure == "net_revenue" and company > 0
        found.append(
            {
                "of": measure,
                "partners": len(parts),
                "company_share": amounts.sum() / company if told else np.nan,
                "largest": rows.partner[parts.idxmax()],
                "largest_share": parts.max(),
                "hhi": round(hhi, 9),
                "effective_partners": 1 / hhi,
            }
        )
    return pd.DataFrame(found, columns=_DEPENDS)


def points(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `card` as `chart.scatter` draws it: net revenue across, contribution rate up, by tier.

    Columns: partner, net_revenue, contribution_rate, group. Raises Unanswered where there is none.
    """
    if rows.empty:
        raise Unanswered(NO_PARTNER)
    return rows[["partner", "net_revenue", "contribution_rate"]].assign(group=rows.tier)


def reading(rows: pd.DataFrame) -> Message:
    """Name the partner who brings most and the one who leaves least of it."""
    if rows.empty:
        return Message(NO_PARTNER, {})
    known = rows.dropna(subset="contribution_rate")
    top = rows.iloc[0]
    if len(known) < 2:
        return Message(
            "{first:text} brings most: {share:percent} of what partners sell",
            {"first": top.partner, "share": top.share},
        )
    last = known.loc[known.contribution_rate.idxmin()]
    return Message(
        "{first:text} brings most ({share:percent} of what partners sell); {last:text} leaves "
        "least of net revenue after commission ({rate:percent})",
        {
            **{"first": top.partner, "share": top.share},
            **{"last": last.partner, "rate": last.contribution_rate},
        },
    )


def leaning(rows: pd.DataFrame) -> Message:
    """Say how much the largest partner holds, and what partners are of the company."""
    if rows.empty:
        return Message(NO_PARTNER, {})
    row = rows.iloc[0]
    return Message(
        "Partners bring {part:percent} of net revenue, {largest:text} {share:percent} of that",
        {"part": row.company_share, "largest": row.largest, "share": row.largest_share},
    )


def standing(rows: pd.DataFrame) -> Message:
    """Say what each tier leaves, of scores by tier: the one that leaves most and least."""
    known = rows.dropna(subset="contribution_rate")
    if len(known) < 2:
        return Message("Fewer than two tiers with a known cost: nothing to compare", {})
    best, worst = (
        known.loc[pick]
        for pick in (known.contribution_rate.idxmax(), known.contribution_rate.idxmin())
    )
    return Message(
        "{first:text} leaves most of net revenue ({most:percent}), {last:text} least "
        "({least:percent})",
        {
            **{"first": best.tier, "most": best.contribution_rate},
            **{"last": worst.tier, "least": worst.contribution_rate},
        },
    )


def _trend(one: tuple, wider: float) -> Word:
    """A word for the change, from its interval on the log scale, so much wider."""
    if pd.isna(one.low_change_rate):
        return NEW if pd.isna(one.change_rate) else STEADY
    low, mean, high = np.log1p([one.low_change_rate, one.change_rate, one.high_change_rate])
    if mean + (low - mean) * wider > 0:
        return GROWS
    return SHRINKS if mean + (high - mean) * wider < 0 else STEADY
