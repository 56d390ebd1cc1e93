"""Price moves, typed by hand; and the one that is planted in the sample and two other companies."""

import sys
import tomllib
from datetime import date, timedelta

import numpy as np
import pytest
from conftest import typed

import revwork
from revwork.analysis.market import price_index, price_moves
from revwork.calendar import Period
from revwork.report.words import Reader

ALWAYS = Period("always", date(2020, 1, 1), date(2030, 1, 1))
FIRST = date(2026, 1, 5)
WEEKS = 16
PRODUCTS = [{"product_id": f"p{n}", "category": "Pots"} for n in range(4)]


def prices(factor, competitor="R", products=PRODUCTS, weeks=range(WEEKS)):
    """A rival's weekly prices, 10 and up by product, times `factor` of week and product."""
    return [
        {
            **{"date": (FIRST + timedelta(weeks=week)).isoformat(), "competitor": competitor},
            **{"product_id": one["product_id"], "price": round((10 + n) * factor(week, n), 4)},
        }
        for week in weeks
        for n, one in enumerate(products)
        if factor(week, n)
    ]


def cut(at=8, by=0.2, noise=0.002):
    """Down by a share from a week on, each product by a little more or less."""
    return lambda week, n: 1 if week < at else 1 - by - noise * (n - 1.5)


def moves(rows, events=(), period=ALWAYS, products=PRODUCTS):
    tables = (typed("competitor_prices", rows), typed("prices"), typed("products", products))
    offers = price_index.offers(*tables, "EUR")
    return price_moves.moves(offers, typed("competitor_events", events), period)


def event(kind, day, name="E1", **more):
    base = {"event_id": name, "competitor": "R", "category": "Pots", "description": name}
    return {**base, "kind": kind, "date": day, **more}


def test_a_cut_is_found_on_its_day_with_its_size_inside_the_interval():
    (move,) = moves(prices(cut())).itertuples()
    assert (move.date, move.competitor, move.category) == (date(2026, 3, 2), "R", "Pots")
    assert move.change_rate == pytest.approx(-0.2, abs=1e-4) and move.products == 4
    assert move.low_change_rate < -0.2 < move.high_change_rate


def test_prices_that_stay_prices_that_drift_and_no_prices_are_no_move():
    assert moves(prices(lambda week, n: 1)).empty
    assert moves(prices(lambda week, n: 1 + 0.004 * week)).empty
    assert moves([]).empty


def test_a_move_below_five_percent_is_drift_and_one_above_is_a_move():
    assert moves(prices(cut(by=0.045))).empty
    assert len(moves(prices(cut(by=0.055)))) == 1


def test_fewer_than_three_products_or_products_that_disagree_are_no_move_of_a_category():
    assert moves(prices(cut(), products=PRODUCTS[:2])).empty
    assert moves(prices(lambda week, n: 1 if week < 8 or n else 0.3)).empty


def test_a_rise_is_a_move_too_and_a_fall_after_it_a_second_one():
    found = moves(prices(lambda week, n: 1 if week < 5 or week > 10 else 1.1 + 0.001 * n))
    assert list(np.sign(found.change_rate)) == [1, -1]
    assert list(found.date) == [FIRST + timedelta(weeks=w) for w in (5, 11)]


def test_the_edge_days_of_the_period_decide_which_moves_are_its_own():
    day = date(2026, 3, 2)
    rows = prices(cut())
    assert len(moves(rows, period=Period("from", day, day + timedelta(days=1)))) == 1
    assert moves(rows, period=Period("to", FIRST, day)).empty


def test_weeks_that_nobody_saw_stay_empty_and_the_move_has_the_first_day_seen():
    rows = prices(cut(), weeks=[w for w in range(WEEKS) if w not in (7, 8)])
    (move,) = moves(rows).itertuples()
    assert move.date == FIRST + timedelta(weeks=9)
    assert move.change_rate == pytest.approx(-0.2, abs=1e-3)


def test_after_more_than_five_weeks_unseen_nothing_is_compared():
    rows = prices(cut(), weeks=[w for w in range(WEEKS) if not 5 <= w <= 10])
    assert moves(rows).empty


def test_a_product_seen_only_before_or_only_after_is_in_no_step():
    late = [{"product_id": "new", "category": "Pots"}]
    rows = prices(cut()) + prices(lambda w, n: w >= 8, products=late)
    (move,) = moves(rows, products=PRODUCTS + late).itertuples()
    assert move.products == 4


def test_products_of_no_category_move_as_a_group_of_their_own():
    nameless = [{"product_id": f"x{n}"} for n in range(3)]
    rows = prices(cut()) + prices(lambda w, n: 1, products=nameless)
    assert list(moves(rows, products=PRODUCTS + nameless).category) == ["Pots"]
    found = moves(prices(cut(), products=nameless), products=nameless)
    assert found.category.isna().all() and len(found) == 1


