"""Effects: what moved a metric adds up to its change."""

from datetime import date

import pytest
from conftest import sales_lines, typed
from hypothesis import given, settings
from hypothesis import strategies as st

from revwork.analysis.explore import cuts, effects, measures
from revwork.calendar import Calendar
from revwork.findings import Unanswered

CALENDAR = Calendar()


def orders(year, region, net, count=1, customer=None, **row):
    day = f"{year}-03-02"
    return [
        {
            "order_id": f"{year}{region}{net}{n}{customer}",
            "order_date": day,
            "net_amount": net,
            "region": region,
            "customer_id": customer,
            **row,
        }
        for n in range(count)
    ]


# order value: North 100, South 20; then North 110 with half the weight instead of a quarter
BEFORE = [*orders(2025, "North", 100), *orders(2025, "South", 20, 3)]
NOW = [*orders(2026, "North", 110, 2), *orders(2026, "South", 20, 2)]
ROWS = [*BEFORE, *NOW]


def asked(only=()):
    as_of = date(2026, 3, 31)
    comparison = CALENDAR.compare(CALENDAR.period("2026-03", as_of), "year ago", as_of)
    return cuts.Asked(comparison, CALENDAR, list(only), typed("targets"))


def measure(metric, rows=ROWS):
    return measures.named(measures.of_sales(sales_lines(rows)))[metric]


def found(metric, rows=ROWS):
    return effects.effects(measure(metric, rows), "region", asked()).set_index("region")


def test_a_ratio_moves_by_its_parts_and_by_their_weights():
    rows = found("order_value")
    north, south = rows.loc["North"], rows.loc["South"]
    assert (north.base, north.current) == (100, 110)
    assert north.own_effect == pytest.approx(0.5 * 10) and south.own_effect == 0
    assert north.mix_effect == pytest.approx(0.25 * (100 - 40))
    assert south.mix_effect == pytest.approx(-0.25 * (20 - 40))
    assert rows.effect.sum() == pytest.approx(65 - 40)


def test_what_adds_up_moves_by_the_change_of_each_part():
    rows = found("net_revenue")
    assert rows.effect.to_dict() == {"North": 120, "South": -20}
    assert rows.own_effect.isna().all()


def test_a_customer_in_two_parts_leaves_a_remainder_of_its_own():
    rows = [
        *orders(2025, "North", 1, customer="anna"),
        *orders(2026, "North", 1, customer="anna"),
        *orders(2026, "South", 1, customer="anna"),
    ]
    moved = found("customers", rows)
    assert moved.effect.to_dict() == {"South": 1, effects.REST: -1, "North": 0}


def test_a_part_that_is_new_moves_by_its_weight_alone():
    rows = found(
        "order_value",
        [*orders(2025, "North", 10), *orders(2026, "North", 10), *orders(2026, "West", 30)],
    )
    assert rows.loc["West"].own_effect == 0
    assert rows.loc["West"].effect == pytest.approx(10) == rows.effect.sum()


def test_without_a_comparison_nothing_is_explained():
    for rows in (NOW, [*NOW, *orders(2026, "North", -5)]):
        with pytest.raises(Unanswered, match="not known in both periods"):
            effects.effects(measure("order_value", rows), "region", asked())


def test_the_table_ends_with_the_total_worked_out_anew():
    seen = effects.seen(measure("order_value"), "region", asked())
    last = seen.table.iloc[-1]
    assert last.region == effects.TOTAL and (last.current, last.base, last.change) == (65, 40, 25)
    assert last.effect == pytest.approx(25) and not seen.adds
    money = effects.seen(measure("net_revenue"), "region", asked()).table
    assert money.share.iloc[-1] == 1 and "own_effect" not in money
    assert money.current[:-1].sum() == money.current.iloc[-1]


def test_the_largest_movers_are_named_over_all_dimensions():
    rows = [row | {"channel": "Web" if row["region"] == "South" else "Shop"} for row in ROWS]
    movers = effects.largest(measure("order_value", rows), ["region", "channel", "moon"], asked())
    assert movers["where"].tolist()[:2] == [{"region": "North"}, {"channel": "Shop"}]
    assert movers.contribution.iloc[0] == pytest.approx(20 / 25)
    assert effects.moved(movers).template == "{where:segment} moved it most, by its weight"
    with pytest.raises(Unanswered, match="no dimension"):
        effects.largest(measure("order_value"), ["moon"], asked())


amounts = st.lists(
    st.tuples(st.sampled_from([2025, 2026]), st.sampled_from("NSW"), st.integers(1, 99)),
    min_size=1,
    max_size=9,
)


@settings(max_examples=15, deadline=None)
@given(amounts)
def test_effects_add_up_to_the_change_whatever_was_sold(sold):
    rows = [*ROWS, *(row for year, region, net in sold for row in orders(year, region, net))]
    for metric in ("order_value", "net_revenue"):
        seen = effects.seen(measure(metric, rows), "region", asked())
        assert effects.effects(measure(metric, rows), "region", asked()).effect.sum() == (
            pytest.approx(seen.total.value - seen.total.comparison)
        )
