"""Channel scores: what each channel brought and leaves, whole and by month."""

from datetime import date

import numpy as np
import pytest
from conftest import sales_lines
from test_channel_sums import BACK, BOTH, LARGE, NOW, OLD

from revwork import open_company
from revwork.analysis import sales
from revwork.analysis.channels import channel_scores, channel_sums
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Unanswered
from revwork.report import chart
from revwork.report.words import Reader

SAY = Reader().say
CALENDAR = Calendar()
SHOP = {
    **{"order_id": "o5", "order_date": "2026-03-05", "customer_id": "b", "channel": "Shop"},
    **{"net_amount": 40, "cost_amount": 20},
}
BASE = {**OLD, "channel": "Web", "cost_amount": 30, "commission": 5}


def lines(*orders):
    return channel_sums.with_first(sales_lines(list(orders)))


def scores(*orders, comparison=BOTH):
    rows = channel_scores.scores(lines(*orders), comparison, "channel")
    return rows.set_index(rows.channel.fillna("nowhere"))


def test_a_channel_s_terms_are_told_after_commission_and_before(elsewhere):
    row = scores(BASE, LARGE, SHOP).loc["Web"]
    assert row.net_revenue == 90 and row.base_revenue == 50 and row.change_rate == 0.8
    assert row.contribution_after_commission == 38 and row.base_contribution == 15
    assert row.contribution_rate == pytest.approx(38 / 90)
    assert (row.commission_rate, row.discount_rate) == (0.1, 0.1)
    assert row.base_contribution_rate == pytest.approx(0.3)


def test_rows_add_up_to_the_company_and_the_largest_comes_first():
    rows = scores(BASE, SHOP, LARGE, BACK, {**SHOP, "order_id": "o6", "channel": None})
    assert rows.net_revenue.sum() == 60 + 40 + 40 and rows.share.sum() == pytest.approx(1)
    assert rows.index[0] == "Web" and "nowhere" in rows.index
    assert rows.returned_share["Web"] == pytest.approx(30 / 90)


def test_a_channel_that_sold_before_only_stays_a_row():
    row = scores(BASE, SHOP).loc["Web"]
    assert (row.net_revenue, row.base_revenue, row.change_rate) == (0, 50, -1)
    assert np.isnan(row.contribution_rate) and np.isnan(row.low_change_rate)


def test_a_channel_without_a_base_has_no_growth_rather_than_zero():
    assert np.isnan(scores(BASE, SHOP).change_rate["Shop"])
    alone = scores(LARGE, comparison=Comparison(NOW, NOW, None, "year ago", False))
    assert alone.base_revenue.isna().all() and alone.change_rate.isna().all()


def test_new_customers_are_a_share_with_its_interval():
    row = scores(BASE, LARGE, SHOP).loc["Shop"]
    assert (row.new_customers, row.customers, row.new_customer_share) == (1, 1, 1)
    assert row.low_new_customer_share < 1
    assert scores(LARGE, SHOP).new_customer_share.isna().all()


def test_where_no_cost_is_known_nothing_is_left_rather_than_zero():
    rows = scores({**LARGE, "cost_amount": None})
    assert rows.contribution_after_commission.isna().all()
    with pytest.raises(Unanswered, match="cost_amount in orders"):
        channel_scores.breakdown(rows, "contribution_after_commission")
    with pytest.raises(Unanswered, match="cost_amount in orders"):
        channel_scores.by_month(lines({**LARGE, "cost_amount": None}), CALENDAR, NOW)


def test_nothing_sold_is_a_sentence():
    rows = scores()
    assert rows.empty and "No sale" in SAY(channel_scores.reading(rows))
    with pytest.raises(Unanswered, match="No sale"):
        channel_scores.breakdown(rows, "net_revenue")


