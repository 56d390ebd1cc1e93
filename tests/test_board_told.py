"""Sentences of a pack: one, several, none; up, down, within the noise; nothing to hold against."""

from datetime import date

from test_board_cards import number
from test_board_lists import topic

from revwork.actions import Action
from revwork.analysis.board import board_cards, board_told
from revwork.analysis.folded import Topic
from revwork.report.words import Reader


def said(messages):
    return " ".join(map(Reader().say, messages))


def test_one_thing_that_changed_is_told_in_the_singular():
    told = said(board_told.changed([topic("a", -500.0, department="web")]))
    assert told == "One thing changed or stands out. The largest loss: €500 a year with web."


def test_several_are_counted_by_their_direction_with_the_largest_of_each():
    every = [topic("a", -500.0), topic("b", -900.0), topic("c", 70.0, "strength")]
    told = said(board_told.changed(every))
    assert "3 things changed or stand out; for the worse: 2, for the better: 1." in told
    assert "The largest loss: €900 a year" in told and "The largest gain: €70 a year" in told


def test_what_chance_may_have_made_is_counted():
    lead = topic("a", -5.0).lead
    wide = Topic({**lead, "impact": {"value": -5.0, "low": -20.0, "high": 10.0}})
    assert "One of them may be chance" in said(board_told.changed([topic("b", -9.0), wide]))
    assert "Of them 2 may be chance" in said(board_told.changed([wide, wide]))


def test_nothing_that_changed_says_so_whatever_has_long_stood():
    told = said(board_told.changed([topic("a", -5.0, kind="level")]))
    assert told == "Nothing changed beyond chance, and no single thing stands out."


def year(**known):
    row = number("outlook_net_revenue", 950.0, period="2026", **known)
    return said(board_told.outlook(board_cards.ahead([row])))


def test_the_year_is_held_against_its_plan_and_says_whether_that_is_clear():
    assert "€950 in 2026, −€50 against the plan of €1,000." in year(target=1000.0)
    within = year(target=1000.0, low=900.0, high=1010.0, level=0.8)
    assert "the plan of €1,000 is within reach (€900 to €1,010)" in within
    clear = year(target=1000.0, low=900.0, high=990.0, level=0.8)
    assert "€1,000, which lies outside the interval (€900 to €990)" in clear


def test_a_year_without_a_plan_or_a_run_without_a_forecast_says_so():
    assert "there is no plan for it" in year()
    assert said(board_told.outlook([])).startswith("This run holds no forecast")


def test_the_market_has_three_lines_and_says_what_moved():
    rows = [
        number("market_size", 100.0, change=0.05),
        number("market_share", 0.04, comparison=0.03, change=0.01),
        number("price_index_by_revenue", 99.0),
        number("red_zone", 0.25),
        number("rating", 3.5),
        number("rating_gap", -0.3),
    ]
    lines = [*map(Reader().say, board_told.market(rows))]
    assert lines == [
        "Our market is worth €100 (+5%); our share is 4% after 3%.",
        "Our prices stand at 99 of rivals' 100; 25% of products are more than a tenth dearer than "
        "the cheapest rival.",
        "Customers rate us 3.5 of 5, 0.3 below rivals.",
    ]


def test_of_the_market_only_what_is_known_is_told():
    still = number("market_share", 0.04, comparison=0.04, change=0.0)
    size = number("market_size", 100.0, change=-0.05)
    assert "our share stays at 4%" in said(board_told.market([size, still]))
    assert said(board_told.market([still])) == "Our market share is 4%."
    assert "Customers rate us 4 of 5." in said(board_told.market([number("rating", 4.0)]))
    assert "0.3 above rivals" in said(
        board_told.market([number("rating", 4.0), number("rating_gap", 0.3)])
    )
    assert said(board_told.market([number("rating", None)])).startswith("This run knows nothing")


def test_threats_are_counted_and_the_largest_is_told_where_it_is_known():
    assert said(board_told.threats([])) == "No finding of this run is a threat."
    one, other = topic("a", -50.0, "threat"), topic("b", direction="threat")
    assert said(board_told.threats([one])) == "One threat. The largest puts €50 a year at stake."
    assert said(board_told.threats([one, other])).startswith("Threats: 2.")
    assert "is not known" in said(board_told.threats([other]))


def action(status, due=None):
    return Action("a", status, "sales", "S", due, {})


def test_what_waits_is_told_apart_from_what_is_under_way_and_late():
    before, day = date(2026, 9, 1), date(2026, 9, 14)
    every = [action("proposed", before), action("decided", before), action("started", day)]
    told = said(board_told.due(every, day))
    assert told == "To decide: 1; under way: 2, late: 1."
    assert said(board_told.due([], day)) == "No finding of this run asks for a decision."
