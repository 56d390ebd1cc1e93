"""What of a company's data is usable: by department, by notebook, and between departments."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from revwork.contracts import DEPARTMENTS, TABLES, of_department
from revwork.data import cache, quality, reconciled
from revwork.data.loading import answers, load_apart
from revwork.data.source import FILE
from revwork.data.sql import literal, name
from revwork.data.wording import DataError
from revwork.findings import Message

if TYPE_CHECKING:
    from revwork.data.loading import Tables
    from revwork.workspace import Company

_MONTHS = 36
Reads = Mapping[str, Sequence[str]]
Say = Callable[[Message], str]


def facts(
    company: "Company",
    notebooks: Mapping[str, Reads],
    say: Say,
    today: date | None = None,
) -> dict[str, Any]:
    """Return what `revwork check` tells, in JSON's types; `notebooks`: name → what it reads.

    `say` puts a message into words.

    company, as_of, today (ISO days), usable (no table has a breach), and lists of departments
    (department, tables: table, place, rows, first_day, last_day, behind: days to as_of, months:
    rows of each calendar month up to as_of, breaches, warnings; absent: table, answers, enables
    and enriches: notebooks), reconciliations (title, tables, unanswered or figures, sentence)
    and notebooks (notebook, ready, lacks, without: tables). A table with a breach has no figures.
    """
    today = today or datetime.now(ZoneInfo(company.time_zone)).date()
    told = [today.isoformat(), (company.folder / FILE).read_text("utf-8"), json.dumps(notebooks)]

    def work() -> dict[str, Any]:
        return _facts(company, notebooks, say, today)

    try:
        return cache.recalled(company, "check", [*company.sources], work, told)
    except DataError:
        return work()


def _facts(
    company: "Company", notebooks: Mapping[str, Reads], say: Say, today: date
) -> dict[str, Any]:
    loaded, broken = load_apart(company, today)
    usable = {one.table for one in loaded.inputs if one.rows} - broken.keys()
    tables = {one["table"]: one for one in _tables(company, loaded, broken, say)}
    return {
        "company": company.name,
        "as_of": loaded.as_of.isoformat(),
        "today": today.isoformat(),
        "usable": not broken,
        "departments": [_department(one, tables, notebooks, usable) for one in DEPARTMENTS],
        "reconciliations": _reconciliations(company, loaded, usable, say),
        "notebooks": [_notebook(name, reads, usable) for name, reads in notebooks.items()],
    }


def _tables(
    company: "Company", loaded: "Tables", broken: Mapping[str, Sequence[str]], say: Say
) -> list[dict[str, Any]]:
    given = {one.table: one for one in loaded.inputs}
    months = _months(loaded)
    found = []
    for table, source in company.sources.items():
        one = given.get(table)
        days = {"first_day": one and one.first_day, "last_day": one and one.last_day}
        counts, behind = months.get(table, ([], None))
        notes = [n for n in loaded.notes if n.table == table and n.kind != "reconciliation"]
        found.append(
            {
                "table": table,
                "place": source.place,
                "rows": one and one.rows,
                **{key: day and day.isoformat() for key, day in days.items()},
                "behind": behind,
                "months": counts,
                "breaches": [*broken.get(table, ())],
                "warnings": [say(note.message) for note in notes],
            }
        )
    return found


def _months(loaded: "Tables") -> dict[str, tuple[list[int], int]]:
    """Rows of each of the last months up to as_of, and the days without rows up to it."""
    dated = {one.table: quality.day_column(one.table) for one in loaded.inputs if one.first_day}
    if not dated:
        return {}
    counts = " UNION ALL ".join(
        f"SELECT {literal(table)}, 12 * year({day}) + month({day}) AS month, count(*), max({day}) "
        f"FROM {name(table)} WHERE {day} <= DATE '{loaded.as_of}' GROUP BY month"
        for table, day in dated.items()
    )
    found: dict[str, dict[int, tuple[int, date]]] = {table: {} for table in dated}
    for table, month, rows, last in quality.engine_of(loaded.tables).execute(counts).fetchall():
        found[table][month] = (rows, last)
    until = 12 * loaded.as_of.year + loaded.as_of.month
    return {
        table: (
            [months.get(month, (0,))[0] for month in range(until - _MONTHS + 1, until + 1)],
            (loaded.as_of - max(last for _, last in months.values())).days,
        )
        for table, months in found.items()
        if months
    }


def _department(
    department: str,
    tables: Mapping[str, dict[str, Any]],
    notebooks: Mapping[str, Reads],
    usable: set[str],
) -> dict[str, Any]:
    own = of_department(department)
    absent = [_absent(table, notebooks, usable) for table in own if table not in tables]
    return {
        "department": department,
        "tables": [tables[table] for table in own if table in tables],
        "absent": absent,
    }


def _absent(table: str, notebooks: Mapping[str, Reads], usable: set[str]) -> dict[str, Any]:
    """A table that is not there: what it answers, and which notebooks it alone would open."""
    return {
        "table": table,
        "answers": answers(table),
        "enables": [n for n, reads in notebooks.items() if _lacks(reads, usable) == [table]],
        "enriches": [n for n, reads in notebooks.items() if table in reads.get("enriches", ())],
    }


def _notebook(name: str, reads: Reads, usable: set[str]) -> dict[str, Any]:
    lacks = _lacks(reads, usable)
    without = [table for table in reads.get("enriches", ()) if table not in usable]
    return {"notebook": name, "ready": not lacks, "lacks": lacks, "without": without}


def _lacks(reads: Reads, usable: set[str]) -> list[str]:
    return [table for table in reads.get("needs", ()) if table not in usable]


def _reconciliations(
    company: "Company", loaded: "Tables", usable: set[str], say: Say
) -> list[dict[str, Any]]:
    filled = {table: loaded.tables[table] for table in TABLES if table in usable}
    return [_told(found, say) for found in reconciled.differences(company, filled)]


def _told(found: dict[str, Any], say: Say) -> dict[str, Any]:
    if "unanswered" in found:
        return found | {"sentence": found["unanswered"]}
    figures = {key: found[key] for key in found.keys() - {"template", "values", "reason"}}
    return figures | {"sentence": say(reconciled.message(found))}
