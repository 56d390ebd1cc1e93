"""Who hears of a run, from servers that really listen; what goes wrong is told, no more."""

import json
import logging
import socket
import subprocess
import sys
import traceback
from contextlib import closing, contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from bs4 import BeautifulSoup

import revwork
from revwork.data.wording import DataError
from revwork.run import notify, recipients
from revwork.run.alerts import Judged

SECRET = "hunter2-hunter2"
EVIL = "<b>Acme</b> <!channel> @everyone [x](http://e.org)\r\nBcc: all@e.org\u202e"
RUN = "20260701-060000"
KINDS = ("failure", "success", "alerts")


def row(value=80.0, **more):
    one = {"metric": "net_revenue", "label": "Net revenue", "value": value, "unit": "money"}
    held = {"comparison": 100.0, "change": -0.2, "target": None, "period": "2026-06"}
    rest = {"segment": {}, "department": "sales", "series": [], "notebook": "01_revenue"}
    return {**one, **held, **rest, **more}


def finding(claim="North fell"):
    impact = {"value": -9000.0, "low": -9900.0, "high": -100.0, "currency": "EUR"}
    told = {"id": "a", "notebook": "01_revenue", "department": "sales", "kind": "change"}
    about = {"direction": "threat", "claim": claim, "period": "2026-06", "metric": "net_revenue"}
    return {**told, **about, "segment": {"region": "North"}, "impact": impact}


@pytest.fixture
def published(tmp_path):
    """Write a run as the runner leaves one, and return its folder."""

    def write(status="succeeded", reason="", run=RUN, claim="North fell", changes=None, **more):
        folder = tmp_path / "reports" / run
        (folder / "record").mkdir(parents=True)
        files = {"html": "01_revenue.html"} if status == "succeeded" else {}
        entry = {"notebook": "01_revenue", "title": "Revenue", "status": status, "reason": reason}
        manifest = {
            **{"run": run, "status": status, "workspace": "Acme", "as_of": "2026-06-30"},
            **{"language": "en", "currency": "EUR", "inputs": [], "versions": {}},
            "notebooks": [{**entry, "parameters": {}, "seconds": 1.0, "files": files}],
        }
        succeeded = status == "succeeded"
        told = {
            "manifest": {**manifest, **more},
            "kpis": [row()] if succeeded else [],
            "findings": [finding(claim)] if succeeded else [],
            "changes": changes,
        }
        for name, value in told.items():
            (folder / f"{name}.json").write_text(json.dumps(value))
        for name in ("index.html", *files.values()):
            (folder / name).write_text(f"<p>{name}</p>")
        return folder

    return write


@pytest.fixture
def company(tmp_path):
    def opened(text="", **heard):
        lines = [f"{kind} = {json.dumps(to)}" for kind, to in heard.items()]
        text = "\n".join(['currency = "EUR"', "[notify]", *lines, text])
        (tmp_path / "revwork.toml").write_text(text)
        return revwork.open_company(tmp_path)

    return opened


class Mails:
    """What a mail server took."""

    def __init__(self):
        self.taken = []

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def smtp():
    """A mail server that wants the secret as password; `taken` are its mails."""

    def known(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == SECRET.encode(), handled=False)

    mails = Mails()
    given = {"authenticator": known, "auth_required": True, "auth_require_tls": False}
    controller = Controller(mails, "127.0.0.1", free_port(), **given)
    controller.start()
    mails.to = f"mailto://me:${{WORD}}@127.0.0.1:{controller.port}?from=me@e.org&to=boss@e.org"
    yield mails
    controller.stop()


@contextmanager
def listening(status=200):
    """A web server that answers with a status; yields what was posted and its port."""
    posted = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append((self.path, dict(self.headers), body.decode()))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield posted, server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def web():
    with listening() as one:
        yield one


def free_port():
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def said(told):
    return [(one.recipient, one.about, one.heard, one.reason) for one in told]


# mail


