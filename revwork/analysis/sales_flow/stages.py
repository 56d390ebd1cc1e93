"""Stages: how deals pass from one to the next, how long that takes, and what becomes of them."""

from collections.abc import Sequence
from datetime import date

import ibis
import numpy as np
import pandas as pd

from revwork.findings import Unanswered

LEVEL = 0.95
_Z = 1.959964


def spells(moves: ibis.Table, deals: ibis.Table) -> ibis.Table:
    """Return one row per visit of a deal to a stage, up to the last day of `moves`.

    `deals` is what `standing` returns. A visit begins when the history says so: deals whose first
    change is not recorded have none until the next one. Whoever skips a stage has no visit there;
    one who comes back, or is reopened, has another.

    Columns: opportunity_id, stage, entered_on, left_on (null while there), next_stage, ended (how
    the visit ended: open for another stage, won, lost; null while there), amount (at its begin,
    money), and the deal's segment, region, source, owner.
    """
    window = ibis.window(group_by="opportunity_id", order_by=["changed_on", "sequence"])
    place = moves.stage.fill_null("") + "|" + moves.outcome
    marked = moves.mutate(place=place)
    marked = marked.mutate(before=marked.place.lag().over(window))
    entries = marked.filter(marked.before.isnull() | (marked.before != marked.place))
    entries = entries.mutate(
        left_on=entries.changed_on.lead().over(window),
        next_stage=entries.stage.lead().over(window),
        ended=entries.outcome.lead().over(window),
    )
    seen = entries.filter(
        (entries.outcome == "open") & entries.stage.notnull() & entries.is_recorded
    )
    visits = seen.select(
        *("opportunity_id", "stage", "left_on", "next_stage", "ended", "amount"),
        entered_on="changed_on",
    )
    told = deals.select("segment", "region", "source", "owner", deal="opportunity_id")
    return visits.inner_join(told, visits.opportunity_id == told.deal).drop("deal")


def order(spells: ibis.Table) -> list[str]:
    """Return the stages in the order in which deals meet them; a majority of deals decides.

    Of two stages the one that most deals with both met first comes first; more of those won is
    earlier. None without a visit.
    """
    first = spells.group_by(["opportunity_id", "stage"]).agg(met=spells.entered_on.min())
    counts = first.group_by("stage").agg(deals=first.count()).execute()
    other = first.rename(deal="opportunity_id", later="stage", met_later="met")
    pairs = first.inner_join(other, first.opportunity_id == other.deal)
    pairs = pairs.filter(pairs.stage != pairs.later)
    ahead = (pairs.met < pairs.met_later).cast("int64").sum()
    behind = (pairs.met > pairs.met_later).cast("int64").sum()
    found = pairs.group_by(["stage", "later"]).agg(lead=ahead - behind).execute()
    wins = np.sign(found.lead).groupby(found.stage).sum().reindex(counts.stage).fillna(0)
    ranked = counts.assign(wins=wins.to_numpy())
    return [*ranked.sort_values(["wins", "deals", "stage"], ascending=[False, False, True]).stage]


def conversion(
    spells: ibis.Table, stages: Sequence[str], last: date, by: Sequence[str] = ()
) -> pd.DataFrame:
    """Return for each stage how many visits go on, are lost or go back, and how long they last.

    Cumulative incidence (Aalen–Johansen): going on (to a later stage, or won), lost and going
    back compete; who is still there at the end of `last` is censored, not dropped. Kaplan–Meier
    of one exit with the others censored would read far too much. Time in stage is Kaplan–Meier
    on any exit: its median is null where less than half have left.

    Columns: stage, `by`; visits, still_there, onward_rate with low_ and high_onward_rate (95 %),
    lost_rate, back_rate, median_days with low_ and high_median_days, slow_days (nine of ten have
    left by then; null where fewer have). In the order of `stages`; raises Unanswered without one.

    Formula: onward_rate = cumulative incidence of going on; Share of visits to a stage that go on
    to a later one or are won; deals still there are censored.
    Formula: median_days = median time in stage, Kaplan–Meier on any exit; Half of the visits have
    left the stage by then.
    """
    need(stages)
    counts = _counts(spells, stages, last, list(by))
    groups = counts.groupby(["stage", *by], sort=True, dropna=False)
    rows = [dict(zip(["stage", *by], key, strict=True)) | _passed(g) for key, g in groups]
    found = pd.DataFrame(rows, columns=["stage", *by, *_PASSED])
    place = found.stage.map({name: at for at, name in enumerate(stages)})
    return found.assign(place=place).sort_values(["place", *by], ignore_index=True)[[*found]]


