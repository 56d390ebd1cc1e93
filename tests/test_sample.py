"""The sample company: rebuilt byte for byte, in its departments' words, kept to the contracts."""

import gzip
import io
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from conftest import revwork as command

import revwork
from revwork.contracts import TABLES, contract

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
SOURCES = tomllib.loads((SAMPLE / "revwork.toml").read_text("utf-8"))["tables"]
LARGEST = 12_000_000
NET = {"net_amount": "sum", "discount": "sum", "quantity": "sum"}


def generate(*arguments, cwd=None, **env):
    command = [sys.executable, str(SAMPLE / "generate.py"), *map(str, arguments)]
    env = os.environ | env
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=env)


@cache
def sent(table):
    """A file as its department sends it."""
    path = SAMPLE / SOURCES[table]["file"]
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".xlsx":
        return pd.read_excel(path, header=SOURCES[table].get("header_row", 1) - 1)
    foreign = {"customers": "cp1252", "tickets": "utf-8"}
    if table in foreign:
        return pd.read_csv(path, sep=";", decimal=",", encoding=foreign[table])
    return pd.read_csv(path, low_memory=False)


@cache
def mapped(table):
    """The same in the contract's words."""
    source, frame = SOURCES[table], sent(table)
    named = {c: frame[h] for c, h in source.get("columns", {}).items() if h}
    frame = frame.drop(columns=[h for h in source.get("columns", {}).values() if h]).assign(**named)
    for column, values in source.get("values", {}).items():
        frame[column] = frame[column].map(values)
    return frame


@pytest.fixture(scope="module")
def loaded():
    """Every table through the door."""
    return revwork.open_company(SAMPLE).tables(needs=list(SOURCES))


