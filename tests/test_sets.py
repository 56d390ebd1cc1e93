"""Many sets of values make one run with a pack of each; shards are joined to the same."""

import json

import pytest
from bs4 import BeautifulSoup
from conftest import notebook, revwork

from revwork.report.matrix import matrix_page
from revwork.run import sets
from revwork.run.plan import UsageError

CELL = 'print(word, n)\nassert word != "c", "no c"'
PARAMETERS = 'word: str = "a"\nn: int = 1\nonly: list[str] = []'


@pytest.fixture
def work(tmp_path):
    notebook(tmp_path / "one.ipynb", CELL, parameters=PARAMETERS)
    return tmp_path


def written(folder, text, name="sets.yaml"):
    (folder / name).write_text(text)
    return folder / name


def run(work, text, *more, out="reports"):
    asked = ["run", work / "one.ipynb", "--matrix", written(work, text), "--out", work / out]
    return revwork(*asked, *more, cwd=work)


def manifest(folder):
    (path,) = folder.glob("2*/manifest.json")
    return path.parent, json.loads(path.read_text())


@pytest.mark.parametrize(
    "name, text, wanted",
    [
        ("a.yaml", "word: [x, y]\nn: [1, 2]", ["x_1", "x_2", "y_1", "y_2"]),
        ("a.yml", "- word: x\n- {word: y, n: 2, name: second}", ["x", "second"]),
        ("a.toml", "word = ['x', 'y']", ["x", "y"]),
        ("b.toml", "[[sets]]\nword = 'x'\n[[sets]]\nname = 'Zwei & 2'\n", ["x", "Zwei-2"]),
        (
            "c.yaml",
            "only:\n- [region=Spain, channel=web]\n- []\n",
            ["region-Spain-channel-web", "all"],
        ),
        ("d.yaml", "word: ['../../etc', 'España/Ñ']", ["etc", "España-Ñ"]),
    ],
)
def test_a_file_of_sets_is_a_list_or_every_combination(tmp_path, name, text, wanted):
    assert [*sets.sets(written(tmp_path, text, name))] == wanted


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "write a list of sets"),
        ("word: x", "write a list of sets"),
        ("- 1", "write a list of sets"),
        ("- word: x\n- word: x", 'two sets are called x: give each its own "name".'),
        ("a: [", "cannot be read"),
    ],
)
def test_what_is_no_matrix_is_refused_in_a_sentence(tmp_path, text, words):
    with pytest.raises(UsageError, match=words):
        sets.sets(written(tmp_path, text))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 10])
def test_shards_are_all_of_it_each_once(count):
    names = [str(number) for number in range(7)]
    parts = [sets.shard(names, f"{k}/{count}") for k in range(1, count + 1)]
    assert sorted(name for part in parts for name in part) == names


@pytest.mark.parametrize("part", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2"])
def test_what_is_no_shard_is_refused(part):
    with pytest.raises(UsageError, match="write K/N"):
        sets.shard(["a"], part)


def test_each_set_has_its_pack_and_one_page_leads_to_all(work):
    done = run(work, "word: [a, b]\nn: [7]")
    assert done.returncode == 0, done.stdout + done.stderr
    folder, said = manifest(work / "reports")
    assert [(e["set"], e["status"]) for e in said["notebooks"]] == [
        ("a_7", "succeeded"),
        ("b_7", "succeeded"),
    ]
    assert said["notebooks"][1]["parameters"] == {"word": "b", "n": 7}
    page = BeautifulSoup((folder / "index.html").read_text(), "html.parser")
    links = [link["href"] for link in page.select("table a")]
    assert links == ["a_7/index.html", "a_7/one.html", "b_7/index.html", "b_7/one.html"]
    assert all((folder / link).is_file() for link in links)
    assert '"b 7\\n"' in (folder / "record/b_7/one.ipynb").read_text()
    assert all((folder / file).is_file() for file in said["sha256"])
    assert not (work / "reports/latest").exists(), "a matrix is no pack with its own values"


def test_a_set_that_fails_leaves_the_others_alone_and_the_run_says_so(work):
    done = run(work, "word: [a, c]")
    folder, said = manifest(work / "reports")
    assert (done.returncode, said["status"]) == (1, "failed")
    assert [one["status"] for one in said["sets"]] == ["succeeded", "failed"]
    assert "no c" in (folder / "index.html").read_text()


def test_a_set_says_what_its_pack_says_though_each_of_its_reports_succeeded():
    entry = {"set": "a", "notebook": "one", "status": "succeeded", "reason": "", "files": {}}
    torn = {"set": "a", "status": "failed", "reason": "orders changed while the run read"}
    about = {"run": "20260701-060000", "workspace": "Acme", "as_of": None, "language": "en"}
    page = matrix_page({**about, "currency": "EUR", "sets": [torn], "notebooks": [entry]})
    (row,) = BeautifulSoup(page, "html.parser").select("tbody tr")
    assert [cell.text for cell in row.select("td")] == ["one", "Failed", torn["reason"]]


@pytest.mark.parametrize(
    "text, words",
    [
        ("wrod: [a, b]", "no parameter wrod"),
        ("n: [1, x]", "n=x: "),
    ],
)
def test_a_wrong_value_in_any_set_is_refused_before_a_kernel_starts(work, text, words):
    done = run(work, text)
    assert done.returncode == 2 and words in done.stderr and not (work / "reports").exists()


def test_shards_joined_are_what_one_run_would_have_made(work):
    text = "word: [a, b, d]\nn: [1]"
    for k in (1, 2):
        assert run(work, text, "--shard", f"{k}/2", out=f"part{k}").returncode == 0
    asked = ["collect", work / "part1", work / "part2", "--out", work / "whole"]
    done = revwork(*asked, cwd=work)
    assert done.returncode == 0 and done.stdout.startswith("3 sets: succeeded\n"), done.stderr
    folder, said = manifest(work / "whole")
    assert run(work, text, out="reports").returncode == 0
    _, single = manifest(work / "reports")
    assert {e["set"]: e["parameters"] for e in said["notebooks"]} == {
        e["set"]: e["parameters"] for e in single["notebooks"]
    }
    assert all((folder / file).is_file() for file in said["sha256"])


def test_a_shard_that_is_missing_is_named(work):
    assert run(work, "word: [a, b]", "--shard", "2/2").returncode == 0
    done = revwork("collect", "--out", work / "reports", cwd=work)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "revwork: shards 1/2 of the matrix are not there yet.\n"


def test_a_shard_without_a_matrix_is_refused(work):
    done = revwork("run", work / "one.ipynb", "--shard", "1/2", cwd=work)
    assert done.returncode == 2 and "name its --matrix FILE" in done.stderr


@pytest.mark.parametrize("name, text", [("p.yaml", "word: z\nn: 3"), ("p.toml", "word='z'\nn=3")])
def test_values_of_a_file_give_way_to_the_command_lines_own(work, name, text):
    asked = ["run", work / "one.ipynb", "--params", written(work, text, name), "-p", "n=9"]
    done = revwork(*asked, "--out", work / "reports", cwd=work)
    assert done.returncode == 0, done.stderr
    assert manifest(work / "reports")[1]["notebooks"][0]["parameters"] == {"word": "z", "n": 9}