def incidence(counts: pd.DataFrame, way: str) -> pd.DataFrame:
    """Return the cumulative incidence of one way out, by day, with all other ways competing.

    Columns of `counts`: days (in the state), way (out of it, null if censored), n. Columns: days,
    share, low, high (95 %, normal on the log(−log) scale of Aalen's variance), at_risk.
    Source: Aalen, Johansen (1978).
    """
    table = counts.assign(way=counts.way.fillna("")).pivot_table(
        index="days", columns="way", values="n", aggfunc="sum", fill_value=0
    )
    leaving = table.sum(axis=1).to_numpy(float)
    out = table.drop(columns="", errors="ignore").sum(axis=1).to_numpy(float)
    mine = table[way].to_numpy(float) if way in table else np.zeros(len(table))
    found = _incidence(mine, out, leaving)
    return pd.DataFrame({"days": table.index, **found}).reset_index(drop=True)


def curve(spells: ibis.Table, stages: Sequence[str], last: date, stage: str) -> pd.DataFrame:
    """Return the share of a stage's visits that have gone on, by days since they began.

    Columns: days_in_stage, onward_rate, low, high. Raises Unanswered where nobody visited it.
    """
    need(stages)
    counts = _counts(spells.filter(spells.stage == stage), stages, last, [])
    if counts.empty:
        raise Unanswered("No deal came to {stage:text} in this time.", stage=stage)
    found = incidence(counts, "onward")
    start = pd.DataFrame([{"days": 0, "share": 0.0, "low": 0.0, "high": 0.0}])
    found = found if found.days.min() == 0 else pd.concat([start, found], ignore_index=True)
    return found[["days", "share", "low", "high"]].rename(
        columns={"days": "days_in_stage", "share": "onward_rate"}
    )


def chances(moves: ibis.Table, spells: ibis.Table, last: date) -> pd.DataFrame:
    """Return for each stage the share of deals that are won in the end, from their first visit on.

    Cumulative incidence with won and lost competing, open deals censored at the end of `last`.
    Columns: stage, deals, win_chance, low_win_chance, high_win_chance.

    Formula: win_chance = cumulative incidence of won from the first visit; Share of the deals that
    came to this stage that are won in the end.
    """
    first = spells.group_by(["opportunity_id", "stage"]).agg(met=spells.entered_on.min())
    late = [ibis.desc("changed_on"), ibis.desc("sequence")]
    place = ibis.row_number().over(ibis.window(group_by="opportunity_id", order_by=late))
    ended = moves.mutate(place=place).filter(lambda t: t.place == 0)
    ended = ended.select(deal="opportunity_id", outcome="outcome", day="changed_on")
    both = first.inner_join(ended, first.opportunity_id == ended.deal)
    is_open = both.outcome == "open"
    until = ibis.cases((is_open, ibis.date(last)), else_=both.day)
    both = both.mutate(
        days=until.delta(both.met, unit="day"),
        way=ibis.cases((is_open, ibis.null("string")), else_=both.outcome),
    )
    keys = ["stage", "days", "way"]
    counts = both.group_by(keys).agg(n=both.count()).order_by(keys).execute()
    rows = [_chance(stage, group) for stage, group in counts.groupby("stage")]
    return pd.DataFrame(rows, columns=["stage", "deals", *_CHANCE])


def need(stages: Sequence[str | None]) -> None:
    """Raise Unanswered where the history tells no stage."""
    if not any(stages):
        raise Unanswered(
            "How deals pass the stages is not known: add opportunity_history, one row per change "
            "of a deal."
        )


_PASSED = (
    *("visits", "still_there", "onward_rate", "low_onward_rate", "high_onward_rate"),
    *("lost_rate", "back_rate", "median_days", "low_median_days", "high_median_days", "slow_days"),
)
_CHANCE = ("win_chance", "low_win_chance", "high_win_chance")


