"""Trials: tests read against their control, by hand and on published ones."""

import ibis
import numpy as np
import pandas as pd
import pytest
from conftest import typed
from scipy.stats import ttest_ind

from revwork.analysis import trials
from revwork.findings import Unanswered
from revwork.report.words import Reader


def units(variant, n, converted, money=None, before=None):
    """Units of a variant: the first `converted` of them did, each with its money if any."""
    return [
        {
            **{"experiment_id": "E", "variant": variant, "unit_id": f"{variant}{number}"},
            "converted": number < converted,
            "revenue": None if money is None else (money if number < converted else 0),
            "revenue_before": None if before is None else before + number % 5,
        }
        for number in range(n)
    ]


def rows(*groups):
    return trials.by_variant(typed("experiments", [one for group in groups for one in group]))


def test_the_control_comes_first_and_the_sums_are_per_unit(elsewhere):
    found = rows(units("a", 10, 2, 50), units("control", 20, 2, 50))
    assert found.variant.to_list() == ["control", "a"]
    assert found.rate.to_list() == [0.1, 0.2] and found.revenue_per_unit.to_list() == [5, 10]


def test_what_no_unit_tells_is_unknown():
    found = rows([one | {"converted": None} for one in units("control", 3, 0)])
    assert pd.isna(found.rate[0]) and pd.isna(found.revenue_per_unit[0])
    with pytest.raises(Unanswered, match="No test is recorded"):
        rows()


@pytest.mark.parametrize(("n", "p_small"), [(1000, False), (1100, False), (1200, True)])
def test_groups_that_chance_would_not_split_so_block_the_reading(n, p_small):
    found = rows(units("control", 1000, 100), units("a", n, 150))
    assert bool(trials.split(found).blocked[0]) == p_small
    assert pd.isna(trials.compared(found, "rate").p[0]) == p_small
    assert (trials.verdicts(found).verdict[0] == trials.BLOCKED) == p_small


@pytest.mark.parametrize("won", [100, 115, 128, 129, 131, 140])
def test_interval_and_p_agree_for_rates(won):
    row = trials.compared(rows(units("control", 1000, 100), units("a", 1000, won)), "rate").iloc[0]
    assert (row.p < 0.05) == (row.low_change > 0) and row.change == pytest.approx(won / 1000 - 0.1)


def test_revenue_is_welch_s_test():
    a, b = units("a", 400, 60, 70), units("control", 380, 40, 50)
    row = trials.compared(rows(a, b), "revenue").iloc[0]
    test = ttest_ind(*([one["revenue"] for one in group] for group in (a, b)), equal_var=False)
    low, high = test.confidence_interval(0.95)
    assert row.p == pytest.approx(test.pvalue, abs=1e-8)
    assert (row.low_change, row.high_change) == pytest.approx((low, high), abs=1e-8)


def test_of_three_variants_each_is_held_to_a_third_of_the_chance():
    three = [units(name, 1000, won) for name, won in (("a", 129), ("b", 100), ("c", 100))]
    alone = trials.compared(rows(units("control", 1000, 100), three[0]), "rate").iloc[0]
    among = trials.compared(rows(units("control", 1000, 100), *three), "rate").iloc[0]
    assert among.p == pytest.approx(3 * alone.p) and among.low_change < alone.low_change
    assert (among.p < 0.05) == (among.low_change > 0)


def test_revenue_before_narrows_the_interval_and_leaves_the_difference():
    random = np.random.default_rng(3)
    before = random.gamma(2, 40, 2000)
    table = [
        {
            **{"experiment_id": "E", "variant": "control" if n % 2 else "a", "unit_id": str(n)},
            **{"revenue_before": round(x, 4), "revenue": round(0.8 * x + random.normal(5, 4), 4)},
        }
        for n, x in enumerate(before)
    ]
    found = rows(table)
    plain, adjusted = (trials.compared(found, m).iloc[0] for m in ("revenue", "adjusted"))
    assert adjusted.mde < 0.2 * plain.mde
    assert plain.low_change < adjusted.change < plain.high_change
    assert adjusted.low_change < 0 < adjusted.high_change


def test_the_same_revenue_before_for_all_changes_nothing():
    groups = units("control", 100, 20, 10, 0), units("a", 100, 30, 10, 0)
    same = [[one | {"revenue_before": 5} for one in group] for group in groups]
    plain, adjusted = (trials.compared(rows(*same), m).iloc[0] for m in ("revenue", "adjusted"))
    assert adjusted.p == pytest.approx(plain.p)


