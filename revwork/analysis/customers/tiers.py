"""Tiers: which customers to look after first, by what they leave and by what they could."""

import pandas as pd

from revwork.findings import Message, Unanswered, Word

EDGES = {"A": 0.8, "B": 0.95}  # of profit and potential, largest first; the rest is C
LIKELY = 0.5  # chance to leave from which a good customer is to be kept
ADVICE = {
    "terms": Word("Mend the terms"),
    "back": Word("Win back"),
    "keep": Word("Keep: likely to leave"),
    "grow": Word("Develop"),
    "care": Word("Look after"),
    "cheap": Word("Serve at little cost"),
}


def tiers(accounts: pd.DataFrame, gaps: pd.DataFrame, chances: pd.DataFrame) -> pd.DataFrame:
    """Return the known customers by tier, the largest first, with what to do about each.

    Value = margin before acquisition of the year + potential: what look-alikes' spend above theirs
    would leave. Tier A holds the first 80 % of all positive value, B to 95 %, C the rest and who is
    worth nothing. Frames are those of `profitability.accounts`, `whitespace.gaps` and
    `churn_risk.scored` (the last two may be empty).

    Columns: customer_id, customer_name, segment, region, customer_margin, potential_amount,
    value_amount (money), tier, chance (to leave; null if gone already, or not known), advice.

    Formula: value_amount = margin of the year + potential; What a customer leaves and could.
    Formula: potential_amount = spend of look-alikes above the customer's × margin rate; What a
    customer could leave besides.
    """
    rows = accounts[accounts.customer_id.notna() & accounts.customer_margin.notna()]
    missing = gaps.assign(missing=gaps.whitespace_margin.clip(lower=0)) if len(gaps) else None
    potential = {} if missing is None else missing.groupby("customer_id").missing.sum()
    chance = dict(zip(chances.customer_id, chances.chance, strict=True)) if len(chances) else {}
    rows = rows.assign(
        potential_amount=rows.customer_id.map(potential).astype(float).fillna(0.0),
        chance=rows.customer_id.map(chance).astype(float),
    )
    rows["value_amount"] = rows.customer_margin + rows.potential_amount
    rows = rows.sort_values(["value_amount", "customer_id"], ascending=[False, True])
    rows["tier"] = _tier(rows.value_amount)
    rows["advice"] = [_advice(row, bool(chance)) for row in rows.itertuples()]
    columns = [
        "customer_id",
        "customer_name",
        "segment",
        "region",
        "customer_margin",
        "potential_amount",
    ]
    return rows[[*columns, "value_amount", "tier", "chance", "advice"]].reset_index(drop=True)


def summary(tiers: pd.DataFrame) -> pd.DataFrame:
    """Return one row per tier: tier, customers, share (of them), customer_margin, potential_amount
    (money), margin_share (of all). Raises Unanswered without a customer.
    """
    if tiers.empty:
        raise Unanswered(
            "Tiers need orders of the year that name customers, and the cost of goods: map "
            "cost_amount in orders, or unit_cost in products."
        )
    grouped = tiers.groupby("tier").agg(
        customers=("tier", "size"),
        customer_margin=("customer_margin", "sum"),
        potential_amount=("potential_amount", "sum"),
    )
    rows = grouped.reindex([*EDGES, "C"], fill_value=0).reset_index()
    total = rows.customer_margin.sum()
    rows.insert(2, "share", rows.customers / max(rows.customers.sum(), 1))
    return rows.assign(margin_share=rows.customer_margin / total if total else float("nan"))


def advised(tiers: pd.DataFrame) -> pd.DataFrame:
    """Return what to do with how many, as columns advice, customers and money.

    Money: customer_margin, potential_amount.
    """
    rows = tiers.groupby("advice").agg(
        customers=("tier", "size"),
        customer_margin=("customer_margin", "sum"),
        potential_amount=("potential_amount", "sum"),
    )
    found = rows.reindex([one for one in ADVICE.values() if one in rows.index]).reset_index()
    return found.assign(advice=[Word(one) for one in found.advice])


def reading(rows: pd.DataFrame) -> Message:
    """Say how few customers tier A is, and what part of the margin it leaves."""
    first = rows.iloc[0]
    return Message(
        "Tier A: {share:percent} of customers, {margin:percent} of their margin",
        {"share": first["share"], "margin": first.margin_share},
    )


def _tier(value: pd.Series) -> pd.Series:
    """A while the larger ones hold less than 80 %: the one that crosses it is still A."""
    positive = value.clip(lower=0)
    total = positive.sum()
    larger = ((positive.cumsum() - positive) / total).round(12) if total > 0 else positive + 1
    found = pd.Series("C", value.index)
    for name, edge in reversed(EDGES.items()):
        found[(larger < edge) & (value > 0)] = name
    return found


def _advice(row: tuple, known: bool) -> Word:
    if row.customer_margin < 0 and row.orders > 0:
        return ADVICE["terms"]
    if row.tier == "A" and known and pd.isna(row.chance):
        return ADVICE["back"]
    if row.tier == "A" and row.chance >= LIKELY:
        return ADVICE["keep"]
    if row.potential_amount > row.customer_margin and row.tier != "C":
        return ADVICE["grow"]
    return ADVICE["cheap" if row.tier == "C" else "care"]
