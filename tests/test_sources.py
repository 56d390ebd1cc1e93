"""Where tables live: files of every kind, alone, zipped or in numbers, and real databases."""

import gzip
import json
import sqlite3
import subprocess
import sys
from datetime import date
from decimal import Decimal
from zipfile import ZipFile

import duckdb
import openpyxl
import pandas as pd
import pytest

import revwork
from revwork.data.wording import DataError

TODAY = date(2026, 11, 21)
HEADER = "order_id,order_date,net_amount\n"


def company(folder, toml, table="orders"):
    (folder / "revwork.toml").write_text(
        f'currency = "EUR"\ntime_zone = "Europe/Madrid"\n[tables.{table}]\n{toml}', "utf-8"
    )
    return revwork.open_company(folder)


def load(folder, toml, table="orders"):
    return company(folder, toml, table).tables([table], today=TODAY)


def rows(folder, toml, table="orders"):
    return load(folder, toml, table).tables[table].to_pyarrow().to_pylist()


def ids(folder, toml):
    return [row["order_id"] for row in rows(folder, toml)]


def amounts(folder, toml):
    return [row["net_amount"] for row in rows(folder, toml)]


def complaint(folder, toml, table="orders"):
    with pytest.raises(DataError) as error:
        load(folder, toml, table)
    assert error.value.__cause__ is None and "Traceback" not in str(error.value)
    return str(error.value)


def noted(tables):
    return {note.kind: (note.count, note.example) for note in tables.notes}


# JSON


RECORDS = [
    {"order_id": 1, "order_date": "2026-01-31T23:30:00Z", "net_amount": 1.1, "extra": [1]},
    {"order_id": 2, "order_date": "2026-02-03T10:00:00Z", "net_amount": 2, "region": "N"},
]


@pytest.mark.parametrize("file", ["o.json", "o.jsonl", "o.ndjson", "o.json.gz", "around.json"])
def test_json_is_read_as_lines_as_a_list_or_as_an_object_around_one_list(tmp_path, file):
    text = json.dumps(RECORDS)
    if "l" in file or "nd" in file:
        text = "\n".join(map(json.dumps, RECORDS))
    if file == "around.json":
        text = json.dumps({"orders": RECORDS, "total": 2, "tags": ["a"]})
    data = text.encode()
    (tmp_path / file).write_bytes(gzip.compress(data) if file.endswith(".gz") else data)
    found = rows(tmp_path, f'file = "{file}"')
    assert [row["order_id"] for row in found] == ["1", "2"]
    assert [row["net_amount"] for row in found] == [Decimal("1.1"), 2]
    assert [row["order_date"] for row in found] == [date(2026, 2, 1), date(2026, 2, 3)]
    assert [row["region"] for row in found] == [None, "N"]


def test_broken_json_is_a_sentence(tmp_path):
    (tmp_path / "o.json").write_text('[{"order_id": 1},')
    assert "orders (o.json): is not whole: " in complaint(tmp_path, 'file = "o.json"')
    (tmp_path / "o.json").write_text('[{"order_id": 1, ]')
    assert "orders (o.json): cannot be read: " in complaint(tmp_path, 'file = "o.json"')
    (tmp_path / "o.json").write_text("[1, 2]")
    assert "holds no objects with a name for each value" in complaint(tmp_path, 'file = "o.json"')


# zipped


