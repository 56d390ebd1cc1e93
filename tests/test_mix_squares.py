"""Penalised least squares: data and beliefs, each in its standard deviations."""

from dataclasses import replace

import numpy as np
import pytest

from revwork.analysis.marketing import mix_squares
from revwork.analysis.marketing.carryover import adstock, saturated
from revwork.analysis.marketing.mix_squares import Problem

N = 120


def problem(multiplies=True, noise=1e-3, spread=5.0):
    """One medium whose effect is 0.4 of the baseline, half 0.8, carried 0.3, slope 1."""
    x = np.random.default_rng(3).lognormal(0, 0.6, (1, N, 1))
    x /= x.mean()
    reached = saturated(adstock(x[0], 0.3), 0.8, 1.0)
    effect = 0.4 * reached / reached.mean()
    y = 0.7 * (1 + effect) if multiplies else 0.7 + effect
    return Problem(
        y=y,
        noise=np.full((N, 1), noise),
        weight=np.full((N, 1), 1 / N),
        x=x,
        base=np.ones((N, 1)),
        centre=np.array([0.0, 0.0, 0.0, 0.0, 0.0]),
        spread=np.array([10, spread, spread, spread, spread]),
        worth=np.array([1.0]),
        multiplies=multiplies,
    )


@pytest.mark.parametrize("multiplies", [True, False])
def test_without_noise_the_fit_finds_what_made_the_data(multiplies):
    made = problem(multiplies)
    at, loss, _ = mix_squares.solved(made, mix_squares.start(made))
    level, brought = mix_squares.fitted(made, at)
    assert np.allclose(level + brought, made.y, atol=1e-3) and loss < 10
    found = mix_squares.parts(made, at)
    assert found["carried"][0] == pytest.approx(0.3, abs=0.03)
    assert level.mean() == pytest.approx(0.7, abs=0.05)


def test_where_the_data_say_nothing_the_belief_stands():
    made = problem(noise=1e6, spread=0.5)
    at, *_ = mix_squares.solved(made, mix_squares.start(made))
    effect = np.exp(at[1])
    assert at[1] + made.worth[0] - np.log1p(effect) == pytest.approx(0, abs=0.05)
    assert at[2:] == pytest.approx(np.zeros(3), abs=0.05)


def test_a_firm_belief_pulls_the_fit_towards_itself():
    free = problem(noise=0.05)
    firm = replace(free, centre=np.array([0, 0, 2.0, 0, 0]), spread=np.array([10, 5, 0.1, 5, 5]))
    loose, bound = (
        mix_squares.parts(one, mix_squares.solved(one, mix_squares.start(one))[0])
        for one in (free, firm)
    )
    assert bound["carried"][0] > loose["carried"][0] + 0.2


def test_the_curvature_is_that_of_small_steps():
    made = problem(noise=0.1)
    at, loss, curve = mix_squares.solved(made, mix_squares.start(made))
    step = np.array([0.002, 0, 0, 0, 0])
    shifted = at + step
    level, brought = mix_squares.fitted(made, shifted)
    gaps = ((level + brought - made.y) / made.noise).ravel()
    effect = np.exp(shifted[1])
    believed = shifted.copy()
    believed[1] += 1 - np.log1p(effect)
    new = gaps @ gaps + (((believed - made.centre) / made.spread) ** 2).sum()
    assert new - loss == pytest.approx(step @ curve @ step, rel=0.2, abs=0.02)
