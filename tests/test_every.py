"""Rules that hold for every contract, module and notebook, including the next one."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from revwork.contracts import TABLES, contract
from revwork.run import plan

ROOT = Path(__file__).parents[1]
MODULES = sorted(ROOT.glob("revwork/**/[a-z]*.py"))
ANALYSES = sorted(ROOT.glob("revwork/analysis/[a-z]*.py"))
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
FORBIDDEN = {"revwork.data", "revwork.report", "revwork.run", "pathlib", "os", "io"}
VAGUE = {"utils", "helpers", "common", "misc", "manager", "base"}


def imports(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def code(notebook):
    return [c for c in nbformat.read(notebook, 4).cells if c.cell_type == "code"]


@pytest.mark.parametrize("table", TABLES)
def test_a_contract_says_what_a_row_is_and_what_it_answers(table):
    text = contract(table).__doc__
    assert text.startswith("One row per ") and "\n    Answers " in text


@pytest.mark.parametrize("table", TABLES)
def test_every_column_of_a_contract_has_a_meaning(table):
    columns = contract(table).to_schema().columns
    assert [name for name, column in columns.items() if not column.description] == []


@pytest.mark.parametrize("path", ANALYSES, ids=lambda p: p.stem)
def test_an_analysis_is_pure(path):
    roots = {name.split(".")[0] for name in imports(path.read_text())}
    dotted = {".".join(name.split(".")[:2]) for name in imports(path.read_text())}
    assert not (roots | dotted) & FORBIDDEN
    assert "print(" not in path.read_text()


@pytest.mark.parametrize("path", ANALYSES, ids=lambda p: p.stem)
def test_an_analysis_is_reached_from_a_notebook_or_a_check(path):
    used = {name for nb in NOTEBOOKS for cell in code(nb) for name in imports(cell.source)}
    used |= {
        name for module in ROOT.glob("revwork/data/*.py") for name in imports(module.read_text())
    }
    for other in ANALYSES * 2:
        if f"revwork.analysis.{other.stem}" in used:
            used |= set(imports(other.read_text()))
    assert f"revwork.analysis.{path.stem}" in used


@pytest.mark.parametrize("path", ANALYSES, ids=lambda p: p.stem)
def test_an_analysis_has_its_own_test_file(path):
    assert (ROOT / f"tests/test_{path.stem}.py").exists()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_answers_one_question(path):
    assert len(path.read_text().splitlines()) <= 300
    assert path.stem not in VAGUE


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_clean_source(path):
    cells = code(path)
    assert not any(c.outputs or c.execution_count for c in cells), "strip outputs before commit"
    assert not any(re.search(r"^\s*(def|class) ", c.source, re.M) for c in cells)
    assert max(len(c.source.splitlines()) for c in cells) <= 15
    meta = nbformat.read(path, 4).metadata
    assert {"kernelspec", "language_info"} <= set(meta) and "widgets" not in meta


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_declares_parameters_and_tables(path):
    declared = plan.parameters(path)
    assert all(parameter.help for parameter in declared), "every parameter has a comment"
    assert {"workspace", "as_of"} <= {parameter.name for parameter in declared}
    assert set().union(*plan.reads(path).values()) <= set(TABLES)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_explains_itself(path):
    cells = nbformat.read(path, 4).cells
    kinds = "".join("c" if c.cell_type == "code" else "m" for c in cells)
    assert cells[0].source.startswith("# ") and "**Question.**" in cells[0].source
    assert "ccc" not in kinds


def test_importing_revwork_does_nothing():
    heavy = "pandas,ibis,duckdb,matplotlib,pandera,numpy,nbformat,pydantic,typer"
    script = f"import revwork, sys; print([m for m in '{heavy}'.split(',') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_package_stays_small():
    assert sum(len(path.read_text().splitlines()) for path in MODULES) <= 15_200