@cache
def sold():
    """Lines that count, in euros, with what products, customers and rates know."""
    rates = mapped("fx_rates").assign(date=lambda r: pd.to_datetime(r.date)).sort_values("date")
    lines = mapped("orders").query("status != 'cancelled'")
    lines = lines.assign(order_date=pd.to_datetime(lines.order_date)).sort_values("order_date")
    lines = pd.merge_asof(
        lines, rates, left_on="order_date", right_on="date", by="currency", direction="backward"
    )
    lines["rate"] = np.where(lines.currency == "EUR", 1, lines.rate)
    lines["net"], lines["cost"] = lines.net_amount * lines.rate, lines.cost_amount * lines.rate
    lines = lines.merge(mapped("products")[["product_id", "category"]], how="left")
    return lines.assign(year=(lines.order_date.dt.year * 12 + lines.order_date.dt.month - 9) // 12)


def left():
    """What is left of lines and of expenses, by business year from September."""
    lines, rent = sold(), mapped("expenses")
    costs = lines[["commission", "payment_cost", "shipping_cost"]].sum(axis=1) * lines.rate
    day = pd.to_datetime(rent.date)
    paid = rent.amount * rent.currency.map({"EUR": 1, "GBP": 1.16, "CHF": 1.06})
    net = lines.net.groupby(lines.year).sum()
    return net, (lines.net - lines.cost - costs).groupby(lines.year).sum() - paid.groupby(
        (day.dt.year * 12 + day.dt.month - 9) // 12
    ).sum()


def test_the_generator_rebuilds_every_file_byte_for_byte(tmp_path):
    alone = {"OMP_NUM_THREADS": "1", "ARROW_NUM_THREADS": "1", "PYTHONHASHSEED": "7"}
    assert generate("--out", tmp_path, cwd=tmp_path, **alone).returncode == 0
    made = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert {str(path) for path in made} >= {source["file"] for source in SOURCES.values()}
    assert [p for p in made if (tmp_path / p).read_bytes() != (SAMPLE / p).read_bytes()] == []


def test_a_few_tables_alone_are_the_same_files(tmp_path):
    assert generate("--out", tmp_path, "--tables", "prices,people").returncode == 0
    made = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert made == {"revwork.toml", "product/price_list.csv", "people/people.xlsx"}
    assert all((tmp_path / one).read_bytes() == (SAMPLE / one).read_bytes() for one in made)


def test_a_table_that_is_not_there_is_named():
    done = generate("--tables", "order")
    assert done.returncode == 2 and "no table order" in done.stderr


def test_another_seed_is_another_company(tmp_path):
    assert generate("--seed", 1, "--out", tmp_path, "--tables", "orders,products").returncode == 0
    for table in ("orders", "products"):
        path = SOURCES[table]["file"]
        assert (tmp_path / path).read_bytes() != (SAMPLE / path).read_bytes()


def test_scale_multiplies_customers_and_lines(tmp_path):
    asked = ("--scale", 0.25, "--out", tmp_path, "--tables", "orders,customers")
    assert generate(*asked).returncode == 0
    with gzip.open(tmp_path / SOURCES["orders"]["file"]) as file:
        lines = sum(1 for _ in file) - 1
    assert 0.2 < lines / len(sent("orders")) < 0.3
    customers = (tmp_path / SOURCES["customers"]["file"]).read_bytes().count(b"\n") - 1
    assert customers == len(sent("customers")) / 4


def test_every_table_has_a_file_and_all_stay_small_together():
    assert set(SOURCES) == set(TABLES) - {"returns"}  # the shop books credit notes
    files = [path for path in SAMPLE.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    files = [path for path in files if ".revwork" not in path.parts]
    assert sum(path.stat().st_size for path in files) < LARGEST


def test_the_company_has_the_size_it_says():
    rows = {"orders": 60_000, "customers": 8000, "products": 200, "opportunities": 1200}
    rows |= {"campaigns": 40, "web_events": 400_000, "sessions": 130_000, "tickets": 5000}
    rows |= {"surveys": 6000, "reviews": 7000, "touchpoints": 36_000}
    for table, wanted in rows.items():
        assert len(sent(table)) == pytest.approx(wanted, rel=0.12), table


def test_every_table_passes_the_door_with_warnings_only(loaded):
    found = {(note.table, note.kind) for note in loaded.notes}
    planted = {("orders", "duplicates"), ("orders", "orphans"), ("customers", "encoding")}
    assert found >= planted | {("surveys", "late"), ("tickets", "future")}
    assert not loaded.absent and str(loaded.as_of) == "2026-09-14"


@pytest.mark.parametrize("table", SOURCES)
def test_declared_columns_are_the_contracts_and_stand_in_the_file(table):
    source, fields = SOURCES[table], contract(table).to_schema().columns
    declared = {c: h for c, h in source.get("columns", {}).items() if h}
    assert set(declared) <= set(fields) | set(source.get("dimensions", []))
    assert set(declared.values()) <= set(sent(table).columns)
    needed = {name for name, field in fields.items() if not field.nullable} - {"line"}
    assert needed <= set(mapped(table).columns)


@pytest.mark.parametrize("table", SOURCES)
def test_every_coded_value_is_declared_and_no_required_cell_is_empty(table):
    for column in SOURCES[table].get("values", {}):
        header = SOURCES[table]["columns"][column]
        assert (mapped(table)[column].isna() == sent(table)[header].isna()).all()
    fields = contract(table).to_schema().columns
    needed = [name for name in mapped(table) if name in fields and not fields[name].nullable]
    assert mapped(table)[needed].notna().all(axis=None)


@pytest.mark.parametrize(
    ("table", "key", "other", "strangers"),
    [
        ("orders", "customer_id", "customers", 6),
        ("orders", "product_id", "products", 0),
        ("orders", "partner_id", "partners", 0),
        ("sessions", "order_id", "orders", 0),
        ("web_events", "session_id", "sessions", 0),
        ("subscriptions", "customer_id", "customers", 0),
        ("opportunities", "customer_id", "customers", 0),
        ("opportunities", "partner_id", "partners", 0),
        ("opportunity_history", "opportunity_id", "opportunities", 0),
        ("prices", "product_id", "products", 0),
        ("competitor_prices", "product_id", "products", 0),
        ("competitor_prices", "competitor", "competitors", 0),
        ("reviews", "competitor", "competitors", 0),
        ("reviews", "order_id", "orders", 0),
        ("tickets", "order_id", "orders", 0),
        ("surveys", "ticket_id", "tickets", 0),
        ("spend", "campaign_id", "campaigns", 0),
        ("touchpoints", "campaign_id", "campaigns", 0),
        ("touchpoints", "order_id", "orders", 0),
    ],
)
def test_keys_are_known_where_they_should_be(table, key, other, strangers):
    rows = mapped(table).dropna(subset=key)
    unknown = rows[~rows[key].isin(mapped(other)[key])]
    assert unknown[key].nunique() == strangers and len(rows)


@pytest.mark.parametrize(
    ("table", "who"), [("orders", "owner"), ("opportunities", "owner"), ("tickets", "agent")]
)
def test_people_who_sell_and_serve_are_employed(table, who):
    assert mapped(table)[who].dropna().isin(mapped("people").person_id).all()


def test_spanish_and_french_days_come_before_months():
    for table, header in (("customers", "Fecha de alta"), ("tickets", "Ouvert le")):
        assert sent(table)[header].str.split("/").str[0].astype(int).max() > 12


def test_five_lines_occur_twice():
    assert sent("orders").duplicated().sum() == 5


def test_a_deal_ends_in_the_stage_the_crm_shows():
    last = mapped("opportunity_history").groupby("opportunity_id").tail(1)
    deals = mapped("opportunities").set_index("opportunity_id")
    same = deals.loc[last.opportunity_id]
    assert len(last) == len(deals) and (same.stage.to_numpy() == last.stage.to_numpy()).all()
    assert (same.amount.to_numpy() == last.amount.to_numpy()).mean() > 0.97


def test_deals_won_are_ordered_on_their_day_for_about_their_amount():
    won = mapped("opportunities").query("outcome == 'won' and close_date >= '2023-09-01'")
    orders = mapped("orders").query("channel == 'Sales team'")
    net = orders.groupby(["customer_id", "order_date"], as_index=False).net_amount.sum()
    both = won.merge(
        net, left_on=["customer_id", "close_date"], right_on=["customer_id", "order_date"]
    )
    assert len(both) >= 0.98 * len(won)
    assert 0.9 < both.net_amount.sum() / both.amount.sum() < 1.2


@pytest.mark.parametrize(
    ("table", "day"),
    [("orders", "order_date"), ("subscriptions", "start_date"), ("expenses", "date")],
)
def test_a_foreign_currency_has_a_rate_before_its_first_day(table, day):
    foreign = mapped(table).query("currency != 'EUR'")
    first_rate = mapped("fx_rates").groupby("currency").date.min()
    assert (foreign.currency.map(first_rate) <= foreign[day].astype(str)).all() and len(foreign)


def test_three_currencies_are_used():
    assert set(mapped("orders").currency) == {"EUR", "GBP", "CHF"}


def test_orders_run_for_three_years_and_a_part_of_a_month():
    days = mapped("orders").order_date
    assert (days.min(), days.max()) == ("2023-09-01", "2026-09-14")


def test_net_amount_is_quantity_times_price_less_discount():
    lines = mapped("orders")
    worked_out = lines.quantity * lines.unit_price - lines.discount
    assert (lines.net_amount - worked_out).abs().max() < 0.011


def test_credit_notes_are_negative_and_nothing_else_is():
    lines = mapped("orders")
    assert ((lines.net_amount < 0) == lines.order_id.str.startswith("CN-")).all()


def test_an_order_has_one_day_customer_currency_and_channel():
    orders = mapped("orders").groupby("order_id")
    shared = ["order_date", "customer_id", "currency", "channel", "region", "status"]
    assert (orders[shared].nunique() == 1).all(axis=None)


def test_nobody_buys_before_they_are_a_customer():
    joined = mapped("customers").set_index("customer_id").since
    since = sold().customer_id.map(pd.to_datetime(joined, format="%d/%m/%Y"))
    assert not (sold().order_date < since).any()


def test_nothing_is_sold_before_it_is_launched_but_by_deal_or_subscription():
    launched = pd.to_datetime(mapped("products").set_index("product_id").launched_on)
    assert not (sold().order_date < sold().product_id.map(launched)).any()


def test_a_line_is_sold_at_the_list_price_of_its_day():
    lines = sold()[sold().net > 0].sort_values("order_date")
    listed = mapped("prices").assign(valid_from=lambda p: pd.to_datetime(p.valid_from))
    listed = listed.sort_values("valid_from")
    both = pd.merge_asof(
        lines,
        listed.rename(columns={"list_price": "listed"}),
        left_on="order_date",
        right_on="valid_from",
        by=["product_id", "currency"],
    )
    bought = both[~both.product_id.str.startswith("BE")]
    assert (bought.unit_price == bought.listed).all()


def test_the_company_grows_and_earns_a_little():
    net, result = left()
    years = net.index[:3]
    growth = net[years].pct_change().dropna()
    assert growth.between(0.04, 0.18).all()
    share = (result / net)[years]
    assert share.between(-0.02, 0.06).all() and share.iloc[-1] > 0


def test_margins_are_those_of_a_trader():
    assert 0.40 < 1 - sold().cost.sum() / sold().net.sum() < 0.50
    category = sold().groupby("category")[["net", "cost"]].sum()
    assert (1 - category.cost / category.net).between(0.30, 0.55).all()


def test_christmas_is_the_households_season():
    web = sold()[sold().channel == "Marketplace"]
    monthly = web.net.groupby([web.year, web.order_date.dt.month]).sum().unstack().loc[:24311]
    assert (monthly.mean()[[11, 12]].mean() > 1.3 * monthly.mean()[[6, 7, 8]].mean()).all()


def test_advertising_in_the_books_is_what_the_platforms_report():
    text = mapped("expenses").description.fillna("")
    booked = mapped("expenses")[text.str.startswith("Advertising")].amount.sum()
    spent = mapped("spend").query("date < '2026-09-01'").cost.sum()
    assert booked == pytest.approx(spent, rel=0.03)


def test_a_subscription_is_invoiced_at_its_monthly_amount():
    web = mapped("orders").query("channel == 'Web shop'")
    bought = web[["customer_id", "order_date", "net_amount"]].itertuples(False, None)
    orders = {(who, day, round(net, 2)) for who, day, net in bought}
    first = mapped("subscriptions").sort_values("start_date").drop_duplicates("subscription_id")
    first = first[first.start_date >= "2023-09-01"]
    began = first[["customer_id", "start_date", "monthly_amount"]].itertuples(False, None)
    assert set(began) <= orders and len(first) > 300


def test_every_session_that_bought_ended_in_a_web_order():
    bought = mapped("sessions").dropna(subset="order_id")
    orders = mapped("orders").drop_duplicates("order_id").set_index("order_id")
    ended = orders.loc[bought.order_id]
    assert bought.order_id.is_unique and (ended.channel == "Web shop").all()
    assert (ended.order_date.to_numpy() == bought.date.astype(str).to_numpy()).all()
    assert 0.04 < len(bought) / len(mapped("sessions")) < 0.09


def test_visits_have_the_steps_up_to_the_one_they_reached():
    events = mapped("web_events")
    reached = events.groupby("session_id").position.agg(["max", "size"])
    assert (reached["max"] == reached["size"]).all()
    assert events.groupby("position").step.nunique().eq(1).all()
    bought = set(mapped("sessions").dropna(subset="order_id").session_id)
    assert set(events.session_id[events.step == "purchase"]) == bought


def test_reviews_are_written_in_three_languages_about_us_and_three_rivals():
    reviews = mapped("reviews")
    assert set(reviews.language) == {"es", "fr", "en"}
    assert reviews.competitor.nunique() == 3 and 0.3 < reviews.competitor.isna().mean() < 0.55
    assert reviews.text.str.len().between(10, 400).all() and reviews.text.nunique() > 4000


def test_targets_cover_every_month_from_the_first_order_to_the_end_of_2026():
    months = mapped("targets").groupby("metric").month.nunique()
    assert (months == 40).all() and set(months.index) == {
        *("net_revenue", "gross_margin", "contribution_margin", "operating_result"),
        *("win_rate", "cycle_days", "cac", "net_yearly_retention", "gross_yearly_retention"),
        *("discount_rate", "contribution_rate", "commission_rate", "site_conversion"),
        *("price_index_by_revenue", "market_share"),
    }


def test_shopifys_export_holds_the_web_shops_orders_once_more():
    with ZipFile(next(SAMPLE.glob("sales/shopify*.zip"))) as packed:
        export = pd.read_csv(io.BytesIO(packed.read("orders_export.csv")), low_memory=False)
    assert len(export.columns) == 61 and not re.search(r"@(?!example\.com)", export.to_csv())
    first = export[export.Total.notna()]
    assert first.Name.is_unique and set(first.Name) == set(export.Name)
    web = mapped("orders").query("channel == 'Web shop' and order_date >= '2026-06-01'")
    web = web[web.net_amount > 0]
    assert len(export) == len(web)
    assert first.Total.sum() == pytest.approx(web.net_amount.sum(), abs=1)


def test_google_ads_and_hubspot_are_laid_out_as_they_export():
    daily = ["Day", "Campaign", "Campaign ID", "Cost", "Impr.", "Clicks", "Conversions"]
    deals = ["Record ID", "Deal Name", "Pipeline", "Deal Stage", "Amount"]
    assert list(sent("spend"))[:7] == daily
    assert list(sent("opportunities"))[:5] == deals


SHOPIFY = "sales/shopify_web_orders_2026-06.zip"
HUBSPOT, GOOGLE_ADS = "sales/hubspot_deals.csv", "marketing/google_ads_daily.csv.gz"


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """A new workspace into which the exports of three systems were imported, none explained."""
    folder = tmp_path_factory.mktemp("new") / "shop"
    assert command("init", folder).returncode == 0
    files = [SAMPLE / one for one in (SHOPIFY, HUBSPOT, GOOGLE_ADS)]
    done = command("import", "--yes", *files, cwd=folder)
    assert done.returncode == 0, done.stderr
    tables = revwork.open_company(folder).tables(needs=["orders", "opportunities", "spend"])
    assert not tables.absent
    return done.stdout, tables


def test_exports_of_known_systems_are_recognised_without_a_word(imported):
    said, tables = imported
    for recognised in ("Shopify orders", "HubSpot deals", "Google Ads days"):
        assert recognised in said
    assert tables.opportunities.count().execute() == len(sent("opportunities"))
    assert tables.spend.count().execute() == len(sent("spend"))
    spent = float(tables.spend.cost.sum().execute())
    assert spent == pytest.approx(sent("spend")["Cost"].sum(), abs=0.01)
    won = tables.opportunities.group_by("outcome").agg(n=lambda t: t.count()).execute()
    assert dict(won.to_numpy()) == mapped("opportunities").outcome.value_counts().to_dict()


def test_shopifys_export_tells_of_each_order_what_the_shop_systems_does(imported):
    found = imported[1].orders.execute().assign(order_id=lambda o: "SO-" + o.order_id.str[1:])
    web = mapped("orders").query("channel == 'Web shop' and order_date >= '2026-06-01'")
    web = web[(web.net_amount > 0) & ~web.duplicated()]
    assert len(found) == len(web) and not found.duplicated(["order_id", "line"]).any()
    theirs = found.groupby("order_id").agg(NET | {"order_date": "first"})
    ours = web.groupby("order_id").agg(NET | {"order_date": "first"})
    assert (theirs.index == ours.index).all()
    assert (theirs.order_date.astype(str).str[:10] == ours.order_date).all()
    for column in NET:
        apart = theirs[column].astype(float) - ours[column]
        assert apart.abs().max() < 0.006, column
    off = found.groupby("order_id").status.first() == "cancelled"
    assert (off == (web.groupby("order_id").status.first() == "cancelled")).all()


def readme():
    lines = (SAMPLE / "README.md").read_text("utf-8").splitlines()
    return [[c.strip() for c in line.strip("| ").split("|")] for line in lines if line[:1] == "|"]


def test_the_readme_counts_the_rows_that_are_there():
    counted = {}
    for names, _, rows, _ in (row for row in readme() if "/" in row[1]):
        counted |= dict(zip(names.split(", "), rows.split(" · "), strict=True))
    with ZipFile(SAMPLE / SHOPIFY) as packed:
        shopify = pd.read_csv(io.BytesIO(packed.read("orders_export.csv")), low_memory=False)
    lengths = {name: len(sent(name)) for name in SOURCES} | {"(orders)": len(shopify)}
    assert counted == {name: f"{length:,}" for name, length in lengths.items()}


def test_the_readme_says_of_effects_what_the_truth_says():
    written = tomllib.loads((SAMPLE / "truth.toml").read_text("utf-8"))["effect"]
    said = {row[0].split(":")[0]: row[3] for row in readme() if "k€" in row[-1]}
    worth = {one["id"]: f"{one['impact']['value'] / 1000:+.0f} k€" for one in written}
    assert said == {name: text.replace("-", "−") for name, text in worth.items()}


def test_the_readme_counts_what_is_no_defect_and_names_what_is():
    text, lines = (SAMPLE / "README.md").read_text("utf-8"), sent("orders")
    credits, cancelled = lines["Order No"].str.startswith("CN-"), lines.Status == "Cancelled"
    assert f"{credits.sum():,} credit note lines" in text
    assert f"{cancelled.sum():,} lines cancelled" in text
    strangers = ~mapped("orders").customer_id.isin(mapped("customers").customer_id)
    for wrong in (lines.duplicated(), strangers):
        assert ", ".join(sorted(set(lines["Order No"][wrong]))) + "." in text
