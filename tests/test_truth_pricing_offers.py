"""The planted pair is the first offer proposed in three seeds, and nothing is where none is."""

from datetime import date
from functools import cache

import pytest
from companies import AS_OF, SEEDS, built, truth

from revwork.analysis.pricing import (
    associations,
    bundle_findings,
    bundle_offers,
    bundles,
    pair_tests,
)
from revwork.calendar import Calendar, Period

YEAR = Period("year", date(2025, 9, 15), date(2026, 9, 15))


@cache
def found(seed, null=False):
    """What the notebook claims of the company's pairs, and the pairs it rests on."""
    made = built(seed, null)
    lines, deals = made.lines(), made.table("opportunities")
    rows = associations.chosen(lines, deals, YEAR).cache()
    filled = associations.baskets(rows)
    pairs = pair_tests.tested(associations.pairs(filled), filled)
    wanted = bundles.proposed(pairs, made.table("promotions"))
    priced = bundle_findings.priced(
        lambda: bundle_offers.designed(bundles.counted(wanted, rows), YEAR, bundle_offers.Terms()),
        *((lines, deals), Calendar(), AS_OF, "EUR"),
    )
    return bundle_findings.found(priced, wanted, pair_tests.names(lines), "year"), pairs, priced


@pytest.mark.parametrize("seed", SEEDS)
def test_the_pair_is_the_first_offer_and_the_only_one(seed):
    first, second = built(seed).effect("pair")[0]["product_id"]
    findings, _, priced = found(seed)
    assert [one.segment for one in findings] == [{"product_id": first, "added_product": second}]
    planted = built(seed).planted["pair"]["value"]
    added = priced.attach_rate[0] - priced.other_rate[0]
    assert abs(added - planted) < 2.58 * (planted * (1 - planted) / priced.first_count[0]) ** 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_its_impact_is_what_was_planted(seed):
    impact = found(seed)[0][0].impact
    planted = truth.impact(built(seed).world, "pair")["value"]
    assert impact.low < planted < impact.high and impact.low > 0
    assert impact.high - impact.low <= 2 * planted


@pytest.mark.parametrize("seed", SEEDS)
def test_where_nothing_is_planted_no_pair_is_found(seed):
    findings, pairs, _ = found(seed, null=True)
    assert findings == [] and not pairs.found.any() and len(pairs) > 20
