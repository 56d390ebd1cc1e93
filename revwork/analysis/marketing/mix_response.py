"""Response of sales to advertising by the mix model: what a medium brought, what more would."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from revwork.analysis.marketing import mix
from revwork.analysis.marketing.mix import LEVEL, Mix
from revwork.findings import Message, Unanswered, Word

YEAR = 52  # weeks
KNOWN = 0.5  # of the belief's own interval: one not narrower tells little that is new
FORMATS = {
    **dict.fromkeys(("roas", "low_roas", "high_roas"), "multiple"),
    **dict.fromkeys(("marginal_roas", "low_marginal_roas", "high_marginal_roas"), "multiple"),
}
IDENTIFIED, UNIDENTIFIED = Word("Told by the data"), Word("Not told by the data")
_STEP, _POINTS, _QUARTER = 0.01, 25, 13


def returns(model: Mix, weeks: int = YEAR) -> pd.DataFrame:
    """Return what each medium brought per euro in the last weeks, and what the next euro brings.

    Medians of the draws, with their 90 % intervals. A medium is told by the data where the
    interval of its return over all weeks is at most half as wide as what was believed before;
    others come last and have no rank: their figures are the belief's more than the data's.

    Columns: medium, media_cost (money), revenue_share (of revenue), roas, marginal_roas,
    carried_share, half_amount (money a week), each with low_ and high_; width_share (of the
    belief's interval), known (bool), verdict. Those told by the data first, highest marginal
    return first.

    Formula: marginal_roas = revenue more for 1 % more spend ÷ that spend; What the next euro
    brings, which is less than the average euro where a medium is full.
    """
    rows = [_returned(model, place, weeks) for place in range(len(model.given.media))]
    found = pd.DataFrame(rows).sort_values(
        ["known", "marginal_roas", "medium"], ascending=[False, False, True], ignore_index=True
    )
    return found.assign(verdict=[IDENTIFIED if one else UNIDENTIFIED for one in found.known])


def drawn(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return `roas` or `marginal_roas` with its interval as `chart.dots` draws it.

    Columns: medium, current, base (none), low, high. Only media told by the data have a rank.
    Raises Unanswered where there is none.
    """
    known = rows[rows.known]
    if known.empty:
        raise Unanswered(
            "The data tell no medium from what was believed before: more weeks, or spend that "
            "moves more, would."
        )
    ends = {"current": known[name], "low": known[f"low_{name}"], "high": known[f"high_{name}"]}
    return known[["medium"]].assign(base=np.nan, **ends)


def curve(model: Mix, medium: str, planned: float | None = None) -> pd.DataFrame:
    """Return revenue a week that a medium would bring at other spend: what `chart.response` draws.

    All weeks of the last year at so many times what was spent, up to the most it had in any 13
    weeks (half as much again as now at least). Columns: weekly_spend, weekly_revenue (money,
    medians), low, high (90 %), mark (now; plan where one is given, in money a year).
    """
    place = model.given.media.index(medium)
    spent = model.given.spend[place, -YEAR:].sum()
    marks = {"now": 1.0} | ({"plan": planned / spent} if planned is not None else {})
    most = max(*marks.values(), most_seen(model)[place] / spent, 1.5)
    times = np.unique([*np.linspace(0, most, _POINTS), *marks.values()])
    draws = mix.brought(model, place, times, YEAR) / min(YEAR, len(model.given.weeks))
    low, middle, high = np.quantile(draws, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], axis=0)
    names = {value: name for name, value in reversed(marks.items())}
    return pd.DataFrame(
        {
            "weekly_spend": times * spent / min(YEAR, len(model.given.weeks)),
            "weekly_revenue": middle,
            "low": low,
            "high": high,
            "mark": [names.get(value) for value in times],
        }
    )


