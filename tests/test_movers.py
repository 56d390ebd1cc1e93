"""Why did it move: planted causes are found, and nothing is found where nothing was planted."""

from datetime import date
from itertools import product
from math import prod
from time import process_time
from types import SimpleNamespace

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import sales_lines
from hypothesis import given, settings
from hypothesis import strategies as st

from revwork.analysis.revenue.movers import _sums, movers, surprise
from revwork.analysis.sales import DIMENSIONS
from revwork.calendar import Period
from revwork.findings import Unanswered

YEARS = SimpleNamespace(
    base=Period("2025", date(2025, 1, 1), date(2026, 1, 1)),
    current=Period("2026", date(2026, 1, 1), date(2027, 1, 1)),
)
REGIONS, CATEGORIES, CHANNELS = (
    ("North", "South", "West"),
    ("Coffee", "Cocoa", "Tea"),
    ("Web", "B2B"),
)
TWO = ("region", "category")


def sold(changes, base=100, **dimensions):
    """A line a year of every region × category × channel, now `base` × the product of changes.

    A change is (segment, factor); `dimensions` replaces the values of one.
    """
    values = {"region": REGIONS, "category": CATEGORIES, "channel": CHANNELS} | dimensions
    cells = [dict(zip(values, cell, strict=True)) for cell in product(*values.values())]
    return lines_of([(cell, base, base * factor(cell, changes)) for cell in cells])


def factor(cell, changes):
    return prod([by for where, by in changes if where.items() <= cell.items()])


def lines_of(cells, orders_of=1):
    """Orders worth 1 each (the last one the rest) for (dimensions, net before, net now)."""
    rows = []
    for cell, *nets in cells:
        for year, net in zip((2025, 2026), nets, strict=True):
            rows += [(year, cell, sale) for sale in split(net, orders_of)]
    words = {d: pa.array([cell.get(d) for _, cell, _ in rows], pa.string()) for d in DIMENSIONS}
    net = pa.array([sale for *_, sale in rows], pa.float64())
    return ibis.memtable(
        pa.table(
            words
            | {
                "order_id": [str(number) for number in range(len(rows))],
                "order_date": [date(year, 6, 15) for year, *_ in rows],
                "currency": ["EUR"] * len(rows),
                "net": net,
                "net_local": net,
                "is_return": [sale < 0 for *_, sale in rows],
            }
        )
    )


