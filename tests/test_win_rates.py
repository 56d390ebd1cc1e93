"""Win rates: by count and by value, drawn together where few closed, and no false alarm."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import typed
from flows import closed, deal, flow

from revwork.analysis.sales_flow import deals, win_rates
from revwork.calendar import Comparison, Period
from revwork.findings import Unanswered

QUARTER = Period("2026-Q2", date(2026, 4, 1), date(2026, 7, 1))
BEFORE = Period("2026-Q1", date(2026, 1, 1), date(2026, 4, 1))
COMPARED = Comparison(QUARTER, QUARTER, BEFORE, "previous", False)


def rates(*made, by=("owner",), period=QUARTER):
    rows = win_rates.rates(flow(*made)[2], period, list(by))
    return rows.set_index(list(by)) if by else rows.iloc[0]


def test_open_deals_do_not_count(elsewhere):
    row = rates(*closed(1, 3), deal("o", ("2026-04-01", "A", 5)), by=())
    assert (row.won, row.lost, row.closed, row.win_rate) == (1, 3, 4, 0.25)


def test_an_owner_with_nothing_closed_has_no_win_rate_rather_than_zero():
    rows = rates(*closed(1, 1, owner="Ann"), deal("o", ("2026-04-01", "A", 5), owner="Bo"))
    assert rows.win_rate["Ann"] == 0.5
    assert rows.loc["Bo", ["win_rate", "shrunk_rate", "win_rate_by_value"]].isna().all()


def test_all_won_or_all_lost_is_one_or_zero_with_an_interval():
    rows = rates(*closed(3, 0, owner="Ann"), *closed(0, 3, owner="Bo"))
    assert [*rows.win_rate] == [1, 0]
    assert rows.low_win_rate["Ann"] < 1 and rows.high_win_rate["Bo"] > 0


def test_nothing_closed_at_all_is_null_and_no_deal_no_row():
    assert np.isnan(rates(deal("o", ("2026-04-01", "A", 5)), by=()).win_rate)
    assert rates().empty


def test_by_value_weighs_by_money_and_is_unknown_where_losses_have_no_amount():
    row = rates(*closed(1, 0, amount=300), *closed(0, 1, amount=100), by=())
    assert (row.win_rate, row.win_rate_by_value) == (0.5, 0.75)
    assert np.isnan(rates(*closed(1, 0), *closed(0, 1, amount=0), by=()).win_rate_by_value)


def test_the_first_and_last_day_of_the_period_count_and_their_neighbours_do_not():
    days = ["2026-03-31", "2026-04-01", "2026-06-30"]
    made = [one for day in days for one in closed(1, 0, day=day)]
    assert rates(*made, by=()).won == 2


def test_a_deal_closed_on_no_day_is_in_no_period_and_counted_apart():
    made = deal("d", ("2026-01-01", "A"), stage="won", outcome="won", close_date=None)
    today = flow(made)[2]
    assert win_rates.rates(today, QUARTER).closed[0] == 0 and win_rates.undated(today) == 1


def test_owners_not_recorded_stay_and_parts_make_the_whole():
    made = [*closed(2, 1, owner="Ann"), *closed(1, 4), *closed(0, 2, owner="Bo")]
    rows, whole = rates(*made), rates(*made, by=())
    assert len(rows) == 3 and rows.index.isna().sum() == 1
    assert rows[["won", "lost", "won_amount"]].sum().tolist() == [
        *(whole.won, whole.lost, whole.won_amount)
    ]


def test_one_lucky_deal_tops_no_list():
    made = [*closed(1, 0, owner="Lucky"), *closed(30, 20, owner="Ann"), *closed(10, 60, owner="Bo")]
    assert [*rates(*made).index] == ["Ann", "Lucky", "Bo"]


def test_before_is_what_the_comparison_period_had_and_unknown_where_it_had_none():
    made = [*closed(1, 1, owner="Ann"), *closed(1, 3, day="2026-02-01", owner="Ann")]
    rows = win_rates.compared(flow(*made, *closed(1, 0, owner="Bo"))[2], COMPARED, "owner")
    told = rows.set_index("owner")
    assert told.current["Ann"] == 0.5 and told.base["Ann"] == 0.25 and np.isnan(told.base["Bo"])
    with pytest.raises(Unanswered, match="No deal was won or lost"):
        win_rates.compared(flow()[2], COMPARED, "owner")


def test_reasons_are_shares_of_the_losses_and_one_not_recorded_stays():
    made = [*closed(5, 3, loss_reason="Price"), *closed(0, 1)]
    made += closed(0, 1, day="2026-02-01", loss_reason="Timing")
    rows = win_rates.losses(flow(*made)[2], COMPARED)
    assert [*rows.share] == [0.75, 0.25] and [*rows.base_share] == [0, 0]
    assert rows.loss_reason.isna().sum() == 1
    with pytest.raises(Unanswered, match="map loss_reason"):
        win_rates.losses(flow(*closed(1, 2))[2], COMPARED)


def test_a_group_apart_is_named_and_does_not_make_the_others_odd():
    made = [one for name in "ABC" for one in closed(30, 30, owner=name)]
    rows = win_rates.apart(flow(*made, *closed(2, 58, owner="D"))[2], QUARTER, ["owner", "region"])
    (one,) = rows.itertuples()
    assert (one.dimension, one.name, one.win_rate) == ("owner", "D", pytest.approx(1 / 30))
    assert one.rest_rate == 0.5 and one.low_gap < one.high_gap < 0 and one.p < 0.001
    assert one.yearly_amount == pytest.approx(6000 * 365.25 / 91)


def test_chance_names_nobody():
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(20):
        owners = rng.integers(0, 12, 150)
        won = rng.random(150) < 0.3
        frame = {"owner": owners.astype(str), "outcome": np.where(won, "won", "lost")}
        made = pd.DataFrame(frame).assign(closed_on=date(2026, 5, 1), amount=10.0)
        import ibis

        alarms += len(win_rates.apart(ibis.memtable(made), QUARTER, ["owner"])) > 0
    assert alarms <= 3


def test_nothing_closed_is_nobody_apart():
    assert win_rates.apart(flow()[2], QUARTER, ["owner"]).empty
    assert win_rates.apart(flow(*closed(5, 0, owner="A"))[2], QUARTER, ["owner"]).empty


def test_the_published_pipeline_of_maven_has_its_known_rates(data_set):
    folder = data_set("maven_crm_opportunities")
    raw = pd.read_csv(folder / "sales_pipeline.csv").dropna(subset="engage_date")
    rows = raw.assign(outcome=raw.deal_stage.str.lower().replace("engaging", "open"))
    told = rows[["opportunity_id", "outcome", "close_date"]].assign(
        owner=rows.sales_agent, stage=rows.deal_stage, amount=rows.close_value
    )
    told["created_on"] = rows.engage_date
    records = told.astype(object).where(told.notna(), None).to_dict("records")
    last = date(2017, 12, 31)
    opportunities = typed("opportunities", records)
    moves = deals.moves(opportunities, typed("opportunity_history"), typed("fx_rates"), "USD", last)
    today = deals.standing(moves, opportunities, last).cache()
    ever = Period("2016..2017", date(2016, 1, 1), date(2018, 1, 1))
    whole = win_rates.rates(today, ever).iloc[0]
    assert (whole.won, whole.closed, whole.won_amount) == (4238, 6711, 10_005_534)
    assert round(whole.win_rate, 4) == 0.6315 and np.isnan(whole.win_rate_by_value)
    by_owner = win_rates.rates(today, ever, ["owner"]).set_index("owner")
    known = (
        told[told.outcome != "open"].groupby("owner").outcome.apply(lambda o: (o == "won").mean())
    )
    pd.testing.assert_series_equal(
        by_owner.win_rate.sort_index(), known.rename("win_rate"), check_names=False
    )
    march = deals.standing(moves, opportunities, date(2017, 3, 31)).execute()
    closings = pd.to_datetime(told.close_date)
    begun = told[pd.to_datetime(told.created_on) <= "2017-03-31"]
    assert len(march) == len(begun)
    assert (march.outcome != "open").sum() == (closings[begun.index] <= "2017-03-31").sum()
    assert march[march.outcome == "open"].amount.isna().all()
