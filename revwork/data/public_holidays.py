"""Public holidays of the company's regions, by the country each is in.

A region called as a country is, in one of seven languages or by its ISO code, needs no word; of
others revwork.toml says it.

[holidays]
"Iberia" = "ES"
"Bavaria" = "DE-BY"
"" = "FR"
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from revwork.data.wording import closest

if TYPE_CHECKING:
    import pandas as pd

_LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "nl")
_WRITTEN = 'an ISO code, such as "ES" or "DE-BY"'
_OTHERS = ""  # the country of regions that are neither named nor called as one


def _code(text: str) -> str:
    """Return a country's code, with a part of it such as DE-BY; "" for none."""
    country, _, part = text.partition("-")
    if not text or (found := _told(text)):
        return found if text else ""
    if known := _codes().get(country.upper()):
        near = closest(part, [one for one in _parts()[known] if one.isalpha()], 0.5)
        advice = f'; did you mean "{known}-{near}"?' if near else f'; write "{known}" for all of it'
        raise ValueError(f"is no part of {known} whose public holidays are known{advice}")
    names = _names("en")
    begun = [name for name in names if name.casefold().startswith(text.casefold())]
    near = min(begun, default=closest(text, names, 0.6))
    advice = f'did you mean "{names[near]}" ({near})?' if near else f"write {_WRITTEN}"
    raise ValueError(f"is no country whose public holidays are known; {advice}")


Countries = dict[str, Annotated[str, AfterValidator(_code)]]


def in_countries(regions: Iterable[str], named: Mapping[str, str]) -> dict[str, str]:
    """Return the code of each region's country, "" where none is known.

    First what `named` says, then the region's own name; what is left is in the country named for
    "", or in none. Codes of two letters are taken for countries only where all such names are:
    CA beside TX is no Canada.
    """
    regions = sorted({*regions})
    found = {one: _told(one) for one in regions}
    short = [one for one in regions if len(one) == 2 and one not in named]
    if not all(found[one] for one in short):
        found |= dict.fromkeys(short, "")
    others = named.get(_OTHERS, "")
    return {one: named[one] if one in named else found[one] or others for one in regions}


def public_holidays(countries: Mapping[str, str], days: Sequence[date]) -> "pd.DataFrame":
    """Return the public holidays of regions from the first of `days` to a year after the last.

    `countries`: as `in_countries`. Columns: region, country, day (a date), name; a row for each
    holiday, and one without a day for a region whose country is not known. Source: holidays
    (Vacanza), with substitute days where a country has them.
    """
    import pandas as pd
    from holidays import country_holidays

    years = range(min(days).year, max(days).year + 2)
    rows = []
    for region, code in countries.items():
        country, _, part = code.partition("-")
        told = country_holidays(country, subdiv=part or None, years=years) if code else {None: ""}
        rows += [(region, code, day, name) for day, name in sorted(told.items())]
    return pd.DataFrame(rows, columns=["region", "country", "day", "name"])


def _told(text: str) -> str:
    """The code a name or code of a country or its part stands for; "" where for none."""
    country, _, part = text.strip().partition("-")
    code = _codes().get(country.upper(), "")
    if code and part:
        return f"{code}-{part.upper()}" if part.upper() in _parts()[code] else ""
    return code or _spelled().get(text.strip().casefold(), "")


@cache
def _spelled() -> dict[str, str]:
    """Every language's names of countries and their codes."""
    found: dict[str, str] = {}
    for language in _LANGUAGES:
        found = {name.casefold(): code for name, code in _names(language).items()} | found
    return found


@cache
def _names(language: str) -> dict[str, str]:
    from babel import Locale

    told = Locale(language).territories
    return {told[code]: code for code in _parts() if code in told}


@cache
def _parts() -> dict[str, list[str]]:
    from holidays import list_supported_countries

    return list_supported_countries(include_aliases=False)


@cache
def _codes() -> dict[str, str]:
    """Every spelling of a country's code (ES, ESP, UK) and the code."""
    from holidays.registry import COUNTRIES

    spelled = {name: codes for _, *codes in COUNTRIES.values() for name in codes}
    return {name: next(one for one in codes if one in _parts()) for name, codes in spelled.items()}
