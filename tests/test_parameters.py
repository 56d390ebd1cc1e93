"""The numbers the sample runs on are recovered from its tables by simple estimators.

An estimate comes with its standard error: the planted value lies within four of them (`SURE`), and
the error is no larger than stated, or an interval that holds it would say nothing.
"""

import tomllib
from functools import cache

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from companies import FIRST, LAST, SAMPLE, SEEDS, built, once
from generator.company import SEGMENTS, holidays
from generator.names import STAGES
from scipy import optimize
from scipy.sparse import csr_array
from scipy.special import expit, gammaln
from scipy.stats import chi2
from statsmodels.tools.numdiff import approx_hess

COMPANIES = [(18, 1), (SEEDS[0], 1), (SEEDS[1], 1), (SEEDS[2], 5)]  # seed, times the customers
SURE, RARE = 4, 0.9999
CALM = pd.Timestamp("2025-06-01")  # before it, of what is planted only the niche moves orders
DAYS = pd.date_range(FIRST, LAST, inclusive="left")
MONTH = 30.4
LIMITS = [(0, 1), (1, 24), (0.4, 0.95)]  # of a ramp: where it starts, months, the chance to win
WEB = {"Search": "Paid search", "Email": "Newsletter"}


def poisson(counts, columns):
    """Fit counts by logarithms: a slope and its variance for each measure, texts held fixed."""
    x = pd.get_dummies(columns, drop_first=True, dtype=float).assign(constant=1.0)
    table, rate = csr_array(x.to_numpy()), counts.to_numpy() + 0.5
    for _ in range(8):
        weighed = (table * rate[:, None]).T
        seen = np.log(rate) + (counts - rate) / rate
        slopes = np.linalg.solve((weighed @ table).toarray(), weighed @ seen.to_numpy())
        rate = np.exp(table @ slopes)
    spread = ((counts - rate) ** 2 / rate).sum() / (len(x) - len(x.columns))
    wide = np.linalg.inv((weighed @ table).toarray()) * max(spread, 1)
    return pd.Series(slopes, x.columns), pd.DataFrame(wide, x.columns, x.columns)


def likeliest(loss, start):
    """Return what makes the loss smallest, and its covariance."""
    found = optimize.minimize(loss, start, method="Nelder-Mead", options={"maxiter": 4000})
    return found.x, np.linalg.inv(approx_hess(found.x, loss))


@cache
def asked(made, offers):
    """A product's price by day, in logarithms, against its category's level."""
    prices = made.prices[made.prices.currency == "EUR"]
    table = prices.pivot(index="valid_from", columns="product_id", values="list_price")
    table = np.log(table.reindex(table.index.union(DAYS)).ffill().loc[DAYS])
    category = made.products.set_index("product_id").category[table.columns]
    january = table.index.dayofyear == 1  # lists rise then, each category by its own rate
    risen = table.diff()[january].T.groupby(category).median().T
    table -= risen.reindex(table.index).fillna(0).cumsum()[category].to_numpy()
    for offer in made.promotions.itertuples() if offers else ():
        those = category.index[category == offer.category]
        those = [offer.product_id] if offer.product_id else those
        table.loc[offer.start_date : offer.end_date, those] += np.log1p(-offer.discount_rate)
    return table


@cache
def demand(made):
    """What moves a product's lines a month: its price, the rival's cut, the year. Households and
    firms, in the web shop and elsewhere, each by themselves, then together by their precision."""
    lines, niche = made.sold(), made.effect("niche")[0]
    lines = lines[(lines.segment != niche["segment"]) | (lines.region != niche["region"])]
    kinds = lines.groupby([lines.segment == "Household", lines.channel == "Web shop"])
    parts = [moved(made, part, asked(made, kind[1])) for kind, part in kinds]
    sure = [np.linalg.inv(wide) for _, wide in parts]
    wide = pd.DataFrame(np.linalg.inv(sum(sure)), parts[0][1].index, parts[0][1].index)
    return wide @ sum(s @ found for s, (found, _) in zip(sure, parts, strict=True)), wide


