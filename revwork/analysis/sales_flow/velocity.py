"""Sales velocity: revenue a day that the pipeline turns out, and the four factors of it."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.money import in_cents
from revwork.analysis.periods import is_within
from revwork.analysis.sales_flow.deals import standing
from revwork.calendar import Comparison, Period
from revwork.findings import Unanswered

FACTORS = ("open_deals", "mean_deal", "win_rate", "cycle_days")


def velocity(deals: ibis.Table, period: Period, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return velocity and its four factors; `deals` as they stood on the period's last day.

    Columns: `by`; open_deals (on the last day), won (deals of the period), mean_deal (amount of a
    deal won, money), win_rate (of the deals closed in it, by count), cycle_days (median days from
    creation to won), velocity_amount (money a day). A factor that nothing tells is null, and so is
    the velocity.

    Formula: velocity_amount, sales_velocity = open deals × mean deal won × win rate ÷ median cycle
    days; Revenue a day that the open pipeline turns out at this pace.
    Formula: cycle_days = median days from creation to won, deals won in the period; Half of the
    deals won took no longer.
    Formula: mean_deal = amount won ÷ deals won; Mean amount of the deals won in the period.
    """
    inside = is_within(deals.closed_on, period).fill_null(False)
    return by_period(deals.mutate(is_inside=inside), by)


def by_period(standings: ibis.Table, by: Sequence[str] = ("period",)) -> pd.DataFrame:
    """Return what `velocity` does for each period of `deals.standings`, in order of `by`."""
    deals = standings
    won, lost = (deals.is_inside & (deals.outcome == outcome) for outcome in ("won", "lost"))
    sums = {
        "open_deals": (deals.outcome == "open").cast("int64").sum(),
        "won": won.cast("int64").sum(),
        "lost": lost.cast("int64").sum(),
        "mean_deal": deals.amount.cast("float64").mean(where=won),
        "cycle_days": deals.closed_on.delta(deals.created_on, unit="day").median(where=won),
    }
    keys = list(by)
    rows = deals.group_by(keys).agg(**sums).order_by(keys) if keys else deals.aggregate(**sums)
    found = rows.execute()
    counts = {name: found[name].fillna(0).astype(int) for name in ("open_deals", "won", "lost")}
    found = found.assign(**counts).astype({"mean_deal": float, "cycle_days": float})
    closed = found.won + found.lost
    found["win_rate"] = found.won / closed.where(closed > 0)
    pace = found.open_deals * found.mean_deal * found.win_rate
    found["velocity_amount"] = (pace / found.cycle_days.where(found.cycle_days > 0)).round(6)
    return found[[*keys, "open_deals", "won", *FACTORS[1:], "velocity_amount"]]


def change(moves: ibis.Table, opportunities: ibis.Table, comparison: Comparison) -> pd.DataFrame:
    """Return what each factor did to the velocity, as bars that add up (LMDI, no residual).

    Columns: bar, value (money a day), kind (total or change). Raises Unanswered where a factor is
    not known, or 0, in one of the two periods.
    """
    if comparison.base is None:
        raise Unanswered(
            "No period to compare {period:period} with.", period=comparison.period.name
        )
    now, base = (
        velocity(standing(moves, opportunities, period.last_day), period).iloc[0]
        for period in (comparison.current, comparison.base)
    )
    known = pd.DataFrame([now, base])[[*FACTORS, "velocity_amount"]].astype(float)
    if known.isna().any(axis=None) or (known <= 0).any(axis=None):
        raise Unanswered(
            "Sales velocity needs deals won, lost and open in {period:period} and before.",
            period=comparison.period.name,
        )
    after, before = known.iloc[0], known.iloc[1]
    growth = np.log(after / before)
    total, start = float(after.velocity_amount), float(before.velocity_amount)
    same = abs(total - start) < 1e-9
    mean = start if same else (total - start) / growth.velocity_amount
    signs = pd.Series({**dict.fromkeys(FACTORS, 1.0), "cycle_days": -1.0})
    cents = in_cents(growth[[*FACTORS]] * signs * mean, [*FACTORS], start, total)
    rows = [("base", round(start, 2), "total")]
    rows += [(factor, cents[factor], "change") for factor in FACTORS]
    rows.append(("current", round(total, 2), "total"))
    return pd.DataFrame(rows, columns=["bar", "value", "kind"])
