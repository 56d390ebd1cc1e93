"""What a text is called in another language: the .po files of revwork/translations, read once.

English texts are the message ids. A language is a folder, a part of the reports a file in it.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "translations"


def translated(text: str, language: str) -> str:
    """Return the text in that language; a text that no catalogue knows stays as it is."""
    return entries(language).get(text, text)


@cache
def entries(language: str) -> Mapping[str, str]:
    """Return English text → text in that language, ready for print; nothing for English."""
    return {text: typeset(said, language) for _, text, said in read(language) if said}


def read(language: str) -> Iterator[tuple[str, str, str]]:
    """Return file, English text and text in that language as the catalogues hold them."""
    from babel.messages.pofile import read_po

    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            yield from ((path.name, one.id, one.string) for one in read_po(file) if one.id)


def typeset(text: str, language: str) -> str:
    """Return the text with the signs that keyboards lack: spaces that do not break, apostrophes."""
    if language == "fr":
        text = re.sub(r" (?=[:;!?%»])|(?<=«) ", "\u202f", text.replace("'", "’"))
    return re.sub(r" (?=%)", "\u00a0", text)


def in_english(key: str) -> str:
    """Return what a key is called in English, the id of its translations."""
    return _LABELS.get(key) or key.replace("_", " ").capitalize()


_LABELS = {
    "n": "Cases",
    "base": "Before",
    "change_rate": "Change %",
    "cac": "CAC",
    "coverage_multiple": "Pipeline coverage",
    "current": "Now",
    "fpa": "FP&A",
    "lmdi": "LMDI (log-mean Divisia)",
    "shapley": "Shapley",
    "fx": "Exchange rates",
    "unpriced": "Without a price",
    "joint": "Price × volume",
    "abc": "ABC",
    "price0": "Price before",
    "price1": "Price now",
    "cost": "Cost of goods",
    "cogs": "Cost of goods",
    "net0": "Net revenue before",
    "net1": "Net revenue now",
    "margin_rate": "Margin %",
    "net": "Net revenue",
    "low_roi": "ROI from",
    "high_roi": "ROI to",
    "marginal_roas": "Marginal ROAS",
    "smape_rate": "sMAPE",
    "mase_multiple": "MASE",
    "low_carried_share": "Carried share, from",
    "high_carried_share": "Carried share, to",
    "least_carried_share": "Carried share, least",
    "most_carried_share": "Carried share, most",
    "low_half_amount": "Half amount, from",
    "high_half_amount": "Half amount, to",
    "mde": "Smallest difference found",
    "roas": "ROAS",
    "roi": "ROI",
    "running": "Running costs",
    "holiday_count": "Public holidays ahead",
    "holiday_share": "Of the weekday's sales",
    "auc": "AUC",
    "low_auc": "AUC, from",
    "high_auc": "AUC, to",
    "brier": "Brier score",
    "brier_base": "Brier score, base rate",
    "nps": "NPS",
    "csat": "CSAT",
    "left_share": "Left",
    "low_left_share": "Left, from",
    "high_left_share": "Left, to",
    "at_risk_amount": "At risk",
    "low_at_risk_amount": "At risk, from",
    "high_at_risk_amount": "At risk, to",
    "potential_amount": "Potential",
    "value_amount": "Profit and potential",
    "before_amount": "Spend before",
    "after_amount": "Spend after",
    "low_after_amount": "Spend after, from",
    "high_after_amount": "Spend after, to",
    "gap_days": "Longest wait, days",
    "profit_each": "Profit a customer",
    "recency_share": "Of the wait gone",
    "year_margin": "Margin, 365 days",
    "own_amount": "Own spend",
    "low_own_amount": "Own spend, from",
    "high_own_amount": "Own spend, to",
    "look_alike_amount": "Spend of look-alikes",
    "whitespace_amount": "Whitespace",
    "whitespace_margin": "Margin of the whitespace",
    "look_alikes": "Look-alikes",
    "buyer_share": "Of them buy it",
    "customer_margin": "Margin of the customer",
    "payment_cost": "Payment fees",
    "shipping_cost": "Shipping",
    "hhi": "Herfindahl index",
    "grr": "Gross retention",
    "nrr": "Net retention",
    "reach_rate": "Chance of the plan",
    "z": "Robust z",
}
