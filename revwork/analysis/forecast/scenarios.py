"""Scenarios: named sets of assumptions against the base, and what each lever alone would do."""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

import numpy as np
import pandas as pd

from revwork.analysis.forecast.levers import Lever
from revwork.analysis.forecast.plan_gap import chance
from revwork.analysis.forecast.result_outlook import LEFT, Result, known_metrics, told
from revwork.analysis.money import in_cents
from revwork.calendar import Period
from revwork.findings import Message, Unanswered, Word

LEVERS = ("price", "budget", "heads", "churn", "conversion", "rival_price", "currency")
SWING = 0.10
SOURCES = {
    "price": Word("Own-price elasticity by category, page Pricing and offers"),
    "budget": Word("Response of revenue to all media, mix model of the page Marketing"),
    "heads": Word("Quota, attainment and ramp of sellers, page Sales flow"),
    "churn": Word("Recurring revenue lost a month, mean of the last twelve"),
    "conversion": Word("Share of net revenue that comes in orders of a visit, last twelve months"),
    "rival_price": Word("Cross elasticity where a rival moved, page Market and competitors"),
    "currency": Word("Share of sales and of expenses in other currencies, last twelve months"),
}
_SEED = 20261122
BASE = Word("Base")
USUAL = {  # sets of assumptions where a notebook names none of its own
    Word("Prices up 3 %"): {"price": 0.03},
    Word("Advertising down 20 %"): {"budget": -0.2},
    Word("Two more sellers"): {"heads": 2},
    Word("A fifth less churn"): {"churn": -0.2},
    Word("Conversion up 5 %"): {"conversion": 0.05},
    Word("Rivals 10 % cheaper"): {"rival_price": -0.1},
    Word("Currencies down 10 %"): {"currency": -0.1},
    Word("Close the gap"): {"price": 0.03, "budget": -0.2, "churn": -0.2, "conversion": 0.05},
    Word("Rough weather"): {"rival_price": -0.1, "conversion": -0.05, "currency": -0.1},
}
SIGNED = dict.fromkeys(("revenue_change", "low_revenue_change", "high_revenue_change"), "signed")
_SETTING = re.compile(r"(\w+)\s*=\s*([+−-]?\d+(?:\.\d+)?)\s*(%?)")
Assumptions = Mapping[str, float]


def read(wanted: Sequence[str]) -> dict[str, Assumptions]:
    """Return named sets of assumptions from text such as `Price war: price=-3%, rival_price=-10%`.

    A share is written with % or as 0.1, heads as a number; a set without a name is named by its
    own text, and the usual sets stand where none is wanted. Raises ValueError for a lever that is
    none, a value that is no number, a name twice.
    """
    found: dict[str, Assumptions] = {}
    if not wanted:
        return dict(USUAL)
    for text in wanted:
        name, colon, given = text.rpartition(":")
        name = name.strip() if colon else given.strip()
        if name in found:
            raise ValueError(f'two scenarios are called "{name}".')
        found[name] = dict(_setting(part.strip(), text) for part in given.split(","))
    return found


def applied(found: Result, levers: Mapping[str, Lever], assumed: Assumptions) -> Result:
    """Return the outlook under a set of assumptions, one lever after the other, same draws.

    A lever without a change makes no difference. Raises Unanswered for one that is not known.
    """
    for name in LEVERS:
        if change := assumed.get(name, 0):
            found = _moved(found, levers, name, change)
    return found


def compared(
    found: Result,
    levers: Mapping[str, Lever],
    named: Mapping[str, Assumptions],
    over: str,
    aim: Callable[[str, Period], float | None],
) -> pd.DataFrame:
    """Return each scenario's revenue, margins and result beside the base's, the base first.

    Columns: scenario (its name, or its settings), and for each metric known the money expected,
    `<metric>_change` against the base with low_ and high_ (80 %); reach_rate (draws that reach the
    target of the last metric) of a fiscal year that has one: `aim` tells a metric's target for a
    period, or None. Nulls where a lever is not known.
    """
    metrics = known_metrics(found, over)
    target = aim(metrics[-1], found.year) if over == "fiscal_year" and metrics else None
    base = {metric: found.sums(metric, over) for metric in metrics}
    rows = []
    for name, assumed in [("", {}), *named.items()]:
        row = {"scenario": _said(name, assumed)}
        try:
            other = applied(found, levers, assumed)
        except Unanswered:
            rows.append(row)
            continue
        for metric in metrics:
            draws = other.sums(metric, over)
            ends = told(draws - base[metric])
            row[metric] = round(float(draws[0]), 2)
            row |= {f"{metric}_change": ends["value"]}
            row |= {f"low_{metric}_change": ends["low"], f"high_{metric}_change": ends["high"]}
        if target is not None:
            row["reach_rate"] = chance(draws, target)
        rows.append(row)
    return pd.DataFrame(rows)


