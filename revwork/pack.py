"""What the other notebooks of a run said: their numbers and findings, as its files hold them."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from revwork.findings import Unanswered

PLACE = "REVWORK_RUN"  # the folder of the run that a notebook is executed in
LATEST = "latest"
FILES = ("kpis.json", "findings.json")
_OF_THE_RUN = ("workspace", "as_of", "language", "currency", "confidentiality")
_OF_A_REPORT = ("notebook", "title", "status", "reason", "resolved", "parameters")
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

    def is_for(self, audience: str) -> bool:
        """Whether every report whose findings these are was made for that audience."""
        told = {row["notebook"] for row in self.findings}
        made = [one["parameters"] for one in self.said["reports"] if one["notebook"] in told]
        return all((given or {}).get("audience") == audience for given in made)

    @property
    def day(self) -> date:
        """The last day it counts."""
        return date.fromisoformat(self.said["as_of"])

    @property
    def is_own(self) -> bool:
        """Whether the pages of these findings lie beside the one that quotes them."""
        return self.folder == _given() and self.folder.name != LATEST


def open_run(reports: str | Path = "reports", audience: str = "full") -> Pack:
    """Return what the notebooks before this one said in the same run, else in `reports/latest`.

    A relative folder is looked for in the working directory, then in each of its parents. Raises
    Unanswered where there is no run yet, or for `leadership` none without people's names.
    """
    folder = _given() or _latest(Path(reports))
    try:
        kpis, findings = (json.loads((folder / file).read_text("utf-8")) for file in FILES)
        run = Pack(folder, kpis, findings, standing(folder))
    except FileNotFoundError:
        raise Unanswered("There is no run to read yet: run the other notebooks first.") from None
    if audience != "full" and not run.is_for(audience):
        raise Unanswered(
            "The run to read shows people by name: run the other notebooks with "
            "audience={audience:text} first.",
            audience=audience,
        )
    return run


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
