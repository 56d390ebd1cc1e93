"""truth.toml: what is planted and what it is worth, beside the company's parameters."""

from collections.abc import Iterator
from dataclasses import fields

import numpy as np
from generator import company as co
from generator import media, product
from generator.customers import buyers, costly, customer_id
from generator.names import PARTNERS, PLANS, SPEND_CHANNELS, STAGES
from generator.orders import contribution, lines
from generator.parameters import parameters
from generator.plan import TEAMS, owner
from generator.web import PAYMENT, STEPS
from generator.world import World

QUARTERS, SURE = 4, 1.645  # a year from three months; 90 %


def truth(world: World) -> str:
    """Return truth.toml: effects with their impact, none of a company without, and parameters."""
    planted = world.plan != world.plan.null()
    found = [*effects(world)] if planted else []
    blocks = [_block("effect", {**one, "impact": impact(world, one["id"])}) for one in found]
    blocks += [_block("parameter", one) for one in parameters(world)]
    return "# What is planted in this company. Written by generate.py.\n\n" + "\n".join(blocks)


def impact(world: World, effect: str) -> dict:
    """Return contribution margin a year at the run rate of the last three complete months.

    The company with the effect less the one without it, from the same draws; the bounds hold
    in 90 % of companies like it (each order's difference happening a Poisson number of times).
    """
    without = World(world.seed, world.plan.without(effect), world.scale)
    change = contribution(world, *co.RUN_RATE).sub(
        contribution(without, *co.RUN_RATE), fill_value=0
    )
    value = change.sum() - _advertised(world) + _advertised(without)
    wide = SURE * np.sqrt((change**2).sum())
    bounds = {"value": value, "low": value - wide, "high": value + wide}
    return {name: round(float(QUARTERS * one)) for name, one in bounds.items()} | {
        "currency": "EUR"
    }


def _advertised(world: World) -> float:
    day = np.arange(*co.RUN_RATE)
    return float(world.of(media.weekly)[:, :, co.week(day)].sum() / 7)


def effects(world: World) -> Iterator[dict]:
    """The twelve, by what they do to which segment."""
    written = _what(world)
    for field in fields(world.plan):
        domain, description, segment, metric, value = written[field.name]
        since = (
            co.START
            if field.name == "pair"
            else co.date([getattr(world.plan, field.name).since])[0]
        )
        yield {
            "id": field.name,
            "domain": domain,
            "description": description,
            "segment": segment,
            "metric": metric,
            "value": value,
            "since": f"{since:%Y-%m-%d}",
        }


def _what(world: World) -> dict[str, tuple]:
    p, names = world.plan, world.of(product.products).product_id
    region, category, segment = co.REGIONS, co.CATEGORIES, co.SEGMENTS
    pair = [str(names[product.place(spot)]) for spot in (p.pair.first, p.pair.second)]
    large = str(customer_id(np.array([costly(world, world.of(buyers).since)]))[0])
    return {
        "checkout": (
            "journey",
            "Visits break off between payment and purchase",
            {
                "device": co.DEVICES[p.checkout.device],
                "region": region[p.checkout.region],
                "step": STEPS[PAYMENT],
            },
            "step_conversion_change",
            -p.checkout.loss,
        ),
        "churn": (
            "customers",
            f"Its price rose by {p.churn.rise:.1%}; its subscribers leave so many times as fast",
            {"plan": PLANS[p.churn.plan].name},
            "churn_ratio",
            p.churn.faster,
        ),
        "pair": (
            "pricing",
            "Who buys the first product adds the second, and no bundle offers them",
            {"product_id": pair},
            "confidence_added",
            p.pair.attach,
        ),
        "rival": (
            "market",
            "A rival cut its prices and takes demand",
            {
                "competitor": co.COMPETITORS[p.rival.competitor],
                "category": category[p.rival.category],
            },
            "competitor_price_change",
            -p.rival.cut,
        ),
        "delivery": (
            "reputation",
            "Parcels come late; reviews say so weeks before orders stay away",
            {"region": region[p.delivery.region], "topic": "Delivery"},
            "late_share",
            p.delivery.late,
        ),
        "erosion": (
            "channels",
            "A partner obtains more discount month by month",
            {"partner_id": PARTNERS[p.erosion.partner].partner_id},
            "discount_rate_change",
            p.erosion.discount,
        ),
        "costly": (
            "customers",
            "A large account on terms that leave nothing: discount, freight and returns",
            {"customer_id": large},
            "contribution_margin",
            _left_of(world, large),
        ),
        "shift": (
            "marketing",
            "Money moved to a channel that was full already, from one that now is starved",
            {"channel": [SPEND_CHANNELS[p.shift.spent], SPEND_CHANNELS[p.shift.starved]]},
            "budget_moved_share",
            p.shift.moved,
        ),
        "leak": (
            "pricing",
            "An owner gives more discount and wins no more for it",
            {"owner": owner(p)},
            "discount_rate_change",
            p.leak.discount,
        ),
        "stall": (
            "sales_flow",
            "Deals of a segment get stuck in a stage and are lost",
            {"segment": segment[p.stall.segment], "stage": STAGES[p.stall.stage]},
            "pace_ratio",
            p.stall.pace,
        ),
        "short": (
            "sales_flow",
            "People of a team left and were not replaced; a share of what they served is lost",
            {"team": TEAMS[p.short.team], "region": region[p.short.region]},
            "seats_empty",
            p.short.vacant,
        ),
        "niche": (
            "market",
            "Orders multiply where nobody looks",
            {"segment": segment[p.niche.segment], "region": region[p.niche.region]},
            "orders_ratio",
            p.niche.times,
        ),
    }


def _left_of(world: World, customer: str) -> float:
    """What a customer left in the last twelve complete months, per euro of net revenue."""
    table = world.of(lines)
    mine = table[(table.customer == int(customer[1:]) - 1) & ~table.cancelled]
    mine = mine[(mine.day >= co.RUN_RATE[1] - 365) & (mine.day < co.RUN_RATE[1])]
    left = mine.net - mine.cost - mine.commission - mine.payment - mine.freight
    return round(float((left * mine.rate).sum() / (mine.net * mine.rate).sum()), 3)


def _block(kind: str, entries: dict) -> str:
    rows = "".join(f"{name} = {_toml(value)}\n" for name, value in entries.items())
    return f"[[{kind}]]\n{rows}"


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else repr(value)
