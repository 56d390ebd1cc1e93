"""A published pack: what it quotes is what the pages say, and each number in it was computed."""

import json
import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from texts import CHOSEN

from revwork.analysis.board import board_tree
from revwork.report.words import SPECS, Reader

PACK = "00_board_pack"
NUMBER = re.compile(r"[+−]?[€×]?\d+(?:[.,]\d+)*(?:%| pp|×)?")
WAYS = ("money", "signed", "percent", "points", "change", "number", "tenths", "gain", "multiple")
WRITTEN = {"0", "5", "100"}  # in our own words: an interval holds 0, stars of 5, rivals' 100
SAY = Reader()

pytestmark = pytest.mark.skipif(PACK not in {path.stem for path in CHOSEN}, reason="not chosen")


@pytest.fixture(scope="module")
def run(published):
    return published / "latest"


@pytest.fixture(scope="module")
def pages(run):
    """Every page of the run by its notebook."""
    return {path.stem: soup(path) for path in run.glob("[0-9]*.html")}


def soup(path):
    return BeautifulSoup(path.read_text(), "html.parser")


def rows(run, name):
    return json.loads((run / f"{name}.json").read_text())


def line(node):
    return " ".join(node.get_text(" ").split())


def cards(page):
    """Label → value, change and target of each card."""
    return {
        line(card.select_one(".kpi-label")).removesuffix(" ?"): [
            line(one) for one in card.select(".kpi-value, .kpi-change")
        ]
        for card in page.select("ul.kpis > li")
    }


def claims(page):
    """Every finding on a page: its id, claim and money."""
    return {
        one["id"].removeprefix("finding-"): (
            line(one.select_one("strong")),
            line(one.select_one(".money")),
        )
        for one in page.select("ol.findings > li[id]")
    }


def test_a_card_of_the_pack_reads_as_on_every_page_that_has_it(pages):
    shown = cards(pages[PACK])
    assert len(shown) >= 3
    others = [cards(page) for name, page in pages.items() if name != PACK]
    for label, told in shown.items():
        found = [one[label] for one in others if label in one]
        assert found, label
        assert all(one == told for one in found), (label, told, found)


def test_two_pages_that_show_one_number_agree_to_the_last_digit(run):
    told = {}
    for row in rows(run, "kpis"):
        key = row["metric"], *sorted(row["segment"].items()), row["period"]
        value = row["value"], row["comparison"]
        assert told.setdefault(key, value) == value, row["metric"]


def test_the_pack_carries_no_number_of_its_own(run):
    assert not [row for name in ("kpis", "findings") for row in rows(run, name)
                if row["notebook"] == PACK]  # fmt: skip


def test_a_topic_has_the_claim_and_money_of_the_finding_that_it_leads_to(pages):
    every = {name: claims(page) for name, page in pages.items() if name != PACK}
    links = pages[PACK].select(".topics .tag a")
    assert links
    for link in links:
        page, _, place = link["href"].partition("#finding-")
        item = link.find_parent("li")
        told = line(item.find("strong")), line(item.select_one(".money"))
        assert told == every[page.removesuffix(".html")][place]


def flat(value) -> Iterator[float]:
    """Every number in what JSON holds."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from flat(one)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def computed(run) -> set[str]:
    """Each number of the run's two files as it is written; gaps to target, effects, and counts."""
    kpis, findings = rows(run, "kpis"), rows(run, "findings")
    known = {*flat(kpis), *flat(findings), *map(float, range(len(findings) + 1))}
    known |= {
        row["value"] - row["target"] for row in kpis if None not in (row["value"], row["target"])
    }
    trees = (tree(kpis).effect for tree in (board_tree.buyers, board_tree.visits))
    known |= {float(one) for effects in trees for one in effects}
    known |= {-one for one in known}
    return {SPECS[way](SAY, one) for way in WAYS for one in known}


def sentences(page):
    """Computed sentences and titles, without names: periods, days, and what findings claim."""
    told = page.select("p.told, ul.told li, .finding-title, .masthead")
    text = " ".join(map(line, told))
    return re.sub(r"\b\d{4}(-[QH]?\d+)?\b|\b\d{1,2} [A-Z][a-z]{2} \d{4}", "", text)


def test_every_number_in_its_sentences_was_computed(run, pages):
    written = sentences(pages[PACK])
    spoken = NUMBER.findall(written)
    assert len(spoken) >= 6, written
    known = {re.sub(r"[\s\u00a0\u202f]", " ", one) for one in computed(run)} | WRITTEN
    bare = {one.lstrip("+") for one in known}
    strange = [one for one in spoken if one.lstrip("+") not in bare]
    assert not strange, (strange, written)


def test_a_number_that_nobody_computed_would_be_seen(run):
    assert "€1,234,567" not in computed(run) and "87.6%" not in computed(run)
