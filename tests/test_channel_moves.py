"""Channel moves: who bought directly and came back elsewhere, and what they spent since."""

from datetime import date

import ibis
import numpy as np
import pytest
from conftest import sales_lines, typed

from revwork.analysis.channels import channel_moves
from revwork.calendar import Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say
YEAR = Period("year", date(2026, 1, 1), date(2027, 1, 1))
FIRST = {"order_id": "o0", "order_date": "2024-12-30", "net_amount": 1, "cost_amount": 0}
OWN = ["Web"]


def order(who, day, channel="Web", net=100, **more):
    return {
        **{"order_id": f"{who}-{day}-{channel}", "customer_id": who, "order_date": day},
        **{"channel": channel, "net_amount": net, "cost_amount": net / 2, **more},
    }


def moves(*orders, direct=OWN):
    return channel_moves.moves(sales_lines([FIRST, *orders]), direct, YEAR)


def found(*orders, **options):
    rows = moves(*orders, **options)
    return rows.set_index(rows.channel.fillna("nowhere"))


def test_the_first_order_of_the_year_says_where_a_direct_customer_came_back(elsewhere):
    rows = found(
        order("a", "2025-03-01"),
        order("a", "2026-02-01", "Market", 70),
        order("a", "2026-03-01", "Web", 90),
    )
    row = rows.loc["Market"]
    assert (row.customers, row.is_direct, row.from_channel) == (1, False, "Web")
    assert (row.spend_before, row.spend_after, row.direct_after) == (100, 160, 90)
    assert (row.left_before, row.left_after, row.spend_change) == (50, 80, 60)


def test_who_bought_elsewhere_before_too_is_no_direct_customer():
    assert moves(order("a", "2025-03-01"), order("a", "2025-04-01", "Market")).empty


def test_who_did_not_come_back_is_a_row_and_all_rows_are_all_direct_customers():
    rows = found(
        order("a", "2025-03-01"),
        order("b", "2025-03-01"),
        order("b", "2026-03-01"),
        order("c", "2025-03-01"),
        order("c", "2026-03-01", None),
    )
    assert rows.customers.to_dict() == {"No order": 1, "Web": 1, "nowhere": 1}
    assert rows.is_direct["No order"] is None and rows.is_direct["nowhere"] == False  # noqa: E712


def test_edge_days_belong_to_the_year_they_begin():
    rows = found(order("a", "2025-12-31"), order("a", "2026-01-01", "Market"))
    assert rows.customers.to_dict() == {"Market": 1}
    assert moves(order("a", "2026-01-01"), order("a", "2026-01-02", "Market")).empty


def test_returns_are_taken_off_and_are_no_order():
    rows = found(
        order("a", "2025-03-01"),
        order("a", "2026-02-01", "Market", -40, order_id="c1"),
        order("a", "2026-03-01"),
    )
    assert rows.customers.to_dict() == {"Web": 1} and rows.spend_after["Web"] == 60


def test_what_they_leave_is_unknown_where_a_cost_is_missing():
    rows = moves(order("a", "2025-03-01"), order("a", "2026-03-01", cost_amount=None))
    assert rows.left_after.isna().all() and rows.spend_after[0] == 100
    with pytest.raises(Unanswered, match="cost of every order"):
        channel_moves.by_channel(rows, "left")


def test_without_a_year_before_or_a_direct_channel_there_is_nobody():
    late = sales_lines([order("a", "2025-03-01"), order("a", "2026-03-01")])
    assert channel_moves.moves(late, OWN, YEAR).empty
    assert moves(order("a", "2025-03-01"), direct=[]).empty
    with pytest.raises(Unanswered, match="the parameter direct names them"):
        channel_moves.by_channel(moves(direct=[]))
    assert channel_moves.effects(moves(direct=[])).empty
    assert "No direct customer" in SAY(channel_moves.reading(moves(direct=[])))


