"""From files to tables: what is read, what is completed, and what is noted on the way."""

from datetime import date, datetime
from decimal import Decimal

import duckdb
import openpyxl
import pandas as pd
import pytest

import revwork
from revwork.data.wording import DataError
from revwork.findings import Unanswered

TODAY = date(2026, 11, 21)
HOME = 'currency = "EUR"\ntime_zone = "Europe/Madrid"\n'


def workspace(folder, toml="", **files):
    """Open a company with a CSV file for every table; `toml` is appended to what says so."""
    sections = {table: f'[tables.{table}]\nfile = "{table}.csv"\n' for table in files}
    for table, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{table}.csv").write_bytes(data)
    first, *others = sections.values()
    (folder / "revwork.toml").write_text(f"{HOME}{''.join(others)}{first}{toml}", "utf-8")
    return revwork.open_company(folder)


def orders(folder, lines, toml="", header="order_id,order_date,net_amount"):
    """Load orders from CSV lines and return them as rows."""
    company = workspace(folder, toml, orders="\n".join([header, *lines]) + "\n")
    return rows(company.tables(needs=["orders"], today=TODAY).orders)


def rows(table):
    return table.to_pyarrow().to_pylist()


def days(found):
    return [row["order_date"] for row in found]


def amounts(found):
    return [row["net_amount"] for row in found]


def kinds(tables):
    return {note.kind: (note.count, note.example) for note in tables.notes}


# what a table is


def test_a_table_has_every_column_of_its_contract_in_its_type(tmp_path):
    company = workspace(tmp_path, orders="Order ID,order-date,NET AMOUNT\na,2026-01-02,1.5\n")
    schema = company.tables(needs=["orders"], today=TODAY).orders.schema()
    assert (str(schema["net_amount"]), str(schema["order_date"])) == ("decimal(18, 4)", "date")
    assert (str(schema["line"]), str(schema["segment"])) == ("int64", "string")
    assert "_row" not in schema


def test_lines_are_numbered_in_file_order_and_amounts_worked_out(tmp_path):
    found = orders(
        tmp_path,
        ["a,2026-01-02,3,0.3333,", "b,2026-01-02,1,5,1", "a,2026-01-02,2,7,"],
        header="order_id,order_date,quantity,unit_price,discount",
    )
    assert [(row["order_id"], row["line"]) for row in found] == [("a", 1), ("b", 1), ("a", 2)]
    assert amounts(found) == [Decimal("0.9999"), Decimal(4), Decimal(14)]


def test_large_amounts_fit(tmp_path):
    header = "order_id,order_date,quantity,unit_price"
    assert amounts(orders(tmp_path, ["a,2026-01-02,2000,20000000"], header=header)) == [4 * 10**10]


def test_text_is_never_read_through_a_float_and_is_rounded_half_up(tmp_path):
    found = orders(tmp_path, ["a,2026-01-02,1.00005", "b,2026-01-02,-1.00005", "c,2026-01-02,1e-3"])
    assert amounts(found) == [Decimal("1.0001"), Decimal("-1.0001"), Decimal("0.001")]


def test_headers_may_have_names_of_their_own_and_columns_too(tmp_path):
    found = orders(
        tmp_path,
        ["a,2026-01-02,5,Ann,North"],
        'dimensions = ["sales_rep"]\n[tables.orders.columns]\nnet_amount = "Betrag"\nregion = ""',
        header="order_id,order_date,Betrag,Sales Rep,region",
    )
    assert (found[0]["net_amount"], found[0]["sales_rep"], found[0]["region"]) == (5, "Ann", None)


def test_codes_are_translated_and_known_values_may_be_in_capitals(tmp_path):
    found = orders(
        tmp_path,
        ["a,2026-01-02,5,Closed Won", "b,2026-01-02,5,SHIPPED", "c,2026-01-02,5,?"],
        '[tables.orders.values.status]\n"closed won" = "completed"\n"?" = ""',
        header="order_id,order_date,net_amount,status",
    )
    assert [row["status"] for row in found] == ["completed", "shipped", None]


