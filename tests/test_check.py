"""`revwork check` says what is usable, and what one more table would answer."""

import json
import re
from datetime import date

import pytest
from conftest import revwork

from revwork.contracts import DEPARTMENTS, TABLES, of_department
from revwork.data.check import facts
from revwork.report.terminal import bar
from revwork.report.words import Reader
from revwork.workspace import open_company

ORDERS = """\
order_id,order_date,net_amount
1,2026-01-05,100
2,2026-02-05,50
3,2026-02-20,25
"""
READS = {
    "01_revenue": {"needs": ["orders"], "enriches": ["customers"]},
    "04_customers": {"needs": ["orders", "customers"]},
    "09_reputation": {"needs": ["reviews", "mentions"]},
}


@pytest.fixture
def acme(tmp_path):
    """A workspace with an orders export and nothing else."""
    (tmp_path / "revwork.toml").write_text('currency = "EUR"\n[tables.orders]\nfile = "o.csv"\n')
    (tmp_path / "o.csv").write_text(ORDERS)
    return tmp_path


def add(folder, table, file, text):
    with (folder / "revwork.toml").open("a") as toml:
        toml.write(f'[tables.{table}]\nfile = "{file}"\n')
    (folder / file).write_text(text)


def checked(folder):
    company = open_company(folder)
    say = Reader(company.language, company.currency).say
    return facts(company, READS, say, date(2026, 3, 1))


def tables(found):
    return {one["table"]: one for part in found["departments"] for one in part["tables"]}


def absent(found):
    return {one["table"]: one for part in found["departments"] for one in part["absent"]}


@pytest.fixture(scope="module")
def sample(root):
    done = revwork("check", "--json", "--workspace", root / "data/sample")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_every_table_belongs_to_one_department():
    assert sorted(table for name in DEPARTMENTS for table in of_department(name)) == TABLES


def test_the_sample_is_usable_and_its_defects_are_warnings(sample):
    assert sample["usable"]
    assert not any(one["breaches"] for one in tables(sample).values())
    assert any("5 rows repeat another" in said for said in tables(sample)["orders"]["warnings"])
    assert any("ends on 1 Sep 2026" in said for said in tables(sample)["surveys"]["warnings"])


def test_the_sample_has_its_rows_and_days(sample):
    orders = tables(sample)["orders"]
    assert (orders["rows"], orders["first_day"], orders["last_day"], orders["behind"]) == (
        58_393,
        "2023-09-01",
        "2026-09-14",
        0,
    )
    assert tables(sample)["surveys"]["behind"] == 13
    assert sample["as_of"] == "2026-09-14"


def test_the_samples_departments_are_held_against_each_other(sample):
    found = {one["title"]: one for one in sample["reconciliations"]}
    assert found["Subscriptions against invoices"]["agree"]
    assert not found["Deals against orders"]["agree"]
    assert "costs only" in found["Deals against finance"]["sentence"]


def test_the_facts_have_one_shape(sample, acme):
    shape = ["company", "as_of", "today", "usable", "departments", "reconciliations", "notebooks"]
    assert [*sample] == [*checked(acme)] == shape
    for one in [*tables(sample).values(), *tables(checked(acme)).values()]:
        assert [*one] == [
            *("table", "place", "rows", "first_day", "last_day"),
            *("behind", "months", "breaches", "warnings"),
        ]
    assert all({"title", "tables", "sentence"} <= one.keys() for one in sample["reconciliations"])


def test_a_second_look_tells_the_same(acme):
    assert checked(acme) == checked(acme)


def test_a_changed_file_is_looked_at_again(acme):
    before = tables(checked(acme))["orders"]["rows"]
    (acme / "o.csv").write_text(ORDERS + "4,2026-02-21,1\n")
    assert tables(checked(acme))["orders"]["rows"] == before + 1


def test_months_without_rows_are_counted_as_none(acme):
    assert tables(checked(acme))["orders"]["months"] == [0] * 34 + [1, 2]


