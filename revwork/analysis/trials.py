"""Trials: A/B and A/B/n tests read against their control, and what they could have shown."""

import ibis
import numpy as np
import pandas as pd

from revwork.findings import Message, Unanswered, Word
from revwork.metrics import ratio

LEVEL, POWER = 0.95, 0.8
_VERDICT = {"rate_change": "points", "p_rate": "rate", "revenue_change": "cents"}
_SHARED = {"units": "number", "change_rate": "change", "p": "rate"}
_MEASURED = ("control", "value", "change", "low_change", "high_change", "mde")
FORMATS = {  # how a table writes each view
    "verdicts": _VERDICT | {"p_revenue": "rate", "units": "number"},
    "orders": _SHARED | dict.fromkeys(_MEASURED, "percent"),
    "revenue": _SHARED | dict.fromkeys(_MEASURED, "cents"),
    "groups": {"units": "number", "p": "rate"},
}
TINY = 1e-9
UNEVEN = 0.001  # below this probability the split is no accident: the test is not read
CONTROL = "control"
BETTER, WORSE, NOTHING = Word("Better"), Word("Worse"), Word("No clear difference")
BLOCKED, ALONE = Word("Blocked: groups are not split as planned"), Word("No control to compare")
MORE, FEWER = Word("More orders, revenue not clear"), Word("Fewer orders, revenue not clear")


def by_variant(experiments: ibis.Table) -> pd.DataFrame:
    """Return one row per experiment and variant, the control first: the sums all else needs.

    Units that are regions belong to `geo_tests`. Columns: experiment, variant, units, converted
    (null where no unit tells), rate, revenue_per_unit (money with cents, null where none tells),
    then moments: square, before, before_square, cross (of revenue and revenue before). Raises
    Unanswered where there is no experiment.

    Formula: revenue_per_unit = revenue ÷ units observed; Over all who saw the version, those who
    did not buy among them.
    """
    rows = experiments.filter(
        experiments.region.isnull() | (experiments.unit_id != experiments.region)
    )
    y, x = rows.revenue.cast("float64"), rows.revenue_before.cast("float64")
    both = y.notnull() & x.notnull()
    found = rows.group_by(experiment=rows.experiment_id, variant=rows.variant).agg(
        units=rows.count(),
        told=rows.converted.count(),
        converted=rows.converted.cast("float64").sum(),
        paid=y.count(),
        revenue=y.sum(),
        square=(y * y).sum(),
        both=both.cast("int64").sum(),
        before=x.sum(where=both),
        before_square=(x * x).sum(where=both),
        cross=(x * y).sum(where=both),
    )
    found = found.mutate(
        rate=ratio(found.converted, found.told), revenue_per_unit=ratio(found.revenue, found.paid)
    )
    table = found.order_by("experiment", "variant").execute()
    if table.empty:
        raise Unanswered("No test is recorded: add rows to experiments, one per unit observed.")
    first = (table.variant != CONTROL).astype(int)
    order = table.assign(first=first).sort_values(["experiment", "first", "variant"])
    return order.drop(columns="first").reset_index(drop=True).round(9)


def split(rows: pd.DataFrame) -> pd.DataFrame:
    """Return whether each experiment's groups are as equal as chance makes them (χ²).

    Columns: experiment, variants, units, p, blocked (p < .001: who is in which group depends on
    something else than chance, and no difference can be read).
    """
    from scipy.stats import chisquare

    found = rows.groupby("experiment", sort=False).units.agg(
        variants="size", units="sum", p=lambda n: chisquare(n).pvalue if len(n) > 1 else np.nan
    )
    return found.reset_index().assign(blocked=lambda frame: (frame.p < UNEVEN).to_numpy())


