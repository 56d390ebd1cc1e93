"""What each table must look like: one file per table, named after it.

A contract is a pandera model: its docstring says what a row is and which questions the
table answers, its fields say what each column means and what is allowed. A file may also
define `complete(table)`: how columns a source leaves out follow from the ones it has.

Marks say of a column what its values alone cannot:

- `refers_to="customers"`: it names a row of that table, by the first column of its key.
- `personal="Person"`: it names people; a reader who may not know them sees "Person 4F2A91…".
- `comment=True`: free text, in which anybody may be named; such a reader sees none of it.
- `with_tax=True`: a source whose amounts include tax includes it here.
- `not_before="created_on"`: what it tells never comes before (or is less than) that column.
- `scheduled=True`: a day that is set, not observed; it may lie ahead and says nothing of how
  fresh the table is.
"""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path

import ibis.expr.datatypes as dt
import pandera.ibis as pa

Day = dt.Date
Money = dt.Decimal(18, 4)
Quantity = dt.Decimal(18, 4)
Rate = dt.Decimal(18, 8)

TABLES = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
DEPARTMENTS = (
    *("sales", "subscriptions", "marketing", "service", "product", "customers"),
    *("finance", "people", "partners", "web", "market", "reputation"),
)


MARKS = ("refers_to", "personal", "comment", "with_tax", "not_before", "scheduled")


def required(meaning: str, **limits: object) -> object:
    """Return a column every row must fill, with marks and pandera's limits (ge, isin …)."""
    return _field(meaning, limits)


def optional(meaning: str, **limits: object) -> object:
    """Return a column a source may leave out and a row may leave empty."""
    return _field(meaning, limits | {"nullable": True})


def contract(table: str) -> type[pa.DataFrameModel]:
    """Return the model of `table`, from the file of the same name."""
    name = "".join(word.title() for word in table.split("_"))
    return getattr(import_module(f"revwork.contracts.{table}"), name)


def of_department(department: str) -> list[str]:
    """Return the tables of a department: those whose file names it as its DEPARTMENT."""
    modules = {table: import_module(f"revwork.contracts.{table}") for table in TABLES}
    return [table for table, module in modules.items() if department == module.DEPARTMENT]


def marked(table: str, mark: str, own: Iterable[str] = ()) -> dict[str, object]:
    """Return column → what the mark says of it, for the columns of `table` that have it.

    A column of the company's `own` has the mark that a contract sets on a column of that name.
    """
    named = {c: said for other in TABLES for c, said in _marks(other, mark).items()} if own else {}
    return {c: named[c] for c in own if c in named} | _marks(table, mark)


@cache
def key(table: str) -> str:
    """Return the column by which other tables name a row of `table`."""
    return contract(table).to_schema().unique[0]


@cache
def _marks(table: str, mark: str) -> dict[str, object]:
    columns = contract(table).to_schema().columns.items()
    found = {column: (field.metadata or {}).get(mark) for column, field in columns}
    return {column: said for column, said in found.items() if said}


def _field(meaning: str, limits: dict[str, object]) -> object:
    marks = {mark: limits.pop(mark) for mark in MARKS if mark in limits}
    return pa.Field(description=meaning, n_failure_cases=3, metadata=marks, **limits)