def moved(made, lines, price):
    """Slopes of one kind of lines; months a product was not on sale throughout are left out."""
    effect, since = made.effect("rival")
    out = made.demand[made.demand.kind == "stock_out"]
    last = lines.groupby("product_id").order_date.max()
    frame = {
        "count": pd.crosstab(period(lines.order_date, since), lines.product_id).stack(),
        "price": price[last.index].groupby(period(price.index, since)).mean().stack(),
        "out": pd.crosstab(period(out.date, since), out.product_id).stack(),
    }
    cells = pd.DataFrame(frame).dropna(subset="price").fillna(0)
    cells = cells.rename_axis(["month", "product_id"]).reset_index()
    cells = cells.merge(made.products[["product_id", "category", "launched_on"]])
    begun = pd.to_datetime(cells.month.str[:7] + "-01")
    ended = cells.product_id.map(last.where(last < LAST - pd.Timedelta(days=90), LAST))
    cells = cells[
        (begun >= pd.to_datetime(cells.launched_on))
        & (begun + pd.offsets.MonthEnd(1) < ended)
        & (cells.out == 0)
        & (cells.product_id != made.effect("pair")[0]["product_id"][1])
    ]
    cells = cells[cells.groupby("product_id")["count"].transform("sum") > 0]
    late = cells.month.str.endswith("late") & (cells.category == effect["category"])
    columns = cells[["month", "product_id"]].assign(cut=late * cut(made))
    for name in made.products.category.unique():
        inside = cells.category == name
        columns[f"price {name}"] = cells.price * inside
        columns[f"year {name}"] = (cells.month.str[:4].astype(int) - 2024.0) * inside
    measures = columns.columns[2:-1]
    found, wide = poisson(cells["count"], columns.drop(columns=f"year {name}"))
    return found[measures], wide.loc[measures, measures]


def period(days, since):
    """Months, the one in which a rival cuts its prices in two."""
    days = pd.Series(days).reset_index(drop=True)
    return (days.dt.strftime("%Y-%m") + np.where(days >= since, " late", "")).to_numpy()


def cut(made):
    """How far the rival's prices fell against ours, in logarithms."""
    where, since = made.effect("rival")
    prices = made.competitor_prices.merge(made.products[["product_id", "category"]])
    mine = (prices.competitor == where["competitor"]) & (prices.category == where["category"])
    prices = prices[mine]
    level = np.log(prices.price / prices.our_price)
    sides = level.groupby([prices.product_id, prices.date >= since]).mean().unstack()
    return (sides[True] - sides[False]).mean()


def slope(made, name):
    found, wide = demand(made)
    return found[name], np.sqrt(wide.loc[name, name])


def price_elasticity(made, where):
    return slope(made, f"price {where['category']}")


def cross_price(made, where):
    return slope(made, "cut")


def mix_shift_year(made, where):
    """How a category moves from year to year, against the mean of all six."""
    found, wide = demand(made)
    names = [f"year {name}" for name in made.products.category.unique()]
    place = names.index(f"year {where['category']}")
    row = ((np.eye(6) - 1 / 6)[place])[:5]
    found, wide = found[names[:5]], wide.loc[names[:5], names[:5]]
    return row @ found, np.sqrt(row @ wide @ row)


@cache
def visits(made):
    """Visits by source, and euros spent by channel, by country and week; whole weeks only."""
    table = made.sessions.assign(week=made.sessions.date.dt.to_period("W"))
    seen = table.groupby(["week", "region", "source"]).size().unstack(fill_value=0)
    cost = made.spend.assign(week=made.spend.date.dt.to_period("W"))
    cost = cost.groupby(["week", "region", "channel"]).cost.sum().unstack(fill_value=0)
    ends = seen.index.levels[0][[0, -1]]
    return seen.drop(ends), cost.drop(ends)


def carried(spent, part):
    """Adstock by week and country, begun at the first year's mean."""
    left, found = spent[:52].mean(0), []
    for week in spent:
        left = part * left + (1 - part) * week
        found.append(left)
    return np.array(found)


@cache
def curve(made, channel):
    """Share of a channel's visits against free ones as adstock saturates: log effect, logit
    adstock, log half saturation; and their covariance."""
    seen, cost = visits(made)
    free = (seen["Organic search"] + seen["Direct"]).unstack()
    came, spent = seen[WEB.get(channel, channel)].unstack(), cost[channel].unstack().to_numpy()
    size = (free.sum() / free.to_numpy().sum()).to_numpy()

    def loss(guess):
        stock = carried(spent, expit(guess[1]))
        times = np.exp(guess[0]) * stock / (stock + np.exp(guess[2]) * size)
        many = came.to_numpy()
        return -(many * np.log(times) - (many + free.to_numpy()) * np.log1p(times)).sum()

    return likeliest(loss, [-0.7, -1.0, np.log(spent.sum(1).mean())])


