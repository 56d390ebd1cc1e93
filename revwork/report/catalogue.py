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
    "mde": "Smallest difference found",
    "roas": "ROAS",
    "roi": "ROI",
    "running": "Running costs",
    "payment_cost": "Payment fees",
    "shipping_cost": "Shipping",
    "hhi": "Herfindahl index",
    "grr": "Gross retention",
    "nrr": "Net retention",
    "z": "Robust z",
}
