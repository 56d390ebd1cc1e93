"""Marketing readings: the line above each picture and table, computed from what it shows."""

from collections.abc import Callable

import pandas as pd

from revwork.analysis import trials
from revwork.analysis.marketing import attribution
from revwork.analysis.marketing.journeys import CONVERTED, LOST, OPEN
from revwork.findings import Message, Unanswered


def spent(rows: pd.DataFrame) -> Message:
    """Say what was spent, and where most of it went."""
    now, base = rows.current.sum(), rows.base.sum(min_count=1)
    told = {"now": now, "medium": rows.medium[0], "share": rows.current[0] / now if now else None}
    if pd.isna(base) or not base:
        return Message("{now:money} spent, {share:percent} of it on {medium:text}", told)
    return Message(
        "{now:money} spent ({change:change}), {share:percent} of it on {medium:text}",
        told | {"change": now / base - 1},
    )


def reach(rows: pd.DataFrame) -> Message:
    """Say how often advertising was shown and clicked, and what a click cost, as far as known."""
    clicks = rows.clicks.sum()
    if rows.clicks.isna().all():
        return Message("What a click cost is not known: map clicks in spend", {})
    told = {"impressions": rows.impressions.sum(), "clicks": clicks}
    cost = rows.media_cost[rows.clicks > 0].sum()
    told["cost"] = cost / clicks if clicks else None
    if rows.impressions.isna().all():
        return Message("Clicked {clicks:number} times, {cost:cents} a click", told)
    return Message(
        "Shown {impressions:number} times, clicked {clicks:number} times, {cost:cents} a click",
        told,
    )


def cac(rows: pd.DataFrame) -> Message:
    """Say what a new customer costs in the last month known, and a year before."""
    known = rows[rows.value.notna()]
    last = known.iloc[-1]
    if pd.isna(last.base):
        return Message("A new customer cost {now:cents} in the last month", {"now": last.value})
    return Message(
        "A new customer cost {now:cents} in the last month, a year before {base:cents}",
        {"now": last.value, "base": last.base},
    )


def cac_by(model: str) -> Callable[[pd.DataFrame], Message]:
    """Return what cost by medium says: the dearest and the cheapest, with the model."""

    def says(rows: pd.DataFrame) -> Message:
        known = rows[rows.current.notna()]
        first, last = known.iloc[0], known.iloc[-1]
        return Message(
            "By {model:text}, a new customer costs {most:money} in {dear:text}, {least:money} in "
            "{cheap:text}",
            {
                **{"model": attribution.CALLED[model], "dear": first.unit, "cheap": last.unit},
                **{"most": first.current, "least": last.current},
            },
        )

    return says


def journeys(rows: pd.DataFrame) -> Message:
    """Say how many journeys led to an order, and how many are still open."""
    count = rows.set_index("outcome").journeys
    return Message(
        "Journeys that led to an order: {sold:number}; lost: {lost:number}; still open, on "
        "neither side: {open:number}",
        {
            "sold": int(count.get(CONVERTED, 0)),
            "lost": int(count.get(LOST, 0)),
            "open": int(count.get(OPEN, 0)),
        },
    )


def models(credit: str) -> Callable[[pd.DataFrame], Message]:
    """Return what the models side by side say: where they differ most for their size."""
    template = {
        "orders": "Models differ most on {unit:text}: {low:number} to {high:number} orders",
        "new_customers": "Models differ most on {unit:text}: {low:number} to {high:number} new "
        "customers",
        "revenue": "Models differ most on {unit:text}: {low:money} to {high:money}",
    }[credit]

    def says(rows: pd.DataFrame) -> Message:
        span = rows.groupby("unit", sort=True).value.agg(["min", "max", "mean"])
        if not span["max"].max() > 0:
            raise Unanswered("Journeys won nothing by this measure: choose a longer period.")
        unit = ((span["max"] - span["min"]) / span["mean"].where(span["mean"] > 0)).idxmax()
        ends = {"low": span["min"][unit], "high": span["max"][unit]}
        return Message(template, {"unit": unit, **ends})

    return says


def roi(model: str) -> Callable[[pd.DataFrame], Message]:
    """Return what a picture of returns by this model says: the best and the worst medium."""

    def says(rows: pd.DataFrame) -> Message:
        known = rows[rows.current.notna()].sort_values("current", kind="stable")
        low, high = known.iloc[0], known.iloc[-1]
        return Message(
            "ROI by {model:text}: {high:percent} in {best:text}, {low:percent} in {worst:text}",
            {
                **{"model": attribution.CALLED[model], "best": high.unit, "worst": low.unit},
                **{"high": high.current, "low": low.current},
            },
        )

    return says


def path(model: str) -> Callable[[pd.DataFrame], Message]:
    """Return what returns over time by this model say: which moved most."""

    def says(rows: pd.DataFrame) -> Message:
        ends = rows.groupby("medium", sort=True).value.agg(["first", "last"]).dropna()
        unit = (ends["last"] - ends["first"]).abs().idxmax()
        return Message(
            "By {model:text}, {medium:text} moved most: {base:percent} to {now:percent}",
            {
                **{"model": attribution.CALLED[model], "medium": unit},
                **{"base": ends["first"][unit], "now": ends["last"][unit]},
            },
        )

    return says


def split(rows: pd.DataFrame) -> Message:
    """Say whether the groups of each test are as equal as chance makes them."""
    blocked = int(rows.blocked.sum())
    if blocked:
        return Message(
            "Tests whose groups are not split as planned, and not read: {n:number}", {"n": blocked}
        )
    return Message("Groups are as equal as chance makes them: all tests can be read", {})


def tests(view: str) -> Callable[[pd.DataFrame], Message]:
    """Return what a view of tests says: what came out, or what is compared."""
    compared = {
        "orders": Message("Orders a unit, against the control", {}),
        "revenue": Message("Revenue a unit, against the control", {}),
    }
    if view in compared:
        return lambda _: compared[view]
    return split if view == "groups" else trials.reading


def geo(rows: pd.DataFrame) -> Message:
    """Say how small an effect a geo test by these regions can see."""
    last = rows.iloc[-1]
    return Message(
        "A geo test of {weeks:number} weeks sees {smallest:percent} of revenue, and no less",
        {"weeks": last.weeks, "smallest": last.smallest_effect},
    )