def test_amounts_with_tax_become_amounts_without(tmp_path):
    assert amounts(orders(tmp_path, ["a,2026-01-02,121"], "tax_rate = 0.21")) == [100]
    header = "order_id,order_date,quantity,unit_price,tax_amount"
    found = orders(tmp_path, ["a,2026-01-02,2,60.5,21"], 'tax_rate = "tax_amount"', header)
    assert amounts(found) == [100]


def test_a_row_that_names_no_currency_has_the_declared_one_else_the_companys(tmp_path):
    header = "order_id,order_date,net_amount,currency"
    lines = ["a,2026-01-02,5,", "b,2026-01-02,5,gbp"]
    assert [row["currency"] for row in orders(tmp_path, lines, header=header)] == ["EUR", "GBP"]
    found = orders(tmp_path, lines, 'currency = "USD"', header)
    assert [row["currency"] for row in found] == ["USD", "GBP"]


def test_words_for_nothing_are_empty_and_noted(tmp_path):
    text = "order_id,order_date,net_amount,customer_id,region\na,2026-01-02,1,NULL,NA\n"
    tables = workspace(tmp_path, orders=text).tables(needs=["orders"], today=TODAY)
    assert rows(tables.orders)[0]["customer_id"] is None
    assert rows(tables.orders)[0]["region"] == "NA"
    assert kinds(tables)["empty_words"] == (1, "customer_id NULL")


def test_identifiers_that_went_through_a_float_are_whole_again(tmp_path):
    text = "order_id,order_date,net_amount,customer_id\na,2026-01-02,1,17850.0\nb,2026-01-02,1,\n"
    tables = workspace(tmp_path, orders=text).tables(needs=["orders"], today=TODAY)
    assert [row["customer_id"] for row in rows(tables.orders)] == ["17850", None]
    assert kinds(tables)["whole_numbers"] == (1, "17850.0")


# layouts


@pytest.mark.parametrize(
    ("cells", "last"),
    [
        (["2026-01-31", "2026-02-01"], date(2026, 2, 1)),
        (["2026/1/31", "2026/2/1"], date(2026, 2, 1)),
        (["31/01/2026", "01/02/2026"], date(2026, 2, 1)),
        (["1/31/26 9:05", "2/1/26 0:00"], date(2026, 2, 1)),
        (["31.1.2026", "1.2.2026"], date(2026, 2, 1)),
        (["31-01-26", "01-02-26"], date(2026, 2, 1)),
        (["1/31/2026 11:30 PM", "2/1/2026 12:00 AM"], date(2026, 2, 1)),
        (["31-JAN-26", "01-FEB-26"], date(2026, 2, 1)),
        (["20260131", "20260201"], date(2026, 2, 1)),
        (["02/02/2026", "01/01/2026"], date(2026, 1, 1)),
    ],
)
def test_one_layout_is_found_that_fits_every_day(tmp_path, cells, last):
    found = orders(tmp_path, [f"{i},{cell},1" for i, cell in enumerate(cells)])
    assert days(found)[-1] == last


def test_a_declared_layout_wins_with_or_without_the_time_of_day(tmp_path):
    for layout in ("%m/%d/%Y", "%m/%d/%Y %H:%M"):
        found = orders(tmp_path, ["a,03/04/2026 10:20,1"], f'date_format = "{layout}"')
        assert days(found) == [date(2026, 3, 4)]


def test_a_moment_falls_on_its_day_in_the_companys_time_zone(tmp_path):
    late = ["a,2026-01-31T23:30:00Z,1", "b,2026-01-31 23:30:00+01:00,1", "c,2026-01-31 23:30,1"]
    assert days(orders(tmp_path, late)) == [date(2026, 2, 1), date(2026, 1, 31), date(2026, 1, 31)]
    declared = 'time_zone = "America/New_York"'
    assert days(orders(tmp_path, ["a,1/31/26 6:30 PM,1"], declared)) == [date(2026, 2, 1)]