def zipped(folder, **members):
    with ZipFile(folder / "e.zip", "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("_", "/") + ".csv", text)


def test_the_one_file_in_a_zip_is_read(tmp_path):
    zipped(tmp_path, orders=HEADER + "a,2026-01-02,1\n")
    assert ids(tmp_path, 'file = "e.zip"') == ["a"]


def test_of_several_files_in_a_zip_one_has_to_be_named_or_a_pattern(tmp_path):
    zipped(tmp_path, s_jan=HEADER + "a,2026-01-02,1\n", s_feb=HEADER + "b,2026-02-02,1\n", x="y")
    text = complaint(tmp_path, 'file = "e.zip"')
    assert 'e.zip holds 3 files; there is "s/jan.csv", "s/feb.csv", "x.csv"; say which' in text
    assert ids(tmp_path, 'file = "e.zip/s/feb.csv"') == ["b"]
    assert ids(tmp_path, 'file = "e.zip/s/*.csv"') == ["b", "a"]
    text = complaint(tmp_path, 'file = "e.zip/s/fbe.csv"')
    assert 'e.zip holds no "s/fbe.csv"; did you mean "s/feb.csv"?' in text


def test_a_zip_that_is_none_is_a_sentence(tmp_path):
    (tmp_path / "e.zip").write_bytes(b"PK\x03\x04 and no more")
    assert "e.zip cannot be opened as a .zip" in complaint(tmp_path, 'file = "e.zip"')


# several files


def months(folder, **parts):
    (folder / "m").mkdir(exist_ok=True)
    for name, text in parts.items():
        (folder / "m" / f"{name}.csv").write_text(text, "utf-8")


def test_a_pattern_and_a_folder_are_one_table_in_the_order_of_their_names(tmp_path):
    months(tmp_path, feb="Net Amount,order_id,order-date\n2,b,2026-02-02\n")
    months(tmp_path, jan=HEADER + "a,2026-01-02,1\n")
    (tmp_path / "m" / "2025").mkdir()
    (tmp_path / "m" / "2025" / "dec.csv").write_text(
        "order_id;order_date;net_amount\nz;2025-12-01;3"
    )
    assert ids(tmp_path, 'file = "m/*.csv"') == ["b", "a"]
    assert amounts(tmp_path, 'file = "m"') == [3, 2, 1]
    assert ids(tmp_path, 'file = "m/**/*.csv"') == ["z", "b", "a"]


def test_layouts_are_found_over_all_files_together(tmp_path):
    months(tmp_path, jan=HEADER + "a,03/01/2026,1\n", feb=HEADER + "b,14/02/2026,1.234\n")
    months(tmp_path, mar=HEADER + "c,01/03/2026,0.5\n")
    found = load(tmp_path, 'file = "m"')
    days = [row["order_date"].isoformat() for row in found.orders.to_pyarrow().to_pylist()]
    assert days == ["2026-02-14", "2026-01-03", "2026-03-01"]


def test_a_file_that_lacks_a_column_is_named_unless_nobody_wants_it(tmp_path):
    months(tmp_path, jan="order_id,order_date,net_amount,region,memo\na,2026-01-02,1,N,x\n")
    months(tmp_path, feb=HEADER + "b,2026-02-02,2\n")
    text = complaint(tmp_path, 'file = "m"')
    assert text == ('orders (m): feb.csv: lacks the column "region" that jan.csv has.')
    assert ids(tmp_path, 'file = "m"\n[tables.orders.columns]\nregion = ""') == ["b", "a"]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ("b,14/02/2026,2", "1 row as %Y-%m-%d, such as 2026-01-02 (jan.csv); 1 row as %d/%m/%Y, "
         "such as 14/02/2026 (feb.csv)"),
        ("b,2026-02-02,x", "net_amount is no number in 1 row, such as x (feb.csv)"),
        ('b,2026-02-02,"2,5"', "a comma in 1 row such as net_amount 2,5 (feb.csv), a point in "
         "1 row such as net_amount 1.5 (jan.csv)"),
        (",2026-02-02,2", "order_id is empty in 1 of 2 rows, first in row 1 below the header of "
         "feb.csv"),
        ("b,2026-02-02,2,9", "feb.csv: 1 line does not have the header's 3 fields"),
    ],
)  # fmt: skip
def test_what_is_wrong_names_its_file(tmp_path, cells, sentence):
    months(tmp_path, jan=HEADER + "a,2026-01-02,1.5\n", feb=HEADER + cells + "\n")
    assert sentence in complaint(tmp_path, 'file = "m"')


def test_contracts_and_notes_name_the_file_too(tmp_path):
    header = "order_id,line,order_date,net_amount,status\n"
    months(tmp_path, jan=header + "a,1,2026-01-02,1.5,lost\n", feb=header + "a,1,2026-02-02,2,\n")
    text = complaint(tmp_path, 'file = "m"')
    assert "such as order_id a, line 1 in 2 rows (feb.csv and 1 more)" in text
    assert '"lost" in 1 row (jan.csv); known are' in text
    months(tmp_path, jan=HEADER + "a,2026-01-02,1.5\n", feb="order_id,order_date,net_amount\n")
    (tmp_path / "m" / "feb.csv").write_bytes((HEADER + "Málaga,2026-01-02,n/a\n").encode("cp1252"))
    text = complaint(tmp_path, 'file = "m"')
    assert "net_amount is empty in 1 of 2 rows, first in row 1 below the header of feb.csv" in text
    (tmp_path / "m" / "feb.csv").write_bytes((HEADER + "Málaga,2026-01-02,1\n").encode("cp1252"))
    assert noted(load(tmp_path, 'file = "m"'))["encoding"] == (0, "Málaga (feb.csv)")


