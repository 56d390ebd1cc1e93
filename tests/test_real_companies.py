"""Published companies of several tables: as they came, to the figures known of them."""

import html
import json
import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal
from functools import cache

import pandas as pd
import pytest
from conftest import revwork

from revwork import open_company
from revwork.analysis import sales
from revwork.data import intake
from revwork.data.wording import DataError

# Buyers are new in every order here; who they are is customer_unique_id.
# Freight is what the buyer pays, no cost of ours, and no part of what goods sold for.
OLIST = '''
company = "Olist"
currency = "BRL"
time_zone = "America/Sao_Paulo"

[tables.orders]
file = "{at}/olist_order_items_dataset.csv"
dimensions = ["seller_id"]
sql = """
SELECT order_id, order_item_id AS line, order_purchase_timestamp AS order_date, product_id,
  customer_unique_id AS customer_id, 1 AS quantity, price AS unit_price,
  order_status AS status, seller_id
FROM raw JOIN heads USING (order_id) JOIN buyers USING (customer_id)"""
[tables.orders.beside]
heads = "{at}/olist_orders_dataset.csv"
buyers = "{at}/olist_customers_dataset.csv"
[tables.orders.values.status]
delivered = "completed"
canceled = "cancelled"
unavailable = "cancelled"
invoiced = "open"
processing = "open"

[tables.customers]
file = "{at}/olist_customers_dataset.csv"
sql = """SELECT customer_unique_id AS customer_id, arg_max(customer_state, rowid) AS region
FROM raw GROUP BY 1 ORDER BY min(rowid)"""

[tables.products]
file = "{at}/olist_products_dataset.csv"
sql = """
SELECT product_id, coalesce(product_category_name_english, product_category_name) AS category
FROM raw LEFT JOIN english USING (product_category_name)"""
beside = { english = "{at}/product_category_name_translation.csv" }

[tables.partners]
file = "{at}/olist_order_items_dataset.csv"
sql = "SELECT DISTINCT seller_id AS partner_id FROM raw ORDER BY 1"

[tables.reviews]
file = "{at}/olist_order_reviews_dataset.csv"
[tables.reviews.columns]
date = "review_creation_date"
rating = "review_score"
title = "review_comment_title"
text = "review_comment_message"
'''

CRM = """
company = "Computers"
currency = "USD"
time_zone = "America/New_York"

[tables.opportunities]
file = "{at}/sales_pipeline.csv"
{only}
[tables.opportunities.columns]
owner = "sales_agent"
product_id = "product"
customer_id = "account"
stage = "deal_stage"
outcome = "deal_stage"
created_on = "engage_date"
amount = "close_value"
[tables.opportunities.values.outcome]
Engaging = "open"
Prospecting = "open"

[tables.customers]
file = "{at}/accounts.csv"
columns = { customer_id = "account", segment = "sector", region = "office_location" }

[tables.products]
file = "{at}/products.csv"
columns = { product_id = "product", category = "series", list_price = "sales_price" }

[tables.people]
file = "{at}/sales_teams.csv"
columns = { person_id = "sales_agent", region = "regional_office" }
"""

# Petrol is sold by volume, whatever department books it.
GROCER = '''
company = "Complete Journey"
currency = "USD"
time_zone = "America/New_York"

[tables.orders]
file = "{at}/transactions_sample.csv.gz"
dimensions = ["store_id"]
[tables.orders.columns]
order_id = "basket_id"
order_date = "transaction_timestamp"
customer_id = "household_id"
net_amount = "sales_value"

[tables.products]
file = "{at}/products.csv.gz"
sql = """SELECT product_id, department AS category, product_type AS product_name,
  CASE WHEN product_type LIKE 'GASOLINE%' THEN 'gallon' ELSE 'piece' END AS unit FROM raw"""

[tables.customers]
file = "{at}/demographics.csv"
columns = { customer_id = "household_id", segment = "age" }

[tables.campaigns]
file = "{at}/campaign_descriptions.csv"
sql = "SELECT *, 'coupon ' || campaign_type AS channel FROM raw"

[tables.promotions]
file = "{at}/promotions_sample.csv.gz"
'''

