"""Planted in what people say: recovered in three companies; where nothing is, nothing is."""

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd
import pytest
from companies import AS_OF, SEEDS, Company, built
from generator import truth

from revwork.analysis import purchases
from revwork.analysis.reputation import (
    opinion_breaks,
    opinion_weeks,
    opinions,
    reputation_findings,
    risk_register,
    sentiment,
    topics,
)
from revwork.calendar import Calendar
from revwork.findings import Finding

ABOUT = "_topic"  # what the generator says a review is about


@dataclass(frozen=True)
class Told:
    """What the page says of a company, and what is planted in it."""

    made: Company
    about: pd.DataFrame
    risks: list[risk_register.Risk]
    findings: list[Finding]


def told(made, read=True):
    """The page's way from reviews to findings; without texts, as leadership reads them."""
    lines, calendar = made.lines(), Calendar()
    found = opinions.opinions(made.table("reviews"), lines)
    found = found if read else found.mutate(text=found.text.nullif(found.text), title=None)
    found = found.mutate(title=found.title.cast("string")).cache()
    texts = opinions.texts(found, made.table("surveys").limit(0))
    texts = texts.assign(critical=sentiment.critical(texts, texts.rating.rename("tone") * 0))
    about = topics.topics(texts)
    spine = opinion_weeks.weeks(found, AS_OF)
    weekly = opinion_weeks.stars(found, spine), opinion_weeks.topics(texts, about, spine), spine
    events = opinion_breaks.events(opinion_breaks.moves(*weekly))
    chosen = purchases.of_choice(lines, purchases.deliveries(lines, made.table("subscriptions")))
    tables = found, chosen, made.table("tickets")
    risks = risk_register.risks(events, weekly, tables, (calendar, "EUR"))
    claims = [
        *reputation_findings.turned(risks, calendar),
        *reputation_findings.better(events, calendar),
    ]
    return Told(made, about, risks, claims)


@pytest.fixture(scope="module", params=SEEDS)
def page(request):
    return told(built(request.param))


def test_the_country_where_parcels_come_late_is_the_only_risk(page):
    where, _ = page.made.effect("delivery")
    (one,) = page.risks
    assert one.where == {"region": where["region"]}
    (finding,) = page.findings
    assert finding.direction == "threat" and finding.segment == {"region": where["region"]}


def test_it_began_when_the_first_reviews_of_late_parcels_could_come(page):
    _, since = page.made.effect("delivery")
    (one,) = page.risks
    written = since.date() + timedelta(days=4), since.date() + timedelta(days=16)
    assert one.low - timedelta(days=6) <= written[1] and written[0] <= one.high + timedelta(days=6)
    assert abs((one.since - written[0]).days) <= 14


def test_the_topics_that_rose_there_are_about_delivery(page):
    (one,) = page.risks
    reviews = page.made.reviews.drop_duplicates("review_id").set_index("review_id")
    for topic in one.topics.topic:
        keys = page.about.key[page.about.topic == topic]
        assert reviews[ABOUT].reindex(keys).value_counts().index[0] == "delivery", topic
    assert len(one.topics) >= 3
    assert one.tickets.topic.tolist()[:1] == ["Delivery"]


def test_stars_fell_by_more_than_chance(page):
    (one,) = page.risks
    assert one.levels["high_rating_change"] < 0 and one.levels["rating_change"] < -0.8


def test_it_could_be_seen_before_orders_fell(page):
    _, since = page.made.effect("delivery")
    (one,) = page.risks
    assert one.visible <= one.seen < one.turn.since_date
    assert one.seen < since.date() + timedelta(days=84), "when the full loss is reached"


def test_the_money_it_costs_a_year_is_within_the_findings_interval(page):
    worth = truth.impact(page.made.world, "delivery")["value"]
    (finding,) = page.findings
    assert finding.impact.low < worth < finding.impact.high < 0
    assert finding.impact.high - finding.impact.low < 2 * abs(worth)
    assert finding.impact.basis == "contribution_margin"


@pytest.mark.parametrize("seed", SEEDS)
def test_where_nothing_is_planted_nothing_is_told(seed):
    assert told(built(seed, null=True)).findings == []


def test_who_reads_no_texts_is_told_the_same_country_and_what_it_costs():
    made = built(SEEDS[0])
    less = told(made, read=False)
    (one,) = less.risks
    assert less.about.empty and one.topics.empty
    assert one.where == {"region": made.effect("delivery")[0]["region"]}
    assert one.tickets.topic.tolist() == ["Delivery"] and one.impact.high < 0
