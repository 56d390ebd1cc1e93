"""Slippage: of what was due, what closed; and who moves close dates."""

from datetime import date

import pytest
from flows import LAST, deal, flow

from revwork.analysis.sales_flow import slippage
from revwork.calendar import Calendar, Period
from revwork.findings import Unanswered

QUARTER = Period("2026-Q2", date(2026, 4, 1), date(2026, 7, 1))
CREATED = ("2026-02-01", "A", 100, "2026-05-15")
MADE = [
    deal("won", CREATED, ("2026-05-01", "won", 120)),
    deal("lost", CREATED, ("2026-05-01", "lost", 0)),
    deal("moved", CREATED, ("2026-05-01", "A", 100, "2026-08-01"), owner="Ann"),
    deal("late", CREATED),
    deal("later", ("2026-02-01", "A", 100, "2026-08-01")),
    deal("new", ("2026-04-01", "A", 100, "2026-05-15")),
]


def test_of_what_was_due_on_the_first_day_each_deal_is_won_lost_or_slipped(elsewhere):
    rows = slippage.expected(flow(*MADE)[1], QUARTER).set_index("became")
    assert rows.deals.to_dict() == {"won": 1, "lost": 1, "slipped": 2}
    assert rows.amount.to_dict() == {"won": 100, "lost": 100, "slipped": 200}
    assert rows.share.sum() == 1 and rows.amount_share["slipped"] == 0.5


def test_nothing_due_is_said_in_a_sentence():
    for made in ((), (MADE[4],)):
        with pytest.raises(Unanswered, match="No deal was expected to close in"):
            slippage.expected(flow(*made)[1], QUARTER)
    rows = slippage.by_quarter(flow(MADE[4])[1], Calendar(), LAST, 2)
    assert rows.empty
    with pytest.raises(Unanswered, match="add opportunity_history with close_date"):
        slippage.known(rows)


def test_quarters_with_nothing_due_are_left_out():
    rows = slippage.by_quarter(flow(*MADE)[1], Calendar(), LAST, 4)
    (one,) = slippage.known(rows).itertuples()
    assert (one.name, one.due, one.value, one.won_share) == ("2026-Q2", 4, 0.5, 0.25)
    assert one.low < 0.5 < one.high


def test_a_close_date_moved_later_is_a_push_and_one_moved_earlier_is_none():
    earlier = deal("early", CREATED, ("2026-05-01", "A", 100, "2026-04-20"))
    twice = deal(
        "twice",
        *(CREATED, ("2026-05-01", "A", 90, "2026-05-25"), ("2026-05-20", "A", 80, "2026-06-24")),
        owner="Bo",
    )
    _, moves, today = flow(*MADE, earlier, twice)
    rows = slippage.pushes(moves, today, QUARTER, "owner").set_index("owner")
    assert rows.pushes.to_dict() == {"Ann": 1, "Bo": 2}
    assert rows.mean_push_days.to_dict() == {"Ann": 78, "Bo": 20}
    assert rows.pushed_amount["Bo"] == 80
    with pytest.raises(Unanswered, match="No close date was moved later"):
        slippage.pushes(*flow(MADE[0])[1:], QUARTER, "owner")
