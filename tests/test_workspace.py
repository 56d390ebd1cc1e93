"""revwork.toml: what a company says about itself, and what happens where it does not."""

import os
import subprocess
import sys
from datetime import date

import pytest

import revwork
from revwork.calendar import Calendar
from revwork.data.wording import DataError


def company(folder, toml):
    """Open a workspace that holds only this revwork.toml."""
    (folder / "revwork.toml").write_text(toml, encoding="utf-8")
    return revwork.open_company(folder)


def complaint(folder, toml):
    with pytest.raises(DataError) as error:
        company(folder, toml)
    return str(error.value)


def test_a_company_is_what_its_file_says(tmp_path):
    found = company(
        tmp_path,
        """
        company = "Aroma & Grain"
        currency = "EUR"
        language = "es"
        time_zone = "Europe/Madrid"
        [calendar]
        fiscal_year_start = 4
        [tables.orders]
        file = "sales/orders.csv"
        tax_rate = 0.21
        """,
    )
    assert (found.name, found.currency, found.language) == ("Aroma & Grain", "EUR", "es")
    assert (found.time_zone, found.calendar) == ("Europe/Madrid", Calendar(fiscal_year_start=4))
    assert found.sources["orders"].path == tmp_path / "sales" / "orders.csv"
    assert found.sources["orders"].tax_rate == 0.21


def test_only_the_currency_has_to_be_said(tmp_path):
    found = company(tmp_path, 'currency = "EUR"')
    assert (found.name, found.language, found.time_zone) == (tmp_path.name, "en", "UTC")
    assert found.calendar == Calendar() and found.sources == {}
    assert complaint(tmp_path, "") == 'revwork.toml: currency is missing: add currency = "…".'


def test_everything_unknown_is_named_at_once_with_what_was_probably_meant(tmp_path):
    text = complaint(
        tmp_path,
        """
        compny = "x"
        currency = "euro"
        [calendar]
        retial = "4-4-5"
        [tables.odrers]
        file = "a.csv"
        [tables.orders]
        fiel = "a.csv"
        decimal = ";"
        """,
    )
    for sentence in (
        '"compny" is not known; did you mean "company"?',
        'currency "euro" is no ISO code, such as "EUR".',
        'retial is not known; did you mean "retail"?',
        '"odrers" is not a table; did you mean "orders"?',
        '[tables.orders] "fiel" is not known; did you mean "file"?',
        "[tables.orders] decimal should be ',' or '.', not ';'.",
        '[tables.orders] file is missing: add file = "…".',
    ):
        assert sentence in text
    assert len(text.splitlines()) == 7


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('encoding = "latin-11"', 'encoding "latin-11" is no encoding'),
        ('time_zone = "Mars"', 'time_zone "Mars" is no time zone'),
        ("tax_rate = 21", "tax_rate should be less than 1, not 21"),
        ("header_row = 0", "header_row should be greater than or equal to 1, not 0"),
        ('dimensions = ["Sales Rep"]', '"Sales Rep" is not in lower case with underscores'),
        ('dimensions = ["region"]', "dimensions need not name region"),
        ('columns = {regon = "x"}', '"regon" is not a column of orders; did you mean "region"?'),
        ('values = {staus = {a = "b"}}', '"staus" is not a column of orders; did you mean'),
        ("columns = 3", "columns should be a valid dictionary, not 3"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(tmp_path, line, sentence):
    toml = f'currency = "EUR"\n[tables.orders]\nfile = "a.csv"\n{line}'
    assert sentence in complaint(tmp_path, toml)


def test_the_calendars_own_objection_is_passed_on(tmp_path):
    text = complaint(tmp_path, 'currency = "EUR"\n[calendar]\nfiscal_year_start = 13')
    assert "fiscal_year_start is a month from 1 to 12" in text


def test_a_slip_of_syntax_is_named_with_its_line(tmp_path):
    text = complaint(tmp_path, 'currency = "EUR"\nlanguage = en')
    assert "revwork.toml cannot be read: Invalid value (at line 2, column 12)." in text


def test_a_workspace_is_found_from_the_folders_below_it(tmp_path, monkeypatch):
    company(tmp_path, 'currency = "EUR"')
    (tmp_path / "acme" / "sales").mkdir(parents=True)
    company(tmp_path / "acme", 'currency = "USD"')
    monkeypatch.chdir(tmp_path / "acme" / "sales")
    assert revwork.open_company().currency == "USD"
    assert revwork.open_company("acme").currency == "USD"
    assert revwork.open_company("acme/revwork.toml").currency == "USD"


def test_a_workspace_that_is_not_there_is_not_replaced_by_the_sample(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r'"acmee" is no workspace: there is no revwork\.toml in'):
        revwork.open_company("acmee")


def test_the_sample_is_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.setattr(revwork, "__file__", str(tmp_path / "site" / "revwork" / "__init__.py"))
    bundled = tmp_path / "site" / "revwork" / "_bundled" / "sample"
    bundled.mkdir(parents=True)
    company(bundled, 'currency = "EUR"')
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert revwork.open_company().folder == bundled
    beside = tmp_path / "site" / "data" / "sample"
    beside.mkdir(parents=True)
    company(beside, 'currency = "EUR"')
    assert revwork.open_company("data/sample").folder == beside


def test_importing_revwork_does_nothing_and_takes_no_time():
    code = (
        "import sys, revwork; print([m for m in ('pandas', 'ibis', 'duckdb') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_only_what_is_public_is_offered():
    assert "open_company" in dir(revwork)
    with pytest.raises(AttributeError, match="has no attribute 'open_compny'"):
        _ = revwork.open_compny


def test_errors_are_shown_without_a_traceback(tmp_path):
    with pytest.raises(DataError) as error:
        company(tmp_path, "language = 3")
    assert error.value._render_traceback_() == list(error.value.sentences)
    assert os.linesep not in error.value.sentences[0]


def test_a_period_is_compared_in_the_companys_calendar(tmp_path):
    found = company(tmp_path, 'currency = "EUR"\n[calendar]\nfiscal_year_start = 4')
    for as_of in (date(2026, 6, 30), "2026-06-30"):
        compared = found.compare("last month", "year ago", as_of)
        assert (compared.period.name, compared.base.name) == ("2026-06", "2025-06")
