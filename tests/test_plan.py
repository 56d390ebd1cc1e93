"""What a run is asked for is understood, or refused in a sentence before a kernel starts."""

from datetime import date
from typing import Literal, get_args

import pytest
from conftest import notebook, revwork
from hypothesis import given
from hypothesis import strategies as st
from papermill.translators import PythonTranslator

from revwork.commands.run import setting
from revwork.run import plan
from revwork.run.plan import Parameter, UsageError

CELL = """\
from typing import Literal

company: str = "acme"  # whose numbers
weeks: int = 4  # how far back

rate: float = 0.5  # discount
strict: bool = False
by: Literal["month", "week"] = "month"  # the grain, "#1" of all
regions: list[str] = ["North"]  # where; empty: everywhere
quarters: list[int] = [
    1,
    2,
]  # which
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return notebook(tmp_path_factory.mktemp("plan") / "report.ipynb", "1", parameters=CELL)


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    return notebook(tmp_path_factory.mktemp("plan") / "bare.ipynb", "1")


def settled(path, **given):
    return plan.settle([path], given)[path]


def refusal(path, **given):
    with pytest.raises(UsageError) as error:
        settled(path, **given)
    return str(error.value)


# the parameters cell is the contract


def test_every_annotated_line_is_a_parameter_in_the_cells_order(report):
    names = [parameter.name for parameter in plan.parameters(report)]
    assert names == ["company", "weeks", "rate", "strict", "by", "regions", "quarters"]


def test_a_parameter_has_type_default_and_the_comment_as_help(report):
    company, weeks, rate, strict, by, regions, quarters = plan.parameters(report)
    assert company == Parameter("company", str, "acme", "whose numbers")
    assert (weeks.kind, weeks.default) == (int, 4)
    assert (rate.kind, rate.default) == (float, 0.5)
    assert strict == Parameter("strict", bool, False, "")
    assert (get_args(by.kind), by.help) == (("month", "week"), 'the grain, "#1" of all')
    assert regions == Parameter("regions", list[str], ["North"], "where; empty: everywhere")
    assert quarters == Parameter("quarters", list[int], [1, 2], "which")


def test_the_cell_is_read_and_never_run(tmp_path):
    hostile = f'x: int = 1  # count\nopen({str(tmp_path / "trace")!r}, "w")'
    path = notebook(tmp_path / "hostile.ipynb", parameters=hostile)
    assert [parameter.name for parameter in plan.parameters(path)] == ["x"]
    assert not (tmp_path / "trace").exists()


def test_a_notebook_without_the_cell_takes_nothing_and_can_still_be_planned(bare):
    assert plan.parameters(bare) == []
    assert plan.settle([bare], {}) == {bare: {}}


def test_a_value_for_a_notebook_without_the_cell_is_refused(bare):
    assert refusal(bare, weeks="1") == (
        "no parameter weeks; there are none, as no cell is tagged parameters"
    )


# values


def test_text_becomes_what_the_cell_says(report):
    given = {"weeks": "8", "rate": ".25", "strict": "true", "by": "week", "company": "1e5"}
    assert settled(report, **given) == {
        "weeks": 8, "rate": 0.25, "strict": True, "by": "week", "company": "1e5",
    }  # fmt: skip


def test_leading_zeros_stay_in_text(report):
    assert settled(report, company="007") == {"company": "007"}


def test_a_value_may_hold_an_equals_sign():
    assert setting("company=a=b=c") == ("company", "a=b=c")


def test_a_list_in_brackets_is_one_of_json_so_that_a_value_may_hold_commas(report):
    given = settled(report, regions='["North: a=1, b=2", "Far West"]', quarters="[3, 4]")
    assert given == {"regions": ["North: a=1, b=2", "Far West"], "quarters": [3, 4]}
    for wrong in ('["North"', "[1]", '["North"] x'):
        assert refusal(report, regions=wrong).startswith(f"regions={wrong}: ")


def test_a_list_is_parted_by_commas(report):
    given = settled(report, regions="North, Far West", quarters="3,4")
    assert given == {"regions": ["North", "Far West"], "quarters": [3, 4]}


def test_an_empty_list_is_empty(report):
    assert settled(report, regions="") == {"regions": []}


def test_a_choice_among_numbers_stays_a_number():
    assert Parameter("calendar", Literal[445, 454], 445, "").read("454") == 454


def test_values_that_are_typed_already_keep_their_type(report):
    given = {"weeks": 8, "rate": 1.5, "strict": True, "regions": ["a,b"]}
    assert settled(report, **given) == given


@pytest.mark.parametrize("value", [True, 8.5, "8.5", "eight", ""])
def test_what_is_no_whole_number_is_refused(report, value):
    assert refusal(report, weeks=value).startswith(f"weeks={value}: input should be a valid int")


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity", "1e999", float("nan")])
def test_a_number_is_finite(report, value):
    assert refusal(report, rate=value) == f"rate={value}: input should be a finite number"


def test_a_choice_that_is_not_offered_is_refused_with_the_nearest(report):
    assert refusal(report, by="weeks") == "by=weeks: not one of month, week; did you mean week?"


def test_one_wrong_item_refuses_the_list(report):
    assert refusal(report, quarters="3,x").startswith("quarters=3,x: input should be a valid int")


def test_an_unknown_name_is_refused_with_the_nearest_and_all_there_are(report):
    assert refusal(report, week="8") == (
        "no parameter week; there are by, company, quarters, rate, regions, strict, weeks; "
        "did you mean weeks?"
    )


def test_a_value_goes_to_the_notebooks_that_take_it(report, tmp_path):
    other = notebook(tmp_path / "other.ipynb", parameters='company: str = ""  # whose')
    assert plan.settle([report, other], {"weeks": "8", "company": "x"}) == {
        report: {"weeks": 8, "company": "x"},
        other: {"company": "x"},
    }


@given(st.text())
def test_any_text_reaches_the_kernel_as_it_was_given(text):
    value = Parameter("company", str, "", "").read(text)
    assert value == text
    arrived = {}
    exec(PythonTranslator.codify({"company": value}), arrived)
    assert arrived["company"] == text


@given(st.integers(-(10**30), 10**30))
def test_any_whole_number_arrives(number):
    weeks = Parameter("weeks", int, 0, "")
    assert weeks.read(str(number)) == weeks.read(number) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_finite_number_arrives(number):
    assert Parameter("rate", float, 0.0, "").read(repr(number)) == number


# notebooks


def test_without_names_all_notebooks_run_in_reading_order():
    found = plan.find([])
    assert found == sorted(found) and found[0].parent == plan.folder()


@pytest.mark.parametrize("name", ["01_revenue", "revenue", "01_revenue.ipynb", "x/01_revenue"])
def test_a_notebook_is_found_by_its_name_with_or_without_number(name):
    assert [path.stem for path in plan.find([name])] == ["01_revenue"]


def test_a_notebook_of_ones_own_is_found_by_its_path(report):
    assert plan.find([str(report)]) == [report]


def test_a_notebook_named_twice_runs_once():
    assert len(plan.find(["revenue", "01_revenue"])) == 1


def test_an_unknown_notebook_is_refused_with_the_nearest_and_all_there_are():
    with pytest.raises(UsageError) as error:
        plan.find(["01_revenu"])
    assert str(error.value).startswith("no notebook 01_revenu; there are 00_board_pack")
    assert str(error.value).endswith("; did you mean 01_revenue?")


def test_two_notebooks_of_one_name_would_share_a_page(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        notebook(tmp_path / folder / "mine.ipynb")
    with pytest.raises(UsageError, match="two notebooks are called mine"):
        plan.find([str(tmp_path / folder / "mine.ipynb") for folder in ("a", "b")])


# tables


def test_the_tables_a_notebook_reads_stand_in_its_one_call(tmp_path):
    call = 'tables = company.tables(\n    needs=["orders"],\n    enriches=["products"],\n)'
    path = notebook(tmp_path / "reads.ipynb", "company = 1", call)
    assert plan.reads(path) == {"needs": ["orders"], "enriches": ["products"]}


def test_a_notebook_may_read_no_table(bare):
    assert plan.reads(bare) == {}


def test_a_mistake_is_told_before_a_kernel_starts(report, tmp_path):
    done = revwork("run", report, "-p", "wekks=3", "--out", tmp_path / "reports", cwd=tmp_path)
    assert done.returncode == 2 and "did you mean weeks?" in done.stderr
    assert not (tmp_path / "reports").exists()


# periods and days

DATED = """\
from revwork.calendar import Day, PeriodName