@pytest.mark.parametrize(
    ("won", "money", "verdict"),
    [
        ((100, 160), (50, 50), trials.BETTER),
        ((160, 100), (50, 50), trials.WORSE),
        ((100, 100), (50, 50), trials.NOTHING),
        ((100, 160), (50, 31), trials.MORE),
        ((100, 160), (50, 15), trials.WORSE),  # more orders with less revenue are a loss
        ((160, 100), (31, 50), trials.FEWER),
        ((100, 160), (None, None), trials.BETTER),
        ((160, 100), (None, None), trials.WORSE),
    ],
)
def test_revenue_decides_where_it_is_known(won, money, verdict):
    found = rows(units("control", 1000, won[0], money[0]), units("a", 1000, won[1], money[1]))
    assert trials.verdicts(found).verdict[0] == verdict


def test_without_a_control_or_with_nothing_converted_there_is_no_reading():
    alone = trials.verdicts(rows(units("a", 100, 10), units("b", 100, 20)))
    assert set(alone.verdict) == {trials.ALONE}
    none = trials.compared(rows(units("control", 100, 0, 0), units("a", 100, 0, 0)), "rate")
    assert none.p.isna().all()
    every = rows(units("control", 50, 50), units("a", 50, 50))
    assert trials.verdicts(every).verdict[0] == trials.NOTHING


def test_units_that_are_regions_belong_to_geo_tests():
    region = {"experiment_id": "G", "variant": "a", "unit_id": "Spain", "region": "Spain"}
    found = trials.by_variant(typed("experiments", [region, *units("control", 3, 1)]))
    assert set(found.experiment) == {"E"}


def test_the_smallest_difference_is_what_such_a_test_finds_four_times_in_five():
    row = trials.compared(rows(units("control", 5000, 500), units("a", 5000, 500)), "rate").iloc[0]
    random = np.random.default_rng(1)
    b, a = (
        random.binomial(5000, 0.1, 4000) / 5000,
        random.binomial(5000, 0.1 + row.mde, 4000) / 5000,
    )
    error = np.sqrt(b * (1 - b) / 5000 + a * (1 - a) / 5000)
    assert ((a - b) / error > 1.96).mean() == pytest.approx(0.8, abs=0.04)
    assert trials.needed(0.1, row.mde / 0.1) == pytest.approx(5000, rel=0.1)


def test_the_reading_counts_what_came_out():
    found = trials.verdicts(rows(units("control", 1000, 100, 50), units("a", 1000, 160, 50)))
    said = Reader().say(trials.reading(found))
    assert said == "1 better, 0 worse, 0 with more orders alone, 0 not clear"


def published(frame, variant, control, converted, revenue=None):
    table = pd.DataFrame(
        {
            **{"experiment_id": "P", "unit_id": frame.index.astype(str)},
            "variant": frame[variant].replace({control: "control"}),
            "converted": frame[converted].astype(bool),
            "revenue": frame[revenue] if revenue else np.nan,
            **{"revenue_before": np.nan, "region": pd.Series(None, frame.index, dtype="string")},
        }
    )
    return trials.by_variant(ibis.memtable(table))


def test_hillstrom_s_mailings_meet_the_published_rates_and_both_are_better(real):
    frame = pd.read_csv(real / "hillstrom_email/hillstrom.csv")
    found = published(frame, "segment", "No E-Mail", "conversion", "spend")
    rate, money = found.set_index("variant").rate, found.set_index("variant").revenue_per_unit
    assert (100 * rate).round(3).to_list() == [0.573, 1.253, 0.884]
    assert money.round(3).to_list() == [0.653, 1.423, 1.077]
    assert set(trials.verdicts(found).verdict) == {trials.BETTER}
    visits = published(frame, "segment", "No E-Mail", "visit")
    assert (100 * visits.rate).round(2).to_list() == [10.62, 18.28, 15.14]


def test_the_later_gate_of_cookie_cats_keeps_fewer_players_after_a_week(real):
    frame = pd.read_csv(real / "cookie_cats_ab/cookie_cats.csv")
    day, week = (published(frame, "version", "gate_30", f"retention_{n}") for n in (1, 7))
    assert (100 * day.rate).round(2).to_list() == [44.82, 44.23]
    assert (100 * week.rate).round(2).to_list() == [19.02, 18.2]
    assert not trials.split(week).blocked[0]
    assert trials.verdicts(week).verdict[0] == trials.WORSE
    assert trials.verdicts(day).verdict[0] == trials.NOTHING


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [((56, 70, 48, 80), 0.0528, 0.3382), ((9, 10, 3, 10), 0.1700, 0.8406)],
)
def test_the_interval_of_a_difference_is_newcombe_s_1998_example(counts, low, high):
    assert trials._score_interval(counts, 0.05) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    "counts", [(0, 1, 1, 1), (10, 10, 0, 10), (0, 1000, 100, 1000), (0, 3, 2000, 2000)]
)
def test_few_units_and_none_or_all_converted_have_an_interval_around_what_is_seen(counts):
    low, high = trials._score_interval(counts, 0.05)
    seen = counts[0] / counts[1] - counts[2] / counts[3]
    assert -1 <= low <= seen <= high <= 1 and high - low > 0.01
