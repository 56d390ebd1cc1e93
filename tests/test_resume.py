"""A run that is stopped loses nothing that was published or finished; two do not meet."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import notebook, revwork

KILLS = int(os.environ.get("REVWORK_KILLS", "4"))
NAMES = ("a", "b", "c")


@pytest.fixture
def work(tmp_path):
    """Three notebooks, of which each leaves a mark when it runs and the last takes its time."""
    for name in NAMES:
        mark = f"open({str(tmp_path / 'marks')!r}, 'a').write('{name}')"
        wait = f"import time; time.sleep({1.0 if name == 'c' else 0.1})"
        notebook(tmp_path / f"{name}.ipynb", mark, wait)
    return tmp_path


def command(folder, *more):
    asked = [folder / f"{name}.ipynb" for name in NAMES] if "--resume" not in more else []
    return [sys.executable, "-m", "revwork", "run", *asked, "--out", folder / "reports", *more]


def start(folder, *more):
    return subprocess.Popen(
        list(map(str, command(folder, *more))), stdout=-1, stderr=-1, text=True,
        start_new_session=True,
    )  # fmt: skip


def finished(folder):
    """The names of the reports that an unfinished run has finished."""
    found = folder.glob("reports/.2*/record/*.result.json")
    return sorted(path.name.partition(".")[0] for path in found)


def until(condition, process, patience=60):
    end = time.monotonic() + patience
    while not condition():
        assert process.poll() is None and time.monotonic() < end, process.communicate()
        time.sleep(0.01)


def marks(folder):
    path = folder / "marks"
    return "".join(sorted(path.read_text())) if path.exists() else ""


def published(folder):
    """Every file of every published run, with its content."""
    files = (path for path in folder.glob("reports/2*/**/*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def manifest(folder):
    return json.loads((folder / "reports/latest/manifest.json").read_text())


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_what_a_stopped_run_has_finished_is_not_done_again(work, sent):
    process = start(work, "--jobs", "1")
    until(lambda: finished(work) == ["a", "b"] and marks(work) == "abc", process)
    process.send_signal(sent)
    _, complaint = process.communicate()
    assert process.returncode == (-9 if sent == signal.SIGKILL else 130)
    assert not published(work) and not (work / "reports/latest").exists()
    if sent != signal.SIGKILL:
        assert "What is finished is kept: revwork run --resume." in complaint
    done = revwork("run", "--resume", "--out", work / "reports", cwd=work)
    assert done.returncode == 0, done.stdout + done.stderr
    assert marks(work) == "abcc"
    ended = json.loads(next(work.glob("reports/2*/manifest.json")).read_text())
    assert [entry["status"] for entry in ended["notebooks"]] == ["succeeded"] * 3
    assert not list(work.glob("reports/.2*"))


def test_resume_where_nothing_was_stopped_is_a_run(work):
    done = revwork("run", work / "a.ipynb", "--resume", "--out", work / "reports", cwd=work)
    assert done.returncode == 0 and marks(work) == "a"


def test_resume_of_another_request_leaves_the_stopped_run_to_wait(work):
    process = start(work, "--jobs", "1")
    until(lambda: "a" in finished(work), process)
    process.kill()
    process.communicate()
    other = revwork("run", work / "b.ipynb", "--resume", "--out", work / "reports", cwd=work)
    assert other.returncode == 0 and len(list(work.glob("reports/.2*"))) == 1


@pytest.mark.parametrize("first", range(0, KILLS, 4))
def test_a_runner_killed_at_any_instant_loses_nothing_and_the_next_run_is_whole(work, first):
    assert subprocess.run(command(work), check=False, capture_output=True).returncode == 0
    for number in range(first, min(first + 4, KILLS)):
        before = published(work)
        process = start(work, "--force")
        time.sleep(random.Random().uniform(0, 6) if KILLS > 20 else 1.2 * number)
        process.kill()
        process.communicate()
        kept = published(work)
        assert {name: kept.get(name) for name in before} == before
        for page in (work / "reports").glob("2*/manifest.json"):
            assert json.loads(page.read_text())["status"] == "succeeded"
        done = revwork("run", "--resume", "--out", work / "reports", *names(work), cwd=work)
        assert done.returncode == 0, done.stdout + done.stderr
        latest = (work / "reports/index.html").read_text()
        assert all(run.name in latest for run in work.glob("reports/2*"))
        assert orphans(work) == []


def names(work):
    return [work / f"{name}.ipynb" for name in NAMES]


def orphans(work):
    """Processes that still hold something of the run, a moment after it was killed."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        found = [pid for pid in Path("/proc").glob("[0-9]*") if str(work) in environment(pid)]
        found = [pid for pid in found if pid.name != str(os.getpid())]
        if not found:
            return []
        time.sleep(0.2)
    return found


def environment(pid):
    try:
        return (pid / "environ").read_text(errors="replace") + (pid / "cmdline").read_text()
    except OSError:
        return ""


def test_the_second_run_waits_and_says_for_whom(work):
    first = start(work)
    until((work / "reports/.run.json").exists, first)
    second = start(work)
    out, said = second.communicate()
    assert first.wait() == 0 and second.returncode == 0, out + said
    assert f"waiting for the run of process {first.pid} on " in said
    assert len(list(work.glob("reports/2*"))) == 2


def test_a_dead_holder_does_not_block(work):
    process = start(work)
    until((work / "reports/.run.json").exists, process)
    process.kill()
    process.communicate()
    began = time.monotonic()
    done = revwork("run", work / "a.ipynb", "--out", work / "reports", cwd=work)
    assert done.returncode == 0 and "waiting" not in done.stderr
    assert time.monotonic() - began < 60


def test_a_clock_set_back_does_not_hide_the_newest_run(work):
    assert revwork("run", work / "a.ipynb", "--out", work / "reports", cwd=work).returncode == 0
    (old,) = work.glob("reports/2*")
    shutil.move(old, old.with_name("20991231-235959"))
    assert revwork("run", work / "a.ipynb", "--out", work / "reports", cwd=work).returncode == 0
    newest = sorted(path.name for path in work.glob("reports/2*"))[-1]
    assert newest == "21000101-000000"
    said = json.loads((work / "reports" / newest / "manifest.json").read_text())
    assert said["started"][:4] < "2099"
