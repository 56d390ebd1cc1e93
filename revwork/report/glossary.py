"""What a metric means: its definition and formula, read from the code that computes it.

A docstring defines metrics by paragraphs of the form `Formula: name = formula; meaning`. Without
a meaning of its own a metric has the docstring's first sentence; several names stand for one.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from inspect import cleandoc
from pathlib import Path

from revwork.report.carried import HEADLESS
from revwork.report.words import Reader, in_english

PACKAGE = Path(__file__).parents[1]
_FORMULA = re.compile(r"Formula: ([\w, ]+) = (.+?)(?:;\s+(.+?))?(?=\n\n|\nFormula: |\Z)", re.DOTALL)
_DOCSTRING = re.compile(r'^def .*?:\n    """(.*?)"""', re.MULTILINE | re.DOTALL)
_ASKED = re.compile(r'popovertarget="define-([\w-]+)"')


@dataclass(frozen=True)
class Definition:
    """A metric's or column's meaning and formula, in English."""

    name: str
    meaning: str
    formula: str


def definition(name: str) -> Definition | None:
    """Return what a metric or column means, if the code that computes it says so."""
    return definitions().get(in_english(name.removesuffix("_target")))


@cache
def definitions() -> Mapping[str, Definition]:
    """Return every definition by what its metric is called in English; the first one holds."""
    files = [PACKAGE / "metrics.py", *sorted((PACKAGE / "analysis").rglob("*.py"))]
    every = [one for path in files for one in defined(path.read_text("utf-8"))]
    return {in_english(one.name): one for one in reversed(every)}


def defined(source: str) -> Iterator[Definition]:
    """Return what the docstrings of a module's functions define."""
    for told in map(cleandoc, _DOCSTRING.findall(source) if "Formula: " in source else []):
        for names, formula, meaning in _FORMULA.findall(told):
            sentence = meaning or re.split(r"(?<=\.)\s", told, maxsplit=1)[0]
            for name in names.split(", "):
                yield Definition(name, _line(sentence), _line(formula))


def said(name: str, reader: Reader) -> str:
    """Return a definition in words: Order value: Net revenue per order. = net revenue ÷ orders."""
    found = definition(name)
    called = reader.label(name)
    return (
        f"{called}: {reader.say(found.meaning)} = {reader.say(found.formula)}" if found else called
    )


def button(name: str, reader: Reader) -> str:
    """Return the button that opens a definition, or nothing where there is none."""
    if not (found := definition(name)):
        return ""
    asks = reader.words("What is {name:label}?", name=found.name)
    return (
        f'<button type="button" class="define" popovertarget="{_id(found)}" '
        f'aria-label="{escape(asks)}">?</button>'
    )


def beside(html: str, reader: Reader) -> str:
    """Return a view with the definitions it asks for; a page gathers them at its end instead."""
    return html if os.environ.get(HEADLESS) else html + _entries(html, reader)


def section(html: str, reader: Reader) -> str:
    """Return the glossary of a page: each definition that `html` asks for, once."""
    entries = _entries(html, reader)
    head = f"<h2>{escape(reader.say('Glossary'))}</h2>"
    return f'<section class="glossary">{head}{entries}</section>' if entries else ""


def _entries(html: str, reader: Reader) -> str:
    known = {_id(one): one for one in definitions().values()}
    asked = dict.fromkeys(f"define-{found}" for found in _ASKED.findall(html))
    return "".join(_entry(known[one], reader) for one in asked if f'id="{one}"' not in html)


def _entry(found: Definition, reader: Reader) -> str:
    name, meaning, formula = (
        escape(text)
        for text in (reader.label(found.name), *map(reader.say, (found.meaning, found.formula)))
    )
    return (
        f'<div popover class="definition" id="{_id(found)}"><strong>{name}</strong> '
        f'<p>{meaning}</p> <p class="formula">=&nbsp;{formula}</p></div>'
    )


def _id(found: Definition) -> str:
    return f"define-{found.name.replace('_', '-')}"


def _line(text: str) -> str:
    return " ".join(text.split())
