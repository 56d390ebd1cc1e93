"""Price index, on prices whose ratios one can read off."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines, typed

import revwork
from revwork.analysis.market import price_index
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Unanswered

JANUARY = Period("2026-01", date(2026, 1, 1), date(2026, 2, 1))
MONDAY = "2026-01-05"
PRODUCTS = [
    {"product_id": "p1", "product_name": "Pot", "category": "Pots"},
    {"product_id": "p2", "product_name": "Jug", "category": "Jugs"},
    {"product_id": "p3", "product_name": "Lid"},
]


def seen(*rows, prices=(), products=PRODUCTS):
    """Offers from (product, rival's price, our price) and what else is said of a row."""
    defaults = {"date": MONDAY, "competitor": "R"}
    full = [
        {**defaults, "product_id": product, "price": theirs, "our_price": ours, **more}
        for product, theirs, ours, more in ((*row, {})[:4] for row in rows)
    ]
    tables = (typed("competitor_prices", full), typed("prices", prices))
    return price_index.offers(*tables, typed("products", products), "EUR")


def sold(*amounts):
    rows = [{"product_id": p, "net_amount": net, "order_date": day} for p, net, day in amounts]
    return price_index.sold(sales_lines(rows, products=PRODUCTS), JANUARY)


NOTHING = sold(("p1", 0, "2026-01-05"))


def index(offers, *by, weights=NOTHING):
    return price_index.index(offers, weights, list(by) or ["week"])


# Which of our prices


def test_the_price_seen_beside_theirs_comes_before_the_list():
    listed = [{"product_id": "p1", "valid_from": "2025-01-01", "list_price": 50}]
    (row,) = seen(("p1", 10, 12), prices=listed).execute().itertuples()
    assert float(row.ours) == 12 and row.ratio == 1.2 and row.dear


def test_else_the_list_price_of_the_day_on_its_first_and_last_day():
    listed = [
        {"product_id": "p1", "valid_from": day, "list_price": price}
        for day, price in (("2026-01-05", 20), ("2026-01-12", 30))
    ]
    days = ["2026-01-04", "2026-01-05", "2026-01-11", "2026-01-12"]
    offers = seen(*(("p1", 10, None, {"date": day}) for day in days), prices=listed)
    ours = offers.order_by("date").execute().ours
    assert [None if pd.isna(one) else float(one) for one in ours] == [None, 20, 20, 30]


def test_a_market_s_own_list_price_comes_first_and_a_channel_s_does_not_count():
    base = {"product_id": "p1", "valid_from": "2025-01-01"}
    listed = [
        {**base, "list_price": 20},
        {**base, "list_price": 22, "region": "France"},
        {**base, "list_price": 5, "channel": "Resellers"},
    ]
    rows = [("p1", 10, None, {"region": region}) for region in ("France", "Spain", None)]
    found = seen(*rows, prices=listed).execute()
    ours = {None if pd.isna(r.region) else r.region: float(r.ours) for r in found.itertuples()}
    assert ours == {"France": 22, "Spain": 20, None: 20} and len(found) == 3


def test_a_list_price_in_another_currency_is_not_compared():
    listed = [{"product_id": "p1", "valid_from": "2025-01-01", "list_price": 9, "currency": "GBP"}]
    rows = [("p1", 10, None, {"currency": currency}) for currency in ("GBP", None)]
    found = seen(*rows, prices=listed).execute().set_index("currency")
    assert found.ratio["GBP"] == 0.9 and pd.isna(found.ratio["EUR"])


def test_what_a_rival_cannot_deliver_is_no_offer_and_unknown_stock_is_one():
    stock = [{"in_stock": False}, {"in_stock": True, "competitor": "S"}, {"competitor": "T"}]
    found = seen(*(("p1", 10, 12, more) for more in stock)).execute()
    assert sorted(found.competitor) == ["S", "T"]


# Index


def test_below_100_we_are_cheaper_and_the_mean_is_geometric():
    rows = index(seen(("p1", 100, 50), ("p2", 100, 200)), "week")
    assert rows.unweighted_index[0] == pytest.approx(100)
    assert index(seen(("p1", 100, 90))).unweighted_index[0] == pytest.approx(90)


def test_sides_swapped_give_the_inverse():
    there = index(seen(("p1", 100, 80), ("p2", 10, 11))).unweighted_index[0]
    back = index(seen(("p1", 80, 100), ("p2", 11, 10))).unweighted_index[0]
    assert there * back == pytest.approx(10_000)


def test_it_is_weighted_by_what_each_product_brought_in_the_year_to_the_period_s_end():
    weights = sold(
        *(("p1", 300, "2026-01-31"), ("p2", 100, "2025-02-01")),
        *(("p2", 9_999, "2025-01-31"), ("p2", 9_999, "2026-02-01")),
    )
    row = index(seen(("p1", 100, 120), ("p2", 100, 100)), weights=weights).iloc[0]
    assert row.weighted_index == pytest.approx(100 * 1.2**0.75)
    assert row.unweighted_index == pytest.approx(100 * 1.2**0.5)


def test_without_revenue_the_weighted_index_is_unknown_rather_than_unweighted():
    rows = index(seen(("p1", 100, 120)), weights=sold(("p1", -5, "2026-01-05")))
    assert pd.isna(rows.weighted_index[0]) and rows.unweighted_index[0] == pytest.approx(120)


def test_the_cheapest_of_a_rival_s_offers_in_the_week_counts_once():
    days = ["2026-01-05", "2026-01-11", "2026-01-12"]
    offers = seen(*(("p1", p, 100, {"date": d}) for p, d in zip([90, 80, 50], days, strict=True)))
    rows = index(offers)
    assert list(rows.pairs) == [1, 1]
    assert list(rows.unweighted_index) == pytest.approx([125, 200])


def test_parts_add_up_to_the_whole_the_category_that_is_not_recorded_among_them():
    offers = seen(
        *(("p1", 100, 120), ("p1", 100, 90, {"competitor": "S"})),
        *(("p2", 100, 80), ("p3", 100, 130), ("px", 100, 70)),
    )
    weights = sold(("p1", 7, MONDAY), ("p2", 2, MONDAY), ("p3", 3, MONDAY))
    whole = index(offers, weights=weights).iloc[0]
    parts = index(offers, "category", weights=weights)
    assert parts.category.isna().sum() == 1 and parts.pairs.sum() == whole.pairs == 5
    together = np.average(np.log(parts.unweighted_index), weights=parts.pairs)
    assert together == pytest.approx(np.log(whole.unweighted_index))


def test_a_week_without_a_price_has_no_row_and_nothing_is_carried_into_it():
    offers = seen(*(("p1", 100, 90, {"date": day}) for day in ("2026-01-05", "2026-01-19")))
    assert len(index(offers)) == 2


def test_one_product_alone_has_no_interval_and_equal_ones_have_none_to_speak_of():
    one = index(seen(("p1", 100, 90))).iloc[0]
    assert pd.isna(one.unweighted_from) and pd.isna(one.unweighted_to)
    two = index(seen(("p1", 100, 90), ("p2", 10, 9))).iloc[0]
    assert (two.unweighted_from, two.unweighted_to) == pytest.approx((90, 90), rel=1e-6)


def test_the_interval_is_student_s_over_products_and_rivals_of_one_product_are_no_second_sample():
    from scipy.stats import t

    rows = [(f"q{i}", 100, ours) for i, ours in enumerate((90, 100, 104, 120))]
    row = index(seen(*rows)).iloc[0]
    levels = np.log([0.9, 1, 1.04, 1.2])
    half = t.ppf(0.975, 3) * levels.std(ddof=1) / 2
    ends = 100 * np.exp([levels.mean() - half, levels.mean() + half])
    assert (row.unweighted_from, row.unweighted_to) == pytest.approx(tuple(ends))
    twice = index(seen(*rows, *((*row, {"competitor": "S"}) for row in rows))).iloc[0]
    assert (twice.pairs, twice.products) == (8, 4)
    assert (twice.unweighted_from, twice.unweighted_to) == pytest.approx(tuple(ends))


def test_no_offers_give_no_rows_and_no_answer():
    assert index(seen()).empty and price_index.red_zone(seen(), ["week"]).empty
    with pytest.raises(Unanswered, match="No rival's price"):
        price_index.latest(seen(("p1", 10, None)), JANUARY)


# Red zone and coverage


def test_the_red_zone_begins_above_a_tenth_more_than_the_cheapest_rival():
    rows = [("p1", "7.00", "7.70"), ("p2", "7.00", "7.71"), ("p2", "9.00", "7.71")]
    offers = seen(*rows[:2], (*rows[2], {"competitor": "S"}))
    zone = price_index.red_zone(offers, ["week"]).iloc[0]
    assert (zone.products, zone.dear, zone.share) == (2, 1, 0.5)
    assert zone.low_share < 0.5 < zone.high_share


@pytest.mark.parametrize(("ours", "share"), [(100, 0.0), (200, 1.0)])
def test_none_and_all_in_the_red_zone_keep_an_interval_within_0_and_1(ours, share):
    zone = price_index.red_zone(seen(("p1", 100, ours), ("p2", 100, ours)), ["week"]).iloc[0]
    assert zone.share == share and 0 <= zone.low_share < zone.high_share <= 1


def test_what_nobody_else_sells_is_in_the_coverage_s_whole_only():
    weights = sold(("p1", 30, MONDAY), ("p2", 60, MONDAY), ("p3", 10, MONDAY))
    offers = seen(("p1", 10, 9), ("p1", 10, 9, {"competitor": "S"}), ("p3", 10, None))
    row = price_index.coverage(offers, weights).iloc[0]
    assert (row.products, row.matched, row.revenue) == (3, 1, 100)
    assert (row.share, row.revenue_share) == pytest.approx((1 / 3, 0.3))
    parts = price_index.coverage(offers, weights, ["category"])
    assert len(parts) == 3 and parts.matched_revenue.sum() == row.matched_revenue


def test_coverage_of_nothing_sold_is_unknown():
    row = price_index.coverage(seen(("p1", 10, 9)), NOTHING).iloc[0]
    assert row.products == 0 and pd.isna(row.share) and pd.isna(row.revenue_share)


def test_the_latest_week_is_cut_at_the_period_s_end():
    days = ["2026-01-31", "2026-02-01"]
    offers = seen(*(("p1", 10, 12, {"date": day}) for day in days))
    assert price_index.latest(offers, JANUARY).count().execute() == 1


def test_the_headline_knows_no_more_than_the_data():
    offers = seen(("p1", 100, 120))
    comparison = Comparison(JANUARY, JANUARY, None, "previous", False)
    none = sales_lines([], products=PRODUCTS)
    found = {k.metric: k for k in price_index.headline(offers, none, comparison, Calendar())}
    assert found["price_index_unweighted"].value == pytest.approx(120)
    zone = found["red_zone"]
    assert (zone.value, zone.comparison, zone.better, zone.n) == (1, None, "lower", 1)
    assert not {"price_index_by_revenue", "revenue_compared", "products_compared"} & found.keys()


def test_the_dearest_product_stands_first_beside_its_cheapest_rival():
    rows = [("p1", 100, 105), ("p2", 100, 130), ("p2", 90, 130, {"competitor": "S"})]
    found = price_index.dearest(seen(*rows))
    assert list(found["product"]) == ["Jug", "Pot"] and found.competitor[0] == "S"


def test_its_queries_compile_elsewhere_too(elsewhere):
    offers, weights = seen(("p1", 100, 120)), sold(("p1", 5, MONDAY))
    price_index.index(offers, weights, ["category", "competitor"])
    price_index.red_zone(offers, ["category"])
    price_index.coverage(offers, weights, ["category"])
    price_index.dearest(price_index.latest(offers, JANUARY))


# 52 products of Olist sellers beside three competitors, by month

OLIST = """
company = "Olist sellers"
currency = "BRL"

[tables.competitor_prices]
file = "{file}"
date_format = "%d-%m-%Y"
sql = '''
SELECT month_year AS date, name AS competitor, product_id, price, unit_price AS our_price
FROM (UNPIVOT raw ON comp_1, comp_2, comp_3 INTO NAME name VALUE price)
'''

[tables.products]
file = "{file}"
sql = "SELECT DISTINCT product_id, product_category_name AS category FROM raw"

[tables.orders]
file = "{file}"
date_format = "%d-%m-%Y"
sql = '''
SELECT product_id || ' ' || month_year AS order_id, month_year AS order_date, product_id,
qty AS quantity, total_price AS net_amount FROM raw
'''
"""
JUNE = Period("2018-06", date(2018, 6, 1), date(2018, 7, 1))


@pytest.fixture(scope="module")
def olist(data_set, tmp_path_factory):
    """The company's offers and lines through the data door, and the file in pandas apart."""
    from revwork.analysis import sales

    file = data_set("retail_price_competitors") / "retail_price.csv"
    folder = tmp_path_factory.mktemp("olist")
    (folder / "revwork.toml").write_text(OLIST.format(file=file))
    given = revwork.open_company(folder).tables(
        ["competitor_prices", "products", "orders"], ["prices", "customers", "fx_rates"]
    )
    offers = price_index.offers(given.competitor_prices, given.prices, given.products, "BRL")
    lines = sales.lines(given.orders, given.products, given.customers, given.fx_rates, "BRL")
    raw = pd.read_csv(file)
    return offers.cache(), lines, raw.assign(day=pd.to_datetime(raw.month_year, dayfirst=True))


def test_the_sellers_index_is_what_pandas_makes_of_the_file(olist):
    offers, lines, raw = olist
    weights = price_index.sold(lines, JUNE)
    found = price_index.index(price_index.latest(offers, JUNE), weights, ["category", "competitor"])
    june = raw[raw.day == "2018-06-01"]
    year = raw[(raw.day > "2017-06-30") & (raw.day <= "2018-06-30")]
    weight = june.product_id.map(year.groupby("product_id").total_price.sum())
    assert found.pairs.sum() == 3 * len(june) and len(june) > 30
    for row in found.itertuples():
        inside = june.product_category_name == row.category
        level = np.log(june.unit_price / june[row.competitor])[inside]
        assert row.unweighted_index == pytest.approx(100 * np.exp(level.mean()), rel=1e-4)
        expected = np.average(level, weights=weight[inside])
        assert row.weighted_index == pytest.approx(100 * np.exp(expected), rel=1e-4)


def test_the_sellers_red_zone_and_coverage_are_what_pandas_makes_of_the_file(olist):
    offers, lines, raw = olist
    week = price_index.latest(offers, JUNE)
    june = raw[raw.day == "2018-06-01"]
    cheapest = june[["comp_1", "comp_2", "comp_3"]].round(4).min(axis=1)
    dear = (june.unit_price.round(4) * 100).round(2) > (cheapest * 110).round(2)
    assert price_index.red_zone(week, ["week"]).share[0] == pytest.approx(dear.mean())
    year = raw[(raw.day > "2017-06-30") & (raw.day <= "2018-06-30")]
    cover = price_index.coverage(week, price_index.sold(lines, JUNE)).iloc[0]
    assert cover.products == year.product_id.nunique() and cover.matched == len(june)
    matched = year.total_price[year.product_id.isin(june.product_id)].sum()
    assert cover.revenue_share == pytest.approx(matched / year.total_price.sum())


def test_the_published_big_mac_index_of_every_currency_is_ours_less_a_hundred(data_set):
    rows = pd.read_csv(data_set("big_mac") / "big-mac-full-index.csv")
    last = rows[rows.date == rows.date.max()]
    for base in ("USD", "GBP", "CNY"):
        theirs = last.dollar_price[last.currency_code == base].iloc[0]
        pairs = [(one.iso_a3, theirs, one.dollar_price) for one in last.itertuples()]
        products = [{"product_id": code, "category": code} for code in last.iso_a3]
        found = price_index.index(seen(*pairs, products=products), NOTHING, ["category"])
        published = last.set_index("iso_a3")[f"{base}_raw"].sort_index()
        assert len(found) == len(published) > 50
        assert found.unweighted_index.to_numpy() / 100 - 1 == pytest.approx(
            published.to_numpy(), abs=1e-4
        )
