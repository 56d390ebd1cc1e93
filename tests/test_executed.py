"""Notebooks executed here, in French: every query compiles elsewhere, every text is translated."""

import ast
import inspect
import re
from dataclasses import dataclass

import ibis
import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_output
from texts import CHOSEN, ENGLISH, SAMPLE, media, own_words, text_of

from revwork.pack import LATEST, PLACE
from revwork.report import catalogue, export, words
from revwork.report.words import in_english, read_as
from revwork.run import plan

DIALECTS = ("postgres", "databricks")


@dataclass(frozen=True)
class Executed:
    """The page a notebook makes, what it looked up in vain, what its analyses asked for.

    `quotes`: it reads a run, and may ask nothing.
    """

    html: str
    untranslated: set[str]
    asked: list[ibis.Expr]
    quotes: bool


def shown(view):
    """An output as a kernel makes it."""
    made = view._repr_mimebundle_() if hasattr(view, "_repr_mimebundle_") else {}
    return new_output("display_data", data=made or {"text/html": view._repr_html_()})


def run(path, **parameters):
    """The notebook after its cells ran here, not in a kernel: what they do can be seen."""
    notebook, names = nbformat.read(path, 4), {}
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        tree = ast.parse(cell.source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, path.name, "exec"), names)
        if "parameters" in cell.metadata.get("tags", []):
            names |= parameters
        if last:
            cell.outputs = [shown(eval(compile(ast.Expression(last.value), "cell", "eval"), names))]
    return notebook, names["company"]


def asked_by_an_analysis():
    return any("revwork/analysis" in frame.filename for frame in inspect.stack(0))


@pytest.fixture(scope="module", params=CHOSEN, ids=lambda path: path.stem)
def french(request):
    """A notebook of the project over the sample, in French; what quotes a run has an English one.

    One that quotes may ask nothing of an engine.
    """
    looked_up, asked = set(), []
    quotes = plan.reads_run(request.param)
    place = request.getfixturevalue("published") / LATEST if quotes else ""
    found, execute = words.translated, ibis.Expr.execute

    def translated(text, language):
        if language == "fr" and text not in catalogue.entries("fr"):
            looked_up.add(text)
        return found(text, language)

    def executed(expression, *arguments, **options):
        if asked_by_an_analysis():
            asked.append(expression)
        return execute(expression, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REVWORK_HEADLESS", "1")
        patch.setenv(PLACE, str(place))
        patch.setattr(words, "translated", translated)
        patch.setattr(ibis.Expr, "execute", executed)
        done, company = run(request.param, workspace=str(SAMPLE), language="fr")
        html = export.page(done, request.param.stem)
    own = set(map(in_english, company.dimensions)) | media()
    said = {text for text in looked_up - own if text not in catalogue.entries("fr").values()}
    yield Executed(html, said, asked, quotes)
    read_as("en", "EUR")


def test_what_it_asks_compiles_for_other_engines(french):
    assert french.asked or french.quotes
    for expression in french.asked:
        for dialect in DIALECTS:
            assert ibis.to_sql(expression, dialect=dialect)


def test_whatever_the_page_says_was_in_the_catalogue(french):
    assert not french.untranslated, "\n".join(sorted(french.untranslated))


def test_the_page_is_french(french):
    assert BeautifulSoup(french.html, "html.parser").html["lang"] == "fr"
    assert ENGLISH.findall(own_words(french.html)) == []


def test_the_page_has_decimal_commas_and_money_before_its_sign(french):
    said = text_of(french.html)
    assert re.search(r"\d,\d\u202f%", said) and re.search(r"\d\u00a0€", said)
    assert not re.search(r"€\d|\d\.\d+\s?%|\d%|\d,\d{3}\b\s?€", own_words(french.html))
