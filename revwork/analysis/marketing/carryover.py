"""Carry-over and saturation: what is left of advertising in later weeks, and how it fills up."""

import numpy as np

_FIRST = 8  # weeks whose mean stands for what came before the first
_LEAST = 1e-9


def adstock(spend: np.ndarray, carried: np.ndarray | float) -> np.ndarray:
    """Return what a week's advertising amounts to with what earlier weeks left of theirs.

    Geometric, its weights summing to 1: x = carried · x(week before) + (1 − carried) · spend.
    `spend` is … × weeks × markets, `carried` broadcasts with it; the weeks before the first are
    taken to be like the first eight.

    Formula: carried_share = effect of a week's advertising in a week ÷ its effect the week
    before; How much of what advertising does lasts into the next week (adstock).
    """
    return _recursion((1 - carried) * spend, carried, _before(spend))


def saturated(stock: np.ndarray, half: np.ndarray | float, slope: np.ndarray | float) -> np.ndarray:
    """Return how much of the most possible a stock of advertising reaches (Hill), 0 to 1.

    Half of it at `half`; with `slope` 1 each euro does less than the one before from the first
    on, above 1 the response is S-shaped.

    Formula: half_amount = weekly spend at half of the greatest effect; Beyond it a medium is more
    full than empty (half saturation).
    """
    return 1 / (1 + np.exp(-slope * (np.log(np.maximum(stock, _LEAST)) - np.log(half))))


def with_slopes(
    spend: np.ndarray, carried: np.ndarray, half: np.ndarray, slope: np.ndarray
) -> list[np.ndarray]:
    """Return the saturated stock, and how logit of carried, log of half and of slope move it."""
    stock = adstock(spend, carried)
    reached = saturated(stock, half, slope)
    before = _before(spend)
    lasts = np.concatenate([before[..., None, :], stock[..., :-1, :]], axis=-2)
    by_carried = _recursion(lasts - spend, carried, np.zeros_like(before)) * carried * (1 - carried)
    steep = reached * (1 - reached)
    stock = np.maximum(stock, _LEAST)
    position = slope * (np.log(stock) - np.log(half))
    return [reached, steep * slope / stock * by_carried, -slope * steep, position * steep]


def _before(spend: np.ndarray) -> np.ndarray:
    return spend[..., :_FIRST, :].mean(-2)


def _recursion(added: np.ndarray, carried: np.ndarray | float, before: np.ndarray) -> np.ndarray:
    """Solve x = carried · x(week before) + added by doubling how many weeks back it looks."""
    found = np.array(added, dtype=float)
    share = np.broadcast_to(carried, (*found.shape[:-2], 1, 1))
    found[..., 0, :] += share[..., 0, :] * before
    back = 1
    while back < found.shape[-2]:
        found[..., back:, :] += share**back * found[..., :-back, :].copy()
        back *= 2
    return found