def adstock(made, where):
    found, wide = curve(made, where["channel"])
    part = expit(found[1])
    return part, part * (1 - part) * np.sqrt(wide[1, 1])


def half_saturation_week(made, where):
    found, wide = curve(made, where["channel"])
    return np.exp(found[2]), np.exp(found[2]) * np.sqrt(wide[2, 2])


@cache
def brought(made):
    """Orders that began with a visit in the last twelve whole months, with net revenue in euros."""
    lines = made.orders[["order_id", "order_date", "currency", "net_amount"]]
    rates = made.fx_rates.sort_values("date").rename(columns={"date": "order_date"})
    lines = pd.merge_asof(lines.sort_values("order_date"), rates, on="order_date", by="currency")
    net = (lines.net_amount * lines.rate.fillna(1)).groupby(lines.order_id).sum()
    year = pd.Timestamp("2025-09-01"), pd.Timestamp("2026-09-01")
    inside = (made.sessions.date >= year[0]) & (made.sessions.date < year[1])
    orders = made.sessions[made.sessions.order_id.notna() & inside]
    cost = made.spend[(made.spend.date >= year[0]) & (made.spend.date < year[1])]
    return orders.assign(net=orders.order_id.map(net)), cost.groupby("channel").cost.sum()


def roas(made, where):
    orders, cost = brought(made)
    net = orders.net[orders.source == WEB.get(where["channel"], where["channel"])]
    return net.sum() / cost[where["channel"]], np.sqrt((net**2).sum()) / cost[where["channel"]]


def marginal_roas(made, where):
    """The part of an average euro's return that the next one still has, on the fitted curve."""
    channel, (orders, cost) = where["channel"], brought(made)
    orders = orders[orders.source == WEB.get(channel, channel)]
    seen, spend = visits(made)
    free = (seen["Organic search"] + seen["Direct"]).groupby("region").sum()
    found, wide = curve(made, channel)
    spent = spend[channel].unstack()
    stock = pd.DataFrame(carried(spent.to_numpy(), expit(found[1])), spent.index, spent.columns)
    stock = stock.stack().reindex([orders.date.dt.to_period("W"), orders.region]).to_numpy()
    half = np.exp(found[2]) * orders.region.map(free / free.sum()).to_numpy()
    each = orders.net * half / (stock + half) / cost[channel]
    moved = (each * stock / (stock + half)).sum() * np.sqrt(wide[2, 2])
    return each.sum(), np.hypot(np.sqrt((each**2).sum()), moved)


@cache
def decided(made):
    """Deals that left a stage: whether they went on, and how long their owner had been there."""
    history = made.opportunity_history.merge(
        made.opportunities[["opportunity_id", "segment", "owner"]], on="opportunity_id"
    )
    deal = history.groupby("opportunity_id")
    history["left"], history["next"] = deal.changed_on.shift(-1), deal.stage.shift(-1)
    stall = made.world.plan.stall
    stuck = history.segment == SEGMENTS[stall.segment]
    stuck &= history.stage == STAGES[stall.stage]
    left = history[history.left.notna() & ~stuck]
    joined = left.owner.map(made.people.set_index("person_id").start_date)
    months = (left.left - joined).dt.days / MONTH
    return left.assign(on=left.next != "Closed Lost", months=months)


def stage_probability(made, where):
    left = decided(made)
    past = (left.stage != "Negotiation") | (left.months > 6)
    on = left.on[(left.stage == where["stage"]) & past]
    return on.mean(), np.sqrt(on.mean() * (1 - on.mean()) / len(on))


def monthly_churn(made, where):
    """Subscribers who left, by month subscribed; before its price rose, where leaving is faster."""
    rows = made.subscriptions[made.subscriptions["plan"] == where["plan"]]
    effect, since = made.effect("churn")
    until = since if effect["plan"] == where["plan"] else LAST
    whole = rows.groupby("subscription_id").start_date.min().to_frame("start")
    whole["end"] = rows.groupby("subscription_id").tail(1).set_index("subscription_id").end_date
    whole["end"] = whole.end.fillna(LAST)
    whole = whole[whole.start < until]
    months = (whole.end.clip(upper=until) - whole.start).dt.days.sum() / MONTH
    left = (whole.end < until).sum()
    return left / months, np.sqrt(left) / months


