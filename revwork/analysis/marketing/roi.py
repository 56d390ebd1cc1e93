"""Return on investment: what advertising brings by a model of attribution, beside its cost."""

from collections.abc import Callable
from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.marketing import attribution, journeys, media
from revwork.analysis.periods import between, covers
from revwork.calendar import Period
from revwork.findings import Message, Unanswered, Word

STRONG, WEAK, UNCLEAR = Word("Strong"), Word("Weak"), Word("Not clear")
FREE, UNSEEN = Word("No spend"), Word("No contact recorded")
FORMATS = {"orders": "number", "roas": "multiple"} | dict.fromkeys(
    ("roi", "low_roi", "high_roi"), "percent"
)
_Z = 1.959964
_QUARTER = timedelta(weeks=13)


def by(
    contacts: ibis.Table, paid: ibis.Table, period: Period, unit: str, model: str
) -> pd.DataFrame:
    """Return cost beside what a model credits, by medium or campaign, dearest first.

    Journeys that ended in the period, and what was spent in it. Margin is contribution before
    marketing. Strong or weak: the return's interval lies above or below zero even after as many
    looks as there are units (Šidák); correlation, not proof. The ranked figure is shrunken
    towards the mean of all by its own noise (empirical Bayes).

    Columns: unit, media_cost, conversions, customers, revenue, margin; roas; roi with low_roi and
    high_roi (95 %), shrunken_roi, profit (money: margin − cost) with low_profit and high_profit,
    clear (whether it is, Šidák), verdict. Without spend there is no return: null; what no journey
    met has no credit: null, for its contacts may not be recorded.

    Formula: roas = revenue credited by the model ÷ spend; Revenue for each euro spent, by the
    model named, of attribution or of the mix.
    Formula: roi = (contribution margin credited by the model − spend) ÷ spend; What is left of
    each euro spent after it is paid back: below zero it costs money.
    """
    judged = journeys.tell_apart(between(contacts, period, "ended"), unit)
    credited = attribution.credits(judged, model).set_index("unit")
    spent = media.cost(paid, period, unit)
    if spent.empty:
        raise Unanswered(
            "Returns need what was spent in {period:period}: add rows to spend.",
            period=period.name,
        )
    met = judged.select("unit").distinct().order_by("unit").execute().unit
    rows = credited.reindex(met).fillna(0.0).join(spent, how="outer").rename_axis("unit")
    return _judged(_returns(rows.assign(media_cost=rows.media_cost.fillna(0.0)).reset_index()))


def total(rows: pd.DataFrame) -> dict[str, float | None]:
    """Return roas and roi of all spend together: credits of what had a cost, over that cost."""
    paid = rows[rows.media_cost > 0]
    cost = paid.media_cost.sum()
    if not cost:
        return {"roas": None, "roi": None}
    return {"roas": paid.revenue.sum() / cost, "roi": paid.margin.sum() / cost - 1}


def known(
    contacts: ibis.Table, paid: ibis.Table, period: Period | None, unit: str, model: str
) -> pd.DataFrame:
    """Return what `by` does; no row without a period, or where spend or journeys begin later."""
    if period is None or not _covered(contacts, paid, period):
        return _NOTHING
    try:
        return by(contacts, paid, period, unit, model)
    except Unanswered:
        return _NOTHING


def path(
    contacts: ibis.Table, paid: ibis.Table, period: Period, model: str, quarters: int = 5
) -> pd.DataFrame:
    """Return roi by medium in stretches of 13 weeks, the last of which ends with the period.

    Columns: start, medium, value, low, high, n (orders credited).
    """
    found = []
    for back in range(quarters):
        end = period.end - back * _QUARTER
        stretch = Period("13 weeks", end - _QUARTER, end)
        if _covered(contacts, paid, stretch):
            found.append(_drawn(by(contacts, paid, stretch, "medium", model), stretch))
    if not found:
        raise Unanswered("No stretch of 13 weeks has both spend and journeys with an order.")
    return pd.concat(found).sort_values(["start", "medium"], ignore_index=True)


def agreeing(contacts: ibis.Table, paid: ibis.Table, period: Period) -> pd.Series:
    """Return by medium how many of the models see a positive return."""
    found = [
        known(contacts, paid, period, "medium", model).set_index("unit").roi
        for model in attribution.MODELS
    ]
    return (pd.concat(found, axis=1) > 0).sum(axis=1)


def named(rows: pd.DataFrame, campaigns: ibis.Table) -> pd.DataFrame:
    """Return the rows with the campaign's name before its number, where campaigns tell it."""
    known = campaigns.select("campaign_id", "campaign_name", "objective").execute()
    names = known.set_index("campaign_id")
    told = rows.unit.map(names.campaign_name).fillna(rows.unit)
    out = rows.assign(campaign=told, objective=rows.unit.map(names.objective))
    return out[["campaign", "objective", *rows.columns]]


