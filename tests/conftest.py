"""Tables typed by hand, in the types of their contract; and runs that many files read."""

import gc
import json
import os
import re
import shlex
import subprocess
import sys
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import duckdb
import ibis
import nbformat
import pyarrow as pa
import pytest
from filelock import FileLock
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from texts import CHOSEN, ONLY

from revwork.analysis import sales
from revwork.contracts import contract
from revwork.run import plan

# Files of a minute and more, longest first: begun last, one would leave the other processors idle.
LONG = (
    *("numbers", "untrusted", "accessibility", "resume", "readme", "notebooks", "executed", "page"),
    *("fuzz", "personal", "schedule", "real_data", "faults", "real_companies", "cli"),
)


SOLD = ("orders", "products", "customers", "fx_rates")
ELSEWHERE = ("postgres", "databricks")


def pytest_collection_modifyitems(items):
    """Put long files first."""
    names = {f"test_{name}": at for at, name in enumerate(LONG)}
    items.sort(key=lambda item: names.get(item.path.stem, len(names)))


def pytest_collection_finish(session):
    """Imports stay: the collector need not look through them again, a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def typed(table: str, rows: list[dict] = ()) -> ibis.Table:
    """Return `rows` as an Ibis table with every column of the contract, absent ones null."""
    return ibis.memtable(_arrow(table, rows))


def _arrow(table: str, rows: list[dict]) -> pa.Table:
    schema = _schema(table)
    columns = {name: [_value(row.get(name), kind) for row in rows] for name, kind in schema.items()}
    return pa.table(columns, schema=schema.to_pyarrow())


@cache
def _schema(table: str) -> ibis.Schema:
    fields = contract(table).to_schema().columns
    return ibis.schema({name: column.dtype.type for name, column in fields.items()})


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
    connection, sql, schema = _sold()
    for name, given in zip(SOLD, (orders, products, customers, fx_rates), strict=True):
        connection.register(name, _arrow(name, given))
    return ibis.memtable(connection.sql(sql).to_arrow_table().cast(schema))


@cache
def _sold() -> tuple[duckdb.DuckDBPyConnection, str, pa.Schema]:
    """`sales.lines` as SQL, compiled once for all tests, for other engines too: it takes long."""
    lines = sales.lines(*(ibis.table(_schema(name), name=name) for name in SOLD), "EUR")
    for dialect in ELSEWHERE:
        assert ibis.to_sql(lines, dialect=dialect)
    return duckdb.connect(), ibis.to_sql(lines, dialect="duckdb"), lines.schema().to_pyarrow()


def kept(table: ibis.Table) -> ibis.Table:
    """Return a table asked once, as a notebook keeps what it asks several things of."""
    return ibis.memtable(table.to_pyarrow())


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
    """The reports folder after `revwork run` on the sample, in every format; latest is the run."""
    return once(tmp_path_factory, "published", "--to", "html,pdf,pptx,xlsx")


@pytest.fixture(scope="session")
def spanish(tmp_path_factory):
    """The run after `revwork run -p language=es`."""
    reports = once(tmp_path_factory, "spanish", "-p", "language=es")
    return next(reports.glob("[0-9]*"))


@pytest.fixture(scope="session")
def readme(root) -> str:
    """The README."""
    return (root / "README.md").read_text()


def blocks(text: str, language: str) -> list[str]:
    """What stands in the blocks of a page's language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


@pytest.fixture(scope="session")
def acme(readme, tmp_path_factory) -> SimpleNamespace:
    """The README's company of orders only after its first command: folder, returncode, out, said.

    The command is a whole pack of one period.
    """

    def make(folder):
        (folder / "acme").mkdir()
        (folder / "acme/revwork.toml").write_text(blocks(readme, "toml")[0])
        (folder / "acme/orders.csv").write_text(blocks(readme, "csv")[0])
        lines = "".join(blocks(readme, "sh")).splitlines()
        first = next(line for line in lines if line.startswith("revwork "))
        return revwork(*shlex.split(first, comments=True)[1:], cwd=folder)

    return shared(tmp_path_factory, "readme", make)


def once(tmp_path_factory, name: str, *asked: str) -> Path:
    """Run the sample once for all processes that test, and return the reports folder."""

    def make(folder):
        done = revwork("run", *_chosen(), *asked, "--out", folder / "reports", cwd=folder)
        _as_latest(folder / "reports")
        return done

    ran = shared(tmp_path_factory, name, make)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.folder / "reports"


def shared(tmp_path_factory, name: str, make) -> SimpleNamespace:
    """Run a command once for all processes that test, in a folder of that name: how it ended."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    ended = folder.with_name(f"{name}.json")
    with FileLock(f"{folder}.lock"):
        if not ended.exists():
            folder.mkdir()
            done = make(folder)
            told = {"returncode": done.returncode, "stdout": done.stdout, "stderr": done.stderr}
            ended.write_text(json.dumps(told))
    return SimpleNamespace(folder=folder, **json.loads(ended.read_text()))


def _chosen() -> list[str]:
    """The notebooks to run; one that quotes a run needs another to quote."""
    quoting = ONLY and all(plan.reads_run(path) for path in CHOSEN)
    return [*ONLY, "01_revenue"] if quoting else ONLY


def _as_latest(reports: Path) -> None:
    """Call the newest run latest where only some notebooks were run: tests look for it there."""
    runs = sorted(reports.glob("[0-9]*"))
    if ONLY and runs and not (reports / "latest").exists():
        (reports / "latest").symlink_to(runs[-1].name)


@pytest.fixture(scope="module")
def chromium():
    """A browser for the tests of one file: two at a time are one too many for Playwright."""
    from browser import FLAGS, find
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium):
    """Open a file without a network: the page, with what it asked for and what went wrong."""
    contexts = []

    def open_file(path, **options):
        context = chromium.new_context(**{"viewport": {"width": 1100, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.asked, page.left, page.wrong = [], [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda m: m.type in ("error", "warning") and page.wrong.append(m.text))
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.route(re.compile("^https?:"), lambda route: page.left.append(route) or route.abort())
        page.goto(path.as_uri())
        return page

    yield open_file
    for context in contexts:
        context.close()


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
    """Compile for PostgreSQL and Databricks, too, whatever the test asks the engine or keeps."""

    def watched(ask):
        def compiled(expression, *arguments, **options):
            for dialect in ELSEWHERE:
                assert ibis.to_sql(expression, dialect=dialect)
            return ask(expression, *arguments, **options)

        return compiled

    monkeypatch.setattr(ibis.Expr, "execute", watched(ibis.Expr.execute))
    monkeypatch.setattr(ibis.Expr, "to_pyarrow", watched(ibis.Expr.to_pyarrow))


@pytest.fixture(scope="session")
def root(pytestconfig):
    """The checkout."""
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def real(root) -> Path:
    """The folder of the published data sets; what reads them is skipped where it is not."""
    folder = Path(os.environ.get("REVWORK_REAL_DATA") or root.parent / "shared/data").resolve()
    if not folder.is_dir():
        pytest.skip("no published data sets here: say in REVWORK_REAL_DATA where they lie")
    return folder


@pytest.fixture(scope="session")
def data_set(real):
    """The folder of one published data set, by name."""

    def folder(name: str) -> Path:
        if not (real / name).is_dir():
            pytest.skip(f"no data set {name} in {real}")
        return real / name

    return folder
