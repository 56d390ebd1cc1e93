"""Channel flows: where the customers of each channel came back."""

from datetime import date

import pytest
from conftest import sales_lines

from revwork.analysis.channels import channel_flows
from revwork.calendar import Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say
YEAR = Period("year", date(2026, 1, 1), date(2027, 1, 1))
FIRST = {"order_id": "o0", "order_date": "2024-12-30", "net_amount": 1}


def order(who, day, channel="Web"):
    return {
        **{"order_id": f"{who}{day}", "customer_id": who, "order_date": day},
        **{"channel": channel, "net_amount": 9},
    }


def flows(*orders):
    rows = channel_flows.flows(sales_lines([FIRST, *orders]), YEAR)
    return rows, {(a, b): (v, n) for a, b, v, n in rows.itertuples(index=False)}


def test_the_last_order_before_and_the_first_since_make_a_move(elsewhere):
    _, found = flows(
        order("a", "2025-01-02", "Shop"),
        order("a", "2025-12-31"),
        order("a", "2026-01-01", "Market"),
        order("a", "2026-01-02", "Shop"),
        order("b", "2025-02-02"),
    )
    assert found == {("Web", "Market"): (0.5, 1), ("Web", "No order"): (0.5, 1)}


def test_shares_of_a_channel_make_the_whole_and_what_is_not_recorded_is_there():
    rows, _ = flows(order("a", "2025-03-01", None), order("a", "2026-03-01"),
                    order("b", "2025-03-01"), order("b", "2026-03-01", None))  # fmt: skip
    assert rows.groupby("from_channel", dropna=False).value.sum().tolist() == [1, 1]
    assert rows.from_channel.isna().sum() == 1 and rows.to_channel.isna().sum() == 1


def test_the_reading_counts_those_who_came_back_in_another_channel():
    rows, _ = flows(order("a", "2025-03-01"), order("a", "2026-03-01"), order("b", "2025-03-01"),
                    order("b", "2026-03-01", "Shop"), order("c", "2025-03-01"))  # fmt: skip
    assert SAY(channel_flows.where_from(rows)) == (
        "50% of those who came back did so in another channel"
    )
    lost, _ = flows(order("c", "2025-03-01"))
    assert SAY(channel_flows.where_from(lost)) == ("Nobody who ordered the year before came back")


def test_without_a_year_before_or_a_channel_it_is_a_sentence():
    with pytest.raises(Unanswered, match="2025-01-01"):
        channel_flows.flows(sales_lines([order("a", "2025-03-01")]), YEAR)
    for nobody in ([], [order("a", "2025-03-01", None)], [order(None, "2025-03-01")]):
        with pytest.raises(Unanswered, match="customer and channel"):
            channel_flows.flows(sales_lines([FIRST, *nobody]), YEAR)
