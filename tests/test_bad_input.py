"""Whatever a file does wrong, the answer is a sentence that says where, what and the way out."""

from datetime import date

import duckdb
import openpyxl
import pandas as pd
import pytest

import revwork
from revwork.data.wording import DataError
from revwork.findings import Unanswered

HEADER = "order_id,order_date,net_amount\n"


def complaint(folder, content, toml="", table="orders", file=None):
    """Load a table from this content and return what is said about it."""
    file = file or f"{table}.csv"
    if content is not None:
        (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
    said = f'currency = "EUR"\n[tables.{table}]\nfile = "{file}"\n{toml}'
    (folder / "revwork.toml").write_text(said, "utf-8")
    with pytest.raises((DataError, Unanswered)) as error:
        revwork.open_company(folder).tables(needs=[table], today=date(2026, 11, 21))
    assert error.value.__cause__ is None and "Traceback" not in str(error.value)
    assert "".join(error.value._render_traceback_()).startswith(f"{table} ({file})")
    return str(error.value).removeprefix(f"{table} ({file}): ")


# headers


def test_a_missing_column_is_named_with_the_nearest_header_and_the_line_to_add(tmp_path):
    assert complaint(tmp_path, "order_id,OrderDate,net_amount\na,2026-01-02,1\n") == (
        "has no column for order_date (day of the order in the company's time zone); "
        'did you mean "OrderDate"? Name it under [tables.orders.columns]: order_date = "OrderDate".'
    )


def test_columns_an_amount_could_follow_from_are_named(tmp_path):
    text = complaint(tmp_path, "order_id,order_date,quantity\na,2026-01-02,1\n")
    assert "has no column for net_amount" in text and "else quantity × unit_price" in text


def test_a_header_named_in_the_toml_that_is_not_there(tmp_path):
    toml = '[tables.orders.columns]\nregion = "Contry"'
    text = complaint(tmp_path, f"Country,{HEADER}x,a,2026-01-02,1\n", toml)
    assert text == 'has no column "Contry" for region; did you mean "Country"?'


def test_an_own_column_that_is_not_there(tmp_path):
    text = complaint(tmp_path, HEADER + "a,2026-01-02,1\n", 'dimensions = ["sales_rep"]')
    assert text.startswith('has no column "sales_rep" for sales_rep; there is "order_id"')


def test_two_columns_of_one_name(tmp_path):
    text = complaint(tmp_path, "order_id,order_date,net_amount,Region,region\na,2026-01-02,3,x,y\n")
    assert text.startswith('has 2 columns "region", at positions 4 and 5: say which is meant')


def test_a_title_above_the_header(tmp_path):
    for title in ("Sales 2026,,\n,,\n", "Sales 2026\n\n"):
        assert complaint(tmp_path, title + HEADER + "a,2026-01-02,1\n") == (
            'begins with "Sales 2026", which does not look like its header; '
            "row 3 does: say header_row = 3 under [tables.orders]."
        )


def test_a_title_above_the_header_of_an_excel_sheet(tmp_path):
    book = openpyxl.Workbook()
    for line in (["Sales 2026"], [], HEADER.strip().split(","), ["a", date(2026, 1, 2), 1]):
        book.active.append(line)
    book.save(tmp_path / "orders.xlsx")
    assert "say header_row = 3 under" in complaint(tmp_path, None, file="orders.xlsx")
    assert "has no row 9" in complaint(tmp_path, None, "header_row = 9", file="orders.xlsx")


# numbers


def test_cells_that_are_no_numbers(tmp_path):
    text = complaint(tmp_path, HEADER + "a,2026-01-02,abc\nb,2026-01-02,abc\nc,2026-01-02,12%\n")
    assert text == (
        "net_amount is no number in 3 rows, such as abc and 12%; correct it, or say what it means, "
        '"" being empty, under [tables.orders.values.net_amount]: "abc" = "".'
    )


def test_half_a_line_number(tmp_path):
    text = complaint(tmp_path, "order_id,line,order_date,net_amount\na,1.5,2026-01-02,1\n")
    assert text.startswith("line is no whole number in 1 row, such as 1.5")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_nan_and_infinite_numbers(tmp_path, kind):
    frame = pd.DataFrame({"order_id": ["a", "b", "c"], "order_date": ["2026-01-02"] * 3})
    file = f"orders.{kind}"
    if kind == "csv":
        frame.assign(net_amount=["NaN", "inf", "1"]).to_csv(tmp_path / file, index=False)
    else:
        query = "SELECT *, ['nan', 'inf', '1'][row_number() OVER ()]::DOUBLE net_amount FROM frame"
        duckdb.sql(query).write_parquet(str(tmp_path / file))
    text = complaint(tmp_path, None, file=file).lower()
    assert text.startswith("net_amount is nan or infinite in 2 rows, such as ")
    (tmp_path / "revwork.toml").write_text(
        f'currency = "EUR"\n[tables.orders]\nfile = "{file}"\n'
        '[tables.orders.values.net_amount]\nnan = "0"\ninf = "0"'
    )
    found = revwork.open_company(tmp_path).tables(["orders"], today=date(2026, 11, 21)).orders
    assert found.net_amount.sum().execute() == 1


def test_a_thousands_mark_that_may_be_a_decimal_mark(tmp_path):
    text = complaint(tmp_path, "order_id;order_date;net_amount\na;2026-01-02;1,234\n")
    assert text == (
        "numbers may hold thousands or decimals, no value settles it: 1 row such as net_amount "
        '1,234. Say decimal = "," or decimal = "." under [tables.orders].'
    )


def test_both_decimal_marks_in_one_file(tmp_path):
    text = complaint(
        tmp_path, "order_id;order_date;net_amount\na;2026-01-02;1,2\nb;2026-01-02;1.2\n"
    )
    assert text.startswith("mixes decimal marks: a comma in 1 row such as net_amount 1,2, a point")


def test_two_currencies_in_one_column(tmp_path):
    lines = "a;2026-01-02;€ 1.5\nb;2026-01-02;$ 2.5\nc;2026-01-02;3.5 EUR\n"
    text = complaint(tmp_path, f"order_id;order_date;net_amount\n{lines}")
    assert text.startswith("amounts bear different currency signs: 2 rows such as net_amount 3.5")


def test_one_foreign_sign_among_amounts_that_have_none(tmp_path):
    lines = "order_id;order_date;net_amount\na;2026-01-02;1.5\nb;2026-01-02;$ 2.5\n"
    assert complaint(tmp_path, lines) == (
        "amounts bear USD in 1 row such as net_amount $ 2.5, and EUR is expected: say "
        'currency = "USD" under [tables.orders], or correct the currency of the row.'
    )


def test_a_header_whose_quote_takes_in_every_row(tmp_path):
    assert complaint(tmp_path, 'order_id,order_date,net_amount,"note\na,2026-01-02,1,x\n') == (
        "the header opens a quote that is not closed: look for a double quote in it."
    )


# days


def test_days_that_may_be_months(tmp_path):
    assert complaint(tmp_path, HEADER + "a,03/04/2026,1\nb,05/06/2026,1\n") == (
        "order_date: 03/04/2026 may be 3 April 2026 or 4 March 2026, no value settles it: say "
        'date_format = "%d/%m/%Y" or date_format = "%m/%d/%Y" under [tables.orders].'
    )


def test_days_in_several_layouts(tmp_path):
    lines = "a,14/03/2026,1\nb,15/03/2026,1\nc,2026-01-01,1\nd,soon,1\n"
    assert complaint(tmp_path, HEADER + lines) == (
        "order_date has mixed date layouts, or none that is known: 2 rows as %d/%m/%Y, such as "
        "14/03/2026; 1 row as %Y-%m-%d, such as 2026-01-01; 1 row as no date, such as soon. "
        'Export them in one, or say under [tables.orders] date_format = "…".'
    )


def test_a_single_odd_day_among_thousands_is_found(tmp_path):
    lines = "".join(f"{i},{i % 28 + 1:02}/01/2026,1\n" for i in range(30_000))
    text = complaint(tmp_path, HEADER + lines + "z,2026-01-31,1\n")
    assert "30,000 rows as %d/%m/%Y" in text and "1 row as %Y-%m-%d" in text


def test_days_that_are_not_in_the_declared_layout(tmp_path):
    text = complaint(tmp_path, HEADER + "a,3/14/2026,1\n", 'date_format = "%d/%m/%Y"')
    assert text.startswith("order_date is no day in 1 row, such as 3/14/2026")


# rows


def test_an_empty_file(tmp_path):
    assert complaint(tmp_path, "") == "is empty: it has neither a header nor rows."
    assert complaint(tmp_path, "\n\n") == "is empty: it has neither a header nor rows."


def test_a_header_without_rows(tmp_path):
    text = complaint(tmp_path, HEADER)
    assert text.startswith("orders (orders.csv) has no rows. It answers what was sold")


def test_one_row_is_enough(tmp_path):
    (tmp_path / "orders.csv").write_text(HEADER + "a,2026-01-02,1\n")
    (tmp_path / "revwork.toml").write_text('currency = "EUR"\n[tables.orders]\nfile = "orders.csv"')
    tables = revwork.open_company(tmp_path).tables(["orders"], today=date(2026, 11, 21))
    assert tables.orders.count().execute() == 1 and tables.as_of == date(2026, 1, 2)


def test_ragged_rows_are_named_by_line(tmp_path):
    assert complaint(tmp_path, HEADER + "a,2026-01-02,3\nb,2026-01-02,3,4\nc,2\n") == (
        "2 lines do not have the header's 3 fields: line 3 has 4, line 4 has 2; "
        "a text that holds the delimiter must stand in double quotes."
    )


def test_a_quote_that_is_never_closed(tmp_path):
    text = complaint(tmp_path, HEADER + 'a,2026-01-02,3\nb,2026-01-02,"3\nc,2026-01-02,4\n')
    assert "line 3 has an open quote" in text


def test_empty_cells_in_columns_every_row_needs(tmp_path):
    text = complaint(tmp_path, HEADER + "a,2026-01-02,1\n,2026-01-02,2\nb,,3\n")
    assert "order_id is empty in 1 of 3 rows, first in row 2 below the header" in text
    assert "order_date is empty in 1 of 3 rows, first in row 3 below the header" in text


def test_keys_that_occur_twice(tmp_path):
    text = complaint(tmp_path, "order_id,line,order_date,net_amount\n" + "a,1,2026-01-02,1\n" * 3)
    assert text == (
        "must not repeat order_id with line, but 1 of them occur more than once, "
        "such as order_id a, line 1 in 3 rows."
    )
    for table, key in (("customers", "customer_id"), ("products", "product_id")):
        text = complaint(tmp_path, f"{key}\nx\nx\n", table=table)
        assert f"must not repeat {key}" in text and f"such as {key} x in 2 rows" in text
    text = complaint(tmp_path, "session_id,date\nx,2026-01-02\nx,2026-01-03\n", table="sessions")
    assert "such as session_id x in 2 rows" in text


def test_values_outside_the_list(tmp_path):
    lines = "a,2026-01-02,1,Closed Won\nb,2026-01-02,1,Closed Won\nc,2026-01-02,1,lost\n"
    assert complaint(tmp_path, f"order_id,order_date,net_amount,status\n{lines}") == (
        'status has 2 values that are not known: "Closed Won" in 2 rows, "lost" in 1 row; known '
        "are open, shipped, completed, cancelled. Say under [tables.orders.values.status] what "
        'each means: "Closed Won" = "…".'
    )


def test_values_outside_their_bounds(tmp_path):
    text = complaint(tmp_path, "product_id,unit_cost\na,-1\nb,-2\nc,3\n", table="products")
    assert text == "unit_cost must be at least 0, but is not in 2 rows, such as -1.0000."


# files


def test_a_file_that_is_not_there(tmp_path):
    (tmp_path / "ordres.csv").write_text(HEADER)
    assert complaint(tmp_path, None) == 'is not there; did you mean "ordres.csv"?'
    assert complaint(tmp_path, None, file="sales/o.csv") == "is not there, nor is its folder."


def test_a_folder_in_place_of_a_file(tmp_path):
    (tmp_path / "orders.csv").mkdir()
    assert complaint(tmp_path, None) == "is a folder without any file that can be read."


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("orders.json", b"{}", "holds no objects with a name for each value"),
        ("orders", b"{}", "is of no kind that can be read"),
        ("orders.csv", b"PK\x03\x04...", "is an Excel workbook (.xlsx) by its content, not text"),
        ("orders.csv", b"PAR1...", "is Parquet (.parquet) by its content"),
        ("orders.xlsx", b"a,b\n", "cannot be read as an Excel workbook"),
        ("orders.xls", b"<html>", "cannot be read as an Excel workbook"),
        ("orders.csv.gz", b"a,b\n", "cannot be opened: Not a gzipped file"),
        ("orders.parquet", b"PAR1 and no more", "cannot be read"),
        ("orders.duckdb", b"no database", "cannot be read"),
        ("orders.csv", b"order_id\n\x81\xff\x8d\n", "cannot be read in the encoding cp1252"),
    ],
)
def test_files_that_are_not_what_they_seem(tmp_path, file, content, sentence):
    assert complaint(tmp_path, content, file=file).startswith(sentence)