def test_orders_alone_open_what_needs_orders_alone(acme):
    found = {one["notebook"]: one for one in checked(acme)["notebooks"]}
    assert found["01_revenue"] == {
        "notebook": "01_revenue",
        "ready": True,
        "lacks": [],
        "without": ["customers"],
    }
    assert found["04_customers"]["lacks"] == ["customers"]


def test_a_table_that_is_not_there_says_what_it_would_open_and_answer(acme):
    customers = absent(checked(acme))["customers"]
    assert customers["enables"] == ["04_customers"]
    assert customers["enriches"] == ["01_revenue"]
    assert "region and segment a sale falls" in customers["answers"]


def test_one_of_two_missing_tables_opens_nothing_alone(acme):
    assert absent(checked(acme))["reviews"]["enables"] == []


def test_a_breach_in_one_table_leaves_the_others_shown(acme):
    add(acme, "products", "p.csv", "product_id,unit_cost\nA,-1\nB,2\n")
    found = checked(acme)
    assert not found["usable"]
    assert tables(found)["orders"]["rows"] == 3
    assert tables(found)["products"]["rows"] is None
    (said,) = tables(found)["products"]["breaches"]
    assert "unit_cost" in said


def test_a_breach_between_tables_is_told_under_its_table(acme):
    add(acme, "fx_rates", "fx.csv", "date,currency,rate\n2026-02-01,GBP,1.2\n")
    text = ORDERS.replace("net_amount\n", "net_amount,currency\n").replace("100\n", "100,GBP\n")
    (acme / "o.csv").write_text(text.replace("50\n", "50,EUR\n").replace("25\n", "25,EUR\n"))
    (said,) = tables(checked(acme))["orders"]["breaches"]
    assert said.startswith("1 row in GBP has no exchange rate")


def test_a_missing_file_is_a_breach_of_that_table_alone(acme):
    add(acme, "products", "p.csv", "")
    (acme / "p.csv").unlink()
    found = checked(acme)
    assert tables(found)["products"]["breaches"]
    assert tables(found)["orders"]["rows"] == 3


def test_a_workspace_without_tables_is_told_what_each_would_answer(tmp_path):
    (tmp_path / "revwork.toml").write_text('currency = "EUR"\n')
    found = checked(tmp_path)
    assert found["usable"]
    assert sorted(absent(found)) == TABLES


def test_the_command_ends_with_1_on_a_breach_and_shows_the_rest(acme):
    add(acme, "products", "p.csv", "product_id,unit_cost\nA,-1\n")
    done = revwork("check", "--workspace", acme)
    assert done.returncode == 1
    assert "✗ products (p.csv): " in done.stdout
    assert re.search(r"orders +3 rows +2026-01-05 – 2026-02-20", done.stdout)
    assert "Traceback" not in done.stdout + done.stderr


def test_the_command_ends_with_2_where_it_cannot_begin(tmp_path):
    for arguments in (["--workspace", tmp_path / "none"], ["--jsn"], ["orders"]):
        done = revwork("check", *arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


def test_secrets_of_an_address_are_never_shown(acme, monkeypatch):
    monkeypatch.setenv("STOREPASS", "hush-hush")
    with (acme / "revwork.toml").open("a") as toml:
        toml.write(
            '[tables.products]\naddress = "postgres://maria:${STOREPASS}@127.0.0.1:9/shop"\n'
        )
    for arguments in ([], ["--json"]):
        done = revwork("check", "--workspace", acme, *arguments)
        assert done.returncode == 1
        for hidden in ("hush-hush", "maria", "STOREPASS", "Traceback"):
            assert hidden not in done.stdout + done.stderr


def test_examples_name_nobody(acme):
    add(
        acme,
        "people",
        "p.csv",
        "person_id,name,team,start_date\n" + "7,Jo Mar,sales,2020-01-01\n" * 2,
    )
    assert "Jo Mar" not in json.dumps(tables(checked(acme))["people"]["warnings"])


def test_a_bar_is_as_long_as_its_months_and_blank_where_nothing_is():
    assert bar([0, 1, 4, 8]) == " ▁▄█"
    assert bar([]) == ""
