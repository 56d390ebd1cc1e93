"""Saved views: what is kept is read again, whoever saves at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from revwork import views
from revwork.data.wording import DataError
from revwork.views import View

SPAIN = View(
    "Spain’s “orders” \\ 1", "order_value", "channel", "2026-Q1", "previous", ("region=Spain",)
)


def test_a_view_is_read_as_it_was_saved(tmp_path):
    assert views.saved(tmp_path) == []
    assert views.save(tmp_path, SPAIN) == [SPAIN] == views.saved(tmp_path)
    plain = View("Plain", "cac", "region")
    assert views.save(tmp_path, plain) == [SPAIN, plain] == views.saved(tmp_path)


def test_a_view_of_the_same_name_takes_its_place(tmp_path):
    views.save(tmp_path, SPAIN)
    views.save(tmp_path, View("Other", "orders", "region"))
    again = View(SPAIN.name, "orders", "region")
    assert views.save(tmp_path, again)[0] == again and len(views.saved(tmp_path)) == 2


def test_nobody_s_view_is_lost_when_many_save_at_once(tmp_path):
    made = [View(f"View {n}", "orders", "region") for n in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda one: views.save(tmp_path, one), made))
    assert sorted(one.name for one in views.saved(tmp_path)) == sorted(one.name for one in made)
    assert [p.name for p in tmp_path.iterdir() if p.suffix not in (".toml", ".lock")] == []


def test_a_view_needs_a_name(tmp_path):
    with pytest.raises(DataError, match="needs a name"):
        views.save(tmp_path, View(" ", "orders", "region"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("views = 3", "cannot be read"),
        ("[[views]]\nname = 'a'\nmetric = 'orders'", "view 1: by is missing"),
        (
            "[[views]]\nname='a'\nmetric='x'\nby='y'\nperod='z'",
            '"perod" is not known; did you mean',
        ),
        (
            "[[views]]\nname='a'\nmetric='x'\nby='y'\nonly='region=N'",
            "view 1: only is no list of texts",
        ),
        ("[[views]", "cannot be read"),
    ],
)
def test_what_is_wrong_in_the_file_is_said(tmp_path, text, said):
    (tmp_path / views.FILE).write_text(text)
    with pytest.raises(DataError, match=said.replace("[", "\\[")):
        views.saved(tmp_path)
