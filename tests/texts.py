"""Every text that readers may meet, found in the sources: the message ids of the catalogues."""

import ast
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup

from revwork import open_company
from revwork.contracts import TABLES
from revwork.report import glossary
from revwork.report.export import paragraphs
from revwork.report.table import FORMATS
from revwork.report.words import SPECS, in_english

ROOT = Path(__file__).parents[1]
MODULES = sorted(ROOT.glob("revwork/**/[a-z]*.py"))
SAMPLE = ROOT / "data" / "sample"
ONLY = os.environ.get("REVWORK_NOTEBOOKS", "").split()  # while a notebook is being written
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
CHOSEN = [path for path in NOTEBOOKS if path.stem in ONLY or not ONLY]
TEMPLATES = sorted(ROOT.glob("revwork/report/template/*.j2"))
SAYING = ("Message", "Unanswered", "Word", "say", "words")
ENGLISH = re.compile(
    r"\b(the|and|of|with|without|revenue|target|before|margin|order value|customers|month|"
    r"shipping|returns|share|growth|not recorded|findings|warnings|price|others)\b", re.I
)  # fmt: skip
PLACEHOLDER = re.compile(r"\{(\w+):(\w+)\}")


@cache
def messages() -> set[str]:
    """Every text that must be in the catalogues."""
    found = {in_english(name) for names in FORMATS.values() for name in names.split()}
    for path in MODULES:
        found |= set(spoken(ast.parse(path.read_text())))
    for one in glossary.definitions().values():
        found |= {in_english(one.name), one.meaning, one.formula}
    for path in TEMPLATES:
        found |= set(re.findall(r'say\("([^"]+)"\)', path.read_text()))
    for path in NOTEBOOKS:
        found |= set(told(path))
    return found


def spoken(tree: ast.Module) -> Iterator[str]:
    """Templates by their typed values, and what a module says by name."""
    yield from (text for text in constants(tree) if typed(text))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in SAYING:
            yield from literals(call.args[0], tree)
        if name in ("label", "labelled"):
            yield from map(in_english, literals(call.args[0], tree))


def told(path: Path) -> Iterator[str]:
    """A notebook's paragraphs, the titles in its code, and what its selectors are called."""
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "markdown":
            yield from (text for _, text in paragraphs(cell.source))
        elif "parameters" not in cell.metadata.get("tags", []):
            tree = ast.parse(cell.source)
            yield from (text for text in constants(tree) if text[:1].isupper())
            yield from spoken(tree)
            yield from map(in_english, selectors(tree))


def selectors(tree: ast.AST) -> Iterator[str]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if getattr(call.func, "id", "") == "Panels":
            yield from (one.arg for one in call.keywords if one.arg != "group")


def literals(node: ast.AST, tree: ast.Module) -> Iterator[str]:
    """The texts a first argument may be: as they stand, or as the module names them."""
    parts = {
        ast.IfExp: lambda: [node.body, node.orelse],
        ast.List: lambda: node.elts,
        ast.Tuple: lambda: node.elts,
        ast.Subscript: lambda: [node.value],
        ast.Dict: lambda: node.values,
    }.get(type(node), list)()
    yield from (text for part in parts for text in literals(part, tree))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name):
        for given in ast.walk(tree):
            if isinstance(given, ast.Assign) and node.id in [
                getattr(t, "id", "") for t in given.targets
            ]:
                yield from literals(given.value, tree)


def typed(text: str) -> bool:
    return any(spec in SPECS for _, spec in PLACEHOLDER.findall(text))


def constants(tree: ast.AST) -> Iterator[str]:
    """Every text in a tree but what documents it and what stands inside another."""
    skipped = {
        id(part)
        for part in ast.walk(tree)
        if isinstance(part, ast.JoinedStr)
        for part in ast.walk(part)
    }
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            skipped.add(id(body[0].value))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
        ):
            yield node.value


def text_of(html):
    """What a page says, alternative texts and selectors too; tables go by their names in files."""
    page = BeautifulSoup(html, "html.parser")
    for hidden in page.select("style, script, .quality > :not(summary)"):
        hidden.decompose()
    for head in page("th", scope="row"):
        if head.get_text() in values():
            head.decompose()
    told = [page.get_text(" "), *(image["alt"] for image in page("img"))]
    return " ".join([*told, *(panels["data-controls"] for panels in page(class_="panels"))])


def own_words(html):
    """What a page says but for the company's own sentences, which no catalogue can know."""
    told = text_of(html)
    for sentence in theirs():
        told = told.replace(sentence, "")
    return told


@cache
def media():
    """What the company calls its media: they head columns, as they are."""
    spend = open_company(SAMPLE).tables(enriches=["spend"]).spend
    return set(spend.select("channel").distinct().execute().channel.map(in_english))


@cache
def values():
    """Single words of the sample that head rows of tables, such as a reason given for a loss."""
    deals = open_company(SAMPLE).tables(enriches=["opportunities"]).opportunities
    return set(deals.select("loss_reason").distinct().execute().loss_reason.dropna())


@cache
def theirs():
    """Every text of the sample's tables that would pass for our English, longest first.

    A single word, or what our own pages say, is none: it would hide what was not translated.
    """
    tables = open_company(SAMPLE).tables(enriches=TABLES).tables
    told = set()
    for table in tables.values():
        for name in (name for name, kind in table.schema().items() if kind.is_string()):
            told |= set(table.select(name).distinct().execute()[name].dropna())
    own = (text for text in told - messages() if " " in text)
    english = (text for text in own if ENGLISH.search(text) or "%" in text)
    return sorted(english, key=len, reverse=True)
