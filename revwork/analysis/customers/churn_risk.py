"""Churn risk: how likely each customer is to leave, whether that held true, and what is at risk."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.customers.churn_history import FACTS, HELD_OUT, TODAY
from revwork.findings import Message, Unanswered
from revwork.metrics import wilson

FEWEST = 50  # who left, and who stayed, in what is learnt from and in what calibrates it
LEVEL, BINS, SEED = 0.95, 10, 5
_Z95 = 1.959964


def scored(history: pd.DataFrame) -> pd.DataFrame:
    """Return today's customers with the chance that they leave within their group's gap.

    `history` is what `churn_history.history` returns. Fitted on looks 1.5 gaps ago and further
    back, calibrated on those of one gap ago. Columns: those of history, segment (null: not
    recorded), chance (0–1), base_rate
    (the share that left, of those it is calibrated on), chance_error (of the level of all
    chances, in logits).

    Formula: chance = calibrated probability; How likely the customer is to leave within the gap of
    the group.
    """
    return _looked(history, TODAY)


def known(history: pd.DataFrame) -> pd.DataFrame:
    """Return what `scored` does, and no row where history is too short to learn from."""
    try:
        return scored(history)
    except Unanswered:
        return history.head(0).assign(chance=0.0, base_rate=0.0, chance_error=0.0)


def held_out(history: pd.DataFrame) -> pd.DataFrame:
    """Return the customers of one gap ago with the chance they would have been given that day.

    By what was known then: fitted on looks 2.5 and 3 gaps ago, calibrated on those of two.
    Columns as `scored`.
    """
    return _looked(history, HELD_OUT)


def chances(
    fitted: pd.DataFrame, calibrated: pd.DataFrame, asked: pd.DataFrame, facts: Sequence[str]
) -> pd.DataFrame:
    """Return `asked` with chance, base_rate and chance_error, as `scored` has them.

    Gradient-boosted trees on `facts` (numbers or categories, null allowed) and churned of the rows
    `fitted`, then Platt's logistic calibration on other, later rows. Raises Unanswered where fewer
    than 50 left or stayed in either.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    _enough(fitted, calibrated)
    model = HistGradientBoostingClassifier(
        **{"max_iter": 80, "learning_rate": 0.06, "max_leaf_nodes": 12, "min_samples_leaf": 40},
        **{"l2_regularization": 1.0, "random_state": SEED, "early_stopping": False},
        categorical_features="from_dtype",
    )
    with threadpool_limits(1):  # threads that wait for one another take fifty times as long
        trees = model.fit(fitted[[*facts]], fitted.churned)
        known, new = (
            trees.decision_function(rows[[*facts]]) if len(rows) else np.empty(0)
            for rows in (calibrated, asked)
        )
    platt = LogisticRegression(C=1e6).fit(known.reshape(-1, 1), calibrated.churned)
    slope, level = platt.coef_[0, 0], platt.intercept_[0]
    sure, chance = (1 / (1 + np.exp(-(level + slope * logit))) for logit in (known, new))
    return asked.assign(
        chance=np.round(chance, 6),
        base_rate=calibrated.churned.mean(),
        chance_error=1 / np.sqrt((sure * (1 - sure)).sum()),
    )


def quality(rows: pd.DataFrame) -> pd.DataFrame:
    """Return in one row how well chances told who left; rows are what `held_out` returns.

    Columns: customers, left_share (who left), auc with low_auc and high_auc (95 %, DeLong; .5 is
    chance, null where all or none left), brier (mean squared error), brier_base (of the base rate
    for everybody), skill (1 − brier / brier_base).

    Formula: auc = share of pairs of one who left and one who stayed in which the first had the
    higher chance; How well the chances tell who leaves: 0.5 is a guess, 1 is always right.
    Formula: brier = mean of (chance − outcome)²; How far the chances are off: lower is better.
    Formula: skill = 1 − error ÷ error of the base rate; How much of the error of one chance for
    everybody is gone.
    """
    brier = ((rows.chance - rows.churned) ** 2).mean()
    base = ((rows.base_rate - rows.churned) ** 2).mean()
    auc, error = _auc(rows.chance.to_numpy(), rows.churned.to_numpy() > 0)
    return pd.DataFrame(
        {
            "customers": [len(rows)],
            "left_share": rows.churned.mean(),
            "auc": auc,
            "low_auc": auc - _Z95 * error,
            "high_auc": min(auc + _Z95 * error, 1.0),
            "brier": brier,
            "brier_base": base,
            "skill": 1 - brier / base if base else np.nan,
        }
    )


