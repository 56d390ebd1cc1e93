"""Chances: competing risks by stage and days in it, exact where they can be counted."""

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.sales_flow.chances import chances


def stay(stage, days, outcome=None, to=None, **about):
    named = {"stage": stage, "outcome": outcome, "next_stage": to}
    return {**named, "days": days, "age": 0, "count": 1, **about}


def fitted(*rows):
    return chances(pd.DataFrame(rows))


def open_deal(fit, stage, age, horizon):
    return fit.within(np.array([fit.stages.index(stage)]), np.array([age]), horizon)[0]


COINS = [stay("A", 5, "won", count=60), stay("A", 5, "lost", count=40)]


def test_with_no_deal_open_the_chance_is_the_share_won():
    fit = fitted(*COINS)
    assert fit.ever()[0] == pytest.approx(0.6)
    assert fit.entering(5)[0].tolist() == pytest.approx([0, 0, 0, 0, 0, 0.6])


def test_losses_compete_so_that_wins_and_losses_never_exceed_one():
    """Kaplan–Meier with losses censored would read 100 %."""
    fit = fitted(stay("A", 3, "lost", count=60), stay("A", 6, "won", count=40))
    assert open_deal(fit, "A", 0, 30) == pytest.approx(0.4)
    assert open_deal(fit, "A", 3, 30) == pytest.approx(1)


def test_an_open_deal_is_won_only_within_the_days_left():
    fit = fitted(*COINS)
    assert open_deal(fit, "A", 3, 1) == 0
    assert open_deal(fit, "A", 3, 2) == pytest.approx(0.6)
    assert open_deal(fit, "A", 3, 0) == 0


def test_censored_stays_stand_by_until_the_day_they_were_last_seen():
    rows = [stay("A", 2, count=50), stay("A", 5, "won", count=25), stay("A", 5, "lost", count=25)]
    assert fitted(*rows).entering(5)[0, 5] == pytest.approx(0.5)
    early = [stay("A", 1, "won", count=25), *rows]
    assert fitted(*early).entering(5)[0, 5] == pytest.approx(0.2 + 0.8 * 0.5)


def test_a_stay_watched_late_counts_only_from_then_on():
    late = stay("A", 8, "lost", count=100, age=6)
    fit = fitted(*COINS, late)
    assert fit.entering(5)[0, 5] == pytest.approx(0.6)


def test_stages_in_a_row_multiply_and_their_days_add():
    rows = [stay("A", 2, "open", "B", count=50), stay("A", 2, "lost", count=50)]
    rows += [stay("B", 3, "won", count=80), stay("B", 3, "lost", count=20)]
    fit = fitted(*rows)
    assert fit.ever().tolist() == pytest.approx([0.4, 0.8])
    assert fit.entering(4)[0, 4] == 0 and fit.entering(5)[0, 5] == pytest.approx(0.4)
    assert open_deal(fit, "A", 1, 4) == pytest.approx(0.4)


def test_stages_passed_on_one_day_and_steps_back_are_solved_not_simulated():
    rows = [stay("A", 0, "open", "B", count=100), stay("B", 0, "open", "A", count=50)]
    fit = fitted(*rows, stay("B", 0, "won", count=50))
    assert fit.entering(0)[:, 0].tolist() == pytest.approx([1, 1])
    assert fit.ever().tolist() == pytest.approx([1, 1])


def test_beyond_ages_that_were_seen_often_one_rate_holds():
    rows = [stay("A", 1, "won", count=90), stay("A", 40, "won", count=4), stay("A", 44, "lost")]
    fit = fitted(*rows)
    rates = fit.rates[0, 1, 2:]
    assert len(set(rates.round(12))) == 1 and 0 < rates[0] < 0.1


def test_nobody_ever_won_or_left_gives_no_chance_rather_than_none_known():
    assert fitted(stay("A", 9, count=40)).ever().tolist() == [0]
    assert fitted(stay("A", 9, "lost", count=40)).entering(20).max() == 0


def test_chances_grow_with_the_days_left_and_stay_within_one():
    rng = np.random.default_rng(1)
    rows = [
        stay(s, int(d), o, t, count=3)
        for s, t in (("A", "B"), ("B", "C"), ("C", None))
        for d in rng.integers(0, 60, 20)
        for o in ("lost", "open" if t else "won")
        for t in [t if o == "open" else None]
    ]
    won = fitted(*rows).entering(90)
    assert (np.diff(won) >= -1e-12).all() and won.max() <= 1
