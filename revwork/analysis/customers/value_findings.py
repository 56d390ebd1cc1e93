"""Value findings: who costs money, who may leave, whose opinion turned, what is not sold yet."""

import ibis
import pandas as pd

from revwork.analysis import worth
from revwork.analysis.customers import churn_risk, whitespace
from revwork.analysis.customers.tiers import LIKELY
from revwork.analysis.margins import contribution
from revwork.analysis.periods import between, year_to
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Finding, Impact, Message, Unanswered, segment

LOSS = 0.001  # of what all customers leave in a year: less is no finding
LUCK = 0.05  # chance that a score is called moved by luck, all parts together
SOME = 10  # customers, for an offer to be worth preparing
_BASIS = "contribution_margin"


def loss_makers(
    accounts: pd.DataFrame,
    lines: ibis.Table,
    comparison: Comparison,
    calendar: Calendar,
    currency: str,
) -> list[Finding]:
    """Return a finding for each customer who costs money, whatever acquiring them took.

    `accounts` is what `profitability.accounts` returns for the year to the period's end. The loss
    has to be a thousandth of what all customers leave, and below zero with its whole interval
    (95 %, orders arriving at random), in the year and in its last three months. These are the
    impact, for a year: contribution margin, without the tickets.
    """
    known = accounts[accounts.customer_id.notna() & accounts.customer_margin.notna()]
    least = LOSS * known.customer_margin.clip(lower=0).sum()
    worst = known[(known.customer_margin < 0) & (known.customer_margin <= -least)]
    year = year_to(comparison.current)
    first, *_, last = calendar.complete_months(year.last_day, 3)
    months = Period("last three months", first.start, last.end)
    found = []
    for row in worst.sort_values(["customer_margin", "customer_id"]).itertuples():
        mine = lines.filter(lines.customer_id == row.customer_id)
        whole, lately = (_left(mine, period, currency) for period in (year, months))
        if whole.high < 0 and lately.high < 0:
            found.append(_loss_maker(row, known, comparison.period.name, lately))
    return found


def keep(tiers: pd.DataFrame, scored: pd.DataFrame, period: str, currency: str) -> list[Finding]:
    """Return a finding for the customers of tier A who are more likely to leave than to stay.

    Frames are those of `tiers.tiers` and `churn_risk.scored`. Impact: what they put at risk of
    what they left in the last 365 days, not all of which a call will save.
    """
    likely = tiers[(tiers.tier == "A") & (tiers.chance >= LIKELY)]
    rows = scored[scored.customer_id.isin(likely.customer_id)]
    if rows.empty:
        return []
    risk = churn_risk.at_risk(rows).iloc[0]
    ends = risk.at_risk_amount, risk.high_at_risk_amount, risk.low_at_risk_amount
    impact = Impact(*(-float(end) for end in ends), currency)
    return [
        Finding(
            metric="revenue_at_risk",
            segment={"tier": "A"},
            direction="threat",
            kind="level",
            department="customers",
            period=period,
            claim=Message(
                "Customers of tier A more likely to leave than to stay: {n:number}, with "
                "{risk:money} a year at risk",
                {"n": len(rows), "risk": float(risk.at_risk_amount)},
            ),
            evidence=Message(
                "They brought {brought:money} in the last 365 days. Their chance to leave: "
                "{chance:percent} on average. Bought only once: {once:number}",
                {
                    **{"brought": float(risk.year_margin), "chance": float(rows.chance.mean())},
                    "once": int(rows.bought_once.sum()),
                },
            ),
            next_step=Message(
                "Call the largest first; leave a random fifth uncalled to learn what a call saves",
                {},
            ),
            impact=impact,
            confidence=worth.confidence(impact),
        )
    ]


def opinions(moves: pd.DataFrame, period: str) -> list[Finding]:
    """Return a finding for each part whose net promoter score moved, beyond luck in all parts.

    `moves` is what `satisfaction.moves` returns. Of k parts each has to be sure to 1 − 5 % / k.
    What it is worth cannot be told from answers: no impact.
    """
    known = moves[moves.sure.notna()]
    sure = known[known.moved & (known.sure >= 1 - LUCK / max(len(known), 1))]
    return [_opinion(row, moves.columns[0], period) for _, row in sure.iterrows()]


def unsold(
    offers: pd.DataFrame, lines: ibis.Table, comparison: Comparison, calendar: Calendar
) -> list[Finding]:
    """Return a finding for the category and segment where next best offers would leave most.

    `offers` is what `whitespace.offers` returns; held against what was bought without one, where
    two years are known. What an offer gains is not known until it is made: no impact, and no
    confidence.
    """
    try:
        checked = whitespace.came_true(lines, comparison.current, calendar)
    except Unanswered:
        return []
    sized = offers.assign(size=offers.whitespace_margin.fillna(offers.whitespace_amount))
    grouped = sized.groupby(["segment", "category"], dropna=False)
    sums = grouped.agg(
        n=("size", "size"),
        size=("size", "sum"),
        missing=("whitespace_amount", "sum"),
        buyers=("buyer_share", "mean"),
    ).reset_index()
    sums = sums[sums.n >= SOME].sort_values(
        ["size", "segment", "category"], ascending=[False, True, True]
    )
    true = checked[checked.choice == whitespace.BEST]
    name = comparison.period.name
    return [_unsold(row, true.iloc[0], name) for row in sums.head(1).itertuples()]


