"""What is planted in the sample stands out of its noise; where nothing is planted nothing does."""

import tomllib

import numpy as np
import pandas as pd
import pytest
from companies import LAST, SAMPLE, SEEDS, built, once
from generate import company
from generator import orders as export
from generator import truth
from generator.plan import NEUTRAL, drawn
from generator.tables import TABLES
from generator.world import World

CLEAR, QUIET = 4, 4
YEAR = pd.DateOffset(years=1)


def share(before: pd.Series, after: pd.Series) -> float:
    """How far two shares of yes are apart, in standard errors."""
    pooled = pd.concat([before, after]).mean()
    wide = np.sqrt(pooled * (1 - pooled) * (1 / len(before) + 1 / len(after)))
    return (after.mean() - before.mean()) / wide if wide else 0.0


def mean(before: pd.Series, after: pd.Series) -> float:
    wide = np.sqrt(before.var() / len(before) + after.var() / len(after))
    return (after.mean() - before.mean()) / wide


def rates(counts: list[float], exposures: list[float]) -> float:
    """How far two rates are apart, before and after, in logarithms and standard errors."""
    (a, b), (x, y) = counts, exposures
    return (np.log(b / y) - np.log(a / x)) / np.sqrt(1 / a + 1 / b)


def against(rows: pd.DataFrame, inside: pd.Series, day: str, since: pd.Timestamp) -> float:
    """How a segment's count moved on the year before, against the others', in standard errors."""
    now = rows[day] >= since
    past = (rows[day] >= since - YEAR) & (rows[day] < LAST - YEAR)
    a, b, c, d = (k.sum() for k in (inside & now, inside & past, ~inside & now, ~inside & past))
    return (np.log(a / b) - np.log(c / d)) / np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)


def apart(rows: pd.DataFrame, region: str, days: tuple[pd.Timestamp, pd.Timestamp]) -> float:
    """How a country's count moved against its peers', before the first day to after the second."""
    until, felt = days
    now = rows.region[rows.order_date >= felt].value_counts()
    past = rows.region[rows.order_date < until].value_counts()
    moved, wide = np.log(now / past), 1 / now + 1 / past
    return ((moved[region] - moved) / np.sqrt(wide[region] + wide)).drop(region).median()


def checkout(made, lines):
    where, since = made.effect("checkout")
    events = made.web_events[made.web_events.step.isin(["payment", "purchase"])]
    events = events[(events.device == where["device"]) & (events.region == where["region"])]
    bought = events.groupby("session_id").agg(date=("date", "first"), steps=("step", "size"))
    return share(*(bought.steps[k] == 2 for k in (bought.date < since, bought.date >= since)))


def churn(made, lines):
    where, since = made.effect("churn")
    rows = made.subscriptions[made.subscriptions["plan"] == where["plan"]]
    last = rows.groupby("subscription_id").tail(1).set_index("subscription_id")
    whole = pd.DataFrame({"start": rows.groupby("subscription_id").start_date.min()})
    whole["end"] = last.end_date.fillna(LAST)
    spans = [(since - 2 * YEAR, since), (since, LAST)]
    ended = [((whole.end >= a) & (whole.end < b)).sum() for a, b in spans]
    days = [
        (whole.end.clip(upper=b) - whole.start.clip(lower=a)).dt.days.clip(lower=0).sum()
        for a, b in spans
    ]
    return rates(ended, days)


def pair(made, lines):
    where, _ = made.effect("pair")
    first, second = (set(lines.order_id[lines.product_id == one]) for one in where["product_id"])
    expected = len(first) * len(second - first) / lines.order_id.nunique()
    return (len(first & second) - expected) / np.sqrt(max(expected, 1))


def rival(made, lines):
    """Products of the category against all others, by how much each moved on the year before."""
    where, since = made.effect("rival")
    now = lines[lines.order_date >= since].groupby("product_id").size()
    past = lines[(lines.order_date >= since - YEAR) & (lines.order_date < LAST - YEAR)]
    past = past.groupby("product_id").size()
    moved = np.log(now / past)[(now >= 5) & (past >= 5)]
    inside = made.products.set_index("product_id").category[moved.index] == where["category"]
    return mean(moved[~inside], moved[inside])


