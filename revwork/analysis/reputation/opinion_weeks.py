"""Opinion weeks: how many reviews, how many stars and what topics, by week and part."""

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.reputation.opinions import CRITICAL

YEARS = 4  # that are looked at, at most
CUTS = ((), ("region",), ("category",), ("region", "category"), ("product_id",))
_DAYS = 7


@dataclass(frozen=True)
class Weeks:
    """Weeks of seven days counted back from a last day: the first is 0, all are whole."""

    last: date
    count: int

    def first_day(self, week: int) -> date:
        """Return the day on which a week begins."""
        return self.last - timedelta(days=_DAYS * (self.count - int(week)) - 1)

    def holding(self, day: date) -> int:
        """Return the number of the week that holds a day."""
        return self.count - 1 - (self.last - day).days // _DAYS


def weeks(found: ibis.Table, as_of: date) -> Weeks:
    """Return the whole weeks since our first review, of the last four years at most."""
    first = found.date.min(where=found.is_own).execute()
    days = 0 if pd.isna(first) else (as_of - pd.Timestamp(first).date()).days + 1
    return Weeks(as_of, max(min(days // _DAYS, YEARS * 52), 0))


def stars(found: ibis.Table, spine: Weeks) -> pd.DataFrame:
    """Return our rated reviews by week and part.

    Columns: region, category, product_id, week, n, total and squares (of stars), critical (of 1 to
    3 stars).
    """
    own = found.filter(found.is_own & found.rating.notnull())
    own = own.mutate(week=_numbered(own.date, spine), worth=own.rating.cast("float64"))
    own = own.filter((own.week >= 0) & (own.week < spine.count))
    keys = ["region", "category", "product_id", "week"]
    sums = {"total": own.worth.sum(), "squares": (own.worth * own.worth).sum()}
    sums["critical"] = (own.rating <= CRITICAL).cast("int64").sum()
    rows = own.group_by(keys).agg(n=own.count(), **sums).order_by(keys).execute()
    parts = keys[:-1]
    rows[parts] = rows[parts].astype(object).where(rows[parts].notna(), None)
    return rows


def topics(texts: pd.DataFrame, about: pd.DataFrame, spine: Weeks) -> pd.DataFrame:
    """Return our reviews with words by week and part, and of them the critical ones by topic.

    `texts` is what `opinions.texts` returns, `about` what `topics.topics` does. Columns: region,
    category, product_id, week, topic (null: all reviews with words), n.
    """
    own = texts[texts.competitor.isna() & (texts.kind == "review")]
    own = own.assign(week=[spine.holding(day.date()) for day in own.date])
    own = own[(own.week >= 0) & (own.week < spine.count)]
    named = own.merge(about[["key", "topic"]], on="key")
    every = pd.concat([own.assign(topic=None), named])
    keys = ["region", "category", "product_id", "week", "topic"]
    return every.groupby(keys, dropna=False, sort=True).size().rename("n").reset_index()


def by_week(rows: pd.DataFrame, columns: list[str], spine: Weeks) -> np.ndarray:
    """Return the sums of the columns by week, a row each, 0 where there is nothing."""
    sums = rows.groupby("week")[columns].sum().reindex(range(spine.count), fill_value=0)
    return sums.to_numpy(float).T


def _numbered(day: ibis.Value, spine: Weeks) -> ibis.Value:
    """The number of the week that holds a day."""
    last = (spine.last - date(1970, 1, 1)).days
    back = ((last - day.epoch_days()) / _DAYS).floor().cast("int64")
    return spine.count - 1 - back
