"""Win rates: which closed deals were won, by whom, where and against whom."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.periods import between, is_within
from revwork.calendar import Comparison, Period
from revwork.findings import Unanswered
from revwork.metrics import wilson

LEVEL = 0.95
_YEAR = 365.25
_LEAST = 5  # deals that the company's rate counts for, at least
SURE = 0.05  # chance that any of all the groups compared stands out without a reason


def rates(deals: ibis.Table, period: Period, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return deals closed in the period and the share that was won, by count and by value.

    Open deals do not count; nobody closed: null. By value only where at least half of the lost
    deals have an amount. A deal without a day on which it closed is in no period. Every value of
    the dimensions that a deal has is a row, largest shrunken rate first: pulled towards the
    company's, the more the fewer deals closed, so that one lucky deal tops no list.

    Columns: `by`; won, lost, closed (deals), win_rate, low_win_rate, high_win_rate (Wilson, 95 %),
    won_amount, closed_amount (money), win_rate_by_value, shrunk_rate.

    Formula: win_rate = won ÷ (won + lost); Share of the deals closed in the period that were won;
    open deals do not count.
    Formula: win_rate_by_value = amount won ÷ amount closed; Share of the money closed in the period
    that was won.
    Formula: shrunk_rate = (won + k × company's win rate) ÷ (closed + k); Win rate drawn towards the
    company's, more so the fewer deals closed.
    """
    inside = is_within(deals.closed_on, period).fill_null(False)
    rows = by_period(deals.mutate(is_inside=inside), by)
    order = ["shrunk_rate", *by]
    ascending = [False, *(True for _ in by)]
    return rows.sort_values(order, ascending=ascending, ignore_index=True) if by else rows


