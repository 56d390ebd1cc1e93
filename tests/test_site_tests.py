"""Site tests: what versions came to, and step by step where visits are what is tested."""

import pytest
from conftest import typed
from journeys import WAY, reached

from revwork.analysis.journey import site_tests
from revwork.findings import Unanswered


def recorded(*rows):
    return typed("experiments", [{"experiment_id": "E", **row} for row in rows])


def unit(at, variant, **known):
    return {"unit_id": f"v{at}", "variant": variant, "assigned_on": "2026-06-01", **known}


def test_versions_have_their_share_with_interval(elsewhere):
    rows = [unit(n, "control", converted=n < 2) for n in range(10)]
    rows += [unit(n, "new", converted=n < 13) for n in range(10, 20)]
    found = site_tests.by_version(recorded(*rows)).set_index("variant")
    assert found.conversion_rate.to_dict() == {"control": 0.2, "new": 0.3}
    assert found.low_conversion_rate["control"] == pytest.approx(0.0567, abs=1e-4)
    assert site_tests.reading(found.reset_index()).values == {"tests": 1}


def test_a_unit_that_does_not_tell_counts_on_neither_side():
    found = site_tests.by_version(recorded(unit(1, "new", converted=True), unit(2, "new")))
    assert found.units.tolist() == [1]


def test_tests_by_region_are_not_on_the_site():
    region = {"unit_id": "Spain", "region": "Spain", "variant": "new", "converted": True}
    for rows in ((region,), (unit(1, "new"),), ()):
        with pytest.raises(Unanswered, match="converted"):
            site_tests.by_version(recorded(*rows))


def test_where_visits_are_tested_each_step_tells(elsewhere):
    rows = unit(1, "control"), unit(2, "control"), unit(3, "new")
    found = site_tests.by_step(recorded(*rows), reached("v", "vc", "vcpb", "vcpb"), WAY)
    control, new = (found[found.variant == one] for one in ("control", "new"))
    assert control.reached.tolist() == [2, 1, 0] and new.reached.tolist() == [1, 1, 1]
    assert control.step_rate.fillna(-1).tolist() == [0.5, 0, -1]


def test_a_number_that_is_a_visit_of_another_day_is_not_that_visit():
    other = unit(1, "new", assigned_on="2026-05-01")
    with pytest.raises(Unanswered, match="session_id"):
        site_tests.by_step(recorded(other), reached("v"), WAY)
