"""Satisfaction: what customers say when asked, how sure that is, and what they do afterwards."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from math import erf, sqrt

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.headlines import Headline, cards
from revwork.analysis.periods import between, in_periods, year_to
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Message, Unanswered, Word
from revwork.metrics import Kpi, wilson

_SHOWN = {"nps": Headline("score", "service")}
PROMOTER, DETRACTOR, SATISFIED = 9, 6, 4  # from, to, from
LEVEL, AFTER = 0.95, 180  # days of spend before and after an answer
_Z95 = 1.959964
ANSWERS = (Word("Promoters"), Word("Passives"), Word("Detractors"), Word("No answer"))


def nps(surveys: ibis.Table, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the net promoter score of the surveys given, with its interval at 95 %.

    Promoters answer 9 or 10, detractors 0 to 6; who did not answer is in no share. Variance of
    one answer: p + d − (p − d)². Where all answer alike the interval is not known.

    Columns: `by`, sent, answered, answer_rate, promoter_share, detractor_share, nps (−100 to 100),
    low_nps, high_nps. Null without an answer.

    Formula: nps = 100 × (promoters − detractors) ÷ answers; How many more would recommend us than
    would not: 9 and 10 against 0 to 6.
    """
    asked = surveys.filter(surveys.kind == "nps")
    rows = _counted(
        asked,
        by,
        answered=asked.score.count(),
        promoters=(asked.score >= PROMOTER).cast("int64").sum(),
        detractors=(asked.score <= DETRACTOR).cast("int64").sum(),
    )
    n = rows.answered.where(rows.answered > 0).astype(float)
    p, d = rows.pop("promoters") / n, rows.pop("detractors") / n
    error = _error(p, d, n)
    half = 100 * _Z95 * error.where(error > 0)
    score = 100 * (p - d)
    rows = rows.assign(promoter_share=p, detractor_share=d, nps=score)
    return rows.assign(low_nps=(score - half).clip(-100), high_nps=(score + half).clip(upper=100))


def headline(surveys: ibis.Table, comparison: Comparison, calendar: Calendar) -> list[Kpi]:
    """Return the net promoter score as a card; none where nobody answered in the period."""
    months = calendar.complete_months(comparison.current.last_day, 12)
    asked = [one for one in (comparison.current, comparison.base, *months) if one]
    rows = path(surveys, asked)
    told = [{"nps": (row.value, int(row.n))} for row in rows.itertuples()]
    return cards(lambda period: told[asked.index(period)], _SHOWN, comparison, calendar)


