"""What the README says is true: its commands run, its files and targets exist."""

import re
import shlex

import pytest
from conftest import revwork


@pytest.fixture(scope="module")
def readme(root):
    return (root / "README.md").read_text()


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


@pytest.fixture(scope="module")
def acme(readme, tmp_path_factory):
    """The README's own workspace, written as it stands there."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "acme").mkdir()
    (folder / "acme/revwork.toml").write_text(blocks(readme, "toml")[0])
    (folder / "acme/orders.csv").write_text(blocks(readme, "csv")[0])
    return folder


def test_its_links_and_pictures_exist(readme, root):
    for target in re.findall(r"\]\(([^)#]+)\)", readme):
        assert (root / target).exists(), target


def test_its_make_targets_exist(readme, root):
    targets = set(re.findall(r"^(\w+):", (root / "Makefile").read_text(), re.M))
    assert set(re.findall(r"^make (\w+)", readme, re.M)) <= targets


def test_its_commands_run(readme, acme):
    lines = "".join(blocks(readme, "sh")).splitlines()
    commands = [
        shlex.split(line, comments=True)[1:] for line in lines if line.startswith("revwork ")
    ]
    assert commands
    for command in commands:
        if command != ["lab"]:
            done = revwork(*command, cwd=acme)
            assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def test_its_example_gives_the_figure_one_reads_off_the_file(acme):
    done = revwork("run", "--workspace", "acme", "-p", "period=2026-02", "--out", "own", cwd=acme)
    assert done.returncode == 0, done.stdout + done.stderr
    page = next((acme / "own").glob("2*/01_revenue.html")).read_text()
    assert "€945" in page


def test_its_notebooks_are_the_notebooks_there_are(readme, root):
    named = set(re.findall(r"^\| `(\d\d_\w+)` \|", readme, re.M))
    assert named == {path.stem for path in (root / "notebooks").glob("*.ipynb")}


def test_its_tables_are_contracts(readme):
    from revwork.contracts import DEPARTMENTS, of_department

    listed = readme.split("| department |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| (\w+) \| ([\w, ]+) \|", listed, re.M)
    assert {name: sorted(tables.split(", ")) for name, tables in rows} == {
        name: of_department(name) for name in DEPARTMENTS
    }
