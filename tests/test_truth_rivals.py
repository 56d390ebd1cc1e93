"""What is planted about a rival is found in three companies, and nothing where it is left out."""

from datetime import date
from functools import cache

import pytest
from companies import AS_OF, SEEDS, built

from revwork.analysis.market import (
    availability,
    cross_price,
    move_effect,
    price_findings,
    price_index,
    price_moves,
    responses,
    rival_findings,
    rival_wins,
)
from revwork.analysis.market.price_moves import US
from revwork.calendar import Calendar, Period
from revwork.findings import Unanswered

YEAR = Period("year", date(2025, 9, 15), date(2026, 9, 15))


@cache
def company(seed, null=False):
    """Lines, offers and moves of a company, as the notebook has them."""
    made = built(seed, null)
    named = ("competitor_prices", "prices", "products")
    offers = price_index.offers(*map(made.table, named), "EUR").cache()
    moved = price_moves.moves(offers, made.table("competitor_events"), YEAR)
    return made.lines(), offers, moved


@cache
def felt(seed):
    lines, offers, moved = company(seed)
    panel, levels = cross_price.panel(lines, offers), cross_price.levels(offers)
    return cross_price.elasticities(panel, levels, moved)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rival_s_cut_is_the_one_finding_and_its_money_holds_the_truth(seed):
    from generator import truth

    where, since = built(seed).effect("rival")
    lines, _, moved = company(seed)
    (one,) = price_findings.answers(moved, lines, Calendar(), AS_OF, "EUR")
    assert one.segment == where and one.direction == "threat"
    assert one.claim.values["since"] == since.date()
    planted = truth.impact(built(seed).world, "rival")["value"]
    assert one.impact.low < planted < one.impact.high < 0
    assert one.impact.high - one.impact.low <= 2 * abs(planted)


@pytest.mark.parametrize("seed", SEEDS)
def test_orders_before_the_move_are_as_usual_and_after_it_are_not(seed):
    where, since = built(seed).effect("rival")
    lines, _, moved = company(seed)
    assert move_effect.largest(moved) == (where["category"], since.date())
    rows = move_effect.monthly(lines, where["category"], since.date(), AS_OF)
    before, after = rows[rows.day < since.date()], rows[rows.day >= since.date()]
    assert 93 < before.value.mean() < 107 and (before.low < 100).mean() > 0.8
    assert after.value.mean() < 80 and (after.high < 100).mean() > 0.6


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cross_price_elasticity_and_our_own_lie_in_their_intervals(seed):
    where, _ = built(seed).effect("rival")
    (one,) = felt(seed).itertuples()
    assert {"competitor": one.competitor, "category": one.category} == where
    known = {item["id"]: item for item in built(seed).parameters() if item["id"] == "cross_price"}
    assert one.low_cross_elasticity < known["cross_price"]["value"] < one.high_cross_elasticity
    own = [
        item["value"]
        for item in built(seed).parameters()
        if item["id"] == "price_elasticity" and item["segment"] == known["cross_price"]["segment"]
    ]
    assert one.low_own_elasticity < own[0] < one.high_own_elasticity
    assert one.low_cross_elasticity > 0 and one.high_own_elasticity < 0


def test_answers_to_the_move_are_told_apart_and_to_match_sells_most_and_leaves_least():
    seed = SEEDS[0]
    lines, _, moved = company(seed)
    ((_, case),) = responses.cases(felt(seed), moved, lines, Calendar(), AS_OF).items()
    rows = responses.simulated(case, 1.0, 0.0, 0.2).set_index("response")
    assert rows.units.idxmax() == "Match" and rows.margin.idxmin() == "Match"
    assert rows.high_gained_margin["Match"] < 0


@pytest.mark.parametrize("seed", SEEDS)
def test_where_no_rival_moved_nothing_is_claimed(seed):
    lines, offers, moved = company(seed, null=True)
    assert moved[moved.competitor != US].empty
    assert price_findings.answers(moved, lines, Calendar(), AS_OF, "EUR") == []
    assert cross_price.elasticities(cross_price.panel(lines, offers), None, moved).empty
    with pytest.raises(Unanswered):
        move_effect.largest(moved)


@pytest.mark.parametrize("null", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_deals_lost_at_random_make_no_rival_stand_out_and_stock_is_as_planted(seed, null):
    made = built(seed, null)
    deals = rival_wins.rates(made.table("opportunities"), YEAR, ["No decision"])
    assert rival_findings.deals(deals, "2026-Q2") == []
    named = map(made.table, ("competitor_prices", "products", "demand"))
    rows = availability.rates(availability.stock(*named, YEAR), ["competitor"])
    assert rows.in_stock_rate.between(0.935, 0.965).all()
    assert rows.our_in_stock_rate.between(0.97, 1).all()
