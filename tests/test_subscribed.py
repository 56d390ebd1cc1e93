"""From when until when a subscription's price was paid: what every domain reads."""

import pandas as pd
from conftest import typed

from revwork.analysis.subscribed import held


def runs(*rows):
    names = ("subscription_id", "start_date", "end_date", "monthly_amount")
    some = [{"customer_id": "a", **dict(zip(names, row, strict=True))} for row in rows]
    found = held(typed("subscriptions", some)).order_by("subscription_id", "start_date").execute()
    ends = ["" if pd.isna(end) else f"{end:%m-%d}" for end in found.end_date]
    return [*zip((f"{day:%m-%d}" for day in found.start_date), ends, strict=True)]


def test_a_row_ends_on_the_earlier_of_its_own_end_and_the_next_row(elsewhere):
    assert runs(("s", "2026-01-01", None, 10), ("s", "2026-03-01", None, 12)) == [
        ("01-01", "03-01"),
        ("03-01", ""),
    ]
    paused = ("s", "2026-01-01", "2026-02-01", 10), ("s", "2026-03-01", "2026-04-01", 12)
    assert runs(*paused) == [("01-01", "02-01"), ("03-01", "04-01")]
    assert runs(("s", "2026-01-01", "2026-09-01", 10), ("s", "2026-03-01", None, 12))[0] == (
        "01-01",
        "03-01",
    )


def test_a_free_row_ends_the_paid_one_before_it_and_is_none_itself():
    assert runs(("s", "2026-01-01", None, 10), ("s", "2026-03-01", None, 0)) == [("01-01", "03-01")]
    assert runs(("s", "2026-01-01", None, 0)) == []


def test_another_subscription_ends_nothing_and_a_row_without_a_day_is_none():
    assert len(runs(("s", "2026-01-01", None, 10), ("t", "2026-03-01", None, 0))) == 1
    assert runs(("s", "2026-01-01", "2026-01-01", 10)) == [] == runs()