def test_bars_hold_now_against_before():
    rows = channel_scores.breakdown(scores(BASE, LARGE, SHOP), "contribution_after_commission")
    web = rows.set_index("channel").loc["Web"]
    assert (web.current, web.base) == (38, 15) and web.change_rate == pytest.approx(38 / 15 - 1)
    assert SAY(channel_scores.moved(rows)) == "Web moved most: +€23 (+153.3%)"
    alone = rows.assign(base=np.nan)
    assert SAY(channel_scores.moved(alone)) == "Nothing to compare with"


def test_the_reading_names_the_largest_and_what_it_leaves():
    assert SAY(channel_scores.reading(scores(LARGE))) == (
        "Web brings 100% of net revenue and leaves 42.2% of it after commission"
    )
    told = channel_scores.reading(scores({**LARGE, "cost_amount": None}))
    assert SAY(told) == "Web brings most: 100% of net revenue"


def test_months_of_each_channel_stand_beside_the_year_before():
    first = {**BASE, "order_date": "2025-06-02"}
    rows = channel_scores.by_month(
        lines(first, {**LARGE, "order_date": "2026-06-10"}, {**SHOP, "channel": None}),
        CALENDAR,
        NOW,
    )
    june = rows[rows["name"] == "2026-06"]
    web = june[june.channel == "Web"].iloc[0]
    assert (web.value, web.base, web.start) == (38, 15, date(2026, 6, 1))
    assert rows.channel.isna().sum() == 12 and len(rows) == 24
    january = rows[(rows["name"] == "2026-01") & (rows.channel == "Web")].iloc[0]
    assert january.value == 0 and np.isnan(january.base)
    assert SAY(channel_scores.path(rows)).startswith("2026-12: ")
    assert "not recorded" in chart.multiples(rows, "Title", "Subtitle").alt


def test_the_headline_leaves_out_what_the_data_cannot_tell():
    kpis = {one.metric: one for one in channel_scores.headline(
        lines(BASE, LARGE, SHOP), BOTH, CALENDAR)}  # fmt: skip
    assert kpis["net_revenue"].value == 130 and kpis["net_revenue"].comparison == 50
    assert kpis["contribution_after_commission"].value == 58
    assert kpis["new_customer_share"].value == 0.5 and kpis["new_customer_share"].n == 2
    assert kpis["channel_dependence"].value == pytest.approx((90 / 130) ** 2 + (40 / 130) ** 2)
    bare = {"order_date": "2026-03-01", "net_amount": 5}
    told = {one.metric for one in channel_scores.headline(lines(bare), BOTH, CALENDAR)}
    assert told == {"net_revenue", "returned_share"}


SUPERSTORE = '''
company = "Superstore"
currency = "USD"
time_zone = "America/New_York"
[tables.orders]
file = "{at}/Sample - Superstore.xls"
sheet = "Orders"
sql = """SELECT "Order ID" AS order_id, "Order Date" AS order_date, "Customer ID" AS customer_id,
  Sales AS net_amount, Segment AS channel, Sales::DOUBLE - Profit::DOUBLE AS cost_amount FROM raw"""
'''


def test_superstore_leaves_its_published_profit(data_set, tmp_path):
    at = data_set("superstore_xls").as_posix()
    (tmp_path / "revwork.toml").write_text(SUPERSTORE.replace("{at}", at), "utf-8")
    names = ("orders", "products", "customers", "fx_rates")
    found = open_company(tmp_path).tables(enriches=names)
    sold = sales.lines(*(getattr(found, name) for name in names), "USD")
    every = Period("all", date(2014, 1, 1), date(2018, 1, 1))
    comparison = Comparison(every, every, None, "previous", False)
    rows = channel_scores.scores(channel_sums.with_first(sold), comparison, "channel")
    assert rows.net_revenue.sum() == pytest.approx(2_297_200.86, abs=0.05)
    assert rows.contribution_after_commission.sum() == pytest.approx(286_397.02, abs=0.6)
    assert rows.channel.tolist() == ["Consumer", "Corporate", "Home Office"]
