"""Risk register: what turned for the worse, what hangs on it, who answers for it and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import pandas as pd

from revwork.analysis.periods import between, covers
from revwork.analysis.reputation import early_warning, opinion_breaks, orders_lost, ticket_topics
from revwork.analysis.reputation.opinion_breaks import EVERYWHERE, named
from revwork.analysis.reputation.opinion_weeks import Weeks
from revwork.analysis.reputation.orders_lost import Turn
from revwork.analysis.segments import of_segment
from revwork.calendar import Calendar, Period
from revwork.findings import Impact, Message, Unanswered, Word
from revwork.metrics import net_revenue

SCALE = 4  # stars from the worst to the best
PLANS = {
    "service": Word("Name the cause in a week, write to those who complained, ask them again"),
    "product": Word("Check the batch and the description, replace what is faulty, ask again"),
}
STATUS = Word("Proposed")


@dataclass(frozen=True)
class Risk:
    """A part of the business where opinion turned for the worse.

    `seen` is when the test of breaks could tell, `warned` when the early warning would have (None:
    it would not), `levels` is what `opinion_breaks.levels` tells, `topics` and `tickets` what rose
    in reviews and in tickets, `channels` those through which came what is reviewed (none: not
    known), `turn` and `impact` what orders did (None: nothing beyond chance).
    """

    where: Mapping[str, str]
    since: date
    low: date
    high: date
    seen: date
    warned: date | None
    p: float
    levels: Mapping[str, float]
    topics: pd.DataFrame
    tickets: pd.DataFrame
    channels: Sequence[str]
    turn: Turn | None
    impact: Impact | None

    @property
    def visible(self) -> date:
        """First day on which one of the two could have told."""
        return min(self.seen, self.warned or self.seen)

    @property
    def owner(self) -> str:
        """Department that answers: product for a product or category, else service."""
        return "product" if {"category", "product_id"} & {*self.where} else "service"


def exposed(lines: ibis.Table, one: Risk, period: Period) -> float | None:
    """Return a risk's net revenue in the period, through the channels reviewed.

    Null where the lines do not reach back to its start.
    """
    if not all(covers(lines, [period])):
        return None
    part = orders_lost.through(of_segment(lines, one.where), one.channels)
    net = net_revenue(between(part, period)).execute()
    return None if pd.isna(net) else round(float(net), 2)


def register(risks: Sequence[Risk], lines: ibis.Table, period: Period) -> pd.DataFrame:
    """Return one row a risk, the largest first.

    Columns: where, topics, since_date, seen_date, exposed_revenue (of the period, through the
    channels reviewed), severity_share, trend_multiple, risk_amount, turned_date (orders; null: not
    beyond chance), owner, plan, status.

    Formula: risk_amount = exposed revenue × severity × trend; To rank risks, not what will be
    lost: severity is the fall as a share of the four stars between best and worst.
    Formula: trend_multiple = fall of the last 13 weeks ÷ fall since it turned; Above 1 it gets
    worse; held between 0.5 and 2.
    """
    rows = pd.DataFrame([_row(one, lines, period) for one in risks], columns=_COLUMNS)
    order = rows.risk_amount.astype(float).fillna(-1.0)
    return rows.loc[order.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def risks(
    events: pd.DataFrame,
    weekly: tuple[pd.DataFrame, pd.DataFrame, Weeks],
    tables: tuple[ibis.Table, ibis.Table, ibis.Table],
    asked: tuple[Calendar, str],
) -> list[Risk]:
    """Return a risk for each event for the worse, with what else is known of its part.

    `weekly` is stars, topics told and weeks of `opinion_weeks`; `tables` reviews (as `opinions`
    returns them), the order lines that opinion may move, tickets; `asked` calendar and currency.
    """
    rows = events[events.worse.astype(bool)]
    return [_risk(one, weekly, tables, asked) for _, one in rows.iterrows()]


def orders(risks: Sequence[Risk], lines: ibis.Table, as_of: date) -> pd.DataFrame:
    """Return `orders_lost.path` of the surest risk; raises Unanswered where there is none."""
    if not risks:
        raise Unanswered(
            "Nowhere did opinion turn for the worse beyond chance: no orders to look at."
        )
    one = risks[0]
    sold = orders_lost.through(lines, one.channels)
    return orders_lost.path(sold, one.where, one.since, as_of)


def dates(risks: Sequence[Risk]) -> pd.DataFrame:
    """Return what befell the surest risk's part, as a picture's events: day, label, kind."""
    one = risks[0]
    said = [(one.since, Word("Opinion turned")), (one.visible, Word("Could be seen"))]
    said += [(one.turn.since_date, Word("Orders turned"))] if one.turn else []
    return pd.DataFrame(said, columns=["day", "label"]).assign(kind="event")


def reading(rows: pd.DataFrame) -> Message:
    """Say which risk is largest; that there is none where nothing turned."""
    if rows.empty:
        return NONE
    first = rows.iloc[0]
    return Message(
        "Largest risk: {part:text}, {revenue:money} of revenue a year hang on it",
        {
            "part": first["where"]
            if isinstance(first["where"], Message)
            else named(first["where"]),
            "revenue": first.exposed_revenue,
        },
    )


NONE = Message("Nowhere did opinion turn for the worse beyond chance: no risk to register", {})
_COLUMNS = [
    *("where", "topics", "since_date", "seen_date", "exposed_revenue", "severity_share"),
    *("trend_multiple", "risk_amount", "turned_date", "owner", "plan", "status"),
]


def _risk(event: pd.Series, weekly: tuple, tables: tuple, asked: tuple[Calendar, str]) -> Risk:
    where, since = dict(event["where"]), event.since_date
    stars, told, spine = weekly
    reviews, lines, tickets = tables
    channels = orders_lost.channels(reviews, where)
    sold = orders_lost.through(lines, channels)
    turn = orders_lost.turned(sold, where, since, spine.last)
    calendar, currency = asked
    return Risk(
        where,
        since,
        *(event.low_since_date, event.high_since_date, event.seen_date),
        warned=early_warning.first_after(stars, spine, where.get("region"), event.low_since_date),
        p=float(event.p),
        levels=opinion_breaks.levels(stars, where, since, spine),
        topics=opinion_breaks.rose(told, event, spine),
        tickets=ticket_topics.rose(tickets, where, since, spine.last),
        channels=channels,
        turn=turn,
        impact=orders_lost.impact(sold, turn, where, (calendar, spine.last, currency)),
    )


def _row(one: Risk, lines: ibis.Table, period: Period) -> dict:
    revenue = exposed(lines, one, period)
    severity = max(-one.levels["rating_change"] / SCALE, 0.0)
    trend = one.levels["trend"]
    return {
        "where": one.where or EVERYWHERE,
        "topics": said(one),
        "since_date": one.since,
        "seen_date": one.visible,
        "exposed_revenue": revenue,
        "severity_share": severity,
        "trend_multiple": trend,
        "risk_amount": None if revenue is None else revenue * severity * trend,
        "turned_date": one.turn.since_date if one.turn else None,
        "owner": Word(one.owner.capitalize()),
        "plan": PLANS[one.owner],
        "status": STATUS,
    }


def said(one: Risk) -> str | None:
    """Return what people write and ask about there, as one cell; null where it is not known."""
    names = [*one.topics.topic[:3], *one.tickets.topic[:1]]
    return "; ".join(names) or None
