"""Bookings: what the quarter will bring, from how deals of each stage and age went before."""

from datetime import date, timedelta
from typing import NamedTuple

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.sales_flow import stays
from revwork.analysis.sales_flow.chances import Chances, chances
from revwork.calendar import Period
from revwork.findings import Message, Unanswered, Word

LEVEL = 0.8  # of the forecast's interval
OFTEN = 30  # deals decided within a year before chances are told
ENOUGH = 10  # amounts won before those of earlier years come in
REFITS, DRAWS, SEED = 20, 100, 20
YEAR = timedelta(days=365)
PARTS = (Word("Signed"), Word("Open deals"), Word("Deals to come"), Word("Total"))


class _Seen(NamedTuple):
    """What was known by a day: stays, deals open, where new ones began, amounts won, days asked."""

    past: pd.DataFrame
    open_deals: pd.DataFrame
    pace: pd.DataFrame
    sizes: np.ndarray
    skip: int
    left: int


def forecast(changes: ibis.Table, quarter: Period, as_of: date) -> pd.DataFrame:
    """Return what a quarter is expected to bring, seen from the end of a day in or before it.

    `changes` is what `stays.changes` returns; nothing recorded after `as_of` is used. An open
    deal counts with the chance, by stage and days in it, to be won in the days left (competing
    risks, from stays of the last year); deals to come with last year's pace. An amount not known
    is taken as the mean amount won. The interval (80 %) is simulated, seed fixed: past stays
    drawn anew, then each deal won or not.

    Columns: part (Signed, Open deals, Deals to come, Total), deals (expected to be won), amount,
    low, high, weighted_amount (of open deals: amount × the stage's win rate, due by the quarter's
    end; in total with what is signed).
    Raises Unanswered where fewer than 30 deals were decided within the year.

    Formula: bookings_forecast = signed + Σ open amount × chance to be won in the days left + deals
    to come; What the quarter brings if deals go on as those of the same stage and age did.
    Formula: weighted_amount = signed + Σ open amount × win rate of the stage; The usual sum, of
    deals due by the quarter's end.
    """
    seen = _seen(changes, quarter, as_of)
    made = stays.signed(changes, quarter.start, as_of)
    fit = chances(seen.past)
    chance, arriving = _expected(fit, seen)
    amounts = seen.open_deals.amount.to_numpy()
    drawn = _drawn(seen)
    naive = _naive(fit, seen.open_deals, quarter, begun=not seen.skip)
    rows = pd.DataFrame(
        [
            (len(made), made.sum(), np.nan),
            (chance.sum(), chance @ amounts, naive),
            (arriving, arriving * seen.sizes.mean(), np.nan),
        ],
        columns=["deals", "amount", "weighted_amount"],
    )
    rows.loc[3] = rows.sum()
    rows.loc[3, "weighted_amount"] += rows.amount[0]
    spread = np.vstack([np.zeros(drawn.shape[1]), drawn, drawn.sum(axis=0)])
    ends = np.quantile(spread, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
    signed = rows.amount[0] * np.array([1, 0, 0, 1])
    rows.insert(0, "part", list(PARTS))
    rows.insert(3, "low", ends[0] + signed)
    rows.insert(4, "high", ends[1] + signed)
    return rows.round(2)


def reading(rows: pd.DataFrame) -> Message:
    """Say what a quarter is expected to bring, and between which ends."""
    total = rows.iloc[-1]
    return Message(
        "Expected: {amount:money}, in four of five cases {low:money} to {high:money}",
        {"amount": total.amount, "low": total.low, "high": total.high},
    )


def _seen(changes: ibis.Table, quarter: Period, as_of: date) -> _Seen:
    past, open_deals = stays.seen(changes, as_of), stays.open_on(changes, as_of)
    decided = int(past["count"][past.outcome.isin(["won", "lost"])].sum())
    if decided < OFTEN:
        raise Unanswered(
            "Decided in the year to {day:date}: {decided:number} deals. A forecast from how deals "
            "went needs {often:number}: add past deals, with opportunity_history.",
            **{"decided": decided, "day": as_of, "often": OFTEN},
        )
    sizes = _sizes(changes, as_of)
    return _Seen(
        past,
        open_deals.assign(amount=open_deals.amount.fillna(sizes.mean())),
        stays.begun(changes, as_of - YEAR + timedelta(days=1), as_of),
        sizes,
        skip=max((quarter.start - as_of).days - 1, 0),
        left=max((quarter.last_day - as_of).days, 0),
    )


def _sizes(changes: ibis.Table, as_of: date) -> np.ndarray:
    """Amounts of deals won in the last year; of all where these are few; 0 where none is known."""
    for first in (as_of - YEAR, date(1900, 1, 1)):
        known = stays.signed(changes, first, as_of).dropna().to_numpy()
        if len(known) >= ENOUGH:
            break
    return known if len(known) else np.zeros(1)


def _expected(fit: Chances, seen: _Seen) -> tuple[np.ndarray, float]:
    """The chance of each open deal, and how many deals to come are won, on average."""
    places = {name: at for at, name in enumerate(fit.stages)}
    stage, age = seen.open_deals.stage.map(places).to_numpy(int), seen.open_deals.age.to_numpy()
    chance = fit.within(stage, age, seen.left) - fit.within(stage, age, seen.skip)
    started = np.zeros(len(places))
    np.add.at(started, seen.pace.stage.map(places).to_numpy(int), seen.pace["count"])
    won = fit.entering(seen.left)[:, seen.skip : seen.left].sum(axis=1)
    return chance, float(started @ won / YEAR.days)


def _drawn(seen: _Seen) -> np.ndarray:
    """Amounts of open deals and of deals to come, drawn REFITS × DRAWS times."""
    rng = np.random.default_rng(SEED)
    amounts, counts = seen.open_deals.amount.to_numpy(), seen.past["count"].to_numpy(float)
    found = []
    for _ in range(REFITS):
        anew = chances(seen.past.assign(count=rng.poisson(counts)))
        chance, arriving = _expected(anew, seen)
        won = rng.random((DRAWS, len(amounts))) < chance
        more = [rng.choice(seen.sizes, n).sum() for n in rng.poisson(arriving, DRAWS)]
        found.append(np.vstack([won @ amounts, more]))
    return np.hstack(found)


def _naive(fit: Chances, open_deals: pd.DataFrame, quarter: Period, begun: bool) -> float:
    """Amount × the stage's chance ever to be won, of deals due by the end (overdue, if begun)."""
    expected = open_deals.close_date
    due = expected < pd.Timestamp(quarter.end)
    due &= begun | (expected >= pd.Timestamp(quarter.start))
    weight = open_deals.stage.map(dict(zip(fit.stages, fit.ever(), strict=True)))
    return float((open_deals.amount * weight)[due | expected.isna()].sum())
