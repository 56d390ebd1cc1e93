"""What changed from one run to another: numbers, findings, tables, and how reports ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from json import dumps
from typing import Any

Row = Mapping[str, Any]
_ROUNDING = {"money": 0.5, "count": 0.5, "cents": 0.005, "percent": 0.0005, "rate": 0.0005}
_ROUGHLY = 0.05  # half of the last digit that is shown, of all other units


@dataclass(frozen=True)
class Run:
    """What a run left behind, as its manifest.json, findings.json and kpis.json hold it."""

    manifest: Row
    findings: Sequence[Row]
    kpis: Sequence[Row]


def previous(manifest: Row, earlier: Iterable[Row]) -> Row | None:
    """Return the manifest among `earlier`, newest first, that a run is held against.

    Same workspace, same parameters of each notebook that both ran; of those the one with most
    notebooks in common, of those the newest. A run that failed before it knew its workspace
    matches by parameters alone.
    """
    best, most = None, 0
    for other in earlier:
        shared = _shared(manifest, other)
        if shared > most:
            best, most = other, shared
        if most == len(manifest["notebooks"]):
            break
    return best


def compare(before: Run, after: Run) -> dict[str, Any]:
    """Return what changed, in what JSON knows; numbers and findings where a notebook ran in both.

    `since`: the earlier run. `notebooks`: how it ended before, after, reason. `tables`: those that
    lost rows or days, or are no longer read: [before, after] of rows and last_day. `kpis`: those
    that moved by more than rounding, with before and after. `new`, `gone`, `changed`: findings by
    id, with their money before and after.
    """
    both = _succeeded(before.manifest) & _succeeded(after.manifest)
    olds, news = (_by_id(run.findings, both) for run in (before, after))
    return {
        "since": before.manifest["run"],
        "notebooks": _ended(before.manifest, after.manifest),
        "tables": _tables(before.manifest, after.manifest),
        "kpis": _numbers(before.kpis, after.kpis, both),
        "new": [_told(None, one) for id_, one in news.items() if id_ not in olds],
        "gone": [_told(one, None) for id_, one in olds.items() if id_ not in news],
        "changed": [
            _told(olds[id_], one)
            for id_, one in news.items()
            if id_ in olds and _moved(_worth(olds[id_]), _worth(one), "money")
        ],
    }


def _shared(manifest: Row, other: Row) -> int:
    """How many notebooks both ran with the same parameters; none where any differs."""
    names = (manifest["workspace"], other["workspace"])
    if None not in names and names[0] != names[1]:
        return 0
    mine, theirs = ({_name(e): e["parameters"] for e in m["notebooks"]} for m in (manifest, other))
    common = mine.keys() & theirs.keys()
    return len(common) if all(mine[name] == theirs[name] for name in common) else 0


def _name(row: Row) -> str:
    """A notebook, behind the set of a matrix that it ran for."""
    return "/".join(filter(None, [row.get("set"), row["notebook"]]))


def _succeeded(manifest: Row) -> set[str]:
    return {_name(e) for e in manifest["notebooks"] if e["status"] == "succeeded"}


def _ended(before: Row, after: Row) -> list[dict[str, Any]]:
    was = {_name(entry): entry["status"] for entry in before["notebooks"]}
    return [
        {
            "notebook": _name(entry),
            "before": was[_name(entry)],
            "after": entry["status"],
            "reason": entry["reason"],
        }
        for entry in after["notebooks"]
        if was.get(_name(entry), entry["status"]) != entry["status"]
    ]


def _tables(before: Row, after: Row) -> list[dict[str, Any]]:
    """Those with less than before; one not read counts only where no notebook is lacking."""
    now = {given["table"]: given for given in after["inputs"]}
    all_ran = _succeeded(before) <= _succeeded(after)
    pairs = [(was, now.get(was["table"], {})) for was in before["inputs"]]
    return [
        {"table": was["table"]}
        | {name: [was.get(name), given.get(name)] for name in ("rows", "last_day")}
        for was, given in pairs
        if (_lost(was, given) if given else all_ran)
    ]


def _lost(was: Row, given: Row) -> bool:
    fewer = given["rows"] < was["rows"]
    return fewer or (given.get("last_day") or "") < (was.get("last_day") or "")


def _numbers(before: Sequence[Row], after: Sequence[Row], both: set[str]) -> list[dict[str, Any]]:
    olds, news = (
        {_key(one): one for one in reversed(kpis) if _name(one) in both} for kpis in (before, after)
    )
    moved = []
    for key in reversed({**olds, **news}):
        old, new = olds.get(key), news.get(key)
        one = new or old
        values = [given and given["value"] for given in (old, new)]
        if _moved(*values, one["unit"]):
            told = {name: one[name] for name in ("metric", "segment", "unit", "notebook")}
            periods = [given and given["period"] for given in (old, new)]
            moved.append(told | {"period": periods, "before": values[0], "after": values[1]})
    return moved


def _key(kpi: Row) -> tuple[str, str]:
    return kpi["metric"], dumps([kpi.get("set"), kpi["segment"]], sort_keys=True)


def _moved(before: float | None, after: float | None, unit: str) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(after - before) > _ROUNDING.get(unit, _ROUGHLY)


def _by_id(findings: Sequence[Row], notebooks: set[str]) -> dict[str, Row]:
    return {(one.get("set"), one["id"]): one for one in findings if _name(one) in notebooks}


def _told(before: Row | None, after: Row | None) -> dict[str, Any]:
    one = after or before
    told = {n: one[n] for n in ("id", "notebook", "department", "direction", "claim")}
    currency = (one["impact"] or {}).get("currency")
    return told | {"before": _worth(before), "after": _worth(after), "currency": currency}


def _worth(finding: Row | None) -> float | None:
    return finding["impact"]["value"] if finding and finding["impact"] else None
