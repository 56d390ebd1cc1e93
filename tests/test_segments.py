"""Parts of the business, on three places."""

import pytest
from conftest import sales_lines, typed

from revwork.analysis import segments
from revwork.findings import Unanswered, segment

PLACES = [
    {"net_amount": 9, "region": "North", "channel": "Shop"},
    {"net_amount": 5, "region": "South", "channel": "Shop"},
    {"net_amount": 1, "region": None, "channel": "Web"},
]


def test_the_segments_offered_are_those_recorded_largest_first_and_the_unknown_among_them():
    lines = sales_lines(PLACES)
    assert segments.offered(lines, ["region", "channel", "segment"]) == {
        "region": ["North", "South", None],
        "channel": ["Shop", "Web"],
    }


@pytest.mark.parametrize(
    ("wanted", "net"),
    [
        ([], 15),
        (["region=North"], 9),
        (["region=North", "region=South"], 14),
        (["region=South", "channel=Shop"], 5),
        (["region="], 1),
        (["region=North", "region="], 10),
    ],
)
def test_values_of_one_dimension_add_up_and_dimensions_narrow(wanted, net):
    assert segments.part(sales_lines(PLACES), wanted).net.sum().execute() == net


@pytest.mark.parametrize("wanted", [["region=East"], ["region=North", "channel=Web"], ["planet=X"]])
def test_a_part_without_a_sale_is_no_report_of_nothing(wanted):
    with pytest.raises(Unanswered, match=f"No sale of {wanted[0]}"):
        segments.part(sales_lines(PLACES), wanted)


def test_a_table_that_does_not_know_a_dimension_has_no_row_of_its_segments():
    lines = sales_lines(PLACES)
    assert segments.only(lines.drop("channel"), ["channel=Shop"]).count().execute() == 0
    assert segments.only(lines.drop("channel"), []).count().execute() == 3


def test_what_is_not_recorded_is_empty_in_a_finding():
    told = segment(region=None, channel="Web")
    assert told == segment(region=float("nan"), channel="Web") == {"region": "", "channel": "Web"}


def test_segments_to_choose_from_are_the_largest_of_every_dimension():
    rows = [
        {"net_amount": 9, "region": "North", "channel": "Shop"},
        {"net_amount": 5, "region": "All", "channel": "North"},
        {"net_amount": 1, "region": "South", "channel": None},
    ]
    assert segments.choices(sales_lines(rows), ["region", "channel"], most=4) == {
        "All": {},
        "Shop": {"channel": "Shop"},
        "North (region)": {"region": "North"},
        "North (channel)": {"channel": "North"},
        "All (region)": {"region": "All"},
    }


def test_one_dimension_alone_offers_its_segments_too():
    lines = sales_lines([{"net_amount": 1, "region": "North"}, {"net_amount": 1}])
    assert list(segments.choices(lines, ["region"], most=3)) == ["All", "North"]


def test_a_segment_is_its_rows_and_none_where_the_table_does_not_know_the_dimension():
    aims = typed("targets", [{"amount": 1, "region": r} for r in ("North", "South", None)])
    for where, rows in (({"region": "North"}, 1), ({"region": None}, 1), ({"rep": "Ann"}, 0)):
        assert segments.of_segment(aims, where).count().execute() == rows
    assert segments.of_segment(aims, {}).count().execute() == 3
