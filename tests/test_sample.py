"""The sample company: rebuilt byte for byte, in its departments' words, with its story in it."""

import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from revwork.contracts import TABLES, contract

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
SOURCES = tomllib.loads((SAMPLE / "revwork.toml").read_text("utf-8"))["tables"]


@cache
def sent(table):
    """A file as its department sends it."""
    path = SAMPLE / SOURCES[table]["file"]
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".xlsx":
        return pd.read_excel(path, header=SOURCES[table]["header_row"] - 1)
    if table == "customers":
        return pd.read_csv(path, sep=";", decimal=",", encoding="cp1252")
    return pd.read_csv(path)


@cache
def mapped(table):
    """The same in the contract's words."""
    source = SOURCES[table]
    frame = sent(table).rename(columns={h: c for c, h in source.get("columns", {}).items()})
    for column, values in source.get("values", {}).items():
        frame[column] = frame[column].map(values)
    return frame


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
    return lines.assign(quarter=lines.order_date.dt.to_period("Q").astype(str))


def test_the_generator_rebuilds_every_file_byte_for_byte(tmp_path):
    generator = [sys.executable, str(SAMPLE / "generate.py"), "--out", str(tmp_path)]
    subprocess.run(generator, check=True, cwd=tmp_path)
    made = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert {str(path) for path in made} >= {source["file"] for source in SOURCES.values()}
    assert [p for p in made if (tmp_path / p).read_bytes() != (SAMPLE / p).read_bytes()] == []


def test_another_seed_is_another_company(tmp_path):
    generator = [sys.executable, str(SAMPLE / "generate.py"), "--seed", "1", "--out", str(tmp_path)]
    subprocess.run(generator, check=True)
    for source in SOURCES.values():
        assert (tmp_path / source["file"]).read_bytes() != (SAMPLE / source["file"]).read_bytes()


def test_every_table_has_a_file_and_all_stay_small_together():
    assert set(SOURCES) <= set(TABLES)
    assert sum((SAMPLE / source["file"]).stat().st_size for source in SOURCES.values()) < 2_500_000


@pytest.mark.parametrize("table", SOURCES)
def test_declared_columns_are_the_contracts_and_stand_in_the_file(table):
    source, fields = SOURCES[table], contract(table).to_schema().columns
    declared = source.get("columns", {})
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


@pytest.mark.parametrize("table", SOURCES)
def test_what_the_contract_wants_unique_is(table):
    fields = contract(table).to_schema().columns
    for name in mapped(table).columns.intersection(list(fields)):
        assert not (fields[name].unique and mapped(table)[name].duplicated().any())
    together = [name for name in contract(table).Config.unique or [] if name in mapped(table)]
    if "line" not in (contract(table).Config.unique or []) and together:
        assert not mapped(table).duplicated(together).any()


def test_spanish_days_come_before_months():
    day = sent("customers")["Fecha de alta"].str.split("/").str[0].astype(int)
    assert day.max() > 12


def test_six_orders_name_unknown_customers_and_every_product_is_known():
    orders = mapped("orders")
    unknown = orders[~orders.customer_id.isin(mapped("customers").customer_id)]
    assert unknown.order_id.nunique() == 6 and len(unknown) / len(orders) < 0.005
    assert orders.product_id.isin(mapped("products").product_id).all()


def test_five_lines_occur_twice():
    assert sent("orders").duplicated().sum() == 5


@pytest.mark.parametrize(
    ("table", "day"),
    [("orders", "order_date"), ("subscriptions", "start_date"), ("expenses", "date")],
)
def test_a_foreign_currency_has_a_rate_before_its_first_day(table, day):
    foreign = mapped(table).query("currency != 'EUR'")
    first_rate = mapped("fx_rates").groupby("currency").date.min()
    assert (foreign.currency.map(first_rate) <= foreign[day].astype(str)).all() and len(foreign)


def test_orders_run_from_april_2024_to_mid_september_2026():
    assert (mapped("orders").order_date.min(), mapped("orders").order_date.max()) == (
        "2024-04-01",
        "2026-09-14",
    )


