"""The three lists of dependencies agree, the lock names no address, and the wheel is whole."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from zipfile import ZipFile

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CONDA = {
    "duckdb": "python-duckdb",
    "ibis-framework": "ibis-duckdb",
    "jupyter-client": "jupyter_client",
    "jupyter-core": "jupyter_core",
    "matplotlib": "matplotlib-base",
    "playwright": "playwright-python",
}


@pytest.fixture(scope="module")
def declared(root):
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    return {r.name: r.specifier for r in map(Requirement, lines)}


@pytest.fixture(scope="module")
def locked(root):
    pins = re.findall(r"^([\w.-]+)==([^ ;\\]+)", (root / "requirements.lock").read_text(), re.M)
    versions = {}
    for name, version in pins:
        versions.setdefault(canonicalize_name(name), []).append(version)
    return versions


def test_the_lock_pins_every_dependency_within_its_range(declared, locked):
    for name, allowed in declared.items():
        assert locked.get(canonicalize_name(name)), f"{name} is not locked: make lock"
        assert all(allowed.contains(version) for version in locked[canonicalize_name(name)]), name


def test_every_library_the_package_imports_is_declared(root, declared):
    trees = [ast.parse(path.read_text()) for path in (root / "revwork").glob("**/*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module}
    names |= {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    roots = {name.split(".")[0] for name in names} - {"revwork"} - sys.stdlib_module_names
    packages = packages_distributions()
    used = {canonicalize_name(packages[name][0]) for name in roots}
    assert used <= {canonicalize_name(name) for name in declared}


def test_the_lock_holds_hashes_and_no_address(root):
    text = (root / "requirements.lock").read_text()
    assert "--hash=sha256:" in text
    assert "://" not in text and "index-url" not in text


def test_the_conda_environment_lists_the_same_ranges(root, declared):
    lines = yaml.safe_load((root / "environment.yml").read_text())["dependencies"]
    *from_pip, itself = lines[-1]["pip"]
    conda = {r.name: r.specifier for r in map(Requirement, [*lines[:-1], *from_pip])}
    expected = {CONDA.get(name, name): allowed for name, allowed in declared.items()}
    assert itself == "-e ."
    assert {k: v for k, v in conda.items() if k not in ("python", "pip")} == expected


def test_the_wheel_carries_notebooks_and_sample(root, tmp_path):
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path, root]
    subprocess.run(build, check=True)
    names = ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    for path in (root / "notebooks").glob("*.ipynb"):
        assert f"revwork/_bundled/notebooks/{path.name}" in names
    assert "revwork/_bundled/sample/revwork.toml" in names
    assert "revwork/report/template/page.css" in names
    assert "revwork/translations/fr/report.po" in names