def test_files_of_several_kinds_in_a_folder_and_none_at_all(tmp_path):
    months(tmp_path, jan=HEADER)
    openpyxl.Workbook().save(tmp_path / "m" / "x.xlsx")
    text = complaint(tmp_path, 'file = "m"')
    assert "files of several kinds, 1 of .csv and 1 of .xlsx" in text
    assert "orders (m/*.txt): fits no file" in complaint(tmp_path, 'file = "m/*.txt"')


def test_typed_files_of_several_months_keep_their_types(tmp_path):
    frame = pd.DataFrame({"order_id": [1], "order_date": [pd.Timestamp("2026-01-02")]})
    frame.assign(net_amount=2.675).to_parquet(tmp_path / "a.parquet")
    frame.assign(net_amount=3).to_parquet(tmp_path / "b.parquet")
    found = rows(tmp_path, 'file = "*.parquet"')
    assert [row["net_amount"] for row in found] == [Decimal("2.675"), 3]
    assert [row["line"] for row in found] == [1, 2]


# queries


def test_a_query_of_a_file_sees_it_as_the_table_raw(tmp_path):
    frame = pd.DataFrame({"order_id": ["a", "b"], "order_date": [date(2026, 1, 2)] * 2})
    frame.assign(net_amount=[3.0, 4.0], Profit=[1.0, 5.5]).to_excel(
        tmp_path / "o.xlsx", index=False
    )
    toml = 'file = "o.xlsx"\nsql = "SELECT *, net_amount - Profit AS cost_amount FROM raw"'
    assert [row["cost_amount"] for row in rows(tmp_path, toml)] == [2, Decimal("-1.5")]


def test_a_query_that_cannot_be_run_is_a_sentence(tmp_path):
    months(tmp_path, jan=HEADER + "a,2026-01-02,1.5\n")
    text = complaint(tmp_path, 'file = "m"\nsql = "SELECT profit FROM raw"')
    assert "sql cannot be run: " in text and 'raw has "order_id", "order_date"' in text
    for sql in ("DROP TABLE raw", "SELECT 1; SELECT 2"):
        assert "sql is not one query" in complaint(tmp_path, f'file = "m"\nsql = "{sql}"')


# databases


SHOP = (
    "CREATE TABLE o (order_id TEXT, day TEXT, x NUMERIC, n INTEGER, note TEXT)",
    "INSERT INTO o VALUES ('a', '2026-01-02', 1.1, 1, NULL), ('b', '2026-01-03', 2, 2, 'é')",
)
COLUMNS = '\n[tables.orders.columns]\norder_date = "day"\nnet_amount = "x"\nquantity = "n"'


def lite(folder, name="shop.sqlite"):
    with sqlite3.connect(folder / name) as file:
        for statement in SHOP:
            file.execute(statement)
    file.close()


@pytest.mark.parametrize(
    "toml",
    [
        'file = "shop.sqlite"',
        'file = "shop.sqlite"\ntable = "o"',
        'file = "shop.sqlite"\nsql = "SELECT * FROM o ORDER BY day"',
        'address = "sqlite://shop.sqlite"',
    ],
)
def test_sqlite_is_read_by_table_or_query(tmp_path, toml):
    lite(tmp_path)
    found = rows(tmp_path, toml + COLUMNS)
    assert [row["net_amount"] for row in found] == [Decimal("1.1"), 2]
    assert [row["quantity"] for row in found] == [1, 2]


def test_a_db_is_known_by_its_content(tmp_path):
    lite(tmp_path, "shop.db")
    assert ids(tmp_path, 'file = "shop.db"' + COLUMNS) == ["a", "b"]
    text = complaint(tmp_path, 'file = "shop.db"\ntable = "oo"' + COLUMNS)
    assert 'has no table "oo"' in text


def test_a_column_of_sqlite_that_mixes_kinds_is_text(tmp_path):
    lite(tmp_path)
    with sqlite3.connect(tmp_path / "shop.sqlite") as file:
        file.execute("INSERT INTO o VALUES ('c', '2026-01-04', 'n/a', 'x', '')")
    text = complaint(tmp_path, 'file = "shop.sqlite"' + COLUMNS)
    assert "quantity is no number in 1 row, such as x" in text


def test_duckdb_is_read_by_query_and_by_address(tmp_path):
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as shop:
        shop.execute("CREATE TABLE o AS SELECT 'a' order_id, DATE '2026-01-02' order_date, 5 AS x")
    for place in ('file = "shop.duckdb"', 'address = "duckdb://shop.duckdb"'):
        toml = f'{place}\nsql = "SELECT *, x * 2 AS net_amount FROM o"'
        assert amounts(tmp_path, toml) == [10]


