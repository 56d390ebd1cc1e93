"""Paths: which ways lead to an order, where each step leads to, and who goes round in circles."""

import ibis
import pandas as pd

from revwork.analysis.periods import is_within
from revwork.calendar import Period
from revwork.findings import Message, Unanswered, Word
from revwork.metrics import wilson

LONGEST = 8  # stops of a path that are told; the rest is an ellipsis
LEFT = Word("left")
LEVEL = 0.95


def of_visits(
    events: ibis.Table, sessions: ibis.Table, reached: ibis.Table, goal: int, period: Period
) -> ibis.Table:
    """Return the stops of the visits that began in a period: unit, place, stop, converted.

    Converted is a visit that names an order, or that came through: `reached` is what
    `funnel.reached` returns, `goal` the depth of the last step. A step taken several times running
    is one stop.
    """
    bought = sessions.filter(sessions.order_id.notnull()).select(visit="session_id")
    through = reached.filter(reached.depth == goal).select(visit="unit")
    won = bought.union(through).distinct()
    begun = events["date"].min().over(group_by="session_id")
    rows = events.mutate(begun=begun).filter(lambda t: is_within(t.begun, period))
    rows = rows.left_join(won, rows.session_id == won.visit)
    return _stops(
        rows.select(
            unit="session_id", place="position", stop="step", converted=rows.visit.notnull()
        )
    )


def of_contacts(touchpoints: ibis.Table, orders: ibis.Table, period: Period) -> ibis.Table:
    """Return the stops of the journeys whose last contact lies in a period, by medium.

    Columns as in `of_visits`; converted is a journey that led to an order that counts.
    """
    known = orders.select(known_order="order_id")
    rows = touchpoints.mutate(
        ended=touchpoints.touched_at.max().over(group_by="path_id"),
        named=touchpoints.order_id.max().over(group_by="path_id"),
    )
    rows = rows.filter(is_within(rows.ended, period))
    rows = rows.left_join(known, rows.named == known.known_order)
    return _stops(
        rows.select(
            unit="path_id",
            place="position",
            stop="channel",
            converted=rows.known_order.notnull(),
        )
    )


def top(stops: ibis.Table, most: int = 12) -> pd.DataFrame:
    """Return the ways that led to most orders.

    Columns: way (stops joined by arrows; beyond eight an ellipsis), units, converted_count,
    conversion_rate with low_ and high_conversion_rate (95 %, Wilson), order_share (of all orders).
    Raises Unanswered where no way led to an order.
    """
    order = ibis.window(group_by="unit", order_by="place")
    rows = stops.mutate(nth=ibis.row_number().over(order))
    names = [f"stop_{n}" for n in range(LONGEST)]
    told = {name: rows.stop.max(where=rows.nth == n) for n, name in enumerate(names)}
    ways = rows.group_by("unit").agg(
        **told, converted=rows.converted.max(), stops=(rows.nth.max() + 1).cast("int64")
    )
    ways = ways.mutate(is_longer=ways.stops > LONGEST)
    keys = [*names, "is_longer"]
    counted = ways.group_by(keys).agg(
        units=ways.count(), converted=ways.converted.cast("int64").sum()
    )
    total = counted.aggregate(total=counted.converted.sum()).execute().total[0]
    if not total or pd.isna(total):
        raise Unanswered(
            "No way led to an order in this period: fill order_id, or choose another period."
        )
    led = counted.filter(counted.converted > 0)
    table = led.order_by(ibis.desc("converted"), ibis.desc("units"), *keys).limit(most).execute()
    told = wilson(table.converted, table.units, LEVEL)
    told.columns = ["conversion_rate", "low_conversion_rate", "high_conversion_rate"]
    frame = pd.DataFrame({"way": [_joined(row) for row in table[keys].itertuples(index=False)]})
    frame = frame.assign(units=table.units, converted_count=table.converted)
    return frame.join(told).assign(order_share=table.converted / total)


