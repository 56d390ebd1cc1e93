"""Absorbing chains: how much of what is won is lost without one of the states on the way."""

import numpy as np


def removal_effects(
    start: np.ndarray, between: np.ndarray, won: np.ndarray, lost: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the probability to win, and by how much of it it falls without each state.

    Counts of journeys: `start` that begin in a state, `between` that go from one (row) to
    another, `won` and `lost` that end after it; more chains at once along leading axes. A state
    removed loses whoever would come there. Exact, from the fundamental matrix F = (I − Q)⁻¹: a
    journey ever meets c with probability (sF)c / Fcc and wins from there with (Fr)c, so no chain
    is solved anew. Never met, or nothing won: no effect.

    Anderl et al. (2016), Mapping the customer journey; Kemeny and Snell (1960), chapter 3.
    """
    out = between.sum(-1) + won + lost
    known = np.where(out > 0, out, 1.0)
    moves, wins = between / known[..., None], won / known
    begins = start / np.maximum(start.sum(-1, keepdims=True), 1e-300)
    visits = np.linalg.inv(np.eye(start.shape[-1]) - moves)
    met = (begins[..., None, :] @ visits)[..., 0, :] / np.diagonal(visits, axis1=-2, axis2=-1)
    onward = (visits @ wins[..., None])[..., 0]
    success = (begins * onward).sum(-1)
    share = np.where(success > 0, success, 1.0)[..., None]
    return success, met * onward / share
