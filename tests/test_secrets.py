"""What is secret in an address comes from elsewhere, and no message ever shows it."""

import dataclasses
import json
import sys
import traceback
from datetime import date
from urllib.parse import quote

import pytest
from conftest import notebook
from conftest import revwork as command

import revwork
from revwork.data import secrets
from revwork.data.wording import DataError
from revwork.run import plan

SECRET = "hunter2-hunter2"


def refused(folder, line):
    """Open a company with this address and return what is said, the secret not being in it."""
    (folder / "revwork.toml").write_text(f'currency = "EUR"\n[tables.orders]\n{line}\n', "utf-8")
    with pytest.raises(DataError) as error:
        revwork.open_company(folder)
    shown = "".join(traceback.format_exception(error.value))
    assert SECRET not in shown and SECRET not in repr(error.value.__context__)
    return str(error.value)


@pytest.mark.parametrize(
    "address",
    [
        f"postgres://shop:{SECRET}@db.acme.com/shop",
        f"postgresql://shop:{SECRET}${{PGPASSWORD}}@db/shop",
        f"mysql://:{SECRET}@db",
        f"postgres://shop:{SECRET}/with@odd#signs@db/shop",
        f"postgres://shop@db/shop?password={SECRET}",
        f"snowflake://db/shop?warehouse=w&access_token={SECRET}",
        f"postgres://${{USER}}:{SECRET}@db/shop",
    ],
)
def test_a_password_in_clear_is_refused_with_the_way_out(tmp_path, address):
    text = refused(tmp_path, f'address = "{address}"')
    assert "[tables.orders] address holds a password in clear" in text
    assert "${NAME} or keyring:service/user" in text


@pytest.mark.parametrize(
    "line",
    [
        f'file = "postgres://shop:{SECRET}@db/shop"',
        f'address = ["postgres://shop:{SECRET}@db/shop"]',
        f'addres = "postgres://shop:{SECRET}@db/shop"',
        f'address = "host=db password={SECRET}"',
        f'address = "postgres://shop:{SECRET}@db/shop"\nfile = "a.csv"\ndecimal = ";"',
    ],
)
def test_no_other_slip_shows_what_was_written(tmp_path, line):
    assert "orders" in refused(tmp_path, line)


@pytest.mark.parametrize(
    "address",
    [
        "postgres://shop@db/shop",
        "postgres://shop:${PGPASSWORD}@db/shop",
        "postgres://${USER}:${PGPASSWORD}@db/shop?sslmode=require",
        "postgres://shop:keyring:shop/me@db/shop",
        "snowflake://db/shop?access_token=${TOKEN}",
        "${DATABASE_URL}",
        "sqlite:///c:/data/me@home.db",
    ],
)
def test_references_and_addresses_without_a_secret_are_fine(tmp_path, address):
    (tmp_path / "revwork.toml").write_text(
        f'currency = "EUR"\n[tables.orders]\naddress = "{address}"', "utf-8"
    )
    assert revwork.open_company(tmp_path).sources["orders"].address == address


def test_a_password_may_hold_any_sign(monkeypatch):
    monkeypatch.setenv("WORD", "p@ss/w:%rd+")
    assert secrets.resolved("postgres://me:${WORD}@db/x") == (
        f"postgres://me:{quote('p@ss/w:%rd+', safe='')}@db/x"
    )
    monkeypatch.setenv("URL", "postgres://me:a%40b@db/x")
    assert secrets.resolved("${URL}") == "postgres://me:a%40b@db/x"


def test_readers_see_the_host_and_the_database_alone():
    assert (
        secrets.shown("postgres://me:${WORD}@db:5432/x?sslmode=require") == "postgres://db:5432/x"
    )


def load(folder, address, more='table = "orders"'):
    (folder / "revwork.toml").write_text(
        f'currency = "EUR"\n[tables.orders]\naddress = "{address}"\n{more}', "utf-8"
    )
    return revwork.open_company(folder).tables(["orders"], today=date(2026, 11, 21))


def complaint(folder, address, *hidden, more='table = "orders"'):
    """Load orders and return what is said about it, `hidden` being nowhere in sight."""
    with pytest.raises(DataError) as error:
        load(folder, address, more)
    seen = ["".join(traceback.format_exception(error.value)), repr(error.value.__context__)]
    seen += [str(frame.tb_frame.f_locals) for frame in _frames(error.value.__traceback__)]
    for text in hidden:
        for form in (text, quote(text), quote(text, safe="")):
            assert not any(form in one for one in seen)
    return str(error.value)


def _frames(tb):
    """The frames of the package, which debuggers and rich tracebacks show with what they hold."""
    while tb:
        if "/revwork/" in tb.tb_frame.f_code.co_filename:
            yield tb
        tb = tb.tb_next


def test_a_variable_that_is_not_set_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.delenv("NO_SUCH_WORD", raising=False)
    text = complaint(tmp_path, "postgres://shop:${NO_SUCH_WORD}@db/shop")
    assert text == (
        "orders (postgres://db/shop orders): needs the environment variable NO_SUCH_WORD, "
        "which is not set."
    )


def test_a_driver_that_is_not_installed_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "ibis.backends.postgres", raising=False)
    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    text = complaint(tmp_path, "postgres://shop:${SHOP_PASSWORD}@db/shop", SECRET)
    assert 'pip install "revwork[postgres]"' in text


def test_a_wrong_password_is_a_sentence_without_it(tmp_path, server, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "wr0ng/p@ss")
    address = f"postgres://shop:${{SHOP_PASSWORD}}@{server.place}"
    text = complaint(tmp_path, address, "wr0ng/p@ss")
    assert "cannot be read: " in text and "password authentication failed" in text


