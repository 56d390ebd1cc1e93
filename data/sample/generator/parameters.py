"""The numbers the company runs on: what analyses should recover from three years of it."""

from collections.abc import Iterable, Iterator

import numpy as np
from generator import baskets, deals, market, media, people, product
from generator import company as co
from generator.marketing import visit_orders
from generator.names import PLANS, SPEND_CHANNELS, STAGES
from generator.orders import lines
from generator.world import World


def parameters(world: World) -> Iterator[dict]:
    """Return every parameter: id, domain, segment, value."""
    yield from _prices(world)
    yield from _advertising(world)
    yield from _selling()
    yield from _customers()
    yield from _each("mix_shift_year", "revenue", "category", (co.CATEGORIES, baskets.DRIFT))
    yield from _each("market_growth", "market", "category", (co.CATEGORIES, market.MARKET_GROWTH))
    yield from _each("season", "forecast", "segment", (co.SEGMENTS, co.SEASON))
    yield _one("day_noise", "forecast", {"region": co.REGIONS}, baskets.SHOCK)


def _prices(world: World) -> Iterator[dict]:
    yield from _each("price_elasticity", "pricing", "category", (co.CATEGORIES, product.ELASTICITY))
    rival = world.plan.rival
    yield _one("cross_price", "market", {"category": co.CATEGORIES[rival.category]}, rival.cross)


def _advertising(world: World) -> Iterator[dict]:
    returns = [_returns(world, number) for number in range(len(SPEND_CHANNELS))]
    half = (media.LEVEL / media.FULLNESS * len(co.REGIONS)).round()
    for name, values in (
        ("roas", [average for average, _ in returns]),
        ("marginal_roas", [marginal for _, marginal in returns]),
        ("adstock", media.CARRIED),
        ("half_saturation_week", half),
    ):
        yield from _each(name, "marketing", "channel", (SPEND_CHANNELS, values))


def _selling() -> Iterator[dict]:
    yield _one("ramp_months", "sales_flow", {"team": "sales"}, people.RAMP_MONTHS)
    yield _one("ramp_start", "sales_flow", {"team": "sales"}, people.RAMP_START)
    yield from _each("stage_probability", "sales_flow", "stage", (STAGES, deals.ADVANCE))


def _customers() -> Iterator[dict]:
    churn = [plan.name for plan in PLANS], [plan.churn for plan in PLANS]
    yield from _each("monthly_churn", "customers", "plan", churn)
    yield from _each("bgnbd_weeks", "customers", "segment", (co.BGNBD, co.BGNBD.values()))


def _each(name: str, domain: str, column: str, pairs: tuple[Iterable, Iterable]) -> Iterator[dict]:
    """One parameter for each segment of a column."""
    for segment, value in zip(*pairs, strict=True):
        yield _one(name, domain, {column: segment}, value)


def _one(name: str, domain: str, segment: dict, value: object) -> dict:
    plain = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
    return {"id": name, "domain": domain, "segment": segment, "value": plain}


def _returns(world: World, channel: int) -> tuple[float, float]:
    """Net revenue a channel brought per euro of the last twelve months, and of the next euro."""
    first, last = co.RUN_RATE[1] - 365, co.RUN_RATE[1]
    orders = world.of(visit_orders)
    orders = orders[(orders.day >= first) & (orders.day < last)]
    week, region = co.week(orders.day), orders.region.to_numpy()
    table = world.of(lines)
    net = (table.net * table.rate).groupby(table.number).sum().reindex(orders.number).to_numpy()
    effect = world.of(media.effects)[channel, region, week]
    brought = net * effect / world.of(media.pull)[region, week]
    left = 1 - effect / media.EFFECT[channel]  # the next euro's effect over the average one's
    spent = world.of(media.weekly)[channel][:, co.week(np.arange(first, last))].sum() / 7
    return round(float(brought.sum() / spent), 2), round(float((brought * left).sum() / spent), 2)
