"""Which runs may go, and how they go: aside in one step, then for good."""

import logging
import os
import re
import shutil
from collections.abc import Iterator
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
    newest = sorted(_folders(reports), key=_begun, reverse=True)
    runs = [one for one in newest if one.name[0] != "." and (one / "manifest.json").is_file()]
    latest = (reports / "latest").resolve()
    older = [one for one in runs[max(keep, 1) :] if one.resolve() != latest]
    return older + [one for one in newest if one.name[0] == "." and not is_held(one)]


def pruned(reports: Path, keep: int) -> list[Path]:
    """Remove what is `spare`, list the runs that stay anew, and return what is gone.

    Each folder is first renamed aside, out of everybody's sight: whoever is stopped midway
    leaves no half run, and the next one removes the rest.
    """
    with FileLock(reports / ".lock"):
        going = spare(reports, keep)
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


def _folders(reports: Path) -> Iterator[Path]:
    for path in reports.iterdir():
        if _RUN.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            yield path


def _begun(folder: Path) -> tuple[str, int]:
    """When it began; of several in a second, which."""
    began, number = _RUN.fullmatch(folder.name).groups()
    return began, int(number or 1)
