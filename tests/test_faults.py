"""What goes wrong around a notebook: the status is true, the rest goes on, nothing half-done."""

import json
import os
import resource
import subprocess
import sys

import nbformat
import pytest
from conftest import notebook, revwork

from revwork.run.execute import execute
from revwork.run.limits import Limits

EXITS = "import os, signal, sys\n"


def run(folder, *names, **more):
    asked = [folder / f"{name}.ipynb" for name in names]
    command = [sys.executable, "-m", "revwork", "run", *map(str, asked), "--out", "reports"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **more)


def statuses(folder):
    path = sorted(folder.glob("reports/2*/manifest.json"))[-1]
    return {e["notebook"]: e["status"] for e in json.loads(path.read_text())["notebooks"]}


@pytest.mark.parametrize(
    "cell, status",
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "killed"),
        ("os._exit(0)", "killed"),
        ("sys.exit(0)", "failed"),
        ("os.kill(os.getppid(), signal.SIGKILL); import time; time.sleep(60)", "killed"),
    ],
    ids=["kill", "exit", "sys.exit", "its worker is killed"],
)
def test_a_kernel_that_goes_is_told_and_the_others_are_published(tmp_path, cell, status):
    notebook(tmp_path / "bad.ipynb", f"{EXITS}{cell}")
    notebook(tmp_path / "good.ipynb", "1")
    done = run(tmp_path, "bad", "good")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert statuses(tmp_path) == {"bad": status, "good": "succeeded"}
    assert next(tmp_path.glob("reports/2*/good.html")).exists()


@pytest.mark.parametrize(
    "cell, limits, status, reason",
    [
        ("x = b'1' * 10**9", Limits(memory=5e8), "killed", "it held more than 0.5 GiB in cell 2"),
        (
            "import subprocess, sys\nsubprocess.run([sys.executable, '-c', "
            "'x = b\"1\" * 10**9; import time; time.sleep(60)'])",
            Limits(memory=5e8),
            "killed",
            "it held more than 0.5 GiB in cell 2",
        ),
        ("while True: pass", Limits(cell=2), "timed_out", "the time limit of a cell ended it"),
        ("while True: pass", Limits(notebook=4), "timed_out", "the time limit ended it in cell 2"),
        (
            "while True: print('x' * 10_000)",
            Limits(output=5_000_000),
            "killed",
            "it said more than 5,000,000 letters in cell 2",
        ),
    ],
    ids=["memory", "memory of a child", "cell", "notebook", "output"],
)
def test_a_notebook_that_takes_too_much_is_ended(tmp_path, cell, limits, status, reason):
    hold = "import time; time.sleep(30)"
    path = notebook(tmp_path / "a.ipynb", f"{cell}\n{hold}")
    outcome = execute(path, {}, tmp_path / "executed.ipynb", limits)
    assert (outcome.status, outcome.reason.startswith(reason)) == (status, True), outcome.reason
    told = nbformat.read(tmp_path / "executed.ipynb", 4).metadata.papermill
    assert told.status == status


def test_no_room_is_a_sentence_and_what_is_published_stays(tmp_path):
    notebook(tmp_path / "good.ipynb", "1")
    assert run(tmp_path, "good").returncode == 0
    before = {p: p.read_bytes() for p in tmp_path.glob("reports/2*/**/*") if p.is_file()}

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    notebook(tmp_path / "wide.ipynb", "print('x' * 1_000_000)")
    done = run(tmp_path, "wide", preexec_fn=little_room)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert "File too large: nothing was published." in done.stderr
    assert {p: p.read_bytes() for p in before} == before
    again = revwork("run", tmp_path / "wide.ipynb", "--out", tmp_path / "reports", cwd=tmp_path)
    assert again.returncode == 0, again.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_a_sentence_and_the_next_run_with_room_is_whole(tmp_path):
    (tmp_path / "reports").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path / "reports")]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        notebook(tmp_path / "wide.ipynb", "print('x' * 2_000_000)")
        notebook(tmp_path / "small.ipynb", "1")
        done = run(tmp_path, "wide")
        assert done.returncode == 1 and "No space left on device" in done.stderr, done.stderr
        assert "Traceback" not in done.stderr and not list((tmp_path / "reports").glob("2*"))
        revwork("prune", "--keep", "1", "--yes", "--out", "reports", cwd=tmp_path)
        after = run(tmp_path, "small")
        assert after.returncode == 0, after.stderr
    finally:
        subprocess.run(["umount", str(tmp_path / "reports")], check=True)