def together(model: Mix, times: Sequence[float]) -> pd.DataFrame:
    """Return what revenue of the last year would be more or less if all media moved together.

    Columns: times (of what each spent), media_cost, revenue_change (money a year against 1,
    median), low, high (90 %).
    """
    asked = np.array([1.0, *times])
    each = [mix.brought(model, place, asked, YEAR) for place in range(len(model.given.media))]
    draws = sum(each)
    low, middle, high = np.quantile(
        draws[:, 1:] - draws[:, :1], [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], axis=0
    )
    cost = np.array([*times]) * model.given.spend[:, -YEAR:].sum()
    ends = {"media_cost": cost, "revenue_change": middle, "low": low, "high": high}
    return pd.DataFrame({"times": [*times], **ends}).round(6)


def most_seen(model: Mix) -> np.ndarray:
    """Return the most each medium spent in any 13 weeks, as money a year."""
    spent = pd.DataFrame(model.given.spend.sum(2).T)
    return spent.rolling(_QUARTER).sum().max().to_numpy() * YEAR / _QUARTER


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what `returns` tells as a table shows it: verdict beside the medium."""
    first = ["medium", "verdict", "media_cost", "revenue_share"]
    kept = ("roas", "marginal_roas", "carried_share", "half_amount")
    return rows[[*first, *(end + name for name in kept for end in ("", "low_", "high_"))]]


def average(rows: pd.DataFrame) -> Message:
    """Name the medium whose average euro brought most, and the one where it brought least."""
    known = rows[rows.known].sort_values(["roas", "medium"], ascending=[False, True])
    if len(known) < 2:
        return reading(rows)
    first, last = known.iloc[0], known.iloc[-1]
    return Message(
        "The average euro brought {most:cents} in {first:text}, {least:cents} in {last:text}",
        {
            **{"first": first.medium, "most": first.roas},
            **{"last": last.medium, "least": last.roas},
        },
    )


def reading(rows: pd.DataFrame) -> Message:
    """Name the medium whose next euro brings most, and the one where it brings least.

    `rows` is what `returns` tells, media told by the data first.
    """
    known = rows[rows.known]
    if len(known) < 2:
        return Message(
            "The data tell too few media apart: n = {count:number}", {"count": len(known)}
        )
    first, last = known.iloc[0], known.iloc[-1]
    return Message(
        "The next euro brings {most:cents} in {first:text}, {least:cents} in {last:text}",
        {
            **{"first": first.medium, "most": first.marginal_roas},
            **{"last": last.medium, "least": last.marginal_roas},
        },
    )


def curve_reading(rows: pd.DataFrame) -> Message:
    """Say what a week's spend brings now, and where the curve ends."""
    now, most = rows[rows.mark == "now"].iloc[0], rows.iloc[-1]
    return Message(
        "{spend:money} a week brings {revenue:money}; {most:money} would bring {more:money}",
        {
            **{"spend": now.weekly_spend, "revenue": now.weekly_revenue},
            **{"most": most.weekly_spend, "more": most.weekly_revenue},
        },
    )


def _returned(model: Mix, place: int, weeks: int) -> dict[str, object]:
    medium, spent = model.given.media[place], model.given.spend[place, -weeks:].sum()
    now, more = mix.brought(model, place, np.array([1, 1 + _STEP]), weeks).T
    paid = spent if spent > 0 else np.nan
    revenue = model.given.revenue[-weeks:].sum()
    draws = {
        "revenue_share": now / revenue,
        "roas": now / paid,
        "marginal_roas": (more - now) / paid / _STEP,
        "carried_share": model.carried[:, place],
        "half_amount": model.half[:, place] * model.unit[place],
    }
    row = {"medium": medium, "media_cost": spent}
    for name, values in draws.items():
        low, middle, high = np.quantile(values, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
        row |= {name: middle, f"low_{name}": low, f"high_{name}": high}
    width = _width(model, place)
    return row | {"width_share": width, "known": bool(width <= KNOWN and spent > 0)}


def _width(model: Mix, place: int) -> float:
    """How wide the return over all weeks is known, as a share of what was believed."""
    weeks, believed = len(model.given.weeks), model.priors[model.given.media[place]].roas
    whole = mix.brought(model, place, np.ones(1), weeks)[:, 0] / model.given.spend[place].sum()
    low, high = np.quantile(whole, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float((high - low) / (believed[1] - believed[0]))