def market_growth(made, where):
    table = made.market_size[made.market_size.category == where["category"]]
    years = (table.period_start - FIRST).dt.days / 365.25
    quarter = table.period_start.dt.quarter.astype(str)
    x = pd.get_dummies(pd.DataFrame({"years": years, "q": quarter, "r": table.region}), dtype=float)
    fit = sm.OLS(np.log(table.amount.astype(float)), x.drop(columns="q_1")).fit()
    return fit.params["years"], fit.bse["years"]


ESTIMATES = {  # the widest standard error at scale 1: so much, and so much of the value
    price_elasticity: (0.5, 0),
    cross_price: (0.6, 0),
    mix_shift_year: (0.035, 0),
    roas: (0, 0.4),
    marginal_roas: (0, 0.4),
    adstock: (0.06, 0),
    half_saturation_week: (0, 0.15),
    stage_probability: (0.04, 0),
    monthly_churn: (0, 0.15),
    market_growth: (0.004, 0),
}


def known(made, name):
    found = [(one["segment"], one["value"]) for one in made.parameters() if one["id"] == name]
    assert found
    return found


@pytest.fixture(scope="module", params=COMPANIES, ids=lambda c: f"seed {c[0]} scale {c[1]}")
def made(request):
    return built(request.param[0], scale=request.param[1])


@pytest.mark.parametrize("estimate", ESTIMATES, ids=lambda e: e.__name__)
def test_a_parameter_lies_within_the_interval_of_its_estimate(estimate, made):
    planted = known(made, estimate.__name__)
    level = np.mean([value for _, value in planted]) if estimate is mix_shift_year else 0
    least, part = ESTIMATES[estimate]
    for where, value in planted:
        found, wide = estimate(made, where)
        assert abs(found - (value - level)) < SURE * wide, where
        assert wide < least + part * abs(value), where


def season(made, segment):
    """How much a month is above the year outside the web shop, where advertising pulls no one."""
    lines, (niche, _) = once(made.sold()), made.effect("niche")
    lines = lines[(lines.segment == segment) & (lines.channel != "Web shop")]
    lines = lines[lines.customer_id != made.effect("costly")[0]["customer_id"]]
    lines = lines[(lines.segment != niche["segment"]) | (lines.region != niche["region"])]
    days = DAYS[DAYS < CALM]
    columns = {"month": days.strftime("%m"), "weekday": days.strftime("%a")}
    columns = pd.DataFrame(columns).assign(years=(days - FIRST).days / 365.25)
    if segment != "Household":
        columns["rest"] = holidays()[:, -len(DAYS) :].mean(0)[: len(days)]
    count = lines.groupby("order_date").size().reindex(days, fill_value=0)
    found, wide = poisson(count.reset_index(drop=True), columns)
    months = [name for name in found.index if name.startswith("month")]
    level = np.exp(np.r_[0, found[months]])
    level /= level.mean()
    moved = (np.diag(level) - np.outer(level, level) / 12)[:, 1:]
    return level, np.sqrt(np.diag(moved @ wide.loc[months, months] @ moved.T))


def test_the_season_of_each_segment_shows_month_by_month(made):
    for where, planted in known(made, "season"):
        found, wide = season(made, where["segment"])
        assert (abs(found - np.array(planted) / np.mean(planted)) < SURE * wide).all(), where
        assert wide.max() < 0.35, where


def day_noise(made):
    """Variance of a country's days beyond chance, by weeks and weekdays; weeks of no holiday."""
    orders, shut = once(made.sold()), DAYS[holidays()[:, -len(DAYS) :].any(0)].to_period("W")
    week = orders.order_date.dt.to_period("W")
    beyond = square = spread = 0
    for _, part in orders.groupby("region"):
        cells = pd.crosstab(week[part.index], part.order_date.dt.dayofweek)
        cells = cells.drop(shut, errors="ignore").iloc[1:-1].to_numpy()
        usual = np.outer(cells.sum(1), cells.sum(0)) / cells.sum()
        free = cells.size / ((len(cells) - 1) * 6)
        each = (cells - usual) ** 2 * free - usual
        beyond, square = beyond + each.sum(), square + (usual**2).sum()
        spread += (each**2).sum()
    return beyond / square, np.sqrt(spread) / square


def test_a_countrys_days_scatter_as_planted(made):
    ((_, planted),) = known(made, "day_noise")
    found, wide = day_noise(made)
    assert abs(found - planted**2) < SURE * wide
    assert wide < 0.006 / made.world.scale


