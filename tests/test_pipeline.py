"""Pipeline: every bar of the waterfall, and a balance to the cent."""

from datetime import date

import numpy as np
import pytest
from flows import company, deal, flow

from revwork.analysis.sales_flow import deals, pipeline
from revwork.calendar import Period
from revwork.findings import Unanswered

APRIL = Period("2026-04", date(2026, 4, 1), date(2026, 5, 1))
QUARTER = Period("2026-Q2", date(2026, 4, 1), date(2026, 7, 1))


def bars(*made, period=APRIL, closing=None):
    _, moves, _ = flow(*made)
    found = pipeline.waterfall(moves, period, closing).set_index("bar").value
    assert found[1:-1].sum() == pytest.approx(found["end"] - found["start"], abs=0.001)
    return {bar: value for bar, value in found.items() if value}


def opened(day="2026-03-01", amount=100, due="2026-05-31"):
    return day, "A", amount, due


def test_each_change_is_in_its_bar():
    assert bars(deal("d", opened("2026-04-01"))) == {"created": 100, "end": 100}
    assert bars(deal("d", opened())) == {"start": 100, "end": 100}
    won = deal("d", opened(), ("2026-04-30", "won", 130))
    assert bars(won) == {"start": 100, "increased": 30, "won": -130}
    lost = deal("d", opened(), ("2026-04-10", "lost", 0))
    assert bars(lost) == {"start": 100, "lost": -100}
    less = deal("d", opened(), ("2026-04-10", "B", 60))
    assert bars(less) == {"start": 100, "decreased": -40, "end": 60}
    back = deal("d", opened(), ("2026-03-10", "lost", 100), ("2026-04-10", "A", 80))
    assert bars(back) == {"reopened": 80, "end": 80}


def test_what_is_created_and_won_in_between_is_in_both_bars():
    assert bars(deal("d", opened("2026-04-02"), ("2026-04-20", "won", 100))) == {
        "created": 100,
        "won": -100,
    }
    assert bars(deal("d", ("2026-04-02", "won", 70))) == {"created": 70, "won": -70}


def test_a_close_date_that_moves_in_pulls_a_deal_in_and_one_that_moves_out_pushes_it():
    later = opened(due="2026-08-31")
    pulled = deal("d", later, ("2026-04-10", "A", 110, "2026-06-30"))
    assert bars(pulled, closing=QUARTER) == {"pulled_in": 110, "end": 110}
    assert bars(pulled) == {"start": 100, "increased": 10, "end": 110}
    pushed = deal("d", opened(), ("2026-04-10", "A", 110, "2026-07-01"))
    assert bars(pushed, closing=QUARTER) == {"start": 100, "pushed": -100}
    forth = deal(
        "d", opened(), ("2026-04-10", "A", 100, "2026-07-01"), ("2026-04-11", *opened()[1:])
    )
    assert bars(forth, closing=QUARTER) == {
        **{"start": 100, "pushed": -100, "pulled_in": 100, "end": 100}
    }


def test_won_in_the_period_though_due_later_is_pulled_in_and_won_and_lost_is_nowhere():
    later = opened(due="2026-08-31")
    won = deal("d", later, ("2026-04-10", "won", 90, "2026-04-10"))
    assert bars(won, closing=QUARTER) == {"pulled_in": 90, "won": -90}
    assert bars(deal("d", later, ("2026-04-10", "lost", 90)), closing=QUARTER) == {}
    early = deal("d", opened(), ("2026-03-20", "won", 90, "2026-03-20"))
    march = Period("2026-03", date(2026, 3, 1), date(2026, 4, 1))
    assert bars(early, period=march, closing=QUARTER) == {
        **{"created": 100, "decreased": -10, "won": -90}
    }


def test_other_engines_know_all_that_is_asked(elsewhere):
    assert bars(deal("d", opened()), closing=QUARTER) == {"start": 100, "end": 100}


def test_an_amount_not_known_yet_counts_as_nothing_until_it_is():
    made = deal("d", opened(amount=None), ("2026-04-10", "A", 55))
    assert bars(made) == {"increased": 55, "end": 55}


def test_the_edges_belong_to_the_period_that_starts_with_them():
    made = deal("d", opened("2026-04-30"), ("2026-05-01", "won", 100))
    assert bars(made) == {"created": 100, "end": 100}
    may = Period("2026-05", date(2026, 5, 1), date(2026, 6, 1))
    assert bars(made, period=may) == {"start": 100, "won": -100}


def test_cents_add_up_where_rates_make_fractions():
    rate = [{"currency": "GBP", "date": "2026-01-01", "rate": 1.17363}]
    made = [
        deal(f"d{n}", opened(amount=33.33 + n), ("2026-04-10", "won", 31.11 + n), currency="GBP")
        for n in range(7)
    ]
    found = pipeline.waterfall(flow(*made, fx_rates=rate)[1], APRIL)
    cents = np.round(found.value * 100)
    assert np.allclose(found.value * 100, cents) and cents[:-1].sum() == cents.iloc[-1]


def test_without_a_history_nobody_knows():
    row, _ = deal("d", opened())
    with pytest.raises(Unanswered, match="add opportunity_history"):
        bars((row, []))


@pytest.mark.parametrize("closing", [None, QUARTER])
def test_it_balances_between_any_two_dates_and_agrees_with_the_deals_of_the_day(closing):
    opportunities, moves, _ = company(1)
    rng = np.random.default_rng(7)
    for first, length in zip(rng.integers(0, 900, 4), rng.integers(1, 300, 4), strict=True):
        start = date.fromordinal(date(2023, 10, 1).toordinal() + int(first))
        end = date.fromordinal(start.toordinal() + int(length))
        found = pipeline.waterfall(moves, Period("x", start, end), closing)
        cents = np.round(found.value * 100)
        assert cents[:-1].sum() == cents.iloc[-1]
        last = deals.standing(moves, opportunities, Period("x", start, end).last_day)
        open_deals = last.filter(last.outcome == "open")
        if closing is None:
            assert found.value.iloc[-1] == round(float(open_deals.amount.sum().execute()), 2)
            assert found.deals.iloc[-1] == open_deals.count().execute()
