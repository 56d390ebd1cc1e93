"""A report in three languages: every text has its words, every number its signs, nothing else."""

import ast
import re
from collections import Counter
from typing import get_args

import nbformat
import pytest
from texts import (
    MODULES,
    NOTEBOOKS,
    PLACEHOLDER,
    SAYING,
    constants,
    messages,
    selectors,
    spoken,
)

from revwork.findings import Message, Unanswered, Word
from revwork.report import answer, catalogue
from revwork.report.panels import Panels
from revwork.report.words import Reader, in_english, read_as
from revwork.run import plan

TRANSLATED = ("es", "fr")


@pytest.fixture(autouse=True)
def english():
    yield
    read_as("en", "EUR")


# the catalogues


def test_the_languages_are_those_a_workspace_and_a_notebook_may_name():
    folders = {path.name for path in catalogue.FOLDER.iterdir()}
    assert folders == set(TRANSLATED)
    for path in NOTEBOOKS:
        language = next(one for one in plan.parameters(path) if one.name == "language")
        assert set(get_args(language.kind)) == {"", "en", *folders}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language):
    missing = sorted(messages() - set(catalogue.entries(language)))
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_unused(language):
    trees = [ast.parse(path.read_text()) for path in MODULES]
    cells = [cell for path in NOTEBOOKS for cell in nbformat.read(path, 4).cells]
    trees += [ast.parse(cell.source) for cell in cells if cell.cell_type == "code"]
    keys = {text for tree in trees for text in constants(tree)}
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    keys |= {keyword.arg or "" for call in calls for keyword in call.keywords}
    used = messages() | {in_english(part) for key in keys for part in (key, *key.split())}
    unused = sorted(set(catalogue.entries(language)) - used)
    assert not unused, "\n".join(unused)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_names_the_same_values_in_the_same_way(language):
    def named(text):
        return Counter((n, spec.replace("lower", "label")) for n, spec in PLACEHOLDER.findall(text))

    said = catalogue.entries(language).items()
    assert [text for text, other in said if named(text) != named(other)] == []
    assert [other for _, other in said if other.count("{") != len(PLACEHOLDER.findall(other))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_two_files_agree_on_what_they_both_translate(language):
    said = {(text, other) for _, text, other in catalogue.read(language)}
    assert [text for text, n in Counter(text for text, _ in said).items() if n > 1] == []


def test_every_file_exists_in_every_language():
    names = {language: {file for file, *_ in catalogue.read(language)} for language in TRANSLATED}
    assert len(set(map(frozenset, names.values()))) == 1


def test_a_message_is_never_put_together_before_it_is_translated():
    together = []
    for path in MODULES:
        for call in (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            first = call.args[0] if call.args and name in SAYING else None
            if isinstance(first, ast.JoinedStr | ast.BinOp):
                together.append(f"{path.name}:{call.lineno}")
    assert together == []


def test_the_search_for_texts_finds_each_way_of_saying_one():
    source = """
        _VERDICTS = {"a": "Said by name"}
        words("Said {n:number} times"); reader.words("Said by a reader"); label("net_revenue")
        Message("One" if grew else "Another", {}); Message(_VERDICTS[verdict], {})
        template = "{table:text}: a note"; raise_(Unanswered("No answer")); Word("Ours")
        Panels(draw, tree=labelled(["lmdi"])); f"{said:text} not this"
    """
    tree = ast.parse("if True:\n" + source)
    told = {*spoken(tree), *map(in_english, selectors(tree))}
    assert {"Said by name", "Said {n:number} times", "Said by a reader", "Net revenue"} <= told
    assert {"One", "Another", "{table:text}: a note", "No answer", "Ours", "Tree"} <= told
    assert "LMDI (log-mean Divisia)" in told and not [text for text in told if "not this" in text]


# spaces


def test_french_signs_stand_off_by_a_narrow_space_that_does_not_break():
    assert catalogue.typeset("À faire : « oui » ; 5 % !", "fr") == (
        "À faire\u202f: «\u202foui\u202f»\u202f; 5\u202f% !".replace(" !", "\u202f!")
    )
    assert catalogue.typeset("l'écart", "fr") == "l’écart"


def test_the_spanish_percent_does_not_break_and_signs_follow_at_once():
    assert catalogue.typeset("Margen: 5 %", "es") == "Margen: 5\u00a0%"
    assert not [said for said in catalogue.entries("es").values() if re.search(r" [:;!?]", said)]


def test_no_french_text_has_a_space_that_breaks_or_none_before_a_sign():
    said = catalogue.entries("fr").values()
    assert [text for text in said if re.search(r"[ \u00a0][:;!?%»]|« |'", text)] == []
    plain = [PLACEHOLDER.sub("x", text) for text in said]
    assert [text for text in plain if re.search(r"\w[:;!?%»]", text)] == []


# what is said


def test_what_cannot_be_answered_is_said_in_the_readers_language():
    def ask():
        raise Unanswered("{period:period} has no sales: nothing to compare with.", period="2025-Q2")

    read_as("fr", "EUR")
    assert "Aucune vente en T2 2025\u202f: rien à comparer." in answer(ask)._repr_html_()
    with pytest.raises(Unanswered, match="2025-Q2 has no sales"):
        ask()


def test_a_word_of_ours_is_translated_and_a_name_of_theirs_is_not():
    spanish = Reader("es")
    assert (spanish.text(Word("Not allocated")), spanish.text("Returns")) == (
        "Sin asignar",
        "Returns",
    )


def test_a_segment_that_bears_the_word_for_all_stays_a_choice_of_its_own():
    read_as("fr", "EUR")
    assert list(Panels(None, within={Word("All"): {}, "Tout": {"a": "b"}}).choices["within"]) == [
        "Tout",
        "“Tout”",
    ]


def test_a_text_that_no_catalogue_knows_is_said_in_english():
    assert Reader("fr").say(Message("So {n:number} new", {"n": 1000})) == "So 1\u202f000 new"
