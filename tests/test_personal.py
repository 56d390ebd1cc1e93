"""What readers who may not know whom the tables are about get to see of them."""

import base64
import html
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from conftest import revwork
from test_data import TODAY, workspace

from revwork import open_company
from revwork.contracts import TABLES, contract, marked
from revwork.data import pseudonyms
from revwork.data.wording import DataError

PEOPLE = ["Zebulon", "Quixby", "Xanthe", "Wurtz", "Ysolde", "Krumm", "zq@mail.example"]
OWNERS = ["Zebulon Quixby", "Xanthe Wurtz"]
WRITTEN = {"name", "title", "text", "comment", "description", "agent", "owner", "manager"}
IMPERSONAL = {("promotions", "name"), ("competitor_events", "description")}


def company(folder):
    """Two years of orders by two owners, one customer known by e-mail, a row that repeats."""
    lines = ["order_id,order_date,net_amount,customer_id,owner,region"]
    for month in range(24):
        day = f"{2025 + month // 12}-{month % 12 + 1:02}-15"
        for number, owner in enumerate(OWNERS):
            who = "zq@mail.example" if number else "c1"
            amount = 100 + 40 * month * number
            lines.append(f"o{month}{number},{day},{amount},{who},{owner},{'NS'[number]}")
    customers = "customer_id,customer_name,segment\nc1,Ysolde Krumm,Home\n"
    customers += "zq@mail.example,Zebulon Quixby,Office\n"
    people = "person_id,name,team,start_date,manager\nXanthe Wurtz,Xanthe Wurtz,sales,2020-01-01,\n"
    people += "Zebulon Quixby,Zebulon Quixby,sales,2020-01-01,Xanthe Wurtz\n"
    return workspace(
        folder,
        'dimensions = ["owner"]\n',
        orders="\n".join([*lines, lines[-1], ""]),
        customers=customers,
        people=people,
        expenses="date,kind,amount,description\n2026-01-31,people,50,Salary Xanthe Wurtz\n",
        surveys="survey_id,sent_on,kind,comment\ns,2026-01-31,nps,Ask Ysolde Krumm\n",
    )


def shown(company, table, audience="leadership"):
    tables = company.tables([table], today=TODAY, audience=audience)
    return tables.tables[table].to_pyarrow().to_pylist()


def readable(path):
    """The bytes of a file as text, what it holds packed, encoded or escaped included."""
    if path.suffix in (".xlsx", ".pptx"):
        with zipfile.ZipFile(path) as file:
            return "\n".join(
                html.unescape(file.read(one).decode("utf-8", "ignore")) for one in file.namelist()
            )
    text = path.read_bytes().decode("utf-8", "ignore")
    packed = re.findall(r"base64,([A-Za-z0-9+/=]{40,})", text)
    inside = [base64.b64decode(one).decode("utf-8", "ignore") for one in packed]
    return html.unescape(unquote("\n".join([text, *inside])))


# which columns


@pytest.mark.parametrize("table", TABLES)
def test_columns_in_which_people_are_named_or_write_are_marked(table):
    columns = {column for column in contract(table).to_schema().columns if column in WRITTEN}
    known = {column for one, column in IMPERSONAL if one == table}
    assert (
        columns - known == columns & (marked(table, "personal") | marked(table, "comment")).keys()
    )


# pseudonyms


def test_everybody_sees_names_unless_told_otherwise(tmp_path):
    assert [row["name"] for row in shown(company(tmp_path), "people", "full")] == OWNERS[::-1]


def test_a_pseudonym_is_readable_and_empty_cells_stay_empty(tmp_path):
    first, second = shown(company(tmp_path), "people")
    assert re.fullmatch(r"Person [0-9A-F]{10}", first["name"])
    assert first["manager"] is None and second["manager"] == first["person_id"]
    assert (first["team"], first["start_date"].year) == ("sales", 2020)


def test_a_name_has_one_pseudonym_in_every_table_so_that_they_join_as_before(tmp_path):
    one = company(tmp_path)
    tables = one.tables(["orders", "people", "customers"], today=TODAY, audience="leadership")
    assert not [note for note in tables.notes if note.kind == "orphans"]
    orders = tables.orders.join(tables.people, tables.orders.owner == tables.people.person_id)
    assert orders.count().execute() == 49
    assert tables.orders.join(tables.customers, "customer_id").count().execute() == 49
    assert {row["owner"] for row in shown(one, "orders")} == {
        row["person_id"] for row in shown(one, "people")
    }


def test_codes_stay_and_addresses_do_not(tmp_path):
    first, second = shown(company(tmp_path), "customers")
    assert first["customer_id"] == "c1" and first["customer_name"].startswith("Customer ")
    assert re.fullmatch(r"Person [0-9A-F]{10}", second["customer_id"])


def test_comments_are_left_out(tmp_path):
    one = company(tmp_path)
    assert [row["comment"] for row in shown(one, "surveys")] == [None]
    assert [row["description"] for row in shown(one, "expenses")] == [None]


def test_amounts_are_the_same_for_every_audience(tmp_path):
    one = company(tmp_path)
    for table, hidden in (("orders", {"owner", "customer_id"}), ("expenses", {"description"})):
        full, less = (
            [{k: v for k, v in row.items() if k not in hidden} for row in shown(one, table, whose)]
            for whose in ("full", "leadership")
        )
        assert full == less