def drawn(now: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """Return what `chart.dots` draws of returns: unit, current, low, high, base; paid ones."""
    rows = now[now.roi.notna()]
    before = base.set_index("unit").roi
    rows = rows.rename(columns={"roi": "current", "low_roi": "low", "high_roi": "high"})
    return rows[["unit", "current", "low", "high"]].assign(base=rows.unit.map(before).astype(float))


def shown(rows: pd.DataFrame, first: str) -> pd.DataFrame:
    """Return the rows as a table has them; `first` is the column that names the unit."""
    called = {"unit": "medium", "conversions": "orders", "margin": "attributed_margin"}
    columns = ["media_cost", "orders", "attributed_margin", "roas", "roi", "low_roi", "high_roi"]
    return rows.rename(columns=called)[[first, *columns, "verdict"]]


def reading(model: str) -> Callable[[pd.DataFrame], Message]:
    """Return what a table of returns by this model says: how many are strong, weak, not clear."""

    def says(rows: pd.DataFrame) -> Message:
        told = rows.verdict.map(str)
        return Message(
            "ROI by {model:text}: {strong:number} strong, {weak:number} weak, {rest:number} not "
            "clear",
            {
                "model": attribution.CALLED[model],
                "strong": int((told == STRONG).sum()),
                "weak": int((told == WEAK).sum()),
                "rest": int((told == UNCLEAR).sum()),
            },
        )

    return says


def chosen(rows: pd.DataFrame, show: str, most: int = 12) -> pd.DataFrame:
    """Return the campaigns with the largest spend, or the strongest or weakest shrunken return."""
    paid = rows[rows.media_cost > 0]
    if show == "largest":
        return paid.head(most)
    weakest = show == "weakest"
    ranked = paid.dropna(subset="roi").sort_values(
        ["shrunken_roi", "roi", "unit"], ascending=[weakest, weakest, True]
    )
    return ranked[:most]


def _covered(contacts: ibis.Table, paid: ibis.Table, period: Period) -> bool:
    return all([*covers(paid, [period], "date"), *covers(contacts, [period], "ended")])


def _drawn(rows: pd.DataFrame, stretch: Period) -> pd.DataFrame:
    rows = rows[(rows.media_cost > 0) & rows.roi.notna()]
    return pd.DataFrame(
        {
            **{"start": stretch.start, "medium": rows.unit, "value": rows.roi},
            **{"low": rows.low_roi, "high": rows.high_roi, "n": rows.conversions},
        }
    )


def _returns(rows: pd.DataFrame) -> pd.DataFrame:
    cost = rows.media_cost.where(rows.media_cost > 0)
    half = (rows.high_margin - rows.low_margin) / 2
    rows = rows.assign(roas=rows.revenue / cost, roi=rows.margin / cost - 1)
    return rows.assign(
        low_roi=rows.roi - half / cost,
        high_roi=rows.roi + half / cost,
        shrunken_roi=_shrunken(rows.roi, half / cost / _Z),
        profit=rows.margin - rows.media_cost,
        low_profit=rows.margin - half - rows.media_cost,
        high_profit=rows.margin + half - rows.media_cost,
    )


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Whether a return is clear of zero, with as many looks as there are units with a cost."""
    from scipy.stats import norm

    looks = max(int((rows.media_cost > 0).sum()), 1)
    wide = norm.ppf((1 + 0.95 ** (1 / looks)) / 2) / _Z
    half = (rows.high_roi - rows.low_roi) / 2 * wide
    clear = (rows.roi.abs() > half) & (rows.conversions > 0)
    chosen = [rows.media_cost <= 0, rows.margin.isna(), clear & (rows.roi > 0), clear]
    place = np.select(chosen, range(4), 4)
    verdict = [(FREE, UNSEEN, STRONG, WEAK, UNCLEAR)[at] for at in place]
    rows = rows.assign(clear=clear, verdict=verdict)[_COLUMNS]
    return rows.sort_values(["media_cost", "unit"], ascending=[False, True], ignore_index=True)


def _shrunken(values: pd.Series, noise: pd.Series) -> pd.Series:
    """Each value drawn towards the mean of all by the part of its spread that is noise."""
    known = values.notna()
    if known.sum() < 2:
        return values
    between_units = max(values[known].var() - (noise[known] ** 2).mean(), 0.0)
    weight = between_units / (between_units + noise**2).where(noise > 0)
    return values[known].mean() + weight.fillna(0.0) * (values - values[known].mean())


_COLUMNS = [
    *("unit", "media_cost", "conversions", "customers", "revenue", "margin", "roas", "roi"),
    *("low_roi", "high_roi", "shrunken_roi", "profit", "low_profit", "high_profit"),
    *("clear", "verdict"),
]
_NOTHING = pd.DataFrame(columns=_COLUMNS)
