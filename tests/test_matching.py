"""Matching: our product for a rival's name, proposed behind a # and read only when confirmed."""

import tomllib

from conftest import typed
from typer.testing import CliRunner

from revwork.cli import app
from revwork.data import matching

PRODUCTS = [
    {"product_id": "ES-01", "product_name": "Aria"},
    {"product_id": "ES-02", "product_name": "Aria Plus"},
    {"product_id": "GR-1", "product_name": None},
]


def seen(*names):
    rows = [{"date": "2026-01-01", "competitor": "R", "product_id": n, "price": 1} for n in names]
    return typed("competitor_prices", rows)


def asked(folder):
    return CliRunner().invoke(app, ["match", "--workspace", str(folder)])


def found(*names, products=PRODUCTS):
    return matching.proposals(seen(*names), typed("products", products))


def test_a_name_in_another_order_and_case_is_proposed_with_the_next_best_beside():
    (one,) = found("plus, ARIA")
    assert [(key, round(like)) for key, _, like in one.likely] == [("ES-02", 100), ("ES-01", 63)]


def test_an_identifier_written_otherwise_is_proposed_where_a_product_has_no_name():
    (one,) = found("gr 1")
    assert one.likely[0][0] == "GR-1"


def test_what_is_a_product_is_no_question_and_the_most_frequent_name_comes_first(elsewhere):
    names = found("ES-01", "Toaster", "Aria plus!", "Aria plus!")
    assert [(one.name, one.rows) for one in names] == [("Aria plus!", 2), ("Toaster", 1)]
    assert names[1].likely == []


def test_nothing_proposed_counts_before_somebody_takes_the_hash_away():
    text = "\n".join(matching.lines(found("Aria plus", "Toaster")))
    values = tomllib.loads(text)["tables"]["competitor_prices"]["values"]
    assert values == {"product_id": {}}
    confirmed = "\n".join(line.removeprefix("# ") for line in text.splitlines()[2:4])
    assert tomllib.loads(confirmed)["tables"]["competitor_prices"]["values"]["product_id"] == {
        "Aria plus": "ES-02"
    }


def test_hostile_names_stay_behind_their_hash():
    evil = [{"product_id": 'a"\n[x]', "product_name": "Mean\r\n[tables.orders]\nfile = 1\u2028y=2"}]
    lines = [*matching.lines(found('mean\n[tables.orders] "file = 1', products=evil))]
    text = "\n".join(lines)
    assert tomllib.loads(text) == {"tables": {"competitor_prices": {"values": {"product_id": {}}}}}
    assert all(line.startswith(("#", "[")) for line in text.splitlines())


def test_without_prices_or_products_there_is_nothing_to_ask_or_nothing_like_it():
    assert found() == [] and "is a product" in "".join(matching.lines([]))
    assert found("Toaster", products=[])[0].likely == []


def test_the_command_proposes_and_what_is_confirmed_in_the_file_is_read(tmp_path):
    (tmp_path / "p.csv").write_text("product_id,product_name\nES-02,Aria Plus\n")
    (tmp_path / "c.csv").write_text(
        "date,competitor,product_id,price\n2026-01-01,R,aria plus,10\n2026-01-02,R,ES-02,9\n"
    )
    place = tmp_path / "revwork.toml"
    place.write_text(
        'company = "X"\ncurrency = "EUR"\n[tables.products]\nfile = "p.csv"\n'
        '[tables.competitor_prices]\nfile = "c.csv"\n'
    )
    before = place.read_text()
    said = asked(tmp_path).stdout
    assert '# "aria plus" = "ES-02"' in said and place.read_text() == before
    place.write_text(before + f'{matching.HEADING}\n"aria plus" = "ES-02"\n')
    assert "is a product" in asked(tmp_path).stdout
    assert asked(tmp_path / "none").exit_code == 2
