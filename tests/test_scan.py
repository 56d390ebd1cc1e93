"""Secrets in what a run would publish: found however they are wrapped, and never repeated."""

import base64
import html
import io
import json
import time
import zipfile
import zlib
from urllib.parse import quote

import nbformat
import pytest
from conftest import notebook
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from test_data import workspace

from revwork.run import credentials, scan
from revwork.run.execute import execute

SECRET = 'p@ss "w/:%r&d+é'
PLAIN = "hunter2-hunter2"
URL = f"postgres://shop:{PLAIN}@db.acme.com/shop"
B64 = base64.b64encode


def seen(content, *secrets):
    """The hits, none of which repeats a secret."""
    found = scan.hits(content, secrets)
    assert not [one for one in found for secret in (*secrets, PLAIN) if secret in one]
    return found


# however it is written


PICTURE = f"<svg><text>{html.escape(SECRET)}</text></svg>"
WRITTEN = {
    "as it is": SECRET,
    "for HTML": html.escape(SECRET),
    "by number": "".join(f"&#{ord(sign)};" for sign in SECRET),
    "in an address": quote(SECRET, safe=""),
    "in an address, all of it": "".join(f"%{byte:02x}" for byte in SECRET.encode()),
    "twice": html.escape(quote(quote(SECRET))),
    "as JSON": json.dumps({"a": [{"b": SECRET}]}),
    "as JSON in a script": f"<script>x = {json.dumps(SECRET)}</script>",
    "as Python": repr(SECRET + "'"),
    "in base64": B64(SECRET.encode()).decode(),
    "in base64 for addresses": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "within base64": B64(f"xy{SECRET} and more".encode()).decode(),
    "in base64 behind other letters": "abc" + B64(f"x{SECRET}..".encode()).decode(),
    "in a picture": f'<img src="data:image/svg+xml;base64,{B64(PICTURE.encode()).decode()}">',
    "in base64 in base64": B64(B64(SECRET.encode())).decode(),
    "between tags": f"<b>{html.escape(SECRET[:5])}</b>{html.escape(SECRET[5:])}",
    "in hexadecimal": SECRET.encode().hex(),
    "in two bytes a letter": PLAIN.encode("utf-16-le"),
}  # fmt: skip