def test_a_sheet_that_is_empty_or_not_there(tmp_path):
    book = openpyxl.Workbook()
    book.create_sheet("Orders").append(["order_id"])
    book.save(tmp_path / "orders.xlsx")
    text = complaint(tmp_path, None, file="orders.xlsx")
    assert (
        text == 'has nothing on its sheet "Sheet"; say sheet = "Orders" or another of its sheets.'
    )
    text = complaint(tmp_path, None, 'sheet = "Order"', file="orders.xlsx")
    assert text == 'has no sheet "Order"; did you mean "Orders"?'


def test_a_table_that_is_not_in_the_database(tmp_path):
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as shop:
        shop.execute("CREATE TABLE orders AS SELECT 1 AS one")
        shop.execute("CREATE TABLE lines AS SELECT 1 AS one")
    text = complaint(tmp_path, None, 'table = "order"', file="shop.duckdb")
    assert text == 'has no table "order"; did you mean "main.orders"?'
    text = complaint(tmp_path, None, file="shop.duckdb")
    assert text.startswith('holds 2 tables; there is "main.lines", "main.orders"')


def test_tax_in_a_column_the_file_does_not_have(tmp_path):
    text = complaint(tmp_path, HEADER + "a,2026-01-02,1\n", 'tax_rate = "tax_amount"')
    assert text == 'has no column for tax_amount, though tax_rate = "tax_amount" says so.'