def test_a_mail_says_what_failed_and_why_and_carries_the_pages(
    published, company, smtp, monkeypatch
):
    monkeypatch.setenv("WORD", SECRET)
    told = notify.tell(company(failure=smtp.to), published("failed", "cell 3: no orders"))
    (mail,) = smtp.taken
    assert said(told)[0][1:] == (("failure",), True, "")
    assert mail["Subject"] == "Acme: Failed" and mail["To"] == "boss@e.org"
    page = mail.get_body(("html",)).get_content()
    assert "Revenue · Failed · cell 3: no orders" in page
    assert "cell 3: no orders" in mail.get_body(("plain",)).get_content()
    attached = {one.get_filename(): one.get_content() for one in mail.iter_attachments()}
    assert attached == {"index.html": "<p>index.html</p>"}


def test_a_success_is_mailed_with_every_page_where_someone_wants_to_hear_it(
    published, company, smtp, monkeypatch
):
    monkeypatch.setenv("WORD", SECRET)
    notify.tell(company(success=[smtp.to]), published())
    (mail,) = smtp.taken
    names = [one.get_filename() for one in mail.iter_attachments()]
    assert names == ["index.html", "01_revenue.html"]
    assert {one.get_content_type() for one in mail.iter_attachments()} == {"text/html"}


def test_pages_too_large_for_a_mail_are_counted(published, company, smtp, monkeypatch):
    monkeypatch.setenv("WORD", SECRET)
    folder = published()
    with (folder / "01_revenue.html").open("wb") as file:
        file.truncate(notify._LARGEST)
    notify.tell(company(success=smtp.to), folder)
    (mail,) = smtp.taken
    assert [one.get_filename() for one in mail.iter_attachments()] == ["index.html"]
    assert "Too large to be sent: 1" in mail.get_body(("html",)).get_content()


def test_what_changed_since_the_run_before_is_in_the_mail(published, company, smtp, monkeypatch):
    monkeypatch.setenv("WORD", SECRET)
    moved = {**row(), "period": ["2026-06", "2026-06"], "before": 100.0, "after": 80.0}
    kinds = ("notebooks", "tables", "new", "gone", "changed")
    changes = {"since": "20260601-060000", "kpis": [moved], **{kind: [] for kind in kinds}}
    notify.tell(company(success=smtp.to), published(changes=changes))
    page = BeautifulSoup(smtp.taken[0].get_body(("html",)).get_content(), "html.parser")
    assert "Since 1 Jun 2026, 06:00 · numbers moved: 1" in page.get_text()
    assert "Net revenue €100 → €80" in page.find("ul").get_text()


# who hears what


@pytest.mark.parametrize(
    "status, falls, heard",
    [
        ("succeeded", 0.5, {"success"}),
        ("succeeded", 0.1, {"success", "alerts"}),
        ("failed", 0.1, {"failure", "alerts"}),
    ],
)
def test_failure_success_and_alerts_have_recipients_of_their_own(
    published, company, status, falls, heard
):
    rule = f'[[alerts]]\nmetric = "net_revenue"\nfalls = {falls}\n'
    there = company(rule, **{kind: f"file://{kind}.txt" for kind in KINDS})
    notify.tell(there, published(status))
    assert {path.stem for path in there.folder.glob("*.txt")} == heard


def test_who_stands_in_two_lists_hears_it_once(published, company, tmp_path):
    rule = '[[alerts]]\nmetric = "net_revenue"\nfalls = 0.1\n'
    told = notify.tell(company(rule, success="file://a.txt", alerts="file://a.txt"), published())
    assert said(told) == [("file://a.txt", ("success", "alerts"), True, "")]
    text = (tmp_path / "a.txt").read_text()
    assert text.startswith("Acme: Succeeded · alerts: 1\n") and text.count("Acme") == 1
    assert "– Net revenue fell by 20%, from €100 to €80 · 2026-06" in text


def test_nobody_declared_is_nobody_told_and_nothing_written(published, company):
    folder = published("failed")
    assert notify.tell(company(), folder) == []
    assert not (folder / "record/notified.json").exists()