def winning(made):
    """Minus the logarithm of the likelihood of deals decided, where newcomers win less at first."""
    left = decided(made)
    left = left[left.stage == "Negotiation"]

    def loss(guess):
        start, months, top = guess
        work = np.clip(start + (1 - start) * left.months / max(months, 0.1), start, 1)
        won = np.clip(top * work, 1e-9, 1 - 1e-9)
        return -np.log(np.where(left.on, won, 1 - won)).sum()

    return loss


def test_newcomers_win_less_until_the_planted_month(made):
    loss, ramp = winning(made), planted_ramp(made)
    best = optimize.minimize(loss, ramp, method="Nelder-Mead", bounds=LIMITS)
    assert 2 * (loss(ramp) - best.fun) < chi2.ppf(RARE, 3)


def test_three_companies_with_forty_times_the_deals_tell_the_ramp_from_none():
    apart = 0
    for seed in SEEDS:
        loss, ramp = winning(built(seed, scale=40)), planted_ramp(built(18))  # the same in all
        best = optimize.minimize(loss, ramp, method="Nelder-Mead", bounds=LIMITS)
        none = min(loss((1, 1, level)) for level in np.linspace(0.5, 0.8, 61))
        assert 2 * (loss(ramp) - best.fun) < chi2.ppf(RARE, 3)
        apart += 2 * (none - best.fun)
    assert apart > chi2.ppf(0.999, 2 * len(SEEDS))


def planted_ramp(made):
    ((_, start),), ((_, months),) = known(made, "ramp_start"), known(made, "ramp_months")
    chances = {where["stage"]: value for where, value in known(made, "stage_probability")}
    return start, months, chances["Negotiation"]


def bgnbd(count, last, age):
    """Minus the logarithm of the likelihood of orders after the first (Fader, Hardie, Lee 2005)."""

    def loss(logarithms):
        r, alpha, a, b = np.exp(logarithms)
        same = gammaln(r + count) - gammaln(r) + r * np.log(alpha)
        same += gammaln(a + b) + gammaln(b + count) - gammaln(b) - gammaln(a + b + count)
        still = -(r + count) * np.log(alpha + age)
        gone = np.log(a / (b + np.maximum(count, 1) - 1)) - (r + count) * np.log(alpha + last)
        return -(same + np.where(count > 0, np.logaddexp(still, gone), still)).sum()

    return loss


def joined(made, segment):
    """Days with orders after joining, weeks to the last and to CALM, of customers since FIRST."""
    people, (niche, _) = made.customers[made.customers.segment == segment], made.effect("niche")
    people = people[(people.segment != niche["segment"]) | (people.region != niche["region"])]
    people = people[people.customer_id != made.effect("costly")[0]["customer_id"]]
    since = people[(people.since >= FIRST) & (people.since < CALM)].set_index("customer_id").since
    orders = once(made.sold())
    later = orders.order_date > orders.customer_id.map(since)
    by = orders[later & (orders.order_date < CALM)].groupby("customer_id").order_date
    last = ((by.max().reindex(since.index) - since).dt.days / 7).fillna(0)
    count = by.nunique().reindex(since.index, fill_value=0)
    return count.to_numpy(), last.to_numpy(), ((CALM - since).dt.days / 7).to_numpy()


def test_how_often_and_how_long_customers_buy_is_as_planted(made):
    for where, planted in known(made, "bgnbd_weeks"):
        orders, truth = joined(made, where["segment"]), np.log([*planted.values()])
        loss = bgnbd(*orders)
        best = optimize.minimize(loss, truth, method="Nelder-Mead", options={"maxiter": 3000})
        assert 2 * (loss(truth) - best.fun) < chi2.ppf(RARE, 4), where
        r, alpha, a, b = np.exp(best.x)
        if len(orders[0]) > 500:
            assert r / alpha == pytest.approx(planted["r"] / planted["alpha"], rel=0.3), where
            assert abs(a / (a + b) - planted["a"] / (planted["a"] + planted["b"])) < 0.1, where


def test_every_parameter_written_down_is_recovered_here():
    here = {estimate.__name__ for estimate in ESTIMATES}
    here |= {"season", "day_noise", "ramp_start", "ramp_months", "bgnbd_weeks"}
    assert {one["id"] for one in built(*COMPANIES[0][:1]).parameters()} == here


def test_the_committed_truth_holds_the_same_parameters():
    written = tomllib.loads((SAMPLE / "truth.toml").read_text("utf-8"))["parameter"]
    assert written == built(18).parameters()