def test_net_amount_is_quantity_times_price_less_discount():
    lines = mapped("orders")
    worked_out = lines.quantity * lines.unit_price - lines.discount
    assert (lines.net_amount - worked_out).abs().max() < 0.006


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


def test_the_company_grows_about_an_eighth_a_year():
    day, net = sold().order_date, sold().net
    first, second = (net[(day >= f"{y}-04") & (day < f"{y + 1}-04-01")].sum() for y in (2024, 2025))
    half = [net[(day >= f"{y}-04") & (day < f"{y}-09-15")].sum() for y in (2025, 2026)]
    assert 0.08 < second / first - 1 < 0.18 and 0.05 < half[1] / half[0] - 1 < 0.18


def test_margins_are_those_of_a_trader():
    assert 0.38 < 1 - sold().cost.sum() / sold().net.sum() < 0.46
    category = sold().groupby("category")[["net", "cost"]].sum()
    assert (1 - category.cost / category.net).between(0.30, 0.55).all()


def test_what_is_left_after_all_expenses_is_a_little():
    lines, rent = sold(), mapped("expenses")
    order_costs = lines[["commission", "payment_cost", "shipping_cost"]].sum(axis=1) * lines.rate
    expenses = (rent.amount * np.where(rent.currency == "GBP", 1.15, 1)).sum()
    left = (lines.net - lines.cost - order_costs).sum() - expenses
    assert 0 < left / lines.net.sum() < 0.05


def test_a_rival_takes_the_grinders_of_the_german_marketplace():
    segment = "category == 'Grinders' and region == 'Germany' and channel == 'Marketplace'"
    net = sold().query(segment).groupby("quarter").net.sum()
    assert net["2026Q2"] < 0.25 * net["2025Q2"]


def test_french_beans_grow_strongly():
    net = sold().query("category == 'Beans' and region == 'France'").groupby("quarter").net.sum()
    assert net["2026Q2"] > 1.5 * net["2025Q2"]


def test_machines_became_dearer_and_fewer():
    machines = sold().query("category == 'Espresso machines' and net > 0")
    half = machines[machines.order_date.dt.month <= 6].groupby(machines.order_date.dt.year)
    assert half.quantity.sum()[2026] < half.quantity.sum()[2025]
    price = half.apply(lambda m: m.groupby("product_id").unit_price.max())
    assert (price.loc[2026] / price.loc[2025]).median() == pytest.approx(1.09, abs=0.01)


def test_one_office_stands_out():
    net = sold().query("quarter == '2026Q2'").groupby("customer_id").net.sum()
    name = mapped("customers").set_index("customer_id").customer_name
    assert name[net.idxmax()] == "Grupo Meridiano" and 0.04 < net.max() / net.sum() < 0.09


def test_a_subscription_begins_with_an_order_of_its_monthly_amount():
    first = mapped("subscriptions").sort_values("start_date").drop_duplicates("subscription_id")
    first = first[first.start_date >= "2024-04-01"]
    orders = set(
        mapped("orders")[["customer_id", "order_date", "net_amount"]].itertuples(False, None)
    )
    began = first[["customer_id", "start_date", "monthly_amount"]].itertuples(
        index=False, name=None
    )
    assert set(began) <= orders


def test_every_session_that_bought_ended_in_a_web_order():
    bought = mapped("sessions").dropna(subset="order_id")
    orders = mapped("orders").drop_duplicates("order_id").set_index("order_id")
    ended = orders.loc[bought.order_id]
    assert bought.order_id.is_unique and (ended.channel == "Web shop").all()
    assert (ended.order_date.to_numpy() == bought.date.astype(str).to_numpy()).all()
    assert 0.02 < len(bought) / len(mapped("sessions")) < 0.04


def test_targets_cover_every_month_from_the_first_order_to_the_end_of_2026():
    months = mapped("targets").groupby("metric").month.nunique()
    assert (months == 33).all() and set(months.index) == set(
        ["net_revenue", "gross_margin", "contribution_margin", "operating_result"]
    )