def test_reports_that_cannot_be_written_are_a_sentence(tmp_path):
    notebook(tmp_path / "good.ipynb", "1")
    (tmp_path / "file").write_text("")
    asked = ["run", tmp_path / "good.ipynb", "--out", tmp_path / "file" / "reports"]
    done = revwork(*asked, cwd=tmp_path)
    assert done.returncode in (1, 2) and "Traceback" not in done.stderr and done.stderr
    done = revwork("run", tmp_path / "good.ipynb", "--out", "/proc/reports", cwd=tmp_path)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "nothing was published" in done.stderr


def test_a_kernel_that_does_not_come_up_is_tried_again_from_cold(tmp_path):
    def broken(aside, environment):
        raise RuntimeError("no kernel today")

    path = notebook(tmp_path / "a.ipynb", "print(1)")
    outcome = execute(path, {}, tmp_path / "executed.ipynb", start=broken)
    assert (outcome.status, outcome.reason) == ("succeeded", "")


def test_a_kernel_that_never_comes_up_is_a_sentence(tmp_path, monkeypatch):
    def broken(aside, environment):
        raise RuntimeError("no kernel today")

    monkeypatch.setattr("revwork.run.execute.cold", broken)
    path = notebook(tmp_path / "a.ipynb", "print(1)")
    outcome = execute(path, {}, tmp_path / "executed.ipynb", start=broken)
    assert outcome.status == "failed"
    assert outcome.reason == "its kernel did not start: no kernel today"


def test_a_database_that_stops_in_the_middle_of_a_run_fails_what_needs_it(tmp_path, monkeypatch):
    pytest.importorskip("psycopg", reason='PostgreSQL needs: pip install "revwork[postgres]"')
    from postgres import binaries, running

    if not (folder := binaries()):
        pytest.skip("no PostgreSQL programs here: apt-get install postgresql")
    load = "from revwork import open_company\ncompany = open_company(workspace)"
    read = "tables = company.tables(needs=['orders'])"
    stop = "import os\nwhile os.path.exists(flag): pass"
    given = f"workspace: str = '.'\nflag: str = {str(tmp_path / 'runs')!r}"
    notebook(tmp_path / "before.ipynb", load, read, "os = __import__('os'); os.remove(flag + '.1')",
             parameters=given)  # fmt: skip
    notebook(tmp_path / "after.ipynb", load, stop, read, parameters=given)
    for name in ("runs", "runs.1"):
        (tmp_path / name).write_text("")
    with running(folder) as server:
        monkeypatch.setenv("SHOP_PASSWORD", server.password)
        server.execute(
            "CREATE TABLE sold (order_id text, order_date date, net_amount numeric)",
            "INSERT INTO sold VALUES ('a', '2026-01-02', 1)",
        )
        address = f"postgres://shop:${{SHOP_PASSWORD}}@{server.place}"
        (tmp_path / "revwork.toml").write_text(
            f'currency = "EUR"\n[tables.orders]\naddress = "{address}"\ntable = "sold"\n'
        )
        asked = [tmp_path / "before.ipynb", tmp_path / "after.ipynb", "--workspace", tmp_path]
        command = [sys.executable, "-m", "revwork", "run", *asked, "--out", tmp_path / "reports"]
        process = subprocess.Popen(list(map(str, command)), stdout=-1, stderr=-1, text=True)
        while (tmp_path / "runs.1").exists():
            assert process.poll() is None, process.communicate()
    (tmp_path / "runs").unlink()
    out, said = process.communicate()
    assert process.returncode == 1 and statuses(tmp_path) == {
        "before": "succeeded",
        "after": "failed",
    }
    assert "orders" in out and server.password not in out + said