def compared(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return each variant against its control by `rate`, `revenue` or `adjusted` revenue.

    rate: difference of shares, score interval and test (Miettinen and Nurminen); revenue: Welch;
    adjusted: CUPED, revenue less what revenue before explains (one slope for all variants), a
    narrower view of the same difference. Of several variants in one experiment level and p are
    Bonferroni's, so interval and p agree: zero lies outside where p < .05, and only there.

    Columns: experiment, variant, units, control, value, change, low_change, high_change (points
    of rate, or money a unit), change_rate, p, mde (smallest difference found four times in five).
    Blocked, without control or not measured: null.

    Formula: mde = (z of 97.5 % + z of 80 %) × standard error; The smallest difference this test
    would find four times in five.
    """
    even = ~split(rows).set_index("experiment").blocked
    found = []
    for name, group in rows.groupby("experiment", sort=False):
        control = group[group.variant == CONTROL]
        others = group[group.variant != CONTROL]
        for one in others.itertuples():
            known = len(control) == 1 and even[name]
            read = _READ[measure](one, control.iloc[0], group, len(others)) if known else {}
            base = {"experiment": name, "variant": one.variant, "units": one.units}
            found.append(base | _EMPTY | read)
    return pd.DataFrame(found, columns=["experiment", "variant", "units", *_EMPTY]).round(9)


def verdicts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return each variant with rate and revenue side by side, and what follows.

    Revenue decides where it is known: more orders for less money are no gain. Columns:
    experiment, variant, units, rate (change), p_rate, revenue (change a unit), p_revenue, verdict.
    """
    rate, revenue = compared(rows, "rate"), compared(rows, money(rows))
    table = rate[["experiment", "variant", "units"]].assign(
        rate_change=rate.change, p_rate=rate.p, revenue_change=revenue.change, p_revenue=revenue.p
    )
    blocked = split(rows).set_index("experiment").blocked
    controlled = set(rows.experiment[rows.variant == CONTROL])
    table["verdict"] = [
        _verdict(one, blocked[one.experiment], one.experiment in controlled)
        for one in table.itertuples()
    ]
    return table


def view(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return what is known of tests: verdicts, orders or revenue compared, or the groups."""
    if name == "orders":
        return compared(rows, "rate")
    if name == "revenue":
        return compared(rows, money(rows))
    return verdicts(rows) if name == "verdicts" else split(rows)


def money(rows: pd.DataFrame) -> str:
    """Return how revenue is to be compared: adjusted where revenue before is known."""
    return "adjusted" if (rows.both > 0).any() else "revenue"


def needed(rate: float, lift: float) -> int:
    """Return units a group to find a relative lift of a rate four times in five (95 %, 80 %)."""
    from scipy.stats import norm

    other = rate * (1 + lift)
    spread = rate * (1 - rate) + other * (1 - other)
    z = norm.ppf((1 + LEVEL) / 2) + norm.ppf(POWER)
    return int(np.ceil(z**2 * spread / (other - rate) ** 2))


def reading(rows: pd.DataFrame) -> Message:
    """Say how many variants did better, worse, in orders alone, or not clearly."""
    told = rows.verdict.map(str)
    return Message(
        "{better:number} better, {worse:number} worse, {more:number} with more orders alone, "
        "{rest:number} not clear",
        {
            "better": int((told == BETTER).sum()),
            "worse": int((told == WORSE).sum()),
            "more": int((told == MORE).sum()),
            "rest": int((~told.isin([BETTER, WORSE, MORE])).sum()),
        },
    )


def _rate(one: tuple, control: pd.Series, _: pd.DataFrame, looks: int) -> dict:
    from statsmodels.stats.proportion import test_proportions_2indep

    if not (one.told and control.told) or not 0 < one.converted + control.converted < (
        one.told + control.told
    ):
        return {}
    counts = one.converted, one.told, control.converted, control.told
    test = test_proportions_2indep(*counts, method="score", compare="diff", correction=True)
    low, high = _score_interval(counts, (1 - LEVEL) / looks)
    a, b = one.converted / one.told, control.converted / control.told
    error = np.sqrt(b * (1 - b) * (1 / one.told + 1 / control.told))
    return _read(b, a - b, (low, high), (min(float(test.pvalue) * looks, 1.0), error, looks))


def _score_interval(counts: tuple, alpha: float) -> tuple[float, float]:
    """Every difference of shares that is not too far from the one seen (Miettinen, Nurminen)."""
    from scipy.optimize import brentq
    from scipy.stats import norm

    x, n, y, m = counts
    seen, z = x / n - y / m, norm.ppf(1 - alpha / 2)

    def end(edge: float) -> float:
        if abs(seen - edge) < TINY or _distance(counts, edge) <= z:
            return float(np.sign(edge))
        return brentq(lambda gap: min(_distance(counts, gap), 99.0) - z, *sorted((edge, seen)))

    return end(TINY - 1), end(1 - TINY)


def _distance(counts: tuple, gap: float) -> float:
    """How many standard errors the difference seen is from `gap`, were `gap` the true one."""
    x, n, y, m = counts
    a, b, t = x / n, y / m, m / n
    cubic = np.array([1 + t, -(1 + t + a + t * b + gap * (t + 2)), 0.0, -a * gap * (1 + gap)])
    cubic[2] = gap**2 + gap * (2 * a + t + 1) + a + t * b
    third, linear, constant = cubic[1:] / cubic[0] / [3, 1, 1]
    v = third**3 - third * linear / 2 + constant / 2
    u = np.copysign(np.sqrt(max(third**2 - linear / 3, 0.0)), v)
    angle = (np.pi + np.arccos(np.clip(v / u**3 if u else 0.0, -1, 1))) / 3
    one = np.clip(2 * u * np.cos(angle) - third, max(0, gap), min(1, 1 + gap))
    other, apart = one - gap, abs(a - b - gap)
    variance = (one * (1 - one) / n + other * (1 - other) / m) * (n + m) / (n + m - 1)
    return apart / np.sqrt(max(variance, TINY**3))


def _revenue(one: tuple, control: pd.Series, _: pd.DataFrame, looks: int) -> dict:
    if min(one.paid, control.paid) < 2:
        return {}
    (a, va), (b, vb) = (_moments(x.paid, x.revenue, x.square) for x in (one, control))
    return _welch((a, va / one.paid, one.paid), (b, vb / control.paid, control.paid), looks)


def _adjusted(one: tuple, control: pd.Series, group: pd.DataFrame, looks: int) -> dict:
    """CUPED (Deng et al. 2013): y − θ(x − mean of x), θ from all variants."""
    if min(one.both, control.both) < 2 or (group.both != group.paid).any():
        return _revenue(one, control, group, looks)
    n = group.both
    xx = (group.before_square - group.before**2 / n).sum()
    xy = (group.cross - group.before * group.revenue / n).sum()
    slope = xy / xx if xx > 0 else 0.0
    mean = group.before.sum() / n.sum()
    sides = []
    for x in (one, control):
        level, spread = _moments(x.both, x.revenue, x.square)
        before, wide = _moments(x.both, x.before, x.before_square)
        shared = (x.cross - x.before * x.revenue / x.both) / (x.both - 1)
        left = spread - 2 * slope * shared + slope**2 * wide
        sides.append((level - slope * (before - mean), max(left, 0.0) / x.both, x.both))
    return _welch(*sides, looks)


def _moments(n: float, total: float, square: float) -> tuple[float, float]:
    return total / n, max((square - total**2 / n) / (n - 1), 0.0)


def _welch(one: tuple, control: tuple, looks: int) -> dict:
    """Difference of two means from (mean, its variance, n) of each side."""
    from scipy.stats import t

    (a, va, n), (b, vb, m) = one, control
    error = np.sqrt(va + vb)
    if error == 0:
        return {}
    freedom = (va + vb) ** 2 / (va**2 / (n - 1) + vb**2 / (m - 1))
    half = t.ppf(1 - (1 - LEVEL) / looks / 2, freedom) * error
    p = 2 * t.sf(abs(a - b) / error, freedom)
    return _read(b, a - b, (a - b - half, a - b + half), (min(p * looks, 1.0), error, looks))


def _read(base: float, change: float, ends: tuple, chance: tuple[float, float, int]) -> dict:
    """What a comparison says; chance: p, standard error, and how many looks there are."""
    from scipy.stats import norm

    p, error, looks = chance
    z = norm.ppf(1 - (1 - LEVEL) / looks / 2) + norm.ppf(POWER)
    named = {"control": base, "value": base + change, "change": change}
    named |= {"low_change": ends[0], "high_change": ends[1]}
    return named | {"change_rate": change / base if base else np.nan, "p": p, "mde": z * error}


def _verdict(one: tuple, blocked: bool, controlled: bool) -> Word:
    """Revenue first; the rate alone where no revenue is known."""
    if not controlled:
        return ALONE
    if blocked:
        return BLOCKED
    money, orders = (one.p_revenue, one.revenue_change), (one.p_rate, one.rate_change)
    p, change = money if pd.notna(one.p_revenue) else orders
    if pd.notna(p) and p < 1 - LEVEL:
        return BETTER if change > 0 else WORSE
    if pd.notna(one.p_revenue) and orders[0] < 1 - LEVEL:
        return MORE if orders[1] > 0 else FEWER
    return NOTHING


_EMPTY = dict.fromkeys(
    ("control", "value", "change", "low_change", "high_change", "change_rate", "p", "mde"), np.nan
)
_READ = {"rate": _rate, "revenue": _revenue, "adjusted": _adjusted}