def closed(deals: ibis.Table, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return what `rates` does, of the deals given: those that closed in a period."""
    return by_period(deals.mutate(is_inside=True), by)


def by_period(standings: ibis.Table, by: Sequence[str] = ("period",)) -> pd.DataFrame:
    """Return what `rates` does for each period of `deals.standings`, in order of `by`."""
    rows = _counts(standings, list(by))
    shares = wilson(rows.won, rows.closed, LEVEL)
    shares.columns = ["win_rate", "low_win_rate", "high_win_rate"]
    told = rows.lost_priced * 2 >= rows.lost
    by_value = (rows.won_amount / rows.closed_amount.where(rows.closed_amount > 0)).where(told)
    rows = rows.join(shares).assign(
        win_rate_by_value=by_value, shrunk_rate=_shrunk(rows.won, rows.closed)
    )
    return rows.drop(columns="lost_priced").round(9)


def compared(deals: ibis.Table, comparison: Comparison, by: str) -> pd.DataFrame:
    """Return win rates by one dimension beside the comparison's, as `chart.dots` draws them.

    Columns: the dimension, current, base, low, high (shares), n (closed deals), won,
    win_rate_by_value.
    Raises Unanswered where nothing closed in the period.
    """
    now = rates(deals, comparison.current, [by])
    if not now.closed.sum():
        raise Unanswered(
            "No deal was won or lost in {period:period}: choose a longer period.",
            period=comparison.period.name,
        )
    names = {"win_rate": "current", "low_win_rate": "low", "high_win_rate": "high", "closed": "n"}
    now = now.rename(columns=names)
    if comparison.base is None:
        return now.assign(base=np.nan)
    before = rates(deals, comparison.base, [by])[[by, "win_rate"]]
    return now.merge(before.rename(columns={"win_rate": "base"}), on=by, how="left")


def losses(deals: ibis.Table, comparison: Comparison) -> pd.DataFrame:
    """Return why deals of the period were lost, most frequent first.

    Columns: loss_reason, lost (deals), share, base_share (of the comparison, null without),
    lost_amount (money). Raises Unanswered where nothing was lost or no reason is recorded.
    """
    now = _reasons(deals, comparison.current)
    if now.empty or now.loss_reason.isna().all():
        raise Unanswered(
            "Why deals were lost in {period:period} is not recorded: map loss_reason in "
            "opportunities.",
            period=comparison.period.name,
        )
    now = now.assign(share=now.lost / now.lost.sum(), base_share=np.nan)
    if comparison.base and len(before := _reasons(deals, comparison.base)):
        known = dict(zip(before.loss_reason.fillna(""), before.lost, strict=True))
        counts = now.loss_reason.fillna("").map(known).fillna(0)
        now["base_share"] = counts / before.lost.sum()
    return now[["loss_reason", "lost", "share", "base_share", "lost_amount"]]


def apart(deals: ibis.Table, period: Period, dimensions: Sequence[str]) -> pd.DataFrame:
    """Return the groups whose win rate differs from that of all other deals closed, beyond chance.

    Fisher's exact test of each value of each dimension against the rest, Bonferroni's correction
    over all of them: where nothing differs, 19 of 20 reports name nobody. The surest is named and
    taken out before the next is looked for, so that one odd group does not make the others odd.
    What differs for another reason (a newcomer, a harder region) is in it: a difference, not its
    cause.

    Columns: dimension, name, won, closed, win_rate, rest_rate, low_gap, high_gap (of the rate less
    the rest's, 95 %), yearly_amount (money closed, a year), p (corrected), period; surest first.
    """
    inside = between(deals.filter(deals.outcome != "open"), period, "closed_on")
    won = (inside.outcome == "won").cast("int64").sum()
    amount = inside.amount.sum().cast("float64")
    grouped = inside.group_by([*dimensions]).agg(won=won, closed=inside.count(), amount=amount)
    left, found = grouped.order_by([*dimensions]).execute(), []
    while len(tests := _tests(left, dimensions)) and tests[0]["p"] < SURE:
        found.append(tests[0])
        left = left[left[tests[0]["dimension"]] != tests[0]["name"]]
    rows = pd.DataFrame([_with_gap(one) for one in found], columns=_APART)
    rows["yearly_amount"] = rows.yearly_amount.astype(float) * _YEAR / period.days
    return rows.assign(period=period.name)


def undated(deals: ibis.Table) -> int:
    """Return how many closed deals tell no day on which they closed: they are in no period."""
    return int(deals.filter((deals.outcome != "open") & deals.closed_on.isnull()).count().execute())


_APART = [
    *("dimension", "name", "won", "closed", "win_rate", "rest_rate", "low_gap", "high_gap"),
    *("yearly_amount", "p", "period"),
]


def _counts(deals: ibis.Table, by: list[str]) -> pd.DataFrame:
    won, lost = (deals.is_inside & (deals.outcome == outcome) for outcome in ("won", "lost"))
    amount = deals.amount.cast("float64")
    sums = {
        "won": won.cast("int64").sum(),
        "lost": lost.cast("int64").sum(),
        "won_amount": amount.sum(where=won),
        "closed_amount": amount.sum(where=won | lost),
        "lost_priced": (lost & (deals.amount > 0)).fill_null(False).cast("int64").sum(),
    }
    rows = (
        deals.group_by(by).agg(**sums).order_by(by) if by else deals.aggregate(**sums)
    ).execute()
    counts = {name: rows[name].fillna(0).astype(int) for name in ("won", "lost", "lost_priced")}
    amounts = {name: rows[name].fillna(0.0) for name in ("won_amount", "closed_amount")}
    rows = rows.assign(**counts, **amounts)
    rows.insert(len(by) + 2, "closed", rows.won + rows.lost)
    return rows


def _shrunk(won: pd.Series, closed: pd.Series) -> pd.Series:
    """Beta-binomial: the groups' spread beyond chance says how many deals the whole counts for."""
    total = closed.sum()
    if not total:
        return pd.Series(np.nan, won.index)
    mean = won.sum() / total
    chance = mean * (1 - mean) * ((closed > 0).sum() - 1)
    spread = (closed * (won / closed.where(closed > 0) - mean) ** 2).sum() - chance
    size = total - (closed**2).sum() / total
    between_groups = max(spread / size, 0) if size > 0 else 0
    k = mean * (1 - mean) / between_groups - 1 if between_groups > 0 else total
    k = min(max(k, _LEAST), total)
    return ((won + k * mean) / (closed + k)).where(closed > 0)


def _reasons(deals: ibis.Table, period: Period) -> pd.DataFrame:
    lost = between(deals.filter(deals.outcome == "lost"), period, "closed_on")
    rows = lost.group_by("loss_reason").agg(
        lost=lost.count(), lost_amount=lost.amount.sum().cast("float64")
    )
    return rows.order_by(ibis.desc("lost"), "loss_reason").execute()


def _tests(rows: pd.DataFrame, dimensions: Sequence[str]) -> list[dict]:
    """Each value of each dimension against all other deals, surest first; p corrected for all."""
    from scipy.stats import fisher_exact

    won, closed, found = int(rows.won.sum()), int(rows.closed.sum()), []
    for dimension in dimensions:
        groups = rows.groupby(dimension)[["won", "closed", "amount"]].sum()
        for one in groups[groups.closed < closed].itertuples():
            rest = (won - one.won, closed - one.closed)
            table = [[one.won, one.closed - one.won], [rest[0], rest[1] - rest[0]]]
            about = {"dimension": dimension, "name": one.Index, "rest": rest, "won": int(one.won)}
            about |= {"closed": int(one.closed), "yearly_amount": one.amount}
            found.append(about | {"p": float(fisher_exact(table).pvalue)})
    found = [one | {"p": min(one["p"] * len(found), 1.0)} for one in found]
    return sorted(found, key=lambda one: (one["p"], one["dimension"], str(one["name"])))


def _with_gap(one: dict) -> dict:
    """The two rates and the interval of their difference (Newcombe)."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    rest_won, rest = one["rest"]
    low, high = confint_proportions_2indep(
        one["won"], one["closed"], rest_won, rest, compare="diff", method="newcomb"
    )
    rate = {"win_rate": one["won"] / one["closed"], "rest_rate": rest_won / rest}
    return one | rate | {"low_gap": float(low), "high_gap": float(high)}
