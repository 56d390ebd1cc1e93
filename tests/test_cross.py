"""What does not add up between tables: keys, days, currencies, histories, targets."""

from datetime import date

import pytest
from test_data import TODAY, kinds, workspace

from revwork import open_company
from revwork.contracts import TABLES
from revwork.data.wording import DataError
from revwork.report.words import Reader

ORDERS = "order_id,order_date,net_amount,customer_id,product_id\n"
DEALS = "opportunity_id,stage,outcome,created_on,close_date,product_id\n"


def loaded(folder, toml="", **files):
    return workspace(folder, toml, **files).tables([*files], today=TODAY)


def said(tables):
    return [Reader("en", "EUR").say(note.message) for note in tables.notes]


# keys


def test_every_reference_of_a_contract_is_looked_up(tmp_path):
    tables = loaded(
        tmp_path,
        web_events="session_id,position,step,date\ns1,1,view,2026-01-02\ns2,1,view,2026-01-02\n",
        sessions="session_id,date,order_id\ns1,2026-01-02,nowhere\n",
        orders="order_id,order_date,net_amount\na,2026-01-02,1\n",
    )
    found = {(note.table, note.message.values["key"], note.example) for note in tables.notes}
    assert found == {("web_events", "session_id", "s2"), ("sessions", "order_id", "nowhere")}


def test_the_companys_own_columns_refer_like_those_of_contracts(tmp_path):
    tables = loaded(
        tmp_path,
        'dimensions = ["owner"]',
        orders="order_id,order_date,net_amount,owner\na,2026-01-02,1,Ann\nb,2026-01-02,1,Zoe\n",
        people="person_id,team,start_date\nAnn,sales,2020-01-01\n",
    )
    assert kinds(tables) == {"orphans": (1, "Zoe")}


def test_a_managers_name_is_looked_up_in_the_same_table(tmp_path):
    text = "person_id,team,start_date,manager\nAnn,sales,2020-01-01,\nBo,sales,2020-01-01,Eve\n"
    assert kinds(loaded(tmp_path, people=text)) == {"orphans": (1, "Eve")}


def test_a_key_that_differs_by_case_spaces_or_punctuation_is_told_apart_and_not_joined(tmp_path):
    tables = loaded(
        tmp_path,
        orders=ORDERS + "a,2026-01-02,1,,GTXPro\nb,2026-01-02,1,,gtx-pro\nc,2026-01-02,1,,GTXPro\n"
        "d,2026-01-02,1,,MG\ne,2026-01-02,1,,GTX Pro\n",
        products="product_id,category\nGTX Pro,GTX\n",
    )
    assert kinds(tables) == {"near_miss": (3, "GTXPro"), "orphans": (1, "MG")}
    assert said(tables)[1] == (
        "orders: 3 rows with a near miss in product_id. "
        "GTXPro is unknown to products; GTX Pro is known"
    )
    assert tables.orders.semi_join(tables.products, "product_id").count().execute() == 1


def test_keys_of_punctuation_alone_are_no_near_miss(tmp_path):
    tables = loaded(
        tmp_path,
        orders=ORDERS + "a,2026-01-02,1,,##\n",
        products="product_id\n-\n",
    )
    assert set(kinds(tables)) == {"orphans"}


def test_the_published_deals_name_a_product_that_the_catalogue_spells_otherwise(tmp_path, data_set):
    folder = data_set("maven_crm_opportunities")
    toml = """
currency = "USD"
[tables.opportunities]
file = "{folder}/sales_pipeline.csv"
sql = "SELECT *, coalesce(engage_date, '2016-10-01') AS created FROM raw"
[tables.opportunities.columns]
owner = "sales_agent"
stage = "deal_stage"
outcome = "deal_stage"
amount = "close_value"
created_on = "created"
customer_id = "account"
product_id = "product"
[tables.opportunities.values.outcome]
"Prospecting" = "open"
"Engaging" = "open"
"Won" = "won"
"Lost" = "lost"
[tables.products]
file = "{folder}/products.csv"
[tables.products.columns]
product_id = "product"
list_price = "sales_price"
"""
    (tmp_path / "revwork.toml").write_text(toml.format(folder=folder))
    tables = open_company(tmp_path).tables(["opportunities", "products"], today=TODAY)
    (told,) = [note for note in tables.notes if note.kind in ("near_miss", "orphans")]
    assert (told.count, told.example, told.message.values["near"]) == (1480, "GTXPro", "GTX Pro")
    assert tables.opportunities.count().execute() == 8800


# days and histories


def test_an_order_before_its_customers_life_is_noted_and_its_first_day_is_inside(tmp_path):
    orders = ORDERS + "a,2026-01-01,1,c,\nb,2026-01-02,1,c,\nc,2026-01-01,1,unborn,\n"
    customers = "customer_id,since\nc,2026-01-02\nunborn,\n"
    tables = loaded(tmp_path, orders=orders, customers=customers)
    assert kinds(tables) == {"early": (1, "c")}