def test_a_run_that_left_nothing_is_a_failure(company, tmp_path):
    told = notify.tell(company(failure="file://a.txt"), tmp_path / "reports" / RUN)
    assert told[0].heard
    assert "revwork run · Failed · nothing was published" in (tmp_path / "a.txt").read_text()


def test_a_metric_of_a_report_that_failed_is_known_from_an_earlier_run(published, company):
    folder = published(run="20260601-060000")
    folder = published("failed", "cell 1: x")
    rule = '[[alerts]]\nmetric = "net_revenue"\nbelow = 1\n'
    told = notify.tell(company(rule, alerts="file://a.txt"), folder)
    assert told[0].about == ("alerts",)
    record = json.loads((folder / "record/notified.json").read_text())
    assert record["unjudged"] == ["Net revenue · It cannot be judged: 01_revenue, failed."]
    assert record["alerts"] == [] and record["told"][0]["heard"] is True


def test_each_set_of_a_matrix_is_judged_and_named(published, company, tmp_path):
    folder = published(set="north")
    said = json.loads((folder / "manifest.json").read_text())
    both = ("north", "succeeded"), ("south", "failed"), ("east", "succeeded")
    entries = [{**said["notebooks"][0], "set": name, "status": ended} for name, ended in both]
    (folder / "manifest.json").write_text(json.dumps({**said, "notebooks": entries}))
    (folder / "kpis.json").write_text(json.dumps([row(80, set="north"), row(5, set="east")]))
    rule = '[[alerts]]\nmetric = "net_revenue"\nbelow = 10\n'
    notify.tell(company(rule, alerts="file://a.txt"), folder)
    told = (tmp_path / "a.txt").read_text()
    assert "– east · Net revenue is €5, below €10" in told
    assert "– south · Net revenue · It is unknown" in told and "north" not in told


def test_a_rule_of_a_part_asks_the_set_that_looks_at_it(published, company, tmp_path):
    folder = published(set="north")
    said = json.loads((folder / "manifest.json").read_text())
    entries = [{**said["notebooks"][0], "set": name} for name in ("north", "south")]
    (folder / "manifest.json").write_text(json.dumps({**said, "notebooks": entries}))
    kpis = [row(5, set=name, segment={"region": name.title()}) for name in ("north", "south")]
    (folder / "kpis.json").write_text(json.dumps(kpis))
    rule = '[[alerts]]\nmetric = "net_revenue"\nbelow = 10\nsegment = {{ region = "{}" }}\n'
    found = notify.judged(company(rule.format("South"), alerts="file://a.txt"), folder)
    assert [(one.set, one.segment) for one in found.alerts] == [("south", {"region": "South"})]
    assert found.unjudged == []
    lost = notify.judged(company(rule.format("West"), alerts="file://a.txt"), folder)
    assert lost.alerts == [] and [one.set for one in lost.unjudged] == ["north", "south"]


def test_the_record_keeps_the_alerts_even_where_nobody_hears_of_them(published, company):
    folder = published()
    rule = "[[alerts]]\nimpact = 5000\n"
    assert notify.tell(company(rule), folder) == []
    (alert,) = json.loads((folder / "record/notified.json").read_text())["alerts"]
    assert (alert["kind"], alert["value"], alert["claim"]) == ("impact", -9000.0, "North fell")


def test_without_rules_nothing_is_judged(published, company):
    assert notify.judged(company(), published()) == Judged()


# languages


@pytest.mark.parametrize("language, word", [("es", "Alertas"), ("fr", "Alertes")])
def test_people_are_told_in_the_language_of_the_reports(
    published, company, tmp_path, language, word
):
    rule = '[[alerts]]\nmetric = "net_revenue"\nfalls = 0.1\n'
    notify.tell(company(rule, alerts="file://a.txt"), published(language=language))
    text = (tmp_path / "a.txt").read_text()
    assert f"\n{word}\n" in text and "fell" not in text


# webhooks and chats


