"""Old runs go, what is needed stays, and nobody ever sees half a run."""

import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import revwork
from filelock import FileLock
from test_data import workspace
from test_history import shelve

from revwork.data.wording import DataError
from revwork.run.prune import outlived, pruned, spare

NAMES = [f"2026090{day}-060000" for day in range(1, 6)]


@pytest.fixture
def reports(tmp_path):
    """Five runs, the oldest of them the latest complete one, and what others left beside them."""
    for name in NAMES:
        (shelve(tmp_path, name) / "index.html").write_text("page")
    os.symlink(NAMES[0], tmp_path / "latest")
    shelve(tmp_path, "2026 final")
    (tmp_path / "20260801-060000").mkdir()
    (tmp_path / "20260801-060000/notes.txt").write_text("no run")
    return tmp_path


def staged(reports, name, age=0, lock=True):
    """The folder of a run that is not finished, so many seconds old."""
    folder = reports / f".{name}"
    (folder / "record").mkdir(parents=True)
    if lock:
        (folder / "lock").touch()
    os.utime(folder, (time.time() - age,) * 2)
    return folder


def left(reports):
    return {one.name for one in reports.iterdir()}


# which may go


def test_the_newest_stay_and_what_latest_points_to(reports):
    assert [one.name for one in spare(reports, 2)] == [NAMES[2], NAMES[1]]
    assert spare(reports, 5) == [] and len(spare(reports, 1)) == 3


def test_what_latest_points_to_counts_among_the_newest(reports):
    (reports / "latest").unlink()
    os.symlink(NAMES[4], reports / "latest")
    assert [one.name for one in spare(reports, 1)] == NAMES[3::-1]


def test_at_least_one_run_stays(reports):
    assert NAMES[4] not in [one.name for one in spare(reports, 0)]


def test_a_folder_of_another_name_or_without_a_manifest_is_not_ours(reports):
    os.symlink(NAMES[1], reports / "20200101-000000")
    pruned(reports, 1)
    assert {"2026 final", "20260801-060000", "20200101-000000"} <= left(reports)


def test_the_tenth_run_of_a_second_is_newer_than_its_second(tmp_path):
    for number in ("", "-2", "-10"):
        shelve(tmp_path, f"20260901-060000{number}")
    found = [one.name for one in spare(tmp_path, 1)]
    assert found == ["20260901-060000-2", "20260901-060000"]


# unfinished runs


def test_what_a_killed_runner_left_goes_and_what_a_living_one_makes_stays(reports):
    dead, alive = staged(reports, "20260906-060000"), staged(reports, "20260907-060000")
    ancient = staged(reports, "20250101-060000", age=3600, lock=False)
    begun = staged(reports, "20260908-060000", lock=False)
    with FileLock(alive / "lock"):
        assert pruned(reports, 5) == [dead, ancient]
    assert alive.exists() and begun.exists() and not dead.exists()


def test_a_run_that_ends_leaves_what_may_be_resumed_and_takes_what_is_older_than_all_that_stays(
    reports,
):
    young, old = staged(reports, "20260904-070000"), staged(reports, "20260903-070000")
    assert outlived(reports, 2) == [reports / NAMES[2], reports / NAMES[1], old]
    assert outlived(reports, 5) == [] and spare(reports, 5) == [young, old]


def test_a_runner_in_another_process_holds_its_folder_until_it_dies(reports):
    alive = staged(reports, "20260907-060000")
    code = f"import filelock, time; lock = filelock.FileLock({str(alive / 'lock')!r}); \
lock.acquire(); print('held', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    assert spare(reports, 5) == []
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert spare(reports, 5) == [alive]


# how they go


def test_the_library_no_longer_lists_what_is_gone(reports):
    gone = pruned(reports, 2)
    library = (reports / "index.html").read_text()
    assert [one.name for one in gone] == [NAMES[2], NAMES[1]]
    assert not any(name in library for name in NAMES[1:3])
    assert all(f"{name}/index.html" in library for name in (NAMES[0], NAMES[3], NAMES[4]))
    assert os.readlink(reports / "latest") == NAMES[0]


def test_where_nothing_goes_nothing_is_written(reports):
    assert pruned(reports, 5) == [] and "index.html" not in left(reports)


def test_what_a_killed_prune_left_aside_goes_with_the_next(reports):
    os.replace(reports / NAMES[1], reports / f".gone-{NAMES[1]}")
    assert pruned(reports, 5) == []
    assert not [name for name in left(reports) if name.startswith(".gone-")]
    assert NAMES[1] not in (reports / "index.html").read_text()


def test_killed_at_any_moment_a_prune_leaves_each_run_whole_or_out_of_sight(tmp_path):
    code = "import sys, pathlib; from revwork.run.prune import pruned; print('ready', flush=True); \
sys.stdin.readline(); pruned(pathlib.Path(sys.argv[1]), 1)"
    for wait in (0.0, 0.01, 0.03):
        reports = tmp_path / str(wait)
        for day in range(10, 30):
            folder = shelve(reports, f"202609{day}-060000")
            for number in range(100):
                (folder / f"{number}.html").write_text("page")
        process = subprocess.Popen(
            [sys.executable, "-c", code, reports], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        process.stdout.readline()
        process.stdin.write(b"\n")
        process.stdin.flush()
        time.sleep(wait)
        process.kill()
        process.communicate()
        assert {len(list(one.iterdir())) for one in reports.glob("2*")} == {104}
        pruned(reports, 1)
        assert left(reports) - {".lock", "index.html"} == {"20260929-060000"}


# the command


def test_the_command_only_says_what_it_would_remove_until_told_yes(reports):
    staged(reports, "20260906-060000")
    before = left(reports)
    asked = ["prune", "--keep", "3", "--out", reports]
    dry = revwork(*asked)
    assert dry.returncode == 0 and left(reports) == before
    assert dry.stdout.splitlines() == [
        f"would remove {NAMES[1]}",
        "would remove unfinished 20260906-060000",
        "Nothing was removed: say --yes to remove them.",
    ]
    done = revwork(*asked, "--yes")
    assert done.stdout == dry.stdout.replace("would remove", "removed").partition("Nothing")[0]
    assert {NAMES[1], ".20260906-060000"} & left(reports) == set()
    assert revwork(*asked, "--yes").stdout == "Nothing to remove.\n"


@pytest.mark.parametrize("keep", [[], ["--keep", "0"], ["--keep", "all"]])
def test_how_many_stay_must_be_said_and_at_least_one_does(reports, keep):
    done = revwork("prune", *keep, "--yes", "--out", reports)
    assert done.returncode == 2 and set(NAMES) <= left(reports)


# revwork.toml


def test_a_company_says_how_many_runs_stay(tmp_path):
    assert workspace(tmp_path, orders="").running.keep is None
    assert workspace(tmp_path, "[run]\nkeep = 30\n", orders="").running.keep == 30


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("keep = 0", "keep should be greater than or equal to 1"),
        ('keep = "many"', "keep should be a valid integer"),
        ("kept = 3", '"kept" is not known; did you mean "keep"?'),
    ],
)
def test_a_slip_in_it_is_a_sentence(tmp_path, line, said):
    with pytest.raises(DataError) as error:
        workspace(tmp_path, f"[run]\n{line}\n", orders="")
    assert f"[run] {said}" in str(error.value)
