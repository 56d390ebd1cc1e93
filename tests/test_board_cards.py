"""Numbers of a run as a board and a department read them, on rows of kpis.json typed by hand."""

from revwork.analysis.board import board_cards
from revwork.report.words import Reader

SAY = Reader().say
FINE = [{"notebook": "04_customers", "title": "Customers", "status": "succeeded"}]


def number(metric, value=1.0, department="finance", **known):
    told = {"metric": metric, "value": value, "unit": "money", "department": department}
    rest = {"period": "2026-Q2", "comparison": None, "target": None, "series": [], "segment": {}}
    return {**told, **rest, "label": metric, "change": None, "notebook": "01_revenue", **known}


def named(kpis):
    return [kpi.metric for kpi in kpis]


def test_a_board_reads_its_numbers_in_its_own_order_and_no_other():
    rows = [number("rating"), number("visits"), number("cac"), number("net_revenue")]
    assert named(board_cards.board(rows)) == ["net_revenue", "cac", "rating"]


def test_an_unknown_number_and_one_of_a_part_are_no_cards():
    rows = [number("nps", None), number("win_rate", segment={"region": "Spain"})]
    assert board_cards.board(rows) == []


def test_two_pages_that_say_the_same_make_one_card_of_the_first():
    rows = [number("net_revenue", 5.0), number("net_revenue", 5.0, notebook="06_channels")]
    (card,) = board_cards.board(rows)
    assert card.value == 5.0 and len(board_cards.of_department(rows, "finance")) == 1


def test_a_card_says_which_way_is_good_and_of_how_many_as_on_its_own_page():
    rows = [number("cac", better="lower", n=12), number("rating", target_is="to date")]
    cost, rating = board_cards.board(rows)
    assert (cost.better, cost.n) == ("lower", 12)
    assert (rating.better, rating.n, rating.target_is) == ("higher", None, "to date")


def test_a_department_reads_its_own_and_no_outlook():
    rows = [number("visits", department="web"), number("outlook_net_revenue"), number("orders")]
    assert named(board_cards.of_department(rows, "web")) == ["visits"]
    assert named(board_cards.of_department(rows, "finance")) == ["orders"]
    assert board_cards.of_department(rows, "people") == []


def test_the_year_ahead_has_its_interval_and_its_plan():
    rows = [number("outlook_net_revenue", 9.0, target=8.0, low=7.0, high=11.0, level=0.8)]
    (year,) = board_cards.ahead([*rows, number("net_revenue")])
    assert (year.value, year.target, year.low, year.high, year.level) == (9, 8, 7, 11, 0.8)


def test_what_is_missing_says_what_it_needs():
    rows = [number(name) for name in board_cards._BOARD if name != "nps"]
    (why,) = board_cards.missing(rows, FINE)
    assert SAY(why) == "The net promoter score needs surveys with answers."
    assert len(board_cards.missing([], [])) == len(board_cards._BOARD)


def test_what_is_missing_because_its_report_failed_says_so_instead():
    rows = [number(name) for name in board_cards._BOARD if name != "nps"]
    (why,) = board_cards.missing(rows, [{**FINE[0], "status": "timed_out"}])
    assert SAY(why) == "NPS is not known: the report “Customers” ended as timed out."
    (skipped,) = board_cards.missing(rows, [{**FINE[0], "status": "skipped"}])
    assert "needs surveys" in SAY(skipped)