def test_chinook_adds_up_to_its_known_total(tmp_path, data_set):
    file = data_set("chinook") / "Chinook_Sqlite.sqlite"
    query = (
        "SELECT InvoiceId AS order_id, InvoiceLineId AS line, InvoiceDate AS order_date, "
        "l.UnitPrice AS unit_price, Quantity AS quantity, CustomerId AS customer_id, "
        "BillingCountry AS region FROM InvoiceLine l JOIN Invoice USING (InvoiceId)"
    )
    found = load(tmp_path, f'file = "{file.as_posix()}"\nsql = "{query}"').orders
    assert (found.count().execute(), found.order_id.nunique().execute()) == (2240, 412)
    assert round(found.net_amount.sum().execute(), 2) == Decimal("2328.60")


ORDERS = (
    "DROP SCHEMA IF EXISTS sales CASCADE",
    "CREATE SCHEMA sales",
    "CREATE TYPE sales.state AS ENUM ('open', 'completed')",
    "CREATE TABLE sales.orders (order_id int, line smallint, order_date timestamptz, "
    "net_amount numeric(18,4), unit_price numeric, discount double precision, status sales.state, "
    "customer_id uuid, secret_note text)",
    "INSERT INTO sales.orders VALUES "
    "(1, 1, '2026-01-31 23:30+00', 12345678901234.5678, 0.3333, 0.5, 'open', NULL, 'x'),"
    "(1, 2, '2026-02-03 10:00+00', -1.00005, 2, NULL, NULL, "
    "'0b0e7c9e-6f0e-4a5f-9d52-7c1f6a3c2d10', 'y')",
)


@pytest.fixture
def shop(server, monkeypatch):
    server.execute(*ORDERS)
    monkeypatch.setenv("SHOP_PASSWORD", server.password)
    return f'address = "postgres://shop:${{SHOP_PASSWORD}}@{server.place}"\n'


def test_postgresql_is_read_exactly_and_only_what_is_wanted(tmp_path, shop):
    found = load(tmp_path, shop + 'table = "sales.orders"')
    table = found.orders.order_by("line").to_pyarrow().to_pylist()
    assert [row["net_amount"] for row in table] == [
        Decimal("12345678901234.5678"),
        Decimal("-1.0001"),
    ]
    assert [row["order_date"] for row in table] == [date(2026, 2, 1), date(2026, 2, 3)]
    assert [row["unit_price"] for row in table] == [Decimal("0.3333"), 2]
    assert [row["status"] for row in table] == ["open", None]
    assert table[1]["customer_id"] == "0b0e7c9e-6f0e-4a5f-9d52-7c1f6a3c2d10"
    assert found.inputs[0].file.endswith("/postgres sales.orders")


def test_postgresql_is_read_by_query(tmp_path, shop):
    query = (
        "SELECT order_id, order_date, sum(net_amount) AS net_amount FROM sales.orders GROUP BY 1, 2"
    )
    assert sorted(amounts(tmp_path, f'{shop}sql = "{query}"'))[0] == Decimal("-1.0001")


def test_what_a_server_holds_is_never_read_from_yesterday(tmp_path, server, shop):
    toml = f'{shop}sql = "SELECT * FROM sales.orders WHERE line = 2"'
    one = company(tmp_path, toml)
    first = one.tables(["orders"], today=TODAY)
    server.execute("UPDATE sales.orders SET net_amount = 7 WHERE line = 2")
    again = one.tables(["orders"], today=TODAY)
    assert again.orders.net_amount.to_pyarrow().to_pylist() == [7]
    assert first.inputs[0].fingerprint != again.inputs[0].fingerprint
    assert one.tables(["orders"], today=TODAY).inputs == again.inputs


def test_a_table_that_the_server_does_not_have_is_a_sentence(tmp_path, shop):
    text = complaint(tmp_path, shop + 'table = "sales.order"')
    assert 'has no table "sales.order"; did you mean "orders"?' in text
    assert "say table = " in complaint(tmp_path, shop)
    assert "cannot be read: " in complaint(tmp_path, shop + 'sql = "SELECT nothing FROM nowhere"')


# what else a contract may want


