"""Subscribed: from when until when each price of a subscription was paid."""

import ibis


def held(subscriptions: ibis.Table) -> ibis.Table:
    """Return the rows that are paid, each ending where the same subscription's next one begins.

    Columns are those of subscriptions; end_date is the earlier of the row's own and the day the
    next row begins, free or paid (null while it runs): a subscription has one price a day, and a
    day at 0.00 or between two rows is none of a subscriber. Rows without a day are left out.
    """
    after = ibis.window(group_by="subscription_id", order_by="start_date")
    following = subscriptions.start_date.lead().over(after)
    # `least` leaves a null out in DuckDB and PostgreSQL, and is null in Databricks.
    ends = following.fill_null(subscriptions.end_date)
    ends = ibis.least(ends, subscriptions.end_date.fill_null(ends))
    rows = subscriptions.mutate(end_date=ends)
    lasts = rows.end_date.isnull() | (rows.end_date > rows.start_date)
    return rows.filter((rows.monthly_amount > 0) & lasts)