def reliability(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the chances told beside what came true, in ten groups of as many customers.

    Columns: chance (their mean), share (who left) with low_share and high_share (Wilson, 95 %),
    customers. Equal chances stay together.
    """
    place = np.ceil(rows.chance.rank(method="average", pct=True) * BINS)
    grouped = rows.groupby(place)
    found = grouped.agg(chance=("chance", "mean"), left=("churned", "sum"), n=("churned", "size"))
    found = found.reset_index(drop=True)
    shares = wilson(found.left, found.n, LEVEL)
    return found[["chance"]].join(shares).assign(customers=found.n)


def at_risk(rows: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return what may leave with the customers: chance × what each left in the last 365 days.

    Customers who cost money put none at risk. The interval (95 %) takes them as leaving
    independently, and the level of all chances as uncertain as its calibration.

    Columns: `by`, customers, year_margin (money, of all), at_risk_amount with low_at_risk_amount
    and high_at_risk_amount, at_risk_share (of it). Raises Unanswered by segment without a row.

    Formula: at_risk_amount = chance × margin of the last 365 days; What customers who
    may leave brought in a year.
    """
    if by:
        _told(rows)
    brings = rows.year_margin.clip(lower=0)
    spread = rows.chance * (1 - rows.chance)
    sums = rows[[*by]].assign(
        customers=1,
        year_margin=brings,
        at_risk_amount=rows.chance * brings,
        alone=spread * brings**2,
        together=spread * brings * rows.chance_error,
    )
    found = sums.groupby([*by], dropna=False).sum() if by else sums.sum().to_frame().T
    half = _Z95 * np.sqrt(found.pop("alone") + found.pop("together") ** 2)
    found["low_at_risk_amount"] = (found.at_risk_amount - half).clip(lower=0)
    found["high_at_risk_amount"] = np.minimum(found.at_risk_amount + half, found.year_margin)
    share = found.at_risk_amount / found.year_margin.where(found.year_margin > 0)
    found = found.assign(at_risk_share=share).round(6)
    found = (found.reset_index() if by else found).astype({"customers": int})
    known = {name: found[name].astype(object).where(found[name].notna(), None) for name in by}
    return found.assign(**known)


def came_true(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what `at_risk` would have said of those held out, beside what left with them.

    Columns: those of `at_risk`, lost_amount (year_margin of those who left).
    """
    lost = (rows.year_margin.clip(lower=0) * rows.churned).sum()
    return at_risk(rows).assign(lost_amount=lost)


def riskiest(rows: pd.DataFrame, customers: ibis.Table, most: int = 12) -> pd.DataFrame:
    """Return the customers with the most money at risk, who bought only once among them.

    Columns: customer_id, customer_name, segment, orders, subscribed, recency_share (days since the
    last purchase, of the gap), chance, year_margin, at_risk_amount (money). Raises Unanswered
    without a row.
    """
    _told(rows)
    risk = rows.assign(at_risk_amount=rows.chance * rows.year_margin.clip(lower=0))
    top = risk.sort_values(["at_risk_amount", "customer_id"], ascending=[False, True]).head(most)
    names = customers.filter(customers.customer_id.isin([*top.customer_id]))
    names = names.select("customer_id", "customer_name").execute()
    shown = top.merge(names, "left", "customer_id")
    shown = shown.assign(
        recency_share=shown.recency,
        orders=shown.orders.astype(int),
        subscribed=shown.subscribed > 0,
    )
    columns = ["customer_id", "customer_name", "segment", "orders", "subscribed", "recency_share"]
    return shown[[*columns, "chance", "year_margin", "at_risk_amount"]]


def calibration(groups: pd.DataFrame) -> Message:
    """Say how many of the customers held out were expected to leave, and how many did."""
    n = groups.customers.sum()
    told = (groups.chance * groups.customers).sum() / n
    came = (groups["share"] * groups.customers).sum() / n
    return Message(
        "Of {n:number} customers {told:percent} were expected to leave, and {came:percent} did",
        {"n": n, "told": told, "came": came},
    )


def ranking(rows: pd.DataFrame) -> Message:
    """Say how far the chances rank those who leave above those who stay."""
    row = rows.iloc[0]
    return Message(
        "AUC {auc:decimal} ({low:decimal} to {high:decimal}); of the error of one chance for "
        "everybody {skill:percent} is gone",
        {"auc": row.auc, "low": row.low_auc, "high": row.high_auc, "skill": row.skill},
    )


def exposure(rows: pd.DataFrame) -> Message:
    """Say what is at risk in all, and where most of it is."""
    top = rows.loc[rows.at_risk_amount.idxmax()]
    return Message(
        "{risk:money} of a year's margin is at risk, most of it in {part:text}",
        {"risk": rows.at_risk_amount.sum(), "part": top.iloc[0]},
    )


def _looked(history: pd.DataFrame, look: float) -> pd.DataFrame:
    history = history.assign(group=history.group.astype("category"))
    earlier = history[history.look >= look + 1.5]
    just_known = history[history.look == look + 1]
    asked = history[history.look == look]
    found = chances(earlier, just_known, asked, [*FACTS, "group"])
    group = found.group.astype(object).where(found.group != "", None)
    return found.assign(group=group, segment=group).reset_index(drop=True)


def _told(rows: pd.DataFrame) -> None:
    if rows.empty:
        raise Unanswered(
            "No customer's chance to leave is known: add earlier orders that name customers."
        )


def _enough(*rows: pd.DataFrame) -> None:
    fewest = min(min((one.churned == 1).sum(), (one.churned == 0).sum()) for one in rows)
    if fewest < FEWEST:
        raise Unanswered(
            "The chance to leave is learnt from customers who left or stayed: {fewest:number} of "
            "either are needed, {n:number} are known. Add earlier orders.",
            fewest=FEWEST,
            n=int(fewest),
        )


def _auc(chance: np.ndarray, left: np.ndarray) -> tuple[float, float]:
    """The area under the ROC curve with its standard error, by DeLong's placements."""
    from scipy.stats import rankdata

    yes, no = left.sum(), (~left).sum()
    if min(yes, no) < 2:
        return np.nan, np.nan
    every = rankdata(chance)
    above = (every[left] - rankdata(chance[left])) / no
    below = 1 - (every[~left] - rankdata(chance[~left])) / yes
    return above.mean(), float(np.sqrt(above.var(ddof=1) / yes + below.var(ddof=1) / no))