CHINOOK = '''
company = "Chinook"
currency = "USD"
time_zone = "America/New_York"

[tables.orders]
address = "sqlite:///{at}/Chinook_Sqlite.sqlite"
sql = """SELECT i.InvoiceId AS order_id, InvoiceLineId AS line, InvoiceDate AS order_date,
  CustomerId AS customer_id, TrackId AS product_id, Quantity, UnitPrice AS unit_price
FROM InvoiceLine JOIN Invoice i USING (InvoiceId)"""

[tables.customers]
file = "{at}/Chinook_Sqlite.sqlite"
table = "Customer"
columns = { customer_id = "CustomerId", region = "Country" }

[tables.products]
file = "{at}/Chinook_Sqlite.sqlite"
sql = """SELECT TrackId AS product_id, t.Name AS product_name, g.Name AS category,
  UnitPrice AS list_price
FROM Track t JOIN Genre g USING (GenreId)"""

[tables.people]
file = "{at}/Chinook_Sqlite.sqlite"
sql = """SELECT EmployeeId AS person_id, FirstName || ' ' || LastName AS name, Title AS team,
  HireDate AS start_date, Country AS region
FROM Employee"""
'''

# The export does not say when tickets came in; all answers are of 31 May 2023 and later.
TICKETS = """
company = "Support"
currency = "USD"
time_zone = "America/New_York"

[tables.tickets]
file = "{at}/customer_support_tickets.csv"
date_format = "%m/%d/%Y %H:%M"
{only}
[tables.tickets.columns]
ticket_id = "Ticket ID"
first_response_on = "First Response Time"
solved_on = "Time to Resolution"
status = "Ticket Status"
priority = "Ticket Priority"
topic = "Ticket Type"
channel = "Ticket Channel"
satisfaction = "Customer Satisfaction Rating"
[tables.tickets.values.status]
"Closed" = "solved"
"Pending Customer Response" = "pending"
[tables.tickets.values.priority]
"Critical" = "urgent"
"Medium" = "normal"
"""


def company(folder, toml, data, only=""):
    """Return the company that reads these data."""
    folder.mkdir(exist_ok=True)
    said = toml.replace("{at}", data.as_posix()).replace("{only}", only)
    (folder / "revwork.toml").write_text(said, "utf-8")
    return open_company(folder)


def loaded(one, *tables):
    return one.tables(enriches=tables, today=date(2026, 11, 22))


def sold(one):
    """Return the sales lines of a company, as the revenue report reads them."""
    found = loaded(one, "orders", "products", "customers", "fx_rates")
    return sales.lines(
        found.orders, found.products, found.customers, found.fx_rates, one.currency
    ).to_pandas()


def refusal(one, table):
    with pytest.raises(DataError) as error:
        loaded(one, table)
    return str(error.value)


def notes(tables):
    return {(one.table, one.kind, one.count) for one in tables.notes}


