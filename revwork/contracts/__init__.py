"""What each table must look like: one file per table, named after it.

A contract is a pandera model: its docstring says what a row is and which questions the
table answers, its fields say what each column means and what is allowed. A file may also
define `complete(table)`: how columns a source leaves out follow from the ones it has.
"""

from importlib import import_module
from pathlib import Path

import ibis.expr.datatypes as dt
import pandera.ibis as pa

Day = dt.Date
Money = dt.Decimal(18, 4)
Quantity = dt.Decimal(18, 4)
Rate = dt.Decimal(18, 8)

TABLES = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def required(meaning: str, **limits: object) -> object:
    """Return a column every row must fill, with pandera's limits (ge, isin …; not unique)."""
    return pa.Field(description=meaning, n_failure_cases=3, **limits)


def optional(meaning: str, **limits: object) -> object:
    """Return a column a source may leave out and a row may leave empty."""
    return pa.Field(description=meaning, nullable=True, n_failure_cases=3, **limits)


def contract(table: str) -> type[pa.DataFrameModel]:
    """Return the model of `table`, from the file of the same name."""
    name = "".join(word.title() for word in table.split("_"))
    return getattr(import_module(f"revwork.contracts.{table}"), name)
