"""Marketing findings: what pays and what does not, and what moved."""

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.marketing import attribution, geo_tests
from revwork.analysis.marketing.media import reach as reached
from revwork.analysis.marketing.roi import STRONG, WEAK
from revwork.analysis.worth import confidence
from revwork.calendar import Comparison, Period
from revwork.findings import Finding, Impact, Message

_YEAR = 365.25
MOVED = 1.5  # how many times a euro's margin must have risen, or its inverse
_LEVEL, _Z95 = 0.95, 1.959964
_ROI = (
    "ROI by {model:text}: {roi:percent}, 95 %: {low:percent} to {high:percent}; "
    "orders credited: {n:number}; models that agree: {agree:number} of {models:number}. "
    "Correlation, not proof"
)
_CAMPAIGN = (
    "ROI by {model:text}: {roi:percent}, 95 %: {low:percent} to {high:percent}; "
    "orders credited: {n:number}. Correlation, not proof"
)
_MOVED = (
    "Spend {spend:change}, margin credited by {model:text} {margin:change}; ROI 95 %: "
    "{low:percent} to {high:percent}. Correlation, not proof"
)
_CUT = (
    "Proof before the cut: a geo test, off in regions: {regions:number}, for weeks: "
    "{weeks:number}, the others as control"
)
_RAISE = (
    "Proof before more money: a geo test, doubled in regions: {regions:number}, for weeks: "
    "{weeks:number}, the others as control; the mix model says what the next euro brings"
)
_TOO_FEW = (
    "No geo test by these regions would prove it: the longest sees {smallest:percent} of revenue, "
    "at stake is {effect:percent}. Split by towns or postcodes, then switch off half"
)


def media(
    rows: pd.DataFrame, agree: pd.Series, sold: pd.DataFrame, period: Period, options: tuple
) -> list[Finding]:
    """Return a finding for each medium whose return is clear of zero, with the test to prove it.

    `rows` is what `roi.by` returns by medium, `agree` what `roi.agreeing` does, `sold` what
    `geo_tests.weekly` does, `options` the model and the currency. Impact: margin credited less
    spend, at the period's rate, a year.
    """
    (model, currency), found = options, []
    for row in rows[rows.verdict.isin([STRONG, WEAK])].itertuples():
        strong = row.verdict == STRONG
        count = int(agree.get(row.unit, 0))
        known = {"models": len(attribution.MODELS)}
        known["agree"] = count if strong else known["models"] - count
        claim = Message(
            "{medium:text} brings more than it costs: {profit:signed} in the period"
            if strong
            else "{medium:text} costs more than it brings: {profit:signed} in the period",
            {"medium": row.unit, "profit": row.profit},
        )
        said = claim, Message(_ROI, _told(row, model) | known), _proof(row, sold, period)
        found.append(_finding(row, {"medium": row.unit}, period, currency, said))
    return found


def campaigns(
    rows: pd.DataFrame,
    media_rows: pd.DataFrame,
    campaigns: ibis.Table,
    period: Period,
    options: tuple,
) -> list[Finding]:
    """Return a finding for each campaign that is clearly strong or weak where its medium is not.

    `rows` is what `roi.by` returns by campaign, `media_rows` by medium, `options` the model and
    the currency.
    """
    model, currency = options
    known = campaigns.select("campaign_id", "campaign_name", "channel").execute()
    known = known.set_index("campaign_id")
    names, mediums = known.campaign_name, known.channel
    whole = media_rows.set_index("unit").verdict
    found = []
    for row in rows[rows.verdict.isin([STRONG, WEAK])].itertuples():
        if row.unit not in mediums.index or whole.get(mediums[row.unit]) == row.verdict:
            continue
        claim = Message(
            "{campaign:text} pays, unlike its medium: {profit:signed} in the period"
            if row.verdict == STRONG
            else "{campaign:text} does not pay, unlike its medium: {profit:signed} in the period",
            {"campaign": names[row.unit] or row.unit, "profit": row.profit},
        )
        step = Message(
            "Move a part of the medium's money here and watch the new customers"
            if row.verdict == STRONG
            else "Rework or stop it: its medium pays elsewhere",
            {},
        )
        where = {"campaign": str(row.unit)}
        evidence = Message(_CAMPAIGN, _told(row, model))
        found.append(_finding(row, where, period, currency, (claim, evidence, step)))
    return found


def moved(
    now: pd.DataFrame, base: pd.DataFrame, comparison: Comparison, options: tuple
) -> list[Finding]:
    """Return a finding for each medium whose return moved beyond chance since the comparison.

    `now` and `base` are what `roi.by` returns by medium in the two periods, `options` the model
    and the currency. As many looks as there are media in both (Šidák), and by half at least: what
    a euro brings moves a little whenever spend does. Impact: what margin less spend is more or
    less than then, a year.
    """
    from scipy.stats import norm

    if base.empty:
        return []
    model, currency = options
    both = now.merge(base, on="unit", suffixes=("", "_base"))
    both = both[
        (both.media_cost > 0)
        & (both.media_cost_base > 0)
        & both.roi.notna()
        & both.roi_base.notna()
    ]
    looks = max(len(both), 1)
    both["error"] = np.hypot(both.high_roi - both.roi, both.high_roi_base - both.roi_base) / _Z95
    wide = norm.ppf((1 + _LEVEL ** (1 / looks)) / 2)
    beyond = (both.roi - both.roi_base).abs() > wide * both.error
    times = (1 + both.roi) / (1 + both.roi_base).where(both.roi_base > -1)
    apart = both[beyond & ((times >= MOVED) | (times <= 1 / MOVED))]
    scale = comparison.current.days / comparison.base.days
    return [_change(row, scale, comparison, model, currency) for row in apart.itertuples()]