period: PeriodName = "last quarter"  # which
as_of: Day = ""  # seen from
"""


@pytest.fixture(scope="module")
def dated(tmp_path_factory):
    return notebook(tmp_path_factory.mktemp("plan") / "dated.ipynb", "1", parameters=DATED)


@pytest.mark.parametrize(
    "period", ["2026-Q3", "2026-09", "FY2026-H1", "last month", "ytd", "FY2026-W53"]
)
def test_a_period_is_a_name_that_some_calendar_knows(dated, period):
    assert settled(dated, period=period) == {"period": period}


@pytest.mark.parametrize("period", ["2026-Q5", "lst quarter", "", "soon"])
def test_what_is_no_period_is_refused_before_a_kernel_starts(dated, period):
    assert refusal(dated, period=period).startswith(f"period={period}: ")


@pytest.mark.parametrize("day", ["2026-06-30", "", date(2026, 6, 30)])
def test_a_day_is_iso_or_nothing_and_yamls_own_dates_will_do(dated, day):
    assert settled(dated, as_of=day) == {"as_of": str(day)}


@pytest.mark.parametrize("day", ["30/06/2026", "2026-02-30", "today"])
def test_what_is_no_day_is_refused(dated, day):
    assert refusal(dated, as_of=day).startswith(f"as_of={day}: ")


def test_the_types_are_told_as_the_cell_says_them(dated):
    assert [one.type_name for one in plan.parameters(dated)] == ["PeriodName", "Day"]