def test_tables_the_company_lacks_are_empty_for_every_audience(tmp_path):
    tables = company(tmp_path).tables(["orders"], TABLES, today=TODAY, audience="leadership")
    assert {"targets", "fx_rates", "people"} & {*tables.absent} == {"targets", "fx_rates"}
    assert tables.targets.count().execute() == 0


def test_notes_show_nobodys_row(tmp_path):
    one = company(tmp_path)
    full, less = (one.tables(["orders"], today=TODAY, audience=a) for a in ("full", "leadership"))
    (named,) = [note for note in full.notes if note.kind == "duplicates"]
    (hidden,) = [note for note in less.notes if note.kind == "duplicates"]
    assert "Xanthe Wurtz" in named.example and hidden.count == named.count == 1
    assert hidden.example == hidden.message.values["example"] == "…"


def test_what_is_wrong_with_a_table_is_told_without_anybodys_row(tmp_path):
    rows = "zq@mail.example,Zebulon Quixby\nzq@mail.example,Xanthe Wurtz\n"
    one = workspace(tmp_path, customers=f"customer_id,customer_name\n{rows}")
    with pytest.raises(DataError, match=r"zq@mail\.example"):
        shown(one, "customers", "full")
    with pytest.raises(DataError) as error:
        shown(one, "customers")
    assert str(error.value) == "customers (customers.csv): cannot be used; revwork check says why."


def test_an_audience_nobody_knows_is_refused(tmp_path):
    with pytest.raises(DataError, match='"board" is not an audience'):
        company(tmp_path).tables(["orders"], audience="board")


# the secret


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path):
    first = pseudonyms.secret(tmp_path)
    file = tmp_path / ".revwork/salt"
    assert pseudonyms.secret(tmp_path) == first == file.read_text() and len(first) == 64
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (tmp_path / ".revwork/.gitignore").read_text() == "*\n"


def test_other_workspaces_call_the_same_person_otherwise(tmp_path):
    names = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        names.append(shown(company(folder), "people")[0]["name"])
    assert names[0] != names[1]


def test_a_secret_half_written_is_made_again(tmp_path):
    (tmp_path / ".revwork").mkdir()
    (tmp_path / ".revwork/salt").touch()
    assert len(pseudonyms.secret(tmp_path)) == 64


def test_without_a_place_to_keep_it_the_secret_lasts_as_long_as_the_process(tmp_path):
    workspace = tmp_path / "file"
    workspace.touch()
    assert pseudonyms.secret(workspace) == pseudonyms.secret(workspace)
    code = f"from pathlib import Path; from revwork.data.pseudonyms import secret as s; import sys;\
sys.stdout.write(s(Path({str(workspace)!r})))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert len(other.stdout) == 64 and other.stdout != pseudonyms.secret(workspace)


# what is published


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """A report for everybody and one for leadership, each a folder of its own."""
    folder = tmp_path_factory.mktemp("company")
    company(folder)
    for audience in ("full", "leadership"):
        wanted = ["-p", f"audience={audience}", "-p", "period=2026-Q4", "-p", "as_of=2026-12-31"]
        done = revwork(
            *("run", "01_revenue", "--workspace", folder, *wanted, "--out", audience), cwd=folder
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_nobody_is_named_in_any_published_file_nor_in_the_record(reports):
    found = files(reports / "leadership")
    assert {"01_revenue.html", "01_revenue.ipynb", "manifest.json"} <= {f.name for f in found}
    named = {(f.name, who) for f in found for who in PEOPLE if who in readable(f)}
    assert not named


def test_the_same_report_names_them_where_it_may(reports):
    told = "\n".join(readable(path) for path in files(reports / "full"))
    assert {who for who in PEOPLE if who in told} >= {"Zebulon", "Wurtz", "zq@mail.example"}
    (page,) = (reports / "leadership").glob("2*/01_revenue.html")
    assert re.search(r"Person [0-9A-F]{10}", readable(page))


@pytest.fixture(scope="module")
def known():
    """Every name and comment in the sample's tables, with the column where it stands."""
    sample = open_company("data/sample")
    found = {}
    for table in sample.sources:
        rows = sample.tables([table]).tables[table]
        own = [one for one in rows.columns if one not in contract(table).to_schema().columns]
        hidden = marked(table, "personal", own) | marked(table, "comment", own)
        for column in hidden.keys() & {*rows.columns}:
            values = rows.select(column).distinct().to_pyarrow()[column].to_pylist()
            found |= {str(value): f"{table}.{column}" for value in values if value}
    return found


def test_nobody_of_the_sample_is_named_in_any_file_of_leaderships_pack(known, tmp_path):
    """Two notebooks whose reports for everybody show people and comments."""
    asked = ["06_channels_partners", "09_reputation", "--to", "html,pptx,xlsx"]
    done = revwork("run", *asked, "-p", "audience=leadership", "--out", tmp_path, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    found = [path for path in files(tmp_path) if path.suffix != ".lock"]
    names = {path.name for path in found}
    assert {"findings.json", "kpis.json", "index.html", "09_reputation.pptx"} <= names
    assert {"Amy Clarke", "Grupo Hotelero Miramonte"} <= known.keys() and len(known) > 5000
    texts = {path.name: readable(path) for path in found}
    assert re.search(r"Person [0-9A-F]{10}", texts["06_channels_partners.xlsx"])
    named = {(file, who) for file, text in texts.items() for who in known if who in text}
    assert not named
