"""Findings of the mix model: money that moved where it brings less, and media that are full."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import worth
from revwork.analysis.marketing import geo_tests, mix, mix_allocation
from revwork.analysis.marketing.mix import LEVEL, Mix
from revwork.analysis.marketing.mix_response import YEAR, returns
from revwork.analysis.marketing.mix_weeks import Weeks
from revwork.calendar import Calendar
from revwork.findings import Finding, Impact, Message, Unanswered

LIKELY = 0.8  # of the draws say so, for an expectation to be told
FELL, TOOK = 0.5, 0.5  # of a medium's share of spend is gone; of that another medium received
SETTLED = 13  # weeks on both sides of a shift
_BACK = (0.25, 0.5, 0.75, 1.0)  # of what was moved
_CUT = 0.25  # of a full medium's spend
_WORTH_IT = 0.9  # of the most gained: the smallest move that brings as much
_MARGINAL = (
    "Mix model, 90 %: the next euro brings revenue of {least:cents} to {most:cents} in "
    "{full:text}, {low:cents} to {high:cents} in {starved:text}; more in {starved:text} in "
    "{sure:percent} of draws. The move that is priced: {amount:money} a year. Correlation under "
    "the model's assumptions, not proof"
)
_FULL = (
    "Mix model, 90 %: the next euro brings revenue of {least:cents} to {most:cents}, of "
    "which {margin:percent} stays as contribution margin. Later orders are in it only as far as "
    "the effect carries over. Correlation under the model's assumptions, not proof"
)
_PROOF = (
    "Proof before the whole: a geo test, in regions: {regions:number}, for weeks: {weeks:number}, "
    "the others as control"
)
_NO_PROOF = (
    "No geo test by these regions would prove it: the longest sees {smallest:percent} of revenue, "
    "at stake is {effect:percent}. Split by towns or postcodes, or move it step by step"
)
_UNTESTED = "A test by region would prove it: change it in half of them, and compare"


@dataclass(frozen=True)
class Shift:
    """Money that moved from one medium to another: since when, how much a year, what share."""

    full: str
    starved: str
    since: date
    amount: float
    moved_share: float


@dataclass(frozen=True)
class Terms:
    """What findings are priced in: margin per euro of revenue, currency, and what a test sees.

    `basis` says what the margin is; `sold` is revenue by week and region for sizing a geo test.
    """

    margin_rate: float
    basis: str
    currency: str
    sold: pd.DataFrame


def terms(
    sold: ibis.Table, weekly: pd.DataFrame, calendar: Calendar, as_of: date, currency: str
) -> Terms:
    """Return the terms of the lines that advertising drives; revenue where no cost is known."""
    margin = worth.margin_share(sold, calendar, as_of)
    if margin is None:
        return Terms(1.0, "net_revenue", currency, weekly)
    return Terms(margin, "contribution_margin", currency, weekly)


def found(fitted: Callable[[], Mix], priced: Callable[[], Terms], period: str) -> list[Finding]:
    """Return the findings of a model; none where the data allow no model."""
    try:
        model = fitted()
    except Unanswered:
        return []
    moves = shifted(model, priced(), period)
    told = {medium for one in moves for medium in one.segment.values()}
    return [*moves, *full(model, priced(), period, told)]


def shifts(given: Weeks) -> list[Shift]:
    """Return moves of money between two media, by their shares of all spend.

    A medium's money and its share fell by half or more at the week that parts its past best
    (least squares), 13 weeks or more from both ends, and another's share rose by half of that.
    """
    spent = given.spend.sum(2).T
    shares = spent / spent.sum(1, keepdims=True).clip(min=1e-9)
    year = spent[-YEAR:].sum()
    moves = []
    for starved, name in enumerate(given.media):
        cut = _parted(shares[:, starved])
        change = shares[cut:].mean(0) - shares[:cut].mean(0)
        before, taker = shares[:cut, starved].mean(), int(change.argmax())
        paid = spent[cut:, starved].mean() <= (1 - FELL) * spent[:cut, starved].mean()
        if paid and -change[starved] >= FELL * before and change[taker] >= -TOOK * change[starved]:
            moved = min(-change[starved], change[taker])
            since = given.weeks[cut].date()
            moves.append(
                Shift(given.media[taker], name, since, moved * year, -change[starved] / before)
            )
    return moves


def shifted(model: Mix, priced: Terms, period: str) -> list[Finding]:
    """Return a finding for each move of money to a medium whose next euro brings less.

    Impact: what it is expected to gain a year to move money back: of a quarter, a half, three
    quarters or all of it, the smallest part that gains nine tenths of the best. Told where four
    draws in five agree; as an expectation where the interval of the difference holds 0.
    """
    stated = []
    for one in shifts(model.given):
        taker, starved = _next_euro(model, one.full), _next_euro(model, one.starved)
        sure = float((starved > taker).mean())
        amount, gain = _back(model, one, priced.margin_rate)
        if sure >= LIKELY and gain.mean() > 0:
            stated.append(_shift(one, (taker, starved), (amount, gain), priced, period))
    return stated


def full(model: Mix, priced: Terms, period: str, told: set[str]) -> list[Finding]:
    """Return a finding for each medium whose next euro costs more than the margin it brings.

    Of media told by the data and not told of yet; the whole interval has to lie below, and what a
    quarter less saves a year, after the margin it loses, above 0: the impact.
    """
    if priced.basis != "contribution_margin":
        return []
    rows = returns(model)
    rows = rows[rows.known & ~rows.medium.isin(told)]
    rows = rows[rows.high_marginal_roas * priced.margin_rate < 1]
    stated = [_full(model, row, priced, period) for row in rows.itertuples()]
    return [one for one in stated if one.impact.low > 0]


def _parted(share: np.ndarray) -> int:
    """The week that parts a series best into two levels."""
    cuts = np.arange(SETTLED, len(share) - SETTLED + 1)
    before, after = np.cumsum(share)[cuts - 1], share.sum() - np.cumsum(share)[cuts - 1]
    explained = before**2 / cuts + after**2 / (len(share) - cuts)
    return int(cuts[explained.argmax()])


def _next_euro(model: Mix, medium: str) -> np.ndarray:
    """Draws of the revenue that the next euro brings."""
    place = model.given.media.index(medium)
    spent = model.given.spend[place, -YEAR:].sum()
    now, more = mix.brought(model, place, np.array([1, 1.01]), YEAR).T
    return (more - now) / (0.01 * spent) if spent > 0 else np.zeros(len(now))


def _back(model: Mix, one: Shift, margin_rate: float) -> tuple[float, np.ndarray]:
    """The smallest part of the move that gains nine tenths of the best, and its gain."""
    amounts = [part * one.amount for part in _BACK]
    gains = [
        mix_allocation.moved(model, {one.full: -amount, one.starved: amount}, margin_rate).gain
        for amount in amounts
    ]
    means = np.array([gain.mean() for gain in gains])
    enough = int((means >= _WORTH_IT * means.max()).argmax()) if means.max() > 0 else 0
    return amounts[enough], gains[enough]


def _shift(
    one: Shift,
    euros: tuple[np.ndarray, np.ndarray],
    move: tuple[float, np.ndarray],
    priced: Terms,
    period: str,
) -> Finding:
    (taker, starved), (amount, gain) = euros, move
    named = {"full": one.full, "starved": one.starved}
    ends = (1 - LEVEL) / 2, (1 + LEVEL) / 2
    certain = np.quantile(starved - taker, ends[0]) > 0
    seen = named | {"sure": float((starved > taker).mean()), "amount": amount}
    seen |= dict(zip(("least", "most"), map(float, np.quantile(taker, ends)), strict=True))
    seen |= dict(zip(("low", "high"), map(float, np.quantile(starved, ends)), strict=True))
    impact = Impact(*mix_allocation.interval(gain), priced.currency, priced.basis)
    return Finding(
        metric="budget_moved",
        segment={"medium": one.full, "from_medium": one.starved},
        direction="opportunity",
        kind="opportunity",
        department="marketing",
        period=period,
        claim=Message(
            "{full:text} holds {share:percent} of what {starved:text} had until {since:date}, and "
            "the next euro brings more in {starved:text}"
            if certain
            else "{full:text} holds {share:percent} of what {starved:text} had until "
            "{since:date}; the next euro is expected to bring more in {starved:text}",
            named | {"share": one.moved_share, "since": one.since},
        ),
        evidence=Message(_MARGINAL, seen),
        next_step=_proof(priced, impact.value / priced.margin_rate),
        impact=impact,
        confidence=worth.confidence(impact),
    )


def _full(model: Mix, row: tuple, priced: Terms, period: str) -> Finding:
    cut = {row.medium: -_CUT * row.media_cost}
    gain = mix_allocation.moved(model, cut, priced.margin_rate).gain
    impact = Impact(*mix_allocation.interval(gain), priced.currency, priced.basis)
    return Finding(
        metric="marginal_roas",
        segment={"medium": row.medium},
        direction="weakness",
        kind="level",
        department="marketing",
        period=period,
        claim=Message(
            "{medium:text} is full: the next euro brings back {back:cents} of contribution margin",
            {"medium": row.medium, "back": row.marginal_roas * priced.margin_rate},
        ),
        evidence=Message(
            _FULL,
            {
                **{"margin": priced.margin_rate},
                **{"least": row.low_marginal_roas, "most": row.high_marginal_roas},
            },
        ),
        next_step=_proof(priced, _CUT * row.media_cost * row.marginal_roas),
        impact=impact,
        confidence=worth.confidence(impact),
    )


def _proof(priced: Terms, revenue: float) -> Message:
    """The test that would show so much revenue a year."""
    yearly = float(priced.sold.iloc[-YEAR:].to_numpy().sum())
    try:
        effect = abs(revenue) / yearly if yearly > 0 else 0.0
        size = geo_tests.size(priced.sold, effect)
    except Unanswered:
        return Message(_UNTESTED, {})
    if size["weeks"] is None:
        return Message(_NO_PROOF, {"smallest": size["smallest"], "effect": effect})
    return Message(_PROOF, {"regions": size["regions"], "weeks": size["weeks"]})
