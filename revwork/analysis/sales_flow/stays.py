"""Stays: how long each deal stood in each stage and where it went, as was known on any past day."""

from datetime import date, timedelta

import ibis
import pandas as pd

MEMORY = 365  # days of past stays that tell how deals go
_IN_ORDER = {"group_by": "opportunity_id", "order_by": ["changed_on", "sequence"]}


def changes(moves: ibis.Table) -> ibis.Table:
    """Return the moves of `deals.moves` with how long each state held.

    Columns added: entered (day the stage began), enters (whether this row began it), holds_until
    (day of the next change, null for the last). A stage that is not recorded is an empty text.
    """
    rows = moves.mutate(stage=moves.stage.fill_null(""))
    state = rows.stage + "|" + rows.outcome
    rows = rows.mutate(state=state)
    order = ibis.window(**_IN_ORDER)
    rows = rows.mutate(
        before=rows.state.lag().over(order), holds_until=rows.changed_on.lead().over(order)
    )
    rows = rows.mutate(enters=rows.before.isnull() | (rows.before != rows.state))
    began = ibis.cases((rows.enters, rows.changed_on), else_=ibis.null("date"))
    entered = began.max().over(ibis.cumulative_window(**_IN_ORDER))
    return rows.mutate(entered=entered).drop("state", "before")


def open_on(changes: ibis.Table, day: date) -> pd.DataFrame:
    """Return the deals open at the end of a day as they stood then.

    Columns: opportunity_id, stage, amount (null unknown), close_date (expected then), age (days
    in the stage).
    """
    at = ibis.date(day)
    there = changes.filter(
        (changes.changed_on <= at)
        & (changes.holds_until.isnull() | (changes.holds_until > at))
        & (changes.outcome == "open")
    )
    found = there.select(
        "opportunity_id",
        "stage",
        "close_date",
        "entered",
        amount=there.amount.cast("float64"),
    )
    rows = found.order_by("opportunity_id").execute()
    rows["close_date"] = pd.to_datetime(rows.close_date)
    age = (pd.Timestamp(day) - pd.to_datetime(rows.pop("entered"))).dt.days
    return rows.assign(age=age.astype(int))


def seen(changes: ibis.Table, day: date, memory: int = MEMORY) -> pd.DataFrame:
    """Return what stays of deals in stages had come to by the end of a day, counted.

    Stays are watched for the last `memory` days only; one that began before is watched from the
    age it had then (late entry). One begins on the day of a change and counts 0 on that day.

    Columns: stage, outcome and next_stage (null while the deal still stands there: censored),
    age (days it had stood when first watched), days (stood in the end, or so far), count.
    """
    begun = changes.filter(changes.enters)
    order = ibis.window(**_IN_ORDER)
    begun = begun.mutate(
        left_on=begun.changed_on.lead().over(order),
        to_stage=begun.stage.lead().over(order),
        to_outcome=begun.outcome.lead().over(order),
    )
    at, first = ibis.date(day), ibis.date(day - timedelta(days=memory))
    watched = begun.left_on.isnull() | (begun.left_on > first)
    begun = begun.filter((begun.changed_on <= at) & (begun.outcome == "open") & watched)
    gone = begun.left_on <= at
    last = ibis.ifelse(gone, begun.left_on, at)
    begun = begun.mutate(
        went=ibis.ifelse(gone, begun.to_outcome, None),
        next_stage=ibis.ifelse(gone, begun.to_stage, None),
        days=last.delta(begun.changed_on, unit="day"),
        age=ibis.greatest(ibis.literal(first).delta(begun.changed_on, unit="day") + 1, 0),
    )
    keys = ["stage", "went", "next_stage", "age", "days"]
    rows = begun.group_by(keys).agg(count=begun.count()).order_by(keys).execute()
    return rows.rename(columns={"went": "outcome"})


def begun(changes: ibis.Table, first: date, last: date) -> pd.DataFrame:
    """Return in which stage the deals of a stretch of days began, counted: stage, count."""
    place = ibis.row_number().over(ibis.window(**_IN_ORDER))
    firsts = changes.mutate(place=place).filter(lambda t: t.place == 0)
    rows = firsts.filter(
        (firsts.outcome == "open")
        & (firsts.changed_on >= ibis.date(first))
        & (firsts.changed_on <= ibis.date(last))
    )
    return rows.group_by("stage").agg(count=rows.count()).order_by("stage").execute()


def signed(changes: ibis.Table, first: date, last: date) -> pd.Series:
    """Return the amounts of deals won from the first day to the last, both included."""
    rows = changes.filter(
        changes.enters
        & (changes.outcome == "won")
        & (changes.changed_on >= ibis.date(first))
        & (changes.changed_on <= ibis.date(last))
    )
    rows = rows.select("opportunity_id", amount=rows.amount.cast("float64"))
    return rows.order_by("opportunity_id", "amount").execute().amount
