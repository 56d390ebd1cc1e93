"""revwork actions, as a person types it."""

import json

import pytest
from conftest import revwork
from test_proposals import finding

from revwork import register

TOML = 'company = "Acme"\ncurrency = "EUR"\n[tables.orders]\nfile = "orders.csv"\n'
RUN = {"workspace": "Acme", "as_of": "2026-09-14", "notebooks": [], "language": "en"}
FIRST, SECOND = "a1b2c3d4e5f6", "b7b7b7b7b7b7"


@pytest.fixture
def here(tmp_path):
    """A folder with a company and the newest run's findings."""
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme/revwork.toml").write_text(TOML)
    rows = [f"o{n},2025-{n % 12 + 1:02}-0{n % 9 + 1},{100 + n},Spain\n" for n in range(90)]
    head = "order_id,order_date,net_amount,region\n"
    (tmp_path / "acme/orders.csv").write_text(head + "".join(rows))
    latest = tmp_path / "reports/latest"
    latest.mkdir(parents=True)
    found = [finding(FIRST), finding(SECOND, department="sales", metric="discount_rate",
                                     segment={"owner": "Ana"}, direction="weakness")]  # fmt: skip
    for name, content in {"findings": found, "kpis": [], "manifest": RUN}.items():
        (latest / f"{name}.json").write_text(json.dumps(content))
    return tmp_path


def ask(here, *said, code=0):
    done = revwork("actions", "--workspace", "acme", *said, cwd=here)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_list_has_proposals_and_decisions_and_its_filters(here):
    told = ask(here)
    assert told.index(SECOND[:8]) < told.index(FIRST[:8]) and "Mend it" in told
    only = ask(here, "--department", "sales")
    assert SECOND[:8] in only and FIRST[:8] not in only
    assert "No action" in ask(here, "--status", "done")
    rows = json.loads(ask(here, "--json"))
    assert [row["id"] for row in rows] == [SECOND, FIRST] and rows[0]["status"] == "proposed"


def test_a_decision_its_start_and_its_end_are_kept_with_their_days(here):
    told = ask(
        here, "decide", "a1b2", "--on", "2025-10-01", "--owner", "Ana", "--due", "2025-12-01"
    )
    assert "a1b2c3d4 decided, service, due 2025-12-01: Mend it" in told
    ask(here, "start", "a1b2", "--on", "2025-10-06")
    ask(here, "done", "a1b2", "--on", "2025-11-03", "--note", "went well")
    (one,) = register.read(here / "acme")
    days = {status: day.isoformat() for status, day in one.days.items()}
    assert days == {"decided": "2025-10-01", "started": "2025-10-06", "done": "2025-11-03"}
    assert (one.status, one.owner, one.note) == ("done", "Ana", "went well")
    assert len(one.path) == 13
    assert one.path[0].until.isoformat() == "2025-11-03"


def test_history_tells_what_changed_newest_first(here):
    ask(here, "set", "b7", "--effort", "L", "--department", "product")
    ask(here, "drop", "b7", "--on", "2026-09-14")
    first, second = ask(here, "history").splitlines()
    assert "status proposed → dropped" in first and "effort S → L" in second
    assert ask(here, "history", "b7") == ask(here, "history")


def test_options_may_stand_before_or_behind_the_command(here):
    done = revwork("actions", "drop", "a1", "--workspace", "acme", "--out", "reports", cwd=here)
    assert done.returncode == 0, done.stderr
    assert register.read(here / "acme")[0].status == "dropped"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("decide", "a1b2c3d9"), 'did you mean "a1b2c3d4"?'),
        (("decide", "a1", "--on", "soon"), '--on "soon" is no day'),
        (("set", "a1", "--department", "sails"), 'did you mean "sales"?'),
        (("set", "a1", "--effort", "XL"), "effort XL is none"),
        (("set", "a1"), "nothing to change"),
        (("--status", "doen"), 'did you mean "done"?'),
    ],
)
def test_what_cannot_be_meant_ends_with_two_and_what_was_meant_perhaps(here, said, told):
    assert told in ask(here, *said, code=2)
    assert register.read(here / "acme") == []


def test_a_damaged_register_ends_with_one_and_stays_as_it_is(here):
    place = here / "acme" / register.FILE
    place.write_text("actions: [")
    assert "cannot be read in line" in ask(here, "drop", "a1", code=1)
    assert place.read_text() == "actions: ["


def test_another_companys_run_proposes_nothing_here(here):
    manifest = here / "reports/latest/manifest.json"
    manifest.write_text(json.dumps(RUN | {"workspace": "Beans"}))
    assert "is Beans's, not Acme's" in ask(here, code=2)


def test_before_the_first_run_there_is_nothing_to_do_and_that_is_no_fault(here):
    assert "No action: run the notebooks" in ask(here, "--out", "elsewhere")


def test_what_is_decided_without_orders_says_that_no_expectation_is_kept(here):
    (here / "acme/orders.csv").unlink()
    assert "what is expected without it is not kept" in ask(here, "decide", "a1")
    assert register.read(here / "acme")[0].status == "decided"
