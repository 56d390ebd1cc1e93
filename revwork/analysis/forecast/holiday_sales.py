"""Holiday sales: what a public holiday sells beside the weekday it falls on, region by region."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from revwork.analysis.forecast import day_kinds, day_weights
from revwork.analysis.forecast.day_kinds import Days
from revwork.findings import Message

_YEAR = timedelta(days=365)
_ALIKE = 0.01


def by_region(days: Days, as_of: date) -> pd.DataFrame:
    """Return each region's country and public holidays, and what one of them sold.

    Columns: region ("" where not recorded), country (a code; null where not known), holiday_count
    (days, in the 365 after `as_of`), holiday_share (sold beside the same weekday, drawn to the
    company's where few days tell; null where none was seen). Of complete months.

    Formula: holiday_share = net revenue on public holidays ÷ that expected of the same weekdays;
    Below 100 % where less is sold on a public holiday than on the same weekday.
    """
    groups = sorted(set(zip(days.sold.region, days.sold.channel, strict=True)))
    kinds = day_kinds.kinds(days, _months(days, as_of), groups)
    told = day_weights.learned(kinds).holiday
    sold = np.maximum(kinds.sold.sum(axis=(1, 2)), 0.0) + 1e-6
    seen = pd.DataFrame(groups, columns=["region", "channel"]).assign(
        sold=sold, told=told * sold, off=kinds.off.sum(axis=(1, 2))
    )
    each = seen.groupby("region").agg(
        sold=("sold", "sum"), told=("told", "sum"), off=("off", "max")
    )
    free = days.holidays.dropna(subset="day")
    ahead = free[(free.day > as_of) & (free.day <= as_of + _YEAR)].groupby("region").day.nunique()
    country = days.holidays.drop_duplicates("region").set_index("region").country
    found = pd.DataFrame(
        {
            "country": country.reindex(each.index).replace("", None),
            "holiday_count": ahead.reindex(each.index),
            "holiday_share": (each.told / each.sold).where(each.off > 0).round(9),
        }
    )
    return found.rename_axis("region").reset_index()


def reading(found: pd.DataFrame) -> Message:
    """Say what a public holiday sells, and which regions count by their weekdays alone."""
    unknown = ", ".join(found.region[found.country.isna()].replace("", "–"))
    low, high = found.holiday_share.min(), found.holiday_share.max()
    if pd.isna(low):
        return Message(
            "No public holiday counts: of no region is the country known and one seen. Countries "
            "are named under [holidays] in revwork.toml",
            {},
        )
    if unknown:
        return Message(
            "By weekday alone, until [holidays] in revwork.toml names their country: "
            "{regions:text}",
            {"regions": unknown},
        )
    if high - low < _ALIKE:
        return Message(
            "A public holiday sold {share:percent} of what its weekday sells", {"share": low}
        )
    return Message(
        "A public holiday sold {low:percent} to {high:percent} of what its weekday sells",
        {"low": low, "high": high},
    )


def _months(days: Days, as_of: date) -> list[date]:
    """First days of the complete months, and the day after the last."""
    first = days.sold.order_date.min().date()
    month, found = days.calendar.holding(first, "month"), []
    while month.last_day <= as_of:
        found += [month.start] if month.start >= first else []
        month = days.calendar.holding(month.end, "month")
    return [*found, month.start]
