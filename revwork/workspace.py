"""A company: what its revwork.toml says about it, and where each of its tables lives."""

import codecs
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as declared

import revwork
from revwork.calendar import Against, Calendar, Comparison
from revwork.contracts import TABLES, contract
from revwork.data.secrets import objection, shown
from revwork.data.wording import DataError, nearest

if TYPE_CHECKING:
    from revwork.data.loading import Tables
    from revwork.data.pseudonyms import Audience

FILE = "revwork.toml"
RESERVED = {
    *("net", "net_local", "rate", "cost", "is_return", "product_name", "unit", "unit_cost"),
    *("period", "base", "current", "change", "change_rate", "share", "contribution", "target"),
    *("gross_margin", "margin_rate", "order_costs", "marketing"),
}
_SAMPLES = (".", "sample", "data/sample")
_CLOSED = ConfigDict(extra="forbid", hide_input_in_errors=True)
_DATABASE_FILES = ("duckdb://", "sqlite://")


def _encoding(text: str) -> str:
    try:
        return codecs.lookup(text).name
    except LookupError:
        raise ValueError('is no encoding, such as "utf-8" or "cp1252"') from None


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):
        raise ValueError('is no time zone, such as "Europe/Madrid"') from None


def _code(text: str) -> str:
    if not (len(text) == 3 and text.isascii() and text.isupper()):
        raise ValueError('is no ISO code, such as "EUR"')
    return text


def _table(text: str) -> str:
    if text not in TABLES:
        raise ValueError(f"is not a table{nearest(text, TABLES)}")
    return text


def _preset(text: str) -> str:
    from revwork.data.preset import NAMES

    if text not in NAMES:
        raise ValueError(f"is not a preset{nearest(text, NAMES)}")
    return text


def _column(text: str) -> str:
    if not (text.isidentifier() and text.islower()) or text.startswith("_"):
        raise ValueError("is not in lower case with underscores")
    return text


def _calendar(section: dict[str, Any]) -> Calendar:
    known = [option.name for option in fields(Calendar)]
    if unknown := [
        f"{key} is not known{nearest(key, known)}" for key in sorted(section.keys() - known)
    ]:
        raise ValueError(" ".join(unknown))
    return Calendar(**section)


Zone = Annotated[str, AfterValidator(_zone)]
Code = Annotated[str, AfterValidator(_code)]


@declared(frozen=True, config=_CLOSED)
class Source:
    """Where a table lives and how to read it; None is found out from the file.

    `file`: a file, one in a .zip, a pattern or a folder of several; else `address`: a database.
    `columns`: contract column → header, "" to leave it out. `values`: contract column →
    {theirs: ours}, "" for empty. `dimensions`: the company's own columns. `tax_rate`: amounts
    include that share of tax, or "tax_amount" where each row's tax stands in that column.
    `time_zone` and `currency`: of moments and rows that do not say. `table`: in a database.
    `sql`: a query of that database, or of the file's rows as the table `raw`; `beside`: name →
    further file that the query may join, under that name.
    `preset`: the known export it is; `keep_personal`: with its columns that name people.
    """

    name: str
    folder: Path
    file: str = ""
    address: str = ""
    columns: Mapping[str, str] = Field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    dimensions: list[Annotated[str, AfterValidator(_column)]] = Field(default_factory=list)
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    decimal: Literal[",", "."] | None = None
    date_format: str | None = None
    header_row: Annotated[int, Field(ge=1)] | None = None
    sheet: str | None = None
    table: str | None = None
    sql: str | None = None
    beside: Mapping[Annotated[str, AfterValidator(_column)], str] = Field(default_factory=dict)
    time_zone: Zone | None = None
    currency: Code | None = None
    tax_rate: Annotated[float, Field(ge=0, lt=1)] | Literal["tax_amount"] | None = None
    preset: Annotated[str, AfterValidator(_preset)] | None = None
    keep_personal: bool = False

    @property
    def is_remote(self) -> bool:
        """Whether its rows come from a database elsewhere, not from files."""
        return bool(self.address) and not self.address.startswith(_DATABASE_FILES)

    @property
    def path(self) -> Path:
        """The file itself, or what stands for several."""
        return self.folder / (self.file or self.address.partition("://")[2])

    @property
    def place(self) -> str:
        """What readers may know of where it is: the file, or the address without who and how."""
        inside = f" {self.table}" if self.table and self.address else ""
        return self.file or shown(self.address) + inside


