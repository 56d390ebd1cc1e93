"""A run in another language: other words on every page, the same numbers and findings."""

import json
import re
from collections import Counter

from bs4 import BeautifulSoup
from texts import ENGLISH, own_words, text_of

NUMBER = re.compile(r"[+−]?\d+(?:[.,\u00a0\u202f]\d+)*")


def test_a_spanish_run_is_spanish_in_page_pack_and_library(spanish):
    pages = [*spanish.glob("*.html"), spanish.parent / "index.html"]
    assert len(pages) >= 3
    for path in pages:
        html = path.read_text()
        assert BeautifulSoup(html, "html.parser").html["lang"] == "es", path.name
        assert ENGLISH.findall(own_words(html)) == [], path.name


def test_the_language_changes_no_number_and_no_findings_identity(spanish, published):
    def read(run, name):
        return json.loads((run / name).read_text())

    def numbers(run):
        return [{**row, "label": None} for row in read(run, "kpis.json")]

    english = published / "latest"
    assert numbers(spanish) == numbers(english)
    assert [f["id"] for f in read(spanish, "findings.json")] == [
        f["id"] for f in read(english, "findings.json")
    ]


def test_a_page_says_the_same_numbers_in_every_language(spanish, published):
    def figures(path):
        said = re.sub("\u00a0?€", "", text_of(path.read_text()))
        return Counter(re.sub(r"[.,\u00a0\u202f]", "", n) for n in NUMBER.findall(said))

    spoken, english = (figures(run / "01_revenue.html") for run in (spanish, published / "latest"))
    large = {number for number in english | spoken if len(number) > 6}
    assert {n: spoken[n] for n in large} == {n: english[n] for n in large}
