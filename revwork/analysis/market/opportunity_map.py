"""Opportunity map: where to sell next, by segment, country and channel, and what each is worth."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.margins import contribution
from revwork.analysis.market.market_size import market
from revwork.analysis.periods import covers, in_periods, year_to
from revwork.calendar import Calendar, Period
from revwork.findings import Message, Unanswered

CELL = ("segment", "region", "channel")
FEWEST = 2  # other countries that a country is held against
DEALS = 730  # days of decided deals that say how often rivals are met
_Z95 = 1.959964
_MEDIAN = np.pi / 2  # variance of a median over that of a mean
_SHOWN = {
    "net_revenue": "money",
    "change_rate": "percent",
    "margin_share": "percent",
    "headroom_margin": "money",
}


@dataclass(frozen=True)
class Rivals:
    """Where rivals are met: their mentions by region, their names in deals."""

    mentions: ibis.Table
    opportunities: ibis.Table


def cells(
    lines: ibis.Table, places: pd.DataFrame, rivals: Rivals, period: Period, calendar: Calendar
) -> pd.DataFrame:
    """Return every segment, region and channel that sold in the year to the period's end.

    `places` is what `market_size.years` returns. The market is sized by region, not by segment or
    channel: every cell of a region shows its region's. Headroom: what the cell would bring more,
    did it bring as much of its region's market as the median of the same segment and channel in
    the other regions does (2 at least; 0 where it brings more), over the categories sized in every
    region, at the cell's own margin; all channels together not more than the segment lacks there,
    the rest would only move between them. Its interval takes orders as arriving at random, and the
    spread between the other regions if that is wider.

    Columns: segment, region, channel; net_revenue, orders, customers, change_rate (against the year
    before; null where not covered), margin_share (contribution before marketing, of revenue);
    market_revenue, market_growth_rate, market_share (of the region); rival_share (of the segment's
    deals decided in the region in two years, those that name a rival), rival_voice_share (rivals'
    of the region's mentions); headroom_revenue, headroom_margin (a year; null unknown),
    low_headroom_margin, high_headroom_margin (95 %).

    Formula: headroom_revenue = market of the region × (median share of it that the same segment
    and channel bring in other regions − share brought here); What the cell would bring more, were
    it like the others.
    Formula: headroom_margin = headroom revenue × contribution margin of the cell; What that would
    leave a year before marketing.
    Formula: rival_share = deals decided that name a rival ÷ deals decided; How often one meets
    rivals in deals.
    """
    rows = _sums(lines, _everywhere(places), period, calendar)
    sizes = _sizes(places)
    rows = rows.merge(sizes, "left", "region")
    rows = rows.merge(_named(rivals.opportunities, period), "left", ["segment", "region"])
    rows = rows.merge(_heard(rivals.mentions, period), "left", "region")
    rows = rows.join(_headroom(rows))
    columns = [*CELL, "net_revenue", "orders", "customers", "change_rate", "margin_share"]
    columns += ["market_revenue", "market_growth_rate", "market_share", "rival_share"]
    columns += ["rival_voice_share", "headroom_revenue"]
    columns += [f"{end}headroom_margin" for end in ("", "low_", "high_")]
    order = rows.sort_values(["net_revenue", *CELL], ascending=[False, True, True, True])
    return order[columns].reset_index(drop=True)


def drawn(rows: pd.DataFrame, show: str) -> pd.DataFrame:
    """Return one figure of the map by segment and channel (rows) and region, with its orders.

    `show` is one of the names `shown` gives. Columns: segment, region, value, n.
    """
    told = rows.dropna(subset=[show]) if len(rows) else rows
    if told.empty:
        raise Unanswered(
            "The opportunity map cannot show this: it needs orders with segment, region and "
            "channel, and for headroom market_size by region, for rivals deals that name them."
        )
    names = _names(told)
    found = pd.DataFrame(
        {"segment": names, "region": told.region, "value": told[show], "n": told.orders}
    )
    return found.drop_duplicates(["segment", "region"]).reset_index(drop=True)


def shown(rows: pd.DataFrame) -> Mapping[str, str]:
    """Return the figures that the map can show, with their unit; all where none is known."""
    known = {name: unit for name, unit in _SHOWN.items() if rows[name].notna().any()}
    return known or _SHOWN


def next_ones(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the cells whose headroom is more than chance, what it is worth first."""
    found = rows[rows.low_headroom_margin > 0]
    order = found.sort_values(["headroom_margin", *CELL], ascending=[False, True, True, True])
    return order.reset_index(drop=True)


def reading(rows: pd.DataFrame) -> Message:
    """Name the cell where most can be won next; `rows` is what `next_ones` returns."""
    if rows.empty:
        return Message(
            "No cell lags behind the same segment and channel elsewhere beyond chance", {}
        )
    one = rows.iloc[0]
    return Message(
        "Most to win: {segment:text}, {region:text}, {channel:text}: {margin:money} a year",
        {**{name: one[name] for name in CELL}, "margin": one.headroom_margin},
    )


def mapped(rows: pd.DataFrame) -> Message:
    """Name the cell with the highest value; `rows` is what `drawn` returns."""
    one = rows.loc[rows.value.idxmax()]
    return Message(
        "Highest in {region:text}: {segment:text}", {"region": one.region, "segment": one.segment}
    )


def _names(rows: pd.DataFrame) -> list[str | None]:
    """Segment and channel in one name, of what is recorded of them."""
    pairs = rows[["segment", "channel"]].itertuples(index=False)
    return [", ".join(name for name in pair if isinstance(name, str)) or None for pair in pairs]


def _everywhere(places: pd.DataFrame) -> list[str] | None:
    """The categories sized in every region; None where sizes do not tell categories apart."""
    known = places[places.region.notna() & places.market_revenue.notna()]
    if known.empty or known.category.isna().any():
        return None
    regions = known.groupby("category").region.nunique()
    return sorted(regions.index[regions == known.region.nunique()])


def _sizes(places: pd.DataFrame) -> pd.DataFrame:
    """The market of each region, and the part of it that is sized in every region."""
    known = places[places.region.notna()]
    rows = market(known, ["region"])
    common = _everywhere(places)
    part = known if common is None else known[known.category.isin(common)]
    compared = part.groupby("region").market_revenue.sum(min_count=1)
    columns = ["region", "market_revenue", "market_growth_rate", "market_share"]
    return (
        rows[columns]
        .astype({"region": object})
        .assign(compared=rows.region.map(compared).astype(float))
    )


def _sums(
    lines: ibis.Table, common: list[str] | None, period: Period, calendar: Calendar
) -> pd.DataFrame:
    """What each cell sold in the year, by order first, so that squares tell chance."""
    year = year_to(period)
    before = calendar.year_ago(year)
    spans = [year, before] if before and all(covers(lines, [before])) else [year]
    sold = in_periods(lines.mutate(left=contribution(lines)), spans)
    inside = sold.category.isin(common) if common is not None else ibis.literal(True)
    keys = [*CELL, "period"]
    order = sold.group_by([*keys, "order_id"]).agg(
        customer_id=sold.customer_id.max(),
        sells=(~sold.is_return).cast("int64").max(),
        net=sold.net.sum().cast("float64"),
        left=sold.left.sum().cast("float64"),
        costed=sold.net.sum(where=sold.left.notnull()).cast("float64"),
        compared_net=sold.net.sum(where=inside).cast("float64").fill_null(0.0),
    )
    sums = {name: order[name].sum() for name in ("net", "left", "costed", "compared_net")}
    found = order.group_by(keys).agg(
        **sums,
        orders=order.sells.sum(),
        customers=order.customer_id.nunique(where=order.sells == 1),
        square=(order.compared_net * order.compared_net).sum(),
    )
    rows = found.order_by(keys).execute().astype(dict.fromkeys(CELL, object))
    now, past = rows[rows.period == 0], rows[rows.period == 1]
    joined = now.merge(past[[*CELL, "net"]], "left", list(CELL), suffixes=("", "_before"))
    base, costed = joined.net_before, joined.costed.astype(float)
    return joined.assign(
        net_revenue=joined.net.astype(float).round(4),
        change_rate=(joined.net / base.where(base > 0) - 1).astype(float).round(9),
        margin_share=(joined.left / costed.where(costed > 0)).astype(float).round(9),
    )


def _named(opportunities: ibis.Table, period: Period) -> pd.DataFrame:
    """By segment and region, the share of deals decided in two years that name a rival."""
    spans = [Period("deals", year_to(period).start - (year_to(period).end - year_to(period).start),
                    period.end)]  # fmt: skip
    decided = opportunities.filter(opportunities.outcome.isin(["won", "lost"]))
    rows = in_periods(decided, spans, "close_date")
    keys = ["segment", "region"]
    found = rows.group_by(keys).agg(deals=rows.count(), rival=rows.competitor.count())
    found = found.order_by(keys).execute().astype(dict.fromkeys(keys, object))
    return found[keys].assign(rival_share=found.rival / found.deals)


def _heard(mentions: ibis.Table, period: Period) -> pd.DataFrame:
    """By region, the share of mentions that are rivals'."""
    rows = in_periods(mentions, [year_to(period)], "date")
    found = rows.group_by("region").agg(
        every=rows.mentions.sum(),
        rivals=rows.mentions.sum(where=rows.competitor.notnull()),
    )
    found = found.order_by("region").execute().astype({"region": object})
    every = found.every.astype(float)
    share = found.rivals.astype(float).fillna(0.0) / every.where(every > 0)
    return found[["region"]].assign(rival_voice_share=share)


def _headroom(rows: pd.DataFrame) -> pd.DataFrame:
    """What each cell lacks to the same segment and channel in the other regions.

    Not more than its segment lacks there over all channels: the rest only moves between channels.
    """
    known = rows[(rows.compared > 0) & rows.region.notna()]
    cell = _gaps(known, ["segment", "channel"])
    whole = known.groupby(["segment", "region"], dropna=False, as_index=False).agg(
        compared=("compared", "first"),
        compared_net=("compared_net", "sum"),
        square=("square", "sum"),
    )
    lacks = whole[["segment", "region"]].assign(lacks=_gaps(whole, ["segment"]).gap.clip(lower=0))
    each = known[["segment", "region"]].assign(gap=cell.gap.clip(lower=0))
    every = each.groupby(["segment", "region"], dropna=False).gap.transform("sum")
    lacking = each.merge(lacks, "left", ["segment", "region"]).lacks.set_axis(known.index)
    kept = (lacking / every.where(every > 0)).clip(upper=1).fillna(0.0)
    margin = known.margin_share
    found = pd.DataFrame(
        {
            "headroom_revenue": each.gap * kept,
            "headroom_margin": each.gap * kept * margin,
            "low_headroom_margin": (cell.gap - cell.half) * kept * margin,
            "high_headroom_margin": (cell.gap + cell.half) * kept * margin,
        }
    )
    return found.astype(float).round(4).reindex(rows.index)


def _gaps(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Money each region lacks to the median of the others, and half its interval; null if few."""
    found = pd.DataFrame(np.nan, rows.index, ["gap", "half"])
    rate, chance = rows.compared_net / rows.compared, rows.square / rows.compared**2
    for _, part in rows.groupby(by, dropna=False):
        for at in part.index if len(part) > FEWEST else ():
            others = part.index.drop(at)
            spread = max(chance[others].mean(), rate[others].var(ddof=1)) / len(others)
            half = _Z95 * np.sqrt(chance[at] + _MEDIAN * spread)
            gap = rate[others].median() - rate[at]
            found.loc[at] = [gap * rows.compared[at], half * rows.compared[at]]
    return found
