"""`revwork init`: a new workspace, ready for its files."""

from pathlib import Path

from revwork import contracts
from revwork.contracts import of_department
from revwork.data.source import FILE
from revwork.data.wording import DataError

DEPARTMENTS = {name: ", ".join(of_department(name)) for name in contracts.DEPARTMENTS}

_TOML = """\
# A company: whose numbers these are, and where each of its tables lives.
company = {name}
currency = "EUR"              # reports are in it; other currencies need the table fx_rates
language = "en"               # en, es or fr
time_zone = "Europe/Madrid"   # decides on which day an order falls

[calendar]
fiscal_year_start = 1         # month
week_start = "monday"

# Put each department's files into its folder, then say
#   revwork import sales/orders.csv     a known export is recognised, else a mapping is proposed
#   revwork check                       what is usable, and what one more table would answer
#
# A table is said like this; columns spelled as in the contract need no line:
#   [tables.orders]
#   file = "sales/orders.csv"
#   [tables.orders.columns]
#   order_id = "Order No"
#   [tables.orders.values.status]
#   "Dispatched" = "shipped"
#
# The tables of each department:
{tables}"""


def begin(folder: Path) -> Path:
    """Make a workspace in `folder`: revwork.toml and a folder for each department.

    Returns the path of its revwork.toml. Raises DataError where one is there already.
    """
    place = folder / FILE
    if place.exists():
        raise DataError(f"{place} is there already; nothing was changed")
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder} is a file; name a folder")
    for department in DEPARTMENTS:
        (folder / department).mkdir(parents=True, exist_ok=True)
    listed = "".join(f"#   {name + '/':<15}{tables}\n" for name, tables in DEPARTMENTS.items())
    name = folder.resolve().name.replace("\\", "").replace('"', "")
    place.write_text(_TOML.format(name=f'"{name}"', tables=listed), "utf-8")
    return place