def _left(mine: ibis.Table, period: Period, currency: str) -> Impact:
    """What a customer left in a period, for a year, with its interval."""
    sold = between(mine, period)
    total = sold.aggregate(left=contribution(sold).sum().cast("float64")).execute().left[0]
    return worth.a_year(0.0 if pd.isna(total) else float(total), mine, period, _BASIS, currency)


def _loss_maker(row: tuple, known: pd.DataFrame, period: str, impact: Impact) -> Finding:
    every = known[["listed", "discount", "returned", "net", "order_costs"]].sum()
    name = Message("{name:text} ({id:text})", {"name": row.customer_name, "id": row.customer_id})
    return Finding(
        metric="customer_margin",
        segment=segment(customer_id=row.customer_id),
        direction="weakness",
        kind="level",
        department="customers",
        period=period,
        claim=Message(
            "{customer:text} cost {loss:money} in a year, after discounts, returns and service",
            {
                "customer": row.customer_id if pd.isna(row.customer_name) else name,
                "loss": -float(row.customer_margin),
            },
        ),
        evidence=Message(
            "Of list price {discount:percent} goes in discount (all customers: {usual:percent}), "
            "of what is paid {returned:percent} comes back ({often:percent}) and {costs:percent} "
            "goes on commission, payment and freight ({others:percent})",
            dict(zip(("discount", "returned", "costs"), _terms(row), strict=True))
            | dict(zip(("usual", "often", "others"), _terms(every), strict=True)),
        ),
        next_step=_remedy(row),
        impact=impact,
        confidence=worth.confidence(impact),
    )


def _terms(row: tuple) -> tuple[float | None, ...]:
    """Discount of list price, returns and order costs of what is paid."""
    paid = row.listed - row.discount
    parts = (row.discount, row.listed), (row.returned, paid), (row.order_costs, row.net)
    return tuple(float(part / whole) if whole > 0 else None for part, whole in parts)


def _remedy(row: tuple) -> Message:
    """The discount at which the account pays, all else equal; where none does, what else to do."""
    discount, returned, _ = _terms(row)
    kept = row.listed * (1 - (returned or 0.0))
    bearable = (discount or 0.0) + float(row.customer_margin) / kept if kept > 0 else -1.0
    if bearable <= 0:
        return Message("No discount is low enough: charge freight and returns, or let it go", {})
    return Message(
        "Mend the terms: it pays with a discount below {bearable:percent}, all else equal",
        {"bearable": bearable},
    )


def _opinion(row: pd.Series, by: str, period: str) -> Finding:
    fell = row.change < 0
    return Finding(
        metric="nps",
        segment=segment(**{by: row[by]}),
        direction="weakness" if fell else "strength",
        kind="change",
        department="service",
        period=period,
        claim=Message(
            "{part:text}: net promoter score {current:number} after {base:number} the year before",
            {"part": row[by], "current": float(row.current), "base": float(row.base)},
        ),
        evidence=Message(
            "{n:number} answers; the move is {low:gain} to {high:gain} points at 95 %",
            {"n": int(row.answered), "low": row.low_change, "high": row.high_change},
        ),
        next_step=Message(
            "Read what they write, call ten of them, and hold it against delivery and answer times"
            if fell
            else "Find out what pleases them, and do it elsewhere",
            {},
        ),
        impact=None,
        confidence=round(float(row.sure), 3),
    )


def _unsold(row: tuple, true: pd.Series, period: str) -> Finding:
    where = {"segment": row.segment, "category": row.category}
    return Finding(
        metric="whitespace",
        segment=segment(**where),
        direction="opportunity",
        kind="opportunity",
        department="sales",
        period=period,
        claim=Message(
            "{category:text}, {segment:text}: the next best offer to {n:number} customers, whose "
            "look-alikes spend {missing:money} a year there",
            {**where, "n": row.n, "missing": row.missing},
        ),
        evidence=Message(
            "Of look-alikes {buyers:percent} buy it. Offers of a year ago were expected to bring "
            "{expected:money} each and brought {actual:money}, unasked",
            {"buyers": row.buyers, "expected": true.look_alike_amount, "actual": true.own_amount},
        ),
        next_step=Message(
            "Offer it to a random half of them: what both halves buy shows what it gains", {}
        ),
        impact=None,
        confidence=0.0,
    )