@dataclass(frozen=True)
class Company:
    """A company by its revwork.toml: whose numbers these are, and how they are read."""

    name: str
    currency: str
    language: str
    time_zone: str
    calendar: Calendar
    folder: Path
    sources: Mapping[str, Source]
    confidentiality: str = ""

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

        today = today or datetime.now(ZoneInfo(self.time_zone)).date()
        return load(self, needs, enriches, today, audience)

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


@declared(frozen=True, config=_CLOSED)
class _Spec:
    currency: Code
    company: str | None = None
    language: Literal["en", "es", "fr"] = "en"
    confidentiality: str = ""
    time_zone: Zone = "UTC"
    calendar: Annotated[dict[str, Any], AfterValidator(_calendar)] = Field(default_factory=dict)
    tables: dict[Annotated[str, AfterValidator(_table)], Source] = Field(default_factory=dict)


def open_company(workspace: str | Path = ".") -> Company:
    """Return the company whose revwork.toml lies in the folder `workspace`.

    A relative folder is looked for in the working directory, then in each of its parents;
    the sample is found from anywhere. Raises DataError: no such folder, or all that is wrong.
    """
    folder = _find(Path(workspace).expanduser())
    try:
        toml = tomllib.loads((folder / FILE).read_text("utf-8-sig"))
        said = []
        for name, section in _sections(toml.get("tables")):
            said += _places(name, section)
            section |= {"name": name, "folder": folder}
        spec = TypeAdapter(_Spec).validate_python(toml)
    except ValidationError as error:
        raise DataError(*dict.fromkeys(map(_misfit, error.errors())), *said) from None
    except ValueError as error:
        raise DataError(f"{folder / FILE} cannot be read: {error}") from None
    said += [text for source in spec.tables.values() for text in _strangers(source)]
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
    """One of pydantic's complaints, with its place in revwork.toml."""
    *place, key = error["loc"][: 3 if error["loc"][0] == "tables" else 1]
    where = f"{FILE}: [{'.'.join(place)}] " if place else f"{FILE}: "
    given = error["input"]
    if error["type"] == "unexpected_keyword_argument":
        known = [option.name for option in fields(Source if place else _Spec)]
        return f'{where}"{key}" is not known{nearest(key, sorted({*known} - {"name", "folder"}))}'
    if error["type"] == "missing":
        return f'{where}{key} is missing: add {key} = "…"'
    if error["type"] == "value_error":
        said = f'"{given}" ' if isinstance(given, str) else ""
        return f"{where}{'' if key == '[key]' else f'{key} '}{said}{error['ctx']['error']}"
    said = "" if key == "address" else f", not {given!r}"
    return f"{where}{key} {error['msg'].replace('Input ', '')}{said}"


def _places(table: str, section: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with where a table's section says that it lives, repeating no address."""
    where = f"{FILE}: [tables.{table}]"
    file, address = str(section.get("file", "")), section.get("address", "")
    if not (file or address):
        yield f'{where} file is missing: add file = "…"'
    if file and address:
        yield f"{where} has a file and an address: leave one out"
    if "://" in file:
        yield f"{where} file is an address: say address = in place of file ="
    if isinstance(address, str) and address and (wrong := objection(address)):
        yield f"{where} {wrong}"
    if "beside" in section and not (file and section.get("sql")):
        yield f"{where} has files beside it: say in sql = how they are joined to the file's rows"
    if "table" in section and "sql" in section:
        yield f"{where} has a table and an sql: leave one out"


def _strangers(source: Source) -> Iterator[str]:
    """Columns of a table's section that neither its contract nor `dimensions` know."""
    columns = list(contract(source.name).to_schema().columns)
    known = [*columns, *source.dimensions]
    for part in ("columns", "values"):
        for column in sorted(getattr(source, part).keys() - known):
            place = f"{FILE}: [tables.{source.name}.{part}]"
            yield f'{place} "{column}" is not a column of {source.name}{nearest(column, known)}'
    for column in sorted(RESERVED & set(source.dimensions)):
        yield (
            f'{FILE}: [tables.{source.name}] the dimension "{column}" has the name of a figure: '
            f'give it another, such as "own_{column}", with its header under columns'
        )
    for column in sorted(set(columns) & set(source.dimensions)):
        yield f"{FILE}: [tables.{source.name}] dimensions need not name {column}, it is known"
