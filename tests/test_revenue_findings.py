"""Revenue findings, on orders small enough to check by hand."""

from datetime import date

import pytest
from conftest import sales_lines

from revwork.analysis.revenue import concentration, revenue_findings
from revwork.analysis.revenue.movers import movers
from revwork.calendar import Calendar, Comparison
from revwork.findings import ranked
from revwork.metrics import Kpi
from revwork.report.words import Reader

CALENDAR = Calendar()
JUNE = date(2026, 6, 30)
SPRING = CALENDAR.compare(CALENDAR.period("2026-Q2", JUNE), "year ago", JUNE)
SAY = Reader("en", "EUR").say


def sold(year, net, times=10, first=1, **row):
    """`times` orders of one line, a day apart from 1 April, with a cost of half."""
    return [
        {
            "order_id": f"{year}-{row}-{net}-{i}",
            "order_date": f"{year}-04-{first + i:02}",
            "net_amount": net,
            "cost_amount": net / 2,
            **row,
        }
        for i in range(times)
    ]


def story(factor=1):
    """The South trebles, the North stands still, the East loses nine orders in ten."""
    rows = sold(2025, 100 * factor, 20, region="North") + sold(
        2026, 100 * factor, 20, region="North"
    )
    rows += sold(2025, 100 * factor, region="South") + sold(2026, 300 * factor, region="South")
    return rows + sold(2025, 90 * factor, region="East") + sold(2026, 90 * factor, 1, region="East")


def in_months(rows, months):
    return [
        row | {"order_date": months[row["order_date"][:7]] + row["order_date"][7:]} for row in rows
    ]


def moved(rows, comparison=SPRING, dimensions=("region",)):
    lines = sales_lines(rows)
    movement = movers(lines, comparison, dimensions)
    return revenue_findings.moved(movement, lines, comparison, CALENDAR, "EUR")


def target(metric, value, aim, rows=None):
    kpi = Kpi(metric, value, "money", "finance", "2026-Q2", target=aim)
    lines = sales_lines(rows or story())
    return revenue_findings.off_target([kpi], lines, SPRING, "EUR")


def depends(nets, **row):
    rows = [
        {"net_amount": net, "customer_id": name, "order_date": "2026-04-01", **row}
        for name, net in nets.items()
    ]
    customers = concentration.by_customer(sales_lines(rows), SPRING.current)
    return revenue_findings.depends(customers, "2026-Q2")


def test_a_segment_that_grew_is_a_strength_and_one_that_shrank_a_weakness():
    found = {f.segment["region"]: f for f in moved(story())}
    assert (found["South"].direction, found["East"].direction) == ("strength", "weakness")
    assert {f.kind for f in found.values()} == {"change"}
    assert "North" not in found


def test_its_claim_and_evidence_are_the_figures():
    south = next(f for f in moved(story()) if f.segment == {"region": "South"})
    assert SAY(south.claim) == "South: net revenue +€2,000 (+200%) against 2025-Q2"
    assert SAY(south.evidence) == "€3,000 after €1,000, at constant exchange rates"
    assert "South" in SAY(south.next_step)


def test_its_impact_is_the_segments_own_contribution_a_year():
    found = {f.segment["region"]: f.impact for f in moved(story())}
    assert found["South"].value == pytest.approx((3000 - 1000) / 2 * 365.25 / 91)
    assert found["East"].value == pytest.approx((90 - 900) / 2 * 365.25 / 91)
    assert found["South"].low < found["South"].value < found["South"].high


def test_identity_outlives_the_figures():
    assert {f.id for f in moved(story())} == {f.id for f in moved(story(factor=3))}


def test_identities_differ_by_segment_and_direction():
    swapped = in_months(story(), {"2025-04": "2026-04", "2026-04": "2025-04"})
    ids = [f.id for f in moved(story())] + [f.id for f in moved(swapped)]
    assert len(ids) == len(set(ids)) == 4


def test_confidence_is_a_share():
    found = [*moved(story()), *target("net_revenue", 90, 100), *depends({"anna": 1})]
    assert all(0 <= f.confidence <= 1 for f in found)


def test_findings_are_ranked_by_money_times_confidence_and_the_unknown_come_last():
    found = ranked([*depends({"anna": 1}), *moved(story())])
    weights = [abs(f.impact.value) * f.confidence for f in found[:-1]]
    assert weights == sorted(weights, reverse=True)
    assert found[-1].impact is None


def test_the_worth_of_a_change_is_unknown_where_the_data_do_not_cover_the_year_before():
    winter = CALENDAR.compare(CALENDAR.period("2025-12", JUNE), "previous", JUNE)
    found = moved(in_months(story(), {"2025-04": "2025-11", "2026-04": "2025-12"}), winter)
    assert found
    assert {(f.impact, f.confidence) for f in found} == {(None, 0)}