def drawn(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return one metric of `compared` as `chart.dots` draws it, tied to the base.

    Columns: scenario, current, base, low, high (80 %). Raises Unanswered where none is known.
    """
    known = rows[1:].dropna(subset=metric)
    if known.empty:
        raise Unanswered("No scenario can be told from this company's data")
    base = rows[metric].iloc[0]
    ends = {end: base + known[f"{end}_{metric}_change"] for end in ("low", "high")}
    return known[["scenario"]].assign(current=known[metric], base=base, **ends)


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what `compared` tells as a table shows it.

    Columns: scenario, the last metric (money), change (of it, signed) with low_ and high_ (80 %),
    what changes of the metrics before it, and reach_rate where there is one.
    """
    metrics = [name for name in LEFT if name in rows and name != "contribution_margin"]
    last = metrics[-1]
    renamed = {f"{end}{last}_change": f"{end}change" for end in ("", "low_", "high_")}
    others = [name for name in ("net_revenue_change", "gross_margin_change") if name in rows]
    more = [name for name in (*others, "reach_rate") if name in rows and name not in renamed]
    return rows.rename(columns=renamed)[["scenario", last, *renamed.values(), *more]]


def formats(rows: pd.DataFrame) -> dict[str, str]:
    """Return how a table writes changes of money: with their sign."""
    return {name: "signed" for name in rows if name.endswith("change")}


def steps(
    found: Result, levers: Mapping[str, Lever], assumed: Assumptions, over: str
) -> pd.DataFrame:
    """Return the way from the base's result to the scenario's, as bars that add up to the cent.

    Columns: bar, value (money of the last metric that is known), kind (total or change).
    """
    metric = known_metrics(found, over)[-1]
    level = start = float(found.sums(metric, over)[0])
    changes = {}
    for name in LEVERS:
        if change := assumed.get(name, 0):
            found = _moved(found, levers, name, change)
            level, before = float(found.sums(metric, over)[0]), level
            changes[name] = level - before
    exact = pd.Series(changes, dtype=float)
    cents = in_cents(exact, [*changes], start, level) if changes else exact
    bars = [("base_outlook", round(start, 2), "total")]
    bars += [(name, value, "change") for name, value in cents.items()]
    bars.append(("scenario", round(level, 2), "total"))
    return pd.DataFrame(bars, columns=["bar", "value", "kind"])


def swings(
    found: Result, levers: Mapping[str, Lever], ranges: Mapping[str, float], over: str
) -> pd.DataFrame:
    """Return what each lever alone does to the result, moved down and up by its range.

    Largest first. Columns: lever, down_at and up_at (the change, in words), down and up (money of
    the last metric known, against the base), low_down, high_down, low_up, high_up (80 %).
    """
    metric = known_metrics(found, over)[-1]
    base = found.sums(metric, over)
    rows = []
    for name in (one for one in LEVERS if one in levers):
        row = {"lever": name}
        for side, sign in (("down", -1), ("up", 1)):
            change = sign * ranges.get(name, SWING)
            ends = told(_moved(found, levers, name, change).sums(metric, over) - base)
            row |= {f"{side}_at": setting(name, change), side: ends["value"]}
            row |= {f"low_{side}": ends["low"], f"high_{side}": ends["high"]}
        rows.append(row)
    ends = [f"{end}{side}" for side in ("down", "up") for end in ("", "low_", "high_")]
    frame = pd.DataFrame(rows, columns=["lever", "down_at", "up_at", *ends])
    widest = frame[["down", "up"]].abs().max(axis=1).sort_values(ascending=False, kind="stable")
    return frame.loc[widest.index].reset_index(drop=True)


def sources(
    found: Result, levers: Mapping[str, Lever], missing: Mapping[str, Message], over: str
) -> pd.DataFrame:
    """Return where each lever's estimate comes from, or why there is none, and what it says.

    Columns: lever, at (a change of 10 %, or one head, in words), revenue_change with low_ and high_
    (80 %; money, null where not known), source.
    """
    base, rows = found.sums("net_revenue", over), []
    for name in (one for one in LEVERS if one in levers or one in missing):
        change = 1.0 if name == "heads" else SWING
        row = {"lever": name, "at": setting(name, change)}
        row |= dict.fromkeys(("revenue_change", "low_revenue_change", "high_revenue_change"))
        if name in levers:
            ends = told(_moved(found, levers, name, change).sums("net_revenue", over) - base)
            row["revenue_change"] = ends["value"]
            row |= {f"{end}_revenue_change": ends[end] for end in ("low", "high")}
        rows.append(row | {"source": SOURCES[name] if name in levers else missing[name]})
    return pd.DataFrame(rows)


def setting(lever: str, change: float) -> Message:
    """Return how far a lever is moved: in heads, or by a share."""
    if lever == "heads":
        return Message("{n:gain}", {"n": float(change)})
    return Message("{rate:change}", {"rate": float(change)})


def reading(rows: pd.DataFrame, metric: str) -> Message:
    """Name the scenario of `compared` that adds most to a metric, and the one that adds least."""
    change = f"{metric}_change"
    known = rows[1:].dropna(subset=change)
    if known.empty:
        return Message("No scenario can be told from this company's data", {})
    best, worst = known.loc[known[change].idxmax()], known.loc[known[change].idxmin()]
    return Message(
        "{metric:label}: {most:signed} with “{best:text}”, {least:signed} with “{worst:text}”",
        {
            **{"metric": metric, "best": best.scenario, "most": best[change]},
            **{"worst": worst.scenario, "least": worst[change]},
        },
    )


def steps_reading(bars: pd.DataFrame) -> Message:
    """Say what all that is assumed does together; `bars` is what `steps` returns."""
    first, last = bars.value.iloc[0], bars.value.iloc[-1]
    if len(bars) == 2:
        return Message("{first:money}, as forecast: move a lever", {"first": first})
    return Message(
        "{last:money} after {first:money}: {change:signed}",
        {"first": first, "last": last, "change": round(last - first, 2)},
    )


def swings_reading(rows: pd.DataFrame) -> Message:
    """Name the lever that moves the result most, and by how much each way."""
    if rows.empty:
        return Message("No lever can be told from this company's data", {})
    row = rows.iloc[0]
    return Message(
        "{lever:label} moves it most: {down:signed} at {less:text}, {up:signed} at {more:text}",
        {
            **{"lever": row.lever, "down": row.down, "less": row.down_at},
            **{"up": row.up, "more": row.up_at},
        },
    )


def _moved(found: Result, levers: Mapping[str, Lever], name: str, change: float) -> Result:
    """The outlook after one lever: its chances are the same wherever it is moved."""
    if name not in levers:
        raise Unanswered("What {lever:label} would do is not known here.", lever=name)
    count = len(found.ahead["net_revenue"]) - 1
    drawn = np.random.default_rng([_SEED, LEVERS.index(name)]).standard_normal(count)
    items = levers[name].applied(found, change, np.append(0.0, drawn))
    return found.moved({**found.ahead, **items})


def _setting(part: str, text: str) -> tuple[str, float]:
    known = _SETTING.fullmatch(part)
    if not known:
        raise ValueError(f'"{text}" is no scenario: write it as name: price=3%, heads=2.')
    name, number, percent = known.groups()
    if name not in LEVERS:
        close = get_close_matches(name, LEVERS, n=1)
        advice = f"did you mean {close[0]}?" if close else f"one of {', '.join(LEVERS)}."
        raise ValueError(f'"{name}" is no lever: {advice}')
    return name, float(number.replace("−", "-")) / (100 if percent else 1)


def _said(name: str, assumed: Assumptions) -> str | Message:
    """The scenario's own name, or its settings one after the other."""
    if not assumed:
        return BASE
    if "=" not in name:
        return name
    parts = [
        Message("{lever:label} {change:text}", {"lever": one, "change": setting(one, change)})
        for one, change in assumed.items()
    ]
    said = parts[0]
    for part in parts[1:]:
        said = Message("{first:text} · {then:text}", {"first": said, "then": part})
    return said
