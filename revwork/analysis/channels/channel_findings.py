"""Channel findings: terms that erode, channels that leave more or less, moves, dependence."""

import pandas as pd

from revwork.analysis import worth
from revwork.analysis.channels.investment import FIX, GROW
from revwork.findings import Finding, Impact, Message

LEVEL = 0.95
APART = 0.05  # of net revenue, that a channel leaves less than the others
MATTERS = 0.2  # of the company's net revenue, that hangs on one partner
_ERODED = (
    "{change:points} more (95 %: {low:points} to {high:points}), all other partners "
    "{others:points}. Orders of three months: {orders:number}. It began between {first:date} and "
    "{last:date}, and could be seen from {seen:date} on"
)
_NEXT = {
    "with": "Renegotiate: net revenue of the year changed by {grew:change}, so tie what is above "
    "{before:percent} to volume that is agreed, and take it back where none comes",
    "without": "Renegotiate back to {before:percent}: net revenue of the year changed by "
    "{grew:change}, so it bought no growth; begin with a part of the range, to see whether orders "
    "depend on it",
    "unknown": "Renegotiate back to {before:percent}; begin with a part of the range, to see "
    "whether orders depend on it",
}
_METRICS = {"discount": "partner_discount", "commission": "partner_commission"}
_ALONE = (
    "{change:points} more (95 %: {low:points} to {high:points}). Orders of three months: "
    "{orders:number}. It began between {first:date} and {last:date}, and could be seen from "
    "{seen:date} on"
)


def eroded(rows: pd.DataFrame, card: pd.DataFrame, currency: str) -> list[Finding]:
    """Return a finding for each partner whose terms cost more than before, beyond chance.

    `rows` is what `erosion.costs` returns, `card` what `partner_card.card` does. Impact: what is
    given above the level before, a year, at the run rate of the last three complete months.
    """
    grew = card.set_index("partner_id").change_rate.to_dict() if len(card) else {}
    sure = rows[(rows.high < 0) & (rows.low_change > 0)]
    return [_eroded(one, grew.get(one.partner_id), currency) for one in sure.itertuples()]


def behind(rows: pd.DataFrame, period: str, currency: str) -> list[Finding]:
    """Return a finding for each channel that leaves 5 points less of net revenue than the others.

    `rows` is what `investment.places` returns for a year by channel. Impact: the difference on a
    year's net revenue; nothing is told of fewer than 90 days.
    """
    far = rows[rows.standing.isin([FIX]) & (rows.rate_gap <= -APART) & rows.iloc[:, 0].notna()]
    far = far[far.yearly_revenue.notna()]
    return [_behind(one, period, currency) for one in far.itertuples()]


def ahead(rows: pd.DataFrame, period: str, currency: str) -> list[Finding]:
    """Return a finding for each channel that leaves more than the others and grows, beyond chance.

    `rows` is what `investment.places` returns for a year by channel. Impact: what its growth of the
    year left, as much as the same growth would leave again.
    """
    good = rows[rows.standing.isin([GROW]) & rows.iloc[:, 0].notna()]
    return [_ahead(one, period, currency) for one in good.itertuples()]


def switched(rows: pd.DataFrame, period: str, currency: str) -> list[Finding]:
    """Return a finding for each channel where direct customers who moved spend more or less for it.

    `rows` is what `channel_moves.effects` returns; only where the interval leaves 0 out.
    """
    sure = rows[(rows.low > 0) | (rows.high < 0)]
    return [_switched(one, period, currency) for one in sure.itertuples()]


def leaning(rows: pd.DataFrame, period: str) -> list[Finding]:
    """Return a finding where much of the company hangs on one partner.

    `rows` is what `partner_card.dependence` returns. One partner with a fifth of the company's net
    revenue, at least. No impact: what it takes along if it leaves is not known.
    """
    one = rows.iloc[0] if len(rows) else None
    if one is None or not one.largest_share * one.company_share >= MATTERS:
        return []
    return [
        Finding(
            metric="partner_dependence",
            segment={},
            direction="threat",
            kind="level",
            department="partners",
            period=period,
            claim=Message(
                "{share:percent} of net revenue hangs on one partner, {name:text}",
                {"name": one.largest, "share": one.largest_share * one.company_share},
            ),
            evidence=Message(
                "Partners bring {part:percent} of net revenue; they are as concentrated as "
                "{n:tenths} of equal size (Herfindahl index {hhi:decimal})",
                {"part": one.company_share, "n": one.effective_partners, "hhi": one.hhi},
            ),
            next_step=Message(
                "Agree a longer notice with {name:text}, and name a second partner for its "
                "customers before the next negotiation",
                {"name": one.largest},
            ),
            impact=None,
            confidence=LEVEL,
        )
    ]