def test_a_segment_that_is_new_is_worth_what_it_sells():
    rows = [row for row in story() if row["region"] == "North"] + sold(2026, 300, region="West")
    west = next(f for f in moved(rows) if f.segment == {"region": "West"})
    assert west.impact.value == pytest.approx(1500 * 365.25 / 91)
    assert SAY(west.claim) == "West: net revenue +€3,000 (new) against 2025-Q2"


def test_a_segment_that_is_not_recorded_has_a_name():
    rows = [
        row | {"region": None if row["region"] == "South" else row["region"]} for row in story()
    ]
    found = next(f for f in moved(rows) if f.direction == "strength")
    assert found.segment == {"region": ""}
    assert SAY(found.claim).startswith("region not recorded: net revenue +€2,000")
    assert found.impact.value == pytest.approx(1000 * 365.25 / 91)


@pytest.mark.parametrize(
    ("dimension", "department"),
    [
        ("channel", "sales"),
        ("category", "product"),
        ("segment", "marketing"),
        ("region", "sales"),
    ],
)
def test_a_finding_belongs_to_a_department(dimension, department):
    rows = [{**row, dimension: row["region"]} for row in story()]
    assert {f.department for f in moved(rows, dimensions=[dimension])} == {department}


def test_without_a_comparison_nothing_moved():
    alone = Comparison(SPRING.period, SPRING.current, None, "year ago", False)
    assert moved(story(), alone) == []


def test_where_nothing_stands_out_nothing_is_claimed():
    rows = sold(2025, 100, 20, region="North") + sold(2026, 100, 20, region="North")
    assert moved(rows) == []


# off target


def test_a_miss_is_a_weakness_and_a_lead_a_strength():
    (miss,) = target("net_revenue", 4000, 5000)
    (lead,) = target("net_revenue", 6000, 5000)
    assert (miss.direction, lead.direction) == ("weakness", "strength")
    assert SAY(miss.claim) == "Net revenue is −€1,000 against target (−20%)"
    assert SAY(lead.claim) == "Net revenue is +€1,000 against target (+20%)"
    assert SAY(miss.evidence) == "€4,000 where €5,000 was promised"
    assert SAY(miss.next_step) != SAY(lead.next_step)
    assert miss.id != lead.id


def test_a_miss_is_worth_its_gap_for_a_year():
    (miss,) = target("gross_margin", 4000, 5000)
    assert miss.impact.value == pytest.approx(-1000 * 365.25 / 91)
    assert (miss.impact.basis, miss.metric) == ("gross_margin", "gross_margin_target")


@pytest.mark.parametrize("value", [98, 100, 102])
def test_within_two_percent_it_is_on_target(value):
    assert target("net_revenue", value, 100) == []


@pytest.mark.parametrize("value", [97.9, 102.1])
def test_beyond_two_percent_it_is_not(value):
    assert len(target("net_revenue", value, 100)) == 1


@pytest.mark.parametrize("aim", [None, 0])
def test_without_a_target_nothing_is_missed(aim):
    assert target("net_revenue", 90, aim) == []


def test_a_smaller_loss_than_planned_is_a_strength_with_a_gain():
    (finding,) = target("contribution_margin", -60, -100)
    assert finding.direction == "strength"
    assert SAY(finding.claim) == "Contribution margin is +€40 against target (+40%)"


def test_the_number_nearest_to_the_result_speaks_for_all():
    kpis = [
        Kpi(metric, 50, "money", "finance", "2026-Q2", target=100)
        for metric in ("net_revenue", "gross_margin", "contribution_margin", "operating_result")
    ]
    lines = sales_lines(story())
    (found,) = revenue_findings.off_target(kpis, lines, SPRING, "EUR")
    assert found.metric == "contribution_margin_target"
    (found,) = revenue_findings.off_target(kpis[:2], lines, SPRING, "EUR")
    assert found.metric == "gross_margin_target"
    assert revenue_findings.off_target(kpis[3:], lines, SPRING, "EUR") == []
    assert revenue_findings.off_target([], lines, SPRING, "EUR") == []


# dependence


def test_a_customer_of_a_tenth_is_a_threat():
    (found,) = depends({"anna": 10} | {f"c{i}": 9 for i in range(10)})
    assert (found.direction, found.segment, found.kind) == (
        "threat",
        {"customer_id": "anna"},
        "level",
    )
    assert SAY(found.claim) == "anna alone makes 10% of net revenue"
    assert SAY(found.evidence) == "€10 in the period, the largest of all customers"
    assert found.impact is None


def test_a_customer_of_less_is_none():
    assert depends({f"c{i}": 9 for i in range(12)}) == []


def test_customers_nobody_knows_are_no_dependence():
    assert depends({None: 100}) == []
    assert depends({}) == []


def test_a_customer_who_only_sent_back_is_no_dependence():
    assert depends({"anna": -5}) == []


def test_the_largest_customers_identity_outlives_the_figures():
    assert depends({"anna": 10, "ben": 9})[0].id == depends({"anna": 30, "ben": 2})[0].id


def test_what_findings_ask_compiles_elsewhere(elsewhere):
    assert moved(story()) and target("net_revenue", 90, 100) and depends({"anna": 1})