@pytest.mark.parametrize("content", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("around", [0, 50_000])
def test_a_secret_is_found_however_it_is_written(content, around):
    if isinstance(content, str) and content[0] != "{":
        content = "<p>Revenue rose. " * (around // 17) + content + " and fell.</p>" * (around // 17)
    (hit,) = seen(content, SECRET, PLAIN)
    assert hit.startswith(scan.OWN)


def test_a_text_without_a_secret_has_no_hits():
    assert seen("<p>Revenue rose by 4.2 %.</p>" * 1000, SECRET, PLAIN) == []
    assert seen("", SECRET) == seen(b"", SECRET) == seen(b"\xff\xfe\x80", SECRET) == []


def test_the_place_is_the_line_or_the_part_of_a_file():
    assert seen(f"one\ntwo\n{PLAIN}", PLAIN) == [f"{scan.OWN} in line 3"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("xl/sheet.xml", "<t>fine</t>")
        file.writestr("xl/sharedStrings.xml", f"<t>{html.escape(SECRET)}</t>")
    assert seen(packed.getvalue(), SECRET) == [f"{scan.OWN} in xl/sharedStrings.xml"]
    assert seen(json.dumps([URL])) == ["a URL with a password in its JSON"]
    assert seen(packed.getvalue()[:60] + URL.encode()) == ["a URL with a password in line 1"]


def test_words_and_numbers_of_any_report_are_no_secrets():
    text = "shop sales 2026 1,234.50 admin revenue"
    assert seen(text, "shop", "2026", "1234", "adm", "", "admin") == []
    assert seen("the x7kq is", "x7kq") and not seen("the ax7kqz is", "x7kq")


def test_text_in_a_pdf_is_found_as_far_as_it_is_text():
    stream = zlib.compress(f"BT ({PLAIN}) Tj ET".encode())
    pdf = b"%PDF-1.4\n1 0 obj <</Filter /FlateDecode>>\nstream\n" + stream + b"\nendstream"
    assert seen(pdf, PLAIN) == [f"{scan.OWN} in the PDF"]


# what looks like a credential


KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\n-----END RSA PRIVATE KEY-----\n"
LOOKS = {
    URL: "a URL with a password",
    "mysql://:hunter2@db": "a URL with a password",
    "redis://u:p%40ss@10.0.0.1:6379/0": "a URL with a password",
    "postgres://shop:with/slash@odd#signs@db/shop": "a URL with a password",
    "host=db user=me password=hunter2 dbname=x": "a password or token",
    "Server=db;Uid=me;Pwd=Hunter2!;": "a password or token",
    "https://x.io/api?access_token=a1b2c3d4e5": "a password or token",
    'connect(password="correcthorse")': "a password or token",
    '{"api_key": "abcdefghij"}': "a password or token",
    KEY: "a private key",
    "AKIAIOSFODNN7EXAMPLE": "an AWS access key",
    "Authorization: Bearer abcdef0123456789abcdef": "a bearer token",
    "Authorization: Basic c2hvcDpodW50ZXIy": "a basic authorization",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl": "a JSON web token",
    "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXX": "a Slack hook",
    "xoxb-123456789012-abcdefghij": "a Slack token",
    "https://acme.webhook.office.com/webhookb2/" + "a1b2" * 9: "a Teams hook",
    "https://discord.com/api/webhooks/123456789012/" + "aB3-" * 9: "a Discord hook",
    "123456789:AA" + "x" * 33: "a Telegram token",
    "ghp_" + "a1B2" * 9: "a GitHub token",
    "github_pat_" + "a" * 30: "a GitHub token",
    "glpat-" + "a1" * 10: "a GitLab token",
    "AIza" + "a1B_-" * 7: "a Google API key",
    "sk_live_" + "a1" * 12: "a Stripe key",
    "SG." + "a" * 22 + "." + "b" * 43: "a SendGrid key",
    "dapi" + "0a" * 16: "a Databricks token",
    "sk-" + "proj1-" * 6: "an API key",
}


@pytest.mark.parametrize(("text", "kind"), LOOKS.items())
@pytest.mark.parametrize("wrap", [str, html.escape, lambda t: B64(f"see {t} .".encode()).decode()])
def test_a_credential_is_known_by_its_looks(text, kind, wrap):
    found = {one.partition(" in line")[0].partition(" in what")[0] for one in seen(wrap(text))}
    assert kind in {one.partition(" in its JSON")[0] for one in found}


@pytest.mark.parametrize(
    "text",
    [
        "postgres://shop:${PGPASSWORD}@db/shop",
        "postgres://shop:keyring:shop/me@db/shop",
        "postgres://shop:…@db/shop and postgres://shop:***@db/shop",
        "postgres://shop@db:5432/shop, https://localhost:8888/lab?at=me@acme.com",
        "https://medium.com/@someone:1 and http://www.w3.org/2000/svg",
        "http://a.com:80,me@mail.com",
        'password = os.environ["SHOP_PASSWORD2"]',
        'connect(password=getpass("Password 1?"), token=token2.value())',
        "The password was reset; secret recipe: 12 beans. Token of thanks = 5 points",
        "Bearer of bad news: internationalisation, counterrevolutionaries",
        "task-force risk-management-and-compliance-of-2026-and-beyond-for-all",
        "BASIC Akiak asian xoxo eyJ sg. sk-",
        "password=${DB_PASSWORD1}",
    ],
)
def test_references_hidden_values_and_ordinary_text_are_none(text):
    assert seen(text) == []


def test_a_pack_of_the_sample_is_free_of_hits(published):
    files = [one for one in published.rglob("*") if one.is_file()]
    assert {one.name: found for one in files if (found := seen(one.read_bytes(), SECRET))} == {}


def test_a_large_page_is_read_in_a_moment(published):
    page = max(published.glob("*/*.html"), key=lambda one: one.stat().st_size)
    large = (page.read_bytes() * 30)[:3_000_000]
    began = time.process_time()
    seen(large, SECRET, PLAIN)
    assert time.process_time() - began < 1  # .06 s where nothing else runs


# an executed notebook


def executed(**more):
    """A notebook that has run, with `more` in the metadata of its second cell."""
    cells = [
        new_markdown_cell("# Tiny"),
        new_code_cell("period = '2026'", metadata={"tags": ["injected-parameters"]}),
        new_code_cell("x = 1", metadata=more),
        new_code_cell("y = 2", outputs=[new_output("stream", text="fine\n")]),
    ]
    return new_notebook(cells=cells)


def put(where):
    made = executed()
    if where == "source":
        made.cells[2].source = f"connect({SECRET!r})"
    elif where == "metadata":
        made.cells[2].metadata["note"] = {"deep": [SECRET]}
    elif where == "parameters":
        made.cells[1].source = f"x = {SECRET!r}"
    elif where == "traceback":
        told = {"ename": "E", "evalue": "no", "traceback": ["a\n", f"\x1b[31m{SECRET}\x1b[0m"]}
        made.cells[3].outputs = [new_output("error", **told)]
    elif where == "rows":
        data = {"text/html": "<p>", "application/vnd.revwork.rows+json": [{"rows": [[1, SECRET]]}]}
        made.cells[3].outputs = [new_output("display_data", data=data)]
    elif where == "name":
        made.cells[3].outputs = [new_output("display_data", data={}, metadata={SECRET: 1})]
    else:
        made.metadata["papermill"] = {"parameters": {"x": SECRET}}
    return made


PLACES = {
    "source": "cell 2",
    "metadata": "cell 2",
    "parameters": "its parameters",
    "traceback": "the output of cell 3",
    "rows": "the output of cell 3",
    "name": "the output of cell 3",
    "notebook": "its metadata",
}


@pytest.mark.parametrize(("where", "place"), PLACES.items())
def test_a_notebook_says_in_which_cell_and_is_then_made_unreadable(where, place):
    made = put(where)
    assert scan.in_notebook(made, [SECRET]) == [f"{scan.OWN} in {place}"]
    clean = scan.redacted(made, [SECRET])
    nbformat.validate(clean)
    assert scan.in_notebook(clean, [SECRET]) == [] and scan.in_notebook(made, [SECRET])
    assert "…" in nbformat.writes(clean)
    assert scan.redacted(untouched := executed(), [SECRET]) == untouched


def test_lines_that_a_file_keeps_apart_are_read_as_one_text():
    raw = json.dumps({"cells": [{"source": KEY.splitlines(keepends=True)}], "metadata": {}})
    assert seen(raw) == ["a private key in its JSON"]
    secret = "first line\nsecond line"
    assert seen(json.dumps({"a": ["first line\n", "second line"]}), secret)
    clean = scan.redacted(json.loads(raw))
    assert clean["cells"][0]["source"] == ["…\n"]


def test_what_is_encoded_is_left_out_as_a_whole():
    made = executed()
    made.cells[3].outputs = [new_output("stream", text=WRITTEN["in an address, all of it"])]
    clean = scan.redacted(made, [SECRET])
    assert scan.in_notebook(clean, [SECRET]) == []
    assert clean.cells[3].outputs[0].text == f"[left out: {scan.OWN} in line 1]"


def test_a_text_keeps_all_but_its_secrets():
    said = f"cannot reach {URL}: {PLAIN}, Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbm."
    assert (
        scan.without(said, [PLAIN])
        == "cannot reach postgres://shop:…@db.acme.com/shop: …, Bearer …"
    )
    assert scan.without(said).startswith("cannot reach postgres://shop:…@db.acme.com/shop: hunter2")
    assert scan.without("Revenue rose.", [PLAIN]) == "Revenue rose."


def test_a_notebook_that_fails_with_a_connection_string_is_found_and_cleaned(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    source = 'import os; raise ValueError("no way to " + os.environ["SHOP_PASSWORD"])'
    path = notebook(tmp_path / "a.ipynb", "1", source)
    outcome = execute(path, {}, tmp_path / "out.ipynb")
    result = nbformat.read(outcome.executed, 4)
    assert set(scan.in_notebook(result, [SECRET])) >= {f"{scan.OWN} in the output of cell 3"}
    nbformat.write(scan.redacted(result, [SECRET]), outcome.executed)
    assert (
        SECRET not in outcome.executed.read_text() and "no way to" in outcome.executed.read_text()
    )
    assert scan.hits(outcome.executed.read_bytes(), [SECRET]) == []
    assert scan.without(outcome.reason, [SECRET]) == "cell 3: no way to …"


# the workspace's own


def test_the_workspaces_secrets_are_what_its_references_stand_for(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_USER", "shop-user")
    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    monkeypatch.setenv("WHOLE", "mysql://me:an%20other@db/x?ssl=1")
    monkeypatch.setenv("COUNTED", "a-key-of-a-query")
    monkeypatch.delenv("NOT_SET", raising=False)
    toml = """
[tables.customers]
address = "postgres://${SHOP_USER}:${SHOP_PASSWORD}@db/shop"
[tables.products]
address = "${WHOLE}"
[tables.tickets]
address = "postgres://me:${NOT_SET}@db/x"
sql = "SELECT decrypt(x, '${COUNTED}') FROM x"
"""
    company = workspace(tmp_path, toml, orders="order_id\n")
    found = set(scan.secrets_of(company))
    assert {SECRET, "an other", "a-key-of-a-query"} <= found
    assert "shop-user" not in found and "" not in found


def test_a_workspace_of_files_has_no_secrets(tmp_path):
    assert scan.secrets_of(workspace(tmp_path, orders="order_id\n")) == ()


# names


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *((name, True) for name in ("password", "db_password", "PGPASSWORD", "api_key", "key")),
        *((name, True) for name in ("token", "slack_token", "secret", "client_secret", "dsn")),
        *((name, True) for name in ("shop_pwd", "credentials", "apikey", "passphrase")),
        *((name, False) for name in ("period", "compare", "only", "key_accounts", "keyword")),
        *((name, False) for name in ("token_limit", "monkey", "compass", "secretary", "basket")),
    ],
)
def test_a_name_tells_whether_it_is_secret(name, secret):
    assert credentials.is_named_secret(name) is secret


def test_base64_of_any_length_is_read():
    for size in range(24, 60):
        packed = B64(b"x" * size + PLAIN.encode()).decode().rstrip("=")
        assert seen(packed, PLAIN), size
