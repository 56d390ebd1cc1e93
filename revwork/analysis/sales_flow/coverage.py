"""Coverage: whether what is open suffices for what was promised, and where quarters stood."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import ibis
import pandas as pd

from revwork.analysis.periods import is_within
from revwork.analysis.sales_flow.deals import standings
from revwork.calendar import Calendar, Period
from revwork.findings import Unanswered
from revwork.metrics import Kpi

_SEEN = ["quarter", "start", "seen_on", "won_amount", "open_amount", "final_amount"]
LADDER = ("closed", "commit", "most_likely", "best_case", "pipeline")
_YEAR = 365.25


def promised(people: ibis.Table, deals: ibis.Table, period: Period) -> float | None:
    """Return the quota of a period: annual quota of who works deals, by the days employed in it.

    Everyone of a team in which somebody owns a deal. None where no quota is known.
    """
    owners = deals.select("owner").distinct()
    teams = people.semi_join(owners, people.person_id == owners.owner).select("team").distinct()
    theirs = people.semi_join(teams, "team").filter(people.annual_quota.notnull())
    kept = theirs.select("start_date", "end_date", quota=theirs.annual_quota.cast("float64"))
    rows = kept.execute()
    first, after = pd.Timestamp(period.start), pd.Timestamp(period.end)
    begin = pd.to_datetime(rows.start_date).clip(lower=first)
    end = pd.to_datetime(rows.end_date).fillna(after).clip(upper=after)
    days = (end - begin).dt.days.clip(lower=0)
    return round(float((rows.quota * days).sum() / _YEAR), 4) if len(rows) else None


def coverage(
    open_deals: ibis.Table, chances: pd.DataFrame, won: float, aim: float | None, closing: Period
) -> pd.DataFrame:
    """Return how often the open deals of a period make up what is left of its target.

    `open_deals` is what `ageing.open_deals` returns, `chances` what `stages.chances` does, `won`
    is signed already. Of the deals with a close date in `closing`, or before it (overdue). Rows:
    fresh, stale, all. Columns: pipeline, deals, open_amount, weighted_amount (by the chance of
    their stage to be won in the end; unknown chances count as 0), coverage_multiple,
    weighted_multiple (of what is left; null where nothing is). Raises Unanswered without a target.

    Formula: coverage_multiple = open pipeline due in the period ÷ (target − won); How many times
    over open deals make up what is left of the target.
    Formula: weighted_multiple = Σ amount × chance of its stage to be won ÷ (target − won); What is
    likely to be won of the pipeline, against what is left of the target.
    """
    if aim is None:
        raise Unanswered("Coverage needs a target: add annual_quota in people.")
    left = max(aim - won, 0.0)
    chance = dict(zip(chances.stage, chances.win_chance, strict=True))
    due = open_deals.filter(open_deals.close_date < ibis.date(closing.end))
    rows = due.group_by(["stage", "is_stale"]).agg(
        deals=due.count(), amount=due.amount.sum().cast("float64")
    )
    found = rows.order_by(["stage", "is_stale"]).execute()
    amount = found.amount.fillna(0.0)
    found = found.assign(amount=amount, weighted=amount * found.stage.map(chance).fillna(0.0))
    parts = {"fresh": ~found.is_stale.astype(bool), "stale": found.is_stale.astype(bool)}
    sums = {
        name: found[part][["deals", "amount", "weighted"]].sum() for name, part in parts.items()
    }
    table = pd.DataFrame({**sums, "all": found[["deals", "amount", "weighted"]].sum()}).T
    table = table.rename(columns={"amount": "open_amount", "weighted": "weighted_amount"})
    table = table.rename_axis("pipeline").reset_index().astype({"deals": int})
    for name in ("open", "weighted"):
        many = table[f"{name}_amount"] / left if left else float("nan")
        table["coverage_multiple" if name == "open" else "weighted_multiple"] = many
    return table


def headline(found: Callable[[], pd.DataFrame], quarter: Period) -> list[Kpi]:
    """Return coverage of all deals due, as a card; none where it cannot be told.

    `found` returns what `coverage` does, of the quarter that the deals are to close in.
    """
    try:
        every = found().set_index("pipeline").loc["all"]
    except Unanswered:
        return []
    value = every.coverage_multiple
    return [
        Kpi(
            "coverage_multiple",
            None if pd.isna(value) else float(value),
            "multiple",
            "sales",
            quarter.name,
            n=int(every.deals),
        )
    ]


def same_day(
    moves: ibis.Table, opportunities: ibis.Table, calendar: Calendar, day: date, quarters: int = 8
) -> pd.DataFrame:
    """Return where this quarter stands beside past ones with as many days remaining.

    Rebuilt from what was known on that day. A quarter with fewer days is seen on its first.
    Columns: quarter (its name), start, seen_on, won_amount (signed so far), open_amount (open
    with a close date in it, or overdue; null where no open deal has a date and an amount),
    final_amount (signed by its end; null for this one),
    needed_rate (share of the open amount that would have made the rest; null without any), oldest
    first. Quarters that end before the first deal is known are left out.

    Formula: done_share = amount won by that day ÷ amount won by the end; How much of what the
    quarter brought was signed with as many days remaining.
    """
    now = calendar.holding(day, "quarter")
    remaining, past = (now.end - timedelta(days=1) - day).days, [now]
    while len(past) <= quarters:
        past.insert(0, calendar.previous(past[0]))
    first = opportunities.created_on.min().execute()
    if pd.isna(first):
        raise Unanswered("No deal is known: add rows to opportunities.")
    begun = [one for one in past if one.start > pd.Timestamp(first).date()]
    if not begun:
        return pd.DataFrame(columns=[*_SEEN, "done_share"])
    ended = [one for one in begun if one.last_day <= day]
    seen_on = [max(one.start, one.last_day - timedelta(days=remaining)) for one in begun]
    so_far = [
        replace(one, end=last + timedelta(days=1)) for one, last in zip(begun, seen_on, strict=True)
    ]
    deals = standings(moves, opportunities, [*so_far, *ended])
    amounts = _amounts(deals, [one.end for one in (*begun, *ended)])
    told, final = amounts[: len(begun)], amounts.won[len(begun) :].reset_index(drop=True)
    rows = [(one.name, one.start, last) for one, last in zip(begun, seen_on, strict=True)]
    found = pd.DataFrame(rows, columns=_SEEN[:3])
    found = found.assign(won_amount=told.won, open_amount=told.due, final_amount=final)
    return found.assign(
        done_share=found.won_amount / found.final_amount.where(found.final_amount > 0)
    )


def ladder(deals: ibis.Table, period: Period) -> pd.DataFrame:
    """Return the deals of a period by forecast category, each alone and with all surer ones.

    Won deals closed in the period are `closed`; open ones with a close date in it, or overdue,
    have their owner's category; omitted ones count nowhere. Columns: category, deals, amount,
    cumulative_amount (money), surest first. Raises Unanswered where no open deal has a category.

    Formula: cumulative_amount = amount of the category + amounts of all surer ones; Best case holds
    most likely, commit and closed; commit holds closed.
    """
    won = (deals.outcome == "won") & is_within(deals.closed_on, period)
    due = (deals.outcome == "open") & (deals.close_date < ibis.date(period.end))
    kept = deals.filter(won | due)
    category = ibis.cases((kept.outcome == "won", "closed"), else_=kept.forecast_category)
    rows = kept.group_by(category=category).agg(
        deals=kept.count(), amount=kept.amount.sum().cast("float64")
    )
    found = rows.execute().set_index("category")
    if not {*found.index} & {*LADDER[1:]}:
        raise Unanswered(
            "How sure owners are on that day is not known: map forecast_category in opportunities "
            "and opportunity_history."
        )
    found = found.reindex([*LADDER]).fillna(0.0).reset_index().astype({"deals": int})
    return found.assign(cumulative_amount=found.amount.cumsum())


def _amounts(deals: ibis.Table, ends: Sequence[date]) -> pd.DataFrame:
    """Of the deals of each period what was won in it, and what was due by its quarter's end."""
    end = ibis.cases(*((deals.period == place, ibis.date(day)) for place, day in enumerate(ends)))
    won = (deals.outcome == "won") & deals.is_inside
    is_open, amount = deals.outcome == "open", deals.amount.cast("float64")
    told = deals.amount.notnull() & deals.close_date.notnull()
    found = deals.group_by("period").agg(
        won=amount.sum(where=won),
        due=amount.sum(where=is_open & (deals.close_date < end)),
        open=deals.count(where=is_open),
        told=deals.count(where=is_open & told),
    )
    rows = found.execute().set_index("period").reindex(range(len(ends))).astype(float).fillna(0.0)
    return rows.assign(due=rows.due.where((rows.open == 0) | (rows.told > 0)))