def split(net, size):
    whole = int(abs(net) // size)
    rest = round(abs(net) - whole * size, 4)
    sales = [size] * whole + [rest] * bool(rest > 0)
    return [sale if net > 0 else -sale for sale in sales]


def read(movement):
    return list(movement.segments["where"])


def test_one_bad_region_and_category_is_found_and_nothing_else():
    bad = {"region": "North", "category": "Tea"}
    movement = movers(sold([(bad, 0.4)]), YEARS)
    assert (movement.verdict, read(movement)) == ("explained", [bad])
    assert movement.share_explained == pytest.approx(1)
    row = movement.segments.iloc[0]
    assert (row.region, row.category, row.channel) == ("North", "Tea", None)
    assert (row.base, row.current, row.change) == (200, 80, -120)
    assert row.change_rate == pytest.approx(-0.6)


def test_a_region_that_moved_as_a_whole_is_named_without_its_categories():
    movement = movers(sold([({"region": "South"}, 1.5)]), YEARS)
    assert read(movement) == [{"region": "South"}]


def test_a_cause_in_three_dimensions_needs_depth_three():
    bad = {"region": "West", "category": "Cocoa", "channel": "Web"}
    lines = sold([(bad, 0.1)])
    assert read(movers(lines, YEARS)) == [bad]
    assert all(len(segment) <= 2 for segment in read(movers(lines, YEARS, depth=2)))


def test_two_causes_are_both_named_the_larger_first():
    causes = [({"region": "North"}, 0.5), ({"region": "South", "category": "Tea"}, 0.2)]
    movement = movers(sold(causes), YEARS)
    assert read(movement) == [where for where, _ in causes]
    assert movement.share_explained == pytest.approx(1)


def test_two_that_grow_stand_out_rather_than_the_two_that_stand_still():
    cells = [({"region": r}, 2000, 2600 if r in "AB" else 2000) for r in "ABCD"]
    assert read(movers(lines_of(cells), YEARS, ["region"])) == [{"region": "A"}, {"region": "B"}]


def test_the_larger_half_that_fell_is_named_rather_than_the_half_that_did_not():
    cells = [({"region": "Big"}, 800, 400), ({"region": "Small"}, 200, 200)]
    movement = movers(lines_of(cells), YEARS, ["region"])
    assert read(movement) == [{"region": "Big"}]


def test_segments_that_offset_each_other_are_all_named_and_add_up():
    causes = [({"region": "North"}, 1.6), ({"category": "Tea", "region": "West"}, 0.1)]
    movement = movers(sold(causes), YEARS)
    assert read(movement) == [where for where, _ in causes]
    assert movement.segments.contribution.tolist() == pytest.approx([2, -1])
    assert movement.share_explained == pytest.approx(1)


def test_offsetting_segments_behind_a_total_that_hardly_moved_rank_by_their_change():
    cells = [({"region": r}, 1000, now) for r, now in (("N", 1300), ("S", 705), ("W", 1000))]
    movement = movers(lines_of(cells), YEARS, ["region"])
    assert movement.verdict == "hardly moved"
    assert movement.share_explained is None
    assert movement.segments.contribution.isna().all()
    assert movement.segments.change.tolist() == [300, -295]


def test_two_halves_that_offset_each_other_are_both_named():
    cells = [({"region": "N"}, 1000, 1300), ({"region": "S"}, 1000, 705)]
    assert read(movers(lines_of(cells), YEARS, ["region"])) == [{"region": "N"}, {"region": "S"}]


def test_a_rest_that_moved_the_other_way_makes_the_share_exceed_one():
    bad = {"region": "North"}
    others = [({"region": region}, 1.05) for region in ("South", "West")]
    movement = movers(sold([(bad, 0.5), *others]), YEARS)
    assert read(movement) == [bad]
    assert movement.share_explained == pytest.approx(300 / 240)


@pytest.mark.parametrize("rate", [1.05, 0.5, 3])
def test_when_everything_moved_alike_nothing_stands_out(rate):
    movement = movers(sold([({}, rate)]), YEARS)
    assert (movement.verdict, len(movement.segments)) == ("nothing stands out", 0)
    assert movement.share_explained == 0


def test_small_differences_everywhere_do_not_stand_out():
    noise = np.random.default_rng(7).normal(1.08, 0.05, 144)
    cells = product("ABCDEFGHIJKL", "abcdefghijkl")
    cells = [
        ({"region": r, "category": c}, 100, 100 * n) for (r, c), n in zip(cells, noise, strict=True)
    ]
    assert movers(lines_of(cells), YEARS, TWO).verdict == "nothing stands out"


def test_the_one_that_did_not_take_part_is_an_exception_to_broad_growth():
    regions = list("ABCDEFGHIJKL")
    cells = [({"region": r}, *((3000, 3000) if r == "C" else (1000, 1300))) for r in regions]
    movement = movers(lines_of(cells), YEARS, ["region"])
    assert (movement.verdict, read(movement)) == ("broad", [{"region": "C"}])
    assert movement.share_explained == 0


def test_what_a_handful_of_orders_may_do_by_chance_does_not_stand_out():
    cells = [({"region": r}, 800, 1000 + 400 * (i == 0)) for i, r in enumerate("ABCDEF")]
    assert read(movers(lines_of(cells), YEARS, ["region"])) == [{"region": "A"}]
    assert read(movers(lines_of(cells, orders_of=200), YEARS, ["region"])) == []


def test_one_large_order_that_makes_half_of_the_change_is_named_even_so():
    cells = [({"region": r}, 2000, 1200 if r == "C" else 2000) for r in "ABCDEF"]
    movement = movers(lines_of(cells, orders_of=800), YEARS, ["region"])
    assert read(movement) == [{"region": "C"}]


def test_a_total_that_did_not_move_at_all_hardly_moved():
    movement = movers(sold([]), YEARS)
    assert (movement.verdict, len(movement.segments)) == ("hardly moved", 0)


def test_how_little_hardly_moved_means_is_the_callers_choice():
    lines = sold([({"region": "North"}, 1.5)])
    assert movers(lines, YEARS).verdict == "explained"
    assert movers(lines, YEARS, hardly=0.2).verdict == "hardly moved"


def test_without_a_base_it_is_new():
    cells = [({"region": "N"}, 0, 100), ({"region": "S"}, 0, 50)]
    without = SimpleNamespace(base=None, current=YEARS.current)
    for comparison in (YEARS, without):
        movement = movers(lines_of(cells), comparison, ["region"])
        assert (movement.verdict, movement.share_explained) == ("new", None)
        assert (movement.base, movement.current, len(movement.segments)) == (0, 150, 0)


def test_without_any_sale_there_is_no_change_to_explain():
    with pytest.raises(Unanswered, match="Neither period"):
        movers(sales_lines([{"net_amount": 1, "order_date": "2020-01-01"}]), YEARS)


def test_a_segment_without_a_base_has_a_change_but_no_rate():
    cells = [({"region": "N"}, 1000, 1000), ({"region": "New"}, 0, 200)]
    movement = movers(lines_of(cells), YEARS, ["region"])
    assert read(movement) == [{"region": "New"}]
    assert np.isnan(movement.segments.change_rate[0])


def test_a_dimension_that_follows_from_another_is_not_named_twice():
    country = {"North": "Sweden", "South": "Spain", "West": "France"}
    lines = sold([({"region": "North"}, 0.6)])
    lines = lines.mutate(country=lines.region.cases(*country.items(), else_=ibis.null("string")))
    movement = movers(lines, YEARS, ("region", "country", "category", "channel"))
    assert read(movement) == [{"region": "North"}]


def test_a_value_not_recorded_is_a_segment_and_not_the_same_as_all():
    lines = sold([({"region": None}, 0.5)], region=("North", "South", None))
    movement = movers(lines, YEARS)
    assert read(movement) == [{"region": None}]
    assert movement.segments.region[0] is None
    assert movement.segments.base[0] == 600


def test_a_dimension_nobody_recorded_explains_nothing():
    lines = sold([({"region": "North"}, 0.5)], channel=(None,))
    assert read(movers(lines, YEARS)) == [{"region": "North"}]


def test_no_more_segments_than_asked_for():
    cells = [({"region": r}, 900, 900 + 200 * i) for i, r in enumerate("ABCDEFGH")]
    assert len(movers(lines_of(cells), YEARS, ["region"], most=2).segments) == 2


def test_returns_larger_than_sales_break_nothing():
    cells = [
        ({"region": "N"}, -50, -400),
        ({"region": "S"}, 1000, 1000),
        ({"region": "W"}, 500, 500),
    ]
    movement = movers(lines_of(cells), YEARS, ["region"])
    assert read(movement) == [{"region": "N"}]
    assert np.isnan(movement.segments.change_rate[0])


def test_a_rate_that_moved_is_not_a_movement_of_the_region_that_pays_in_it():
    rates = [
        {"date": "2025-01-01", "currency": "GBP", "rate": 1.5},
        {"date": "2026-01-01", "currency": "GBP", "rate": 1},
    ]
    rows = [
        {"order_date": f"{year}-03-01", "region": region, "currency": currency, "net_amount": net}
        for year, sale in ((2025, 100), (2026, 150))
        for region, currency, net in (("UK", "GBP", 100), ("Spain", "EUR", sale))
    ]
    movement = movers(sales_lines(rows, fx_rates=rates), YEARS)
    assert (movement.base, movement.current, movement.fx, movement.change) == (250, 250, -50, 50)
    assert read(movement) == [{"region": "Spain"}]


def test_a_share_that_was_kept_is_no_surprise_and_one_that_swapped_is_the_greatest():
    before, now = pd.Series([0.3, 0.0, 0.5]), pd.Series([0.3, 1.0, 0.4])
    assert surprise(before, now).round(4).tolist() == [0, 1, 0.0073]


def test_the_order_of_the_lines_does_not_matter():
    lines = sold([({"region": "North"}, 0.5), ({"category": "Tea"}, 1.7)])
    again = movers(lines.order_by(lines.channel.desc(), lines.region.desc()), YEARS).segments
    pd.testing.assert_frame_equal(movers(lines, YEARS).segments, again)


def test_four_dimensions_of_twelve_values_take_less_than_a_second():
    names, values = ("region", "channel", "category", "segment"), list("ABCDEFGHIJKL")
    cells = pd.DataFrame(product(values, repeat=4), columns=names)
    bad = (cells.region == "C") & (cells.category == "F")
    before = np.where(bad, 2000.0, 100)
    now = before * np.random.default_rng(3).normal(1, 0.2, len(cells)) * np.where(bad, 0.3, 1)
    years = [
        cells.assign(net=net, order_date=day)
        for net, day in ((before, date(2025, 5, 1)), (now, date(2026, 5, 1)))
    ]
    both = pd.concat(years, ignore_index=True).assign(currency="EUR", is_return=False)
    both["order_id"] = both.index.astype(str)
    lines = ibis.memtable(both.assign(net_local=both.net)).cache()
    start = process_time()
    movement = movers(lines, YEARS)
    assert process_time() - start < 1
    assert read(movement) == [{"region": "C", "category": "F"}]


@pytest.mark.parametrize("dialect", ["postgres", "databricks"])
def test_movers_compile_elsewhere(dialect):
    lines = sales_lines([{"net_amount": 1}])
    assert ibis.to_sql(_sums(lines, YEARS, ["region", "currency"]), dialect=dialect)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["N", "S", None]),
            st.sampled_from(["x", "y", "z", None]),
            st.integers(-50, 500),
            st.integers(-50, 500),
        ),
        min_size=1,
        max_size=15,
    )
)
def test_segments_never_overlap_and_contributions_are_shares_of_the_change(rows):
    cells = [({"region": r, "category": c}, before, now) for r, c, before, now in rows]
    lines = lines_of([*cells, ({"region": "N", "category": "x"}, 1000, 1000)])
    movement = movers(lines, YEARS, TWO)
    for i, a in enumerate(read(movement)):
        for b in read(movement)[:i]:
            shared = a.keys() & b.keys()
            together = {(r, c) for r, c, *_ in rows} | {("N", "x")}
            inside = [s for s in together if matches(s, a) and matches(s, b)]
            assert any(a[name] != b[name] for name in shared) or not inside
    assert movement.change == pytest.approx(sum(now - before for *_, before, now in rows))
    if movement.share_explained is not None:
        assert movement.segments.change.sum() == pytest.approx(
            movement.share_explained * movement.change, abs=1e-6
        )


def matches(cell, segment):
    return all(dict(zip(TWO, cell, strict=True))[name] == value for name, value in segment.items())
