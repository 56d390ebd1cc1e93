"""Where one table lives and how to read it, as its section of revwork.toml says."""

import codecs
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass as declared

from revwork.contracts import contract
from revwork.data.secrets import objection, shown
from revwork.data.wording import nearest

FILE = "revwork.toml"
RESERVED = {
    *("net", "net_local", "rate", "cost", "is_return", "product_name", "unit", "unit_cost"),
    *("period", "base", "current", "change", "change_rate", "share", "contribution", "target"),
    *("gross_margin", "margin_rate", "order_costs", "marketing"),
}
CLOSED = ConfigDict(extra="forbid", hide_input_in_errors=True)
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


def _preset(text: str) -> str:
    from revwork.data.preset import NAMES

    if text not in NAMES:
        raise ValueError(f"is not a preset{nearest(text, NAMES)}")
    return text


def _column(text: str) -> str:
    if not (text.isidentifier() and text.islower()) or text.startswith("_"):
        raise ValueError("is not in lower case with underscores")
    return text


Zone = Annotated[str, AfterValidator(_zone)]
Code = Annotated[str, AfterValidator(_code)]


@declared(frozen=True, config=CLOSED)
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
    `max_age_days`: how old its last day may be; `when_stale`: what a report does beyond that.
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
    max_age_days: Annotated[int, Field(ge=0)] | None = None
    when_stale: Literal["fail", "warn", "badge"] = "warn"

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


def misplaced(table: str, section: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with where a table's section says that it lives, repeating no address."""
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


def strangers(source: Source) -> Iterator[str]:
    """Name the columns of a table's section that neither its contract nor `dimensions` know."""
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