def test_days_without_a_time_stay_days_whatever_the_time_zone(tmp_path):
    for cell in ("2026-01-31", "2026-01-31 00:00:00", "1/31/2026 12:00:00 AM"):
        assert days(orders(tmp_path, [f"a,{cell},1"], 'time_zone = "Asia/Tokyo"')) == [
            date(2026, 1, 31)
        ]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.234,50", "2,5", "1.234"], ["1234.5", "2.5", "1234"]),
        (["1,234.50", "2.5", "1,234"], ["1234.5", "2.5", "1234"]),
        (["1.234.567", "-0,5"], ["1234567", "-0.5"]),
        (["€ 1'234.50", "(12.30)", "12.30-", "1\u00a0234.5 EUR", "−3"],
         ["1234.5", "-12.3", "-12.3", "1234.5", "-3"]),
        (["0,123", "12"], ["0.123", "12"]),
    ],
)  # fmt: skip
def test_the_decimal_mark_is_found_from_all_numbers(tmp_path, cells, expected):
    lines = [f"{i};2026-01-02;{cell}" for i, cell in enumerate(cells)]
    found = orders(tmp_path, lines, header="order_id;order_date;net_amount")
    assert amounts(found) == [Decimal(text) for text in expected]


def test_thousands_that_only_other_numbers_tell_are_noted(tmp_path):
    text = "order_id;order_date;net_amount\na;2026-01-02;1.234\nb;2026-01-02;0,5\n"
    tables = workspace(tmp_path, orders=text).tables(["orders"], today=TODAY)
    assert kinds(tables) == {"thousands": (1, "net_amount 1.234")}


def test_a_declared_decimal_mark_settles_what_the_numbers_do_not(tmp_path):
    for mark, value in ((",", Decimal("1.234")), (".", Decimal(1234))):
        header, cell = "order_id;order_date;net_amount", "1,234"
        found = orders(tmp_path, [f"a;2026-01-02;{cell}"], f'decimal = "{mark}"', header)
        assert amounts(found) == [value]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_are_found(tmp_path, delimiter, encoding):
    lines = ["order_id", "order_date", "net_amount", "region"], ["a", "2026-01-02", "5", "Málaga"]
    text = "\r\n".join(delimiter.join(line) for line in lines) + "\r\n"
    tables = workspace(tmp_path, orders=text.encode(encoding)).tables(["orders"], today=TODAY)
    assert rows(tables.orders)[0]["region"] == "Málaga"
    assert ("encoding" in kinds(tables)) == (encoding == "cp1252")


def test_quoted_cells_may_hold_delimiters_and_line_ends_and_blank_lines_are_no_rows(tmp_path):
    found = orders(tmp_path, ['a,2026-01-02,1,"x, ""y""\nz"', ",,,", "", 'b,2026-01-02,"2",'],
                   header="order_id,order_date,net_amount,region")  # fmt: skip
    assert [(row["order_id"], row["region"]) for row in found] == [("a", 'x, "y"\nz'), ("b", None)]


# kinds of file


def elsewhere(folder, file, toml=""):
    (folder / "revwork.toml").write_text(f'{HOME}[tables.orders]\nfile = "{file}"\n{toml}', "utf-8")
    return rows(revwork.open_company(folder).tables(["orders"], today=TODAY).orders)


