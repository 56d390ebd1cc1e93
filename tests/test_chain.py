"""Absorbing chains, on journeys one can count."""

from itertools import pairwise

import numpy as np
import pytest

from revwork.analysis.marketing.chain import removal_effects


def of(paths):
    """Counts of journeys from (path, won) pairs."""
    names = sorted({name for path, _ in paths for name in path})
    at, n = {name: i for i, name in enumerate(names)}, len(names)
    start, between, won, lost = np.zeros(n), np.zeros((n, n)), np.zeros(n), np.zeros(n)
    for path, is_won in paths:
        start[at[path[0]]] += 1
        for here, there in pairwise(path):
            between[at[here], at[there]] += 1
        (won if is_won else lost)[at[path[-1]]] += 1
    return names, (start, between, won, lost)


def without(counts, state):
    """The probability to win where whoever would come to a state is lost: solved, not derived."""
    start, between, won, lost = (np.array(part, float) for part in counts)
    out = between.sum(1) + won + lost
    moves, wins, begins = between / out[:, None], won / out, start / start.sum()
    moves[:, state], begins[state] = 0, 0
    return begins @ np.linalg.solve(np.eye(len(out)) - moves, wins)


def test_the_published_example():
    paths = [("g", 1), ("g", 1), ("m", 1), ("gm", 1), ("g", 0)]
    success, effects = removal_effects(*of(paths)[1])
    assert success == pytest.approx(0.8, abs=1e-15)
    assert effects == pytest.approx([0.75, 0.5], abs=1e-15)
    assert 4 * effects / effects.sum() == pytest.approx([2.4, 1.6], abs=1e-12)


def test_it_is_what_solving_the_chain_without_each_state_gives():
    random = np.random.default_rng(7)
    counts = [random.integers(1, 50, shape) for shape in (9, (9, 9), 9, 9)]
    success, effects = removal_effects(*counts)
    solved = [1 - without(counts, state) / success for state in range(9)]
    assert effects == pytest.approx(solved, abs=1e-12)


def test_staying_in_a_state_changes_nothing():
    _, effects = removal_effects(*of([("aab", 1), ("b", 0), ("aaa", 0)])[1])
    _, plain = removal_effects(*of([("ab", 1), ("b", 0), ("a", 0)])[1])
    assert effects == pytest.approx(plain)


def test_what_every_journey_that_wins_meets_is_all_of_it_and_what_none_meets_is_nothing():
    _, (start, between, won, lost) = of([("ab", 1), ("a", 0), ("c", 0)])
    _, effects = removal_effects(start, between, won, lost)
    assert effects == pytest.approx([1, 1, 0])


def test_nothing_won_and_nothing_at_all_have_no_effect():
    success, effects = removal_effects(*of([("ab", 0)])[1])
    assert success == 0 and not effects.any()
    success, effects = removal_effects(np.zeros(2), np.zeros((2, 2)), np.zeros(2), np.zeros(2))
    assert success == 0 and not effects.any()


def test_several_chains_at_once_are_each_their_own():
    first, second = of([("ab", 1), ("b", 0)])[1], of([("a", 1), ("ba", 1), ("b", 0)])[1]
    both = [np.stack(pair) for pair in zip(first, second, strict=True)]
    success, effects = removal_effects(*both)
    for at, one in enumerate((first, second)):
        assert success[at] == pytest.approx(removal_effects(*one)[0])
        assert effects[at] == pytest.approx(removal_effects(*one)[1])