def rival_price(made, lines):
    where, since = made.effect("rival")
    prices = made.competitor_prices.merge(made.products[["product_id", "category"]])
    prices = prices[
        (prices.competitor == where["competitor"]) & (prices.category == where["category"])
    ]
    level = np.log(prices.price / prices.our_price)
    moved = level[prices.date >= since].groupby(prices.product_id).mean()
    moved -= level[prices.date < since].groupby(prices.product_id).mean()
    return moved.mean() / (moved.std() / np.sqrt(moved.count()))


def delivery(made, lines):
    """Orders in the web shop and on marketplaces, once the word is out."""
    where, since = made.effect("delivery")
    rows = once(lines[lines.channel.isin(["Web shop", "Marketplace"])])
    return apart(rows, where["region"], (since, since + pd.Timedelta(weeks=9)))


def delivery_reviews(made, lines):
    """In the first nine weeks, when orders do not show it yet."""
    where, since = made.effect("delivery")
    own = made.reviews[made.reviews.competitor.isna() & (made.reviews.region == where["region"])]
    early = own[(own.date >= since) & (own.date < since + pd.Timedelta(weeks=9))]
    return share(own.rating[own.date < since] <= 2, early.rating <= 2)


def off(lines):
    return lines.discount / (lines.quantity * lines.unit_price)


def erosion(made, lines):
    where, since = made.effect("erosion")
    rows = lines[lines.partner_id == where["partner_id"]]
    given = off(rows)
    late = rows.order_date >= since + pd.Timedelta(days=240)
    return mean(given[rows.order_date < since], given[late])


def costly(made, lines):
    where, since = made.effect("costly")
    rows = lines[(lines.customer_id == where["customer_id"]) & (lines.order_date >= since)]
    left = rows.net_amount - rows.cost_amount - rows.payment_cost - rows.shipping_cost
    left = left.groupby(rows.order_id).sum()
    return left.mean() / (left.std() / np.sqrt(len(left))) if len(left) > 30 else 0.0


def shift(made, lines):
    """Orders a euro of the channel that has the money now, against channels left alone."""
    where, since = made.effect("shift")
    names = {"Paid search": "Search", "Newsletter": "Email"}
    bought = made.sessions[made.sessions.order_id.notna()]
    source, late = bought.source.replace(names), bought.date >= since
    orders = source.groupby([source, late]).size().unstack()
    cost = made.spend.groupby(["channel", made.spend.date >= since]).cost.sum().unstack()
    rest = orders.loc[cost.index.difference(where["channel"])].sum()
    spent = cost.drop(where["channel"]).sum()
    (a, b), (c, d) = orders.loc[where["channel"][0]], rest
    (x, y), (u, v) = cost.loc[where["channel"][0]], spent
    moved = np.log(b / y) - np.log(a / x) - np.log(d / v) + np.log(c / u)
    return moved / np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)


def leak(made, lines):
    where, since = made.effect("leak")
    rows = lines[(lines.owner == where["owner"]) & (lines.channel == "Sales team")]
    given = off(rows)
    return mean(given[rows.order_date < since], given[rows.order_date >= since])


def stall(made, lines):
    """Share of deals out of the stage within sixty days."""
    where, since = made.effect("stall")
    deals = made.opportunities[made.opportunities.segment == where["segment"]].opportunity_id
    history = made.opportunity_history[made.opportunity_history.opportunity_id.isin(deals)]
    after = history.groupby("opportunity_id").changed_on.shift(-1)
    known = (history.stage == where["stage"]) & (history.changed_on < LAST - pd.Timedelta(days=60))
    quick = (after - history.changed_on).dt.days <= 60
    early = history.changed_on < since - pd.Timedelta(days=40)
    return share(quick[known & early], quick[known & (history.changed_on >= since)])