def csat(surveys: ibis.Table, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the share of 4 and 5 among marks of 1 to 5, with its interval at 95 % (Wilson).

    Columns: `by`, sent, answered, answer_rate, share, low_share, high_share; null without an
    answer.

    Formula: csat = answers of 4 or 5 ÷ answers; Share of those asked after a ticket who were
    satisfied.
    """
    asked = surveys.filter(surveys.kind == "csat")
    satisfied = (asked.score >= SATISFIED).cast("int64").sum()
    rows = _counted(asked, by, answered=asked.score.count(), satisfied=satisfied)
    return rows.join(wilson(rows.pop("satisfied").astype(float), rows.answered, LEVEL))


def path(surveys: ibis.Table, periods: Sequence[Period]) -> pd.DataFrame:
    """Return the net promoter score of each period, for a line with its interval.

    Columns: start, name, value, low, high, n (answers). A period without an answer is null.
    """
    rows = nps(in_periods(surveys, periods, "sent_on"), ["period"]).set_index("period")
    rows = rows.reindex(range(len(periods)))
    return pd.DataFrame(
        {
            "start": [period.start for period in periods],
            "name": [period.name for period in periods],
            "value": rows.nps,
            "low": rows.low_nps,
            "high": rows.high_nps,
            "n": rows.answered.fillna(0).astype(int),
        }
    )


def yearly(surveys: ibis.Table, period: Period, by: str) -> pd.DataFrame:
    """Return how scores moved from the 365 days before to those that end with the period.

    Two years of answers that share none, whatever the period is held against. Columns as `moves`.
    """
    now = year_to(period)
    past = replace(now, start=now.start - timedelta(days=365), end=now.start)
    years = (nps(between(surveys, one, "sent_on"), [by]) for one in (now, past))
    return moves(*years, by)


def moves(now: pd.DataFrame, before: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return how the score of each part moved, and whether beyond what chance makes it move.

    Both are what `nps` returns by one column. Two sets of answers: their variances add up. A move
    whose interval (95 %) holds 0 is none.

    Columns: the part, answered, current, base, low, high (of current), change, low_change,
    high_change (points), moved, sure (0–1: that it did not stay, of one part looked at alone).
    """
    both = now.merge(before, "outer", by, suffixes=("", "_before"))
    wide = [(both[f"high_nps{end}"] - both[f"low_nps{end}"]) / 2 for end in ("", "_before")]
    half = np.sqrt(wide[0] ** 2 + wide[1] ** 2)
    change = both.nps - both.nps_before
    rows = both[[by, "answered"]].assign(
        current=both.nps,
        base=both.nps_before,
        low=both.low_nps,
        high=both.high_nps,
        change=change,
        low_change=change - half,
        high_change=change + half,
        moved=(change.abs() > half).fillna(False),
        sure=(change.abs() / half * _Z95).map(_sure),
    )
    return rows.sort_values(by, ignore_index=True)


def afterwards(
    surveys: ibis.Table, days: ibis.Table, gaps: pd.DataFrame, last: date
) -> pd.DataFrame:
    """Return what became of customers by how they answered: who left, and what they spent.

    `days` and `gaps` are what `churn_history` returns. Of each customer the last answer (or, of
    those who never answered, the last survey) after which a whole gap of the group, and 180 days,
    are known. Left is who bought nothing within that gap. It is correlation: what made them answer
    so may have made them leave.

    Columns: answer (promoters, passives, detractors, no answer), customers, left_share with
    low_left_share and high_left_share (Wilson), before_amount and after_amount (mean spend of 180
    days; a survey follows an order, so that it falls for everybody: compare the groups) with
    low_after_amount and high_after_amount (95 %, Student's t). Raises Unanswered without such a
    survey.
    """
    rows = _followed(surveys, days, gaps, last)
    if rows.empty:
        raise Unanswered(
            "No survey names a customer long enough ago to know what they did next: fill "
            "customer_id in surveys."
        )
    order = {one: place for place, one in enumerate(ANSWERS)}
    grouped = rows.groupby(rows.answer.map(order))
    found = grouped.agg(
        customers=("left", "size"),
        gone=("left", "sum"),
        before_amount=("before", "mean"),
        after_amount=("after", "mean"),
        error=("after", "sem"),
    ).reset_index(names="answer")
    half = _t(found.customers - 1) * found.error
    shares = wilson(found.gone.astype(float), found.customers, LEVEL)
    shares = shares.set_axis(["left_share", "low_left_share", "high_left_share"], axis=1)
    found["answer"] = [ANSWERS[place] for place in found.answer]
    return found[["answer", "customers"]].assign(
        **shares,
        before_amount=found.before_amount,
        after_amount=found.after_amount,
        low_after_amount=found.after_amount - half,
        high_after_amount=found.after_amount + half,
    )


def apart(rows: pd.DataFrame) -> tuple[float, float, float] | None:
    """Return how much more of the detractors left than of the promoters, with its interval.

    Rows are what `afterwards` returns; difference of shares, low and high at 95 % (Newcombe).
    None where one of the two has nobody.
    """
    told = rows.set_index(rows.answer.astype(str))
    if not {"Promoters", "Detractors"} <= {*told.index}:
        return None
    one, other = told.loc["Detractors"], told.loc["Promoters"]
    gap = one.left_share - other.left_share
    below = np.hypot(one.left_share - one.low_left_share, other.high_left_share - other.left_share)
    above = np.hypot(one.high_left_share - one.left_share, other.left_share - other.low_left_share)
    return float(gap), float(gap - below), float(gap + above)


def reading(rows: pd.DataFrame) -> Message:
    """Say whether detractors leave more often than promoters, beyond chance."""
    found = apart(rows)
    if found is None:
        return Message("Promoters or detractors are missing: nothing to compare", {})
    gap, low, high = found
    values = {"gap": gap, "low": low, "high": high}
    if low <= 0 <= high:
        return Message(
            "Detractors do not leave clearly more often than promoters: {gap:points} "
            "({low:points} to {high:points})",
            values,
        )
    return Message(
        "Of detractors {gap:points} more leave than of promoters ({low:points} to {high:points}); "
        "this is correlation",
        values,
    )


def scores(rows: pd.DataFrame) -> Message:
    """Say which part's score moved most beyond chance, or that none did."""
    moved = rows[rows.moved]
    if moved.empty:
        return Message("No score moved beyond chance", {})
    most = moved.loc[moved.change.abs().idxmax()]
    return Message(
        "{part:text} moved most: from {base:number} to {current:number}",
        {"part": most.iloc[0], "base": most.base, "current": most.current},
    )


def latest(rows: pd.DataFrame) -> Message:
    """Say where the score stood in the last period with an answer, and how sure that is."""
    told = rows.dropna(subset="value")
    if told.empty:
        return Message("Nobody answered", {})
    last = told.iloc[-1]
    return Message(
        "{period:period}: {score:number} ({low:number} to {high:number}), answers: {n:number}",
        {"period": last["name"], "score": last.value, "low": last.low, "high": last.high,
         "n": last.n},
    )  # fmt: skip


def _error(p: pd.Series, d: pd.Series, n: pd.Series) -> pd.Series:
    """Standard error of p − d among n answers; p(1−p) + d(1−d) + 2pd is the same variance."""
    return np.sqrt(((p + d - (p - d) ** 2) / n).clip(lower=0))


def _counted(asked: ibis.Table, by: Sequence[str], **sums: ibis.Value) -> pd.DataFrame:
    told = {"sent": asked.count(), **sums}
    found = asked.group_by([*by]).agg(**told) if by else asked.aggregate(**told)
    rows = (found.order_by([*by]) if by else found).execute()
    rows[[*sums]] = rows[[*sums]].astype(float).fillna(0.0)
    rate = rows.answered / rows.sent.where(rows.sent > 0)
    rows.insert(len(by) + 2, "answer_rate", rate)
    return rows


def _followed(
    surveys: ibis.Table, days: ibis.Table, gaps: pd.DataFrame, last: date
) -> pd.DataFrame:
    """Per customer the survey that counts: answer, left, spend before and after."""
    end = (last - date(1970, 1, 1)).days
    asked = surveys.filter((surveys.kind == "nps") & surveys.customer_id.notnull())
    asked = asked.select("survey_id", "customer_id", "score", sent=asked.sent_on.epoch_days())
    waits = ibis.memtable(gaps[["group", "gap_days"]])
    spent = days.inner_join(waits, "group").select("customer_id", "gap_days", "at", "net", "orders")
    every = asked.inner_join(spent, "customer_id")
    every = every.filter((every.sent + every.gap_days <= end) & (every.sent + AFTER <= end))
    since = every["at"] - every.sent
    found = every.group_by(["survey_id", "customer_id", "score", "sent"]).agg(
        bought=((every.orders > 0) & (since > 0) & (since <= every.gap_days)).cast("int64").max(),
        before=every.net.sum(where=(since <= 0) & (since > -AFTER)).fill_null(0),
        after=every.net.sum(where=(since > 0) & (since <= AFTER)).fill_null(0),
    )
    rows = found.execute().assign(silent=lambda rows: rows.score.isna())
    rows = rows.sort_values(["customer_id", "silent", "sent", "survey_id"], ascending=[1, 1, 0, 0])
    rows = rows.drop_duplicates("customer_id")
    answers = [rows.score >= PROMOTER, rows.score <= DETRACTOR, rows.silent]
    names = np.select(answers, [0, 2, 3], 1)
    return rows.assign(answer=[ANSWERS[place] for place in names], left=1.0 - rows.bought)


def _sure(z: float) -> float:
    return erf(z / sqrt(2))


def _t(free: pd.Series) -> np.ndarray:
    from scipy.stats import t

    return t.ppf((1 + LEVEL) / 2, free.where(free > 0))
