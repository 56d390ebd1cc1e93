"""Step rates: how many take each step of a funnel, and the share that goes on, with interval."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.journey.journey_steps import Step, required
from revwork.analysis.periods import between, in_periods
from revwork.calendar import Comparison, Period
from revwork.findings import Message, Unanswered
from revwork.metrics import wilson

LEVEL = 0.95


def counts(reached: ibis.Table, steps: Sequence[Step], by: Sequence[str] = ()) -> pd.DataFrame:
    """Return how many units took each step, one row a segment and step, in their order.

    `reached` is what `funnel.reached` returns. Columns: `by` (null where not recorded), step,
    place (1 is the first), is_optional, reached, before (those of the required step before; null
    for the first). Parts add up to the whole.
    """
    way = required(steps)
    ranks = {step.name: k for k, step in enumerate(way, 1)}
    sums = {
        f"n_{at}": (
            reached[f"took_{at}"] if step.is_optional else reached.depth >= ranks[step.name]
        )
        .cast("int64")
        .sum()
        for at, step in enumerate(steps)
    }
    grouped = reached.group_by(by) if by else reached
    wide = grouped.agg(**sums).execute().astype(dict.fromkeys(sums, float))
    wide = wide.fillna(dict.fromkeys(sums, 0.0))
    found = []
    for at, step in enumerate(steps):
        earlier = max((n for n in range(at) if not steps[n].is_optional), default=None)
        told = wide[[*by]].assign(step=step.name, place=at + 1, is_optional=step.is_optional)
        before = np.nan if earlier is None else wide[f"n_{earlier}"].to_numpy(float)
        found.append(told.assign(reached=wide[f"n_{at}"].astype("int64"), before=before))
    rows = pd.concat(found, ignore_index=True)
    return rows.sort_values([*by, "place"], ignore_index=True)


def stages(reached: ibis.Table, steps: Sequence[Step], comparison: Comparison) -> pd.DataFrame:
    """Return the funnel of those who began in a period, as `chart.funnel` draws it.

    Columns: stage, value, base (of the comparison period, null without one), rate (share of the
    required step before that took this one), low_rate, high_rate (95 %, Wilson), rate_base.
    Raises Unanswered where nobody began in the period.

    Formula: rate = units that took the step ÷ units that took the step before; Of those who came
    so far, the share that went on.
    """
    now = counts(between(reached, comparison.current, "begun"), steps)
    if not now.reached[0]:
        raise Unanswered(
            "No visit took the first step in {period:period}: choose another period.",
            period=comparison.current.name,
        )
    frame = pd.DataFrame({"stage": now.step, "value": now.reached.astype(float)})
    frame = frame.assign(base=np.nan, **_rates(now), rate_base=np.nan)
    if comparison.base:
        past = counts(between(reached, comparison.base, "begun"), steps)
        if past.reached[0]:
            frame = frame.assign(base=past.reached.astype(float), rate_base=_rates(past)["rate"])
    return frame


def by_segment(
    reached: ibis.Table, steps: Sequence[Step], comparison: Comparison, by: str
) -> pd.DataFrame:
    """Return by segment the share that came from the first step to the last.

    Columns: `by`, n, current with low and high (95 %, Wilson), base; highest first. Raises
    Unanswered where nobody began in the period.
    """
    now = _through(between(reached, comparison.current, "begun"), steps, by)
    if now.empty:
        raise Unanswered(
            "No visit took the first step in {period:period}: choose another period.",
            period=comparison.current.name,
        )
    told = wilson(now.done, now.begun, LEVEL).set_axis(["current", "low", "high"], axis=1)
    rows = now[[by]].assign(n=now.begun, **told, base=np.nan)
    if comparison.base:
        past = _through(between(reached, comparison.base, "begun"), steps, by)
        known = (past.done / past.begun).set_axis(past[by].fillna(""))
        rows["base"] = rows[by].fillna("").map(known)
    return rows.sort_values(["current", by], ascending=[False, True], ignore_index=True)


def onward(reached: ibis.Table, steps: Sequence[Step], period: Period, by: str) -> pd.DataFrame:
    """Return by segment and required step the share that went on to the next.

    Columns: `by`, step (the one they stood at), value with low and high (95 %, Wilson), n. A step
    nobody of the segment reached has no value.
    """
    way = required(steps)
    rows = counts(between(reached, period, "begun"), way, [by])
    following = rows.groupby(by, dropna=False, sort=False).reached.shift(-1)
    told = wilson(following, rows.reached, LEVEL).set_axis(["value", "low", "high"], axis=1)
    found = rows[[by, "step"]].assign(**told, n=rows.reached)
    return found[rows.place < len(way)].reset_index(drop=True)


def months(
    reached: ibis.Table, steps: Sequence[Step], months: Sequence[Period], as_of: date
) -> pd.DataFrame:
    """Return the share that came through by month of the first step, as `chart.line` draws it.

    A month is `partial` while some who began in it may still come through: their days are not
    over, or the month is not. Columns: start, name, value with low and high (95 %, Wilson), n,
    partial.
    """
    wait = patience(steps)
    rows = in_periods(reached, months, "begun")
    done = (rows.depth == len(required(steps))).cast("int64").sum()
    found = rows.group_by("period").agg(n=rows.count(), done=done).execute()
    found = found.set_index("period").reindex(range(len(months)), fill_value=0)
    told = wilson(found.done, found.n, LEVEL).set_axis(["value", "low", "high"], axis=1)
    frame = pd.DataFrame({"start": [m.start for m in months], "name": [m.name for m in months]})
    over = [month.last_day + timedelta(days=wait) <= as_of for month in months]
    return frame.join(told).assign(n=found.n.to_numpy(), partial=[not one for one in over])


def patience(steps: Sequence[Step]) -> int:
    """Return the days that the whole way may take; 0 where nothing is said."""
    return sum(step.within or 0 for step in steps if not step.is_optional)


def reading(frame: pd.DataFrame) -> Message:
    """Say what share came through, and after which step most were lost."""
    lost = (frame.value.shift(1) - frame.value).where(frame.rate.notna())
    worst = frame.loc[max(int(frame.rate.idxmin()), 1) - 1] if lost.notna().any() else None
    share = frame.value.iloc[-1] / frame.value.iloc[0]
    if worst is None:
        return Message("{share:percent} came through", {"share": share})
    return Message(
        "{share:percent} came through; the smallest share goes on after “{step:text}” "
        "({rate:percent})",
        {"share": share, "step": worst.stage, "rate": frame.rate.min()},
    )


def where(frame: pd.DataFrame) -> Message:
    """Say which segment comes through most often and which least."""
    first, last = frame.iloc[0], frame.iloc[-1]
    if first.current == last.current and len(frame) > 1:
        return Message("All come through as often: {rate:percent}", {"rate": first.current})
    if len(frame) == 1:
        return Message(
            "{name:text}: {rate:percent} come through",
            {"name": first.iloc[0], "rate": first.current},
        )
    return Message(
        "{first:text} comes through most often ({most:percent}), {last:text} least "
        "({least:percent})",
        {
            **{"first": first.iloc[0], "most": first.current},
            **{"last": last.iloc[0], "least": last.current},
        },
    )


def narrow(frame: pd.DataFrame) -> Message:
    """Say at which step of which segment the smallest share goes on."""
    known = frame[frame.value.notna()]
    low = known.loc[known.value.idxmin()]
    return Message(
        "The smallest share goes on after “{step:text}” in {name:text}: {rate:percent}",
        {"step": low.step, "name": low.iloc[0], "rate": low.value},
    )


def path(frame: pd.DataFrame) -> Message:
    """Say what the last complete month came to, and what share may still change."""
    known = frame[~frame.partial & frame.value.notna()]
    if known.empty:
        return Message("No month is complete yet", {})
    last = known.iloc[-1]
    return Message(
        "{rate:percent} of {n:number} came through in {month:period}",
        {"rate": last.value, "n": last.n, "month": last["name"]},
    )


def _rates(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    told = wilson(rows.reached, rows.before, LEVEL)
    return {
        name: told[column].to_numpy()
        for name, column in (
            ("rate", "share"),
            ("low_rate", "low_share"),
            ("high_rate", "high_share"),
        )
    }


def _through(reached: ibis.Table, steps: Sequence[Step], by: str) -> pd.DataFrame:
    done = (reached.depth == len(required(steps))).cast("int64").sum()
    return reached.group_by(by).agg(begun=reached.count(), done=done).order_by(by).execute()
