from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.forecast import outlook
from revwork.data.written import read, written

YEAR = np.array([80, 85, 100, 95, 100, 105, 90, 70, 100, 105, 130, 160.0])
STARTS = [date(2023 + n // 12, n % 12 + 1, 1) for n in range(48)]
COMING = STARTS[36:42]


def sold(**series):
    """Rows of `series.monthly`: region → amounts, of one channel; a series may begin late."""
    rows = [
        (start, region, "Web", category, amount)
        for region, amounts in series.items()
        for category, part in (("Beans", 0.7), ("Cups", 0.3))
        for start, amount in zip(STARTS[36 - len(amounts) : 36], amounts * part, strict=True)
    ]
    names = ["period_start", "region", "channel", "category", "net_revenue"]
    return pd.DataFrame(rows, columns=names)


def noisy(seed, months=36):
    shape = np.concatenate([YEAR * 1.1**year for year in range(3)])[-months:]
    return (shape * np.exp(np.random.default_rng(seed).normal(0, 0.05, months))).round(2)


@pytest.fixture(scope="module")
def sales():
    return sold(Spain=noisy(1), France=noisy(2) * 2, Peru=noisy(3, 9))


@pytest.fixture(scope="module")
def found(sales):
    return outlook.forecast(sales, COMING)


def cents(amounts):
    return sum(Decimal(f"{amount:.2f}") for amount in amounts)


def test_every_level_adds_up_to_the_total_to_the_cent(found):
    total = outlook.of_level(found, "total").set_index("period_start").value
    for level in ("region", "channel", "category", "series"):
        for start, part in outlook.of_level(found, level).groupby("period_start"):
            assert cents(part.value) == cents([total[start]])


def test_the_sums_of_coming_months_add_up_at_every_level(found):
    total = found.sums[found.sums.level == "total"]
    assert [*total.periods] == [1, 2, 3, 4, 5, 6]
    assert cents(outlook.of_level(found, "total").value) == cents(total.value[-1:])
    regions = found.sums[(found.sums.level == "region") & (found.sums.periods == 6)]
    assert cents(regions.value) == cents(total.value[-1:])


def test_nothing_is_negative_and_the_wider_interval_holds_the_narrower(found):
    for frame in (found.values, found.sums):
        assert (frame[["value", "low_80", "low_95"]] >= 0).all(axis=None)
        ends = frame[["low_95", "low_80", "value", "high_80", "high_95"]].to_numpy()
        assert (np.diff(ends, axis=1) >= 0).all()


def test_the_forecast_sees_season_and_growth(found):
    total = outlook.of_level(found, "total").value.to_numpy()
    assert total[5] == pytest.approx(4 * 105 * 1.1**3, rel=0.2)
    assert total[2] > total[0]


def test_the_interval_of_all_months_is_narrower_than_that_of_each_added_up(found):
    total = outlook.of_level(found, "total")
    last = found.sums[found.sums.level == "total"].iloc[-1]
    assert last.high_80 - last.low_80 < (total.high_80 - total.low_80).sum()


def test_the_totals_intervals_are_the_quantiles_of_its_paths(found):
    total = outlook.of_level(found, "total")
    assert np.quantile(found.paths, 0.9, axis=0).round(2) == pytest.approx(total.high_80)
    until = found.sums[found.sums.level == "total"].iloc[3]
    told = outlook.over(found, COMING[:4])
    assert {name: until[name] for name in told} == pytest.approx(told, abs=0.011)


def test_some_of_the_months_can_be_asked_for(found):
    told = outlook.over(found, [COMING[4], COMING[1]])
    assert told["value"] == pytest.approx(outlook.of_level(found, "total").value[[1, 4]].sum())
    assert told["low_95"] < told["low_80"] < told["value"] < told["high_80"]


def test_the_same_sales_make_the_same_forecast_and_it_can_be_kept(found, sales):
    again = outlook.forecast(sales.sample(frac=1, random_state=1), COMING)
    kept = read(written(found))
    for other in (again, kept):
        for name in ("values", "sums", "scores", "coverage", "checked"):
            pd.testing.assert_frame_equal(getattr(found, name), getattr(other, name))
        assert (found.paths == other.paths).all()
    assert kept.periods == COMING


def test_one_series_with_thirteen_months_has_a_forecast():
    short = outlook.forecast(sold(Spain=noisy(1, 13)).query("category == 'Beans'"), COMING)
    assert short.coverage.empty and outlook.of_level(short, "series").value.gt(0).all()
    assert [*short.sums[short.sums.level == "total"].value] == [
        *short.sums[short.sums.level == "series"].value
    ]


def test_the_reading_tells_the_sum_of_all_periods(found):
    said = outlook.reading(found)
    last = found.sums[found.sums.level == "total"].iloc[-1]
    assert said.values["value"] == last.value and said.values["n"] == 6
