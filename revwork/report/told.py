"""What the headline numbers say together, in two or three sentences under their cards."""

import re
from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from statistics import stdev

from revwork.metrics import Kpi
from revwork.report.words import Reader, is_unknown

_MOST = 3  # names that a sentence lists
_GOOD = {"higher": 1, "lower": -1}
_SO_FAR = "The period is not over: it is held against as many days of the other."
Written = Callable[[Kpi], str]


def sentences(kpis: Sequence[Kpi], change: Written, value: Written, reader: Reader) -> list[str]:
    """Return what the first number is, what went better or worse, and which targets were missed.

    A change is called better or worse where it is larger than chance among the metric's months
    would make it. `change` and `value` write those of a Kpi. A number alone needs no words beside
    its card, and an estimate's card has its interval.
    """
    known = [kpi for kpi in kpis if not is_unknown(kpi.value) and kpi.level is None]
    if len(known) < 2:
        return []
    opening = [reader.say(_SO_FAR)] if reader.is_partial else []
    found = [
        *opening,
        *_first(known[:1], change, value, reader),
        *_moves(known[1:], change, reader),
    ]
    return [*found, *_aims(known, reader)]


def _first(kpis: Sequence[Kpi], change: Written, value: Written, reader: Reader) -> Iterator[str]:
    for kpi in kpis:
        told = {"metric": kpi.metric, "value": value(kpi)}
        if is_unknown(kpi.change):
            yield reader.words(
                "{metric:label}: {value:told}, and nothing to hold it against.", **told
            )
        elif is_within_spread(kpi):
            yield reader.words(
                "{metric:label}: {value:told}, {change:told} against the comparison, no more than "
                "its months differ anyway.",
                **told,
                change=change(kpi),
            )
        else:
            yield reader.words(
                "{metric:label}: {value:told}, {change:told} against the comparison.",
                **told,
                change=change(kpi),
            )


def _moves(kpis: Sequence[Kpi], change: Written, reader: Reader) -> Iterator[str]:
    judged = [kpi for kpi in kpis if kpi.better in _GOOD and not is_unknown(kpi.change)]
    clear = [kpi for kpi in judged if re.search("[1-9]", change(kpi)) and not is_within_spread(kpi)]
    gains = [kpi for kpi in clear if kpi.change * _GOOD[kpi.better] > 0]
    losses = [kpi for kpi in clear if kpi not in gains]
    if gains:
        yield reader.words("Better: {listed:told}.", listed=_listed(gains, change, reader))
    if losses:
        yield reader.words("Worse: {listed:told}.", listed=_listed(losses, change, reader))
    if judged and not clear:
        yield reader.words("Nothing else moved more than its months differ anyway.")


def _aims(kpis: Sequence[Kpi], reader: Reader) -> Iterator[str]:
    aimed = [kpi for kpi in kpis if kpi.better in _GOOD and not is_unknown(kpi.target)]
    missed = [kpi for kpi in aimed if (kpi.value - kpi.target) * _GOOD[kpi.better] < 0]
    if missed:
        names = ", ".join(reader.label(kpi.metric) for kpi in missed)
        yield reader.words("Short of target: {names:told}.", names=names)
    elif aimed:
        yield reader.words("Every target set is reached.")


def is_within_spread(kpi: Kpi) -> bool:
    """Return whether a change is no larger than the standard error among the last months.

    Of two periods of m months each: their standard deviation × √(2/m); the season is part of it,
    so the error is on the large side. Fewer than three months say nothing.
    """
    months = [value for value in kpi.series if not is_unknown(value)]
    if len(months) < 3 or is_unknown(kpi.change):
        return False
    change = kpi.value - kpi.comparison
    return abs(change) <= stdev(months) * sqrt(2 / _months(kpi.period))


def _months(period: str) -> int:
    """How many months a period has by its name: 2026-Q2 three, 2026 twelve, 2026-06 one."""
    part = period.partition("-")[2]
    return {"Q": 3, "H": 6}.get(part[:1], 1 if part else 12)


def _listed(kpis: Sequence[Kpi], change: Written, reader: Reader) -> str:
    first = (f"{reader.label(kpi.metric)} {change(kpi)}" for kpi in kpis[:_MOST])
    return ", ".join(first)
