"""Marketing: what is spent week by week, and how much more the web shop sells for it."""

import numpy as np
from generator import company as co
from generator.names import SPEND_CHANNELS
from generator.world import World

LEVEL = np.array([240, 230, 260, 260, 55])  # euros a week in an average country
FULLNESS = np.array([1.8, 1.8, 0.9, 0.9, 0.7])  # level / spend at which half the effect is reached
EFFECT = np.array([0.55, 0.55, 0.70, 0.70, 0.20])  # orders more, as a share of those without
CARRIED = np.array([0.15, 0.40, 0.55, 0.25, 0.10])  # adstock from one week to the next
CHRISTMAS, GROWTH = 1.25, 0.06
MOST = 1 + EFFECT.sum()
USUAL = 2.25  # times the orders that come without advertising


def weekly(world: World) -> np.ndarray:
    """Return euros spent, by channel, country and week."""
    shape = (len(SPEND_CHANNELS), len(co.REGIONS), co.WEEKS)
    draws, key = world.draws("spend"), np.arange(np.prod(shape))
    flight = (key // co.WEEKS) * 1000 + (key % co.WEEKS) // 3
    noise = np.exp(draws.normal("week", key, 0.3)).reshape(shape)
    flights = np.where(draws.uniform("flight", flight) < 0.5, 0.45, 1.55).reshape(shape)
    monday = np.arange(co.WEEKS) * 7 - co.FIRST_MONDAY
    month, size = co.month(monday), np.array(co.REGION_SHARE) * len(co.REGIONS)
    season = np.where(month >= 10, CHRISTMAS, 1) * np.exp(GROWTH * monday / 365.25)
    spent = LEVEL[:, None, None] * size[:, None] * season * noise * flights
    shift = world.plan.shift
    moved = spent[shift.starved] * shift.moved * (monday >= shift.since)
    spent[shift.spent] += moved
    spent[shift.starved] -= moved
    return spent


def effects(world: World) -> np.ndarray:
    """Return orders more, as a share of those without, by channel, country and week."""
    spent = world.of(weekly) / (LEVEL[:, None, None] / FULLNESS[:, None, None])
    carried, size = np.zeros(spent.shape), np.array(co.REGION_SHARE)[:, None] * len(co.REGIONS)
    left = spent[:, :, 0] * 0 + FULLNESS[:, None] * size[:, 0]
    for week in range(co.WEEKS):
        left = CARRIED[:, None] * left + (1 - CARRIED[:, None]) * spent[:, :, week]
        carried[:, :, week] = left
    return EFFECT[:, None, None] * carried / (carried + size)


def pull(world: World) -> np.ndarray:
    """Return how many times the orders that come without advertising, by country and week."""
    return 1 + world.of(effects).sum(0)