def crowd(name, n, channel, before, after):
    """Customers who bought directly, and what the mean of them spends before and after."""
    rows = []
    for at in range(n):
        jitter = at % 5 - 2
        rows.append(order(f"{name}{at}", "2025-05-01", "Web", before + jitter))
        rows.append(order(f"{name}{at}", "2026-05-01", channel, after - 3 * jitter))
    return rows


def test_a_move_that_grows_the_customer_is_a_gain_against_those_who_stayed():
    rows = moves(*crowd("m", 20, "Market", 100, 150), *crowd("s", 40, "Web", 100, 110))
    (one,) = channel_moves.effects(rows).itertuples()
    assert (one.channel, one.customers, one.spend_gap) == ("Market", 20, pytest.approx(40))
    assert one.value == pytest.approx(20 * 20) and 0 < one.low < one.value < one.high
    assert (one.spend_before, one.spend_after) == (100, 150)
    assert one.basis == "contribution_margin"


def test_a_move_that_is_like_staying_is_within_its_interval():
    rows = moves(*crowd("m", 20, "Market", 100, 110), *crowd("s", 40, "Web", 100, 110))
    (one,) = channel_moves.effects(rows).itertuples()
    assert one.low <= 0 <= one.high


def test_who_moved_stands_beside_who_stayed_where_they_come_from():
    shop = [one | {"channel": "Shop"} if one["channel"] == "Web" else one
            for one in crowd("x", 20, "Web", 5000, 9000)]  # fmt: skip
    rows = moves(*crowd("m", 20, "Market", 100, 110), *crowd("s", 20, "Web", 100, 110), *shop,
                 direct=["Shop", "Web"])  # fmt: skip
    (one,) = channel_moves.effects(rows).itertuples()
    assert one.spend_gap == pytest.approx(0, abs=1e-6)


def test_few_movers_or_nobody_who_stayed_tell_nothing():
    stayed = crowd("s", 20, "Web", 100, 110)
    assert channel_moves.effects(moves(*crowd("m", 9, "Market", 100, 300), *stayed)).empty
    assert channel_moves.effects(moves(*crowd("m", 20, "Market", 100, 300))).empty


def test_the_picture_leaves_out_few_and_who_did_not_order():
    rows = moves(*crowd("m", 20, "Market", 100, 150), *crowd("s", 5, "Web", 100, 110),
                 order("z", "2025-05-01"))  # fmt: skip
    every = channel_moves.by_channel(rows)
    assert every.channel.tolist() == ["Market", "Web", "No order"]
    assert np.isnan(every.low[2]) and every.direct_share.tolist()[:2] == [0, 1]
    (one,) = channel_moves.pictured(rows).itertuples()
    assert (one.channel, one.base, one.current) == ("Market", 100, 150)
    assert one.low < 150 < one.high
    assert SAY(channel_moves.reading(rows)) == (
        "Direct customers who came back elsewhere: 20 of 26. Most through Market: each spent €100 "
        "before and €150 since, in all channels"
    )


PARTNERS = {"partner_id": "P", "channel": "Reseller"}


def test_direct_is_what_bears_no_commission_and_no_partner_claims(elsewhere):
    sold = sales_lines(
        [
            order("a", "2025-01-01"),
            order("a", "2025-01-02", "Market", commission=5),
            order("a", "2025-01-03", "Reseller"),
            order("a", "2025-01-04", None),
        ]
    )
    partners = typed("partners", [PARTNERS])
    assert channel_moves.direct_channels(sold, partners) == ["Web"]
    assert channel_moves.direct_channels(sold, partners, ["Market", "None such"]) == ["Market"]
    named = sold.mutate(partner_id=ibis.cases((sold.channel == "Web", "P"), else_=None))
    assert channel_moves.direct_channels(named, typed("partners")) == ["Reseller"]


def test_where_all_or_none_would_be_direct_nothing_is():
    sold = sales_lines([order("a", "2025-01-01"), order("a", "2025-01-02", "Shop")])
    assert channel_moves.direct_channels(sold, typed("partners")) == []
    assert channel_moves.direct_channels(sold, typed("partners"), ["Elsewhere"]) == []
