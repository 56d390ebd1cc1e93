"""Published data sets, from the file as it came to the figure as it is known."""

import html
import json
import re
from decimal import Decimal

import pytest
from conftest import revwork

import revwork as package
from revwork.analysis import sales

RETAIL = """
company = "Online Retail"
currency = "GBP"
time_zone = "Europe/London"

[tables.orders]
file = "{file}"

[tables.orders.columns]
order_id = "InvoiceNo"
order_date = "InvoiceDate"
product_id = "StockCode"
quantity = "Quantity"
unit_price = "UnitPrice"
customer_id = "CustomerID"
region = "Country"
"""
# Discount is a share here, Row ID numbers the whole sheet: neither is the contract's column.
SUPERSTORE = """
company = "Superstore"
currency = "USD"
time_zone = "America/New_York"

[tables.orders]
file = "{file}"
sheet = "Orders"
dimensions = ["ship_mode"]

[tables.orders.columns]
net_amount = "Sales"
discount = ""

[tables.returns]
file = "{file}"
sheet = "Returns"
"""


def workspace(folder, toml, file):
    """Write a company that reads this file; skip where the data set is not among the others."""
    if not file.exists():
        pytest.skip(f"{file.parent.name} is not among the data sets")
    (folder / "revwork.toml").write_text(toml.format(file=file))
    return folder


def report(folder, period):
    """Run the revenue notebook over the company; return its manifest, numbers and page."""
    setting = ["--workspace", folder, "-p", f"period={period}", "--out", period]
    done = revwork("run", "01_revenue", *setting, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = (folder / period).glob("2*")
    numbers = {row["metric"]: row for row in json.loads((run / "kpis.json").read_text())}
    manifest = json.loads((run / "manifest.json").read_text())
    return manifest, numbers, html.unescape((run / "01_revenue.html").read_text())


@pytest.fixture(scope="module")
def retail(real, tmp_path_factory):
    """240,007 lines of a wholesaler of gifts, credit notes among them, a quarter anonymous."""
    file = real / "online_retail_2010_11_part/online_retail.parquet"
    return workspace(tmp_path_factory.mktemp("retail"), RETAIL, file)


@pytest.fixture(scope="module")
def retail_report(retail):
    return report(retail, "2010-12-01..2011-06-26")


@pytest.fixture(scope="module")
def superstore(real, tmp_path_factory):
    """9,994 lines in an .xls of three sheets; sales without cost, returns without a day."""
    file = real / "superstore_xls/Sample - Superstore.xls"
    return workspace(tmp_path_factory.mktemp("superstore"), SUPERSTORE, file)


@pytest.fixture(scope="module")
def superstore_report(superstore):
    return report(superstore, "2014-01-01..2017-12-31")


@pytest.fixture(scope="module")
def superstore_2017(superstore):
    return report(superstore, "2017")


# Online Retail


def test_the_retailers_revenue_is_the_published_sum_on_page_and_file(retail_report):
    manifest, numbers, page = retail_report
    assert manifest["notebooks"][0]["status"] == "succeeded"
    assert round(numbers["net_revenue"]["value"], 2) == 4_275_143.93
    assert "£4,275,144" in page
    assert manifest["inputs"][0]["rows"] == 240_007


def test_the_retailers_sales_and_credit_notes_are_the_published_parts(retail):
    company = package.open_company(retail)
    tables = company.tables(["orders"], ["products", "customers", "fx_rates"])
    lines = sales.lines(
        tables.orders, tables.products, tables.customers, tables.fx_rates, company.currency
    )
    parts = lines.group_by("is_return").agg(net=lines.net.sum()).execute()
    cents = {r.is_return: r.net.quantize(Decimal("0.01")) for r in parts.itertuples()}
    assert cents == {False: Decimal("4700382.11"), True: Decimal("-425238.18")}


def test_the_retailers_repeated_rows_are_kept_and_told(retail_report):
    _, _, page = retail_report
    assert "orders: 1,970 rows repeat another in full." in page


@pytest.mark.parametrize("data", ["retail_report", "superstore_report"])
def test_the_regions_printed_add_up_to_the_total_printed(data, request):
    _, numbers, page = request.getfixturevalue(data)
    bars = page.partition('alt="Bars: ')[2].partition('"')[0]
    amounts = [float(text.replace(",", "")) for text in re.findall(r"[£$]([\d,]+)", bars)]
    assert len(amounts) >= 4
    assert sum(amounts) == pytest.approx(numbers["net_revenue"]["value"], abs=len(amounts) / 2)


@pytest.mark.parametrize("data", ["retail_report", "superstore_report"])
def test_a_period_with_nothing_before_it_says_so_and_compares_nothing(data, request):
    _, numbers, page = request.getfixturevalue(data)
    assert "nothing to compare with" in page
    assert {row["comparison"] for row in numbers.values()} == {None}


@pytest.mark.parametrize("data", ["retail_report", "superstore_2017"])
def test_what_the_company_does_not_record_steps_aside_in_a_sentence(data, request):
    _, numbers, page = request.getfixturevalue(data)
    assert not {"gross_margin", "contribution_margin", "operating_result"} & numbers.keys()
    assert {row["target"] for row in numbers.values()} == {None}
    for sentence in ("Margins need the cost of goods", "No subscription is paid"):
        assert sentence in page
    absent = page.partition("Not in this workspace: ")[2].partition("</p>")[0]
    assert {"targets", "expenses", "sessions"} <= set(absent.strip(".").split(", "))
    assert "Traceback" not in page and not re.search(r"\bnan\b", page, re.I)


# Superstore


def test_the_superstores_figures_are_the_published_ones_returns_without_a_day_left_alone(
    superstore_report,
):
    manifest, numbers, page = superstore_report
    assert manifest["notebooks"][0]["status"] == "succeeded"
    assert round(numbers["net_revenue"]["value"], 2) == 2_297_200.86
    assert (numbers["orders"]["value"], numbers["customers"]["value"]) == (5009, 793)
    assert "$2,297,201" in page
    assert {given["table"]: given["rows"] for given in manifest["inputs"]} == {
        "orders": 9994,
        "returns": 296,
    }
    assert "$180,504" in page, "what the 296 returned orders sold for is shown, not subtracted"


def test_a_year_that_ends_a_day_early_stands_beside_as_many_days_of_the_leap_year(superstore_2017):
    _, numbers, page = superstore_2017
    net = numbers["net_revenue"]
    assert (round(net["value"], 2), round(net["comparison"], 2)) == (733_215.26, 607_700.06)
    assert "no session" in page, "the tree of visits steps aside"
