"""Whether a report would be what an earlier run made of it: same source, package, values, data."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import Any

from revwork import register
from revwork.data.cache import of_files
from revwork.data.source import FILE
from revwork.data.wording import DataError
from revwork.pack import FILES, standing
from revwork.run.files import again, from_json, hashed
from revwork.run.freshness import stale
from revwork.run.plan import PACKAGE, reads, reads_run
from revwork.run.request import Report

_LOOKED_AT = 50  # runs, newest first
_LIBRARIES = ("duckdb", "ibis-framework", "matplotlib", "nbconvert", "numpy", "pandas", "scipy",
              "scikit-learn", "seaborn", "statsmodels")  # fmt: skip
_CODE = (".py", ".po", ".toml", ".css", ".js", ".j2", ".html")


def key(report: Report, pack: Path) -> list[str]:
    """Return what changes with the notebook, its values and our code, and what with its data.

    The second is empty where nobody can tell: the notebook does not say what it reads, its tables
    cannot be found, or lie on a server. `pack`: the folder of the run that it may quote.
    """
    values = json.dumps(report.parameters, sort_keys=True)
    source = hashed(report.notebook)
    try:
        read = _tables(report)
        if reads_run(report.notebook) and (read or not reads(report.notebook)):
            read = [*_quoted(pack), *read]
        told = [*read, *_decided(report)] if read else []
        return [_joined([source, _package(), values]), _joined(told)]
    except (DataError, OSError):
        return [_joined([source, _package(), values]), ""]


def earlier(
    report: Report, reports: Path, wanted: list[str], formats: Sequence[str], today: str
) -> Path | None:
    """Return the newest result of that key in any run, finished or not; None where there is none.

    One that could read otherwise on another day (its tables hold rows of the day it was made or
    later) is taken on that day only.
    """
    folders = [reports.glob(".[0-9]*"), sorted(reports.glob("[0-9]*"), reverse=True)]
    for folder in islice(chain(*folders), _LOOKED_AT) if wanted[1] else ():
        path = folder / "record" / f"{report.name}.result.json"
        if not is_made(path, wanted):
            continue
        said = from_json(path)
        if _is_whole(said, folder / report.set, formats) and _is_of(today, said, report):
            return path
    return None


def lasted(report: Report, reports: Path) -> float:
    """Return the seconds that its cells took when it was made last; no end where it never was."""
    for folder in islice(sorted(reports.glob("[0-9]*"), reverse=True), _LOOKED_AT):
        with suppress(TypeError, KeyError):
            said = from_json(folder / "record" / f"{report.name}.result.json")
            return sum(filter(None, said["entry"]["cells"]))
    return float("inf")


def is_made(result: Path, wanted: list[str]) -> bool:
    """Return whether the report of that result ended well, and of that key."""
    said = from_json(result)
    is_of_key = isinstance(said, dict) and said.get("key") == wanted
    return is_of_key and said["entry"]["status"] in ("succeeded", "skipped")


def taken(found: Path, staged: Path, report: Report) -> dict[str, Any]:
    """Make the files of an earlier run's report this run's too, and return its result."""
    was = found.parents[len(Path(report.name).parts)]
    said = from_json(found)
    entry = said["entry"]
    executed = Path("record") / f"{report.name}.ipynb"
    for file in [executed, *(Path(report.set) / one for one in entry["files"].values())]:
        (staged / file).parent.mkdir(parents=True, exist_ok=True)
        again(was / file, staged / file)
    since = entry["unchanged_since"] or was.name.lstrip(".")
    said["entry"] = {**entry, "seconds": 0.0, "unchanged_since": since}
    return said


def _is_whole(said: Mapping[str, Any], place: Path, formats: Sequence[str]) -> bool:
    """Whether all that is asked was made, and lies where it was put as it was."""
    entry = said["entry"]
    has_all = entry["status"] == "skipped" or {*formats} <= entry["files"].keys()
    kept = ((place / file, told) for file, told in said["sha256"].items())
    return has_all and all(file.is_file() and hashed(file) == told for file, told in kept)


def _is_of(today: str, said: Mapping[str, Any], report: Report) -> bool:
    """Whether it would read the same today: no rows of its own day or later, as old as it says."""
    inputs, company = said["data"].get("inputs", []), report.company
    past = all(one["last_day"] < said["today"] for one in inputs if one.get("last_day"))
    old = stale(company, inputs, date.fromisoformat(today)) if company else []
    is_as_old = [one.row for one in old] == said["entry"]["stale"]
    return said["today"] == today or (past and is_as_old)


def _quoted(pack: Path) -> list[str]:
    """What changes with what a run said."""
    return [*(hashed(pack / file) for file in FILES), json.dumps(standing(pack), sort_keys=True)]


def _tables(report: Report) -> list[str]:
    """What changes with the company and its tables; nothing where that cannot be told."""
    read = reads(report.notebook)
    names = [*read.get("needs", []), *read.get("enriches", [])]
    company = report.company
    if not names or not company:
        return []
    sources = [company.sources[name] for name in names if name in company.sources]
    if any(source.is_remote for source in sources):
        return []
    return [str(company.folder), hashed(company.folder / FILE), *map(of_files, sources)]


def _decided(report: Report) -> list[str]:
    """What changes with the register of actions, which every page over time marks."""
    company = report.company
    place = company.folder / register.FILE if company else None
    return [hashed(place)] if place and place.is_file() else []


@cache
def _package() -> str:
    """What changes with our code and with the libraries it stands on."""
    files = sorted(one for one in PACKAGE.rglob("*") if one.suffix in _CODE)
    own = [one for one in files if "_bundled" not in one.parts]
    return _joined([*map(hashed, own), *map(version, _LIBRARIES)])


def _joined(parts: Iterable[str]) -> str:
    """One text for several, empty for none."""
    text = "\n".join(parts)
    return sha256(text.encode()).hexdigest() if text else ""
