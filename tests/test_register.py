"""The register: nothing anybody decides is lost, whoever writes beside and whenever one dies."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime

import pytest

from revwork import register
from revwork.actions import Action, Money, Step
from revwork.data.wording import DataError

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
FINDING = {
    "notebook": "09_reputation",
    "metric": "rating",
    "segment": {"region": "Spain"},
    "direction": "threat",
    "kind": "change",
    "claim": "Spain: reviews fell",
    "next_step": "Settle the cause",
    "impact": {"value": -500.0, "low": -900.0, "high": -100.0, "currency": "EUR"},
    "confidence": 0.9,
}
WRITER = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from revwork import register
sys.path.insert(0, {tests!r})
from test_register import action
name, count = sys.argv[1], int(sys.argv[2])
print("ready", flush=True)
for n in range(count):
    register.change(Path({folder!r}), action(f"{{name}}{{n}}"), {{"note": f"{{name}} {{n}}"}},
                    name, datetime.now(timezone.utc))
    print(n, flush=True)
"""


def action(key="a1", **more):
    given = {"status": "proposed", "department": "service", "effort": "M", "due": None}
    return Action(id=key, **{**given, "finding": FINDING, **more})


def decide(folder, one, **changed):
    return register.change(folder, one, changed, "maria", NOW)


def writer(folder, name, count):
    script = WRITER.format(tests=os.path.dirname(__file__), folder=str(folder))
    return subprocess.Popen(
        [sys.executable, "-c", script, name, str(count)], stdout=subprocess.PIPE, text=True
    )


def test_without_a_file_nothing_was_decided(tmp_path):
    assert register.read(tmp_path) == []


def test_what_was_decided_reads_back_the_same(tmp_path):
    steps = [Step(date(2026, 10, 12), 10.5, 8.0, 13.0)]
    one = action(also=["b2"], expected=Money(500.0, 100.0, 900.0), owner="Ana: no. 5\n# x")
    written = decide(
        tmp_path, one, status="decided", days={"decided": date(2026, 9, 14)}, path=steps
    )
    assert register.read(tmp_path) == [written]
    assert (written.status, written.owner, written.path) == ("decided", one.owner, steps)


def test_an_id_of_digits_alone_or_like_a_number_stays_text(tmp_path):
    for key in ("542238254439", "60582e5", "no", "0x12"):
        decide(tmp_path, action(key), note="kept")
    assert [one.id for one in register.read(tmp_path)] == ["542238254439", "60582e5", "no", "0x12"]


def test_history_says_who_changed_what_from_what_and_when(tmp_path):
    decide(tmp_path, action(), status="decided", days={"decided": date(2026, 9, 14)})
    now = decide(tmp_path, action(), status="started", days={"started": date(2026, 9, 20)})
    first, second = now.history
    assert (first.who, first.when) == ("maria", NOW)
    assert first.changed == {
        "status": ["proposed", "decided"],
        "decided": [None, date(2026, 9, 14)],
    }
    assert second.changed["status"] == ["decided", "started"]
    assert now.days == {"decided": date(2026, 9, 14), "started": date(2026, 9, 20)}


def test_a_change_that_changes_nothing_leaves_no_line(tmp_path):
    decide(tmp_path, action(), note="a")
    assert len(decide(tmp_path, action(), note="a").history) == 1


def test_whoever_saw_an_older_state_changes_only_the_field_that_was_meant(tmp_path):
    seen = decide(tmp_path, action(), note="first")
    decide(tmp_path, seen, owner="Ana")
    now = decide(tmp_path, seen, note="second")
    assert (now.owner, now.note) == ("Ana", "second")


def test_a_finding_that_leads_the_topic_now_is_the_action_it_followed_before(tmp_path):
    decide(tmp_path, action("a1", also=["b2"]), note="kept")
    now = decide(tmp_path, action("b2", also=["a1"]), owner="Ana")
    assert (now.id, now.note, now.owner) == ("a1", "kept", "Ana")
    assert len(register.read(tmp_path)) == 1


