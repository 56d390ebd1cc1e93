"""Cross price: how our orders of a category follow our own price and a rival's, week by week."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.market import price_index, price_moves
from revwork.analysis.market.price_moves import US
from revwork.calendar import Period
from revwork.findings import Message

MOST = 1_000  # products, those with most orders
FEWEST_WEEKS, FEWEST = 26, 5  # of the panel; products of a category
BLOCK = 4  # weeks in which a category's shocks may hang together
_Z95 = 1.959964
_NAMES = ("cross_elasticity", "own_elasticity")


def measured(
    lines: ibis.Table, sources: Sequence[ibis.Table], asked: tuple[Period, str]
) -> pd.DataFrame:
    """Return what `elasticities` tells of sales lines and prices.

    `sources` are competitor_prices, prices, products and competitor_events; `asked` is the period
    whose moves count, and the currency.
    """
    *priced, events = sources
    offers = price_index.offers(*priced, asked[1]).cache()
    moved = price_moves.moves(offers, events, asked[0])
    return elasticities(panel(lines, offers), levels(offers), moved)


def panel(lines: ibis.Table, offers: ibis.Table) -> pd.DataFrame:
    """Return one row per product and week in which our price was seen beside a rival's.

    `offers` is what `price_index.offers` returns. Whole weeks that the orders span; the 1,000
    products with most orders. A week in which nobody bought is 0 orders.

    Columns: product_id, category, week (its Monday), ours (mean logarithm of our price), orders.
    """
    sold = lines.filter(~lines.is_return & lines.product_id.notnull())
    sold = sold.mutate(week=sold.order_date.truncate("W"))
    span = sold.aggregate(
        first=sold.order_date.min(),
        last=(sold.order_date.max() - ibis.interval(days=6)).truncate("W"),
    )
    weekly = sold.group_by(["product_id", "week"]).agg(orders=sold.order_id.nunique())
    most = weekly.group_by("product_id").agg(size=weekly.orders.sum())
    most = most.order_by([ibis.desc("size"), "product_id"]).limit(MOST).select("product_id")
    known = offers.filter(offers.ours.notnull())
    known = known.semi_join(most, "product_id")
    seen = known.group_by(["product_id", "category", "week"]).agg(
        ours=known.ours.cast("float64").ln().mean()
    )
    joined = seen.left_join(weekly, ["product_id", "week"]).cross_join(span)
    inside = joined.filter((joined.week >= joined.first) & (joined.week <= joined.last))
    rows = inside.select(
        "product_id", "category", "week", "ours", orders=inside.orders.fill_null(0)
    )
    return rows.order_by(["product_id", "week"]).execute().astype({"category": object})


def levels(offers: ibis.Table) -> pd.DataFrame:
    """Return how high a rival's prices of a category stand each week, against their own mean.

    Columns: competitor, category, week, level (logarithm, over the products seen that week, each
    less its own mean over all weeks).
    """
    series = ["competitor", "category", "product_id", "currency", "region"]
    known = offers.mutate(price=offers.price.cast("float64").ln())
    usual = known.price.mean().over(ibis.window(group_by=series))
    apart = known.mutate(apart=known.price - usual)
    rows = apart.group_by(["competitor", "category", "week"]).agg(level=apart.apart.mean())
    found = rows.order_by(["competitor", "category", "week"]).execute()
    return found.astype({"category": object})


def elasticities(panel: pd.DataFrame, levels: pd.DataFrame, moved: pd.DataFrame) -> pd.DataFrame:
    """Return by how many percent our orders of a category change per percent of a price.

    For each category in which a rival moved its prices (`moved` is what `price_moves.moves`
    returns): orders of a product in a week by Poisson's likelihood, with an effect of each product
    and each week and a trend of each category, on our own price and on the level of each rival
    that moved there. The interval (95 %) is the wider of two, clustered by product, and by
    category and four weeks. Other products tell how the week was; that prices are not set at
    random remains true.

    Columns: competitor, category, cross_elasticity and own_elasticity, each with low_ and high_;
    products (of the category), weeks. Null ones where products or weeks are too few to tell.

    Formula: cross_elasticity = change of our orders in % per 1 % of the rival's price; How far our
    orders follow a rival's price: above 0 its cuts cost us orders.
    Formula: own_elasticity = change of our orders in % per 1 % of our price; How far our orders
    follow our own price.
    """
    theirs = moved[(moved.competitor != US) & moved.competitor.notna()]
    found = []
    for category, part in theirs.groupby("category", dropna=False):
        rivals = sorted(part.competitor.unique())
        told = _of_category(panel, levels, None if pd.isna(category) else category, rivals)
        found += [{"competitor": rival, "category": category, **told[rival]} for rival in rivals]
    ends = [f"{end}{name}" for name in _NAMES for end in ("", "low_", "high_")]
    columns = ["competitor", "category", *ends, "products", "weeks"]
    return pd.DataFrame(found, columns=columns).astype({"category": object})


def reading(rows: pd.DataFrame) -> Message:
    """Name the rival whose prices our orders follow most."""
    known = rows.dropna(subset="cross_elasticity")
    clear = known[known.low_cross_elasticity > 0]
    if clear.empty:
        return Message("No order of ours follows a rival's price beyond chance", {})
    one = clear.loc[clear.cross_elasticity.idxmax()]
    return Message(
        "{category:text}: 1 % off the prices of {rival:text} takes {drop:decimal} % of our orders "
        "({low:decimal} to {high:decimal})",
        {
            **{"category": one.category, "rival": one.competitor, "drop": one.cross_elasticity},
            **{"low": one.low_cross_elasticity, "high": one.high_cross_elasticity},
        },
    )


def _of_category(
    panel: pd.DataFrame, levels: pd.DataFrame, category: str | None, rivals: Sequence[str]
) -> dict[str, dict]:
    """By rival what one regression tells of a category; nothing where there is too little."""
    level = levels[_is(levels.category, category) & levels.competitor.isin(rivals)]
    level = level.pivot(index="week", columns="competitor", values="level").reindex(columns=rivals)
    rows = panel[panel.week.isin(level.dropna().index)]
    rows = rows[rows.groupby("product_id").orders.transform("sum") > 0]
    inside = _is(rows.category, category).to_numpy()
    size = {"products": rows.product_id[inside].nunique(), "weeks": rows.week[inside].nunique()}
    others = rows.product_id[~inside].nunique()
    if min(size["products"], others) < FEWEST or size["weeks"] < FEWEST_WEEKS:
        return dict.fromkeys(rivals, size)
    theirs = level.loc[rows.week].to_numpy() * inside[:, None]
    ours = rows.ours.to_numpy()
    value, error = _fitted(rows, np.column_stack([theirs, ours * inside, ours * ~inside]))
    own = _ends("own_elasticity", value[len(rivals)], error[len(rivals)])
    return {
        rival: _ends("cross_elasticity", value[at], error[at]) | own | size
        for at, rival in enumerate(rivals)
    }


def _fitted(rows: pd.DataFrame, prices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of the prices and their errors, beside a trend of each category."""
    product, week = (rows[name].factorize()[0] for name in ("product_id", "week"))
    category = rows.category.factorize(use_na_sentinel=False)[0]
    passed = (rows.week - rows.week.min()) / pd.Timedelta(days=365.25)
    kinds = np.arange(1, category.max() + 1)
    trends = passed.to_numpy()[:, None] * (category[:, None] == kinds)
    varied = np.column_stack([prices, trends])
    groups = (product, week)
    beta, inner, scores = _poisson(rows.orders.to_numpy(float), varied, groups)
    block = category * (week.max() // BLOCK + 1) + _order(rows.week) // BLOCK
    errors = [_clustered(inner, scores, group) for group in (product, block)]
    return beta[: prices.shape[1]], np.maximum(*errors)[: prices.shape[1]]


def _poisson(
    orders: np.ndarray, varied: np.ndarray, groups: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Poisson regression with two sets of effects taken out (Correia, Guimarães and Zylkin 2020).

    Reweighted least squares on what is left of each column once both weighted means are taken
    away. Returns coefficients, the inverse of their information, and each row's score.
    """
    mean = (orders + orders.mean()) / 2
    beta = np.zeros(varied.shape[1])
    for _ in range(50):
        working = np.log(mean) + (orders - mean) / mean
        left = _within(np.column_stack([varied, working]), mean, groups)
        weighted = left[:, :-1] * mean[:, None]
        inner = np.linalg.pinv(left[:, :-1].T @ weighted)
        old, beta = beta, inner @ (weighted.T @ left[:, -1])
        fitted = working - (left[:, -1] - left[:, :-1] @ beta)
        mean = np.exp(np.clip(fitted, -20, 20))
        if np.abs(beta - old).max() < 1e-8:
            break
    return beta, inner, left[:, :-1] * (orders - mean)[:, None]


def _within(
    columns: np.ndarray, weight: np.ndarray, groups: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Columns less their weighted means by group, in turns until nothing is left to take away."""
    from scipy.sparse import csr_array

    rows = np.arange(len(weight))
    members = [csr_array((weight, (group, rows))) for group in groups]
    totals = [np.maximum(one.sum(axis=1), 1e-12)[:, None] for one in members]
    for _ in range(200):
        for group, one, total in zip(groups, members, totals, strict=True):
            means = (one @ columns) / total
            columns = columns - means[group]
        if np.abs(means).max() < 1e-9:
            break
    return columns


def _clustered(inner: np.ndarray, scores: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Standard errors with the scores of a group added up (sandwich)."""
    sums = pd.DataFrame(scores).groupby(group).sum().to_numpy()
    count = len(sums)
    return np.sqrt(np.diag(inner @ (sums.T @ sums) @ inner) * count / max(count - 1, 1))


def _ends(name: str, value: float, error: float) -> dict[str, float]:
    ends = {"": value, "low_": value - _Z95 * error, "high_": value + _Z95 * error}
    return {f"{end}{name}": round(float(at), 6) for end, at in ends.items()}


def _order(weeks: pd.Series) -> np.ndarray:
    return ((weeks - weeks.min()).dt.days // 7).to_numpy()


def _is(values: pd.Series, category: str | None) -> pd.Series:
    return values.isna() if category is None else values == category