def test_yes_and_no_are_read_however_they_are_written(tmp_path):
    header = "experiment_id,variant,unit_id,converted\n"
    words = ["true", "False", "1", "0", "YES", "no", "y", "N", "", "n/a"]
    text = header + "".join(f"e,control,{i},{word}\n" for i, word in enumerate(words))
    (tmp_path / "e.csv").write_text(text)
    found = rows(tmp_path, 'file = "e.csv"', "experiments")
    assert [row["converted"] for row in found] == [True, False] * 4 + [None] * 2
    (tmp_path / "e.csv").write_text(header + "e,control,1,maybe\n")
    text = complaint(tmp_path, 'file = "e.csv"', "experiments")
    assert "converted is no yes or no in 1 row, such as maybe" in text


def test_yes_and_no_of_typed_files_are_kept(tmp_path):
    for values in ([True, False, None], [1, 0, None], [1.0, 0.0, None]):
        frame = pd.DataFrame({"unit_id": ["a", "b", "c"], "converted": values})
        frame.assign(experiment_id="e", variant="v").to_parquet(tmp_path / "e.parquet")
        found = rows(tmp_path, 'file = "e.parquet"', "experiments")
        assert [row["converted"] for row in found] == [True, False, None]


# kept tables


def kept(folder):
    return sorted((folder / ".revwork" / "cache").glob("*.parquet"))


def test_a_table_is_read_once_and_again_when_anything_changed(tmp_path):
    (tmp_path / "o.csv").write_text(HEADER + "a,2026-01-02,n/a\nb,2026-01-02,1\n")
    toml = 'file = "o.csv"\n[tables.orders.values.net_amount]\n"n/a" = "0"'
    first = load(tmp_path, toml)
    (built,) = kept(tmp_path)
    when = built.stat().st_ino
    assert load(tmp_path, toml).inputs == first.inputs and built.stat().st_ino == when
    assert amounts(tmp_path, toml.replace('"0"', '"5"')) == [5, 1]
    (tmp_path / "o.csv").write_text(HEADER + "a,2026-01-02,n/a\nb,2026-01-02,2\n")
    assert amounts(tmp_path, toml) == [0, 2]
    assert len(kept(tmp_path)) == 3


def test_a_kept_table_keeps_its_notes(tmp_path):
    (tmp_path / "o.csv").write_text(HEADER + "a,2026-01-02,1\na,2026-01-02,1\n")
    first, again = (load(tmp_path, 'file = "o.csv"') for _ in range(2))
    assert noted(first) == {"duplicates": (1, "a, 2026-01-02, 1")}
    assert first.notes == again.notes


def test_a_damaged_or_foreign_file_is_built_anew(tmp_path):
    (tmp_path / "o.csv").write_text(HEADER + "a,2026-01-02,1\n")
    load(tmp_path, 'file = "o.csv"')
    (built,) = kept(tmp_path)
    for damage in (b"", b"PAR1", built.read_bytes()[:-1], built.read_bytes().replace(b"a", b"b")):
        built.write_bytes(damage)
        assert ids(tmp_path, 'file = "o.csv"') == ["a"]
        assert kept(tmp_path) == [built]


def test_a_breach_leaves_nothing_behind(tmp_path):
    (tmp_path / "o.csv").write_text(HEADER + ",2026-01-02,1\n")
    for _ in range(2):
        assert "order_id is empty" in complaint(tmp_path, 'file = "o.csv"')
    left = {one.name for one in (tmp_path / ".revwork" / "cache").iterdir()}
    assert left <= {"orders.lock"}


def test_kernels_that_start_together_build_a_table_once(tmp_path):
    lines = "".join(f"{i},2026-01-02,1.5\n" for i in range(20_000))
    (tmp_path / "o.csv").write_text(HEADER + lines)
    company(tmp_path, 'file = "o.csv"')
    left = tmp_path / ".revwork" / "cache" / "new-orders-killed"
    left.mkdir(parents=True)
    code = (
        "import revwork; print(revwork.open_company().tables(['orders']).orders.count().execute())"
    )
    commands = [[sys.executable, "-c", code]] * 3
    running = [subprocess.Popen(one, cwd=tmp_path, stdout=subprocess.PIPE) for one in commands]
    assert [one.communicate()[0].strip() for one in running] == [b"20000"] * 3
    assert len(kept(tmp_path)) == 1 and not left.exists()


def test_a_workspace_that_cannot_be_written_to_is_read_all_the_same(tmp_path):
    (tmp_path / ".revwork").write_text("in the way")
    (tmp_path / "o.csv").write_text(HEADER + "a,2026-01-02,1\n")
    assert ids(tmp_path, 'file = "o.csv"') == ["a"]
