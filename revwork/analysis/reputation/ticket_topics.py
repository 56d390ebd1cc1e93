"""Ticket topics: what customers ask service about where opinion turned."""

from collections.abc import Mapping
from datetime import date, timedelta

import ibis
import pandas as pd

from revwork.analysis.periods import in_periods
from revwork.analysis.reputation.opinion_breaks import beyond_chance
from revwork.calendar import Period

_YEAR = timedelta(days=365)


def rose(
    tickets: ibis.Table, where: Mapping[str, str | None], since: date, as_of: date
) -> pd.DataFrame:
    """Return the topics that more of a part's tickets are about since a day, beyond chance.

    Held against the 365 days before; Fisher's exact test, one in twenty over all topics (Holm).
    Tickets know region and product; a part by category is looked at by its region alone.
    Columns: topic, tickets (since), before_share, since_share. The largest rise first; empty where
    none rose, or no ticket has a topic.
    """
    asked = tickets.filter(tickets.topic.notnull())
    for name in {"region", "product_id"} & {*where}:
        asked = asked.filter(asked[name] == where[name])
    stretches = [
        Period("before", since - _YEAR, since),
        Period("since", since, as_of + timedelta(days=1)),
    ]
    rows = in_periods(asked, stretches, "created_on")
    rows = rows.group_by(["topic", "period"]).agg(n=rows.count()).order_by(["topic", "period"])
    wide = rows.execute().pivot(index="topic", columns="period", values="n")
    wide = wide.reindex(columns=[0, 1]).fillna(0.0)
    whole = wide.sum()
    kept = wide[beyond_chance(wide.to_numpy(), whole.to_numpy())] if len(wide) else wide
    found = pd.DataFrame(
        {
            "topic": kept.index.astype(object),
            "tickets": kept[1].to_numpy(int),
            "before_share": (kept[0] / max(whole[0], 1)).to_numpy(),
            "since_share": (kept[1] / max(whole[1], 1)).to_numpy(),
        }
    )
    order = (found.before_share - found.since_share).round(9).sort_values(kind="stable").index
    return found.loc[order].reset_index(drop=True)