def test_a_value_that_is_not_allowed_is_refused_and_the_file_stays(tmp_path):
    decide(tmp_path, action(), note="a")
    before = (tmp_path / register.FILE).read_bytes()
    with pytest.raises(DataError, match='effort "XL" is none of S, M and L'):
        decide(tmp_path, action(), effort="XL")
    assert (tmp_path / register.FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("actions: [", "cannot be read in line"),
        ("plan: []", 'there has to be one list in it, "actions:"'),
        ("actions:\n- 3", "entry 1 has no fields"),
        ("actions:\n- {id: a, departement: sales}", 'did you mean "department"'),
        ("actions:\n- {id: a, status: decidde}", 'status "decidde" is not known; did you mean'),
        ("actions:\n- {id: a, due: soon}", "a: due should be a valid date"),
        ("actions:\n- {id: a, department: sails}", 'department "sails" is none; did you mean'),
        ("actions:\n- {id: a, effort: XL}", 'effort "XL" is none of S, M and L'),
    ],
)
def test_what_is_not_understood_is_said_in_a_sentence_with_its_place(tmp_path, text, said):
    (tmp_path / register.FILE).write_text(text)
    with pytest.raises(DataError) as error:
        register.read(tmp_path)
    assert said in str(error.value)


def test_one_action_twice_is_said_not_chosen_from(tmp_path):
    decide(tmp_path, action(), note="a")
    text = (tmp_path / register.FILE).read_text()
    head, entries = text.split("actions:\n")
    (tmp_path / register.FILE).write_text(f"{head}actions:\n{entries}{entries}")
    with pytest.raises(DataError, match="a1 is there twice"):
        register.read(tmp_path)


def test_a_register_by_hand_needs_no_more_than_what_it_is_about(tmp_path):
    text = (
        "actions:\n- id: a1\n  status: decided\n  department: sales\n  effort: S\n  due: 2026-10-01"
    )
    finding = "\n  finding: {metric: rating, segment: {region: Spain}, direction: threat}\n"
    (tmp_path / register.FILE).write_text(text + finding)
    (one,) = register.read(tmp_path)
    assert (one.due, one.history, one.expected) == (date(2026, 10, 1), (), None)


def test_two_processes_that_write_at_once_lose_nothing(tmp_path):
    both = [writer(tmp_path, name, 25) for name in ("left", "right")]
    assert [one.wait(120) for one in both] == [0, 0]
    found = {one.id: one.note for one in register.read(tmp_path)}
    assert found == {f"{name}{n}": f"{name} {n}" for name in ("left", "right") for n in range(25)}


def test_a_process_killed_at_any_moment_leaves_a_whole_register(tmp_path):
    told = 0
    for wait in (0.0, 0.01, 0.02, 0.05, 0.08, 0.13):
        one = writer(tmp_path, f"w{wait}-", 10_000)
        assert one.stdout.readline() == "ready\n"
        time.sleep(wait)
        os.kill(one.pid, signal.SIGKILL)
        said = one.stdout.read().split()
        one.wait()
        kept = [action.id for action in register.read(tmp_path)]
        own = [key for key in kept if key.startswith(f"w{wait}-")]
        assert own == [f"w{wait}-{n}" for n in range(len(own))]
        assert len(own) >= len([line for line in said if line.isdigit()])
        told += len(own)
    assert told > 0
    decide(tmp_path, action("after"), note="goes on")


def test_leadership_reads_no_name_and_no_words_of_people(tmp_path):
    finding = FINDING | {"metric": "discount_rate", "segment": {"owner": "Amy Clarke"},
                         "claim": "Amy Clarke gives more", "direction": "weakness"}  # fmt: skip
    mine = action("a1", finding=finding, owner="Ana", note="Ana calls Amy", title="Call Amy")
    decide(tmp_path, mine, status="decided")
    (shown,) = register.discreet(register.read(tmp_path), tmp_path)
    told = repr(shown)
    assert not [name for name in ("Amy", "Ana", "maria") if name in told]
    assert shown.id != "a1" and shown.finding["segment"]["owner"].startswith("Person ")
    decide(tmp_path, action("c3"), note="x")
    assert register.discreet(register.read(tmp_path), tmp_path)[1].id == "c3"