def test_monthly_prices_have_moves_too():
    months = [date(2025, m, 1) for m in range(1, 13)]
    rows = [
        {**row, "date": months[week].isoformat()}
        for week in range(12)
        for row in prices(cut(6), weeks=[week])
    ]
    (move,) = moves(rows).itertuples()
    assert move.date == date(2025, 7, 1)
    assert move.change_rate == pytest.approx(-0.2, abs=1e-3)


# What explains it, and who followed


def test_the_rival_s_own_cut_within_fourteen_days_explains_a_fall():
    rows = prices(cut())
    assert moves(rows, [event("price_cut", "2026-02-16")]).event[0] == "E1"
    for wrong in (
        event("price_cut", "2026-02-15"),
        event("price_rise", "2026-03-02"),
        event("funding", "2026-03-02"),
        event("price_cut", "2026-03-02", competitor="S"),
        event("price_cut", "2026-03-02", category="Jugs"),
    ):
        assert moves(rows, [wrong]).event[0] is None
    assert moves(rows, [event("price_cut", "2026-03-16", category=None)]).event[0] == "E1"


def test_a_cut_farther_off_explains_before_a_campaign_nearby_then_the_nearest_does():
    events = [
        event("campaign", "2026-03-02", "near"),
        event("price_cut", "2026-03-09", "cut"),
        event("price_cut", "2026-03-12", "later"),
    ]
    found = moves(prices(cut()), events)
    assert (found.event[0], found.event_date[0]) == ("cut", date(2026, 3, 9))


def test_who_moves_the_same_way_within_four_weeks_follows_we_among_them():
    rows = prices(cut()) + prices(cut(at=10), "S") + prices(cut(at=13), "T")
    rows += prices(cut(at=9, by=-0.2), "U")
    rows = [{**row, "our_price": 20} for row in rows]
    ours = [
        {**row, "our_price": 20 * cut(at=12)(week, n)}
        for week in range(WEEKS)
        for n, row in enumerate(prices(lambda *_: 1, "V", weeks=[week]))
    ]
    for row in rows:
        week = (date.fromisoformat(row["date"]) - FIRST).days // 7
        row["our_price"] = 20 * cut(at=12)(week, int(row["product_id"][1:]))
    found = moves(rows + ours).set_index("competitor").followed_by.map(Reader().text)
    assert found["R"] == "S, We" and found["T"] == "nobody" and found["U"] == "nobody"


def test_its_queries_compile_elsewhere_too(elsewhere):
    assert len(moves(prices(cut()), [event("price_cut", "2026-03-02")])) == 1


# The planted move


@pytest.fixture(scope="module")
def made(root, tmp_path_factory):
    """A company of another seed: its moves, and what is planted in it."""
    sys.path.insert(0, str(root / "data/sample"))
    from generate import company, write
    from generator.company import CATEGORIES, COMPETITORS, START

    tables = ["competitor_prices", "competitor_events", "products", "prices"]

    def build(seed, null=False):
        out = tmp_path_factory.mktemp(f"seed{seed}")
        write(company(seed, null=null), tables, out)
        plan = company(seed).plan.rival
        names = {"competitor": COMPETITORS[plan.competitor], "category": CATEGORIES[plan.category]}
        since = (START + timedelta(days=int(plan.since))).date()
        return found_in(out), {"segment": names, "since": since, "value": -plan.cut}

    return build


def found_in(workspace):
    company = revwork.open_company(workspace)
    needs = ["competitor_prices", "competitor_events", "products", "prices"]
    given = company.tables(needs)
    offers = price_index.offers(given.competitor_prices, given.prices, given.products, "EUR")
    return price_moves.moves(offers.cache(), given.competitor_events, ALWAYS)


def check(found, planted):
    where, since = planted["segment"], date.fromisoformat(str(planted["since"]))
    (move,) = found[found.change_rate < 0].itertuples()
    assert (move.competitor, move.category) == (where["competitor"], where["category"])
    assert abs((move.date - since).days) <= 7 and move.event == "Prices cut across the range"
    assert move.low_change_rate < planted["value"] < move.high_change_rate


def test_the_sample_s_rival_is_found_with_date_size_and_event(root):
    sample = root / "data/sample"
    effects = tomllib.loads((sample / "truth.toml").read_text())["effect"]
    check(found_in(sample), next(one for one in effects if one["id"] == "rival"))


@pytest.mark.parametrize("seed", [1, 2])
def test_another_company_s_rival_is_found_too(made, seed):
    check(*made(seed))


@pytest.mark.parametrize("seed", [18])
def test_where_no_rival_cut_nothing_is_called_but_a_january_list(made, seed):
    found, _ = made(seed, null=True)
    rises = found[found.date.map(lambda day: (day.month, day.day) <= (1, 8))]
    assert len(found) == len(rises) <= 1 and (rises.change_rate.between(0.045, 0.06)).all()
