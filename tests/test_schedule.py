"""A run at fixed times: what cron and systemd do with the lines, and what was missed."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from conftest import notebook, revwork

from revwork import open_company
from revwork.run import timetable
from revwork.run.plan import UsageError
from revwork.run.timetable import Job, cron, missed, systemd, times

ODD = "a b%c'd $E \\f"  # a folder's name
NOW = datetime(2026, 7, 1, 12, 0)  # a Wednesday


@pytest.fixture
def here(tmp_path):
    return workspace(tmp_path / ODD)


def workspace(folder):
    """A workspace with a notebook, in a folder whose name each syntax could misread."""
    folder.mkdir()
    (folder / "revwork.toml").write_text('currency = "EUR"\n[tables.orders]\nfile = "o.csv"\n')
    (folder / "secrets").write_text("WORD='p%a $s'\n")
    notebook(folder / "fine.ipynb", "import os; print('word', os.environ.get('WORD'))")
    return folder


@pytest.fixture(scope="module", autouse=True)
def minutes(tmp_path_factory):
    """A line in the table of a cron that runs: its minute passes while other tests do their work.

    The line's own five fields are replaced, and the user it runs as. Why not, where it cannot be.
    """
    if not shutil.which("cron"):
        yield "no cron here: apt-get install cron"
        return
    if os.geteuid() != 0:
        yield "only root may write into /etc/cron.d"
        return
    folder = workspace(tmp_path_factory.mktemp("cron") / ODD)
    (line, _), _, _ = printed(folder, "fine.ipynb", "--env", "secrets")
    *fields, command = line.split(" ", 5)
    assert " ".join(fields) == "0 6 * * *"
    table = Path(f"/etc/cron.d/revwork-test-{os.getpid()}")
    table.write_text(f"* * * * * root {command}\n")
    started = subprocess.Popen(["cron", "-f"], stdout=-3, stderr=-3)
    yield folder, table
    table.unlink(missing_ok=True)
    started.terminate()
    started.wait()


@pytest.fixture
def by_cron(minutes):
    """The folder in which cron runs the line, and the table that says so."""
    if isinstance(minutes, str):
        pytest.skip(minutes)
    return minutes


def printed(folder, *asked):
    """What `revwork schedule` prints: the two cron lines, and the units by name."""
    done = revwork("schedule", *asked, cwd=folder)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if re.match(r"[\d*]+ [\d*]", line)]
    units = re.findall(r"^# (\S+\.(?:service|timer))\n(.*?)(?=\n# |\Z)", done.stdout, re.M | re.S)
    return lines, dict(units), done.stdout


# times


@pytest.mark.parametrize(
    "asked, fields, calendar",
    [
        ("06:30", "30 6 * * *", "*-*-* 06:30:00"),
        ("6:05", "5 6 * * *", "*-*-* 06:05:00"),
        ("weekday 23:59", "59 23 * * 1-5", "Mon..Fri *-*-* 23:59:00"),
        ("monday 00:00", "0 0 * * 1", "Mon *-*-* 00:00:00"),
        ("Sunday 07:00", "0 7 * * 0", "Sun *-*-* 07:00:00"),
        ("1 07:00", "0 7 1 * *", "*-*-01 07:00:00"),
    ],
)
def test_a_time_as_cron_and_systemd_write_it(asked, fields, calendar):
    assert (times(asked).cron, times(asked).systemd) == (fields, calendar)


@pytest.mark.parametrize("asked", ["", "6", "25:00", "06:30 monday", "mondy 06:30", "29 06:30"])
def test_what_is_no_time_is_refused(asked):
    with pytest.raises(UsageError, match=f"--at {asked}"):
        times(asked)


def test_a_near_miss_is_named():
    with pytest.raises(UsageError, match=r"did you mean monday\?"):
        times("mondy 06:30")


@pytest.mark.parametrize(
    "asked, due",
    [
        ("12:00", "2026-07-01 12:00"),
        ("12:01", "2026-06-30 12:01"),
        ("monday 06:00", "2026-06-29 06:00"),
        ("wednesday 12:01", "2026-06-24 12:01"),
        ("15 06:00", "2026-06-15 06:00"),
    ],
)
def test_the_last_time_a_run_was_due(asked, due):
    assert times(asked).last(NOW) == datetime.fromisoformat(due)


def test_on_a_saturday_the_last_weekday_was_friday():
    assert times("weekday 06:00").last(datetime(2026, 7, 4, 9)) == datetime(2026, 7, 3, 6)


@pytest.mark.parametrize("name", ["20260701-060000", ".20260701-060001", "20260701-113000-2"])
def test_a_time_is_not_missed_once_a_run_has_begun(tmp_path, name):
    assert missed(times("06:00"), tmp_path / "none", NOW)
    (tmp_path / "20260701-055959").mkdir()
    (tmp_path / "latest").symlink_to("20260701-055959")
    assert missed(times("06:00"), tmp_path, NOW)
    (tmp_path / name).mkdir()
    assert not missed(times("06:00"), tmp_path, NOW)


# the command


def test_it_prints_what_the_page_of_help_promises_and_installs_nothing(here):
    (first, second), units, text = printed(here, "--at", "monday 06:30", "--workspace", ".")
    assert first.startswith("30 6 * * 1 ") and first.endswith("-P -m revwork run --workspace .")
    assert second.startswith("0 * * * * ") and " schedule --missed --at 'monday 06:30' " in second
    assert set(units) == {"revwork.service", "revwork.timer"}
    assert "Persistent=true" in units["revwork.timer"] and "crontab -e" in text
    assert sorted(path.name for path in here.iterdir()) == [
        "fine.ipynb", "revwork.toml", "secrets",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "asked, words",
    [
        (["--at", "mondy 06:30"], "did you mean monday?"),
        (["--wat"], "No such option"),
        (["--workspace", "nowhere"], '"nowhere" is no workspace'),
        (["--env", "nothing"], "does not exist"),
    ],
)
def test_what_could_not_run_is_refused_before_it_is_scheduled(here, asked, words):
    done = revwork("schedule", *asked, cwd=here)
    assert (done.returncode, done.stdout) == (2, "") and words in done.stderr


def test_secrets_are_named_and_never_written(here, monkeypatch):
    monkeypatch.setenv("WORD", "hunter2-hunter2")
    with (here / "revwork.toml").open("a") as file:
        file.write('[notify]\nfailure = "json://me:${WORD}@localhost"\n')
    _, _, text = printed(here, "--workspace", ".")
    assert "needs WORD in the environment" in text and "hunter2" not in text
    lines, units, text = printed(here, "--workspace", ".", "--env", "secrets")
    assert "needs WORD" not in text and "p%a" not in text
    assert all("set -a && . '" in line for line in lines)
    assert "EnvironmentFile=/" in units["revwork.service"]


def test_a_missed_time_is_an_exit_code(here):
    asked = ["schedule", "--missed", "--at", "00:00"]
    assert revwork(*asked, cwd=here).returncode == 0
    (here / "reports" / f"{datetime.now():%Y%m%d-%H%M%S}").mkdir(parents=True)
    done = revwork(*asked, cwd=here)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_a_line_that_cron_would_cut_is_refused():
    with pytest.raises(UsageError, match="998"):
        cron(times("06:00"), Job(["x" * 1000], Path("/")), ["y"])


# the pages about other schedulers


def commands(page):
    """What follows `revwork` in the commands of a page."""
    return [shlex.split(found) for found in re.findall(r"bin/revwork (run [^\n\"]+)", page)]


@pytest.mark.parametrize("name", ["airflow", "github_actions"])
def test_the_commands_of_a_page_are_ones_that_revwork_takes(root, here, name):
    asked = commands((root / f"docs/{name}.md").read_text())
    assert asked
    (here.parent / "acme").symlink_to(here)
    for _, *arguments in asked:
        done = revwork("schedule", *arguments, cwd=here.parent if "acme" in arguments else here)
        assert done.returncode == 0, done.stderr


def test_the_workflow_is_whole_and_keeps_the_private_record_to_itself(root):
    page = (root / "docs/github_actions.md").read_text()
    flow = yaml.safe_load(re.search(r"```yaml\n(.*?)```", page, re.S)[1])
    steps = flow["jobs"]["report"]["steps"]
    (upload,) = (step for step in steps if "upload-artifact" in step.get("uses", ""))
    assert "!reports/*/record" in upload["with"]["path"].splitlines()
    made = [step["run"].split()[1] for step in steps if step.get("run", "").startswith("make")]
    assert made == [".venv/.ready"]
    (when,) = flow[True]["schedule"]  # YAML reads `on` as true
    assert when["cron"] == times("monday 05:30").cron


def test_the_dag_is_python_and_asks_for_a_time_that_cron_knows(root):
    page = (root / "docs/airflow.md").read_text()
    source = re.search(r"```python\n(.*?)```", page, re.S)[1]
    compile(source, "dag", "exec")
    assert f'schedule="{times("monday 06:30").cron}"' in source


def test_the_readmes_settings_are_ones_that_a_workspace_takes(root, tmp_path):
    (text,) = re.findall(r"```\n(\[notify\].*?)```", (root / "README.md").read_text(), re.S)
    (tmp_path / "revwork.toml").write_text(f'currency = "EUR"\n{text}')
    company = open_company(tmp_path)
    assert len(company.alerts) == 2 and len(company.notify.all) == 4


# the real ones


def as_cron_hands_it_on(line):
    """The command of a line: cron takes the backslash before a percent sign away."""
    return line.split(" ", 5)[5].replace(r"\%", "%")


def test_sh_reads_the_line_as_it_was_meant(here):
    (first, second), _, _ = printed(here, "fine.ipynb", "--env", "secrets")
    bare = {"PATH": "/usr/bin:/bin", "HOME": os.environ["HOME"]}
    for line in (first, second):
        done = subprocess.run(
            ["/bin/sh", "-c", as_cron_hands_it_on(line)],
            check=False, env=bare, cwd="/", capture_output=True, text=True,
        )  # fmt: skip
        expected = 0 if line == first else 1  # the second finds nothing missed
        assert done.returncode == expected, done.stderr
    (run,) = here.glob("reports/2*")
    assert r"word p%a $s\n" in (run / "record/fine.ipynb").read_text()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
def test_systemd_reads_the_units_as_they_were_meant(here, tmp_path):
    """A program's path may hold neither quotes nor backslashes, by systemd's own rule."""
    program = tmp_path / "a b%c $E"
    program.symlink_to(sys.executable)
    job = Job([str(program), "-m", "revwork", "-p", 'x="%d $y \\z'], here, here / "secrets")
    for name, text in systemd(times("weekday 06:30"), job, "revwork").items():
        (here / name).write_text(text)
    units = [here / "revwork.service", here / "revwork.timer"]
    verify = ["systemd-analyze", "verify", "--man=no", *units]
    done = subprocess.run(verify, check=False, capture_output=True, text=True)
    own = [line for line in done.stderr.splitlines() if "revwork" in line]
    assert (done.returncode, own) == (0, [])
    program.unlink()
    done = subprocess.run(verify, check=False, capture_output=True, text=True)
    assert f"{program} is not executable" in done.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
@pytest.mark.parametrize("asked", ["06:30", "weekday 06:30", "sunday 06:30", "1 06:30"])
def test_systemd_and_we_agree_when_a_run_is_due(asked):
    when = times(asked)
    command = ["systemd-analyze", "calendar", when.systemd]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    (found,) = re.findall(r"Next elapse: \w+ (\S+ \S+)", done.stdout)
    due = datetime.fromisoformat(found)
    assert when.last(due) == due and when.last(due - timedelta(minutes=1)) < due


def test_a_real_cron_runs_the_line_each_minute(by_cron):
    folder, table = by_cron
    deadline = time.monotonic() + 150
    while not (found := list(folder.glob("reports/2*/manifest.json"))):
        assert time.monotonic() < deadline, "cron ran nothing within two and a half minutes"
        time.sleep(1)
    table.unlink()
    assert r"word p%a $s\n" in (found[0].parent / "record/fine.ipynb").read_text()


def test_no_module_of_the_timetable_reads_the_clock():
    assert "now()" not in Path(timetable.__file__).read_text()
