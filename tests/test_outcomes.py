"""What came of actions beside what was expected, from orders typed by rule."""

from datetime import date, timedelta

import pandas as pd
from conftest import sales_lines
from test_register import FINDING, action

from revwork.actions import Money
from revwork.analysis.actions import outcomes
from revwork.analysis.actions.measured import Effect
from revwork.report.words import Reader

FIRST, START = date(2025, 1, 6), date(2025, 10, 6)
LAST = date(2026, 3, 1)
HOPED = Money(5000.0, 2000.0, 8000.0)
NOISE = (3, -2, 5, -4, 1, 0, -3, 2)


def orders(gain=100.0):
    """An order a week and region: 500 and a little more or less, in Spain with the gain since."""
    weeks = (LAST - FIRST).days // 7 + 1
    rows = []
    for n in range(weeks):
        day = FIRST + timedelta(weeks=n, days=2)
        for at, region in enumerate(("Spain", "France", "Italy", "Germany")):
            more = gain if region == "Spain" and day >= START else 0
            net = 500 + more + 4 * NOISE[(n * (at + 3) + at) % 8]
            rows.append({"order_id": f"{n}{region}", "order_date": day.isoformat(),
                         "region": region, "net_amount": net, "cost_amount": 0})  # fmt: skip
    return sales_lines(rows)


def started(**more):
    days = {"decided": date(2025, 9, 1), "started": START}
    return action("a1", status="started", days=days, expected=HOPED, **more)


def test_what_an_action_brought_stands_beside_what_was_expected():
    rows = outcomes.rows(outcomes.effects(orders(), [started()], LAST))
    one = rows.iloc[0]
    assert (one.held_against, one.verdict, one.since_date) == ("control", "measured", START)
    assert one.low < 100 * 52.18 < one.high and one.low > 0
    assert (one.has_sign, one.is_clear, one.is_within) == (True, True, True)
    assert Reader().say(one.outcome) == "More than without it"


def test_nothing_is_claimed_where_nothing_changed():
    one = outcomes.rows(outcomes.effects(orders(0.0), [started()], LAST)).iloc[0]
    assert one.low <= 0 <= one.high and not one.is_clear
    assert Reader().say(one.outcome) == "Within what chance does"


def test_only_what_was_begun_by_the_last_day_is_measured():
    dropped = action("d", status="dropped", days={"decided": START})
    later = action("n", status="decided", days={"decided": date(2026, 4, 1)})
    every = [action("p"), dropped, later, started()]
    assert [one.id for one, _ in outcomes.effects(orders(), every, LAST)] == ["a1"]


def test_without_a_control_it_is_held_against_what_was_kept():
    everywhere = started(finding=FINDING | {"segment": {"medium": "Search"}})
    steps = outcomes.kept_path(orders(), everywhere, date(2025, 9, 1))
    from dataclasses import replace

    kept = replace(everywhere, path=steps)
    (_, with_path), (_, without) = outcomes.effects(orders(), [kept, everywhere], LAST)
    assert with_path.method == "expectation" and with_path == without
    assert with_path.low < 100 * 52.18 < with_path.high


def test_too_early_says_from_when():
    soon = started(also=[])
    rows = outcomes.rows(outcomes.effects(orders(), [soon], date(2025, 11, 2)))
    assert Reader().say(rows.outcome[0]) == "Too early: it can be told after 30 Nov 2025"
    assert pd.isna(rows.measured[0]) and pd.isna(rows.has_sign[0])
    assert "the effect of none can be told yet" in outcomes.reading(rows).template


def test_an_effect_against_what_was_expected_is_no_hit():
    effect = Effect("measured", "control", 20, START, -900.0, -1500.0, -300.0, 0.5)
    one = outcomes.rows([(started(), effect)]).iloc[0]
    assert (one.has_sign, one.is_clear, one.is_within) == (False, False, False)
    assert Reader().say(one.outcome) == "Less than without it"
    said = Reader().say(outcomes.reading(outcomes.rows([(started(), effect)])))
    assert said == "Effects that can be told: 1 of 1; beyond chance: 1"


def test_what_promised_nothing_is_measured_and_is_neither_hit_nor_miss():
    effect = Effect("measured", "control", 20, START, 900.0, 300.0, 1500.0, 0.5)
    promised = action("a1", status="done", days={"done": START})
    one = outcomes.rows([(promised, effect)]).iloc[0]
    assert one.measured == 900.0 and pd.isna(one.has_sign)


def test_the_picture_has_measured_effects_alone_and_names_the_clearest():
    effect = Effect("measured", "control", 20, START, 900.0, 300.0, 1500.0, 0.5)
    early = Effect("too early", "control", 3, START)
    rows = outcomes.rows([(started(), effect), (action("b", days={}), early)])
    drawn = outcomes.drawn(rows)
    assert drawn.current.tolist() == [900.0] and drawn.base.tolist() == [5000.0]
    assert outcomes.clearest(drawn).values["value"] == 900.0


def test_without_actions_there_is_no_row():
    assert outcomes.rows([]).empty
