"""Why two departments differ: each reason tried on the rows, and the one that fits best."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import ibis
import pandas as pd

from revwork.findings import Message, Word

_EXPLAINS = 0.5
_SAME = 0.005
_TAXES = (1.19, 1.2, 1.21)
_RATIO = 0.005
_LATER = "likeliest reason: {theirs:lower} come one month later"
_EARLIER = "likeliest reason: {theirs:lower} come one month earlier"
_TWICE = "likeliest reason: rows that occur twice in {side:lower}"
_LOCAL = "likeliest reason: amounts in {side:lower} are in another currency than they say"
_OVERLAP = Word("likeliest reason: several channels each claim the same order")
_UNNAMED = "likeliest reason: rows in {ours:lower} that name no customer"
_MISSING = "likeliest reason: months missing on one side: {n:number}, such as {gap:period}"
_PARTIAL = "likeliest reason: one side ends within {gap:period}"
_TAX = "likeliest reason: one side seems to include tax of {tax:percent}"
_CURRENCY = "likeliest reason: ratio of the two is the exchange rate of {code:text}"
_UNKNOWN = "no single reason explains most of it"
_AGREE = "they agree"
_AS_IF = {
    "later": ("ours", "later", _LATER),
    "earlier": ("ours", "earlier", _EARLIER),
    "overlap": ("ours", "overlap", _OVERLAP),
    "named": ("named", "theirs", _UNNAMED),
}


def likeliest(
    wide: pd.DataFrame, last: date, called: Mapping[str, str], fx_rates: ibis.Table
) -> Message:
    """Return the reason that leaves least of the difference, if it explains at least half.

    `wide`: a row per month (counted from year 0); columns ours, theirs; what they would be:
    ours_once and theirs_once (repeated rows out), ours_local and theirs_local (not converted),
    later and earlier (theirs of the months beside), perhaps overlap (an order once for each
    channel) and named (ours with a customer). `last`: the last day both sides reach; `called`:
    what ours and theirs are called, keys of labels.
    """
    if agree(wide):
        return Message(_AGREE, {})
    reasons = [*_as_if(wide, called), *_incomplete(wide, last), *_scaled(wide, fx_rates)]
    left, reason = min(reasons, key=lambda one: one[0], default=(1.0, None))
    return reason if left <= _EXPLAINS else Message(_UNKNOWN, {})


def agree(wide: pd.DataFrame) -> bool:
    """Return whether columns ours and theirs tell the same, to half a percent of the larger."""
    gap = (wide.ours - wide.theirs).abs().sum()
    return bool(gap <= _SAME * max(wide.ours.abs().sum(), wide.theirs.abs().sum()))


def _left(wide: pd.DataFrame, ours: pd.Series, theirs: pd.Series) -> float:
    """What is left of the difference if the sides were these, as a share of what it is there."""
    there = ours.index
    gap = (wide.ours - wide.theirs).abs().loc[there].sum()
    return float((ours - theirs).abs().sum() / gap) if gap else 1.0


def _as_if(wide: pd.DataFrame, called: Mapping[str, str]) -> Iterator[tuple[float, Message]]:
    """Differences in time, of rows that occur twice, of amounts not converted, of overlap."""
    inside = {"later": wide.iloc[:-1], "earlier": wide.iloc[1:]}
    for figure, (ours, theirs, template) in _AS_IF.items():
        rows = inside.get(figure, wide)
        if figure in wide:
            yield _left(wide, rows[ours], rows[theirs]), Message(template, dict(called))
    for side, other in (("ours", "theirs"), ("theirs", "ours")):
        for figure, template in ((f"{side}_once", _TWICE), (f"{side}_local", _LOCAL)):
            share = _left(wide, wide[figure], wide[other])
            yield share, Message(template, {"side": called[side]})


def _incomplete(wide: pd.DataFrame, last: date) -> Iterator[tuple[float, Message]]:
    """Months in which one side has nothing, and the last one if a side ends within it."""
    gap = (wide.ours - wide.theirs).abs()
    bare = (wide.ours == 0) != (wide.theirs == 0)
    if bare.any():
        n, first = int(bare.sum()), wide.index[bare][0]
        values = {"n": n, "gap": f"{first // 12}-{first % 12 + 1:02}"}
        yield float(gap[~bare].sum() / gap.sum()), Message(_MISSING, values)
    if (last + timedelta(days=1)).month == last.month:
        yield float(gap.iloc[:-1].sum() / gap.sum()), Message(_PARTIAL, {"gap": f"{last:%Y-%m}"})


def _scaled(wide: pd.DataFrame, fx_rates: ibis.Table) -> Iterator[tuple[float, Message]]:
    """Sides that differ by a factor that is a tax or an exchange rate."""
    for factor, message in _factors(fx_rates):
        for ours, theirs in ((wide.ours * factor, wide.theirs), (wide.ours, wide.theirs * factor)):
            if abs(ours.sum() - theirs.sum()) <= _RATIO * abs(theirs.sum()):
                yield _left(wide, ours, theirs), message


def _factors(fx_rates: ibis.Table) -> Iterator[tuple[float, Message]]:
    for factor in _TAXES:
        yield factor, Message(_TAX, {"tax": factor - 1})
    rates = fx_rates.group_by("currency").agg(rate=fx_rates.rate.mean().cast("float64"))
    for row in rates.order_by("currency").execute().itertuples():
        yield row.rate, Message(_CURRENCY, {"code": row.currency})
