"""Answers kept in the workspace: the same cold and warm, never stale, foreign or damaged."""

import os
import re
import tomllib
from pathlib import Path
from time import time

import ibis
import pandas as pd
import pytest

import revwork
from revwork.data import cache
from revwork.findings import Unanswered, Word

CALLS = []


def doubled(table, factor=2, *, name="All"):
    CALLS.append(factor)
    if not factor:
        raise Unanswered("Nothing to multiply.")
    rows = table.execute().sort_values("amount", ignore_index=True)
    return rows.assign(name=Word(name), amount=rows.amount * factor), {factor: (1, None)}


@pytest.fixture
def company(tmp_path):
    (tmp_path / "revwork.toml").write_text('currency = "EUR"\n')
    CALLS.clear()
    return revwork.open_company(tmp_path)


@pytest.fixture
def table():
    return stored([1.5, 2.5, None])


def stored(amounts):
    frame = pd.DataFrame({"amount": amounts})
    return ibis.duckdb.connect().create_table("rows", frame)


def entries(company):
    return sorted((company.folder / ".revwork" / "cache").glob("*.json"))


def same(one, other):
    pd.testing.assert_frame_equal(one[0], other[0])
    return one[1] == other[1] and [*map(type, one[0].name)] == [*map(type, other[0].name)]


def test_a_second_time_it_is_read_and_says_the_same(company, table):
    cold, warm = (company.kept(doubled, table, 3) for _ in range(2))
    assert CALLS == [3] and same(cold, warm) and same(cold, doubled(table, 3))


def test_rows_in_another_order_are_the_same_table(company, table):
    company.kept(doubled, table)
    company.kept(doubled, stored([None, 2.5, 1.5]))
    assert CALLS == [2]


@pytest.mark.parametrize("other", [[1.5, 2.5], [1.5, 2.5, 2.5], [1.5, 2.5, 0]])
def test_other_rows_are_another_question(company, table, other):
    company.kept(doubled, table)
    company.kept(doubled, stored(other))
    assert CALLS == [2, 2]


def test_whatever_it_is_given_is_part_of_the_question(company, table):
    company.kept(doubled, table)
    company.kept(doubled, table, 2)
    company.kept(doubled, table, name="None")
    company.kept(doubled, table.filter(table.amount > 2))
    company.kept(doubled, table.rename(amount="amount").mutate(other=1))
    assert len(CALLS) == len(entries(company)) == 5


def test_other_code_or_another_library_is_another_question(company, table, monkeypatch):
    company.kept(doubled, table)
    monkeypatch.setattr(cache, "_working", lambda: ["another"])
    company.kept(doubled, table)
    assert CALLS == [2, 2]


@pytest.mark.parametrize("content", ["", "{", '{"mapping": []}', "\0\xff"])
def test_a_damaged_entry_is_worked_out_again(company, table, content):
    cold = company.kept(doubled, table)
    entries(company)[0].write_text(content)
    assert same(cold, company.kept(doubled, table)) and CALLS == [2, 2]
    assert same(cold, company.kept(doubled, table)) and CALLS == [2, 2]


def test_an_entry_of_another_question_under_its_name_is_never_taken(company, table):
    cold = company.kept(doubled, table)
    (kept,) = entries(company)
    company.kept(doubled, table, 7)
    (other,) = {*entries(company)} - {kept}
    kept.write_bytes(other.read_bytes())
    assert same(cold, company.kept(doubled, table)) and CALLS == [2, 7, 2]


def test_where_nothing_can_be_kept_it_is_worked_out(company, table, monkeypatch):
    cold = company.kept(doubled, table)
    monkeypatch.setattr(Path, "mkdir", lambda *_, **__: (_ for _ in ()).throw(PermissionError()))
    assert same(cold, company.kept(doubled, table)) and CALLS == [2, 2]


def test_a_disk_that_is_full_loses_nothing(company, table, monkeypatch):
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    assert same(company.kept(doubled, table), doubled(table)) and not entries(company)


def test_an_answer_that_cannot_be_given_is_not_kept(company, table):
    for _ in range(2):
        with pytest.raises(Unanswered, match="Nothing to multiply"):
            company.kept(doubled, table, 0)
    assert CALLS == [0, 0] and not entries(company)


def test_what_nobody_has_used_for_a_week_goes(company, table):
    company.kept(doubled, table)
    (old,) = entries(company)
    left = old.with_suffix(".new")
    left.write_text("killed while writing")
    for one in (old, left):
        os.utime(one, (time() - 8 * 86_400,) * 2)
    company.kept(doubled, table, 5)
    assert not old.exists() and not left.exists() and len(entries(company)) == 1


def test_a_function_of_the_notebook_or_a_table_in_the_answer_is_refused(company, table):
    with pytest.raises(TypeError, match="name an analysis"):
        company.kept(lambda: table)
    with pytest.raises(ValueError):
        company.kept(same_table, table)


def same_table(table):
    return table


def test_a_library_counts_from_the_day_on_that_pyproject_declares_it(root):
    toml = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    declared = {re.match(r"[\w.-]+", one)[0] for one in toml["dependencies"]}
    assert {one.split()[0] for one in cache.libraries()} == declared
