"""Cuts: a metric by one dimension, beside its comparison and target."""

from datetime import date

import pytest
from conftest import sales_lines, typed

from revwork.analysis.explore import cuts, measures
from revwork.calendar import Calendar
from revwork.findings import Unanswered

CALENDAR = Calendar()


def line(day, net, region="North", **row):
    return {
        "order_id": f"{day}{net}{region}",
        "order_date": day,
        "net_amount": net,
        "region": region,
        **row,
    }


ROWS = [
    line("2025-03-02", 50),
    line("2025-03-20", 10, "West"),
    line("2026-03-02", 60),
    line("2026-03-03", 40),
    line("2026-03-30", 20, "South"),
]


def asked(period="2026-03", as_of=date(2026, 4, 30), aims=(), only=()):
    comparison = CALENDAR.compare(CALENDAR.period(period, as_of), "year ago", as_of)
    return cuts.Asked(comparison, CALENDAR, list(only), typed("targets", aims))


def measure(metric="net_revenue", rows=ROWS):
    return measures.named(measures.of_sales(sales_lines(rows)))[metric]


def parts(metric="net_revenue", rows=ROWS, **how):
    return cuts.parts(measure(metric, rows), "region", asked(**how)).set_index("region")


def aim(amount, metric="net_revenue", **row):
    return {"month": "2026-03-01", "metric": metric, "amount": amount, **row}


def test_parts_of_what_adds_up_add_up_to_the_total_in_both_periods():
    rows, card = parts(), cuts.total(measure(), asked())
    assert rows.current.sum() == card.value == 120
    assert rows.base.sum() == card.comparison == 60
    assert rows.loc["West"].tolist()[:2] == [0, 10] and rows.loc["South"].base == 0
    assert rows.share.round(4).tolist() == [0.8333, 0.1667, 0]


def test_a_ratio_has_a_total_of_its_own_and_no_row_where_nothing_was_sold():
    rows, card = parts("order_value"), cuts.total(measure("order_value"), asked())
    assert rows.current.to_dict() == {"North": 50, "South": 20}
    assert card.value == 40 and rows.current.mean() == 35
    assert rows.share.isna().all() and rows.base.isna().tolist() == [False, True]


def test_without_an_earlier_period_nothing_is_compared():
    early = [row for row in ROWS if row["order_date"] > "2026"]
    rows = parts(rows=early)
    assert rows.base.isna().all() and rows.change_rate.isna().all()
    assert cuts.total(measure(rows=early), asked()).change is None


def test_a_partial_period_is_held_against_the_same_days():
    rows = parts(as_of=date(2026, 3, 10))
    assert rows.base.to_dict() == {"North": 50} and rows.current.to_dict() == {"North": 100}


def test_targets_stand_beside_the_parts_they_are_set_for():
    aims = [aim(90, region="North"), aim(60, region="South")]
    rows = parts(aims=aims)
    assert (rows.target["North"], rows.target["South"]) == (90, 60)
    assert cuts.total(measure(), asked(aims=aims)).target == 150
    rate = [aim(45, "order_value"), aim(55, "order_value", region="North")]
    assert cuts.total(measure("order_value"), asked(aims=rate)).target == 45
    assert parts("order_value", aims=rate).target["North"] == 55


def test_a_part_of_the_business_is_all_there_is():
    only = ["region=North"]
    assert parts(only=only).current.to_dict() == {"North": 100}
    assert cuts.total(measure(), asked(only=only)).value == 100
    inside = asked(only=["region=North", "region=South"]).within({"region": "South"})
    assert cuts.total(measure(), inside).value == 20


def test_a_part_without_a_row_is_said_and_not_shown_as_nothing():
    with pytest.raises(Unanswered, match="is not known in"):
        cuts.total(measure("order_value"), asked(only=["region=East"]))
    with pytest.raises(Unanswered, match="is not known in"):
        parts("order_value", only=["region=East"])


def test_months_stand_beside_the_year_before_and_the_month_begun_is_partial():
    rows = cuts.path(measure(), asked("2026-03", date(2026, 3, 10))).set_index("name")
    assert (rows.value["2026-03"], rows.base["2026-03"], rows.partial["2026-03"]) == (100, 50, True)
    assert len(rows) == 13 and rows.value["2025-06"] == 0 and not rows.partial[:-1].any()


def test_a_summary_leaves_out_what_is_not_known():
    found = {card.metric for card in cuts.summary(measures.of_sales(sales_lines(ROWS)), asked())}
    assert "net_revenue" in found and not found & {"margin_rate", "revenue_per_customer"}


def test_readings_name_ends_and_not_what_is_not_recorded():
    said = cuts.reading(parts().reset_index())
    assert said.values == {"top": "North", "last": "West", "share": 100 / 120}
    said = cuts.reading(parts("order_value").reset_index())
    assert said.values == {"top": "North", "last": "South"}
    alone = cuts.reading(parts(rows=[line("2026-03-01", 5)]).reset_index())
    assert alone.template == "One part alone is recorded"
    heard = cuts.heard(cuts.path(measure(), asked()))
    assert heard.values["top"] == "2026-03"
