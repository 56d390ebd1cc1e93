"""Bookings forecast: signed, open and to come, with an interval that can be checked."""

from datetime import date, timedelta

import pytest
from flows import deal, flow

from revwork.analysis.sales_flow import bookings, stays
from revwork.calendar import Calendar
from revwork.findings import Unanswered
from revwork.report.words import Reader

Q2, Q3 = (Calendar().holding(date(2026, month, 1), "quarter") for month in (5, 8))
DAY = date(2026, 5, 31)


def past(count=40, won=0.5, days=10, amount=100):
    """Deals of the last year, decided after so many days."""
    made = []
    for at in range(count):
        begun = date(2025, 7, 1) + timedelta(days=5 * at)
        outcome = "won" if at < won * count else "lost"
        made.append(
            deal(
                f"p{at}",
                (begun.isoformat(), "A", amount),
                ((begun + timedelta(days=days)).isoformat(), outcome, amount),
            )
        )
    return made


def forecast(*more, quarter=Q2, as_of=DAY, made=None):
    moves = flow(*(past() if made is None else made), *more)[1]
    return bookings.forecast(stays.changes(moves).cache(), quarter, as_of).set_index("part")


def opened(name, amount=1000, day="2026-05-25", due="2026-06-30"):
    return deal(name, (day, "A", amount, due))


def test_an_open_deal_counts_with_the_chance_of_its_age():
    rows = forecast(opened("x"))
    assert rows.amount["Open deals"] == pytest.approx(500, abs=1)
    assert rows.deals["Open deals"] == pytest.approx(0.5, abs=0.01)


def test_parts_add_up_to_the_total_and_nothing_is_negative():
    rows = forecast(opened("x"), opened("y", 300))
    assert rows.amount.iloc[:3].sum() == pytest.approx(rows.amount["Total"])
    assert (rows.low <= rows.amount + 1e-9).all() and rows.low.min() >= 0
    assert (rows.high >= rows.low).all()


def test_what_is_signed_is_certain():
    won = deal("w", ("2026-04-02", "A", 70), ("2026-04-09", "won", 70))
    rows = forecast(won)
    assert rows.loc["Signed", ["amount", "low", "high"]].tolist() == [70, 70, 70]


def test_on_the_last_day_only_what_is_signed_is_left():
    rows = forecast(opened("x"), as_of=date(2026, 6, 30))
    assert rows.amount["Open deals"] == rows.amount["Deals to come"] == 0
    assert rows.low["Total"] == rows.high["Total"] == rows.amount["Signed"]


def test_a_quarter_that_has_not_begun_gets_what_is_won_in_it_alone():
    """The deal will be decided in June: nothing is left of it for the next quarter."""
    rows = forecast(opened("x"), quarter=Q3)
    assert rows.amount["Open deals"] == 0 and rows.amount["Signed"] == 0
    assert rows.amount["Deals to come"] > 0


def test_deals_to_come_arrive_at_last_year_s_pace_and_need_their_days():
    rows = forecast()
    expected = 40 / 365 * (30 - 10) * 0.5  # those that begin early enough, half won
    assert rows.deals["Deals to come"] == pytest.approx(expected, rel=0.1)


def test_nothing_recorded_later_is_used():
    later = deal("z", ("2026-05-25", "A", 900), ("2026-06-05", "won", 5000))
    assert forecast(later).amount["Open deals"] == pytest.approx(450, abs=1)


def test_an_amount_that_is_not_known_is_taken_as_the_mean_won():
    rows = forecast(opened("x", None))
    assert rows.amount["Open deals"] == pytest.approx(50, abs=0.5)


def test_the_stage_weighted_sum_takes_deals_due_by_the_quarter_s_end():
    rows = forecast(opened("x"), opened("y", due="2026-07-15"), opened("z", due=None))
    assert rows.weighted_amount["Open deals"] == pytest.approx(2 * 500, abs=2)


def test_a_second_run_tells_the_same_numbers():
    changes = stays.changes(flow(*past(), opened("x"))[1]).cache()
    first, second = (bookings.forecast(changes, Q2, DAY) for _ in range(2))
    assert first.equals(second)


def test_too_few_decided_deals_say_how_many_are_needed():
    with pytest.raises(Unanswered, match="20 deals"):
        forecast(made=past(20))
    with pytest.raises(Unanswered, match="0 deals"):
        forecast(made=[])


def test_the_reading_tells_the_total_with_its_ends():
    said = Reader().say(bookings.reading(forecast(opened("x")).reset_index()))
    assert said.startswith("Expected: €") and "in four of five cases €" in said
