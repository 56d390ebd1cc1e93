"""Funnel: how far visits come in the order asked, by any of the ways they took."""

import ibis
import pandas as pd
import pytest
from conftest import typed
from hypothesis import given, settings
from hypothesis import strategies as st
from journeys import WAY, reached

from revwork.analysis.journey import funnel
from revwork.analysis.journey.journey_steps import Step


def depths(*visits, way=WAY):
    rows = reached(*visits, way=way).execute().set_index("unit").depth
    return [int(rows.get(f"v{at}", 0)) for at, _ in enumerate(visits, 1)]


@pytest.fixture
def everywhere(monkeypatch, elsewhere):
    """Compile for other engines what is kept for later, too."""
    cache = ibis.Table.cache

    def watched(table):
        for dialect in ("postgres", "databricks"):
            assert ibis.to_sql(table, dialect=dialect)
        return cache(table)

    monkeypatch.setattr(ibis.Table, "cache", watched)


def test_steps_count_in_their_order(everywhere):
    assert depths("vcpb", "vcp", "v", "vp", "cv", "bpcv") == [4, 3, 1, 1, 1, 1]


def test_who_goes_to_and_fro_comes_as_far_as_any_way_leads(everywhere):
    assert depths("cvcpb", "vpcpb", "bvcpvb", "vvcwcpppb", "pcvcbp") == [4, 4, 4, 4, 3]


def test_a_visit_without_the_first_step_is_not_in_the_funnel():
    assert len(reached("cpb", "v").execute()) == 1


def test_no_event_gives_no_row():
    assert reached().execute().empty


def test_a_step_that_may_be_left_out_holds_nobody_up(everywhere):
    way = (Step("view"), Step("cart"), Step("wish", is_optional=True), Step("pay"), Step("buy"))
    visits = ["vcwpb", "vcpb", "wvcp", "vcpwb", "vw", "cvwcwp"]
    rows = reached(*visits, way=way).order_by("unit").execute()
    assert [*rows.depth] == [4, 4, 3, 4, 1, 3]
    assert [*rows.took_2] == [True, False, False, True, False, True]


def test_a_step_has_to_follow_within_its_days_and_the_last_day_counts(everywhere):
    way = (Step("view"), Step("buy", within=7))
    days = ["2026-06-01", "2026-06-08"], ["2026-06-01", "2026-06-09"]
    again = ["2026-06-01", "2026-06-20", "2026-06-22"]
    visits = [("vb", {"days": one}) for one in days] + [("vvb", {"days": again})]
    assert depths(*visits, way=way) == [2, 1, 2]


def test_the_days_from_first_to_last_step_are_told_of_those_who_came_through():
    visits = ("vb", {"days": ["2026-06-01", "2026-06-04"]}), ("v", {})
    rows = reached(*visits, way=(Step("view"), Step("buy"))).order_by("unit").execute()
    assert rows.days[0] == 3 and pd.isna(rows.days[1])


def test_where_a_visit_comes_from_is_told_at_its_first_step_and_may_be_unknown():
    rows = reached(("vc", {"device": "phone", "source": "Mail"}), "v").order_by("unit").execute()
    assert [*rows.device.fillna("?")] == ["phone", "?"]
    assert rows.region.isna().all() and len(rows) == 2


def test_a_visit_begins_on_the_day_of_its_first_step():
    (row,) = reached(("wv", {"days": ["2026-05-31", "2026-06-01"]})).execute().itertuples()
    assert pd.Timestamp(row.begun) == pd.Timestamp("2026-06-01")


def by_trying(letters, days, within):
    """The deepest chain of events, by trying every one."""
    best = [0] * len(letters)
    for at, letter in enumerate(letters):
        rank = "vcpb".find(letter)
        if rank == 0:
            best[at] = 1
        elif rank > 0:
            limit = within if rank == 2 else 10**6
            before = range(at)
            if any(best[b] == rank and letters[b] == "vcpb"[rank - 1]
                   and days[at] - days[b] <= limit for b in before):  # fmt: skip
                best[at] = rank + 1
    return max(best, default=0)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("vcpbw"), st.integers(0, 4)), min_size=1, max_size=9),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_the_funnel_agrees_with_trying_every_chain(walks):
    visits, expected = [], []
    for walk in walks:
        letters = "".join(letter for letter, _ in walk)
        days = [sum(gap for _, gap in walk[: n + 1]) for n in range(len(walk))]
        dated = [f"{pd.Timestamp('2026-06-01') + pd.Timedelta(days=d):%Y-%m-%d}" for d in days]
        visits.append((letters, {"days": dated}))
        expected.append(by_trying(letters, days, 3))
    way = (Step("view"), Step("cart"), Step("pay", within=3), Step("buy"))
    assert depths(*visits, way=way) == expected


def test_a_published_log_of_31_106_events_is_counted_as_by_hand(data_set):
    """Retentioneering's shop: each step searched after the one before, event by event."""
    log = pd.read_csv(data_set("retentioneering_ecom") / "ecom.csv.gz", parse_dates=["timestamp"])
    names = ["product_view", "add_to_cart", "cart", "shipping_details", "payment_details"]
    names.append("purchase")
    log["position"] = log.groupby("session_id").cumcount() + 1
    expected = []
    for _, walk in log.groupby("session_id", sort=False).event:
        at = 0
        for event in walk:
            at += at < len(names) and event == names[at]
        expected.append(at)
    rows = log.assign(date=log.timestamp.dt.date, step=log.event, device=log.platform)
    rows = rows.assign(region=None, source=log.acquisition_channel)
    table = ibis.memtable(
        rows[["session_id", "position", "step", "date", "device", "region", "source"]],
        schema=typed("web_events").schema(),
    )
    found = funnel.reached(funnel.visits(table), tuple(map(Step, names))).execute()
    counts = [int((found.depth >= k).sum()) for k in range(1, 7)]
    assert counts == [sum(one >= k for one in expected) for k in range(1, 7)]
    assert counts == [2868, 944, 477, 194, 72, 15]  # its steps are shuffled, so few are in order