def short(made, lines):
    """Orders of those whom sales served, or of the firms that service answered."""
    where, since = made.effect("short")
    sales = where["team"] == "sales"
    rows = once(lines[(lines.channel == "Sales team") if sales else (lines.segment != "Household")])
    return against(rows, rows.region == where["region"], "order_date", since)


def niche(made, lines):
    where, _ = made.effect("niche")
    rows = once(lines[lines.segment != "Household"])
    inside = (rows.segment == where["segment"]) & (rows.region == where["region"])
    return against(rows, inside, "order_date", LAST - YEAR)


SIGNS = {
    checkout: -1,
    churn: 1,
    pair: 1,
    rival: -1,
    rival_price: -1,
    delivery: -1,
    delivery_reviews: 1,
    erosion: 1,
    costly: -1,
    shift: -1,
    leak: 1,
    stall: -1,
    short: -1,
    niche: 1,
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("statistic", SIGNS, ids=lambda s: s.__name__)
def test_an_effect_stands_out_of_the_noise(statistic, seed):
    assert SIGNS[statistic] * statistic(built(seed), built(seed).sold()) > CLEAR


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("statistic", SIGNS, ids=lambda s: s.__name__)
def test_where_nothing_is_planted_nothing_stands_out(statistic, seed):
    made = built(seed, null=True)
    assert abs(statistic(made, made.sold())) < QUIET


@pytest.mark.parametrize("seed", SEEDS)
def test_a_team_that_is_short_has_empty_seats_and_slow_answers(seed):
    for null, seats in ((False, 1), (True, 3)):
        made = built(seed, null)
        where, since = made.effect("short")
        team = made.people[
            (made.people.team == where["team"]) & (made.people.region == where["region"])
        ]
        assert team.end_date.isna().sum() == seats
        tickets = made.tickets[made.tickets.region == where["region"]]
        hours = tickets.first_response_hours.groupby(tickets.created_on >= since).median()
        slow = where["team"] == "service" and not null
        assert (hours[True] > 3 * hours[False]) == slow


@pytest.mark.parametrize("seed", SEEDS)
def test_an_effect_left_out_changes_only_what_it_touches(seed):
    plan = drawn(seed).without("pair")  # which brings a second category along
    with_it, without = (World(seed, one).of(export.lines) for one in (plan, plan.without("rival")))
    keys = ["order", "product", "day", "credit"]
    both = with_it.merge(without, "outer", keys, indicator=True, suffixes=("", "_without"))
    assert set(both.category.fillna(both.category_without)[both._merge != "both"]) == {
        plan.rival.category
    }
    same = both[both._merge == "both"]
    assert (same.net == same.net_without).all() and (same.cost == same.cost_without).all()


def test_a_table_has_the_same_draws_whatever_else_is_made():
    alone, after = company(5), company(5)
    after.of(TABLES["reviews"])
    pd.testing.assert_frame_equal(alone.of(TABLES["prices"]), after.of(TABLES["prices"]))


def test_the_committed_truth_names_twelve_effects_with_segment_and_impact():
    known = tomllib.loads((SAMPLE / "truth.toml").read_text("utf-8"))
    assert {one["id"] for one in known["effect"]} == set(NEUTRAL)
    for one in known["effect"]:
        assert one["segment"] and one["domain"] and one["description"] and one["metric"]
        assert one["impact"]["low"] <= one["impact"]["value"] <= one["impact"]["high"]
        assert one["impact"]["currency"] == "EUR" and one["impact"]["value"] != 0


def test_the_truth_of_a_company_without_effects_names_none():
    assert "[[effect]]" not in truth.truth(company(4, scale=0.1, null=True))


def test_what_runs_the_company_is_written_down_for_every_segment_it_differs_by():
    known = tomllib.loads((SAMPLE / "truth.toml").read_text("utf-8"))["parameter"]
    assert all(one["segment"] and one["domain"] for one in known)
    assert {one["id"] for one in known} >= {
        *("price_elasticity", "roas", "adstock", "ramp_months", "stage_probability"),
        *("monthly_churn", "bgnbd_weeks", "season", "mix_shift_year", "day_noise"),
    }
