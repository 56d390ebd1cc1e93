"""Outcomes: what came of the actions that were begun, beside what was expected of them."""

from collections.abc import Sequence
from datetime import date

import ibis
import pandas as pd

from revwork.actions import Action, Step, said
from revwork.analysis.actions.action_weeks import varied, weekly
from revwork.analysis.actions.expectation import against_path, path
from revwork.analysis.actions.measured import Effect, against_controls
from revwork.findings import Message

_BASIS = "contribution_margin"
_COLUMNS = [
    *("id", "to_do", "method", "since_date", "weeks", "verdict", "told_from_date"),
    *("expected", "low_expected", "high_expected", "measured", "low_measured", "high_measured"),
    *("p", "has_sign", "is_clear", "is_within"),
]


def effects(
    lines: ibis.Table, actions: Sequence[Action], last: date
) -> list[tuple[Action, Effect]]:
    """Return each action that was begun with its effect, as far as it can be told by the last day.

    Against the other values of a dimension where the lines know one that its finding names; else
    against the expectation kept when it was decided, or, where none was, what would have been
    expected from the weeks before.
    """
    begun = [one for one in actions if one.since and one.since <= last]
    return [(one, _effect(lines, one, last)) for one in begun]


def kept_path(lines: ibis.Table, action: Action, decided: date) -> list[Step]:
    """Return what an action's part is expected to bring in from that day on; may be empty."""
    weeks = weekly(lines, action.finding["segment"], _basis(action), decided)
    return path(weeks, decided)


def rows(measured: Sequence[tuple[Action, Effect]]) -> pd.DataFrame:
    """Return one row for each action that was begun, oldest first.

    Columns: id, to_do, method, since_date, weeks (since), verdict, told_from_date; expected and
    measured (money a year, null where not known), low_ and high_ of both (95 %); p (of parallel
    trends before); has_sign (the effect has the sign expected), is_clear (and is beyond chance),
    is_within (the intervals meet), null where expected or measured is not known.
    """
    told = pd.DataFrame([_row(*pair) for pair in measured], columns=_COLUMNS)
    return told.sort_values(["since_date", "id"], ignore_index=True)


def _effect(lines: ibis.Table, action: Action, last: date) -> Effect:
    segment, basis = action.finding["segment"], _basis(action)
    weeks = weekly(lines, segment, basis, last)
    if varied(lines, segment) and weeks.shape[1] > 1:
        return against_controls(weeks, action.since, _began(action))
    decided = min([action.since, *action.days.values()])
    steps = action.path or path(weeks, decided)
    return against_path(weeks, steps, action.since)


def _basis(action: Action) -> str:
    return (action.finding.get("impact") or {}).get("basis", _BASIS)


def _began(action: Action) -> date | None:
    """Since when there is what the finding tells of, if it says so."""
    claim = said(action.finding, "claim")
    since = claim.values.get("since") if isinstance(claim, Message) else None
    return since if isinstance(since, date) else None


def _row(action: Action, effect: Effect) -> dict:
    hoped = action.expected
    row = {"id": action.id, "to_do": action.text, "since_date": action.since}
    row |= {"verdict": effect.verdict, "method": effect.method, "weeks": effect.weeks}
    row |= {"told_from_date": effect.told_from, "p": effect.p_parallel}
    row |= {"measured": effect.value, "low_measured": effect.low, "high_measured": effect.high}
    if hoped:
        row |= {"expected": hoped.value, "low_expected": hoped.low, "high_expected": hoped.high}
    if hoped and effect.value is not None:
        row["has_sign"] = effect.value * hoped.value > 0
        row["is_clear"] = row["has_sign"] and effect.low * effect.high > 0
        row["is_within"] = effect.low <= hoped.high and hoped.low <= effect.high
    return row
