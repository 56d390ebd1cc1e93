"""The kept tables: nothing half-written is ever taken for one, whoever is killed or waits."""

import os
import signal
import subprocess
import sys

import pytest

import revwork
from revwork.data.wording import DataError

ROWS = 50_000
TOML = 'currency = "EUR"\n[tables.orders]\nfile = "o.csv"\n'
LOAD = "import revwork; print(revwork.open_company().tables(['orders']).orders.count().execute())"
KILLED = """
import os, sys, threading
from pathlib import Path

def die(*_):
    os.kill(os.getpid(), 9)

def watch():
    while not [one for one in Path(".revwork/cache").glob("new-*/*.parquet") if one.stat().st_size]:
        pass
    die()

moment = {moment!r}
if moment == "while writing":
    threading.Thread(target=watch, daemon=True).start()
else:
    import revwork, revwork.data.loading
    at = {{"before writing": "tempfile.mkdtemp", "before it has its name": "os.rename"}}[moment]
    sys.addaudithook(lambda event, args: "new-orders" in str(args) and event == at and die())
"""


@pytest.fixture
def workspace(tmp_path):
    lines = "".join(f"{i},2026-01-02,1.5\n" for i in range(ROWS))
    (tmp_path / "o.csv").write_text("order_id,order_date,net_amount\n" + lines)
    (tmp_path / "revwork.toml").write_text(TOML)
    return tmp_path


def started(folder, code=LOAD):
    return subprocess.Popen([sys.executable, "-c", code], cwd=folder, stdout=subprocess.PIPE)


def cached(folder, pattern="*.parquet"):
    return sorted((folder / ".revwork" / "cache").glob(pattern))


@pytest.mark.parametrize("moment", ["before writing", "while writing", "before it has its name"])
def test_a_build_that_is_killed_leaves_nothing_that_is_taken_for_a_table(workspace, moment):
    killed = started(workspace, KILLED.format(moment=moment) + LOAD)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL and not cached(workspace)
    assert started(workspace).communicate(timeout=60)[0].split() == [str(ROWS).encode()]
    assert len(cached(workspace)) == 1 and not cached(workspace, "new-*")


def test_who_waits_for_a_build_that_is_killed_builds_it(workspace):
    begun = "open(args[0].split('new-')[0] + 'begun', 'w'); os.kill(os.getpid(), 19)"
    act = f"e == 'os.rename' and 'new-' in args[0] and exec({begun!r})"
    hook = f"\nsys.addaudithook(lambda e, args: {act})\n"
    builder = started(workspace, f"import os, sys, revwork.data.loading{hook}{LOAD}")
    while not cached(workspace, "begun"):
        assert builder.poll() is None
    others = [started(workspace) for _ in range(2)]
    with pytest.raises(subprocess.TimeoutExpired):
        others[0].communicate(timeout=3)
    builder.kill()
    assert [one.communicate(timeout=60)[0].split() for one in others] == [[str(ROWS).encode()]] * 2
    builder.communicate(timeout=60)
    assert len(cached(workspace)) == 1


def test_companies_that_differ_share_a_folder_without_taking_each_others_tables(workspace):
    toml = TOML + '[tables.orders.columns]\norder_id = "order_id"\n'
    first = started(workspace)
    (workspace / "revwork.toml").write_text(toml.replace('"EUR"', '"USD"'))
    code = LOAD.replace("count()", "currency.max()")
    second = started(workspace, code)
    assert second.communicate(timeout=60)[0].split() == [b"USD"]
    assert first.communicate(timeout=60)[0].split() == [str(ROWS).encode()]


def test_a_file_that_changes_while_it_is_read_is_refused(workspace, monkeypatch):
    from revwork.data import loading

    def late(connection, company, table, file):
        write(connection, company, table, file)
        (workspace / "o.csv").write_text("order_id,order_date,net_amount\na,2026-01-02,9\n")

    write = loading.write
    monkeypatch.setattr(loading, "write", late)
    with pytest.raises(DataError, match="changed while it was read: try again"):
        revwork.open_company(workspace).tables(["orders"])
    assert not cached(workspace)
    assert os.listdir(workspace / ".revwork" / "cache") == ["orders.lock"]
