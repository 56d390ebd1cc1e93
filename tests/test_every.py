"""Rules that hold for every contract, module and notebook, including the next one."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from revwork.contracts import DEPARTMENTS, TABLES, contract
from revwork.report import glossary
from revwork.run import plan

ROOT = Path(__file__).parents[1]
MODULES = sorted(ROOT.glob("revwork/**/[a-z]*.py"))
ANALYSES = sorted(ROOT.glob("revwork/analysis/**/[a-z]*.py"))
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
FORBIDDEN = {"pathlib", "os", "io"}
MAY_ASK = {  # besides its own modules
    "analysis": {"actions", "calendar", "contracts", "findings", "metrics"},
    "contracts": set(),
    "data": {"calendar", "contracts", "findings"},
    "report": {"actions", "calendar", "findings", "metrics"},
    "run": {"calendar", "data", "findings", "pack", "register", "report", "views", "workspace"},
    "calendar": set(),
    "findings": set(),
    "actions": {"findings"},
    "register": {"actions", "contracts", "data", "findings"},
    "pack": {"findings"},
    "views": {"data"},
    "metrics": set(),
    "workspace": {"actions", "calendar", "contracts", "data", "register"},
    "commands": {"data", "report", "run", "workspace"},
    "cli": {"commands", "data", "report", "run", "workspace"},
    "__main__": {"cli"},
}
EXCEPTIONS = {
    "revwork.data.reconciled": {"analysis"},  # what the door says where two departments differ
    "revwork.data.intake": {"workspace"},  # writes the file that the workspace reads
    "revwork.register": {"run"},  # a file is whole or not there
    "revwork.commands.actions": {"actions", "contracts"},
    "revwork.commands.proposed": {"actions", "analysis", "findings", "pack"},  # what it keeps
    "revwork.run.warm": {"contracts"},  # every kernel builds all of them
    "revwork.workspace": {"run"},  # the rules and recipients that its file declares
}
LINES = {"data": 5_550, "report": 6_000, "run": 3_800}  # argued in DECISIONS.md, "Sizes"
VAGUE = {"utils", "helpers", "common", "misc", "manager", "base"}


def imports(source):
    tree = ast.parse(source)
    blocks = (node for node in ast.walk(tree) if isinstance(node, ast.If))
    blocks = (node.body for node in blocks if getattr(node.test, "id", "") == "TYPE_CHECKING")
    only_types = {part for body in blocks for one in body for part in ast.walk(one)}
    for node in (node for node in ast.walk(tree) if node not in only_types):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def dotted(module):
    return ".".join(module.relative_to(ROOT).with_suffix("").parts)


def layers(source):
    """The parts of the package that a source asks."""
    names = (name.split(".") for name in imports(source))
    return {name[1] for name in names if name[0] == "revwork" and len(name) > 1} & MAY_ASK.keys()


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
    assert not roots & FORBIDDEN
    assert "print(" not in path.read_text()


@pytest.fixture(scope="module")
def reached():
    """The analyses that notebooks and checks ask, and those that these ask in turn."""
    asked = {dotted(path): set(imports(path.read_text())) for path in ANALYSES}
    checks = (path.read_text() for path in ROOT.glob("revwork/data/*.py"))
    sources = [*checks, *(cell.source for path in NOTEBOOKS for cell in code(path))]
    waiting = {name for source in sources for name in imports(source)} & asked.keys()
    found = set()
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= asked[name] & asked.keys() - found
    return found


@pytest.mark.parametrize("path", ANALYSES, ids=lambda p: p.stem)
def test_an_analysis_is_reached_from_a_notebook_or_a_check(path, reached):
    assert dotted(path) in reached


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_asks_only_what_stands_below_it(path):
    name = dotted(path)
    own = name.split(".")[1]
    allowed = MAY_ASK[own] | EXCEPTIONS.get(name, set()) | {own}
    assert layers(path.read_text()) <= allowed


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_an_exception_is_still_one(name):
    source = ROOT.joinpath(*name.split(".")).with_suffix(".py").read_text()
    assert EXCEPTIONS[name] <= layers(source)


def test_only_what_is_needed_to_run_is_an_import():
    typed = "if TYPE_CHECKING:\n    import a\nelse:\n    import b\ndef f():\n    import c"
    assert list(imports(typed)) == ["b", "c"]


@pytest.mark.parametrize("path", ANALYSES, ids=lambda p: p.stem)
def test_a_finding_is_of_a_department_that_contracts_know(path):
    given = [
        keyword.value.value
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Finding"
        for keyword in call.keywords
        if keyword.arg == "department" and isinstance(keyword.value, ast.Constant)
    ]
    assert set(given) <= set(DEPARTMENTS)


@pytest.mark.parametrize("path", ANALYSES, ids=lambda p: p.stem)
def test_a_formula_has_a_meaning_of_its_own_and_not_what_its_function_returns(path):
    told = {one.name: one.meaning for one in glossary.defined(path.read_text())}
    assert not {name for name, meaning in told.items() if meaning.startswith("Return")}


@pytest.mark.parametrize("path", ANALYSES, ids=lambda p: p.stem)
def test_a_domain_asks_no_other_domain(path):
    home = dotted(path).rpartition(".")[0]
    domains = {dotted(one).rpartition(".")[0] for one in ANALYSES} - {"revwork.analysis", home}
    others = tuple(f"{domain}." for domain in domains)
    assert not {name for name in imports(path.read_text()) if f"{name}.".startswith(others)}


@pytest.mark.parametrize("path", ANALYSES, ids=lambda p: p.stem)
def test_an_analysis_has_its_own_test_file(path):
    test = ROOT / f"tests/test_{path.stem}.py"
    assert dotted(path) in imports(test.read_text())


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_answers_one_question(path):
    assert len(path.read_text().splitlines()) <= 300
    assert path.stem not in VAGUE


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_clean_source(path):
    cells = code(path)
    assert not any(c.outputs or c.execution_count for c in cells), "strip outputs before commit"
    assert not any(re.search(r"^\s*(def|class) ", c.source, re.M) for c in cells)
    longest = {c.id: 15 + ("parameters" in c.metadata.get("tags", [])) for c in cells}
    assert [c.id for c in cells if len(c.source.splitlines()) > longest[c.id]] == []
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


@pytest.mark.parametrize("folder", LINES)
def test_what_no_new_domain_needs_stays_small(folder):
    paths = ROOT.glob(f"revwork/{folder}/**/[a-z]*.py")
    assert sum(len(path.read_text().splitlines()) for path in paths) <= LINES[folder]
