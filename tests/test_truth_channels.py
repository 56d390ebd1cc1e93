"""The partner planted to erode is found in three companies; where nothing is planted nobody is."""

import pytest
from companies import AS_OF, SEEDS, built
from generator import truth

from revwork.analysis.channels import (
    channel_findings,
    channel_moves,
    channel_sums,
    erosion,
    investment,
    partner_card,
)
from revwork.calendar import Calendar

CALENDAR = Calendar()
COMPARISON = CALENDAR.compare(CALENDAR.period("last quarter", AS_OF), "year ago", AS_OF)


class Answers:
    """What the notebook computes of a company, once."""

    def __init__(self, made):
        partners, lines = made.table("partners"), channel_sums.with_first(made.lines()).cache()
        self.lines, self.year = lines, partner_card.two_years(lines, COMPARISON)
        self.sold = partner_card.of_partners(lines, partners).cache()
        given = erosion.terms(self.sold).cache()
        steps = erosion.steps(erosion.weekly(given), AS_OF)
        self.eroded = erosion.costs(steps, given, CALENDAR, AS_OF)
        self.card = partner_card.card(self.sold, partners, self.year)
        own = channel_moves.direct_channels(lines, partners)
        self.moved = channel_moves.moves(lines, own, self.year.current)
        self.places = investment.places(lines, self.year, "channel")

    def changes(self):
        depends = partner_card.dependence(self.card, self.lines, self.year)
        return [
            *channel_findings.eroded(self.eroded, self.card, "EUR"),
            *channel_findings.switched(channel_moves.effects(self.moved), "2026-Q2", "EUR"),
            *channel_findings.leaning(depends, "2026-Q2"),
        ]


@pytest.fixture(scope="module", params=SEEDS)
def made(request):
    return built(request.param)


@pytest.fixture(scope="module")
def answers(made):
    return Answers(made)


@pytest.fixture(scope="module", params=SEEDS)
def null(request):
    return Answers(built(request.param, null=True))


def test_the_partner_that_erodes_is_found_alone_with_its_size_and_about_its_day(made, answers):
    (one,) = answers.eroded.itertuples()
    where, since = made.effect("erosion")
    assert (one.partner_id, one.term) == (where["partner_id"], "discount")
    assert one.low_change < made.planted["erosion"]["value"] < one.high_change
    assert -14 <= (one.since - since.date()).days <= 49
    assert abs((one.low_since - since.date()).days) <= 35
    assert abs(one.others_change) < 0.02


def test_what_it_costs_holds_what_is_planted_and_is_no_wider_than_twice_that(made, answers):
    (one,) = channel_findings.eroded(answers.eroded, answers.card, "EUR")
    value = truth.impact(made.world, "erosion")["value"]
    assert one.impact.low < value < one.impact.high < 0
    assert one.impact.high - one.impact.low < 2 * abs(value)
    assert one.confidence > 0.98 and one.department == "partners"


def test_the_partner_that_erodes_leaves_least_of_its_revenue(made, answers):
    known = answers.card[answers.card.orders >= 30]
    assert known.partner_id[known.contribution_rate.idxmin()] == made.effect("erosion")[0][
        "partner_id"
    ]  # fmt: skip
    assert answers.card.share.sum() == pytest.approx(1)


def test_the_marketplace_s_commission_is_what_it_leaves_less(answers):
    told = answers.places.set_index("channel").commission_rate["Marketplace"]
    (found,) = channel_findings.behind(answers.places, "2026-Q2", "EUR")
    assert found.segment == {"channel": "Marketplace"} and found.kind == "level"
    assert told == pytest.approx(0.12, abs=0.002)


def test_direct_customers_who_came_back_elsewhere_are_all_direct_customers_parts(answers):
    rows = answers.moved
    assert set(rows.from_channel) <= {"Web shop", "Sales team"}
    assert rows.customers.sum() > 1000
    assert rows.customers[rows.is_direct == False].sum() < 0.1 * rows.customers.sum()  # noqa: E712


def test_where_nothing_is_planted_no_change_is_claimed(null):
    assert null.eroded.empty
    assert null.changes() == []