def _eroded(one: tuple, grew: float | None, currency: str) -> Finding:
    impact = Impact(one.value, one.low, one.high, currency)
    told = {"change": one.change, "low": one.low_change, "high": one.high_change}
    told |= {"others": one.others_change, "orders": one.orders, "seen": one.visible_on}
    told |= {"first": one.low_since, "last": one.high_since}
    return Finding(
        metric=_METRICS[one.term],
        segment={"partner_id": one.partner_id},
        direction="threat",
        kind="change",
        department="partners",
        period=f"{one.since:%Y-%m}",
        claim=Message(
            "{partner:text}: {term:lower} has risen from {before:percent} to {now:percent} since "
            "{since:date}",
            {
                **{"partner": one.partner, "term": one.term, "since": one.since},
                **{"before": one.before_rate, "now": one.now_rate},
            },
        ),
        evidence=Message(_ALONE if pd.isna(one.others_change) else _ERODED, told),
        next_step=Message(_NEXT[_followed(grew)], {"before": one.before_rate, "grew": grew}),
        impact=impact,
        confidence=worth.confidence(impact),
    )


def _followed(grew: float | None) -> str:
    """Whether sales came with the terms."""
    if grew is None or pd.isna(grew):
        return "unknown"
    return "with" if grew > 0 else "without"


def _behind(one: tuple, period: str, currency: str) -> Finding:
    gaps = (one.rate_gap, one.low_rate_gap, one.high_rate_gap)
    impact = Impact(*(one.yearly_revenue * gap for gap in gaps), currency)
    dear = one.commission_rate > one.rest_commission_rate
    return Finding(
        metric="channel_contribution_rate",
        segment={"channel": one[1]},
        direction="weakness",
        kind="level",
        department="partners" if dear else "sales",
        period=period,
        claim=Message(
            "{channel:text} leaves {rate:percent} of net revenue after commission, the other "
            "channels {rest:percent}",
            {"channel": one[1], "rate": one.contribution_rate, "rest": one.rest_rate},
        ),
        evidence=Message(
            "Difference, 95 %: {low:points} to {high:points}. At the others' rate its {net:money} "
            "of the year would leave that much more. Commission there is {own:percent} of net "
            "revenue, elsewhere {others:percent}; the rest is what is sold, to whom, and on which "
            "terms",
            {
                **{"low": one.low_rate_gap, "high": one.high_rate_gap, "net": one.yearly_revenue},
                **{"own": one.commission_rate, "others": one.rest_commission_rate},
            },
        ),
        next_step=Message(
            "Renegotiate the commission: each point less is worth {point:money} a year; before "
            "that, list there what leaves most"
            if dear
            else "Look at its discounts, freight and range first: each point more is worth "
            "{point:money} a year",
            {"point": one.yearly_revenue * 0.01},
        ),
        impact=impact,
        confidence=worth.confidence(impact),
    )


def _ahead(one: tuple, period: str, currency: str) -> Finding:
    kept = one.base_revenue * one.contribution_rate
    grew = (one.change_rate, one.low_change_rate, one.high_change_rate)
    impact = Impact(*(kept * rate for rate in grew), currency)
    return Finding(
        metric="channel_investment",
        segment={"channel": one[1]},
        direction="opportunity",
        kind="opportunity",
        department="sales",
        period=period,
        claim=Message(
            "{channel:text} leaves {rate:percent} of net revenue after commission, the other "
            "channels {rest:percent}, and its net revenue grew by {grew:percent} in a year",
            {
                **{"channel": one[1], "rate": one.contribution_rate},
                **{"rest": one.rest_rate, "grew": one.change_rate},
            },
        ),
        evidence=Message(
            "95 %: difference {low:points} to {high:points}, growth {least:change} to "
            "{most:change}. The money is what as much growth again would leave at this rate",
            {
                **{"low": one.low_rate_gap, "high": one.high_rate_gap},
                **{"least": one.low_change_rate, "most": one.high_change_rate},
            },
        ),
        next_step=Message(
            "Put the next budget here first, in regions drawn by lot, and hold their growth "
            "against the others': that it grew does not prove that more money makes it grow",
            {},
        ),
        impact=impact,
        confidence=worth.confidence(impact),
    )


def _switched(one: tuple, period: str, currency: str) -> Finding:
    gain = one.value > 0
    impact = Impact(one.value, one.low, one.high, currency, one.basis)
    return Finding(
        metric="channel_move",
        segment={"channel": "" if pd.isna(one.channel) else one.channel},
        direction="opportunity" if gain else "weakness",
        kind="level",
        department="sales",
        period=period,
        claim=Message(
            "Direct customers who came back through {channel:text} bring more than those who stayed"
            if gain
            else "Direct customers who came back through {channel:text} bring less than those who "
            "stayed",
            {"channel": one.channel},
        ),
        evidence=Message(
            "Customers: {n:number}; each spent {before:money} the year before and {after:money} "
            "since, in all channels: {gap:signed} against those who stayed direct",
            {
                **{"n": one.customers, "before": one.spend_before},
                **{"after": one.spend_after, "gap": one.spend_gap},
            },
        ),
        next_step=Message(
            "Do not fight the move: it grows the customer. Try an invitation there on direct "
            "customers drawn by lot, which would prove it"
            if gain
            else "Offer direct customers drawn by lot a reason to come back, and hold their spend "
            "against the others': who moved may have had another reason to buy less",
            {},
        ),
        impact=impact,
        confidence=worth.confidence(impact),
    )