def test_a_history_that_ends_in_another_stage_is_noted(tmp_path):
    history = "opportunity_id,changed_on,sequence,stage,outcome\n"
    history += "a,2026-01-01,2,Won,won\na,2026-01-02,1,Demo,open\n"
    history += "b,2026-01-01,1,Demo,open\nb,2026-01-02,2,Offer,open\n"
    deals = DEALS + "a,Won,won,2026-01-01,2026-01-02,\nb,Demo,open,2026-01-01,,\n"
    tables = loaded(tmp_path, opportunities=deals, opportunity_history=history)
    assert kinds(tables) == {"history": (1, "b")}


def test_a_deal_won_on_no_day_is_noted(tmp_path):
    deals = DEALS + "a,Won,won,2026-01-01,,\nb,Demo,open,2026-01-01,,\n"
    assert kinds(loaded(tmp_path, opportunities=deals)) == {"undated": (1, "a")}


def test_a_price_that_goes_on_after_the_next_one_would_count_twice(tmp_path):
    text = "subscription_id,customer_id,start_date,end_date,monthly_amount\n"
    fits = "a,c,2026-01-01,2026-02-01,5\na,c,2026-02-01,,6\n"
    twice = "b,c,2026-01-01,,5\nb,c,2026-02-01,,6\nd,c,2026-01-01,2026-02-02,5\nd,c,2026-02-01,,6\n"
    assert kinds(loaded(tmp_path, subscriptions=text + fits)) == {}
    assert kinds(loaded(tmp_path, subscriptions=text + fits + twice)) == {"overlap": (2, "b")}


# currencies

RATES = "date,currency,rate\n2026-01-05,GBP,1.2\n"
PAID = {
    "spend": "date,channel,cost,currency\n{},search,5,GBP\n",
    "opportunities": "opportunity_id,stage,outcome,created_on,currency\na,Demo,open,{},GBP\n",
}


@pytest.mark.parametrize("table", PAID)
def test_money_of_any_table_needs_a_rate_on_or_before_its_day(tmp_path, table):
    assert not loaded(tmp_path, fx_rates=RATES, **{table: PAID[table].format("2026-01-05")}).notes
    with pytest.raises(DataError, match=f"{table}: 1 row in GBP has no exchange rate"):
        loaded(tmp_path, fx_rates=RATES, **{table: PAID[table].format("2026-01-04")})


def test_what_is_asked_and_not_paid_is_compared_as_quoted_and_needs_no_rate(tmp_path):
    ours = "product_id,valid_from,list_price,currency\np,2020-01-01,5,CHF\n"
    theirs = "date,competitor,product_id,price,currency\n2026-01-01,r,p,5,CHF\n"
    assert not loaded(tmp_path, fx_rates=RATES, prices=ours, competitor_prices=theirs).notes


# targets


def test_targets_of_a_day_that_begins_no_month_count_nowhere(tmp_path):
    text = "month,metric,amount\n2026-01-01,net_revenue,5\n2026-02-28,net_revenue,5\n"
    tables = loaded(tmp_path, targets=text)
    assert kinds(tables) == {"no_month": (1, "2026-02-28")}
    assert tables.notes[0].message.values["example"] == date(2026, 2, 28)


def test_months_of_targets_are_those_of_the_companys_calendar(tmp_path):
    retail = '[calendar]\nretail = "4-4-5"\n'
    text = "month,metric,amount\n{},net_revenue,5\n"
    assert not loaded(tmp_path, retail, targets=text.format("2025-12-29")).notes
    assert kinds(loaded(tmp_path, retail, targets=text.format("2026-01-01")))["no_month"][0] == 1


def test_a_target_of_a_segment_that_nobody_sells_in_is_noted(tmp_path):
    targets = "month,metric,amount,channel,region\n"
    targets += "2026-01-01,net_revenue,5,Webshop,N\n2026-01-01,net_revenue,5,Fair,N\n"
    tables = loaded(
        tmp_path,
        targets=targets,
        orders="order_id,order_date,net_amount,channel,customer_id\na,2026-01-02,1,Web shop,c\n",
        customers="customer_id,region\nc,N\n",
    )
    assert kinds(tables) == {"near_miss": (1, "Webshop"), "orphans": (1, "Fair")}
    assert {note.message.values["key"] for note in tables.notes} == {"channel"}


def test_targets_by_category_are_not_judged_without_the_products_that_say_it(tmp_path):
    targets = "month,metric,amount,category\n2026-01-01,net_revenue,5,Grinders\n"
    tables = loaded(tmp_path, targets=targets, orders=ORDERS + "a,2026-01-02,1,,p\n")
    assert not tables.notes


# the sample


def test_the_samples_tables_contradict_each_other_only_where_planted():
    tables = open_company("data/sample").tables(enriches=TABLES)
    between = {"orphans", "near_miss", "early", "history", "overlap", "undated", "no_month"}
    found = [(n.table, n.kind, n.count) for n in tables.notes if n.kind in between]
    assert found == [("orders", "orphans", 16)]
    assert ("tickets", "out_of_order", 2) in {(n.table, n.kind, n.count) for n in tables.notes}