def onward(stops: ibis.Table, most: int = 12) -> pd.DataFrame:
    """Return where each stop leads to next, as `chart.heat` draws it.

    The stops met most often. Columns: stop, next_stop (left, where it was the last), share (of the
    times the stop was made). Rows of a stop add up to 1 where no stop is left out.
    """
    order = ibis.window(group_by="unit", order_by="place")
    rows = stops.mutate(following=stops.stop.lead().over(order))
    counted = rows.group_by(["stop", "following"]).agg(n=rows.count())
    table = counted.order_by("stop", "following").execute()
    if table.empty:
        raise Unanswered("No step was taken in this period: choose another.")
    sizes = table.groupby("stop").n.sum()
    kept = [*sizes.sort_values(ascending=False, kind="stable").head(most).index]
    places = stops.group_by("stop").agg(place=stops.place.cast("float64").mean())
    means = places.execute().set_index("stop").place.round(9)
    kept.sort(key=lambda name: (means[name], name))
    table["share"] = table.n / table.stop.map(sizes)
    table = table[table.stop.isin(kept) & (table.following.isin(kept) | table.following.isna())]
    rank = {name: at for at, name in enumerate(kept)}
    table = table.assign(a=table.stop.map(rank), b=table.following.map(rank).fillna(len(kept)))
    table = table.sort_values(["a", "b"])
    following = [LEFT if pd.isna(name) else name for name in table.following]
    frame = pd.DataFrame({"stop": table.stop.to_numpy(), "next_stop": following})
    return frame.assign(share=table.share.to_numpy())


def loops(stops: ibis.Table) -> pd.DataFrame:
    """Return the steps to which visits come back after another, and how these visits end.

    Columns: stop, units (that made it), came_back_count, came_back_share, conversion_rate with
    low_ and high_conversion_rate (95 %, Wilson; of those who came back), once_rate (of those who
    made it once). Most returns first; empty where nobody comes back.

    Formula: came_back_share = visits that came back to the step ÷ visits that took it; Back after
    another step: a step taken twice running is one.
    """
    made = stops.group_by(["unit", "stop"]).agg(
        times=stops.count(), converted=stops.converted.max()
    )
    came_back, is_won = made.times > 1, made.converted.cast("int64")
    counted = made.group_by("stop").agg(
        units=made.count(),
        returned=came_back.cast("int64").sum(),
        won_back=is_won.sum(where=came_back),
        won=is_won.sum(),
    )
    table = counted.filter(counted.returned > 0).execute()
    table = table.sort_values(["returned", "stop"], ascending=[False, True], ignore_index=True)
    told = wilson(table.won_back, table.returned, LEVEL)
    told.columns = ["conversion_rate", "low_conversion_rate", "high_conversion_rate"]
    once = (table.units - table.returned).where(table.units > table.returned)
    frame = table[["stop", "units"]].assign(
        came_back_count=table.returned, came_back_share=table.returned / table.units
    )
    return frame.join(told).assign(once_rate=(table.won - table.won_back) / once)


def reading(rows: pd.DataFrame) -> Message:
    """Say which way leads to most orders."""
    one = rows.iloc[0]
    return Message(
        "Most orders came by {way:text}: {share:percent} of them",
        {"way": one.way, "share": one.order_share},
    )


def circles(rows: pd.DataFrame) -> Message:
    """Say to which step most come back."""
    if rows.empty:
        return Message("Nobody comes back to a step after another", {})
    one = rows.iloc[0]
    return Message(
        "{share:percent} of those at {step:text} come back to it after another step",
        {"share": one.came_back_share, "step": one.stop},
    )


def leads(rows: pd.DataFrame) -> Message:
    """Say after which stop most leave."""
    left = rows[rows.next_stop.map(lambda one: isinstance(one, Word))]
    if left.empty:
        return Message("From each stop to the next", {})
    one = left.loc[left.share.idxmax()]
    return Message(
        "After {stop:text} the largest share ends: {share:percent}",
        {"stop": one.stop, "share": one.share},
    )


def _stops(rows: ibis.Table) -> ibis.Table:
    order = ibis.window(group_by="unit", order_by="place")
    before = rows.stop.lag().over(order)
    marked = rows.mutate(before=before)
    return marked.filter(marked.before.isnull() | (marked.before != marked.stop)).drop("before")


def _joined(row: tuple) -> str:
    *stops, is_longer = row
    told = " → ".join(stop for stop in stops if pd.notna(stop))
    return f"{told} → …" if is_longer else told