def test_a_host_that_does_not_answer_is_a_sentence_without_the_password(tmp_path, monkeypatch):
    pytest.importorskip("psycopg")
    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    text = complaint(tmp_path, "postgres://shop:${SHOP_PASSWORD}@127.0.0.1:1/shop", SECRET)
    assert "cannot be read: " in text and "127.0.0.1" in text


def test_a_missing_table_and_a_query_that_fails_do_not_show_it(tmp_path, server, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", server.password)
    address = f"postgres://shop:${{SHOP_PASSWORD}}@{server.place}"
    hidden = server.password
    assert 'has no table "nowhere"' in complaint(
        tmp_path, address, hidden, more='table = "nowhere"'
    )
    more = "sql = \"SELECT 1 / (1 - length('${SHOP_PASSWORD}') + 15) AS order_id FROM x\""
    assert "cannot be read: " in complaint(tmp_path, address, hidden, more=more)


def test_a_whole_address_from_a_variable_stays_there(tmp_path, server, monkeypatch):
    whole = f"postgres://shop:{quote(server.password, safe='')}@{server.place}"
    monkeypatch.setenv("DATABASE_URL", whole)
    text = complaint(tmp_path, "${DATABASE_URL}", server.password, whole, more='table = "nowhere"')
    assert text.startswith("orders (${DATABASE_URL} nowhere): has no table")
    monkeypatch.setenv("DATABASE_URL", whole.replace(quote(server.password, safe=""), SECRET))
    assert "password authentication failed" in complaint(tmp_path, "${DATABASE_URL}", SECRET, whole)


def test_what_a_run_keeps_of_a_table_does_not_hold_it(tmp_path, server, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", server.password)
    address = f"postgres://shop:${{SHOP_PASSWORD}}@{server.place}"
    query = "SELECT 'a' AS order_id, DATE '2026-01-02' AS order_date, 1.5 AS net_amount"
    tables = load(tmp_path, address, f'sql = "{query}"')
    kept = json.dumps([dataclasses.asdict(one) for one in tables.inputs], default=str)
    kept += repr(tables) + repr(tables.notes)
    assert server.password not in kept and quote(server.password, safe="") not in kept
    assert tables.inputs[0].file == f"postgres://{server.place}"
    assert tables.orders.net_amount.sum().execute() == 1.5


def test_the_command_line_does_not_show_it_either(tmp_path, monkeypatch):
    (tmp_path / "revwork.toml").write_text(
        f'currency = "EUR"\n[tables.orders]\naddress = "postgres://shop:{SECRET}@db/shop"', "utf-8"
    )
    done = command("run", "--workspace", tmp_path, "--out", tmp_path / "reports", cwd=tmp_path)
    assert done.returncode != 0
    assert SECRET not in done.stdout + done.stderr
    pages = [one.read_bytes() for one in tmp_path.rglob("reports/**/*") if one.is_file()]
    assert not any(SECRET.encode() in page for page in pages)


# parameters


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (f"password={SECRET}", "the parameter password looks secret"),
        (f"api_key={SECRET}", "the parameter api_key looks secret"),
        (f"DB_DSN={SECRET}", "the parameter DB_DSN looks secret"),
        (f"source=postgres://shop:{SECRET}@db/x", "the parameter source holds a URL with a passwo"),
        (f"source=host=db password={SECRET}", "the parameter source holds a password or token:"),
        (f"postgres://shop:{SECRET}@db/x?a=b", "what is given holds a URL with a password"),
    ],
)
def test_a_parameter_that_is_secret_is_refused_before_any_kernel(tmp_path, given, said):
    path = notebook(tmp_path / "a.ipynb", "1", parameters='source: str = ""  # where from')
    done = command("run", path, "-p", given, "--out", tmp_path / "reports", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"revwork: {said}") and "${NAME}" in done.stderr
    assert SECRET not in done.stderr and not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    "line", ['token: str = ""  # of the shop', f'source: str = "mysql://a:{SECRET}@db"  # where']
)
def test_a_notebook_that_takes_a_secret_is_refused(tmp_path, line):
    path = notebook(tmp_path / "a.ipynb", "1", parameters=line)
    with pytest.raises(plan.UsageError, match="parameters are kept in notebook, log and man") as no:
        plan.settle([path], {})
    assert SECRET not in str(no.value)


def test_no_notebook_of_ours_takes_a_secret():
    assert len(plan.settle(plan.find([]), {})) > 8


@pytest.fixture
def ring():
    """A keyring of the test's own."""
    keyring = pytest.importorskip("keyring", reason='pip install "revwork[keyring]"')

    class Ring(keyring.backend.KeyringBackend):
        priority = 1

        def get_password(self, service, username):
            return "from the r/ng" if (service, username) == ("shop", "me") else None

        def set_password(self, service, username, password):
            raise NotImplementedError

        def delete_password(self, service, username):
            raise NotImplementedError

    before = keyring.get_keyring()
    keyring.set_keyring(Ring())
    yield
    keyring.set_keyring(before)


def test_a_password_may_come_from_the_keyring(tmp_path, ring):
    address = "postgres://shop:keyring:shop/me@127.0.0.1:1/shop"
    assert secrets.resolved(address) == "postgres://shop:from%20the%20r%2Fng@127.0.0.1:1/shop"
    text = complaint(tmp_path, address.replace("/me", "/you"))
    assert "needs a password that the keyring does not hold: keyring set shop you" in text
