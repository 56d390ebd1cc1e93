"""Action weeks: what a part of the business brought in week by week, beside what is like it.

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
_CONTROLS = ("region", "channel", "segment", "category")
OWN = "own"


def varied(lines: ibis.Table, segment: Mapping[str, str]) -> str | None:
    """Return the dimension whose other values are the control; None where there is none."""
    known = _known(lines, segment)
    order = [*(name for name in _CONTROLS if name in known), *sorted(known)]
    return next(iter(order), None)


def weekly(lines: ibis.Table, segment: Mapping[str, str], basis: str, last: date) -> pd.DataFrame:
    """Return what the part brought in each whole week, and its likes: the controls, one a column.

    The controls are the other values of one dimension, all else of the segment being the same.
    `basis` is contribution_margin (before marketing), gross_margin or net_revenue. Index: Mondays,
    from the first whole week that the lines may hold to the last; columns: own, then the controls
    by name (money; 0 in a week without a sale). Without a dimension that lines know, own is all
    there is, and no control.
    """
    amounts = {"contribution_margin": contribution, "gross_margin": _gross}
    money = amounts.get(basis, _net)(lines)
    rows = lines.mutate(money=money.fill_null(0), week=lines.order_date.truncate("W"))
    by = varied(lines, segment)
    fixed = {key: value for key, value in _known(lines, segment).items() if key != by}
    rows = of_segment(rows, _asked(fixed))
    unit = ibis.literal(OWN) if by is None else rows[by].fill_null("")
    sums = rows.group_by(["week", unit.name("unit")]).agg(total=rows.money.sum().cast("float64"))
    found = sums.order_by("week", "unit").execute()
    wide = found.pivot(index="week", columns="unit", values="total").fillna(0.0)
    wide = wide.rename(columns={segment[by]: OWN}) if by else wide
    wide = wide.reindex(columns=[OWN, *(name for name in wide if name not in (OWN, ""))])
    return _whole(wide, last).round(9)


def _known(lines: ibis.Table, segment: Mapping[str, str]) -> dict[str, str]:
    """The dimensions of a finding's segment that the lines know, with their values."""
    return {name: value for name, value in segment.items() if name in lines.columns}


def _gross(lines: ibis.Table) -> ibis.Value:
    return lines.net - lines.cost


def _net(lines: ibis.Table) -> ibis.Value:
    return lines.net


def _asked(known: Mapping[str, str]) -> dict[str, str | None]:
    """A finding's segment as tables have it: what is not recorded is null there."""
    return {name: value or None for name, value in known.items()}


def _whole(wide: pd.DataFrame, last: date) -> pd.DataFrame:
    """The weeks that are whole: the first that lines tell may not be."""
    if wide.empty:
        return wide
    wide.index = pd.DatetimeIndex(wide.index)
    end = last + timedelta(days=1)
    monday = end - timedelta(days=end.weekday())
    first = wide.index.min() + pd.Timedelta(weeks=1)
    spine = pd.date_range(first, monday - timedelta(weeks=1), freq="7D", name="week")
    return wide.reindex(spine).fillna(0.0)
