"""Geo tests: differences in differences by hand, and how large a test must be."""

import numpy as np
import pandas as pd
import pytest
from by_hand import lines, touchpoints
from conftest import typed

from revwork.analysis import sales
from revwork.analysis.marketing import geo_tests
from revwork.findings import Unanswered


def regions(variant, *pairs, experiment="G"):
    return [
        {
            **{"experiment_id": experiment, "variant": variant, "unit_id": f"{variant}{number}"},
            **{"region": f"{variant}{number}", "revenue": now, "revenue_before": before},
        }
        for number, (now, before) in enumerate(pairs)
    ]


def differences(*groups):
    rows = [one for group in groups for one in group]
    return geo_tests.differences(typed("experiments", rows))


STILL = regions("control", (101, 100), (199, 200), (50, 50))


def test_the_effect_is_how_much_more_treated_regions_grew(elsewhere):
    row = differences(STILL, regions("a", (120, 100), (242, 200))).iloc[0]
    assert row.change_rate == pytest.approx(0.205, abs=0.01)
    assert (row.regions, row.control_regions) == (2, 3)
    assert row.money == pytest.approx(362 * (1 - 1 / (1 + row.change_rate)))


def test_interval_and_p_agree_and_what_all_share_is_no_effect():
    for treated in ([(120, 100), (242, 200)], [(103, 100), (198, 200)], [(150, 100), (190, 200)]):
        row = differences(STILL, regions("a", *treated)).iloc[0]
        assert (row.p < 0.05) == (row.low_change_rate > 0 or row.high_change_rate < 0)
    doubled = [one | {"revenue": one["revenue"] * 2} for one in STILL]
    same = differences(doubled, regions("a", (202, 100), (398, 200))).iloc[0]
    assert same.change_rate == pytest.approx(0, abs=0.02) and same.p > 0.5


def test_one_region_a_side_or_nothing_before_is_not_known():
    alone = differences(STILL, regions("a", (120, 100))).iloc[0]
    empty = differences(STILL, regions("a", (120, 0), (130, None), (9, 9))).iloc[0]
    assert pd.isna(alone.change_rate) and pd.isna(empty.p) and empty.regions == 3


def test_without_a_test_by_region_it_says_what_to_add():
    units = [{"experiment_id": "E", "variant": "a", "unit_id": "u1", "region": "Spain"}]
    for rows in ([], units):
        with pytest.raises(Unanswered, match="before it"):
            differences(rows)


def test_revenue_by_week_is_of_the_channels_that_journeys_end_in(elsewhere):
    days = pd.date_range("2026-01-01", periods=40).strftime("%Y-%m-%d")
    orders = [
        (
            f"{channel}{region}{day}",
            10,
            5,
            {"order_date": day, "region": region, "channel": channel},
        )
        for day in days
        for region in ("Spain", "France")
        for channel in ("Web", "Till")
    ]
    sold = sales.by_order(lines(*orders))
    found = geo_tests.weekly(sold, touchpoints(("a", f"WebSpain{days[3]}")))
    assert list(found.columns) == ["France", "Spain"] and (found == 70).all().all()
    assert found.index[0] == pd.Timestamp("2026-01-05") and len(found) == 5


def sold(weeks=104, noise=0.1, regions=4, shared=0.0):
    random = np.random.default_rng(5)
    own = np.exp(random.normal(0, noise, (weeks, regions)))
    together = np.exp(random.normal(0, shared, (weeks, 1))) if shared else 1
    index = pd.date_range("2024-01-01", periods=weeks, freq="W-MON")
    return pd.DataFrame(1000 * own * together, index, [f"r{n}" for n in range(regions)])


def test_a_longer_test_and_a_quieter_past_see_less():
    rows = geo_tests.plan(sold(), 0.2)
    assert rows.smallest_effect.iloc[-1] < rows.smallest_effect.iloc[0]
    assert (
        geo_tests.plan(sold(noise=0.02), 0.2).smallest_effect < 0.5 * rows.smallest_effect
    ).all()
    assert rows.enough.equals(rows.smallest_effect <= 0.2)


def test_what_all_regions_share_is_no_noise():
    rows, shaken = geo_tests.plan(sold(), 0.1), geo_tests.plan(sold(shared=0.5), 0.1)
    assert np.allclose(rows.smallest_effect, shaken.smallest_effect, rtol=0.5)


def test_the_size_is_the_shortest_test_that_sees_the_effect():
    large, small = geo_tests.size(sold(), 0.9), geo_tests.size(sold(), 0.001)
    assert large["weeks"] == 4 and large["regions"] == 2 and small["weeks"] is None
    assert small["smallest"] > 0.001


def test_one_region_or_a_short_past_cannot_plan_one():
    for table in (sold(regions=1), sold(weeks=20), sold()[["r0"]].assign(r1=0.0)):
        with pytest.raises(Unanswered, match="two regions"):
            geo_tests.plan(table, 0.1)
