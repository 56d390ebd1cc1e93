"""A company: what its revwork.toml says about it, and where each of its tables lives."""

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as declared

import revwork
from revwork.calendar import Against, Calendar, Comparison
from revwork.contracts import TABLES
from revwork.data.aims import Aim, Aims, objections
from revwork.data.public_holidays import Countries, in_countries, public_holidays
from revwork.data.source import CLOSED, FILE, Code, Source, Zone, misplaced, strangers
from revwork.data.wording import DataError, nearest
from revwork.run.alerts import Rule
from revwork.run.limits import Running
from revwork.run.recipients import Recipients

if TYPE_CHECKING:
    import pandas as pd

    from revwork.actions import Action
    from revwork.data.loading import Tables
    from revwork.data.pseudonyms import Audience

TODAY = "REVWORK_TODAY"  # the day of a run, the same for all its notebooks
MEMORY = "REVWORK_MEMORY"  # bytes that a kernel of a run may hold
_RUNNING = Running()
_SAMPLES = (".", "sample", "data/sample")


def _table(text: str) -> str:
    if text not in TABLES:
        raise ValueError(f"is not a table{nearest(text, TABLES)}")
    return text


def _calendar(section: dict[str, Any]) -> Calendar:
    known = [option.name for option in fields(Calendar)]
    if unknown := [
        f"{key} is not known{nearest(key, known)}" for key in sorted(section.keys() - known)
    ]:
        raise ValueError(" ".join(unknown))
    return Calendar(**section)


@dataclass(frozen=True)
class Company:
    """A company by its revwork.toml: whose numbers these are, and how they are read.

    `running`: what its reports may take, and how many runs stay when another ends.
    """

    name: str
    currency: str
    language: str
    time_zone: str
    calendar: Calendar
    folder: Path
    sources: Mapping[str, Source]
    confidentiality: str = ""
    running: Running = _RUNNING
    notify: Recipients = field(default_factory=Recipients)
    alerts: Sequence[Rule] = ()
    targets: Aims = field(default_factory=dict)
    holidays: Countries = field(default_factory=dict)

    def tables(
        self,
        needs: Sequence[str] = (),
        enriches: Sequence[str] = (),
        today: date | None = None,
        audience: "Audience" = "full",
    ) -> "Tables":
        """Load the tables, each as its contract says; one that only `enriches` may be missing.

        Raises Unanswered for a needed table the company does not have, and DataError with
        every breach of every table. `today` is the company's day, for what cannot be yet.
        For the audience `leadership` people have pseudonyms, and comments are left out.
        """
        from revwork.data.loading import load

        today = today or self.today
        return load(self, needs, enriches, today, audience)

    def kept(self, work: Callable[..., Any], *given: object, **named: object) -> Any:
        """Return what an analysis makes of what it is given, worked out once for the same.

        For models of more than a second: `company.kept(mix.fit, weeks, priors)`. What it follows
        from is all that it is given, its code and the versions of what it calls.
        """
        from revwork.data.cache import kept

        return kept(self.folder, work, *given, **named)

    def actions(self, audience: "Audience" = "full") -> "list[Action]":
        """Return what was decided about findings, as the workspace's register has it.

        For `leadership` without names, and without words of people. Raises DataError where the
        register cannot be read.
        """
        from revwork import register

        found = register.read(self.folder)
        return found if audience == "full" else register.discreet(found, self.folder)

    def decide(self, action: "Action", changed: Mapping[str, Any]) -> "Action":
        """Write what is changed of an action into the register, and return it as it is then.

        Raises DataError where that cannot be; nothing is written then.
        """
        from revwork import register

        now = datetime.now(ZoneInfo(self.time_zone))
        return register.change(self.folder, action, changed, register.whoami(), now)

    def public_holidays(self, regions: Iterable[str], days: Sequence[date]) -> "pd.DataFrame":
        """Return the public holidays of regions from the first of `days` to a year after the last.

        Columns: region, country, day, name; a row without a day where the country is not known.
        """
        return public_holidays(in_countries(regions, self.holidays), days)

    @property
    def today(self) -> date:
        """The company's day; within a run the day on which that began."""
        fixed = os.environ.get(TODAY)
        return date.fromisoformat(fixed) if fixed else datetime.now(ZoneInfo(self.time_zone)).date()

    @property
    def dimensions(self) -> Sequence[str]:
        """The extra columns of orders that the company named as its own dimensions."""
        return self.sources["orders"].dimensions if "orders" in self.sources else ()

    def compare(self, period: str, against: Against, as_of: date | str) -> Comparison:
        """Return the period of that name beside its comparison, seen from a day or its ISO text.

        Raises ValueError for a name of no known form, or a period that has not begun.
        """
        day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        return self.calendar.compare(self.calendar.period(period, day), against, day)