def test_a_webhook_gets_title_and_text(published, company, web):
    posted, port = web
    told = notify.tell(company(failure=f"json://127.0.0.1:{port}/hook"), published("failed", "x"))
    ((path, _, body),) = posted
    assert said(told) == [(f"json://127.0.0.1:{port}", ("failure",), True, "")]
    assert path == "/hook" and json.loads(body)["title"] == "Acme: Failed"
    assert "Revenue · Failed · x" in json.loads(body)["message"]


def test_a_secret_in_a_header_or_a_path_arrives_as_it_is(published, company, web, monkeypatch):
    posted, port = web
    monkeypatch.setenv("TOKEN", "a/b&c+d %")
    monkeypatch.setenv("WAY", "one/two")
    notify.tell(
        company(success=f"json://127.0.0.1:{port}/${{WAY}}?+X-Token=${{TOKEN}}"), published()
    )
    ((path, headers, _),) = posted
    assert path == "/one/two" and headers["X-Token"] == "a/b&c+d %"


def test_slack_is_told_without_a_mention_or_a_link(published, company, web, monkeypatch):
    """Its own service is not here: Apprise's plugin is pointed at a server that is."""
    from apprise.plugins.slack import NotifySlack

    posted, port = web
    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{port}/services")
    monkeypatch.setenv("SLACK", "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ")
    told = notify.tell(
        company(success="slack://${SLACK}/#revenue"), published(workspace=EVIL, claim=EVIL)
    )
    ((path, _, body),) = posted
    assert said(told) == [("slack://${SLACK}", ("success",), True, "")]
    assert path == "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    for sign in ("<!channel", "@everyone", "](", "\u202e", "&lt;!channel"):
        assert sign not in body


def test_names_and_sentences_cannot_carry_markup_or_headers_into_a_mail(
    published, company, smtp, monkeypatch
):
    monkeypatch.setenv("WORD", SECRET)
    told = published(workspace=EVIL, claim=EVIL, confidentiality=EVIL)
    notify.tell(company("[[alerts]]\nimpact = 1\n", success=smtp.to, failure=smtp.to), told)
    (mail,) = smtp.taken
    page = mail.get_body(("html",)).get_content()
    assert mail["Bcc"] is None and "\n" not in mail["Subject"]
    assert "<b>Acme" not in page and "&lt;b&gt;Acme" in page and "\u202e" not in page
    assert BeautifulSoup(page, "html.parser").find_all(["script", "a", "img", "b"]) == []


# what goes wrong


def test_a_server_that_is_not_there_is_told_and_the_next_one_still_hears(
    published, company, web, capfd
):
    posted, port = web
    gone = free_port()
    to = [f"mailto://127.0.0.1:{gone}?from=a@e.org&to=b@e.org", f"json://127.0.0.1:{gone}"]
    told = notify.tell(company(failure=[*to, f"json://127.0.0.1:{port}"]), published("failed"))
    assert [one.heard for one in told] == [False, False, True] and len(posted) == 1
    assert "Connection error" in told[0].reason and "Connection error" in told[1].reason
    assert str(told[0]) == f"mailto://127.0.0.1:{gone} (failure): not told: {told[0].reason}"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("status", [401, 500])
def test_a_refusal_is_told_in_the_services_words(published, company, status):
    with listening(status) as (_, port):
        (told,) = notify.tell(company(failure=f"json://127.0.0.1:{port}"), published("failed"))
    assert not told.heard and f"error={status}" in told.reason


def test_a_server_that_never_answers_is_given_up(published, company, monkeypatch):
    monkeypatch.setattr(notify, "_PATIENCE", 1)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        address = f"mailto://127.0.0.1:{port}?from=a@e.org&to=b@e.org"
        (told,) = notify.tell(company(failure=address), published("failed"))
    assert not told.heard and told.reason


@pytest.mark.parametrize(
    "address, reason",
    [
        ("json://me:${NO_SUCH}@e.org", "needs the environment variable NO_SUCH, which is not set."),
        ("file://no/such/folder/a.txt", "FileNotFoundError"),
        ("nosuch://${WORD}", "Apprise cannot read this address"),
    ],
)
def test_an_address_that_cannot_be_used_is_told(published, company, monkeypatch, address, reason):
    monkeypatch.setenv("WORD", SECRET)
    (told,) = notify.tell(company(failure=address), published("failed"))
    assert (told.heard, told.reason) == (False, reason)


def test_whatever_happens_a_run_is_not_disturbed(published, company, monkeypatch):
    def broken(*_):
        raise RuntimeError(SECRET)

    monkeypatch.setattr(notify, "notice", broken)
    told = notify.tell(company(failure="file://a.txt"), published("failed"))
    assert said(told) == [("nobody", (), False, "RuntimeError")]


# secrets


@pytest.fixture
def there(company, smtp, monkeypatch):
    """A company whose recipients all refuse or cannot be reached."""
    monkeypatch.setenv("WORD", f"wrong-{SECRET}")
    monkeypatch.setenv("WHOLE", f"json://u:{SECRET}@127.0.0.1:{free_port()}/{SECRET}")
    monkeypatch.setenv("BAD", f"slack://T1/B1/{SECRET}@127.0.0.1")
    return company(failure=[smtp.to, "${WHOLE}", "${BAD}"])


def test_a_secret_is_nowhere_to_be_seen_whatever_fails(published, there, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    folder = published("failed", "x")
    told = notify.tell(there, folder)
    assert [one.heard for one in told] == [False] * 3 and "535" in told[0].reason
    assert told[1].recipient == "${WHOLE}"
    files = [path.read_text() for path in folder.rglob("*") if path.is_file()]
    seen = [*files, *map(str, told), repr(told), repr(there), caplog.text, *capfd.readouterr()]
    assert not [text for text in seen if SECRET in text]


@pytest.mark.parametrize(
    "address",
    [
        f"mailtos://me:{SECRET}@smtp.e.org?to=a@e.org",
        f"mailtos://me:{SECRET}${{WORD}}@smtp.e.org?to=a@e.org",
        f"mailtos://me:{SECRET}/x@smtp.e.org",
        f"mailtos://smtp.e.org?user=me&pass={SECRET}&to=a@e.org",
        f"json://e.org?+Authorization={SECRET}",
        f"slack://T1/B2/{SECRET}/#revenue",
        f"https://hooks.slack.com/services/{SECRET}",
        SECRET,
    ],
)
def test_a_secret_in_clear_is_refused_with_the_way_out_and_not_repeated(company, address):
    for given in (address, [address], [[address]]):
        with pytest.raises(DataError) as error:
            company(failure=given)
        shown = "".join(traceback.format_exception(error.value)) + repr(error.value.__context__)
        assert SECRET not in shown
        assert str(error.value).startswith("revwork.toml: [notify] failure")


@pytest.mark.parametrize(
    "address, shown",
    [
        ("mailtos://me:${WORD}@smtp.e.org:587?to=a@e.org", "mailtos://smtp.e.org:587"),
        ("mailto://me:keyring:mail/me@smtp.e.org/a@e.org", "mailto://smtp.e.org"),
        ("slack://${SLACK}/#revenue", "slack://${SLACK}"),
        ("slack://keyring:slack/hook/#revenue", "slack://${slack}"),
        ("discord://123456/${TOKEN}", "discord"),
        ("${TEAMS}", "${TEAMS}"),
        ("keyring:teams/hook", "${teams}"),
        ("file:///var/log/revwork.txt", "file://"),
        ("jsons://e.org/hook?+X-Team=revenue", "jsons://e.org"),
    ],
)
def test_an_address_is_shown_by_service_and_host(company, address, shown):
    assert company(failure=address).notify.failure == (address,)
    assert recipients.shown(address) == shown


def test_a_recipient_list_that_is_not_known_is_said(company):
    with pytest.raises(DataError, match='"failuer" is not known; did you mean "failure"'):
        company(failuer="file://a.txt")


def test_opening_a_workspace_does_not_load_what_sends():
    script = "import revwork.workspace, sys; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
