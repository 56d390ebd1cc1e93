"""What the README says is true: its commands run, its files and targets exist."""

import re
import shlex

from conftest import blocks, revwork


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
    assert acme.returncode == 0, acme.stdout + acme.stderr
    assert commands[0][:3] == ["run", "--workspace", "acme"]
    for command in commands[1:]:
        if command != ["lab"]:
            done = revwork(*command, cwd=acme.folder)
            assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def test_its_example_gives_the_figure_one_reads_off_the_file(acme):
    name = acme.stdout.splitlines()[-1].split("/")[-2]
    assert "€945" in (acme.folder / "reports" / name / "01_revenue.html").read_text()


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
