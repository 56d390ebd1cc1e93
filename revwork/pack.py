"""What the other notebooks of a run said: their numbers and findings, as its files hold them."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from revwork.findings import Unanswered

PLACE = "REVWORK_RUN"  # the folder of the run that a notebook is executed in
FILES = ("kpis.json", "findings.json")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Pack:
    """Rows of kpis.json and findings.json, as the runner wrote them, and the folder they are in."""

    folder: Path
    kpis: Sequence[Row]
    findings: Sequence[Row]


def open_run(reports: str | Path = "reports") -> Pack:
    """Return what the notebooks before this one said in the same run, else in `reports/latest`.

    Raises Unanswered where there is no run yet.
    """
    given = os.environ.get(PLACE)
    folder = Path(given) if given else Path(reports) / "latest"
    try:
        kpis, findings = (json.loads((folder / file).read_text("utf-8")) for file in FILES)
    except FileNotFoundError:
        raise Unanswered("There is no run to read yet: run the other notebooks first.") from None
    return Pack(folder, kpis, findings)
