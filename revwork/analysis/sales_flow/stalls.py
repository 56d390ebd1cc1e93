"""Stalls: deals of a segment that leave a stage slower than they used to, and since when."""

from collections.abc import Sequence
from datetime import date

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import breaks
from revwork.analysis.sales_flow.stages import incidence, need
from revwork.analysis.segments import of_segment
from revwork.calendar import Period
from revwork.findings import Unanswered

SLOWER = 2 / 3  # of the former pace, at most
EVER, LOOKED = 52, 104  # weeks before the change, at least; weeks in which it is looked for
_FIRST = 4.0  # exits before, at least, to know a pace
_YEAR = 365.25


def stalls(spells: ibis.Table, last: date, by: str = "segment") -> pd.DataFrame:
    """Return the stages that deals of a segment leave at two thirds of their former pace or less.

    Pace is visits that ended per day that a deal stood there. For every stage and segment the week
    is looked for from which on the pace differs most from before (`breaks.of_rate`), in the last
    two years; it has to be beyond chance among all weeks, stages and segments looked at
    (Bonferroni, 1 %), with a year before it and four weeks since. It holds to the last day.

    Columns: stage, `by`, since (its week's Monday), low_since, high_since (95 %), visible_on (the
    Monday from which on this test could have told), pace_ratio with low_ and high_pace_ratio,
    stuck (deals there now), p (corrected). Slowest change first.

    Formula: pace_ratio = visits ended per deal and day since ÷ before; How fast deals leave a stage
    against before: 0.5 is half as fast.
    """
    weeks = _weeks(spells, last, by)
    groups = [(key, group) for key, group in weeks.groupby(["stage", by], dropna=False)]
    found = []
    for (stage, name), group in groups:
        one = _change(group.reset_index(drop=True), len(groups))
        if one:
            found.append({"stage": stage, by: name, **one})
    rows = pd.DataFrame(found, columns=["stage", by, *_COLUMNS])
    return rows.sort_values(["pace_ratio", "stage", by], ignore_index=True)


def pace(spells: ibis.Table, last: date, by: str, stage: str) -> pd.DataFrame:
    """Return the mean days to leave a stage by segment and month, as `chart.multiples` draws it.

    Deal-days in the stage per visit ended in the month and the two before it, so that few deals
    make no peaks; null where none ended. Columns: `by`, start (date), value (days), base (null).
    Raises Unanswered where nobody came to the stage.
    """
    weeks = _weeks(spells.filter(spells.stage == stage), last, by)
    need([stage])
    if weeks.empty:
        raise Unanswered("No deal came to {stage:text} in this time.", stage=stage)
    weeks["start"] = weeks.week.dt.to_period("M").dt.start_time
    rows = weeks.groupby([by, "start"], as_index=False, dropna=False)[["ended", "days"]].sum()
    sums = rows.groupby(by, dropna=False)[["ended", "days"]].rolling(3, min_periods=3).sum()
    sums = sums.reset_index(level=0, drop=True)
    value = sums.days / sums.ended.where(sums.ended > 0)
    return rows[[by, "start"]].assign(value=value, base=np.nan)


def costs(
    found: pd.DataFrame, spells: ibis.Table, deals: ibis.Table, months: Sequence[Period]
) -> pd.DataFrame:
    """Return stalls of segments with the wins they cost in some complete months, and their money.

    Expected wins: visits to the stage that began as many days before the months as winning took
    from there (median), times the share of visits won in the end before the stall (cumulative
    incidence; visits still there when it began are censored). Less the segment's deals won in the
    months that had come through the stage.

    Columns: those of `found`; visits, usual_chance, expected, won, lost with low_ and high_lost
    (money a year, losses negative, 95 %); null where no win before the stall says how often.
    """
    won = deals.filter((deals.outcome == "won") & deals.closed_on.notnull())
    won = won.select(deal="opportunity_id", won_on="closed_on")
    window = (pd.Timestamp(months[0].start), pd.Timestamp(months[-1].end))
    rows = [_cost(spells, won, one, window) for one in found.itertuples()]
    return found.join(pd.DataFrame(rows, index=found.index, columns=_COSTS))


_COLUMNS = (
    *("since", "low_since", "high_since", "visible_on", "pace_ratio", "low_pace_ratio"),
    *("high_pace_ratio", "stuck", "p"),
)
_COSTS = ["visits", "usual_chance", "expected", "won", "lost", "low_lost", "high_lost"]


def _weeks(spells: ibis.Table, last: date, by: str) -> pd.DataFrame:
    """Per stage, segment and week: visits ended, and days that deals stood there."""
    week = {
        "begun": spells.entered_on.truncate("W"),
        "over": spells.left_on.coalesce(ibis.date(last)).truncate("W"),
        "is_over": spells.left_on.notnull(),
        "known": spells[by],
    }
    dated = spells.mutate(**week)
    keys = ["stage", "known", "begun", "over", "is_over"]
    rows = dated.group_by(keys).agg(n=dated.count()).order_by(keys).execute()
    groups = rows.groupby(["stage", "known"], dropna=False)
    made = [_by_week(group).assign(stage=stage, known=name) for (stage, name), group in groups]
    empty = pd.DataFrame(columns=["week", "ended", "days", "there", "stage", "known"])
    found = pd.concat(made or [empty], ignore_index=True).astype({"week": "datetime64[ns]"})
    return found.rename(columns={"known": by})


