"""Action weeks: what a part of the business brought in week by week, and what it is held against.

A finding's segment may name what order lines do not know, such as a device: then the part is all
that its other dimensions leave, and the effect looked for is the same money in a larger sum.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import ibis
import pandas as pd

from revwork.analysis.margins import contribution
from revwork.analysis.segments import of_segment

# The dimension whose other values are the control is the first of these that the segment names:
# the same business in another country comes before another business in the same one.
CONTROLS = ("region", "channel", "segment", "category")
_WEEK = timedelta(days=7)


def part(lines: ibis.Table, segment: Mapping[str, str]) -> dict[str, str]:
    """Return the dimensions of a finding's segment that the lines know, with their values."""
    return {name: value for name, value in segment.items() if name in lines.columns}


def varied(lines: ibis.Table, segment: Mapping[str, str]) -> str | None:
    """Return the dimension whose other values are the control; None where there is none."""
    known = part(lines, segment)
    order = [*(name for name in CONTROLS if name in known), *sorted(known)]
    return next(iter(order), None)


def weekly(
    lines: ibis.Table, segment: Mapping[str, str], basis: str, last: date
) -> pd.DataFrame:
    """Return what the part and its control brought in each whole week, up to the last day.

    `basis` is contribution_margin (before marketing), gross_margin or net_revenue. Columns: week
    (its Monday), own, rest (money; null where there is no control); a week without a sale is 0.
    The first week is left out: the lines may begin within it.
    """
    amounts = {"contribution_margin": contribution, "gross_margin": _gross}
    money = amounts.get(basis, lambda table: table.net)(lines)
    rows = lines.mutate(money=money.fill_null(0), week=lines.order_date.truncate("W"))
    own = _sums(of_segment(rows, _asked(part(lines, segment))), "own")
    by = varied(lines, segment)
    rest = _sums(_others(rows, segment, by), "rest") if by else None
    weeks = own.join(rest, how="outer") if by else own.assign(rest=None)
    if weeks.empty:
        return pd.DataFrame({"week": [], "own": [], "rest": []})
    monday = last + timedelta(days=1) - timedelta(days=(last.weekday() + 1) % 7)
    spine = pd.date_range(weeks.index.min() + _WEEK, monday - _WEEK, freq="7D", name="week")
    filled = weeks.reindex(spine).astype(float)
    filled[["own", *["rest"] * bool(by)]] = filled[["own", *["rest"] * bool(by)]].fillna(0.0)
    return filled.reset_index().round(9)


def _gross(lines: ibis.Table) -> ibis.Value:
    return lines.net - lines.cost


def _asked(known: Mapping[str, str]) -> dict[str, str | None]:
    """A finding's segment as tables have it: what is not recorded is null there."""
    return {name: value or None for name, value in known.items()}


def _others(rows: ibis.Table, segment: Mapping[str, str], by: str) -> ibis.Table:
    """The rows that differ from the part in one dimension alone, and have a value there."""
    fixed = {name: value for name, value in part(rows, segment).items() if name != by}
    alike = of_segment(rows, _asked(fixed))
    return alike.filter(alike[by].notnull() & (alike[by] != (segment[by] or "")))


def _sums(rows: ibis.Table, name: str) -> pd.DataFrame:
    sums = rows.group_by("week").agg(total=rows.money.sum().cast("float64")).order_by("week")
    found = sums.execute()
    return pd.DataFrame({name: found.total.to_numpy()}, index=pd.DatetimeIndex(found.week))