def report(folder, period):
    """Run the revenue notebook over the company; return its numbers and page."""
    setting = ["--workspace", folder, "-p", f"period={period}", "--out", "reports"]
    done = revwork("run", "01_revenue", *setting, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = (folder / "reports").glob("2*")
    numbers = {row["metric"]: row for row in json.loads((run / "kpis.json").read_text())}
    page = html.unescape((run / "01_revenue.html").read_text())
    assert "Traceback" not in page
    return numbers, page


# Olist: orders in one file, their lines in another


@pytest.fixture(scope="module")
def olist(data_set, tmp_path_factory):
    return company(tmp_path_factory.mktemp("olist"), OLIST, data_set("olist_sample_4k"))


@pytest.fixture(scope="module")
def olist_raw(data_set):
    """The lines with their order and buyer, joined by pandas."""
    heads, items, buyers = (
        pd.read_csv(data_set("olist_sample_4k") / f"olist_{name}_dataset.csv", dtype={"price": str})
        for name in ("orders", "order_items", "customers")
    )
    items["price"] = items["price"].map(Decimal)
    return items.merge(heads, on="order_id").merge(buyers, on="customer_id")


def test_olist_lines_find_their_order_in_the_file_beside(olist, olist_raw):
    orders = loaded(olist, "orders").orders.to_pandas()
    assert len(orders) == len(olist_raw) == 4519
    assert orders.net_amount.sum() == olist_raw.price.sum() == Decimal("549545.09")
    days = pd.to_datetime(olist_raw.order_purchase_timestamp).dt.date
    assert (orders.order_date.min().date(), orders.order_date.max().date()) == (
        days.min(),
        days.max(),
    )
    delivered = orders[orders.status == "completed"].order_id.nunique()
    assert delivered == olist_raw[olist_raw.order_status == "delivered"].order_id.nunique() == 3898


def test_olist_revenue_is_what_was_not_cancelled(olist, olist_raw):
    lines = sold(olist)
    kept = olist_raw[~olist_raw.order_status.isin(["canceled", "unavailable"])]
    assert lines.net.sum() == kept.price.sum()
    assert lines.order_id.nunique() == kept.order_id.nunique()
    assert lines.customer_id.nunique() == kept.customer_unique_id.nunique()
    wanted = kept[kept.customer_state == "SP"].price.sum()
    moved = olist_raw.groupby("customer_unique_id").customer_state.nunique().max()
    assert moved == 1 and lines[lines.region == "SP"].net.sum() == wanted


def test_olist_products_have_the_english_category_of_a_third_file(olist, data_set):
    products = pd.read_csv(data_set("olist_sample_4k") / "olist_products_dataset.csv")
    found = loaded(olist, "products").products.to_pandas()
    assert len(found) == len(products) == 3132
    unnamed = products.product_category_name.isna().sum()
    assert found.category.isna().sum() == unnamed > 0
    wanted = (products.product_category_name == "beleza_saude").sum()
    assert (found.category == "health_beauty").sum() == wanted > 0


def test_olist_reviews_and_sellers_are_read_and_orders_without_lines_are_told(olist, olist_raw):
    tables = loaded(olist, "orders", "reviews", "partners")
    reviews = tables.reviews.to_pandas()
    assert (len(reviews), round(reviews.rating.mean(), 3)) == (3986, 4.080)
    assert reviews.text.notna().sum() == 1655, "one of the 1,656 is an empty line"
    assert tables.partners.count().execute() == olist_raw.seller_id.nunique() == 1125
    without = ~reviews.order_id.isin(olist_raw.order_id)
    assert notes(tables) == {("reviews", "orphans", without.sum())}


def test_olist_is_read_anew_when_the_file_beside_changes(data_set, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for path in data_set("olist_sample_4k").glob("*.csv"):
        (data / path.name).write_bytes(path.read_bytes())
    one = company(tmp_path / "olist", OLIST, data)
    assert loaded(one, "orders").inputs[0].last_day == date(2018, 8, 29)
    heads = data / "olist_orders_dataset.csv"
    heads.write_text(heads.read_text().replace("2018-08-29 08:25:34", "2018-08-30 08:25:34"))
    assert loaded(one, "orders").inputs[0].last_day == date(2018, 8, 30)


def test_the_report_on_olist_says_what_pandas_says(olist, olist_raw):
    numbers, page = report(olist.folder, "2018-01-01..2018-07-31")
    kept = olist_raw[~olist_raw.order_status.isin(["canceled", "unavailable"])]
    day = pd.to_datetime(kept.order_purchase_timestamp)
    for column, year in (("value", 2018), ("comparison", 2017)):
        part = kept[(day >= f"{year}-01-01") & (day < f"{year}-08-01")]
        assert round(numbers["net_revenue"][column], 2) == float(part.price.sum())
        assert numbers["orders"][column] == part.order_id.nunique()
        assert numbers["customers"][column] == part.customer_unique_id.nunique()
    assert "R$" in page and "Margins need the cost of goods" in page
    assert "Without a price" not in page, "every line has a quantity and a price"


# Maven: a pipeline whose products are spelled otherwise than in the catalogue

BEGUN = 'sql = "SELECT * FROM raw WHERE engage_date IS NOT NULL"'


@pytest.fixture(scope="module")
def crm(data_set, tmp_path_factory):
    return company(tmp_path_factory.mktemp("crm"), CRM, data_set("maven_crm_opportunities"), BEGUN)


def test_deals_nobody_has_begun_say_why_they_are_not_loaded(data_set, tmp_path):
    one = company(tmp_path, CRM, data_set("maven_crm_opportunities"))
    assert refusal(one, "opportunities").endswith(
        "created_on is empty in 500 of 8,800 rows, first in row 8,301 below the header; every row "
        "needs it (day it entered the pipeline)."
    )


def test_the_deals_begun_are_won_lost_and_open_as_published(crm):
    deals = loaded(crm, "opportunities").opportunities.to_pandas()
    assert deals.outcome.value_counts().to_dict() == {"won": 4238, "lost": 2473, "open": 1589}
    assert deals[deals.outcome == "won"].amount.sum() == 10_005_534
    closed = deals[deals.outcome != "open"]
    assert round((closed.outcome == "won").mean(), 4) == 0.6315
    assert deals.owner.nunique() == 30
    assert (
        closed.close_date.notna().all() and deals[deals.outcome == "open"].close_date.isna().all()
    )


def test_gtxpro_is_reported_beside_gtx_pro_and_not_joined(crm, data_set):
    tables = loaded(crm, "opportunities", "products", "customers")
    raw = pd.read_csv(data_set("maven_crm_opportunities") / "sales_pipeline.csv")
    count = (raw["product"].eq("GTXPro") & raw.engage_date.notna()).sum()
    assert notes(tables) == {("opportunities", "near_miss", count)}
    (note,) = tables.notes
    assert (note.example, note.message.values["near"]) == ("GTXPro", "GTX Pro")
    known = tables.opportunities.semi_join(tables.products, "product_id").to_pandas()
    assert len(known) == raw.engage_date.notna().sum() - count
    assert "GTX Pro" not in set(known.product_id)
    assert {one.table: one.rows for one in tables.inputs}["products"] == 7
    assert {one.table: one.rows for one in tables.inputs}["customers"] == 85


def test_a_list_of_agents_without_a_first_day_is_no_table_of_people(crm):
    said = refusal(crm, "people")
    assert "has no column for start_date (first day); there is no other." in said
    assert "has no column for team (sales, service, marketing …)" in said


# Complete Journey: a grocer who sells petrol


@pytest.fixture(scope="module")
def grocer(data_set, tmp_path_factory):
    return company(tmp_path_factory.mktemp("grocer"), GROCER, data_set("completejourney_sample"))


@pytest.fixture(scope="module")
def baskets(data_set):
    folder = data_set("completejourney_sample")
    products = pd.read_csv(folder / "products.csv.gz")
    return pd.read_csv(folder / "transactions_sample.csv.gz").merge(
        products, on="product_id", how="left"
    )


@pytest.fixture(scope="module")
def petrol_and_food(grocer):
    return sold(grocer)


def test_the_grocers_sales_are_the_known_sum(petrol_and_food, baskets):
    lines = petrol_and_food
    assert len(lines) == 75_000
    assert lines.net.sum() == Decimal("233935.24") == Decimal(f"{baskets.sales_value.sum():.2f}")
    assert lines.customer_id.nunique() == 2377
    assert lines.order_id.nunique() == baskets.basket_id.nunique()


def test_petrol_is_most_of_the_units_and_little_of_the_sales(petrol_and_food, baskets):
    lines = petrol_and_food
    fuel = lines[lines.category == "FUEL"]
    share = float(fuel.quantity.sum() / lines.quantity.sum())
    assert share == pytest.approx(
        baskets[baskets.department == "FUEL"].quantity.sum() / baskets.quantity.sum()
    )
    assert round(share, 2) == 0.83, "README's 85 % counts petrol that other departments book"
    assert round(float(fuel.net.sum() / lines.net.sum()), 2) == 0.07


def test_units_add_up_within_a_unit_of_measure_only(petrol_and_food, baskets):
    lines = petrol_and_food
    petrol = baskets.product_type.str.startswith("GASOLINE", na=False)
    units = lines.groupby("unit").quantity.sum()
    assert set(units.index) == {"gallon", "piece"}
    assert units["gallon"] == baskets[petrol].quantity.sum()
    assert units["piece"] == baskets[~petrol].quantity.sum()
    assert units["gallon"] > 50 * units["piece"]


def test_the_grocers_other_tables_load_and_what_they_do_not_know_is_told(grocer, baskets, data_set):
    tables = loaded(grocer, "orders", "products", "customers", "campaigns")
    rows = {one.table: one.rows for one in tables.inputs}
    assert rows == {"orders": 75_000, "products": 92_331, "customers": 801, "campaigns": 27}
    households = pd.read_csv(data_set("completejourney_sample") / "demographics.csv").household_id
    assert notes(tables) == {
        ("orders", "orphans", (~baskets.household_id.isin(households)).sum()),
        ("orders", "orphans", baskets.department.isna().sum()),
    }


def test_weekly_placements_without_a_price_cut_are_no_promotions(grocer):
    said = refusal(grocer, "promotions")
    for column in ("promotion_id", "start_date", "end_date", "discount_rate"):
        assert f"has no column for {column} (" in said


# Chinook: all tables in one SQLite file


@pytest.fixture(scope="module")
def chinook(data_set, tmp_path_factory):
    return company(tmp_path_factory.mktemp("chinook"), CHINOOK, data_set("chinook"))


def test_chinook_adds_up_by_country_and_genre_as_its_own_sql_says(chinook, data_set):
    lines = sold(chinook)
    assert (len(lines), lines.net.sum()) == (2240, Decimal("2328.60"))
    assert (lines.order_id.nunique(), lines.customer_id.nunique()) == (412, 59)
    with closing(sqlite3.connect(data_set("chinook") / "Chinook_Sqlite.sqlite")) as file:
        country = file.execute(
            "SELECT Country, round(sum(Total), 2) FROM Invoice JOIN Customer USING (CustomerId) "
            "GROUP BY 1"
        ).fetchall()
        genre = file.execute(
            "SELECT g.Name, round(sum(l.UnitPrice * Quantity), 2) FROM InvoiceLine l "
            "JOIN Track USING (TrackId) JOIN Genre g USING (GenreId) GROUP BY 1"
        ).fetchall()
    for column, known in (("region", country), ("category", genre)):
        assert lines.groupby(column).net.sum().astype(float).to_dict() == pytest.approx(dict(known))


def test_chinooks_tables_resolve_without_a_warning(chinook):
    tables = loaded(chinook, "orders", "products", "customers", "people")
    rows = {one.table: one.rows for one in tables.inputs}
    assert rows == {"orders": 2240, "products": 3503, "customers": 59, "people": 8}
    assert notes(tables) == set()


# Support: tickets solved before anybody answered

CAME_IN = """sql = "SELECT *, '05/31/2023 00:00' AS created_on FROM raw\""""


def test_tickets_without_the_day_they_came_in_say_so(data_set, tmp_path):
    one = company(tmp_path, TICKETS, data_set("support_tickets_8k"))
    assert "has no column for created_on (day it came in)" in refusal(one, "tickets")


def test_tickets_solved_before_the_first_answer_are_kept_and_told(data_set, tmp_path):
    one = company(tmp_path, TICKETS, data_set("support_tickets_8k"), CAME_IN)
    tables = loaded(one, "tickets")
    assert notes(tables) == {("tickets", "out_of_order", 1365)}
    tickets = tables.tickets.to_pandas()
    assert tickets.status.value_counts().to_dict() == {
        "pending": 2881,
        "open": 2819,
        "solved": 2769,
    }
    marked = tickets[tickets.satisfaction.notna()]
    assert set(marked.status) == {"solved"} and round(marked.satisfaction.mean(), 2) == 2.99
    assert tickets.solved_on.notna().sum() == 2769


# what `revwork import` makes of them


@pytest.fixture(scope="module")
def imported(data_set, tmp_path_factory):
    """Return table → how it is said to load, and all lines shown, of a data set's files."""
    folder = tmp_path_factory.mktemp("imported")
    (folder / "revwork.toml").write_text('currency = "USD"')

    @cache
    def look(name):
        looked = intake.look_at(open_company(folder), intake.files([data_set(name)]))
        loads = {one.table: one.shown[-1].strip() for one in looked.entries}
        return loads, "\n".join(looked.shown)

    return look


def test_import_knows_what_olist_and_the_grocer_sent(imported):
    loads, shown = imported("olist_sample_4k")
    assert loads["customers"] == "loads: 4,000 rows"
    assert loads["products"] == "loads: 3,132 rows"
    assert loads["reviews"] == "loads: 3,986 rows from 2016-10-15 to 2018-08-31"
    assert loads["orders"].startswith("does not load yet: has no column for net_amount")
    assert "product_name_lenght →" not in shown, "lengths are no names"
    loads, _ = imported("completejourney_sample")
    assert loads["orders"] == "loads: 75,000 rows from 2017-01-01 to 2018-01-01"
    assert loads["products"] == "loads: 92,331 rows"


def test_import_tells_won_and_lost_by_the_stages(imported):
    loads, shown = imported("maven_crm_opportunities")
    assert "deal_stage     → outcome: all its values are known" in shown
    assert "Prospecting in deal_stage → open: a word for it" in shown
    assert loads["opportunities"].startswith("does not load yet: created_on is empty in 500 of")
    assert (loads["customers"], loads["products"]) == ("loads: 85 rows", "loads: 7 rows")


def test_import_opens_every_sheet_and_every_table(imported):
    loads, shown = imported("superstore_xls")
    assert loads == {
        "orders": "loads: 9,994 rows from 2014-01-03 to 2017-12-30",
        "returns": "loads: 296 rows",
    }
    assert "Superstore.xls, sheet People: is like no table that is known" in shown
    loads, shown = imported("chinook")
    assert loads["orders"] == "loads: 412 rows from 2021-01-01 to 2025-12-22"
    assert loads["customers"] == "loads: 59 rows"
    assert "Chinook_Sqlite.sqlite, table Invoice → orders" in shown


# Fivetran: tables of well-known programs as a connector leaves them in a database


def seeds(data_set, folder, toml, **only):
    return company(folder, f'currency = "USD"\ntime_zone = "UTC"\n{toml}', data_set(SEEDS), **only)


SEEDS = "fivetran_saas_exports"


@pytest.mark.parametrize(
    ("program", "table", "said"),
    [
        ("google_ads", "spend", "loads: 16 rows from 2021-01-05 to 2021-02-26"),
        ("salesforce", "opportunities", "loads, but has no rows other than opportunities in the"),
        ("stripe", "orders", "loads, but has no rows other than test payments and payments that"),
        ("stripe", "subscriptions", "does not load yet: has no column for monthly_amount"),
        ("hubspot", "customers", "loads: 24 rows from 2018-07-11 to 2020-01-10"),
        ("hubspot", "opportunities", "does not load yet: has no column for outcome"),
        (
            "zendesk",
            "tickets",
            'does not load yet: status has a value that is not known: "deleted"',
        ),
        ("shopify", "customers", "loads: 4 rows from 2020-09-09 to 2020-09-11"),
    ],
)
def test_what_a_connector_left_is_known_or_says_what_it_lacks(imported, program, table, said):
    loads, _ = imported(f"{SEEDS}/{program}")
    assert loads[table].startswith(said)


def test_google_ads_millionths_are_money(data_set, tmp_path):
    one = seeds(
        data_set,
        tmp_path,
        '[tables.spend]\nfile = "{at}/google_ads/campaign_stats_data.csv"\n'
        'preset = "google_ads_connector"',
    )
    raw = pd.read_csv(data_set(SEEDS) / "google_ads/campaign_stats_data.csv")
    spend = loaded(one, "spend").spend.to_pandas()
    assert float(spend.cost.sum()) == pytest.approx(raw.cost_micros.sum() / 1e6)
    assert (spend.clicks.sum(), spend.impressions.sum()) == (
        raw.clicks.sum(),
        raw.impressions.sum(),
    )


def test_stripes_smallest_coins_are_money_in_each_currency(data_set, tmp_path):
    raw = pd.read_csv(data_set(SEEDS) / "stripe/charge_data.csv", dtype=str).head(3)
    raw = raw.assign(status="succeeded", captured="TRUE", currency=["usd", "jpy", "kwd"])
    raw.loc[0, "amount_refunded"] = "1232"
    raw.to_csv(tmp_path / "charges.csv", index=False)
    said = 'currency = "USD"\n[tables.orders]\nfile = "charges.csv"\npreset = "stripe_charges"'
    orders = loaded(company(tmp_path, said, tmp_path), "orders").orders.to_pandas()
    assert orders[["line", "currency"]].values.tolist() == [
        [1, "USD"],
        [1, "JPY"],
        [1, "KWD"],
        [2, "USD"],
    ]
    assert orders.net_amount.astype(float).tolist() == [32932.32, 2_040_000, 4.071, -12.32]


SHOP = """
[tables.orders]
file = "{at}/shopify/shopify_order_line_data.csv"
sql = '''SELECT o.order_number AS order_id, "index" AS line, created_at AS order_date, product_id,
  customer_id, quantity, price AS unit_price, total_discount AS discount, currency
FROM raw JOIN heads o ON order_id = o.id'''
beside = { heads = "{at}/shopify/shopify_order_data.csv" }
"""


def test_a_shops_lines_find_their_order_in_another_of_its_tables(data_set, tmp_path):
    orders = (
        loaded(seeds(data_set, tmp_path, SHOP), "orders").orders.order_by("order_id").to_pandas()
    )
    assert orders[["order_id", "currency"]].values.tolist() == [
        ["5065", "GBP"],
        ["5066", "GBP"],
        ["5135", "GBP"],
    ]
    assert orders.net_amount.tolist() == [Decimal("4.4"), Decimal("2.8"), Decimal("5.6")]


DEALS = """
[tables.opportunities]
file = "{at}/hubspot/deal_data.csv"
sql = '''SELECT deal_id AS opportunity_id, property_dealname AS name, property_amount AS amount,
  property_createdate AS created_on, property_closedate AS close_date, label AS stage,
  CASE WHEN closed_won = 'TRUE' THEN 'won' WHEN is_closed = 'TRUE' THEN 'lost' ELSE 'open' END
    AS outcome
FROM raw LEFT JOIN stages ON stage_id = deal_pipeline_stage_id'''
beside = { stages = "{at}/hubspot/deal_pipeline_stage_data.csv" }
"""


def test_deals_whose_stage_no_table_names_say_so(data_set, tmp_path):
    said = refusal(seeds(data_set, tmp_path, DEALS), "opportunities")
    assert "stage is empty in " in said and "every row needs it (where it stands" in said