def _by_week(rows: pd.DataFrame) -> pd.DataFrame:
    """A visit counts half of its first and of its last week."""
    weeks = pd.date_range(rows.begun.min(), rows.over.max(), freq="7D")
    begun, over = (weeks.get_indexer(pd.DatetimeIndex(rows[name])) for name in ("begun", "over"))
    size, n = len(weeks) + 1, rows.n.to_numpy(float)
    came, went = (np.bincount(at, n, size)[:-1] for at in (begun, over))
    ended = np.bincount(over, n * rows.is_over, size)[:-1]
    there = np.cumsum(came) - np.cumsum(went)  # at the week's end
    days = 7 * (there + went) - 3.5 * (came + went)
    stuck = float(n[~rows.is_over].sum())
    return pd.DataFrame({"week": weeks, "ended": ended, "days": days, "there": stuck})


def _change(weeks: pd.DataFrame, groups: int) -> dict | None:
    """The week from which on the pace differs most, if it fell and chance does not do that."""
    weeks = weeks.tail(EVER + LOOKED).reset_index(drop=True)
    ended, days = weeks.ended.to_numpy(), weeks.days.to_numpy()
    one = breaks.of_rate(ended, days, groups, EVER)
    if one is None or ended[: one.at].sum() < _FIRST:
        return None
    ratio = _pace(ended[one.at :], days[one.at :]) / _pace(ended[: one.at], days[: one.at])
    if ratio > SLOWER:
        return None
    exits = ended[: one.at].sum(), max(ended[one.at :].sum(), 0.5)
    wide = np.exp(1.96 * np.sqrt(sum(1 / n for n in exits)))
    monday = weeks.week.dt.date
    return {
        **{"since": monday[one.at], "low_since": monday[one.low], "high_since": monday[one.high]},
        "visible_on": monday[min(one.seen + 1, len(weeks) - 1)],
        **{"pace_ratio": round(ratio, 9), "low_pace_ratio": round(ratio / wide, 9)},
        **{"high_pace_ratio": round(ratio * wide, 9)},
        **{"stuck": int(weeks.there.iloc[0]), "p": one.p},
    }


def _pace(ended: np.ndarray, days: np.ndarray) -> float:
    return float(ended.sum() / days.sum()) if days.sum() > 0 else 0.0


def _cost(
    spells: ibis.Table, won: ibis.Table, one: tuple, window: tuple[pd.Timestamp, pd.Timestamp]
) -> dict[str, float]:
    mine = of_segment(spells, {"stage": one.stage, "segment": one.segment})
    joined = mine.left_join(won, mine.opportunity_id == won.deal)
    visits = joined.select("opportunity_id", "entered_on", "ended", "left_on", "amount", "won_on")
    rows = visits.order_by(["entered_on", "opportunity_id"]).execute()
    rows = rows.drop_duplicates("opportunity_id", keep="last")
    since, (first, after) = pd.Timestamp(one.since), window
    before, ended = _before(rows[rows.entered_on < since], since)
    if before is None:
        return {}
    came = rows.entered_on.between(first - ended, after - ended, inclusive="left")
    now = int(rows.won_on.between(first, after, inclusive="left").sum())
    return _in_money(rows[came], incidence(before, "won").iloc[-1], now, (after - first).days)


def _before(rows: pd.DataFrame, since: pd.Timestamp) -> tuple[pd.DataFrame | None, pd.Timedelta]:
    """How visits that began before the stall had ended when it began, and how long wins took."""
    won = rows.won_on.where(rows.won_on < since)
    lost = rows.left_on.where((rows.ended == "lost") & (rows.left_on < since))
    if won.notna().sum() < _FIRST:
        return None, pd.Timedelta(0)
    days = (won.fillna(lost).fillna(since) - rows.entered_on).dt.days
    way = np.where(won.notna(), "won", np.where(lost.notna(), "lost", None))
    counts = pd.DataFrame({"days": days, "way": way, "n": 1.0})
    counts = counts.groupby(["days", "way"], dropna=False, as_index=False).sum()
    return counts, pd.Timedelta(days=int((won - rows.entered_on).dt.days.median()))


def _in_money(came: pd.DataFrame, chance: pd.Series, won: int, days: int) -> dict[str, float]:
    """What the visits would have won at their usual chance, less what was; both by chance."""
    amount = came.amount.astype(float).mean() if len(came) else 0.0
    expected = len(came) * chance.share
    half = len(came) * (chance.high - chance.low) / 2
    wide = np.sqrt(1.96**2 * (expected * (1 - chance.share) + won) + half**2)
    money = [(won - expected + side * wide) * amount * _YEAR / days for side in (0, -1, 1)]
    known = {"visits": len(came), "usual_chance": chance.share, "expected": expected, "won": won}
    lost = zip(("lost", "low_lost", "high_lost"), money, strict=True)
    return known | {name: round(float(value), 4) for name, value in lost}
