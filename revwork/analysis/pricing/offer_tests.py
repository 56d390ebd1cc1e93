"""Offer tests: what an offer did to revenue; orders alone do not make it a win."""

import ibis
import numpy as np
import pandas as pd

from revwork.findings import Message, Unanswered, Word
from revwork.metrics import ratio

LEVEL = 0.95
UNEVEN = 0.001  # below this probability the split is no accident: the test is not read
CONTROL = "control"
WIN, LOSS = Word("Win: more revenue"), Word("Loss: less revenue")
DEAR = Word("No gain: more orders for less revenue")
OPEN = Word("Not proven: more orders, revenue not clear")
NOTHING = Word("No clear difference in revenue")
BLOCKED, ALONE = Word("Blocked: groups are not split as planned"), Word("No control to compare")


def read(experiments: ibis.Table) -> pd.DataFrame:
    """Return each variant of each test against its control, judged by revenue a unit.

    A unit is a customer or visit that saw the version, whether it bought or not; tests by region
    are left out. Revenue is adjusted by revenue before the test where all of a test's units tell
    it (CUPED, one slope for all variants); interval and p are Welch's, Bonferroni's of several
    variants. Orders stand beside, and decide nothing.

    Columns: experiment, variant, units, order_change (points of the share that ordered),
    revenue_change (money a unit) with low and high (95 %), p (of revenue), verdict.

    Formula: revenue_change = revenue a unit with the offer − without; Over all who saw the version,
    those who did not buy among them.
    """
    rows = _sums(experiments)
    if rows.empty:
        raise Unanswered("No offer was tested: add rows to experiments, one per unit observed.")
    found = [
        _variant(name, one, group)
        for name, group in rows.groupby("experiment", sort=False)
        for one in group[group.variant != CONTROL].itertuples()
    ]
    columns = ["experiment", "variant", "units", "order_change", "revenue_change"]
    return pd.DataFrame(found, columns=[*columns, "low", "high", "p", "verdict"]).round(9)


def reading(rows: pd.DataFrame) -> Message:
    """Say how many offers won and lost by revenue, and how many won orders alone."""
    told = rows.verdict.map(str)
    return Message(
        "By revenue {win:number} won and {loss:number} lost; {alone:number} won orders alone",
        {
            "win": int((told == WIN).sum()),
            "loss": int((told == LOSS).sum()),
            "alone": int(told.isin([DEAR, OPEN]).sum()),
        },
    )


def _sums(experiments: ibis.Table) -> pd.DataFrame:
    """The sums of each variant that means and their variances are made of."""
    by_unit = experiments.region.isnull() | (experiments.unit_id != experiments.region)
    rows = experiments.filter(by_unit)
    y, x = rows.revenue.cast("float64"), rows.revenue_before.cast("float64")
    known = y.notnull() & x.notnull()
    sums = rows.group_by(experiment=rows.experiment_id, variant=rows.variant).agg(
        n=rows.count(),
        told=rows.converted.count(),
        orders=rows.converted.cast("float64").sum(),
        paid=y.count(),
        revenue=y.sum(),
        square=(y * y).sum(),
        both=known.cast("int64").sum(),
        before=x.sum(where=known),
        wide=(x * x).sum(where=known),
        cross=(x * y).sum(where=known),
        rate=ratio(rows.converted.cast("float64").sum(), rows.converted.count()),
    )
    return sums.order_by("experiment", "variant").execute()


def _variant(name: str, one: tuple, group: pd.DataFrame) -> dict:
    control = group[group.variant == CONTROL]
    row = {"experiment": name, "variant": one.variant, "units": one.n}
    if len(control) != 1:
        return row | {"verdict": ALONE}
    if _uneven(group.n):
        return row | {"verdict": BLOCKED}
    control, looks = control.iloc[0], len(group) - 1
    money = _revenue(one, control, group, looks)
    change = one.rate - control.rate
    more = change > 0 and _order_chance(one, control) * looks < 1 - LEVEL
    return row | {"order_change": change} | money | {"verdict": _verdict(money, more)}


def _verdict(money: dict, more_orders: bool) -> Word:
    if money.get("p", 1.0) < 1 - LEVEL:
        return WIN if money["revenue_change"] > 0 else LOSS
    if not (more_orders and money):
        return NOTHING
    return OPEN if money["revenue_change"] > 0 else DEAR


def _uneven(n: pd.Series) -> bool:
    from scipy.stats import chisquare

    return chisquare(n).pvalue < UNEVEN


def _order_chance(one: tuple, control: pd.Series) -> float:
    from statsmodels.stats.proportion import test_proportions_2indep

    bought = one.orders + control.orders
    if not (one.told and control.told) or not 0 < bought < one.told + control.told:
        return 1.0
    counts = one.orders, one.told, control.orders, control.told
    return float(test_proportions_2indep(*counts, method="score", compare="diff").pvalue)


def _revenue(one: tuple, control: pd.Series, group: pd.DataFrame, looks: int) -> dict:
    """Difference of revenue a unit with its interval and p; nothing where it is not known."""
    from scipy.stats import t

    if min(one.paid, control.paid) < 2:
        return {}
    slope, mean = _slope(group)
    (a, va), (b, vb) = (_mean(side, slope, mean) for side in (one, control))
    error = np.sqrt(va + vb)
    if error == 0:
        return {}
    freedom = (va + vb) ** 2 / (va**2 / (one.paid - 1) + vb**2 / (control.paid - 1))
    half = t.ppf(1 - (1 - LEVEL) / looks / 2, freedom) * error
    chance = min(2 * t.sf(abs(a - b) / error, freedom) * looks, 1.0)
    return {"revenue_change": a - b, "low": a - b - half, "high": a - b + half, "p": chance}


def _slope(group: pd.DataFrame) -> tuple[float, float]:
    """What a euro before says of a euro in the test (Deng et al. 2013), and the mean before."""
    n = group.both
    if (n != group.paid).any() or (n < 2).any():
        return 0.0, 0.0
    xx = (group.wide - group.before**2 / n).sum()
    xy = (group.cross - group.before * group.revenue / n).sum()
    return (xy / xx if xx > 0 else 0.0), group.before.sum() / n.sum()


def _mean(side: tuple, slope: float, mean: float) -> tuple[float, float]:
    """Mean revenue a unit, adjusted, and its variance."""
    n = side.paid
    level, spread = side.revenue / n, side.square - side.revenue**2 / n
    if slope:
        level -= slope * (side.before / n - mean)
        shared = side.cross - side.before * side.revenue / n
        spread += slope**2 * (side.wide - side.before**2 / n) - 2 * slope * shared
    return level, max(spread, 0.0) / (n - 1) / n
