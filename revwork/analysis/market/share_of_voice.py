"""Share of voice: how much of what is said about us and our rivals is about us."""

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.market.price_moves import US
from revwork.analysis.periods import between, covers, in_periods, year_to
from revwork.calendar import Calendar, Period
from revwork.findings import Message, Unanswered
from revwork.metrics import wilson

LEVEL = 0.95
_COLUMNS = (
    *("competitor", "mentions", "voice_share", "low_voice_share", "high_voice_share"),
    *("base_share", "positive_share", "negative_share", "annual_revenue", "sales_share", "excess"),
)


def voices(
    mentions: ibis.Table,
    competitors: ibis.Table,
    lines: ibis.Table,
    period: Period,
    calendar: Calendar,
) -> pd.DataFrame:
    """Return each brand's share of mentions in the year to the period's end, beside its sales.

    Excess share of voice holds two shares of the same brands against each other: those whose sales
    a year are known (ours from orders of the same days, rivals' from competitors). What rivals
    spend on advertising no table tells.

    Columns: competitor ("We" for us), mentions, voice_share with low_voice_share and
    high_voice_share (Wilson, 95 %), base_share (the year before; null where not covered),
    positive_share and negative_share (of its mentions), annual_revenue, sales_share (of the brands
    whose sales are known), excess (of voice over sales, among those brands).
    Most mentioned first. Empty without mentions.

    Formula: voice_share = mentions of the brand ÷ mentions of all brands followed; How much of the
    talk is about one brand.
    Formula: excess = share of mentions − share of sales, same brands; Above 0 a brand is heard more
    than its size.
    """
    rows = _counted(mentions, period, calendar)
    if rows.empty:
        return pd.DataFrame(columns=_COLUMNS)
    rows = rows.join(_shares(rows))
    rows["annual_revenue"] = rows.brand.map(_sales(competitors, lines, period)).astype(float)
    both = rows.annual_revenue.notna() & (rows.annual_revenue > 0)
    both &= rows.brand.eq("").where(both).any() and both.sum() > 1
    sales = rows.annual_revenue.where(both)
    heard = rows.mentions.where(both)
    rows["sales_share"] = sales / sales.sum()
    rows["excess"] = heard / heard.sum() - rows.sales_share
    rows = rows.sort_values(["mentions", "brand"], ascending=[False, True], ignore_index=True)
    rows.insert(0, "competitor", [name or US for name in rows.brand])
    return rows[[*_COLUMNS]]


def dots(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what `voices` returns as dots: share of voice, tied to the share a year before."""
    if rows.empty:
        raise Unanswered(
            "Share of voice needs mentions of us and of rivals in the last year: add rows to "
            "mentions."
        )
    names = {"voice_share": "current", "base_share": "base"}
    names |= {"low_voice_share": "low", "high_voice_share": "high"}
    return rows[["competitor", *names]].rename(columns=names)


def reading(rows: pd.DataFrame) -> Message:
    """Say how much of the talk is about us; `rows` is what `dots` or `voices` returns."""
    share = "current" if "current" in rows else "voice_share"
    ours = rows[rows.competitor.eq(US)]
    if ours.empty:
        return Message("Nobody mentions us; {name:text} is heard most", {"name": rows.iloc[0, 0]})
    return Message("We have {share:percent} of all mentions", {"share": ours.iloc[0][share]})


def excess(rows: pd.DataFrame) -> Message:
    """Say whether we are heard more than we sell; `rows` is what `voices` returns."""
    dots(rows)
    ours = rows[rows.competitor.eq(US)].excess.dropna()
    if ours.empty:
        return Message("Share of sales: add annual_revenue to competitors to compare", {})
    return Message(
        "Our share of voice less our share of sales among these brands: {points:points}",
        {"points": ours.iloc[0]},
    )


def _counted(mentions: ibis.Table, period: Period, calendar: Calendar) -> pd.DataFrame:
    """Mentions by brand ("" is ours) in the year and the year before; null where not covered."""
    year = year_to(period)
    before = calendar.year_ago(year)
    spans = [year, before] if before and all(covers(mentions, [before], "date")) else [year]
    named = mentions.mutate(brand=mentions.competitor.fill_null(""))
    rows = in_periods(named, spans, "date")
    now = rows.period == 0
    sums = {name: rows[name].sum(where=now) for name in ("mentions", "positive", "negative")}
    found = rows.group_by("brand").agg(**sums, mentions_before=rows.mentions.sum(where=~now))
    found = found.order_by("brand").execute()
    found = found.astype({name: float for name in [*sums, "mentions_before"]})
    found["mentions"] = found.mentions.fillna(0.0)
    return found if found.mentions.sum() > 0 else found.head(0)


def _shares(rows: pd.DataFrame) -> pd.DataFrame:
    total = pd.Series(rows.mentions.sum(), rows.index)
    voice = wilson(rows.mentions, total, LEVEL).rename(
        columns={name: name.replace("share", "voice_share") for name in
                 ("share", "low_share", "high_share")}
    )  # fmt: skip
    own = rows.mentions.where(rows.mentions > 0)
    before = rows.mentions_before
    return voice.assign(
        base_share=before / before.sum() if before.sum() > 0 else np.nan,
        positive_share=rows.positive / own,
        negative_share=rows.negative / own,
    )


def _sales(competitors: ibis.Table, lines: ibis.Table, period: Period) -> dict[str, float]:
    """What each brand sells a year; ours under the name ""."""
    rivals = competitors.filter(competitors.annual_revenue.notnull())
    found = rivals.select("competitor", "annual_revenue").execute()
    known = dict(zip(found.competitor, found.annual_revenue.astype(float), strict=True))
    year = year_to(period)
    if not all(covers(lines, [year])):
        return known
    net = between(lines, year).net.sum().cast("float64").execute()
    return known | ({"": round(float(net), 2)} if pd.notna(net) else {})
