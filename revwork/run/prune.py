"""Which runs may go, and how they go: aside in one step, then for good."""

import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock

from revwork.run.shelf import is_held, tidy

log = logging.getLogger("revwork")
_RUN = re.compile(r"\.?(\d{8}-\d{6})(?:-(\d+))?")
_ASIDE = ".gone-"


def spare(reports: Path, keep: int) -> list[Path]:
    """Return the folders that `pruned` would remove, newest first: runs, then unfinished ones.

    Runs beyond the `keep` newest, but never what `latest` points to, nor a folder of another
    name than a run's; unfinished runs whose runner is no more.
    """
    runs, left = _published(reports), _left(reports)
    latest = (reports / "latest").resolve()
    return [one for one in runs[max(keep, 1) :] if one.resolve() != latest] + left


def outlived(reports: Path, keep: int) -> list[Path]:
    """Return what is `spare`, without unfinished runs as new as what stays: they may be resumed."""
    oldest = _published(reports)[keep - 1 : keep]
    young = [one for one in _left(reports) if not oldest or _begun(one) > _begun(oldest[0])]
    return [one for one in spare(reports, keep) if one not in young]


def pruned(
    reports: Path, keep: int, which: Callable[[Path, int], list[Path]] = spare
) -> list[Path]:
    """Remove what is `spare` (or `outlived`), list what stays anew, and return what is gone.

    Each folder is first renamed aside, out of everybody's sight: whoever is stopped midway
    leaves no half run, and the next one removes the rest.
    """
    with FileLock(reports / ".lock"):
        going = which(reports, keep)
        for folder in going:
            os.replace(folder, reports / f"{_ASIDE}{folder.name.removeprefix('.')}")
        left = list(reports.glob(f"{_ASIDE}*"))
        if left:
            tidy(reports)
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            log.warning("%s could not be removed whole: remove it by hand", folder)
    return going


def _published(reports: Path) -> list[Path]:
    """The runs that are whole, newest first."""
    found = (one for one in _folders(reports) if (one / "manifest.json").is_file())
    return sorted((one for one in found if one.name[0] != "."), key=_begun, reverse=True)


def _left(reports: Path) -> list[Path]:
    """Unfinished runs whose runner is no more, newest first."""
    found = (one for one in _folders(reports) if one.name[0] == "." and not is_held(one))
    return sorted(found, key=_begun, reverse=True)


def _folders(reports: Path) -> Iterator[Path]:
    for path in reports.iterdir():
        if _RUN.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            yield path


def _begun(folder: Path) -> tuple[str, int]:
    """When it began; of several in a second, which."""
    began, number = _RUN.fullmatch(folder.name).groups()
    return began, int(number or 1)
