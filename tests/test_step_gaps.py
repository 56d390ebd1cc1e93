"""Step gaps: who goes on less often than others of the same mix."""

import ibis
import numpy as np
import pandas as pd
from journeys import WAY, drawn

from revwork.analysis.journey import step_gaps
from revwork.analysis.periods import year_to
from revwork.calendar import Period

YEAR = year_to(
    Period("2026-02", pd.Timestamp("2026-02-01").date(), pd.Timestamp("2026-03-01").date())
)


def slower(only):
    return drawn(since="2025-01-01", rate=0.6, only=only, a_week=120)


def test_a_part_that_goes_on_less_often_is_found_with_its_interval(elsewhere):
    rows = (
        slower(("phone", "Spain"))
        .union(slower(("phone", "Italy")))
        .union(slower(("phone", "France")))
    )
    found = step_gaps.found(rows, WAY, YEAR)
    one = found[found.dimension == "device"].iloc[0]
    assert (one.step, one.place) == ("pay", 3) and one["name"] in ("phone", "desktop")
    assert one.low_gap < one.gap < one.high_gap and one.low_gap * one.high_gap > 0
    assert abs(one.gap) < 0.2 and one.reached > 1000
    assert step_gaps.reading(found).values["step"] in ("pay", "cart", "view")


def test_where_all_are_alike_none_is_told():
    assert sum(len(step_gaps.found(drawn(seed, a_week=80), WAY, YEAR)) for seed in range(5)) == 0
    assert "No device" in step_gaps.reading(step_gaps.found(drawn(), WAY, YEAR)).template


def test_a_country_is_not_blamed_for_its_phones():
    """Spain has nine phones in ten, France one; only the device makes a difference."""
    rng, size = np.random.default_rng(3), 8000
    spain = rng.random(size) < 0.5
    phone = rng.random(size) < np.where(spain, 0.9, 0.1)
    goes = rng.random(size) < np.where(phone, 0.5, 0.8)
    frame = pd.DataFrame({"unit": [f"v{n}" for n in range(size)]}).assign(
        device=np.where(phone, "phone", "desktop"), region=np.where(spain, "Spain", "France"),
        source=None, depth=3 + goes, begun=pd.Timestamp("2026-01-15").date(), days=0,
    )  # fmt: skip
    found = step_gaps.found(ibis.memtable(frame), WAY, YEAR)
    assert {*found.dimension} == {"device"} and {*found.step} == {"pay"}


def test_few_visits_tell_nothing():
    few = drawn(since="2025-01-01", rate=0.1, only=("phone", "Spain"), a_week=5)
    assert step_gaps.found(few, WAY, YEAR).empty


def test_without_visits_there_is_no_gap():
    assert step_gaps.found(drawn().limit(0), WAY, YEAR).empty
