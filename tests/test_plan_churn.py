"""Plan churn: who leaves which plan, how fast, and since when that is another pace."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from conftest import typed

from revwork.analysis.customers import plan_churn
from revwork.findings import Unanswered
from revwork.report.words import Reader

LAST = date(2026, 6, 30)
SAY = Reader().say


def subscriptions(*rows):
    names = ("subscription_id", "plan", "start_date", "end_date", "monthly_amount")
    some = [dict(zip(names, row, strict=True)) for row in rows]
    return typed("subscriptions", [{"customer_id": one["subscription_id"], **one} for one in some])


def spells(*rows):
    found = plan_churn.spells(subscriptions(*rows), LAST).execute()
    return found.sort_values(["subscription_id", "start_date"]).reset_index(drop=True)


def test_a_change_of_price_goes_on_and_the_end_is_that_of_the_last_row(elsewhere):
    (one,) = spells(
        ("s", "Home", "2026-01-01", "2026-03-01", 10),
        ("s", "Home", "2026-03-01", "2026-05-01", 12),
    ).itertuples()
    assert (str(one.start_date)[:10], str(one.end_date)[:10]) == ("2026-01-01", "2026-05-01")
    assert one.gone and float(one.monthly_amount) == 12


def test_who_changes_the_plan_did_not_leave():
    home, office = spells(
        ("s", "Home", "2026-01-01", "2026-03-01", 10), ("s", "Office", "2026-03-01", None, 30)
    ).itertuples()
    assert not home.gone and str(home.end_date)[:10] == "2026-03-01"
    assert not office.gone and pd.isna(office.end_date)


def test_an_end_still_to_come_runs_and_one_on_the_last_day_has_left():
    rows = spells(
        ("a", "Home", "2026-01-01", "2026-07-01", 10),
        ("b", "Home", "2026-01-01", "2026-06-30", 10),
        ("free", "Home", "2026-01-01", "2026-02-01", 0),
        ("later", "Home", "2026-07-01", None, 10),
    )
    assert [*rows.subscription_id] == ["a", "b"] and [*rows.gone] == [False, True]


def test_who_pays_nothing_from_a_day_on_has_left(elsewhere):
    (one,) = spells(
        ("s", "Home", "2026-01-01", "2026-03-01", 10), ("s", "Home", "2026-03-01", None, 0)
    ).itertuples()
    assert one.gone and str(one.end_date)[:10] == "2026-03-01"


def test_who_comes_back_to_a_plan_runs_on_it_again():
    first, other, again = spells(
        ("s", "Home", "2026-01-01", "2026-02-01", 10),
        ("s", "Office", "2026-02-01", "2026-04-01", 30),
        ("s", "Home", "2026-04-01", None, 12),
    ).itertuples()
    assert not (first.gone or other.gone or again.gone)
    assert pd.isna(again.end_date) and str(again.start_date)[:10] == "2026-04-01"


def test_a_pause_is_no_time_subscribed_and_its_begin_is_leaving():
    rows = ("s", "Home", "2026-01-01", "2026-02-01", 10), ("s", "Home", "2026-06-01", None, 10)
    first, again = spells(*rows).itertuples()
    assert first.gone and not again.gone
    assert daily(*rows).at_risk.sum() == 31 + 29


def daily(*rows):
    return plan_churn.daily(plan_churn.spells(subscriptions(*rows), LAST), LAST)


def test_a_subscriber_is_at_risk_from_the_day_after_the_first_to_the_day_of_leaving():
    found = daily(
        ("a", "Home", "2026-06-26", "2026-06-29", 10), ("b", None, "2026-06-28", None, 10)
    )
    home = found[found["plan"] == "Home"].set_index("day")
    assert [*home.at_risk] == [0, 1, 1, 1, 0] and [*home["left"]] == [0, 0, 0, 1, 0]
    assert found[found["plan"] == ""].at_risk.sum() == 2


def test_a_pace_is_who_left_by_months_of_subscribers_with_its_interval():
    rows = [(f"s{n}", "Home", "2025-06-30", None, 10) for n in range(9)]
    rows.append(("gone", "Home", "2025-06-30", "2026-06-30", 10))
    (one,) = plan_churn.pace(daily(*rows), date(2025, 7, 1), LAST).itertuples()
    assert (one.subscribers, one.left) == (9, 1) and one.months == pytest.approx(120, rel=0.01)
    assert one.low_monthly_churn_rate < one.monthly_churn_rate < one.high_monthly_churn_rate
    assert one.monthly_churn_rate == pytest.approx(1 / 120, rel=0.01)


def test_nobody_left_is_none_with_an_interval_and_nobody_there_is_unknown():
    found = daily(("a", "Home", "2025-06-30", None, 10))
    (one,) = plan_churn.pace(found, date(2025, 7, 1), LAST).itertuples()
    assert (one.monthly_churn_rate, one.low_monthly_churn_rate) == (0, 0)
    assert one.high_monthly_churn_rate > 0
    (before,) = plan_churn.pace(found, date(2025, 6, 30), date(2025, 6, 30)).itertuples()
    assert pd.isna(before.monthly_churn_rate)


def test_the_last_year_stands_beside_the_one_before():
    rows = [("a", "Home", "2024-01-01", None, 10), ("b", "Home", "2024-01-01", "2025-01-01", 10)]
    found = plan_churn.years(daily(*rows), LAST)
    assert found.current[0] == 0 < found.base[0]
    assert SAY(plan_churn.reading(found)).startswith("Home: 0% of subscribers leave in a month")


def test_a_rise_that_several_subscriptions_had_is_a_change_of_price(elsewhere):
    rows = []
    for name in "abc":
        rows.append((name, "Home", "2025-01-01", "2026-01-01", 10))
        rows.append((name, "Home", "2026-01-01", None, 11))
    rows.append(("alone", "Home", "2026-03-01", None, 99))
    (one,) = plan_churn.price_changes(subscriptions(*rows), LAST).itertuples()
    assert (one.plan, one.subscriptions, one.change_rate) == ("Home", 3, 0.1)
    assert one.day == pd.Timestamp("2026-01-01")


def test_who_came_back_at_another_price_had_no_rise_nor_who_pays_nothing_now():
    rows = []
    for name in "abc":
        rows.append((name, "Home", "2025-01-01", "2025-06-01", 10))
        rows.append((name, "Home", "2026-01-01", "2026-03-01", 11))
        rows.append((name, "Home", "2026-03-01", None, 0))
    assert plan_churn.price_changes(subscriptions(*rows), LAST).empty


SINCE = date(2025, 9, 1)


def company(times, seed=1, price=None):
    """Subscribers of two plans who leave 3 % a month; of Home, since a day, so many times that."""
    rng, rows = np.random.default_rng(seed), []
    for number in range(500):
        plan = "Home" if number % 2 else "Office"
        start = date(2023, 6, 1) + timedelta(days=int(rng.integers(0, 1000)))
        rate = 0.03 / plan_churn.MONTH
        end = start + timedelta(days=1 + int(rng.exponential(1 / rate)))
        if plan == "Home" and end > SINCE:
            begin = max(start, SINCE)
            end = begin + timedelta(days=1 + int((end - begin).days / times))
        over = end.isoformat() if end <= LAST else None
        first = start.isoformat()
        if price and plan == "Home" and start < SINCE < end:
            rows.append((f"s{number}", plan, first, SINCE.isoformat(), 10))
            rows.append((f"s{number}", plan, SINCE.isoformat(), over, 10 * (1 + price)))
        else:
            rows.append((f"s{number}", plan, first, over, 10))
    return subscriptions(*rows)


def steps(*given, **options):
    table = company(*given, **options)
    every = plan_churn.daily(plan_churn.spells(table, LAST), LAST)
    return plan_churn.steps(every, plan_churn.price_changes(table, LAST))


def test_a_plan_whose_subscribers_leave_faster_is_found_near_its_day():
    (one,) = steps(4).itertuples()
    assert one.plan == "Home" and abs((one.since - SINCE).days) < 45
    assert one.low_ratio < 4 < one.high_ratio and one.others_ratio == pytest.approx(1, abs=0.5)
    assert one.price_change_rate is None


def test_a_change_of_price_near_it_is_the_day():
    found = steps(4, price=0.1)
    assert [*found.since] == [SINCE] and found.price_change_rate[0] == pytest.approx(0.1)
    assert SAY(plan_churn.outcome(found)).endswith("as fast since 1 Sep 2025")


@pytest.mark.parametrize("seed", range(2, 8))
def test_one_pace_throughout_is_no_step_whatever_the_price_did(seed):
    found = steps(1, seed=seed, price=0.1)
    assert found.empty and "No plan's" in SAY(plan_churn.outcome(found))


def test_without_subscriptions_there_is_no_step_and_no_pace():
    found = daily()
    assert (
        found.empty
        and plan_churn.steps(found, plan_churn.price_changes(subscriptions(), LAST)).empty
    )
    with pytest.raises(Unanswered, match="add the table subscriptions"):
        plan_churn.years(found, LAST)
