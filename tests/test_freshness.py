"""Tables that are older than a company allows: who says so, where, and when nobody can tell."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook
from pages import begun, shown
from test_accessibility import grave
from test_data import workspace

from revwork import open_company
from revwork.data.wording import DataError
from revwork.report import export, index
from revwork.report.page import plain
from revwork.run.freshness import Stale, stale

TODAY = date(2026, 9, 10)
ROW = {"table": "orders", "last_day": "2026-09-01", "age": 9, "allowed": 3, "then": "badge"}
ENTRY = {"notebook": "01_revenue", "status": "succeeded", "reason": ""}
MANIFEST = {"run": "20260910-060000", "workspace": "Acme", "as_of": "2026-09-01"}


@pytest.fixture
def company(tmp_path):
    """A company whose orders may be three days old, and whose tables otherwise may be any."""
    orders = "order_id,order_date,net_amount\na,2026-09-01,1\n"
    return workspace(tmp_path, "max_age_days = 3\n", orders=orders, customers="customer_id\nc\n")


def given(table, last):
    return {"table": table, "last_day": last and last.isoformat()}


# which are stale


@pytest.mark.parametrize(("days", "age"), [(0, None), (3, None), (4, 4), (400, 400), (-1, None)])
def test_a_table_is_fresh_up_to_the_last_day_it_may_have(company, days, age):
    found = stale(company, [given("orders", TODAY - timedelta(days=days))], TODAY)
    assert [one.age for one in found] == [age] * (age is not None)


def test_the_sentence_says_table_last_day_age_and_what_is_allowed(company):
    (one,) = stale(company, [given("orders", date(2026, 9, 1))], TODAY)
    assert one == Stale("orders", date(2026, 9, 1), 9, 3, "warn")
    assert one.sentence == "orders ends on 1 Sep 2026, 9 days ago (allowed: 3 days)."
    assert one.row == {**ROW, "then": "warn", "sentence": one.sentence} == plain(one.row)


def test_without_a_last_day_nobody_can_tell_and_that_is_said(company):
    (one,) = stale(company, [given("orders", None)], TODAY)
    assert (one.last_day, one.age) == (None, None)
    assert one.sentence == "orders has no day that tells how old it is (allowed: 3 days)."


def test_one_row_of_a_day_to_come_does_not_make_a_table_fresh(company):
    (one,) = stale(company, [given("orders", date(2099, 1, 1))], TODAY)
    assert one.age is None and "1 Jan 2099, which is still to come" in one.sentence


def test_a_table_of_which_nothing_is_asked_is_never_stale(company):
    assert stale(company, [given("customers", date(2000, 1, 1))], TODAY) == []


def test_what_the_door_says_of_a_table_is_what_is_judged(company):
    inputs = company.tables(["orders"], ["customers"], today=TODAY).inputs
    rows = [plain(vars(one)) for one in inputs]
    assert [one.age for one in stale(company, rows, TODAY)] == [9]


def test_a_limit_changes_nothing_that_is_kept_of_a_table(company):
    before = company.tables(["orders"], today=TODAY).inputs[0].fingerprint
    file = company.folder / "revwork.toml"
    file.write_text(file.read_text().replace("days = 3", 'days = 30\nwhen_stale = "fail"'))
    after = open_company(company.folder)
    assert after.sources["orders"].when_stale == "fail"
    assert after.tables(["orders"], today=TODAY).inputs[0].fingerprint == before


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("max_age_days = -1", "max_age_days should be greater than or equal to 0"),
        ('max_age_days = "soon"', "max_age_days should be a valid integer"),
        ('when_stale = "panic"', "when_stale should be 'fail', 'warn' or 'badge'"),
        ("max_age = 3", '"max_age" is not known; did you mean "max_age_days"?'),
    ],
)
def test_a_slip_in_what_is_allowed_is_a_sentence(tmp_path, line, said):
    with pytest.raises(DataError) as error:
        workspace(tmp_path, f"{line}\n", orders="order_id,order_date,net_amount\n")
    assert said in str(error.value)


# the badge


def page(language="en", rows=(ROW,)):
    cells = [new_markdown_cell("# Tiny"), shown(begun(language, orders=date(2026, 9, 1)))]
    return BeautifulSoup(export.page(new_notebook(cells=cells), "source", "", rows), "html.parser")


@pytest.mark.parametrize(
    ("language", "title", "ago"),
    [
        ("en", "Data out of date", "9 days ago"),
        ("es", "Datos desactualizados", "hace 9 días"),
        ("fr", "Données non à jour", "il y a 9\u00a0jours"),
    ],
)
def test_a_page_opens_with_what_is_out_of_date_in_its_language(language, title, ago):
    main = page(language).main
    badge = main.find(attrs={"role": "note"})
    assert title in badge.strong.get_text() and ago in badge.li.get_text()
    assert main.find(True) is badge


def test_a_fresh_page_says_nothing_of_it():
    assert not page(rows=()).select(".stale")


def test_the_pack_says_each_stale_table_once_and_which_reports_read_it():
    read = {**ENTRY, "files": {"html": "a.html"}, "stale": [ROW]}
    warned = {**ENTRY, "notebook": "c", "files": {}, "stale": [{**ROW, "then": "warn"}]}
    notebooks = [read, {**read, "notebook": "b"}, warned, {**ENTRY, "files": {}}]
    pack = BeautifulSoup(index.pack({**MANIFEST, "notebooks": notebooks}, []), "html.parser")
    assert len(pack.select("[role=note] li")) == 1
    tagged = [row.th.get_text() for row in pack.select(".notebooks tbody tr")]
    assert ["Data out of date" in one for one in tagged] == [True, True, False, False]


def test_a_name_cannot_carry_markup_into_the_badge():
    assert "<b>x" not in str(page(rows=[{**ROW, "table": "<b>x"}]))


def test_the_badge_is_seen_on_a_screen_and_on_paper(opened, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(str(page()))
    seen = opened(path)
    for media in ("screen", "print"):
        seen.emulate_media(media=media)
        assert seen.get_by_role("note").filter(has_text="out of date").is_visible()
    assert grave(seen) == []
