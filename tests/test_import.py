"""A new workspace, and files nobody has described: recognised, proposed with evidence, written."""

import pytest
from conftest import revwork as command

from revwork import open_company
from revwork.contracts import TABLES
from revwork.data import intake
from revwork.data.start import DEPARTMENTS, begin
from revwork.data.wording import DataError

HOME = 'company = "Acme"  # ours\ncurrency = "EUR"\n\n# nothing yet'

ORDERS = """\
Invoice No,Date,Qty,Unit Price EUR,Kunde,Order Status,Memo
A1,2026-03-01,2,10.50,x,Dispatched,-
A1,2026-03-01,1,3.00,x,Open,-
A2,2026-03-05,1,7.25,y,Cancelled,-
"""

COSTS = "Booked on,Cost type,Amount\n2026-03-01,Rent,100\n2026-03-02,IT,20\n"


@pytest.fixture
def home(tmp_path):
    (tmp_path / "revwork.toml").write_text(HOME, "utf-8")
    return tmp_path


def put(folder, **texts):
    paths = [folder / name.replace("_csv", ".csv") for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, "utf-8")
    return paths


def look(folder, **texts):
    return intake.look_at(open_company(folder), put(folder, **texts))


def refusal(folder, **texts):
    looked = look(folder, **texts)
    assert not looked.entries
    return "\n".join(looked.shown)


# init