def test_excel_keeps_days_and_numbers_and_finds_its_header_where_told(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Orders")
    for line in (
        ["Sales report"],
        [],
        ["order_id", "order_date", "net_amount", "customer_id"],
        [536365, datetime(2026, 1, 2, 8, 26), 2.55, 17850],
        [None, None, None, None],
        ["C536366", datetime(2026, 1, 3), -1, None],
    ):
        sheet.append(line)
    book.save(tmp_path / "orders.xlsx")
    found = elsewhere(tmp_path, "orders.xlsx", 'sheet = "Orders"\nheader_row = 3')
    assert [row["order_id"] for row in found] == ["536365", "C536366"]
    assert days(found) == [date(2026, 1, 2), date(2026, 1, 3)]
    assert amounts(found) == [Decimal("2.55"), -1] and found[0]["customer_id"] == "17850"


def test_parquet_keeps_its_types_and_text_in_it_is_read_like_any(tmp_path):
    frame = pd.DataFrame(
        {
            "order_id": [1.0, 2.0],
            "order_date": ["14/03/2026", "1/04/2026"],
            "net_amount": [2.675, 731.9399999999999],
        }
    )
    frame.to_parquet(tmp_path / "orders.parquet")
    found = elsewhere(tmp_path, "orders.parquet")
    assert [row["order_id"] for row in found] == ["1", "2"]
    assert days(found) == [date(2026, 3, 14), date(2026, 4, 1)]
    assert amounts(found) == [Decimal("2.675"), Decimal("731.94")]


def test_moments_of_parquet_follow_their_time_zone(tmp_path):
    moment = pd.Timestamp("2026-01-31 23:30")
    for stamp, toml, day in (
        (moment, "", date(2026, 1, 31)),
        (moment, 'time_zone = "UTC"', date(2026, 2, 1)),
        (moment.tz_localize("UTC"), "", date(2026, 2, 1)),
    ):
        frame = pd.DataFrame({"order_id": ["a"], "order_date": [stamp], "net_amount": [1]})
        frame.to_parquet(tmp_path / "orders.parquet")
        assert days(elsewhere(tmp_path, "orders.parquet", toml)) == [day]


def test_a_table_of_a_duckdb_file_is_read_and_left_alone(tmp_path):
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as shop:
        shop.execute("CREATE SCHEMA s")
        shop.execute(
            "CREATE TABLE s.o AS SELECT 'a' order_id, DATE '2026-01-02' order_date, 5 AS x"
        )
        shop.execute("CREATE TABLE other AS SELECT 1 AS one")
    toml = 'table = "s.o"\n[tables.orders.columns]\nnet_amount = "x"'
    assert amounts(elsewhere(tmp_path, "shop.duckdb", toml)) == [5]


# the tables together


def test_an_absent_table_is_empty_with_its_contracts_columns(tmp_path):
    company = workspace(tmp_path, orders="order_id,order_date,net_amount\na,2026-01-02,1\n")
    tables = company.tables(needs=["orders"], enriches=["products"], today=TODAY)
    assert tables.absent == ("products",)
    assert tables.products.count().execute() == 0 and "unit_cost" in tables.products.columns
    joined = tables.orders.left_join(tables.products, "product_id")
    assert joined.count().execute() == 1
    with pytest.raises(AttributeError, match="targets was not asked for"):
        _ = tables.targets


def test_a_missing_needed_table_says_what_it_would_answer(tmp_path):
    company = workspace(tmp_path, orders="order_id,order_date,net_amount\na,2026-01-02,1\n")
    with pytest.raises(Unanswered) as error:
        company.tables(needs=["orders", "targets"], today=TODAY)
    assert "has no table targets" in str(error.value)
    assert "It answers whether the company is where it said it would be." in str(error.value)
    assert 'file = "targets.csv"' in str(error.value)
    assert error.value._render_traceback_() == [str(error.value)]


def test_a_table_nobody_knows_is_refused(tmp_path):
    company = workspace(tmp_path, orders="order_id,order_date,net_amount\na,2026-01-02,1\n")
    with pytest.raises(DataError, match='"order" is not a table; did you mean "orders"'):
        company.tables(needs=["order"], today=TODAY)


def test_every_breach_of_every_table_is_told_at_once(tmp_path):
    company = workspace(
        tmp_path,
        orders="order_id,order_date,net_amount\na,31/31/2026,x\n",
        products="product_id,unit_cost\np,-1\np,2\n",
        customers="name\nAnn\n",
    )
    with pytest.raises(DataError) as error:
        company.tables(needs=["orders"], enriches=["products", "customers"], today=TODAY)
    sentences = error.value.sentences
    assert [sentence.split(" ")[0] for sentence in sentences] == [
        *("orders", "orders", "products", "products", "customers")
    ]


def test_as_of_is_the_last_day_of_the_orders_that_is_not_to_come(tmp_path):
    company = workspace(
        tmp_path,
        orders="order_id,order_date,net_amount\na,2026-01-02,1\nb,2062-01-02,1\n",
        expenses="date,kind,amount\n2026-03-01,rent,5\n",
    )
    tables = company.tables(needs=["orders"], enriches=["expenses"], today=TODAY)
    assert tables.as_of == date(2026, 1, 2)
    assert kinds(tables)["future"] == (1, "2062-01-02")
    assert company.tables(needs=["expenses"], today=TODAY).as_of == date(2026, 3, 1)


def test_without_orders_as_of_is_the_last_day_observed_and_none_that_is_only_planned(tmp_path):
    company = workspace(
        tmp_path,
        expenses="date,kind,amount\n2026-01-31,rent,5\n",
        targets="month,metric,amount\n2026-02-01,net_revenue,1\n",
    )
    assert company.tables(needs=["expenses", "targets"], today=TODAY).as_of == date(2026, 1, 31)


def test_tables_until_a_day_hold_nothing_observed_later_and_all_that_has_no_day(tmp_path):
    company = workspace(
        tmp_path,
        orders="order_id,order_date,net_amount\na,2026-01-02,1\nb,2026-01-09,1\n",
        customers="customer_id\nc\n",
        targets="month,metric,amount\n2026-01-01,net_revenue,1\n2026-02-01,net_revenue,1\n",
    )
    tables = company.tables(needs=["orders"], enriches=["customers", "targets"], today=TODAY)
    early = tables.until("2026-01-05")
    counts = [early.tables[one].count().execute() for one in ("orders", "customers", "targets")]
    assert (counts, early.as_of) == ([1, 1, 2], date(2026, 1, 5))
    assert tables.until().orders.count().execute() == 2


def test_inputs_tell_what_was_read_and_change_with_file_and_declaration(tmp_path):
    text = "order_id,order_date,net_amount\na,2026-01-02,1\nb,2026-01-09,1\n"
    inputs = [
        workspace(tmp_path, toml, orders=content).tables(["orders"], today=TODAY).inputs[0]
        for toml, content in (("", text), ("", text), ("tax_rate = 0.1", text), ("", text + "\n"))
    ]
    assert (inputs[0].table, inputs[0].file, inputs[0].rows) == ("orders", "orders.csv", 2)
    assert (inputs[0].first_day, inputs[0].last_day) == (date(2026, 1, 2), date(2026, 1, 9))
    prints = [one.fingerprint for one in inputs]
    assert prints[0] == prints[1] and len(set(prints)) == 3 and len(prints[0]) == 64


def test_repeated_rows_stay_and_are_counted(tmp_path):
    text = "order_id,order_date,net_amount,till\n" + "a,2026-01-02,1,x\n" * 3 + "a,2026-01-02,1,y\n"
    tables = workspace(tmp_path, orders=text).tables(["orders"], today=TODAY)
    assert tables.orders.count().execute() == 4
    assert kinds(tables)["duplicates"] == (2, "a, 2026-01-02, 1")


def test_keys_nobody_knows_are_noted_only_where_the_other_table_is_there(tmp_path):
    text = "order_id,order_date,net_amount,customer_id,product_id\na,2026-01-02,1,c1,p\n"
    text += "b,2026-01-02,1,c2,p\nc,2026-01-02,1,,p\n"
    company = workspace(tmp_path, orders=text, customers="customer_id\nc1\n")
    tables = company.tables(["orders"], ["customers", "products"], today=TODAY)
    assert kinds(tables) == {"orphans": (1, "c2")}
    assert tables.notes[0].message.values["other"] == "customers"
    assert kinds(company.tables(["orders"], today=TODAY)) == {}


def test_a_table_that_ends_early_is_late_unless_that_is_its_habit(tmp_path):
    days = ["2026-01-01", "2026-01-02", "2026-02-01", "2026-02-20"]
    company = workspace(
        tmp_path,
        orders="order_id,order_date,net_amount\n" + "".join(f"{d},{d},1\n" for d in days),
        expenses="date,kind,amount\n2026-01-01,rent,5\n2026-02-01,rent,5\n",
        sessions="session_id,date\ns,2026-02-11\nt,2026-02-12\n",
    )
    tables = company.tables(["orders"], ["expenses", "sessions"], today=TODAY)
    assert [(n.table, n.kind, n.count, n.example) for n in tables.notes] == [
        ("sessions", "late", 8, "2026-02-12")
    ]


def test_a_table_without_rows_is_absent_and_noted(tmp_path):
    company = workspace(
        tmp_path,
        orders="order_id,order_date,net_amount\na,2026-01-02,1\n",
        products="product_id,unit_cost\n",
    )
    tables = company.tables(["orders"], ["products"], today=TODAY)
    assert tables.absent == ("products",) and tables.products.count().execute() == 0
    assert kinds(tables) == {"no_rows": (0, "products.csv")}


def test_money_without_a_rate_stops_the_run_rather_than_vanish(tmp_path):
    company = workspace(
        tmp_path,
        orders="order_id,order_date,net_amount,currency,status\n"
        "a,2026-01-02,1,GBP,\nb,2026-01-09,1,GBP,\nc,2026-01-02,1,,\nd,2026-01-02,1,GBP,cancelled\n",
        fx_rates="date,currency,rate\n2026-01-05,GBP,1.2\n",
    )
    with pytest.raises(DataError) as error:
        company.tables(["orders"], ["fx_rates"], today=TODAY)
    assert "1 row in GBP has no exchange rate on or before its day" in str(error.value)
    assert "2026-01-02 (the first rate is of 2026-01-05)" in str(error.value)


def test_targets_name_a_segment_in_all_rows_of_a_metric_or_in_none(tmp_path):
    lines = [
        "month,metric,amount,region",
        "2026-01-01,net_revenue,5,",
        "2026-01-01,gross_margin,5,N",
    ]
    company = workspace(tmp_path, targets="\n".join(lines))
    assert company.tables(["targets"], today=TODAY).targets.count().execute() == 2
    company = workspace(tmp_path, targets="\n".join([*lines, "2026-01-01,net_revenue,3,N"]))
    with pytest.raises(DataError, match="net_revenue names a region in 1 of 2 rows"):
        company.tables(["targets"], today=TODAY)


# real data


def test_online_retail_adds_up_to_its_known_total(tmp_path, real):
    (tmp_path / "revwork.toml").write_text(
        f"""
        currency = "GBP"
        [tables.orders]
        file = "{(real / "online_retail_2010_11_part" / "online_retail.parquet").as_posix()}"
        [tables.orders.columns]
        order_id = "InvoiceNo"
        product_id = "StockCode"
        order_date = "InvoiceDate"
        unit_price = "UnitPrice"
        customer_id = "CustomerID"
        region = "Country"
        """
    )
    tables = revwork.open_company(tmp_path).tables(["orders"], today=TODAY)
    assert round(tables.orders.net_amount.sum().execute(), 2) == Decimal("4275143.93")
    assert (tables.inputs[0].rows, tables.as_of) == (240_007, date(2011, 6, 26))
    assert tables.orders.customer_id.nunique().execute() == 2974
    assert kinds(tables)["duplicates"][0] == 1970


def test_superstore_adds_up_to_its_published_total(tmp_path, real):
    (tmp_path / "revwork.toml").write_text(
        f"""
        currency = "USD"
        [tables.orders]
        file = "{(real / "superstore_xls" / "Sample - Superstore.xls").as_posix()}"
        [tables.orders.columns]
        net_amount = "Sales"
        discount = ""
        """
    )
    found = revwork.open_company(tmp_path).tables(["orders"], today=TODAY).orders
    assert round(found.net_amount.sum().execute(), 2) == Decimal("2297200.86")
    assert (found.count().execute(), found.order_id.nunique().execute()) == (9994, 5009)
    assert found.customer_id.nunique().execute() == 793
    assert sorted(set(found.region.execute())) == ["Central", "East", "South", "West"]