@declared(frozen=True, config=CLOSED)
class _Spec:
    currency: Code
    company: str | None = None
    language: Literal["en", "es", "fr"] = "en"
    confidentiality: str = ""
    time_zone: Zone = "UTC"
    calendar: Annotated[dict[str, Any], AfterValidator(_calendar)] = Field(default_factory=dict)
    tables: dict[Annotated[str, AfterValidator(_table)], Source] = Field(default_factory=dict)
    run: Running = _RUNNING
    notify: Recipients = Field(default_factory=Recipients)
    alerts: tuple[Rule, ...] = ()
    targets: Aims = Field(default_factory=dict)
    holidays: Countries = Field(default_factory=dict)


def open_company(workspace: str | Path = ".") -> Company:
    """Return the company whose revwork.toml lies in the folder `workspace`.

    A relative folder is looked for in the working directory, then in each of its parents;
    the sample is found from anywhere. Raises DataError: no such folder, or all that is wrong.
    """
    folder = _find(Path(workspace).expanduser())
    return _company(folder, (folder / FILE).read_bytes())


@lru_cache(maxsize=16)  # a run asks for its reports' company again and again
def _company(folder: Path, content: bytes) -> Company:
    """The company of that folder as its revwork.toml declares it."""
    try:
        toml = tomllib.loads(content.decode("utf-8-sig"))
        said = []
        for name, section in _sections(toml.get("tables")):
            said += misplaced(name, section)
            section |= {"name": name, "folder": folder}
        spec = TypeAdapter(_Spec).validate_python(toml)
    except ValidationError as error:
        raise DataError(*dict.fromkeys(map(_misfit, error.errors())), *said) from None
    except ValueError as error:
        raise DataError(f"{folder / FILE} cannot be read: {error}") from None
    said += [text for source in spec.tables.values() for text in strangers(source)]
    said += objections(spec.targets, spec.calendar or Calendar())
    if said:
        raise DataError(*said)
    return Company(
        name=spec.company or folder.name,
        currency=spec.currency,
        language=spec.language,
        time_zone=spec.time_zone,
        calendar=spec.calendar or Calendar(),
        folder=folder,
        sources=spec.tables,
        confidentiality=spec.confidentiality,
        running=spec.run,
        notify=spec.notify,
        alerts=spec.alerts,
        targets=spec.targets,
        holidays=spec.holidays,
    )


def _find(workspace: Path) -> Path:
    here = Path.cwd()
    places = [parent / workspace for parent in (here, *here.parents)]
    if workspace.as_posix() in _SAMPLES:
        package = Path(revwork.__file__).parent
        places += [package.parent / "data" / "sample", package / "_bundled" / "sample"]
    for place in places:
        folder = place.parent if place.name == FILE else place
        if (folder / FILE).is_file():
            return folder.resolve()
    raise DataError(
        f'"{workspace}" is no workspace: there is no {FILE} in {here / workspace}, nor in a folder '
        "of that name further up; name the folder that holds it"
    )


def _sections(tables: Any) -> list[tuple[str, dict]]:
    found = tables.items() if isinstance(tables, dict) else []
    return [(name, section) for name, section in found if isinstance(section, dict)]


def _misfit(error: Mapping[str, Any]) -> str:
    """One of pydantic's complaints, with its place in revwork.toml; an address is not repeated."""
    depth, kind = _SECTIONS.get(error["loc"][0], (1, _Spec))
    *place, key = error["loc"][:depth]
    kind = kind if place else _Spec
    if isinstance(key, int):
        place, key = [*place, key], ""
    where = f"{FILE}: [{'.'.join(map(_ordinal, place))}] " if place else f"{FILE}: "
    given, hidden = error["input"], key == "address" or error["loc"][0] == "notify"
    if error["type"] == "unexpected_keyword_argument":
        known = [option.name for option in fields(kind)]
        return f'{where}"{key}" is not known{nearest(key, sorted({*known} - {"name", "folder"}))}'
    if error["type"] == "missing":
        return f'{where}{key} is missing: add {key} = "…"'
    if error["type"] == "value_error":
        said = f'"{given}" ' if isinstance(given, str) and not hidden else ""
        named = f"{key} " if key not in ("", "[key]") else ""
        return f"{where}{named}{said}{error['ctx']['error']}"
    said = "" if hidden else f", not {given!r}"
    return f"{where}{key} {error['msg'].replace('Input ', '')}{said}".replace("  ", " ")


def _ordinal(part: str | int) -> str:
    """A part of a place in the file; those of a list are counted from 1."""
    return str(part + 1) if isinstance(part, int) else part


_SECTIONS = {
    "tables": (3, Source),
    "run": (2, Running),
    "notify": (2, Recipients),
    "alerts": (3, Rule),
    "targets": (4, Aim),
    "holidays": (2, dict),
}