def _counts(spells: ibis.Table, stages: Sequence[str], last: date, by: list[str]) -> pd.DataFrame:
    """How many visits lasted so many days and ended so; null is still there."""
    rank = ibis.memtable({"name": list(stages), "rank": range(len(stages))})
    known = spells.inner_join(rank, spells.stage == rank.name).drop("name")
    after = rank.rename(next_name="name", next_rank="rank")
    known = known.left_join(after, known.next_stage == after.next_name)
    until = known.left_on.coalesce(ibis.date(last))
    way = ibis.cases(
        (known.ended.isnull(), ibis.null("string")),
        (known.ended == "lost", "lost"),
        (known.ended == "won", "onward"),
        (known.next_rank < known["rank"], "back"),
        else_="onward",
    )
    known = known.mutate(days=until.delta(known.entered_on, unit="day"), way=way)
    keys = ["stage", *by, "days", "way"]
    return known.group_by(keys).agg(n=known.count()).order_by(keys).execute()


def _passed(counts: pd.DataFrame) -> dict[str, float]:
    days, place = np.unique(counts.days.to_numpy(), return_inverse=True)
    n, way = counts.n.to_numpy(float), counts.way.fillna("").to_numpy()
    left = {name: np.bincount(place, n * (way == name)) for name in ("onward", "lost", "back")}
    out, leaving = sum(left.values()), np.bincount(place, n)
    on, lost, back, gone = (_incidence(one, out, leaving) for one in (*left.values(), out))
    return {
        "visits": int(n.sum()),
        "still_there": int(n[way == ""].sum()),
        "onward_rate": on["share"][-1],
        **{"low_onward_rate": on["low"][-1], "high_onward_rate": on["high"][-1]},
        **{"lost_rate": lost["share"][-1], "back_rate": back["share"][-1]},
        "median_days": _reached(days, gone["share"], 0.5),
        "low_median_days": _reached(days, gone["high"], 0.5),
        "high_median_days": _reached(days, gone["low"], 0.5),
        "slow_days": _reached(days, gone["share"], 0.9),
    }


def _incidence(mine: np.ndarray, out: np.ndarray, leaving: np.ndarray) -> dict[str, np.ndarray]:
    """Cumulative incidence at each time from exits of a kind, all exits, and all that leave."""
    risk = leaving[::-1].cumsum()[::-1]
    before = np.concatenate([[1.0], np.cumprod(1 - out / risk)[:-1]])
    share = np.cumsum(before * mine / risk).round(12)
    low, high = _band(share, _variance(share, before, (mine, out, risk)))
    return {"share": share, "low": low, "high": high, "at_risk": risk}


def _reached(days: np.ndarray, reached: np.ndarray, share: float) -> float | None:
    there = days[reached >= share]
    return float(there[0]) if len(there) else None


def _chance(stage: str, counts: pd.DataFrame) -> tuple:
    end = incidence(counts, "won").iloc[-1]
    return stage, int(counts.n.sum()), end.share, end.low, end.high


def _variance(share: np.ndarray, before: np.ndarray, table: tuple) -> np.ndarray:
    """Aalen's variance of a cumulative incidence, at each day."""
    mine, out, risk = table
    rest = np.where(risk > 1, risk - 1, 1)
    a = (risk - out) * out / (risk**2 * rest)
    b = before**2 * (risk - mine) * mine / (risk**2 * rest)
    c = before * (risk - out) * mine / (risk**2 * rest)
    sums = [np.cumsum(x) for x in (a, share * a, share**2 * a, b, c, share * c)]
    one, two, three, own, cross, cross_two = sums
    return share**2 * one - 2 * share * two + three + own - 2 * (share * cross - cross_two)


def _band(share: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95 % on the log(−log) scale, which keeps it between 0 and 1; a share of 0 or 1 has none."""
    inside = (share > 0) & (share < 1)
    safe = np.where(inside, share, 0.5)
    wide = _Z * np.sqrt(np.clip(variance, 0, None)) / (safe * np.abs(np.log(safe)))
    low, high = safe ** np.exp(wide), safe ** np.exp(-wide)
    return np.where(inside, low, share), np.where(inside, high, share)
