"""Staffing findings: which team is short of people, what it costs, and whom to hire by when."""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from revwork.analysis import worth
from revwork.analysis.sales_flow import hiring
from revwork.calendar import Calendar
from revwork.findings import Finding, Impact, Message, Unanswered, Word, segment

USUAL = 45  # days to fill a seat where the company has filled none yet
AT_ONCE = (1.0,)  # the growth of a team whose newcomers' is not known
_FELT = (
    "What its customers bring since, against other regions: {felt:change} ({least:change} to "
    "{most:change}). Before and after, not proof: fill one seat and see whether orders return"
)
_SLOW = (
    "First answers take {late:number} hours, {early:number} before. What customers bring there, "
    "against other regions: {felt:change} ({least:change} to {most:change}). Before and after, not "
    "proof: fill one seat and see whether orders return"
)
_UNSURE = "Whether orders fell with it is not clear of chance"
_HIRE = "Hire {hires:number} at level {level:text} for {month:period}: {cost:money} a year"
_PAID = (
    "Hire {hires:number} at level {level:text} for {month:period}: {cost:money} a year, paid back "
    "after {months:number} months if what is lost returns"
)


def remedies(
    short: pd.DataFrame,
    posts: pd.DataFrame,
    growth: Sequence[float],
    asked: tuple[Calendar, date],
) -> pd.DataFrame:
    """Return the teams that `seats.losses` names with the cheapest way to fill their empty seats.

    The level that carries the empty quota, or as many seats, at the least cost; from the month
    after it usually takes to fill a seat; paid back when what is lost has returned, growing as
    newcomers do (`growth`; at once in teams without a quota).
    Columns: those given, level, hires, hiring_cost (a year), first_month (its name),
    payback_months (null beyond three years).
    """
    rows = [_remedy(one, posts, growth, asked) for one in short.itertuples()]
    names = ["level", "hires", "hiring_cost", "first_month", "payback_months"]
    return short.join(pd.DataFrame(rows, index=short.index).reindex(columns=names))


def short(rows: pd.DataFrame, answers: pd.DataFrame, calendar: Calendar, currency: str) -> list:
    """Return a finding for each team short of people: since when, what is lost, whom to hire.

    `rows` is what `remedies` returns; `answers` what `service_load.first_answers` does: how long
    they take tells of teams without a quota. Impact: `seats.loss`, where its interval leaves
    zero out; confidence: how sure it is that orders fell, or rose.
    """
    return [_finding(one, answers, calendar, currency) for one in rows.itertuples()]


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what `remedies` returns as people read it.

    Columns: team, region, heads, empty_seats, since, lost_margin, low_lost_margin,
    high_lost_margin (a year), hires, level, hiring_cost (a year), payback_months.

    Formula: lost_margin = margin a year at the present rate − what it would be had orders gone as
    in the other regions; Before and after the seats fell empty: no proof.
    """
    money = {"value": "lost_margin", "low": "low_lost_margin", "high": "high_lost_margin"}
    names = ["hires", "level", "hiring_cost", "payback_months"]
    columns = ["team", "region", "heads", "empty_seats", "since", *money.values(), *names]
    found = rows.rename(columns=money)[columns]
    return found.assign(level=[Word(one) if isinstance(one, str) else None for one in found.level])


def _remedy(one: tuple, posts: pd.DataFrame, growth: Sequence[float], asked: tuple) -> dict:
    calendar, as_of = asked
    days = USUAL if pd.isna(one.fill_days) else one.fill_days
    first = calendar.holding(as_of + timedelta(days=float(days)), "month")
    sells = not pd.isna(one.empty_quota)
    try:
        known = hiring.levels(posts, one.team)
    except Unanswered:
        return {"hires": one.empty_seats, "first_month": calendar.holding(first.end, "month").name}
    quota = one.empty_quota if sells else None
    best = hiring.options(known, one.empty_seats, quota).iloc[0]
    recovered = 0.0 if pd.isna(one.value) else max(-one.value, 0.0)
    return {
        "level": best.level,
        "hires": int(best.hires),
        "hiring_cost": float(best.hiring_cost),
        "first_month": calendar.holding(first.end, "month").name,
        "payback_months": hiring.payback(recovered, best.hiring_cost, growth if sells else AT_ONCE),
    }


def _finding(one: tuple, answers: pd.DataFrame, calendar: Calendar, currency: str) -> Finding:
    felt = Impact(one.value, one.low, one.high, currency, one.basis)
    impact = felt if one.high < 0 else None
    sells = not pd.isna(one.empty_quota)
    return Finding(
        metric="seats_empty",
        segment=segment(team=one.team, region=one.region),
        direction="weakness",
        kind="change",
        department="sales" if sells else "service",
        period=calendar.holding(one.since.date(), "month").name,
        claim=Message(
            "{region:text}: {seats:number} of {all:number} seats empty in {team:text} since "
            "{since:date}",
            {
                **{"region": one.region, "team": one.team, "since": one.since.date()},
                **{"seats": one.empty_seats, "all": one.heads + one.empty_seats},
            },
        ),
        evidence=_evidence(one, answers, sells) if impact else Message(_UNSURE, {}),
        next_step=_next_step(one, clear=impact is not None),
        impact=impact,
        confidence=worth.confidence(felt),
    )


def _evidence(one: tuple, answers: pd.DataFrame, sells: bool) -> Message:
    felt = {"felt": one.change_rate, "least": one.low_change_rate, "most": one.high_change_rate}
    if sells or answers.empty:
        return Message(_FELT, felt)
    known = isinstance(one.region, str)
    here = answers[answers.region == one.region if known else answers.region.isna()]
    since = pd.to_datetime(here.month) >= one.since
    late, early = here.hours[since].median(), here.hours[~since].median()
    return Message(_SLOW, {**felt, "late": late, "early": early})


def _next_step(one: tuple, clear: bool) -> Message:
    if pd.isna(one.hiring_cost):
        return Message(
            "Hire {hires:number} for {month:period}; add level and annual_cost to people to see "
            "what it costs",
            {"hires": one.hires, "month": one.first_month},
        )
    told = {
        **{"hires": one.hires, "month": one.first_month, "cost": one.hiring_cost},
        **{"level": Word(one.level)},
    }
    if clear and not pd.isna(one.payback_months):
        return Message(_PAID, {**told, "months": one.payback_months})
    return Message(_HIRE, told)
