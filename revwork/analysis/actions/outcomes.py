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
    *("finding", "since_date", "held_against", "weeks", "expected", "low_expected"),
    *("high_expected", "measured", "low", "high"),
    *("outcome", "verdict", "p", "has_sign", "is_clear", "is_within", "id"),
]
SHOWN = (
    *("finding", "since_date", "held_against", "weeks", "expected", "measured"),
    *("low", "high", "p", "outcome"),
)
_NOT_TOLD = {
    "too early": "Too early: it can be told after {day:date}",
    "apart before": "Not told: it moved apart from its likes before",
    "too short before": "Not told: too little is known of the time before",
    "no sales": "Not told: no sales to hold it against",
}


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

    Columns: finding, since_date, held_against (control or expectation), weeks (since);
    expected with low_ and high_, measured with low and high (money a year, 95 %, null where not
    known); outcome (in words), verdict; p (of parallel trends before); has_sign (the effect has the
    sign expected), is_clear (and is beyond chance), is_within (the intervals meet), null where
    expected or measured is not known; id.
    """
    told = pd.DataFrame([_row(*pair) for pair in measured], columns=_COLUMNS)
    return told.sort_values(["since_date", "id"], ignore_index=True)


def reading(rows: pd.DataFrame) -> Message:
    """Say of how many actions the effect can be told, and how many are beyond chance."""
    known = rows[rows.has_sign.notna()]
    if known.empty:
        return Message(
            "Actions begun: {n:number}; the effect of none can be told yet", {"n": len(rows)}
        )
    clear = int((known.low.astype(float) * known.high.astype(float) > 0).sum())
    return Message(
        "Effects that can be told: {known:number} of {n:number}; beyond chance: {clear:number}",
        {"known": len(known), "n": len(rows), "clear": clear},
    )


def drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Return measured effects as a picture has them: name, current, base (expected), low, high."""
    known = rows[rows.measured.notna()]
    names = {"measured": "current", "expected": "base"}
    return known.rename(columns=names)[["finding", "current", "base", "low", "high"]]


def clearest(rows: pd.DataFrame) -> Message:
    """Name the action whose effect is largest for its interval, of those that `drawn` returns."""
    wide = (rows.high - rows.low).astype(float)
    first = rows.loc[(rows.current.astype(float).abs() / wide).idxmax()]
    return Message(
        "Clearest effect: “{finding:text}”, {value:signed} a year ({low:money} to {high:money})",
        {"finding": first.finding, "value": first.current, "low": first.low, "high": first.high},
    )


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
    row = {
        "id": action.id,
        "finding": said(action.finding, "claim"),
        "since_date": action.since,
        "p": effect.p_parallel,
    }
    row |= {"verdict": effect.verdict, "held_against": effect.method, "weeks": effect.weeks}
    row["measured"] = effect.value
    row |= {"low": effect.low, "high": effect.high}
    if hoped:
        row["expected"] = hoped.value
        row |= {"low_expected": hoped.low, "high_expected": hoped.high}
    if hoped and effect.value is not None:
        row["has_sign"] = effect.value * hoped.value > 0
        row["is_clear"] = row["has_sign"] and effect.low * effect.high > 0
        row["is_within"] = effect.low <= hoped.high and hoped.low <= effect.high
    return row | {"outcome": _outcome(effect)}


def _outcome(effect: Effect) -> Message:
    """In words, whether there is an effect, or why it cannot be told."""
    if effect.verdict != "measured":
        return Message(_NOT_TOLD[effect.verdict], {"day": effect.told_from})
    if effect.low * effect.high <= 0:
        return Message("Within what chance does", {})
    return Message("More than without it" if effect.value > 0 else "Less than without it", {})
