"""The pack names what is planted among its first findings, with its worth; and nothing else.

What is planted has a sign, a segment and an impact; a topic names an effect by its lead: of that
sign, every value of that segment in its own. Of a company in which nothing is planted, hardly a
finding claims a change.
"""

import subprocess
import sys
import tomllib
from dataclasses import dataclass

import pytest
from asked import asked, quoting
from companies import SAMPLE, SEEDS

from revwork.analysis import folded
from revwork.analysis.board import board_lists

NAMED, WORTH = 10, 8  # of twelve, at least
SAID_ELSEWHERE = "topic"  # a finding of ratings names its topic in the evidence


@dataclass(frozen=True)
class Told:
    """What a company's notebooks find, and what is planted in it."""

    findings: list[dict]
    effects: list[dict]

    @property
    def first(self) -> list[folded.Topic]:
        return folded.topics(self.findings)[: board_lists.FIRST]


def made(folder, seed, *more):
    """The company of a seed on disk, as its departments send it, and what the notebooks find."""
    command = [sys.executable, SAMPLE / "generate.py", "--seed", str(seed), "--out", folder, *more]
    subprocess.run(command, check=True)
    truth = tomllib.loads((folder / "truth.toml").read_text())
    return Told(asked(folder, quoting())["findings"], truth.get("effect", []))


@pytest.fixture(scope="module", params=SEEDS)
def planted(request, tmp_path_factory):
    return made(tmp_path_factory.mktemp(f"planted{request.param}"), request.param)


@pytest.fixture(scope="module", params=SEEDS)
def null(request, tmp_path_factory):
    return made(tmp_path_factory.mktemp(f"null{request.param}"), request.param, "--null")


def values(effect):
    """What a finding has to name: every value of the effect's segment."""
    kept = (one for name, one in effect["segment"].items() if name != SAID_ELSEWHERE)
    return {value for one in kept for value in (one if isinstance(one, list) else [one])}


def names(finding, effect):
    impact = finding["impact"]
    return (
        values(effect) <= {*finding["segment"].values()}
        and impact is not None
        and impact["value"] * effect["impact"]["value"] > 0
    )


def named(told):
    """Effect → the first finding of the pack that names it; none speaks for two effects."""
    found = {}
    for effect in told.effects:
        free = (one.lead for one in told.first if one.lead not in found.values())
        if lead := next((one for one in free if names(one, effect)), None):
            found[effect["id"]] = lead
    return found


def is_worth(impact, effect):
    """Whether an interval holds what the effect is worth, and is no wider than twice that."""
    true = effect["impact"]["value"]
    return impact["low"] <= true <= impact["high"] and (
        impact["high"] - impact["low"] <= 2 * abs(true)
    )


def test_ten_of_twelve_effects_are_among_the_first_fifteen_findings(planted):
    assert len(planted.effects) == 12
    found = named(planted)
    missing = {one["id"] for one in planted.effects} - found.keys()
    assert len(found) >= NAMED, missing


def test_eight_have_an_interval_that_holds_what_they_are_worth_and_is_not_wide(planted):
    found = named(planted)
    held = [
        one["id"]
        for one in planted.effects
        if one["id"] in found and is_worth(found[one["id"]]["impact"], one)
    ]
    assert len(held) >= WORTH, held


def test_no_planted_effect_is_hidden_in_the_topic_of_another(planted):
    for topic in folded.topics(planted.findings):
        led = {one["id"] for one in planted.effects if names(topic.lead, one)}
        for row in topic.others:
            inside = {one["id"] for one in planted.effects if names(row, one)}
            assert inside <= led, (topic.lead["claim"], row["claim"])


def test_where_nothing_is_planted_at_most_one_finding_claims_a_change(null):
    assert null.effects == []
    changes = [
        one
        for one in null.findings
        if one["kind"] == "change"
        and one["impact"]
        and not one["impact"]["low"] <= 0 <= one["impact"]["high"]
    ]
    assert len(changes) <= 1, [one["claim"] for one in changes]
