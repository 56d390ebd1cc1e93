"""Which departments' tables are held against each other, and what came of it, kept with them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import ibis

from revwork.data import cache
from revwork.data.parquet import schema
from revwork.data.quality import Note
from revwork.findings import Message, Unanswered

if TYPE_CHECKING:
    from revwork.workspace import Company

_PAIRS = {
    "deals_against_orders": ("opportunities", "orders"),
    "deals_against_finance": ("opportunities", "expenses"),
    "claims_against_orders": ("spend", "touchpoints", "orders"),
    "subscriptions_against_invoices": ("subscriptions", "orders"),
    "advertising_against_expenses": ("spend", "expenses"),
}
_RATES = "fx_rates"


def differences(company: "Company", tables: Mapping[str, ibis.Table]) -> list[dict[str, Any]]:
    """Return what came of every comparison that the tables, all with rows, allow.

    Each: title, tables, and either `unanswered`, why not, or agree, ours, theirs, difference,
    month and largest (the month that differs most), template, values and reason (a `message`), and
    months (month, ours, theirs, difference). Worked out once for the same tables.
    """
    return [
        cache.recalled(
            company,
            f"{name}-{len(tables.keys() & {_RATES})}",
            [table for table in (*pair, _RATES) if table in tables],
            lambda name=name, pair=pair: _compared(name, pair, tables, company.currency),
        )
        for name, pair in _PAIRS.items()
        if tables.keys() >= {*pair}
    ]


def notes(company: "Company", tables: Mapping[str, ibis.Table]) -> list[Note]:
    """Return a note on every comparison whose sides differ."""
    return [
        Note(
            table=found["tables"][0],
            kind="reconciliation",
            message=message(found),
            count=len(found["months"]),
            example=found["month"],
        )
        for found in differences(company, tables)
        if not found.get("agree", True)
    ]


def message(found: Mapping[str, Any]) -> Message:
    """Return the sentence on a comparison whose sides were told."""
    return Message(found["template"], {**found["values"], "reason": Message(**found["reason"])})


def _compared(
    name: str, pair: tuple[str, ...], tables: Mapping[str, ibis.Table], currency: str
) -> dict[str, Any]:
    from revwork.analysis import reconciliation

    title = name.replace("_", " ").capitalize()
    told = {"title": title, "tables": [*pair]}
    rates = tables.get(_RATES)
    rates = ibis.memtable([], schema=schema(_RATES)) if rates is None else rates
    given = [tables[table] for table in pair]
    try:
        found = getattr(reconciliation, name)(*given, rates, currency)
    except Unanswered as error:
        return told | {"unanswered": str(error)}
    return told | _plain(found)


def _plain(found: Any) -> dict[str, Any]:
    month, largest = found.largest
    rows = found.months.assign(month=[f"{day:%Y-%m}" for day in found.months.month])
    return {
        "agree": found.agree,
        "ours": round(float(found.months.ours.sum()), 2),
        "theirs": round(float(found.months.theirs.sum()), 2),
        "difference": round(found.total, 2),
        "month": f"{month:%Y-%m}",
        "largest": round(largest, 2),
        "template": found.message.template,
        "values": {key: one for key, one in found.message.values.items() if key != "reason"},
        "reason": asdict(found.reason),
        "months": rows.round(2).to_dict("records"),
    }
