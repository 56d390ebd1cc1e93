"""Rival findings: deals lost to one rival beyond chance, and who cannot deliver."""

import pandas as pd
import pytest

from revwork.analysis.market import rival_findings
from revwork.analysis.market.rival_wins import NOBODY
from revwork.report.words import Reader

SAY = Reader().say


def deals(*rows):
    named = pd.DataFrame(rows, columns=["competitor", "won", "lost"])
    n, won = named.won + named.lost, named.won.sum()
    rest = (won - named.won) / (n.sum() - n)
    told = named.assign(n=n, win_rate=named.won / n, difference=named.won / n - rest)
    told = told.assign(low_difference=told.difference - 0.1, high_difference=told.difference + 0.1)
    return rival_findings.deals(told, "2026-Q2")


def test_a_rival_that_wins_beyond_chance_is_a_weakness_and_one_that_loses_a_strength():
    found = deals(("R", 5, 60), ("S", 40, 10), ("T", 20, 30), (NOBODY, 50, 50))
    assert [(one.segment["competitor"], one.direction) for one in found] == [
        ("R", "weakness"),
        ("S", "strength"),
    ]
    assert SAY(found[0].claim) == ("Against R we won 7.7% of the deals decided, of all others 55%")
    assert SAY(found[0].evidence).startswith("5 won and 60 lost in 365 days; difference, 95 %: −5")
    assert {one.impact for one in found} == {None} and len({one.id for one in found}) == 2


def test_ordinary_luck_a_rival_alone_or_nothing_decided_is_no_finding():
    assert deals(("R", 8, 12), ("S", 12, 10), (NOBODY, 50, 50)) == []
    assert deals(("R", 1, 20)) == [] and deals() == []
    assert deals(("R", 0, 0), ("S", 3, 4)) == []


def test_one_in_twenty_by_chance_is_corrected_for_how_many_rivals_there_are():
    odd = ("R", 10, 22)
    assert len(deals(odd, (NOBODY, 110, 100))) == 1
    assert deals(odd, ("S", 30, 27), ("T", 25, 25), (NOBODY, 55, 48)) == []


def stock(*rows):
    columns = ["competitor", "in_stock_rate", "our_in_stock_rate", "half"]
    named = pd.DataFrame(rows, columns=columns).assign(n=1000, products=40)
    gap = named.our_in_stock_rate - named.in_stock_rate
    told = named.assign(
        difference=gap, low_difference=gap - named.half, high_difference=gap + named.half
    )
    return rival_findings.stock(told, "2026-Q2")


def test_the_rival_farthest_from_us_is_the_one_finding():
    (one,) = stock(("R", 0.95, 0.99, 0.01), ("S", 0.9, 0.99, 0.01))
    assert one.segment == {"competitor": "S"} and one.direction == "strength"
    assert SAY(one.claim) == "S had 90% of the products looked at, we 99%"
    (one,) = stock(("R", 0.99, 0.9, 0.01))
    assert one.direction == "weakness" and "Reorder" in SAY(one.next_step)


@pytest.mark.parametrize(
    "row", [("R", 0.98, 0.99, 0.001), ("R", 0.9, 0.99, 0.1), ("R", 0.9, float("nan"), 0.01)]
)
def test_near_unsure_or_not_recorded_is_no_finding(row):
    assert stock(row) == [] and stock() == []