def test_a_new_workspace_opens_and_has_a_folder_for_each_department(tmp_path):
    done = command("init", "acme", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    company = open_company(tmp_path / "acme")
    assert (company.name, company.currency, dict(company.sources)) == ("acme", "EUR", {})
    folders = {path.name for path in (tmp_path / "acme").iterdir() if path.is_dir()}
    assert folders == set(DEPARTMENTS)


def test_every_table_belongs_to_one_department():
    listed = [table for tables in DEPARTMENTS.values() for table in tables.split(", ")]
    assert sorted(listed) == TABLES


def test_a_workspace_is_never_overwritten(home):
    done = command("init", ".", cwd=home)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "revwork: revwork.toml is there already; nothing was changed.\n"
    assert (home / "revwork.toml").read_text() == HOME
    with pytest.raises(DataError, match="is a file; name a folder"):
        begin(*put(home, note="x"))


# import


def test_nothing_is_written_unless_somebody_says_yes(home):
    put(home, export_csv=ORDERS)
    done = command("import", "export.csv", cwd=home)
    assert done.returncode == 1
    assert done.stderr == ("revwork: nothing was written: answer at a terminal, or say --yes.\n")
    assert "export.csv → orders: a mapping is proposed" in done.stdout
    assert (home / "revwork.toml").read_text() == HOME


def test_a_proposal_is_written_behind_what_stands_there_and_loads(home):
    put(home, export_csv=ORDERS)
    done = command("import", home / "export.csv", "--workspace", home, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    toml = (home / "revwork.toml").read_text("utf-8")
    assert toml == HOME + (
        '\n\n[tables.orders]\nfile = "export.csv"\n[tables.orders.columns]\n'
        'order_id = "Invoice No"\norder_date = "Date"\nquantity = "Qty"\n'
        'unit_price = "Unit Price EUR"\nstatus = "Order Status"\n'
        '[tables.orders.values.status]\n"Dispatched" = "shipped"\n'
    )
    found = open_company(home).tables(needs=["orders"]).orders.to_pyarrow().to_pylist()
    assert [float(row["net_amount"]) for row in found] == [21, 3, 7.25]
    assert [row["status"] for row in found] == ["shipped", "open", "cancelled"]


def test_a_proposal_shows_its_evidence(home):
    assert list(look(home, export_csv=ORDERS).shown) == [
        "export.csv → orders: a mapping is proposed",
        "  Invoice No     → order_id: invoice no is a word for it; A1, A2",
        "  Date           → order_date: date is a word for it, values are days; "
        "2026-03-01, 2026-03-05",
        "  Qty            → quantity: qty is a word for it, values are numbers; 2, 1",
        "  Unit Price EUR → unit_price: same name, values are numbers; 10.50, 3.00, 7.25",
        "  Order Status   → status: same name; Cancelled, Dispatched, Open",
        "  Dispatched in Order Status → shipped: a word for it",
        "  not used: Kunde, Memo",
        "  loads: 3 rows from 2026-03-01 to 2026-03-05",
    ]


def test_headers_that_are_alike_are_taken_with_how_alike_they_are(home):
    shown = look(home, orders_csv="order_idd,order_datte,net_amont\na,2026-03-01,5\n").shown
    assert "  order_idd   → order_id: like order id (93%); a" in shown


def test_values_of_another_kind_speak_against_a_header(home):
    rows = "order_id,order_date,net_amount,discount\na,2026-03-01,5,yes\nb,2026-03-02,6,no\n"
    shown = look(home, orders_csv=rows).shown
    assert "  not used: discount" in shown


def test_spanish_headers_are_known(home):
    rows = "Código;Razón social;País;Fecha de alta\nC1;Café Sol;España;18/03/2026\n"
    (entry,) = look(home, clientes_csv=rows).entries
    assert entry.table == "customers"
    assert 'customer_id = "Código"' in entry.section


def test_titles_above_the_header_are_skipped(home):
    (entry,) = look(home, costs_csv=f"Costs of March\n\n{COSTS}").entries
    assert (entry.table, "header_row = 3" in entry.section) == ("expenses", True)
    assert entry.shown[-1] == "  loads: 2 rows from 2026-03-01 to 2026-03-02"


def test_what_is_still_to_be_said_is_said(home):
    rows = "order_id,order_date,net_amount\na,01/02/2026,5\n"
    said = look(home, orders_csv=rows).shown[-1]
    assert said.startswith("  does not load yet: order_date: 01/02/2026 may be 1 February 2026 or")


# known exports


def test_a_known_export_is_recognised(home):
    rows = "Day,Campaign,Campaign ID,Cost,Impr.,Clicks\n2026-03-01,Brand,11,5.00,10,1\n"
    looked = look(home, ads_csv="Campaign report\nMarch\n" + rows + "Total: Account,,,5.00,10,1\n")
    (entry,) = looked.entries
    assert entry.section == '[tables.spend]\nfile = "ads.csv"\npreset = "google_ads_daily"'
    assert looked.shown == (
        "ads.csv → spend: Google Ads days",
        "  loads: 1 row from 2026-03-01 to 2026-03-01",
    )


def test_salesforce_is_recognised_as_connectors_spell_it(home):
    rows = (
        "id,account_id,stage_name,close_date,created_date,is_won\n1,a,Won,2026-03-01,2026-01-01,1\n"
    )
    (entry,) = look(home, deals_csv=rows).entries
    assert 'preset = "salesforce_opportunities"' in entry.section


def test_an_unknown_export_is_told_the_nearest_and_what_is_missing(home):
    said = refusal(home, export_csv="Name,Created at,Lineitem quantity,Lineitem name\n1,a,b,c\n")
    assert said == (
        "export.csv: is no export that is known; nearest are Shopify orders, "
        'which also have "Lineitem price".'
    )
    assert "is like no table that is known; its header is a, b" in refusal(home, x_csv="a,b\n1,2\n")


# what cannot be


def test_a_table_there_already_is_left_as_it_is(home):
    company = open_company(home)
    intake.write(company, look(home, export_csv=ORDERS).entries)
    before = (home / "revwork.toml").read_text()
    said = refusal(home, export_csv=ORDERS, other_csv=ORDERS)
    assert "export.csv: is [tables.orders] already." in said
    assert "revwork.toml has [tables.orders] already, from export.csv" in said
    assert (home / "revwork.toml").read_text() == before


def test_a_folder_is_imported_file_by_file(home):
    (home / "sales").mkdir()
    put(home / "sales", orders_csv=ORDERS, costs_csv=COSTS, notes="hello")
    put(home / "sales", **{".hidden_csv": ORDERS})
    looked = intake.look_at(open_company(home), intake.files([home / "sales"]))
    assert [one.file for one in looked.entries] == ["sales/costs.csv", "sales/orders.csv"]
    assert looked.shown[-1].startswith("sales/notes: is of no kind that can be read")
    assert looked.left


def test_files_alike_in_a_folder_are_one_table(home):
    (home / "sales").mkdir()
    april = ORDERS.replace("2026-03", "2026-04").replace("A", "B").replace("Open", "Sent")
    put(home / "sales", march_csv=ORDERS, april_csv=april)
    looked = intake.look_at(open_company(home), intake.files([home / "sales"]))
    (entry,) = looked.entries
    assert entry.file == "sales/*.csv"
    assert '"Sent" = "shipped"' in entry.section
    assert entry.shown[-1] == "  loads: 6 rows from 2026-03-01 to 2026-04-05"
    (home / "sales" / "costs.csv").write_text(COSTS)
    looked = intake.look_at(open_company(home), intake.files([home / "sales"]))
    assert [one.file for one in looked.entries] == ["sales/april.csv", "sales/costs.csv"]
    assert looked.shown[-1] == "sales/march.csv: left aside, orders has a file"


def test_files_outside_the_workspace_are_named_in_full(home, tmp_path_factory):
    (path,) = put(tmp_path_factory.mktemp("downloads"), export_csv=ORDERS)
    (entry,) = intake.look_at(open_company(home), [path]).entries
    assert entry.file == path.as_posix()


def test_errors_are_one_line(home):
    done = command("import", "none.csv", cwd=home)
    assert (done.returncode, done.stderr) == (2, "revwork: none.csv is not there.\n")
    (home / "revwork.toml").write_text("company = ")
    done = command("import", "none.csv", cwd=home)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
