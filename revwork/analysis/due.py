"""On which days subscriptions are due."""

from datetime import date, timedelta

import ibis

from revwork.analysis.subscribed import held


def due_days(subscriptions: ibis.Table, first: date, last: date) -> ibis.Table:
    """Return subscription rows once per day they are due from `first` to `last`, as `due_on`.

    A subscription is due every month on the day of the month it was first paid for, or on the
    last of a month that lacks it, at the price of that day.
    """
    rows = held(subscriptions)
    began = rows.start_date.min().over(group_by=rows.subscription_id)
    rows = rows.mutate(day_due=began.day().cast("int64"))
    days = _days(first, last)
    runs = [
        rows.day_due == days.day_of_month,
        rows.start_date <= days.due_on,
        rows.end_date.isnull() | (days.due_on < rows.end_date),
    ]
    return rows.join(days, runs)


def _days(first: date, last: date) -> ibis.Table:
    """Each day with the day of month due on it; a month's last stands for those it lacks."""
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    pairs = [(day, number) for day in every for number in _stands_for(day)]
    return ibis.memtable(
        {"due_on": [day for day, _ in pairs], "day_of_month": [number for _, number in pairs]}
    )


def _stands_for(day: date) -> range:
    is_last = (day + timedelta(days=1)).month != day.month
    return range(day.day, 32 if is_last else day.day + 1)
