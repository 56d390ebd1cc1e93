"""Voice: how much is said of us beside rivals, and how much of it is against us."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import ibis
import pandas as pd

from revwork.analysis.periods import in_periods, year_to
from revwork.calendar import Period
from revwork.findings import Message, Unanswered, Word
from revwork.metrics import wilson

YEAR = timedelta(days=365)
US, LEVEL = Word("Ourselves"), 0.95


def spoken_of(mentions: ibis.Table) -> Mapping[str, tuple[float | None, int | None]]:
    """Return share_of_voice (null without rivals' mentions) and against_share, with their n."""
    own = mentions.competitor.isnull()
    told = mentions.negative.notnull() & own
    row = mentions.aggregate(
        every=mentions.mentions.sum(),
        ours=mentions.mentions.sum(where=own),
        told=mentions.mentions.sum(where=told),
        against=mentions.negative.sum(where=told),
    )
    every, ours, told_of, against = row.execute().astype(float).fillna(0.0).iloc[0]
    found = {}
    if every > ours:
        found["share_of_voice"] = ours / every, int(every)
    if told_of:
        found["against_share"] = against / told_of, int(told_of)
    return found


def monthly(mentions: ibis.Table, periods: Sequence[Period]) -> pd.DataFrame:
    """Return each brand's share of all mentions by period, for `chart.lines`.

    Columns: start (day), name, value, low, high (95 %, Wilson), n (mentions of the brand). Raises
    Unanswered without mentions.
    """
    rows = _by_brand(mentions, periods)
    if rows.empty:
        raise Unanswered("No mention of us or of rivals in these months: add mentions.")
    shares = wilson(rows.n, rows.groupby("period").n.transform("sum"), LEVEL)
    names = {"share": "value", "low_share": "low", "high_share": "high"}
    return shares.rename(columns=names).assign(
        start=[periods[at].start for at in rows.period],
        name=[US if one == US else one for one in rows.brand],
        n=rows.n,
    )[["start", "name", "value", "low", "high", "n"]]


def against(mentions: ibis.Table, period: Period) -> pd.DataFrame:
    """Return the share of our mentions that are against us, by region, for `chart.dots`.

    Over the 365 days to the period's end, and the 365 before. Columns: region, current, base (null
    where nothing was said), low, high (95 %, Wilson). Raises Unanswered where none is known.
    """
    now = year_to(period)
    before = replace(now, start=now.start - YEAR, end=now.start)
    own = mentions.filter(mentions.competitor.isnull() & mentions.negative.notnull())
    rows = in_periods(own, [now, before], "date")
    rows = rows.group_by(["region", "period"]).agg(
        part=rows.negative.sum(), whole=rows.mentions.sum()
    )
    rows = rows.order_by(["region", "period"]).execute()
    rows = rows.astype({"region": object, "part": float, "whole": float})
    shares = rows.join(wilson(rows.part, rows.whole, LEVEL))
    late = shares[shares.period == 0].drop(columns="period")
    early = shares[shares.period == 1][["region", "share"]].rename(columns={"share": "base"})
    names = {"share": "current", "low_share": "low", "high_share": "high"}
    found = late.merge(early, "left", "region").rename(columns=names)
    if found.empty:
        raise Unanswered(
            "Nothing is known of mentions against us in the last 365 days: map negative in "
            "mentions."
        )
    return found[["region", "current", "base", "low", "high"]]


def path(rows: pd.DataFrame) -> Message:
    """Say whose share of voice was largest in the last month, and what ours was."""
    last = rows[rows.start == rows.start.max()].sort_values(["value", "name"])
    first, own = last.iloc[-1], last[last["name"] == US]
    if own.empty:
        return Message("Last month nobody spoke of us", {})
    return Message(
        "Last month: ours {own:percent}, largest {name:text} {most:percent}",
        {"own": own.value.iloc[0], "name": first["name"], "most": first.value},
    )


def worse(rows: pd.DataFrame) -> Message:
    """Say where mentions against us rose most beyond their interval, or that they did nowhere."""
    rose = rows[rows.low > rows.base]
    if rose.empty:
        return Message("Nowhere did mentions against us rise beyond chance", {})
    most = rose.loc[(rose.current - rose.base).idxmax()]
    return Message(
        "{region:text}: from {base:percent} to {current:percent} of mentions are against us",
        {"region": most.region, "base": most.base, "current": most.current},
    )


def _by_brand(mentions: ibis.Table, periods: Sequence[Period]) -> pd.DataFrame:
    found = in_periods(mentions, periods, "date")
    found = found.mutate(brand=found.competitor.fill_null(str(US)))
    rows = found.group_by(["period", "brand"]).agg(n=found.mentions.sum())
    return rows.order_by(["period", "brand"]).execute().astype({"n": float})