def once(levels: list[Finding], moves: list[Finding]) -> list[Finding]:
    """Return both, a level only where no move tells of the same medium: its money counts once."""
    told = [dict(move.segment) for move in moves]
    return [*moves, *(level for level in levels if dict(level.segment) not in told)]


def claims(rows: pd.DataFrame, paid: ibis.Table, period: Period, model: str) -> list[Finding]:
    """Return a finding where the platforms claim clearly more orders than journeys credit them."""
    if rows.empty:
        return []
    reach = reached(paid, period)
    seen = rows[(rows.media_cost > 0) & rows.roi.notna()]
    claimed = reach.claimed[reach.medium.isin(seen.unit)].sum(min_count=1)
    credited = seen.conversions.sum()
    high = credited + _Z95 * np.sqrt(max(credited, 0))
    if not claimed > high or not credited:
        return []
    told = {"claimed": claimed, "credited": credited, "model": attribution.CALLED[model]}
    return [
        Finding(
            metric="claimed_conversions",
            segment={},
            direction="weakness",
            kind="level",
            department="marketing",
            period=period.name,
            claim=Message(
                "Platforms claim {times:multiple} the orders that journeys credit them with",
                {"times": claimed / credited},
            ),
            evidence=Message(
                "Claimed: {claimed:number}; credited by {model:text}: {credited:number}. Several "
                "platforms may claim one order",
                told,
            ),
            next_step=Message("Steer by own orders, not by what each platform counts", {}),
            impact=None,
            confidence=_LEVEL,
        )
    ]


def _finding(
    row: tuple,
    segment: dict[str, str],
    period: Period,
    currency: str,
    said: tuple[Message, Message, Message],
) -> Finding:
    scale = _YEAR / period.days
    money = [float(x) * scale for x in (row.profit, row.low_profit, row.high_profit)]
    impact = Impact(*money, currency)
    return Finding(
        metric="roi",
        segment=segment,
        direction="strength" if row.verdict == STRONG else "weakness",
        kind="level",
        department="marketing",
        period=period.name,
        claim=said[0],
        evidence=said[1],
        next_step=said[2],
        impact=impact,
        confidence=confidence(impact),
    )


def _change(row: tuple, scale: float, comparison: Comparison, model: str, currency: str) -> Finding:
    fell = row.roi < row.roi_base
    value = row.profit - row.profit_base * scale
    half = np.hypot(row.high_profit - row.profit, (row.high_profit_base - row.profit_base) * scale)
    year = _YEAR / comparison.current.days
    ends = [float(x) * year for x in (value, value - half, value + half)]
    impact = Impact(*ends, currency)
    return Finding(
        metric="roi",
        segment={"medium": row.unit},
        direction="threat" if fell else "opportunity",
        kind="change",
        department="marketing",
        period=comparison.period.name,
        claim=Message(
            "{medium:text}: ROI went from {base:percent} to {now:percent}",
            {"medium": row.unit, "base": row.roi_base, "now": row.roi},
        ),
        evidence=Message(
            _MOVED,
            {
                **{
                    "spend": row.media_cost / (row.media_cost_base * scale) - 1,
                    "model": _called(model),
                },
                **{"margin": _grew(row.margin, row.margin_base * scale)},
                **{"low": row.low_roi, "high": row.high_roi},
            },
        ),
        next_step=Message(
            "Take back what was added last, step by step, and watch new customers"
            if fell
            else "Give it money back step by step, while the next euro brings more than it costs",
            {},
        ),
        impact=impact,
        confidence=confidence(impact),
    )


def _proof(row: tuple, sold: pd.DataFrame, period: Period) -> Message:
    """The geo test that would prove it, or what stands against one."""
    weeks = period.days / 7
    recent = sold.iloc[-round(weeks) :].sum().sum() / max(len(sold.iloc[-round(weeks) :]), 1)
    effect = row.revenue / weeks / recent if recent else 0.0
    try:
        size = geo_tests.size(sold, effect)
    except ValueError:
        return Message("Prove it: switch it off for some customers by chance, and compare", {})
    if size["weeks"] is None:
        return Message(_TOO_FEW, {"smallest": size["smallest"], "effect": effect})
    return Message(_CUT if row.verdict == WEAK else _RAISE, size)


def _told(row: tuple, model: str) -> dict[str, object]:
    ends = {"roi": row.roi, "low": row.low_roi, "high": row.high_roi}
    return ends | {"n": row.conversions, "model": _called(model)}


def _called(model: str) -> str:
    return attribution.CALLED[model]


def _grew(now: float, base: float) -> float | None:
    return now / base - 1 if base else None
