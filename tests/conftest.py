"""Tables typed by hand, in the types of their contract."""

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import ibis
import nbformat
import pyarrow as pa
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from revwork.analysis import sales
from revwork.contracts import contract


def typed(table: str, rows: list[dict] = ()) -> ibis.Table:
    """Return `rows` as an Ibis table with every column of the contract, absent ones null."""
    fields = contract(table).to_schema().columns
    schema = ibis.schema({name: column.dtype.type for name, column in fields.items()})
    columns = {name: [_value(row.get(name), kind) for row in rows] for name, kind in schema.items()}
    return ibis.memtable(pa.table(columns, schema=schema.to_pyarrow()))


def _value(value: object, kind: object) -> object:
    if value is None:
        return None
    if kind.is_decimal():
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-kind.scale))
    return date.fromisoformat(value) if kind.is_date() and isinstance(value, str) else value


def sales_lines(rows: list[dict], products=(), customers=(), fx_rates=()) -> ibis.Table:
    """Return sales lines in EUR from order rows; order_id, line and date have defaults."""
    defaults = {"order_id": "o1", "line": 1, "order_date": "2026-01-01"}
    orders = [{**defaults, "line": i + 1, **row} for i, row in enumerate(rows)]
    return sales.lines(
        typed("orders", orders),
        typed("products", products),
        typed("customers", customers),
        typed("fx_rates", fx_rates),
        "EUR",
    )


def revwork(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess:
    """Run the command line as a user does, from another folder than the checkout's."""
    command = [sys.executable, "-m", "revwork", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def notebook(path: Path, *cells: str, parameters: str | None = None) -> Path:
    """Write a notebook of a title, the cell tagged `parameters` if any, and these code cells."""
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    written = new_notebook(cells=[new_markdown_cell("# Tiny")], metadata=metadata)
    if parameters is not None:
        written.cells.append(new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    written.cells += map(new_code_cell, cells)
    nbformat.write(written, path)
    return path


@pytest.fixture(scope="session")
def published(tmp_path_factory) -> Path:
    """The reports folder after `revwork run` on the sample; latest is the run."""
    folder = tmp_path_factory.mktemp("published")
    done = revwork("run", "--out", folder / "reports", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "reports"


@pytest.fixture(scope="session")
def chromium():
    """The one browser of a test process: Playwright cannot be started twice in it."""
    from browser import FLAGS, find
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server of its own; skipped where neither its programs nor the driver are."""
    pytest.importorskip("psycopg", reason='PostgreSQL needs: pip install "revwork[postgres]"')
    from postgres import binaries, running

    if not (folder := binaries()):
        pytest.skip("no PostgreSQL programs here: apt-get install postgresql")
    with running(folder) as one:
        yield one


@pytest.fixture
def elsewhere(monkeypatch):
    """Compile for PostgreSQL and Databricks, too, whatever the test asks the engine."""
    execute = ibis.Expr.execute

    def watched(expression, *arguments, **options):
        for dialect in ("postgres", "databricks"):
            assert ibis.to_sql(expression, dialect=dialect)
        return execute(expression, *arguments, **options)

    monkeypatch.setattr(ibis.Expr, "execute", watched)


@pytest.fixture(scope="session")
def root(pytestconfig):
    """The checkout."""
    return pytestconfig.rootpath
