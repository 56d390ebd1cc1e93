"""What the other notebooks of a run said: their numbers and findings, as its files hold them."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from revwork.findings import Unanswered

PLACE = "REVWORK_RUN"  # the folder of the run that a notebook is executed in
LATEST = "latest"
FILES = ("kpis.json", "findings.json")
_OF_THE_RUN = ("workspace", "as_of", "language", "currency", "confidentiality")
_OF_A_REPORT = ("notebook", "title", "status", "reason", "resolved")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Pack:
    """Rows of kpis.json and findings.json, as the runner wrote them, and the folder they are in.

    `said` is what `standing` returns: whose run it is, to which day, and how its reports ended.
    """

    folder: Path
    kpis: Sequence[Row]
    findings: Sequence[Row]
    said: Row

    @property
    def is_own(self) -> bool:
        """Whether the pages of these findings lie beside the one that quotes them."""
        return self.folder == _given() and self.folder.name != LATEST


def open_run(reports: str | Path = "reports") -> Pack:
    """Return what the notebooks before this one said in the same run, else in `reports/latest`.

    A relative folder is looked for in the working directory, then in each of its parents. Raises
    Unanswered where there is no run yet.
    """
    folder = _given() or _latest(Path(reports))
    try:
        kpis, findings = (json.loads((folder / file).read_text("utf-8")) for file in FILES)
        return Pack(folder, kpis, findings, standing(folder))
    except FileNotFoundError:
        raise Unanswered("There is no run to read yet: run the other notebooks first.") from None


def standing(folder: Path) -> Row:
    """Return what a run's manifest says that does not differ between runs that found the same.

    workspace, as_of, language, currency, confidentiality; `reports`: notebook, title, status,
    reason and resolved (period, as_of) of each. Raises FileNotFoundError without a manifest.
    """
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    entries = ({name: one.get(name) for name in _OF_A_REPORT} for one in manifest["notebooks"])
    return {**{name: manifest.get(name) for name in _OF_THE_RUN}, "reports": [*entries]}


def _latest(reports: Path) -> Path:
    here = Path.cwd()
    places = [parent / reports / LATEST for parent in (here, *here.parents)]
    return next((place for place in places if place.is_dir()), places[0])


def _given() -> Path | None:
    given = os.environ.get(PLACE)
    return Path(given) if given else None
