"""Action list: what is proposed, what is under way, what is late, as a reader should meet it."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from revwork.actions import DAYS, Action, said
from revwork.findings import Message

OPEN = ("decided", "started")
FIRST = 12  # proposals that a page lists
SHOWN = ("rank", "finding", "department", "expected_amount", "due_date", "late")


def listed(actions: Sequence[Action], day: date) -> pd.DataFrame:
    """Return one row for each action, in their order.

    Columns: rank, finding, to_do, department, expected_amount (money a year, at most;
    null where not known), low_ and high_ of it, confidence_share, effort, effort_days, due_date,
    status, late (whether it should have been done before that day), owner, note, id.
    """
    rows = [_row(rank, one, day) for rank, one in enumerate(actions, start=1)]
    return pd.DataFrame(rows, columns=_COLUMNS)


def proposed(actions: Sequence[Action]) -> list[Action]:
    """Return the actions that nobody decided about yet."""
    return [one for one in actions if one.status == "proposed"]


def under_way(actions: Sequence[Action]) -> list[Action]:
    """Return what was decided and is not done, first what is due first."""
    found = [one for one in actions if one.status in OPEN]
    return sorted(found, key=lambda one: (one.due or date.max, one.id))


def standing(actions: Sequence[Action], rate: tuple[str, float] | None, day: date) -> list[Message]:
    """Say how many actions there are, what they may bring, and what is late.

    `rate` is what `worth.run_rate` returns: basis and money a year.
    """
    waiting, going = proposed(actions), under_way(actions)
    done = [one for one in actions if one.status == "done"]
    told = [
        Message(
            "Actions proposed: {proposed:number}; under way: {going:number}; done: {done:number}.",
            {"proposed": len(waiting), "going": len(going), "done": len(done)},
        )
    ]
    worth = [one for one in waiting if one.expected]
    if worth:
        told.append(
            Message(
                "Most money for a day of work: “{first:text}”, {worth:money} a year at most.",
                {"first": said(worth[0].finding, "claim"), "worth": worth[0].expected.value},
            )
        )
        told += _beside(sum(one.expected.value for one in worth), rate)
    late = [one for one in going if one.is_overdue(day)]
    if late:
        told.append(
            Message(
                "Late on {day:date}: {n:number}, first “{first:text}”, due on {due:date}.",
                {
                    "day": day,
                    "n": len(late),
                    "first": said(late[0].finding, "claim"),
                    "due": late[0].due,
                },
            )
        )
    elif going:
        told.append(Message("Nothing under way is late on {day:date}.", {"day": day}))
    return told


def going(rows: pd.DataFrame) -> Message:
    """Say how many actions are under way and how many of them are late."""
    if rows.empty:
        return Message("Nothing was decided yet", {})
    told = {"n": len(rows), "late": int(rows.late.sum())}
    return Message("Under way: {n:number}; late: {late:number}", told)


def matrix(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `listed` with a known effect as points: rank, effort, effect, direction.

    Columns: rank (text), effort_days, expected_amount, group.
    """
    known = rows[rows.expected_amount.notna()]
    points = {
        "rank": known["rank"].astype(str),
        "effort_days": known.effort_days.astype(float),
        "expected_amount": known.expected_amount.astype(float),
        "group": known.direction,
    }
    return pd.DataFrame(points)


def reading(points: pd.DataFrame) -> Message:
    """Say how much of what is expected small efforts may bring."""
    small = points[points.effort_days == DAYS["S"]]
    return Message(
        "Of {all:money} a year at most, small efforts may bring {small:money}",
        {"all": points.expected_amount.sum(), "small": small.expected_amount.sum()},
    )


def title(rows: pd.DataFrame) -> Message:
    """Say what the list is ranked by."""
    if rows.empty:
        return Message("Nothing is proposed: no finding waits for a decision", {})
    text = "Most for a day of work first (effect × confidence ÷ effort): {n:number}"
    return Message(text, {"n": len(rows)})


_COLUMNS = [
    *("rank", "finding", "to_do", "department", "expected_amount", "low_expected_amount"),
    *("high_expected_amount", "confidence_share", "effort", "effort_days", "due_date", "status"),
    *("late", "owner", "note", "direction", "id"),
]


def _beside(worth: float, rate: tuple[str, float] | None) -> list[Message]:
    """What all proposals may bring, against what the company makes a year."""
    if rate is None or rate[1] <= 0:
        return []
    told = {"worth": worth, "share": worth / rate[1], "basis": rate[0], "rate": rate[1]}
    text = (
        "All that is proposed may bring {worth:money} a year at most, {share:percent} of today's "
        "{basis:lower} of {rate:money}; actions may overlap, so the sum is a bound."
    )
    return [Message(text, told)]


def _row(rank: int, action: Action, day: date) -> dict:
    hoped = action.expected
    row = {"rank": rank, "finding": said(action.finding, "claim"), "to_do": action.text}
    row |= {"department": action.department, "effort": action.effort}
    row |= {"effort_days": DAYS[action.effort], "due_date": action.due, "status": action.status}
    row |= {"late": action.is_overdue(day), "owner": action.owner, "note": action.note}
    row |= {"direction": action.finding["direction"], "id": action.id}
    row["confidence_share"] = action.finding.get("confidence")
    if hoped:
        row |= {"expected_amount": hoped.value}
        row |= {"low_expected_amount": hoped.low, "high_expected_amount": hoped.high}
    return row
