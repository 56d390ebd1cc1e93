"""Partner card: what each partner brings and leaves, its tier and trend, and how much depends."""

from datetime import date

import ibis
import numpy as np
import pytest
from conftest import sales_lines, typed
from test_channel_sums import BOTH

from revwork.analysis.channels import channel_sums, partner_card
from revwork.calendar import Calendar
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say
PARTNERS = [
    {"partner_id": "P1", "partner_name": "Norte", "tier": "gold", "commission_rate": 0.1},
    {"partner_id": "P2", "channel": "Market", "region": "Spain"},
]


def order(number, partner, year=2026, net=100, **more):
    return {
        **{"order_id": f"o{number}", "order_date": f"{year}-05-05", "net_amount": net},
        **{"cost_amount": net / 2, "segment": partner, "customer_id": f"c{number}", **more},
    }


def lines(*orders):
    """Lines of `with_first`; what stands in segment is the partner that the order names."""
    sold = channel_sums.with_first(sales_lines(list(orders)))
    return sold.mutate(partner_id=sold.segment)


def card(*orders, partners=PARTNERS):
    sold = partner_card.of_partners(lines(*orders), typed("partners", partners))
    rows = partner_card.card(sold, typed("partners", partners), BOTH)
    return rows.set_index("partner_id")


def test_an_order_is_its_partner_s_or_that_of_who_alone_claims_its_channel(elsewhere):
    sold = lines(order(1, "P1", channel="Market"), order(2, None, channel="Market"), order(3, None))
    rows = partner_card.of_partners(sold, typed("partners", PARTNERS)).execute()
    assert rows.set_index("order_id").partner.to_dict() == {"o1": "Norte", "o2": "P2"}
    assert rows.set_index("order_id").tier.to_dict() == {"o1": "gold", "o2": None}
    both = [*PARTNERS, {"partner_id": "P3", "channel": "Market"}]
    rows = partner_card.of_partners(sold, typed("partners", both)).execute()
    assert rows.order_id.tolist() == ["o1"]


def test_orders_without_a_partner_column_have_those_of_a_channel():
    sold = lines(order(1, None, channel="Market")).drop("partner_id")
    rows = partner_card.of_partners(sold, typed("partners", PARTNERS)).execute()
    assert rows.partner_id.tolist() == ["P2"]
    assert partner_card.of_partners(sold, typed("partners")).count().execute() == 0


def test_the_card_tells_terms_paid_beside_those_agreed():
    row = card(
        order(1, "P1", 2025, commission=10),
        order(2, "P1", net=80, discount=20, commission=12),
        order(3, "P2"),
    ).loc["P1"]
    assert (row.partner, row.tier, row.net_revenue) == ("Norte", "gold", 80)
    assert (row.commission_rate, row.agreed_rate) == (0.15, 0.1)
    assert (row.discount_rate, row.contribution_rate) == (0.2, pytest.approx(28 / 80))
    assert row.base_contribution_rate == pytest.approx(0.4)
    assert row.change_rate == pytest.approx(-0.2) and row.share == pytest.approx(80 / 180)


def test_a_partner_that_the_table_does_not_know_keeps_its_identifier():
    row = card(order(1, "P9")).loc["P9"]
    assert row.partner == "P9" and row.tier is None and np.isnan(row.agreed_rate)


def test_trend_is_told_where_the_change_is_beyond_chance_for_all_partners():
    many = [order(f"a{n}", "P1", 2025) for n in range(30)]
    many += [order(f"b{n}", "P1") for n in range(90)]
    many += [order(f"c{n}", "P2", 2025) for n in range(90)]
    many += [order(f"d{n}", "P2") for n in range(30)]
    many += [order(f"e{year}{n}", "P3", year) for year in (2025, 2026) for n in range(9)]
    rows = card(*many, order("x", "P4"))
    told = rows.trend.to_dict()
    assert told == {"P1": "Growing", "P2": "Shrinking", "P3": "Unclear", "P4": "New partner"}


def test_dependence_is_the_sum_of_squared_shares():
    sold = lines(order(1, "P1", net=300), order(2, "P2"), order(3, None, net=600))
    known = partner_card.of_partners(sold, typed("partners", PARTNERS))
    rows = partner_card.card(known, typed("partners", PARTNERS), BOTH)
    found = partner_card.dependence(rows, sold, BOTH)
    one = found.iloc[0]
    assert (one.partners, one.largest, one.largest_share) == (2, "Norte", 0.75)
    assert one.hhi == pytest.approx(0.625) and one.effective_partners == pytest.approx(1.6)
    assert one.company_share == pytest.approx(0.4)
    assert found.of.tolist() == ["net_revenue", "contribution_after_commission"]
    assert SAY(partner_card.leaning(found)) == (
        "Partners bring 40% of net revenue, Norte 75% of that"
    )


def test_without_a_partner_each_view_is_the_same_sentence():
    rows = card(order(1, None)).reset_index()
    assert rows.empty and "map partner_id" in SAY(partner_card.reading(rows))
    depends = partner_card.dependence(rows, lines(order(1, None)), BOTH)
    assert "map partner_id" in SAY(partner_card.leaning(depends))
    none = partner_card.of_partners(lines(order(1, None)), typed("partners"))
    for view in (lambda: partner_card.points(rows), lambda: partner_card.by_tier(none, BOTH)):
        with pytest.raises(Unanswered, match="map partner_id"):
            view()


def test_tiers_are_compared_where_there_are_two():
    sold = [order(1, "P1", commission=20), order(2, "P2")]
    known = partner_card.of_partners(lines(*sold), typed("partners", PARTNERS))
    tiers = partner_card.by_tier(known, BOTH)
    assert SAY(partner_card.standing(tiers)) == (
        "not recorded leaves most of net revenue (50%), gold least (30%)"
    )
    assert "Fewer than two" in SAY(partner_card.standing(tiers[:1]))


def test_the_reading_names_who_brings_most_and_who_leaves_least():
    rows = card(order(1, "P1", net=300, commission=90), order(2, "P2")).reset_index()
    assert SAY(partner_card.reading(rows)) == (
        "Norte brings most (75% of what partners sell); Norte leaves least of net revenue after "
        "commission (20%)"
    )
    assert SAY(partner_card.reading(rows[:1])) == "Norte brings most: 75% of what partners sell"
    assert list(partner_card.points(rows).columns) == [
        *("partner", "net_revenue", "contribution_rate", "group")
    ]


def test_two_years_end_with_the_period_and_need_both():
    comparison = Calendar().compare(Calendar().period("2026-Q2", date(2026, 9, 1)), "previous",
                                    date(2026, 9, 1))  # fmt: skip
    year = partner_card.two_years(lines(order(1, "P1", 2024)), comparison)
    assert (year.current.start, year.current.end) == (date(2025, 7, 1), date(2026, 7, 1))
    assert (year.base.start, year.base.end) == (date(2024, 7, 1), date(2025, 7, 1))
    assert partner_card.two_years(lines(order(1, "P1", 2025)), comparison).base is None


def test_a_line_stays_one_line_whatever_the_partners_table_says():
    sold = lines(order(1, "P1"), order(2, "P2"), order(3, "P9"), order(4, None, channel="Market"))
    rows = partner_card.of_partners(sold, typed("partners", PARTNERS))
    assert rows.count().execute() == 4 and isinstance(rows, ibis.Table)
