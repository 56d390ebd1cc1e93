"""Flow readings: the line that opens each picture of the sales flow."""

import pandas as pd

from revwork.findings import Message


def win_rate(rows: pd.DataFrame) -> Message:
    """Say who wins most and least often, drawn towards the company's rate."""
    known = rows.dropna(subset="current").reset_index(drop=True)
    if len(known) < 2:
        return Message("Win rate, with its 95 % interval", {})
    first, last = known.iloc[0], known.iloc[-1]
    return Message(
        "{first:text} wins {most:percent} of {n:number} deals, {last:text} {least:percent} of "
        "{m:number}",
        {
            **{"first": first.iloc[0], "most": first.current, "n": first.n},
            **{"last": last.iloc[0], "least": last.current, "m": last.n},
        },
    )


def by_month(rows: pd.DataFrame) -> Message:
    """Say the win rate of the last month and of the same month a year before."""
    last = rows.iloc[-1]
    if pd.isna(last.value):
        return Message("Nothing was won or lost in {month:period}", {"month": last["name"]})
    return Message(
        "Win rate {rate:percent} in {month:period}",
        {"rate": last.value, "month": last["name"]},
    )


def reasons(rows: pd.DataFrame) -> Message:
    """Say the most frequent reason for a loss."""
    first = rows.iloc[0]
    return Message(
        "{reason:text} is behind {share:percent} of the losses",
        {"reason": first.loss_reason, "share": first.share},
    )


def pipeline(rows: pd.DataFrame) -> Message:
    """Say how far the pipeline moved."""
    start, end = rows.value.iloc[0], rows.value.iloc[-1]
    return Message("Open pipeline from {start:money} to {end:money}", {"start": start, "end": end})


def velocity(rows: pd.DataFrame) -> Message:
    """Say how far velocity moved, and which factor moved it most."""
    parts = rows[rows.kind == "change"]
    most = parts.loc[parts.value.abs().idxmax()]
    return Message(
        "From {start:money} to {end:money} a day, most by {factor:lower} ({value:signed})",
        {
            **{"start": rows.value.iloc[0], "end": rows.value.iloc[-1]},
            **{"factor": most.bar, "value": most.value},
        },
    )


def funnel(rows: pd.DataFrame) -> Message:
    """Say from which stage the fewest deals go on."""
    worst = rows.loc[rows.rate.idxmin()] if rows.rate.notna().any() else None
    if worst is None:
        return Message("No stage has a rate yet", {})
    before = rows.stage[rows.index[rows.stage == worst.stage][0] - 1]
    return Message(
        "Fewest deals go on from {stage:text}: {rate:percent}",
        {"stage": before, "rate": worst.rate},
    )


def onward(rows: pd.DataFrame) -> Message:
    """Say how many go on in the end, and by when half of these have."""
    end = rows.onward_rate.iloc[-1]
    half = rows.days_in_stage[rows.onward_rate >= end / 2].iloc[0]
    return Message(
        "{rate:percent} go on, half of these within {days:days}", {"rate": end, "days": half}
    )


def pace(rows: pd.DataFrame) -> Message:
    """Say which segment takes longest now."""
    last = rows.dropna(subset="value").groupby(rows.columns[0], sort=False).tail(1)
    if last.empty:
        return Message("No visit to the stage has ended yet", {})
    slow = last.loc[last.value.idxmax()]
    return Message(
        "{name:text} takes longest now: {days:days} a deal",
        {"name": slow.iloc[0], "days": slow.value},
    )


def slipped(rows: pd.DataFrame) -> Message:
    """Say what share of the deals due in the last quarter slipped."""
    last = rows.iloc[-1]
    return Message(
        "{share:percent} of the deals due in {quarter:period} slipped past its end",
        {"share": last.value, "quarter": last["name"]},
    )


def same_day(rows: pd.DataFrame) -> Message:
    """Say where this quarter stands beside the mean of those before, and how much was done then."""
    now, past = rows.iloc[-1], rows.iloc[:-1]
    if past.empty or not past.final_amount.sum():
        return Message("Won so far: {now:money}", {"now": now.won_amount})
    return Message(
        "Won so far: {now:money}; on the same day of past quarters {mean:money} on average, "
        "{done:percent} of what they brought",
        {
            **{"now": now.won_amount, "mean": past.won_amount.mean()},
            "done": past.won_amount.sum() / past.final_amount.sum(),
        },
    )


def stale(rows: pd.DataFrame) -> Message:
    """Say how much of the open pipeline is stale."""
    total = rows.open_amount.sum()
    if not total:
        return Message(
            "{stale:number} of {all:number} open deals are stale",
            {"stale": rows.stale_deals.sum(), "all": rows.deals.sum()},
        )
    return Message(
        "{stale:money} of {all:money} open are stale",
        {"stale": rows.stale_amount.sum(), "all": total},
    )


def coverage(rows: pd.DataFrame) -> Message:
    """Say how many times over the pipeline makes up what is left, and without what is stale."""
    every, fresh = rows.set_index("pipeline").loc[["all", "fresh"]].coverage_multiple
    if pd.isna(every):
        return Message("The target is reached already", {})
    return Message(
        "Open deals make up {all:multiple} what is left of the target, {fresh:multiple} without "
        "the stale ones",
        {"all": every, "fresh": fresh},
    )


def stalls(rows: pd.DataFrame) -> Message:
    """Say what is stuck most, where, and since when."""
    first = rows.iloc[0]
    return Message(
        "{segment:text} deals leave {stage:text} at {ratio:percent} of their former pace since "
        "{since:date}",
        {
            **{"segment": first.segment, "stage": first.stage},
            **{"ratio": first.pace_ratio, "since": first.since},
        },
    )


def oldest(rows: pd.DataFrame) -> Message:
    """Say how much money the stale deals listed hold."""
    if rows.amount.isna().all():
        return Message("The oldest stale deals; their amounts are not known", {})
    return Message(
        "Stale deals with most money in them, {amount:money} together",
        {"amount": rows.amount.sum()},
    )
