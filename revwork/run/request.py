"""What a run is asked to do: which notebooks with which values, once or for each of many sets."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from revwork.data.wording import DataError
from revwork.run.limits import Limits
from revwork.run.plan import opens, parameters
from revwork.workspace import Company, open_company

Plan = Mapping[Path, Mapping[str, Any]]


@dataclass(frozen=True)
class Report:
    """One notebook with its values; of a matrix, the name of the set that gives them."""

    notebook: Path
    parameters: Mapping[str, Any]
    set: str = ""

    @property
    def name(self) -> str:
        """How the run calls it: the notebook's name, behind its set's where there is one."""
        return "/".join(filter(None, [self.set, self.notebook.stem]))

    @property
    def workspace(self) -> str:
        """The folder of the company that it opens by its parameters; nothing where it does not."""
        own = {one.name: one.default for one in parameters(self.notebook)}
        given = {**own, **self.parameters}.get("workspace", "")
        return given if opens(self.notebook) else ""

    @property
    def company(self) -> Company | None:
        """That company; None where there is none, or its revwork.toml cannot be read."""
        with suppress(DataError):
            return open_company(self.workspace) if self.workspace else None


@dataclass(frozen=True)
class Request:
    """The plans by set (of a run without a matrix the one under ""), and what is made of them.

    `whole_pack`: all notebooks with their own values, so that `latest` may move. `matrix`: what
    tells one matrix from another; `shard`: 2/5 of it.
    """

    plans: Mapping[str, Plan]
    whole_pack: bool = False
    formats: Sequence[str] = ("html",)
    matrix: str = ""
    shard: str = ""

    @property
    def reports(self) -> list[Report]:
        """Every report, in reading order."""
        return [
            Report(notebook, parameters, name)
            for name, plan in self.plans.items()
            for notebook, parameters in plan.items()
        ]

    @property
    def company(self) -> Company | None:
        """Whose run it is, as the first report says that tells."""
        return next(filter(None, (report.company for report in self.reports)), None)

    def to_json(self) -> dict[str, Any]:
        """Return the request as a file holds it."""
        plans = {
            name: [[str(notebook), dict(values)] for notebook, values in plan.items()]
            for name, plan in self.plans.items()
        }
        return {**vars(self), "plans": plans, "formats": list(self.formats)}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Request":
        """Return what `to_json` gave."""
        plans = {
            name: {Path(notebook): values for notebook, values in plan}
            for name, plan in said["plans"].items()
        }
        return cls(**{**said, "plans": plans, "formats": tuple(said["formats"])})


@dataclass(frozen=True)
class Job:
    """A report to make in the folder `staged` of a run.

    `told`: what its result says beside how it ended.
    """

    report: Report
    staged: Path
    formats: tuple[str, ...]
    limits: Limits
    environment: Mapping[str, str]
    told: Mapping[str, Any]

    @property
    def executed(self) -> Path:
        """The notebook as it was executed."""
        return self.staged / "record" / f"{self.report.name}.ipynb"

    @property
    def result(self) -> Path:
        """What the runner reads of it; there only once all else is."""
        return self.staged / "record" / f"{self.report.name}.result.json"
